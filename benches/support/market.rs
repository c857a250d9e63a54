//! A market that does not exist: verticals, requests and listings that come out the same for the same seed.
//!
//! Verticals, countries and places are skewed towards the first ones. Of the requests one in ten has
//! alternatives, three in ten delivery hours, two in ten lists of sellers, one in ten a wish with a bonus, one in
//! ten bids by the number of buyers; one listing in four has several copies. The larger a market, the finer the
//! places that its requests name, so that about ten of them take a lead.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use galena::clock::{DAY, Ts};
use galena::conditions::{Condition, Filter, Op};
use galena::contracts::{self, Agreement, Odds};
use galena::id::{AccountId, LeadId, RequestId, VerticalId};
use galena::leads::{LeadState, Least, Listing, MaskedContact};
use galena::money::{BasisPoints, Currency, Money};
use galena::requests::{PurchaseRequest, RequestState, Rule, Schedule, Sellers, SharedBid};
use galena::scoring::Stage;
use galena::verticals::{DisputeRules, Field, FieldKind, Keeping, Model, Value, Vertical};
use uuid::Uuid;

pub const NOW: Ts = Ts::from_micros(1_795_000_000_000_000);

const REGIONS: usize = 20;
const CITIES: usize = 40;
const CODES: usize = 10;
const SELLERS: u128 = 2_000;
const BUYERS: u128 = 500;
const COLOURS: &[&str] = &[
    "amber", "beige", "black", "blue", "brown", "green", "grey", "pink", "red", "violet", "white",
    "yellow",
];
const GENDERS: &[&str] = &["female", "male", "other"];

/// How large a market is, and how finely its requests name places: of a thousand, those that name none, a
/// country, a region, a city; the rest name postal codes.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub requests: usize,
    pub verticals: usize,
    pub countries: usize,
    pub places: [usize; 4],
}

pub const SHAPES: [Shape; 4] = [
    Shape {
        requests: 1_000,
        verticals: 8,
        countries: 2,
        places: [30, 470, 350, 100],
    },
    Shape {
        requests: 10_000,
        verticals: 50,
        countries: 10,
        places: [20, 550, 300, 80],
    },
    Shape {
        requests: 100_000,
        verticals: 50,
        countries: 40,
        places: [5, 100, 500, 250],
    },
    Shape {
        requests: 1_000_000,
        verticals: 50,
        countries: 60,
        places: [0, 12, 170, 400],
    },
];

impl Shape {
    /// The shape of a market with so many requests.
    pub fn of(requests: usize) -> Self {
        let near = SHAPES.iter().find(|shape| shape.requests >= requests);
        Self {
            requests,
            ..*near.unwrap_or(&SHAPES[SHAPES.len() - 1])
        }
    }
}

/// Makes requests and listings of a market.
pub struct Generator {
    shape: Shape,
    rng: fastrand::Rng,
    /// For what is shared, beside the rest of the market.
    sharing: fastrand::Rng,
    pub verticals: Vec<Vertical>,
    agreements: Vec<Vec<Arc<Agreement>>>,
    made: u128,
}

impl Generator {
    pub fn new(shape: Shape, seed: u64) -> Self {
        let verticals: Vec<Vertical> = (1..).take(shape.verticals).map(vertical).collect();
        let agreements = verticals
            .iter()
            .map(|vertical| {
                let standard = (1..=BUYERS).map(|buyer| {
                    Arc::new(contracts::unstored(
                        account(buyer),
                        vertical,
                        Currency::EUR,
                        NOW,
                    ))
                });
                standard.collect()
            })
            .collect();
        Self {
            shape,
            rng: fastrand::Rng::with_seed(seed),
            sharing: fastrand::Rng::with_seed(seed),
            verticals,
            agreements,
            made: 0,
        }
    }

    /// Below `n`, the first ones more often.
    fn skewed(&mut self, n: usize) -> usize {
        let most = self.rng.usize(0..n);
        self.rng.usize(0..=most)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.rng.usize(0..n) == 0
    }

    fn of_ten(&mut self, n: usize) -> bool {
        self.rng.usize(0..10) < n
    }

    fn chain(&mut self) -> [String; 4] {
        let country = self.skewed(self.shape.countries);
        let (region, city, code) = (
            self.skewed(REGIONS),
            self.skewed(CITIES),
            self.rng.usize(0..CODES),
        );
        [
            format!("C{country}"),
            format!("C{country}-{region}"),
            format!("City {country} {region} {city}"),
            format!("{country}-{region}-{city}{code}"),
        ]
    }

    fn place(&mut self) -> Option<Filter> {
        let throw = self.rng.usize(0..1_000);
        let mut sum = 0;
        let level = self.shape.places.iter().position(|share| {
            sum += share;
            throw < sum
        });
        let (level, key) = match level {
            Some(0) => return None,
            Some(1) => (0, "country"),
            Some(2) => (1, "region"),
            Some(3) => (2, "city"),
            _ => (3, "postal_code"),
        };
        let count = if self.one_in(20) {
            12
        } else {
            self.rng.usize(1..=3)
        };
        let first = self.chain();
        let mut places = vec![text(&first[level])];
        for _ in 1..count {
            places.push(text(&self.chain()[level]));
        }
        let wanted = condition(key, Op::In, places);
        if count > 8 && level > 0 {
            let countries = Filter::All(vec![
                condition("country", Op::Eq, vec![text(&first[0])]),
                wanted,
            ]);
            return Some(countries);
        }
        Some(wanted)
    }

    fn gate(&mut self, which: usize) -> Filter {
        match which {
            0 => {
                let low = self.rng.i64(18..55);
                let high = low + self.rng.i64(8..40);
                condition("age", Op::Between, vec![Value::Int(low), Value::Int(high)])
            }
            1 => condition("score", Op::Gte, vec![Value::Int(self.rng.i64(1..8) * 10)]),
            2 => {
                let count = self.rng.usize(3..9);
                let mut colours: Vec<&str> = COLOURS.to_vec();
                self.rng.shuffle(&mut colours);
                let wanted = colours[..count].iter().map(|colour| text(colour));
                condition("colour", Op::In, wanted.collect())
            }
            3 => condition("employed", Op::Eq, vec![Value::Bool(true)]),
            4 => condition("gender", Op::Ne, vec![text(GENDERS[self.rng.usize(0..3)])]),
            5 => condition("income", Op::Gte, vec![Value::Int(self.rng.i64(0..80_000))]),
            6 => condition("pets", Op::Exists, vec![Value::Bool(true)]),
            7 => condition(
                "received_age_days",
                Op::Lte,
                vec![Value::Int(self.rng.i64(3..30))],
            ),
            _ => {
                let codes = (0..3).map(|_| text(&self.chain()[3]));
                condition("postal_code", Op::NotIn, codes.collect())
            }
        }
    }

    fn filter(&mut self) -> Filter {
        let mut all: Vec<Filter> = self.place().into_iter().collect();
        for (which, share) in [
            (0, 5),
            (1, 5),
            (2, 4),
            (3, 2),
            (4, 1),
            (5, 4),
            (6, 1),
            (7, 2),
            (8, 1),
        ] {
            if self.of_ten(share) {
                all.push(self.gate(which));
            }
        }
        if self.one_in(10) {
            let (one, other) = (self.gate(0), self.gate(5));
            all.push(Filter::Any(vec![one, other]));
        }
        if self.one_in(40) {
            let gate = self.gate(2);
            all.push(Filter::Not(Box::new(gate)));
        }
        if self.one_in(10) {
            let bonus = Money::new(self.rng.i64(1..20) * 100, Currency::EUR);
            all.push(Filter::Condition(Condition {
                field: "employed".to_owned(),
                op: Op::Eq,
                values: vec![Value::Bool(true)],
                wish: true,
                bonus: Some(bonus),
            }));
        }
        Filter::All(all)
    }

    /// One request in ten bids by the number of buyers, most of them for two.
    fn shared_bids(&mut self, bid: Money) -> Vec<SharedBid> {
        if self.sharing.usize(0..10) > 0 {
            return Vec::new();
        }
        let of = |buyers: i32, percent: i64| SharedBid {
            buyers,
            bid: Money::new(bid.minor * percent / 100, bid.currency),
        };
        let mut bids = vec![of(2, self.sharing.i64(40..90)), of(3, 35)];
        match self.sharing.usize(0..3) {
            0 => drop(bids.pop()),
            1 if self.sharing.bool() => drop(bids.remove(0)),
            _ => {}
        }
        bids
    }

    /// How many copies a listing has, and how many of them are sold: one in four has several.
    fn copies(&mut self) -> (i32, i32) {
        if self.sharing.usize(0..4) > 0 {
            return (1, 0);
        }
        let copies = self.sharing.i32(2..=3);
        (copies, self.sharing.i32(0..copies))
    }

    pub fn request(&mut self) -> PurchaseRequest {
        self.made += 1;
        let number = self.made;
        let vertical = self.skewed(self.verticals.len());
        let buyer = self.rng.u128(0..BUYERS);
        let bid = Money::new(self.rng.i64(10..100) * 100, Currency::EUR);
        let mut sellers = Sellers::default();
        if self.one_in(5) {
            let list = (0..5)
                .map(|_| account(BUYERS + 1 + self.rng.u128(0..SELLERS)))
                .collect();
            if self.one_in(10) {
                sellers.allow = list;
            } else {
                sellers.block = list;
            }
        }
        PurchaseRequest {
            id: RequestId(Uuid::from_u128(number)),
            buyer_id: account(buyer + 1),
            vertical_id: self.verticals[vertical].id,
            agreement: Arc::clone(&self.agreements[vertical][usize::try_from(buyer).unwrap()]),
            name: String::new(),
            state: RequestState::Active,
            filter: self.filter(),
            need_phone: self.of_ten(6),
            need_email: self.of_ten(2),
            bid,
            shared_bids: self.shared_bids(bid),
            quantity: 1_000,
            bought: 0,
            budget: Money::new(100_000_000, Currency::EUR),
            spent: Money::new(0, Currency::EUR),
            caps: Vec::new(),
            schedule: if self.of_ten(3) {
                Schedule {
                    from_minute: 8 * 60,
                    to_minute: 20 * 60,
                    ..Schedule::always(Tz::Europe__Riga)
                }
            } else {
                Schedule::always(Tz::UTC)
            },
            max_consent_age_days: self.of_ten(3).then(|| self.rng.i32(5..60)),
            min_quality: if self.of_ten(3) {
                self.rng.i32(1..9) * 10
            } else {
                0
            },
            sellers,
            auto_buy: true,
            deliver_email: None,
            version: 1,
            created_at: NOW,
            updated_at: NOW,
            last_served_at: None,
        }
    }

    pub fn rule(&mut self) -> Arc<Rule> {
        let request = self.request();
        self.compile(request)
    }

    pub fn compile(&self, request: PurchaseRequest) -> Arc<Rule> {
        let vertical = self
            .verticals
            .iter()
            .find(|vertical| vertical.id == request.vertical_id)
            .unwrap();
        Arc::new(Rule::compile(Arc::new(request), vertical, Odds::prior(vertical)).unwrap())
    }

    pub fn listing(&mut self) -> Listing {
        self.made += 1;
        let vertical = self.skewed(self.verticals.len());
        let mut attributes = BTreeMap::new();
        let places = ["country", "region", "city", "postal_code"]
            .into_iter()
            .zip(self.chain());
        for (key, place) in places {
            // A lead may know less of its place than its country.
            if key != "country" && self.one_in(30) {
                break;
            }
            attributes.insert(key.to_owned(), text(&place));
        }
        let colour = self.skewed(COLOURS.len());
        let known = [
            ("age", 9, Value::Int(self.rng.i64(18..80))),
            ("employed", 8, Value::Bool(self.of_ten(7))),
            ("gender", 9, text(GENDERS[self.skewed(3)])),
            ("colour", 9, text(COLOURS[colour])),
            ("income", 7, Value::Int(self.rng.i64(0..120_000))),
            ("pets", 5, Value::Int(self.rng.i64(0..5))),
        ];
        for (key, share, value) in known {
            if self.of_ten(share) {
                attributes.insert(key.to_owned(), value);
            }
        }
        let (copies, copies_sold) = self.copies();
        Listing {
            id: LeadId(Uuid::from_u128(self.made)),
            vertical_id: self.verticals[vertical].id,
            seller_id: account(BUYERS + 1 + self.rng.u128(0..SELLERS)),
            state: LeadState::Listed,
            attributes,
            channel: None,
            masked: MaskedContact {
                name: "M**** K****".to_owned(),
                email: self.of_ten(8).then(|| "m****@example.org".to_owned()),
                phone: self.of_ten(8).then(|| "+371 2****".to_owned()),
            },
            ask: Money::new(self.rng.i64(5..70) * 100, Currency::EUR),
            accepts: vec![Model::Ppl],
            least: Least::default(),
            score: self.rng.i32(0..=100),
            stage: Stage::Lead,
            quality: self.rng.i32(30..=100),
            copies,
            copies_sold,
            consent_given_at: NOW.minus(self.rng.i64(0..40) * DAY),
            recipients: Vec::new(),
            received_at: NOW.minus(self.rng.i64(0..20) * DAY),
            expires_at: NOW.plus(DAY),
        }
    }
}

pub fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(number))
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn condition(field: &str, op: Op, values: Vec<Value>) -> Filter {
    Filter::Condition(Condition {
        field: field.to_owned(),
        op,
        values,
        wish: false,
        bonus: None,
    })
}

fn field(key: &str, kind: FieldKind, allowed: &[&str], range: Option<(i64, i64)>) -> Field {
    Field {
        key: key.to_owned(),
        label: String::new(),
        kind,
        required: false,
        filterable: true,
        personal: false,
        allowed: allowed.iter().map(|&value| value.to_owned()).collect(),
        min: range.map(|(min, _)| min),
        max: range.map(|(_, max)| max),
    }
}

fn vertical(number: u128) -> Vertical {
    Vertical {
        id: VerticalId(Uuid::from_u128(number)),
        key: format!("vertical-{number}"),
        name: String::new(),
        description: String::new(),
        commission: BasisPoints(1_500),
        duplicate_window_days: 30,
        consent_max_age_days: 60,
        dispute_window_days: 7,
        listing_days: 30,
        max_copies: 3,
        min_age: 18,
        held_prior: BasisPoints(1_500),
        sale_prior: BasisPoints(500),
        prior_weight: 20,
        keeping: Keeping::default(),
        selling: galena::verticals::Selling::default(),
        disputes: DisputeRules::default(),
        fields: vec![
            field("country", FieldKind::Text, &[], None),
            field("region", FieldKind::Text, &[], None),
            field("city", FieldKind::Text, &[], None),
            field("postal_code", FieldKind::Text, &[], None),
            field("age", FieldKind::Integer, &[], Some((18, 120))),
            field("gender", FieldKind::Choice, GENDERS, None),
            field("employed", FieldKind::Boolean, &[], None),
            field("colour", FieldKind::Choice, COLOURS, None),
            field("income", FieldKind::Integer, &[], None),
            field("pets", FieldKind::Integer, &[], Some((0, 20))),
        ],
    }
}
