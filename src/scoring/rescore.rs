//! Giving a lead its score: when it is received, when something was done, by the clock, and when the operator
//! moves the leads of a vertical to its new model.

use serde_json::json;

use super::facts::{Bant, Facts, Happened, Signals};
use super::model::{Formula, Scored, Stage};
use super::store::{self, LeadRow};
use super::{OFFER_JOB, OfferJob, ScoreModel, models};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::events::{self, EventKind, Happening};
use crate::id::{LeadId, ScoreModelId, VerticalId};
use crate::jobs as queue;

/// The score of a lead that is being received.
#[derive(Debug, Clone)]
pub struct First {
    model: ScoreModelId,
    happened: Vec<Happened>,
    bant: Bant,
    pub scored: Scored,
}

/// The score that a lead would be given if it came now, by the live model of its vertical, or by the one that a
/// vertical begins with; nothing is written.
pub fn outlook(
    conn: &mut Conn,
    vertical: VerticalId,
    facts: &Facts<'_>,
    signals: &Signals,
    now: Ts,
) -> Result<Scored> {
    let model = models::find(conn, vertical)?;
    let formula = model.map_or_else(Formula::default, |model| model.formula);
    Ok(formula.score(facts, &signals.happened(now), 0, now))
}

impl First {
    /// Scores by a model that was read already.
    pub fn by(model: &ScoreModel, facts: &Facts<'_>, signals: &Signals, now: Ts) -> Self {
        let happened = signals.happened(now);
        Self {
            scored: model.formula.score(facts, &happened, 0, now),
            model: model.id,
            happened,
            bant: facts.bant,
        }
    }
}

/// Keeps the first scores of leads, once the leads themselves are written.
pub fn keep(conn: &mut Conn, firsts: &[(LeadId, &First)], now: Ts) -> Result<()> {
    let scores = firsts.iter().map(|(lead, first)| {
        let count = i32::try_from(first.happened.len()).unwrap_or(0);
        let by = (first.model, 0, &first.bant);
        store::NewScore::of(*lead, by, (&first.scored, count), now)
    });
    let scores: Vec<store::NewScore> = scores.collect::<Result<_>>()?;
    store::insert(conn, &scores)?;
    let happened = firsts
        .iter()
        .flat_map(|(lead, first)| first.happened.iter().map(|event| (*lead, event)));
    store::insert_happened(conn, happened)
}

/// Locks a lead's score, and begins one for a lead that has none: what it had before is carried on.
pub(super) fn lock(conn: &mut Conn, lead: &LeadRow, now: Ts) -> Result<()> {
    if store::lock(conn, lead.id)? {
        return Ok(());
    }
    let model = models::live(conn, lead.vertical_id, now)?;
    let facts = lead.facts()?;
    let bant = Bant::default();
    let scored = model.formula.score(&facts.with(bant), &[], lead.score, now);
    let by = (model.id, lead.score, &bant);
    let score = store::NewScore::of(lead.id, by, (&scored, 0), now)?;
    store::insert(conn, &[score])
}

/// Scores a lead anew by its own version, or by `model` from now on; its score must be locked.
pub(super) fn rescore(
    conn: &mut Conn,
    lead: &LeadRow,
    model: Option<&ScoreModel>,
    actor: Actor,
    now: Ts,
) -> Result<Scored> {
    let kept = store::kept(conn, &[lead.id])?
        .pop()
        .ok_or_else(|| anyhow::anyhow!("{} has no score", lead.id))?;
    let own;
    let model = if let Some(model) = model {
        model
    } else {
        own = store::models::by_id(conn, kept.model_id)?
            .ok_or_else(|| anyhow::anyhow!("{} has no model", lead.id))?;
        &own
    };
    let events: Vec<Happened> = store::events(conn, &[lead.id])?
        .into_iter()
        .map(|(_, event)| event)
        .collect();
    let facts = lead.facts()?;
    let facts = facts.with(kept.bant()?);
    let scored = model
        .formula
        .score(&facts, &events, kept.carried_points, now);
    store::set(conn, lead.id, model.id, &scored, now)?;
    if scored.stage != lead.stage {
        let before = (lead.score, lead.stage);
        record(
            conn,
            lead,
            (before, (scored.score, scored.stage)),
            model.version,
            actor,
            now,
        )?;
    }
    if scored.score > lead.score && lead.state == "listed" {
        queue::enqueue(conn, OFFER_JOB, &OfferJob { lead: lead.id }, now, now)?;
    }
    Ok(scored)
}

fn record(
    conn: &mut Conn,
    lead: &LeadRow,
    (before, after): ((i32, Stage), (i32, Stage)),
    version: i32,
    actor: Actor,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: Some(lead.seller_id),
            action: "lead.stage_changed",
            subject: lead.id.to_string(),
            detail: json!({
                "before": { "score": before.0, "stage": before.1 },
                "after": { "score": after.0, "stage": after.1 },
                "model_version": version,
            }),
        },
    )?;
    let data = json!({
        "lead": lead.id,
        "score": after.0,
        "stage": after.1,
        "stage_before": before.1,
        "model_version": version,
    });
    let kind = EventKind::LeadStageChanged;
    events::record(
        conn,
        &[Happening::new(lead.seller_id, kind, lead.id, data)],
        at,
    )
}

/// Scores anew up to `limit` leads whose points the clock has changed; says how many.
pub fn decay(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let due = store::due(conn, now, limit)?;
    for &id in &due {
        store::lock(conn, id)?;
        let lead = found(conn, id)?;
        if lead.is_in_play() {
            rescore(conn, &lead, None, Actor::System, now)?;
        } else {
            store::stop_clock(conn, id)?;
        }
    }
    Ok(due.len())
}

/// Moves up to `limit` leads in play to a live version that was made live with this wish; says how many.
pub fn move_leads(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let Some(model) = store::models::moving(conn)? else {
        return Ok(0);
    };
    let others = store::scored_otherwise(conn, model.vertical_id, model.id, limit)?;
    if others.is_empty() {
        store::models::stop_moving(conn, model.id)?;
        return Ok(1);
    }
    for &id in &others {
        store::lock(conn, id)?;
        let lead = found(conn, id)?;
        rescore(conn, &lead, Some(&model), Actor::System, now)?;
    }
    Ok(others.len())
}

fn found(conn: &mut Conn, id: LeadId) -> Result<LeadRow> {
    store::lead(conn, id)?.ok_or_else(|| Error::Internal(anyhow::anyhow!("{id} is gone")))
}
