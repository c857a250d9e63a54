//! Taking a lead against a request's limits: guarded counters, exact however many leads race.

use diesel::Connection as _;

use super::gate::{Gate, GateFailure};
use super::store;
use super::windows::Cap;
use super::{PurchaseRequest, RequestState};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::RequestId;
use crate::money::Money;
use crate::notices::{self, Notice, NoticeKind};

/// Counts a lead whose price and holds come to `price` against state, quantity, budget and caps, all or nothing.
///
/// `Some` is the gate that refused it, and nothing has changed; with the last lead the request is fulfilled.
pub fn take(
    conn: &mut Conn,
    request: &PurchaseRequest,
    price: Money,
    now: Ts,
) -> Result<Option<Gate>> {
    if price.currency != request.bid.currency {
        return Ok(Some(Gate::Currency));
    }
    if request.caps.is_empty() {
        return take_uncapped(conn, request, price, now);
    }
    // The savepoint takes back the counters that passed when a later one refuses.
    let outcome = conn.transaction(|conn| {
        if let Some(gate) = take_uncapped(conn, request, price, now)? {
            return Err(Stop::At(gate));
        }
        count_in_windows(conn, request, price, now)
    });
    match outcome {
        Ok(()) => Ok(None),
        Err(Stop::At(gate)) => Ok(Some(gate)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Counts a lead in the present window of every cap, or says which is closed.
pub(super) fn count_in_windows(
    conn: &mut Conn,
    request: &PurchaseRequest,
    price: Money,
    now: Ts,
) -> Result<(), Stop> {
    for cap in &request.caps {
        let start = cap.window.start(now, request.schedule.zone);
        if !store::count_in_window(conn, request.id, cap, start, price.minor)? {
            return Err(Stop::At(closed_by(conn, request, cap, start, price.minor)?));
        }
    }
    Ok(())
}

/// Why work within a savepoint was given up.
pub(super) enum Stop {
    At(Gate),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn take_uncapped(
    conn: &mut Conn,
    request: &PurchaseRequest,
    price: Money,
    now: Ts,
) -> Result<Option<Gate>> {
    match store::count_lead(conn, request, price.minor, now)? {
        Some((state, spent)) => {
            counted(conn, request, price, (state, spent), now)?;
            Ok(None)
        }
        None => full(conn, request).map(Some),
    }
}

/// What follows when a lead was counted: the request may be fulfilled, and its buyer warned.
pub(super) fn counted(
    conn: &mut Conn,
    request: &PurchaseRequest,
    price: Money,
    (state, spent): (RequestState, i64),
    now: Ts,
) -> Result<()> {
    if state == RequestState::Fulfilled {
        fulfilled(conn, request, now)?;
    }
    alert(conn, request, (spent - price.minor, spent), now)
}

/// Why a request's row had no room for a lead.
pub(super) fn full(conn: &mut Conn, request: &PurchaseRequest) -> Result<Gate> {
    Ok(match store::standing(conn, request.id)? {
        Some(row) if row.bought + row.held >= row.quantity => Gate::Quantity,
        Some(row) if row.state == RequestState::Fulfilled => Gate::Budget,
        Some(row) if row.state != RequestState::Active => Gate::RequestNotActive,
        Some(row) if row.version != request.version => Gate::RequestNotActive,
        Some(_) => Gate::Budget,
        None => Gate::RequestNotActive,
    })
}

/// Tells the buyer, once each, when four fifths and when all of the budget are used.
pub(super) fn alert(
    conn: &mut Conn,
    request: &PurchaseRequest,
    (before, after): (i64, i64),
    now: Ts,
) -> Result<()> {
    let budget = i128::from(request.budget.minor);
    let reaches =
        |spent: i64, percent: i32| i128::from(spent) * 100 >= budget * i128::from(percent);
    for percent in [80, 100] {
        if reaches(before, percent) || !reaches(after, percent) {
            continue;
        }
        if !store::note_alert(conn, request.id, percent, now)? {
            continue;
        }
        let path = format!("/buyer/requests/{}", request.id);
        let notice = Notice::new(request.buyer_id, NoticeKind::BudgetReached, path)
            .with("name", &request.name)
            .with("percent", percent)
            .with("spent", Money::new(after, request.budget.currency))
            .with("budget", request.budget);
        notices::queue(conn, &notice, now)?;
    }
    Ok(())
}

/// Notes what became of a lead's commitment: less than was counted, or more.
///
/// What is given back makes room in the budget; what a sale costs beyond its deposit is due whatever
/// the budget says.
pub fn adjust_spent(conn: &mut Conn, id: RequestId, by: i64, now: Ts) -> Result<()> {
    if by == 0 {
        return Ok(());
    }
    let Some(after) = store::adjust_spent(conn, id, by)? else {
        return Ok(());
    };
    store::changes::record(conn, id, now)?;
    if by > 0
        && let Some(request) = store::by_ids(conn, &[id])?.pop()
    {
        alert(conn, &request, (after - by, after), now)?;
    }
    Ok(())
}

fn closed_by(
    conn: &mut Conn,
    request: &PurchaseRequest,
    cap: &Cap,
    start: Ts,
    price: i64,
) -> Result<Gate> {
    let (bought, spent) = store::window_use(conn, request.id, cap.window, start)?;
    Ok(cap_gate(cap, bought, spent, price).unwrap_or(cap.window.count_gate()))
}

fn cap_gate(cap: &Cap, bought: i64, spent: i64, price: i64) -> Option<Gate> {
    if cap.count.is_some_and(|most| bought >= most) {
        return Some(cap.window.count_gate());
    }
    cap.amount
        .filter(|most| spent.saturating_add(price) > most.minor)
        .map(|_| cap.window.amount_gate())
}

/// The caps that would refuse a lead at `price` now.
pub fn closed_caps(
    conn: &mut Conn,
    request: &PurchaseRequest,
    price: Money,
    now: Ts,
) -> Result<Vec<GateFailure>> {
    let mut failures = Vec::new();
    for cap in &request.caps {
        let start = cap.window.start(now, request.schedule.zone);
        let (bought, spent) = store::window_use(conn, request.id, cap.window, start)?;
        failures.extend(cap_gate(cap, bought, spent, price.minor).map(GateFailure::from));
    }
    Ok(failures)
}

fn fulfilled(conn: &mut Conn, request: &PurchaseRequest, now: Ts) -> Result<()> {
    store::changes::record(conn, request.id, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(request.buyer_id),
            action: "request.fulfilled",
            subject: request.id.to_string(),
            detail: serde_json::json!({ "quantity": request.quantity, "budget": request.budget }),
        },
    )
}
