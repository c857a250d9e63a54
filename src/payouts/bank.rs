//! Where a seller's money goes: sealed at rest, masked on pages, and changed in two steps - the password
//! again and a wait, during which the owner is told and may call the change off.

mod check;

use serde::{Deserialize, Serialize};
use serde_json::json;

pub use check::{parse, pays_by_sepa};

use super::store::bank as store;
use crate::access::{AccountKind, Caller, Role};
use crate::audit;
use crate::clock::{HOUR, Ts};
use crate::db::Conn;
use crate::db::types::{from_json, json as to_json};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, BankDetailsId, UserId};
use crate::notices::{self, Notice, NoticeKind};
use crate::vault::{Sealed, Vault};

/// How long a change waits before money goes to the new account.
pub const WAIT: i64 = 48 * HOUR;

/// An account at a bank, in clear: only for the bank and for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankDetails {
    pub holder: String,
    /// Without spaces.
    pub iban: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
}

impl BankDetails {
    /// `LV80 …1438`
    pub fn hint(&self) -> String {
        let (start, rest) = self.iban.split_at(4.min(self.iban.len()));
        let end = rest.get(rest.len().saturating_sub(4)..).unwrap_or_default();
        format!("{start} \u{2026}{end}")
    }

    /// ISO 3166-1 alpha-2, as the IBAN begins.
    pub fn country(&self) -> &str {
        self.iban.get(..2).unwrap_or_default()
    }

    pub(super) fn seal(&self, vault: &Vault, place: &str) -> Result<Sealed> {
        Ok(vault.seal(place, to_json(self)?.as_bytes())?)
    }

    pub(super) fn unseal(vault: &Vault, place: &str, sealed: &Sealed) -> Result<Self> {
        let plain = String::from_utf8(vault.unseal(place, sealed)?)
            .map_err(|error| Error::Internal(error.into()))?;
        from_json(&plain)
    }
}

/// Bank details as pages show them.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: BankDetailsId,
    pub seller_id: AccountId,
    /// `LV80 …1438`
    pub hint: String,
    pub country: String,
    pub set_by: UserId,
    pub set_at: Ts,
    /// From when on money goes there.
    pub effective_at: Ts,
    pub cancelled_at: Option<Ts>,
}

/// Where money goes at `now`; `None` when nothing was given yet.
pub fn current(conn: &mut Conn, seller: AccountId, now: Ts) -> Result<Option<Kept>> {
    store::current(conn, seller, now)
}

/// A change that waits for its time.
pub fn waiting(conn: &mut Conn, seller: AccountId, now: Ts) -> Result<Option<Kept>> {
    store::waiting(conn, seller, now)
}

/// The details in effect at `now`, opened; only for a bank's file.
pub(super) fn open_current(
    conn: &mut Conn,
    vault: &Vault,
    seller: AccountId,
    now: Ts,
) -> Result<BankDetails> {
    let kept = current(conn, seller, now)?;
    let kept = kept.ok_or_else(|| Error::refused(Code::BankDetailsMissing))?;
    let sealed = store::sealed(conn, kept.id)?;
    BankDetails::unseal(vault, &place(kept.id), &sealed)
}

fn place(id: BankDetailsId) -> String {
    format!("bank_details/{id}")
}

/// Only who is in charge of a seller, in a browser, may say where its money goes.
fn check_owner(caller: &Caller) -> Result<()> {
    let is_owner = caller.account_kind == AccountKind::Seller && caller.role == Role::Owner;
    if is_owner {
        Ok(())
    } else {
        Err(Error::refused(Code::Forbidden))
    }
}

/// Sets a seller's bank details, its caller's password having been checked: the first at once, a change
/// after the wait. A change before this one that still waits is called off.
pub fn set(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    details: &BankDetails,
    now: Ts,
) -> Result<Kept> {
    check_owner(caller)?;
    let seller = caller.account_id;
    let before = current(conn, seller, now)?;
    if let Some(other) = waiting(conn, seller, now)? {
        call_off(conn, caller, &other, now)?;
    }
    let id = BankDetailsId::new(now);
    let kept = Kept {
        id,
        seller_id: seller,
        hint: details.hint(),
        country: details.country().to_owned(),
        set_by: caller.user_id,
        set_at: now,
        effective_at: if before.is_some() {
            now.plus(WAIT)
        } else {
            now
        },
        cancelled_at: None,
    };
    store::insert(conn, &kept, &details.seal(vault, &place(id))?)?;
    let action = if before.is_some() {
        "bank_details.change_asked"
    } else {
        "bank_details.set"
    };
    record(conn, caller, &kept, action, now)?;
    let from = crate::web::format::exact(&kept.effective_at);
    tell(conn, &kept, NoticeKind::BankDetailsChanging, &from, now)?;
    Ok(kept)
}

/// Calls off the change that waits.
pub fn cancel(conn: &mut Conn, caller: &Caller, now: Ts) -> Result<()> {
    check_owner(caller)?;
    let waiting = waiting(conn, caller.account_id, now)?;
    let waiting = waiting.ok_or_else(|| Error::refused(Code::StateConflict))?;
    call_off(conn, caller, &waiting, now)?;
    tell(conn, &waiting, NoticeKind::BankDetailsKept, "", now)
}

fn call_off(conn: &mut Conn, caller: &Caller, kept: &Kept, now: Ts) -> Result<()> {
    if !store::cancel(conn, kept.id, caller.user_id, now)? {
        return Err(Error::refused(Code::StateConflict));
    }
    record(conn, caller, kept, "bank_details.change_cancelled", now)
}

fn tell(conn: &mut Conn, kept: &Kept, kind: NoticeKind, from: &str, now: Ts) -> Result<()> {
    let path = "/seller/payouts/bank".to_owned();
    let notice = Notice::new(kept.seller_id, kind, path)
        .with("account", &kept.hint)
        .with("time", from);
    notices::queue(conn, &notice, now)
}

fn record(conn: &mut Conn, caller: &Caller, kept: &Kept, action: &str, at: Ts) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor: caller.actor(),
            account_id: Some(kept.seller_id),
            action,
            subject: kept.id.to_string(),
            detail: json!({ "effective_at": kept.effective_at }),
        },
    )
}
