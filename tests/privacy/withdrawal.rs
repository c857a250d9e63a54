//! Withdrawal: from its commit on nobody gets the lead, whoever has it is told, and has to say that it stopped.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use galena::access::Role;
use galena::clock::DAY;
use serde_json::json;

use super::{EMAIL, buy, buy_one, person, purchase, rich_buyer};
use crate::harness::TestApp;
use crate::market;

/// The path of a lead's link, as its seller gets it for its letters.
async fn link(app: &TestApp, key: &str, lead: &str) -> String {
    let path = format!("/api/v1/leads/{lead}/withdrawal_link");
    let answer = app.api("GET", &path, key).send().await.expect(200).json();
    let url = answer["url"].as_str().unwrap();
    url.strip_prefix(&app.address).unwrap().to_owned()
}

on_both!(async fn a_hundred_buyers_race_a_withdrawal(app) {
    let seller = app.seller("Baltic Leads").await;
    let mut buyers = Vec::new();
    for number in 0..100 {
        buyers.push(rich_buyer(app, &format!("Buyer {number}")).await);
    }
    // Ten leads of ten copies each, and their people withdraw while the buyers buy.
    let documents: Vec<_> = (0..10).map(|number| market::latvian_lead(number, 3)).collect();
    let leads = market::send_batch(app, &seller, &documents).await;
    let visitor = app.visitor();
    let mut links = Vec::new();
    for lead in &leads {
        links.push(link(app, &seller.key, lead).await);
    }
    let buying = join_all(buyers.iter().enumerate().map(|(number, buyer)| {
        buy(app, buyer, &leads[number % leads.len()])
    }));
    let withdrawing = join_all(links.iter().map(|link| visitor.post_form(link, &[])));
    let (bought, withdrawn) = tokio::join!(buying, withdrawing);
    for answer in withdrawn {
        answer.expect(200);
    }
    for answer in &bought {
        assert!(matches!(answer.status, 201 | 409), "{}", answer.text);
    }
    // Whoever got a lead was told of its withdrawal, and nobody else.
    for (buyer, answer) in buyers.iter().zip(&bought) {
        let bought = answer.status == 201;
        let told = if bought {
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let path = format!("/api/v1/purchases/{id}/confirm_revocation");
            app.api("POST", &path, &buyer.key).send().await.status == 200
        } else {
            false
        };
        assert_eq!(told, bought);
    }
    // And from now on nobody gets one.
    let late = rich_buyer(app, "Too late").await;
    for lead in &leads {
        buy(app, &late, lead).await.expect(409);
    }
    market::assert_laws(app).await;
});

on_both!(async fn whoever_has_the_lead_is_told_and_confirms(app) {
    let seller = app.seller("Baltic Leads").await;
    let (first, second) = (rich_buyer(app, "Optika").await, rich_buyer(app, "Brilles").await);
    let lead = market::send_batch(app, &seller, &[person()]).await.remove(0);
    let (one, two) = (buy_one(app, &first, &lead).await, buy_one(app, &second, &lead).await);
    let path = link(app, &seller.key, &lead).await;
    let visitor = app.visitor();
    // Looking at the link changes nothing.
    visitor.get(&path).await.expect(200);
    assert_eq!(purchase(app, &first, &one).await["lead_state"], json!("listed"));
    let done = visitor.post_form(&path, &[]).await.expect(200).text;
    assert!(done.contains("Your consent is withdrawn"), "{done}");
    for (trader, subject) in [(&first, &one), (&second, &two), (&seller, &lead)] {
        let events = app.api("GET", "/api/v1/events", &trader.key).send().await.expect(200).json();
        let told: Vec<_> = events["data"].as_array().unwrap().iter()
            .filter(|event| event["type"] == json!("consent.revoked"))
            .collect();
        assert_eq!(told.len(), 1, "{events}");
        assert_eq!(told[0]["subject"], json!(subject));
    }
    let opened = purchase(app, &first, &one).await;
    assert_eq!(opened["lead_state"], json!("withdrawn"));
    assert_eq!(opened["contact"]["email"], json!(EMAIL), "needed until it is removed everywhere");
    // A stranger cannot confirm for the buyer, nor the buyer twice.
    let confirm = |id: &str| format!("/api/v1/purchases/{id}/confirm_revocation");
    app.api("POST", &confirm(&one), &second.key).send().await.expect(404);
    let confirmed = app.api("POST", &confirm(&one), &first.key).send().await.expect(200).json();
    assert!(confirmed["confirmed_at"].is_string(), "{confirmed}");
    app.api("POST", &confirm(&one), &first.key).send().await.expect(409);
    assert_eq!(purchase(app, &first, &one).await["contact"], json!({}), "masked once it is given up");
    // The other is overdue after three days, and the operator sees it.
    let desk = app.sign_in(&app.operator(Role::Auditor).await.email).await;
    let waiting = desk.get("/operator/withdrawals").await.expect(200).text;
    assert!(waiting.contains("Brilles") && !waiting.contains("Optika") && !waiting.contains("overdue<"), "{waiting}");
    app.advance(3 * DAY + 1);
    let desk = app.sign_in(&app.operator(Role::Finance).await.email).await;
    let waiting = desk.get("/operator/withdrawals").await.expect(200).text;
    assert!(waiting.contains("Brilles") && waiting.contains("overdue<"), "{waiting}");
    // It confirms on its page.
    let shop = app.sign_in(&second.email).await;
    let page = format!("/buyer/purchases/{two}");
    assert!(shop.get(&page).await.expect(200).text.contains("The person withdrew its consent"));
    shop.post_form(&format!("{page}/confirm"), &[]).await.expect(303);
    assert!(!desk.get("/operator/withdrawals").await.expect(200).text.contains("Brilles"));
    // The person cannot be sent in again.
    let mut again = person();
    again["external_id"] = json!("again");
    let other = app.seller("Other Leads").await;
    let refused = app.api("POST", "/api/v1/leads", &other.key).json(&again).send().await.expect(422);
    let codes: BTreeSet<String> = refused.field_codes().into_iter().collect();
    assert!(!codes.is_empty(), "{}", refused.text);
    market::assert_laws(app).await;
});

on_both!(async fn a_link_of_another_server_is_none(app) {
    let seller = app.seller("Baltic Leads").await;
    let stranger = app.seller("Other Leads").await;
    let lead = market::send_batch(app, &seller, &[person()]).await.remove(0);
    let path = format!("/api/v1/leads/{lead}/withdrawal_link");
    app.api("GET", &path, &stranger.key).send().await.expect(404);
    let good = link(app, &seller.key, &lead).await;
    let visitor = app.visitor();
    for bad in [good.replace("revoke.", "revoked."), format!("{good}0"), "/privacy/withdraw/x".to_owned()] {
        visitor.get(&bad).await.expect(404);
        visitor.post_form(&bad, &[]).await.expect(404);
    }
});
