//! The page for the person: the same answer for everybody until a code is typed, then everything.

use galena::clock::{DAY, MINUTE};
use serde_json::{Value, json};

use super::{EMAIL, PHONE, backends, buy_one, code, confirmed, person, rich_buyer, with_mail};
use crate::harness::run;
use crate::market;

#[test]
fn until_the_code_is_typed_nothing_tells_whether_anything_is_held() {
    run(async {
        for backend in backends() {
            let (app, mail) = with_mail(backend).await;
            let seller = app.seller("Baltic Leads").await;
            market::send_batch(&app, &seller, &[person()]).await;
            let mut pages = Vec::new();
            for contact in [EMAIL, "nobody@example.org"] {
                let visitor = app.visitor();
                let asked = visitor
                    .post_form("/privacy", &[("contact", contact)])
                    .await
                    .expect(303);
                let id = asked.location().to_owned();
                let page = visitor.get(&id).await.expect(200).text;
                let wrong = visitor.post_form(&id, &[("code", "00000000")]).await;
                let wrong = wrong.expect(422).text;
                pages.push((page.replace(&id, ""), wrong.replace(&id, "")));
                app.drain_jobs().await;
                assert!(code(&mail, contact).is_some(), "both get a code");
            }
            let strip = |text: &str| {
                let (before, rest) = text.split_once("name=\"csrf\" value=\"").unwrap();
                format!("{before}{}", rest.split_once('"').unwrap().1)
            };
            assert_eq!(strip(&pages[0].0), strip(&pages[1].0));
            assert_eq!(strip(&pages[0].1), strip(&pages[1].1));
            app.stop().await;
        }
    });
}

#[test]
fn a_code_is_good_for_five_tries_and_half_an_hour() {
    run(async {
        for backend in backends() {
            let (app, mail) = with_mail(backend).await;
            let visitor = app.visitor();
            let ask = || visitor.post_form("/privacy", &[("contact", EMAIL)]);
            let spent = ask().await.expect(303).location().to_owned();
            app.drain_jobs().await;
            let right = code(&mail, EMAIL).unwrap();
            for _ in 0..5 {
                visitor
                    .post_form(&spent, &[("code", "12")])
                    .await
                    .expect(422);
            }
            visitor
                .post_form(&spent, &[("code", &right)])
                .await
                .expect(422);
            let late = ask().await.expect(303).location().to_owned();
            app.drain_jobs().await;
            let right = code(&mail, EMAIL).unwrap();
            app.advance(30 * MINUTE + 1);
            visitor
                .post_form(&late, &[("code", &right)])
                .await
                .expect(422);
            visitor.get("/privacy/data").await.expect(303);
            // Three more codes today, then none is sent; the answer stays the same.
            let before = mail.posted().len();
            for _ in 0..6 {
                ask().await.expect(303);
                app.drain_jobs().await;
            }
            assert_eq!(mail.posted().len() - before, 3);
            // What was asked is forgotten after a day.
            app.advance(2 * DAY);
            app.tick().await;
            let left: i64 = app
                .read(|conn| {
                    use diesel::prelude::*;
                    Ok(galena::db::schema::subject_requests::table
                        .count()
                        .get_result(conn)?)
                })
                .await;
            assert_eq!(left, 0);
            for wrong in ["", "zebadiah", "a@b", "12"] {
                visitor
                    .post_form("/privacy", &[("contact", wrong)])
                    .await
                    .expect(422);
            }
            app.stop().await;
        }
    });
}

#[test]
fn who_asks_by_phone_gets_the_code_at_the_address_that_came_with_it() {
    run(async {
        for backend in backends() {
            let (app, mail) = with_mail(backend).await;
            let seller = app.seller("Baltic Leads").await;
            let buyer = rich_buyer(&app, "Optika").await;
            let lead = market::send_batch(&app, &seller, &[person()])
                .await
                .remove(0);
            buy_one(&app, &buyer, &lead).await;
            let person = confirmed(&app, &mail, PHONE).await;
            let page = person.get("/privacy/data").await.expect(200).text;
            for held in ["Quillfeather", PHONE, "Optika", "Baltic Leads"] {
                assert!(page.contains(held), "{held} is not on the page");
            }
            let file = person.get("/privacy/data.json").await.expect(200);
            assert!(file.header("content-disposition").starts_with("attachment"));
            let held: Value = file.json();
            assert_eq!(held["leads"][0]["contact"]["phone"], json!(PHONE));
            assert_eq!(held["leads"][0]["given_to"][0]["name"], json!("Optika"));
            person
                .post_form("/privacy/data/withdraw", &[])
                .await
                .expect(303);
            let held = person.get("/privacy/data.json").await.expect(200).json();
            assert_eq!(held["leads"][0]["state"], json!("withdrawn"));
            assert!(held["leads"][0]["consent_revoked_at"].is_string(), "{held}");
            // Another browser has nothing of it.
            app.visitor().get("/privacy/data").await.expect(303);
            app.stop().await;
        }
    });
}
