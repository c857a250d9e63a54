//! The formula: counts of a rolling window, each drawn towards a prior while there are few, and weighed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::AccountKind;
use crate::db::types::text_enum;

/// Days that are counted.
pub const WINDOW_DAYS: i32 = 90;
/// How many cases a prior counts as.
const PRIOR_WEIGHT: i64 = 20;

/// What is counted of one account; what a kind of account has nothing of stays zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StandingCounts)]
pub struct Counts {
    /// Leads that were received, and those of them that passed verification.
    pub received: i64,
    pub passed: i64,
    /// Purchases, sold or bought.
    pub purchases: i64,
    /// Disputes that were opened.
    pub disputes: i64,
    /// Those that are closed, and those of them in which something went back, or nothing.
    pub closed: i64,
    pub refunded: i64,
    pub denied: i64,
    /// Appeals by this side, and those after which another amount went back.
    pub appeals: i64,
    pub overturned: i64,
    /// Disputes that this seller had to answer, and those it did answer.
    pub to_answer: i64,
    pub answered: i64,
    /// Hours until the answer, in the median.
    pub answer_hours: i64,
    /// Outcomes that were awaited, those that came about, and those that were reported at all.
    pub awaited: i64,
    pub came_about: i64,
    pub reported: i64,
}

text_enum! {
    /// What is measured.
    pub enum MeasureName {
        /// Leads that pass verification.
        Verification = "verification",
        /// Purchases without a refund after a dispute.
        Kept = "kept",
        /// Appeals that changed something.
        Appeals = "appeals",
        /// Disputes that were answered in time.
        Answers = "answers",
        /// Awaited outcomes that came about.
        Outcomes = "outcomes",
        /// Closed disputes that were not denied.
        Merit = "merit",
        /// Purchases without a dispute.
        Calm = "calm",
        /// Awaited outcomes that the buyer reported.
        Reports = "reports",
    }
}

/// One part of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StandingMeasure)]
pub struct Measure {
    pub name: MeasureName,
    pub hits: i64,
    pub tries: i64,
    /// The rate with its prior, in basis points.
    pub rate_bps: i64,
    /// What the rate is worth, in basis points of the whole of this part.
    pub value_bps: i64,
    /// The part of the score, in points.
    pub weight: i64,
    /// The rate that an account without any case is taken to have.
    pub prior_bps: i64,
}

impl Measure {
    /// Points of the score that are still to be won here.
    pub const fn to_win(&self) -> i64 {
        self.weight * (10_000 - self.value_bps) / 10_000
    }

    /// Points of the score that this part gives.
    pub const fn points(&self) -> i64 {
        self.weight * self.value_bps / 10_000
    }
}

/// How a rate becomes the worth of its part.
#[derive(Clone, Copy)]
enum Worth {
    /// As it is, times this, at most whole.
    Times(i64),
    /// The whole less the rate times this, at least nothing.
    LessTimes(i64),
}

fn measure(
    name: MeasureName,
    weight: i64,
    (hits, tries): (i64, i64),
    prior_bps: i64,
    worth: Worth,
) -> Measure {
    let rate_bps = (hits * 10_000 + prior_bps * PRIOR_WEIGHT) / (tries + PRIOR_WEIGHT);
    let value_bps = match worth {
        Worth::Times(times) => (rate_bps * times).min(10_000),
        Worth::LessTimes(times) => (10_000 - rate_bps * times).max(0),
    };
    Measure {
        name,
        hits,
        tries,
        rate_bps,
        value_bps,
        weight,
        prior_bps,
    }
}

/// What a score is made of; the weights of a kind of account add up to 100.
pub fn measures(kind: AccountKind, c: &Counts) -> Vec<Measure> {
    use MeasureName as Name;
    use Worth::{LessTimes, Times};
    match kind {
        AccountKind::Seller => vec![
            measure(
                Name::Verification,
                30,
                (c.passed, c.received),
                9_000,
                Times(1),
            ),
            measure(Name::Kept, 40, (c.refunded, c.purchases), 700, LessTimes(4)),
            measure(
                Name::Appeals,
                10,
                (c.overturned, c.appeals),
                6_000,
                Times(1),
            ),
            measure(
                Name::Answers,
                10,
                (c.answered, c.to_answer),
                8_000,
                Times(1),
            ),
            measure(
                Name::Outcomes,
                10,
                (c.came_about, c.awaited),
                2_500,
                Times(2),
            ),
        ],
        AccountKind::Buyer => vec![
            measure(Name::Merit, 40, (c.denied, c.closed), 3_000, LessTimes(1)),
            measure(Name::Calm, 30, (c.disputes, c.purchases), 800, LessTimes(3)),
            measure(
                Name::Appeals,
                10,
                (c.overturned, c.appeals),
                6_000,
                Times(1),
            ),
            measure(Name::Reports, 20, (c.reported, c.awaited), 8_000, Times(1)),
        ],
        AccountKind::Operator => Vec::new(),
    }
}

/// The score, from 0 to 100.
pub fn score(kind: AccountKind, counts: &Counts) -> i32 {
    let sum: i64 = measures(kind, counts)
        .iter()
        .map(|measure| measure.weight * measure.value_bps)
        .sum();
    i32::try_from(sum / 10_000).unwrap_or(0).clamp(0, 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [AccountKind; 2] = [AccountKind::Seller, AccountKind::Buyer];

    #[test]
    fn weights_add_up_to_the_whole() {
        for kind in KINDS {
            let measures = measures(kind, &Counts::default());
            assert_eq!(
                measures.iter().map(|measure| measure.weight).sum::<i64>(),
                100
            );
        }
    }

    #[test]
    fn a_newcomer_stands_where_the_priors_say() {
        assert_eq!(score(AccountKind::Seller, &Counts::default()), 74);
        assert_eq!(score(AccountKind::Buyer, &Counts::default()), 72);
    }

    #[test]
    fn figures_move_the_score_as_published() {
        let good = Counts {
            received: 980,
            passed: 980,
            purchases: 980,
            to_answer: 20,
            answered: 20,
            awaited: 80,
            came_about: 40,
            ..Counts::default()
        };
        let seller = measures(AccountKind::Seller, &good);
        // (980 + 0.9 x 20) of 1,000; (0 + 0.07 x 20) of 1,000.
        let rates: Vec<i64> = seller.iter().map(|measure| measure.rate_bps).collect();
        assert_eq!(rates, [9_980, 14, 6_000, 9_000, 4_500]);
        assert_eq!(score(AccountKind::Seller, &good), 93);
        let bad = Counts {
            refunded: 250,
            answered: 0,
            passed: 490,
            ..good
        };
        assert_eq!(score(AccountKind::Seller, &bad), 34);
        let quarrelsome = Counts {
            purchases: 80,
            disputes: 40,
            closed: 40,
            denied: 40,
            ..Counts::default()
        };
        assert_eq!(score(AccountKind::Buyer, &quarrelsome), 31);
    }

    #[test]
    fn no_count_leaves_the_scale() {
        let most = Counts {
            received: i64::from(i32::MAX),
            passed: i64::from(i32::MAX),
            purchases: 1,
            disputes: i64::from(i32::MAX),
            closed: 1,
            refunded: i64::from(i32::MAX),
            denied: i64::from(i32::MAX),
            appeals: 1,
            overturned: 1,
            to_answer: 1,
            answered: 1,
            answer_hours: 1,
            awaited: 1,
            came_about: 1,
            reported: 1,
        };
        for kind in KINDS {
            assert!((0..=100).contains(&score(kind, &most)));
        }
    }
}
