//! Audits of lead quality: the draw, the queue, each outcome to the minor unit, figures and shares.

mod outcomes;

use std::collections::BTreeSet;

use diesel::prelude::*;
use futures_util::future::join_all;
use galena::access::{AccountKind, Role};
use galena::clock::MINUTE;
use galena::db::schema::{audit_policy, lead_audits};
use serde_json::{Value, json};

use crate::conversions::open_lead;
use crate::harness::{Answer, TestApp, Trader};
use crate::market as trade;

/// An auditor with a key.
async fn auditor(app: &TestApp, name: &str) -> Trader {
    use galena::accounts::AccountState::Approved;
    app.account(AccountKind::Operator, Role::Auditor, Approved, name)
        .await
}

/// Sets the bounds by the operator's form: shares to start with, at least and at most, first leads, standing, burst.
async fn set_policy(app: &TestApp, values: [&str; 6]) -> Answer {
    use galena::accounts::AccountState::Approved;
    let name = format!("admin {}", values.join(" "));
    let admin = app
        .account(AccountKind::Operator, Role::Admin, Approved, &name)
        .await;
    let fields = [
        "start_share_bps",
        "least_share_bps",
        "most_share_bps",
        "first_leads",
        "low_standing",
        "burst_leads",
    ];
    let fields: Vec<(&str, &str)> = fields.into_iter().zip(values).collect();
    let desk = app.sign_in(&admin.email).await;
    desk.post_form("/operator/audits", &fields).await
}

/// Sends so many leads, and lets them be drawn.
async fn send(app: &TestApp, seller: &Trader, numbers: std::ops::Range<usize>) -> Vec<String> {
    let leads: Vec<Value> = numbers.map(|number| open_lead(app, number)).collect();
    let mut ids = Vec::new();
    for some in leads.chunks(100) {
        ids.extend(trade::send_batch(app, seller, some).await);
    }
    app.advance(3 * MINUTE);
    app.tick().await;
    ids
}

async fn drawn(app: &TestApp) -> BTreeSet<String> {
    app.read(|conn| {
        let leads: Vec<galena::id::LeadId> =
            lead_audits::table.select(lead_audits::lead_id).load(conn)?;
        Ok(leads.into_iter().map(|lead| lead.to_string()).collect())
    })
    .await
}

async fn post(app: &TestApp, who: &Trader, path: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/audits{path}");
    app.api("POST", &path, &who.key).json(body).send().await
}

async fn get(app: &TestApp, who: &Trader, path: &str) -> Answer {
    let path = format!("/api/v1/audits{path}");
    app.api("GET", &path, &who.key).send().await
}

/// Takes the next audit; answers its id and its lead.
async fn take(app: &TestApp, who: &Trader) -> (String, String) {
    let taken = post(app, who, "/next", &json!({})).await.expect(200).json();
    let text = |key: &str| taken[key].as_str().unwrap().to_owned();
    (text("id"), text("lead"))
}

/// All well, but for these questions, which are answered with no.
fn findings(wrong: &[&str]) -> Value {
    let mut findings = json!({});
    for question in [
        "reached",
        "right_person",
        "remembers_consent",
        "interested",
        "matches",
    ] {
        findings[question] = json!(if wrong.contains(&question) {
            "no"
        } else {
            "yes"
        });
    }
    findings
}

/// Decides an audit that was taken.
async fn decide(app: &TestApp, who: &Trader, audit: &str, outcome: &str, wrong: &[&str]) -> Answer {
    let body = json!({"findings": findings(wrong), "outcome": outcome, "note": "Called on Friday at noon."});
    post(app, who, &format!("/{audit}/decide"), &body).await
}

on_both!(async fn the_first_leads_of_a_seller_are_all_drawn(app) {
    set_policy(app, ["0", "0", "10000", "10", "60", "100"]).await.expect(303);
    let seller = app.seller("Blue Lens").await;
    let sent = send(app, &seller, 0..12).await;
    let all: BTreeSet<String> = sent.into_iter().collect();
    let first = drawn(app).await;
    assert!(first.len() == 10 && first.is_subset(&all), "{first:?}");
    // Nothing is drawn twice, whoever looks again.
    app.write(|conn| {
        diesel::update(audit_policy::table).set(audit_policy::looked_at.eq(0_i64)).execute(conn)?;
        Ok(())
    }).await;
    app.tick().await;
    assert_eq!(drawn(app).await, first);

    // Two auditors at once never get the same.
    let people = [auditor(app, "First Desk").await, auditor(app, "Second Desk").await];
    let calls = (0..12).map(|number| post(app, &people[number % 2], "/next", &Value::Null));
    let answers = join_all(calls).await;
    let taken: BTreeSet<String> = answers.iter().filter(|answer| answer.status == 200)
        .map(|answer| answer.json()["lead"].as_str().unwrap().to_owned()).collect();
    assert_eq!(taken.len(), 10);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 2);
});

on_both!(async fn the_draw_can_be_repeated_and_keeps_to_its_share(app) {
    set_policy(app, ["5000", "0", "10000", "0", "0", "100000"]).await.expect(303);
    let seller = app.seller("Blue Lens").await;
    send(app, &seller, 0..200).await;
    let first = drawn(app).await;
    // Half of 200, with a standard deviation of 7.
    assert!((65..136).contains(&first.len()), "{}", first.len());
    app.write(|conn| {
        diesel::delete(lead_audits::table).execute(conn)?;
        diesel::update(audit_policy::table).set(audit_policy::looked_at.eq(0_i64)).execute(conn)?;
        Ok(())
    }).await;
    app.tick().await;
    assert_eq!(drawn(app).await, first);
});

on_both!(async fn risk_makes_a_draw_likelier_and_comes_first(app) {
    set_policy(app, ["5000", "5000", "10000", "0", "0", "100000"]).await.expect(303);
    let seller = app.seller("Blue Lens").await;
    let mut odd = open_lead(app, 500);
    odd["contact"]["email"] = json!("info@example.org");
    let odd = trade::send_batch(app, &seller, &[odd]).await;
    send(app, &seller, 0..20).await;
    // A share of a half, and twice that with a warning, takes it surely.
    let (audit, lead) = take(app, &auditor(app, "First Desk").await).await;
    assert_eq!(lead, odd[0]);
    let shown = get(app, &auditor(app, "Second Desk").await, &format!("/{audit}")).await.expect(200).json();
    assert_eq!(shown["risk"], json!(1));

    // A standing below the bound is a risk of every lead, and so is a burst.
    set_policy(app, ["5000", "5000", "10000", "0", "100", "1"]).await.expect(303);
    let sent = send(app, &seller, 40..60).await;
    let all = drawn(app).await;
    assert!(sent.iter().all(|lead| all.contains(lead)), "three times a half is all");
});

on_both!(async fn what_makes_no_sense_is_refused(app) {
    for (values, told) in [
        (["500", "600", "10000", "10", "60", "100"], "start_share_bps"),
        (["500", "100", "10001", "10", "60", "100"], "most_share_bps"),
        (["500", "100", "10000", "-1", "60", "100"], "first_leads"),
        (["500", "100", "10000", "10", "101", "100"], "low_standing"),
        (["500", "100", "10000", "10", "60", "0"], "burst_leads"),
        (["some", "100", "10000", "10", "60", "1"], "start_share_bps"),
    ] {
        let answer = set_policy(app, values).await.expect(422);
        assert!(answer.text.contains(told), "{values:?}: {}", answer.text);
    }
    let (seller, other) = (app.seller("Blue Lens").await, app.seller("Other Farm").await);
    let buyer = app.buyer("Optics").await;
    send(app, &seller, 0..2).await;
    let (first, second) = (auditor(app, "First Desk").await, auditor(app, "Second Desk").await);
    let (audit, lead) = take(app, &first).await;
    // Who has not taken it can do nothing, and sees no contact.
    for path in ["contact", "return"] {
        assert_eq!(post(app, &second, &format!("/{audit}/{path}"), &json!({})).await.expect(409).code(), "state_conflict");
    }
    decide(app, &second, &audit, "list", &[]).await.expect(409);
    for (outcome, wrong, told) in [
        ("list", &["matches"][..], "outcome:not_allowed"),
        ("reject", &[], "outcome:not_allowed"),
        ("refund", &["interested"], "outcome:not_allowed"),
        ("burn", &[], "outcome:not_allowed"),
    ] {
        assert_eq!(decide(app, &first, &audit, outcome, wrong).await.expect(422).field_codes(), [told], "{outcome}");
    }
    let silent = json!({"findings": findings(&[]), "outcome": "list", "note": "  "});
    assert_eq!(post(app, &first, &format!("/{audit}/decide"), &silent).await.expect(422).field_codes(), ["note:required"]);
    // A seller learns of an audit when it is decided, and only of its own.
    get(app, &seller, &format!("/{audit}")).await.expect(404);
    assert_eq!(get(app, &seller, "?state=queued").await.expect(422).field_codes(), ["state:not_allowed"]);
    let contact = post(app, &first, &format!("/{audit}/contact"), &json!({})).await.expect(200).json();
    assert_eq!(contact["first_name"], json!("Jānis"));
    post(app, &first, &format!("/{audit}/return"), &json!({})).await.expect(200);
    let (audit, again) = take(app, &second).await;
    assert_eq!(again, lead);
    decide(app, &second, &audit, "list", &["interested"]).await.expect(200);
    decide(app, &second, &audit, "list", &[]).await.expect(409);
    assert_eq!(get(app, &seller, &format!("/{audit}")).await.expect(200).json()["note"], json!("Called on Friday at noon."));
    get(app, &other, &format!("/{audit}")).await.expect(404);
    get(app, &buyer, &format!("/{audit}")).await.expect(403);
    let own = get(app, &seller, "").await.expect(200).json();
    assert_eq!(own["data"].as_array().unwrap().len(), 1);
});
