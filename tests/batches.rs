//! What comes in together is judged and sold as if it had come one by one.

use std::sync::Arc;

use galena::access::Actor;
use galena::db::{Conn, Db};
use galena::leads::{self, Intake, Outcome, Source, Spelling};
use galena::matching::decisions::{self, Verdict};
use galena::verticals;
use serde_json::{Value, json};

use crate::harness::{Backend, TestApp, Trader, plans};
use crate::market;

/// How the documents of a world are sent.
#[derive(Clone, Copy)]
enum Sent {
    Alone,
    Together,
}

/// Buyers who bid for the leads of one seller: of the highest bid first.
async fn bidders(app: &TestApp, seller: &Trader, name: &str) -> Vec<Trader> {
    let bids = [
        // Wallet, bid, quantity, budget, leads a day.
        ("500.00", "25.00", 3, None, None),
        ("500.00", "20.00", 400, Some("100.00"), None),
        ("45.00", "15.00", 400, None, None),
        ("500.00", "12.00", 400, None, Some(2)),
        ("500.00", "10.00", 400, None, None),
    ];
    let mut buyers = Vec::new();
    for (number, (wallet, bid, quantity, budget, a_day)) in bids.into_iter().enumerate() {
        let buyer = app.buyer(&format!("{name} {number}")).await;
        market::deposit(app, &buyer, wallet, "EUR").await;
        let mut document = json!({
            "name": name,
            "vertical": "eyewear",
            "filter": {"field": "country", "op": "eq", "value": "LV"},
            "bid": {"amount": bid, "currency": "EUR"},
            "quantity": quantity,
            "sellers": {"allow": [seller.account]},
            "auto_buy": true,
        });
        if let Some(budget) = budget {
            document["budget"] = json!({"amount": budget, "currency": "EUR"});
        }
        if let Some(count) = a_day {
            document["caps"] = json!({"day": {"count": count}});
        }
        let request = market::post_request(app, &buyer, &document).await;
        market::activate(app, &buyer, &request).await;
        app.drain_jobs().await;
        buyers.push(buyer);
    }
    buyers
}

/// Leads of which some are no leads, some are somebody's again, and one may not be sold to the first buyer.
fn documents(first: usize) -> Vec<Value> {
    let mut all: Vec<Value> = (0..24)
        .map(|number| market::latvian_lead(first + number, if number % 8 == 6 { 2 } else { 1 }))
        .collect();
    all[4]["contact"]["phone"] = all[3]["contact"]["phone"].clone();
    all[5]["contact"]["email"] = all[2]["contact"]["email"].clone();
    all[5]["contact"]["phone"] = all[1]["contact"]["phone"].clone();
    all[9]["consent"]["text"] = json!("");
    all[11]["vertical"] = json!("unknown");
    // A number of the seller's own, for a lead and for one that is refused.
    all[13]["external_id"] = json!(format!("own-{first}"));
    all[4]["external_id"] = json!(format!("own-{first}"));
    all
}

async fn send(app: &TestApp, seller: &Trader, documents: &[Value], way: Sent) -> Vec<Value> {
    match way {
        Sent::Together => {
            let call = app.api("POST", "/api/v1/leads/batch", &seller.key);
            let body = json!({"leads": documents});
            let answer = call.json(&body).send().await.expect(200).json();
            let results = answer["results"].as_array().unwrap();
            results
                .iter()
                .map(|item| told(&item["status"], &item["lead"], &item["errors"]))
                .collect()
        }
        Sent::Alone => {
            let mut answers = Vec::new();
            for document in documents {
                let call = app.api("POST", "/api/v1/leads", &seller.key);
                let answer = call.json(document).send().await;
                let (status, body) = (answer.status, answer.json());
                answers.push(told(&json!(status), &body, &body["errors"]));
            }
            answers
        }
    }
}

/// What is the same however a lead was sent.
fn told(status: &Value, lead: &Value, errors: &Value) -> Value {
    let sales = lead["sales"].as_array().into_iter().flatten();
    let prices: Vec<&Value> = sales.map(|sale| &sale["price"]["amount"]).collect();
    let errors = errors.as_array().into_iter().flatten();
    let errors: Vec<Value> = errors
        .map(|error| json!([error["field"], error["code"]]))
        .collect();
    json!({"status": status, "state": lead["state"], "prices": prices, "errors": errors})
}

async fn world(app: &TestApp, name: &str, first: usize, way: Sent) -> (Vec<Value>, Vec<String>) {
    let seller = app.seller(name).await;
    let buyers = bidders(app, &seller, name).await;
    let documents = documents(first);
    // The first buyer has the second person already.
    let known = json!({"list": "customers", "contacts": [documents[1]["contact"]["email"]]});
    app.api("POST", "/api/v1/suppressions", &buyers[0].key)
        .json(&known)
        .send()
        .await
        .expect(200);
    let mut answers = send(app, &seller, &documents[..20], way).await;
    // An own number twice is refused by the database, which takes a whole batch with it.
    let mut rest = documents[20..].to_vec();
    rest[1]["external_id"] = json!(format!("twice-{first}"));
    rest[2]["external_id"] = json!(format!("twice-{first}"));
    answers.extend(send(app, &seller, &rest, way).await);
    let mut wallets = Vec::new();
    for buyer in &buyers {
        wallets.push(market::available(app, buyer, "EUR").await);
    }
    (answers, wallets)
}

on_both!(async fn a_batch_is_what_its_leads_are_alone(app) {
    let alone = world(app, "Alone", 0, Sent::Alone).await;
    let together = world(app, "Together", 500, Sent::Together).await;
    for (number, (alone, together)) in alone.0.iter().zip(&together.0).enumerate() {
        assert_eq!(alone, together, "document {number}");
    }
    assert_eq!(alone.1, together.1, "what the buyers have left");
    // Each way was gone: sold, refused for its words, for another's contact, for its own number; two copies.
    let statuses: Vec<i64> = together.0.iter().map(|one| one["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
    assert_eq!(together.0[6]["prices"].as_array().unwrap().len(), 2);
    let prices: Vec<&Value> = together.0.iter().flat_map(|one| one["prices"].as_array().unwrap()).collect();
    for (price, count) in [("25.00", 3), ("20.00", 5), ("15.00", 3), ("12.00", 2)] {
        assert_eq!(prices.iter().filter(|one| **one == price).count(), count, "{price}: {prices:?}");
    }
    let all = app.read(|conn| decisions::latest(conn, 200)).await;
    assert!(all.len() > 30, "{}", all.len());
    let vault = app.app.vault.clone();
    app.read(move |conn| {
        for (decision, digest) in &all {
            assert_eq!(decisions::check(conn, &vault, decision, digest)?, Verdict::Same);
        }
        Ok(())
    })
    .await;
    market::assert_laws(app).await;
});

on_both!(async fn a_batch_is_answered_once_under_its_key(app) {
    let seller = app.seller("Baltic Leads").await;
    let body = json!({"leads": documents(0)});
    let call = |body: &Value| {
        app.api("POST", "/api/v1/leads/batch", &seller.key)
            .idempotency_key("the-batch")
            .json(body)
            .send()
    };
    let first = call(&body).await.expect(200);
    let again = call(&body).await.expect(200);
    assert_eq!(first.json()["results"], again.json()["results"]);
    let leads = app.api("GET", "/api/v1/leads?limit=100", &seller.key).send().await.expect(200).json();
    assert_eq!(leads["data"].as_array().unwrap().len(), 20);
    let mut other = body.clone();
    other["leads"][0]["interest"] = json!("Something else");
    assert_eq!(call(&other).await.expect(422).json()["code"], "idempotency_key_reused");
    market::assert_laws(app).await;
});

/// The statements by which so many leads are received and sold.
async fn statements(app: &TestApp, seller: &Trader, first: usize, count: usize) -> Vec<String> {
    hear_sale(app, &app.app.db, seller, (first, count), Heard::All).await
}

/// Which statements are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    All,
    /// Those that would be prepared each time.
    PreparedAnew,
}

/// Receives and sells so many leads by a transaction of that database; answers the statements.
async fn hear_sale(
    app: &TestApp,
    db: &Db,
    seller: &Trader,
    (first, count): (usize, usize),
    which: Heard,
) -> Vec<String> {
    let documents: Vec<Value> = (first..first + count)
        .map(|number| market::latvian_lead(number, 1))
        .collect();
    let (now, verifier) = (app.clock.now(), app.app.verifier.clone());
    let intakes: Vec<Intake> = app
        .read(move |conn| {
            let verticals: Vec<_> = verticals::all(conn)?.into_iter().map(Arc::new).collect();
            let read =
                |document| Intake::read(&verticals, document, Spelling::Typed, &verifier, now);
            Ok(documents.into_iter().map(read).collect())
        })
        .await;
    let (vault, exchange) = (app.app.vault.clone(), app.app.exchange.clone());
    let seller = seller.account;
    db.write(move |conn| {
        let source = Source::api(Actor::System);
        let sent: Vec<_> = intakes.iter().map(|intake| (intake, source)).collect();
        let take =
            |conn: &mut Conn| leads::take_in_all(conn, &vault, &*exchange, seller, &sent, now);
        let (taken, said) = match which {
            Heard::All => plans::heard(conn, take)?,
            Heard::PreparedAnew => plans::prepared_anew(conn, take)?,
        };
        for outcome in taken {
            let Outcome::Taken(received) = outcome else {
                panic!("{outcome:?}")
            };
            assert_eq!(received.sales.len(), 1);
        }
        Ok(said)
    })
    .await
    .unwrap()
}

/// Three buyers, of whom two bid the same, so that their turns count.
async fn three_buyers(app: &TestApp) {
    for (name, bid) in [("First", "12.00"), ("Second", "12.00"), ("Third", "10.00")] {
        let buyer = app.buyer(name).await;
        market::deposit(app, &buyer, "5000.00", "EUR").await;
        let document = json!({
            "name": name,
            "vertical": "eyewear",
            "filter": {"field": "country", "op": "eq", "value": "LV"},
            "bid": {"amount": bid, "currency": "EUR"},
            "quantity": 400,
            "auto_buy": true,
        });
        let request = market::post_request(app, &buyer, &document).await;
        market::activate(app, &buyer, &request).await;
        app.drain_jobs().await;
    }
}

#[test]
fn a_lead_of_a_batch_is_three_statements_on_postgres() {
    if !crate::harness::has_postgres() {
        return;
    }
    crate::harness::run(async {
        let app = TestApp::start(Backend::Postgres).await;
        let seller = app.seller("Baltic Leads").await;
        three_buyers(&app).await;
        let alone = statements(&app, &seller, 0, 1).await.len();
        let many = statements(&app, &seller, 10, 100).await.len();
        assert!(
            alone > 30 && many < 100 * 3,
            "one: {alone}, a hundred: {many}"
        );
        market::assert_laws(&app).await;
        app.stop().await;
    });
}

#[test]
fn no_statement_of_a_sale_reads_more_as_the_market_grows() {
    crate::harness::run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        let seller = app.seller("Baltic Leads").await;
        three_buyers(&app).await;
        // The first brings the requests into memory.
        statements(&app, &seller, 0, 1).await;
        let mut said = statements(&app, &seller, 1, 1).await;
        said.extend(statements(&app, &seller, 10, 3).await);
        assert!(said.len() > 60, "{said:#?}");
        // All that a buyer bought, or has on its lists, is as long as the market is old.
        let long = [
            "purchases_buyer",
            "purchases_seller",
            "suppressions_owner",
            "audit_log_",
        ];
        let grows = app
            .read(move |conn| plans::steps_with(conn, &said, &long))
            .await;
        assert!(grows.is_empty(), "{grows:#?}");
        app.stop().await;
    });
}

#[test]
fn what_sells_a_lead_stays_prepared() {
    crate::harness::run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        let seller = app.seller("Baltic Leads").await;
        three_buyers(&app).await;
        statements(&app, &seller, 0, 1).await;
        for (first, count) in [(1, 1), (10, 20)] {
            let fresh = Db::open(&app.database_url().parse().unwrap(), 1).unwrap();
            let leads = (first, count);
            let mut anew = hear_sale(&app, &fresh, &seller, leads, Heard::PreparedAnew).await;
            fresh.close();
            // Diesel's own are short; who is told of events is asked once for all leads.
            let others = ["SAVEPOINT diesel_savepoint_", "FROM `webhook_endpoints`"];
            anew.retain(|sql| !others.iter().any(|other| sql.contains(other)));
            assert!(anew.is_empty(), "of {count}: {anew:#?}");
        }
        app.stop().await;
    });
}
