//! The public preview of the market: masked listings with filters and the counts behind each of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::LeadId;
use crate::leads::{self, Listing};
use crate::money::{Currency, Money};
use crate::vault::Vault;
use crate::verticals::{self, Value, Vertical};

/// The newest listings that the preview looks through, over all verticals.
const MAX_SEARCHED: i64 = 5_000;
/// Listings on a page.
pub const PAGE_SIZE: usize = 24;
/// The least ages of the age ranges, each up to the next.
const AGES: [i64; 5] = [18, 30, 40, 50, 65];

/// What a visitor looks for, as the address says it; empty texts look for everything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Search {
    pub vertical: String,
    pub country: String,
    pub region: String,
    /// The least age of a range: `30` is 30 to 39.
    pub age: String,
    pub contact: String,
    /// The most that a lead may ask, in `currency`.
    pub max_price: String,
    pub currency: String,
    pub page: String,
}

impl Search {
    /// The price limit; a text that is no amount limits nothing.
    fn limit(&self) -> Option<Money> {
        let currency: Currency = self.currency.parse().ok()?;
        Money::parse(&self.max_price, currency).ok()
    }

    /// The filters that a change of the price keeps, with their parameters.
    pub fn kept(&self) -> Vec<(&'static str, &str)> {
        self.chosen()
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    fn chosen(&self) -> [(&'static str, &str); 5] {
        [
            ("vertical", &self.vertical),
            ("country", &self.country),
            ("region", &self.region),
            ("age", &self.age),
            ("contact", &self.contact),
        ]
    }

    fn page_number(&self) -> usize {
        self.page.parse().unwrap_or(1).clamp(1, 10_000)
    }
}

/// One thing that listings differ in, with the values found and how many listings each has.
pub struct Facet {
    /// The parameter of the address.
    pub key: &'static str,
    pub values: Vec<FacetValue>,
}

pub struct FacetValue {
    pub value: String,
    pub count: usize,
    pub chosen: bool,
}

/// A listing with its vertical.
pub struct Lot {
    pub vertical: Vertical,
    pub listing: Listing,
    /// Read for those of the page that is shown.
    pub interest: String,
}

impl Lot {
    pub fn text(&self, key: &str) -> Option<String> {
        self.listing.attributes.get(key).map(ToString::to_string)
    }
}

/// A page of what was found.
pub struct Found {
    pub lots: Vec<Lot>,
    pub total: usize,
    pub page: usize,
    pub pages: usize,
    pub facets: Vec<Facet>,
    pub verticals: Vec<Vertical>,
    pub currencies: Vec<Currency>,
}

/// Looks through the newest listings; each facet counts what the other filters leave.
pub fn search(conn: &mut Conn, vault: &Vault, search: &Search, now: Ts) -> Result<Found> {
    let verticals = verticals::all(conn)?;
    let all = load(conn, &verticals, now)?;
    let mut currencies: Vec<Currency> = all.iter().map(|lot| lot.listing.ask.currency).collect();
    currencies.sort();
    currencies.dedup();
    let facets = ["vertical", "country", "region", "age", "contact"]
        .into_iter()
        .filter(|key| *key != "region" || !search.country.is_empty())
        .map(|key| facet(&all, search, key))
        .collect();
    let mut lots: Vec<Lot> = all
        .into_iter()
        .filter(|lot| admits(lot, search, ""))
        .collect();
    lots.sort_by_key(|lot| std::cmp::Reverse((lot.listing.received_at, lot.listing.id)));
    let total = lots.len();
    let pages = total.div_ceil(PAGE_SIZE).max(1);
    let page = search.page_number().min(pages);
    let mut lots: Vec<Lot> = lots
        .into_iter()
        .skip((page - 1) * PAGE_SIZE)
        .take(PAGE_SIZE)
        .collect();
    let ids: Vec<LeadId> = lots.iter().map(|lot| lot.listing.id).collect();
    let wants = leads::wants(conn, vault, &ids)?;
    for lot in &mut lots {
        lot.interest = wants.interest(lot.listing.id);
    }
    Ok(Found {
        lots,
        total,
        page,
        pages,
        facets,
        verticals,
        currencies,
    })
}

fn load(conn: &mut Conn, verticals: &[Vertical], now: Ts) -> Result<Vec<Lot>> {
    let each = MAX_SEARCHED / i64::try_from(verticals.len()).unwrap_or(1).max(1);
    let mut lots = Vec::new();
    for vertical in verticals {
        let listings = leads::listed_in(conn, vertical.id, now, each)?;
        lots.extend(listings.into_iter().map(|listing| Lot {
            vertical: vertical.clone(),
            listing,
            interest: String::new(),
        }));
    }
    Ok(lots)
}

/// Whether a listing passes every filter but the one called `except`.
fn admits(lot: &Lot, search: &Search, except: &str) -> bool {
    search
        .kept()
        .into_iter()
        .filter(|(key, _)| *key != except)
        .all(|(key, value)| values(lot, key).iter().any(|has| has == value))
        && search.limit().is_none_or(|limit| {
            let ask = lot.listing.ask;
            ask.currency == limit.currency && ask.minor <= limit.minor
        })
}

/// The values a listing has for a facet.
fn values(lot: &Lot, key: &str) -> Vec<String> {
    match key {
        "vertical" => vec![lot.vertical.key.clone()],
        "age" => match lot.listing.attributes.get("age") {
            Some(Value::Int(age)) => AGES
                .iter()
                .rfind(|least| *least <= age)
                .map(ToString::to_string)
                .into_iter()
                .collect(),
            _ => Vec::new(),
        },
        "contact" => [
            ("phone", lot.listing.has_phone()),
            ("email", lot.listing.has_email()),
        ]
        .into_iter()
        .filter(|(_, has)| *has)
        .map(|(name, _)| name.to_owned())
        .collect(),
        _ => lot.text(key).into_iter().collect(),
    }
}

fn facet(all: &[Lot], search: &Search, key: &'static str) -> Facet {
    let chosen = search
        .chosen()
        .into_iter()
        .find_map(|(one, value)| (one == key).then_some(value))
        .unwrap_or_default();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for lot in all.iter().filter(|lot| admits(lot, search, key)) {
        for value in values(lot, key) {
            *counts.entry(value).or_default() += 1;
        }
    }
    if !chosen.is_empty() {
        counts.entry(chosen.to_owned()).or_default();
    }
    let mut values: Vec<FacetValue> = counts
        .into_iter()
        .map(|(value, count)| FacetValue {
            chosen: value == chosen,
            value,
            count,
        })
        .collect();
    if key != "age" {
        values.sort_by_key(|value| std::cmp::Reverse(value.count));
    }
    Facet { key, values }
}

/// The end of the age range that starts at `least`; the last has none.
pub fn age_until(least: &str) -> Option<i64> {
    let least: i64 = least.parse().ok()?;
    AGES.iter()
        .find(|start| **start > least)
        .map(|start| start - 1)
}
