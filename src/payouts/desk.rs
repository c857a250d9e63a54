//! The first pair of eyes: approving a payout that somebody else asked for, or turning it down.

use serde_json::json;

use super::ask::{give_back, read_reason};
use super::{Payout, PayoutState, by_id, conflict, record, store};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::events::{self, EventKind, Happening};
use crate::id::PayoutId;
use crate::notices::{self, Notice, NoticeKind};

/// Lets a payout go into a batch; whoever asked for it may not.
pub fn approve(conn: &mut Conn, operator: &Caller, id: PayoutId, now: Ts) -> Result<Payout> {
    let payout = by_id(conn, id)?;
    if !payout.state.may_become(PayoutState::Approved) {
        return Err(conflict(&payout));
    }
    if payout.asked_by == Some(operator.user_id) {
        return Err(Error::refused_because(
            Code::FourEyes,
            "whoever asked for a payout may not approve it",
        ));
    }
    if !store::approve(conn, id, operator.user_id, now)? {
        return Err(conflict(&payout));
    }
    record(
        conn,
        operator.actor(),
        &payout,
        "payout.approved",
        &json!({}),
        now,
    )?;
    by_id(conn, id)
}

/// Turns a payout down that is in no batch; the money is the seller's payable again.
pub fn refuse(
    conn: &mut Conn,
    operator: &Caller,
    id: PayoutId,
    reason: &str,
    now: Ts,
) -> Result<Payout> {
    let reason = read_reason(reason)?;
    let payout = by_id(conn, id)?;
    if payout.is_prepared() {
        return Err(Error::refused_because(
            Code::StateConflict,
            "the payout is in a batch; dissolve that first",
        ));
    }
    give_back(conn, &payout, PayoutState::Refused, Some(reason), now)?;
    record(
        conn,
        operator.actor(),
        &payout,
        "payout.refused",
        &json!({ "reason": reason }),
        now,
    )?;
    tell(conn, &payout, NoticeKind::PayoutFailed, reason, now)?;
    by_id(conn, id)
}

/// Writes to the seller what became of its payout.
pub(super) fn tell(
    conn: &mut Conn,
    payout: &Payout,
    kind: NoticeKind,
    reason: &str,
    now: Ts,
) -> Result<()> {
    let path = format!("/seller/payouts/{}", payout.id);
    let notice = Notice::new(payout.seller_id, kind, path)
        .with("amount", payout.amount.shown())
        .with("reason", reason);
    notices::queue(conn, &notice, now)?;
    let told = match kind {
        NoticeKind::PayoutPaid => EventKind::PayoutPaid,
        _ => EventKind::PayoutFailed,
    };
    happened(conn, payout, told, now)
}

/// Tells the seller's systems what became of its payout.
pub(super) fn happened(conn: &mut Conn, payout: &Payout, kind: EventKind, now: Ts) -> Result<()> {
    let data = json!({ "payout": payout.id, "amount": payout.amount });
    events::record(
        conn,
        &[Happening::new(payout.seller_id, kind, payout.id, data)],
        now,
    )
}
