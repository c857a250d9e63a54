//! From the seller's leads to the buyer's inbox and the seller's payable share.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use galena::clock::DAY;
use galena::ledger::{self, Kind};
use serde_json::{Value, json};

use crate::harness::{TestApp, Trader};
use crate::market;

/// The request of the facts: 50 contacts at 600 RUB.
fn diamond_request(auto_buy: bool) -> Value {
    json!({
        "name": "Diamond glasses",
        "vertical": "eyewear",
        "filter": {"all": [
            {"field": "age", "op": "gte", "value": 30},
            {"field": "region", "op": "in", "value": ["RU-MOW", "RU-SPE"]},
            {"field": "marital_status", "op": "in", "value": ["has_partner", "married"]},
            {"field": "looking_for", "op": "eq", "value": "good_beautiful_glasses"},
            {"field": "employed", "op": "eq", "value": true, "wish": true},
        ]},
        "needs": ["phone", "email"],
        "bid": {"amount": "600.00", "currency": "RUB"},
        "quantity": 50,
        "auto_buy": auto_buy,
    })
}

/// What the ten leads that do not fit fail by, in the order of the file.
const ODD_ONES: [(usize, &str); 10] = [
    (3, "age"),
    (9, "age"),
    (14, "region"),
    (20, "region"),
    (27, "marital_status"),
    (33, "marital_status"),
    (38, "looking_for"),
    (44, "looking_for"),
    (51, "need_phone"),
    (57, "need_email"),
];

async fn payable(app: &TestApp, seller: &Trader, kind: Kind) -> String {
    let account = seller.account;
    app.read(move |conn| ledger::balances(conn, account))
        .await
        .into_iter()
        .find(|balance| balance.kind == kind)
        .map_or_else(|| "none".to_owned(), |balance| balance.amount.to_string())
}

on_both!(async fn the_diamond_glasses_case(app) {
    let (seller, buyer) = (app.seller("Neva Traffic").await, app.buyer("Diamant Optika").await);
    market::deposit(app, &buyer, "40000.00", "RUB").await;
    let sent = market::send_batch(app, &seller, &market::diamond_leads()).await;
    assert_eq!(sent.len(), 60);

    let request = market::post_request(app, &buyer, &diamond_request(true)).await;
    market::activate(app, &buyer, &request).await;
    app.drain_jobs().await;

    let bought = market::purchases(app, &buyer).await;
    assert_eq!(bought.len(), 50);
    assert!(bought.iter().all(|purchase| purchase["price"] == json!({"amount": "600.00", "currency": "RUB"})));
    assert_eq!(market::available(app, &buyer, "RUB").await, "10000.00");
    assert_eq!(payable(app, &seller, Kind::SellerPending).await, "25500.00 RUB");

    // The wish, a job, decides the order of sale: those who have one come first.
    let mut in_order: Vec<(u64, bool)> = Vec::new();
    for purchase in &bought {
        let id = purchase["id"].as_str().unwrap();
        let opened = app.api("GET", &format!("/api/v1/purchases/{id}"), &buyer.key).send().await.expect(200).json();
        assert!(opened["contact"]["phone"].as_str().unwrap().starts_with("+7916555"));
        assert!(opened["contact"]["email"].as_str().unwrap().ends_with("@example.org"));
        let employed = opened["attributes"]["employed"] == json!(true);
        in_order.push((opened["explanation"]["place"].as_u64().unwrap(), employed));
    }
    in_order.sort_unstable();
    let employed = in_order.iter().filter(|(_, employed)| *employed).count();
    assert!(employed > 0 && employed < 50);
    assert!(in_order[..employed].iter().all(|(_, employed)| *employed));

    // The other ten say why not.
    for (line, reason) in ODD_ONES {
        let path = format!("/api/v1/purchase_requests/{request}/explain?lead={}", sent[line]);
        let explained = app.api("GET", &path, &buyer.key).send().await.expect(200).text;
        assert!(explained.contains(reason), "line {line}: {explained}");
    }

    // After the window the seller's share, less 15 % commission, is payable to the kopek.
    app.advance(7 * DAY);
    app.tick().await;
    assert_eq!(payable(app, &seller, Kind::SellerPending).await, "0.00 RUB");
    assert_eq!(payable(app, &seller, Kind::SellerPayable).await, "25500.00 RUB");
    market::assert_laws(app).await;
});

on_both!(async fn the_eleventh_fitting_lead_is_not_bought(app) {
    let (seller, buyer) = (app.seller("Baltic Leads").await, app.buyer("Optika").await);
    market::deposit(app, &buyer, "1000.00", "EUR").await;
    let document = json!({
        "name": "Ten leads",
        "vertical": "eyewear",
        "filter": {"field": "country", "op": "eq", "value": "LV"},
        "bid": {"amount": "50.00", "currency": "EUR"},
        "quantity": 10,
    });
    let preview = app
        .api("POST", "/api/v1/purchase_requests/preview", &buyer.key)
        .json(&document)
        .send()
        .await
        .expect(200)
        .text;
    assert!(preview.contains("500.00"), "{preview}");
    let request = market::post_request(app, &buyer, &document).await;
    market::activate(app, &buyer, &request).await;
    for number in 0..11 {
        let answer = app
            .api("POST", "/api/v1/leads", &seller.key)
            .json(&market::latvian_lead(number, 1))
            .send()
            .await
            .expect(201)
            .json();
        let sales = answer["sales"].as_array().map_or(0, Vec::len);
        assert_eq!(sales, usize::from(number < 10), "lead {number}");
    }
    assert_eq!(market::purchases(app, &buyer).await.len(), 10);
    assert_eq!(market::available(app, &buyer, "EUR").await, "500.00");
    market::assert_laws(app).await;
});

on_both!(async fn one_exclusive_lead_among_200_buyers_is_sold_once(app) {
    let seller = app.seller("Baltic Leads").await;
    let mut buyers = Vec::new();
    for number in 0..200 {
        let buyer = app.buyer(&format!("Buyer {number}")).await;
        market::deposit(app, &buyer, "100.00", "EUR").await;
        buyers.push(buyer);
    }
    let lead = market::send_batch(app, &seller, &[market::latvian_lead(1, 1)]).await.remove(0);
    let path = format!("/api/v1/listings/{lead}/buy");
    let answers = join_all(buyers.iter().map(|buyer| app.api("POST", &path, &buyer.key).send())).await;
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for answer in &answers {
        *statuses.entry(answer.status).or_default() += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(201, 1), (409, 199)]));
    market::assert_laws(app).await;
});

on_both!(async fn caps_and_budgets_hold_under_200_parallel_leads(app) {
    let seller = app.seller("Baltic Leads").await;
    let (capped, bounded, poor) = (app.buyer("Capped").await, app.buyer("Bounded").await, app.buyer("Poor").await);
    for (buyer, amount) in [(&capped, "5000.00"), (&bounded, "5000.00"), (&poor, "95.00")] {
        market::deposit(app, buyer, amount, "EUR").await;
    }
    let mut document = json!({
        "name": "Capped by the day",
        "vertical": "eyewear",
        "bid": {"amount": "30.00", "currency": "EUR"},
        "quantity": 1000,
        "caps": {"day": {"count": 17}},
    });
    let requests = [
        (&capped, document.clone()),
        (&bounded, {
            document["name"] = json!("Bounded by the budget");
            document["caps"] = json!({});
            document["bid"]["amount"] = json!("20.00");
            document["budget"] = json!({"amount": "455.00", "currency": "EUR"});
            document.clone()
        }),
        (&poor, {
            document["name"] = json!("Bounded by the wallet");
            document["bid"]["amount"] = json!("10.00");
            document.as_object_mut().unwrap().remove("budget");
            document.clone()
        }),
    ];
    for (buyer, document) in &requests {
        let request = market::post_request(app, buyer, document).await;
        market::activate(app, buyer, &request).await;
    }
    let leads: Vec<Value> = (0..200).map(|number| market::latvian_lead(number, 1)).collect();
    let answers = join_all(
        leads
            .iter()
            .map(|lead| app.api("POST", "/api/v1/leads", &seller.key).json(lead).send()),
    )
    .await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(market::purchases(app, &capped).await.len(), 17);
    assert_eq!(market::purchases(app, &bounded).await.len(), 22);
    assert_eq!(market::purchases(app, &poor).await.len(), 9);
    assert_eq!(market::available(app, &poor, "EUR").await, "5.00");
    market::assert_laws(app).await;
});

on_both!(async fn a_shared_lead_is_sold_to_so_many_buyers_and_no_more(app) {
    let seller = app.seller("Baltic Leads").await;
    for (number, bid) in [(0, "30.00"), (1, "25.00"), (2, "20.00")] {
        let buyer = app.buyer(&format!("Buyer {number}")).await;
        market::deposit(app, &buyer, "1000.00", "EUR").await;
        let request = market::post_request(app, &buyer, &json!({
            "name": "Any glasses",
            "vertical": "eyewear",
            "bid": {"amount": bid, "currency": "EUR"},
            "quantity": 100,
        })).await;
        market::activate(app, &buyer, &request).await;
    }
    let answers = join_all((0..20).map(|number| {
        app.api("POST", "/api/v1/leads", &seller.key).json(&market::latvian_lead(number, 2)).send()
    })).await;
    for answer in answers {
        let prices: Vec<Value> = answer.expect(201).json()["sales"]
            .as_array()
            .unwrap()
            .iter()
            .map(|sale| sale["price"]["amount"].clone())
            .collect();
        assert_eq!(prices, ["30.00", "25.00"]);
    }
    market::assert_laws(app).await;
});

on_both!(async fn what_belongs_to_another_buyer_is_not_found(app) {
    let (seller, buyer, other) = (app.seller("Seller").await, app.buyer("Buyer").await, app.buyer("Other").await);
    market::deposit(app, &buyer, "100.00", "EUR").await;
    let lead = market::send_batch(app, &seller, &[market::latvian_lead(1, 1)]).await.remove(0);
    let bought = app.api("POST", &format!("/api/v1/listings/{lead}/buy"), &buyer.key).send().await.expect(201).json();
    let path = format!("/api/v1/purchases/{}", bought["id"].as_str().unwrap());
    app.api("GET", &path, &buyer.key).send().await.expect(200);
    app.api("GET", &path, &other.key).send().await.expect(404);
    app.api("POST", &format!("/api/v1/listings/{lead}/buy"), &buyer.key).send().await.expect(409);
    let poor = app.api("POST", &format!("/api/v1/listings/{lead}/buy"), &other.key).send().await.expect(409);
    assert_eq!(poor.code(), "not_for_sale");
});

on_both!(async fn an_empty_wallet_buys_nothing(app) {
    let (seller, buyer) = (app.seller("Seller").await, app.buyer("Buyer").await);
    let lead = market::send_batch(app, &seller, &[market::latvian_lead(1, 1)]).await.remove(0);
    let answer = app.api("POST", &format!("/api/v1/listings/{lead}/buy"), &buyer.key).send().await.expect(409);
    assert_eq!(answer.code(), "insufficient_funds");
    market::deposit(app, &buyer, "100.00", "EUR").await;
    app.api("POST", &format!("/api/v1/listings/{lead}/buy"), &buyer.key).send().await.expect(201);
    market::assert_laws(app).await;
});
