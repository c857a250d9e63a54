//! What a request bids for a lead by the number of buyers that get it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PurchaseRequest;
use crate::error::{FieldError, Reason};
use crate::leads::Listing;
use crate::money::{Money, MoneyJson};

/// A bid for a lead that so many buyers get, this one counted: two or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedBid {
    pub buyers: i32,
    pub bid: Money,
}

/// The same as JSON carries it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SharedBid)]
pub struct SharedBidJson {
    /// How many buyers get the lead, this one counted.
    #[schema(example = 2, minimum = 2)]
    pub buyers: i32,
    pub bid: MoneyJson,
}

impl PurchaseRequest {
    /// What is bid for a lead that so many buyers get; `None` when the request does not take such a lead.
    pub fn bid_for(&self, buyers: i32) -> Option<Money> {
        if self.shared_bids.is_empty() || buyers == 1 {
            return Some(self.bid);
        }
        let mut shared = self.shared_bids.iter();
        let named = shared.find(|shared| shared.buyers == buyers)?;
        Some(named.bid)
    }

    /// The lowest of the bids.
    pub fn least_bid(&self) -> Money {
        let least = self.shared_bids.iter().map(|shared| shared.bid.minor);
        Money::new(least.fold(self.bid.minor, i64::min), self.bid.currency)
    }

    /// How many buyers get a listing at most when this request buys it by itself, where it bids by their number.
    pub fn buyers_of(&self, listing: &Listing) -> Option<i32> {
        (!self.shared_bids.is_empty()).then(|| buyers_of(listing))
    }

    /// To how many buyers a lead goes at most when this request buys it at its bid: to it alone, where it bids by the
    /// number of buyers and nobody else has a copy. `None` where the lead stays as it is.
    pub fn alone(&self, listing: &Listing) -> Option<i32> {
        let narrows =
            !self.shared_bids.is_empty() && listing.copies_sold == 0 && listing.copies > 1;
        narrows.then_some(1)
    }
}

/// How many buyers get a lead, as a request that buys it by itself sees it: this one alone while nobody has a copy,
/// else as many as there are copies.
pub(super) const fn buyers_of(listing: &Listing) -> i32 {
    if listing.copies_sold == 0 {
        1
    } else {
        listing.copies
    }
}

/// The bids as they are stored and shown.
pub(super) fn to_json(bids: &[SharedBid]) -> Vec<SharedBidJson> {
    bids.iter()
        .map(|shared| SharedBidJson {
            buyers: shared.buyers,
            bid: shared.bid.into(),
        })
        .collect()
}

/// Reads what `to_json` wrote.
pub(super) fn from_json(bids: &[SharedBidJson]) -> Result<Vec<SharedBid>, Vec<FieldError>> {
    bids.iter()
        .map(|shared| match shared.bid.parse() {
            Ok(bid) => Ok(SharedBid {
                buyers: shared.buyers,
                bid,
            }),
            Err(_) => Err(vec![FieldError::new(
                "shared_bids",
                Reason::AmountInvalid,
                "a decimal such as 50.00",
            )]),
        })
        .collect()
}
