//! What leads come to under some terms: the spend that is likely, and the most.

use i18n_embed_fl::fl;

use super::odds::Odds;
use super::terms::{BaseFee, Period, Terms};
use crate::money::Money;
use crate::text::Lang;

/// What a number of leads is likely to cost, and the most they can; base fees come on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    pub leads: i64,
    pub expected: Money,
    /// `None` when a sale has no cap.
    pub at_most: Option<Money>,
    pub base_fee: Option<BaseFee>,
}

impl Forecast {
    /// Leads at `price`, which is paid on delivery; outcomes by their chances.
    pub fn of(terms: &Terms, price: Money, leads: i64, odds: &Odds) -> Self {
        let times = |each: Money| Money::new(each.minor.saturating_mul(leads), each.currency);
        Self {
            leads,
            expected: times(terms.expected(price, odds)),
            at_most: terms
                .most_for_outcomes()
                .and_then(|most| most.checked_add(price).ok())
                .map(times),
            base_fee: terms.base_fee,
        }
    }

    /// "10 leads: 90.00 EUR expected, at most 600.00 EUR".
    pub fn sentence(&self, l: &Lang) -> String {
        let (leads, expected) = (self.leads, self.expected.to_string());
        let spend = match self.at_most {
            Some(most) => fl!(
                l,
                "contracts-forecast",
                leads = leads,
                expected = expected,
                most = most.to_string()
            ),
            None => fl!(
                l,
                "contracts-forecast-unbounded",
                leads = leads,
                expected = expected
            ),
        };
        let Some(fee) = self.base_fee else {
            return spend;
        };
        let amount = fee.amount.to_string();
        match fee.period {
            Period::Week => fl!(l, "contracts-forecast-week", spend = spend, amount = amount),
            Period::Month => fl!(
                l,
                "contracts-forecast-month",
                spend = spend,
                amount = amount
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::terms::Share;
    use crate::contracts::{Chance, Confirmation};
    use crate::money::{BasisPoints, Currency};
    use crate::text::english;
    use crate::verticals::{DisputeRules, Model};

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    fn odds() -> Odds {
        let chance = |bps| Chance {
            hits: 0,
            tries: 0,
            prior_bps: BasisPoints(bps),
            prior_weight: 20,
        };
        Odds {
            held: chance(1_500),
            sale: chance(500),
            sales: None,
        }
    }

    #[test]
    fn outcomes_count_by_their_chances_and_a_share_is_bounded_by_its_cap() {
        let appointment = Terms {
            model: Model::Ppa,
            price_appointment: Some(eur(6_000)),
            ..Terms::standard(Currency::EUR, 7, DisputeRules::default())
        };
        let told = Forecast::of(&appointment, eur(0), 10, &odds());
        assert_eq!(
            (told.expected, told.at_most),
            (eur(9_000), Some(eur(60_000)))
        );
        assert_eq!(
            told.sentence(english()),
            "10 leads: 90.00 EUR expected, at most 600.00 EUR"
        );
        let share = Share {
            bps: BasisPoints(500),
            floor: None,
            cap: None,
            deposit: eur(500),
            expected_sale: eur(50_000),
        };
        let hybrid = |cap| Terms {
            model: Model::Hybrid,
            price_lead: Some(eur(1_000)),
            share: Some(Share { cap, ..share }),
            base_fee: Some(BaseFee {
                amount: eur(10_000),
                period: Period::Month,
            }),
            confirmation: Confirmation::default(),
            ..Terms::standard(Currency::EUR, 7, DisputeRules::default())
        };
        // 10.00 and 5 % of 25.00 for each of ten.
        let open = Forecast::of(&hybrid(None), eur(1_000), 10, &odds());
        assert_eq!((open.expected, open.at_most), (eur(11_250), None));
        assert_eq!(
            open.sentence(english()),
            "10 leads: 112.50 EUR expected; there is no upper bound, since a share of a sale has no cap. \
             A base fee of 100.00 EUR a month comes on top"
        );
        let capped = Forecast::of(&hybrid(Some(eur(4_000))), eur(1_000), 10, &odds());
        assert_eq!(capped.at_most, Some(eur(50_000)));
    }
}
