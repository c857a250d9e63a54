//! Contracts and customer profiles: through the API, through pages without script, and what they keep from being bought.

mod rules;

use serde_json::{Value, json};

use crate::harness::{Answer, TestApp, Trader};

fn merge(into: &mut Value, change: &Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (key, value) in change {
                if value.is_null() {
                    into.remove(key);
                } else {
                    merge(into.entry(key.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (into, change) => *into = change.clone(),
    }
}

fn with(mut terms: Value, change: &Value) -> Value {
    merge(&mut terms, change);
    terms
}

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// The criteria of the facts: a manager or higher, in technology, more than 50 employees.
fn appointments() -> Value {
    json!({
        "model": "ppa", "currency": "EUR", "price_per_appointment": eur("60.00"),
        "criteria": { "all": [
            { "field": "employees", "op": "gte", "value": 51 },
            { "field": "industry", "op": "eq", "value": "technology" },
        ] },
        "min_seniority": "manager",
    })
}

fn sales() -> Value {
    json!({
        "model": "pps", "currency": "EUR",
        "share": { "bps": 500, "deposit": eur("5.00"), "expected_sale": eur("500.00") },
    })
}

fn hybrid() -> Value {
    json!({
        "model": "hybrid", "currency": "EUR",
        "base_fee": { "amount": eur("100.00"), "period": "month" },
        "price_per_appointment": eur("40.00"),
    })
}

fn contract(terms: &Value) -> Value {
    json!({ "name": "Autumn", "vertical": "b2b-software", "terms": terms })
}

async fn post(app: &TestApp, who: &Trader, path: &str, body: &Value) -> Answer {
    app.api("POST", &format!("/api/v1{path}"), &who.key)
        .json(body)
        .send()
        .await
}

async fn get(app: &TestApp, who: &Trader, path: &str) -> Answer {
    app.api("GET", &format!("/api/v1{path}"), &who.key)
        .send()
        .await
}

fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}

on_both!(async fn what_is_wrong_with_terms_is_named(app) {
    let buyer = app.buyer("Software House").await;
    let price = |amount: &str| json!({ "price_per_appointment": { "amount": amount } });
    for (terms, change, expected) in [
        (sales(), json!({ "share": { "bps": 10_001 } }), "terms.share.bps:too_large"),
        (sales(), json!({ "share": { "bps": 0 } }), "terms.share.bps:too_small"),
        (sales(), json!({ "share": { "deposit": { "amount": "0.00" } } }), "terms.share.deposit:too_small"),
        (sales(), json!({ "share": { "floor": eur("50.00"), "cap": eur("40.00") } }), "terms.share.floor:too_large"),
        (appointments(), price("-1.00"), "terms.price_per_appointment:too_small"),
        (appointments(), price("0.00"), "terms.price_per_appointment:too_small"),
        (appointments(), price("1.005"), "terms.price_per_appointment.amount:amount_invalid"),
        (hybrid(), json!({ "base_fee": { "amount": { "amount": "0" } } }), "terms.base_fee.amount:too_small"),
        (hybrid(), json!({ "base_fee": { "period": "day" } }), "terms.base_fee.period:not_allowed"),
        (appointments(), json!({ "criteria": { "all": [{ "field": "shoe_size", "op": "eq", "value": 40 }] } }), "terms.criteria.all[0].field:unknown_field"),
        (appointments(), json!({ "min_seniority": "king" }), "terms.min_seniority:not_allowed"),
        (appointments(), json!({ "min_stage": "customer" }), "terms.min_stage:not_allowed"),
        (appointments(), json!({ "dispute_window_days": 0 }), "terms.dispute_window_days:too_small"),
        (appointments(), json!({ "dispute_window_days": 91 }), "terms.dispute_window_days:too_large"),
        (appointments(), json!({ "confirmation": { "reporter": "nobody" } }), "terms.confirmation.reporter:not_allowed"),
        (appointments(), json!({ "price_per_lead": eur("5.00") }), "terms.price_per_lead:not_allowed"),
        (appointments(), json!({ "share": sales()["share"] }), "terms.share:not_allowed"),
        (appointments(), json!({ "price_per_appointment": null }), "terms.price_per_appointment:required"),
        (hybrid(), json!({ "price_per_appointment": null }), "terms.model:required"),
        (appointments(), json!({ "model": "cpm" }), "terms.model:not_allowed"),
        (appointments(), json!({ "currency": "XYZ" }), "terms.currency:currency_unknown"),
    ] {
        let body = contract(&with(terms, &change));
        let answer = post(app, &buyer, "/contracts", &body).await;
        assert_eq!(answer.status, 422, "{change}: {}", answer.text);
        let codes = answer.field_codes();
        assert!(codes.iter().any(|code| code == expected), "{change}: {codes:?}");
        let errors = answer.json()["errors"].as_array().cloned().unwrap();
        assert!(errors.iter().all(|error| error["accepted"] != ""), "{}", answer.text);
    }
    for (change, expected) in [
        (json!({ "name": " " }), "name:required"),
        (json!({ "vertical": "shoes" }), "vertical:vertical_unknown"),
        (json!({ "seller": "somebody" }), "seller:not_allowed"),
        (json!({ "seller": buyer.account }), "seller:not_allowed"),
        (json!({ "colour": "red" }), "colour:unknown_field"),
    ] {
        let answer = post(app, &buyer, "/contracts", &with(contract(&appointments()), &change)).await;
        assert_eq!(answer.expect(422).field_codes(), [expected], "{change}");
    }
    let listed = get(app, &buyer, "/contracts").await.expect(200);
    assert_eq!(listed.json()["data"], json!([]), "what is refused leaves nothing behind");
});

on_both!(async fn terms_never_change_and_versions_are_added(app) {
    let (buyer, other) = (app.buyer("Software House").await, app.buyer("Other House").await);
    let seller = app.seller("Lead Farm").await;
    let made = post(app, &buyer, "/contracts", &contract(&appointments())).await.expect(201);
    assert_eq!((&made.json()["state"], &made.json()["in_force"]), (&json!("active"), &json!(1)));
    let path = format!("/contracts/{}", id(&made));
    let read = get(app, &buyer, &path).await.expect(200);
    assert_eq!(read.header("etag"), "\"1\"");
    let told = &read.json()["versions"][0];
    assert_eq!(told["terms"]["price_per_appointment"], eur("60.00"));
    assert_eq!(told["terms"]["criteria"], appointments()["criteria"]);
    assert!(told["sentences"].as_array().unwrap().len() > 3, "{told}");
    for stranger in [&other, &seller] {
        get(app, stranger, &path).await.expect(404);
        assert_eq!(get(app, stranger, "/contracts").await.expect(200).json()["data"], json!([]));
    }

    let api = format!("/api/v1{path}/versions");
    let dearer = json!({ "terms": with(appointments(), &json!({ "price_per_appointment": { "amount": "70.00" } })) });
    let change = app.api("PUT", &format!("{api}/1"), &buyer.key).json(&dearer).send().await;
    assert_eq!(change.expect(409).code(), "terms_in_use");
    app.api("PUT", &format!("{api}/2"), &buyer.key).json(&dearer).send().await.expect(404);
    app.api("PUT", &format!("{api}/1"), &other.key).json(&dearer).send().await.expect(404);

    let revise = async |tag: &str| app.api("POST", &api, &buyer.key).header("if-match", tag).json(&dearer).send().await;
    let without = app.api("POST", &api, &buyer.key).json(&dearer).send().await;
    assert_eq!(without.expect(412).code(), "version_mismatch");
    let revised = revise("\"1\"").await.expect(201).json();
    assert_eq!((&revised["in_force"], revised["versions"].as_array().unwrap().len()), (&json!(2), 2));
    assert_eq!(revise("\"1\"").await.expect(412).code(), "version_mismatch");
    let roubles = json!({ "terms": with(sales(), &json!({ "currency": "RUB", "share": {
        "deposit": { "currency": "RUB" }, "expected_sale": { "currency": "RUB" } } })) });
    let moved = app.api("POST", &api, &buyer.key).header("if-match", "\"2\"").json(&roubles).send().await;
    assert_eq!(moved.expect(422).field_codes(), ["terms.currency:currency_mismatch"]);

    assert_eq!(post(app, &buyer, &format!("{path}/close"), &json!({})).await.expect(200).json()["state"], "closed");
    assert_eq!(post(app, &buyer, &format!("{path}/close"), &json!({})).await.expect(409).code(), "state_conflict");
    assert_eq!(revise("\"2\"").await.expect(409).code(), "state_conflict");

    let presets = get(app, &buyer, "/contracts/presets?vertical=b2b-software&currency=EUR").await.expect(200).json();
    for terms in presets["data"].as_array().unwrap() {
        post(app, &buyer, "/contracts", &contract(terms)).await.expect(201);
    }
    let unknown = get(app, &buyer, "/contracts/presets?vertical=shoes").await.expect(422);
    assert_eq!(unknown.field_codes(), ["vertical:vertical_unknown"]);
});

on_both!(async fn a_private_contract_needs_its_seller(app) {
    let buyer = app.buyer("Software House").await;
    let (seller, other) = (app.seller("Lead Farm").await, app.seller("Other Farm").await);
    let private = with(contract(&appointments()), &json!({ "seller": seller.account }));
    let offered = post(app, &buyer, "/contracts", &private).await.expect(201);
    assert_eq!((&offered.json()["state"], &offered.json()["offered"]), (&json!("offered"), &json!(1)));
    let path = format!("/contracts/{}", id(&offered));
    get(app, &seller, &path).await.expect(200);
    get(app, &other, &path).await.expect(404);
    post(app, &other, &format!("{path}/accept"), &json!({})).await.expect(404);
    post(app, &buyer, &format!("{path}/accept"), &json!({})).await.expect(403);
    let accept = format!("/api/v1{path}/accept");
    let stale = app.api("POST", &accept, &seller.key).header("if-match", "\"2\"").json(&json!({})).send().await;
    assert_eq!(stale.expect(412).code(), "version_mismatch");
    let accepted = app.api("POST", &accept, &seller.key).header("if-match", "\"1\"").json(&json!({})).send().await;
    assert_eq!(accepted.expect(200).json()["state"], "active");
    post(app, &seller, &format!("{path}/accept"), &json!({})).await.expect(409);

    let dearer = json!({ "terms": with(appointments(), &json!({ "price_per_appointment": { "amount": "70.00" } })) });
    let revised = app.api("POST", &format!("/api/v1{path}/versions"), &buyer.key)
        .header("if-match", "\"1\"").json(&dearer).send().await.expect(201).json();
    assert_eq!((&revised["in_force"], &revised["offered"]), (&json!(1), &json!(2)));

    // The seller answers in a browser, about the version that it saw.
    let browser = app.sign_in(&seller.email).await;
    let page = format!("/seller{path}");
    let shown = browser.get(&page).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.contains("Accept version 2") && shown.text.contains("70.00"), "{}", shown.text);
    let old = browser.post_form(&format!("{page}/decline"), &[("version", "1")]).await;
    assert_eq!(old.status, 412, "{}", old.text);
    let declined = browser.post_form(&format!("{page}/decline"), &[("version", "2")]).await;
    assert_eq!(declined.status, 303, "{}", declined.text);
    let after = get(app, &buyer, &path).await.expect(200).json();
    assert_eq!((&after["state"], &after["in_force"], after.get("offered")), (&json!("active"), &json!(1), None));

    let second = id(&post(app, &buyer, "/contracts", &private).await.expect(201));
    let declined = post(app, &seller, &format!("/contracts/{second}/decline"), &json!({})).await.expect(200);
    assert_eq!(declined.json()["state"], "declined");
    let list = browser.get("/seller/contracts").await;
    assert!(list.text.contains("Declined") && list.text.contains("Software House"), "{}", list.text);
});

on_both!(async fn contracts_are_made_without_script(app) {
    let buyer = app.buyer("Software House").await;
    let browser = app.sign_in(&buyer.email).await;
    let empty = browser.get("/buyer/contracts").await;
    assert!(empty.text.contains("No contract yet"), "{}", empty.text);
    let models = browser.get("/buyer/contracts/new?vertical=b2b-software").await;
    assert!(models.text.contains("Choose: Pay per sale"), "{}", models.text);
    let form = browser.get("/buyer/contracts/new?vertical=b2b-software&model=pps").await;
    assert!(form.text.contains("name=\"share.bps\"") && form.text.contains("value=\"500.00\""), "{}", form.text);
    let base = [
        ("vertical", "b2b-software"), ("name", "Shares"), ("model", "pps"), ("currency", "EUR"),
        ("share.deposit", "5"), ("share.expected_sale", "500"), ("price_per_lead", "9"),
        ("dispute_window_days", "7"), ("min_seniority", "manager"), ("confirmation.reporter", "either"),
        ("confirmation.silence_days", "3"), ("confirmation.held_minutes", "10"), ("confirmation.lapse_days", "30"),
    ];
    let send = async |path: &str, more: &[(&'static str, &'static str)]| {
        let fields: Vec<(&str, &str)> = more.iter().chain(&base).copied().collect();
        browser.post_form(path, &fields).await
    };
    let added = send("/buyer/contracts", &[("action", "add"), ("add_field:0", "employees"), ("share.bps", "5,5")]).await;
    assert!(added.text.contains("name=\"c0.value\"") && added.text.contains("value=\"5,5\""), "{}", added.text);
    let row = [("c0.field", "employees"), ("c0.op", "gte"), ("c0.group", "0")];
    let wrong = send("/buyer/contracts", &[row[0], row[1], row[2], ("c0.value", "many"), ("share.bps", "101")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("0.01 to 100") && wrong.text.contains("f-c0-error"), "{}", wrong.text);
    assert!(wrong.text.contains("value=\"many\"") && wrong.text.contains("value=\"101\""), "{}", wrong.text);
    let made = send("/buyer/contracts", &[row[0], row[1], row[2], ("c0.value", "51"), ("share.bps", "5,5")]).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let page = made.location().to_owned();
    let shown = browser.get(&page).await;
    for words in ["5.5 %", "at least 51", "manager", "Start a purchase request", "no upper bound", "Active"] {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    let key = page.rsplit('/').next().unwrap();
    let stored = get(app, &buyer, &format!("/contracts/{key}")).await.expect(200).json();
    assert_eq!(stored["versions"][0]["terms"]["share"]["bps"], 550);

    let edit = browser.get(&format!("{page}/edit")).await;
    assert!(edit.text.contains("name=\"c0.value\"") && edit.text.contains("value=\"51\""), "{}", edit.text);
    let capped = [("version", "1"), ("share.bps", "5"), ("share.cap", "40")];
    assert_eq!(send(&page, &capped).await.status, 303);
    assert_eq!(send(&page, &capped).await.status, 412, "somebody revised it meanwhile");
    let shown = browser.get(&page).await;
    assert!(shown.text.contains("10 leads: 12.50 EUR expected, at most 400.00 EUR"), "{}", shown.text);
    let closed = browser.post_form(&format!("{page}/close"), &[]).await;
    assert_eq!(closed.status, 303, "{}", closed.text);
    assert!(browser.get(&page).await.text.contains("Closed"));
});

on_both!(async fn a_seller_names_the_least_it_wants_in_a_form(app) {
    let seller = app.seller("Lead Farm").await;
    let browser = app.sign_in(&seller.email).await;
    let base = [
        ("vertical", "b2b-software"), ("contact.first_name", "Anna"), ("contact.last_name", "Berzina"),
        ("contact.email", "anna@loom.example"), ("attributes.industry", "technology"),
        ("attributes.employees", "51"), ("attributes.seniority", "manager"), ("interest", "a CRM"),
        ("consent.text", "Call me"), ("consent.given_at", "2026-11-19 12:00"),
        ("consent.page_url", "https://b2b.example/form"), ("ask.amount", "9"), ("ask.currency", "EUR"),
    ];
    let send = async |least: &[(&'static str, &'static str)]| {
        let fields: Vec<(&str, &str)> = base.iter().chain(least).copied().collect();
        browser.post_form("/seller/leads/new", &fields).await
    };
    for (field, text) in [("least.appointment", "dear"), ("least.share_bps", "10001"), ("accepts", "cpm")] {
        let wrong = send(&[(field, text)]).await;
        assert_eq!(wrong.status, 422, "{field}: {}", wrong.text);
        assert!(wrong.text.contains(&format!("id=\"f-{field}-error\"")), "{field}: {}", wrong.text);
        assert!(wrong.text.contains(&format!("value=\"{text}\"")), "{field}: {}", wrong.text);
    }
    let taken = send(&[("accepts", "ppa, hybrid"), ("least.appointment", "45,50"), ("least.share_bps", "500")]).await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    let page = browser.get(taken.location()).await;
    for words in ["Pay per appointment, Hybrid", "45.50\u{a0}EUR", "5 %", "0, not qualified yet"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
});

on_both!(async fn a_lead_that_fails_the_criteria_is_not_bought(app) {
    let buyer = app.buyer("Software House").await;
    let seller = app.seller("Lead Farm").await;
    let made = id(&post(app, &buyer, "/contracts", &contract(&appointments())).await.expect(201));
    let request = json!({
        "name": "Deciders", "vertical": "b2b-software", "contract": made, "quantity": 10,
        "budget": eur("600.00"),
    });
    let request = post(app, &buyer, "/purchase_requests", &request).await.expect(201);
    let path = format!("/purchase_requests/{}", id(&request));
    // A lead costs nothing on delivery, but the wallet has to cover what is set aside.
    let shown = app.sign_in(&buyer.email).await.get(&format!("/buyer/requests/{}", id(&request))).await;
    assert!(shown.text.contains("not yet:</span><span><b>Funds for a lead"), "{}", shown.text);
    assert!(shown.text.contains("10 leads: 90.00 EUR expected, at most 600.00 EUR"), "{}", shown.text);
    crate::market::deposit(app, &buyer, "1000.00", "EUR").await;
    crate::market::activate(app, &buyer, &id(&request)).await;
    let forecast = get(app, &buyer, &format!("{path}/preview")).await.expect(200).json()["forecast"].clone();
    assert_eq!((&forecast["expected"], &forecast["at_most"]), (&eur("90.00"), &eur("600.00")));
    let lead = |number: u32, change: &Value| with(json!({
        "vertical": "b2b-software",
        "contact": { "first_name": "Anna", "last_name": "Berzina", "company": "Loom",
            "email": format!("anna{number}@loom.example"), "phone": format!("+3712{number:07}") },
        "attributes": { "country": "LV", "industry": "technology", "employees": 51, "seniority": "manager" },
        "interest": "a CRM for the sales team",
        "consent": { "text": "Call me", "given_at": "2026-11-19T12:00:00Z", "page_url": "https://b2b.example/form" },
        "ask": eur("9.00"), "accepts": ["ppl", "ppa"],
    }), &json!({ "attributes": change }));
    for (number, change, expected) in [
        // What qualifies is bought at once, and so sold out.
        (1, json!({}), json!(["sold_out"])),
        (2, json!({ "employees": 50 }), json!(["criterion"])),
        (3, json!({ "industry": "retail" }), json!(["criterion"])),
        (4, json!({ "seniority": "specialist" }), json!(["min_seniority"])),
        (5, json!({ "seniority": "owner" }), json!(["sold_out"])),
    ] {
        let sent = id(&post(app, &seller, "/leads", &lead(number, &change)).await.expect(201));
        let told = get(app, &buyer, &format!("{path}/explain?lead={sent}")).await.expect(200).json();
        let gates: Vec<&Value> = told["gates"].as_array().unwrap().iter().map(|gate| &gate["code"]).collect();
        assert_eq!(json!(gates), expected, "{change}: {told}");
    }
    // What fails is not bought, and nothing is set aside for it: two appointments at 60.00.
    assert_eq!(crate::market::purchases(app, &buyer).await.len(), 2);
    assert_eq!(crate::market::available(app, &buyer, "EUR").await, "880.00");
    // Its seller reads which models it takes, and how far the lead is qualified.
    let browser = app.sign_in(&seller.email).await;
    let last = get(app, &seller, "/leads").await.expect(200).json()["data"][0]["id"].as_str().unwrap().to_owned();
    let page = browser.get(&format!("/seller/leads/{last}")).await;
    assert!(page.text.contains("Pay per lead, Pay per appointment"), "{}", page.text);

    // Two that the contract cannot have, since they are sold by the lead only.
    for number in [6, 7] {
        let lead = with(lead(number, &json!({})), &json!({ "accepts": ["ppl"] }));
        post(app, &seller, "/leads", &lead).await.expect(201);
    }
    let profile = json!({
        "name": "Tech", "vertical": "b2b-software", "industries": ["technology", "space"],
        "employees": { "from": 51 }, "countries": ["Latvia"], "min_seniority": "manager", "problems": ["crm"],
        "notes": "Friendly people",
    });
    let made = post(app, &buyer, "/icps", &profile).await.expect(201).json();
    assert_eq!(made["countries"], json!(["LV"]));
    assert_eq!(made["kept_as_notes"], json!(["industries: space"]));
    let path = format!("/icps/{}", made["id"].as_str().unwrap());
    let wide = with(profile.clone(), &json!({ "problems": null }));
    let put = async |tag: &str, body: &Value| app.api("PUT", &format!("/api/v1{path}"), &buyer.key).header("if-match", tag).json(body).send().await;
    assert_eq!(get(app, &buyer, &path).await.expect(200).json()["fits"], 0, "no lead names its problem");
    assert_eq!(put("\"1\"", &wide).await.expect(200).header("etag"), "\"2\"");
    assert_eq!(put("\"1\"", &wide).await.expect(412).code(), "version_mismatch");
    assert_eq!(get(app, &buyer, &path).await.expect(200).json()["fits"], 2);
    get(app, &app.buyer("Other House").await, &path).await.expect(404);
    for (change, expected) in [
        (json!({ "countries": ["Atlantis"] }), "countries:country_unknown"),
        (json!({ "employees": { "from": 9, "to": 3 } }), "employees.to:too_small"),
        (json!({ "min_seniority": "king" }), "min_seniority:not_allowed"),
        (json!({ "name": "" }), "name:required"),
    ] {
        let answer = post(app, &buyer, "/icps", &with(profile.clone(), &change)).await;
        assert_eq!(answer.expect(422).field_codes(), [expected], "{change}");
    }
    let browser = app.sign_in(&buyer.email).await;
    let page = browser.get(&format!("/buyer{path}")).await;
    assert!(page.text.contains("data-fits=\"2\"") && page.text.contains("space"), "{}", page.text);
    for start in ["/buyer/requests/new?", "/buyer/contracts/new?"] {
        let at = page.text.find(start).unwrap();
        let link: String = page.text[at..].chars().take_while(|letter| *letter != '"').collect();
        let link = link.replace("&#38;", "&").replace("&amp;", "&");
        let link = if start.contains("contracts") { format!("{link}&model=ppa") } else { link };
        let form = browser.get(&link).await;
        assert!(form.text.contains("name=\"c0.field\" value=\"industry\""), "{link}: {}", form.text);
    }
    let typed = [
        ("vertical", "b2b-software"), ("name", "By hand"), ("industries.choice", "technology"),
        ("industries", "space"), ("employees.from", "51"), ("countries", "Latvia"),
    ];
    assert_eq!(browser.post_form("/buyer/icps", &typed).await.status, 303);
    let wrong = browser.post_form("/buyer/icps", &[("vertical", "b2b-software"), ("employees.from", "many")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("value=\"many\""), "{}", wrong.text);
    assert!(browser.get("/buyer/icps").await.text.contains("By hand"));
});
