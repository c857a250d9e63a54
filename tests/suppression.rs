//! Lists of people who are not to be sold: the exchange's and the buyers' own.

use diesel::prelude::*;
use galena::access::Role;
use galena::clock::HOUR;
use galena::db::schema::suppressions;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp, Trader};
use crate::market;

async fn change(app: &TestApp, who: &Trader, body: &Value) -> Answer {
    app.api("POST", "/api/v1/suppressions", &who.key)
        .json(body)
        .send()
        .await
}

fn email_of(lead: &Value) -> String {
    lead["contact"]["email"].as_str().unwrap().to_owned()
}

async fn buy(app: &TestApp, who: &Trader, lead: &str) -> Answer {
    app.api("POST", &format!("/api/v1/listings/{lead}/buy"), &who.key)
        .send()
        .await
}

on_both!(async fn a_buyer_is_not_sold_its_own_customers(app) {
    let (shop, other) = (app.buyer("Optika").await, app.buyer("Brilles").await);
    let seller = app.seller("Baltic Leads").await;
    for buyer in [&shop, &other] {
        market::deposit(app, buyer, "500.00", "EUR").await;
    }
    let lead = market::latvian_lead(1, 2);
    let body = json!({"list": "customers", "contacts": [email_of(&lead), "+371 20 000 000"]});
    assert_eq!(change(app, &shop, &body).await.expect(200).json(), json!({"contacts": 2, "changed": 2}));
    assert_eq!(change(app, &shop, &body).await.expect(200).json()["changed"], 0);
    let sent = market::send_batch(app, &seller, std::slice::from_ref(&lead)).await;
    assert_eq!(buy(app, &shop, &sent[0]).await.status, 409);
    buy(app, &other, &sent[0]).await.expect(201);
    // Taken off the list, it is sold.
    let off = json!({"list": "customers", "contacts": [email_of(&lead)], "remove": true});
    assert_eq!(change(app, &shop, &off).await.expect(200).json()["changed"], 1);
    buy(app, &shop, &sent[0]).await.expect(201);

    // Put on it again, the dispute shows since when: after the purchase, which proves nothing by itself.
    app.advance(HOUR);
    change(app, &shop, &body).await.expect(200);
    let bought = market::purchases(app, &shop).await;
    let path = format!("/api/v1/purchases/{}/disputes", bought[0]["id"].as_str().unwrap());
    let claim = json!({"reason": "existing_customer", "text": "They bought from us last year."});
    let opened = app.api("POST", &path, &shop.key).json(&claim).send().await.expect(201).json();
    let path = format!("/api/v1/disputes/{}", opened["id"].as_str().unwrap());
    let detail = app.api("GET", &path, &shop.key).send().await.expect(200).json();
    let finding = detail["findings"].as_array().unwrap().iter()
        .find(|finding| finding["name"] == "customers").unwrap().clone();
    assert_eq!(finding["verdict"], "says_nothing");
    assert_eq!(finding["detail"]["listed_since"], json!(app.clock.now()));
    market::assert_laws(app).await;

    // Nothing but hashes is kept, and another's lists are not seen.
    let kept: i64 = app.read(|conn| Ok(suppressions::table.count().get_result(conn)?)).await;
    assert_eq!(kept, 2);
    let listed = app.api("GET", "/api/v1/suppressions", &other.key).send().await.expect(200).json();
    assert_eq!(listed[0]["hashes"], 0);
    let wrong = json!({"list": "customers", "contacts": ["nobody", "a@b"]});
    let refused = change(app, &shop, &wrong).await.expect(422);
    assert_eq!(refused.field_codes(), ["contacts[0]:phone_invalid", "contacts[1]:email_invalid"]);
    change(app, &seller, &body).await.expect(403);
});

on_both!(async fn whom_the_exchange_lists_is_refused_and_not_sold(app) {
    let (shop, seller) = (app.buyer("Optika").await, app.seller("Baltic Leads").await);
    let auditor = app.operator(Role::Auditor).await;
    market::deposit(app, &shop, "500.00", "EUR").await;
    let lead = market::latvian_lead(1, 2);
    let sent = market::send_batch(app, &seller, std::slice::from_ref(&lead)).await;
    let body = json!({"list": "do_not_contact", "contacts": [email_of(&lead)]});
    change(app, &auditor, &body).await.expect(200);
    assert_eq!(buy(app, &shop, &sent[0]).await.status, 409);
    let again = app.api("POST", "/api/v1/leads", &seller.key).json(&lead).send().await.expect(422);
    assert!(again.field_codes().contains(&"contact:suppressed".to_owned()), "{}", again.text);
    // The exchange has no customers.
    let refused = change(app, &auditor, &json!({"list": "customers", "contacts": []})).await.expect(422);
    assert_eq!(refused.field_codes(), ["list:not_allowed"]);
});

on_both!(async fn lists_are_kept_by_page(app) {
    let shop = app.buyer("Optika").await;
    let auditor = app.operator(Role::Auditor).await;
    for (who, path, list) in [
        (&shop, "/buyer/suppressions", "customers"),
        (&auditor, "/operator/suppressions", "do_not_contact"),
    ] {
        let browser = app.sign_in(&who.email).await;
        let wrong = [("list", list), ("contacts", "a@example.org\nnobody")];
        let refused = browser.post_form(path, &wrong).await.expect(422);
        assert!(refused.text.contains("see lines 2"), "{}", refused.text);
        let right = [("list", list), ("contacts", "a@example.org\n+371 20 000 001;\n\n")];
        browser.post_form(path, &right).await.expect(303);
        let shown = browser.get(path).await.expect(200);
        assert!(!shown.text.contains("a@example.org"), "{}", shown.text);
    }
    let kept: i64 = app.read(|conn| Ok(suppressions::table.count().get_result(conn)?)).await;
    assert_eq!(kept, 4);
});
