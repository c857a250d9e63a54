//! Requests tried on the past: the days, the prices, and what would have stopped them.

use galena::clock::DAY;
use serde_json::{Value, json};

use crate::harness::{TestApp, Trader};
use crate::market;

fn terms(bid: &str, quantity: i64) -> Value {
    json!({
        "name": "Riga",
        "vertical": "eyewear",
        "filter": {"all": [
            {"field": "country", "op": "eq", "value": "LV"},
            {"field": "age", "op": "gte", "value": 41},
        ]},
        "bid": {"amount": bid, "currency": "EUR"},
        "quantity": quantity,
        "auto_buy": true,
    })
}

async fn tried(app: &TestApp, buyer: &Trader, days: i32, terms: &Value) -> Value {
    let path = format!("/api/v1/purchase_requests/backtest?days={days}");
    app.api("POST", &path, &buyer.key)
        .json(terms)
        .send()
        .await
        .expect(200)
        .json()
}

/// A lead a day of people of 40, 41 and so on, at 9.00 each.
async fn days(app: &TestApp, seller: &Trader, count: usize) -> Vec<String> {
    let mut sent = Vec::new();
    for number in 0..count {
        let mut lead = market::latvian_lead(number, 1);
        lead["attributes"]["age"] = json!(40 + number % 5);
        lead["consent"]["given_at"] = json!(app.clock.now());
        sent.extend(market::send_batch(app, seller, &[lead]).await);
        app.advance(DAY);
    }
    sent
}

on_both!(async fn the_past_tells_what_a_draft_would_have_bought(app) {
    let (seller, buyer) = (app.seller("Baltic Leads").await, app.buyer("Optika").await);
    let sent = days(app, &seller, 10).await;

    let all = tried(app, &buyer, 30, &terms("12.00", 50)).await;
    assert_eq!((&all["looked_at"], &all["fits"], &all["bought"]), (&json!(10), &json!(8), &json!(8)));
    assert_eq!(all["spent"]["amount"], "96.00");
    assert_eq!(all["missed"][0]["leads"], 2);
    assert_eq!(all["missed"][0]["condition"]["field"], "age");
    assert_eq!(all["leads"][0]["lead"], sent[9].as_str());
    let bought: u64 = all["by_day"].as_array().unwrap().iter().map(|day| day["bought"].as_u64().unwrap()).sum();
    assert_eq!(bought, 8);

    assert_eq!(tried(app, &buyer, 7, &terms("12.00", 50)).await["looked_at"], 7);
    let few = tried(app, &buyer, 30, &terms("12.00", 3)).await;
    assert_eq!((&few["bought"], &few["stopped"][0]["code"], &few["stopped"][0]["leads"]), (&json!(3), &json!("quantity"), &json!(5)));
    let poor = tried(app, &buyer, 30, &terms("8.99", 50)).await;
    assert_eq!((&poor["fits"], &poor["missed"][0]["code"]), (&json!(0), &json!("bid_below_ask")));
    let mut capped = terms("12.00", 50);
    capped["caps"] = json!({"week": {"count": 2}});
    let capped = tried(app, &buyer, 30, &capped).await;
    assert_eq!(capped["stopped"][0]["code"], "cap_week");
    assert!(capped["bought"].as_u64().unwrap() < 8);

    let refused = app
        .api("POST", "/api/v1/purchase_requests/backtest?days=8", &buyer.key)
        .json(&terms("12.00", 5))
        .send()
        .await
        .expect(422);
    assert_eq!(refused.field_codes(), ["days:not_allowed"]);
});

on_both!(async fn whoever_paid_more_keeps_the_lead(app) {
    let (seller, other, buyer) = (app.seller("Baltic Leads").await, app.buyer("Other").await, app.buyer("Optika").await);
    market::deposit(app, &other, "500.00", "EUR").await;
    let request = market::post_request(app, &other, &terms("15.00", 50)).await;
    market::activate(app, &other, &request).await;
    days(app, &seller, 5).await;
    let lower = tried(app, &buyer, 30, &terms("12.00", 50)).await;
    assert_eq!((&lower["bought"], &lower["outbid"]), (&json!(0), &json!(4)));
    let level = tried(app, &buyer, 30, &terms("15.00", 50)).await;
    assert_eq!(level["outbid"], 4, "who was there first keeps it");
    let higher = tried(app, &buyer, 30, &terms("15.01", 50)).await;
    assert_eq!((&higher["bought"], &higher["outbid"]), (&json!(4), &json!(0)));

    let id = market::post_request(app, &buyer, &terms("15.01", 50)).await;
    let stored = app.api("GET", &format!("/api/v1/purchase_requests/{id}/backtest"), &buyer.key).send().await.expect(200).json();
    assert_eq!(stored["bought"], 4);
    let page = app.sign_in(&buyer.email).await.get(&format!("/buyer/requests/{id}/backtest?days=7")).await.expect(200).text;
    assert!(page.contains("Would have bought") && page.contains("bar-sold"), "{page}");
    app.api("GET", &format!("/api/v1/purchase_requests/{id}/backtest"), &other.key).send().await.expect(404);
});
