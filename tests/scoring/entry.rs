//! What a seller knows of a lead's readiness, by file and by hand: the same as by the API.

use serde_json::{Value, json};

use crate::harness::{TestApp, Trader};
use crate::import::{defaults, import};

const FILE: &str = "\
external_id,first_name,last_name,email,phone,bant_budget,bant_authority,bant_need,bant_timing,consultation,emails_opened,newsletter,visits_30_days
row-1,Anna,Kalnina,anna.kalnina@example.lv,+37120000001,Approved,decides,clear,half year,yes,6,no,12
row-2,Berta,Ozola,berta.ozola@example.lv,+37120000002,,,,,,,,
row-3,Cilda,Liepa,cilda.liepa@example.lv,+37120000003,plenty,decides,clear,month,yes,6,no,12
row-4,Dace,Berzina,dace.berzina@example.lv,+37120000004,none,decides,clear,month,perhaps,-1,no,12
";

async fn score(app: &TestApp, seller: &Trader, id: &str) -> Value {
    let path = format!("/api/v1/leads/{id}/score");
    app.api("GET", &path, &seller.key)
        .send()
        .await
        .expect(200)
        .json()
}

/// The lead with the seller's own number.
async fn numbered(app: &TestApp, seller: &Trader, number: &str) -> String {
    let leads = app.api("GET", "/api/v1/leads", &seller.key).send().await;
    let leads = leads.expect(200).json();
    let leads = leads["data"].as_array().unwrap();
    let lead = leads.iter().find(|lead| lead["external_id"] == number);
    lead.unwrap()["id"].as_str().unwrap().to_owned()
}

on_both!(async fn columns_of_a_file_score_the_lead(app) {
    let seller = app.seller("One").await;
    let said = defaults(&[
        ("attributes.looking_for", "sunglasses"),
        ("attributes.country", "LV"),
        ("consent.given_at", "2026-11-19 12:00"),
    ]);
    let import = import(app, &seller, "eyewear", FILE.as_bytes(), None, said).await;
    assert_eq!((import.accepted, import.refused), (2, 2));
    let anna = score(app, &seller, &numbered(app, &seller, "row-1").await).await;
    let berta = score(app, &seller, &numbered(app, &seller, "row-2").await).await;
    assert_eq!(
        anna["bant"],
        json!({"budget": "approved", "authority": "decides", "need": "clear", "timing": "half_year"})
    );
    assert_eq!(berta["bant"], json!({}));
    assert!(anna["score"].as_i64() > berta["score"].as_i64(), "{anna} {berta}");

    // Wrong values are refused line by line, each with its field and what would be taken.
    let account = seller.account;
    let refused = app
        .read(move |conn| galena::leads::refused::of_import(conn, account, import.id, 0, 10))
        .await;
    let told: Vec<String> = refused
        .iter()
        .flat_map(|line| line.errors.iter().map(move |error| (line, error)))
        .map(|(line, error)| format!("{}:{}:{}", line.line.unwrap(), error.field, error.code))
        .collect();
    assert_eq!(
        told,
        [
            "4:bant.budget:not_allowed",
            "5:signals.emails_opened:too_small",
            "5:signals.consultation:wrong_type",
        ]
    );
});

on_both!(async fn fields_of_the_form_score_the_lead(app) {
    let seller = app.seller("One").await;
    let browser = app.sign_in(&seller.email).await;
    let page = browser.get("/seller/leads/new?vertical=eyewear").await.expect(200).text;
    for name in ["bant.budget", "bant.timing", "signals.consultation", "signals.visits_30_days"] {
        assert!(page.contains(&format!("name=\"{name}\"")), "{name} is not asked for");
    }
    let mut typed = vec![
        ("vertical", "eyewear"),
        ("contact.first_name", "Anna"),
        ("contact.last_name", "Kalnina"),
        ("contact.email", "anna.kalnina@example.lv"),
        ("attributes.country", "LV"),
        ("attributes.looking_for", "sunglasses"),
        ("interest", "buying glasses"),
        ("consent.text", "I agree to be called."),
        ("consent.page_url", "https://shop.example/form"),
        ("consent.given_at", "2026-11-19 12:00"),
        ("ask.amount", "20.00"),
        ("ask.currency", "EUR"),
        ("bant.budget", "planned"),
        ("bant.need", "clear"),
        ("signals.consultation", "true"),
    ];
    let wrong: Vec<(&str, &str)> = typed.iter().copied().chain([("signals.visits_30_days", "many")]).collect();
    let refused = browser.post_form("/seller/leads/new", &wrong).await.expect(422).text;
    assert!(refused.contains("href=\"#f-signals.visits_30_days\""), "{refused}");
    assert!(refused.contains("Visits to the website in 30 days"), "{refused}");
    typed.push(("signals.visits_30_days", "12"));
    let taken = browser.post_form("/seller/leads/new", &typed).await.expect(303);
    let id = taken.location().rsplit('/').next().unwrap().to_owned();
    let explained = score(app, &seller, &id).await;
    assert_eq!(explained["bant"], json!({"budget": "planned", "need": "clear"}));
    assert!(explained["score"].as_i64() > Some(0), "{explained}");
});
