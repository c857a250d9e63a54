//! How likely outcomes are: what a buyer's purchases came to, weighed against the vertical's prior.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Share;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, VerticalId};
use crate::money::{BasisPoints, Currency, Money, divide_half_even};
use crate::verticals::{Model, Vertical};

/// Sales that the buyer's own expectation counts for, when the sales that were made are averaged.
const EXPECTATION_WEIGHT: i128 = 5;

/// What came of a buyer's purchases in one vertical under one model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observed {
    pub held: i64,
    pub not_held: i64,
    pub sold: i64,
    pub not_sold: i64,
}

/// Sales that were confirmed, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sales {
    pub count: i64,
    pub sum: Money,
}

/// A chance as the mean of a beta distribution: the prior's pseudo-counts and what was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Chance {
    /// Outcomes that came about, and leads whose outcome is known.
    pub hits: i64,
    pub tries: i64,
    /// The vertical's prior and how many tries it counts for.
    pub prior_bps: BasisPoints,
    pub prior_weight: i32,
}

impl Chance {
    fn fraction(self) -> (i128, i128) {
        let weight = i128::from(self.prior_weight);
        (
            weight * i128::from(self.prior_bps.0) + 10_000 * i128::from(self.hits),
            10_000 * (weight + i128::from(self.tries)),
        )
    }

    /// The chance in hundredths of a per cent, half-even.
    pub fn bps(self) -> BasisPoints {
        let (above, below) = self.fraction();
        BasisPoints(i32::try_from(divide_half_even(above * 10_000, below)).unwrap_or(10_000))
    }

    /// The amount times the chance, half-even to the minor unit.
    pub fn of(self, amount: Money) -> Money {
        let (above, below) = self.fraction();
        Money::new(
            divide_half_even(i128::from(amount.minor) * above, below),
            amount.currency,
        )
    }
}

/// The chances of a lead of one vertical, bought by one buyer under one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odds {
    pub held: Chance,
    pub sale: Chance,
    pub sales: Option<Sales>,
}

impl Odds {
    /// The prior alone: nothing was observed yet.
    pub fn prior(vertical: &Vertical) -> Self {
        Self::new(vertical, Observed::default(), None)
    }

    pub fn new(vertical: &Vertical, seen: Observed, sales: Option<Sales>) -> Self {
        let chance = |hits, misses: i64, prior_bps| Chance {
            hits,
            tries: misses.saturating_add(hits),
            prior_bps,
            prior_weight: vertical.prior_weight,
        };
        Self {
            held: chance(seen.held, seen.not_held, vertical.held_prior),
            sale: chance(seen.sold, seen.not_sold, vertical.sale_prior),
            sales,
        }
    }

    /// The mean of the sales that were made, the buyer's expectation among them.
    pub fn expected_sale(&self, share: &Share) -> Money {
        let expected = share.expected_sale;
        let Some(sales) = self
            .sales
            .filter(|sales| sales.sum.currency == expected.currency)
        else {
            return expected;
        };
        let sum = EXPECTATION_WEIGHT * i128::from(expected.minor) + i128::from(sales.sum.minor);
        let count = EXPECTATION_WEIGHT + i128::from(sales.count);
        Money::new(divide_half_even(sum, count), expected.currency)
    }
}

/// The odds of one buyer's requests in a vertical under a model.
pub fn odds(
    conn: &mut Conn,
    vertical: &Vertical,
    buyer: AccountId,
    (model, currency): (Model, Currency),
) -> Result<Odds> {
    if model == Model::Ppl {
        return Ok(Odds::prior(vertical));
    }
    let seen = super::store::odds::observed(conn, vertical.id, buyer, model)?;
    let sales = super::store::odds::sales(conn, vertical.id, buyer, model, currency)?;
    Ok(Odds::new(vertical, seen, sales))
}

/// A buyer's odds as the operator sees them.
#[derive(Debug, Clone)]
pub struct BuyerOdds {
    pub buyer: AccountId,
    pub buyer_name: String,
    pub model: Model,
    pub odds: Odds,
}

/// The buyers' odds in a vertical where anything was observed, those with most outcomes first.
pub fn odds_in(conn: &mut Conn, vertical: &Vertical, limit: usize) -> Result<Vec<BuyerOdds>> {
    let rows = super::store::odds::observed_in(conn, vertical.id, limit)?;
    Ok(rows
        .into_iter()
        .map(|(buyer, buyer_name, model, seen)| BuyerOdds {
            buyer,
            buyer_name,
            model,
            odds: Odds::new(vertical, seen, None),
        })
        .collect())
}

/// Tells every server that the odds of a buyer's requests in a vertical have changed.
pub fn odds_changed(
    conn: &mut Conn,
    vertical: VerticalId,
    buyer: AccountId,
    now: Ts,
) -> Result<()> {
    super::store::odds::touch_requests(conn, vertical, buyer, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_moves_from_its_prior_to_what_is_seen() {
        let chance = |hits, tries| Chance {
            hits,
            tries,
            prior_bps: BasisPoints(1_500),
            prior_weight: 20,
        };
        assert_eq!(chance(0, 0).bps(), BasisPoints(1_500));
        // (3 + 7) of (20 + 20).
        assert_eq!(chance(7, 20).bps(), BasisPoints(2_500));
        assert_eq!(
            chance(7, 20).of(Money::new(6_000, Currency::EUR)).minor,
            1_500
        );
        assert_eq!(chance(0, 1_000_000).bps(), BasisPoints(0));
    }
}
