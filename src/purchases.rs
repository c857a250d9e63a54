//! Purchases: a lead acquired by a buyer under a contract version, paid from its wallet in the same
//! transaction. Selling checks again, by guarded updates, whatever may have changed since matching.

pub mod api;
mod exchange;
mod inbox;
pub mod jobs;
pub mod market;
pub mod pages;
mod settle;
mod store;

use diesel::{Connection as _, Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use exchange::Seller;
pub use inbox::{Bought, counts, inbox, open, open_many};
pub use market::{Browsed, MarketFilter, buy, market};
pub use settle::settle_due;
pub use store::{Filter, InboxRow, by_id};

use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::purchases;
use crate::db::types::{json, text_enum};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ContractVersionId, LeadId, PurchaseId, RequestId, VerticalId};
use crate::leads::{self, Listing};
use crate::ledger;
use crate::money::{Currency, Money};
use crate::requests::{self, Gate, PurchaseRequest};
use crate::{audit, jobs as queue};

/// The job that delivers a purchase to its buyer outside the inbox.
pub const DELIVER_JOB: &str = "deliver_purchase";

text_enum! {
    /// Where a purchase stands.
    pub enum PurchaseState {
        Delivered = "delivered",
        AwaitingOutcome = "awaiting_outcome",
        AppointmentHeld = "appointment_held",
        Sold = "sold",
        Lapsed = "lapsed",
        Disputed = "disputed",
        Settled = "settled",
        Refunded = "refunded",
    }
}

/// A purchase as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = purchases, treat_none_as_default_value = false)]
pub struct Purchase {
    pub id: PurchaseId,
    pub lead_id: LeadId,
    /// None when the buyer picked the lead on the market page.
    pub request_id: Option<RequestId>,
    pub buyer_id: AccountId,
    pub seller_id: AccountId,
    pub vertical_id: VerticalId,
    pub contract_version_id: ContractVersionId,
    pub state: PurchaseState,
    pub currency: Currency,
    pub price_minor: i64,
    pub commission_minor: i64,
    /// An `Explanation` as JSON.
    pub explanation: String,
    pub purchased_at: Ts,
    /// When the dispute window ends and the seller's share becomes payable.
    pub final_at: Ts,
    pub settled_at: Option<Ts>,
    pub opened_at: Option<Ts>,
}

impl Purchase {
    pub fn price(&self) -> Money {
        Money::new(self.price_minor, self.currency)
    }

    pub fn commission(&self) -> Money {
        Money::new(self.commission_minor, self.currency)
    }

    /// The seller's part of the price.
    pub fn earning(&self) -> Money {
        Money::new(self.price_minor - self.commission_minor, self.currency)
    }
}

/// Why this buyer got this lead at this price; kept with the purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// What decided: the ranking of requests, or the buyer's own choice on the market page.
    pub rule: SaleRule,
    /// The request's place among those that fitted, from 1; or the lead's place among those that fitted.
    pub place: u32,
    /// How many fitted.
    pub candidates: u32,
    #[schema(value_type = crate::money::MoneyJson)]
    pub bid: Money,
    pub wishes_met: u32,
}

text_enum! {
    /// What brought lead and buyer together.
    pub enum SaleRule {
        /// A new lead met the active requests; the best-ranked that could pay got it.
        BestRequest = "best_request",
        /// An activated request met the listed leads; the best-fitting came first.
        BestListing = "best_listing",
        /// The buyer picked it on the market page, at the ask.
        Picked = "picked",
    }
}

/// Everything that a sale needs to be told.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    pub listing: &'a Listing,
    pub buyer: AccountId,
    pub request: Option<&'a PurchaseRequest>,
    pub contract_version: ContractVersionId,
    pub price: Money,
    pub explanation: Explanation,
    pub actor: Actor,
}

/// What came of an order.
#[derive(Debug)]
pub enum Outcome {
    Sold(Box<Purchase>),
    /// Refused by a gate that had closed meanwhile; nothing has changed.
    Refused(Gate),
}

/// Sells one copy: lead unsold, caps, budget and wallet are checked by guarded updates, the money is
/// booked, the purchase recorded with its explanation, and its delivery queued; all or nothing.
pub fn sell(conn: &mut Conn, order: &Order<'_>, now: Ts) -> Result<Outcome> {
    let outcome = conn.transaction(|conn| sell_or_stop(conn, order, now));
    match outcome {
        Ok(purchase) => {
            metrics::counter!("galena_purchases_total").increment(1);
            Ok(Outcome::Sold(Box::new(purchase)))
        }
        Err(Stop::At(gate)) => Ok(Outcome::Refused(gate)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

enum Stop {
    At(Gate),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn sell_or_stop(conn: &mut Conn, order: &Order<'_>, now: Ts) -> Result<Purchase, Stop> {
    let listing = order.listing;
    // Lead, request, wallet: always in this order, so that two sales never wait for each other.
    if !leads::take_copy(conn, listing.id, now)? {
        return Err(Stop::At(Gate::SoldOut));
    }
    let terms = store::terms(conn, listing, order.buyer, order.contract_version)?;
    if terms.owned {
        return Err(Stop::At(Gate::AlreadyBought));
    }
    if let Some(request) = order.request
        && let Some(gate) = requests::take(conn, request, order.price, now)?
    {
        return Err(Stop::At(gate));
    }
    let commission = order.price.share(terms.commission);
    let purchase = Purchase {
        id: PurchaseId::new(now),
        lead_id: listing.id,
        request_id: order.request.map(|request| request.id),
        buyer_id: order.buyer,
        seller_id: listing.seller_id,
        vertical_id: listing.vertical_id,
        contract_version_id: order.contract_version,
        state: PurchaseState::Delivered,
        currency: order.price.currency,
        price_minor: order.price.minor,
        commission_minor: commission.minor,
        explanation: json(&order.explanation)?,
        purchased_at: now,
        final_at: now.plus_days(terms.dispute_window_days),
        settled_at: None,
        opened_at: None,
    };
    store::insert(conn, &purchase)?;
    pay(conn, &purchase, now)?;
    record(conn, order.actor, "purchase.delivered", &purchase, now)?;
    if order
        .request
        .is_some_and(|request| request.deliver_email.is_some())
    {
        let payload = DeliverJob {
            purchase: purchase.id,
        };
        queue::enqueue(conn, DELIVER_JOB, &payload, now, now)?;
    }
    Ok(purchase)
}

fn pay(conn: &mut Conn, purchase: &Purchase, now: Ts) -> Result<(), Stop> {
    let sale = ledger::Sale {
        purchase: purchase.id,
        buyer: purchase.buyer_id,
        seller: purchase.seller_id,
        price: purchase.price(),
        commission: purchase.commission(),
        at: now,
    };
    ledger::sale(conn, &sale).map_err(|error| {
        if error.has_code(Code::InsufficientFunds) {
            Stop::At(Gate::Wallet)
        } else {
            Stop::Failed(error)
        }
    })
}

/// What a delivery job carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliverJob {
    pub purchase: PurchaseId,
}

fn record(
    conn: &mut Conn,
    actor: Actor,
    action: &'static str,
    purchase: &Purchase,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(purchase.buyer_id),
            action,
            subject: purchase.id.to_string(),
            detail: serde_json::json!({
                "lead": purchase.lead_id,
                "seller": purchase.seller_id,
                "price": purchase.price(),
            }),
        },
    )
}
