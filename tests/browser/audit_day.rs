//! An auditor's day in a real browser: the queue, one lead that is refused with a refund, one that holds; the
//! seller sees why, and how its leads are scored.

use std::path::PathBuf;

use galena::access::{AccountKind, Role};
use galena::accounts::AccountState;
use galena::clock::{DAY, MINUTE};
use serde_json::json;

use crate::conversions::open_lead;
use crate::harness::{Backend, Chromium, TestApp, Trader, run};
use crate::market;

struct Day<'a> {
    app: &'a TestApp,
    browser: &'a Chromium,
    pictures: Option<PathBuf>,
}

impl Day<'_> {
    async fn enter(&self, who: &Trader) {
        self.browser.client.delete_all_cookies().await.unwrap();
        self.browser.sign_in(&who.email).await;
    }

    /// The console is quiet, and there may be a picture.
    async fn look(&self, name: &str) {
        assert_eq!(self.browser.complaints().await, [""; 0], "{name}");
        if let Some(folder) = &self.pictures {
            self.browser.screenshot(folder, name).await;
        }
    }

    /// Takes the next audit, opens the contact, writes down what was found.
    async fn audit(&self, name: &str, wrong: &str, outcome: &str, note: &str) {
        let browser = self.browser;
        browser.open("/operator/audits").await;
        browser.leave("#form-next button").await;
        browser.wait_for_text("The audit is yours").await;
        self.look(&format!("{name}-taken")).await;
        browser.submit("#form-contact").await;
        browser.wait_for_text("Jānis Bērziņš").await;
        let questions = [
            "reached",
            "right_person",
            "remembers_consent",
            "interested",
            "matches",
        ];
        for question in questions {
            let found = if question == wrong { "no" } else { "yes" };
            browser.fill(&[(question, found)]).await;
        }
        browser.fill(&[("outcome", outcome), ("note", note)]).await;
        self.look(&format!("{name}-found")).await;
        browser.submit("#form-decide").await;
        browser.wait_for_text("The audit is decided").await;
        self.look(&format!("{name}-decided")).await;
    }
}

#[test]
fn an_auditor_refuses_one_lead_and_lets_one_stay() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        if let Some(browser) = Chromium::start(&app).await {
            let day = Day {
                app: &app,
                browser: &browser,
                pictures: std::env::var_os("TEST_SCREENSHOTS")
                    .map(|folder| PathBuf::from(folder).join("audits")),
            };
            play(&day).await;
            browser.stop().await;
        }
        app.stop().await;
    });
}

async fn play(day: &Day<'_>) {
    let (app, browser) = (day.app, day.browser);
    let (buyer, seller) = (app.buyer("Glass House").await, app.seller("Agency").await);
    let auditor = app
        .account(
            AccountKind::Operator,
            Role::Auditor,
            AccountState::Approved,
            "First Desk",
        )
        .await;
    market::deposit(app, &buyer, "1000.00", "EUR").await;
    let request = json!({
        "name": "Glasses", "vertical": "eyewear", "quantity": 1,
        "bid": {"amount": "50.00", "currency": "EUR"},
    });
    let request = market::post_request(app, &buyer, &request).await;
    market::activate(app, &buyer, &request).await;
    let mut first = open_lead(app, 1);
    first["contact"]["email"] = json!("info@example.org");
    first["signals"] = json!({"consultation": true, "emails_opened": 6});
    first["bant"] = json!({"budget": "approved", "need": "clear", "timing": "month"});
    let mut second = open_lead(app, 2);
    for lead in [&mut first, &mut second] {
        lead["ask"] = json!({"amount": "50.00", "currency": "EUR"});
    }
    let sold = market::send_batch(app, &seller, &[first, second]).await;
    app.advance(3 * MINUTE);
    app.tick().await;

    day.enter(&auditor).await;
    browser.open("/operator/audits").await;
    browser
        .wait_for_text("one of the seller's first leads")
        .await;
    day.look("0-queue").await;
    // The warning of its address puts the first lead in front.
    day.audit(
        "1-refused",
        "right_person",
        "refund",
        "A receptionist answered; nobody there asked.",
    )
    .await;
    day.audit("2-held", "", "list", "He waits for a call.")
        .await;
    browser.open("/operator/audits?state=refunded").await;
    browser.wait_for_text("50 %").await;
    day.look("3-figures").await;
    app.advance(3 * DAY);
    app.tick().await;
    assert_eq!(market::available(app, &buyer, "EUR").await, "1000.00");
    market::assert_laws(app).await;

    day.enter(&seller).await;
    browser.open(&format!("/seller/leads/{}", sold[0])).await;
    browser
        .wait_for_text("Audited and refunded: not the right person")
        .await;
    browser
        .wait_for_text("100, sales qualified (SQL), hot")
        .await;
    browser.wait_for_text("3 of 4 known").await;
    browser
        .run("document.getElementById('score').scrollIntoView()")
        .await;
    day.look("4-lead").await;
    browser.open("/seller/audits").await;
    browser.wait_for_text("Refunded").await;
    day.look("5-seller").await;
    browser.leave("main td a[href^='/seller/audits/']").await;
    browser.wait_for_text("Somebody answered").await;
    day.look("6-result").await;
    scoring(day).await;
}

/// The operator drafts a model, tests it and lets it go live.
async fn scoring(day: &Day<'_>) {
    let browser = day.browser;
    let admin = day.app.operator(Role::Admin).await;
    day.enter(&admin).await;
    browser.open("/operator/scoring/eyewear").await;
    browser.leave("a[href$='/edit']").await;
    day.look("7-editor").await;
    let first = "#form-model [name='points']";
    let points = browser.find(first).await;
    points.clear().await.unwrap();
    points.send_keys("40").await.unwrap();
    browser.submit("#form-model").await;
    browser.wait_for_text("The draft is saved").await;
    browser.submit("#form-test").await;
    browser.wait_for_text("would change their stage").await;
    day.look("8-trial").await;
    browser.submit("#form-live").await;
    browser.wait_for_text("Live: version 2").await;
    day.look("9-live").await;
    browser.resize(500, 850).await;
    browser.open("/operator/scoring/eyewear/edit").await;
    let wider = browser
        .run("return document.documentElement.scrollWidth - innerWidth")
        .await;
    assert!(wider.as_i64() <= Some(0), "the editor is too wide");
    browser.resize(1280, 900).await;
}
