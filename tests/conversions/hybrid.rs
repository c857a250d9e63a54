//! The hybrid example over three months: a base fee, four appointments held, one missed, one sale.

use galena::clock::DAY;
use galena::ledger::Kind;
use serde_json::{Value, json};

use super::{make_contract, open_lead, request_under, share};
use crate::harness::{TestApp, Trader};
use crate::market;

fn terms() -> Value {
    json!({
        "model": "hybrid",
        "currency": "EUR",
        "base_fee": {"amount": {"amount": "100.00", "currency": "EUR"}, "period": "month"},
        "price_per_appointment": {"amount": "40.00", "currency": "EUR"},
        "share": {
            "bps": 500,
            "deposit": {"amount": "5.00", "currency": "EUR"},
            "expected_sale": {"amount": "1000.00", "currency": "EUR"},
        },
    })
}

async fn post(app: &TestApp, who: &Trader, path: &str, body: &Value) -> Value {
    let answer = app.api("POST", path, &who.key).json(body).send().await;
    assert!(answer.status < 300, "{path}: {}", answer.text);
    answer.json()
}

/// Sets an appointment, reports its outcome, and has it confirmed.
async fn meet(app: &TestApp, buyer: &Trader, seller: &Trader, purchase: &str, outcome: &Value) {
    let appointment = json!({"kind": "appointment", "at": app.clock.now(), "channel": "phone"});
    let path = format!("/api/v1/purchases/{purchase}/conversions");
    let set = post(app, buyer, &path, &appointment).await;
    let path = format!("/api/v1/conversions/{}", set["id"].as_str().unwrap());
    post(app, buyer, &format!("{path}/report"), outcome).await;
    post(app, seller, &format!("{path}/confirm"), &json!({})).await;
}

/// Ten leads of two sellers; appointments and the sale over three months.
async fn play(app: &TestApp, private: bool) -> (Trader, Trader, Trader) {
    let buyer = app.buyer("Hybrid Software").await;
    let (first, second) = (app.seller("Agency").await, app.seller("Publisher").await);
    market::deposit(app, &buyer, "2000.00", "EUR").await;
    let seller = private.then_some(&first);
    let contract = make_contract(app, &buyer, seller, &terms()).await;
    let request = market::post_request(app, &buyer, &request_under(contract, 10)).await;
    market::activate(app, &buyer, &request).await;
    let (mut of_first, mut of_second) = (Vec::new(), Vec::new());
    for number in 0..10 {
        let to_first = private || number % 2 == 0;
        let one = if to_first {
            &mut of_first
        } else {
            &mut of_second
        };
        one.push(open_lead(app, number));
    }
    let leads_of_first = market::send_batch(app, &first, &of_first).await;
    if !of_second.is_empty() {
        market::send_batch(app, &second, &of_second).await;
    }
    let bought = market::purchases(app, &buyer).await;
    assert_eq!(bought.len(), 10);
    // The first seller's purchases, then the second's, who has none under a private contract.
    let is_first =
        |one: &&Value| leads_of_first.contains(&one["lead"].as_str().unwrap().to_owned());
    let id = |one: &Value| one["id"].as_str().unwrap().to_owned();
    let ours: Vec<String> = bought.iter().filter(is_first).map(id).collect();
    let theirs: Vec<String> = bought.iter().filter(|one| !is_first(one)).map(id).collect();
    let (other, others) = if private {
        (&first, &ours[5..])
    } else {
        (&second, theirs.as_slice())
    };
    let held = json!({"outcome": "held", "minutes": 30});
    for purchase in &ours[..3] {
        meet(app, &buyer, &first, purchase, &held).await;
    }
    meet(app, &buyer, other, &others[0], &held).await;
    let missed = json!({"outcome": "no_show"});
    meet(app, &buyer, other, &others[1], &missed).await;
    let sale = json!({"kind": "sale", "amount": {"amount": "3333.33", "currency": "EUR"}, "at": app.clock.now()});
    let path = format!("/api/v1/purchases/{}/conversions", ours[0]);
    let reported = post(app, &buyer, &path, &sale).await;
    let path = format!(
        "/api/v1/conversions/{}/confirm",
        reported["id"].as_str().unwrap()
    );
    post(app, &first, &path, &json!({})).await;
    // Day by day, with a restart's worth of repeated work, until the third month is over.
    for _ in 0..89 {
        app.advance(DAY);
        app.tick().await;
        app.tick().await;
    }
    market::assert_laws(app).await;
    (buyer, first, second)
}

on_both!(async fn three_months_with_the_open_market_are_exact(app) {
    let (buyer, first, second) = play(app, false).await;
    // 3 x 100.00 base fee to the exchange, 4 x 40.00, 166.67 for the sale.
    assert_eq!(market::available(app, &buyer, "EUR").await, "1373.33");
    // Of 120.00 + 166.67 and of 40.00, less 15 %: commission 18.00 + 25.00 and 6.00.
    assert_eq!(share(app, first.account, Kind::SellerPayable).await.amount(), "243.67");
    assert_eq!(share(app, second.account, Kind::SellerPayable).await.amount(), "34.00");
});

on_both!(async fn three_months_with_one_seller_are_exact(app) {
    let (buyer, agency, _) = play(app, true).await;
    assert_eq!(market::available(app, &buyer, "EUR").await, "1373.33");
    // 626.67 less 15 % of each charge: 3 x 15.00, 4 x 6.00, 25.00.
    assert_eq!(share(app, agency.account, Kind::SellerPayable).await.amount(), "532.67");
});

on_both!(async fn a_base_fee_is_charged_once_a_period_whatever_the_clock_does(app) {
    let buyer = app.buyer("Jumper").await;
    market::deposit(app, &buyer, "1000.00", "EUR").await;
    make_contract(app, &buyer, None, &terms()).await;
    app.tick().await;
    assert_eq!(market::available(app, &buyer, "EUR").await, "900.00");
    // Back, and forth again: the period is charged already.
    app.advance(-5 * DAY);
    app.tick().await;
    app.advance(10 * DAY);
    app.tick().await;
    assert_eq!(market::available(app, &buyer, "EUR").await, "900.00");
    // A server that was off for three months catches up, once.
    app.advance(86 * DAY);
    app.tick().await;
    app.tick().await;
    assert_eq!(market::available(app, &buyer, "EUR").await, "700.00");
    market::assert_laws(app).await;
});

on_both!(async fn a_base_fee_that_the_wallet_cannot_pay_suspends_until_it_can(app) {
    let (buyer, seller) = (app.buyer("Poor").await, app.seller("Seller").await);
    market::deposit(app, &buyer, "120.00", "EUR").await;
    let contract = make_contract(app, &buyer, None, &terms()).await;
    let request = market::post_request(app, &buyer, &request_under(contract, 10)).await;
    market::activate(app, &buyer, &request).await;
    app.tick().await;
    app.advance(31 * DAY);
    app.tick().await;
    market::send_batch(app, &seller, &[open_lead(app, 1)]).await;
    assert_eq!(market::purchases(app, &buyer).await.len(), 0, "a suspended contract buys nothing");
    market::deposit(app, &buyer, "200.00", "EUR").await;
    app.tick().await;
    assert_eq!(market::available(app, &buyer, "EUR").await, "120.00");
    market::send_batch(app, &seller, &[open_lead(app, 2)]).await;
    assert_eq!(market::purchases(app, &buyer).await.len(), 1);
    market::assert_laws(app).await;
});
