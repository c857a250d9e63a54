//! Scores of leads and what was done, in the database. It reads and sets the score of `leads`, whose slice
//! stands after this one.

pub mod hosts;
pub mod models;

use diesel::prelude::*;
use serde::Deserialize;

use super::facts::{Bant, Facts, Happened};
use super::model::{Scored, Stage};
use super::rule::{Given, LeadEventKind};
use super::{EventSource, NewEvent};
use crate::clock::Ts;
use crate::db::schema::{lead_events, lead_scores, leads, purchases};
use crate::db::types::{from_json, json};
use crate::db::{Conn, each, insert_rows};
use crate::error::Result;
use crate::id::{AccountId, LeadEventId, LeadId, ScoreModelId, VerticalId};
use crate::verticals::Attributes;

/// Rows of events that are kept of one lead.
pub const MAX_EVENTS: i32 = 2_000;
/// States in which a lead's score still moves.
pub const IN_PLAY: [&str; 4] = ["received", "quarantined", "listed", "sold_out"];

/// A lead as its scoring needs it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leads)]
pub struct LeadRow {
    pub id: LeadId,
    pub vertical_id: VerticalId,
    pub seller_id: AccountId,
    pub state: String,
    attributes: String,
    origin: String,
    masked_email: Option<String>,
    masked_phone: Option<String>,
    has_company: bool,
    pub score: i32,
    pub stage: Stage,
    received_at: Ts,
}

/// What a lead's facts borrow from.
pub struct OwnedFacts {
    attributes: Attributes,
    channel: Option<String>,
    has_phone: bool,
    has_email: bool,
    has_company: bool,
    received_at: Ts,
}

#[derive(Deserialize)]
struct OriginChannel {
    channel: Option<String>,
}

impl LeadRow {
    pub fn facts(&self) -> Result<OwnedFacts> {
        Ok(OwnedFacts {
            attributes: from_json(&self.attributes)?,
            channel: from_json::<OriginChannel>(&self.origin)?.channel,
            has_phone: self.masked_phone.is_some(),
            has_email: self.masked_email.is_some(),
            has_company: self.has_company,
            received_at: self.received_at,
        })
    }

    pub fn is_in_play(&self) -> bool {
        IN_PLAY.contains(&self.state.as_str())
    }
}

impl OwnedFacts {
    pub fn with(&self, bant: Bant) -> Facts<'_> {
        Facts {
            attributes: &self.attributes,
            channel: self.channel.as_deref(),
            has_phone: self.has_phone,
            has_email: self.has_email,
            has_company: self.has_company,
            bant,
            received_at: self.received_at,
        }
    }
}

pub fn lead(conn: &mut Conn, id: LeadId) -> Result<Option<LeadRow>> {
    Ok(leads::table
        .find(id)
        .select(LeadRow::as_select())
        .first(conn)
        .optional()?)
}

/// The newest leads of a vertical that were in play or sold.
pub fn past_leads(conn: &mut Conn, vertical: VerticalId, limit: i64) -> Result<Vec<LeadRow>> {
    Ok(leads::table
        .filter(leads::vertical_id.eq(vertical))
        .filter(leads::state.ne_all(["rejected", "erased"]))
        .order((leads::received_at.desc(), leads::id.desc()))
        .limit(limit)
        .select(LeadRow::as_select())
        .load(conn)?)
}

/// A score as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = lead_scores)]
pub struct Kept {
    pub lead_id: LeadId,
    pub model_id: ScoreModelId,
    pub points: i32,
    /// Points from before there were models.
    pub carried_points: i32,
    parts: String,
    bant: String,
    pub changes_at: Option<Ts>,
    pub computed_at: Ts,
}

impl Kept {
    pub fn bant(&self) -> Result<Bant> {
        from_json(&self.bant)
    }

    /// Points and count of each rule.
    pub fn parts(&self) -> Result<Vec<(i32, i64)>> {
        from_json(&self.parts)
    }
}

pub fn kept(conn: &mut Conn, leads: &[LeadId]) -> Result<Vec<Kept>> {
    Ok(lead_scores::table
        .filter(lead_scores::lead_id.eq_any(leads.to_vec()))
        .select(Kept::as_select())
        .load(conn)?)
}

fn parts_text(parts: &[Given]) -> Result<String> {
    let parts: Vec<(i32, i64)> = parts.iter().map(|part| (part.points, part.count)).collect();
    json(&parts)
}

/// The first score of a lead as it is kept.
#[derive(Insertable)]
#[diesel(table_name = lead_scores, treat_none_as_default_value = false)]
pub struct NewScore {
    lead_id: LeadId,
    model_id: ScoreModelId,
    points: i32,
    carried_points: i32,
    parts: String,
    bant: String,
    event_count: i32,
    changes_at: Option<Ts>,
    computed_at: Ts,
}

impl NewScore {
    pub fn of(
        lead: LeadId,
        (model, carried, bant): (ScoreModelId, i32, &Bant),
        (scored, event_count): (&Scored, i32),
        now: Ts,
    ) -> Result<Self> {
        Ok(Self {
            lead_id: lead,
            model_id: model,
            points: scored.points,
            carried_points: carried,
            parts: parts_text(&scored.parts)?,
            bant: json(bant)?,
            event_count,
            changes_at: scored.changes_at,
            computed_at: now,
        })
    }
}

/// Keeps the first scores of leads.
pub fn insert(conn: &mut Conn, scores: &[NewScore]) -> Result<()> {
    insert_rows!(conn, lead_scores::table, scores)?;
    Ok(())
}

/// Locks the score of a lead until the end of the transaction; false where none is kept.
pub fn lock(conn: &mut Conn, lead: LeadId) -> Result<bool> {
    let locked = diesel::update(lead_scores::table.find(lead))
        .set(lead_scores::event_count.eq(lead_scores::event_count))
        .execute(conn)?;
    Ok(locked == 1)
}

/// Counts new events of a lead; false when they would be too many.
pub fn count_events(conn: &mut Conn, lead: LeadId, added: i32) -> Result<bool> {
    let counted = diesel::update(lead_scores::table.find(lead))
        .filter((lead_scores::event_count + added).le(MAX_EVENTS))
        .set(lead_scores::event_count.eq(lead_scores::event_count + added))
        .execute(conn)?;
    Ok(counted == 1)
}

/// Writes a new score to both of its places.
pub fn set(
    conn: &mut Conn,
    lead: LeadId,
    model: ScoreModelId,
    scored: &Scored,
    now: Ts,
) -> Result<()> {
    diesel::update(lead_scores::table.find(lead))
        .set((
            lead_scores::model_id.eq(model),
            lead_scores::points.eq(scored.points),
            lead_scores::parts.eq(parts_text(&scored.parts)?),
            lead_scores::changes_at.eq(scored.changes_at),
            lead_scores::computed_at.eq(now),
        ))
        .execute(conn)?;
    diesel::update(leads::table.find(lead))
        .filter(
            leads::score
                .ne(scored.score)
                .or(leads::stage.ne(scored.stage)),
        )
        .set((leads::score.eq(scored.score), leads::stage.eq(scored.stage)))
        .execute(conn)?;
    Ok(())
}

/// Lets the clock rest for a lead that has left the market.
pub fn stop_clock(conn: &mut Conn, lead: LeadId) -> Result<()> {
    diesel::update(lead_scores::table.find(lead))
        .set(lead_scores::changes_at.eq(None::<Ts>))
        .execute(conn)?;
    Ok(())
}

/// Leads whose score the clock changes by now, the longest due first.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<LeadId>> {
    Ok(lead_scores::table
        .filter(lead_scores::changes_at.le(now))
        .order((lead_scores::changes_at, lead_scores::lead_id))
        .limit(limit)
        .select(lead_scores::lead_id)
        .load(conn)?)
}

/// Leads of a vertical in play that another model scored.
pub fn scored_otherwise(
    conn: &mut Conn,
    vertical: VerticalId,
    model: ScoreModelId,
    limit: i64,
) -> Result<Vec<LeadId>> {
    Ok(lead_scores::table
        .inner_join(leads::table)
        .filter(leads::vertical_id.eq(vertical))
        .filter(leads::state.eq_any(IN_PLAY))
        .filter(lead_scores::model_id.ne(model))
        .order(lead_scores::lead_id)
        .limit(limit)
        .select(lead_scores::lead_id)
        .load(conn)?)
}

#[derive(Insertable)]
#[diesel(table_name = lead_events)]
struct EventRow {
    id: LeadEventId,
    lead_id: LeadId,
    external_id: String,
    kind: LeadEventKind,
    count: i32,
    source: EventSource,
    at: Ts,
    recorded_at: Ts,
}

/// Keeps what was reported at the receipt of leads.
pub fn insert_happened<'a>(
    conn: &mut Conn,
    happened: impl Iterator<Item = (LeadId, &'a Happened)>,
) -> Result<()> {
    let rows: Vec<EventRow> = happened
        .map(|(lead, event)| EventRow {
            id: LeadEventId::new(event.at),
            lead_id: lead,
            external_id: format!("receipt:{}", event.kind),
            kind: event.kind,
            count: event.count,
            source: EventSource::Receipt,
            at: event.at,
            recorded_at: event.at,
        })
        .collect();
    insert_rows!(conn, lead_events::table, &rows)?;
    Ok(())
}

/// Keeps an event; false when one of the same name was kept before.
pub fn insert_event(
    conn: &mut Conn,
    lead: LeadId,
    event: &NewEvent,
    source: EventSource,
    now: Ts,
) -> Result<bool> {
    let id = LeadEventId::new(now);
    let row = EventRow {
        id,
        lead_id: lead,
        external_id: event.external_id.clone().unwrap_or_else(|| id.to_string()),
        kind: event.kind,
        count: event.count,
        source,
        at: event.at,
        recorded_at: now,
    };
    let inserted = each!(conn, |inner| diesel::insert_into(lead_events::table)
        .values(row)
        .on_conflict((lead_events::lead_id, lead_events::external_id))
        .do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

/// What was done, of these leads.
pub fn events(conn: &mut Conn, leads: &[LeadId]) -> Result<Vec<(LeadId, Happened)>> {
    let rows: Vec<(LeadId, LeadEventKind, Ts, i32)> = lead_events::table
        .filter(lead_events::lead_id.eq_any(leads.to_vec()))
        .select((
            lead_events::lead_id,
            lead_events::kind,
            lead_events::at,
            lead_events::count,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(lead, kind, at, count)| (lead, Happened { kind, at, count }))
        .collect())
}

/// Whether a buyer has bought a lead.
pub fn is_bought_by(conn: &mut Conn, lead: LeadId, buyer: AccountId) -> Result<bool> {
    let bought: i64 = purchases::table
        .filter(purchases::lead_id.eq(lead))
        .filter(purchases::buyer_id.eq(buyer))
        .count()
        .get_result(conn)?;
    Ok(bought > 0)
}
