//! A request compiled for matching: fixed gates and the filter as a disjunctive normal form.
//!
//! `matches` and `explain` read the same two tables, so they cannot disagree.

use std::sync::Arc;

use super::gate::{Gate, GateFailure};
use super::shared::buyers_of;
use super::shares::Share;
use super::{PurchaseRequest, RequestState};
use crate::clock::Ts;
use crate::conditions::{Conditions, FilterFields};
use crate::contracts::{Odds, SENIORITY, Terms};
use crate::error::FieldError;
use crate::id::AccountId;
use crate::leads::{LeadState, Listing};
use crate::money::Money;
use crate::scoring::Stage;
use crate::text::english;
use crate::verticals::{ConsentRecipients, Model, Value, Vertical};

/// A request ready to be matched.
#[derive(Debug, Clone)]
pub struct Rule {
    pub request: Arc<PurchaseRequest>,
    conditions: Conditions,
    /// What the contract demands of a lead that is payable.
    criteria: Conditions,
    /// The seniorities that the contract takes; `None` for any.
    seniorities: Option<Vec<String>>,
    /// How likely outcomes are for this buyer.
    pub odds: Odds,
    /// What the buyer's standing adds to its rank, in basis points.
    standing_bps: i32,
    /// Where the buyer stands when leads are given out by tiers or weights.
    pub share: Share,
    /// The stricter of the vertical's and the request's limit.
    consent_max_age_days: i64,
    /// Whom consents of the vertical cover, and what this buyer is called.
    recipients: ConsentRecipients,
    buyer_name: String,
}

/// What the gates beside the filter compare with, for an index to read.
#[derive(Debug, Clone, Copy)]
pub struct Bounds<'a> {
    pub model: Model,
    /// The one seller of a private contract.
    pub seller: Option<AccountId>,
    /// The most that is paid on delivery: the bid and every bonus.
    pub most: Money,
    pub min_stage: Option<Stage>,
    pub consent_max_age_days: i64,
    /// Whom the vertical's consents cover.
    pub recipients: ConsentRecipients,
    /// Whether the contract asks for a seniority.
    pub asks_seniority: bool,
    pub conditions: &'a Conditions,
    pub criteria: &'a Conditions,
}

/// What a request offers for one listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Paid on delivery.
    pub price: Money,
    /// The price and what is set aside for outcomes.
    pub commitment: Money,
    /// What the lead is expected to bring: the price, and each outcome times its chance.
    pub expected: Money,
    /// What is expected, with the buyer's standing: candidates are ranked by it, and nothing is paid by it.
    pub rank: i128,
    pub wishes_met: u32,
}

type Holds = fn(&Rule, &Listing, Ts) -> bool;

/// The gates beside the filter that depend on the request and the listing alone.
const FIXED: &[(Gate, Holds)] = &[
    (Gate::Vertical, |rule, listing, _| {
        rule.request.vertical_id == listing.vertical_id
    }),
    (Gate::NotListed, |_, listing, _| {
        matches!(listing.state, LeadState::Listed | LeadState::SoldOut)
    }),
    (Gate::SoldOut, |_, listing, _| {
        listing.state != LeadState::SoldOut && listing.copies_sold < listing.copies
    }),
    (Gate::LeadExpired, |_, listing, now| {
        now < listing.expires_at
    }),
    (Gate::OwnLead, |rule, listing, _| {
        rule.request.buyer_id != listing.seller_id
    }),
    (Gate::SellerNotAllowed, |rule, listing, _| {
        rule.request.sellers.allows(listing.seller_id)
    }),
    (Gate::SellerBlocked, |rule, listing, _| {
        !rule.request.sellers.blocks(listing.seller_id)
    }),
    (Gate::NeedPhone, |rule, listing, _| {
        !rule.request.need_phone || listing.has_phone()
    }),
    (Gate::NeedEmail, |rule, listing, _| {
        !rule.request.need_email || listing.has_email()
    }),
    (Gate::PrivateContract, |rule, listing, _| {
        rule.seller()
            .is_none_or(|seller| seller == listing.seller_id)
    }),
    (Gate::Model, |rule, listing, _| {
        rule.seller().is_some() || listing.accepts.contains(&rule.terms().model)
    }),
    (Gate::Stage, |rule, listing, _| {
        let least = rule.terms().criteria.min_stage;
        least.is_none_or(|least| listing.stage >= least)
    }),
    (Gate::Seniority, |rule, listing, _| {
        let Some(wanted) = &rule.seniorities else {
            return true;
        };
        matches!(listing.attributes.get(SENIORITY), Some(Value::Text(seen)) if wanted.contains(seen))
    }),
    (Gate::ConsentTooOld, |rule, listing, now| {
        now.days_since(listing.consent_given_at) <= rule.consent_max_age_days
    }),
    (Gate::Quality, |rule, listing, _| {
        listing.quality >= rule.request.min_quality
    }),
    (Gate::ConsentRecipient, |rule, listing, _| {
        let buyer = (&rule.buyer_name, rule.request.buyer_id);
        rule.recipients
            .covers(&listing.recipients, buyer.0, buyer.1)
    }),
    (Gate::Currency, |rule, listing, _| {
        rule.request.bid.currency == listing.ask.currency
    }),
    (Gate::Sharing, |rule, listing, _| {
        rule.request.bid_for(buyers_of(listing)).is_some()
    }),
    (Gate::BidBelowAsk, |rule, listing, now| {
        rule.seller().is_some()
            || rule.terms().model != Model::Ppl
            || rule.offer(listing, now).price.minor >= listing.ask.minor
    }),
    (Gate::BelowLeast, |rule, listing, now| {
        rule.seller().is_some()
            || rule.terms().model == Model::Ppl
            || rule.reaches_least(listing, now)
    }),
];

/// The gates that open and close by the minute, as the request's own row shows them.
const CHANGING: &[(Gate, Holds)] = &[
    (Gate::ContractNotActive, |rule, _, _| {
        rule.request.agreement.is_active()
    }),
    (Gate::RequestNotActive, |rule, _, _| {
        rule.request.state == RequestState::Active
    }),
    (Gate::ByHand, |rule, _, _| rule.request.auto_buy),
    (Gate::Schedule, |rule, _, now| {
        rule.request.schedule.is_open(now)
    }),
    (Gate::Quantity, |rule, _, _| {
        rule.request.bought < rule.request.quantity
    }),
    (Gate::Budget, |rule, listing, now| {
        let least = rule.request.least_bid();
        let commitment = rule.offer_at(least, listing, now).commitment.minor;
        rule.request.spent.minor.saturating_add(commitment) <= rule.request.budget.minor
    }),
];

impl Rule {
    /// Compiles filter and criteria; `odds` are those of the request's buyer, vertical and model.
    pub fn compile(
        request: Arc<PurchaseRequest>,
        vertical: &Vertical,
        odds: Odds,
    ) -> Result<Self, FieldError> {
        let fields = FilterFields::of(vertical, english());
        let criteria = &request.agreement.terms().criteria;
        let seniorities = criteria.seniorities(vertical);
        let criteria = Conditions::compile(&criteria.filter, &fields)?;
        let conditions = Conditions::compile(&request.filter, &fields)?;
        let wanted = request
            .max_consent_age_days
            .unwrap_or(vertical.consent_max_age_days);
        Ok(Self {
            conditions,
            criteria,
            seniorities,
            odds,
            standing_bps: 0,
            share: Share::default(),
            recipients: vertical.keeping.recipients,
            buyer_name: String::new(),
            consent_max_age_days: i64::from(wanted.min(vertical.consent_max_age_days)),
            request,
        })
    }

    /// The same for a buyer of another standing.
    #[must_use]
    pub fn of_standing(mut self, bps: i32) -> Self {
        self.standing_bps = bps;
        self
    }

    /// The same for a buyer that stands elsewhere among the others.
    #[must_use]
    pub fn of_share(mut self, share: Share) -> Self {
        self.share = share;
        self
    }

    /// The same for a buyer of this name, which consents may name.
    #[must_use]
    pub fn of_buyer(mut self, name: String) -> Self {
        self.buyer_name = name;
        self
    }

    /// Whether the listing fits the request, whatever the minute.
    pub fn matches(&self, listing: &Listing, now: Ts) -> bool {
        FIXED.iter().all(|(_, holds)| holds(self, listing, now))
            && self.criteria.matches(listing, now)
            && self.conditions.matches(listing, now)
    }

    pub fn bounds(&self) -> Bounds<'_> {
        let bid = self.request.bid;
        let most = bid.minor.saturating_add(self.request.filter.bonus_minor());
        Bounds {
            model: self.terms().model,
            seller: self.seller(),
            most: Money::new(most, bid.currency),
            min_stage: self.terms().criteria.min_stage,
            consent_max_age_days: self.consent_max_age_days,
            recipients: self.recipients,
            asks_seniority: self.seniorities.is_some(),
            conditions: &self.conditions,
            criteria: &self.criteria,
        }
    }

    /// Whether its price is a bid against others.
    pub fn bids(&self) -> bool {
        self.seller().is_none() && self.terms().model == Model::Ppl
    }

    fn terms(&self) -> &Terms {
        self.request.agreement.terms()
    }

    /// The one seller of a private contract.
    fn seller(&self) -> Option<AccountId> {
        self.request.agreement.contract.seller_id
    }

    /// Whether terms that pay for outcomes reach what the seller asks for: its least of each outcome
    /// where it named one, else its ask by the expected yield.
    fn reaches_least(&self, listing: &Listing, now: Ts) -> bool {
        let (terms, least) = (self.terms(), &listing.least);
        let appointment = terms.price_appointment.zip(least.appointment);
        let share = terms.share.zip(least.share_bps);
        if appointment.is_none() && share.is_none() {
            return least.any_yield || self.offer(listing, now).expected.minor >= listing.ask.minor;
        }
        appointment.is_none_or(|(price, least)| price.minor >= least.minor)
            && share.is_none_or(|(share, least)| share.bps >= least)
    }

    /// Every failing gate of `matches`; empty when the listing fits.
    pub fn explain(&self, listing: &Listing, now: Ts) -> Vec<GateFailure> {
        let mut failures = self.failing(FIXED, listing, now);
        failures.extend(
            self.criteria
                .explain(listing, now)
                .into_iter()
                .map(GateFailure::of_criterion),
        );
        failures.extend(
            self.conditions
                .explain(listing, now)
                .into_iter()
                .map(GateFailure::from),
        );
        failures
    }

    /// Whether nothing in the request's row stops it from buying this listing now.
    pub fn is_open(&self, listing: &Listing, now: Ts) -> bool {
        CHANGING.iter().all(|(_, holds)| holds(self, listing, now))
    }

    /// The failing gates of `is_open`.
    pub fn closed(&self, listing: &Listing, now: Ts) -> Vec<GateFailure> {
        self.failing(CHANGING, listing, now)
    }

    fn failing(&self, table: &[(Gate, Holds)], listing: &Listing, now: Ts) -> Vec<GateFailure> {
        table
            .iter()
            .filter(|(_, holds)| !holds(self, listing, now))
            .map(|(gate, _)| (*gate).into())
            .collect()
    }

    /// The bid and the bonuses of the wishes this listing meets. Where the request bids by the number of buyers, the
    /// bid is for the lead alone while nobody has a copy, else for as many buyers as there are copies.
    pub fn offer(&self, listing: &Listing, now: Ts) -> Offer {
        let bid = self.request.bid_for(buyers_of(listing));
        self.offer_at(bid.unwrap_or(self.request.bid), listing, now)
    }

    /// What is offered for a listing that so many buyers get; `None` when the request does not take such a lead.
    pub fn offer_for(&self, buyers: i32, listing: &Listing, now: Ts) -> Option<Offer> {
        let bid = self.request.bid_for(buyers)?;
        Some(self.offer_at(bid, listing, now))
    }

    fn offer_at(&self, bid: Money, listing: &Listing, now: Ts) -> Offer {
        let (mut price, mut wishes_met) = (bid, 0);
        for wish in &self.conditions.wishes {
            if wish.is_met(listing, now) {
                wishes_met += 1;
                let bonus = wish.condition.bonus.map_or(0, |bonus| bonus.minor);
                price.minor = price.minor.saturating_add(bonus);
            }
        }
        let expected = self.terms().expected(price, &self.odds);
        Offer {
            price,
            commitment: self.request.commitment(price),
            expected,
            rank: i128::from(expected.minor) * i128::from(10_000 + self.standing_bps),
            wishes_met,
        }
    }
}
