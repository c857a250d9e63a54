//! What tests of the market do again and again.

use galena::access::{AccountKind, Caller, Credential, Role};
use galena::clock::Ts;
use galena::db::Conn;
use galena::error::Result;
use galena::ledger;
use galena::ledger::deposits::{self, NewDeposit};
use serde_json::{Value, json};

use crate::harness::{TestApp, Trader};

/// Puts money into a buyer's wallet, as an approved deposit.
pub async fn deposit(app: &TestApp, buyer: &Trader, amount: &str, currency: &str) {
    let asked = NewDeposit::parse(amount, currency, "test").unwrap();
    let (buyer, now) = (caller(buyer), app.clock.now());
    app.write(move |conn| pay_in(conn, &buyer, &asked, now))
        .await;
}

/// A deposit that is asked for and credited at once.
pub fn pay_in(conn: &mut Conn, buyer: &Caller, asked: &NewDeposit, now: Ts) -> Result<()> {
    let operator = Caller {
        account_kind: AccountKind::Operator,
        role: Role::Finance,
        ..buyer.clone()
    };
    let deposit = deposits::request(conn, buyer, asked, now)?;
    deposits::approve(conn, &operator, deposit.id, now)?;
    Ok(())
}

fn caller(buyer: &Trader) -> Caller {
    Caller {
        account_id: buyer.account,
        account_kind: AccountKind::Buyer,
        account_name: String::new(),
        approved: true,
        user_id: buyer.user,
        user_name: String::new(),
        role: Role::Owner,
        credential: Credential::Session,
        origin: None,
    }
}

/// The 60 leads of the facts' case, as documents; 50 fit.
pub fn diamond_leads() -> Vec<Value> {
    let mut reader =
        csv::Reader::from_reader(include_bytes!("fixtures/diamond_glasses.csv").as_slice());
    reader
        .deserialize::<std::collections::HashMap<String, String>>()
        .map(|line| {
            let line = line.unwrap();
            let mut contact =
                json!({"first_name": line["first_name"], "last_name": line["last_name"]});
            for key in ["email", "phone"] {
                if !line[key].is_empty() {
                    contact[key] = json!(line[key]);
                }
            }
            json!({
                "vertical": "eyewear",
                "contact": contact,
                "attributes": {
                    "age": line["age"].parse::<i64>().unwrap(),
                    "gender": line["gender"],
                    "country": line["country"],
                    "region": line["region"],
                    "city": line["city"],
                    "postal_code": line["postal_code"],
                    "marital_status": line["marital_status"],
                    "employed": line["employed"] == "yes",
                    "looking_for": line["looking_for"],
                },
                "interest": line["interest"],
                "consent": consent(line["consent_time"].as_str()),
                "ask": {"amount": "450.00", "currency": "RUB"},
            })
        })
        .collect()
}

fn consent(given_at: impl serde::Serialize) -> Value {
    json!({
        "text": "I agree to be called about glasses.",
        "version": "1",
        "given_at": given_at,
        "page_url": "https://landing.example/glasses",
        "channels": ["phone", "email"],
    })
}

/// Somebody in Riga who wants sunglasses; `number` makes them their own person.
pub fn latvian_lead(number: usize, copies: usize) -> Value {
    json!({
        "vertical": "eyewear",
        "contact": {
            "first_name": "Jānis",
            "last_name": "Bērziņš",
            "email": format!("janis.berzins.{number}@example.org"),
            "phone": format!("+3712{:07}", 1_000_000 + number),
        },
        "attributes": {"country": "LV", "region": "LV-RIX", "age": 40, "looking_for": "sunglasses"},
        "interest": "Sunglasses",
        "consent": consent(Ts::from_micros(crate::harness::START.micros() - 3_600_000_000)),
        "ask": {"amount": "9.00", "currency": "EUR"},
        "copies": copies,
    })
}

/// Sends documents as one batch, all of which must be taken; answers the leads' ids in order.
pub async fn send_batch(app: &TestApp, seller: &Trader, documents: &[Value]) -> Vec<String> {
    let answer = app
        .api("POST", "/api/v1/leads/batch", &seller.key)
        .json(&json!({"leads": documents}))
        .send()
        .await
        .expect(200)
        .json();
    answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            assert_eq!(result["status"], json!(201), "{result}");
            result["lead"]["id"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// Posts a request and answers its id.
pub async fn post_request(app: &TestApp, buyer: &Trader, document: &Value) -> String {
    let answer = app
        .api("POST", "/api/v1/purchase_requests", &buyer.key)
        .json(document)
        .send()
        .await
        .expect(201);
    answer.json()["id"].as_str().unwrap().to_owned()
}

pub async fn activate(app: &TestApp, buyer: &Trader, request: &str) {
    app.api(
        "POST",
        &format!("/api/v1/purchase_requests/{request}/activate"),
        &buyer.key,
    )
    .send()
    .await
    .expect(200);
}

/// All purchases of a buyer, newest first.
pub async fn purchases(app: &TestApp, buyer: &Trader) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/purchases?limit=200{cursor}");
        let page = app
            .api("GET", &path, &buyer.key)
            .send()
            .await
            .expect(200)
            .json();
        found.extend(page["data"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// What a buyer may still spend, as a decimal.
pub async fn available(app: &TestApp, buyer: &Trader, currency: &str) -> String {
    let (account, currency) = (buyer.account, currency.parse().unwrap());
    app.read(move |conn| ledger::available(conn, account, currency))
        .await
        .amount()
}

/// Every law of the ledger holds.
pub async fn assert_laws(app: &TestApp) {
    app.tick().await;
    let now = app.clock.now();
    let db = app.app.db.clone();
    let outcomes = tokio::task::spawn_blocking(move || {
        db.snapshot_blocking(|conn| ledger::check::run(conn, now))
    })
    .await
    .unwrap()
    .unwrap();
    for outcome in outcomes {
        assert!(outcome.holds(), "{outcome:?}");
    }
}
