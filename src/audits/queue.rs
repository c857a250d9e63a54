//! The queue: an auditor takes an audit, sees the contact, or gives it back. No two ever work on the same.

use serde_json::{Value, json};

use super::{AuditState, LeadAudit, store};
use crate::access::{AccountKind, Caller};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{LeadAuditId, UserId};
use crate::leads::{self, Contact, Viewing};
use crate::vault::Vault;

/// Tries to take the first of the queue, where others take at the same time.
const TRIES: usize = 20;

/// An audit, for the exchange, and for the seller once it is decided; another's is not found.
pub fn case(conn: &mut Conn, caller: &Caller, id: LeadAuditId) -> Result<LeadAudit> {
    store::by_id(conn, id)?
        .filter(|audit| match caller.account_kind {
            AccountKind::Operator => true,
            AccountKind::Seller => audit.seller_id == caller.account_id && audit.state.is_decided(),
            AccountKind::Buyer => false,
        })
        .ok_or_else(|| Error::refused(Code::NotFound))
}

/// Takes one audit of the queue; refused when another auditor has it.
pub fn take(conn: &mut Conn, auditor: &Caller, id: LeadAuditId, now: Ts) -> Result<LeadAudit> {
    let audit = case(conn, auditor, id)?;
    if !store::take(conn, id, auditor.user_id, now)? {
        return Err(conflict(&audit));
    }
    record(conn, auditor, &audit, "lead_audit.taken", Value::Null, now)?;
    case(conn, auditor, id)
}

/// Takes the audit with the greatest risk, the oldest first; refused when the queue is empty.
pub fn take_next(conn: &mut Conn, auditor: &Caller, now: Ts) -> Result<LeadAudit> {
    for _ in 0..TRIES {
        let Some(next) = store::next(conn)? else {
            let said = "the queue of audits is empty";
            return Err(Error::refused_because(Code::StateConflict, said));
        };
        match take(conn, auditor, next, now) {
            Err(error) if error.has_code(Code::StateConflict) => {}
            taken => return taken,
        }
    }
    Err(Error::refused(Code::Unavailable))
}

/// Puts an audit back into the queue.
pub fn give_back(conn: &mut Conn, auditor: &Caller, id: LeadAuditId, now: Ts) -> Result<()> {
    let audit = case(conn, auditor, id)?;
    if !store::give_back(conn, id, auditor.user_id)? {
        return Err(conflict(&audit));
    }
    record(
        conn,
        auditor,
        &audit,
        "lead_audit.given_back",
        Value::Null,
        now,
    )
}

/// Who the person is, for the auditor who has taken the audit; the look is noted in the audit log.
pub fn view_contact(
    conn: &mut Conn,
    vault: &Vault,
    auditor: &Caller,
    id: LeadAuditId,
    now: Ts,
) -> Result<Contact> {
    let audit = case(conn, auditor, id)?;
    must_have(&audit, auditor.user_id)?;
    let viewing = Viewing {
        actor: auditor.actor(),
        account: auditor.account_id,
        reason: Some(format!("lead audit {id}")),
    };
    leads::view_contact(conn, vault, audit.lead_id, None, &viewing, now)
}

/// What the auditor wrote; the look is noted in the audit log, since it may name the person.
pub fn note(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    audit: &LeadAudit,
    now: Ts,
) -> Result<String> {
    record(conn, caller, audit, "lead_audit.viewed", Value::Null, now)?;
    store::note(conn, vault, audit.id)
}

pub(super) fn must_have(audit: &LeadAudit, auditor: UserId) -> Result<()> {
    if audit.state == AuditState::Taken && audit.taken_by == Some(auditor) {
        return Ok(());
    }
    Err(conflict(audit))
}

pub(super) fn conflict(audit: &LeadAudit) -> Error {
    let said = match audit.state {
        AuditState::Taken => "another auditor has taken it".to_owned(),
        state => format!("the audit is {state}"),
    };
    Error::refused_because(Code::StateConflict, said)
}

pub(super) fn record(
    conn: &mut Conn,
    caller: &Caller,
    audit: &LeadAudit,
    action: &str,
    detail: Value,
    at: Ts,
) -> Result<()> {
    let detail = if detail.is_null() {
        json!({ "lead": audit.lead_id })
    } else {
        detail
    };
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor: caller.actor(),
            account_id: Some(audit.seller_id),
            action,
            subject: audit.id.to_string(),
            detail,
        },
    )
}
