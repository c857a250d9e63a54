//! What ranking by expected yield is worth: `cargo run --release --example ranking`.
//!
//! One lead after another is sold to the best of eight buyers whose true chances nobody knows: once ranked by
//! face price - the bid, the price of an appointment, the share of the sale that is hoped for - and once by
//! expected yield, with the product's own terms and odds, which learn from outcomes as they come in late.
#![expect(clippy::unwrap_used, reason = "a simulation that cannot go on ends")]

use std::collections::VecDeque;

use galena::contracts::{Confirmation, Criteria, Observed, Odds, Sales, Share, Terms};
use galena::id::VerticalId;
use galena::money::{BasisPoints, Currency, Money};
use galena::verticals::{Model, Vertical};

const LEADS: usize = 20_000;
const SEEDS: u64 = 9;
/// Leads that are sold before the outcome of one is known.
const DELAY: usize = 300;

/// A buyer: what it offers, and what nobody knows about it.
struct Buyer {
    name: &'static str,
    terms: Terms,
    /// Of 10,000 leads, how many come to an appointment, and to a sale.
    held: i64,
    sold: i64,
    /// What it sells for in truth.
    sale: Money,
}

/// What a lead came to.
#[derive(Clone, Copy, Default)]
struct Outcome {
    held: bool,
    sale: Option<Money>,
}

/// A generator that gives the same throws for the same seed.
struct Dice(u64);

impl Dice {
    /// Whether something with this chance in 10,000 comes about.
    fn comes(&mut self, chance: i64) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 1).unwrap() % 10_000 < chance
    }
}

fn eur(major: i64) -> Money {
    Money::new(major * 100, Currency::EUR)
}

fn terms(model: Model, lead: i64, appointment: i64, share: Option<(i32, i64)>) -> Terms {
    let price = |major: i64| (major > 0).then(|| eur(major));
    Terms {
        model,
        currency: Currency::EUR,
        price_lead: price(lead),
        price_appointment: price(appointment),
        share: share.map(|(bps, hoped)| Share {
            bps: BasisPoints(bps),
            floor: None,
            cap: None,
            deposit: eur(5),
            expected_sale: eur(hoped),
        }),
        base_fee: None,
        criteria: Criteria::default(),
        dispute_window_days: 7,
        disputes: galena::verticals::DisputeRules::default(),
        confirmation: Confirmation::default(),
    }
}

fn buyers() -> Vec<Buyer> {
    let buyer = |name, terms, held, sold, sale| Buyer {
        name,
        terms,
        held,
        sold,
        sale: eur(sale),
    };
    vec![
        buyer("8 a lead", terms(Model::Ppl, 8, 0, None), 0, 0, 0),
        buyer("10 a lead", terms(Model::Ppl, 10, 0, None), 0, 0, 0),
        buyer(
            "60 an appointment",
            terms(Model::Ppa, 0, 60, None),
            2_500,
            0,
            0,
        ),
        buyer(
            "100 an appointment",
            terms(Model::Ppa, 0, 100, None),
            500,
            0,
            0,
        ),
        buyer(
            "40 an appointment",
            terms(Model::Ppa, 0, 40, None),
            3_000,
            0,
            0,
        ),
        buyer(
            "5 % of a sale",
            terms(Model::Pps, 0, 0, Some((500, 1_000))),
            0,
            400,
            800,
        ),
        buyer(
            "10 % of a sale",
            terms(Model::Pps, 0, 0, Some((1_000, 3_000))),
            0,
            50,
            2_500,
        ),
        buyer(
            "4 a lead, 30 an appointment",
            terms(Model::Hybrid, 4, 30, None),
            2_000,
            0,
            0,
        ),
    ]
}

fn vertical() -> Vertical {
    Vertical {
        id: VerticalId(uuid::Uuid::from_u128(1)),
        key: String::new(),
        name: String::new(),
        description: String::new(),
        commission: BasisPoints(1_500),
        duplicate_window_days: 90,
        consent_max_age_days: 90,
        dispute_window_days: 7,
        listing_days: 30,
        max_copies: 1,
        min_age: 18,
        held_prior: BasisPoints(1_500),
        sale_prior: BasisPoints(500),
        prior_weight: 20,
        keeping: galena::verticals::Keeping::default(),
        selling: galena::verticals::Selling::default(),
        disputes: galena::verticals::DisputeRules::default(),
        fields: Vec::new(),
    }
}

/// What the terms promise, as if every outcome came about.
fn face(terms: &Terms) -> i64 {
    let lead = terms.price_lead.map_or(0, |price| price.minor);
    let appointment = terms.price_appointment.map_or(0, |price| price.minor);
    let sale = terms
        .share
        .map_or(0, |share| share.fee(share.expected_sale).minor);
    lead + appointment + sale
}

/// What a lead brings on average, if the true chances were known.
fn truth(buyer: &Buyer) -> i64 {
    let terms = &buyer.terms;
    let lead = terms.price_lead.map_or(0, |price| price.minor);
    let appointment = terms.price_appointment.map_or(0, |price| price.minor);
    let sale = terms.share.map_or(0, |share| share.fee(buyer.sale).minor);
    lead + (appointment * buyer.held + sale * buyer.sold) / 10_000
}

/// Sells every lead to the best by `rank`; answers what was paid in cents, and leads by buyer.
fn sell(seed: u64, rank: impl Fn(&Buyer, &Odds) -> i64) -> (i64, Vec<usize>) {
    let (buyers, vertical) = (buyers(), vertical());
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut known = vec![
        (
            Observed::default(),
            Sales {
                count: 0,
                sum: eur(0)
            }
        );
        buyers.len()
    ];
    let mut late: VecDeque<(usize, Outcome)> = VecDeque::new();
    let (mut paid, mut sold) = (0, vec![0; buyers.len()]);
    for _ in 0..LEADS {
        let best = (0..buyers.len())
            .max_by_key(|&index| {
                let (observed, sales) = known[index];
                let sales = (sales.count > 0).then_some(sales);
                rank(&buyers[index], &Odds::new(&vertical, observed, sales))
            })
            .unwrap();
        let buyer = &buyers[best];
        let outcome = Outcome {
            held: dice.comes(buyer.held),
            sale: dice.comes(buyer.sold).then_some(buyer.sale),
        };
        let terms = &buyer.terms;
        paid += terms.price_lead.map_or(0, |price| price.minor);
        paid += terms
            .price_appointment
            .filter(|_| outcome.held)
            .map_or(0, |price| price.minor);
        paid += terms
            .share
            .zip(outcome.sale)
            .map_or(0, |(share, sale)| share.fee(sale).minor);
        sold[best] += 1;
        late.push_back((best, outcome));
        if late.len() > DELAY {
            let (index, came) = late.pop_front().unwrap();
            let (observed, sales) = &mut known[index];
            if buyers[index].terms.price_appointment.is_some() {
                observed.held += i64::from(came.held);
                observed.not_held += i64::from(!came.held);
            }
            if buyers[index].terms.share.is_some() {
                observed.sold += i64::from(came.sale.is_some());
                observed.not_sold += i64::from(came.sale.is_none());
            }
            if let Some(sale) = came.sale {
                sales.count += 1;
                sales.sum.minor += sale.minor;
            }
        }
    }
    (paid, sold)
}

/// What the product ranks by.
fn expected(buyer: &Buyer, odds: &Odds) -> i64 {
    let lead = buyer.terms.price_lead.unwrap_or(eur(0));
    buyer.terms.expected(lead, odds).minor
}

fn main() {
    println!("{LEADS} leads, outcomes known {DELAY} leads later");
    println!(
        "{:>4} {:>16} {:>16} {:>16} {:>8}",
        "seed", "face price", "expected yield", "chances known", "ratio"
    );
    let mut ratios = Vec::new();
    for seed in 1..=SEEDS {
        let (by_face, _) = sell(seed, |buyer, _| face(&buyer.terms));
        let (by_yield, _) = sell(seed, expected);
        let (by_truth, _) = sell(seed, |buyer, _| truth(buyer));
        let percent = by_yield * 100 / by_face;
        ratios.push(percent);
        let shown = |minor| Money::new(minor, Currency::EUR).to_string();
        println!(
            "{seed:>4} {:>16} {:>16} {:>16} {percent:>6} %",
            shown(by_face),
            shown(by_yield),
            shown(by_truth),
        );
    }
    ratios.sort_unstable();
    println!(
        "median {} % of ranking by face price",
        ratios[ratios.len() / 2]
    );
    let (_, leads) = sell(1, expected);
    println!("who got the leads, with seed 1 and by expected yield:");
    for (buyer, count) in buyers().iter().zip(leads) {
        println!("{count:>8}  {}", buyer.name);
    }
}
