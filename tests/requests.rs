//! Purchase requests: through the API, through the editor without script, and under many leads at once.

mod editor;
mod limits;

use std::sync::Arc;

use galena::access::{AccountKind, Actor, Caller, Credential, Role};
use galena::clock::{HOUR, Ts};
use galena::db::Conn;
use galena::error::Result;
use galena::id::{DepositId, LeadId, RequestId};
use galena::leads::{Exchange, Listing, SaleSummary, Source, Spelling};
use galena::ledger;
use galena::matching::{Market, RequestReasons, explain_for_seller};
use galena::money::Money;
use galena::requests::{self, PurchaseRequest, RequestState};
use galena::verticals;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp, Trader};
use limits::take_many;

/// Receives leads without selling them.
struct Shelf;

impl Exchange for Shelf {
    fn offer(&self, _: &mut Conn, _: &Listing, _: Ts) -> Result<Vec<SaleSummary>> {
        Ok(Vec::new())
    }

    fn sales(&self, _: &mut Conn, _: LeadId) -> Result<Vec<SaleSummary>> {
        Ok(Vec::new())
    }
}

/// A lead that meets every must of the facts' request, with some of it changed.
fn lead(number: u32, change: &Value) -> Value {
    let mut lead = json!({
        "contact": {
            "first_name": "Marina", "last_name": "Kovalenko",
            "email": format!("marina{number}@example.com"),
            "phone": format!("+7916{:07}", 1_000_000 + number),
        },
        "attributes": {
            "country": "RU", "region": "RU-MOW", "age": 34, "gender": "female",
            "marital_status": "has_partner", "employed": true, "looking_for": "good_beautiful_glasses",
        },
        "interest": "buying good, beautiful glasses",
        "consent": {
            "text": "Call me about glasses", "given_at": "2026-11-19T12:00:00Z",
            "page_url": "https://shop.example/form", "channels": ["phone", "email"], "recipients": ["buyers"],
        },
        "ask": { "amount": "600.00", "currency": "RUB" },
    });
    merge(&mut lead, change);
    lead
}

fn merge(into: &mut Value, change: &Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (key, value) in change {
                if value.is_null() {
                    into.remove(key);
                } else {
                    merge(into.entry(key.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (into, change) => *into = change.clone(),
    }
}

/// Puts a lead on the shelf.
async fn shelve(app: &TestApp, seller: &Trader, number: u32, change: Value) -> LeadId {
    let (vault, now, seller) = (Arc::clone(&app.app.vault), app.clock.now(), seller.account);
    let verifier = Arc::clone(&app.app.verifier);
    app.write(move |conn| {
        let vertical = Arc::new(verticals::by_key(conn, "eyewear")?);
        let document = lead(number, &change);
        let draft =
            galena::leads::Draft::parse(&vertical, &document, Spelling::Typed, &verifier, now)?;
        let source = Source::api(Actor::System);
        let taken = galena::leads::receive(conn, &vault, &Shelf, seller, &draft, &source, now)?;
        Ok(taken.listing.id)
    })
    .await
}

/// The request of the facts: gender any, age from 30, Moscow or Saint Petersburg, phone and e-mail, a partner,
/// good and beautiful glasses; employed is a wish.
fn diamond_glasses() -> Value {
    json!({
        "name": "Diamond glasses",
        "vertical": "eyewear",
        "filter": { "all": [
            { "field": "age", "op": "gte", "value": 30 },
            { "field": "region", "op": "in", "value": ["RU-MOW", "RU-SPE"] },
            { "field": "marital_status", "op": "in", "value": ["has_partner", "married"] },
            { "field": "looking_for", "op": "eq", "value": "good_beautiful_glasses" },
            { "field": "employed", "op": "eq", "value": true, "wish": true },
        ] },
        "needs": ["phone", "email"],
        "bid": { "amount": "600.00", "currency": "RUB" },
        "quantity": 50,
    })
}

fn with(mut terms: Value, change: Value) -> Value {
    merge(&mut terms, &change);
    terms
}

async fn post(app: &TestApp, buyer: &Trader, path: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/purchase_requests{path}");
    app.api("POST", &path, &buyer.key).json(body).send().await
}

async fn make(app: &TestApp, buyer: &Trader, terms: &Value) -> RequestId {
    let answer = post(app, buyer, "", terms).await.expect(201);
    answer.json()["id"].as_str().unwrap().parse().unwrap()
}

async fn activate(app: &TestApp, buyer: &Trader, terms: &Value) -> PurchaseRequest {
    let id = make(app, buyer, terms).await;
    post(app, buyer, &format!("/{id}/activate"), &json!({}))
        .await
        .expect(200);
    stored(app, id).await
}

async fn stored(app: &TestApp, id: RequestId) -> PurchaseRequest {
    app.read(move |conn| Ok(requests::by_ids(conn, &[id])?.remove(0)))
        .await
}

async fn fill_wallet(app: &TestApp, buyer: &Trader, amount: Money) {
    let (buyer, at) = (buyer.account, app.clock.now());
    app.write(move |conn| {
        let deposit = ledger::Deposit {
            deposit: DepositId::new(at),
            buyer,
            amount,
            fee: Money::new(0, amount.currency),
            provider: ledger::Provider::Bank,
            at,
        };
        ledger::deposit(conn, &deposit)
    })
    .await;
}

on_both!(async fn what_is_wrong_is_named(app) {
    let buyer = app.buyer("Glass Shop").await;
    let long: Vec<String> = (0..501).map(|number| format!("City {number}")).collect();
    let many: Vec<Value> = (0..51).map(|age| json!({ "field": "age", "op": "ne", "value": 18 + age })).collect();
    let mut deep = json!({ "field": "age", "op": "gte", "value": 30 });
    for _ in 0..8 {
        deep = json!({ "all": [deep] });
    }
    let pair = json!({ "any": [
        { "field": "age", "op": "gte", "value": 30 }, { "field": "employed", "op": "eq", "value": true },
    ] });
    let condition = |condition: Value| json!({ "filter": { "all": [condition] } });
    for (change, expected) in [
        (json!({ "name": " " }), "name:required"),
        (json!({ "vertical": "shoes" }), "vertical:vertical_unknown"),
        (json!({ "bid": { "amount": "-1.00" } }), "bid:too_small"),
        (json!({ "bid": { "amount": "0.00" } }), "bid:too_small"),
        (json!({ "bid": { "amount": "1.005" } }), "bid.amount:amount_invalid"),
        (json!({ "bid": { "currency": "XYZ" } }), "bid.currency:currency_unknown"),
        (json!({ "quantity": 0 }), "quantity:too_small"),
        (json!({ "quantity": "ten" }), "quantity:wrong_type"),
        (json!({ "needs": ["fax"] }), "needs[0]:not_allowed"),
        (json!({ "budget": { "amount": "5.00", "currency": "RUB" } }), "budget:too_small"),
        (json!({ "budget": { "amount": "5000.00", "currency": "EUR" } }), "budget.currency:currency_mismatch"),
        (json!({ "caps": { "day": {} } }), "caps.day:required"),
        (json!({ "caps": { "day": { "count": 0 } } }), "caps.day.count:too_small"),
        (json!({ "caps": { "year": { "count": 1 } } }), "caps.year:unknown_field"),
        (json!({ "schedule": { "time_zone": "Europe/Atlantis" } }), "schedule.time_zone:time_zone_unknown"),
        (json!({ "schedule": { "days": ["someday"] } }), "schedule.days[0]:not_allowed"),
        (json!({ "schedule": { "from": "9" } }), "schedule.from:time_invalid"),
        (json!({ "schedule": { "from": "09:00", "to": "09:00" } }), "schedule.from:not_allowed"),
        (json!({ "max_consent_age_days": -1 }), "max_consent_age_days:too_small"),
        (json!({ "delivery": { "email": "nobody" } }), "delivery.email:email_invalid"),
        (json!({ "colour": "red" }), "colour:unknown_field"),
        (json!({ "filter": [] }), "filter:wrong_type"),
        (json!({ "filter": { "some": [] } }), "filter.some:unknown_field"),
        (json!({ "filter": { "all": many } }), "filter.all:too_many"),
        (json!({ "filter": deep }), "filter.all[0].all[0].all[0].all[0].all[0].all[0].all[0].all[0]:too_many"),
        (json!({ "filter": { "all": vec![pair; 7] } }), "filter:too_many"),
        (condition(json!({ "any": [] })), "filter.all[0].any:too_short"),
        (condition(json!({ "field": "shoe_size", "op": "eq", "value": 40 })), "filter.all[0].field:unknown_field"),
        (condition(json!({ "field": "prescription", "op": "eq", "value": "x" })), "filter.all[0].field:not_filterable"),
        (condition(json!({ "field": "age", "op": "like", "value": 40 })), "filter.all[0].op:operator_not_supported"),
        (condition(json!({ "field": "gender", "op": "gte", "value": "male" })), "filter.all[0].op:operator_not_supported"),
        (condition(json!({ "field": "age", "op": "gte", "value": "30" })), "filter.all[0].value:wrong_type"),
        (condition(json!({ "field": "age", "op": "gte", "value": 30.5 })), "filter.all[0].value:wrong_type"),
        (condition(json!({ "field": "age", "op": "between", "value": [40, 30] })), "filter.all[0].value:not_allowed"),
        (condition(json!({ "field": "gender", "op": "eq", "value": "blue" })), "filter.all[0].value:not_allowed"),
        (condition(json!({ "field": "region", "op": "in", "value": ["RU-MOW", "Moscow"] })), "filter.all[0].value[1]:region_unknown"),
        (condition(json!({ "field": "city", "op": "in", "value": long })), "filter.all[0].value:too_many"),
        (condition(json!({ "field": "city", "op": "in", "value": [] })), "filter.all[0].value:too_short"),
        (condition(json!({ "field": "age", "op": "gte", "value": 30, "weight": 2 })), "filter.all[0].weight:unknown_field"),
        (condition(json!({ "field": "age", "op": "gte", "value": 30, "bonus": { "amount": "5.00", "currency": "RUB" } })), "filter.all[0].bonus:not_allowed"),
        (condition(json!({ "field": "age", "op": "gte", "value": 30, "wish": true, "bonus": { "amount": "5.00", "currency": "EUR" } })), "filter.all[0].bonus.currency:currency_mismatch"),
        (condition(json!({ "any": [{ "field": "age", "op": "gte", "value": 30, "wish": true }] })), "filter.all[0].any[0].wish:not_allowed"),
    ] {
        let mut terms = diamond_glasses();
        if change.get("filter").is_some() {
            terms["filter"] = change["filter"].clone();
        } else {
            merge(&mut terms, &change);
        }
        let answer = post(app, &buyer, "", &terms).await;
        assert_eq!(answer.status, 422, "{change}: {}", answer.text);
        let codes = answer.field_codes();
        assert!(codes.iter().any(|code| code == expected), "{change}: {codes:?}");
        assert!(answer.json()["errors"].as_array().unwrap().iter().all(|error| error["accepted"] != ""), "{}", answer.text);
    }
    let listed = app.api("GET", "/api/v1/purchase_requests", &buyer.key).send().await.expect(200);
    assert_eq!(listed.json()["data"], json!([]), "what is refused leaves nothing behind");
});

on_both!(async fn a_request_lives_by_its_table(app) {
    let (buyer, other) = (app.buyer("Glass Shop").await, app.buyer("Other Shop").await);
    let made = post(app, &buyer, "", &diamond_glasses()).await.expect(201).json();
    assert_eq!(made["state"], "draft");
    assert_eq!(made["filter"], diamond_glasses()["filter"]);
    assert_eq!(made["budget"], json!({ "amount": "30000.00", "currency": "RUB" }));
    let path = format!("/api/v1/purchase_requests/{}", made["id"].as_str().unwrap());
    let step = async |name: &str| app.api("POST", &format!("{path}/{name}"), &buyer.key).send().await;

    assert_eq!(step("pause").await.expect(409).code(), "state_conflict");
    assert_eq!(step("resume").await.expect(409).code(), "state_conflict");
    assert_eq!(step("close").await.expect(409).code(), "state_conflict");
    app.api("GET", &path, &other.key).send().await.expect(404);
    app.api("POST", &format!("{path}/activate"), &other.key).send().await.expect(404);

    let read = app.api("GET", &path, &buyer.key).send().await.expect(200);
    assert_eq!(read.header("etag"), "\"1\"");
    let edit = async |tag: Option<&str>, quantity: i64| {
        let terms = with(diamond_glasses(), json!({ "quantity": quantity }));
        let call = app.api("PUT", &path, &buyer.key).json(&terms);
        match tag {
            Some(tag) => call.header("if-match", tag).send().await,
            None => call.send().await,
        }
    };
    assert_eq!(edit(None, 60).await.expect(412).code(), "version_mismatch");
    let edited = edit(Some("\"1\""), 60).await.expect(200);
    assert_eq!((edited.header("etag"), &edited.json()["quantity"]), ("\"2\"", &json!(60)));
    assert_eq!(edit(Some("\"1\""), 70).await.expect(412).code(), "version_mismatch");

    assert_eq!(step("activate").await.expect(200).json()["state"], "active");
    assert_eq!(edit(Some("\"3\""), 70).await.expect(409).code(), "state_conflict");
    assert_eq!(step("activate").await.expect(409).code(), "state_conflict");
    assert_eq!(step("pause").await.expect(200).json()["state"], "paused");
    edit(Some("\"4\""), 70).await.expect(200);
    assert_eq!(step("resume").await.expect(200).json()["state"], "active");
    assert_eq!(step("close").await.expect(200).json()["state"], "closed");
    for gone in ["activate", "pause", "resume", "close"] {
        assert_eq!(step(gone).await.expect(409).code(), "state_conflict", "{gone}");
    }
    let tail = app.read(requests::change_tail).await;
    assert_eq!(tail.len(), 7, "one change for each that happened");
    app.drain_jobs().await;
});

on_both!(async fn keys_repeat_the_answer(app) {
    let buyer = app.buyer("Glass Shop").await;
    let send = async |terms: Value| {
        app.api("POST", "/api/v1/purchase_requests", &buyer.key)
            .idempotency_key("once")
            .json(&terms)
            .send()
            .await
    };
    let first = send(diamond_glasses()).await.expect(201);
    let again = send(diamond_glasses()).await.expect(201);
    assert_eq!(first.json(), again.json());
    assert_eq!(again.header("idempotent-replayed"), "true");
    let reused = send(with(diamond_glasses(), json!({ "quantity": 9 }))).await;
    assert_eq!(reused.expect(422).code(), "idempotency_key_reused");
});

on_both!(async fn the_facts_request_fits_exactly_what_it_should(app) {
    let (buyer, seller) = (app.buyer("Glass Shop").await, app.seller("Leads Ltd").await);
    let cases = [
        (json!({}), None),
        (json!({ "attributes": { "employed": false } }), None),
        (json!({ "attributes": { "employed": null, "gender": "male" } }), None),
        (json!({ "attributes": { "age": 30, "region": "RU-SPE", "marital_status": "married" } }), None),
        (json!({ "ask": { "amount": "599.99" } }), None),
        (json!({ "attributes": { "age": 29 } }), Some("Age: at least 30")),
        (json!({ "attributes": { "age": null } }), Some("Age: at least 30")),
        (json!({ "attributes": { "region": "RU-TVE" } }), Some("Region: one of Moscow, Saint Petersburg")),
        (json!({ "attributes": { "marital_status": "single" } }), Some("Marital status: one of has partner, married")),
        (json!({ "attributes": { "looking_for": "sunglasses" } }), Some("Looking for: good beautiful glasses")),
        (json!({ "contact": { "phone": null } }), Some("The lead has no phone number")),
        (json!({ "contact": { "email": null } }), Some("The lead has no e-mail address")),
        (json!({ "ask": { "amount": "600.01" } }), Some("The bid is below the ask price")),
    ];
    let id = make(app, &buyer, &diamond_glasses()).await;
    let mut fitting = 0;
    for (number, (change, reason)) in (0..).zip(&cases) {
        let lead = shelve(app, &seller, number, change.clone()).await;
        let path = format!("/api/v1/purchase_requests/{id}/explain?lead={lead}");
        let told = app.api("GET", &path, &buyer.key).send().await.expect(200).json();
        let gates = told["gates"].as_array().unwrap();
        let texts: Vec<&str> = gates.iter().map(|gate| gate["text"].as_str().unwrap()).collect();
        assert_eq!(texts, reason.iter().copied().collect::<Vec<_>>(), "{change}");
        assert_eq!(told["fits"], json!(reason.is_none()));
        fitting += i32::from(reason.is_none());
    }
    let preview = app.api("GET", &format!("/api/v1/purchase_requests/{id}/preview"), &buyer.key);
    let preview = preview.send().await.expect(200).json();
    assert_eq!((&preview["fits"], &preview["looked_at"]), (&json!(fitting), &json!(cases.len())));
    let sample = preview["sample"].as_array().unwrap();
    assert!(sample.iter().all(|lead| lead["contact"]["name"] == "M**** K****"), "{preview}");
    assert!(!preview.to_string().contains("example.com"));

    let seen = app.api("GET", &format!("/api/v1/purchase_requests/{id}/explain?lead=lead_0"), &buyer.key);
    assert_eq!(seen.send().await.expect(422).field_codes(), ["lead:required"]);
});

on_both!(async fn the_forecast_is_bid_times_quantity(app) {
    let buyer = app.buyer("Glass Shop").await;
    let terms = with(diamond_glasses(), json!({ "bid": { "amount": "50.00", "currency": "EUR" }, "quantity": 10 }));
    let preview = post(app, &buyer, "/preview", &terms).await.expect(200).json();
    assert_eq!(preview["forecast"]["sentence"], "10 leads at 50.00 EUR: at most 500.00 EUR");
    assert_eq!(preview["forecast"]["at_most"], json!({ "amount": "500.00", "currency": "EUR" }));
    let mut with_bonus = terms.clone();
    with_bonus["filter"]["all"][4]["bonus"] = json!({ "amount": "5.00", "currency": "EUR" });
    let preview = post(app, &buyer, "/preview", &with_bonus).await.expect(200).json();
    assert_eq!(preview["forecast"]["at_most"]["amount"], "550.00");
    let limited = with(terms, json!({ "budget": { "amount": "120.00", "currency": "EUR" } }));
    let preview = post(app, &buyer, "/preview", &limited).await.expect(200).json();
    assert_eq!(preview["forecast"]["at_most"]["amount"], "120.00");
});

on_both!(async fn the_market_ranks_and_keeps_up(app) {
    let seller = app.seller("Leads Ltd").await;
    let (one, two, three) = (app.buyer("One").await, app.buyer("Two").await, app.buyer("Three").await);
    let low = activate(app, &one, &diamond_glasses()).await;
    app.advance(HOUR);
    let high = activate(app, &two, &with(diamond_glasses(), json!({ "bid": { "amount": "650.00" } }))).await;
    app.advance(HOUR);
    let mut bonus = diamond_glasses();
    bonus["filter"]["all"][4]["bonus"] = json!({ "amount": "100.00", "currency": "RUB" });
    let wishing = activate(app, &three, &bonus).await;
    let lead = shelve(app, &seller, 1, json!({})).await;
    let idle = shelve(app, &seller, 2, json!({ "attributes": { "employed": false } })).await;
    let market = Arc::new(Market::new(galena::config::Matching::Index, Arc::clone(&app.app.vault)));
    let plan = async |lead: LeadId| {
        let (market, now) = (Arc::clone(&market), app.clock.now());
        app.read(move |conn| {
            let listing = galena::leads::listing(conn, lead)?;
            let plan = market.plan(conn, &listing, now)?;
            Ok(plan.candidates.iter().map(|best| (best.request.id, best.offer.price.minor)).collect::<Vec<_>>())
        })
        .await
    };
    assert_eq!(plan(lead).await, [(wishing.id, 70_000), (high.id, 65_000), (low.id, 60_000)]);
    assert_eq!(plan(idle).await, [(high.id, 65_000), (low.id, 60_000), (wishing.id, 60_000)], "the older request goes first");

    take_many(app, &low, 1, 60_000).await;
    assert_eq!(plan(idle).await[1..], [(wishing.id, 60_000), (low.id, 60_000)], "the longest unserved goes first");

    post(app, &two, &format!("/{}/pause", high.id), &json!({})).await.expect(200);
    assert_eq!(plan(lead).await.len(), 2);
    post(app, &two, &format!("/{}/resume", high.id), &json!({})).await.expect(200);
    assert_eq!(plan(lead).await.len(), 3);

    let now = app.clock.now();
    let poor = shelve(app, &seller, 3, json!({ "contact": { "phone": null }, "ask": { "amount": "640.00" } })).await;
    let known = Arc::clone(&market);
    let reasons = app
        .read(move |conn| {
            let listing = galena::leads::listing(conn, poor)?;
            explain_for_seller(conn, &known, &listing, now)
        })
        .await;
    let path = format!("leads/{poor}/reasons");
    let json = app.api("GET", &format!("/api/v1/{path}"), &seller.key).send().await.expect(200).json();
    assert_eq!(json["requests"][0]["gates"][0]["number"], 103);
    let other = app.seller("Other Leads").await;
    app.api("GET", &format!("/api/v1/{path}"), &other.key).send().await.expect(404);
    let page = app.sign_in(&seller.email).await.get(&format!("/seller/{path}")).await.expect(200).text;
    assert!(page.contains("The lead has no phone number") && !page.contains("600") && !page.contains("Three"), "{page}");
    let told: Vec<Vec<&str>> = reasons.iter().map(|reason| reason.gates.iter().map(|gate| gate.gate.code()).collect()).collect();
    assert_eq!(told, [vec!["need_phone"], vec!["need_phone"], vec!["need_phone", "bid_below_ask"]]);
    let shown = serde_json::to_string(&reasons.iter().map(RequestReasons::json).collect::<Vec<_>>()).unwrap();
    assert!(!shown.contains("600") && !shown.contains("Three"), "{shown}");
    app.drain_jobs().await;
});

on_both!(async fn an_unapproved_buyer_cannot_buy(app) {
    let buyer = app
        .account(AccountKind::Buyer, Role::Owner, galena::accounts::AccountState::Pending, "New Shop")
        .await;
    let refused = post(app, &buyer, "", &diamond_glasses()).await;
    assert_eq!(refused.expect(403).code(), "account_not_approved");
    let caller = Caller {
        account_id: buyer.account,
        account_kind: AccountKind::Buyer,
        account_name: "New Shop".to_owned(),
        approved: false,
        user_id: buyer.user,
        user_name: "Owner".to_owned(),
        role: Role::Owner,
        credential: Credential::Session,
        origin: None,
    };
    let now = app.clock.now();
    let outcome = app
        .app
        .db
        .write(move |conn| {
            let vertical = verticals::by_key(conn, "eyewear")?;
            let input = serde_json::from_value(diamond_glasses()).unwrap();
            let terms = requests::read_terms(conn, caller.account_id, &input, &vertical)?;
            let draft = requests::create(conn, &caller, &vertical, &terms, now)?;
            requests::change_state(conn, &caller, draft.id, requests::Move::Activate, now)
        })
        .await;
    assert!(outcome.unwrap_err().has_code(galena::error::Code::AccountNotApproved));
});
