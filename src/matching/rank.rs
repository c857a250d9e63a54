//! The order of sale: for a lead among requests, and for a request among leads.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use super::market::Candidate;
use super::{Offer, Rule};
use crate::access::AccountKind;
use crate::clock::Ts;
use crate::contracts::Odds;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, RequestId};
use crate::leads::Listing;
use crate::requests::{self, PurchaseRequest};
use crate::standing;
use crate::verticals;

/// Best first: the expected yield with the buyer's standing, then wishes met, then least recently served, then id.
/// `served` is asked for where yield and wishes leave ties.
pub fn rank_candidates(candidates: &mut [Candidate], served: &HashMap<RequestId, Option<Ts>>) {
    candidates.sort_by_key(|candidate| {
        (
            Reverse(candidate.offer.rank),
            Reverse(candidate.offer.wishes_met),
            served.get(&candidate.request.id).copied().flatten(),
            candidate.request.id,
        )
    });
}

/// Whether yield and wishes alone leave any two candidates level.
pub fn has_ties(candidates: &[Candidate]) -> bool {
    candidates.iter().enumerate().any(|(index, one)| {
        candidates[index + 1..].iter().any(|other| {
            one.offer.rank == other.offer.rank && one.offer.wishes_met == other.offer.wishes_met
        })
    })
}

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
