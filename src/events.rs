//! Events: what happened to an account's records, kept in the transaction of the happening, told by
//! `GET /api/v1/events` and by webhooks.

pub mod api;
mod endpoints;
pub mod pages;
mod send;
mod signature;
mod store;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

pub use endpoints::{
    Endpoint, EndpointState, MAX_ENDPOINTS, NewEndpoint, Secret, change, make, of_account, remove,
    replay, rotate, test,
};
pub use send::Hooks;
pub use store::{Delivery, DeliveryState, deliveries, event, list, sweep};

use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::Result;
use crate::id::{AccountId, EventId};

text_enum! {
    /// What happened. The names never change meaning.
    pub enum EventKind {
        /// To a seller: a copy of its lead was bought.
        LeadSold = "lead.sold",
        /// To a seller: the score of its lead has reached another stage.
        LeadStageChanged = "lead.stage_changed",
        /// To a seller: an audit of its lead is decided.
        LeadAudited = "lead.audited",
        /// To a buyer: a lead was acquired, and waits in the inbox.
        PurchaseDelivered = "purchase.delivered",
        /// To a buyer: a refunded lead must not be used any more.
        PurchaseStopped = "purchase.stopped",
        /// To whoever has or sold the lead: its person withdrew the consent; stop, and confirm that.
        ConsentRevoked = "consent.revoked",
        /// To the other side: an outcome was reported.
        ConversionProposed = "conversion.proposed",
        /// To whoever did not confirm it: an outcome counts.
        ConversionConfirmed = "conversion.confirmed",
        /// To a seller: a charge of its is disputed.
        DisputeOpened = "dispute.opened",
        /// To both sides: a decision was made; it may be appealed.
        DisputeDecided = "dispute.decided",
        /// To both sides: a dispute is over and its money has moved.
        DisputeClosed = "dispute.closed",
        /// To a seller: a payout was handed to the bank.
        PayoutSent = "payout.sent",
        /// To a seller: the bank paid it.
        PayoutPaid = "payout.paid",
        /// To a seller: a payout came back to its payable.
        PayoutFailed = "payout.failed",
        /// To whom an endpoint belongs, when it is tried.
        Test = "test",
    }
}

/// How long events are kept.
pub const KEPT: i64 = 30 * DAY;

/// Something that happened, to be told to one account.
#[derive(Debug, Clone)]
pub struct Happening {
    pub account: AccountId,
    pub kind: EventKind,
    /// The id of what it happened to.
    pub subject: String,
    /// Ids, states and amounts; never contact data.
    pub data: Value,
}

impl Happening {
    pub fn new(account: AccountId, kind: EventKind, subject: impl ToString, data: Value) -> Self {
        Self {
            account,
            kind,
            subject: subject.to_string(),
            data,
        }
    }
}

/// An event as it is listed and sent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Event {
    pub id: EventId,
    #[serde(rename = "type")]
    pub kind: EventKind,
    pub timestamp: Ts,
    /// The id of what it happened to.
    pub subject: String,
    /// Ids, states and amounts; contact data is fetched by id.
    #[schema(value_type = Object)]
    pub data: Value,
}

impl Event {
    /// The body that a webhook carries.
    fn body(&self) -> String {
        json!({
            "id": self.id,
            "type": self.kind,
            "timestamp": self.timestamp,
            "subject": self.subject,
            "data": self.data,
        })
        .to_string()
    }
}

/// Keeps what happened and queues it for the endpoints that want it; call it in the transaction of the happening.
pub fn record(conn: &mut Conn, happenings: &[Happening], now: Ts) -> Result<()> {
    if happenings.is_empty() {
        return Ok(());
    }
    let ids = store::insert(conn, happenings, now)?;
    let mut accounts: Vec<AccountId> = happenings.iter().map(|one| one.account).collect();
    accounts.sort();
    accounts.dedup();
    let endpoints = store::active_of(conn, &accounts)?;
    if endpoints.is_empty() {
        return Ok(());
    }
    let mut wanted = Vec::new();
    for (happening, event) in happenings.iter().zip(ids) {
        wanted.extend(
            endpoints
                .iter()
                .filter(|endpoint| endpoint.wants(happening.account, happening.kind))
                .map(|endpoint| (endpoint.id, event)),
        );
    }
    store::queue(conn, &wanted, now)
}
