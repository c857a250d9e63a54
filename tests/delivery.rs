//! Letters with bought leads, handed to a mail server in a real conversation.

use galena::access::Actor;
use galena::calls::{self, CallRule};
use galena::clock::HOUR;
use galena::purchases::DELIVER_JOB;
use serde_json::json;

use crate::harness::{Backend, MailServer, TestApp, Trader, has_postgres, run};
use crate::market;

const TO: &str = "leads@optika.example";

/// A server whose buyer has one lead bought by a request that names an address.
async fn sold_one(backend: Backend, mail: &MailServer) -> (TestApp, Trader) {
    let url = mail.url.clone();
    let app = TestApp::start_with(backend, |options| {
        options.mail = Some(url);
        options.mail_from = Some("Exchange <exchange@galena.example>".to_owned());
    })
    .await;
    let (seller, buyer) = (app.seller("Baltic Leads").await, app.buyer("Optika").await);
    market::deposit(&app, &buyer, "100.00", "EUR").await;
    let request = market::post_request(
        &app,
        &buyer,
        &json!({
            "name": "Sunglasses",
            "vertical": "eyewear",
            "bid": {"amount": "20.00", "currency": "EUR"},
            "quantity": 5,
            "delivery": {"email": TO},
        }),
    )
    .await;
    market::activate(&app, &buyer, &request).await;
    let now = app.clock.now();
    let rule = CallRule {
        country: "LV".to_owned(),
        max_consent_age_days: Some(30),
        needs_register: true,
        note: "A register of the test".to_owned(),
        updated_at: now,
    };
    app.write(move |conn| calls::set(conn, &rule, Actor::System, now))
        .await;
    market::send_batch(&app, &seller, &[market::latvian_lead(7, 1)]).await;
    (app, buyer)
}

fn backends() -> Vec<Backend> {
    let mut backends = vec![Backend::Sqlite];
    backends.extend(has_postgres().then_some(Backend::Postgres));
    backends
}

#[test]
fn a_bought_lead_is_mailed_once_with_its_contact() {
    run(async {
        for backend in backends() {
            let mail = MailServer::start(0).await;
            let (app, buyer) = sold_one(backend, &mail).await;
            app.drain_jobs().await;
            app.advance(HOUR);
            app.drain_jobs().await;
            let posted = mail.posted();
            assert_eq!(posted.len(), 1, "{posted:?}");
            let letter = &posted[0];
            assert_eq!(
                (letter.from.as_str(), letter.to.as_str()),
                ("exchange@galena.example", TO)
            );
            for part in [
                "+37121000007",
                "janis.berzins.7@example.org",
                "20.00",
                "Sunglasses",
                "Calls until: 2026-12-20",
                "Ask the register first: A register of the test",
            ] {
                assert!(
                    letter.content.contains(part),
                    "{part} is not in\n{}",
                    letter.content
                );
            }
            let bought = market::purchases(&app, &buyer).await;
            let id = bought[0]["id"].as_str().unwrap();
            assert!(letter.content.contains(id), "no link to the purchase");
            app.stop().await;
        }
    });
}

#[test]
fn a_mail_server_that_is_busy_gets_the_letter_later() {
    run(async {
        for backend in backends() {
            let mail = MailServer::start(2).await;
            let (app, buyer) = sold_one(backend, &mail).await;
            app.drain_jobs().await;
            assert_eq!(mail.posted().len(), 0, "turned away");
            assert_eq!(
                market::purchases(&app, &buyer).await.len(),
                1,
                "the inbox has it already"
            );
            for _ in 0..3 {
                app.advance(HOUR);
                app.drain_jobs().await;
            }
            assert_eq!(mail.posted().len(), 1);
            let left = app
                .read(|conn| galena::jobs::dead(conn, 10))
                .await
                .into_iter()
                .filter(|job| job.kind == DELIVER_JOB)
                .count();
            assert_eq!(left, 0);
            app.stop().await;
        }
    });
}
