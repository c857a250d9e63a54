//! Versions of models: drafts, their trial, going live, and what that does to leads that are here.

use diesel::prelude::*;
use galena::access::Role;
use galena::clock::DAY;
use galena::db::schema::score_models;
use galena::scoring;
use serde_json::{Value, json};

use super::{given, report, score, send, stands};
use crate::harness::{Answer, Browser, TestApp};

const PAGE: &str = "/operator/scoring/eyewear";

async fn desk(app: &TestApp) -> Browser {
    app.sign_in(&app.operator(Role::Admin).await.email).await
}

/// Saves a draft of these rules: label, kind, field or event, comparison, value, times, days, points, cap, and
/// how its points fade.
async fn draft(desk: &Browser, rules: &[[&str; 11]]) -> Answer {
    let columns = [
        "label",
        "kind",
        "subject",
        "op",
        "value",
        "times",
        "days",
        "points",
        "cap",
        "decay",
        "decay_amount",
    ];
    let mut fields = vec![("mql", "50"), ("sql", "80"), ("warm", "40"), ("hot", "90")];
    for rule in rules {
        fields.extend(columns.into_iter().zip(*rule));
    }
    desk.post_form(PAGE, &fields).await
}

const CONSULTATION: [&str; 11] = [
    "Asked",
    "event",
    "consultation",
    "",
    "",
    "1",
    "",
    "60",
    "",
    "per_week",
    "15",
];
const AREA: [&str; 11] = [
    "Served area",
    "trait",
    "country",
    "in",
    "LV, EE",
    "",
    "",
    "20",
    "",
    "",
    "",
];
const ELSEWHERE: [&str; 11] = [
    "Outside", "trait", "region", "ne", "LV-RIX", "", "", "-30", "", "", "",
];
const QUIET: [&str; 11] = [
    "Quiet", "silence", "visit", "", "", "", "7", "-10", "20", "", "",
];

async fn published(app: &TestApp, key: &str) -> Value {
    let path = "/api/v1/verticals/eyewear/score_model";
    app.api("GET", path, key).send().await.expect(200).json()
}

on_both!(async fn a_version_goes_live_after_its_trial(app) {
    let (seller, desk) = (app.seller("Blue Lens").await, desk(app).await);
    let old = send(app, &seller, 1, &json!({"consultation": true})).await;
    let cold = send(app, &seller, 2, &json!({})).await;
    assert_eq!(published(app, &seller.key).await["version"], json!(1));
    desk.post_form(&format!("{PAGE}/live"), &[]).await.expect(404);
    draft(&desk, &[CONSULTATION, AREA, ELSEWHERE, QUIET]).await.expect(303);
    assert_eq!(desk.post_form(&format!("{PAGE}/live"), &[]).await.status, 409);
    desk.post_form(&format!("{PAGE}/test"), &[]).await.expect(303);
    let page = desk.get(PAGE).await.expect(200).text;
    // The one stays at 80; the other would have 20 of 100.
    for told in ["Draft: version 2", "0 of 2 leads would change their stage", "Live: version 1", "loses 15 points a week", "each time, up to 20 points"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // What is changed is to be tested again.
    let weak = [["Asked", "event", "consultation", "", "", "1", "", "55", "", "", ""]];
    draft(&desk, &weak).await.expect(303);
    assert_eq!(desk.post_form(&format!("{PAGE}/live"), &[]).await.status, 409);
    desk.post_form(&format!("{PAGE}/test"), &[]).await.expect(303);
    let page = desk.get(PAGE).await.expect(200).text;
    assert!(page.contains("1 of 2 leads would change their stage"), "{page}");
    draft(&desk, &[CONSULTATION, AREA, ELSEWHERE, QUIET]).await.expect(303);
    desk.post_form(&format!("{PAGE}/test"), &[]).await.expect(303);
    desk.post_form(&format!("{PAGE}/live"), &[]).await.expect(303);
    assert_eq!(published(app, &seller.key).await["version"], json!(2));

    // Leads that were here keep their version, also when they are scored anew.
    app.tick().await;
    assert_eq!(score(app, &seller.key, &old).await["model_version"], json!(1));
    report(app, &seller, &cold, json!([{"kind": "newsletter"}])).await;
    let explained = score(app, &seller.key, &cold).await;
    assert_eq!((&explained["model_version"], &explained["score"]), (&json!(1), &json!(15)));
    let new = send(app, &seller, 3, &json!({"consultation": true})).await;
    let explained = score(app, &seller.key, &new).await;
    assert_eq!((&explained["model_version"], given(&explained)), (&json!(2), vec![60, 20, 0, 0]));
    assert_eq!(explained["temperature"], json!("warm"));

    // Fifteen points a week, and ten more for each week without a visit, up to twenty.
    for (points, stage) in [([45, 20, 0, -10], "mql"), ([30, 20, 0, -20], "lead"), ([15, 20, 0, -20], "lead")] {
        app.advance(7 * DAY);
        app.tick().await;
        let explained = score(app, &seller.key, &new).await;
        assert_eq!(given(&explained), points);
        assert_eq!(explained["stage"], json!(stage));
    }
    let page = app.sign_in(&seller.email).await.get(&format!("/seller/leads/{new}")).await.expect(200).text;
    assert!(page.contains("marketing qualified (MQL) → not qualified yet (55 → 30 points)"), "{page}");
});

on_both!(async fn leads_move_to_a_version_only_when_asked(app) {
    let (seller, desk) = (app.seller("Blue Lens").await, desk(app).await);
    let (one, two) = (send(app, &seller, 1, &json!({"consultation": true})).await, send(app, &seller, 2, &json!({})).await);
    draft(&desk, &[AREA]).await.expect(303);
    desk.post_form(&format!("{PAGE}/test"), &[]).await.expect(303);
    let page = desk.get(PAGE).await.expect(200).text;
    assert!(page.contains("1 of 2 leads would change their stage"), "{page}");
    desk.post_form(&format!("{PAGE}/live"), &[("moves_leads", "true")]).await.expect(303);
    assert_eq!(stands(app, &seller, &one).await.0, 80);
    app.tick().await;
    assert_eq!(stands(app, &seller, &one).await, (20, "lead".to_owned()));
    assert_eq!(stands(app, &seller, &two).await, (20, "lead".to_owned()));
    let page = app.sign_in(&seller.email).await.get(&format!("/seller/leads/{one}")).await.expect(200).text;
    assert!(page.contains("sales qualified (SQL) → not qualified yet (80 → 20 points)"), "{page}");

    draft(&desk, &[AREA, QUIET]).await.expect(303);
    desk.post_form(&format!("{PAGE}/drop"), &[]).await.expect(303);
    desk.post_form(&format!("{PAGE}/drop"), &[]).await.expect(404);
    draft(&desk, &[AREA]).await.expect(303);
    let page = desk.get(PAGE).await.expect(200).text;
    assert!(page.contains("Draft: version 4"), "a number is used once: {page}");
});

on_both!(async fn a_version_that_was_live_never_changes(app) {
    let changed = app.app.db.write(|conn| {
        diesel::update(score_models::table.filter(score_models::state.eq("live")))
            .set(score_models::formula.eq("{}"))
            .execute(conn)?;
        Ok(())
    }).await;
    assert!(changed.is_err());
    let now = app.clock.now();
    // A vertical that has a model is left alone.
    app.write(move |conn| scoring::seed(conn, now)).await;
    let count: i64 = app.read(|conn| Ok(score_models::table.count().get_result(conn)?)).await;
    let verticals = app.read(galena::verticals::all).await.len();
    assert_eq!(usize::try_from(count).unwrap(), verticals);
});

on_both!(async fn rules_that_make_no_sense_are_refused(app) {
    let desk = desk(app).await;
    let rule = |at: usize, value: &'static str| {
        let mut rule = CONSULTATION;
        rule[at] = value;
        rule
    };
    let of_trait = |subject, op, value| ["Trait", "trait", subject, op, value, "", "", "5", "", "", ""];
    for (rules, told) in [
        (vec![rule(1, "hunch")], "rules[0].kind"),
        (vec![AREA, rule(2, "sneeze")], "rules[1].subject"),
        (vec![rule(5, "0")], "rules[0].count"),
        (vec![rule(6, "731")], "rules[0].days"),
        (vec![rule(7, "0")], "rules[0].points"),
        (vec![rule(7, "101")], "rules[0].points"),
        (vec![rule(7, "many")], "rules[0].points"),
        (vec![rule(8, "59")], "rules[0].cap"),
        (vec![rule(10, "0")], "rules[0].decay"),
        (vec![of_trait("prescription", "eq", "x")], "rules[0].field"),
        (vec![of_trait("gender", "gte", "x")], "rules[0].op"),
        (vec![of_trait("age", "gte", "old")], "rules[0].value"),
        (vec![of_trait("age", "between", "30")], "rules[0].value"),
        (vec![of_trait("gender", "eq", "cat")], "rules[0].value"),
        (vec![], "rules"),
    ] {
        let answer = draft(&desk, &rules).await.expect(422);
        assert!(answer.text.contains(told), "{rules:?}: {}", answer.text);
    }
    let fields = [("mql", "50"), ("sql", "40"), ("warm", "0"), ("hot", "101"), ("label", "a")];
    desk.post_form(PAGE, &fields).await.expect(422);
    let page = desk.get(&format!("{PAGE}/edit")).await.expect(200).text;
    assert!(page.contains("Asked for a free assessment"), "a draft begins with the live version");
    let auditor = app.sign_in(&app.operator(Role::Auditor).await.email).await;
    auditor.get(&format!("{PAGE}/edit")).await.expect(403);
    auditor.get("/operator/scoring").await.expect(200);
});
