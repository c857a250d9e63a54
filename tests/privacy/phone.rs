//! The page for the person by phone: where text messages can be sent, the code goes to the number.

use serde_json::{Value, json};

use super::{EMAIL, PHONE, backends, buy_one, person, rich_buyer};
use crate::harness::{Backend, Browser, MailServer, Manner, SmsGateway, TestApp, run};
use crate::market;
use galena::clock::MINUTE;

const STRANGER: &str = "+37129000001";

struct Scene {
    app: TestApp,
    mail: MailServer,
    gateway: SmsGateway,
}

impl Scene {
    async fn set_up(backend: Backend) -> Self {
        let (mail, gateway) = (MailServer::start(0).await, SmsGateway::start());
        let (url, sms_url) = (mail.url.clone(), gateway.url.clone());
        let app = TestApp::start_with(backend, |options| {
            options.mail = Some(url);
            options.sms_url = Some(sms_url);
        })
        .await;
        Self { app, mail, gateway }
    }

    async fn ask(&self, contact: &str) -> (Browser, String) {
        let browser = self.app.visitor();
        let asked = browser.post_form("/privacy", &[("contact", contact)]).await;
        let id = asked.expect(303).location().to_owned();
        (browser, id)
    }

    /// The code of the newest message to a number.
    fn code(&self, to: &str) -> Option<String> {
        let texts = self.gateway.texts();
        let text = texts.iter().rev().find(|text| text.to == to)?;
        Some(text.body.split(' ').next().unwrap().to_owned())
    }

    /// A browser of somebody who asked by phone, and typed the code.
    async fn confirmed(&self, contact: &str) -> Browser {
        let (browser, id) = self.ask(contact).await;
        self.app.drain_jobs().await;
        let code = self.code(PHONE).expect("a code");
        let answer = browser.post_form(&id, &[("code", &code)]).await;
        assert_eq!(answer.expect(303).location(), "/privacy/data");
        browser
    }
}

#[test]
fn who_has_the_number_sees_exports_withdraws_and_is_erased() {
    run(async {
        for backend in backends() {
            let scene = Scene::set_up(backend).await;
            let app = &scene.app;
            let seller = app.seller("Baltic Leads").await;
            let buyer = rich_buyer(app, "Optika").await;
            let lead = market::send_batch(app, &seller, &[person()])
                .await
                .remove(0);
            buy_one(app, &buyer, &lead).await;
            app.drain_jobs().await;
            let letters = scene.mail.posted().len();

            // The number is read however it is typed.
            let person = scene.confirmed("00371 (29) 876-543").await;
            assert_eq!(scene.mail.posted().len(), letters, "no letter is sent");
            let page = person.get("/privacy/data").await.expect(200).text;
            for held in ["Quillfeather", PHONE, "Optika", "Baltic Leads"] {
                assert!(page.contains(held), "{held} is not on the page");
            }
            let held: Value = person.get("/privacy/data.json").await.expect(200).json();
            assert_eq!(held["phone"], json!(PHONE));
            assert!(held.get("email").is_none(), "{held}");
            assert_eq!(held["leads"][0]["contact"]["email"], json!(EMAIL));
            let act = person.post_form("/privacy/data/withdraw", &[]).await;
            act.expect(303);
            let held = person.get("/privacy/data.json").await.expect(200).json();
            assert_eq!(held["leads"][0]["state"], json!("withdrawn"));
            assert_eq!(held["is_suppressed"], json!(true));
            let act = person.post_form("/privacy/data/erase", &[]).await;
            act.expect(303);
            person.get("/privacy/data").await.expect(303);

            // Nobody sends the number in again, and its owner is told that nothing is held.
            let mut again = super::person();
            again["contact"]["email"] = json!("another.address@example.org");
            let call = app.api("POST", "/api/v1/leads", &seller.key);
            let answer = call.json(&again).send().await.expect(422);
            assert_eq!(answer.field_codes(), ["contact:suppressed"]);
            scene.app.stop().await;
        }
    });
}

#[test]
fn the_answer_is_the_same_for_numbers_that_nobody_knows() {
    run(async {
        for backend in backends() {
            let scene = Scene::set_up(backend).await;
            let seller = scene.app.seller("Baltic Leads").await;
            market::send_batch(&scene.app, &seller, &[person()]).await;
            let mut pages = Vec::new();
            for contact in [PHONE, STRANGER] {
                let (browser, id) = scene.ask(contact).await;
                let page = browser.get(&id).await.expect(200).text;
                let wrong = browser.post_form(&id, &[("code", "00000000")]).await;
                let strip = |text: &str| {
                    let (before, rest) = text.split_once("name=\"csrf\" value=\"").unwrap();
                    format!("{before}{}", rest.split_once('"').unwrap().1).replace(&id, "")
                };
                pages.push((strip(&page), strip(&wrong.expect(422).text)));
                scene.app.drain_jobs().await;
                assert!(scene.code(contact).is_some(), "both get a code");
            }
            assert_eq!(pages[0], pages[1]);

            // Five codes a day for one number, however it is written; then the answer alone.
            for contact in ["+371 29 000 001", "0037129000001", "+371-29000001"] {
                for _ in 0..3 {
                    scene.ask(contact).await;
                    scene.app.drain_jobs().await;
                }
            }
            let texts = scene.gateway.texts();
            let to_stranger = texts.iter().filter(|text| text.to == STRANGER).count();
            assert_eq!(to_stranger, 5);

            // Services that cost whoever is called are sent nothing, known or not.
            let browser = scene.app.visitor();
            let refused = browser
                .post_form("/privacy", &[("contact", "+37190000001")])
                .await;
            refused.expect(422);
            scene.app.stop().await;
        }
    });
}

#[test]
fn a_gateway_that_is_down_is_tried_again() {
    run(async {
        for backend in backends() {
            let scene = Scene::set_up(backend).await;
            scene.gateway.set(Manner::Answers(500));
            let (browser, id) = scene.ask(PHONE).await;
            scene.app.drain_jobs().await;
            scene.gateway.set(Manner::Takes);
            scene.app.advance(MINUTE);
            scene.app.drain_jobs().await;
            assert_eq!(scene.gateway.texts().len(), 2);
            let code = scene.code(PHONE).unwrap();
            let typed = browser.post_form(&id, &[("code", &code)]).await;
            assert_eq!(typed.expect(303).location(), "/privacy/data");
            let page = browser.get("/privacy/data").await.expect(200).text;
            assert!(page.contains("Nothing is held"), "{page}");

            // No answer at all may be a message that arrived: the code holds, and no other follows.
            scene.gateway.set(Manner::Mute);
            let (browser, id) = scene.ask(PHONE).await;
            scene.app.drain_jobs().await;
            scene.app.advance(MINUTE);
            scene.app.drain_jobs().await;
            assert_eq!(scene.gateway.texts().len(), 3);
            let code = scene.code(PHONE).unwrap();
            browser.post_form(&id, &[("code", &code)]).await.expect(303);
            scene.app.stop().await;
        }
    });
}

#[test]
fn the_page_says_whether_text_messages_are_sent() {
    run(async {
        let scene = Scene::set_up(Backend::Sqlite).await;
        let page = scene.app.visitor().get("/privacy").await.expect(200).text;
        assert!(page.contains("as a text message"), "{page}");
        scene.app.stop().await;
        let app = TestApp::start(Backend::Sqlite).await;
        let page = app.visitor().get("/privacy").await.expect(200).text;
        assert!(page.contains("by e-mail only"), "{page}");
        app.stop().await;
    });
}
