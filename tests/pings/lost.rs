//! Bids that cannot be kept: why, and what becomes of the lead.

use galena::access::Role;
use galena::clock::SECOND;
use serde_json::{Value, json};

use super::{
    counters, held, lead_of, open_holds, ping, ping_of, post, request, scene, shown, wallet,
};
use crate::conversions::{make_contract, ppa, request_under};
use crate::harness::{TestApp, Trader, with};
use crate::market;

async fn step(app: &TestApp, buyer: &Trader, request: &str, step: &str) {
    let path = format!("/api/v1/purchase_requests/{request}/{step}");
    app.api("POST", &path, &buyer.key).send().await.expect(200);
}

on_both!(async fn a_paused_request_loses_to_the_next_bidder(app) {
    let (seller, buyer) = scene(app).await;
    let (next, wanted) = (app.buyer("Brilles").await, request(app, &buyer, &[]).await);
    market::deposit(app, &next, "100.00", "EUR").await;
    request(app, &next, &[("bid.amount", json!("20.00"))]).await;
    let id = held(app, &seller, 1).await;
    step(app, &buyer, &wanted, "pause").await;
    let posted = post(app, &seller, &id, &lead_of(1)).await.expect(201).json();
    assert_eq!(posted["ping"]["state"], "lost");
    assert_eq!(posted["ping"]["reason"]["number"], 201);
    assert!(posted["ping"].get("purchase").is_none());
    assert_eq!(posted["lead"]["sales"][0]["price"]["amount"], "20.00");
    assert_eq!(wallet(app, &buyer).await, ("500.00".to_owned(), "0.00".to_owned()));
    assert_eq!(wallet(app, &next).await, ("80.00".to_owned(), "0.00".to_owned()));
    assert_eq!(counters(app, &wanted).await, (0, 0, 0, 0, vec![]));
    market::assert_laws(app).await;
});

on_both!(async fn an_edited_request_bids_anew(app) {
    let (seller, buyer) = scene(app).await;
    let caps = json!({"day": {"count": 1}});
    let wanted = request(app, &buyer, &[("caps", caps)]).await;
    let id = held(app, &seller, 1).await;
    step(app, &buyer, &wanted, "pause").await;
    step(app, &buyer, &wanted, "resume").await;
    // Its old bid is void; the place that it held is free for the same lead.
    let posted = post(app, &seller, &id, &lead_of(1)).await.expect(201).json();
    assert_eq!(posted["ping"]["reason"]["number"], 201);
    assert_eq!(posted["lead"]["sales"].as_array().unwrap().len(), 1);
    assert_eq!(counters(app, &wanted).await, (1, 0, 3_000, 0, vec![(1, 3_000)]));
    assert_eq!(open_holds(app).await, 0);
    app.drain_jobs().await;
    market::assert_laws(app).await;
});

on_both!(async fn a_lead_that_nobody_buys_is_kept_only_on_wish(app) {
    let (seller, buyer) = scene(app).await;
    let wanted = request(app, &buyer, &[]).await;
    let keeps = ping(app, &seller, &with(ping_of(2), "keep", json!(true))).await.expect(201).json();
    let drops = held(app, &seller, 1).await;
    step(app, &buyer, &wanted, "pause").await;
    let posted = post(app, &seller, &drops, &lead_of(1)).await.expect(201).json();
    assert_eq!(posted["lead"]["state"], "withdrawn");
    assert_eq!(posted["lead"]["sales"], json!([]));
    let kept = post(app, &seller, keeps["id"].as_str().unwrap(), &lead_of(2)).await;
    assert_eq!(kept.expect(201).json()["lead"]["state"], "listed");
    assert_eq!(open_holds(app).await, 0);
    // What was withdrawn may come again, and what is listed is bought.
    step(app, &buyer, &wanted, "resume").await;
    app.drain_jobs().await;
    assert_eq!(market::purchases(app, &buyer).await.len(), 1);
    let again = held(app, &seller, 1).await;
    let posted = post(app, &seller, &again, &lead_of(1)).await.expect(201).json();
    assert_eq!(posted["ping"]["state"], "posted");
    market::assert_laws(app).await;
});

on_both!(async fn a_contact_that_turns_out_to_be_barred_loses_the_bid(app) {
    let (seller, buyer) = scene(app).await;
    let wanted = request(app, &buyer, &[]).await;
    // Announced without hashes, so that nothing is known of the person.
    let blind = |number: usize| {
        let blind = with(ping_of(number), "contact_hashes", Value::Null);
        with(blind, "has", json!({"email": true, "phone": true}))
    };
    let mut ids = Vec::new();
    for number in 1..=3 {
        let bid = ping(app, &seller, &blind(number)).await.expect(201).json();
        ids.push(bid["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(wallet(app, &buyer).await, ("410.00".to_owned(), "90.00".to_owned()));
    // The buyer's own customer.
    let listed = json!({"list": "customers", "contacts": ["janis.berzins.1@example.org"]});
    app.api("POST", "/api/v1/suppressions", &buyer.key).json(&listed).send().await.expect(200);
    let posted = post(app, &seller, &ids[0], &lead_of(1)).await.expect(201).json();
    assert_eq!(posted["ping"]["reason"]["number"], 217);
    assert_eq!(posted["lead"]["state"], "withdrawn");
    // Somebody who is to be left alone.
    let auditor = app.operator(Role::Auditor).await;
    let listed = json!({"list": "do_not_contact", "contacts": ["janis.berzins.2@example.org"]});
    app.api("POST", "/api/v1/suppressions", &auditor.key).json(&listed).send().await.expect(200);
    let refused = post(app, &seller, &ids[1], &lead_of(2)).await.expect(422);
    assert!(refused.field_codes().contains(&"contact:suppressed".to_owned()), "{}", refused.text);
    assert_eq!(shown(app, &seller, &ids[1]).await["reason"]["number"], 411);
    // Somebody whom another has sent meanwhile: the second bid went to that lead.
    let other = app.seller("Other Leads").await;
    market::send_batch(app, &other, &[lead_of(3)]).await;
    let refused = post(app, &seller, &ids[2], &lead_of(3)).await.expect(422);
    assert!(refused.field_codes().contains(&"contact.email:duplicate".to_owned()), "{}", refused.text);
    let lost = shown(app, &seller, &ids[2]).await;
    assert_eq!((lost["state"].clone(), lost["reason"]["number"].clone()), (json!("lost"), json!(410)));
    assert_eq!(counters(app, &wanted).await, (1, 0, 3_000, 0, vec![]));
    assert_eq!(wallet(app, &buyer).await, ("470.00".to_owned(), "0.00".to_owned()));
    market::assert_laws(app).await;
});

on_both!(async fn what_the_whole_lead_fails_loses_the_bid(app) {
    let (seller, buyer) = scene(app).await;
    // The ping does not say what it is for; the lead does, and it is something else.
    let filter = json!({"not": {"field": "looking_for", "op": "eq", "value": "sunglasses"}});
    request(app, &buyer, &[("filter", filter), ("needs", json!(["email"]))]).await;
    let unknown = with(ping_of(1), "attributes.looking_for", Value::Null);
    let answer = ping(app, &seller, &unknown).await;
    if answer.status == 201 {
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let posted = post(app, &seller, &id, &lead_of(1)).await.expect(201).json();
        assert_eq!(posted["ping"]["reason"]["number"], 102);
        assert_eq!(posted["lead"]["sales"], json!([]));
    } else {
        assert_eq!(answer.json()["gates"][0]["number"], 102);
    }
    assert_eq!(open_holds(app).await, 0);
    market::assert_laws(app).await;
});

on_both!(async fn a_quarantined_lead_loses_the_bid(app) {
    let (seller, buyer) = scene(app).await;
    let admin = app.operator(Role::Admin).await;
    request(app, &buyer, &[]).await;
    let checks = app.api("GET", "/api/v1/verticals/eyewear/checks", &admin.key).send().await.expect(200);
    let mut settings = checks.json();
    for check in settings["checks"].as_array_mut().unwrap() {
        if check["name"] == "email_role" {
            check["on"] = json!(true);
            check["on_fail"] = json!("quarantine");
            check["on_warn"] = json!("quarantine");
        }
    }
    settings.as_object_mut().unwrap().remove("version");
    app.api("PUT", "/api/v1/verticals/eyewear/checks", &admin.key)
        .header("if-match", checks.header("etag"))
        .json(&settings).send().await.expect(200);
    for keep in [false, true] {
        let blind = with(ping_of(1), "contact_hashes", Value::Null);
        let blind = with(with(blind, "has", json!({"email": true})), "keep", json!(keep));
        let bid = ping(app, &seller, &blind).await.expect(201).json();
        let lead = with(lead_of(1), "contact.email", json!("info@example.org"));
        let posted = post(app, &seller, bid["id"].as_str().unwrap(), &lead).await.expect(201).json();
        assert_eq!(posted["ping"]["reason"]["number"], 413);
        assert_eq!(posted["lead"]["state"], if keep { "quarantined" } else { "withdrawn" });
    }
    assert_eq!(wallet(app, &buyer).await, ("500.00".to_owned(), "0.00".to_owned()));
    market::assert_laws(app).await;
});

/// The same for who pays by appointments, whatever they are expected to bring.
fn by_outcome(document: Value) -> Value {
    let document = with(document, "accepts", json!(["ppa"]));
    with(document, "least", json!({"any_yield": true}))
}

on_both!(async fn an_appointment_is_held_from_the_ping_on(app) {
    let (seller, buyer) = scene(app).await;
    let contract = make_contract(app, &buyer, None, &ppa()).await;
    let wanted = market::post_request(app, &buyer, &request_under(contract, 10)).await;
    market::activate(app, &buyer, &wanted).await;
    let bid = ping(app, &seller, &by_outcome(ping_of(1))).await;
    let bid = bid.expect(201).json();
    assert_eq!(bid["bid"]["price"]["amount"], "0.00");
    assert_eq!(wallet(app, &buyer).await, ("440.00".to_owned(), "60.00".to_owned()));
    app.advance(30 * SECOND);
    let posted = post(app, &seller, bid["id"].as_str().unwrap(), &by_outcome(lead_of(1))).await.expect(201).json();
    assert_eq!(posted["ping"]["state"], "posted");
    assert_eq!(wallet(app, &buyer).await, ("440.00".to_owned(), "60.00".to_owned()));
    assert_eq!(counters(app, &wanted).await, (1, 0, 6_000, 0, vec![]));
    market::assert_laws(app).await;
});
