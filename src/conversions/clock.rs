//! What the clock does with conversions: silence confirms, and leads without an outcome lapse.

use super::decide::{confirm, lapse};
use super::party::Party;
use super::{DecidedHow, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::purchases;

/// Confirms up to `limit` reports that nobody contested in time; says how many.
pub fn confirm_silent(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let due = store::silent(conn, now, limit)?;
    for conversion in &due {
        let buyer = store::buyer_of(conn, conversion.purchase_id)?;
        let party = Party::load(conn, buyer, Actor::System, conversion.purchase_id)?;
        confirm(conn, &party, conversion, DecidedHow::Silence, now)?;
    }
    Ok(due.len())
}

/// Ends up to `limit` purchases without an outcome whose time is over; says how many.
pub fn lapse_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let due = purchases::lapsing(conn, now, limit)?;
    for purchase in &due {
        let party = Party::load(conn, purchase.buyer_id, Actor::System, purchase.id)?;
        lapse(conn, &party, now)?;
    }
    Ok(due.len())
}
