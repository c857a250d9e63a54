//! Many disputes in one file: a report for each line, and the good ones opened.

use galena::disputes::bulk::MAX_LINES;
use serde_json::json;

use super::{By, Case, fictitious, ppl};
use crate::market as trade;

const GOOD: usize = 990;

fn upload(text: String) -> reqwest::multipart::Form {
    let file = reqwest::multipart::Part::bytes(text.into_bytes()).file_name("returns.csv");
    reqwest::multipart::Form::new().part("file", file)
}

on_both!(async fn a_thousand_lines_are_told_one_by_one(app) {
    let terms = ppl(&json!({"return_cap_bps": 10_000}));
    let mut case = Case::make(app, "bulk", &terms, GOOD + 4).await;
    let bought = trade::purchases(app, &case.buyer).await;
    let id = |n: usize| bought[n]["id"].as_str().unwrap().to_owned();
    let stranger = Case::make(app, "elsewhere", &terms, 1).await;
    // Disputed before the file came.
    id(GOOD).clone_into(&mut case.purchase);
    case.open(&fictitious()).await.expect(201);

    let words = "\"The person says, that nobody asked.\"";
    let bad = [
        (id(GOOD), "lead", "fictitious", words, "", "This charge has had its dispute"),
        (id(GOOD + 1), "lead", "no_answer", words, "", "no_answer never counts"),
        (id(GOOD + 1), "lead", "fictitious", "", "", "text is needed as evidence"),
        (id(GOOD + 1), "lead", "wrong_number", words, "", "calls is needed as evidence"),
        (id(GOOD + 1), "lead", "disconnected", words, "yesterday busy", "2026-11-24T09:30:00Z"),
        (id(GOOD + 1), "lead", "email_bounced", words, "", "file is needed as evidence"),
        (id(GOOD + 1), "colour", "fictitious", words, "", "one of: lead, appointment, sale, claim"),
        (id(GOOD + 1), "appointment", "fictitious", words, "", "no appointment was charged"),
        ("pur_1".to_owned(), "lead", "fictitious", words, "", "the id of a purchase"),
        (stranger.purchase.clone(), "lead", "fictitious", words, "", "Not found"),
    ];
    let head = "purchase,charge,reason,text,calls".to_owned();
    let told = bad.iter().map(|(purchase, charge, reason, text, calls, _)| {
        format!("{purchase},{charge},{reason},{text},{calls}")
    });
    let good = (0..GOOD).map(|n| format!("{},,fictitious,{words},", id(n)));
    let file = std::iter::once(head).chain(told).chain(good).collect::<Vec<_>>().join("\n");
    let buyer = app.sign_in(&case.buyer.email).await;
    let report = buyer.upload("/buyer/disputes/bulk", upload(file)).await.expect(200).text;
    for (.., told) in &bad {
        assert!(report.contains(told), "{told}");
    }
    for number in 2..12 {
        assert!(report.contains(&format!("<td class=\"num\">{number}</td>")), "line {number}");
    }
    assert!(report.contains(">990</div>") && report.contains(">10</div>"), "the sums are missing");
    let listed = app.api("GET", "/api/v1/disputes?limit=200", case.key(By::Seller)).send().await;
    assert_eq!(listed.expect(200).json()["data"].as_array().unwrap().len(), 200);
    trade::assert_laws(app).await;

    let many = format!("purchase,reason\n{}", "x,minor\n".repeat(MAX_LINES + 1));
    let refused = buyer.upload("/buyer/disputes/bulk", upload(many)).await.expect(422);
    assert!(refused.text.contains("up to 1000 lines") || refused.text.contains("file"), "{}", refused.text);
});
