//! Wallets, deposits and books through the server; many sales at once on one wallet.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use galena::access::Role;
use galena::clock::SECOND;
use galena::db::Conn;
use galena::db::schema::ledger_accounts;
use galena::error::Code;
use galena::id::{AccountId, PurchaseId};
use galena::ledger::{self, Provider, Sale};
use galena::money::{Currency, Money};
use serde_json::json;

use crate::harness::{TestApp, Trader};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// Announces a deposit by API and has the operator credit it on the page.
async fn pay_in(app: &TestApp, buyer: &Trader, amount: &str) {
    let deposit = app
        .api("POST", "/api/v1/wallet/deposits", &buyer.key)
        .json(
            &json!({ "amount": { "amount": amount, "currency": "EUR" }, "reference": "invoice 7" }),
        )
        .send()
        .await
        .expect(201)
        .json();
    let finance = app.operator(Role::Finance).await;
    let desk = app.sign_in(&finance.email).await;
    let waiting = desk.get("/operator/deposits").await.expect(200);
    assert!(waiting.text.contains("invoice 7"), "{}", waiting.text);
    let id = deposit["id"].as_str().unwrap();
    let credit = format!("/operator/deposits/{id}/approve");
    assert_eq!(desk.post_form(&credit, &[]).await.status, 303);
    assert_eq!(
        desk.post_form(&credit, &[]).await.status,
        409,
        "credited twice"
    );
    let refuse = format!("/operator/deposits/{id}/refuse");
    assert_eq!(
        desk.post_form(&refuse, &[]).await.status,
        409,
        "refused after crediting"
    );
}

on_both!(async fn a_deposit_is_announced_credited_and_stands_in_the_wallet(app) {
    let buyer = app.buyer("Optika").await;
    let empty = app.api("GET", "/api/v1/wallet", &buyer.key).send().await.expect(200).json();
    assert_eq!(empty, json!({ "balances": [], "statement": { "data": [] } }));
    pay_in(app, &buyer, "500.00").await;
    let wallet = app.api("GET", "/api/v1/wallet", &buyer.key).send().await.expect(200).json();
    let money = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    assert_eq!(wallet["balances"], json!([{ "available": money("500.00"), "held": money("0.00") }]));
    let line = &wallet["statement"]["data"][0];
    assert_eq!((&line["event"], &line["change"]), (&json!("deposit"), &money("500.00")));
    let page = app.sign_in(&buyer.email).await.get("/buyer/wallet").await.expect(200);
    assert!(page.text.contains("500.00\u{a0}EUR"), "{}", page.text);
    let deposits = app.api("GET", "/api/v1/wallet/deposits", &buyer.key).send().await.expect(200);
    assert_eq!(deposits.json()["data"][0]["state"], "approved");
});

on_both!(async fn what_cannot_be_deposited_is_said_at_its_field(app) {
    let buyer = app.buyer("Optika").await;
    let answer = app
        .api("POST", "/api/v1/wallet/deposits", &buyer.key)
        .json(&json!({ "amount": { "amount": "-5", "currency": "EUR" }, "reference": " " }))
        .send()
        .await
        .expect(422);
    assert_eq!(answer.field_codes(), ["amount.amount:too_small", "reference:required"]);
    let browser = app.sign_in(&buyer.email).await;
    let form = [("amount", "12,5"), ("currency", "EUR"), ("reference", "kept as typed")];
    let page = browser.post_form("/buyer/wallet/deposits", &form).await.expect(422);
    assert!(page.text.contains("f-amount-error"), "{}", page.text);
    assert!(page.text.contains("kept as typed"), "{}", page.text);
    let good = [("amount", "12.50"), ("currency", "EUR"), ("reference", "r")];
    let taken = browser.post_form("/buyer/wallet/deposits", &good).await.expect(303);
    assert_eq!(taken.location(), "/buyer/wallet");
    let page = browser.get("/buyer/wallet").await.expect(200);
    assert!(page.text.contains("Your deposit is on its way"), "{}", page.text);
});

on_both!(async fn a_deposit_announced_twice_under_one_key_is_one(app) {
    let buyer = app.buyer("Optika").await;
    let body = json!({ "amount": { "amount": "5.00", "currency": "EUR" }, "reference": "r" });
    let send = || {
        app.api("POST", "/api/v1/wallet/deposits", &buyer.key)
            .idempotency_key("one")
            .json(&body)
            .send()
    };
    let (first, second) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(first.json(), second.json());
    assert_eq!(second.header("idempotent-replayed"), "true");
    let deposits = app.api("GET", "/api/v1/wallet/deposits", &buyer.key).send().await.expect(200);
    assert_eq!(deposits.json()["data"].as_array().unwrap().len(), 1);
});

on_both!(async fn the_books_open_to_the_operator_and_prove_themselves(app) {
    let buyer = app.buyer("Optika").await;
    pay_in(app, &buyer, "500.00").await;
    app.tick().await;
    let auditor = app.operator(Role::Auditor).await;
    let browser = app.sign_in(&auditor.email).await;
    let books = browser.get("/operator/ledger").await.expect(200);
    let key = format!("wallet:{}:EUR", buyer.account);
    assert!(books.text.contains(&key), "{}", books.text);
    let account = browser.get(&format!("/operator/ledger/accounts/{key}")).await.expect(200);
    let (_, rest) = account.text.split_once("/operator/ledger/postings/").expect("a posting");
    let posting = rest.split('"').next().unwrap();
    let posting = browser.get(&format!("/operator/ledger/postings/{posting}")).await.expect(200);
    assert!(posting.text.contains("cash:bank:EUR"), "{}", posting.text);
    browser.get("/operator/ledger/accounts/cash:bank:EUR").await.expect(200);
    browser.get("/operator/ledger/accounts/nothing").await.expect(404);
    let proof = browser.get("/operator/ledger/proof?run=1").await.expect(200);
    assert!(proof.text.contains("Every law holds."), "{}", proof.text);
    let refused = browser.post_form("/operator/deposits/dep_019aa0c00f5a7c11b0f0b3a1c2d3e4f5/approve", &[]);
    assert_eq!(refused.await.status, 403, "auditors look, finance credits");
    let seller = app.seller("Riga Leads").await;
    let earnings = app.sign_in(&seller.email).await.get("/seller/earnings").await.expect(200);
    assert!(earnings.text.contains("Nothing sold yet"), "{}", earnings.text);
});

fn sale(buyer: AccountId, seller: AccountId, price: i64, at: galena::clock::Ts) -> Sale {
    Sale {
        purchase: PurchaseId::new(at),
        buyer,
        seller,
        price: eur(price),
        commission: eur(price / 10),
        at,
    }
}

on_both!(async fn a_wallet_is_never_overdrawn_however_many_sales_race(app) {
    let (buyer, seller) = (app.buyer("Optika").await.account, app.seller("Riga").await.account);
    let now = app.clock.now();
    let deposit = ledger::Deposit {
        deposit: galena::id::DepositId::new(now),
        buyer,
        amount: eur(1_000),
        fee: eur(0),
        provider: Provider::Bank,
        at: now,
    };
    app.write(move |conn| ledger::deposit(conn, &deposit).map(|_| ())).await;
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let db = app.app.db.clone();
            tokio::spawn(async move {
                db.write(move |conn| ledger::sale(conn, &sale(buyer, seller, 90, now))).await
            })
        })
        .collect();
    let (mut sold, mut short) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => sold += 1,
            Err(error) if error.has_code(Code::InsufficientFunds) => short += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((sold, short), (11, 189));
    let left = app.read(move |conn| ledger::available(conn, buyer, Currency::EUR)).await;
    assert_eq!(left, eur(10));
    let outcomes = app.app.db.snapshot(move |conn| ledger::check::run(conn, now)).await.unwrap();
    for outcome in outcomes.iter().filter(|outcome| outcome.law < 8) {
        assert!(outcome.holds(), "{outcome:?}");
    }
});

on_both!(async fn a_sale_is_six_statements(app) {
    let (buyer, seller) = (app.buyer("Optika").await.account, app.seller("Riga").await.account);
    let now = app.clock.now();
    let deposit = ledger::Deposit {
        deposit: galena::id::DepositId::new(now),
        buyer,
        amount: eur(1_000),
        fee: eur(0),
        provider: Provider::Bank,
        at: now,
    };
    app.write(move |conn| {
        ledger::deposit(conn, &deposit)?;
        // The first sale opens the accounts.
        ledger::sale(conn, &sale(buyer, seller, 90, now))
    })
    .await;
    let statements = app
        .write(move |conn| Ok(counted(conn, |conn| ledger::sale(conn, &sale(buyer, seller, 90, now.plus(SECOND))))))
        .await;
    // Wallet, hold, pending; both postings; all five entries; the hold.
    assert_eq!(statements, 6);
    let refused = app
        .write(move |conn| {
            let before = versions(conn)?;
            let statements = counted(conn, |conn| {
                let short = ledger::sale(conn, &sale(buyer, seller, 5_000, now));
                assert!(short.unwrap_err().has_code(Code::InsufficientFunds));
                Ok(())
            });
            assert_eq!(versions(conn)?, before);
            Ok(statements)
        })
        .await;
    assert_eq!(refused, 1);
});

/// The statements that `work` sends.
fn counted(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> galena::error::Result<()>) -> i64 {
    let count = Arc::new(AtomicI64::new(0));
    let seen = Arc::clone(&count);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            seen.fetch_add(1, Ordering::SeqCst);
        }
    });
    work(conn).unwrap();
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    count.load(Ordering::SeqCst)
}

fn versions(conn: &mut Conn) -> galena::error::Result<Vec<(String, i64)>> {
    Ok(ledger_accounts::table
        .order(ledger_accounts::key)
        .select((ledger_accounts::key, ledger_accounts::version))
        .load(conn)?)
}
