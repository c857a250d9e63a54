//! The end of purchases: prices that become final, purchases without anything open, and lapses.

use super::{Purchase, PurchaseState, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::contracts::Terms;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::ledger::Source;
use crate::standing;

pub use store::lapsing;

/// Settles up to `limit` purchases whose window has ended; says how many. A purchase that moved on
/// meanwhile is left alone, and none is settled twice.
pub fn settle_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut settled = 0;
    for purchase in store::final_by(conn, now, limit)? {
        if store::settle(conn, &purchase, now)? {
            let source = Source::Purchase(purchase.id);
            standing::settle(conn, source, purchase.seller_id, purchase.earning(), now)?;
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

/// Puts the price of a purchase under dispute. One that awaits outcomes keeps its state: only its
/// price is disputed, and does not become final meanwhile.
pub fn dispute(conn: &mut Conn, purchase: &Purchase, terms: &Terms, now: Ts) -> Result<()> {
    if terms.awaits_outcome() {
        return Ok(());
    }
    advance(conn, purchase, PurchaseState::Disputed, None, now)
}

/// Ends the dispute of a purchase's price: what was not refunded is final.
pub fn end_dispute(conn: &mut Conn, purchase: &Purchase, now: Ts) -> Result<()> {
    if purchase.state == PurchaseState::Disputed {
        advance(conn, purchase, PurchaseState::Settled, None, now)?;
    }
    store::set_settled(conn, purchase.id, now)
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
