//! Disputes at once with sales and payouts: nothing waits for ever, nothing is refunded twice.

use std::sync::atomic::{AtomicBool, Ordering};

use galena::clock::DAY;
use serde_json::{Value, json};

use super::{Case, fictitious, fresh_lead, ppl};
use crate::conversions::request_under;
use crate::harness::{Answer, TestApp};
use crate::market as trade;
use crate::payouts::people::{Desk, IBAN};

const DISPUTES: usize = 500;
const AT_ONCE: usize = 8;

/// Sends a call as often as the server asks for; it is never to fail.
async fn post(app: &TestApp, key: &str, path: &str, body: &Value) -> Answer {
    let answer = app
        .api("POST", &format!("/api/v1{path}"), key)
        .json(body)
        .send()
        .await;
    assert!(
        answer.status < 500,
        "{path}: {} {}",
        answer.status,
        answer.text
    );
    answer
}

/// Takes one purchase through the path of its number; says what its refund is, in cents.
async fn through(case: &Case<'_>, number: usize, purchase: &str) -> i64 {
    let (app, words) = (case.app, json!({"text": "The recording shows otherwise."}));
    let path = format!("/purchases/{purchase}/disputes");
    // Twice at once: one of the two opens it.
    let claim = fictitious();
    let (one, two) = tokio::join!(
        post(app, &case.buyer.key, &path, &claim),
        post(app, &case.buyer.key, &path, &claim)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let opened = if one.status == 201 { one } else { two };
    let path = format!("/disputes/{}", opened.json()["id"].as_str().unwrap());
    let [first, second] = &case.auditors;
    let step = |key: &str, what: &str, body: Value| {
        let (key, path) = (key.to_owned(), format!("{path}/{what}"));
        async move { post(app, &key, &path, &body).await.status }
    };
    let full = json!({"refund": "full", "because": "So it is."});
    let part = json!({"refund": "part", "share_bps": 3_333, "because": "So it is."});
    match number % 4 {
        0 => {
            // The seller's answer and the buyer's withdrawal: one of the two is in time.
            let (accepted, withdrawn) = tokio::join!(
                step(&case.seller.key, "accept", json!({})),
                step(&case.buyer.key, "withdraw", json!({}))
            );
            assert_eq!(accepted + withdrawn, 609, "{accepted} {withdrawn}");
            if accepted == 200 { 5_000 } else { 0 }
        }
        1 => {
            assert_eq!(step(&case.seller.key, "contest", words.clone()).await, 200);
            // Two auditors at once: one decides, the other is told that it is decided.
            let (a, b) = tokio::join!(
                step(&first.key, "decide", full.clone()),
                step(&second.key, "decide", part.clone())
            );
            assert_eq!(a + b, 609, "{a} {b}");
            if a == 200 { 5_000 } else { 1_666 }
        }
        2 => {
            assert_eq!(step(&case.seller.key, "contest", words.clone()).await, 200);
            assert_eq!(step(&first.key, "decide", full.clone()).await, 200);
            assert_eq!(step(&case.seller.key, "appeal", words).await, 200);
            let (a, b) = tokio::join!(
                step(&second.key, "decide", part.clone()),
                step(&second.key, "decide", part)
            );
            assert_eq!(a + b, 609, "{a} {b}");
            1_666
        }
        // The clock speaks for everybody.
        _ => 5_000,
    }
}

on_both!(async fn five_hundred_disputes_meet_sales_and_payouts(app) {
    let terms = ppl(&json!({"return_cap_bps": 10_000}));
    let case = Case::make(app, "race", &terms, DISPUTES).await;
    let bought = trade::purchases(app, &case.buyer).await;
    // A second buyer of the same seller keeps buying, and the seller keeps taking money out.
    let other = app.buyer("Other buyer").await;
    trade::deposit(app, &other, "90000.00", "EUR").await;
    let contract = crate::conversions::make_contract(app, &other, Some(&case.seller), &terms).await;
    let request = trade::post_request(app, &other, &request_under(contract, 300)).await;
    trade::activate(app, &other, &request).await;

    let is_over = AtomicBool::new(false);
    let disputes = async {
        let lanes = (0..AT_ONCE).map(|lane| {
            let (case, bought) = (&case, &bought);
            async move {
                let mut refunded = 0;
                for (number, purchase) in bought.iter().enumerate().skip(lane).step_by(AT_ONCE) {
                    refunded += through(case, number / AT_ONCE, purchase["id"].as_str().unwrap()).await;
                }
                refunded
            }
        });
        let refunded = futures_util::future::join_all(lanes).await;
        is_over.store(true, Ordering::SeqCst);
        refunded.into_iter().sum::<i64>()
    };
    let sales = async {
        for _ in 0..30 {
            let leads: Vec<Value> = (0..10).map(|_| fresh_lead(app)).collect();
            trade::send_batch(app, &case.seller, &leads).await;
        }
    };
    let desk = Desk::open(app).await;
    desk.give_bank(app, &case.seller, IBAN).await;
    let payouts = async {
        let mut asked = 0;
        // Nothing is payable until sellers have won some: asked again for as long as disputes go on.
        while asked < 20 && !is_over.load(Ordering::SeqCst) {
            asked += usize::from(desk.try_ask(app, &case.seller, None).await.is_ok());
        }
        asked
    };
    let (refunded, (), asked) = tokio::join!(disputes, sales, payouts);
    trade::assert_laws(app).await;
    app.advance(30 * DAY);
    app.tick().await;
    trade::assert_laws(app).await;

    let left = trade::available(app, &case.buyer, "EUR").await;
    let spent = i64::try_from(DISPUTES).unwrap() * 5_000;
    let expected = i64::try_from(DISPUTES).unwrap() * 100_000 - spent + refunded;
    assert_eq!(left.replace('.', ""), expected.to_string());
    assert_eq!(trade::purchases(app, &other).await.len(), 300);
    assert!(asked > 0, "no payout met a dispute");
});
