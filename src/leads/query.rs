//! Reading leads: lists with filters, one lead with its parts, its contact when that is due.

use serde_json::json;

use super::{
    Consent, Contact, Exchange, LeadState, Listing, Origin, SaleSummary, Wanted, open_contact,
    store,
};
use crate::access::Actor;
use crate::audit::{self, Event};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, ImportId, LeadId, VerticalId};
use crate::scoring::{self, Explained};
use crate::suppression;
use crate::vault::Vault;
use crate::verification::{Check, email, phone};

/// A lead as lists show it.
#[derive(Debug, Clone)]
pub struct Lead {
    pub listing: Listing,
    pub wanted: Wanted,
    pub vertical_key: String,
    pub vertical_name: String,
    pub external_id: Option<String>,
    pub import_id: Option<ImportId>,
    pub origin: Origin,
    /// The words of the auditor who decided about it.
    pub ruling: Option<String>,
}

/// A lead with all that its seller may see, short of the contact.
#[derive(Debug, Clone)]
pub struct Details {
    pub lead: Lead,
    pub checks: Vec<Check>,
    pub consent: Consent,
    pub sales: Vec<SaleSummary>,
    /// None for a lead from before there were scoring models.
    pub score: Option<Explained>,
    /// Newest first.
    pub history: Vec<Event>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Newest,
    Oldest,
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    Id(LeadId),
    /// The keyed hashes of an e-mail address or a phone number.
    Hashes(Vec<Vec<u8>>),
    /// The seller's own number.
    Number(String),
}

impl Search {
    /// Tells what a text is: an id, an e-mail address, an international phone number, or a seller's number.
    pub fn parse(vault: &Vault, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Ok(id) = text.parse() {
            return Some(Self::Id(id));
        }
        if let Some(email) = email::read(text) {
            let hashes = vault.blinds("email", &email::mailbox(&email));
            return Some(Self::Hashes(hashes));
        }
        if let Some(phone) = phone::read(text, None) {
            return Some(Self::Hashes(vault.blinds("phone", &phone.e164)));
        }
        Some(Self::Number(text.chars().take(200).collect()))
    }
}

/// Which leads a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// None for the operator, who sees everybody's.
    pub seller: Option<AccountId>,
    pub state: Option<LeadState>,
    pub vertical: Option<VerticalId>,
    pub received_from: Option<Ts>,
    pub received_to: Option<Ts>,
    pub search: Option<Search>,
    pub order: Order,
    /// The last lead of the page before.
    pub after: Option<(Ts, LeadId)>,
}

/// Leads as filtered, up to `limit`.
pub fn list(conn: &mut Conn, vault: &Vault, filter: &Filter, limit: i64) -> Result<Vec<Lead>> {
    store::list::list(conn, vault, filter, limit)
}

/// How many leads stand in each state, of one seller or of all.
pub fn counts(conn: &mut Conn, seller: Option<AccountId>) -> Result<Vec<(LeadState, i64)>> {
    store::list::counts(conn, seller)
}

/// One lead with its parts; another seller's is a refusal with 404.
pub fn details(
    conn: &mut Conn,
    vault: &Vault,
    exchange: &dyn Exchange,
    id: LeadId,
    seller: Option<AccountId>,
) -> Result<Details> {
    const EVENTS: i64 = 100;
    Ok(Details {
        lead: store::list::find(conn, vault, id, seller)?,
        checks: store::checks::of_lead(conn, id)?,
        consent: store::consent(conn, id)?,
        sales: exchange.sales(conn, id)?,
        score: scoring::explain(conn, id)?,
        history: audit::history(conn, &id.to_string(), EVENTS)?,
    })
}

/// Refuses with 404 a lead that is not this seller's.
pub fn owned(conn: &mut Conn, id: LeadId, seller: AccountId) -> Result<()> {
    store::list::seller_of(conn, id, Some(seller)).map(|_| ())
}

/// Leads whose contact has hashes, by id, after one.
pub fn hashed_after(conn: &mut Conn, after: Option<LeadId>, limit: i64) -> Result<Vec<LeadId>> {
    store::intake::hashed_after(conn, after, limit)
}

/// Writes the hashes of a lead's contact under the present keys as well.
pub fn hash_anew(conn: &mut Conn, vault: &Vault, id: LeadId) -> Result<()> {
    let contact = open_contact(conn, vault, id)?;
    let (email, phone) = (contact.email.as_deref(), contact.phone.as_deref());
    suppression::keep(conn, id, &suppression::to_write(vault, email, phone))?;
    store::intake::claim_anew(conn, vault, &contact, id)
}

/// Empties what the checks of a lead say beside their codes, when its person is erased.
pub fn forget_check_details(conn: &mut Conn, id: LeadId) -> Result<()> {
    store::checks::change(conn, id, |checks| {
        for check in checks {
            check.detail = None;
        }
    })
}

/// Who asks to see a contact before it is bought, and why.
#[derive(Debug, Clone)]
pub struct Viewing {
    pub actor: Actor,
    pub account: AccountId,
    /// The operator must give one.
    pub reason: Option<String>,
}

/// Opens a contact for its seller or the operator, and notes in the audit log that it did.
pub fn view_contact(
    conn: &mut Conn,
    vault: &Vault,
    id: LeadId,
    seller: Option<AccountId>,
    viewing: &Viewing,
    now: Ts,
) -> Result<Contact> {
    let seller = store::list::seller_of(conn, id, seller)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: viewing.actor,
            account_id: Some(seller),
            action: "contact.viewed",
            subject: id.to_string(),
            detail: json!({"by": viewing.account, "reason": viewing.reason}),
        },
    )?;
    open_contact(conn, vault, id)
}
