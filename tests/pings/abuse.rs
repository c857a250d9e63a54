//! Limits of pings, and sellers who ask for bids and do not post.

use galena::access::Role;
use galena::clock::{HOUR, MINUTE, SECOND};
use serde_json::json;

use super::{held, lead_of, ping, ping_of, post, request, scene};
use crate::market;

const POLICY: [(&str, &str); 5] = [
    ("hold_seconds", "30"),
    ("most_open", "10"),
    ("least_posted_bps", "2000"),
    ("least_bids", "10"),
    ("pause_minutes", "60"),
];

on_both!(async fn sellers_who_do_not_post_are_paused_for_a_while(app) {
    let (seller, buyer) = scene(app).await;
    request(app, &buyer, &[]).await;
    let desk = app.sign_in(&app.operator(Role::Admin).await.email).await;
    let wrong = [("hold_seconds", "601"), ("most_open", "x"), ("least_posted_bps", "1"), ("least_bids", "1"), ("pause_minutes", "1")];
    let refused = desk.post_form("/operator/pings", &wrong).await.expect(422);
    assert!(refused.text.contains("601"));
    desk.post_form("/operator/pings", &POLICY).await.expect(303);

    // At most ten bids at a time, each held for 30 seconds.
    for number in 0..10 {
        held(app, &seller, number).await;
    }
    let refused = ping(app, &seller, &ping_of(10)).await.expect(429);
    assert_eq!(refused.code(), "rate_limited");
    app.advance(30 * SECOND);
    app.tick().await;
    let figures = app.api("GET", "/api/v1/pings/figures", &seller.key).send().await.expect(200).json();
    assert_eq!((figures["bids"].clone(), figures["expired"].clone()), (json!(10), json!(10)));
    assert_eq!(figures["share_posted_bps"], 0);
    // None of ten was posted: refused with a number, until the pause is over.
    assert_eq!(figures["paused_until"], json!(app.clock.now().plus(HOUR)));
    let refused = ping(app, &seller, &ping_of(11)).await.expect(200).json();
    assert_eq!(refused["reason"]["number"], 420);
    let browser = app.sign_in(&seller.email).await;
    let shown = browser.get("/seller/pings").await.expect(200).text;
    assert!(shown.contains("Your pings are refused until"), "{shown}");
    assert!(shown.contains("420 Too few of your bids were posted"), "{shown}");
    let shown = desk.get("/operator/pings").await.expect(200).text;
    assert!(shown.contains("Baltic Leads") && shown.contains("End the pause"), "{shown}");
    app.advance(HOUR);
    app.tick().await;

    // Afterwards its bids are counted anew.
    let id = held(app, &seller, 12).await;
    post(app, &seller, &id, &lead_of(12)).await.expect(201);
    let posted = browser.get("/seller/pings?state=posted").await.expect(200).text;
    assert!(posted.contains("30.00") && !posted.contains("Your pings are refused"), "{posted}");
    for number in 20..29 {
        held(app, &seller, number).await;
    }
    app.advance(MINUTE);
    app.tick().await;
    let figures = app.api("GET", "/api/v1/pings/figures", &seller.key).send().await.expect(200).json();
    assert!(figures["paused_until"].is_string(), "one of ten is less than a fifth: {figures}");
    // The exchange may end the pause.
    let lift = format!("/operator/pings/{}/lift", seller.account);
    desk.post_form(&lift, &[]).await.expect(303);
    desk.post_form(&lift, &[]).await.expect(409);
    held(app, &seller, 30).await;
    market::assert_laws(app).await;
});

on_both!(async fn a_seller_has_so_many_pings_a_minute(app) with |options| { options.pings_per_minute = Some(3); } {
    let (seller, _) = scene(app).await;
    for number in 0..3 {
        ping(app, &seller, &ping_of(number)).await.expect(200);
    }
    let refused = ping(app, &seller, &ping_of(3)).await.expect(429);
    assert_eq!(refused.header("ratelimit-policy"), "\"pings\";q=3;w=60");
    assert!(!refused.header("retry-after").is_empty());
    let other = app.seller("Other Leads").await;
    ping(app, &other, &ping_of(4)).await.expect(200);
    app.advance(20 * SECOND);
    ping(app, &seller, &ping_of(3)).await.expect(200);
});
