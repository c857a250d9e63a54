//! What a request would meet: leads that fit now, the most it can cost, and leads it misses and by what.

use std::collections::{BTreeMap, HashSet};

use i18n_embed_fl::fl;
use serde::Serialize;
use utoipa::ToSchema;

use super::gate::{Gate, GateFailure};
use super::rule::Rule;
use super::{PurchaseRequest, store};
use crate::clock::Ts;
use crate::contracts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::LeadId;
use crate::leads::{self, Listing, Shown};
use crate::money::{Money, MoneyJson};
use crate::text::Lang;
use crate::vault::Vault;
use crate::verticals::Model;

/// Listed leads that a preview looks at, the newest first.
const LOOKED_AT: i64 = 10_000;
/// Leads that a preview shows.
const SAMPLE: usize = 5;
/// How far back misses are told.
const MISS_DAYS: i32 = 7;
/// Missed leads that are shown one by one.
const MISSES_SHOWN: usize = 25;

/// What a request can cost before it is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    pub leads: i64,
    pub bid: Money,
    /// All bonuses together; zero when there are none.
    pub bonus: Money,
    /// Never more is paid: leads times bid and bonuses, or the budget where that is less. `None` where
    /// a share of each sale has no cap.
    pub at_most: Option<Money>,
    /// What is likely to be paid where outcomes are paid for.
    outcomes: Option<contracts::Forecast>,
}

impl Forecast {
    pub fn of(rule: &Rule) -> Self {
        let request = &rule.request;
        let terms = request.agreement.terms();
        let outcomes = (terms.model != Model::Ppl).then(|| {
            let told = contracts::Forecast::of(terms, request.bid, request.quantity, &rule.odds);
            contracts::Forecast {
                at_most: most_with_outcomes(request),
                ..told
            }
        });
        Self {
            leads: request.quantity,
            bid: request.bid,
            bonus: Money::new(request.filter.bonus_minor(), request.bid.currency),
            at_most: match outcomes {
                Some(told) => told.at_most,
                None => Some(most_on_delivery(request)),
            },
            outcomes,
        }
    }

    /// "10 leads at 50.00 EUR: at most 500.00 EUR"; where outcomes are paid for, what is likely too.
    pub fn sentence(&self, lang: &Lang) -> String {
        if let Some(outcomes) = self.outcomes {
            return outcomes.sentence(lang);
        }
        let bid = self.bid.to_string();
        let most = self.at_most.map(|most| most.to_string());
        let most = most.unwrap_or_default();
        if self.bonus.minor == 0 {
            fl!(
                lang,
                "requests-forecast",
                leads = self.leads,
                bid = bid,
                most = most
            )
        } else {
            fl!(
                lang,
                "requests-forecast-bonus",
                leads = self.leads,
                bid = bid,
                bonus = self.bonus.to_string(),
                most = most
            )
        }
    }

    pub fn json(&self, lang: &Lang) -> ForecastJson {
        let outcomes = self.outcomes;
        ForecastJson {
            leads: self.leads,
            bid: self.bid.into(),
            expected: outcomes.map(|told| told.expected.into()),
            at_most: self.at_most.map(MoneyJson::from),
            base_fee: outcomes
                .and_then(|told| told.base_fee)
                .map(|fee| fee.amount.into()),
            sentence: self.sentence(lang),
        }
    }
}

/// What all leads cost on delivery at the most.
fn most_on_delivery(request: &PurchaseRequest) -> Money {
    request
        .commitment_max()
        .times(request.quantity)
        .map_or(request.budget, |most| {
            Money::new(most.minor.min(request.budget.minor), most.currency)
        })
}

/// The most that price, bonuses and outcomes of all leads come to. The budget bounds what is paid and set
/// aside, hence how many leads there can be; a sale can cost more than its deposit, up to its cap.
fn most_with_outcomes(request: &PurchaseRequest) -> Option<Money> {
    let terms = request.agreement.terms();
    if terms.share.is_none() {
        return Some(most_on_delivery(request));
    }
    let outcomes = terms.most_for_outcomes()?;
    let set_aside = terms.held_for_outcomes();
    let price = request.commitment_max().minor - set_aside.minor;
    let least = request.commitment(request.bid).minor.max(1);
    let leads = request.quantity.min(request.budget.minor / least);
    let each = price.saturating_add(outcomes.minor);
    Some(Money::new(each.saturating_mul(leads), outcomes.currency))
}

/// The forecast as JSON carries it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Forecast)]
pub struct ForecastJson {
    pub leads: i64,
    pub bid: MoneyJson,
    /// What is likely to be paid, where outcomes are paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<MoneyJson>,
    /// Missing where a share of each sale has no cap: then there is no upper bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<MoneyJson>,
    /// Due each period on top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_fee: Option<MoneyJson>,
    #[schema(example = "10 leads at 50.00 EUR: at most 500.00 EUR")]
    pub sentence: String,
}

/// What a request meets now.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Listed leads that fit and that the buyer does not own.
    pub fits: usize,
    /// Listed leads of the vertical that were looked at.
    pub looked_at: usize,
    pub sample: Vec<Shown>,
    pub forecast: Forecast,
}

/// Meets a request, stored or not, with the listed leads.
pub fn preview(conn: &mut Conn, vault: &Vault, rule: &Rule, now: Ts) -> Result<Preview> {
    let listings = leads::listed_in(conn, rule.request.vertical_id, now, LOOKED_AT)?;
    let looked_at = listings.len();
    let fitting = listings
        .into_iter()
        .filter(|listing| rule.matches(listing, now));
    let mut fitting = not_owned(conn, &rule.request, fitting.collect())?;
    let fits = fitting.len();
    fitting.truncate(SAMPLE);
    Ok(Preview {
        fits,
        looked_at,
        sample: leads::shown(conn, vault, fitting)?,
        forecast: Forecast::of(rule),
    })
}

fn not_owned(
    conn: &mut Conn,
    request: &PurchaseRequest,
    listings: Vec<Listing>,
) -> Result<Vec<Listing>> {
    let ids: Vec<_> = listings.iter().map(|listing| listing.id).collect();
    let owned: HashSet<_> = store::owned(conn, request.buyer_id, &ids)?
        .into_iter()
        .collect();
    Ok(listings
        .into_iter()
        .filter(|listing| !owned.contains(&listing.id))
        .collect())
}

/// Leads that one gate alone keeps from a request.
#[derive(Debug, Clone)]
pub struct MissGroup {
    pub failure: GateFailure,
    pub leads: usize,
}

/// A lead that a request missed, and everything that kept it away.
#[derive(Debug, Clone)]
pub struct Miss {
    pub listing: Listing,
    pub interest: String,
    pub failures: Vec<GateFailure>,
}

/// The listed leads of the last days that a request missed.
#[derive(Debug, Clone)]
pub struct NearMisses {
    pub days: i32,
    /// Leads missed by one gate only, the costliest gate first.
    pub groups: Vec<MissGroup>,
    /// Single leads, the nearest first.
    pub leads: Vec<Miss>,
    pub missed: usize,
    pub looked_at: usize,
}

/// What the request misses among the leads that are on offer since a few days.
pub fn near_misses(conn: &mut Conn, vault: &Vault, rule: &Rule, now: Ts) -> Result<NearMisses> {
    let since = now.minus_days(MISS_DAYS);
    let listings: Vec<Listing> = leads::listed_in(conn, rule.request.vertical_id, now, LOOKED_AT)?
        .into_iter()
        .take_while(|listing| listing.received_at >= since)
        .collect();
    let looked_at = listings.len();
    let mut misses: Vec<Miss> = not_owned(conn, &rule.request, listings)?
        .into_iter()
        .map(|listing| Miss {
            failures: rule.explain(&listing, now),
            interest: String::new(),
            listing,
        })
        .filter(|miss| !miss.failures.is_empty())
        .collect();
    let groups = group(&misses);
    let total = misses.len();
    misses.sort_by_key(|miss| miss.failures.len());
    misses.truncate(MISSES_SHOWN);
    let ids: Vec<LeadId> = misses.iter().map(|miss| miss.listing.id).collect();
    let wants = leads::wants(conn, vault, &ids)?;
    for miss in &mut misses {
        miss.interest = wants.interest(miss.listing.id);
    }
    Ok(NearMisses {
        days: MISS_DAYS,
        groups,
        leads: misses,
        missed: total,
        looked_at,
    })
}

fn group(misses: &[Miss]) -> Vec<MissGroup> {
    let mut groups: BTreeMap<(Gate, Option<String>), MissGroup> = BTreeMap::new();
    for miss in misses {
        let [failure] = miss.failures.as_slice() else {
            continue;
        };
        let condition = failure
            .condition
            .as_ref()
            .map(|failed| format!("{} {}", failed.negated, failed.condition.json()));
        groups
            .entry((failure.gate, condition))
            .or_insert_with(|| MissGroup {
                failure: failure.clone(),
                leads: 0,
            })
            .leads += 1;
    }
    let mut groups: Vec<MissGroup> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.leads));
    groups
}
