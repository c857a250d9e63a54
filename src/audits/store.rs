//! Audits in the database.

use diesel::prelude::*;

use super::{AuditState, DrawnBecause, Findings, LeadAudit, Policy};
use crate::clock::{HOUR, Ts};
use crate::db::schema::{audit_policy, audit_shares, lead_audits, lead_checks, leads};
use crate::db::types::json;
use crate::db::{Conn, each};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, LeadAuditId, LeadId, UserId, VerticalId};
use crate::leads::LeadState;
use crate::vault::{Sealed, Vault};

/// A place in the order in which leads were received.
pub type Place = (Ts, LeadId);

pub fn policy(conn: &mut Conn) -> Result<Policy> {
    Ok(audit_policy::table
        .select(Policy::as_select())
        .first(conn)?)
}

pub fn set_policy(conn: &mut Conn, new: &Policy) -> Result<()> {
    diesel::update(audit_policy::table)
        .set((
            audit_policy::start_share_bps.eq(new.start_share_bps),
            audit_policy::least_share_bps.eq(new.least_share_bps),
            audit_policy::most_share_bps.eq(new.most_share_bps),
            audit_policy::first_leads.eq(new.first_leads),
            audit_policy::low_standing.eq(new.low_standing),
            audit_policy::burst_leads.eq(new.burst_leads),
        ))
        .execute(conn)?;
    Ok(())
}

/// The seed, the bounds, and up to where leads were looked at.
pub fn draw_settings(conn: &mut Conn) -> Result<(String, Policy, Place)> {
    let (seed, at, id) = audit_policy::table
        .select((
            audit_policy::seed,
            audit_policy::looked_at,
            audit_policy::looked_id,
        ))
        .first(conn)?;
    Ok((seed, policy(conn)?, (at, id)))
}

/// Notes up to where leads were looked at; false when somebody else did.
pub fn move_on(conn: &mut Conn, from: Place, to: Place) -> Result<bool> {
    let moved = diesel::update(audit_policy::table)
        .filter(audit_policy::looked_at.eq(from.0))
        .filter(audit_policy::looked_id.eq(from.1))
        .set((
            audit_policy::looked_at.eq(to.0),
            audit_policy::looked_id.eq(to.1),
        ))
        .execute(conn)?;
    Ok(moved == 1)
}

/// A lead that was not looked at yet.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = leads)]
pub struct Fresh {
    pub id: LeadId,
    pub seller_id: AccountId,
    pub vertical_id: VerticalId,
    state: LeadState,
    pub received_at: Ts,
}

impl Fresh {
    /// Whether the lead is, or was, on the market.
    pub const fn may_be_audited(&self) -> bool {
        matches!(
            self.state,
            LeadState::Listed | LeadState::SoldOut | LeadState::Expired
        )
    }
}

/// Leads behind a place, received by `until`, in their order.
pub fn fresh(conn: &mut Conn, (at, id): Place, until: Ts, limit: i64) -> Result<Vec<Fresh>> {
    Ok(leads::table
        .filter(
            leads::received_at
                .gt(at)
                .or(leads::received_at.eq(at).and(leads::id.gt(id))),
        )
        .filter(leads::received_at.le(until))
        .order((leads::received_at, leads::id))
        .limit(limit)
        .select(Fresh::as_select())
        .load(conn)?)
}

/// Warnings that the checks of a lead gave.
pub fn warnings(conn: &mut Conn, lead: LeadId) -> Result<i64> {
    let warnings: Option<i32> = lead_checks::table
        .find(lead)
        .select(lead_checks::warnings)
        .first(conn)
        .optional()?;
    Ok(i64::from(warnings.unwrap_or(0)))
}

/// Leads that the same seller sent in the hour up to this one.
pub fn received_within_hour(conn: &mut Conn, lead: &Fresh) -> Result<i64> {
    Ok(leads::table
        .filter(leads::seller_id.eq(lead.seller_id))
        .filter(leads::received_at.gt(lead.received_at.minus(HOUR)))
        .filter(leads::received_at.le(lead.received_at))
        .count()
        .get_result(conn)?)
}

/// How many leads of a seller were drawn so far.
pub fn audited(conn: &mut Conn, seller: AccountId) -> Result<i64> {
    Ok(lead_audits::table
        .filter(lead_audits::seller_id.eq(seller))
        .count()
        .get_result(conn)?)
}

/// A lead that was drawn.
pub struct Drawn {
    pub id: LeadAuditId,
    pub lead_id: LeadId,
    pub seller_id: AccountId,
    pub vertical_id: VerticalId,
    pub why: DrawnBecause,
    pub risk: i32,
    pub at: Ts,
}

/// Puts a lead into the queue; false when it was drawn before.
pub fn insert(conn: &mut Conn, drawn: &Drawn) -> Result<bool> {
    let row = (
        lead_audits::id.eq(drawn.id),
        lead_audits::lead_id.eq(drawn.lead_id),
        lead_audits::seller_id.eq(drawn.seller_id),
        lead_audits::vertical_id.eq(drawn.vertical_id),
        lead_audits::why.eq(drawn.why),
        lead_audits::risk.eq(drawn.risk),
        lead_audits::state.eq(AuditState::Queued),
        lead_audits::drawn_at.eq(drawn.at),
        lead_audits::refunds.eq(0),
    );
    let inserted = each!(conn, |inner| diesel::insert_into(lead_audits::table)
        .values(row)
        .on_conflict(lead_audits::lead_id)
        .do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

pub fn by_id(conn: &mut Conn, id: LeadAuditId) -> Result<Option<LeadAudit>> {
    Ok(lead_audits::table
        .find(id)
        .select(LeadAudit::as_select())
        .first(conn)
        .optional()?)
}

/// The first of the queue: the greatest risk, then the oldest.
pub fn next(conn: &mut Conn) -> Result<Option<LeadAuditId>> {
    Ok(lead_audits::table
        .filter(lead_audits::state.eq(AuditState::Queued))
        .order((
            lead_audits::risk.desc(),
            lead_audits::drawn_at,
            lead_audits::id,
        ))
        .select(lead_audits::id)
        .first(conn)
        .optional()?)
}

/// Takes an audit that is queued; false when it is not.
pub fn take(conn: &mut Conn, id: LeadAuditId, auditor: UserId, now: Ts) -> Result<bool> {
    let taken = diesel::update(lead_audits::table.find(id))
        .filter(lead_audits::state.eq(AuditState::Queued))
        .set((
            lead_audits::state.eq(AuditState::Taken),
            lead_audits::taken_by.eq(auditor),
            lead_audits::taken_at.eq(now),
        ))
        .execute(conn)?;
    Ok(taken == 1)
}

/// Puts back what this auditor has taken; false when it has not.
pub fn give_back(conn: &mut Conn, id: LeadAuditId, auditor: UserId) -> Result<bool> {
    let returned = diesel::update(lead_audits::table.find(id))
        .filter(lead_audits::state.eq(AuditState::Taken))
        .filter(lead_audits::taken_by.eq(auditor))
        .set((
            lead_audits::state.eq(AuditState::Queued),
            lead_audits::taken_by.eq(None::<UserId>),
            lead_audits::taken_at.eq(None::<Ts>),
        ))
        .execute(conn)?;
    Ok(returned == 1)
}

fn place(id: LeadAuditId) -> String {
    format!("lead_audits/{id}")
}

pub fn seal_note(vault: &Vault, id: LeadAuditId, note: &str) -> Result<Sealed> {
    Ok(vault.seal(&place(id), note.as_bytes())?)
}

/// Ends what this auditor has taken; false when it has not.
pub fn decide(
    conn: &mut Conn,
    (id, auditor): (LeadAuditId, UserId),
    state: AuditState,
    findings: &Findings,
    note: Sealed,
    now: Ts,
) -> Result<bool> {
    let decided = diesel::update(lead_audits::table.find(id))
        .filter(lead_audits::state.eq(AuditState::Taken))
        .filter(lead_audits::taken_by.eq(auditor))
        .set((
            lead_audits::state.eq(state),
            lead_audits::decided_at.eq(now),
            lead_audits::findings.eq(json(findings)?),
            lead_audits::master_key_id.eq(note.master_key_id),
            lead_audits::wrapped_key.eq(note.wrapped_key),
            lead_audits::sealed.eq(note.sealed),
        ))
        .execute(conn)?;
    Ok(decided == 1)
}

pub fn set_refunds(conn: &mut Conn, id: LeadAuditId, refunds: i32) -> Result<()> {
    diesel::update(lead_audits::table.find(id))
        .set(lead_audits::refunds.eq(refunds))
        .execute(conn)?;
    Ok(())
}

/// What the auditor wrote, nothing once the lead was erased; a refusal with 404 while nothing is decided.
pub fn note(conn: &mut Conn, vault: &Vault, id: LeadAuditId) -> Result<String> {
    type Row = (Option<String>, Option<Vec<u8>>, Option<Vec<u8>>);
    let (master_key_id, wrapped_key, sealed): Row = lead_audits::table
        .find(id)
        .select((
            lead_audits::master_key_id,
            lead_audits::wrapped_key,
            lead_audits::sealed,
        ))
        .first(conn)?;
    let (Some(master_key_id), Some(wrapped_key), Some(sealed)) =
        (master_key_id, wrapped_key, sealed)
    else {
        return Err(Error::refused(Code::NotFound));
    };
    // The key went with the person's data.
    if master_key_id.is_empty() {
        return Ok(String::new());
    }
    let record = Sealed {
        master_key_id,
        wrapped_key,
        sealed,
    };
    let plain = vault.unseal(&place(id), &record)?;
    String::from_utf8(plain).map_err(|error| Error::Internal(error.into()))
}

/// A seller's share and its passes in a row, once it has results.
pub fn share(conn: &mut Conn, seller: AccountId) -> Result<Option<(i32, i32)>> {
    Ok(audit_shares::table
        .find(seller)
        .select((audit_shares::share_bps, audit_shares::passes_in_row))
        .first(conn)
        .optional()?)
}

/// The same behind the row's lock; a seller without results begins with `start`.
pub fn lock_share(conn: &mut Conn, seller: AccountId, start: i32, now: Ts) -> Result<(i32, i32)> {
    let row = (
        audit_shares::seller_id.eq(seller),
        audit_shares::share_bps.eq(start),
        audit_shares::passes_in_row.eq(0),
        audit_shares::updated_at.eq(now),
    );
    each!(conn, |inner| diesel::insert_into(audit_shares::table)
        .values(row)
        .on_conflict(audit_shares::seller_id)
        .do_update()
        .set(audit_shares::updated_at.eq(now))
        .execute(inner))?;
    share(conn, seller)?
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("{seller} has no share of audits")))
}

pub fn set_share(
    conn: &mut Conn,
    seller: AccountId,
    (share_bps, in_row): (i32, i32),
    now: Ts,
) -> Result<()> {
    diesel::update(audit_shares::table.find(seller))
        .set((
            audit_shares::share_bps.eq(share_bps),
            audit_shares::passes_in_row.eq(in_row),
            audit_shares::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The shares of these sellers, of those with results.
pub fn shares(conn: &mut Conn, sellers: &[AccountId]) -> Result<Vec<(AccountId, i32)>> {
    Ok(audit_shares::table
        .filter(audit_shares::seller_id.eq_any(sellers.to_vec()))
        .select((audit_shares::seller_id, audit_shares::share_bps))
        .load(conn)?)
}

/// Audits of one state by seller and vertical.
pub type Counted = (AccountId, VerticalId, AuditState, i64);

/// How many audits ended how, of one seller or of all.
pub fn results(conn: &mut Conn, seller: Option<AccountId>, limit: i64) -> Result<Vec<Counted>> {
    let mut query = lead_audits::table
        .filter(lead_audits::decided_at.is_not_null())
        .group_by((
            lead_audits::seller_id,
            lead_audits::vertical_id,
            lead_audits::state,
        ))
        .order((
            lead_audits::seller_id,
            lead_audits::vertical_id,
            lead_audits::state,
        ))
        .select((
            lead_audits::seller_id,
            lead_audits::vertical_id,
            lead_audits::state,
            diesel::dsl::count_star(),
        ))
        .limit(limit)
        .into_boxed();
    if let Some(seller) = seller {
        query = query.filter(lead_audits::seller_id.eq(seller));
    }
    Ok(query.load(conn)?)
}

/// Which audits a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub seller: Option<AccountId>,
    pub states: Vec<AuditState>,
    /// The queue has the greatest risk first, other lists the newest decision.
    pub as_queue: bool,
}

pub fn list(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<LeadAudit>> {
    let mut query = lead_audits::table
        .filter(lead_audits::state.eq_any(filter.states.clone()))
        .limit(limit)
        .select(LeadAudit::as_select())
        .into_boxed();
    if let Some(seller) = filter.seller {
        query = query.filter(lead_audits::seller_id.eq(seller));
    }
    query = if filter.as_queue {
        query.order((
            lead_audits::risk.desc(),
            lead_audits::drawn_at,
            lead_audits::id,
        ))
    } else {
        query.order((lead_audits::decided_at.desc(), lead_audits::id.desc()))
    };
    Ok(query.load(conn)?)
}

/// How many audits stand in each state.
pub fn counts(conn: &mut Conn) -> Result<Vec<(AuditState, i64)>> {
    Ok(lead_audits::table
        .group_by(lead_audits::state)
        .select((lead_audits::state, diesel::dsl::count_star()))
        .load(conn)?)
}
