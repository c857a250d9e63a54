//! Withdrawn consents, and the buyers who must confirm that they stopped.

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::clock::Ts;
use crate::db::schema::{leads, purchases, revocation_tasks, revocations};
use crate::db::{Conn, each};
use crate::error::Result;
use crate::id::{AccountId, LeadId, PurchaseId};
use crate::leads::LeadState;
use crate::privacy::Via;
use crate::privacy::revoke::Task;

/// Takes the lead off the market for good; its seller, or `None` when there is no such lead.
///
/// Its row is changed whatever its state, so that a sale under way is waited for, and the next one finds
/// it withdrawn.
pub fn stop(conn: &mut Conn, id: LeadId) -> Result<Option<AccountId>> {
    let stopped = case_when(
        leads::state.eq_any([LeadState::Rejected, LeadState::Erased]),
        leads::state,
    )
    .otherwise(LeadState::Withdrawn.into_sql::<Text>());
    let changed = diesel::update(leads::table.find(id))
        .set(leads::state.eq(stopped))
        .execute(conn)?;
    if changed == 0 {
        return Ok(None);
    }
    Ok(Some(
        leads::table.find(id).select(leads::seller_id).first(conn)?,
    ))
}

/// Notes the withdrawal; false when the consent was withdrawn before.
pub fn insert(conn: &mut Conn, id: LeadId, via: Via, now: Ts) -> Result<bool> {
    let row = (
        revocations::lead_id.eq(id),
        revocations::via.eq(via),
        revocations::revoked_at.eq(now),
    );
    let inserted = each!(conn, |inner| diesel::insert_into(revocations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

/// When the consent of a lead was withdrawn.
pub fn revoked_at(conn: &mut Conn, id: LeadId) -> Result<Option<Ts>> {
    Ok(revocations::table
        .find(id)
        .select(revocations::revoked_at)
        .first(conn)
        .optional()?)
}

/// Who has the lead.
pub fn buyers(conn: &mut Conn, id: LeadId) -> Result<Vec<(PurchaseId, AccountId)>> {
    Ok(purchases::table
        .filter(purchases::lead_id.eq(id))
        .order(purchases::id)
        .select((purchases::id, purchases::buyer_id))
        .load(conn)?)
}

pub fn insert_task(conn: &mut Conn, task: &Task) -> Result<()> {
    diesel::insert_into(revocation_tasks::table)
        .values(task)
        .execute(conn)?;
    Ok(())
}

pub fn task(conn: &mut Conn, purchase: PurchaseId) -> Result<Option<Task>> {
    Ok(revocation_tasks::table
        .find(purchase)
        .select(Task::as_select())
        .first(conn)
        .optional()?)
}

/// Notes that the buyer stopped; false when it is not asked to, or has said so before.
pub fn confirm(
    conn: &mut Conn,
    buyer: AccountId,
    purchase: PurchaseId,
    by: &str,
    now: Ts,
) -> Result<bool> {
    let confirmed = diesel::update(revocation_tasks::table.find(purchase))
        .filter(revocation_tasks::buyer_id.eq(buyer))
        .filter(revocation_tasks::confirmed_at.is_null())
        .set((
            revocation_tasks::confirmed_at.eq(now),
            revocation_tasks::confirmed_by.eq(by),
        ))
        .execute(conn)?;
    Ok(confirmed == 1)
}

/// What is not confirmed, the longest waiting first.
pub fn open(conn: &mut Conn, limit: i64) -> Result<Vec<Task>> {
    Ok(revocation_tasks::table
        .filter(revocation_tasks::confirmed_at.is_null())
        .order((revocation_tasks::confirm_by, revocation_tasks::purchase_id))
        .limit(limit)
        .select(Task::as_select())
        .load(conn)?)
}
