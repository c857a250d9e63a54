//! The end of bids whose lead did not come: what was held goes back, once.

use std::collections::BTreeSet;

use super::{Ended, Noted, bid_of, record_all, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::purchases::HeldBid;
use crate::requests;

/// A bid whose time is over.
#[derive(Debug, Clone)]
pub struct Due {
    noted: Noted,
    bid: HeldBid,
}

/// Bids whose time is over, the oldest first.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Due>> {
    let rows = store::due(conn, now, limit)?.into_iter();
    rows.map(|row| {
        Ok(Due {
            bid: bid_of(row.id, row.bid.as_deref())?,
            noted: Noted::expired(&row),
        })
    })
    .collect()
}

/// Gives back what is held for one lead; a request that was full before meets the listed leads again.
pub(super) fn give_up(conn: &mut Conn, bid: &HeldBid, now: Ts) -> Result<()> {
    let was_full = requests::give_back(conn, &bid.reservation)?;
    HeldBid::release_money(conn, [bid], now)?;
    if was_full {
        requests::meet_listed(conn, bid.reservation.request, now)?;
    }
    Ok(())
}

/// Ends bids; says how many. One that a post has ended meanwhile is left alone.
pub fn expire(conn: &mut Conn, due: &[Due], now: Ts) -> Result<usize> {
    let mut over: Vec<&Due> = Vec::with_capacity(due.len());
    for one in due {
        if store::end(conn, one.noted.id, &Ended::EXPIRED, now)? {
            over.push(one);
        }
    }
    // All requests before all wallets, each in one order, as sales lock them.
    over.sort_by_key(|one| one.bid.reservation.request);
    let mut were_full = BTreeSet::new();
    for one in &over {
        if requests::give_back(conn, &one.bid.reservation)? {
            were_full.insert(one.bid.reservation.request);
        }
    }
    over.sort_by_key(|one| (one.bid.buyer, one.noted.id));
    HeldBid::release_money(conn, over.iter().map(|one| &one.bid), now)?;
    for request in were_full {
        requests::meet_listed(conn, request, now)?;
    }
    record_all(conn, Actor::System, over.iter().map(|one| &one.noted), now)?;
    let ended = u64::try_from(over.len()).unwrap_or(0);
    metrics::counter!("galena_pings_expired_total").increment(ended);
    Ok(over.len())
}
