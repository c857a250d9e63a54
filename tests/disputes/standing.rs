//! Standing: computed from what happened, and what its step does to money.

use diesel::prelude::*;
use galena::access::Role;
use galena::clock::DAY;
use galena::ledger::{self, LedgerAccount};
use galena::money::Currency;
use serde_json::{Value, json};

use super::{By, Case, Step, ppl};
use crate::harness::{Answer, TestApp};
use crate::market as trade;
use crate::payouts::people::{Desk, IBAN};

async fn standing(app: &TestApp, key: &str) -> Value {
    app.api("GET", "/api/v1/standing", key)
        .send()
        .await
        .expect(200)
        .json()
}

/// Sets the steps as the exchange's form does: score, rank, reserve, days kept, delay.
async fn set_steps(app: &TestApp, rows: &[[&str; 5]]) -> Answer {
    let admin = app.operator(Role::Admin).await;
    let desk = app.sign_in(&admin.email).await;
    let names = [
        "least_score",
        "rank",
        "reserve",
        "reserve_days",
        "delay_days",
    ];
    let fields: Vec<(&str, &str)> = rows
        .iter()
        .flat_map(|row| names.into_iter().zip(*row))
        .collect();
    desk.post_form("/operator/standing", &fields).await
}

/// Payable and reserve of the seller, what it owes, and the buyer's wallet, in cents.
async fn money(case: &Case<'_>) -> [i64; 4] {
    let (buyer, seller) = (case.buyer.account, case.seller.account);
    case.app
        .read(move |conn| {
            let mut at =
                |account| ledger::balance_of(conn, account, Currency::EUR).map(|money| money.minor);
            Ok([
                at(LedgerAccount::SellerPayable(seller))?,
                at(LedgerAccount::SellerReserve(seller))?,
                at(LedgerAccount::SellerReceivable(seller))?,
                at(LedgerAccount::Wallet(buyer))?,
            ])
        })
        .await
}

on_both!(async fn a_reserve_is_kept_back_and_paid_out_later(app) {
    set_steps(app, &[["0", "0", "10", "30", "0"]]).await.expect(303);
    let mut case = Case::make(app, "reserve", &ppl(&json!({})), 1).await;
    case.take(Step::Days(7)).await;
    assert_eq!(money(&case).await, [3_825, 425, 0, 95_000]);
    trade::assert_laws(app).await;
    case.take(Step::Days(29)).await;
    assert_eq!(money(&case).await, [3_825, 425, 0, 95_000]);
    case.take(Step::Days(1)).await;
    assert_eq!(money(&case).await, [4_250, 0, 0, 95_000]);
    trade::assert_laws(app).await;

    // What is kept back is a row of its own, which the checker holds against the books.
    app.write(|conn| Ok(diesel::sql_query("UPDATE reserves SET released_minor = 1").execute(conn)?)).await;
    let (db, now) = (app.app.db.clone(), app.clock.now());
    let checked = tokio::task::spawn_blocking(move || {
        db.snapshot_blocking(|conn| ledger::check::run(conn, now))
    });
    let checked = checked.await.unwrap().unwrap();
    let told = format!("{checked:?}");
    assert!(told.contains(&case.purchase) && told.contains("has another reserve"), "{told}");
    app.write(|conn| Ok(diesel::sql_query("UPDATE reserves SET released_minor = 425").execute(conn)?)).await;
    trade::assert_laws(app).await;

    // A refund after the payout takes the reserve first, and only the rest is a claim.
    let mut case = Case::make(app, "refunded", &ppl(&json!({})), 1).await;
    for step in [Step::Days(7), Step::PayOut, Step::OpenLate, Step::Accept] {
        case.take(step).await;
    }
    assert_eq!(money(&case).await, [0, 0, 3_825, 100_000]);
    trade::assert_laws(app).await;
    case.take(Step::Days(30)).await;
    assert_eq!(money(&case).await, [0, 0, 3_825, 100_000]);
    trade::assert_laws(app).await;
});

on_both!(async fn a_delay_makes_final_money_wait(app) {
    set_steps(app, &[["0", "0", "0", "30", "3"]]).await.expect(303);
    let mut case = Case::make(app, "delay", &ppl(&json!({})), 1).await;
    let desk = Desk::named(app, "delay desk").await;
    desk.give_bank(app, &case.seller, IBAN).await;
    case.take(Step::Days(7)).await;
    assert_eq!(money(&case).await, [4_250, 0, 0, 95_000]);
    let seller = app.sign_in(&case.seller.email).await;
    let page = seller.get("/seller/payouts").await.expect(200).text;
    assert!(page.contains("more waits until it was final for 3 days"), "{page}");
    let early = app.api("POST", "/api/v1/payouts", case.key(By::Seller)).json(&json!({"currency": "EUR"}));
    assert_eq!(early.send().await.expect(422).field_codes(), ["amount:too_small"]);
    app.advance(3 * DAY + 1);
    desk.pay_out(app, &case.seller).await;
    assert_eq!(money(&case).await, [0, 0, 0, 95_000]);
    trade::assert_laws(app).await;
});

on_both!(async fn what_happened_moves_both_standings(app) {
    let mut case = Case::make(app, "moves", &ppl(&json!({"return_cap_bps": 10_000})), 10).await;
    app.tick().await;
    let newcomer = (standing(app, case.key(By::Seller)).await, standing(app, case.key(By::Buyer)).await);
    assert_eq!((newcomer.0["rank_bps"].as_i64(), newcomer.0["reserve_bps"].as_i64()), (Some(0), Some(0)));
    let bought = trade::purchases(app, &case.buyer).await;
    for purchase in &bought[..8] {
        purchase["id"].as_str().unwrap().clone_into(&mut case.purchase);
        case.take(Step::Open).await;
    }
    // The seller is silent on every one.
    case.take(Step::Days(3)).await;
    app.advance(2 * galena::clock::HOUR);
    app.tick().await;
    let seller = standing(app, case.key(By::Seller)).await;
    assert_eq!(seller["counts"]["refunded"], json!(8));
    assert_eq!((seller["counts"]["to_answer"].as_i64(), seller["counts"]["answered"].as_i64()), (Some(8), Some(0)));
    // 10 of 10 verified, 8 of 10 refunded, 0 of 8 answered: 27 and a bit, nothing, 6, 5.7, 5.
    assert_eq!(seller["score"], json!(44));
    assert_eq!((seller["reserve_bps"].as_i64(), seller["delay_days"].as_i64()), (Some(500), Some(3)));
    let buyer = standing(app, case.key(By::Buyer)).await;
    assert_eq!(buyer["counts"]["disputes"], json!(8));
    assert!(buyer["score"].as_i64() < newcomer.1["score"].as_i64().map(|score| score + 10));

    let page = app.sign_in(&case.seller.email).await.get("/seller/standing").await.expect(200).text;
    assert!(page.contains("Standing: 44") && page.contains("every refunded sale counts four times"), "{page}");
    let page = app.visitor().get("/standing").await.expect(200).text;
    assert!(page.contains("1 − 4 × refunded / sold"));
    // What falls out of the window is forgotten.
    case.take(Step::Days(91)).await;
    assert_eq!(standing(app, case.key(By::Seller)).await["score"], json!(74));
    app.advance(DAY);
    trade::assert_laws(app).await;
});

on_both!(async fn steps_that_make_no_sense_are_refused(app) {
    for (rows, told) in [
        (vec![["10", "0", "0", "30", "0"]], "steps[0].least_score"),
        (vec![["0", "0", "0", "30", "0"], ["0", "0", "0", "30", "0"]], "steps[0].least_score"),
        (vec![["0", "11", "0", "30", "0"]], "steps[0].rank"),
        (vec![["0", "0", "51", "30", "0"]], "steps[0].reserve"),
        (vec![["0", "0", "0", "0", "0"]], "steps[0].reserve_days"),
        (vec![["0", "0", "0", "30", "61"]], "steps[0].delay_days"),
        (vec![["0", "a", "0", "30", "0"]], "steps[0].rank"),
    ] {
        let answer = refuse(app, &rows).await;
        assert!(answer.text.contains(told), "{rows:?}: {}", answer.text);
    }
});

async fn refuse(app: &TestApp, rows: &[[&str; 5]]) -> Answer {
    use galena::access::AccountKind::Operator;
    use galena::accounts::AccountState::Approved;
    let name = format!("admin {}", rows.concat().join(" "));
    let admin = app.account(Operator, Role::Admin, Approved, &name).await;
    let desk = app.sign_in(&admin.email).await;
    let names = [
        "least_score",
        "rank",
        "reserve",
        "reserve_days",
        "delay_days",
    ];
    let fields: Vec<(&str, &str)> = rows
        .iter()
        .flat_map(|row| names.into_iter().zip(*row))
        .collect();
    desk.post_form("/operator/standing", &fields)
        .await
        .expect(422)
}
