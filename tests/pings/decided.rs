//! Why a ping got the bid that it got: kept with the sale, and made again.

use galena::matching::decisions::{self, Verdict};
use serde_json::json;

use super::{held, lead_of, post, request};
use crate::harness::{TestApp, Trader};
use crate::market;
use crate::matching::decisions::{admin, replayed, sells_by};

async fn bidder(app: &TestApp, name: &str, bid: &str, money: &str) -> Trader {
    let buyer = app.buyer(name).await;
    market::deposit(app, &buyer, money, "EUR").await;
    request(app, &buyer, &[("bid.amount", json!(bid))]).await;
    buyer
}

async fn ping_and_post(app: &TestApp, seller: &Trader, number: usize) {
    let ping = held(app, seller, number).await;
    post(app, seller, &ping, &lead_of(number)).await.expect(201);
}

on_both!(async fn a_bid_that_was_held_is_a_decision_that_is_made_again(app) {
    let desk = admin(app).await;
    let seller = app.seller("Baltic Leads").await;
    let best = bidder(app, "Best", "30.00", "50.00").await;
    let next = bidder(app, "Next", "20.00", "5000.00").await;
    sells_by(&desk, "price", "second").await;
    for number in 1..4 {
        ping_and_post(app, &seller, number).await;
    }
    // The money of the best bid is gone with the third: it is tried and fails, and the next one is held.
    assert_eq!(market::purchases(app, &best).await.len(), 2);
    let bought = market::purchases(app, &next).await;
    sells_by(&desk, "weighted", "first").await;
    for number in 10..30 {
        ping_and_post(app, &seller, number).await;
    }
    let verdicts = replayed(app, 100).await;
    assert_eq!(verdicts.len(), 23);
    assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Same), "{verdicts:?}");
    let path = format!("/api/v1/purchases/{}", bought[0]["id"].as_str().unwrap());
    let opened = app.api("GET", &path, &next.key).send().await.expect(200).json();
    let id: galena::id::DecisionId = opened["explanation"]["decision"].as_str().unwrap().parse().unwrap();
    let vault = app.app.vault.clone();
    let (decision, _) = app.read(move |conn| decisions::find(conn, id)).await.unwrap();
    assert_eq!(decision.lead.to_string(), opened["lead"].as_str().unwrap());
    assert!(decision.body.tries.len() == 2 && decision.body.tries[0].gate.is_some());
    // Had the best bid not been tried, or the lots been drawn for another lead, the replay would not be the same.
    let mut passed_over = decision.clone();
    passed_over.body.tries.remove(0);
    let mut unsold = decision.clone();
    unsold.body.tries.pop();
    let (day, at) = (decision.day, decision.at);
    let seed = app.read(move |conn| galena::matching::draws::seed(conn, &vault, day, at)).await;
    assert_eq!(decision.replay(&seed), Verdict::Same);
    for turned in [passed_over, unsold] {
        assert!(matches!(turned.replay(&seed), Verdict::Differs(_)), "{turned:?}");
    }
    market::assert_laws(app).await;
});

on_both!(async fn a_bid_that_is_not_taken_leaves_nothing_of_its_choice(app) {
    use diesel::prelude::*;
    use galena::db::schema::pings;
    let seller = app.seller("Baltic Leads").await;
    bidder(app, "Best", "30.00", "50.00").await;
    let ping: galena::id::PingId = held(app, &seller, 1).await.parse().unwrap();
    let kept = async || {
        app.read(move |conn| Ok(pings::table.find(ping).select(pings::decided).first::<Option<String>>(conn)?)).await
    };
    assert!(kept().await.is_some());
    app.advance(61 * galena::clock::SECOND);
    app.tick().await;
    assert_eq!(kept().await, None);
    assert!(replayed(app, 10).await.is_empty());
});
