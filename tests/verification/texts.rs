//! Codes by text message, through a gateway that takes them, fails, says nothing, or refuses.

use galena::access::Role;
use galena::clock::{HOUR, MINUTE, SECOND};
use galena::verification::{CodeChannel, Confirmation, Settings};
use serde_json::{Value, json};

use super::check;
use super::settings::set;
use crate::harness::{
    Backend, Manner, SmsGateway, TestApp, Trader, eyewear_lead, has_postgres, run,
};

/// Every lead waits for a code, which goes to the phone.
fn demand(settings: &mut Settings) {
    settings.limits.confirmation = Confirmation::Demanded;
    settings.limits.confirm_by = CodeChannel::Sms;
}

/// The link and the code of a message.
fn read(text: &str) -> (String, String) {
    let code = text.split("code: ").nth(1).expect("a code")[..6].to_owned();
    let link = text.split("/confirm/").nth(1).expect("a link");
    (format!("/confirm/{link}"), code)
}

/// Another code than this one.
fn other(code: &str) -> String {
    let last = if code.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &code[..5])
}

struct Scene {
    app: TestApp,
    gateway: SmsGateway,
    seller: Trader,
}

impl Scene {
    async fn set_up(backend: Backend) -> Self {
        let gateway = SmsGateway::start();
        let url = gateway.url.clone();
        let app = TestApp::start_with(backend, |options| {
            options.sms_url = Some(url);
            options.sms_key = Some("secret-of-the-gateway".to_owned());
        })
        .await;
        let admin = app.operator(Role::Admin).await;
        set(&app, &admin, demand).await;
        let seller = app.seller("One").await;
        Self {
            app,
            gateway,
            seller,
        }
    }

    async fn send(&self, number: u32) -> Value {
        let lead = eyewear_lead(number);
        let call = self.app.api("POST", "/api/v1/leads", &self.seller.key);
        let lead = call.json(&lead).send().await.expect(201).json();
        assert_eq!(lead["state"], "received");
        lead
    }

    async fn seen(&self, lead: &Value) -> Value {
        let path = format!("/api/v1/leads/{}", lead["id"].as_str().unwrap());
        let call = self.app.api("GET", &path, &self.seller.key);
        call.send().await.expect(200).json()
    }

    async fn type_in(&self, link: &str, code: &str) -> u16 {
        let person = self.app.visitor();
        person.get(link).await.expect(200);
        person.post_form(link, &[("code", code)]).await.status
    }

    /// How often the audit log has an action.
    async fn noted(&self, action: &'static str) -> i64 {
        self.app
            .read(move |conn| {
                use diesel::prelude::*;
                use galena::db::schema::audit_log;
                Ok(audit_log::table
                    .filter(audit_log::action.eq(action))
                    .count()
                    .get_result(conn)?)
            })
            .await
    }
}

async fn confirms(backend: Backend) {
    let scene = Scene::set_up(backend).await;
    let lead = scene.send(1).await;
    scene.app.drain_jobs().await;
    let texts = scene.gateway.texts();
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].to, "+37120000001");
    assert!(texts[0].head.contains("bearer secret-of-the-gateway"));
    let (link, code) = read(&texts[0].body);

    // Wrong codes are counted, and the right one still counts after four of them.
    for _ in 0..4 {
        assert_eq!(scene.type_in(&link, &other(&code)).await, 422);
    }
    assert_eq!(scene.noted("confirmation.failed").await, 4);
    assert_eq!(scene.seen(&lead).await["state"], "received");
    assert_eq!(scene.type_in(&link, &code).await, 200);
    let seen = scene.seen(&lead).await;
    assert_eq!(seen["state"], "listed");
    assert_eq!(check(&seen, "confirmation")["verdict"], "pass");

    // The fifth wrong one is the last try.
    scene.send(2).await;
    scene.app.drain_jobs().await;
    let (link, code) = read(&scene.gateway.texts()[1].body);
    for _ in 0..5 {
        assert_eq!(scene.type_in(&link, &other(&code)).await, 422);
    }
    assert_eq!(scene.type_in(&link, &code).await, 422);
    scene.app.stop().await;
}

async fn survives_failures(backend: Backend) {
    let scene = Scene::set_up(backend).await;
    scene.gateway.set(Manner::Answers(503));
    let lead = scene.send(1).await;
    // The job comes again after growing pauses; each failure takes its code back.
    for _ in 0..5 {
        scene.app.drain_jobs().await;
        scene.app.advance(3 * MINUTE);
    }
    assert_eq!(scene.gateway.texts().len(), 5);
    assert_eq!(scene.noted("confirmation.not_sent").await, 5);
    let (link, code) = read(&scene.gateway.texts()[4].body);
    assert_eq!(scene.type_in(&link, &code).await, 422, "nobody was sent it");
    assert_eq!(scene.seen(&lead).await["state"], "received");

    // Five failures in a row opened the circuit; once the pause is over the next try opens it anew.
    scene.app.drain_jobs().await;
    assert_eq!(scene.gateway.texts().len(), 6);
    let second = scene.send(2).await;
    scene.app.drain_jobs().await;
    assert_eq!(scene.gateway.texts().len(), 6, "the circuit is open");

    // The gateway is back: both get their code, though more failed before than may be sent.
    scene.gateway.set(Manner::Takes);
    scene.app.advance(HOUR / 2);
    scene.app.drain_jobs().await;
    let texts = scene.gateway.texts();
    assert_eq!(texts.len(), 8);
    for text in &texts[6..] {
        let (link, code) = read(&text.body);
        assert_eq!(scene.type_in(&link, &code).await, 200);
    }
    for lead in [&lead, &second] {
        assert_eq!(scene.seen(lead).await["state"], "listed");
    }
    scene.app.stop().await;
}

async fn knows_silence_from_refusal(backend: Backend) {
    let scene = Scene::set_up(backend).await;
    // Who says nothing may have sent the message: its code counts until the next replaces it, and three
    // such are all that one person may get.
    scene.gateway.set(Manner::Mute);
    let silent = scene.send(1).await;
    scene.app.drain_jobs().await;
    let (link, code) = read(&scene.gateway.texts()[0].body);
    assert_eq!(scene.type_in(&link, &code).await, 200);
    assert_eq!(scene.seen(&silent).await["state"], "listed");
    scene.send(2).await;
    for _ in 0..5 {
        scene.app.drain_jobs().await;
        scene.app.advance(3 * MINUTE);
    }
    assert_eq!(scene.gateway.texts().len(), 4);

    // A number that the gateway never serves is not tried again, and opens no circuit.
    scene.gateway.set(Manner::Answers(422));
    for number in 3..10 {
        scene.send(number).await;
    }
    scene.app.drain_jobs().await;
    scene.app.advance(30 * SECOND);
    scene.app.drain_jobs().await;
    assert_eq!(scene.gateway.texts().len(), 11);

    // The seller may have the code sent by the other way.
    scene.gateway.set(Manner::Takes);
    let path = format!(
        "/api/v1/leads/{}/confirmation",
        scene.send(10).await["id"].as_str().unwrap()
    );
    scene.app.drain_jobs().await;
    scene.app.advance(2 * MINUTE);
    let ask = scene.app.api("POST", &path, &scene.seller.key);
    let told = ask.json(&json!({"channel": "sms"})).send().await;
    assert_eq!(told.expect(202).json()["channel"], "sms");
    scene.app.drain_jobs().await;
    assert_eq!(scene.gateway.texts().len(), 13);
    scene.app.stop().await;
}

macro_rules! on_each {
    ($($name:ident: $scene:ident),+ $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                run($scene(Backend::Sqlite));
            }

            #[test]
            fn postgres() {
                if has_postgres() {
                    run($scene(Backend::Postgres));
                }
            }
        })+
    };
}

on_each! {
    a_code_by_text_message_confirms_the_contact: confirms,
    a_gateway_that_fails_is_tried_again_and_left_alone: survives_failures,
    silence_counts_as_sent_and_refusal_ends_it: knows_silence_from_refusal,
}
