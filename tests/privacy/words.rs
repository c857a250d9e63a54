//! What a person wants, in words: shown to whom it may concern, and in clear nowhere else.

use diesel::prelude::*;
use galena::db::schema::{lead_contacts, leads};
use galena::id::LeadId;
use serde_json::{Value, json};

use super::erasure::everything;
use super::{person, purchase, rich_buyer};
use crate::harness::{TestApp, Trader};
use crate::leads::{assert_absent, send};
use crate::{market, pings};

const INTEREST: &str = "Tortoiseshell varifocals for the opera";
const TIMELINE: &str = "before the premiere of Aida";

async fn lead(app: &TestApp, seller: &Trader, id: &str) -> Value {
    let path = format!("/api/v1/leads/{id}");
    app.api("GET", &path, &seller.key)
        .send()
        .await
        .expect(200)
        .json()
}

on_both!(async fn what_a_person_wants_is_shown_and_lies_sealed(app) {
    let seller = app.seller("Baltic Leads").await;
    let buyer = rich_buyer(app, "Optika").await;
    let mut document = person();
    (document["interest"], document["timeline"]) = (json!(INTEREST), json!(TIMELINE));
    let answer = send(app, &seller.key, &document).await.expect(201).json();
    assert_eq!(answer.get("interest"), None, "an answer to a POST is kept in clear");
    let id = answer["id"].as_str().unwrap();
    let shown = lead(app, &seller, id).await;
    assert_eq!((&shown["interest"], &shown["timeline"]), (&json!(INTEREST), &json!(TIMELINE)));
    let (farm, shop) = (app.sign_in(&seller.email).await, app.sign_in(&buyer.email).await);
    let own_page = format!("/seller/leads/{id}");
    for (browser, path) in [
        (&farm, "/seller/leads"),
        (&farm, own_page.as_str()),
        (&shop, "/buyer/market?vertical=eyewear"),
        (&shop, "/market"),
    ] {
        let page = browser.get(path).await.expect(200).text;
        assert!(page.contains(INTEREST), "{path} does not say what the person wants");
    }
    let path = format!("/api/v1/listings/{id}/buy");
    let bought = app.api("POST", &path, &buyer.key).send().await.expect(201).json();
    let bought = bought["id"].as_str().unwrap();
    assert_eq!(purchase(app, &buyer, bought).await["timeline"], json!(TIMELINE));
    for (browser, path) in [
        (&shop, "/buyer/inbox"),
        (&shop, "/buyer"),
        (&farm, "/seller/sales"),
        (&farm, "/seller"),
    ] {
        let page = browser.get(path).await.expect(200).text;
        assert!(page.contains(INTEREST), "{path} does not say what the person wants");
    }
    // What a ping announces lies in the database as long as its bid is held; a change is noticed all the same.
    pings::request(app, &buyer, &[]).await;
    let mut ping = pings::ping_of(7);
    (ping["interest"], ping["timeline"]) = (json!(INTEREST), json!(TIMELINE));
    let held = pings::ping(app, &seller, &ping).await.expect(201).json();
    assert_absent(&everything(app).await, &["Tortoiseshell", "Aida"]);
    let mut other = pings::lead_of(7);
    (other["interest"], other["timeline"]) = (json!("Aida on video"), json!(TIMELINE));
    let refused = pings::post(app, &seller, held["id"].as_str().unwrap(), &other).await.expect(422);
    assert_eq!(refused.field_codes(), ["interest:changed_since_ping"]);
    market::assert_laws(app).await;
});

on_both!(async fn what_an_early_version_kept_in_clear_is_sealed(app) {
    let seller = app.seller("Baltic Leads").await;
    let answer = send(app, &seller.key, &person()).await.expect(201).json();
    let id: LeadId = answer["id"].as_str().unwrap().parse().unwrap();
    app.write(move |conn| {
        diesel::update(leads::table.find(id))
            .set((leads::interest.eq(INTEREST), leads::timeline.eq(TIMELINE)))
            .execute(conn)?;
        diesel::update(lead_contacts::table.find(id))
            .set(lead_contacts::wanted.eq(None::<Vec<u8>>))
            .execute(conn)?;
        Ok(())
    })
    .await;
    let before = lead(app, &seller, &id.to_string()).await;
    assert_eq!(before["interest"], json!(INTEREST));
    for expected in [1, 0] {
        let vault = app.app.vault.clone();
        let sealed = app.write(move |conn| galena::leads::seal_what_is_clear(conn, &vault, 100)).await;
        assert_eq!(sealed, expected);
    }
    let left: (String, Option<String>) = app
        .read(move |conn| {
            Ok(leads::table.find(id).select((leads::interest, leads::timeline)).first(conn)?)
        })
        .await;
    assert_eq!(left, (String::new(), None));
    assert_eq!(lead(app, &seller, &id.to_string()).await, before);
});
