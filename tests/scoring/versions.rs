//! Versions of models by API: the same steps as on the operator's pages.

use galena::access::Role;
use serde_json::{Value, json};

use super::{score, send};
use crate::harness::{Answer, TestApp};

const PATH: &str = "/api/v1/verticals/eyewear/score_models";

async fn post(app: &TestApp, key: &str, path: &str, body: &Value) -> Answer {
    app.api("POST", &format!("{PATH}{path}"), key)
        .json(body)
        .send()
        .await
}

fn formula(points: i32) -> Value {
    json!({
        "thresholds": {"mql": 50, "sql": 80, "warm": 40, "hot": 90},
        "rules": [
            {
                "label": "Asked",
                "test": {"event": {"kind": "consultation", "at_least": 1}},
                "points": points,
                "decay": {"per_week": 15},
            },
            {
                "label": "Served area",
                "test": {"trait": {"field": "country", "op": "in", "values": ["LV", "EE"]}},
                "points": 20,
            },
        ],
    })
}

async fn states(app: &TestApp, key: &str) -> Vec<String> {
    let listed = app.api("GET", PATH, key).send().await.expect(200).json();
    listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| format!("{} {}", model["version"], model["state"].as_str().unwrap()))
        .collect()
}

on_both!(async fn a_version_is_drafted_tried_and_put_live_by_api(app) {
    let (seller, admin) = (app.seller("Blue Lens").await, app.operator(Role::Admin).await);
    let old = send(app, &seller, 1, &json!({"consultation": true})).await;
    assert_eq!(states(app, &admin.key).await, ["1 live"]);

    let drafted = post(app, &admin.key, "", &formula(20)).await.expect(201).json();
    assert_eq!((&drafted["version"], &drafted["state"]), (&json!(2), &json!("draft")));
    assert_eq!(drafted["rules"][0]["decay"], json!({"per_week": 15}));
    assert_eq!(post(app, &admin.key, "/2/live", &json!({})).await.expect(409).code(), "state_conflict");
    let tried = post(app, &admin.key, "/2/trial", &json!({})).await.expect(200).json();
    assert_eq!(tried["state"], "tested");
    // The one lead is sales qualified, and would not be qualified any more.
    assert_eq!((&tried["trial"]["leads"], &tried["trial"]["moves"][2]), (&json!(1), &json!([1, 0, 0])));
    // What is changed is to be tried again.
    assert_eq!(post(app, &admin.key, "", &formula(40)).await.expect(201).json()["state"], "draft");
    post(app, &admin.key, "/2/live", &json!({})).await.expect(409);
    for step in ["/1/trial", "/3/trial", "/3/live", "/3/drop"] {
        post(app, &admin.key, step, &json!({})).await.expect(404);
    }

    let again = || {
        let call = app.api("POST", &format!("{PATH}/2/trial"), &admin.key);
        call.header("Idempotency-Key", "try-2").json(&json!({})).send()
    };
    let first = again().await.expect(200);
    let live = post(app, &admin.key, "/2/live", &json!({"moves_leads": true})).await.expect(200).json();
    assert_eq!((&live["state"], &live["version"]), (&json!("live"), &json!(2)));
    // The answer is repeated, although there is no draft any more.
    assert_eq!(again().await.expect(200).text, first.text);
    assert_eq!(states(app, &admin.key).await, ["2 live", "1 retired"]);
    app.tick().await;
    let explained = score(app, &seller.key, &old).await;
    assert_eq!((&explained["model_version"], &explained["score"]), (&json!(2), &json!(60)));

    post(app, &admin.key, "", &formula(30)).await.expect(201);
    let dropped = post(app, &admin.key, "/3/drop", &json!({})).await.expect(200).json();
    assert_eq!(dropped["state"], "retired");
    assert_eq!(states(app, &admin.key).await, ["3 retired", "2 live", "1 retired"]);
});

on_both!(async fn a_version_by_api_is_refused_field_by_field(app) {
    let admin = app.operator(Role::Admin).await;
    let mut wrong = formula(200);
    wrong["thresholds"]["sql"] = json!(40);
    wrong["rules"][1]["test"]["trait"]["field"] = json!("prescription");
    let answer = post(app, &admin.key, "", &wrong).await.expect(422);
    assert_eq!(
        answer.field_codes(),
        ["sql:too_small", "rules[0].points:not_allowed", "rules[1].field:unknown_field"]
    );
    let mut unknown = formula(20);
    unknown["rules"][0]["colour"] = json!("red");
    let answer = post(app, &admin.key, "", &unknown).await.expect(422);
    assert!(answer.text.contains("colour"), "{}", answer.text);
    post(app, &admin.key, "/2/live", &json!({"soon": true})).await.expect(422);
    let missing = app.api("GET", "/api/v1/verticals/nothing/score_models", &admin.key);
    missing.send().await.expect(404);

    // Only the exchange sees drafts, and only its admins change them.
    let seller = app.seller("Blue Lens").await;
    app.api("GET", PATH, &seller.key).send().await.expect(403);
    let auditor = app.operator(Role::Auditor).await;
    app.api("GET", PATH, &auditor.key).send().await.expect(200);
    post(app, &auditor.key, "", &formula(20)).await.expect(403);
});
