//! Suppression: people who are not to be sold. The exchange's list holds those who asked to be left alone,
//! a buyer's own lists its customers and those who told it to stop. Only keyed hashes are kept.

pub mod api;
pub mod pages;
mod store;

use serde_json::json;

pub use store::{
    add_lead, bars, counts, is_listed, keep_new, listed_among, listed_since, with_contact,
};

use crate::access::{AccountKind, Caller};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{FieldError, Reason, Result};
use crate::id::{AccountId, LeadId};
use crate::vault::Vault;
use crate::verification::{email, phone};

/// Contacts of one call, and of one transaction.
pub const MAX_CONTACTS: usize = 1_000;
/// Lines of one file.
pub const MAX_LINES: usize = 50_000;

text_enum! {
    /// Why people are on a list.
    pub enum List {
        /// They asked not to be contacted.
        DoNotContact = "do_not_contact",
        /// They are customers of the list's owner already.
        Customers = "customers",
    }
}

/// A contact as it was read: what is hashed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// In the spelling by which mailboxes are known.
    Email(String),
    /// E.164.
    Phone(String),
}

impl Entry {
    /// Reads an e-mail address, or a phone number with its country code.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(address) = email::read(text) {
            return Some(Self::Email(email::mailbox(&address)));
        }
        phone::read(text, None).map(|phone| Self::Phone(phone.e164))
    }

    /// Every text as an entry, or which of them are none.
    pub fn parse_all(texts: &[String]) -> Result<Vec<Self>> {
        let (mut entries, mut wrong) = (Vec::with_capacity(texts.len()), Vec::new());
        for (index, text) in texts.iter().enumerate() {
            match Self::parse(text) {
                Some(entry) => entries.push(entry),
                None => wrong.push(FieldError::new(
                    format!("contacts[{index}]"),
                    if text.contains('@') {
                        Reason::EmailInvalid
                    } else {
                        Reason::PhoneInvalid
                    },
                    "name@example.com, or +371 20 000 000",
                )),
            }
        }
        if wrong.is_empty() {
            Ok(entries)
        } else {
            Err(wrong.into())
        }
    }

    fn hashes(&self, hash: impl Fn(&str, &str) -> Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        match self {
            Self::Email(value) => hash("email", value),
            Self::Phone(value) => hash("phone", value),
        }
    }
}

/// The hashes to keep of a contact.
pub fn to_write(vault: &Vault, email: Option<&str>, phone: Option<&str>) -> Vec<Vec<u8>> {
    entries(email, phone)
        .iter()
        .flat_map(|entry| entry.hashes(|kind, value| vault.blinds_to_write(kind, value)))
        .collect()
}

/// The hashes by which a contact is looked up.
pub fn to_find(vault: &Vault, email: Option<&str>, phone: Option<&str>) -> Vec<Vec<u8>> {
    entries(email, phone)
        .iter()
        .flat_map(|entry| entry.hashes(|kind, value| vault.blinds(kind, value)))
        .collect()
}

/// The hashes by which a contact is looked up of which only the SHA-256 of each part is known.
pub fn to_find_by_digest(
    vault: &Vault,
    email: Option<&[u8]>,
    phone: Option<&[u8]>,
) -> Vec<Vec<u8>> {
    [("email", email), ("phone", phone)]
        .into_iter()
        .filter_map(|(kind, digest)| digest.map(|digest| vault.blinds_of_digest(kind, digest)))
        .flatten()
        .collect()
}

/// A contact that was read before.
fn entries(email: Option<&str>, phone: Option<&str>) -> Vec<Entry> {
    let email = email.map(|email| Entry::Email(email::mailbox(email)));
    let phone = phone.map(|phone| Entry::Phone(phone.to_owned()));
    email.into_iter().chain(phone).collect()
}

/// Keeps the hashes of a lead's contact that are not kept yet, by which the lead is found.
pub fn keep(conn: &mut Conn, lead: LeadId, hashes: &[Vec<u8>]) -> Result<()> {
    store::keep(conn, lead, hashes)
}

/// Puts a contact on the exchange's list, as its owner asked.
pub fn add_contact(
    conn: &mut Conn,
    vault: &Vault,
    (email, phone): (Option<&str>, Option<&str>),
    now: Ts,
) -> Result<()> {
    let hashes = to_write(vault, email, phone);
    store::add(conn, None, List::DoNotContact, &hashes, now)?;
    Ok(())
}

/// The owner of the lists that a caller looks after: the exchange has one for all.
pub fn owner_of(caller: &Caller) -> Option<AccountId> {
    (caller.account_kind != AccountKind::Operator).then_some(caller.account_id)
}

/// Lists that an account may have.
pub const fn lists_of(kind: AccountKind) -> &'static [List] {
    match kind {
        AccountKind::Operator => &[List::DoNotContact],
        AccountKind::Buyer => &[List::Customers, List::DoNotContact],
        AccountKind::Seller => &[],
    }
}

/// Puts contacts on a list of the caller's, or takes them off; says how many that changed.
pub fn change(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    (list, adds): (List, bool),
    entries: &[Entry],
    now: Ts,
) -> Result<usize> {
    let owner = owner_of(caller);
    let mut changed = 0;
    for entry in entries {
        changed += if adds {
            let hashes = entry.hashes(|kind, value| vault.blinds_to_write(kind, value));
            usize::from(store::add(conn, owner, list, &hashes, now)? > 0)
        } else {
            let hashes = entry.hashes(|kind, value| vault.blinds(kind, value));
            usize::from(store::remove(conn, owner, list, &hashes)? > 0)
        };
    }
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action: if adds {
                "suppression.added"
            } else {
                "suppression.removed"
            },
            subject: list.to_string(),
            detail: json!({ "contacts": entries.len(), "changed": changed }),
        },
    )?;
    Ok(changed)
}
