//! A dispute in a real browser: the buyer opens it with a file, the seller contests, an auditor upholds a
//! part, the seller appeals, another auditor denies; each sees the right page at each step.

use std::path::PathBuf;

use galena::access::{AccountKind, Role};
use galena::accounts::AccountState;
use serde_json::json;

use crate::conversions::open_lead;
use crate::harness::{Backend, Chromium, TestApp, Trader, run};
use crate::market;

/// The four people, and the dispute that they see.
struct Court<'a> {
    app: &'a TestApp,
    browser: &'a Chromium,
    people: [Trader; 4],
    dispute: String,
    pictures: Option<PathBuf>,
}

const BASES: [&str; 4] = ["/buyer", "/seller", "/operator", "/operator"];
const BUYER: usize = 0;
const SELLER: usize = 1;
const FIRST: usize = 2;
const SECOND: usize = 3;

impl Court<'_> {
    async fn enter(&self, who: usize) {
        self.browser.client.delete_all_cookies().await.unwrap();
        self.browser.sign_in(&self.people[who].email).await;
    }

    fn page(&self, who: usize) -> String {
        format!("{}/disputes/{}", BASES[who], self.dispute)
    }

    /// Everybody's page at this step: a text that all read, and the forms that each is offered.
    async fn look(&self, step: &str, text: &str, forms: [&[&str]; 4]) {
        for (who, offered) in forms.into_iter().enumerate() {
            self.enter(who).await;
            self.browser.open(&self.page(who)).await;
            self.browser.wait_for_text(text).await;
            for form in ["contest", "decide", "appeal", "evidence"] {
                let count = self.browser.count(&format!("#form-{form}")).await;
                let expected = usize::from(offered.contains(&form));
                assert_eq!(count, expected, "{step}: {form} for {who}");
            }
            assert_eq!(self.browser.complaints().await, [""; 0], "{step} for {who}");
            if let Some(folder) = &self.pictures {
                self.browser
                    .screenshot(folder, &format!("{step}-{who}"))
                    .await;
            }
        }
    }

    async fn write(&self, who: usize, form: &str, fields: &[(&str, &str)]) {
        self.enter(who).await;
        self.browser.open(&self.page(who)).await;
        self.browser.fill(fields).await;
        self.browser.submit(&format!("#form-{form}")).await;
        self.browser.wait_for_text("Noted").await;
    }
}

#[test]
fn a_dispute_goes_through_both_instances() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        if let Some(browser) = Chromium::start(&app).await {
            play(&app, &browser).await;
            browser.stop().await;
        }
        app.stop().await;
    });
}

async fn play(app: &TestApp, browser: &Chromium) {
    let auditor = |name| {
        app.account(
            AccountKind::Operator,
            Role::Auditor,
            AccountState::Approved,
            name,
        )
    };
    let mut court = Court {
        app,
        browser,
        people: [
            app.buyer("Glass House").await,
            app.seller("Agency").await,
            auditor("First Desk").await,
            auditor("Second Desk").await,
        ],
        dispute: String::new(),
        pictures: std::env::var_os("TEST_SCREENSHOTS")
            .map(|folder| PathBuf::from(folder).join("dispute")),
    };
    let purchase = buy(&court).await;

    open(&mut court, &purchase).await;
    contend(&court).await;
    assert_eq!(
        market::available(app, &court.people[BUYER], "EUR").await,
        "950.00"
    );
    court.enter(SELLER).await;
    browser.open("/seller/disputes?state=decided").await;
    browser.wait_for_text("Fictitious person").await;
    browser.open("/disputes").await;
    browser.wait_for_text("How disputes are decided").await;
    market::assert_laws(app).await;
}

/// The buyer opens it: first without enough, then with a file.
async fn open(court: &mut Court<'_>, purchase: &str) {
    let (app, browser) = (court.app, court.browser);
    court.enter(BUYER).await;
    browser.open(&format!("/buyer/purchases/{purchase}")).await;
    browser.leave("a[href^='/buyer/disputes/new']").await;
    if let Some(folder) = &court.pictures {
        browser.screenshot(folder, "0-open").await;
    }
    let file = app.folder().join("letter.txt");
    std::fs::write(&file, "I never wrote to anybody.").unwrap();
    // What is missing is told, and what was typed is still there.
    browser
        .fill(&[("open.reason", "fictitious"), ("open.text", "Nobody")])
        .await;
    browser.submit("#form-open").await;
    browser.wait_for_text("is needed as evidence").await;
    assert_eq!(browser.count("input[value='fictitious']:checked").await, 1);
    // The browser notes that the form was refused, which it was.
    assert_eq!(browser.complaints().await.len(), 1);
    browser
        .fill(&[
            ("open.text", "The person at this address does not exist."),
            ("open.file", file.to_str().unwrap()),
        ])
        .await;
    browser.submit("#form-open").await;
    browser.wait_for_text("The dispute is opened").await;
    let path = browser.path().await;
    path.rsplit('/')
        .next()
        .unwrap()
        .clone_into(&mut court.dispute);
}

/// Every step with everybody's page after it.
async fn contend(court: &Court<'_>) {
    court
        .look(
            "1-opened",
            "letter.txt",
            [
                &["evidence"],
                &["contest", "evidence"],
                &["evidence"],
                &["evidence"],
            ],
        )
        .await;
    court
        .write(
            SELLER,
            "contest",
            &[("contest.text", "She called us twice.")],
        )
        .await;
    court
        .look(
            "2-contested",
            "She called us twice.",
            [
                &["evidence"],
                &["evidence"],
                &["decide", "evidence"],
                &["decide", "evidence"],
            ],
        )
        .await;
    court
        .write(
            FIRST,
            "decide",
            &[
                ("decide.refund", "part"),
                ("decide.amount", "40"),
                ("decide.unit", "percent"),
                (
                    "decide.because",
                    "The address is wrong, the person is right.",
                ),
            ],
        )
        .await;
    let both: &[&str] = &["appeal", "evidence"];
    court
        .look(
            "3-decided",
            "the person is right",
            [both, both, &["evidence"], &["evidence"]],
        )
        .await;
    court
        .write(
            SELLER,
            "appeal",
            &[("appeal.text", "The address is right as well.")],
        )
        .await;
    court
        .look(
            "4-appealed",
            "right as well",
            [
                &["evidence"],
                &["evidence"],
                &["evidence"],
                &["decide", "evidence"],
            ],
        )
        .await;
    court
        .write(
            SECOND,
            "decide",
            &[
                ("decide.refund", "none"),
                ("decide.because", "Both are right."),
            ],
        )
        .await;
    court
        .look("5-closed", "Both are right.", [&[], &[], &[], &[]])
        .await;
}

/// A lead at fifty euros for the buyer; answers the purchase.
async fn buy(court: &Court<'_>) -> String {
    let (app, [buyer, seller, ..]) = (court.app, &court.people);
    market::deposit(app, buyer, "1000.00", "EUR").await;
    let request = json!({
        "name": "Glasses", "vertical": "eyewear", "quantity": 1,
        "bid": {"amount": "50.00", "currency": "EUR"},
    });
    let request = market::post_request(app, buyer, &request).await;
    market::activate(app, buyer, &request).await;
    let mut lead = open_lead(app, 1);
    lead["ask"] = json!({"amount": "50.00", "currency": "EUR"});
    market::send_batch(app, seller, &[lead]).await;
    let bought = market::purchases(app, buyer).await;
    bought[0]["id"].as_str().unwrap().to_owned()
}
