//! Leaving the market: a seller withdraws a lead, or its time is over.

use serde_json::Value;

use super::{LeadState, Listing, store};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, LeadId};

/// Takes a listed lead off the market; copies that were sold stay sold.
pub fn withdraw(
    conn: &mut Conn,
    seller: AccountId,
    id: LeadId,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    let state = store::list::state_of(conn, id, seller)?;
    if !store::list::leave_market(conn, id, Some(seller), LeadState::Withdrawn)? {
        return Err(Error::refused_because(
            Code::StateConflict,
            format!("the lead is {state}"),
        ));
    }
    record(conn, id, seller, actor, "lead.withdrawn", now)
}

/// Takes a lead off that was to be sold at once or not at all; one that nobody bought may be sent in again.
/// Nothing happens to a lead that is sold out.
pub fn take_back(conn: &mut Conn, listing: &mut Listing, actor: Actor, now: Ts) -> Result<()> {
    if !store::list::take_back(conn, listing.id)? {
        return Ok(());
    }
    if listing.copies_sold == 0 {
        store::states::release_claims(conn, listing.id)?;
    }
    listing.state = LeadState::Withdrawn;
    record(
        conn,
        listing.id,
        listing.seller_id,
        actor,
        "lead.withdrawn",
        now,
    )
}

/// Ends listings whose time is over, up to `limit`; says how many it ended.
pub fn expire(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut ended = 0;
    for (id, seller) in store::list::overdue(conn, now, limit)? {
        if store::list::leave_market(conn, id, None, LeadState::Expired)? {
            record(conn, id, seller, Actor::System, "lead.expired", now)?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Takes the first copy of a listing for a buyer and leaves it no more copies than for so many buyers; false when
/// somebody has one already, or the listing is over.
pub fn take_first(conn: &mut Conn, listing: &Listing, buyers: i32, now: Ts) -> Result<bool> {
    if !store::take_first(conn, listing.id, buyers, now)? {
        return Ok(false);
    }
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(listing.seller_id),
            action: "lead.narrowed",
            subject: listing.id.to_string(),
            detail: serde_json::json!({ "copies": { "from": listing.copies, "to": buyers } }),
        },
    )?;
    Ok(true)
}

/// Puts a copy back on the market that its buyer was refunded for; false when the listing is over.
pub fn return_copy(conn: &mut Conn, id: LeadId, now: Ts) -> Result<bool> {
    if !store::return_copy(conn, id, now)? {
        return Ok(false);
    }
    let seller = store::listing(conn, id)?.seller_id;
    record(conn, id, seller, Actor::System, "lead.returned", now)?;
    Ok(true)
}

/// Takes a lead off for good that an audit found wanting; false when it is rejected or erased already.
pub fn strike_off(conn: &mut Conn, id: LeadId, actor: Actor, now: Ts) -> Result<bool> {
    if !store::list::strike_off(conn, id)? {
        return Ok(false);
    }
    let seller = store::listing(conn, id)?.seller_id;
    record(conn, id, seller, actor, "lead.rejected", now)?;
    Ok(true)
}

fn record(
    conn: &mut Conn,
    id: LeadId,
    seller: AccountId,
    actor: Actor,
    action: &str,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: Some(seller),
            action,
            subject: id.to_string(),
            detail: Value::Null,
        },
    )
}
