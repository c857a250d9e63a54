//! The market as a buyer browses it: masked listings, filters, and buying one at its ask.

use serde::Deserialize;

use super::{Explanation, Order, Outcome, Purchase, SaleRule, sell, store};
use crate::access::Caller;
use crate::clock::Ts;
use crate::contracts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::LeadId;
use crate::leads::{self, Listing};
use crate::requests::Gate;
use crate::verticals::{self, Model, Value, Vertical};

/// The newest listings of a vertical that browsing looks through.
const MAX_BROWSED: i64 = 5_000;

/// What a buyer looks for; everything may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MarketFilter {
    pub country: String,
    pub region: String,
    pub min_age: String,
    pub max_age: String,
    /// "true" for leads with a phone only.
    pub phone: String,
    pub email: String,
    /// An ISO 4217 code.
    pub currency: String,
}

impl MarketFilter {
    fn admits(&self, listing: &Listing) -> bool {
        let text = |key: &str| match listing.attributes.get(key) {
            Some(Value::Text(text)) => text.as_str(),
            _ => "",
        };
        let age = match listing.attributes.get("age") {
            Some(Value::Int(age)) => Some(*age),
            _ => None,
        };
        let within = |bound: &str, holds: fn(i64, i64) -> bool| {
            bound
                .parse()
                .ok()
                .is_none_or(|bound: i64| age.is_some_and(|age| holds(age, bound)))
        };
        (self.country.is_empty() || text("country") == self.country)
            && (self.region.is_empty() || text("region") == self.region)
            && (self.currency.is_empty() || listing.ask.currency.code() == self.currency)
            && (self.phone != "true" || listing.has_phone())
            && (self.email != "true" || listing.has_email())
            && within(&self.min_age, |age, least| age >= least)
            && within(&self.max_age, |age, most| age <= most)
    }
}

/// What browsing found.
pub struct Browsed {
    /// Those that pass the filter, newest first.
    pub listings: Vec<Listing>,
    /// Values of the listings before filtering, for the filter's own choices.
    pub countries: Vec<String>,
    pub regions: Vec<String>,
    pub currencies: Vec<String>,
}

/// The listings of a vertical that this buyer may pick, without those that it owns.
pub fn market(
    conn: &mut Conn,
    caller: &Caller,
    vertical: &Vertical,
    filter: &MarketFilter,
    now: Ts,
) -> Result<Browsed> {
    let all = leads::listed_in(conn, vertical.id, now, MAX_BROWSED)?;
    let owned = store::owned_in(conn, caller.account_id, vertical.id)?;
    let mut browsed = Browsed {
        listings: Vec::new(),
        countries: values(&all, "country"),
        regions: values(&all, "region"),
        currencies: distinct(all.iter().map(|listing| listing.ask.currency.to_string())),
    };
    browsed.listings = all
        .into_iter()
        .filter(|listing| listing.accepts.contains(&Model::Ppl))
        .filter(|listing| !owned.contains(&listing.id) && filter.admits(listing))
        .collect();
    Ok(browsed)
}

fn values(listings: &[Listing], key: &str) -> Vec<String> {
    distinct(
        listings
            .iter()
            .filter_map(|listing| listing.attributes.get(key))
            .map(ToString::to_string),
    )
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut values: Vec<String> = values.collect();
    values.sort();
    values.dedup();
    values
}

/// Buys a listed lead at its ask, under the buyer's standard terms.
pub fn buy(conn: &mut Conn, caller: &Caller, lead: LeadId, now: Ts) -> Result<Purchase> {
    let listing = leads::listing(conn, lead)?;
    if !listing.accepts.contains(&Model::Ppl) || listing.expires_at <= now {
        return Err(Error::refused(Code::NotForSale));
    }
    let vertical = verticals::by_id(conn, listing.vertical_id)?;
    let agreement = contracts::standard(
        conn,
        caller.account_id,
        &vertical,
        listing.ask.currency,
        now,
    )?;
    let order = Order {
        listing: &listing,
        buyer: caller.account_id,
        request: None,
        agreement: &agreement,
        price: listing.ask,
        explanation: Explanation {
            rule: SaleRule::Picked,
            ping: None,
            place: 1,
            candidates: 1,
            buyers: None,
            bid: listing.ask,
            wishes_met: 0,
            yields: None,
            decision: None,
        },
        held: None,
        buyers: None,
        actor: caller.actor(),
    };
    match sell(conn, &order, now)? {
        Outcome::Sold(purchase) => Ok(*purchase),
        Outcome::Refused(Gate::Wallet) => Err(Error::refused_because(
            Code::InsufficientFunds,
            format!("the lead costs {}", listing.ask),
        )),
        Outcome::Refused(Gate::ConsentRecipient) => Err(Error::refused_because(
            Code::NotForSale,
            "the person agreed to other recipients",
        )),
        Outcome::Refused(Gate::AlreadyBought) => Err(Error::refused(Code::AlreadyBought)),
        Outcome::Refused(_) => Err(Error::refused(Code::NotForSale)),
    }
}
