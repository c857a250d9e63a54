//! Laws of matching: what compiles agrees with what was written, and explanations agree with matches.

pub mod decisions;
mod index;
mod servers;
mod sharing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono_tz::Tz;
use galena::clock::{DAY, Ts};
use galena::conditions::filter::MAX_CONDITIONS;
use galena::conditions::{Condition, Conditions, Filter, FilterFields, MAX_BRANCHES, Op};
use galena::contracts::{self, Odds};
use galena::id::{AccountId, LeadId, RequestId, VerticalId};
use galena::leads::{LeadState, Least, Listing, MaskedContact};
use galena::matching::{Fit, Gate, Rule, rank_for};
use galena::money::{BasisPoints, Currency, Money};
use galena::requests::{PurchaseRequest, RequestState, Schedule, Sellers};
use galena::text::english;
use galena::verticals::{Field, FieldKind, Model, Value, Vertical};
use proptest::prelude::*;

const NOW: Ts = Ts::from_micros(1_795_000_000_000_000);

fn field(key: &str, kind: FieldKind, allowed: &[&str]) -> Field {
    Field {
        key: key.to_owned(),
        label: key.to_owned(),
        kind,
        required: false,
        filterable: true,
        personal: false,
        allowed: allowed.iter().map(|&value| value.to_owned()).collect(),
        min: None,
        max: None,
    }
}

pub fn vertical() -> Vertical {
    Vertical {
        id: VerticalId(uuid::Uuid::from_u128(1)),
        key: "laws".to_owned(),
        name: "Laws".to_owned(),
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
        keeping: galena::verticals::Keeping::default(),
        selling: galena::verticals::Selling::default(),
        disputes: galena::verticals::DisputeRules::default(),
        fields: vec![
            field("age", FieldKind::Integer, &[]),
            field("city", FieldKind::Text, &[]),
            field("employed", FieldKind::Boolean, &[]),
            field("status", FieldKind::Choice, &["a", "b", "c"]),
        ],
    }
}

fn request(filter: Filter) -> PurchaseRequest {
    let money = |minor| Money::new(minor, Currency::EUR);
    PurchaseRequest {
        id: RequestId(uuid::Uuid::from_u128(2)),
        buyer_id: AccountId(uuid::Uuid::from_u128(3)),
        vertical_id: vertical().id,
        agreement: Arc::new(contracts::unstored(
            AccountId(uuid::Uuid::from_u128(2)),
            &vertical(),
            Currency::EUR,
            NOW,
        )),
        name: "Laws".to_owned(),
        state: RequestState::Active,
        filter,
        need_phone: false,
        need_email: false,
        bid: money(5_000),
        quantity: 10,
        bought: 0,
        budget: money(50_000),
        spent: money(0),
        caps: Vec::new(),
        schedule: Schedule::always(Tz::UTC),
        max_consent_age_days: None,
        min_quality: 0,
        shared_bids: Vec::new(),
        sellers: Sellers::default(),
        auto_buy: true,
        deliver_email: None,
        version: 1,
        created_at: NOW,
        updated_at: NOW,
        last_served_at: None,
    }
}

fn listing(attributes: BTreeMap<String, Value>) -> Listing {
    Listing {
        id: LeadId(uuid::Uuid::from_u128(5)),
        vertical_id: vertical().id,
        seller_id: AccountId(uuid::Uuid::from_u128(6)),
        state: LeadState::Listed,
        attributes,
        channel: None,
        masked: MaskedContact {
            name: "M**** K****".to_owned(),
            email: None,
            phone: None,
        },
        ask: Money::new(4_000, Currency::EUR),
        accepts: vec![Model::Ppl],
        least: Least::default(),
        score: 0,
        stage: galena::scoring::Stage::Lead,
        quality: 100,
        copies: 1,
        copies_sold: 0,
        consent_given_at: NOW.minus(DAY),
        recipients: Vec::new(),
        received_at: NOW.minus(DAY),
        expires_at: NOW.plus(DAY),
    }
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

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn any_condition() -> impl Strategy<Value = Filter> {
    let age = (0_i64..6, 0_i64..6, 0_usize..7).prop_map(|(a, b, op)| {
        let (low, high) = (a.min(b), a.max(b));
        let (one, two) = (
            vec![Value::Int(low)],
            vec![Value::Int(low), Value::Int(high)],
        );
        match op {
            0 => condition("age", Op::Eq, one),
            1 => condition("age", Op::Ne, one),
            2 => condition("age", Op::In, two),
            3 => condition("age", Op::NotIn, two),
            4 => condition("age", Op::Gte, one),
            5 => condition("age", Op::Lte, one),
            _ => condition("age", Op::Between, two),
        }
    });
    let city = (
        0_usize..4,
        prop::sample::select(vec!["Riga", "Tirana", "LIEPĀJA"]),
    )
        .prop_map(|(op, name)| {
            let op = [Op::Eq, Op::Ne, Op::In, Op::NotIn][op];
            condition("city", op, vec![text(name)])
        });
    let employed = (any::<bool>(), any::<bool>()).prop_map(|(equal, value)| {
        let op = if equal { Op::Eq } else { Op::Ne };
        condition("employed", op, vec![Value::Bool(value)])
    });
    let known = (
        prop::sample::select(vec!["age", "city", "employed", "status"]),
        any::<bool>(),
    )
        .prop_map(|(key, exists)| condition(key, Op::Exists, vec![Value::Bool(exists)]));
    prop_oneof![age, city, employed, known]
}

fn any_filter() -> impl Strategy<Value = Filter> {
    any_condition().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::Any),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

fn any_attributes() -> impl Strategy<Value = BTreeMap<String, Value>> {
    (
        prop::option::of(0_i64..6),
        prop::option::of(prop::sample::select(vec!["riga", "Tirana", "Liepāja"])),
        prop::option::of(any::<bool>()),
        prop::option::of(prop::sample::select(vec!["a", "b"])),
    )
        .prop_map(|(age, city, employed, status)| {
            [
                ("age", age.map(Value::Int)),
                ("city", city.map(text)),
                ("employed", employed.map(Value::Bool)),
                ("status", status.map(text)),
            ]
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect()
        })
}

/// The meaning of a filter, spelled out again and straight from its text.
fn means(filter: &Filter, attributes: &BTreeMap<String, Value>) -> bool {
    match filter {
        Filter::All(parts) => parts.iter().all(|part| means(part, attributes)),
        Filter::Any(parts) => parts.iter().any(|part| means(part, attributes)),
        Filter::Not(part) => !means(part, attributes),
        Filter::Condition(condition) => {
            let fold = |value: &Value| value.to_string().to_lowercase();
            let wanted: Vec<String> = condition.values.iter().map(fold).collect();
            let int = |index: usize| match condition.values[index] {
                Value::Int(number) => number,
                _ => unreachable!(),
            };
            let value = attributes.get(&condition.field);
            let number = match value {
                Some(Value::Int(number)) => *number,
                _ => 0,
            };
            match (condition.op, value) {
                (Op::Exists, value) => wanted[0] == value.is_some().to_string(),
                (_, None) => false,
                (Op::Eq | Op::In, Some(value)) => wanted.contains(&fold(value)),
                (Op::Ne | Op::NotIn, Some(value)) => !wanted.contains(&fold(value)),
                (Op::Gte, Some(_)) => number >= int(0),
                (Op::Lte, Some(_)) => number <= int(0),
                (Op::Between, Some(_)) => number >= int(0) && number <= int(1),
            }
        }
    }
}

/// How many alternatives a filter spreads into.
fn spread(filter: &Filter, negated: bool) -> usize {
    match (filter, negated) {
        (Filter::Condition(_), _) => 1,
        (Filter::Not(part), _) => spread(part, !negated),
        (Filter::All(parts), false) | (Filter::Any(parts), true) => parts
            .iter()
            .map(|part| spread(part, negated))
            .fold(1, usize::saturating_mul),
        (Filter::Any(parts), false) | (Filter::All(parts), true) => {
            parts.iter().map(|part| spread(part, negated)).sum()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_compiled_filter_means_what_was_written(filter in any_filter(), attributes in any_attributes()) {
        let fields = FilterFields::of(&vertical(), english());
        let compiled = Conditions::compile(&filter, &fields);
        prop_assert_eq!(compiled.is_ok(), spread(&filter, false) <= MAX_BRANCHES);
        if let Ok(conditions) = compiled {
            let listing = listing(attributes);
            let expected = means(&filter, &listing.attributes);
            prop_assert_eq!(conditions.matches(&listing, NOW), expected);
            prop_assert_eq!(conditions.explain(&listing, NOW).is_empty(), expected);
        }
    }

    #[test]
    fn a_filter_reads_back_as_it_was_written(filter in any_filter()) {
        let fields = FilterFields::of(&vertical(), english());
        let json = filter.json();
        prop_assume!(filter.conditions().len() <= MAX_CONDITIONS);
        let read = Filter::parse(&json, &fields, Currency::EUR);
        prop_assert_eq!(read.as_ref(), Ok(&filter));
        prop_assert_eq!(Filter::from_json(&json).map(|read| read.json()), Ok(json));
    }

    #[test]
    fn no_reasons_means_a_match(
        filter in any_condition(),
        attributes in any_attributes(),
        (need_phone, has_phone, need_email, has_email) in any::<(bool, bool, bool, bool)>(),
        (ask, consent_days, sold, blocked) in (3_000_i64..7_000, 0_i64..80, 0_i32..3, any::<bool>()),
        (model, euros) in any::<(bool, bool)>(),
    ) {
        let mut listing = listing(attributes);
        listing.masked.phone = has_phone.then(|| "+371 2*******".to_owned());
        listing.masked.email = has_email.then(|| "m***@example.com".to_owned());
        listing.ask = Money::new(ask, if euros { Currency::EUR } else { Currency::RUB });
        listing.consent_given_at = NOW.minus(consent_days * DAY);
        listing.copies = 2;
        listing.copies_sold = sold.min(2);
        listing.accepts = vec![if model { Model::Ppl } else { Model::Ppa }];
        let mut request = request(filter);
        (request.need_phone, request.need_email) = (need_phone, need_email);
        if blocked {
            request.sellers.block.push(listing.seller_id);
        }
        let rule = Rule::compile(Arc::new(request), &vertical(), Odds::prior(&vertical())).unwrap();
        let reasons = rule.explain(&listing, NOW);
        prop_assert_eq!(reasons.is_empty(), rule.matches(&listing, NOW));
        let gates: Vec<Gate> = reasons.iter().map(|failure| failure.gate).collect();
        prop_assert_eq!(gates.contains(&Gate::NeedPhone), need_phone && !has_phone);
        prop_assert_eq!(gates.contains(&Gate::NeedEmail), need_email && !has_email);
        prop_assert_eq!(gates.contains(&Gate::SellerBlocked), blocked);
        prop_assert_eq!(gates.contains(&Gate::BidBelowAsk), ask > 5_000);
        prop_assert_eq!(gates.contains(&Gate::ConsentTooOld), consent_days > 60);
        prop_assert_eq!(gates.contains(&Gate::SoldOut), sold >= 2);
        prop_assert_eq!(gates.contains(&Gate::Model), !model);
        prop_assert_eq!(gates.contains(&Gate::Currency), !euros);
    }
}

fn wish(field: &str, value: Value, bonus: Option<i64>) -> Filter {
    Filter::Condition(Condition {
        field: field.to_owned(),
        op: Op::Eq,
        values: vec![value],
        wish: true,
        bonus: bonus.map(|minor| Money::new(minor, Currency::EUR)),
    })
}

#[test]
fn a_wish_never_excludes_and_its_bonus_adds_to_the_price() {
    let filter = Filter::All(vec![
        condition("age", Op::Gte, vec![Value::Int(3)]),
        wish("employed", Value::Bool(true), Some(500)),
        wish("city", text("Riga"), None),
    ]);
    let rule = Rule::compile(
        Arc::new(request(filter)),
        &vertical(),
        Odds::prior(&vertical()),
    )
    .unwrap();
    let lead = |employed: Option<bool>, city: &str| {
        let mut attributes: BTreeMap<_, _> = [
            ("age".to_owned(), Value::Int(4)),
            ("city".to_owned(), text(city)),
        ]
        .into();
        attributes.extend(employed.map(|employed| ("employed".to_owned(), Value::Bool(employed))));
        listing(attributes)
    };
    for (lead, price, met) in [
        (lead(Some(true), "riga"), 5_500, 2),
        (lead(Some(true), "Tirana"), 5_500, 1),
        (lead(Some(false), "Riga"), 5_000, 1),
        (lead(None, "Tirana"), 5_000, 0),
    ] {
        assert!(rule.matches(&lead, NOW));
        let offer = rule.offer(&lead, NOW);
        assert_eq!((offer.price.minor, offer.wishes_met), (price, met));
    }
}

#[test]
fn a_bonus_may_lift_the_bid_over_the_ask() {
    let filter = Filter::All(vec![wish("employed", Value::Bool(true), Some(500))]);
    let rule = Rule::compile(
        Arc::new(request(filter)),
        &vertical(),
        Odds::prior(&vertical()),
    )
    .unwrap();
    let mut lead = listing([("employed".to_owned(), Value::Bool(true))].into());
    lead.ask = Money::new(5_500, Currency::EUR);
    assert!(rule.matches(&lead, NOW));
    lead.attributes.clear();
    assert_eq!(rule.explain(&lead, NOW), vec![Gate::BidBelowAsk.into()]);
}

#[test]
fn the_closest_alternative_is_explained() {
    let filter = Filter::Any(vec![
        Filter::All(vec![
            condition("age", Op::Gte, vec![Value::Int(5)]),
            condition("city", Op::Eq, vec![text("Riga")]),
        ]),
        Filter::All(vec![
            condition("age", Op::Gte, vec![Value::Int(2)]),
            condition("employed", Op::Eq, vec![Value::Bool(true)]),
            condition("status", Op::Eq, vec![text("a")]),
        ]),
    ]);
    let rule = Rule::compile(
        Arc::new(request(filter)),
        &vertical(),
        Odds::prior(&vertical()),
    )
    .unwrap();
    let lead = listing(
        [
            ("age".to_owned(), Value::Int(3)),
            ("employed".to_owned(), Value::Bool(true)),
        ]
        .into(),
    );
    let reasons = rule.explain(&lead, NOW);
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0].text(english()), "status: a");
    assert_eq!(reasons[0].json().number, 102);
}

#[test]
fn too_many_alternatives_are_refused() {
    let pair = |key: &str| {
        Filter::Any(vec![
            condition(key, Op::Exists, vec![Value::Bool(true)]),
            condition(key, Op::Exists, vec![Value::Bool(false)]),
        ])
    };
    let fields = FilterFields::of(&vertical(), english());
    let six = Filter::All((0..6).map(|_| pair("age")).collect());
    assert!(Conditions::compile(&six, &fields).is_ok());
    let seven = Filter::All((0..7).map(|_| pair("age")).collect());
    let error = Conditions::compile(&seven, &fields).unwrap_err();
    assert_eq!(
        (error.field.as_str(), error.reason.as_str()),
        ("filter", "too_many")
    );
}

#[test]
fn a_request_takes_the_best_listings_first() {
    let filter = Filter::All(vec![wish("employed", Value::Bool(true), None)]);
    let rule = Rule::compile(
        Arc::new(request(filter)),
        &vertical(),
        Odds::prior(&vertical()),
    )
    .unwrap();
    let lead = |number: u128, employed: bool, consent_days: i64| {
        let mut lead = listing([("employed".to_owned(), Value::Bool(employed))].into());
        lead.id = LeadId(uuid::Uuid::from_u128(number));
        lead.consent_given_at = NOW.minus(consent_days * DAY);
        lead
    };
    let ranked = rank_for(
        &rule,
        vec![
            lead(1, false, 1),
            lead(2, true, 9),
            lead(3, true, 2),
            lead(4, false, 90),
        ],
        &HashMap::new(),
        NOW,
    );
    assert_eq!(order(&ranked), [3, 2, 1]);
}

fn order(ranked: &[Fit]) -> Vec<u128> {
    ranked
        .iter()
        .map(|fit| fit.listing.id.0.as_u128())
        .collect()
}

#[test]
fn a_sellers_standing_moves_its_leads_a_little() {
    let filter = Filter::All(vec![wish("employed", Value::Bool(true), Some(100))]);
    let rule = Rule::compile(
        Arc::new(request(filter)),
        &vertical(),
        Odds::prior(&vertical()),
    )
    .unwrap();
    let lead = |number: u128, employed: bool, seller: u128| {
        let mut lead = listing([("employed".to_owned(), Value::Bool(employed))].into());
        lead.id = LeadId(uuid::Uuid::from_u128(number));
        lead.seller_id = AccountId(uuid::Uuid::from_u128(seller));
        lead
    };
    let leads = vec![lead(1, false, 7), lead(2, false, 8), lead(3, true, 7)];
    let standings = |bad: i32| HashMap::from([(AccountId(uuid::Uuid::from_u128(7)), bad)]);
    // A little worse standing decides between equals, and a price beats it.
    let ranked = rank_for(&rule, leads.clone(), &standings(-100), NOW);
    assert_eq!(order(&ranked), [3, 2, 1]);
    // So much worse that the bonus does not make up for it.
    let ranked = rank_for(&rule, leads, &standings(-1_000), NOW);
    assert_eq!(order(&ranked), [2, 3, 1]);
}
