//! A seller's way through pages and API, and the papers it may keep.

use galena::clock::DAY;
use serde_json::{Value, json};

use super::people::{Desk, IBAN, caller};
use crate::harness::{Backend, MailServer, PASSWORD, TestApp, run};

on_both!(async fn a_seller_gives_its_bank_details_and_is_paid_by_page(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned_without_bank(app, "Riga Leads", 2).await;
    let browser = app.sign_in(&seller.email).await;
    let page = browser.get("/seller/payouts").await.expect(200);
    assert!(page.text.contains("Payouts need bank details"), "{}", page.text);
    let typed = |iban, password| {
        [("holder", "R\u{12b}gas L\u{12b}di"), ("iban", iban), ("bic", ""), ("password", password)]
    };
    let wrong = browser.post_form("/seller/payouts/bank", &typed("LV81BANK0000435195001", PASSWORD)).await.expect(422);
    assert!(wrong.text.contains("is not an IBAN"), "{}", wrong.text);
    assert!(wrong.text.contains("LV81BANK0000435195001"), "what was typed is kept");
    let wrong = browser.post_form("/seller/payouts/bank", &typed(IBAN, "not the password")).await.expect(422);
    assert!(wrong.text.contains("f-password-error"), "{}", wrong.text);
    assert!(!wrong.text.contains("not the password"), "a password is never shown again");
    browser.post_form("/seller/payouts/bank", &typed(IBAN, PASSWORD)).await.expect(303);
    let page = browser.get("/seller/payouts").await.expect(200);
    assert!(page.text.contains("LV80 \u{2026}5001"), "{}", page.text);
    assert!(!page.text.contains(IBAN));

    let over = browser.post_form("/seller/payouts", &[("currency", "EUR"), ("amount", "170.01")]).await.expect(422);
    assert!(over.text.contains("170.00 EUR or less"), "{}", over.text);
    browser.post_form("/seller/payouts", &[("currency", "EUR"), ("amount", "")]).await.expect(303);
    let list = browser.get("/seller/payouts").await.expect(200);
    let (_, rest) = list.text.split_once("href=\"/seller/payouts/pay_").expect("a payout");
    let id = format!("pay_{}", rest.split('"').next().unwrap());
    let one = browser.get(&format!("/seller/payouts/{id}")).await.expect(200);
    assert!(one.text.contains("170.00\u{a0}EUR"), "{}", one.text);

    let csv = browser.get(&format!("/seller/payouts/{id}/statement/csv")).await.expect(200);
    assert_eq!(csv.text.lines().count(), 4, "head, opening balance, two shares: {}", csv.text);
    assert!(csv.text.lines().last().unwrap().contains(",85.00,170.00,EUR"), "{}", csv.text);
    let pdf = browser.get(&format!("/seller/payouts/{id}/statement/pdf")).await.expect(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.text.starts_with("%PDF-1."));
    let month = browser.get("/seller/payouts/months/2026-11/EUR/csv").await.expect(200);
    assert!(month.text.lines().last().unwrap().contains("-170.00,0.00,EUR"), "{}", month.text);
    assert!(browser.get("/seller/payouts/months/2026-11/EUR/pdf").await.expect(200).text.starts_with("%PDF"));
    browser.get("/seller/payouts/months/2026-13/EUR/pdf").await.expect(404);
    browser.get("/seller/payouts/export/xlsx").await.expect(200);

    let other = app.seller("Other").await;
    let other = app.sign_in(&other.email).await;
    other.get(&format!("/seller/payouts/{id}")).await.expect(404);
    other.get(&format!("/seller/payouts/{id}/statement/pdf")).await.expect(404);
    other.post_form(&format!("/seller/payouts/{id}/cancel"), &[]).await.expect(404);
    let first = app.sign_in(&desk.first.email).await;
    let waiting = first.get("/operator/payouts").await.expect(200);
    assert!(waiting.text.contains("Riga Leads") && waiting.text.contains("Four eyes"), "{}", waiting.text);
    let refused = first.post_form(&format!("/operator/payouts/{id}/refuse"), &[("reason", " ")]).await.expect(422);
    assert!(refused.text.contains("f-reason-error"), "{}", refused.text);
    browser.post_form(&format!("/seller/payouts/{id}/cancel"), &[]).await.expect(303);
    first.post_form(&format!("/operator/payouts/{id}/approve"), &[]).await.expect(409);
    let earnings = browser.get("/seller/earnings").await.expect(200);
    assert!(earnings.text.contains("href=\"/seller/payouts\""));
});

on_both!(async fn payouts_by_api(app) with |options| {
    options.payout_name = Some("Galena Exchange SIA".to_owned());
    options.payout_iban = Some("LV97 HABA 0012 3456 7891 0".to_owned());
} {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 2).await;
    let ask = |body| app.api("POST", "/api/v1/payouts", &seller.key).json(&body).send();
    let over = ask(json!({"currency": "EUR", "amount": "1000"})).await.expect(422);
    assert_eq!(over.field_codes(), ["amount:too_large"]);
    let none = ask(json!({"currency": "USD"})).await.expect(422);
    assert_eq!(none.field_codes(), ["amount:too_small"]);
    assert_eq!(ask(json!({"currency": "XXX"})).await.expect(422).field_codes(), ["currency:currency_unknown"]);
    let once = || app.api("POST", "/api/v1/payouts", &seller.key).idempotency_key("one")
        .json(&json!({"currency": "EUR", "amount": "100.00"})).send();
    let (first, second) = (once().await.expect(201).json(), once().await.expect(201).json());
    assert_eq!(first, second);
    assert_eq!((&first["state"], &first["origin"]), (&json!("requested"), &json!("seller")));
    let list = app.api("GET", "/api/v1/payouts?state=requested", &seller.key).send().await.expect(200).json();
    assert_eq!(list["data"], json!([first]));
    let id = first["id"].as_str().unwrap();
    let cancelled = app.api("POST", &format!("/api/v1/payouts/{id}/cancel"), &seller.key).send().await.expect(200);
    assert_eq!(cancelled.json()["state"], "cancelled");

    let turned_down = desk.try_ask(app, &seller, None).await.unwrap();
    let approvals = "/api/v1/payout_approvals";
    let waiting = app.api("GET", approvals, &desk.first.key).send().await.expect(200).json();
    assert_eq!(waiting["data"][0]["payout"]["id"], json!(turned_down.id));
    assert_eq!(waiting["data"][0]["seller"], json!(seller.account));
    let verdict = |id, verdict: Value| {
        app.api("POST", &format!("{approvals}/{id}"), &desk.first.key).json(&verdict).send()
    };
    let silent = verdict(turned_down.id, json!({"decision": "refuse"})).await.expect(422);
    assert_eq!(silent.field_codes(), ["reason:required"]);
    let refused = verdict(turned_down.id, json!({"decision": "refuse", "reason": "Say who you are"})).await.expect(200);
    assert_eq!(refused.json()["state"], "refused");
    verdict(turned_down.id, json!({"decision": "approve"})).await.expect(409);
    let payout = desk.try_ask(app, &seller, None).await.unwrap();
    let approved = verdict(payout.id, json!({"decision": "approve"})).await.expect(200);
    assert_eq!(approved.json()["state"], "approved");
    app.api("GET", approvals, &seller.key).send().await.expect(403);
    let batches = "/api/v1/payout_batches";
    let collect = |key: &str| app.api("POST", batches, key).json(&json!({"currency": "EUR", "method": "sepa"})).send();
    assert_eq!(collect(&desk.first.key).await.expect(409).code(), "four_eyes");
    let made = collect(&desk.second.key).await.expect(201).json();
    assert_eq!((&made["count"], &made["total"]["amount"]), (&json!(1), &json!("170.00")));
    let path = format!("{batches}/{}", made["id"].as_str().unwrap());
    let file = app.api("GET", &format!("{path}/file/xml"), &desk.second.key).send().await.expect(200);
    assert!(file.text.contains("<Id>NOTPROVIDED</Id>"), "no BIC of the exchange was set: {}", file.text);
    let sent = app.api("POST", &format!("{path}/sent"), &desk.second.key).send().await.expect(200).json();
    assert_eq!(sent["payouts"][0]["state"], "sent");
    let end = format!("{path}/payouts/{}", payout.id);
    let silent = app.api("POST", &end, &desk.second.key).json(&json!({"state": "failed"})).send().await.expect(422);
    assert_eq!(silent.field_codes(), ["reason:required"]);
    let paid = app.api("POST", &end, &desk.second.key).json(&json!({"state": "paid"})).send().await.expect(200);
    assert_eq!(paid.json()["state"], "paid");
    let listed = app.api("GET", batches, &desk.second.key).send().await.expect(200).json();
    assert_eq!(listed["data"][0]["state"], "sent");
    app.api("GET", batches, &seller.key).send().await.expect(403);
});

on_both!(async fn the_exchange_sets_terms_and_asks_in_a_sellers_place(app) {
    let desk = Desk::open(app).await;
    let seller = desk.earned(app, "Riga Leads", 1).await;
    let first = app.sign_in(&desk.first.email).await;
    let path = format!("/operator/payouts/sellers/{}", seller.account);
    let typed = |schedule, weekday, minimum| {
        [("schedule", schedule), ("weekday", weekday), ("currency", "EUR"), ("minimum", minimum)]
    };
    let wrong = first.post_form(&path, &typed("weekly", "8", "-1")).await.expect(422);
    assert!(wrong.text.contains("f-weekday-error") && wrong.text.contains("f-minimum-error"), "{}", wrong.text);
    first.post_form(&path, &typed("weekly", "1", "90")).await.expect(303);
    let terms = first.get(&path).await.expect(200);
    assert!(terms.text.contains("each Monday; next on 30 Nov 2026"), "{}", terms.text);
    let ask = format!("{path}/ask");
    let short = first.post_form(&ask, &[("currency", "EUR")]).await.expect(422);
    assert!(short.text.contains("90.00 EUR or more, and 85.00 EUR can be paid out now"), "{}", short.text);
    first.post_form(&path, &typed("on_request", "", "50.00")).await.expect(303);
    let asked = first.post_form(&ask, &[("currency", "EUR")]).await.expect(303);
    let own = format!("{}/approve", asked.location());
    let refused = first.post_form(&own, &[]).await.expect(409);
    assert!(refused.text.contains("may not approve it"), "{}", refused.text);

    let owner = app.sign_in(&seller.email).await;
    let change = [("holder", "A"), ("iban", "EE382200221020145685"), ("bic", ""), ("password", PASSWORD)];
    owner.post_form("/seller/payouts/bank", &change).await.expect(303);
    let waits = owner.get("/seller").await.expect(200);
    assert!(waits.text.contains("EE38 \u{2026}5685"), "{}", waits.text);
    owner.post_form("/seller/payouts/bank/cancel", &[]).await.expect(303);
    owner.post_form("/seller/payouts/bank/cancel", &[]).await.expect(409);
});

#[test]
fn a_change_of_bank_details_is_told_by_mail() {
    run(async {
        let mail = MailServer::start(0).await;
        let url = mail.url.clone();
        let app = TestApp::start_with(Backend::Sqlite, |options| options.mail = Some(url)).await;
        let seller = app.seller("Riga Leads").await;
        for (iban, days) in [(IBAN, 1), ("EE382200221020145685", 3)] {
            let (owner, vault, now) = (caller(&seller), app.app.vault.clone(), app.clock.now());
            let details = super::people::details(iban);
            app.write(move |conn| galena::payouts::bank::set(conn, &vault, &owner, &details, now))
                .await;
            app.drain_jobs().await;
            app.advance(days * DAY);
        }
        let posted = mail.posted();
        assert_eq!(posted.len(), 2, "{posted:?}");
        assert!(posted.iter().all(|letter| letter.to == seller.email));
        // In quoted-printable: the ellipsis is three bytes.
        assert!(posted[1].content.contains("EE38"), "{}", posted[1].content);
        assert!(!posted[1].content.contains("EE382200221020145685"));
        app.stop().await;
    });
}
