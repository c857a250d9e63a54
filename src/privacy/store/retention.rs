//! What was kept for long enough.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{disputes, import_files, imports, leads, purchases, refused_leads};
use crate::error::Result;
use crate::id::{ImportId, LeadId, RefusedLeadId, VerticalId};
use crate::leads::LeadState;
use crate::leads::import::ImportState;

/// Leads of a vertical that nobody bought and whose listing ended before a time.
pub fn unsold(
    conn: &mut Conn,
    vertical: VerticalId,
    ended_before: Ts,
    limit: i64,
) -> Result<Vec<LeadId>> {
    Ok(leads::table
        .filter(leads::vertical_id.eq(vertical))
        .filter(leads::state.ne_all([LeadState::Listed, LeadState::SoldOut, LeadState::Erased]))
        .filter(leads::expires_at.lt(ended_before))
        .filter(not(exists(
            purchases::table.filter(purchases::lead_id.eq(leads::id)),
        )))
        .order(leads::id)
        .limit(limit)
        .select(leads::id)
        .load(conn)?)
}

/// Leads of a vertical that were sold last before a time, and are under no open dispute.
pub fn sold(
    conn: &mut Conn,
    vertical: VerticalId,
    sold_before: Ts,
    limit: i64,
) -> Result<Vec<LeadId>> {
    let lately = purchases::table
        .filter(purchases::lead_id.eq(leads::id))
        .filter(purchases::purchased_at.ge(sold_before));
    let disputed = purchases::table
        .inner_join(disputes::table)
        .filter(purchases::lead_id.eq(leads::id))
        .filter(disputes::closed_at.is_null());
    Ok(leads::table
        .filter(leads::vertical_id.eq(vertical))
        .filter(leads::state.ne_all([LeadState::Listed, LeadState::Erased]))
        .filter(exists(
            purchases::table.filter(purchases::lead_id.eq(leads::id)),
        ))
        .filter(not(exists(lately)))
        .filter(not(exists(disputed)))
        .order(leads::id)
        .limit(limit)
        .select(leads::id)
        .load(conn)?)
}

/// Refused documents of a vertical from before a time.
pub fn refused_of(
    conn: &mut Conn,
    vertical: &str,
    before: Ts,
    limit: i64,
) -> Result<Vec<RefusedLeadId>> {
    Ok(refused_leads::table
        .filter(refused_leads::vertical.eq(vertical))
        .filter(refused_leads::received_at.lt(before))
        .order(refused_leads::id)
        .limit(limit)
        .select(refused_leads::id)
        .load(conn)?)
}

/// Refused documents from before a time that name no vertical that there is.
pub fn refused_of_none(
    conn: &mut Conn,
    verticals: &[String],
    before: Ts,
    limit: i64,
) -> Result<Vec<RefusedLeadId>> {
    Ok(refused_leads::table
        .filter(refused_leads::vertical.ne_all(verticals.to_vec()))
        .filter(refused_leads::received_at.lt(before))
        .order(refused_leads::id)
        .limit(limit)
        .select(refused_leads::id)
        .load(conn)?)
}

/// Uploaded files of a vertical from before a time that are not being read.
pub fn files(
    conn: &mut Conn,
    vertical: VerticalId,
    before: Ts,
    limit: i64,
) -> Result<Vec<ImportId>> {
    Ok(import_files::table
        .inner_join(imports::table.on(imports::id.eq(import_files::import_id)))
        .filter(imports::vertical_id.eq(vertical))
        .filter(imports::created_at.lt(before))
        .filter(imports::state.ne_all([ImportState::Queued, ImportState::Running]))
        .order(imports::id)
        .limit(limit)
        .select(imports::id)
        .load(conn)?)
}
