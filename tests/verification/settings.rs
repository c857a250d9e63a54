//! Settings move leads: what a vertical says of a check decides what becomes of a lead.

use galena::access::Role;
use galena::leads::LeadState;
use galena::verification::{Effect, Settings};
use serde_json::{Value, json};

use super::check;
use crate::harness::{TestApp, Trader, eyewear_lead, with};

const LEADS: &str = "/api/v1/leads";
const CHECKS: &str = "/api/v1/verticals/eyewear/checks";

async fn send(app: &TestApp, seller: &Trader, lead: &Value) -> crate::harness::Answer {
    app.api("POST", LEADS, &seller.key).json(lead).send().await
}

/// A lead whose only blemish is its mailbox of a function.
pub fn office_lead(number: u32) -> Value {
    with(
        eyewear_lead(number),
        "contact.email",
        json!(format!("office-{number}@example.lv")),
    )
}

/// Changes the settings of the eyewear vertical by the API.
pub async fn set(app: &TestApp, admin: &Trader, change: impl FnOnce(&mut Settings)) -> Value {
    let answer = app.api("GET", CHECKS, &admin.key).send().await.expect(200);
    let mut settings: Settings = serde_json::from_str(&answer.text).unwrap();
    change(&mut settings);
    let put = app.api("PUT", CHECKS, &admin.key).json(&json!(settings));
    put.send().await.expect(200).json()
}

on_both!(async fn one_setting_moves_a_lead_to_quarantine_and_back(app) {
    let seller = app.seller("Riga Leads").await;
    let admin = app.operator(Role::Admin).await;
    let set_role = |effect| move |settings: &mut Settings| {
        let check = settings.checks.iter_mut().find(|check| check.name.as_str() == "email_role");
        check.unwrap().on_warn = effect;
    };
    let lead = send(app, &seller, &office_lead(1)).await.expect(201).json();
    assert_eq!((&lead["state"], &lead["quality"]), (&json!("listed"), &json!(80)), "{lead}");
    let role = check(&lead, "email_role");
    assert_eq!((&role["verdict"], &role["code"]), (&json!("warn"), &json!("role_address")));
    assert_eq!((&role["effect"], &role["points"]), (&json!("lower"), &json!(20)));

    assert_eq!(set(app, &admin, set_role(Effect::Quarantine)).await["version"], 1);
    let lead = send(app, &seller, &office_lead(2)).await.expect(201).json();
    assert_eq!(lead["state"], "quarantined", "{lead}");
    assert_eq!(lead["sales"], json!([]));

    assert_eq!(set(app, &admin, set_role(Effect::Reject)).await["version"], 2);
    let answer = send(app, &seller, &office_lead(3)).await.expect(422);
    assert_eq!(answer.field_codes(), ["contact.email:role_address"]);
    assert!(answer.text.contains("kept as refused_"), "{}", answer.text);

    assert_eq!(set(app, &admin, set_role(Effect::Lower)).await["version"], 3);
    let lead = send(app, &seller, &office_lead(4)).await.expect(201).json();
    assert_eq!(lead["state"], "listed");
    let stale = app.api("PUT", CHECKS, &admin.key).json(&json!(Settings::default()));
    assert_eq!(stale.send().await.expect(412).code(), "version_mismatch");
    let entries = app
        .read(|conn| {
            let vertical = galena::verticals::by_key(conn, "eyewear")?;
            galena::audit::history(conn, &vertical.id.to_string(), 10)
        })
        .await;
    let changed: Vec<_> = entries.iter().filter(|entry| entry.action == "verification.settings_changed").collect();
    assert_eq!(changed.len(), 3);
    // All three at one moment of the test's clock: the second is found by its version.
    let second = changed.iter().find(|entry| entry.detail["version"] == 2).unwrap();
    let told = &second.detail["changed"]["checks"];
    assert!(told["before"]["email_role"].as_str().unwrap().contains("warn quarantine"), "{told}");
    assert!(told["after"]["email_role"].as_str().unwrap().contains("warn reject"), "{told}");
});

on_both!(async fn an_auditor_lists_or_rejects_what_is_quarantined(app) {
    let seller = app.seller("Riga Leads").await;
    let admin = app.operator(Role::Admin).await;
    set(app, &admin, |settings| {
        let check = settings.checks.iter_mut().find(|check| check.name.as_str() == "email_role");
        check.unwrap().on_warn = Effect::Quarantine;
    }).await;
    let mut ids = Vec::new();
    for number in 1..=3 {
        let lead = send(app, &seller, &office_lead(number)).await.expect(201).json();
        ids.push(lead["id"].as_str().unwrap().to_owned());
    }
    let listed = app.api("GET", "/api/v1/quarantine", &admin.key).send().await.expect(200).json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);
    let decide = |id: &str, body: Value| {
        app.api("POST", &format!("/api/v1/quarantine/{id}"), &admin.key).json(&body).send()
    };
    let lead = decide(&ids[0], json!({"decision": "list"})).await.expect(200).json();
    assert_eq!(lead["state"], "listed");
    let short = decide(&ids[1], json!({"decision": "reject", "reason": "no"})).await.expect(422);
    assert_eq!(short.field_codes(), ["reason:required"]);
    let words = "The mailbox is an office's, not the person's.";
    let lead = decide(&ids[1], json!({"decision": "reject", "reason": words})).await.expect(200).json();
    assert_eq!(lead["state"], "rejected");
    // The seller reads why; another decision is refused.
    let path = format!("{LEADS}/{}", ids[1]);
    let seen = app.api("GET", &path, &seller.key).send().await.expect(200).json();
    assert_eq!(seen["ruling"], words);
    for id in &ids[..2] {
        let again = decide(id, json!({"decision": "list"})).await.expect(409);
        assert_eq!(again.code(), "state_conflict");
    }
    // A rejected contact is free again.
    send(app, &seller, &with(office_lead(2), "external_id", json!("again"))).await.expect(201);
    // A lead whose time is over is listed no more.
    app.advance(31 * galena::clock::DAY);
    decide(&ids[2], json!({"decision": "list"})).await.expect(409);
    decide(&ids[2], json!({"decision": "reject", "reason": words})).await.expect(200);
});

on_both!(async fn tags_and_dots_make_no_new_person(app) {
    let seller = app.seller("One").await;
    let as_email = |number, email: &str| with(eyewear_lead(number), "contact.email", json!(email));
    send(app, &seller, &as_email(1, "marija.kalnina@example.lv")).await.expect(201);
    let tagged = send(app, &seller, &as_email(2, "marija.kalnina+glasses@example.lv")).await.expect(422);
    assert_eq!(tagged.field_codes(), ["contact.email:duplicate"]);
    send(app, &seller, &as_email(3, "marijakalnina@example.lv")).await.expect(201);
});

on_both!(async fn a_duplicate_may_be_quarantined(app) {
    let seller = app.seller("One").await;
    let admin = app.operator(Role::Admin).await;
    set(app, &admin, |settings| {
        let check = settings.checks.iter_mut().find(|check| check.name.as_str() == "duplicate");
        check.unwrap().on_fail = Effect::Quarantine;
    }).await;
    send(app, &seller, &eyewear_lead(1)).await.expect(201);
    let lead = send(app, &seller, &eyewear_lead(1)).await.expect(201).json();
    assert_eq!(lead["state"], "quarantined");
    assert_eq!(check(&lead, "duplicate")["code"], "duplicate");
});

on_both!(async fn bursts_are_counted_and_forgotten(app) {
    let seller = app.seller("One").await;
    let admin = app.operator(Role::Admin).await;
    set(app, &admin, |settings| {
        settings.limits.address_leads = 2;
        settings.limits.copied_leads = 1_000;
    }).await;
    let from = |number, ip: &str| with(eyewear_lead(number), "consent.ip", json!(ip));
    for number in 1..=2 {
        let lead = send(app, &seller, &from(number, "203.0.113.9")).await.expect(201).json();
        assert_eq!(check(&lead, "source")["verdict"], "pass");
    }
    let lead = send(app, &seller, &from(3, "203.0.113.9")).await.expect(201).json();
    let source = check(&lead, "source");
    assert_eq!((&source["verdict"], &source["code"]), (&json!("warn"), &json!("source_burst")));
    assert_eq!(source["detail"], "more than 2 in 60 minutes");
    let lead = send(app, &seller, &from(4, "203.0.113.10")).await.expect(201).json();
    assert_eq!(check(&lead, "source")["verdict"], "pass");
    app.advance(61 * galena::clock::MINUTE);
    let lead = send(app, &seller, &from(5, "203.0.113.9")).await.expect(201).json();
    assert_eq!(check(&lead, "source")["verdict"], "pass");
    // Consents given at one and the same moment are copies.
    set(app, &admin, |settings| settings.limits.copied_leads = 2).await;
    let lead = send(app, &seller, &from(6, "203.0.113.11")).await.expect(201).json();
    assert_eq!(check(&lead, "source")["code"], "consent_copied");
});

on_both!(async fn consents_cover_what_the_vertical_demands(app) {
    let seller = app.seller("One").await;
    let admin = app.operator(Role::Admin).await;
    set(app, &admin, |settings| {
        settings.limits.consent_channels = vec!["phone".to_owned()];
        settings.limits.consent_recipients = vec!["Optika".to_owned()];
    }).await;
    let silent = send(app, &seller, &eyewear_lead(1)).await.expect(422);
    assert_eq!(silent.field_codes(), ["consent.channels:consent_channel_missing"]);
    let phoned = with(eyewear_lead(1), "consent.channels", json!(["phone"]));
    let answer = send(app, &seller, &phoned).await.expect(422);
    assert_eq!(answer.field_codes(), ["consent.recipients:consent_recipient_missing"]);
    let named = with(phoned, "consent.recipients", json!(["Example Optika and partners"]));
    send(app, &seller, &named).await.expect(201);
});

#[test]
fn leads_move_by_the_table_alone() {
    use LeadState::{Erased, Expired, Listed, Quarantined, Received, Rejected, SoldOut, Withdrawn};
    let table = [
        (
            Received,
            vec![Rejected, Quarantined, Listed, Withdrawn, Erased],
        ),
        (Rejected, vec![Erased]),
        (Quarantined, vec![Listed, Rejected, Withdrawn, Erased]),
        (Listed, vec![SoldOut, Expired, Withdrawn, Erased]),
        (SoldOut, vec![Listed, Erased]),
        (Expired, vec![Erased]),
        (Withdrawn, vec![Erased]),
        (Erased, vec![]),
    ];
    assert_eq!(table.len(), LeadState::ALL.len());
    for (from, allowed) in table {
        for next in LeadState::ALL {
            assert_eq!(
                from.may_become(*next),
                allowed.contains(next),
                "{from} to {next}"
            );
        }
    }
}
