//! Leads that are tried: every check answers, and nothing comes of it.

use diesel::prelude::*;
use galena::db::schema::refused_leads;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp, eyewear_lead, with};
use crate::leads::send;

async fn check(app: &TestApp, key: &str, lead: &Value) -> Answer {
    app.api("POST", "/api/v1/leads/check", key)
        .json(lead)
        .send()
        .await
}

/// Checks without the time at which they were made.
fn verdicts(checks: &Value) -> Vec<Value> {
    let checks = checks.as_array().unwrap().iter().cloned();
    checks
        .map(|mut check| {
            check.as_object_mut().unwrap().remove("at");
            check
        })
        .collect()
}

on_both!(async fn what_would_become_of_a_lead_is_told_and_then_becomes_of_it(app) {
    let seller = app.seller("Baltic Leads").await;
    let lead = with(eyewear_lead(1), "external_id", json!("A-1"));
    let tried = check(app, &seller.key, &lead).await.expect(200).json();
    assert_eq!(tried["state"], json!("listed"));
    // Nothing was claimed, kept or counted.
    let once_more = check(app, &seller.key, &lead).await.expect(200).json();
    assert_eq!(verdicts(&once_more["checks"]), verdicts(&tried["checks"]));
    let listed = app.api("GET", "/api/v1/leads", &seller.key).send().await.expect(200).json();
    assert_eq!(listed["data"], json!([]));
    let kept = app.read(|conn| Ok(refused_leads::table.count().get_result::<i64>(conn)?)).await;
    assert_eq!(kept, 0);
    let sent = send(app, &seller.key, &lead).await.expect(201).json();
    for field in ["state", "score", "stage", "quality", "expires_at"] {
        assert_eq!(sent[field], tried[field], "{field}");
    }
    assert_eq!(verdicts(&sent["checks"]), verdicts(&tried["checks"]));

    // Now its person is known, and its number is used.
    let again = check(app, &seller.key, &lead).await.expect(422);
    assert_eq!(again.field_codes(), ["contact.email:duplicate", "contact.phone:duplicate"]);
    let other = with(eyewear_lead(2), "external_id", json!("A-1"));
    assert_eq!(check(app, &seller.key, &other).await.expect(422).field_codes(), ["external_id:taken"]);
    let bad = with(with(eyewear_lead(3), "interest", Value::Null), "attributes.age", json!("old"));
    let tried = check(app, &seller.key, &bad).await.expect(422);
    assert_eq!(tried.field_codes(), send(app, &seller.key, &bad).await.expect(422).field_codes());
    let buyer = app.buyer("Optika").await;
    check(app, &buyer.key, &eyewear_lead(4)).await.expect(403);
});
