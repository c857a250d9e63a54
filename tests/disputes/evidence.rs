//! Evidence: what a machine can check is decided at once, files are kept sealed and served as downloads.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use galena::clock::DAY;
use serde_json::{Value, json};

use super::{By, Case, Step, fresh_lead, ppl};
use crate::conversions::request_under;
use crate::market as trade;

async fn contact(case: &Case<'_>) -> Value {
    let path = format!("/api/v1/purchases/{}", case.purchase);
    case.app
        .api("GET", &path, &case.buyer.key)
        .send()
        .await
        .expect(200)
        .json()["contact"]
        .clone()
}

fn returned(recipient: &str) -> Value {
    let letter = format!(
        "Subject: Undelivered Mail Returned to Sender\r\n\r\nReporting-MTA: dns; mail.example.test\r\n\r\n\
         Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    );
    json!({
        "reason": "email_bounced",
        "files": [{"name": "returned.eml", "content": STANDARD.encode(letter)}],
    })
}

on_both!(async fn a_returned_letter_decides_at_once(app) {
    let mut case = Case::make(app, "bounce", &ppl(&json!({})), 1).await;
    let email = contact(&case).await["email"].as_str().unwrap().to_owned();
    let opened = case.open(&returned(&email)).await.expect(201).json();
    assert_eq!((opened["state"].as_str(), opened["appealable"].as_bool()), (Some("upheld"), Some(true)));
    for by in [By::Buyer, By::Seller, By::First] {
        let detail = case.detail(by).await;
        assert_eq!(detail["findings"][0]["name"], json!("bounce"));
        assert_eq!(detail["findings"][0]["verdict"], json!("proves"));
        assert_eq!(detail["decisions"][0]["how"], json!("rule"));
        assert!(!detail["findings"].to_string().contains(&email), "a finding names the person");
    }
    // The rule may be appealed as well; an auditor decides then.
    case.take(Step::Appeal(By::Seller)).await;
    case.take(Step::Full(By::First)).await;
    assert_eq!(case.state(&format!("purchases/{}", case.purchase)).await, "refunded");
    // The contact is not the buyer's any more.
    let path = format!("/api/v1/purchases/{}", case.purchase);
    let masked = app.api("GET", &path, &case.buyer.key).send().await.expect(200).text;
    assert!(!masked.contains(&email), "{masked}");
    trade::assert_laws(app).await;
});

on_both!(async fn another_address_proves_nothing(app) {
    let mut case = Case::make(app, "other", &ppl(&json!({})), 1).await;
    let opened = case.open(&returned("somebody@example.org")).await.expect(201).json();
    assert_eq!(opened["state"], json!("open"));
    assert_eq!(case.detail(By::Seller).await["findings"][0]["verdict"], json!("says_nothing"));
});

on_both!(async fn a_contact_that_was_bought_before_is_a_duplicate(app) {
    let mut case = Case::make(app, "twice", &ppl(&json!({})), 1).await;
    let claim = json!({"reason": "duplicate"});
    let first = contact(&case).await;
    let denied = case.open(&claim).await.expect(201).json();
    assert_eq!((denied["state"].as_str(), denied["refund"]["amount"].as_str()), (Some("denied"), Some("0.00")));
    // After the window for duplicates the same person is sent, and sold, once more.
    app.advance(91 * DAY);
    app.tick().await;
    let contracts = app.api("GET", "/api/v1/contracts", &case.buyer.key).send().await.expect(200).json();
    let contract = contracts["data"][0]["id"].as_str().unwrap().parse().unwrap();
    let request = trade::post_request(app, &case.buyer, &request_under(contract, 1)).await;
    trade::activate(app, &case.buyer, &request).await;
    let mut lead = fresh_lead(app);
    lead["contact"]["email"] = first["email"].clone();
    trade::send_batch(app, &case.seller, &[lead]).await;
    let bought = trade::purchases(app, &case.buyer).await;
    assert_eq!(bought.len(), 2, "nothing was bought");
    let earlier = std::mem::replace(&mut case.purchase, bought[0]["id"].as_str().unwrap().to_owned());
    let upheld = case.open(&claim).await.expect(201).json();
    assert_eq!((upheld["state"].as_str(), upheld["refund"]["amount"].as_str()), (Some("upheld"), Some("50.00")));
    let shown = case.detail(By::Seller).await;
    let mut findings = shown["findings"].as_array().unwrap().iter();
    let detail = &findings.find(|finding| finding["name"] == "duplicate").unwrap()["detail"];
    assert_eq!(detail, &json!({"purchase": earlier, "same_email": true, "same_phone": false}));
    trade::assert_laws(app).await;
});

on_both!(async fn files_are_sealed_and_served_as_downloads(app) {
    let mut case = Case::make(app, "file", &ppl(&json!({})), 1).await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and the rest of a picture";
    let claim = json!({
        "reason": "fictitious",
        "text": "Nobody of this name lives there.",
        "files": [{"name": "../door \"7\".png", "content": STANDARD.encode(png)}],
        "calls": [{"at": app.clock.now(), "result": "wrong_person"}],
    });
    case.open(&claim).await.expect(201);
    let words = json!({
        "text": "She does, and here she says so.",
        "files": [{"name": "call.txt", "content": STANDARD.encode("Yes, it is me.")}],
    });
    case.act(By::Seller, "contest", &words).await.expect(200);
    case.act(By::Buyer, "evidence", &json!({"text": "That is another person."})).await.expect(200);
    let detail = case.detail(By::First).await;
    let kinds: Vec<&str> = detail["entries"].as_array().unwrap().iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["claim", "call", "file", "answer", "file", "message"]);
    let file = &detail["entries"][2];
    assert_eq!(file["file"]["name"], json!("door 7.png"));
    let path = format!("/api/v1/disputes/{}/files/{}", case.dispute, file["id"].as_str().unwrap());
    for by in [By::Buyer, By::Seller, By::Second] {
        let answer = app.api("GET", &path, case.key(by)).send().await.expect(200);
        assert_eq!(answer.header("content-type"), "image/png");
        assert!(answer.header("content-disposition").starts_with("attachment"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let stranger = app.buyer("Stranger").await;
    app.api("GET", &path, &stranger.key).send().await.expect(404);
    // Neither what was written nor what was shown lies in the database in clear.
    let id = case.id();
    let rows = app.read(move |conn| {
        use diesel::prelude::*;
        use galena::db::schema::{dispute_entries, dispute_files};
        let entries: Vec<Vec<u8>> = dispute_entries::table
            .filter(dispute_entries::dispute_id.eq(id))
            .select(dispute_entries::sealed)
            .load(conn)?;
        let files: Vec<Vec<u8>> = dispute_files::table.select(dispute_files::sealed).load(conn)?;
        Ok([entries, files].concat())
    }).await;
    assert_eq!(rows.len(), 8);
    for row in rows {
        for clear in [&b"picture"[..], b"Nobody", b"door", b"it is me"] {
            assert!(!row.windows(clear.len()).any(|part| part == clear));
        }
    }
});
