//! Leads sent in over the API: what is taken, what is refused and why, and that nothing readable is kept.

use galena::clock::DAY;
use galena::leads::{self, LeadState};
use serde_json::{Value, json};

use crate::harness::{TestApp, eyewear_lead, with};

const LEADS: &str = "/api/v1/leads";

pub async fn send(app: &TestApp, key: &str, lead: &Value) -> crate::harness::Answer {
    app.api("POST", LEADS, key).json(lead).send().await
}

on_both!(async fn a_lead_is_normalised_checked_and_listed(app) {
    let seller = app.seller("Riga Leads").await;
    let lead = eyewear_lead(1);
    let lead = with(lead, "contact.email", json!(" Marija.Kalnina1@Example.LV "));
    let lead = with(lead, "contact.phone", json!("2000 0001"));
    let lead = with(lead, "attributes.country", json!("Latvia"));
    let lead = with(lead, "external_id", json!("crm-17"));
    let answer = send(app, &seller.key, &lead).await.expect(201).json();
    assert_eq!(answer["state"], "listed");
    assert_eq!(answer["external_id"], "crm-17");
    assert_eq!(
        answer["contact"],
        json!({"name": "M**** K****", "email": "m****@****", "phone": "+371 2*******"})
    );
    assert_eq!(
        answer["attributes"],
        json!({
            "age": 34, "city": "Riga", "country": "LV", "employed": true, "gender": "female",
            "looking_for": "good_beautiful_glasses", "marital_status": "has_partner",
            "postal_code": "LV-1010", "region": "LV-RIX",
        })
    );
    assert_eq!(answer["sales"], json!([]));
    let verdicts: Vec<&str> = answer["checks"].as_array().unwrap().iter().map(|c| c["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts.len(), 17);
    assert!(verdicts.iter().all(|verdict| matches!(*verdict, "pass" | "not_checked")), "{verdicts:?}");
    assert_eq!(answer["quality"], 100);

    let path = format!("{LEADS}/{}", answer["id"].as_str().unwrap());
    let shown = app.api("GET", &path, &seller.key).send().await.expect(200).json();
    assert_eq!(shown["consent"]["page_url"], "https://shop.example/glasses");
    let other = app.seller("Other Leads").await;
    app.api("GET", &path, &other.key).send().await.expect(404);

    let id = answer["id"].as_str().unwrap().parse().unwrap();
    let vault = app.app.vault.clone();
    let contact = app.read(move |conn| leads::open_contact(conn, &vault, id)).await;
    assert_eq!(contact.full_name(), "Marija Kalniņa");
    assert_eq!(contact.email.as_deref(), Some("marija.kalnina1@example.lv"));
    assert_eq!(contact.phone.as_deref(), Some("+37120000001"));
    assert_eq!(contact.consent_ip.as_deref(), Some("203.0.113.7"));
});

on_both!(async fn what_is_not_a_lead_is_refused_with_every_reason(app) {
    let seller = app.seller("Riga Leads").await;
    let cases = [
        ("vertical", json!("cars"), "vertical:vertical_unknown"),
        ("vertical", Value::Null, "vertical:required"),
        ("contact.first_name", json!(7), "contact.first_name:wrong_type"),
        ("contact.first_name", json!("x".repeat(101)), "contact.first_name:too_long"),
        ("contact.nickname", json!("M"), "contact.nickname:unknown_field"),
        ("contact.phone", json!("+371 1"), "contact.phone:phone_invalid"),
        ("contact.phone", json!("call me"), "contact.phone:phone_invalid"),
        ("contact.email", json!("marija"), "contact.email:email_invalid"),
        ("contact.email", json!("marija@localhost"), "contact.email:email_invalid"),
        ("attributes.country", json!("Atlantis"), "attributes.country:country_unknown"),
        ("attributes.region", json!("Moscow"), "attributes.region:region_unknown"),
        ("attributes.postal_code", json!("101000"), "attributes.postal_code:postal_code_invalid"),
        ("attributes.age", json!(17), "attributes.age:age_under_minimum"),
        ("attributes.age", json!(121), "attributes.age:too_large"),
        ("attributes.age", json!("34"), "attributes.age:wrong_type"),
        ("attributes.birth_year", json!(1990), "attributes.birth_year:not_allowed"),
        ("attributes.gender", json!("none"), "attributes.gender:not_allowed"),
        ("attributes.employed", json!("yes"), "attributes.employed:wrong_type"),
        ("attributes.shoe_size", json!(40), "attributes.shoe_size:unknown_field"),
        ("attributes.looking_for", json!("cars"), "attributes.looking_for:not_allowed"),
        ("attributes.looking_for", Value::Null, "attributes.looking_for:required"),
        ("interest", Value::Null, "interest:no_interest"),
        ("interest", json!("  "), "interest:no_interest"),
        ("interest", json!("x".repeat(501)), "interest:too_long"),
        ("consent", Value::Null, "consent:consent_missing"),
        ("consent", json!("yes"), "consent:wrong_type"),
        ("consent.text", Value::Null, "consent.text:required"),
        ("consent.page_url", Value::Null, "consent.page_url:required"),
        ("consent.page_url", json!("shop"), "consent.page_url:url_invalid"),
        ("consent.given_at", json!("yesterday"), "consent.given_at:time_invalid"),
        ("consent.given_at", json!("2026-10-20T08:59:59Z"), "consent.given_at:consent_expired"),
        ("consent.given_at", json!("2026-11-20T09:06:00Z"), "consent.given_at:time_in_future"),
        ("consent.ip", json!("localhost"), "consent.ip:wrong_type"),
        ("consent.channels", json!(["pigeon"]), "consent.channels:not_allowed"),
        ("ask", Value::Null, "ask:required"),
        ("ask.amount", json!("-1.00"), "ask.amount:too_small"),
        ("ask.amount", json!("1.005"), "ask.amount:amount_invalid"),
        ("ask.currency", json!("XXX"), "ask.currency:currency_unknown"),
        ("accepts", json!(["barter"]), "accepts:not_allowed"),
        ("copies", json!(4), "copies:too_large"),
        ("copies", json!(0), "copies:too_small"),
        ("expires_in_days", json!(31), "expires_in_days:too_large"),
        ("external_id", json!("a@b.lv"), "external_id:not_allowed"),
        ("origin.channel", json!("radio"), "origin.channel:not_allowed"),
        ("score", json!(99), "score:unknown_field"),
    ];
    for (number, (path, value, expected)) in (1..).zip(cases) {
        let answer = send(app, &seller.key, &with(eyewear_lead(number), path, value)).await.expect(422);
        assert_eq!(answer.field_codes(), [expected], "{path}");
        let error = &answer.json()["errors"][0];
        assert!(!error["accepted"].as_str().unwrap().is_empty(), "{path} says what is accepted");
        assert!(answer.text.contains("kept as refused_"), "{}", answer.text);
    }

    let company = json!({"company": "Optika SIA", "phone": "+37167000000"});
    let answer = send(app, &seller.key, &with(eyewear_lead(1), "contact", company)).await.expect(422);
    assert_eq!(answer.field_codes(), ["contact:not_a_person"]);
    let switchboard = json!({"first_name": "Switchboard", "company": "Optika SIA", "phone": "+37167000000"});
    let answer = send(app, &seller.key, &with(eyewear_lead(1), "contact", switchboard)).await.expect(422);
    assert_eq!(answer.field_codes(), ["contact:not_a_person"]);
    let nobody = json!({"first_name": "Marija", "last_name": "Kalniņa"});
    let answer = send(app, &seller.key, &with(eyewear_lead(1), "contact", nobody)).await.expect(422);
    assert_eq!(answer.field_codes(), ["contact:no_contact"]);

    let many = json!({"vertical": "eyewear", "contact": {"email": "x"}, "attributes": {"age": 12}, "colour": 1});
    let codes = send(app, &seller.key, &many).await.expect(422).field_codes();
    assert_eq!(codes, [
        "colour:unknown_field", "attributes.age:age_under_minimum", "attributes.looking_for:required",
        "contact:not_a_person", "contact.email:email_invalid", "interest:no_interest",
        "consent:consent_missing", "ask:required",
    ]);
    send(app, &seller.key, &json!([1])).await.expect(422);
});

on_both!(async fn a_contact_is_sold_once_in_the_window(app) {
    let one = app.seller("One").await;
    let two = app.seller("Two").await;
    send(app, &one.key, &eyewear_lead(1)).await.expect(201);
    let same_email = with(eyewear_lead(2), "contact.email", json!("MARIJA.kalnina1@example.lv"));
    assert_eq!(
        send(app, &two.key, &same_email).await.expect(422).field_codes(),
        ["contact.email:duplicate"]
    );
    let mut codes = send(app, &two.key, &eyewear_lead(1)).await.expect(422).field_codes();
    codes.sort();
    assert_eq!(codes, ["contact.email:duplicate", "contact.phone:duplicate"]);
    // The phone of the refused lead was not claimed.
    let free = with(eyewear_lead(3), "contact.phone", json!("+37120000002"));
    send(app, &two.key, &free).await.expect(201);
    // Another vertical is another market, and a window passes.
    app.advance(91 * DAY);
    let again = with(eyewear_lead(1), "consent.given_at", json!("2027-02-18T09:00:00Z"));
    send(app, &two.key, &again).await.expect(201);
});

on_both!(async fn an_own_number_is_used_once(app) {
    let seller = app.seller("One").await;
    let other = app.seller("Two").await;
    let numbered = |number| with(eyewear_lead(number), "external_id", json!("crm-1"));
    send(app, &seller.key, &numbered(1)).await.expect(201);
    let answer = send(app, &seller.key, &numbered(2)).await.expect(422);
    assert_eq!(answer.field_codes(), ["external_id:taken"]);
    send(app, &other.key, &numbered(2)).await.expect(201);
});

on_both!(async fn of_fifty_parallel_sendings_one_is_taken(app) {
    let sellers = [app.seller("One").await, app.seller("Two").await];
    let sendings = (0..50_usize).map(|turn| {
        let key = sellers[turn % 2].key.clone();
        async move { send(app, &key, &eyewear_lead(1)).await.status }
    });
    let statuses = futures_util::future::join_all(sendings).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 201 | 422)), "{statuses:?}");
});

on_both!(async fn a_retry_repeats_the_answer(app) {
    let seller = app.seller("One").await;
    let post = |lead: Value| app.api("POST", LEADS, &seller.key).idempotency_key("k1").json(&lead).send();
    let first = post(eyewear_lead(1)).await.expect(201);
    let again = post(eyewear_lead(1)).await.expect(201);
    assert_eq!(first.text, again.text);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(post(eyewear_lead(2)).await.expect(422).code(), "idempotency_key_reused");

    let bad = with(eyewear_lead(3), "interest", Value::Null);
    let refuse = || app.api("POST", LEADS, &seller.key).idempotency_key("k2").json(&bad).send();
    let first = refuse().await.expect(422);
    assert_eq!(first.header("content-type"), "application/problem+json");
    let again = refuse().await.expect(422);
    assert_eq!(first.text, again.text);
    app.api("POST", LEADS, &seller.key).without_idempotency_key().json(&eyewear_lead(4)).send().await.expect(400);
});

on_both!(async fn a_batch_keeps_the_good_ones(app) {
    let seller = app.seller("One").await;
    let mut leads: Vec<Value> = (1..=150).map(eyewear_lead).collect();
    leads[3] = with(leads[3].clone(), "contact.email", json!("nobody"));
    leads[7] = leads[6].clone();
    leads[9] = json!("not a lead");
    let post = |leads: Vec<Value>| {
        app.api("POST", "/api/v1/leads/batch", &seller.key).idempotency_key("b1").json(&json!({"leads": leads})).send()
    };
    let first = post(leads.clone()).await.expect(200).json();
    assert_eq!((&first["accepted"], &first["refused"]), (&json!(147), &json!(3)));
    assert_eq!(first["results"][3]["errors"][0]["code"], "email_invalid");
    assert_eq!(first["results"][9]["errors"][0]["code"], "wrong_type");
    let twins = [&first["results"][6]["status"], &first["results"][7]["status"]];
    assert!(twins.contains(&&json!(201)) && twins.contains(&&json!(422)), "{twins:?}");
    let again = post(leads.clone()).await.expect(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json(), first);
    leads.pop();
    assert_eq!(post(leads).await.expect(422).code(), "idempotency_key_reused");

    let many = json!({"leads": vec![json!({}); 1001]});
    let answer = app.api("POST", "/api/v1/leads/batch", &seller.key).json(&many).send().await.expect(422);
    assert_eq!(answer.field_codes(), ["leads:too_many"]);
});

on_both!(async fn lists_filter_and_page(app) {
    let seller = app.seller("One").await;
    for number in 1..=5 {
        send(app, &seller.key, &eyewear_lead(number)).await.expect(201);
        app.advance(1_000_000);
    }
    let get = |path: String| app.api("GET", &path, &seller.key).send();
    let first = get(format!("{LEADS}?limit=2&state=listed&vertical=eyewear")).await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(format!("{LEADS}?limit=3&cursor={cursor}")).await.expect(200).json();
    assert_eq!(second["next_cursor"], Value::Null);
    let ids: std::collections::BTreeSet<&str> = [&first, &second]
        .iter()
        .flat_map(|page| page["data"].as_array().unwrap())
        .map(|lead| lead["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 5);
    let late = get(format!("{LEADS}?received_at[gte]=2026-11-20T09:00:03Z")).await.expect(200).json();
    assert_eq!(late["data"].as_array().unwrap().len(), 2);
    assert_eq!(get(format!("{LEADS}?state=lost")).await.expect(422).field_codes(), ["state:not_allowed"]);
    assert_eq!(get(format!("{LEADS}?vertical=cars")).await.expect(422).field_codes(), ["vertical:vertical_unknown"]);
    let other = app.seller("Two").await;
    let none = app.api("GET", LEADS, &other.key).send().await.expect(200).json();
    assert_eq!(none["data"], json!([]));
});

on_both!(async fn listings_are_withdrawn_or_end_by_the_clock(app) {
    let seller = app.seller("One").await;
    let other = app.seller("Two").await;
    let id = |answer: &Value| answer["id"].as_str().unwrap().to_owned();
    let first = id(&send(app, &seller.key, &eyewear_lead(1)).await.expect(201).json());
    let second = id(&send(app, &seller.key, &with(eyewear_lead(2), "expires_in_days", json!(2))).await.expect(201).json());
    let path = format!("{LEADS}/{first}/withdraw");
    app.api("POST", &path, &other.key).send().await.expect(404);
    assert_eq!(app.api("POST", &path, &seller.key).send().await.expect(200).json()["state"], "withdrawn");
    assert_eq!(app.api("POST", &path, &seller.key).send().await.expect(409).code(), "state_conflict");

    let now = app.clock.now();
    assert_eq!(app.write(move |conn| leads::expire(conn, now.plus_days(2).minus(1), 100)).await, 0);
    assert_eq!(app.write(move |conn| leads::expire(conn, now.plus_days(2), 100)).await, 1);
    let second = second.parse().unwrap();
    let (listing, events) = app
        .read(move |conn| Ok((leads::listing(conn, second)?, galena::audit::history(conn, &second.to_string(), 10)?)))
        .await;
    assert_eq!(listing.state, LeadState::Expired);
    let mut actions: Vec<String> = events.into_iter().map(|event| event.action).collect();
    actions.sort();
    assert_eq!(actions, ["lead.expired", "lead.listed"]);
});

on_both!(async fn verticals_tell_their_fields(app) {
    let seller = app.seller("One").await;
    let list = app.api("GET", "/api/v1/verticals", &seller.key).send().await.expect(200).json();
    let keys: Vec<&str> = list["data"].as_array().unwrap().iter().map(|v| v["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["b2b-software", "eyewear", "home-solar"]);
    let eyewear = app.api("GET", "/api/v1/verticals/eyewear", &seller.key).send().await.expect(200).json();
    assert_eq!(eyewear["fields"][0]["key"], "country");
    assert_eq!(eyewear["fields"][4]["min"], 18);
    app.api("GET", "/api/v1/verticals/cars", &seller.key).send().await.expect(404);
});

/// Everything in a folder, for a search of bytes.
pub fn bytes_in(folder: &std::path::Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes_in(&path));
        } else {
            all.extend(std::fs::read(&path).unwrap());
        }
    }
    all
}

#[track_caller]
pub fn assert_absent(bytes: &[u8], texts: &[&str]) {
    for text in texts {
        let found = bytes
            .windows(text.len())
            .any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
        assert!(!found, "{text} can be read in the database");
    }
}

#[test]
fn nothing_readable_is_kept() {
    crate::harness::run(async {
        let app = TestApp::start(crate::harness::Backend::Sqlite).await;
        let seller = app.seller("One").await;
        send(&app, &seller.key, &eyewear_lead(1)).await.expect(201);
        send(
            &app,
            &seller.key,
            &with(eyewear_lead(2), "interest", Value::Null),
        )
        .await
        .expect(422);
        send(&app, &seller.key, &eyewear_lead(1)).await.expect(422);
        let bytes = bytes_in(app.folder());
        assert!(
            bytes.windows(7).any(|window| window == b"autumn\""),
            "the search finds what is open"
        );
        assert_absent(
            &bytes,
            &[
                "Kalniņa",
                "Marija",
                "marija.kalnina",
                "20000001",
                "20000002",
                "203.0.113.7",
            ],
        );
        app.stop().await;
    });
}

/// What the seller types into the form for one lead.
fn typed(phone: &str) -> Vec<(&str, &str)> {
    vec![
        ("vertical", "eyewear"),
        ("contact.first_name", "Marija"),
        ("contact.last_name", "Kalniņa"),
        ("contact.email", "marija.kalnina@example.lv"),
        ("contact.phone", phone),
        ("attributes.country", "LV"),
        ("attributes.age", "34"),
        ("attributes.employed", "true"),
        ("attributes.looking_for", "sunglasses"),
        ("interest", "buying sunglasses"),
        ("consent.text", "I agree."),
        ("consent.given_at", "2026-11-19 09:00"),
        ("consent.page_url", "https://shop.example/form"),
        ("ask.amount", "20,50"),
        ("ask.currency", "eur"),
    ]
}

on_both!(async fn a_seller_adds_a_lead_by_hand(app) {
    let seller = app.seller("One").await;
    let browser = app.sign_in(&seller.email).await;
    let empty = browser.get("/seller/leads").await.expect(200);
    assert!(empty.text.contains("No leads yet"), "{}", empty.text);
    let form = browser.get("/seller/leads/new?vertical=eyewear").await.expect(200);
    assert!(form.text.contains("name=\"attributes.looking_for\""), "{}", form.text);

    let answer = browser.post_form("/seller/leads/new", &typed("123")).await.expect(422);
    assert!(answer.text.contains("value=\"Marija\""), "what was typed is kept");
    assert!(answer.text.contains("id=\"f-contact.phone-error\""), "the error is at its field");

    let answer = browser.post_form("/seller/leads/new", &typed("20 000 001")).await.expect(303);
    let path = answer.location().to_owned();
    let page = browser.get(&path).await.expect(200);
    assert!(page.text.contains("M**** K****") && page.text.contains("20.50"), "{}", page.text);
    assert!(!page.text.contains("marija.kalnina"), "masked until asked for");
    let shown = browser.post_form(&format!("{path}/contact"), &[]).await.expect(200);
    assert!(shown.text.contains("marija.kalnina@example.lv"), "{}", shown.text);
    let id = path.rsplit('/').next().unwrap().to_owned();
    let by_id = format!("q={id}");
    let events = app.read(move |conn| galena::audit::history(conn, &id, 10)).await;
    assert!(events.iter().any(|event| event.action == "contact.viewed"), "{events:?}");

    for query in ["q=Marija.Kalnina@example.lv", "q=%2B37120000001", &by_id, "state=listed&sort=oldest"] {
        let found = browser.get(&format!("/seller/leads?{query}")).await.expect(200);
        assert!(found.text.contains(&path), "{query}");
    }
    let none = browser.get("/seller/leads?q=somebody@example.lv").await.expect(200);
    assert!(none.text.contains("No lead matches"), "{}", none.text);
    browser.get("/seller/leads/export/csv").await.expect(200);
    browser.post_form(&format!("{path}/withdraw"), &[]).await.expect(303);
    browser.post_form(&format!("{path}/withdraw"), &[]).await.expect(409);
});

on_both!(async fn a_refused_lead_is_mended_and_sent_again(app) {
    let seller = app.seller("One").await;
    send(app, &seller.key, &with(eyewear_lead(1), "interest", Value::Null)).await.expect(422);
    let browser = app.sign_in(&seller.email).await;
    let list = browser.get("/seller/refused").await.expect(200);
    let (_, rest) = list.text.split_once("href=\"/seller/refused/refused_").expect("a refused lead");
    let path = format!("/seller/refused/refused_{}", rest.split('"').next().unwrap());
    let page = browser.get(&path).await.expect(200);
    assert!(page.text.contains("value=\"marija.kalnina1@example.lv\""), "{}", page.text);
    let other = app.seller("Two").await;
    app.sign_in(&other.email).await.get(&path).await.expect(404);

    browser.post_form(&path, &typed("123")).await.expect(422);
    browser.get(&path).await.expect(200);
    browser.post_form(&path, &typed("20 000 001")).await.expect(303);
    browser.get(&path).await.expect(404);
    let list = browser.get("/seller/refused").await.expect(200);
    assert!(list.text.contains("Nothing was refused"), "{}", list.text);
});

on_both!(async fn the_operator_needs_a_reason_to_see_a_contact(app) {
    let seller = app.seller("One").await;
    let lead = send(app, &seller.key, &eyewear_lead(1)).await.expect(201).json();
    let path = format!("/operator/leads/{}", lead["id"].as_str().unwrap());
    let auditor = app.operator(galena::access::Role::Auditor).await;
    let browser = app.sign_in(&auditor.email).await;
    assert!(browser.get("/operator/leads").await.expect(200).text.contains(&path));
    assert!(!browser.get(&path).await.expect(200).text.contains("marija.kalnina1"));
    let contact = format!("{path}/contact");
    browser.post_form(&contact, &[("reason", "why not")]).await.expect(422);
    let reason = "the person asked for erasure by phone";
    let shown = browser.post_form(&contact, &[("reason", reason)]).await.expect(200);
    assert!(shown.text.contains("marija.kalnina1@example.lv"), "{}", shown.text);
    let finance = app.operator(galena::access::Role::Finance).await;
    app.sign_in(&finance.email).await.post_form(&contact, &[("reason", reason)]).await.expect(403);
});

on_both!(async fn an_admin_changes_the_numbers_of_a_vertical(app) {
    let admin = app.operator(galena::access::Role::Admin).await;
    let browser = app.sign_in(&admin.email).await;
    browser.get("/operator/verticals").await.expect(200);
    let page = browser.get("/operator/verticals/eyewear").await.expect(200);
    assert!(page.text.contains("looking_for"), "{}", page.text);
    let numbers = |copies: &'static str| {
        vec![
            ("commission", "1250"), ("duplicate_window_days", "60"), ("consent_max_age_days", "14"),
            ("dispute_window_days", "7"), ("listing_days", "20"), ("max_copies", copies), ("min_age", "21"),
            ("held_prior", "1500"), ("sale_prior", "500"), ("prior_weight", "20"),
            ("answer_days", "2"), ("decide_days", "5"), ("appeal_days", "3"), ("return_cap", "2500"),
            ("cap_days", "30"), ("meritless_fee", "0"), ("resells", "true"),
        ]
    };
    browser.post_form("/operator/verticals/eyewear", &numbers("11")).await.expect(422);
    browser.post_form("/operator/verticals/eyewear", &numbers("2")).await.expect(303);
    let vertical = app.read(|conn| galena::verticals::by_key(conn, "eyewear")).await;
    assert_eq!((vertical.commission.0, vertical.max_copies, vertical.min_age), (1250, 2, 21));
    assert_eq!((vertical.disputes.answer_days, vertical.disputes.resells), (2, true));
    let auditor = app.operator(galena::access::Role::Auditor).await;
    app.sign_in(&auditor.email).await.post_form("/operator/verticals/eyewear", &numbers("2")).await.expect(403);
});
