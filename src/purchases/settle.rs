//! Settlement: when the dispute window is over, a seller's pending share becomes payable.

use super::store;
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::ledger;

/// Settles up to `limit` purchases whose window has ended; says how many. A purchase that moved on
/// meanwhile is left alone, and none is settled twice.
pub fn settle_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut settled = 0;
    for purchase in store::final_by(conn, now, limit)? {
        if store::settle(conn, purchase.id, now)? {
            ledger::settle(
                conn,
                purchase.id,
                purchase.seller_id,
                purchase.earning(),
                now,
            )?;
            super::record(conn, Actor::System, "purchase.settled", &purchase, now)?;
            settled += 1;
        }
    }
    Ok(settled)
}
