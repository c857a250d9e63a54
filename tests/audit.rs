//! The audit log: who, from where, before and after; what is read, exported and verified; and nothing of a
//! person in clear.

mod elsewhere;
mod routes;
mod verified;

use galena::access::Role;
use galena::clock::{HOUR, SECOND, Ts};
use galena::reports::audit::{AuditFilter, AuditRow, audit_log};
use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp, eyewear_lead, with};
use crate::market;

/// The newest entries whose action begins like this.
pub async fn entries(app: &TestApp, action: &str) -> Vec<AuditRow> {
    let filter = AuditFilter {
        action: action.to_owned(),
        ..AuditFilter::default()
    };
    app.read(move |conn| audit_log(conn, &filter, None, 1_000))
        .await
}

fn detail(row: &AuditRow) -> Value {
    serde_json::from_str(&row.detail).unwrap()
}

on_both!(async fn an_entry_names_who_from_where_and_by_which_request(app) {
    let seller = app.seller("Blue Lens").await;
    app.api("POST", "/api/v1/leads", &seller.key)
        .header("x-request-id", "our-request-17")
        .json(&eyewear_lead(1))
        .send()
        .await
        .expect(201);
    let listed = &entries(app, "lead.listed").await[0];
    assert_eq!(listed.address.as_deref(), Some("127.0.0.1"));
    assert_eq!(listed.request_id.as_deref(), Some("our-request-17"));
    assert_eq!(listed.actor_name.as_deref(), Some("test"), "the name of the key");
    assert_eq!(listed.account_id, Some(seller.account));
    let browser = app.sign_in(&seller.email).await;
    let signed_in = &entries(app, "user.signed_in").await[0];
    assert_eq!(signed_in.actor, seller.user.to_string());
    assert_eq!(signed_in.actor_name.as_deref(), Some("Blue Lens owner"));
    assert_eq!(signed_in.address.as_deref(), Some("127.0.0.1"));
    browser.post_form("/signout", &[]).await.expect(303);
    let signed_out = &entries(app, "user.signed_out").await[0];
    assert!(signed_out.request_id.is_some() && signed_out.address.is_some());
    // What the server does by itself comes from nowhere.
    assert!(entries(app, "account.created").await[0].address.is_none());
});

on_both!(async fn a_failed_sign_in_is_on_record_without_what_was_typed(app) {
    let seller = app.seller("Blue Lens").await;
    let browser = app.visitor();
    let secret = "what-they-typed-9471";
    for email in [seller.email.as_str(), "nobody.we.know@example.test"] {
        let typed = [("email", email), ("password", secret)];
        browser.post_form("/signin", &typed).await.expect(401);
        app.advance(SECOND);
    }
    let failed = entries(app, "user.sign_in_failed").await;
    let told: Vec<_> = failed.iter().map(|row| (row.actor.as_str(), row.subject.clone(), row.account_id)).collect();
    let known = ("visitor", seller.user.to_string(), Some(seller.account));
    assert_eq!(told, [("visitor", "unknown".to_owned(), None), known]);
    assert!(failed.iter().all(|row| row.address.as_deref() == Some("127.0.0.1")));
    let inside = app.sign_in(&seller.email).await;
    let change = [("present", secret), ("password", "seven slow trams"), ("again", "seven slow trams")];
    inside.post_form("/account/password", &change).await.expect(422);
    assert_eq!(entries(app, "user.password_refused").await.len(), 1);
    let all = format!("{:?}", entries(app, "").await);
    assert!(!all.contains(secret) && !all.contains("nobody.we.know") && !all.contains("slow trams"));
});

on_both!(async fn settings_tell_what_they_were_and_what_they_are(app) {
    let (admin, buyer) = (app.operator(Role::Admin).await, app.buyer("Optics").await);
    let desk = app.sign_in(&admin.email).await;
    let account = format!("/operator/accounts/{}", buyer.account);
    for commission in ["1250", "900"] {
        desk.post_form(&format!("{account}/commission"), &[("commission", commission)]).await.expect(303);
        app.advance(SECOND);
    }
    let set = detail(&entries(app, "account.commission_set").await[0]);
    assert_eq!(set, json!({"from_bps": 1_250, "to_bps": 900}));
    desk.post_form(&format!("{account}/suspend"), &[("note", "Unpaid claim")]).await.expect(303);
    let moved = detail(&entries(app, "account.suspended").await[0]);
    assert_eq!((&moved["from"], &moved["to"]), (&json!("approved"), &json!("suspended")));
    desk.post_form(&format!("{account}/reinstate"), &[]).await.expect(303);

    let request = market::post_request(app, &buyer, &json!({
        "name": "Sunglasses", "vertical": "eyewear", "quantity": 5,
        "bid": {"amount": "12.00", "currency": "EUR"},
        "delivery": {"email": "leads.here@optics.example"},
    })).await;
    market::activate(app, &buyer, &request).await;
    let moved = detail(&entries(app, "request.activated").await[0]);
    assert_eq!(moved["before"]["state"], "draft");
    assert_eq!(moved["after"]["state"], "active");
    app.api("POST", &format!("/api/v1/purchase_requests/{request}/pause"), &buyer.key).send().await.expect(200);
    let path = format!("/api/v1/purchase_requests/{request}");
    let read = app.api("GET", &path, &buyer.key).send().await.expect(200);
    let tag = read.header("etag").to_owned();
    app.api("PUT", &path, &buyer.key).header("if-match", &tag).json(&json!({
        "name": "Sunglasses", "vertical": "eyewear", "quantity": 7,
        "bid": {"amount": "13.50", "currency": "EUR"},
    })).send().await.expect(200);
    let edited = detail(&entries(app, "request.edited").await[0]);
    assert_eq!((&edited["before"]["quantity"], &edited["after"]["quantity"]), (&json!(5), &json!(7)));
    assert_eq!(edited["after"]["bid"]["amount"], "13.50");
    assert_eq!(edited["before"]["delivers_by"], "email", "how, not to which address");
    assert!(edited["before"].get("name").is_none(), "what stays is not told: {edited}");
});

on_both!(async fn the_log_is_filtered_on_its_page_and_by_the_api(app) {
    let operator = app.operator(Role::Auditor).await;
    let (one, other) = (app.seller("Blue Lens").await, app.seller("Red Lens").await);
    for (number, seller) in [(1, &one), (2, &one), (3, &other)] {
        app.api("POST", "/api/v1/leads", &seller.key).json(&eyewear_lead(number)).send().await.expect(201);
    }
    app.advance(30 * HOUR);
    app.api("POST", "/api/v1/leads", &one.key).json(&eyewear_lead(4)).send().await.expect(201);
    let get = async |query: &str| {
        let path = format!("/api/v1/audit_log?{query}");
        app.api("GET", &path, &operator.key).send().await
    };
    let actions = async |query: &str| -> Vec<String> {
        let answer = get(query).await.expect(200).json();
        answer["data"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(actions("action=lead.listed").await.len(), 4);
    assert_eq!(actions(&format!("action=lead.&account={}", one.account)).await.len(), 3);
    assert_eq!(actions("action=lead.&at[lt]=2026-11-20").await.len(), 3, "the whole day");
    assert_eq!(actions("action=lead.&at[gte]=2026-11-21T00:00:00Z").await.len(), 1);
    assert_eq!(actions("action=lead_listed").await, [""; 0], "an action is no pattern");
    let first = get("action=lead.&limit=3").await.expect(200).json();
    assert_eq!(first["data"].as_array().unwrap().len(), 3);
    let next = format!("action=lead.&limit=3&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = get(&next).await.expect(200).json();
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
    assert!(second["next_cursor"].is_null());
    let lead = first["data"][0]["subject"].as_str().unwrap().to_owned();
    assert_eq!(actions(&format!("subject={lead}")).await, ["lead.listed"]);
    for (wrong, code) in [
        ("account=me", "account:wrong_type"),
        ("at[gte]=yesterday", "from:wrong_type"),
        ("limit=0", "limit:not_allowed"),
    ] {
        assert_eq!(get(wrong).await.expect(422).field_codes(), [code], "{wrong}");
    }
    let page = app.sign_in(&operator.email).await;
    let shown = page.get("/operator/audit?action=lead.&from=2026-11-21&until=2026-11-21").await.expect(200).text;
    assert!(shown.contains(&format!("/operator/leads/{lead}")) && shown.contains("127.0.0.1"), "{shown}");
    assert_eq!(shown.matches("lead.listed</a>").count(), 1);
    page.get("/operator/audit?account=me").await.expect(422);
    for record in [format!("leads/{lead}"), format!("accounts/{}", one.account), "verticals/eyewear".to_owned()] {
        let shown = page.get(&format!("/operator/{record}")).await.expect(200).text;
        assert!(shown.contains("/operator/audit?subject="), "{record} has no link to its history");
    }
});

/// Whatever of a person was sent in, as it might turn up.
fn persons(leads: &[Value]) -> Vec<String> {
    let mut texts = Vec::new();
    for lead in leads {
        for key in ["first_name", "last_name", "email", "phone"] {
            if let Some(text) = lead["contact"][key].as_str() {
                texts.push(text.to_lowercase());
                texts.push(text.trim_start_matches('+').to_lowercase());
            }
        }
    }
    // First names so short that they stand in any word.
    texts.retain(|text| text.chars().count() > 4);
    texts
}

on_both!(async fn nothing_of_a_person_is_in_the_exported_log(app) {
    let (admin, buyer, seller) = (app.operator(Role::Admin).await, app.buyer("Diamond Glasses").await, app.seller("Blue Lens").await);
    market::deposit(app, &buyer, "30000.00", "RUB").await;
    let mut leads = market::diamond_leads();
    let request = market::post_request(app, &buyer, &json!({
        "name": "Glasses", "vertical": "eyewear", "quantity": 50,
        "bid": {"amount": "600.00", "currency": "RUB"},
        "filter": {"all": [{"field": "age", "op": "gte", "value": 30}]},
    })).await;
    market::activate(app, &buyer, &request).await;
    market::send_batch(app, &seller, &leads).await;
    // One that is refused, seen, and mended.
    let refused = with(eyewear_lead(77), "attributes.age", json!("very old"));
    app.api("POST", "/api/v1/leads", &seller.key).json(&refused).send().await.expect(422);
    leads.push(refused);
    let bought = market::purchases(app, &buyer).await;
    assert!(!bought.is_empty());
    app.drain_jobs().await;
    app.tick().await;
    let path = format!("/api/v1/purchases/{}", bought[0]["id"].as_str().unwrap());
    app.api("GET", &path, &buyer.key).send().await.expect(200);
    let browser = app.sign_in(&seller.email).await;
    let list = browser.get("/seller/refused").await.expect(200).text;
    let (_, rest) = list.split_once("href=\"/seller/refused/").unwrap();
    let mend = format!("/seller/refused/{}", rest.split('"').next().unwrap());
    assert!(browser.get(&mend).await.expect(200).text.contains("marija.kalnina77"));
    assert_eq!(entries(app, "refused.viewed").await.len(), 1);
    assert!(!entries(app, "contact.viewed").await.is_empty());

    let desk = app.sign_in(&admin.email).await;
    for kind in ["csv", "jsonl"] {
        let log = desk.get(&format!("/operator/audit/export/{kind}")).await.expect(200).text.to_lowercase();
        assert!(log.lines().count() > 60, "{kind}");
        for text in persons(&leads) {
            assert!(!log.contains(&text), "{text} is in the {kind}");
        }
        assert!(!log.contains(PASSWORD));
    }
    desk.get("/operator/audit/export/xlsx").await.expect(200);
    desk.get("/operator/audit/export/pdf").await.expect(404);
    assert_eq!(entries(app, "audit_log.exported").await.len(), 3);
});

on_both!(async fn no_cell_of_the_export_is_a_formula(app) {
    let admin = app.operator(Role::Admin).await;
    let at: Ts = app.clock.now();
    app.write(move |conn| {
        galena::audit::record(conn, &galena::audit::Entry {
            at,
            actor: galena::access::Actor::System,
            account_id: None,
            action: "test.done",
            subject: "=HYPERLINK(\"http://evil.example\")".to_owned(),
            detail: json!({}),
        })
    }).await;
    let desk = app.sign_in(&admin.email).await;
    let csv = desk.get("/operator/audit/export/csv?action=test.").await.expect(200).text;
    assert!(csv.contains("\"'=HYPERLINK("), "{csv}");
});
