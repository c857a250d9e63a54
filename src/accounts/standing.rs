//! The operator's decisions about accounts; each is audited.

use serde_json::json;

use super::AccountState::{Approved, Pending, Rejected, Suspended};
use super::{AccountState, store};
use crate::access::{AccountKind, Actor};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::AccountId;
use crate::money::BasisPoints;

const MAX_NOTE_CHARACTERS: usize = 500;

/// A decision with its note and who takes it.
#[derive(Debug, Clone)]
pub struct Decision {
    pub account: AccountId,
    pub note: String,
    pub actor: Actor,
    pub at: Ts,
}

impl Decision {
    /// Reads a note; `needs_note` where the account must be told why.
    pub fn parse(
        account: AccountId,
        note: &str,
        needs_note: bool,
        actor: Actor,
        at: Ts,
    ) -> Result<Self> {
        let note = note.trim();
        if needs_note && note.is_empty() {
            return Err(
                FieldError::new("note", Reason::Required, "a sentence for the account").into(),
            );
        }
        if note.chars().count() > MAX_NOTE_CHARACTERS {
            return Err(FieldError::new(
                "note",
                Reason::TooLong,
                format!("{MAX_NOTE_CHARACTERS} characters"),
            )
            .into());
        }
        Ok(Self {
            account,
            note: note.to_owned(),
            actor,
            at,
        })
    }
}

/// Lets a pending or rejected account trade.
pub fn approve(conn: &mut Conn, decision: &Decision) -> Result<()> {
    move_to(
        conn,
        decision,
        &[Pending, Rejected],
        Approved,
        "account.approved",
    )
}

/// Refuses a pending account.
pub fn reject(conn: &mut Conn, decision: &Decision) -> Result<()> {
    move_to(conn, decision, &[Pending], Rejected, "account.rejected")
}

/// Stops an approved account from trading; it may still look.
pub fn suspend(conn: &mut Conn, decision: &Decision) -> Result<()> {
    move_to(conn, decision, &[Approved], Suspended, "account.suspended")
}

/// Lets a suspended account trade again.
pub fn reinstate(conn: &mut Conn, decision: &Decision) -> Result<()> {
    move_to(conn, decision, &[Suspended], Approved, "account.reinstated")
}

fn move_to(
    conn: &mut Conn,
    decision: &Decision,
    from: &[AccountState],
    to: AccountState,
    action: &'static str,
) -> Result<()> {
    let account = store::account(conn, decision.account)?;
    if account.kind == AccountKind::Operator
        || !store::set_state(conn, account.id, from, to, &decision.note, decision.at)?
    {
        return Err(Error::refused(Code::StateConflict));
    }
    audit::record(
        conn,
        &audit::Entry {
            at: decision.at,
            actor: decision.actor,
            account_id: Some(account.id),
            action,
            subject: account.id.to_string(),
            detail: json!({ "from": account.state, "to": to, "note": decision.note }),
        },
    )
}

/// Sets the commission of an account over that of its verticals, or takes the override away.
pub fn set_commission(
    conn: &mut Conn,
    account: AccountId,
    commission: Option<BasisPoints>,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    let before = store::account(conn, account)?;
    if before.kind == AccountKind::Operator {
        return Err(Error::refused(Code::StateConflict));
    }
    store::set_commission(conn, account, commission)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(account),
            action: "account.commission_set",
            subject: account.to_string(),
            detail: json!({
                "from_bps": before.commission_bps.map(|bps| bps.0),
                "to_bps": commission.map(|bps| bps.0),
            }),
        },
    )
}
