//! What is kept back of a settled share by its seller's standing, and paid out later.

use super::store;
use crate::access::AccountKind;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::AccountId;
use crate::ledger::{self, Settlement, Source};
use crate::money::Money;

/// Makes a seller's pending share final: payable, less what its standing keeps back.
pub fn settle(
    conn: &mut Conn,
    source: Source,
    seller: AccountId,
    net: Money,
    at: Ts,
) -> Result<()> {
    let step = super::step_of(conn, seller, AccountKind::Seller)?;
    let reserve = net.share(step.reserve());
    ledger::settle(
        conn,
        &Settlement {
            source,
            seller,
            net,
            reserve,
            at,
        },
    )?;
    if reserve.minor > 0 {
        store::keep_back(
            conn,
            source,
            seller,
            reserve,
            at.plus_days(step.reserve_days),
        )?;
    }
    Ok(())
}

/// Pays out up to `limit` reserves whose time is over, as far as refunds have left them; says how many.
pub fn release_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let due = store::due(conn, now, limit)?;
    let count = due.len();
    for kept in due {
        let released =
            ledger::release_reserve(conn, kept.source(), kept.seller_id, kept.amount(), now)?;
        store::note_released(conn, &kept, released.minor, now)?;
    }
    Ok(count)
}
