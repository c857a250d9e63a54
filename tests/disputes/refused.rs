//! What is refused, by name, and that nothing is lost or moved by it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use galena::clock::DAY;
use galena::disputes::MAX_FILE_BYTES;
use serde_json::{Value, json};

use super::{By, Case, Step, fictitious, ppa, ppl};
use crate::market as trade;

fn with_file(name: &str, content: &[u8]) -> Value {
    json!({
        "reason": "email_bounced",
        "files": [{"name": name, "content": STANDARD.encode(content)}],
    })
}

on_both!(async fn a_bad_claim_is_named_and_moves_nothing(app) {
    let mut case = Case::make(app, "bad", &ppl(&json!({})), 1).await;
    let later = app.clock.now().plus(DAY);
    let many_calls = vec![json!({"at": app.clock.now(), "result": "busy"}); 21];
    for (claim, expected) in [
        (json!({"reason": "no_answer"}), "reason:reason_not_creditable"),
        (json!({"reason": "not_interested"}), "reason:reason_not_creditable"),
        (json!({"reason": "bad"}), "reason:reason_not_creditable"),
        (json!({"reason": "fictitious"}), "text:evidence_missing"),
        (json!({"reason": "fictitious", "text": "too short"}), "text:evidence_missing"),
        (json!({"reason": "wrong_number"}), "calls:evidence_missing"),
        (json!({"reason": "email_bounced"}), "file:evidence_missing"),
        (json!({"reason": "fictitious", "text": "a".repeat(4_001)}), "text:too_long"),
        (json!({"reason": "fictitious", "text": "long enough", "calls": many_calls}), "calls:too_many"),
        (
            json!({"reason": "wrong_number", "calls": [{"at": later, "result": "wrong_person"}]}),
            "calls[0].at:time_in_future",
        ),
        (with_file("returned.eml", b""), "files[0].file:file_empty"),
        (with_file("returned.exe", b"MZ\x90\0\x03"), "files[0].file:file_type"),
        (with_file("returned.pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "files[0].file:file_type"),
        (json!({"reason": "email_bounced", "files": [{"name": "a.txt", "content": "%"}]}), "files[0].content:wrong_type"),
    ] {
        let answer = case.open(&claim).await.expect(422);
        assert_eq!(answer.field_codes(), [expected]);
    }
    let never = case.open(&json!({"reason": "no_answer"})).await.text;
    assert!(never.contains("no_answer never counts") && never.contains("wrong_number"), "{never}");
    let mut other = fictitious();
    other["charge"] = json!("appointment");
    assert_eq!(case.open(&other).await.expect(409).code(), "state_conflict");
    assert_eq!(case.state(&format!("purchases/{}", case.purchase)).await, "delivered");
    trade::assert_laws(app).await;
});

on_both!(async fn a_file_over_its_size_is_refused(_app) {
    let large = vec![b'a'; MAX_FILE_BYTES + 1];
    let refused = galena::disputes::Upload::parse("a.txt", large).unwrap_err();
    assert_eq!(refused.reason, galena::error::Reason::TooLarge);
});

on_both!(async fn a_dispute_comes_in_time_and_once(app) {
    let mut case = Case::make(app, "late", &ppl(&json!({})), 1).await;
    app.advance(7 * DAY);
    let answer = case.open(&fictitious()).await.expect(409);
    assert_eq!(answer.code(), "dispute_window_over");
    assert!(answer.text.contains("its window ended at 20"), "{}", answer.text);

    let mut case = Case::make(app, "once", &ppl(&json!({})), 1).await;
    case.take(Step::Open).await;
    assert_eq!(case.open(&fictitious()).await.expect(409).code(), "already_disputed");
    case.take(Step::Withdraw).await;
    assert_eq!(case.open(&fictitious()).await.expect(409).code(), "already_disputed");

    let mut case = Case::make(app, "nothing", &ppa(), 1).await;
    assert_eq!(case.open(&fictitious()).await.expect(409).code(), "state_conflict");
    trade::assert_laws(app).await;
});

on_both!(async fn the_cap_is_told_in_numbers(app) {
    let mut case = Case::make(app, "cap", &ppl(&json!({"return_cap_bps": 4000})), 5).await;
    let bought = trade::purchases(app, &case.buyer).await;
    let mut codes = Vec::new();
    for purchase in &bought {
        purchase["id"].as_str().unwrap().clone_into(&mut case.purchase);
        let answer = case.open(&fictitious()).await;
        codes.push(if answer.status == 201 { "opened".to_owned() } else { answer.code() });
        if answer.status == 409 {
            let told = "2 of 5 purchases of the last 30 days are disputed; the contract allows 40 %, here 2";
            assert!(answer.text.contains(told), "{}", answer.text);
        }
    }
    assert_eq!(codes, ["opened", "opened", "return_cap_reached", "return_cap_reached", "return_cap_reached"]);
    // One that was taken back makes room.
    case.take(Step::Withdraw).await;
    case.open(&fictitious()).await.expect(201);
    trade::assert_laws(app).await;
});

on_both!(async fn each_step_is_its_sides_alone(app) {
    let mut case = Case::make(app, "sides", &ppl(&json!({})), 1).await;
    case.take(Step::Open).await;
    let words = json!({"text": "The recording shows otherwise."});
    let full = json!({"refund": "full", "because": "So it is."});
    for (by, what, body, status) in [
        (By::Buyer, "accept", json!({}), 403),
        (By::Buyer, "contest", words.clone(), 403),
        (By::Seller, "withdraw", json!({}), 403),
        (By::Seller, "decide", full.clone(), 403),
        (By::First, "accept", json!({}), 403),
        (By::First, "appeal", words.clone(), 403),
        // Nothing is contested yet, nothing decided.
        (By::First, "decide", full.clone(), 409),
        (By::Buyer, "appeal", words.clone(), 409),
        (By::Seller, "contest", json!({"text": " "}), 422),
    ] {
        let answer = case.act(by, what, &body).await;
        assert_eq!(answer.status, status, "{by:?} {what}: {}", answer.text);
    }
    let stranger = app.buyer("Stranger").await;
    let path = format!("/api/v1/disputes/{}", case.dispute);
    app.api("GET", &path, &stranger.key).send().await.expect(404);
    let path = format!("/api/v1/purchases/{}/disputes", case.purchase);
    app.api("POST", &path, &stranger.key).json(&fictitious()).send().await.expect(404);

    case.take(Step::Contest).await;
    case.act(By::Seller, "accept", &json!({})).await.expect(409);
    for (decision, expected) in [
        (json!({"refund": "part", "amount": {"amount": "50.00", "currency": "EUR"}}), "amount:too_large"),
        (json!({"refund": "part", "amount": {"amount": "50.01", "currency": "EUR"}}), "amount:too_large"),
        (json!({"refund": "part", "amount": {"amount": "0.00", "currency": "EUR"}}), "amount:too_small"),
        (json!({"refund": "part", "amount": {"amount": "5.00", "currency": "USD"}}), "amount:currency_mismatch"),
        (json!({"refund": "part", "share_bps": 10_000}), "share_bps:not_allowed"),
        (json!({"refund": "part"}), "amount:required"),
        (json!({"refund": "full", "share_bps": 10}), "amount:not_allowed"),
        (json!({"refund": "all"}), "refund:not_allowed"),
    ] {
        let mut decision = decision;
        decision["because"] = json!("So it is.");
        let answer = case.act(By::First, "decide", &decision).await.expect(422);
        assert_eq!(answer.field_codes(), [expected]);
    }
    let silent = json!({"refund": "full", "because": " "});
    assert_eq!(case.act(By::First, "decide", &silent).await.expect(422).field_codes(), ["because:required"]);

    case.take(Step::Full(By::First)).await;
    // The winner has nothing to appeal, and nobody judges their own decision.
    case.act(By::Buyer, "appeal", &words).await.expect(409);
    case.take(Step::Appeal(By::Seller)).await;
    assert_eq!(case.act(By::First, "decide", &full).await.expect(409).code(), "own_decision");
    case.take(Step::None(By::Second)).await;
    case.act(By::Buyer, "appeal", &words).await.expect(409);
    case.act(By::Buyer, "evidence", &words).await.expect(409);
    trade::assert_laws(app).await;
});
