//! How long anything is kept: by the days of its vertical, on the clock.

use diesel::prelude::*;
use galena::access::Role;
use galena::clock::DAY;
use galena::db::schema::{erasures, import_files, leads, refused_leads};
use galena::leads::LeadState;
use serde_json::json;

use super::{buy_one, person, rich_buyer};
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
