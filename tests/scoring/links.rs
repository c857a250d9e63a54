//! Tracked links and pixels: they lead where their seller allows, count once an hour, and respect who does
//! not want to be tracked.

use galena::clock::HOUR;
use serde_json::{Value, json};

use super::{given, score, send};
use crate::harness::{Answer, TestApp, Trader};

const SHOP: &str = "https://shop.example.org/glasses?model=7";

async fn allow(app: &TestApp, seller: &Trader, host: &str) -> Answer {
    let browser = app.sign_in(&seller.email).await;
    browser
        .post_form("/seller/tracking", &[("host", host)])
        .await
}

async fn tracking(app: &TestApp, key: &str, lead: &str, url: &str) -> Answer {
    let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
    let path = format!("/api/v1/leads/{lead}/tracking?url={url}");
    app.api("GET", &path, key).send().await
}

/// The path of an address on this server.
fn path(app: &TestApp, address: &Value) -> String {
    address
        .as_str()
        .unwrap()
        .strip_prefix(&app.address)
        .unwrap()
        .to_owned()
}

async fn visits(app: &TestApp, seller: &Trader, lead: &str) -> i64 {
    let explained = score(app, &seller.key, lead).await;
    explained["parts"][3]["count"].as_i64().unwrap()
}

on_both!(async fn a_link_counts_a_visit_and_leads_on(app) {
    let seller = app.seller("Blue Lens").await;
    let lead = send(app, &seller, 1, &json!({})).await;
    let refused = tracking(app, &seller.key, &lead, SHOP).await.expect(422);
    assert_eq!(refused.field_codes(), ["url:not_allowed"]);
    allow(app, &seller, "Shop.example.org").await.expect(303);
    let made = tracking(app, &seller.key, &lead, SHOP).await.expect(200).json();
    let link = path(app, &made["link"]);
    let followed = app.call("GET", &link).send().await.expect(302);
    assert_eq!(followed.location(), SHOP);
    assert_eq!((followed.header("referrer-policy"), followed.header("cache-control")), ("no-referrer", "no-store"));
    assert_eq!(visits(app, &seller, &lead).await, 1);
    // Once an hour, and never by programs that ask for the head alone.
    app.call("GET", &link).send().await.expect(302);
    app.call("HEAD", &link).send().await.expect(302);
    assert_eq!(visits(app, &seller, &lead).await, 1);
    for _ in 0..2 {
        app.advance(HOUR);
        app.call("GET", &link).send().await.expect(302);
    }
    let explained = score(app, &seller.key, &lead).await;
    assert_eq!(given(&explained), [0, 0, 0, 10, 0, 0]);

    let pixel = path(app, &made["email_pixel"]);
    let shown = app.call("GET", &pixel).send().await.expect(200);
    assert_eq!(shown.header("content-type"), "image/gif");
    assert!(shown.text.starts_with("GIF89a"));
    let explained = score(app, &seller.key, &lead).await;
    assert_eq!(explained["parts"][1]["count"], json!(1));

    let page = format!("/seller/tracking?lead={lead}&url=https%3A%2F%2Fshop.example.org%2F");
    let browser = app.sign_in(&seller.email).await;
    let page = browser.get(&page).await.expect(200).text;
    assert!(page.contains("/t/t1.lead_") && page.contains("shop.example.org"), "{page}");
    browser.get("/seller/tracking?lead=lead_1").await.expect(422);
});

on_both!(async fn who_does_not_want_to_be_tracked_is_not(app) {
    let seller = app.seller("Blue Lens").await;
    let lead = send(app, &seller, 1, &json!({})).await;
    allow(app, &seller, "shop.example.org").await.expect(303);
    let made = tracking(app, &seller.key, &lead, SHOP).await.expect(200).json();
    for header in ["dnt", "sec-gpc"] {
        let (link, pixel) = (path(app, &made["link"]), path(app, &made["visit_pixel"]));
        let followed = app.call("GET", &link).header(header, "1").send().await.expect(302);
        assert_eq!(followed.location(), SHOP);
        app.call("GET", &pixel).header(header, "1").send().await.expect(200);
    }
    assert_eq!(visits(app, &seller, &lead).await, 0);
    app.call("GET", &path(app, &made["visit_pixel"])).header("dnt", "0").send().await.expect(200);
    assert_eq!(visits(app, &seller, &lead).await, 1);
});

on_both!(async fn no_link_leads_where_its_seller_did_not_allow(app) {
    let (seller, other) = (app.seller("Blue Lens").await, app.seller("Other Farm").await);
    let lead = send(app, &seller, 1, &json!({})).await;
    allow(app, &seller, "shop.example.org").await.expect(303);
    for bad in ["", "localhost", "127.0.0.1", "https://shop.example.org", "a/b.example.org"] {
        allow(app, &seller, bad).await.expect(422);
    }
    for bad in [
        "http://shop.example.org/",
        "https://evil.example.net/",
        "https://shop.example.org@evil.example.net/",
        "https://shop.example.org.evil.example.net/",
        "https://shop.example.org:444/",
        "//evil.example.net/",
        "javascript:alert(1)",
    ] {
        tracking(app, &seller.key, &lead, bad).await.expect(422);
    }
    tracking(app, &other.key, &lead, SHOP).await.expect(404);
    let made = tracking(app, &seller.key, &lead, SHOP).await.expect(200).json();
    let link = path(app, &made["link"]);
    // Neither another signature nor another target is taken.
    let (signed, tag) = link.rsplit_once('.').unwrap();
    let (head, _) = signed.rsplit_once('.').unwrap();
    let forged = format!("{head}.aHR0cHM6Ly9ldmlsLmV4YW1wbGUubmV0Lw.{tag}");
    app.call("GET", &forged).send().await.expect(404);
    app.call("GET", signed).send().await.expect(404);
    app.call("GET", "/t/https:%2F%2Fevil.example.net").send().await.expect(404);
    app.call("GET", &format!("/p/{}.gif", &link[3..])).send().await.expect(404);
    // A link ends with the host's place on the list.
    let browser = app.sign_in(&seller.email).await;
    browser.post_form("/seller/tracking/forbid", &[("host", "shop.example.org")]).await.expect(303);
    app.call("GET", &link).send().await.expect(404);
    browser.post_form("/seller/tracking/forbid", &[("host", "shop.example.org")]).await.expect(404);
    assert_eq!(visits(app, &seller, &lead).await, 0);
});
