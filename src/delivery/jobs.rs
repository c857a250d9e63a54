//! Sends a purchase to the address that its request names.

use std::sync::Arc;

use super::letter::{self, Brief};
use super::{Delivery, DeliveryChannel, DeliveryState, store};
use crate::access::Actor;
use crate::audit;
use crate::calls;
use crate::clock::{Clock, Ts};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::{DeliveryId, PurchaseId};
use crate::leads;
use crate::mail::{Mailer, Message};
use crate::privacy;
use crate::purchases::{self, DeliverJob, Purchase};
use crate::requests;
use crate::text::english;
use crate::vault::Vault;

/// What sending needs.
#[derive(Clone)]
pub struct Sender {
    pub db: Db,
    pub clock: Clock,
    pub vault: Arc<Vault>,
    pub mailer: Arc<Mailer>,
    /// The address of this server, for links in letters.
    pub base_url: String,
}

/// Delivers a purchase by mail; a second run after success sends nothing. The letter is made and sent
/// outside any transaction, so a crash between sending and noting it may send it twice, never lose it.
pub async fn deliver(sender: Sender, job: DeliverJob) -> Result<()> {
    if !sender.mailer.is_on() {
        return Ok(());
    }
    let now = sender.clock.now();
    let Some(delivery) = sender
        .db
        .write(move |conn| {
            // A contact whose consent was withdrawn meanwhile goes nowhere any more.
            if is_withdrawn(conn, job.purchase)? {
                return Ok(None);
            }
            pending(conn, job.purchase, now)
        })
        .await?
    else {
        return Ok(());
    };
    let (vault, base_url, to) = (
        Arc::clone(&sender.vault),
        sender.base_url.clone(),
        delivery.recipient.clone(),
    );
    let message = sender
        .db
        .write(move |conn| compose(conn, &vault, job.purchase, &base_url, &to, now))
        .await?;
    let sent = sender.mailer.send(&message).await;
    let now = sender.clock.now();
    let error = sent.as_ref().err().map(ToString::to_string);
    sender
        .db
        .write(move |conn| match &error {
            None => store::delivered(conn, delivery.id, now),
            Some(error) => store::failed(conn, delivery.id, error),
        })
        .await?;
    sent
}

/// The delivery that is still to be made, noted on its first try; none when it is done or not wanted.
fn pending(conn: &mut Conn, id: PurchaseId, now: Ts) -> Result<Option<Delivery>> {
    if let Some(delivery) = store::of_purchase(conn, id)?.pop() {
        let open = delivery.state != DeliveryState::Delivered;
        return Ok(open.then_some(delivery));
    }
    let Some(recipient) = recipient(conn, id)? else {
        return Ok(None);
    };
    let delivery = Delivery {
        id: DeliveryId::new(now),
        purchase_id: id,
        channel: DeliveryChannel::Email,
        recipient,
        state: DeliveryState::Queued,
        attempts: 0,
        last_error: None,
        queued_at: now,
        delivered_at: None,
    };
    store::insert(conn, &delivery)?;
    Ok(Some(delivery))
}

fn is_withdrawn(conn: &mut Conn, id: PurchaseId) -> Result<bool> {
    let Some(purchase) = purchases::by_id(conn, id)? else {
        return Ok(false);
    };
    let revoked = privacy::revoked_at(conn, purchase.lead_id)?;
    Ok(revoked.is_some() || privacy::erased(conn, purchase.lead_id)?.is_some())
}

fn recipient(conn: &mut Conn, id: PurchaseId) -> Result<Option<String>> {
    let Some(request) = purchases::by_id(conn, id)?.and_then(|purchase| purchase.request_id) else {
        return Ok(None);
    };
    Ok(requests::by_ids(conn, &[request])?
        .pop()
        .and_then(|request| request.deliver_email))
}

/// Opens the contact for the letter; that is a view like any other and is noted as one.
fn compose(
    conn: &mut Conn,
    vault: &Vault,
    id: PurchaseId,
    base_url: &str,
    to: &str,
    now: Ts,
) -> Result<Message> {
    let purchase = purchases::by_id(conn, id)?
        .ok_or_else(|| crate::error::Error::refused(crate::error::Code::NotFound))?;
    let contact = leads::open_contact(conn, vault, purchase.lead_id)?;
    let listing = leads::listing(conn, purchase.lead_id)?;
    let wanted = leads::wanted(conn, vault, purchase.lead_id)?;
    let request = match purchase.request_id {
        Some(request) => requests::by_ids(conn, &[request])?.pop(),
        None => None,
    };
    noted(conn, &purchase, now)?;
    let consent = leads::consent(conn, purchase.lead_id)?;
    let given_at = &listing.consent_given_at;
    let calls = calls::advice(conn, &listing.attributes, given_at, now)?;
    let brief = Brief {
        consent: &consent,
        calls: calls.as_ref(),
        purchase: &purchase,
        request: request.as_ref().map_or("", |request| &request.name),
        interest: &wanted.interest,
        base_url,
    };
    letter::write(english(), to, &contact, &brief)
}

fn noted(conn: &mut Conn, purchase: &Purchase, now: Ts) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(purchase.buyer_id),
            action: "contact.sent",
            subject: purchase.id.to_string(),
            detail: serde_json::json!({ "lead": purchase.lead_id, "channel": "email" }),
        },
    )
}
