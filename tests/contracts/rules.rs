//! Rules of disputes in contracts: the vertical's on the open market, others where a seller accepts them,
//! and always those of the version.

use galena::access::Role;
use serde_json::{Value, json};

use super::{appointments, contract, get, id, post, with};

fn ruled(rules: &Value) -> Value {
    contract(&with(appointments(), &json!({ "disputes": rules })))
}

on_both!(async fn only_a_private_contract_has_rules_of_its_own(app) {
    let (buyer, seller) = (app.buyer("Software House").await, app.seller("Lead Farm").await);
    let own = json!({ "answer_days": 5, "decide_days": 9, "return_cap_bps": 10_000, "meritless_fee_bps": 250 });
    let open = post(app, &buyer, "/contracts", &ruled(&own)).await;
    assert_eq!(open.expect(422).field_codes(), ["terms.disputes:not_allowed"]);
    // What the API tells may be sent back as it is.
    let same = json!({ "answer_days": 3, "return_cap_bps": 2_000 });
    let open = post(app, &buyer, "/contracts", &ruled(&same)).await.expect(201);
    let private = |rules: &Value| with(ruled(rules), &json!({ "seller": seller.account }));
    for (rules, expected) in [
        (json!({ "answer_days": 0 }), "terms.disputes.answer_days:too_small"),
        (json!({ "decide_days": 31 }), "terms.disputes.decide_days:too_large"),
        (json!({ "appeal_days": 15 }), "terms.disputes.appeal_days:too_large"),
        (json!({ "return_cap_bps": -1 }), "terms.disputes.return_cap_bps:too_small"),
        (json!({ "cap_days": 91 }), "terms.disputes.cap_days:too_large"),
        (json!({ "meritless_fee_bps": 5_001 }), "terms.disputes.meritless_fee_bps:too_large"),
        (json!({ "window": 1 }), "terms.disputes.window:unknown_field"),
    ] {
        let answer = post(app, &buyer, "/contracts", &private(&rules)).await;
        assert_eq!(answer.expect(422).field_codes(), [expected], "{rules}");
    }
    let made = post(app, &buyer, "/contracts", &private(&own)).await.expect(201).json();
    let told = &made["versions"][0];
    let whole = with(json!({ "appeal_days": 3, "cap_days": 30 }), &own);
    assert_eq!(told["terms"]["disputes"], whole);
    for words in ["within 5 days", "within 9 days", "Up to 100 %", "2.5 % of the disputed price"] {
        assert!(told["sentences"].to_string().contains(words), "{words}: {told}");
    }

    let path = format!("/api/v1/contracts/{}/versions", id(&open));
    let revised = app.api("POST", &path, &buyer.key).header("if-match", "\"1\"");
    let revised = revised.json(&json!({ "terms": ruled(&own)["terms"] })).send().await;
    assert_eq!(revised.expect(422).field_codes(), ["terms.disputes:not_allowed"]);
});

on_both!(async fn a_version_keeps_the_rules_that_it_was_made_with(app) {
    let (buyer, seller) = (app.buyer("Software House").await, app.seller("Lead Farm").await);
    let open = id(&post(app, &buyer, "/contracts", &contract(&appointments())).await.expect(201));
    let body = with(ruled(&json!({ "decide_days": 9 })), &json!({ "seller": seller.account }));
    let private = id(&post(app, &buyer, "/contracts", &body).await.expect(201));
    let admin = app.operator(Role::Admin).await;
    let numbers = [
        ("commission", "1500"), ("duplicate_window_days", "90"), ("consent_max_age_days", "90"),
        ("dispute_window_days", "7"), ("listing_days", "30"), ("max_copies", "3"), ("min_age", "18"),
        ("held_prior", "1500"), ("sale_prior", "500"), ("prior_weight", "20"),
        ("answer_days", "2"), ("decide_days", "5"), ("appeal_days", "3"), ("return_cap", "2500"),
        ("cap_days", "30"), ("meritless_fee", "0"), ("resells", "false"),
    ];
    let operator = app.sign_in(&admin.email).await;
    operator.post_form("/operator/verticals/b2b-software", &numbers).await.expect(303);
    let read = get(app, &buyer, &format!("/contracts/{open}")).await.expect(200).json();
    let kept = &read["versions"][0]["terms"]["disputes"];
    assert_eq!((&kept["answer_days"], &kept["return_cap_bps"]), (&json!(3), &json!(2_000)));
    let next = post(app, &buyer, "/contracts", &contract(&appointments())).await.expect(201).json();
    assert_eq!(next["versions"][0]["terms"]["disputes"]["answer_days"], 2);

    // The form of a private contract holds all of its rules; on the open market it names none.
    let browser = app.sign_in(&buyer.email).await;
    let form = browser.get(&format!("/buyer/contracts/{private}/edit")).await.expect(200).text;
    let value = |form: &str, name: &str| {
        let (_, input) = form.split_once(&format!("name=\"{name}\"")).expect(name);
        let (input, _) = input.split_once('>').unwrap();
        input.split_once("value=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value.to_owned())
    };
    assert_eq!(value(&form, "disputes.decide_days").as_deref(), Some("9"));
    assert_eq!(value(&form, "disputes.return_cap_bps").as_deref(), Some("20"));
    let form = browser.get(&format!("/buyer/contracts/{open}/edit")).await.expect(200).text;
    assert_eq!(value(&form, "disputes.decide_days").unwrap_or_default(), "");
});
