//! Asks that fall with age: by the clock, once a step, and to whoever bids enough by then.

use galena::access::Role;
use galena::clock::DAY;
use serde_json::{Value, json};

use crate::harness::{Browser, TestApp, Trader};
use crate::market;

async fn steps(desk: &Browser, ageing: &str) {
    let path = "/operator/verticals/eyewear/selling";
    let fields = |ageing| {
        [
            ("distribution", "price"),
            ("pricing", "first"),
            ("ageing", ageing),
            ("stopped", "false"),
        ]
    };
    desk.post_form(path, &fields("3: 90, 2: 80"))
        .await
        .expect(422);
    desk.post_form(path, &fields(ageing)).await.expect(303);
}

async fn ask(app: &TestApp, seller: &Trader, lead: &str) -> Value {
    let shown = app
        .api("GET", &format!("/api/v1/leads/{lead}"), &seller.key)
        .send()
        .await
        .expect(200)
        .json();
    shown["ask"]["amount"].clone()
}

async fn bids(app: &TestApp, buyer: &Trader, amount: &str) {
    let document = json!({
        "name": "Riga",
        "vertical": "eyewear",
        "filter": {"field": "country", "op": "eq", "value": "LV"},
        "bid": {"amount": amount, "currency": "EUR"},
        "quantity": 50,
        "auto_buy": true,
    });
    let request = market::post_request(app, buyer, &document).await;
    market::activate(app, buyer, &request).await;
    app.drain_jobs().await;
}

on_both!(async fn an_ask_falls_until_somebody_pays_it(app) {
    let desk = app.sign_in(&app.operator(Role::Admin).await.email).await;
    steps(&desk, "3: 90, 7: 50").await;
    let (seller, buyer) = (app.seller("Baltic Leads").await, app.buyer("Optika").await);
    market::deposit(app, &buyer, "100.00", "EUR").await;
    bids(app, &buyer, "5.00").await;
    let sent = market::send_batch(app, &seller, &[market::latvian_lead(0, 1), market::latvian_lead(1, 1)]).await;
    let withdraw = format!("/api/v1/leads/{}/withdraw", sent[1]);
    app.api("POST", &withdraw, &seller.key).json(&json!({})).send().await.expect(200);

    app.advance(2 * DAY);
    app.tick().await;
    assert_eq!(ask(app, &seller, &sent[0]).await, "9.00");
    app.advance(DAY);
    app.tick().await;
    assert_eq!(ask(app, &seller, &sent[0]).await, "8.10");
    app.tick().await;
    assert_eq!(ask(app, &seller, &sent[0]).await, "8.10", "once a step");
    assert!(market::purchases(app, &buyer).await.is_empty());

    app.advance(4 * DAY);
    app.tick().await;
    app.drain_jobs().await;
    assert_eq!(ask(app, &seller, &sent[0]).await, "4.50");
    let bought = market::purchases(app, &buyer).await;
    assert_eq!(bought.len(), 1, "offered again at the lower ask");
    assert_eq!(bought[0]["price"]["amount"], "5.00");
    assert_eq!(ask(app, &seller, &sent[1]).await, "9.00", "what is withdrawn keeps its ask");

    let page = app.sign_in(&seller.email).await.get(&format!("/seller/leads/{}", sent[0])).await.expect(200).text;
    assert!(page.contains("The ask fell from 8.10") && page.contains("after 7 days"), "{page}");
    market::assert_laws(app).await;
});

on_both!(async fn a_lead_that_is_long_overdue_falls_once(app) {
    let seller = app.seller("Baltic Leads").await;
    let sent = market::send_batch(app, &seller, &[market::latvian_lead(0, 1)]).await;
    app.advance(10 * DAY);
    let desk = app.sign_in(&app.operator(Role::Admin).await.email).await;
    steps(&desk, "3: 90, 7: 50").await;
    app.tick().await;
    assert_eq!(ask(app, &seller, &sent[0]).await, "4.50");
    steps(&desk, "3: 95").await;
    app.tick().await;
    assert_eq!(ask(app, &seller, &sent[0]).await, "4.50", "an ask never rises by itself");
});
