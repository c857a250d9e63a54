//! The end of bids whose lead did not come: what was held goes back, once.

use std::collections::BTreeSet;

use super::{Ended, Ping, PingState, record, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::purchases::HeldBid;
use crate::requests;

/// Gives back what is held for one lead; a request that was full before meets the listed leads again.
pub(super) fn give_up(conn: &mut Conn, bid: &HeldBid, now: Ts) -> Result<()> {
    let was_full = requests::give_back(conn, &bid.reservation)?;
    bid.release_money(conn, now)?;
    if was_full {
        requests::meet_listed(conn, bid.reservation.request, now)?;
    }
    Ok(())
}

/// Ends up to `limit` bids whose time is over; says how many. One that a post has ended meanwhile is left alone.
pub fn expire(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut over = Vec::new();
    for ping in store::due(conn, now, limit)? {
        if store::end(conn, ping.id, &Ended::EXPIRED, now)? {
            over.push(Ping {
                state: PingState::Expired,
                ended_at: Some(now),
                ..ping
            });
        }
    }
    let mut bids = over
        .iter()
        .map(Ping::held_bid)
        .collect::<Result<Vec<_>>>()?;
    // All requests before all wallets, each in one order, as sales lock them.
    bids.sort_by_key(|bid| bid.reservation.request);
    let mut were_full = BTreeSet::new();
    for bid in &bids {
        if requests::give_back(conn, &bid.reservation)? {
            were_full.insert(bid.reservation.request);
        }
    }
    bids.sort_by_key(|bid| (bid.buyer, bid.ping));
    for bid in &bids {
        bid.release_money(conn, now)?;
    }
    for request in were_full {
        requests::meet_listed(conn, request, now)?;
    }
    for ping in &over {
        record(conn, Actor::System, ping, now)?;
    }
    let ended = u64::try_from(over.len()).unwrap_or(0);
    metrics::counter!("galena_pings_expired_total").increment(ended);
    Ok(over.len())
}
