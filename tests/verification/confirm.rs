//! A person confirms the contact by a code: right, wrong, too often, too late.

use galena::access::Role;
use galena::clock::{HOUR, MINUTE};
use galena::verification::{CodeChannel, Confirmation, Settings};
use serde_json::{Value, json};

use super::check;
use super::settings::set;
use crate::harness::{
    Backend, Browser, MailServer, TestApp, Trader, eyewear_lead, has_postgres, run,
};

fn demand(settings: &mut Settings) {
    settings.limits.confirmation = Confirmation::Demanded;
}

async fn send(app: &TestApp, seller: &Trader, number: u32) -> Value {
    let lead = eyewear_lead(number);
    let call = app.api("POST", "/api/v1/leads", &seller.key).json(&lead);
    call.send().await.expect(201).json()
}

async fn state(app: &TestApp, seller: &Trader, lead: &Value) -> Value {
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().unwrap());
    app.api("GET", &path, &seller.key)
        .send()
        .await
        .expect(200)
        .json()
}

/// The link and the code of the newest letter.
fn newest(mail: &MailServer) -> (String, String) {
    let letter = mail.posted().pop().expect("a letter").content;
    let code = letter.split("code: ").nth(1).expect("a code")[..6].to_owned();
    let link = letter.split("/confirm/").nth(1).unwrap();
    let end = link.find(|c: char| c.is_whitespace() || c == '"').unwrap();
    (format!("/confirm/{}", &link[..end]), code)
}

/// The vertical wants text messages, and the exchange has no gateway for them.
fn demand_by_text(settings: &mut Settings) {
    demand(settings);
    settings.limits.confirm_by = CodeChannel::Sms;
}

async fn type_in(person: &mut Browser, link: &str, code: &str) -> u16 {
    person.get(link).await.expect(200);
    person.post_form(link, &[("code", code)]).await.status
}

/// Another code than this one.
fn other(code: &str) -> String {
    let last = if code.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &code[..5])
}

async fn play(backend: Backend) {
    let mail = MailServer::start(0).await;
    let url = mail.url.clone();
    let app = TestApp::start_with(backend, |options| {
        options.mail = Some(url);
        options.mail_from = Some("Exchange <exchange@galena.example>".to_owned());
    })
    .await;
    let seller = app.seller("One").await;
    let admin = app.operator(Role::Admin).await;
    set(&app, &admin, demand).await;

    // A lead waits for its person, and is listed by the right code alone.
    let lead = send(&app, &seller, 1).await;
    assert_eq!(lead["state"], "received");
    app.drain_jobs().await;
    let (link, code) = newest(&mail);
    let mut person = app.visitor();
    assert_eq!(type_in(&mut person, &link, &other(&code)).await, 422);
    assert_eq!(state(&app, &seller, &lead).await["state"], "received");
    assert_eq!(type_in(&mut person, &link, &code).await, 200);
    let seen = state(&app, &seller, &lead).await;
    assert_eq!(seen["state"], "listed");
    assert_eq!(check(&seen, "confirmation")["verdict"], "pass");
    assert_eq!(
        type_in(&mut person, &link, &code).await,
        422,
        "a code is used once"
    );
    person.get(&format!("{link}0")).await.expect(404);

    // Five tries, then the code is spent; a new one may be asked for, twice.
    let lead = send(&app, &seller, 2).await;
    let ask = || {
        let path = format!(
            "/api/v1/leads/{}/confirmation",
            lead["id"].as_str().unwrap()
        );
        app.api("POST", &path, &seller.key)
            .json(&json!({"channel": "email"}))
            .send()
    };
    app.drain_jobs().await;
    let (link, code) = newest(&mail);
    for _ in 0..5 {
        assert_eq!(type_in(&mut person, &link, &other(&code)).await, 422);
    }
    assert_eq!(
        type_in(&mut person, &link, &code).await,
        422,
        "the tries are spent"
    );
    ask().await.expect(409);
    for _ in 0..2 {
        app.advance(2 * MINUTE);
        ask().await.expect(202);
        app.drain_jobs().await;
    }
    app.advance(2 * MINUTE);
    ask().await.expect(409);
    // A code counts for an hour.
    let (link, code) = newest(&mail);
    app.advance(HOUR);
    assert_eq!(type_in(&mut person, &link, &code).await, 422);
    assert_eq!(mail.posted().len(), 4);

    // Without a gateway of text messages, letters go out even where the vertical would rather have those.
    set(&app, &admin, demand_by_text).await;
    let letters = mail.posted().len();
    let by_letter = send(&app, &seller, 3).await;
    app.drain_jobs().await;
    assert_eq!(mail.posted().len(), letters + 1);
    let (link, code) = newest(&mail);
    assert_eq!(type_in(&mut person, &link, &code).await, 200);
    assert_eq!(state(&app, &seller, &by_letter).await["state"], "listed");

    // Who does not confirm in time loses the lead, and the contact is free again.
    app.advance(48 * HOUR);
    app.tick().await;
    let seen = state(&app, &seller, &lead).await;
    assert_eq!(seen["state"], "rejected");
    assert_eq!(check(&seen, "confirmation")["code"], "confirmation_lapsed");
    send(&app, &seller, 2).await;
    app.stop().await;
}

#[test]
fn a_demanded_confirmation_lists_the_lead_on_sqlite() {
    run(play(Backend::Sqlite));
}

#[test]
fn a_demanded_confirmation_lists_the_lead_on_postgres() {
    if has_postgres() {
        run(play(Backend::Postgres));
    }
}

on_both!(async fn a_seller_may_ask_where_it_is_possible(app) {
    let seller = app.seller("One").await;
    let other = app.seller("Two").await;
    let lead = send(app, &seller, 1).await;
    assert_eq!(lead["state"], "listed");
    let path = format!("/api/v1/leads/{}/confirmation", lead["id"].as_str().unwrap());
    let ask = |key: &str, channel: &str| {
        app.api("POST", &path, key).json(&json!({ "channel": channel })).send()
    };
    ask(&other.key, "email").await.expect(404);
    ask(&seller.key, "pigeon").await.expect(422);
    assert_eq!(ask(&seller.key, "email").await.expect(202).json()["sends"], 0);
    let browser = app.sign_in(&seller.email).await;
    app.advance(2 * MINUTE);
    let page = format!("/seller/leads/{}/confirmation", lead["id"].as_str().unwrap());
    browser.get(&format!("/seller/leads/{}", lead["id"].as_str().unwrap())).await.expect(200);
    // Where no text messages are sent, nobody is asked by one.
    browser.post_form(&page, &[("channel", "sms")]).await.expect(422);
    assert_eq!(ask(&seller.key, "sms").await.expect(422).field_codes(), ["channel:not_allowed"]);
    assert_eq!(browser.post_form(&page, &[("channel", "email")]).await.status, 303);
    let admin = app.operator(Role::Admin).await;
    set(app, &admin, |settings| settings.limits.confirmation = Confirmation::Off).await;
    app.advance(2 * MINUTE);
    ask(&seller.key, "email").await.expect(409);
});
