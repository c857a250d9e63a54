//! A request compiled for matching: fixed gates and the filter as a disjunctive normal form.
//!
//! `matches` and `explain` read the same two tables, so they cannot disagree.

use std::sync::Arc;

use super::fields::{FilterFields, Seen, Source};
use super::filter::{Condition, Filter, Op};
use super::gate::{FailedCondition, Gate, GateFailure};
use super::{PurchaseRequest, RequestState};
use crate::clock::Ts;
use crate::error::{FieldError, Reason};
use crate::leads::{LeadState, Listing};
use crate::money::Money;
use crate::text::english;
use crate::verticals::{Value, Vertical};

/// Conjunctions a filter may spread into.
pub const MAX_BRANCHES: usize = 64;

/// One condition made ready: where its value is and what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Leaf {
    source: Source,
    /// Texts in lower case.
    values: Vec<Value>,
    label: String,
    condition: Condition,
}

/// A leaf, or its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Literal {
    leaf: usize,
    negated: bool,
}

/// The must conditions of a filter, as the alternatives any of which is enough, and its wishes.
#[derive(Debug, Clone)]
pub struct Conditions {
    leaves: Vec<Leaf>,
    branches: Vec<Vec<Literal>>,
    wishes: Vec<Leaf>,
}

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

impl Conditions {
    /// Spreads a filter; a filter with more than `MAX_BRANCHES` alternatives is refused.
    pub fn compile(filter: &Filter, fields: &FilterFields) -> Result<Self, FieldError> {
        let mut compiled = Self {
            leaves: Vec::new(),
            branches: Vec::new(),
            wishes: Vec::new(),
        };
        compiled.branches = compiled.spread(filter, false, fields).ok_or_else(|| {
            FieldError::new(
                "filter",
                Reason::TooMany,
                format!("alternatives that spread into at most {MAX_BRANCHES} combinations"),
            )
        })?;
        compiled.wishes = filter
            .conditions()
            .into_iter()
            .filter(|condition| condition.wish)
            .map(|condition| Leaf::new(condition, fields))
            .collect();
        Ok(compiled)
    }

    fn spread(
        &mut self,
        filter: &Filter,
        negated: bool,
        fields: &FilterFields,
    ) -> Option<Vec<Vec<Literal>>> {
        match (filter, negated) {
            (Filter::Condition(condition), _) if condition.wish => Some(vec![Vec::new()]),
            (Filter::Condition(condition), _) => {
                let leaf = self.intern(Leaf::new(condition, fields));
                Some(vec![vec![Literal { leaf, negated }]])
            }
            (Filter::Not(inner), _) => self.spread(inner, !negated, fields),
            (Filter::All(parts), false) | (Filter::Any(parts), true) => {
                let mut product = vec![Vec::new()];
                for part in parts {
                    let branches = self.spread(part, negated, fields)?;
                    product = combine(&product, &branches)?;
                }
                Some(product)
            }
            (Filter::Any(parts), false) | (Filter::All(parts), true) => {
                let mut union = Vec::new();
                for part in parts {
                    union.extend(self.spread(part, negated, fields)?);
                }
                (union.len() <= MAX_BRANCHES).then_some(union)
            }
        }
    }

    fn intern(&mut self, leaf: Leaf) -> usize {
        let known = self.leaves.iter().position(|other| *other == leaf);
        known.unwrap_or_else(|| {
            self.leaves.push(leaf);
            self.leaves.len() - 1
        })
    }

    fn holds(&self, literal: Literal, listing: &Listing, now: Ts) -> bool {
        self.leaves[literal.leaf].is_met(listing, now) != literal.negated
    }

    /// Whether any alternative is met in full.
    pub fn matches(&self, listing: &Listing, now: Ts) -> bool {
        self.branches.iter().any(|branch| {
            branch
                .iter()
                .all(|&literal| self.holds(literal, listing, now))
        })
    }

    /// The failed conditions of the alternative that comes closest; empty when one is met.
    pub fn explain(&self, listing: &Listing, now: Ts) -> Vec<GateFailure> {
        let closest = self
            .branches
            .iter()
            .map(|branch| {
                branch
                    .iter()
                    .filter(|&&literal| !self.holds(literal, listing, now))
                    .copied()
                    .collect::<Vec<Literal>>()
            })
            .min_by_key(Vec::len);
        let Some(failed) = closest else {
            return vec![Gate::Condition.into()];
        };
        failed
            .into_iter()
            .map(|literal| GateFailure {
                gate: Gate::Condition,
                condition: Some(FailedCondition {
                    label: self.leaves[literal.leaf].label.clone(),
                    condition: self.leaves[literal.leaf].condition.clone(),
                    negated: literal.negated,
                }),
            })
            .collect()
    }
}

/// Each of the one with each of the other; `None` beyond the cap.
fn combine(left: &[Vec<Literal>], right: &[Vec<Literal>]) -> Option<Vec<Vec<Literal>>> {
    if left.len().saturating_mul(right.len()) > MAX_BRANCHES {
        return None;
    }
    let mut product = Vec::with_capacity(left.len() * right.len());
    for first in left {
        for second in right {
            let mut branch = first.clone();
            branch.extend(second.iter().filter(|literal| !first.contains(literal)));
            product.push(branch);
        }
    }
    Some(product)
}

impl Leaf {
    fn new(condition: &Condition, fields: &FilterFields) -> Self {
        let values = condition.values.iter().map(|value| match value {
            Value::Text(text) => Value::Text(text.chars().flat_map(char::to_lowercase).collect()),
            other => other.clone(),
        });
        Self {
            source: Source::of(&condition.field),
            values: values.collect(),
            label: fields.label(&condition.field),
            condition: condition.clone(),
        }
    }

    fn is_met(&self, listing: &Listing, now: Ts) -> bool {
        let seen = self.source.look(listing, now);
        if self.condition.op == Op::Exists {
            return self.values.first() == Some(&Value::Bool(seen.is_some()));
        }
        let Some(seen) = seen else {
            return false;
        };
        let any = || self.values.iter().any(|value| same(seen, value));
        let bounds = (self.values.first(), self.values.last(), seen);
        match self.condition.op {
            Op::Eq | Op::In => any(),
            Op::Ne | Op::NotIn => !any(),
            Op::Gte => matches!(bounds, (Some(Value::Int(low)), _, Seen::Int(n)) if n >= *low),
            Op::Lte => matches!(bounds, (_, Some(Value::Int(high)), Seen::Int(n)) if n <= *high),
            Op::Between => matches!(
                bounds,
                (Some(Value::Int(low)), Some(Value::Int(high)), Seen::Int(n)) if (*low..=*high).contains(&n)
            ),
            Op::Exists => false,
        }
    }
}

/// Equality, texts without regard to case; `value` is in lower case already.
fn same(seen: Seen<'_>, value: &Value) -> bool {
    match (seen, value) {
        (Seen::Bool(a), Value::Bool(b)) => a == *b,
        (Seen::Int(a), Value::Int(b)) => a == *b,
        (Seen::Text(a), Value::Text(b)) => a.chars().flat_map(char::to_lowercase).eq(b.chars()),
        _ => false,
    }
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
        failures.extend(self.conditions.explain(listing, now));
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
