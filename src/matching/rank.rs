//! The order in which a request buys among the leads that fit.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use super::{Offer, Rule};
use crate::access::AccountKind;
use crate::clock::Ts;
use crate::contracts::Odds;
use crate::db::Conn;
use crate::error::Result;
use crate::id::AccountId;
use crate::leads::Listing;
use crate::requests::{self, PurchaseRequest};
use crate::standing;
use crate::verticals;

/// A listing that a request may buy, and for how much.
#[derive(Debug, Clone)]
pub struct Fit {
    pub listing: Listing,
    pub offer: Offer,
    pub odds: Odds,
}

/// The listings that fit a request, in the order it buys them: the highest expected yield (bid, bonuses of met
/// wishes, outcomes by their chances) with the seller's standing first, then those that meet most wishes, then the
/// freshest consent, then the newest, then id. The ask plays no part, since the buyer pays its bid. Outside the
/// request's schedule nothing fits.
pub fn rank_listings(
    conn: &mut Conn,
    request: &PurchaseRequest,
    listings: Vec<Listing>,
    now: Ts,
) -> Result<Vec<Fit>> {
    let vertical = verticals::by_id(conn, request.vertical_id)?;
    let rule = requests::rule_of(conn, Arc::new(request.clone()), &vertical)?;
    let mut sellers: Vec<AccountId> = listings.iter().map(|listing| listing.seller_id).collect();
    sellers.sort();
    sellers.dedup();
    let standings = standing::ranks(conn, &sellers, AccountKind::Seller)?;
    Ok(rank_for(&rule, listings, &standings, now))
}

/// `rank_listings` for a rule that is compiled already, and what standing adds to each seller in basis points.
pub fn rank_for<S: BuildHasher>(
    rule: &Rule,
    listings: Vec<Listing>,
    standings: &HashMap<AccountId, i32, S>,
    now: Ts,
) -> Vec<Fit> {
    let mut fits: Vec<Fit> = listings
        .into_iter()
        .filter(|listing| rule.matches(listing, now) && rule.request.schedule.is_open(now))
        .map(|listing| Fit {
            offer: rule.offer(&listing, now),
            odds: rule.odds,
            listing,
        })
        .collect();
    fits.sort_by_key(|fit| {
        (
            Reverse(with_standing(fit, standings)),
            Reverse(fit.offer.wishes_met),
            Reverse(fit.listing.consent_given_at),
            Reverse(fit.listing.received_at),
            fit.listing.id,
        )
    });
    fits
}

/// What is expected of a listing, moved by its seller's standing.
fn with_standing<S: BuildHasher>(fit: &Fit, standings: &HashMap<AccountId, i32, S>) -> i128 {
    let bps = standings.get(&fit.listing.seller_id).copied().unwrap_or(0);
    i128::from(fit.offer.expected.minor) * i128::from(10_000 + bps)
}
