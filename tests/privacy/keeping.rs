//! How long anything is kept: by the days of its vertical, on the clock.

use diesel::prelude::*;
use galena::access::Role;
use galena::clock::DAY;
use galena::db::schema::{erasures, import_files, leads, refused_leads};
use galena::leads::LeadState;
use serde_json::json;

use super::{buy, buy_one, person, rich_buyer};
use crate::harness::{TestApp, Trader};
use crate::{import, market};

async fn left(app: &TestApp) -> (i64, i64, i64) {
    app.read(|conn| {
        Ok((
            leads::table
                .filter(leads::state.ne(LeadState::Erased))
                .count()
                .get_result(conn)?,
            refused_leads::table.count().get_result(conn)?,
            import_files::table.count().get_result(conn)?,
        ))
    })
    .await
}

async fn keep(app: &TestApp, unsold: &str, sold: &str, refused: &str) {
    let desk = app.sign_in(&app.operator(Role::Admin).await.email).await;
    let fields = [
        ("unsold_days", unsold),
        ("sold_days", sold),
        ("refused_days", refused),
        ("recipients", "any"),
    ];
    let path = "/operator/verticals/eyewear/keeping";
    desk.post_form(path, &[("unsold_days", "0")])
        .await
        .expect(422);
    desk.post_form(path, &fields).await.expect(303);
    let page = desk.get("/operator/verticals/eyewear").await.expect(200);
    assert!(page.text.contains(&format!("value=\"{sold}\"")));
}

async fn refuse_one(app: &TestApp, seller: &Trader) {
    for vertical in ["eyewear", "no-such-market"] {
        let document = json!({"vertical": vertical, "contact": {"email": super::EMAIL}});
        app.api("POST", "/api/v1/leads", &seller.key)
            .json(&document)
            .send()
            .await
            .expect(422);
    }
}

on_both!(async fn each_thing_goes_after_its_days(app) {
    let (seller, buyer) = (app.seller("Baltic Leads").await, rich_buyer(app, "Optika").await);
    keep(app, "10", "400", "20").await;
    let sent = market::send_batch(app, &seller, &[market::latvian_lead(7, 1), person()]).await;
    buy_one(app, &buyer, &sent[1]).await;
    refuse_one(app, &seller).await;
    let file = b"First name,Last name,E-mail\nZebadiah,Quillfeather,zebadiah.quillfeather@example.org\n";
    import::upload(app, &seller, "eyewear", file, None).await.unwrap();
    assert_eq!(left(app).await, (2, 2, 1));
    app.advance(19 * DAY);
    app.tick().await;
    assert_eq!(left(app).await, (2, 2, 1), "nothing is due");
    app.advance(2 * DAY);
    app.tick().await;
    assert_eq!(left(app).await, (2, 1, 0), "the vertical's own refused document, and the file");
    app.advance(10 * DAY);
    app.tick().await;
    assert_eq!(left(app).await, (2, 0, 0), "what names no vertical goes after 30 days");
    // The listing ends after 30 days at the latest; ten more, and the unsold one goes.
    app.advance(10 * DAY);
    app.tick().await;
    assert_eq!(left(app).await, (1, 0, 0));
    app.advance(400 * DAY);
    app.tick().await;
    assert_eq!(left(app).await, (0, 0, 0));
    let unscrubbed: i64 = app.read(|conn| {
        Ok(erasures::table.filter(erasures::scrubbed_at.is_null()).count().get_result(conn)?)
    }).await;
    assert_eq!(unscrubbed, 0, "bytes are left to overwrite");
    let bought = market::purchases(app, &buyer).await[0]["id"].as_str().unwrap().to_owned();
    let page = app.sign_in(&buyer.email).await.get(&format!("/buyer/purchases/{bought}")).await.expect(200).text;
    assert!(page.contains("Erased after the days"), "{page}");
    market::assert_laws(app).await;
});

on_both!(async fn countries_have_rules_of_calling_that_the_operator_sets(app) {
    let (seller, buyer) = (app.seller("Baltic Leads").await, rich_buyer(app, "Optika").await);
    let sent = market::send_batch(app, &seller, &[person()]).await;
    let bought = buy_one(app, &buyer, &sent[0]).await;
    let shop = app.sign_in(&buyer.email).await;
    let page = format!("/buyer/purchases/{bought}");
    assert!(!shop.get(&page).await.expect(200).text.contains("Before you call"));
    assert!(crate::privacy::purchase(app, &buyer, &bought).await.get("calls").is_none());
    let desk = app.sign_in(&app.operator(Role::Admin).await.email).await;
    let rules = desk.get("/operator/call-rules").await.expect(200).text;
    assert!(rules.contains("Telephone Preference Service"), "{rules}");
    desk.post_form("/operator/call-rules", &[("country", "Atlantis")]).await.expect(422);
    let rule = [
        ("country", "Latvia"), ("max_consent_age_days", "5"),
        ("needs_register", "true"), ("note", "A register of the test"),
    ];
    desk.post_form("/operator/call-rules", &rule).await.expect(303);
    let shown = shop.get(&page).await.expect(200).text;
    assert!(shown.contains("A register of the test") && !shown.contains("is over"), "{shown}");
    let calls = crate::privacy::purchase(app, &buyer, &bought).await["calls"].clone();
    let told = json!({
        "country": "LV", "allowed_until": "2026-11-25T08:00:00Z", "is_over": false,
        "check_register_first": true, "note": "A register of the test",
    });
    assert_eq!(calls, told);
    app.advance(6 * DAY);
    assert_eq!(crate::privacy::purchase(app, &buyer, &bought).await["calls"]["is_over"], json!(true));
    let shop = app.sign_in(&buyer.email).await;
    assert!(shop.get(&page).await.expect(200).text.contains("The time for calls is over"));
});

on_both!(async fn a_lead_is_sold_to_whom_its_consent_names(app) {
    let (seller, named, other) = (
        app.seller("Baltic Leads").await,
        rich_buyer(app, "Optika").await,
        rich_buyer(app, "Brilles").await,
    );
    let desk = app.sign_in(&app.operator(Role::Admin).await.email).await;
    let policy = |which: &'static str| {
        let desk = &desk;
        async move {
            let fields = [
                ("unsold_days", "90"), ("sold_days", "730"), ("refused_days", "30"), ("recipients", which),
            ];
            desk.post_form("/operator/verticals/eyewear/keeping", &fields).await.expect(303);
        }
    };
    for buyer in [&other, &named] {
        let request = json!({
            "name": "All", "vertical": "eyewear", "quantity": 9, "bid": {"amount": "20.00", "currency": "EUR"},
        });
        let request = market::post_request(app, buyer, &request).await;
        market::activate(app, buyer, &request).await;
    }
    let mut number = 0;
    let mut sent = |recipients: serde_json::Value| {
        number += 1;
        let mut lead = market::latvian_lead(number, 2);
        lead["consent"]["recipients"] = recipients;
        lead
    };
    let to_one = sent(json!(["optika"]));
    let to_nobody = sent(json!([]));
    let (second_to_one, second_to_nobody) = (sent(json!(["optika"])), sent(json!([])));
    policy("named").await;
    let leads = market::send_batch(app, &seller, &[to_one, to_nobody]).await;
    let bought = |trader| async move { market::purchases(app, trader).await.len() };
    assert_eq!((bought(&named).await, bought(&other).await), (1, 0));
    // The rest is explained, and refused on the market page as well.
    let reasons = app.api("GET", &format!("/api/v1/leads/{}/reasons", leads[1]), &seller.key).send().await.expect(200);
    assert!(reasons.text.contains("consent_recipient"), "{}", reasons.text);
    buy(app, &other, &leads[0]).await.expect(409);
    policy("listed").await;
    market::send_batch(app, &seller, &[second_to_one, second_to_nobody]).await;
    assert_eq!((bought(&named).await, bought(&other).await), (3, 1));
    market::assert_laws(app).await;
});

on_both!(async fn what_everybody_sees_does_not_tell_who_it_is(app) {
    let seller = app.seller("Baltic Leads").await;
    for (field, told) in [
        ("interest", "glasses for Zebadiah Quillfeather"),
        ("timeline", "call 29876543 after five"),
    ] {
        let mut lead = person();
        lead[field] = json!(told);
        let refused = app.api("POST", "/api/v1/leads", &seller.key).json(&lead).send().await.expect(422);
        assert_eq!(refused.field_codes(), [format!("{field}:contact_in_text")]);
    }
});
