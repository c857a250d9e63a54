//! What pings read, and that it does not grow with their history; and two pings under one key.

use std::sync::Arc;

use futures_util::future::join_all;
use galena::access::Actor;
use galena::clock::SECOND;
use galena::config::Matching;
use galena::leads::Partial;
use galena::matching::Market;
use galena::pings::{self, Announcer, PingState};
use galena::verticals;

use super::{held, open_holds, ping_of, request, scene};
use crate::harness::{Backend, TestApp, plans, run};
use crate::market;

/// Indexes by which all that a seller announced, or a buyer bought, would be read, and plans that sort.
const LONG: [&str; 5] = [
    "pings_seller",
    "pings_counted",
    "purchases_buyer",
    "audit_log_",
    "TEMP B-TREE",
];

#[test]
fn no_statement_of_a_ping_reads_more_as_the_market_grows() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        let (seller, buyer) = scene(&app).await;
        request(&app, &buyer, &[]).await;
        // The first brings the requests into memory.
        held(&app, &seller, 0).await;
        let (now, seller) = (app.clock.now(), seller.account);
        let (market, vault) = (Arc::clone(&app.app.market), Arc::clone(&app.app.vault));
        let verifier = Arc::clone(&app.app.verifier);
        let said = app
            .write(move |conn| {
                let all: Vec<_> = verticals::all(conn)?.into_iter().map(Arc::new).collect();
                let partial = Partial::read(&all, &ping_of(1), &verifier, now)?;
                let by = Announcer {
                    market: Arc::clone(&market),
                    vault: Arc::clone(&vault),
                    seller,
                    actor: Actor::System,
                };
                let later = now.plus(61 * SECOND);
                let ((state, ended), said) = plans::heard(conn, |conn| {
                    let asked = pings::ask(conn, &by, &partial, now)?;
                    let ping = pings::announce(conn, &by, (&partial, &asked), now)?;
                    let due = pings::due(conn, later, 10)?;
                    Ok((ping.state, pings::expire(conn, &due, later)?))
                })?;
                assert_eq!((state, ended), (PingState::Bid, 2));
                Ok(said)
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
