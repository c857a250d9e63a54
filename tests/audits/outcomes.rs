//! What an audit does to the lead, its buyers, its seller and the seller's share.

use diesel::prelude::*;
use galena::clock::DAY;
use galena::db::schema::jobs;
use galena::ledger::{self, LedgerAccount};
use galena::money::Currency;
use serde_json::{Value, json};

use super::{auditor, decide, drawn, get, post, send, set_policy, take};
use crate::conversions::{make_contract, request_under};
use crate::harness::{TestApp, Trader};
use crate::market as trade;

/// A buyer who has bought one lead of the seller's for fifty euros, and the audit that an auditor has taken.
struct Bought {
    buyer: Trader,
    seller: Trader,
    auditors: [Trader; 2],
    lead: String,
    audit: String,
    purchase: String,
}

impl Bought {
    async fn make(app: &TestApp, terms: &Value) -> Self {
        let (buyer, seller) = (app.buyer("Optics").await, app.seller("Blue Lens").await);
        let auditors = [
            auditor(app, "First Desk").await,
            auditor(app, "Second Desk").await,
        ];
        trade::deposit(app, &buyer, "100.00", "EUR").await;
        let contract = make_contract(app, &buyer, Some(&seller), terms).await;
        app.tick().await;
        let request = trade::post_request(app, &buyer, &request_under(contract, 1)).await;
        trade::activate(app, &buyer, &request).await;
        send(app, &seller, 900..901).await;
        let bought = trade::purchases(app, &buyer).await;
        assert_eq!(bought.len(), 1);
        let (audit, lead) = take(app, &auditors[0]).await;
        assert_eq!(bought[0]["lead"], json!(lead));
        Self {
            buyer,
            seller,
            auditors,
            lead,
            audit,
            purchase: bought[0]["id"].as_str().unwrap().to_owned(),
        }
    }

    /// Pending, payable and owed of the seller, and the buyer's wallet, in cents.
    async fn money(&self, app: &TestApp) -> [i64; 4] {
        let (buyer, seller) = (self.buyer.account, self.seller.account);
        app.read(move |conn| {
            let mut at =
                |account| ledger::balance_of(conn, account, Currency::EUR).map(|money| money.minor);
            Ok([
                at(LedgerAccount::SellerPending(seller))?,
                at(LedgerAccount::SellerPayable(seller))?,
                at(LedgerAccount::SellerReceivable(seller))?,
                at(LedgerAccount::Wallet(buyer))?,
            ])
        })
        .await
    }

    async fn lead_state(&self, app: &TestApp) -> Value {
        let path = format!("/api/v1/leads/{}", self.lead);
        app.api("GET", &path, &self.seller.key)
            .send()
            .await
            .expect(200)
            .json()["state"]
            .clone()
    }

    async fn purchase_state(&self, app: &TestApp) -> Value {
        let path = format!("/api/v1/purchases/{}", self.purchase);
        app.api("GET", &path, &self.buyer.key)
            .send()
            .await
            .expect(200)
            .json()["state"]
            .clone()
    }
}

fn ppl() -> Value {
    json!({
        "model": "ppl",
        "currency": "EUR",
        "price_per_lead": {"amount": "50.00", "currency": "EUR"},
        "dispute_window_days": 7,
    })
}

async fn days(app: &TestApp, days: i64) {
    app.advance(days * DAY);
    app.tick().await;
}

on_both!(async fn a_refund_gives_the_buyer_everything_back(app) {
    let case = Bought::make(app, &ppl()).await;
    assert_eq!(case.money(app).await[3], 5_000);
    let ended = decide(app, &case.auditors[0], &case.audit, "refund", &["right_person"]).await.expect(200).json();
    assert_eq!((&ended["state"], &ended["refunds"]), (&json!("refunded"), &json!(1)));
    assert_eq!(case.lead_state(app).await, json!("rejected"));
    assert_eq!(case.purchase_state(app).await, json!("disputed"));
    let told: i64 = app.read(|conn| {
        let letters = jobs::table.filter(jobs::kind.eq("send_notice"));
        Ok(letters.filter(jobs::payload.like("%lead_audited%")).count().get_result(conn)?)
    }).await;
    assert_eq!(told, 1);
    let events = app.api("GET", "/api/v1/events?type=lead.audited", &case.seller.key).send().await.expect(200).json();
    assert_eq!(events["data"][0]["data"]["outcome"], json!("refund"));
    trade::assert_laws(app).await;
    // The seller may appeal for three days; then the money moves.
    days(app, 2).await;
    assert_eq!(case.money(app).await[3], 5_000);
    days(app, 1).await;
    assert_eq!(case.money(app).await, [0, 0, 0, 10_000]);
    assert_eq!(case.purchase_state(app).await, json!("refunded"));
    assert_eq!(case.lead_state(app).await, json!("rejected"), "it is not sold again");
    trade::assert_laws(app).await;
    days(app, 30).await;
    assert_eq!(case.money(app).await, [0, 0, 0, 10_000]);
    trade::assert_laws(app).await;

    let browser = app.sign_in(&case.seller.email).await;
    let page = browser.get(&format!("/seller/leads/{}", case.lead)).await.expect(200).text;
    assert!(page.contains("Audited and refunded: not the right person"), "{page}");
    let page = browser.get(&format!("/seller/audits/{}", case.audit)).await.expect(200).text;
    assert!(page.contains("Called on Friday at noon."), "{page}");
});

on_both!(async fn a_refund_after_the_window_takes_what_was_final(app) {
    let case = Bought::make(app, &ppl()).await;
    days(app, 8).await;
    assert_eq!(case.money(app).await, [0, 4_250, 0, 5_000]);
    decide(app, &case.auditors[0], &case.audit, "refund", &["reached"]).await.expect(200);
    days(app, 3).await;
    assert_eq!(case.money(app).await, [0, 0, 0, 10_000]);
    assert_eq!(case.purchase_state(app).await, json!("refunded"));
    trade::assert_laws(app).await;
});

on_both!(async fn another_auditor_decides_the_sellers_appeal(app) {
    let case = Bought::make(app, &ppl()).await;
    decide(app, &case.auditors[0], &case.audit, "refund", &["remembers_consent"]).await.expect(200);
    let path = "/api/v1/disputes";
    let disputes = app.api("GET", path, &case.seller.key).send().await.expect(200).json();
    let dispute = format!("{path}/{}", disputes["data"][0]["id"].as_str().unwrap());
    assert_eq!(disputes["data"][0]["reason"], json!("never_requested"));
    let send = |who: &Trader, what: &str, body: Value| {
        app.api("POST", &format!("{dispute}/{what}"), &who.key).json(&body).send()
    };
    send(&case.seller, "appeal", json!({"text": "Here is the recording."})).await.expect(200);
    let denied = json!({"refund": "none", "because": "The recording shows it."});
    assert_eq!(send(&case.auditors[0], "decide", denied.clone()).await.expect(409).code(), "own_decision");
    send(&case.auditors[1], "decide", denied).await.expect(200);
    days(app, 7).await;
    assert_eq!(case.money(app).await, [0, 4_250, 0, 5_000]);
    assert_eq!(case.purchase_state(app).await, json!("settled"));
    trade::assert_laws(app).await;
});

on_both!(async fn a_reject_leaves_buyers_their_copies_and_nothing_for_sale(app) {
    let case = Bought::make(app, &ppl()).await;
    let ended = decide(app, &case.auditors[0], &case.audit, "reject", &["matches"]).await.expect(200).json();
    assert_eq!((&ended["state"], &ended["refunds"]), (&json!("rejected"), &json!(0)));
    days(app, 8).await;
    assert_eq!(case.money(app).await, [0, 4_250, 0, 5_000]);
    assert_eq!(case.purchase_state(app).await, json!("settled"));

    let unsold = send(app, &case.seller, 901..903).await;
    for (outcome, wrong, status) in [("reject", &["reached"][..], 409), ("list", &[], 201)] {
        let (audit, lead) = take(app, &case.auditors[1]).await;
        assert!(unsold.contains(&lead));
        decide(app, &case.auditors[1], &audit, outcome, wrong).await.expect(200);
        let path = format!("/api/v1/listings/{lead}/buy");
        app.api("POST", &path, &case.buyer.key).send().await.expect(status);
    }
    trade::assert_laws(app).await;
});

on_both!(async fn nothing_is_refunded_where_nothing_was_paid(app) {
    let terms = json!({
        "model": "ppa",
        "currency": "EUR",
        "price_per_appointment": {"amount": "60.00", "currency": "EUR"},
        "dispute_window_days": 7,
    });
    let case = Bought::make(app, &terms).await;
    let ended = decide(app, &case.auditors[0], &case.audit, "refund", &["reached"]).await.expect(200).json();
    assert_eq!((&ended["state"], &ended["refunds"]), (&json!("refunded"), &json!(0)));
    assert_eq!(case.lead_state(app).await, json!("rejected"));
    trade::assert_laws(app).await;
});

on_both!(async fn figures_and_shares_follow_the_results(app) {
    set_policy(app, ["800", "300", "1000", "100", "0", "100000"]).await.expect(303);
    let (seller, desk) = (app.seller("Blue Lens").await, auditor(app, "First Desk").await);
    send(app, &seller, 0..21).await;
    assert_eq!(drawn(app).await.len(), 21);
    let share = || async {
        let figures = get(app, &seller, "/figures").await.expect(200).json();
        figures["data"][0].clone()
    };
    let (audit, _) = take(app, &desk).await;
    decide(app, &desk, &audit, "reject", &["reached"]).await.expect(200);
    let figure = share().await;
    // Twice the share, but not beyond its bound; nobody of one is 0 to 79.35 %.
    assert_eq!(figure["share_bps"], json!(1_000));
    assert_eq!((&figure["rate_bps"], &figure["low_bps"], &figure["high_bps"]), (&json!(0), &json!(0), &json!(7_935)));
    for passed in 1..=20 {
        let (audit, _) = take(app, &desk).await;
        decide(app, &desk, &audit, "list", &[]).await.expect(200);
        let expected = match passed {
            0..10 => 1_000,
            10..20 => 750,
            _ => 562,
        };
        assert_eq!(share().await["share_bps"], json!(expected), "after {passed}");
    }
    let figure = share().await;
    assert_eq!((&figure["decided"], &figure["passed"], &figure["rejected"]), (&json!(21), &json!(20), &json!(1)));
    // 20 of 21.
    assert_eq!((&figure["rate_bps"], &figure["low_bps"], &figure["high_bps"]), (&json!(9_524), &json!(7_733), &json!(9_915)));
    let page = app.sign_in(&seller.email).await.get("/seller/audits").await.expect(200).text;
    for told in ["5.62 % of your leads are audited", "77.33 % – 99.15 %"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let page = app.sign_in(&desk.email).await.get("/operator/audits").await.expect(200).text;
    assert!(page.contains("Blue Lens") && page.contains("95.24 %"), "{page}");
    let empty = post(app, &desk, "/next", &json!({})).await.expect(409);
    assert!(empty.text.contains("the queue of audits is empty"), "{}", empty.text);
});
