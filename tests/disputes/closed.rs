//! What the end of a dispute leaves: the copy that may be sold again, the word to stop using the lead, and
//! rows that the checker holds against the books.

use diesel::prelude::*;
use galena::db::schema::verticals;
use galena::id::VerticalId;
use galena::ledger;
use galena::ledger::check::Outcome;
use serde_json::{Value, json};

use super::{By, Case, Step, ppl};
use crate::harness::TestApp;
use crate::market as trade;

async fn lead_of(case: &Case<'_>) -> Value {
    let bought = trade::purchases(case.app, &case.buyer).await;
    let lead = bought[0]["lead"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/leads/{lead}");
    let answer = case.app.api("GET", &path, &case.seller.key).send().await;
    answer.expect(200).json()
}

async fn events(case: &Case<'_>, kind: &str) -> Vec<Value> {
    let path = format!("/api/v1/events?type={kind}");
    let answer = case.app.api("GET", &path, &case.buyer.key).send().await;
    answer.expect(200).json()["data"]
        .as_array()
        .unwrap()
        .clone()
}

/// Lets refunded leads of the vertical back on the market, or not; contracts made later pin it.
async fn resell(app: &TestApp, resells: bool) {
    app.write(move |conn| {
        let all = verticals::table.select((verticals::id, verticals::dispute_rules));
        for (id, rules) in all.load::<(VerticalId, String)>(conn)? {
            let mut rules: Value = serde_json::from_str(&rules).unwrap();
            rules["resells"] = json!(resells);
            diesel::update(verticals::table.find(id))
                .set(verticals::dispute_rules.eq(rules.to_string()))
                .execute(conn)?;
        }
        Ok(())
    })
    .await;
}

on_both!(async fn a_refunded_lead_is_sold_again_only_where_the_rules_say_so(app) {
    for (name, resells, reason, state) in [
        ("resold", true, "language", "listed"),
        ("kept back", false, "language", "sold_out"),
        // What is wrong for one buyer with such a reason is wrong for all.
        ("spoiled", true, "fictitious", "sold_out"),
    ] {
        resell(app, resells).await;
        let mut case = Case::make(app, name, &ppl(&json!({})), 1).await;
        assert_eq!(lead_of(&case).await["state"], "sold_out");
        let claim = json!({
            "reason": reason,
            "text": "Spoke no language that we do.",
            "calls": [{"at": app.clock.now(), "result": "other_language"}],
        });
        case.open(&claim).await.expect(201);
        assert!(events(&case, "purchase.stopped").await.is_empty());
        case.take(Step::Accept).await;
        let lead = lead_of(&case).await;
        assert_eq!(lead["state"], state, "{name}");
        // The buyer's systems are told to stop, in the transaction of the refund.
        let stopped = events(&case, "purchase.stopped").await;
        assert_eq!(stopped.len(), 1, "{name}");
        assert_eq!(stopped[0]["subject"], json!(case.purchase));
        trade::assert_laws(app).await;
    }
});

/// The rows that the checker names while `change` is done to the database.
async fn named(app: &TestApp, change: &str) -> Vec<String> {
    let change = change.to_owned();
    app.write(move |conn| Ok(diesel::sql_query(change.as_str()).execute(conn)?))
        .await;
    let (db, now) = (app.app.db.clone(), app.clock.now());
    let outcomes: Vec<Outcome> = tokio::task::spawn_blocking(move || {
        db.snapshot_blocking(|conn| ledger::check::run(conn, now))
    })
    .await
    .unwrap()
    .unwrap();
    outcomes
        .iter()
        .filter(|outcome| !outcome.holds())
        .map(|outcome| format!("{outcome:?}"))
        .collect()
}

on_both!(async fn the_checker_names_a_dispute_that_the_books_know_otherwise(app) {
    let costly = ppl(&json!({"meritless_fee_bps": 1000}));
    let mut case = Case::make(app, "tampered", &costly, 1).await;
    for step in [Step::Open, Step::Contest, Step::None(By::First), Step::Days(3)] {
        case.take(step).await;
    }
    trade::assert_laws(app).await;
    for (there, back) in [
        ("UPDATE disputes SET refund_minor = 1", "UPDATE disputes SET refund_minor = 0"),
        ("UPDATE disputes SET fee_minor = 1", "UPDATE disputes SET fee_minor = 500"),
    ] {
        let broken = named(app, there).await;
        assert!(broken.iter().any(|law| law.contains(&case.dispute)), "{there}: {broken:?}");
        assert_eq!(named(app, back).await, Vec::<String>::new());
    }
    let broken = named(app, "UPDATE purchases SET state = 'disputed'").await;
    assert!(broken.iter().any(|law| law.contains(&case.purchase)), "{broken:?}");
    named(app, "UPDATE purchases SET state = 'settled'").await;
});
