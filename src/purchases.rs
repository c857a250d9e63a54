//! Purchases: a lead acquired by a buyer under a contract version, paid from its wallet in the same
//! transaction. Selling checks again, by guarded updates, whatever may have changed since matching.

pub mod api;
mod exchange;
mod facts;
mod held;
mod inbox;
pub mod jobs;
pub mod market;
pub mod pages;
mod settle;
mod shared;
mod store;
mod together;

use diesel::{Connection as _, Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use exchange::Seller;
pub use facts::{Fact, facts};
pub use held::{Announced, HeldBid, hold, may_hold, sell_held};
pub use inbox::{Bought, Opened, counts, inbox, open, open_many};
pub use market::{Browsed, MarketFilter, buy, market};
pub use settle::{advance, dispute, end_dispute, finish_due, lapsing, settle_due};
pub use store::{Filter, InboxRow, SoldRow, by_id, of_buyer, of_lead, of_seller, sold_by};

use crate::access::Actor;
use crate::charges::{self, OfPurchase};
use crate::clock::Ts;
use crate::contracts::{Agreement, Chance, Odds, Terms};
use crate::db::Conn;
use crate::db::schema::purchases;
use crate::db::types::{json, text_enum};
use crate::error::{Code, Error, Result};
use crate::events::{self, EventKind, Happening};
use crate::id::{
    AccountId, ContractVersionId, DecisionId, LeadId, PingId, PurchaseId, RequestId, VerticalId,
};
use crate::leads::{self, Listing};
use crate::ledger;
use crate::money::{BasisPoints, Currency, Money};
use crate::requests::{self, Gate, PurchaseRequest};
use crate::verticals::Model;
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

impl PurchaseState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Delivered => matches!(next, Self::Settled | Self::Disputed | Self::Refunded),
            Self::AwaitingOutcome => matches!(
                next,
                Self::AppointmentHeld | Self::Sold | Self::Lapsed | Self::Refunded
            ),
            Self::AppointmentHeld => matches!(
                next,
                Self::Sold | Self::Settled | Self::Disputed | Self::Refunded
            ),
            Self::Sold => matches!(next, Self::Settled | Self::Disputed | Self::Refunded),
            Self::Disputed => matches!(next, Self::Settled | Self::Refunded),
            Self::Lapsed => matches!(next, Self::Refunded),
            // Only where the exchange opens a dispute out of time.
            Self::Settled => matches!(next, Self::Disputed | Self::Refunded),
            Self::Refunded => false,
        }
    }

    /// Whether outcomes may still be reported.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::AwaitingOutcome | Self::AppointmentHeld | Self::Sold
        )
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
    /// When a lead without an outcome lapses; `None` where no outcome is paid for, and once one is known.
    pub lapse_at: Option<Ts>,
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

    const fn sale(&self) -> ledger::Sale {
        ledger::Sale {
            purchase: self.id,
            buyer: self.buyer_id,
            seller: self.seller_id,
            price: Money::new(self.price_minor, self.currency),
            commission: Money::new(self.commission_minor, self.currency),
            at: self.purchased_at,
        }
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
    /// The ping that the lead was announced by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ping: Option<PingId>,
    /// The request's place among those that fitted, from 1; or the lead's place among those that fitted.
    pub place: u32,
    /// How many fitted.
    pub candidates: u32,
    /// How many buyers get the lead at most, where the request bids by their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyers: Option<i32>,
    /// The price of the lead itself, before bonuses.
    #[schema(value_type = crate::money::MoneyJson)]
    pub bid: Money,
    pub wishes_met: u32,
    /// What ranked it: the expected yield, and the chances behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yields: Option<Yield>,
    /// The decision about the lead, which can be replayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
}

/// The numbers that ranked a match on one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExpectedYield)]
pub struct Yield {
    pub model: Model,
    /// The price, and each outcome times its chance.
    #[schema(value_type = crate::money::MoneyJson)]
    pub expected: Money,
    /// The chance that an appointment is held, where the contract pays for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Chance>,
    /// The chance of a sale, where the contract pays a share of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<Chance>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::money::MoneyJson>)]
    pub expected_sale: Option<Money>,
}

impl Yield {
    fn of(terms: &Terms, expected: Money, odds: &Odds) -> Self {
        Self {
            model: terms.model,
            expected,
            held: terms.price_appointment.map(|_| odds.held),
            sale: terms.share.map(|_| odds.sale),
            expected_sale: terms.share.map(|share| odds.expected_sale(&share)),
        }
    }
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
        /// A ping announced it, and the bid of the best-ranked request was held until it came.
        HeldBid = "held_bid",
    }
}

/// Everything that a sale needs to be told.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    pub listing: &'a Listing,
    pub buyer: AccountId,
    pub request: Option<&'a PurchaseRequest>,
    pub agreement: &'a Agreement,
    /// Of the lead itself; what is held for outcomes comes from the agreement.
    pub price: Money,
    pub explanation: Explanation,
    /// Room and money that are held for this very lead.
    pub held: Option<&'a HeldBid>,
    /// How many buyers get the lead at most, where this sale, its first, settles that.
    pub buyers: Option<i32>,
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
    let is_taken = match order.buyers {
        Some(buyers) => leads::take_first(conn, listing, buyers, now)?,
        None => leads::take_copy(conn, listing.id, now)?,
    };
    if !is_taken {
        return Err(Stop::At(Gate::SoldOut));
    }
    let agreement = order.agreement;
    let terms = store::terms(conn, listing, order.buyer, agreement.version.id, now)?;
    if let Some(gate) = terms.closed {
        return Err(Stop::At(gate));
    }
    if let Some(request) = order.request {
        let refused = match order.held {
            Some(held) => requests::fill(conn, request, &held.reservation, now)?,
            None => requests::take(conn, request, request.commitment(order.price), now)?,
        };
        if let Some(gate) = refused {
            return Err(Stop::At(gate));
        }
    }
    let purchase = purchase_of(order, terms.commission, now)?;
    store::insert(conn, std::slice::from_ref(&purchase))?;
    if let Some(held) = order.held {
        HeldBid::release_money(conn, [held], now)?;
    }
    ledger::sale(conn, &purchase.sale()).map_err(stop_at_wallet)?;
    if agreement.terms().awaits_outcome() {
        let of = OfPurchase {
            purchase: purchase.id,
            buyer: purchase.buyer_id,
            seller: purchase.seller_id,
            agreement,
            commission: terms.commission,
        };
        charges::set_aside(conn, &of, now).map_err(stop_at_wallet)?;
    }
    tell(conn, &[(&purchase, order)], now)?;
    Ok(purchase)
}

/// A purchase by an order whose terms were agreed on.
fn purchase_of(order: &Order<'_>, commission: BasisPoints, now: Ts) -> Result<Purchase> {
    let terms = order.agreement.terms();
    let awaits_outcome = terms.awaits_outcome();
    Ok(Purchase {
        id: PurchaseId::new(now),
        lead_id: order.listing.id,
        request_id: order.request.map(|request| request.id),
        buyer_id: order.buyer,
        seller_id: order.listing.seller_id,
        vertical_id: order.listing.vertical_id,
        contract_version_id: order.agreement.version.id,
        state: if awaits_outcome {
            PurchaseState::AwaitingOutcome
        } else {
            PurchaseState::Delivered
        },
        currency: order.price.currency,
        price_minor: order.price.minor,
        commission_minor: order.price.share(commission).minor,
        explanation: json(&order.explanation)?,
        purchased_at: now,
        final_at: now.plus_days(terms.dispute_window_days),
        lapse_at: awaits_outcome.then(|| now.plus_days(terms.confirmation.lapse_days)),
        settled_at: None,
        opened_at: None,
    })
}

/// Tells the audit log, both sides' systems and the delivery of sales.
fn tell(conn: &mut Conn, sales: &[(&Purchase, &Order<'_>)], now: Ts) -> Result<()> {
    let entries = sales
        .iter()
        .map(|(purchase, order)| entry(order.actor, "purchase.delivered", purchase, now));
    audit::record_all(conn, &entries.collect::<Vec<_>>())?;
    let happenings = sales.iter().flat_map(|(purchase, _)| happened(purchase));
    events::record(conn, &happenings.collect::<Vec<_>>(), now)?;
    for (purchase, order) in sales {
        let request = order.request;
        if request.is_some_and(|request| request.deliver_email.is_some()) {
            let payload = DeliverJob {
                purchase: purchase.id,
            };
            queue::enqueue(conn, DELIVER_JOB, &payload, now, now)?;
        }
    }
    Ok(())
}

fn stop_at_wallet(error: Error) -> Stop {
    if error.has_code(Code::InsufficientFunds) {
        Stop::At(Gate::Wallet)
    } else {
        Stop::Failed(error)
    }
}

/// What a delivery job carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliverJob {
    pub purchase: PurchaseId,
}

/// What both sides' systems are told of a sale; the seller does not learn who bought.
fn happened(purchase: &Purchase) -> [Happening; 2] {
    let bought = serde_json::json!({
        "purchase": purchase.id,
        "lead": purchase.lead_id,
        "request": purchase.request_id,
        "price": purchase.price(),
    });
    let sold = serde_json::json!({
        "purchase": purchase.id,
        "lead": purchase.lead_id,
        "price": purchase.price(),
        "earning": purchase.earning(),
    });
    let (buyer, seller) = (purchase.buyer_id, purchase.seller_id);
    [
        Happening::new(buyer, EventKind::PurchaseDelivered, purchase.id, bought),
        Happening::new(seller, EventKind::LeadSold, purchase.lead_id, sold),
    ]
}

fn record(
    conn: &mut Conn,
    actor: Actor,
    action: &'static str,
    purchase: &Purchase,
    now: Ts,
) -> Result<()> {
    audit::record(conn, &entry(actor, action, purchase, now))
}

fn entry(
    actor: Actor,
    action: &'static str,
    purchase: &Purchase,
    now: Ts,
) -> audit::Entry<'static> {
    audit::Entry {
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
    }
}
