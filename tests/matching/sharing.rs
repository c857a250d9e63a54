//! Leads of several copies that requests bid for by the number of buyers.

use std::sync::Arc;

use diesel::prelude::*;
use futures_util::future::{join, join_all};
use galena::clock::SECOND;
use galena::db::schema::{leads, purchases};
use galena::db::types::json as to_json;
use galena::id::{LeadId, RequestId};
use galena::leads::offer_again;
use galena::matching::decisions::{self, Body, Verdict};
use galena::purchases::{Explanation, Seller, jobs::match_request};
use galena::requests::MatchJob;
use galena::scoring::OfferJob;
use serde_json::{Value, json};

use super::decisions::{admin, replayed, sells_by};
use crate::harness::{TestApp, Trader};
use crate::{market, pings};

/// A request for everybody in Latvia: what it bids for a lead alone, and by the number of buyers.
fn terms(bid: &str, shared: &[(i32, &str)]) -> Value {
    let shared: Vec<Value> = shared
        .iter()
        .map(|(buyers, bid)| json!({"buyers": buyers, "bid": {"amount": bid, "currency": "EUR"}}))
        .collect();
    json!({
        "name": "Riga",
        "vertical": "eyewear",
        "filter": {"field": "country", "op": "eq", "value": "LV"},
        "bid": {"amount": bid, "currency": "EUR"},
        "shared_bids": shared,
        "quantity": 400,
        "auto_buy": true,
    })
}

/// A buyer with so much money and such a request, which has met the listed leads.
async fn bidder(app: &TestApp, money: &str, bid: &str, shared: &[(i32, &str)]) -> (Trader, String) {
    let name = shared.iter().fold(bid.to_owned(), |name, (buyers, _)| {
        format!("{name} {buyers}")
    });
    let buyer = app.buyer(&format!("Buyer at {name}")).await;
    market::deposit(app, &buyer, money, "EUR").await;
    let request = market::post_request(app, &buyer, &terms(bid, shared)).await;
    market::activate(app, &buyer, &request).await;
    app.drain_jobs().await;
    (buyer, request)
}

/// Sends one lead of so many copies: what the seller is answered.
async fn send(app: &TestApp, seller: &Trader, number: usize, copies: usize) -> Value {
    app.advance(SECOND);
    let answer = app
        .api("POST", "/api/v1/leads", &seller.key)
        .json(&market::latvian_lead(number, copies));
    answer.send().await.expect(201).json()
}

/// Copies, copies sold, and state.
fn copies(lead: &Value) -> (i64, i64, &str) {
    (
        lead["copies"].as_i64().unwrap(),
        lead["copies_sold"].as_i64().unwrap(),
        lead["state"].as_str().unwrap(),
    )
}

async fn stored(app: &TestApp, seller: &Trader, lead: &Value) -> Value {
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().unwrap());
    app.api("GET", &path, &seller.key)
        .send()
        .await
        .expect(200)
        .json()
}

/// What the buyer paid for a lead; `None` when it did not get it.
async fn paid(app: &TestApp, buyer: &Trader, lead: &Value) -> Option<String> {
    let bought = market::purchases(app, buyer).await;
    let of = bought
        .iter()
        .find(|purchase| purchase["lead"] == lead["id"])?;
    Some(of["price"]["amount"].as_str().unwrap().to_owned())
}

async fn assert_replays(app: &TestApp) {
    let verdicts = replayed(app, 1_000).await;
    assert!(!verdicts.is_empty());
    assert!(
        verdicts.iter().all(|verdict| *verdict == Verdict::Same),
        "{verdicts:?}"
    );
}

on_both!(async fn one_buyer_beats_several_only_when_it_pays_more(app) {
    let seller = app.seller("Baltic Leads").await;
    let (first, _) = bidder(app, "500.00", "20.00", &[(2, "12.00")]).await;
    let alone = send(app, &seller, 1, 3).await;
    assert_eq!(copies(&alone), (1, 1, "sold_out"), "nobody shares with it");
    assert_eq!(paid(app, &first, &alone).await.unwrap(), "20.00");

    let (second, _) = bidder(app, "500.00", "18.00", &[(2, "11.00")]).await;
    let shared = send(app, &seller, 2, 3).await;
    assert_eq!(copies(&shared), (2, 2, "sold_out"), "12 and 11 are more than 20");
    assert_eq!(copies(&stored(app, &seller, &shared).await), (2, 2, "sold_out"));
    assert_eq!(paid(app, &first, &shared).await.unwrap(), "12.00");
    assert_eq!(paid(app, &second, &shared).await.unwrap(), "11.00");
    let told = market::purchases(app, &first).await[0]["explanation"].clone();
    assert_eq!((&told["buyers"], &told["bid"]["amount"]), (&json!(2), &json!("12.00")), "{told}");
    let single = send(app, &seller, 3, 1).await;
    assert_eq!(paid(app, &first, &single).await.unwrap(), "20.00", "a lead of one copy is its buyer's alone");

    let (third, _) = bidder(app, "500.00", "24.00", &[(3, "9.00")]).await;
    let dearest = send(app, &seller, 4, 3).await;
    assert_eq!(copies(&dearest), (1, 1, "sold_out"), "24 are more than 12 and 11");
    assert_eq!(paid(app, &third, &dearest).await.unwrap(), "24.00");

    let (plain, _) = bidder(app, "500.00", "13.00", &[]).await;
    let mixed = send(app, &seller, 5, 3).await;
    assert_eq!(copies(&mixed), (2, 2, "sold_out"), "13 and 12 are more than 24");
    assert_eq!(paid(app, &plain, &mixed).await.unwrap(), "13.00");
    assert_eq!(paid(app, &first, &mixed).await.unwrap(), "12.00");

    // Under second prices the bids of such a choice pay themselves; a lead of one copy has its second price.
    sells_by(&admin(app).await, "price", "second").await;
    let chosen = send(app, &seller, 6, 3).await;
    assert_eq!(paid(app, &plain, &chosen).await.unwrap(), "13.00");
    let single = send(app, &seller, 7, 1).await;
    assert_eq!(paid(app, &third, &single).await.unwrap(), "20.01");
    assert_replays(app).await;
    market::assert_laws(app).await;
});

on_both!(async fn the_set_is_chosen_again_without_who_cannot_pay(app) {
    let seller = app.seller("Baltic Leads").await;
    let (poor, request) = bidder(app, "15.00", "30.00", &[(2, "14.00")]).await;
    let (other, _) = bidder(app, "500.00", "20.00", &[(2, "10.00")]).await;
    let lead = send(app, &seller, 1, 2).await;
    assert_eq!(copies(&lead), (2, 2, "sold_out"));
    assert_eq!(paid(app, &poor, &lead).await.unwrap(), "14.00", "for half of the lead it has the money");
    assert_eq!(paid(app, &other, &lead).await.unwrap(), "10.00");
    let (decision, _) = app.read(|conn| decisions::latest(conn, 1)).await.pop().unwrap();
    let tries: Vec<_> = decision.body.tries.iter().map(|tried| (tried.buyers, tried.paid, tried.gate)).collect();
    assert_eq!(tries, [(Some(1), None, Some(209)), (Some(2), Some(1_400), None), (Some(2), Some(1_000), None)]);
    assert_eq!(decision.body.tries[0].request, request.parse().unwrap());

    // With one euro left it pays for nothing, and the other one gets the lead alone.
    let lead = send(app, &seller, 2, 2).await;
    assert_eq!((copies(&lead), paid(app, &poor, &lead).await), ((1, 1, "sold_out"), None));
    assert_eq!(paid(app, &other, &lead).await.unwrap(), "20.00");
    assert_replays(app).await;

    // Another number of buyers, or another price, is noticed.
    let mut forged = decision.clone();
    forged.body.tries[1].buyers = Some(1);
    assert!(matches!(forged.replay(&[7; 32]), Verdict::Differs(_)));
    let mut forged = decision;
    forged.body.contenders[0].shared.as_mut().unwrap()[0].price = 900;
    assert!(matches!(forged.replay(&[7; 32]), Verdict::Differs(_)));
    market::assert_laws(app).await;
});

on_both!(async fn an_activated_request_buys_a_listed_lead_alone_or_for_its_copies(app) {
    let (seller, picker) = (app.seller("Baltic Leads").await, app.buyer("Picker").await);
    market::deposit(app, &picker, "100.00", "EUR").await;
    let (whole, begun) = (send(app, &seller, 1, 3).await, send(app, &seller, 2, 3).await);
    let pick = format!("/api/v1/listings/{}/buy", begun["id"].as_str().unwrap());
    app.api("POST", &pick, &picker.key).json(&json!({})).send().await.expect(201);

    let (two, request) = bidder(app, "500.00", "20.00", &[(2, "12.00")]).await;
    assert_eq!(paid(app, &two, &whole).await.unwrap(), "20.00");
    assert_eq!(copies(&stored(app, &seller, &whole).await), (1, 1, "sold_out"));
    assert_eq!(paid(app, &two, &begun).await, None, "it does not bid for three");
    let path = format!("/api/v1/purchase_requests/{request}/explain?lead={}", begun["id"].as_str().unwrap());
    let told = app.api("GET", &path, &two.key).send().await.expect(200).text;
    assert!(told.contains("\"sharing\"") && told.contains("131"), "{told}");

    let (three, _) = bidder(app, "500.00", "20.00", &[(3, "10.00")]).await;
    assert_eq!(paid(app, &three, &begun).await.unwrap(), "10.00");
    assert_eq!(copies(&stored(app, &seller, &begun).await), (3, 2, "listed"));
    let page = app.sign_in(&three.email).await;
    let purchase = market::purchases(app, &three).await[0]["id"].as_str().unwrap().to_owned();
    let shown = page.get(&format!("/buyer/purchases/{purchase}")).await.expect(200).text;
    assert!(shown.contains("Buyers of the lead at most"), "{shown}");
    market::assert_laws(app).await;
});

on_both!(async fn a_ping_holds_a_bid_for_a_lead_alone(app) {
    let seller = app.seller("Baltic Leads").await;
    let (buyer, _) = bidder(app, "500.00", "20.00", &[(3, "10.00")]).await;
    let mut several = pings::ping_of(1);
    several["copies"] = json!(3);
    let refused = pings::ping(app, &seller, &several).await.expect(200).json();
    assert_eq!(refused["state"], "refused");
    assert!(refused["gates"].to_string().contains("131"), "{refused}");

    let mut single = pings::ping_of(2);
    single.as_object_mut().unwrap().remove("copies");
    let held = pings::ping(app, &seller, &single).await.expect(201).json();
    assert_eq!(held["bid"]["price"]["amount"], "20.00", "{held}");
    // The document may add copies; the bid was for the lead alone.
    let mut lead = pings::lead_of(2);
    lead["copies"] = json!(3);
    let posted = pings::post(app, &seller, held["id"].as_str().unwrap(), &lead).await.expect(201).json();
    assert_eq!(posted["ping"]["state"], "posted", "{posted}");
    let bought = market::purchases(app, &buyer).await;
    assert_eq!((bought.len(), &bought[0]["price"]["amount"]), (1, &json!("20.00")));
    let left: (i32, i32) = app
        .read(|conn| Ok(leads::table.select((leads::copies, leads::copies_sold)).first(conn)?))
        .await;
    assert_eq!(left, (1, 1));

    // A bid for any number is held for one of three copies; the others are for those that bid for three.
    app.advance(SECOND);
    let (plain, _) = bidder(app, "500.00", "15.00", &[]).await;
    let mut several = pings::ping_of(3);
    several["copies"] = json!(3);
    let held = pings::ping(app, &seller, &several).await.expect(201).json();
    assert_eq!(held["bid"]["price"]["amount"], "15.00", "{held}");
    let mut lead = pings::lead_of(3);
    lead["copies"] = json!(3);
    pings::post(app, &seller, held["id"].as_str().unwrap(), &lead).await.expect(201);
    let bought = market::purchases(app, &plain).await;
    assert_eq!((bought.len(), &bought[0]["price"]["amount"]), (1, &json!("15.00")));
    let bought = market::purchases(app, &buyer).await;
    assert_eq!((bought.len(), &bought[0]["price"]["amount"]), (2, &json!("10.00")));
    let told = &bought[0]["explanation"];
    assert_eq!((&told["buyers"], &told["bid"]["amount"]), (&json!(3), &json!("10.00")), "{told}");
    market::assert_laws(app).await;
});

/// No lead has more copies sold than it has, nor more buyers than any of them bid for.
async fn assert_shared_as_bid(app: &TestApp) -> usize {
    let (leads, bought) = app
        .read(|conn| {
            let leads: Vec<(LeadId, i32, i32)> = leads::table
                .select((leads::id, leads::copies, leads::copies_sold))
                .load(conn)?;
            let bought: Vec<(LeadId, String)> = purchases::table
                .select((purchases::lead_id, purchases::explanation))
                .load(conn)?;
            Ok((leads, bought))
        })
        .await;
    let mut narrowed = 0;
    for (lead, copies, copies_sold) in leads {
        let of: Vec<Explanation> = bought
            .iter()
            .filter(|(sold, _)| *sold == lead)
            .map(|(_, told)| serde_json::from_str(told).unwrap())
            .collect();
        assert_eq!(of.len(), usize::try_from(copies_sold).unwrap());
        assert!(copies_sold <= copies);
        for told in &of {
            let most = told.buyers.unwrap_or(copies);
            assert!(
                copies_sold <= most && copies <= most,
                "{copies_sold} of {copies}: {told:?}"
            );
        }
        narrowed += usize::from(copies < 3);
    }
    narrowed
}

on_both!(async fn fifty_buyers_at_once_never_get_more_than_was_bid_for(app) {
    let seller = app.seller("Baltic Leads").await;
    let documents: Vec<Value> = (0..12).map(|number| market::latvian_lead(number, 3)).collect();
    let listed = market::send_batch(app, &seller, &documents).await;
    let mut buyers = Vec::new();
    for number in 0..50 {
        let (bid, shared): (String, &[(i32, &str)]) = match number % 4 {
            0 => (format!("{}.00", 20 + number), &[(2, "14.00")]),
            1 => (format!("{}.00", 20 + number), &[(2, "13.00"), (3, "11.00")]),
            2 => ("15.00".to_owned(), &[(3, "12.00")]),
            _ => ("10.00".to_owned(), &[]),
        };
        let buyer = app.buyer(&format!("Buyer {number}")).await;
        market::deposit(app, &buyer, "5000.00", "EUR").await;
        let mut document = terms(&bid, shared);
        document["quantity"] = json!(6);
        let request = market::post_request(app, &buyer, &document).await;
        market::activate(app, &buyer, &request).await;
        buyers.push((buyer, request.parse::<RequestId>().unwrap()));
    }
    // Requests meet the listed leads, the leads are offered again, and others pick them by hand, all at once.
    let meets = buyers.iter().map(|(_, request)| {
        match_request(app.app.db.clone(), app.clock.clone(), MatchJob { request: *request })
    });
    let offers = listed.iter().map(|lead| {
        let exchange = Arc::new(Seller::new(Arc::clone(&app.app.market)));
        let job = OfferJob { lead: lead.parse().unwrap() };
        offer_again(app.app.db.clone(), app.clock.clone(), exchange, job)
    });
    let picks = buyers.iter().take(10).zip(&listed).map(|((buyer, _), lead)| {
        let pick = format!("/api/v1/listings/{lead}/buy");
        app.api("POST", &pick, &buyer.key).json(&json!({})).send()
    });
    let ((met, offered), _) = join(join(join_all(meets), join_all(offers)), join_all(picks)).await;
    for outcome in met.into_iter().chain(offered) {
        outcome.unwrap();
    }
    assert_shared_as_bid(app).await;

    let sends = (100..124).map(|number| {
        let (lead, key) = (market::latvian_lead(number, 3), seller.key.clone());
        async move { app.api("POST", "/api/v1/leads", &key).json(&lead).send().await.expect(201).json() }
    });
    for lead in join_all(sends).await {
        assert!(lead["copies_sold"].as_i64() <= lead["copies"].as_i64(), "{lead}");
    }
    let narrowed = assert_shared_as_bid(app).await;
    assert!(narrowed >= 10, "{narrowed} leads were narrowed");
    assert_replays(app).await;
    market::assert_laws(app).await;
});

on_both!(async fn shared_bids_are_checked_kept_and_shown(app) {
    let buyer = app.buyer("Optika").await;
    for (shared, code) in [
        (json!([{"buyers": 1, "bid": {"amount": "5.00", "currency": "EUR"}}]), "shared_bids[0].buyers:too_small"),
        (json!([{"buyers": 4, "bid": {"amount": "5.00", "currency": "EUR"}}]), "shared_bids[0].buyers:too_large"),
        (json!([{"buyers": 2, "bid": {"amount": "0.00", "currency": "EUR"}}]), "shared_bids[0].bid:too_small"),
        (json!([{"buyers": 2, "bid": {"amount": "20.01", "currency": "EUR"}}]), "shared_bids[0].bid:too_large"),
        (json!([{"buyers": 2, "bid": {"amount": "5.00", "currency": "RUB"}}]), "shared_bids[0].bid.currency:currency_mismatch"),
        (
            json!([{"buyers": 2, "bid": {"amount": "5.00", "currency": "EUR"}}, {"buyers": 2, "bid": {"amount": "4.00", "currency": "EUR"}}]),
            "shared_bids[1].buyers:not_allowed",
        ),
    ] {
        let mut wrong = terms("20.00", &[]);
        wrong["shared_bids"] = shared;
        let refused = app.api("POST", "/api/v1/purchase_requests", &buyer.key).json(&wrong).send().await.expect(422);
        assert_eq!(refused.field_codes(), [code], "{}", refused.text);
    }
    let request = market::post_request(app, &buyer, &terms("20.00", &[(3, "10.00"), (2, "12.00")])).await;
    let path = format!("/api/v1/purchase_requests/{request}");
    let kept = app.api("GET", &path, &buyer.key).send().await.expect(200).json();
    let expected = json!([
        {"buyers": 2, "bid": {"amount": "12.00", "currency": "EUR"}},
        {"buyers": 3, "bid": {"amount": "10.00", "currency": "EUR"}},
    ]);
    assert_eq!(kept["shared_bids"], expected, "the fewest buyers first: {kept}");
    let plain = market::post_request(app, &buyer, &terms("20.00", &[])).await;
    let plain = app.api("GET", &format!("/api/v1/purchase_requests/{plain}"), &buyer.key).send().await.expect(200).json();
    assert!(plain["shared_bids"].is_null(), "{plain}");

    let browser = app.sign_in(&buyer.email).await;
    let page = browser.get(&format!("/buyer/requests/{request}")).await.expect(200).text;
    assert!(page.contains("A lead of 2 buyers") && page.contains("A lead of 3 buyers"), "{page}");
    let edit = browser.get(&format!("/buyer/requests/{request}/edit")).await.expect(200).text;
    assert!(edit.contains("value=\"2: 12.00; 3: 10.00\""), "{edit}");
    let file = browser.get("/buyer/requests/export/csv").await.expect(200).text;
    assert!(file.contains("2: 12.00; 3: 10.00"), "{file}");

    let form = |shared: &'static str| {
        let mut form = vec![
            ("vertical", "eyewear"), ("name", "Typed"), ("bid", "20"), ("currency", "EUR"), ("quantity", "5"),
            ("schedule.from", "00:00"), ("schedule.to", "24:00"), ("schedule.time_zone", "UTC"), ("auto_buy", "true"),
            ("shared_bids", shared),
        ];
        form.extend(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| ("schedule.days", day)));
        form
    };
    for wrong in ["two", "2: much", "2: 12,00; 5: 3"] {
        let page = browser.post_form("/buyer/requests", &form(wrong)).await.expect(422).text;
        assert!(page.contains(&format!("value=\"{wrong}\"")) && page.contains("is-invalid"), "{page}");
    }
    browser.post_form("/buyer/requests", &form("3: 8; 2: 12,50")).await.expect(303);
    let all = app.api("GET", "/api/v1/purchase_requests", &buyer.key).send().await.expect(200).json();
    let typed = all["data"].as_array().unwrap().iter().find(|one| one["name"] == "Typed").unwrap();
    assert_eq!(typed["shared_bids"][0], json!({"buyers": 2, "bid": {"amount": "12.50", "currency": "EUR"}}), "{typed}");
});

on_both!(async fn a_backtest_bids_by_the_number_of_buyers(app) {
    let (seller, buyer) = (app.seller("Baltic Leads").await, app.buyer("Optika").await);
    let (_one, _) = bidder(app, "500.00", "12.00", &[]).await;
    let (_other, _) = bidder(app, "500.00", "11.00", &[]).await;
    send(app, &seller, 1, 2).await;
    send(app, &seller, 2, 3).await;
    let tried = async |bid: &str, shared: &[(i32, &str)]| {
        let path = "/api/v1/purchase_requests/backtest?days=7";
        let answer = app.api("POST", path, &buyer.key).json(&terms(bid, shared)).send().await.expect(200).json();
        (answer["bought"].clone(), answer["spent"]["amount"].clone(), answer["outbid"].clone())
    };
    assert_eq!(tried("24.00", &[(2, "9.50")]).await, (json!(2), json!("48.00"), json!(0)), "more than 12 and 11");
    assert_eq!(tried("23.00", &[(2, "11.50")]).await, (json!(1), json!("11.50"), json!(1)), "more than 11, for two");
    assert_eq!(tried("20.00", &[(3, "9.50")]).await, (json!(1), json!("9.50"), json!(1)), "the copy that is left of three");
    assert_eq!(tried("20.00", &[(2, "11.00")]).await, (json!(0), json!("0.00"), json!(2)));
    assert_eq!(tried("12.00", &[]).await.0, json!(2), "however many get it");
});

#[test]
fn decisions_that_were_kept_before_read_the_same() {
    let kept = r#"{"distribution":"price","pricing":"first","ask":900,"copies":2,"contenders":[{"request":"req_019aa0c00f5a7c11b0f0b3a1c2d3e4f5","buyer":"acc_019aa0c00f5a7c11b0f0b3a1c2d3e4f5","price":2000,"bids":true,"rank":20000000,"wishes_met":0,"tier":5,"weight":100,"served":null}],"contended":1,"tries":[{"request":"req_019aa0c00f5a7c11b0f0b3a1c2d3e4f5","paid":2000,"gate":null}]}"#;
    let body: Body = serde_json::from_str(kept).unwrap();
    assert_eq!(body.contenders[0].shared, None);
    assert_eq!(to_json(&body).unwrap(), kept);
}
