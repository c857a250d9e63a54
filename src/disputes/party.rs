//! Who looks at a dispute, and what a step tells the others.

use serde_json::{Value as Json, json};

use super::store::{self, entries};
use super::{Dispute, DisputeSide, Entry};
use crate::access::{AccountKind, Actor, Caller};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::events::{self, EventKind, Happening};
use crate::id::{AccountId, DisputeEntryId, DisputeId};
use crate::notices::{self, Notice, NoticeKind};
use crate::vault::Vault;

/// A dispute as somebody with a part in it sees it.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub dispute: Dispute,
    pub side: DisputeSide,
}

/// The dispute, if the caller is its buyer, its seller or the exchange; another's is not found.
pub fn view(conn: &mut Conn, caller: &Caller, id: DisputeId) -> Result<Viewer> {
    let found = store::by_id(conn, id)?.and_then(|dispute| {
        let side = match caller.account_kind {
            AccountKind::Operator => DisputeSide::Operator,
            AccountKind::Buyer if dispute.buyer_id == caller.account_id => DisputeSide::Buyer,
            AccountKind::Seller if dispute.seller_id == caller.account_id => DisputeSide::Seller,
            AccountKind::Buyer | AccountKind::Seller => return None,
        };
        Some(Viewer { dispute, side })
    });
    found.ok_or_else(|| Error::refused(Code::NotFound))
}

impl Viewer {
    /// Refuses what only this side may do.
    pub(super) fn must_be(&self, side: DisputeSide) -> Result<()> {
        if self.side == side {
            return Ok(());
        }
        Err(Error::refused(Code::NotFound))
    }
}

/// What both sides wrote and showed; each look is noted in the audit log, since it may name the lead.
pub fn timeline(
    conn: &mut Conn,
    vault: &Vault,
    (caller, viewer): (&Caller, &Viewer),
    now: Ts,
) -> Result<Vec<Entry>> {
    let dispute = &viewer.dispute;
    look(conn, dispute, caller, "dispute.viewed", Json::Null, now)?;
    entries::list(conn, vault, dispute.id)
}

/// A file that was shown as evidence, with its entry; each look is noted in the audit log.
pub fn file(
    conn: &mut Conn,
    vault: &Vault,
    (caller, viewer): (&Caller, &Viewer),
    entry: DisputeEntryId,
    now: Ts,
) -> Result<(Entry, Vec<u8>)> {
    let dispute = &viewer.dispute;
    let found = entries::file(conn, vault, dispute.id, entry)?;
    let detail = json!({ "file": entry });
    look(conn, dispute, caller, "dispute.file_viewed", detail, now)?;
    Ok(found)
}

fn look(
    conn: &mut Conn,
    dispute: &Dispute,
    caller: &Caller,
    action: &str,
    detail: Json,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor: caller.actor(),
            account_id: Some(dispute.buyer_id),
            action,
            subject: dispute.id.to_string(),
            detail,
        },
    )
}

pub(super) fn shown(at: Ts) -> String {
    at.utc().format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Tells one side about a step.
pub(super) fn tell(
    conn: &mut Conn,
    dispute: &Dispute,
    account: AccountId,
    kind: NoticeKind,
    now: Ts,
) -> Result<()> {
    let base = if account == dispute.buyer_id {
        "/buyer"
    } else {
        "/seller"
    };
    let path = format!("{base}/disputes/{}", dispute.id);
    let mut notice = Notice::new(account, kind, path)
        .with("price", dispute.price())
        .with("refund", dispute.refund());
    if let Some(due) = dispute.due_at {
        notice = notice.with("until", shown(due));
    }
    notices::queue(conn, &notice, now)?;
    let told = match kind {
        NoticeKind::DisputeOpened => EventKind::DisputeOpened,
        NoticeKind::DisputeDecided => EventKind::DisputeDecided,
        NoticeKind::DisputeClosed => EventKind::DisputeClosed,
        NoticeKind::LeadStopped => EventKind::PurchaseStopped,
        _ => return Ok(()),
    };
    let subject = match told {
        EventKind::PurchaseStopped => dispute.purchase_id.to_string(),
        _ => dispute.id.to_string(),
    };
    let data = json!({
        "dispute": dispute.id,
        "purchase": dispute.purchase_id,
        "charge": dispute.charge_kind,
        "reason": dispute.reason,
        "state": dispute.state,
        "price": dispute.price(),
        "refund": dispute.refund(),
        "due_at": dispute.due_at,
    });
    events::record(conn, &[Happening::new(account, told, subject, data)], now)
}

pub(super) fn tell_both(
    conn: &mut Conn,
    dispute: &Dispute,
    kind: NoticeKind,
    now: Ts,
) -> Result<()> {
    tell(conn, dispute, dispute.buyer_id, kind, now)?;
    tell(conn, dispute, dispute.seller_id, kind, now)
}

/// Writes a step into the audit log.
pub(super) fn record(
    conn: &mut Conn,
    dispute: &Dispute,
    actor: Actor,
    action: &str,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(dispute.buyer_id),
            action,
            subject: dispute.id.to_string(),
            detail: json!({
                "purchase": dispute.purchase_id,
                "charge": dispute.charge_kind,
                "reason": dispute.reason,
                "state": dispute.state,
                "price": dispute.price(),
                "refund": dispute.refund(),
                "fee": dispute.fee(),
                "round": dispute.round,
                "is_late": dispute.is_late,
            }),
        },
    )
}
