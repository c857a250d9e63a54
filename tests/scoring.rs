//! Scoring: the facts' example, what people do, fading, versions of models, tracked links.

mod entry;
mod links;
mod models;
mod versions;

use std::collections::BTreeSet;

use galena::access::Role;
use galena::clock::DAY;
use serde_json::{Value, json};

use crate::harness::{TestApp, Trader, eyewear_lead};
use crate::market as trade;

/// Sends one lead with these signals; answers its id.
async fn send(app: &TestApp, seller: &Trader, number: u32, signals: &Value) -> String {
    let mut lead = eyewear_lead(number);
    lead["signals"] = signals.clone();
    lead["consent"]["given_at"] = json!(app.clock.now().minus(DAY));
    let answer = app.api("POST", "/api/v1/leads", &seller.key).json(&lead);
    let lead = answer.send().await.expect(201).json();
    lead["id"].as_str().unwrap().to_owned()
}

async fn score(app: &TestApp, key: &str, lead: &str) -> Value {
    let path = format!("/api/v1/leads/{lead}/score");
    app.api("GET", &path, key).send().await.expect(200).json()
}

/// Score and stage, as the list of leads has them.
async fn stands(app: &TestApp, seller: &Trader, lead: &str) -> (i64, String) {
    let path = format!("/api/v1/leads/{lead}");
    let shown = app
        .api("GET", &path, &seller.key)
        .send()
        .await
        .expect(200)
        .json();
    (
        shown["score"].as_i64().unwrap(),
        shown["stage"].as_str().unwrap().to_owned(),
    )
}

async fn report(app: &TestApp, seller: &Trader, lead: &str, events: Value) -> Value {
    let path = format!("/api/v1/leads/{lead}/events");
    let call = app.api("POST", &path, &seller.key);
    call.json(&json!({ "events": events }))
        .send()
        .await
        .expect(200)
        .json()
}

/// What each rule of the default model gave.
fn given(score: &Value) -> Vec<i64> {
    let parts = score["parts"].as_array().unwrap();
    parts
        .iter()
        .map(|part| part["given"].as_i64().unwrap())
        .collect()
}

on_both!(async fn the_facts_example_gives_its_points_and_stages(app) {
    let seller = app.seller("Blue Lens").await;
    for (number, signals, points, total, stage) in [
        (1, json!({}), [0, 0, 0, 0, 0, 0], 0, "lead"),
        (2, json!({"consultation": true}), [80, 0, 0, 0, 0, 0], 80, "sql"),
        (3, json!({"emails_opened": 5}), [0, 25, 0, 0, 0, 0], 25, "lead"),
        (4, json!({"newsletter": true}), [0, 0, 15, 0, 0, 0], 15, "lead"),
        (5, json!({"visits_30_days": 3}), [0, 0, 0, 10, 0, 0], 10, "lead"),
        (6, json!({"emails_opened": 4, "visits_30_days": 2}), [0, 0, 0, 0, 0, 0], 0, "lead"),
        (7, json!({"emails_opened": 9, "newsletter": true, "visits_30_days": 7}), [0, 25, 15, 10, 0, 0], 50, "mql"),
        (8, json!({"consultation": true, "emails_opened": 5, "newsletter": true, "visits_30_days": 3}), [80, 25, 15, 10, 0, 0], 100, "sql"),
    ] {
        let lead = send(app, &seller, number, &signals).await;
        assert_eq!(stands(app, &seller, &lead).await, (total, stage.to_owned()), "{signals}");
        let explained = score(app, &seller.key, &lead).await;
        assert_eq!(given(&explained), points, "{signals}");
        assert_eq!(explained["points"], json!(points.iter().sum::<i64>()));
        assert_eq!(explained["model_version"], json!(1));
    }
});

on_both!(async fn what_people_do_moves_the_score_at_once(app) {
    let (seller, other) = (app.seller("Blue Lens").await, app.seller("Other Farm").await);
    let lead = send(app, &seller, 1, &json!({"emails_opened": 3})).await;
    // Signals and events of one kind add up, each name once.
    let opened = json!([{"id": "m-4", "kind": "email_opened"}, {"id": "m-5", "kind": "email_opened"}]);
    let told = report(app, &seller, &lead, opened.clone()).await;
    assert_eq!((told["recorded"].as_i64(), told["score"].as_i64()), (Some(2), Some(25)));
    let told = report(app, &seller, &lead, opened).await;
    assert_eq!((told["recorded"].as_i64(), told["repeated"].as_i64()), (Some(0), Some(2)));
    let told = report(app, &seller, &lead, json!([{"kind": "consultation"}])).await;
    assert_eq!((&told["score"], &told["stage"], &told["temperature"]), (&json!(100), &json!("sql"), &json!("hot")));
    assert_eq!(score(app, &seller.key, &lead).await["points"], json!(105));
    let told = report(app, &seller, &lead, json!([{"kind": "unsubscribed", "count": 3}])).await;
    assert_eq!((&told["score"], &told["stage"], &told["temperature"]), (&json!(65), &json!("mql"), &json!("warm")));
    let events = app.api("GET", "/api/v1/events?type=lead.stage_changed", &seller.key).send().await.expect(200).json();
    let stages: Vec<&str> = events["data"].as_array().unwrap().iter().map(|event| event["data"]["stage"].as_str().unwrap()).collect();
    assert_eq!(BTreeSet::from_iter(stages), BTreeSet::from(["mql", "sql"]));

    let page = app.sign_in(&seller.email).await.get(&format!("/seller/leads/{lead}")).await.expect(200).text;
    for told in ["sales qualified (SQL) → marketing qualified (MQL) (100 → 65 points)", "65, marketing qualified (MQL), warm", "Opened five or more marketing e-mails", "0 of 4 known"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let path = format!("/api/v1/leads/{lead}/events");
    let send = |key: &str, body: Value| app.api("POST", &path, key).json(&body).send();
    assert_eq!(send(&other.key, json!({"events": [{"kind": "visit"}]})).await.expect(404).code(), "not_found");
    let many: Vec<Value> = (0..501).map(|_| json!({"kind": "visit"})).collect();
    for (body, refused) in [
        (json!({"events": []}), "events:required"),
        (json!({"events": many}), "events:too_many"),
        (json!({"events": [{"kind": "sneeze"}]}), "events[0].kind:not_allowed"),
        (json!({"events": [{"kind": "visit", "count": 0}]}), "events[0].count:not_allowed"),
        (json!({"events": [{"kind": "visit", "at": "2030-01-01T00:00:00Z"}]}), "events[0].at:time_in_future"),
        (json!({"events": [{"kind": "visit", "at": "2020-01-01T00:00:00Z"}]}), "events[0].at:time_invalid"),
        (json!({"events": [{"kind": "visit", "id": "anna@example.org"}]}), "events[0].id:not_allowed"),
        (json!({"events": [{"kind": "visit", "who": "Anna"}]}), "events[0].who:unknown_field"),
    ] {
        assert_eq!(send(&seller.key, body).await.expect(422).field_codes(), [refused]);
    }
    for some in 0..4 {
        let batch: Vec<Value> = (0..500).map(|one| json!({"kind": "visit", "id": format!("v{some}-{one}")})).collect();
        let status = if some < 3 { 200 } else { 422 };
        send(&seller.key, json!({ "events": batch })).await.expect(status);
    }
    app.api("POST", &format!("/api/v1/leads/{lead}/withdraw"), &seller.key).send().await.expect(200);
    assert_eq!(send(&seller.key, json!({"events": [{"kind": "visit"}]})).await.expect(409).code(), "state_conflict");
});

on_both!(async fn the_clock_alone_takes_points(app) {
    let seller = app.seller("Blue Lens").await;
    let lead = send(app, &seller, 1, &json!({"emails_opened": 5, "newsletter": true, "visits_30_days": 2})).await;
    app.advance(10 * DAY);
    app.tick().await;
    assert_eq!(stands(app, &seller, &lead).await, (40, "lead".to_owned()));
    // The third visit of thirty days leaves the window two days before the offer ends.
    let visits = json!([{"kind": "visit", "at": app.clock.now().minus(12 * DAY)}]);
    assert_eq!(report(app, &seller, &lead, visits).await["stage"], json!("mql"));
    let due = score(app, &seller.key, &lead).await;
    assert_eq!(due["changes_at"], json!(app.clock.now().plus(18 * DAY)), "{due}");
    app.advance(19 * DAY);
    app.tick().await;
    let explained = score(app, &seller.key, &lead).await;
    assert_eq!(given(&explained), [0, 25, 15, 0, 0, 0]);
    assert_eq!(stands(app, &seller, &lead).await, (40, "lead".to_owned()));
    // Off the market, a score rests.
    app.api("POST", &format!("/api/v1/leads/{lead}/withdraw"), &seller.key).send().await.expect(200);
    app.advance(60 * DAY);
    app.tick().await;
    assert_eq!(stands(app, &seller, &lead).await, (40, "lead".to_owned()));
});

on_both!(async fn a_lead_that_reaches_the_floor_of_a_request_is_sold(app) {
    let (seller, buyer) = (app.seller("Blue Lens").await, app.buyer("Optics").await);
    trade::deposit(app, &buyer, "100.00", "EUR").await;
    let request = trade::post_request(app, &buyer, &json!({
        "name": "Ready to buy",
        "vertical": "eyewear",
        "filter": {"field": "score", "op": "gte", "value": 80},
        "bid": {"amount": "25.00", "currency": "EUR"},
        "quantity": 5,
    })).await;
    trade::activate(app, &buyer, &request).await;
    app.drain_jobs().await;
    let lead = send(app, &seller, 1, &json!({"newsletter": true})).await;
    assert!(trade::purchases(app, &buyer).await.is_empty());
    report(app, &seller, &lead, json!([{"kind": "visit", "count": 3}])).await;
    app.drain_jobs().await;
    assert!(trade::purchases(app, &buyer).await.is_empty());
    report(app, &seller, &lead, json!([{"kind": "consultation"}])).await;
    app.drain_jobs().await;
    let bought = trade::purchases(app, &buyer).await;
    assert_eq!(bought.len(), 1);
    trade::assert_laws(app).await;

    // Its buyer reads the score, rule by rule; others do not.
    assert_eq!(given(&score(app, &buyer.key, &lead).await), [80, 0, 15, 10, 0, 0]);
    let page = format!("/buyer/purchases/{}", bought[0]["id"].as_str().unwrap());
    let page = app.sign_in(&buyer.email).await.get(&page).await.expect(200).text;
    assert!(page.contains("100, sales qualified (SQL), hot"), "{page}");
    let (other, desk) = (app.buyer("Other Optics").await, app.operator(Role::Auditor).await);
    app.api("GET", &format!("/api/v1/leads/{lead}/score"), &other.key).send().await.expect(404);
    assert_eq!(score(app, &desk.key, &lead).await["score"], json!(100));
});

on_both!(async fn the_four_questions_are_read_and_counted(app) {
    let seller = app.seller("Blue Lens").await;
    let mut lead = eyewear_lead(1);
    lead["bant"] = json!({"budget": "approved", "authority": "decides", "timing": "quarter"});
    let sent = app.api("POST", "/api/v1/leads", &seller.key).json(&lead).send().await.expect(201).json();
    let explained = score(app, &seller.key, sent["id"].as_str().unwrap()).await;
    assert_eq!(explained["bant_quarters"], json!(3));
    assert_eq!(explained["bant"], lead["bant"]);
    let mut lead = eyewear_lead(2);
    lead["bant"] = json!({"budget": "lots", "mood": "good"});
    let refused = app.api("POST", "/api/v1/leads", &seller.key).json(&lead).send().await.expect(422);
    assert_eq!(refused.field_codes(), ["bant.mood:unknown_field", "bant.budget:not_allowed"]);
});
