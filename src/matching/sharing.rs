//! How many buyers get a lead of several copies, where some bid by the number of buyers: pure, so that anybody can
//! do it again.
//!
//! For each number of buyers the contenders that bid for it stand in the vertical's order, and the first so many,
//! of one buyer one, are its set. The set that brings most gets the lead; of equals the larger, since it leaves more
//! copies for sale. So one buyer gets the lead alone only when it pays more than others do together. Bids pay
//! themselves whatever the vertical's pricing: a second price holds for copies that are all alike.

use std::collections::HashMap;

use super::distribution::{Contender, Draw, arrange};
use crate::id::{AccountId, RequestId};
use crate::requests::Gate;
use crate::verticals::Distribution;

/// The choice of a set and the way through it. Until a copy is sold, each refusal chooses again.
#[derive(Debug, Clone, Default)]
pub struct Sets {
    /// The contenders for one buyer, for two, and so on, each list in the vertical's order.
    orders: Vec<Vec<Contender>>,
    /// From which price on a contender cannot buy.
    closed: HashMap<RequestId, i64>,
    /// The number of buyers that the first sale settled.
    chosen: Option<usize>,
    /// Who has a copy.
    owners: Vec<AccountId>,
}

/// The contender that is offered a copy next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    pub request: RequestId,
    /// What it pays, in minor units.
    pub price: i64,
    /// How many buyers the lead goes to at most.
    pub buyers: usize,
    /// Its place among those that bid for so many, from 0.
    pub place: usize,
    /// How many bid for so many.
    pub among: usize,
}

/// Whether the number of buyers is to be chosen.
pub fn is_open(contenders: &[Contender]) -> bool {
    contenders.iter().any(|one| one.shared.is_some())
}

impl Sets {
    /// The sets of a lead that nobody has, of so many copies; bids below the ask are in none.
    pub fn of(
        rule: Distribution,
        draw: &Draw<'_>,
        contenders: &[Contender],
        (copies, ask): (usize, i64),
    ) -> Self {
        let order = |buyers: usize| {
            let bidding = contenders.iter().filter_map(|one| one.among(buyers));
            let mut order: Vec<Contender> = bidding
                .filter(|one| !one.bids || one.price >= ask)
                .collect();
            arrange(rule, draw, &mut order);
            order
        };
        Self {
            orders: (1..=copies).map(order).collect(),
            ..Self::default()
        }
    }

    /// Who is offered a copy next; `None` when the set is complete or nobody is left.
    pub fn next(&self) -> Option<Next> {
        let buyers = match self.chosen {
            Some(buyers) if self.owners.len() >= buyers => return None,
            Some(buyers) => buyers,
            None => self.choose()?,
        };
        let (place, one) = self.left(buyers).next()?;
        Some(Next {
            request: one.request,
            price: one.price,
            buyers,
            place,
            among: self.order(buyers).len(),
        })
    }

    /// Notes that the contender got a copy: from now on the number of buyers is its.
    pub fn sold(&mut self, next: &Next) {
        self.chosen = Some(next.buyers);
        let buyer = self.order(next.buyers).get(next.place).map(|one| one.buyer);
        self.owners.extend(buyer);
    }

    /// Notes that a gate kept the contender away: where it was about the amount, from lower prices not.
    pub fn refused(&mut self, next: &Next, gate: Gate) {
        let from = if gate.is_of_amount() {
            next.price
        } else {
            i64::MIN
        };
        self.closed.insert(next.request, from);
    }

    /// The number of buyers whose set brings most.
    fn choose(&self) -> Option<usize> {
        let sets = (1..=self.orders.len()).filter_map(|buyers| {
            let mut members: Vec<&Contender> = Vec::with_capacity(buyers);
            for (_, one) in self.left(buyers) {
                if members.len() == buyers {
                    break;
                }
                if members.iter().all(|other| other.buyer != one.buyer) {
                    members.push(one);
                }
            }
            let worth = members.iter().fold(0_i64, |sum, one| {
                sum.saturating_add(one.expected.unwrap_or(one.price))
            });
            (!members.is_empty()).then_some((worth, buyers))
        });
        sets.max().map(|(_, buyers)| buyers)
    }

    fn order(&self, buyers: usize) -> &[Contender] {
        let order = buyers.checked_sub(1).and_then(|at| self.orders.get(at));
        order.map_or(&[], Vec::as_slice)
    }

    /// Those that bid for so many buyers and can still get a copy, with their places.
    fn left(&self, buyers: usize) -> impl Iterator<Item = (usize, &Contender)> {
        let order = self.order(buyers).iter().enumerate();
        order.filter(|(_, one)| {
            let from = self.closed.get(&one.request);
            from.is_none_or(|from| one.price < *from) && !self.owners.contains(&one.buyer)
        })
    }
}

impl Contender {
    /// The contender as it bids for a lead of so many buyers; `None` when it does not.
    fn among(&self, buyers: usize) -> Option<Self> {
        let alone = Self {
            shared: None,
            ..self.clone()
        };
        match &self.shared {
            Some(shared) if buyers > 1 => {
                let named = shared.iter().find(|shared| shared.buyers == buyers)?;
                Some(Self {
                    price: named.price,
                    rank: named.rank,
                    ..alone
                })
            }
            _ => Some(alone),
        }
    }
}

/// Whether it matters when the requests were last served: any prices of sets may be level.
pub fn needs_served(rule: Distribution, contenders: &[Contender]) -> bool {
    rule != Distribution::Weighted && contenders.len() > 1 && is_open(contenders)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::LeadId;
    use crate::matching::distribution::Shared;

    /// A contender by the number of its buyer: what it pays alone, and for each number of buyers; `None` holds for
    /// any number.
    fn bids(number: u128, price: i64, shared: Option<&[(usize, i64)]>) -> Contender {
        let named = |bids: &[(usize, i64)]| {
            let bids = bids.iter().map(|&(buyers, price)| Shared {
                buyers,
                price,
                rank: price * 10_000,
            });
            bids.collect()
        };
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
            shared: shared.map(named),
        }
    }

    fn sets(rule: Distribution, contenders: &[Contender], copies: usize) -> Sets {
        let draw = Draw {
            lead: LeadId(Uuid::from_u128(1)),
            seed: b"a seed",
        };
        Sets::of(rule, &draw, contenders, (copies, 20))
    }

    /// Who gets copies at which price, when these are refused.
    fn sold(mut sets: Sets, refused: &[(u128, Gate)]) -> (usize, Vec<(u128, i64)>) {
        let (mut buyers, mut sold) = (0, Vec::new());
        let mut tries = 0;
        while let Some(next) = sets.next() {
            tries += 1;
            assert!(tries < 50, "it ends");
            let number = next.request.0.as_u128();
            // A gate about the amount is one of 50 and more here.
            let gate = refused
                .iter()
                .find(|(of, gate)| *of == number && (!gate.is_of_amount() || next.price >= 50));
            if let Some((_, gate)) = gate {
                sets.refused(&next, *gate);
            } else {
                sets.sold(&next);
                buyers = next.buyers;
                sold.push((number, next.price));
            }
        }
        (buyers, sold)
    }

    #[test]
    fn the_set_that_brings_most_gets_the_lead() {
        type Bid<'a> = (i64, Option<&'a [(usize, i64)]>);
        type Case<'a> = (&'a [Bid<'a>], usize, usize, &'a [(u128, i64)]);
        let cases: &[Case<'_>] = &[
            // One that would share pays more alone, while nobody shares with it.
            (&[(100, Some(&[(2, 50)]))], 2, 1, &[(1, 100)]),
            // Two at 60 are more than one at 100; two at 50 are as much, and leave as many copies as there are.
            (
                &[(100, Some(&[(2, 60)])), (90, Some(&[(2, 60)]))],
                2,
                2,
                &[(1, 60), (2, 60)],
            ),
            (
                &[(100, Some(&[(2, 50)])), (90, Some(&[(2, 50)]))],
                2,
                2,
                &[(1, 50), (2, 50)],
            ),
            (
                &[(101, Some(&[(2, 50)])), (90, Some(&[(2, 50)]))],
                2,
                1,
                &[(1, 101)],
            ),
            // One that only buys alone, against a bid for any number.
            (&[(100, Some(&[])), (40, None)], 3, 1, &[(1, 100)]),
            (
                &[(100, Some(&[])), (60, None), (50, None)],
                3,
                3,
                &[(2, 60), (3, 50)],
            ),
            // A number that it does not name is not bought.
            (
                &[(70, Some(&[(3, 40)])), (60, None), (50, None)],
                2,
                2,
                &[(2, 60), (3, 50)],
            ),
            (
                &[(70, Some(&[(3, 40)])), (60, None), (50, None)],
                3,
                3,
                &[(2, 60), (3, 50), (1, 40)],
            ),
            // Below the ask nobody shares.
            (
                &[(30, Some(&[(2, 19)])), (25, Some(&[(2, 19)]))],
                2,
                1,
                &[(1, 30)],
            ),
            // Nobody bids by the number: every copy is sold, as to equals.
            (&[(60, None), (20, None)], 3, 3, &[(1, 60), (2, 20)]),
        ];
        for (bidding, copies, buyers, expected) in cases {
            let contenders: Vec<Contender> = (1..)
                .zip(*bidding)
                .map(|(number, (price, shared))| bids(number, *price, *shared))
                .collect();
            let (settled, mut got) = sold(sets(Distribution::Price, &contenders, *copies), &[]);
            // Lots order those that are level.
            got.sort_by_key(|(number, price)| (std::cmp::Reverse(*price), *number));
            assert_eq!((settled, got), (*buyers, expected.to_vec()), "{bidding:?}");
        }
    }

    #[test]
    fn a_set_is_chosen_again_without_who_cannot_pay() {
        let contenders = [
            bids(1, 100, Some(&[(2, 45)])),
            bids(2, 80, Some(&[(2, 40)])),
            bids(3, 70, Some(&[(2, 38)])),
        ];
        let all = || sets(Distribution::Price, &contenders, 2);
        assert_eq!(sold(all(), &[]), (1, vec![(1, 100)]));
        // A poor one still shares; one that is barred does neither.
        let poor = sold(all(), &[(1, Gate::Wallet)]);
        assert_eq!(poor, (2, vec![(1, 45), (2, 40)]));
        let barred = sold(all(), &[(1, Gate::Suppressed)]);
        assert_eq!(barred, (1, vec![(2, 80)]));
        let both = sold(all(), &[(1, Gate::Suppressed), (2, Gate::Budget)]);
        assert_eq!(both, (2, vec![(2, 40), (3, 38)]));
        // Once a copy is sold to one of two, it stays at two.
        let second = sold(
            all(),
            &[(1, Gate::Wallet), (2, Gate::Quantity), (3, Gate::Quantity)],
        );
        assert_eq!(second, (2, vec![(1, 45)]));
    }

    #[test]
    fn a_buyer_counts_once() {
        let twice = Contender {
            buyer: bids(1, 0, None).buyer,
            ..bids(2, 60, Some(&[(2, 55)]))
        };
        let contenders = [bids(1, 70, Some(&[(2, 60)])), twice, bids(3, 20, None)];
        let outcome = sold(sets(Distribution::Price, &contenders, 2), &[]);
        assert_eq!(outcome, (2, vec![(1, 60), (3, 20)]));
    }

    #[test]
    fn outcomes_count_by_what_is_expected() {
        let by_outcome = Contender {
            bids: false,
            expected: Some(50),
            rank: 500_000,
            ..bids(2, 0, None)
        };
        let contenders = [bids(1, 90, Some(&[(2, 45)])), by_outcome];
        let outcome = sold(sets(Distribution::Price, &contenders, 2), &[]);
        assert_eq!(outcome, (2, vec![(2, 0), (1, 45)]));
    }

    #[test]
    fn each_number_keeps_the_order_of_the_vertical() {
        let first = Contender {
            tier: 1,
            ..bids(3, 30, Some(&[(2, 25)]))
        };
        let contenders = [
            bids(1, 100, Some(&[(2, 90)])),
            bids(2, 95, Some(&[(2, 60)])),
            first,
        ];
        let outcome = sold(sets(Distribution::Priority, &contenders, 2), &[]);
        assert_eq!(outcome, (2, vec![(3, 25), (1, 90)]));
    }
}
