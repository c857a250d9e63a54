//! Many pings, posts and ends at once: what is held is exact, and nothing is left behind.

use std::sync::Arc;

use futures_util::future::join_all;
use galena::access::Actor;
use galena::clock::SECOND;
use galena::error::{Code, Error};
use galena::leads::{Intake, Partial, Source, Spelling};
use galena::pings::{self, Announcer, PingState, Poster};
use galena::verticals;
use serde_json::json;

use super::{
    counters, held, lead_of, open_holds, ping, ping_of, post, request, scene, shown, wallet,
};
use crate::harness::{Backend, TestApp, Trader, run};
use crate::market;

on_both!(async fn a_cap_of_5_holds_5_under_200_parallel_pings(app) {
    let (seller, buyer) = scene(app).await;
    let wanted = request(app, &buyer, &[("caps", json!({"day": {"count": 5}}))]).await;
    let documents: Vec<_> = (0..200).map(ping_of).collect();
    let answers = join_all(documents.iter().map(|document| ping(app, &seller, document))).await;
    let bids: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(bids.len(), 5);
    assert!(answers.iter().all(|answer| [200, 201].contains(&answer.status)));
    assert_eq!(counters(app, &wanted).await, (0, 5, 0, 15_000, vec![(5, 15_000)]));
    assert_eq!(wallet(app, &buyer).await, ("350.00".to_owned(), "150.00".to_owned()));
    app.advance(60 * SECOND);
    app.tick().await;
    assert_eq!(counters(app, &wanted).await, (0, 0, 0, 0, vec![(0, 0)]));
    market::assert_laws(app).await;
});

on_both!(async fn wallet_and_budget_hold_under_parallel_pings_and_leads(app) {
    let (seller, buyer) = scene(app).await;
    let budget = json!({"amount": "400.00", "currency": "EUR"});
    let wanted = request(app, &buyer, &[("budget", budget)]).await;
    let (documents, leads): (Vec<_>, Vec<_>) =
        (0..60).map(|n| (ping_of(n), lead_of(1_000 + n))).unzip();
    let pings = join_all(documents.iter().map(|document| ping(app, &seller, document)));
    let leads = join_all(
        leads.iter().map(|lead| app.api("POST", "/api/v1/leads", &seller.key).json(lead).send()),
    );
    let (pings, leads) = tokio::join!(pings, leads);
    let bids = pings.iter().filter(|answer| answer.status == 201).count();
    let sold = leads.iter().filter(|answer| answer.json()["state"] == "sold_out").count();
    assert_eq!(bids + sold, 13, "{bids} bids, {sold} sold");
    let counted = counters(app, &wanted).await;
    assert_eq!((counted.0 + counted.1, counted.2 + counted.3), (13, 39_000));
    market::assert_laws(app).await;
});

on_both!(async fn posts_and_the_end_of_a_bid_race_safely(app) {
    let (seller, buyer) = scene(app).await;
    let wanted = request(app, &buyer, &[]).await;
    for round in 0..5 {
        let id = held(app, &seller, round).await;
        let lead = lead_of(round);
        // Two posts at once: one of them sells.
        let both = tokio::join!(post(app, &seller, &id, &lead), post(app, &seller, &id, &lead));
        let mut statuses = [both.0.status, both.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        // A post within the time against an end that comes from a clock of another server.
        let id = held(app, &seller, 100 + round).await;
        let later = app.clock.now().plus(61 * SECOND);
        let lead = lead_of(100 + round);
        let end = app.app.db.write(move |conn| {
            let due = pings::due(conn, later, 10)?;
            pings::expire(conn, &due, later)
        });
        let (posted, ended) = tokio::join!(post(app, &seller, &id, &lead), end);
        let state = shown(app, &seller, &id).await["state"].clone();
        let expected = if ended.unwrap() == 1 { (409, "expired") } else { (201, "posted") };
        assert_eq!((posted.status, state.as_str().unwrap()), expected);
    }
    let (bought, held, spent, held_minor, _) = counters(app, &wanted).await;
    assert_eq!((held, held_minor, spent), (0, 0, bought * 3_000));
    assert_eq!(open_holds(app).await, 0);
    market::assert_laws(app).await;
});

/// Announces a lead without the way over HTTP, and posts it if it is one of three in ten.
async fn play(app: &TestApp, seller: &Trader, number: usize) -> PingState {
    let now = app.clock.now();
    let (seller, actor) = (seller.account, Actor::System);
    let (market, vault) = (Arc::clone(&app.app.market), Arc::clone(&app.app.vault));
    let (verifier, document) = (Arc::clone(&app.app.verifier), ping_of(number));
    let partial = app
        .read(move |conn| {
            let verticals: Vec<_> = verticals::all(conn)?.into_iter().map(Arc::new).collect();
            Partial::read(&verticals, &document, &verifier, now)
        })
        .await;
    let announced = app
        .write(move |conn| {
            let by = Announcer {
                market: Arc::clone(&market),
                vault: Arc::clone(&vault),
                seller,
                actor,
            };
            let asked = pings::ask(conn, &by, &partial, now)?;
            pings::announce(conn, &by, (&partial, &asked), now)
        })
        .await;
    if announced.state != PingState::Bid || number % 10 >= 3 {
        return announced.state;
    }
    let (verifier, document) = (Arc::clone(&app.app.verifier), lead_of(number));
    let intake = app
        .read(move |conn| {
            let all: Vec<_> = verticals::all(conn)?.into_iter().map(Arc::new).collect();
            Ok(Intake::read(
                &all,
                document,
                Spelling::Typed,
                &verifier,
                now,
            ))
        })
        .await;
    let (exchange, vault) = (Arc::clone(&app.app.exchange), Arc::clone(&app.app.vault));
    let posted = app
        .app
        .db
        .write(move |conn| {
            let source = Source::api(actor);
            let by = Poster {
                vault: &vault,
                exchange: &*exchange,
                seller,
                source,
            };
            pings::post(conn, &by, announced.id, &intake, now)
        })
        .await;
    match posted {
        Ok(posted) => posted.ping.state,
        Err(Error::Refused(refusal)) if refusal.code == Code::PingOver => PingState::Expired,
        Err(error) => panic!("{error}"),
    }
}

/// Pings in waves, three in ten posted, the rest left to expire.
async fn many(backend: Backend, count: usize) {
    let test_app = TestApp::start(backend).await;
    let app = &test_app;
    let seller = app.seller("Baltic Leads").await;
    let mut requests = Vec::new();
    for (number, bid) in [("30.00", 4_000), ("20.00", 100_000), ("15.00", 100_000)]
        .into_iter()
        .enumerate()
    {
        let buyer = app.buyer(&format!("Buyer {number}")).await;
        market::deposit(app, &buyer, "900000.00", "EUR").await;
        let caps = json!({"hour": {"count": 2_000}, "day": {"count": bid.1}});
        let changes = [
            ("bid.amount", json!(bid.0)),
            ("quantity", json!(bid.1)),
            ("caps", caps),
        ];
        requests.push((request(app, &buyer, &changes).await, buyer));
    }
    let (mut posted, mut bids) = (0, 0);
    let numbers: Vec<usize> = (0..count).collect();
    for wave in numbers.chunks(500) {
        for part in wave.chunks(50) {
            let states = join_all(part.iter().map(|number| play(app, &seller, *number))).await;
            posted += states
                .iter()
                .filter(|state| **state == PingState::Posted)
                .count();
            bids += states
                .iter()
                .filter(|state| **state != PingState::Refused)
                .count();
        }
        app.advance(61 * SECOND);
        app.tick().await;
    }
    app.drain_jobs().await;
    assert_eq!(bids, count);
    assert_eq!(posted, count * 3 / 10);
    assert_eq!(open_holds(app).await, 0);
    let mut bought = 0;
    for (request, buyer) in &requests {
        let (leads, held, spent, held_minor, windows) = counters(app, request).await;
        assert_eq!((held, held_minor), (0, 0));
        let by_day: i64 = windows.iter().map(|(_, minor)| minor).sum();
        assert_eq!(
            by_day,
            2 * spent,
            "windows of hour and day count what was bought"
        );
        assert_eq!(wallet(app, buyer).await.1, "0.00");
        bought += leads;
    }
    assert_eq!(bought, i64::try_from(posted).unwrap());
    market::assert_laws(app).await;
    test_app.stop().await;
}

#[test]
fn ten_thousand_pings_leave_no_hold_behind_sqlite() {
    run(many(Backend::Sqlite, 10_000));
}

#[test]
fn a_thousand_pings_leave_no_hold_behind_postgres() {
    if crate::harness::has_postgres() {
        run(many(Backend::Postgres, 1_000));
    }
}
