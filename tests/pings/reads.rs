//! What pings read, and that it does not grow with their history; and two pings under one key.

use std::sync::Arc;

use futures_util::future::join_all;
use galena::access::Actor;
use galena::clock::SECOND;
use galena::config::Matching;
use galena::db::{Conn, Db};
use galena::error::Result;
use galena::leads::Partial;
use galena::matching::Market;
use galena::pings::{self, Announcer, PingState};
use galena::verticals;

use super::{held, open_holds, ping_of, request, scene};
use crate::harness::{Backend, TestApp, Trader, plans, run};
use crate::market;

/// Indexes by which all that a seller announced, or a buyer bought, would be read, and plans that sort.
const LONG: [&str; 5] = [
    "pings_seller",
    "pings_counted",
    "purchases_buyer",
    "audit_log_",
    "TEMP B-TREE",
];

/// Announces a lead by a transaction of its own connection and lets its bid end; answers what `hear` says of it.
async fn hear_ping<F>(app: &TestApp, db: &Db, seller: &Trader, mut hear: F) -> Vec<String>
where
    F: FnMut(&mut Conn, &mut dyn FnMut(&mut Conn) -> Result<()>) -> Result<Vec<String>>
        + Send
        + 'static,
{
    let (now, seller) = (app.clock.now(), seller.account);
    let (market, vault) = (Arc::clone(&app.app.market), Arc::clone(&app.app.vault));
    let verifier = Arc::clone(&app.app.verifier);
    db.write(move |conn| {
        let all: Vec<_> = verticals::all(conn)?.into_iter().map(Arc::new).collect();
        let partial = Partial::read(&all, &ping_of(1), &verifier, now)?;
        let by = Announcer {
            market: Arc::clone(&market),
            vault: Arc::clone(&vault),
            seller,
            actor: Actor::System,
        };
        let later = now.plus(61 * SECOND);
        hear(conn, &mut |conn| {
            let asked = pings::ask(conn, &by, &partial, now)?;
            let ping = pings::announce(conn, &by, (&partial, &asked), now)?;
            let due = pings::due(conn, later, 10)?;
            let ended = pings::expire(conn, &due, later)?;
            assert_eq!((ping.state, ended), (PingState::Bid, 2));
            Ok(())
        })
    })
    .await
    .unwrap()
}

#[test]
fn no_statement_of_a_ping_reads_more_as_the_market_grows() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        let (seller, buyer) = scene(&app).await;
        request(&app, &buyer, &[]).await;
        // The first brings the requests into memory.
        held(&app, &seller, 0).await;
        let said = hear_ping(&app, &app.app.db, &seller, |conn, ping| {
            Ok(plans::heard(conn, ping)?.1)
        })
        .await;
        assert!(said.len() > 25, "{said:#?}");
        let grows = app
            .read(move |conn| plans::steps_with(conn, &said, &LONG))
            .await;
        assert!(grows.is_empty(), "{grows:#?}");
        app.stop().await;
    });
}

#[test]
fn every_statement_of_a_ping_stays_prepared() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        let (seller, buyer) = scene(&app).await;
        for _ in 0..5 {
            request(&app, &buyer, &[]).await;
        }
        held(&app, &seller, 0).await;
        let fresh = Db::open(&app.database_url().parse().unwrap(), 1).unwrap();
        let anew = hear_ping(&app, &fresh, &seller, |conn, ping| {
            Ok(plans::prepared_anew(conn, ping)?.1)
        })
        .await;
        fresh.close();
        // Diesel's own are short; bids whose time is over are looked for a few times a second, not with each ping.
        let others = ["SAVEPOINT diesel_savepoint_1", "`held_until` <="];
        let is_other = |sql: &String| others.iter().any(|other| sql.contains(other));
        let of_pings: Vec<String> = anew.into_iter().filter(|sql| !is_other(sql)).collect();
        assert!(of_pings.is_empty(), "{of_pings:#?}");
        app.stop().await;
    });
}

#[test]
fn servers_read_the_active_requests_page_by_page_in_order() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        let (_, buyer) = scene(&app).await;
        request(&app, &buyer, &[]).await;
        let vault = Arc::clone(&app.app.vault);
        let found = app
            .read(move |conn| {
                let market = Market::new(Matching::Index, vault);
                let (agrees, said) = plans::heard(conn, |conn| {
                    market.follow(conn)?;
                    market.verify(conn)
                })?;
                assert!(agrees);
                let pages = said.into_iter();
                let pages =
                    pages.filter(|sql| sql.contains("purchase_requests") && sql.contains("LIMIT"));
                let pages: Vec<String> = pages.collect();
                assert!(pages.len() >= 4, "{pages:#?}");
                plans::steps_with(conn, &pages, &["TEMP B-TREE"])
            })
            .await;
        assert!(found.is_empty(), "{found:#?}");
        app.stop().await;
    });
}

on_both!(async fn one_key_holds_one_bid_however_many_use_it_at_once(app) {
    let (seller, buyer) = scene(app).await;
    request(app, &buyer, &[]).await;
    let (key, document) = ("p-many", ping_of(1));
    let calls = (0..12).map(|_| {
        app.api("POST", "/api/v1/pings", &seller.key).idempotency_key(key).json(&document).send()
    });
    let answers = join_all(calls).await;
    let first = answers[0].text.clone();
    for answer in answers {
        assert_eq!((answer.status, &answer.text), (201, &first));
    }
    assert_eq!(open_holds(app).await, 1);
    market::assert_laws(app).await;
});
