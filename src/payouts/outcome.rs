//! What the bank says of a payout that was sent: paid, failed, or paid and returned.

use serde_json::json;

use super::ask::{give_back, read_reason};
use super::desk::tell;
use super::{Payout, PayoutState, by_id, conflict, record, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::PayoutId;
use crate::ledger::{self, Provider};
use crate::notices::NoticeKind;

/// How a payout ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Paid,
    /// With what the bank said.
    Failed(String),
    /// With what the seller's bank said.
    Returned(String),
}

impl Outcome {
    pub const fn state(&self) -> PayoutState {
        match self {
            Self::Paid => PayoutState::Paid,
            Self::Failed(_) => PayoutState::Failed,
            Self::Returned(_) => PayoutState::Returned,
        }
    }
}

/// Ends a payout that was sent, or takes back one that was paid; moves the money with it.
pub fn end(
    conn: &mut Conn,
    actor: Actor,
    id: PayoutId,
    outcome: &Outcome,
    now: Ts,
) -> Result<Payout> {
    let payout = by_id(conn, id)?;
    match outcome {
        Outcome::Paid => {
            move_to(conn, &payout, PayoutState::Paid, None, now)?;
            ledger::pay_payout(conn, id, Provider::Bank, now)?;
            tell(conn, &payout, NoticeKind::PayoutPaid, "", now)?;
        }
        Outcome::Failed(reason) => {
            let reason = read_reason(reason)?;
            give_back(conn, &payout, PayoutState::Failed, Some(reason), now)?;
            tell(conn, &payout, NoticeKind::PayoutFailed, reason, now)?;
        }
        Outcome::Returned(reason) => {
            let reason = read_reason(reason)?;
            move_to(conn, &payout, PayoutState::Returned, Some(reason), now)?;
            ledger::return_payout(conn, id, Provider::Bank, now)?;
            tell(conn, &payout, NoticeKind::PayoutFailed, reason, now)?;
        }
    }
    let action = match outcome {
        Outcome::Paid => "payout.paid",
        Outcome::Failed(_) => "payout.failed",
        Outcome::Returned(_) => "payout.returned",
    };
    let ended = by_id(conn, id)?;
    let detail = json!({ "reason": ended.reason });
    record(conn, actor, &payout, action, &detail, now)?;
    Ok(ended)
}

fn move_to(
    conn: &mut Conn,
    payout: &Payout,
    to: PayoutState,
    reason: Option<&str>,
    now: Ts,
) -> Result<()> {
    if payout.state.may_become(to) && store::end(conn, payout, to, reason, now)? {
        return Ok(());
    }
    Err(conflict(payout))
}
