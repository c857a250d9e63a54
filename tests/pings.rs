//! Pings: leads announced without their contact, the bids held for them, and the posts that follow.

mod abuse;
mod decided;
mod lost;
mod race;
mod reads;

use diesel::prelude::*;
use galena::clock::SECOND;
use galena::db::schema::{holds, purchase_requests, request_cap_counters};
use galena::ledger;
use galena::vault::{hex, sha256};
use serde_json::{Value, json};

use crate::harness::{Answer, START, TestApp, Trader, with};
use crate::market;

/// A lead whose person agreed at a moment of its own: many consents of one moment look copied.
pub fn lead_of(number: usize) -> Value {
    let mut lead = market::latvian_lead(number, 1);
    let second = i64::try_from(number % 40_000).unwrap();
    lead["consent"]["given_at"] = json!(START.minus(SECOND * (60 + second)));
    lead
}

/// What a ping tells of `lead_of(number)`: all but the contact and the words of the consent.
pub fn ping_of(number: usize) -> Value {
    let mut ping = lead_of(number);
    let email = ping["contact"]["email"].as_str().unwrap().to_owned();
    let phone = ping["contact"]["phone"].as_str().unwrap().to_owned();
    ping.as_object_mut().unwrap().remove("contact");
    ping.as_object_mut().unwrap().remove("interest");
    ping["consent"] = json!({"given_at": ping["consent"]["given_at"]});
    ping["contact_hashes"] = json!({
        "email_sha256": hex(&sha256(email.as_bytes())),
        "phone_sha256": hex(&sha256(phone.as_bytes())),
    });
    ping
}

pub async fn ping(app: &TestApp, seller: &Trader, document: &Value) -> Answer {
    app.api("POST", "/api/v1/pings", &seller.key)
        .json(document)
        .send()
        .await
}

pub async fn post(app: &TestApp, seller: &Trader, ping: &str, lead: &Value) -> Answer {
    let path = format!("/api/v1/pings/{ping}/post");
    app.api("POST", &path, &seller.key).json(lead).send().await
}

/// A ping for which a bid is held; answers its id.
pub async fn held(app: &TestApp, seller: &Trader, number: usize) -> String {
    let answer = ping(app, seller, &ping_of(number)).await.expect(201).json();
    answer["id"].as_str().unwrap().to_owned()
}

pub async fn shown(app: &TestApp, seller: &Trader, ping: &str) -> Value {
    let path = format!("/api/v1/pings/{ping}");
    app.api("GET", &path, &seller.key)
        .send()
        .await
        .expect(200)
        .json()
}

/// An active request for the leads of `ping_of`.
pub async fn request(app: &TestApp, buyer: &Trader, change: &[(&str, Value)]) -> String {
    let document = change.iter().fold(
        json!({
            "name": "Sunglasses",
            "vertical": "eyewear",
            "bid": {"amount": "30.00", "currency": "EUR"},
            "quantity": 100,
        }),
        |document, (path, value)| with(document, path, value.clone()),
    );
    let request = market::post_request(app, buyer, &document).await;
    market::activate(app, buyer, &request).await;
    app.drain_jobs().await;
    request
}

/// A buyer's money in EUR: what it may spend, and what is held.
pub async fn wallet(app: &TestApp, buyer: &Trader) -> (String, String) {
    let account = buyer.account;
    let lines = app.read(move |conn| ledger::wallet(conn, account)).await;
    (lines[0].available.amount(), lines[0].held.amount())
}

/// What a request counts: bought, held, minor units spent and held, and leads and minor units in all its windows.
pub async fn counters(app: &TestApp, request: &str) -> (i64, i64, i64, i64, Vec<(i64, i64)>) {
    let id: galena::id::RequestId = request.parse().unwrap();
    app.read(move |conn| {
        let (bought, held, spent, held_minor) = purchase_requests::table
            .find(id)
            .select((
                purchase_requests::bought,
                purchase_requests::held,
                purchase_requests::spent_minor,
                purchase_requests::held_minor,
            ))
            .first(conn)?;
        let windows = request_cap_counters::table
            .filter(request_cap_counters::request_id.eq(id))
            .order((
                request_cap_counters::cap_window,
                request_cap_counters::starts_at,
            ))
            .select((
                request_cap_counters::bought,
                request_cap_counters::spent_minor,
            ))
            .load(conn)?;
        Ok((bought, held, spent, held_minor, windows))
    })
    .await
}

/// Holds of pings that are neither released nor captured.
pub async fn open_holds(app: &TestApp) -> i64 {
    app.read(|conn| {
        Ok(holds::table
            .filter(holds::source_type.eq("ping"))
            .filter((holds::captured_minor + holds::released_minor).lt(holds::held_minor))
            .count()
            .get_result(conn)?)
    })
    .await
}

async fn scene(app: &TestApp) -> (Trader, Trader) {
    let (seller, buyer) = (app.seller("Baltic Leads").await, app.buyer("Optika").await);
    market::deposit(app, &buyer, "500.00", "EUR").await;
    (seller, buyer)
}

on_both!(async fn a_bid_is_held_and_the_post_is_sold_at_its_price(app) {
    let (seller, buyer) = scene(app).await;
    let caps = json!({"day": {"count": 5, "amount": {"amount": "150.00", "currency": "EUR"}}});
    let wanted = request(app, &buyer, &[("caps", caps)]).await;
    let answer = ping(app, &seller, &with(ping_of(1), "external_id", json!("A-1"))).await.expect(201).json();
    assert_eq!(answer["state"], "bid");
    assert_eq!(answer["external_id"], "A-1");
    assert_eq!(answer["bid"]["price"], json!({"amount": "30.00", "currency": "EUR"}));
    assert_eq!(answer["bid"]["earning"], json!({"amount": "25.50", "currency": "EUR"}));
    assert_eq!(answer["bid"]["model"], "ppl");
    assert_eq!(answer["held_until"], json!(app.clock.now().plus(60 * SECOND)));
    let id = answer["id"].as_str().unwrap();
    assert!(!answer.to_string().contains(&wanted), "the seller does not learn who bids");
    assert_eq!(wallet(app, &buyer).await, ("470.00".to_owned(), "30.00".to_owned()));
    assert_eq!(counters(app, &wanted).await, (0, 1, 0, 3_000, vec![(1, 3_000)]));
    market::assert_laws(app).await;

    app.advance(59 * SECOND);
    let lead = with(lead_of(1), "external_id", json!("A-1"));
    let posted = post(app, &seller, id, &lead).await.expect(201).json();
    assert_eq!(posted["ping"]["state"], "posted");
    assert_eq!(posted["lead"]["state"], "sold_out");
    assert_eq!(posted["lead"]["sales"][0]["purchase"], posted["ping"]["purchase"]);
    assert_eq!(posted["lead"]["sales"][0]["earning"], json!({"amount": "25.50", "currency": "EUR"}));
    assert_eq!(wallet(app, &buyer).await, ("470.00".to_owned(), "0.00".to_owned()));
    assert_eq!(counters(app, &wanted).await, (1, 0, 3_000, 0, vec![(1, 3_000)]));
    let path = format!("/api/v1/purchases/{}", posted["ping"]["purchase"].as_str().unwrap());
    let bought = app.api("GET", &path, &buyer.key).send().await.expect(200).json();
    assert_eq!(bought["explanation"]["rule"], "held_bid");
    assert_eq!(bought["explanation"]["ping"], json!(id));
    assert_eq!(bought["contact"]["first_name"], "Jānis");
    // A second post finds no bid.
    assert_eq!(post(app, &seller, id, &lead_of(1)).await.expect(409).code(), "ping_over");
    app.drain_jobs().await;
    market::assert_laws(app).await;
});

on_both!(async fn a_retry_answers_the_same_and_holds_once(app) {
    let (seller, buyer) = scene(app).await;
    request(app, &buyer, &[]).await;
    let send = || app.api("POST", "/api/v1/pings", &seller.key).idempotency_key("p-1").json(&ping_of(1)).send();
    let (first, again) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(first.text, again.text);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(open_holds(app).await, 1);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/pings/{id}/post");
    let send = || app.api("POST", &path, &seller.key).idempotency_key("p-2").json(&lead_of(1)).send();
    let (first, again) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(first.text, again.text);
    assert_eq!(market::purchases(app, &buyer).await.len(), 1);
    market::assert_laws(app).await;
});

on_both!(async fn a_bid_that_nobody_posts_to_goes_back_exactly(app) {
    let (seller, buyer) = scene(app).await;
    let caps = json!({"hour": {"count": 3}, "day": {"count": 5, "amount": {"amount": "150.00", "currency": "EUR"}}});
    let wanted = request(app, &buyer, &[("caps", caps)]).await;
    // One second before a window ends: the bid outlives the hour and the day in which it was counted.
    app.advance(15 * 3_600 * SECOND - SECOND);
    let id = held(app, &seller, 1).await;
    held(app, &seller, 2).await;
    assert_eq!(counters(app, &wanted).await, (0, 2, 0, 6_000, vec![(2, 6_000), (2, 6_000)]));
    app.advance(60 * SECOND);
    // Its time is over, whether or not the task has come by.
    let answer = post(app, &seller, &id, &lead_of(1)).await.expect(409);
    assert!(answer.text.contains("the ping is expired"), "{}", answer.text);
    assert_eq!(open_holds(app).await, 2);
    app.tick().await;
    app.tick().await;
    assert_eq!(open_holds(app).await, 0);
    assert_eq!(counters(app, &wanted).await, (0, 0, 0, 0, vec![(0, 0), (0, 0)]));
    assert_eq!(wallet(app, &buyer).await, ("500.00".to_owned(), "0.00".to_owned()));
    let ended = shown(app, &seller, &id).await;
    assert_eq!(ended["state"], "expired");
    assert!(ended["ended_at"].is_string());
    assert_eq!(post(app, &seller, &id, &lead_of(1)).await.expect(409).code(), "ping_over");
    market::assert_laws(app).await;
});

on_both!(async fn the_last_place_of_a_request_comes_back(app) {
    let (seller, buyer) = scene(app).await;
    let wanted = request(app, &buyer, &[("quantity", json!(2))]).await;
    let first = held(app, &seller, 1).await;
    held(app, &seller, 2).await;
    // Held places are taken for others: for pings, and for leads, which wait on the market.
    let third = ping(app, &seller, &ping_of(3)).await.expect(200).json();
    assert_eq!(third["state"], "refused");
    assert_eq!(third["reason"]["number"], 403);
    assert_eq!(third["gates"][0]["code"], "quantity");
    let waiting = market::send_batch(app, &seller, &[lead_of(4)]).await;
    assert_eq!(market::purchases(app, &buyer).await.len(), 0);
    post(app, &seller, &first, &lead_of(1)).await.expect(201);
    assert_eq!(counters(app, &wanted).await, (1, 1, 3_000, 3_000, vec![]));
    // The second bid expires; the request was not fulfilled by it, and buys the lead that waits.
    app.advance(61 * SECOND);
    app.tick().await;
    app.drain_jobs().await;
    assert_eq!(counters(app, &wanted).await, (2, 0, 6_000, 0, vec![]));
    let bought = market::purchases(app, &buyer).await;
    assert!(bought.iter().any(|purchase| purchase["lead"] == json!(waiting[0])), "{bought:?}");
    let path = format!("/api/v1/purchase_requests/{wanted}");
    assert_eq!(app.api("GET", &path, &buyer.key).send().await.expect(200).json()["state"], "fulfilled");
    market::assert_laws(app).await;
});

on_both!(async fn what_changed_since_the_ping_is_named(app) {
    let (seller, buyer) = scene(app).await;
    request(app, &buyer, &[]).await;
    let id = held(app, &seller, 1).await;
    let mut lead = lead_of(2);
    lead["attributes"]["age"] = json!(41);
    lead["attributes"]["city"] = json!("Riga");
    lead["ask"]["amount"] = json!("10.00");
    lead["attributes"]["looking_for"] = json!("good_beautiful_glasses");
    let refused = post(app, &seller, &id, &lead).await.expect(422);
    assert_eq!(
        refused.field_codes(),
        [
            "ask:changed_since_ping",
            "attributes.age:changed_since_ping",
            "attributes.looking_for:changed_since_ping",
            "consent.given_at:changed_since_ping",
            "contact.email:changed_since_ping",
            "contact.phone:changed_since_ping",
        ]
    );
    let errors = refused.json()["errors"].clone();
    assert_eq!(errors[1]["accepted"], "40");
    assert_eq!(errors[0]["accepted"], json!(r#"{"amount":"9.00","currency":"EUR"}"#));
    // The document is kept for its seller, the bid is still held, and the right lead is sold to it.
    let list = app.sign_in(&seller.email).await.get("/seller/refused").await.expect(200);
    assert!(list.text.contains("is not what the ping announced"), "{}", list.text);
    assert_eq!(shown(app, &seller, &id).await["state"], "bid");
    let wrong = with(lead_of(1), "contact.last_name", Value::Null);
    let wrong = with(wrong, "contact.first_name", Value::Null);
    post(app, &seller, &id, &wrong).await.expect(422);
    assert_eq!(open_holds(app).await, 1);
    let right = with(lead_of(1), "attributes.city", json!("Riga"));
    assert_eq!(post(app, &seller, &id, &right).await.expect(201).json()["ping"]["state"], "posted");
    market::assert_laws(app).await;
});

on_both!(async fn a_ping_says_what_is_wrong_with_it(app) {
    let (seller, buyer) = scene(app).await;
    let none = ping(app, &seller, &ping_of(1)).await.expect(200).json();
    assert_eq!((none["reason"]["number"].clone(), none["reason"]["code"].clone()), (json!(401), json!("no_requests")));
    let filter = json!({"all": [{"field": "age", "op": "gte", "value": 50}]});
    request(app, &buyer, &[("filter", filter), ("needs", json!(["phone"]))]).await;
    let mut announced = ping_of(1);
    announced["contact_hashes"].as_object_mut().unwrap().remove("phone_sha256");
    let none = ping(app, &seller, &announced).await.expect(200).json();
    assert_eq!(none["state"], "refused");
    assert_eq!(none["reason"]["number"], 402);
    let gates: Vec<_> = none["gates"].as_array().unwrap().iter().map(|gate| gate["number"].clone()).collect();
    assert_eq!(gates, [json!(102), json!(103)]);
    assert!(none.get("bid").is_none() && none.get("held_until").is_none());

    let mut wrong = ping_of(1);
    wrong["contact"] = json!({"email": "janis@example.org"});
    wrong["contact_hashes"] = json!({"email_sha256": "abc"});
    wrong["attributes"]["age"] = json!(12);
    wrong["consent"] = json!({"ip": "203.0.113.7"});
    wrong["ask"] = Value::Null;
    let refused = ping(app, &seller, &wrong).await.expect(422);
    let codes = refused.field_codes();
    for code in [
        "contact:unknown_field",
        "contact_hashes.email_sha256:wrong_type",
        "attributes.age:age_under_minimum",
        "consent.ip:unknown_field",
        "consent.given_at:required",
        "ask:required",
        "has:no_contact",
    ] {
        assert!(codes.contains(&code.to_owned()), "{code}: {codes:?}");
    }
    // A coarse place and a phone that is only said to be there are enough.
    let coarse = json!({
        "vertical": "eyewear",
        "has": {"phone": true},
        "attributes": {"country": "LV", "age": 55},
        "consent": {"given_at": ping_of(1)["consent"]["given_at"]},
        "ask": {"amount": "9.00", "currency": "EUR"},
    });
    let id = ping(app, &seller, &coarse).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let other = app.seller("Other Leads").await;
    app.api("GET", &format!("/api/v1/pings/{id}"), &other.key).send().await.expect(404);
    post(app, &other, &id, &lead_of(1)).await.expect(404);
    let lead = with(lead_of(1), "attributes.age", json!(55));
    post(app, &seller, &id, &lead).await.expect(201);
    let listed = app.api("GET", "/api/v1/pings?state=refused&limit=1", &seller.key).send().await.expect(200).json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert!(listed["next_cursor"].is_string());
    market::assert_laws(app).await;
});

on_both!(async fn duplicates_and_suppressed_people_are_refused_by_their_hashes(app) {
    let (seller, buyer) = scene(app).await;
    let shop = app.buyer("Brilles").await;
    market::deposit(app, &shop, "500.00", "EUR").await;
    request(app, &buyer, &[]).await;
    market::send_batch(app, &seller, &[lead_of(1)]).await;
    let number = |answer: Value| answer["reason"]["number"].as_u64();
    // By either hash alone, and by another seller.
    let other = app.seller("Other Leads").await;
    for key in ["email_sha256", "phone_sha256"] {
        let announced = with(ping_of(1), &format!("contact_hashes.{key}"), Value::Null);
        let refused = ping(app, &other, &announced).await.expect(200).json();
        assert_eq!(number(refused), Some(410), "{key}");
    }
    held(app, &seller, 2).await;
    assert_eq!(number(ping(app, &seller, &ping_of(2)).await.expect(200).json()), Some(412));
    // Another seller may know the same person; whoever posts first sells.
    ping(app, &other, &ping_of(2)).await.expect(201);
    let auditor = app.operator(galena::access::Role::Auditor).await;
    let listed = json!({"list": "do_not_contact", "contacts": ["janis.berzins.3@example.org"]});
    app.api("POST", "/api/v1/suppressions", &auditor.key).json(&listed).send().await.expect(200);
    assert_eq!(number(ping(app, &seller, &ping_of(3)).await.expect(200).json()), Some(411));
    // A buyer's own customer goes to the next.
    let listed = json!({"list": "customers", "contacts": ["janis.berzins.4@example.org"]});
    app.api("POST", "/api/v1/suppressions", &buyer.key).json(&listed).send().await.expect(200);
    let refused = ping(app, &seller, &ping_of(4)).await.expect(200).json();
    assert_eq!(refused["reason"]["number"], 403);
    assert_eq!(refused["gates"][0]["number"], 217);
    request(app, &shop, &[("bid.amount", json!("20.00"))]).await;
    let bid = ping(app, &seller, &ping_of(4)).await.expect(201).json();
    assert_eq!(bid["bid"]["price"]["amount"], "20.00");
    market::assert_laws(app).await;
});
