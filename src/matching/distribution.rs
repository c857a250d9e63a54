//! Who comes first among the requests that take a lead, and what the first pays: pure, so that anybody can do it again.
//!
//! Whatever a rule leaves level is settled by the least recently served and then by lot. Lots are SHA-256 over the
//! day's seed, the lead and the request (or the draw's number), so that they are the same for whoever knows the seed.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Ts;
use crate::id::{AccountId, LeadId, RequestId};
use crate::vault::sha256;
use crate::verticals::{Distribution, Pricing};

/// Contenders that a decision goes by and keeps; of more, those that come first. Lots by weight are drawn among
/// them alone.
pub const KEPT: usize = 200;

/// Contenders that are offered a lead; one that so many cannot pay for waits on the market.
pub const TRIED: usize = 50;

/// A request as it enters the decision about a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contender {
    pub request: RequestId,
    pub buyer: AccountId,
    /// What it pays on delivery, with the bonuses of the wishes that are met, in minor units.
    pub price: i64,
    /// Whether that is a bid against others: second prices are for bids.
    pub bids: bool,
    /// The expected yield with the buyer's standing: minor units times 10,000.
    pub rank: i64,
    pub wishes_met: u32,
    /// 1 comes first.
    pub tier: i32,
    pub weight: i32,
    /// When the request last got a lead.
    pub served: Option<Ts>,
    /// What it is expected to bring in minor units, where that is not its price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<i64>,
    /// What it pays instead when others get the lead too, told only while the number of buyers is open; a number that
    /// is not there it does not take. `None` when its price holds however many get the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Vec<Shared>>,
}

/// What a contender pays for a lead that so many buyers get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shared {
    pub buyers: usize,
    pub price: i64,
    pub rank: i64,
}

/// What is the same for all contenders of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw<'a> {
    pub lead: LeadId,
    /// Of the day.
    pub seed: &'a [u8],
}

/// Whether anything beyond tiers and yield can decide: then it matters when the requests were last served.
pub fn needs_served(rule: Distribution, contenders: &[Contender]) -> bool {
    let level = |one: &Contender, other: &Contender| {
        one.rank == other.rank
            && one.wishes_met == other.wishes_met
            && (rule == Distribution::Price || one.tier == other.tier)
    };
    match rule {
        Distribution::Weighted => false,
        Distribution::RoundRobin => contenders.len() > 1,
        Distribution::Price | Distribution::Priority => contenders
            .iter()
            .enumerate()
            .any(|(at, one)| contenders[at + 1..].iter().any(|other| level(one, other))),
    }
}

/// Puts contenders in the order in which they are offered the lead.
pub fn arrange(rule: Distribution, draw: &Draw<'_>, contenders: &mut [Contender]) {
    let lot = |one: &Contender| draw.lot(&one.request.0.into_bytes());
    let level = |one: &Contender| (one.served, lot(one), one.request);
    let yields = |one: &Contender| (Reverse(one.rank), Reverse(one.wishes_met));
    match rule {
        Distribution::Price => contenders.sort_by_cached_key(|one| (yields(one), level(one))),
        Distribution::Priority => {
            contenders.sort_by_cached_key(|one| (one.tier, yields(one), level(one)));
        }
        Distribution::RoundRobin => contenders.sort_by_cached_key(level),
        Distribution::Weighted => {
            contenders.sort_by_cached_key(|one| (lot(one), one.request));
            draw_by_weight(draw, contenders);
        }
    }
}

/// One lot after another, each contender's chance its weight of those that are left.
fn draw_by_weight(draw: &Draw<'_>, contenders: &mut [Contender]) {
    let drawn_from = contenders.len().min(KEPT);
    for place in 0..drawn_from {
        let left = &mut contenders[place..drawn_from];
        let sum: u64 = left.iter().map(weight).sum();
        if sum == 0 {
            return;
        }
        let number = u64::try_from(place).unwrap_or_default();
        let mut lot = draw.lot(&number.to_be_bytes()) % sum;
        let drawn = left.iter().position(|one| {
            let takes = lot < weight(one);
            lot = lot.saturating_sub(weight(one));
            takes
        });
        // The others keep their order, so that a replay needs no more than the seed.
        left[..=drawn.unwrap_or_default()].rotate_right(1);
    }
}

fn weight(one: &Contender) -> u64 {
    u64::try_from(one.weight).unwrap_or_default()
}

impl Draw<'_> {
    fn lot(&self, of: &[u8]) -> u64 {
        let lead = self.lead.0.into_bytes();
        let hash = sha256(&[self.seed, lead.as_slice(), of].concat());
        hash.first_chunk().copied().map_or(0, u64::from_be_bytes)
    }
}

/// What the contender at a place pays, in minor units; `copies` are still to be sold, this one counted.
///
/// Under second prices a bid pays one minor unit more than the best bid behind it that gets no copy, or than the
/// ask, whichever is more; never more than itself. Where the number of buyers is still to be chosen, bids pay
/// themselves (`matching::sharing`).
pub fn pays(
    pricing: Pricing,
    contenders: &[Contender],
    place: usize,
    copies: usize,
    ask: i64,
) -> Option<i64> {
    let own = contenders.get(place)?;
    if pricing == Pricing::First || !own.bids {
        return Some(own.price);
    }
    let losing = contenders
        .iter()
        .take(KEPT)
        .skip(place + copies.max(1))
        .filter(|other| other.bids && other.buyer != own.buyer)
        .map(|other| other.price)
        .max();
    let floor = losing.map_or(ask, |losing| losing.max(ask));
    Some(own.price.min(floor.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use uuid::Uuid;

    use super::*;

    fn contender(number: u128, price: i64) -> Contender {
        Contender {
            request: RequestId(Uuid::from_u128(number)),
            buyer: AccountId(Uuid::from_u128(number)),
            price,
            bids: true,
            rank: price * 10_000,
            wishes_met: 0,
            tier: 5,
            weight: 100,
            served: None,
            expected: None,
            shared: None,
        }
    }

    fn lead(number: u128) -> LeadId {
        LeadId(Uuid::from_u128(number))
    }

    /// Who gets each of 10,000 leads, when all always want them.
    fn shares(rule: Distribution, contenders: &[Contender]) -> HashMap<RequestId, usize> {
        let mut contenders = contenders.to_vec();
        let mut won = HashMap::new();
        for number in 0..10_000_u128 {
            let draw = Draw {
                lead: lead(number),
                seed: b"a seed",
            };
            arrange(rule, &draw, &mut contenders);
            contenders[0].served = Some(Ts::from_micros(i64::try_from(number).unwrap()));
            *won.entry(contenders[0].request).or_default() += 1;
        }
        won
    }

    fn won(shares: &HashMap<RequestId, usize>, number: u128) -> usize {
        shares
            .get(&RequestId(Uuid::from_u128(number)))
            .copied()
            .unwrap_or_default()
    }

    #[test]
    fn the_highest_yield_gets_every_lead() {
        let shares = shares(
            Distribution::Price,
            &[contender(1, 100), contender(2, 300), contender(3, 200)],
        );
        assert_eq!(won(&shares, 2), 10_000);
    }

    #[test]
    fn equals_by_price_take_turns() {
        let shares = shares(
            Distribution::Price,
            &[contender(1, 100), contender(2, 100), contender(3, 90)],
        );
        assert_eq!(
            (won(&shares, 1), won(&shares, 2), won(&shares, 3)),
            (5_000, 5_000, 0)
        );
    }

    #[test]
    fn a_lower_tier_is_never_passed_over_for_money() {
        let first = Contender {
            tier: 1,
            ..contender(1, 100)
        };
        let shares = shares(Distribution::Priority, &[contender(2, 900), first]);
        assert_eq!(won(&shares, 1), 10_000);
    }

    #[test]
    fn turns_are_even_to_one_lead() {
        let all: Vec<Contender> = (1..=7)
            .map(|number| contender(number, 100 * i64::try_from(number).unwrap()))
            .collect();
        let shares = shares(Distribution::RoundRobin, &all);
        for number in 1..=7 {
            assert!(
                (1_428..=1_429).contains(&won(&shares, number)),
                "{shares:?}"
            );
        }
    }

    #[test]
    fn lots_fall_by_weight() {
        let weighted = |number, weight| Contender {
            weight,
            ..contender(number, 100)
        };
        let shares = shares(
            Distribution::Weighted,
            &[weighted(1, 500), weighted(2, 300), weighted(3, 200)],
        );
        // Four standard deviations of 10,000 lots are under 200.
        for (number, expected) in [(1, 5_000), (2, 3_000), (3, 2_000)] {
            assert!(won(&shares, number).abs_diff(expected) < 200, "{shares:?}");
        }
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        let mut rng = fastrand::Rng::with_seed(7);
        for &rule in Distribution::ALL {
            let mut all: Vec<Contender> = (1..=20)
                .map(|number| contender(number, rng.i64(1..4)))
                .collect();
            let draw = Draw {
                lead: lead(9),
                seed: b"another",
            };
            arrange(rule, &draw, &mut all);
            let expected = all.clone();
            rng.shuffle(&mut all);
            arrange(rule, &draw, &mut all);
            assert_eq!(all, expected, "{rule}");
        }
    }

    #[test]
    fn another_seed_draws_otherwise() {
        let firsts = |seed: &[u8]| -> Vec<RequestId> {
            (0..50)
                .map(|number| {
                    let mut all: Vec<Contender> =
                        (1..=5).map(|number| contender(number, 100)).collect();
                    arrange(
                        Distribution::Weighted,
                        &Draw {
                            lead: lead(number),
                            seed,
                        },
                        &mut all,
                    );
                    all[0].request
                })
                .collect()
        };
        assert_ne!(firsts(b"one"), firsts(b"two"));
    }

    #[test]
    fn second_prices() {
        let bid = |number, price| contender(number, price);
        let outcome = Contender {
            bids: false,
            ..contender(9, 0)
        };
        // Contenders in their order, copies left, ask; what each of the first pays.
        for (all, copies, ask, paid) in [
            (vec![bid(1, 500), bid(2, 300)], 1, 100, 301),
            (vec![bid(1, 500)], 1, 100, 101),
            (vec![bid(1, 500), bid(2, 500)], 1, 100, 500),
            (vec![bid(1, 500), bid(2, 400), bid(3, 300)], 2, 100, 301),
            (vec![bid(1, 500), bid(2, 400)], 2, 100, 101),
            (vec![bid(1, 100)], 1, 100, 100),
            (
                vec![
                    bid(1, 500),
                    Contender {
                        buyer: bid(1, 0).buyer,
                        ..bid(2, 400)
                    },
                    bid(3, 200),
                ],
                1,
                100,
                201,
            ),
            (vec![bid(1, 500), outcome.clone(), bid(3, 200)], 1, 100, 201),
            (vec![outcome, bid(3, 200)], 1, 100, 0),
        ] {
            assert_eq!(
                pays(Pricing::Second, &all, 0, copies, ask),
                Some(paid),
                "{all:?}"
            );
            assert_eq!(
                pays(Pricing::First, &all, 0, copies, ask),
                Some(all[0].price)
            );
        }
    }
}
