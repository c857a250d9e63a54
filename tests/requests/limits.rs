//! The limits of a request: quantity, budget and caps, exact however many leads race.

use galena::clock::{DAY, HOUR};
use galena::matching::Gate;
use galena::money::{Currency, Money};
use galena::requests::{PurchaseRequest, RequestState, take};
use serde_json::{Value, json};

use super::{activate, diamond_glasses, fill_wallet, post, shelve, stored, with};
use crate::harness::TestApp;

/// Takes `leads` at once, each in a transaction of its own, and says what refused the others.
pub async fn take_many(
    app: &TestApp,
    request: &PurchaseRequest,
    leads: usize,
    price: i64,
) -> Vec<Option<Gate>> {
    let now = app.clock.now();
    let price = Money::new(price, request.bid.currency);
    let mut tasks = Vec::new();
    for _ in 0..leads {
        let (db, request) = (app.app.db.clone(), request.clone());
        tasks.push(tokio::spawn(async move {
            db.write(move |conn| take(conn, &request, price, now))
                .await
                .unwrap()
        }));
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

fn taken(outcomes: &[Option<Gate>]) -> usize {
    outcomes.iter().filter(|outcome| outcome.is_none()).count()
}

on_both!(async fn a_lead_of_less_quality_than_is_asked_for_is_passed_over(app) {
    let (buyer, seller) = (app.buyer("Glass Shop").await, app.seller("Leads Ltd").await);
    let strict = activate(app, &buyer, &with(diamond_glasses(), json!({ "min_quality": 90 }))).await;
    let lenient = activate(app, &buyer, &with(diamond_glasses(), json!({ "min_quality": 80 }))).await;
    // A mailbox of a function costs twenty points of a hundred.
    let sound = shelve(app, &seller, 1, json!({})).await;
    let office = shelve(app, &seller, 2, json!({ "contact": { "email": "office@example.com" } })).await;
    let quality = |lead| app.read(move |conn| Ok(galena::leads::listing(conn, lead)?.quality));
    assert_eq!((quality(sound).await, quality(office).await), (100, 80));

    for (request, lead, expected) in [
        (&strict, sound, json!([])),
        (&strict, office, json!([[120, "quality"]])),
        (&lenient, office, json!([])),
    ] {
        let path = format!("/api/v1/purchase_requests/{}/explain?lead={lead}", request.id);
        let told = app.api("GET", &path, &buyer.key).send().await.expect(200).json();
        let gates: Vec<Value> = told["gates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|gate| json!([gate["number"], gate["code"]]))
            .collect();
        assert_eq!((json!(gates), &told["fits"]), (expected.clone(), &json!(expected == json!([]))));
    }
    let market = std::sync::Arc::clone(&app.app.market);
    let now = app.clock.now();
    // The first plan of a day makes the seed of its lots.
    let planned = app
        .write(move |conn| {
            let listing = galena::leads::listing(conn, office)?;
            let plan = market.plan(conn, &listing, now)?;
            Ok(plan.candidates.iter().map(|best| best.request.id).collect::<Vec<_>>())
        })
        .await;
    assert_eq!(planned, [lenient.id]);
    for wrong in [-1, 101] {
        let terms = with(diamond_glasses(), json!({ "min_quality": wrong }));
        let refused = post(app, &buyer, "", &terms).await.expect(422);
        assert_eq!(refused.field_codes().len(), 1);
        assert!(refused.field_codes()[0].starts_with("min_quality:"), "{}", refused.text);
    }
});

on_both!(async fn limits_hold_under_two_hundred_leads_at_once(app) {
    let buyer = app.buyer("Glass Shop").await;
    let request = activate(app, &buyer, &diamond_glasses()).await;
    let outcomes = take_many(app, &request, 200, 60_000).await;
    assert_eq!(taken(&outcomes), 50);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, None | Some(Gate::Quantity))));
    let request = stored(app, request.id).await;
    assert_eq!((request.bought, request.spent.minor, request.state), (50, 3_000_000, RequestState::Fulfilled));

    let budget = json!({ "budget": { "amount": "4000.00", "currency": "RUB" } });
    let request = activate(app, &buyer, &with(diamond_glasses(), budget)).await;
    let outcomes = take_many(app, &request, 200, 60_000).await;
    assert_eq!(taken(&outcomes), 6);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, None | Some(Gate::Budget))), "{outcomes:?}");
    assert_eq!(stored(app, request.id).await.spent.minor, 360_000);

    let caps = json!({ "caps": {
        "hour": { "count": 9 }, "day": { "amount": { "amount": "4200.00", "currency": "RUB" } }, "month": { "count": 40 },
    } });
    let request = activate(app, &buyer, &with(diamond_glasses(), caps)).await;
    let outcomes = take_many(app, &request, 200, 60_000).await;
    assert_eq!(taken(&outcomes), 7, "4,200 RUB a day are seven leads");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, None | Some(Gate::AmountDay))), "{outcomes:?}");
    let request = stored(app, request.id).await;
    assert_eq!((request.bought, request.spent.minor, request.state), (7, 420_000, RequestState::Active));
    app.advance(DAY);
    assert_eq!(taken(&take_many(app, &request, 200, 60_000).await), 7, "the next day has a cap of its own");
    app.drain_jobs().await;
});

on_both!(async fn a_refused_lead_leaves_no_trace_in_the_counters(app) {
    let buyer = app.buyer("Glass Shop").await;
    let caps = json!({ "caps": { "hour": { "count": 1 }, "day": { "count": 2 } } });
    let request = activate(app, &buyer, &with(diamond_glasses(), caps)).await;
    assert_eq!(take_many(app, &request, 1, 60_000).await, [None]);
    assert_eq!(take_many(app, &request, 1, 60_000).await, [Some(Gate::CapHour)]);
    app.advance(HOUR);
    assert_eq!(take_many(app, &request, 1, 60_000).await, [None]);
    app.advance(HOUR);
    assert_eq!(take_many(app, &request, 1, 60_000).await, [Some(Gate::CapDay)]);
    assert_eq!(stored(app, request.id).await.bought, 2);
    let paused = format!("/{}/pause", request.id);
    post(app, &buyer, &paused, &json!({})).await.expect(200);
    app.advance(DAY);
    assert_eq!(take_many(app, &request, 1, 60_000).await, [Some(Gate::RequestNotActive)]);
    app.drain_jobs().await;
});

on_both!(async fn a_request_wakes_when_its_cap_begins_anew(app) {
    let (buyer, seller) = (app.buyer("Glass Shop").await, app.seller("Leads Ltd").await);
    fill_wallet(app, &buyer, Money::new(1_000_000, Currency::RUB)).await;
    for number in 0..5 {
        shelve(app, &seller, number, json!({})).await;
    }
    let terms = json!({ "caps": { "day": { "count": 2 } }, "schedule": { "time_zone": "Europe/Moscow" } });
    let request = activate(app, &buyer, &with(diamond_glasses(), terms)).await;
    app.drain_jobs().await;
    assert_eq!(stored(app, request.id).await.bought, 2);
    app.advance(11 * HOUR);
    app.drain_jobs().await;
    assert_eq!(stored(app, request.id).await.bought, 2, "20:00 UTC is 23:00 in Moscow");
    app.advance(HOUR);
    app.drain_jobs().await;
    assert_eq!(stored(app, request.id).await.bought, 4);
    app.advance(DAY);
    app.drain_jobs().await;
    assert_eq!(stored(app, request.id).await.bought, 5);
});
