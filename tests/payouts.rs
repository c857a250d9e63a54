//! Payouts from what a seller may have paid out to what the bank says, to the cent, on both databases.

mod files;
mod pages;
pub mod people;
mod states;
mod terms;

use diesel::prelude::*;
use galena::clock::DAY;
use galena::db::schema::purchases;
use galena::error::Code;
use galena::id::{DisputeId, PurchaseId};
use galena::ledger::{self, Kind, Source};
use galena::money::Currency;
use galena::payouts::{self, Ask, Origin, PayoutState, bank};

use crate::market as trade;
use people::{Desk, IBAN, details, eur, free, money_of};

on_both!(async fn a_payout_is_what_is_payable_and_no_more(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 3).await;
    assert_eq!(free(app, &seller).await, eur(25_500));
    for (amount, code) in [(Some(25_501), Code::InvalidContent), (Some(4_999), Code::InvalidContent), (Some(-5), Code::InvalidContent)] {
        let refused = desk.try_ask(app, &seller, amount).await.unwrap_err();
        assert!(refused.has_code(code), "{amount:?}: {refused}");
        assert_eq!(refused.refusal().fields[0].field, "amount");
    }
    let asked = desk.try_ask(app, &seller, Some(5_000)).await.unwrap();
    assert_eq!((asked.state, asked.origin), (PayoutState::Requested, Origin::Seller));
    assert_eq!(free(app, &seller).await, eur(20_500));
    let rest = desk.try_ask(app, &seller, None).await.unwrap();
    assert_eq!(rest.amount, eur(20_500));
    assert!(desk.try_ask(app, &seller, None).await.is_err());
    trade::assert_laws(app).await;
});

on_both!(async fn nobody_is_paid_without_bank_details(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned_without_bank(app, "Riga Leads", 1).await;
    let refused = desk.try_ask(app, &seller, None).await.unwrap_err();
    assert!(refused.has_code(Code::BankDetailsMissing), "{refused}");
    assert_eq!(free(app, &seller).await, eur(8_500));
});

on_both!(async fn asking_at_once_never_overdraws(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 2).await;
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let (db, now) = (app.app.db.clone(), app.clock.now());
            let ask = Ask {
                seller: seller.account,
                currency: Currency::EUR,
                amount: Some(eur(5_000)),
                origin: Origin::Seller,
                by: Some(seller.user),
                actor: galena::access::Actor::User(seller.user, None),
            };
            tokio::spawn(async move { db.write(move |conn| payouts::ask(conn, &ask, now)).await })
        })
        .collect();
    let mut asked = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => asked += 1,
            Err(error) => assert!(
                error.has_code(Code::InvalidContent) || error.has_code(Code::InsufficientFunds),
                "{error}"
            ),
        }
    }
    assert_eq!(asked, 3, "170.00 is three times 50.00");
    assert_eq!(free(app, &seller).await, eur(2_000));
    trade::assert_laws(app).await;
});

on_both!(async fn a_change_of_bank_details_waits_and_can_be_called_off(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 1).await;
    let owner = seller.clone();
    let vault = app.app.vault.clone();
    let set = |iban: &'static str| {
        let (owner, vault, now) = (people::caller(&owner), vault.clone(), app.clock.now());
        app.app.db.write(move |conn| bank::set(conn, &vault, &owner, &details(iban), now))
    };
    let account = seller.account;
    let hint = async || {
        let now = app.clock.now();
        app.read(move |conn| bank::current(conn, account, now)).await.unwrap().hint
    };
    assert_eq!(hint().await, "LV80 \u{2026}5001");
    let change = set("EE382200221020145685").await.unwrap();
    assert_eq!(change.effective_at, app.clock.now().plus(2 * DAY));
    app.advance(2 * DAY - 1);
    assert_eq!(hint().await, "LV80 \u{2026}5001", "a moment before 48 hours");
    app.advance(1);
    assert_eq!(hint().await, "EE38 \u{2026}5685");
    set("DE89370400440532013000").await.unwrap();
    let replaced = set("LT121000011101001000").await.unwrap();
    let (caller, now) = (people::caller(&seller), app.clock.now());
    let waiting = app.read(move |conn| bank::waiting(conn, account, now)).await.unwrap();
    assert_eq!(waiting.id, replaced.id, "the newer change is the one that waits");
    app.write(move |conn| bank::cancel(conn, &caller, now)).await;
    app.advance(3 * DAY);
    assert_eq!(hint().await, "EE38 \u{2026}5685", "neither change came");
    let (caller, now) = (people::caller(&seller), app.clock.now());
    let again = app.app.db.write(move |conn| bank::cancel(conn, &caller, now)).await;
    assert!(again.unwrap_err().has_code(Code::StateConflict));
});

on_both!(async fn bank_details_are_sealed(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 1).await;
    let payout = desk.try_ask(app, &seller, None).await.unwrap();
    desk.approve(app, payout.id).await.unwrap();
    desk.batch(app).await.unwrap();
    if app.app.db.backend() == galena::db::Backend::Sqlite {
        let mut found = 0;
        for file in std::fs::read_dir(app.folder()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
            found += usize::from(bytes.windows(IBAN.len()).any(|part| part == IBAN.as_bytes()));
        }
        assert_eq!(found, 0, "the IBAN stands in a file in clear");
    }
    assert_eq!(money_of(app, &seller, Kind::SellerPayable).await, 0);
});

on_both!(async fn claims_come_first(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 2).await;
    desk.try_ask(app, &seller, Some(12_000)).await.unwrap();
    let (account, now) = (seller.account, app.clock.now());
    // A late refund of 100.00 takes the 50.00 that are left, and leaves a claim of 35.00.
    app.write(move |conn| {
        let sold: PurchaseId = purchases::table
            .filter(purchases::seller_id.eq(account))
            .select(purchases::id)
            .first(conn)?;
        let refund = ledger::Refund {
            source: Source::Dispute(DisputeId::new(now)),
            charge: Source::Purchase(sold),
            amount: eur(10_000),
            at: now,
        };
        ledger::refund(conn, &refund).map(|_| ())
    })
    .await;
    let stands = async || app.read(move |conn| ledger::payable(conn, account, Currency::EUR)).await;
    assert_eq!(stands().await, ledger::Payable { balance: eur(0), owed: eur(3_500) });
    desk.sell_more(app, &seller, "Jurmala", 1).await;
    assert_eq!(stands().await, ledger::Payable { balance: eur(8_500), owed: eur(3_500) });
    let refused = desk.try_ask(app, &seller, Some(5_001)).await.unwrap_err();
    assert!(refused.has_code(Code::InvalidContent), "{refused}");
    let asked = desk.try_ask(app, &seller, None).await.unwrap();
    assert_eq!(asked.amount, eur(5_000));
    assert_eq!(stands().await, ledger::Payable { balance: eur(0), owed: eur(0) });
});
