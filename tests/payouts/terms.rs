//! Payouts by schedule, each once; and invoices whose numbers have no gaps.

use galena::clock::{DAY, HOUR};
use galena::error::{Code, Error};
use galena::ledger::Commission;
use galena::payouts::invoices::{self, Month};
use galena::payouts::settings::{self, Change, When};
use galena::payouts::{self, Origin};

use super::people::{Desk, eur};
use crate::harness::{TestApp, Trader};
use crate::market as trade;

async fn set(app: &TestApp, desk: &Desk, seller: &Trader, when: When) {
    let (by, account, now) = (desk.first(), seller.account, app.clock.now());
    let change = Change {
        when,
        minimum: None,
    };
    app.write(move |conn| settings::change(conn, &by, account, &change, now))
        .await;
}

/// The amounts of a seller's payouts, newest first, all of them made by schedule.
async fn scheduled(app: &TestApp, seller: &Trader) -> Vec<i64> {
    let account = seller.account;
    let rows = app
        .read(move |conn| payouts::of_seller(conn, account, None, None, 10))
        .await;
    assert!(
        rows.iter()
            .all(|row| row.origin == Origin::Schedule && row.asked_by.is_none())
    );
    rows.iter().map(|row| row.amount.minor).collect()
}

on_both!(async fn a_week_brings_one_payout(app) {
    let desk = Desk::open(app).await;
    // Final on Saturday, 28 November, at nine.
    let seller = desk.earned(app, "Riga Leads", 2).await;
    let poor = desk.earned_without_bank(app, "No Bank", 1).await;
    set(app, &desk, &seller, When::Weekly(1)).await;
    set(app, &desk, &poor, When::Weekly(1)).await;
    app.tick().await;
    assert_eq!(scheduled(app, &seller).await, [0_i64; 0]);
    app.advance(8 * DAY);
    app.tick().await;
    app.tick().await;
    assert_eq!(scheduled(app, &seller).await, [17_000]);
    assert_eq!(scheduled(app, &poor).await, [0_i64; 0], "it waits for bank details");
    // Less than the minimum waits for more.
    let (by, account, now) = (desk.first(), seller.account, app.clock.now());
    let change = Change { when: When::Weekly(1), minimum: Some(eur(10_000)) };
    app.write(move |conn| settings::change(conn, &by, account, &change, now)).await;
    desk.sell_more(app, &seller, "Jurmala", 1).await;
    app.advance(7 * DAY);
    app.tick().await;
    assert_eq!(scheduled(app, &seller).await, [17_000]);
    desk.sell_more(app, &seller, "Liepaja", 1).await;
    app.advance(7 * DAY);
    app.tick().await;
    assert_eq!(scheduled(app, &seller).await, [17_000, 17_000]);
    trade::assert_laws(app).await;
});

on_both!(async fn so_many_days_after_a_month_its_money_is_paid(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 1).await;
    set(app, &desk, &seller, When::NetDays(10)).await;
    // Final on 6 December, so not of November.
    desk.sell_more(app, &seller, "Jurmala", 1).await;
    app.advance(4 * DAY + 21 * HOUR);
    app.tick().await;
    assert_eq!(scheduled(app, &seller).await, [8_500]);
    app.advance(31 * DAY);
    app.tick().await;
    assert_eq!(scheduled(app, &seller).await, [8_500, 8_500]);
});

on_both!(async fn a_month_is_invoiced_once_it_is_over(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 3).await;
    app.tick().await;
    let account = seller.account;
    let issued = async || app.read(move |conn| invoices::of_seller(conn, account, 10)).await;
    assert!(issued().await.is_empty(), "November is not over");
    app.advance(3 * DAY);
    app.tick().await;
    app.tick().await;
    let found = issued().await;
    assert_eq!(found.len(), 1);
    let invoice = &found[0];
    assert_eq!((invoice.label().as_str(), invoice.month.label().as_str()), ("2026-000001", "2026-11"));
    assert_eq!((invoice.taken, invoice.total()), (eur(4_500), eur(4_500)));
    let browser = app.sign_in(&seller.email).await;
    let page = browser.get("/seller/payouts").await.expect(200);
    assert!(page.text.contains("2026-000001"), "{}", page.text);
    let path = format!("/seller/payouts/invoices/{}", invoice.id);
    assert!(browser.get(&path).await.expect(200).text.starts_with("%PDF"));
    let other = app.seller("Other").await;
    app.sign_in(&other.email).await.get(&path).await.expect(404);
});

on_both!(async fn numbers_of_invoices_have_no_gap_however_many_are_issued_at_once(app) {
    let (seller, now) = (app.seller("Riga Leads").await.account, app.clock.now());
    let tasks: Vec<_> = (0..40_u32)
        .map(|back| {
            let db = app.app.db.clone();
            let work = move |conn: &mut galena::db::Conn| {
                let month = Month::before(now, back).unwrap();
                let commission = Commission { taken: eur(100), given_back: eur(0) };
                let invoice = invoices::issue(conn, seller, month, commission, now)?;
                // Every fourth thinks better of it, with the number in hand.
                if back % 4 == 0 {
                    return Err(Error::refused(Code::StateConflict));
                }
                Ok(invoice.number)
            };
            tokio::spawn(async move { db.write(work).await })
        })
        .collect();
    let mut numbers = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(number) => numbers.push(number),
            Err(error) => assert!(error.has_code(Code::StateConflict), "{error}"),
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=30).collect::<Vec<i32>>());
});
