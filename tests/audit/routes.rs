//! Each line of the table that changes something leaves an entry. The harness looks whenever a test stops
//! (`harness::journal`); here every line is tried, or is named with the test that tries it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use galena::access::{AccountKind, Role};
use galena::accounts::AccountState;
use galena::clock::DAY;
use galena::routes::TABLE;
use serde_json::{Value, json};

use super::elsewhere::TRIED_ELSEWHERE;
use crate::conversions::{make_contract, open_lead, ppa, request_under};
use crate::harness::journal::CHANGES_NOTHING;
use crate::harness::{Answer, Browser, PASSWORD, TestApp, Trader, eyewear_lead};
use crate::market;

/// The scene: who tries, by API and in browsers.
struct Scene<'a> {
    app: &'a TestApp,
    buyer: Trader,
    seller: Trader,
    shop: Browser,
    farm: Browser,
    desk: Browser,
}

impl<'a> Scene<'a> {
    async fn set(app: &'a TestApp) -> Self {
        let (buyer, seller) = (app.buyer("Optics").await, app.seller("Blue Lens").await);
        let admin = app.operator(Role::Admin).await;
        market::deposit(app, &buyer, "1000.00", "EUR").await;
        Self {
            shop: app.sign_in(&buyer.email).await,
            farm: app.sign_in(&seller.email).await,
            desk: app.sign_in(&admin.email).await,
            app,
            buyer,
            seller,
        }
    }

    async fn post(&self, who: &Trader, path: &str, body: &Value) -> Answer {
        let api = format!("/api/v1{path}");
        let answer = self
            .app
            .api("POST", &api, &who.key)
            .header("if-match", "\"1\"")
            .json(body)
            .send()
            .await;
        assert!(
            (200..300).contains(&answer.status),
            "{path}: {}",
            answer.text
        );
        answer
    }

    async fn put(&self, path: &str, body: &Value) {
        let api = format!("/api/v1{path}");
        let read = self
            .app
            .api("GET", &api, &self.buyer.key)
            .send()
            .await
            .expect(200);
        let call = self
            .app
            .api("PUT", &api, &self.buyer.key)
            .header("if-match", read.header("etag"));
        call.json(body).send().await.expect(200);
    }

    async fn lead(&self, number: u32) -> String {
        id(&self
            .post(&self.seller, "/leads", &eyewear_lead(number))
            .await)
    }

    async fn accounts(&self) {
        let app = self.app;
        let new = app
            .account(
                AccountKind::Seller,
                Role::Owner,
                AccountState::Pending,
                "New Farm",
            )
            .await;
        let page = format!("/operator/accounts/{}", new.account);
        for (step, field, value) in [
            ("reject", "note", "Unknown"),
            ("approve", "note", ""),
            ("suspend", "note", "Unpaid"),
            ("reinstate", "note", ""),
            ("commission", "commission", "1200"),
        ] {
            self.desk
                .post_form(&format!("{page}/{step}"), &[(field, value)])
                .await
                .expect(303);
        }
        let browser = app.sign_in(&new.email).await;
        let fields = [("name", "CRM"), ("scopes", "leads.read")];
        browser
            .post_form("/account/keys", &fields)
            .await
            .expect(201);
        let keys = browser.get("/account/keys").await.expect(200).text;
        let (_, rest) = keys.split_once("action=\"/account/keys/").unwrap();
        let revoke = format!("/account/keys/{}", rest.split('"').next().unwrap());
        browser.post_form(&revoke, &[]).await.expect(303);
        let fields = [
            ("present", PASSWORD),
            ("password", "nine slow rivers 7"),
            ("again", "nine slow rivers 7"),
        ];
        browser
            .post_form("/account/password", &fields)
            .await
            .expect(303);
        browser.post_form("/signout", &[]).await.expect(303);
        app.api("POST", "/api/v1/tokens", &self.seller.key)
            .send()
            .await
            .expect(201);
    }

    async fn money(&self) {
        let deposit = json!({"amount": eur("50.00"), "reference": "r"});
        for step in ["approve", "refuse"] {
            let deposit = id(&self.post(&self.buyer, "/wallet/deposits", &deposit).await);
            self.desk
                .post_form(&format!("/operator/deposits/{deposit}/{step}"), &[])
                .await
                .expect(303);
        }
        let fields = [("amount", "12.50"), ("currency", "EUR"), ("reference", "r")];
        self.shop
            .post_form("/buyer/wallet/deposits", &fields)
            .await
            .expect(303);
    }

    async fn leads(&self) {
        let by_api = self.lead(1).await;
        self.post(
            &self.seller,
            &format!("/leads/{by_api}/withdraw"),
            &json!({}),
        )
        .await;
        market::send_batch(self.app, &self.seller, &[eyewear_lead(2)]).await;
        let by_page = self.lead(3).await;
        self.farm
            .post_form(&format!("/seller/leads/{by_page}/contact"), &[])
            .await
            .expect(200);
        let reason = [("reason", "A complaint that we look into")];
        self.desk
            .post_form(&format!("/operator/leads/{by_page}/contact"), &reason)
            .await
            .expect(200);
        self.farm
            .post_form(&format!("/seller/leads/{by_page}/withdraw"), &[])
            .await
            .expect(303);
        let nameless = json!({"vertical": "eyewear"});
        self.app
            .api("POST", "/api/v1/leads", &self.seller.key)
            .json(&nameless)
            .send()
            .await
            .expect(422);
        let refused = self.farm.get("/seller/refused").await.expect(200).text;
        let (_, rest) = refused
            .split_once("href=\"/seller/refused/refused_")
            .unwrap();
        let drop = format!(
            "/seller/refused/refused_{}/drop",
            rest.split('"').next().unwrap()
        );
        self.farm.post_form(&drop, &[]).await.expect(303);
    }

    async fn requests(&self) {
        let terms = json!({
            "name": "Sunglasses", "vertical": "eyewear", "quantity": 5, "bid": eur("12.00"),
            "filter": {"all": [{"field": "age", "op": "gte", "value": 99}]},
        });
        self.post(&self.buyer, "/purchase_requests/preview", &terms)
            .await;
        self.post(&self.buyer, "/purchase_requests/backtest", &terms)
            .await;
        let path = format!(
            "/purchase_requests/{}",
            id(&self.post(&self.buyer, "/purchase_requests", &terms).await)
        );
        self.put(&path, &terms).await;
        for step in ["activate", "pause", "resume", "close"] {
            self.post(&self.buyer, &format!("{path}/{step}"), &json!({}))
                .await;
        }
        let page = id(&self.post(&self.buyer, "/purchase_requests", &terms).await);
        self.shop
            .post_form(&format!("/buyer/requests/{page}/activate"), &[])
            .await
            .expect(303);
        let profile = json!({"name": "Tech", "vertical": "b2b-software", "countries": ["Latvia"]});
        let icp = format!(
            "/icps/{}",
            id(&self.post(&self.buyer, "/icps", &profile).await)
        );
        self.put(&icp, &profile).await;
        let typed = [
            ("vertical", "b2b-software"),
            ("name", "By hand"),
            ("countries", "Latvia"),
            ("version", "2"),
        ];
        self.shop
            .post_form(&format!("/buyer{icp}"), &typed)
            .await
            .expect(303);
        for (way, number) in [("api", 11), ("page", 12)] {
            let lead = self.lead(number).await;
            if way == "api" {
                self.post(&self.buyer, &format!("/listings/{lead}/buy"), &json!({}))
                    .await;
            } else {
                self.shop
                    .post_form(&format!("/buyer/market/{lead}/buy"), &[])
                    .await
                    .expect(303);
            }
        }
    }

    async fn contracts(&self) {
        let offer = json!({"name": "Autumn", "vertical": "eyewear", "terms": ppa(), "seller": self.seller.account});
        for (way, accepted) in [
            ("api", true),
            ("api", false),
            ("page", true),
            ("page", false),
        ] {
            let made = id(&self.post(&self.buyer, "/contracts", &offer).await);
            let answer = if accepted { "accept" } else { "decline" };
            if way == "api" {
                self.post(
                    &self.seller,
                    &format!("/contracts/{made}/{answer}"),
                    &json!({}),
                )
                .await;
            } else {
                let page = format!("/seller/contracts/{made}/{answer}");
                self.farm
                    .post_form(&page, &[("version", "1")])
                    .await
                    .expect(303);
            }
            if accepted && way == "api" {
                let terms = json!({"terms": ppa()});
                self.post(&self.buyer, &format!("/contracts/{made}/versions"), &terms)
                    .await;
                self.post(&self.buyer, &format!("/contracts/{made}/close"), &json!({}))
                    .await;
            } else if accepted {
                self.shop
                    .post_form(&format!("/buyer/contracts/{made}/close"), &[])
                    .await
                    .expect(303);
            }
        }
    }

    /// Appointments of one purchase each: what is decided in the end, and what was done before.
    async fn outcomes(&self) {
        let contract = make_contract(self.app, &self.buyer, None, &ppa()).await;
        self.app.tick().await;
        let request =
            market::post_request(self.app, &self.buyer, &request_under(contract, 3)).await;
        market::activate(self.app, &self.buyer, &request).await;
        let leads: Vec<Value> = (21..24).map(|number| open_lead(self.app, number)).collect();
        market::send_batch(self.app, &self.seller, &leads).await;
        let bought = market::purchases(self.app, &self.buyer).await;
        let bought: Vec<_> = bought
            .iter()
            .filter(|one| one["state"] == "awaiting_outcome")
            .collect();
        assert_eq!(bought.len(), 3, "{bought:?}");
        for (purchase, end) in bought.iter().zip(["confirm", "contest", "cancel"]) {
            let purchase = purchase["id"].as_str().unwrap();
            let set = json!({"kind": "appointment", "at": self.app.clock.now().plus(DAY), "channel": "video"});
            let path = format!("/purchases/{purchase}/conversions");
            let conversion = id(&self.post(&self.buyer, &path, &set).await);
            let path = format!("/conversions/{conversion}");
            let moved = json!({"at": self.app.clock.now()});
            self.post(&self.buyer, &format!("{path}/move"), &moved)
                .await;
            if end == "cancel" {
                self.post(&self.buyer, &format!("{path}/cancel"), &json!({}))
                    .await;
                continue;
            }
            let held = json!({"outcome": "held", "minutes": 25});
            self.post(&self.buyer, &format!("{path}/report"), &held)
                .await;
            let because = if end == "contest" {
                json!({"because": "Nobody called."})
            } else {
                json!({})
            };
            self.post(&self.seller, &format!("{path}/{end}"), &because)
                .await;
            if end == "contest" {
                let decision = [
                    ("decision", "uphold"),
                    ("decide.because", "The recording shows it."),
                ];
                self.desk
                    .post_form(&format!("/operator/outcomes/{conversion}"), &decision)
                    .await
                    .expect(303);
            }
        }
        self.outcomes_by_page(bought[2]["id"].as_str().unwrap())
            .await;
    }

    async fn outcomes_by_page(&self, purchase: &str) {
        let (buyer, seller) = (
            format!("/buyer/purchases/{purchase}"),
            format!("/seller/sales/{purchase}"),
        );
        let note = [("note.note", "Calls back on Monday")];
        self.shop
            .post_form(&format!("{buyer}/note"), &note)
            .await
            .expect(303);
        let at = self
            .app
            .clock
            .now()
            .plus(DAY)
            .utc()
            .format("%Y-%m-%dT%H:%M")
            .to_string();
        let set = [
            ("appointment.at", at.as_str()),
            ("appointment.channel", "video"),
        ];
        for (browser, page) in [(&self.farm, &seller), (&self.shop, &buyer)] {
            browser
                .post_form(&format!("{page}/appointment"), &set)
                .await
                .expect(303);
            let shown = browser.get(page).await.expect(200).text;
            let (_, rest) = shown
                .split_once("/conversions/conv_")
                .expect("a form of the appointment");
            let conversion: String = rest
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            let side = if page.starts_with("/buyer") {
                "buyer"
            } else {
                "seller"
            };
            let cancel = format!("/{side}/conversions/conv_{conversion}/cancel");
            browser.post_form(&cancel, &[]).await.expect(303);
        }
    }
}

fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

on_both!(async fn every_line_that_changes_something_is_tried(app) {
    let scene = Scene::set(app).await;
    scene.accounts().await;
    scene.money().await;
    scene.leads().await;
    scene.requests().await;
    scene.contracts().await;
    scene.outcomes().await;
    let tried: BTreeSet<_> = app.journal.routes().into_iter().collect();
    let excused: BTreeSet<&str> = TRIED_ELSEWHERE.iter().map(|line| line.0)
        .chain(CHANGES_NOTHING.iter().map(|line| line.0))
        .collect();
    let missing: Vec<_> = TABLE.iter()
        .filter(|route| route.method != "GET" && !excused.contains(route.path))
        .map(|route| (route.method, route.path))
        .filter(|line| !tried.contains(line))
        .collect();
    assert!(missing.is_empty(), "nothing tries {missing:?}");
});

#[test]
fn the_tests_that_try_the_other_lines_are_there() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (route, file, test) in TRIED_ELSEWHERE {
        assert!(
            TABLE.iter().any(|line| line.path == *route),
            "{route} is no line of the table"
        );
        let text = fs::read_to_string(tests.join(file)).unwrap();
        assert!(
            text.contains(&format!("async fn {test}(")),
            "{file} has no {test} for {route}"
        );
    }
}
