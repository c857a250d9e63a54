//! What a buyer bought, with the contacts; every look at a contact is noted in the audit log.

use serde_json::json;

use super::store::{self, Filter, InboxRow};
use super::{Purchase, PurchaseState};
use crate::access::Caller;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, LeadId, PurchaseId};
use crate::leads::{self, Consent, Contact, Listing, Wanted};
use crate::vault::Vault;

/// A purchase with all that its buyer may see.
#[derive(Debug, Clone)]
pub struct Bought {
    pub purchase: Purchase,
    pub listing: Listing,
    pub wanted: Wanted,
    pub contact: Contact,
    pub consent: Consent,
}

/// A buyer's purchases, newest first, without contacts.
pub fn inbox(conn: &mut Conn, filter: &Filter) -> Result<Vec<InboxRow>> {
    store::list(conn, filter)
}

/// How many purchases a buyer has in each state.
pub fn counts(conn: &mut Conn, buyer: AccountId) -> Result<Vec<(PurchaseState, i64)>> {
    store::counts(conn, buyer)
}

/// Opens one purchase of the caller's; another's is not found.
pub fn open(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    id: PurchaseId,
    now: Ts,
) -> Result<Bought> {
    let purchase = store::of_buyer(conn, caller.account_id, id)?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    let contact = open_noted(conn, vault, caller, &purchase, now)?;
    store::mark_opened(conn, &[purchase.id], now)?;
    Ok(Bought {
        listing: leads::listing(conn, purchase.lead_id)?,
        wanted: leads::wanted(conn, vault, purchase.lead_id)?,
        consent: leads::consent(conn, purchase.lead_id)?,
        purchase,
        contact,
    })
}

/// A purchase as the inbox shows it.
pub struct Opened {
    pub row: InboxRow,
    pub interest: String,
    pub contact: Contact,
}

/// Opens the contacts of purchases that were listed for the caller, in their order.
pub fn open_many(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    rows: Vec<InboxRow>,
    now: Ts,
) -> Result<Vec<Opened>> {
    let leads: Vec<LeadId> = rows.iter().map(|row| row.purchase.lead_id).collect();
    let ids: Vec<PurchaseId> = rows.iter().map(|row| row.purchase.id).collect();
    let wants = leads::wants(conn, vault, &leads)?;
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        opened.push(Opened {
            contact: open_noted(conn, vault, caller, &row.purchase, now)?,
            interest: wants.interest(row.purchase.lead_id),
            row,
        });
    }
    store::mark_opened(conn, &ids, now)?;
    Ok(opened)
}

fn open_noted(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    purchase: &Purchase,
    now: Ts,
) -> Result<Contact> {
    if purchase.buyer_id != caller.account_id {
        return Err(Error::refused(Code::NotFound));
    }
    // A lead that was refunded, or given up, must no longer be used by its buyer.
    if purchase.state == PurchaseState::Refunded || store::is_given_up(conn, purchase.id)? {
        return Ok(Contact::default());
    }
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action: "contact.viewed",
            subject: purchase.lead_id.to_string(),
            detail: json!({ "purchase": purchase.id }),
        },
    )?;
    leads::open_contact(conn, vault, purchase.lead_id)
}
