//! The pages of the verification: quarantine, checks of a vertical, data sets.

use galena::access::Role;
use galena::verification::Effect;
use serde_json::{Value, json};

use super::check;
use super::settings::{office_lead, set};
use crate::harness::{TestApp, Trader, eyewear_lead, with};

async fn send(app: &TestApp, seller: &Trader, lead: &Value) -> crate::harness::Answer {
    app.api("POST", "/api/v1/leads", &seller.key)
        .json(lead)
        .send()
        .await
}

/// The fields of the form of checks as the page shows them.
fn fields_of(page: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest.split('"').next().unwrap().to_owned())
    };
    let mut fields = Vec::new();
    for tag in page.split('<').skip(1) {
        if tag.starts_with("input") && !tag.contains("type=\"hidden\" name=\"csrf\"") {
            let is_off = tag.contains("type=\"checkbox\"") && !tag.contains(" checked");
            if let (Some(name), Some(value), false) =
                (attribute(tag, "name"), attribute(tag, "value"), is_off)
            {
                fields.push((name, value));
            }
        }
    }
    for select in page.split("<select").skip(1) {
        let body = select.split("</select>").next().unwrap();
        let name = attribute(body, "name").unwrap();
        let chosen = body
            .split("<option")
            .find(|option| option.contains(" selected"));
        if let Some(value) = chosen.and_then(|option| attribute(option, "value")) {
            fields.push((name, value));
        }
    }
    fields
}

on_both!(async fn an_admin_changes_the_checks_by_the_page(app) {
    let seller = app.seller("Riga Leads").await;
    let admin = app.operator(Role::Admin).await;
    let browser = app.sign_in(&admin.email).await;
    let path = "/operator/verticals/eyewear/checks";
    let page = browser.get(path).await.expect(200).text;
    let mut fields = fields_of(&page);
    let mut put = |name: &str, value: &str| {
        let field = fields.iter_mut().find(|(key, _)| key == name);
        value.clone_into(&mut field.unwrap_or_else(|| panic!("{name} is not on the page")).1);
    };
    put("email_role.on_warn", "quarantine");
    put("email_role.place", "0");
    put("oldest_age", "90");
    let sent: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(browser.post_form(path, &sent).await.status, 303);
    let lead = send(app, &seller, &office_lead(1)).await.expect(201).json();
    assert_eq!(lead["state"], "quarantined");
    assert_eq!(lead["checks"][0]["name"], "email_role", "the order is that of the page");
    // The same form again is stale; a number out of its bounds is refused by its field.
    assert_eq!(browser.post_form(path, &sent).await.status, 412);
    let page = browser.get(path).await.expect(200).text;
    let mut fields = fields_of(&page);
    let oldest = fields.iter_mut().find(|(key, _)| key == "oldest_age");
    "20".clone_into(&mut oldest.unwrap().1);
    let sent: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.post_form(path, &sent).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("limits.oldest_age"), "{}", answer.text);
});

on_both!(async fn an_auditor_decides_on_the_page(app) {
    let seller = app.seller("Riga Leads").await;
    let admin = app.operator(Role::Admin).await;
    let auditor = app.operator(Role::Auditor).await;
    set(app, &admin, |settings| {
        let check = settings.checks.iter_mut().find(|check| check.name.as_str() == "email_role");
        check.unwrap().on_warn = Effect::Quarantine;
    }).await;
    let mut ids = Vec::new();
    for number in 1..=2 {
        let lead = send(app, &seller, &office_lead(number)).await.expect(201).json();
        ids.push(lead["id"].as_str().unwrap().to_owned());
    }
    let browser = app.sign_in(&auditor.email).await;
    let page = browser.get("/operator/quarantine").await.expect(200).text;
    assert!(ids.iter().all(|id| page.contains(id.as_str())));
    assert!(page.contains("belongs to a function, not to a person"));
    assert!(!page.contains("office-1@"), "the contact stays masked");
    let path = |id: &str| format!("/operator/quarantine/{id}");
    let listed = browser.post_form(&path(&ids[0]), &[("decision", "list"), ("reason", "")]).await;
    assert_eq!(listed.status, 303);
    let wordless = browser.post_form(&path(&ids[1]), &[("decision", "reject"), ("reason", "")]).await;
    assert_eq!(wordless.status, 422);
    let words = "The mailbox is an office's.";
    let rejected = browser.post_form(&path(&ids[1]), &[("decision", "reject"), ("reason", words)]).await;
    assert_eq!(rejected.status, 303);
    assert!(!browser.get("/operator/quarantine").await.expect(200).text.contains(&ids[1]));
    let browser = app.sign_in(&seller.email).await;
    let page = browser.get(&format!("/seller/leads/{}", ids[1])).await.expect(200).text;
    assert!(page.contains("The mailbox is an office"), "the seller reads why");
    let page = browser.get(&format!("/seller/leads/{}", ids[0])).await.expect(200).text;
    assert!(page.contains("Listed by an auditor"));
});

fn file_form(content: &'static str) -> reqwest::multipart::Form {
    let file = reqwest::multipart::Part::bytes(content.as_bytes()).file_name("list.txt");
    reqwest::multipart::Form::new()
        .text("name", "disposable_domains")
        .text("source", "Written for this test, CC0")
        .part("file", file)
}

on_both!(async fn a_data_set_is_replaced_by_an_upload(app) {
    let seller = app.seller("Riga Leads").await;
    let admin = app.operator(Role::Admin).await;
    let from = |number: u32, domain: &str| {
        with(eyewear_lead(number), "contact.email", json!(format!("anna{number}@{domain}")))
    };
    let thrown = send(app, &seller, &from(1, "mailinator.com")).await.expect(422);
    assert_eq!(thrown.field_codes(), ["contact.email:disposable_domain"]);
    send(app, &seller, &from(1, "fresh-throwaway.example")).await.expect(201);
    let browser = app.sign_in(&admin.email).await;
    let path = "/operator/data-sets";
    let page = browser.get(path).await.expect(200).text;
    assert!(page.contains("as shipped"));
    let bad = browser.upload(path, file_form("fresh-throwaway.example\nnot a domain\n")).await;
    assert_eq!(bad.status, 422);
    assert!(bad.text.contains("file.lines[2]"), "{}", bad.text);
    let good = browser.upload(path, file_form("# mine\nfresh-throwaway.example\n")).await;
    assert_eq!(good.status, 303, "{}", good.text);
    let thrown = send(app, &seller, &from(2, "fresh-throwaway.example")).await.expect(422);
    assert_eq!(thrown.field_codes(), ["contact.email:disposable_domain"]);
    let lead = send(app, &seller, &from(3, "mailinator.com")).await.expect(201).json();
    assert_eq!(check(&lead, "email_disposable")["verdict"], "pass");
    let file = browser.get("/operator/data-sets/disposable_domains/1").await.expect(200).text;
    assert_eq!(file, "# mine\nfresh-throwaway.example\n");
    browser.get("/operator/data-sets/disposable_domains/7").await.expect(404);
    // Another server learns of it by its task.
    let other = galena::verification::Verifier::new().unwrap();
    let known = app.read(move |conn| {
        other.refresh(conn)?;
        Ok(other.lists().disposable.count())
    }).await;
    assert_eq!(known, 1);
});
