//! Reserving room in a request for a lead that is announced: counted by the same guards as a lead that is taken,
//! then filled by it, or given back exactly.

use anyhow::anyhow;
use diesel::Connection as _;
use serde::{Deserialize, Serialize};

use super::gate::Gate;
use super::take::{Stop, count_in_windows, counted, full};
use super::windows::CapWindow;
use super::{MATCH_JOB, MatchJob, PurchaseRequest, store};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::RequestId;
use crate::jobs;
use crate::money::Money;

/// Room that is held for one lead; whoever holds it keeps this to fill it or to give it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    pub request: RequestId,
    /// Of the request's terms; an edit or a pause ends the bid.
    pub version: i64,
    /// What is paid and set aside for the lead.
    pub amount: Money,
    windows: Vec<Counted>,
}

/// A window in which the lead is counted, which may be over when it comes or does not, and the cap's limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    window: CapWindow,
    starts_at: Ts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most_leads: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most_minor: Option<i64>,
}

/// Holds room for a lead whose price and holds come to `amount`, all or nothing; or the gate that refused it.
/// It never makes the request fulfilled.
pub fn reserve(
    conn: &mut Conn,
    request: &PurchaseRequest,
    amount: Money,
    now: Ts,
) -> Result<Result<Reservation, Gate>> {
    if amount.currency != request.bid.currency {
        return Ok(Err(Gate::Currency));
    }
    let count = |conn: &mut Conn| {
        if !store::hold_room(conn, request, amount.minor, now)? {
            return Err(Stop::At(full(conn, request)?));
        }
        count_in_windows(conn, request, amount, now)
    };
    // The savepoint takes back the counters that passed when a later one refuses.
    let outcome = if request.caps.is_empty() {
        count(conn)
    } else {
        conn.transaction(count)
    };
    match outcome {
        Ok(()) => Ok(Ok(Reservation {
            request: request.id,
            version: request.version,
            amount,
            windows: request
                .caps
                .iter()
                .map(|cap| Counted {
                    window: cap.window,
                    starts_at: cap.window.start(now, request.schedule.zone),
                    most_leads: cap.count,
                    most_minor: cap.amount.map(|most| most.minor),
                })
                .collect(),
        })),
        Err(Stop::At(gate)) => Ok(Err(gate)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Counts the lead that came in the room that is held for it; the windows keep it where it was counted first.
///
/// `Some` when the request is not what it was: the room is then still held.
pub fn fill(
    conn: &mut Conn,
    request: &PurchaseRequest,
    held: &Reservation,
    now: Ts,
) -> Result<Option<Gate>> {
    match store::fill_room(conn, request, held.version, held.amount.minor)? {
        Some(row) => {
            counted(conn, request, held.amount, row, now)?;
            Ok(None)
        }
        None => Ok(Some(Gate::RequestNotActive)),
    }
}

/// Gives room back in the request and in each window in which it was counted; says whether there was no room for
/// another such lead before.
pub fn give_back(conn: &mut Conn, held: &Reservation) -> Result<bool> {
    let amount = held.amount.minor;
    let room = store::give_up_room(conn, held.request, amount)?.ok_or_else(|| lost(held))?;
    let needed = amount.saturating_mul(2);
    let mut was_full = room.bought + room.held + 1 >= room.quantity
        || room.spent_minor + room.held_minor + needed > room.budget_minor;
    for counted in &held.windows {
        let Counted {
            window, starts_at, ..
        } = *counted;
        let (leads, minor) =
            store::uncount_in_window(conn, held.request, window, starts_at, amount)?
                .ok_or_else(|| lost(held))?;
        was_full |= counted.most_leads.is_some_and(|most| leads + 1 >= most)
            || counted.most_minor.is_some_and(|most| minor + needed > most);
    }
    Ok(was_full)
}

fn lost(held: &Reservation) -> Error {
    Error::Internal(anyhow!("{} does not hold what was reserved", held.request))
}

/// Meets a request that has room again with the leads that are listed.
pub fn meet_listed(conn: &mut Conn, request: RequestId, now: Ts) -> Result<()> {
    jobs::enqueue(conn, MATCH_JOB, &MatchJob { request }, now, now)?;
    Ok(())
}
