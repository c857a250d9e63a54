//! Disputes by page and by list: what the browser test does not go through.

use galena::clock::DAY;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::{By, Case, Step, fictitious, ppl};
use crate::market as trade;

fn form(fields: &[(&'static str, &str)]) -> Form {
    fields.iter().fold(Form::new(), |form, (name, value)| {
        form.text(*name, (*value).to_owned())
    })
}

on_both!(async fn the_exchange_opens_late_by_its_page(app) {
    let mut case = Case::make(app, "late page", &ppl(&json!({})), 1).await;
    app.advance(8 * DAY);
    app.tick().await;
    let auditor = app.sign_in(&case.auditors[0].email).await;
    let page = auditor.get(&format!("/operator/disputes/new?purchase={}", case.purchase)).await.expect(200);
    assert!(page.text.contains("Opened by the exchange"), "{}", page.text);
    let claim = [
        ("open.purchase", case.purchase.as_str()),
        ("open.charge", "lead"),
        ("open.reason", "fictitious"),
        ("open.text", "The person does not exist, as we found out."),
    ];
    let opened = auditor.upload("/operator/disputes", form(&claim)).await.expect(303);
    opened.location().rsplit('/').next().unwrap().clone_into(&mut case.dispute);
    let again = auditor.upload("/operator/disputes", form(&claim)).await.expect(409);
    assert!(again.text.contains("has had its dispute"), "{}", again.text);
    let shown = auditor.get(&format!("/operator/disputes/{}", case.dispute)).await.expect(200).text;
    for told in ["by the exchange, whatever the window", "Verification of the lead", "Both sides in the last 90 days"] {
        assert!(shown.contains(told), "{told}");
    }
    let buyer = app.sign_in(&case.buyer.email).await;
    let path = format!("/buyer/disputes/{}", case.dispute);
    let shown = buyer.get(&path).await.expect(200).text;
    assert!(!shown.contains("Verification of the lead"), "the buyer sees what is the exchange's");
    let empty = buyer.upload(&format!("{path}/evidence"), form(&[("evidence.text", " ")])).await.expect(422);
    assert!(empty.text.contains("evidence.text"), "{}", empty.text);
    buyer.upload(&format!("{path}/evidence"), form(&[("evidence.text", "Thank you.")])).await.expect(303);
    case.take(Step::Accept).await;
    trade::assert_laws(app).await;
});

on_both!(async fn a_file_of_disputes_is_on_record(app) {
    let case = Case::make(app, "file", &ppl(&json!({})), 1).await;
    let buyer = app.sign_in(&case.buyer.email).await;
    let text = format!("purchase,reason,text\n{},fictitious,Nobody of this name lives there\n", case.purchase);
    let file = Form::new().part("file", Part::bytes(text.into_bytes()).file_name("returns.csv"));
    let report = buyer.upload("/buyer/disputes/bulk", file).await.expect(200);
    assert!(report.text.contains("/buyer/disputes/dsp_"), "{}", report.text);
});

on_both!(async fn a_list_of_disputes_is_told_one_by_one(app) {
    let case = Case::make(app, "list", &ppl(&json!({})), 1).await;
    let mut good = fictitious();
    good["purchase"] = json!(case.purchase);
    let list = json!({"disputes": [good, fictitious(), {"purchase": case.purchase, "reason": "no_answer"}]});
    let answer = case.post(By::Buyer, "/disputes/batch", &list).await.expect(200).json();
    assert_eq!(answer["data"][0]["dispute"]["state"], json!("open"));
    assert_eq!(answer["data"][1]["errors"][0]["field"], json!("purchase"));
    assert_eq!(answer["data"][2]["errors"][0]["code"], json!("reason_not_creditable"));
    let none = case.post(By::Buyer, "/disputes/batch", &json!({"disputes": []})).await.expect(422);
    assert_eq!(none.field_codes(), ["disputes:too_many"]);
});
