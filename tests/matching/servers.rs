//! Two servers on one PostgreSQL: whatever one sells or stops holds on the other.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Backend, TestApp, Trader, has_postgres, run};
use crate::market;

/// Another server on the same database, with the same master key.
async fn beside(first: &TestApp) -> TestApp {
    let (url, folder) = (first.database_url().to_owned(), first.folder().to_owned());
    TestApp::start_with(Backend::Postgres, move |options| {
        options.database_url = Some(url);
        options.data = Some(folder);
    })
    .await
}

async fn bidder(app: &TestApp, name: &str, terms: Value) -> (Trader, String) {
    let buyer = app.buyer(name).await;
    market::deposit(app, &buyer, "10000.00", "EUR").await;
    let mut document = json!({
        "name": name,
        "vertical": "eyewear",
        "filter": {"field": "country", "op": "eq", "value": "LV"},
        "bid": {"amount": "20.00", "currency": "EUR"},
        "quantity": 1_000,
        "auto_buy": true,
    });
    document
        .as_object_mut()
        .unwrap()
        .extend(terms.as_object().unwrap().clone());
    let request = market::post_request(app, &buyer, &document).await;
    market::activate(app, &buyer, &request).await;
    (buyer, request)
}

async fn send(app: &TestApp, seller: &Trader, number: usize, copies: usize) -> Value {
    let answer = app
        .api("POST", "/api/v1/leads", &seller.key)
        .json(&market::latvian_lead(number, copies));
    answer.send().await.expect(201).json()
}

#[test]
fn limits_hold_over_two_servers() {
    if !has_postgres() {
        return;
    }
    run(async {
        let one = TestApp::start(Backend::Postgres).await;
        let other = beside(&one).await;
        let seller = one.seller("Baltic Leads").await;
        let (capped, _) = bidder(&one, "Capped", json!({"caps": {"day": {"count": 7}}})).await;
        let (frugal, _) = bidder(
            &other,
            "Frugal",
            json!({"budget": {"amount": "100.00", "currency": "EUR"}}),
        )
        .await;
        let (poor, _) = bidder(
            &other,
            "Poor",
            json!({"bid": {"amount": "19.00", "currency": "EUR"}, "quantity": 11}),
        )
        .await;
        let servers = [&one, &other];
        let sends = (0..60).map(|number| send(servers[number % 2], &seller, number, 2));
        let leads = join_all(sends).await;

        assert_eq!(market::purchases(&one, &capped).await.len(), 7);
        assert_eq!(market::purchases(&one, &frugal).await.len(), 5);
        assert_eq!(market::purchases(&one, &poor).await.len(), 11);
        assert_eq!(market::available(&one, &frugal, "EUR").await, "9900.00");
        for lead in &leads {
            assert!(lead["sales"].as_array().map_or(0, Vec::len) <= 2, "{lead}");
        }
        market::assert_laws(&one).await;
        other.stop().await;
        one.stop().await;
    });
}

#[test]
fn what_one_server_paused_the_other_does_not_sell() {
    if !has_postgres() {
        return;
    }
    run(async {
        let one = TestApp::start(Backend::Postgres).await;
        let other = beside(&one).await;
        let seller = one.seller("Baltic Leads").await;
        let (buyer, request) = bidder(&one, "Optika", json!({})).await;
        assert!(
            !send(&other, &seller, 0, 1).await["sales"]
                .as_array()
                .unwrap()
                .is_empty()
        );

        // Leads race the pause; none that is sent after its answer is sold.
        let racing = join_all((1..40).map(|number| send(&other, &seller, number, 1)));
        let pause = async {
            let path = format!("/api/v1/purchase_requests/{request}/pause");
            one.api("POST", &path, &buyer.key)
                .json(&json!({}))
                .send()
                .await
                .expect(200);
            join_all((100..110).map(|number| send(&other, &seller, number, 1))).await
        };
        let (_, after) = futures_util::future::join(racing, pause).await;
        for lead in &after {
            assert_eq!(lead["sales"], json!([]), "{lead}");
        }
        let market = std::sync::Arc::clone(&other.app.market);
        other.read(move |conn| market.follow(conn)).await;
        assert_eq!(other.app.market.len(), 0);
        let market = std::sync::Arc::clone(&other.app.market);
        assert!(other.read(move |conn| market.verify(conn)).await);
        market::assert_laws(&one).await;
        other.stop().await;
        one.stop().await;
    });
}
