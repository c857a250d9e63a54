//! The person behind a lead: withdraws, sees what is held, is erased; and how long anything is kept.

mod erasure;
mod keeping;
mod keys;
mod page;
mod phone;
mod tables;
mod withdrawal;
mod words;

use serde_json::{Value, json};

use crate::harness::{Answer, Backend, Browser, MailServer, TestApp, Trader, has_postgres};
use crate::market;

const EMAIL: &str = "zebadiah.quillfeather@example.org";
const PHONE: &str = "+37129876543";

fn backends() -> Vec<Backend> {
    let mut backends = vec![Backend::Sqlite];
    backends.extend(has_postgres().then_some(Backend::Postgres));
    backends
}

/// A server that sends its letters to a mail server of the test.
async fn with_mail(backend: Backend) -> (TestApp, MailServer) {
    let mail = MailServer::start(0).await;
    let url = mail.url.clone();
    let app = TestApp::start_with(backend, |options| options.mail = Some(url)).await;
    (app, mail)
}

/// Somebody whose name stands nowhere else.
fn person() -> Value {
    let mut lead = market::latvian_lead(1, 3);
    lead["contact"] = json!({
        "first_name": "Zebadiah",
        "last_name": "Quillfeather",
        "email": EMAIL,
        "phone": PHONE,
        "company": "Quillfeather and Sons",
    });
    lead
}

/// A buyer with money.
async fn rich_buyer(app: &TestApp, name: &str) -> Trader {
    let buyer = app.buyer(name).await;
    market::deposit(app, &buyer, "1000.00", "EUR").await;
    buyer
}

async fn buy(app: &TestApp, buyer: &Trader, lead: &str) -> Answer {
    let path = format!("/api/v1/listings/{lead}/buy");
    app.api("POST", &path, &buyer.key).send().await
}

async fn buy_one(app: &TestApp, buyer: &Trader, lead: &str) -> String {
    let bought = buy(app, buyer, lead).await.expect(201).json();
    bought["id"].as_str().unwrap().to_owned()
}

async fn purchase(app: &TestApp, buyer: &Trader, id: &str) -> Value {
    let path = format!("/api/v1/purchases/{id}");
    app.api("GET", &path, &buyer.key)
        .send()
        .await
        .expect(200)
        .json()
}

/// The code of the newest letter to an address.
fn code(mail: &MailServer, to: &str) -> Option<String> {
    let posted = mail.posted();
    let letter = posted.iter().rev().find(|letter| letter.to == to)?;
    letter
        .content
        .lines()
        .map(str::trim)
        .find(|line| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
}

/// A browser of somebody who asked with a contact, and typed the code that came to `EMAIL`.
async fn confirmed(app: &TestApp, mail: &MailServer, contact: &str) -> Browser {
    let browser = app.visitor();
    let asked = browser
        .post_form("/privacy", &[("contact", contact)])
        .await
        .expect(303);
    app.drain_jobs().await;
    let code = code(mail, EMAIL).expect("a code");
    let answer = browser
        .post_form(asked.location(), &[("code", &code)])
        .await
        .expect(303);
    assert_eq!(answer.location(), "/privacy/data");
    browser
}
