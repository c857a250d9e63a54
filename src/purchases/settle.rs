//! The end of purchases: prices that become final, purchases without anything open, and lapses.

use super::{Purchase, PurchaseState, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::ledger;

pub use store::lapsing;

/// Settles up to `limit` purchases whose window has ended; says how many. A purchase that moved on
/// meanwhile is left alone, and none is settled twice.
pub fn settle_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut settled = 0;
    for purchase in store::final_by(conn, now, limit)? {
        if store::settle(conn, &purchase, now)? {
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

/// Settles up to `limit` purchases with an outcome under which nothing is open any more; says how many.
pub fn finish_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let due = store::finishable(conn, limit)?;
    for purchase in &due {
        advance(conn, purchase, PurchaseState::Settled, None, now)?;
    }
    Ok(due.len())
}

/// Moves a purchase by the table, if nobody moved it meanwhile; `lapse_at` is when it may lapse from now on.
pub fn advance(
    conn: &mut Conn,
    purchase: &Purchase,
    next: PurchaseState,
    lapse_at: Option<Ts>,
    now: Ts,
) -> Result<()> {
    let stays = purchase.state == next;
    let moved = (stays || purchase.state.may_become(next))
        && store::advance(conn, purchase.id, (purchase.state, next), lapse_at)?;
    if !moved {
        return Err(Error::refused_because(
            Code::StateConflict,
            format!("the purchase is {}", purchase.state),
        ));
    }
    if stays {
        return Ok(());
    }
    let action = match next {
        PurchaseState::AppointmentHeld => "purchase.appointment_held",
        PurchaseState::Sold => "purchase.sold",
        PurchaseState::Lapsed => "purchase.lapsed",
        PurchaseState::Disputed => "purchase.disputed",
        PurchaseState::Refunded => "purchase.refunded",
        PurchaseState::Delivered | PurchaseState::AwaitingOutcome => "purchase.delivered",
        PurchaseState::Settled => "purchase.settled",
    };
    super::record(conn, Actor::System, action, purchase, now)
}
