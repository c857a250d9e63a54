//! A request compiled for matching: fixed gates and the filter as a disjunctive normal form.
//!
//! `matches` and `explain` read the same two tables, so they cannot disagree.

use std::sync::Arc;

use super::gate::{Gate, GateFailure};
use super::{PurchaseRequest, RequestState};
use crate::clock::Ts;
use crate::conditions::{Conditions, FilterFields};
use crate::error::FieldError;
use crate::leads::{LeadState, Listing};
use crate::money::Money;
use crate::text::english;
use crate::verticals::Vertical;

/// A request ready to be matched.
#[derive(Debug, Clone)]
pub struct Rule {
    pub request: Arc<PurchaseRequest>,
    conditions: Conditions,
    /// The stricter of the vertical's and the request's limit.
    consent_max_age_days: i64,
}

/// What a request offers for one listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    pub price: Money,
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
        rule.request.sellers.allow.is_empty()
            || rule.request.sellers.allow.contains(&listing.seller_id)
    }),
    (Gate::SellerBlocked, |rule, listing, _| {
        !rule.request.sellers.block.contains(&listing.seller_id)
    }),
    (Gate::NeedPhone, |rule, listing, _| {
        !rule.request.need_phone || listing.has_phone()
    }),
    (Gate::NeedEmail, |rule, listing, _| {
        !rule.request.need_email || listing.has_email()
    }),
    (Gate::Model, |rule, listing, _| {
        listing.accepts.contains(&rule.request.model)
    }),
    (Gate::ConsentTooOld, |rule, listing, now| {
        now.days_since(listing.consent_given_at) <= rule.consent_max_age_days
    }),
    (Gate::Currency, |rule, listing, _| {
        rule.request.bid.currency == listing.ask.currency
    }),
    (Gate::BidBelowAsk, |rule, listing, now| {
        rule.offer(listing, now).price.minor >= listing.ask.minor
    }),
];

/// The gates that open and close by the minute, as the request's own row shows them.
const CHANGING: &[(Gate, Holds)] = &[
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
        let price = rule.offer(listing, now).price.minor;
        rule.request.spent.minor.saturating_add(price) <= rule.request.budget.minor
    }),
];

impl Rule {
    pub fn compile(request: Arc<PurchaseRequest>, vertical: &Vertical) -> Result<Self, FieldError> {
        let fields = FilterFields::of(vertical, english());
        let conditions = Conditions::compile(&request.filter, &fields)?;
        let wanted = request
            .max_consent_age_days
            .unwrap_or(vertical.consent_max_age_days);
        Ok(Self {
            conditions,
            consent_max_age_days: i64::from(wanted.min(vertical.consent_max_age_days)),
            request,
        })
    }

    /// Whether the listing fits the request, whatever the minute.
    pub fn matches(&self, listing: &Listing, now: Ts) -> bool {
        FIXED.iter().all(|(_, holds)| holds(self, listing, now))
            && self.conditions.matches(listing, now)
    }

    /// Every failing gate of `matches`; empty when the listing fits.
    pub fn explain(&self, listing: &Listing, now: Ts) -> Vec<GateFailure> {
        let mut failures = self.failing(FIXED, listing, now);
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

    /// The bid and the bonuses of the wishes this listing meets.
    pub fn offer(&self, listing: &Listing, now: Ts) -> Offer {
        let mut offer = Offer {
            price: self.request.bid,
            wishes_met: 0,
        };
        for wish in &self.conditions.wishes {
            if wish.is_met(listing, now) {
                offer.wishes_met += 1;
                let bonus = wish.condition.bonus.map_or(0, |bonus| bonus.minor);
                offer.price.minor = offer.price.minor.saturating_add(bonus);
            }
        }
        offer
    }
}
