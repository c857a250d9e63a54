//! Withdrawal of a consent: from that moment the lead is never sold, its contact is on the list of those
//! who are left alone, and every buyer that has it is told to stop and has to say that it did.

use diesel::{Insertable, Queryable, Selectable};
use serde_json::json;

use super::{Via, store};
use crate::access::{Actor, Caller};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::revocation_tasks;
use crate::error::{Code, Error, Result};
use crate::events::{self, EventKind, Happening};
use crate::id::{AccountId, LeadId, PurchaseId};
use crate::notices::{self, Notice, NoticeKind};
use crate::purchases;
use crate::suppression;

/// Days that a buyer has to confirm that it stopped using a contact.
pub const CONFIRM_DAYS: i32 = 3;

/// What a buyer has to do about a withdrawn consent.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = revocation_tasks)]
pub struct Task {
    pub purchase_id: PurchaseId,
    pub lead_id: LeadId,
    pub buyer_id: AccountId,
    pub told_at: Ts,
    pub confirm_by: Ts,
    pub confirmed_at: Option<Ts>,
    /// The user or key that confirmed.
    pub confirmed_by: Option<String>,
}

impl Task {
    /// Until when the buyer confirms, in words.
    pub fn until(&self) -> String {
        let at = self.confirm_by.utc();
        at.format("%-d %b %Y, %H:%M UTC").to_string()
    }

    pub fn is_overdue(&self, now: Ts) -> bool {
        self.confirmed_at.is_none() && self.confirm_by < now
    }
}

/// What a withdrawal did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// False when the consent was withdrawn before, or the lead erased; then nothing was done.
    pub is_new: bool,
    /// Buyers that were told.
    pub buyers: usize,
}

/// Withdraws the consent behind a lead, in one transaction; 404 when there is no such lead.
pub fn revoke(conn: &mut Conn, id: LeadId, via: Via, actor: Actor, now: Ts) -> Result<Revocation> {
    let seller = store::revoke::stop(conn, id)?.ok_or_else(|| Error::refused(Code::NotFound))?;
    if !store::revoke::insert(conn, id, via, now)? {
        return Ok(Revocation {
            is_new: false,
            buyers: 0,
        });
    }
    suppression::add_lead(conn, id, now)?;
    let buyers = store::revoke::buyers(conn, id)?;
    for (purchase, buyer) in &buyers {
        tell_buyer(conn, (*purchase, *buyer), id, now)?;
    }
    let notice = Notice::new(
        seller,
        NoticeKind::ConsentRevokedSeller,
        format!("/seller/leads/{id}"),
    );
    notices::queue(conn, &notice, now)?;
    let told = Happening::new(seller, EventKind::ConsentRevoked, id, json!({ "lead": id }));
    events::record(conn, &[told], now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(seller),
            action: "consent.revoked",
            subject: id.to_string(),
            detail: json!({ "via": via, "buyers": buyers.len() }),
        },
    )?;
    Ok(Revocation {
        is_new: true,
        buyers: buyers.len(),
    })
}

fn tell_buyer(
    conn: &mut Conn,
    (purchase, buyer): (PurchaseId, AccountId),
    lead: LeadId,
    now: Ts,
) -> Result<()> {
    let task = Task {
        purchase_id: purchase,
        lead_id: lead,
        buyer_id: buyer,
        told_at: now,
        confirm_by: now.plus_days(CONFIRM_DAYS),
        confirmed_at: None,
        confirmed_by: None,
    };
    store::revoke::insert_task(conn, &task)?;
    let data = json!({ "purchase": purchase, "lead": lead, "confirm_by": task.confirm_by });
    let told = Happening::new(buyer, EventKind::ConsentRevoked, purchase, data);
    events::record(conn, &[told], now)?;
    let notice = Notice::new(
        buyer,
        NoticeKind::ConsentRevoked,
        format!("/buyer/purchases/{purchase}"),
    )
    .with("until", task.until());
    notices::queue(conn, &notice, now)
}

/// Notes that a buyer stopped using the contact and removed it; from then on it is masked for it.
pub fn confirm(conn: &mut Conn, caller: &Caller, purchase: PurchaseId, now: Ts) -> Result<Task> {
    let bought = purchases::of_buyer(conn, caller.account_id, purchase)?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    let actor = caller.actor();
    let done = store::revoke::confirm(conn, caller.account_id, purchase, &actor.to_string(), now)?;
    if !done {
        return Err(Error::refused_because(
            Code::StateConflict,
            "there is no withdrawal to confirm",
        ));
    }
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(caller.account_id),
            action: "revocation.confirmed",
            subject: purchase.to_string(),
            detail: json!({ "lead": bought.lead_id }),
        },
    )?;
    of_purchase(conn, purchase)?.ok_or_else(|| Error::refused(Code::NotFound))
}

/// What the buyer of a purchase has to do about a withdrawal; `None` where nothing was withdrawn.
pub fn of_purchase(conn: &mut Conn, purchase: PurchaseId) -> Result<Option<Task>> {
    store::revoke::task(conn, purchase)
}

/// Withdrawals that buyers have not confirmed, those first whose time is over.
pub fn waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Task>> {
    store::revoke::open(conn, limit)
}

/// When the consent of a lead was withdrawn.
pub fn revoked_at(conn: &mut Conn, id: LeadId) -> Result<Option<Ts>> {
    store::revoke::revoked_at(conn, id)
}
