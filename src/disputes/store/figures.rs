//! Disputes counted: for the published figures, and for what an auditor is told of both sides.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{dispute_decisions, disputes, purchases};
use crate::disputes::{Dispute, DisputeSide, DisputeState};
use crate::error::Result;
use crate::id::{AccountId, DisputeId, VerticalId};

/// Disputes that are looked at for one figure, the newest.
const LOOKED_AT: i64 = 2_000;

/// A dispute with the end of its purchase's window.
pub type Counted = (Dispute, Ts);

/// Disputes of one vertical, or of one side, opened since then.
pub fn opened_since(
    conn: &mut Conn,
    vertical: Option<VerticalId>,
    party: Option<(DisputeSide, AccountId)>,
    since: Ts,
) -> Result<Vec<Counted>> {
    let mut query = disputes::table
        .inner_join(purchases::table)
        .filter(disputes::opened_at.ge(since))
        .order((disputes::opened_at.desc(), disputes::id.desc()))
        .limit(LOOKED_AT)
        .select((Dispute::as_select(), purchases::final_at))
        .into_boxed();
    if let Some(vertical) = vertical {
        query = query.filter(disputes::vertical_id.eq(vertical));
    }
    query = match party {
        Some((DisputeSide::Seller, seller)) => query.filter(disputes::seller_id.eq(seller)),
        Some((_, buyer)) => query.filter(disputes::buyer_id.eq(buyer)),
        None => query,
    };
    Ok(query.load(conn)?)
}

/// Those of these disputes whose second decision gave back another amount than the first.
pub fn overturned(conn: &mut Conn, counted: &[Counted]) -> Result<i64> {
    let appealed: Vec<DisputeId> = counted
        .iter()
        .filter(|(dispute, _)| dispute.round == 2)
        .map(|(dispute, _)| dispute.id)
        .collect();
    let mut first = HashMap::new();
    let mut overturned = 0;
    // Within the number of variables that both databases take.
    for some in appealed.chunks(500) {
        let rows: Vec<(DisputeId, i32, i64)> = dispute_decisions::table
            .filter(dispute_decisions::dispute_id.eq_any(some))
            .order((dispute_decisions::dispute_id, dispute_decisions::round))
            .select((
                dispute_decisions::dispute_id,
                dispute_decisions::round,
                dispute_decisions::refund_minor,
            ))
            .load(conn)?;
        for (dispute, round, refund) in rows {
            if round == 1 {
                first.insert(dispute, refund);
            } else if first.get(&dispute) != Some(&refund) {
                overturned += 1;
            }
        }
    }
    Ok(overturned)
}

/// Purchases of one side since then.
pub fn purchases_since(
    conn: &mut Conn,
    (side, account): (DisputeSide, AccountId),
    since: Ts,
) -> Result<i64> {
    let mut query = purchases::table
        .filter(purchases::purchased_at.ge(since))
        .count()
        .into_boxed();
    query = match side {
        DisputeSide::Seller => query.filter(purchases::seller_id.eq(account)),
        _ => query.filter(purchases::buyer_id.eq(account)),
    };
    Ok(query.get_result(conn)?)
}

/// Closed disputes for the same reason in the same vertical, the newest first.
pub fn similar(conn: &mut Conn, dispute: &Dispute, limit: i64) -> Result<Vec<Dispute>> {
    Ok(disputes::table
        .filter(disputes::vertical_id.eq(dispute.vertical_id))
        .filter(disputes::reason.eq(dispute.reason))
        .filter(disputes::closed_at.is_not_null())
        .filter(disputes::state.ne(DisputeState::Withdrawn))
        .filter(disputes::id.ne(dispute.id))
        .order((disputes::closed_at.desc(), disputes::id.desc()))
        .limit(limit)
        .select(Dispute::as_select())
        .load(conn)?)
}
