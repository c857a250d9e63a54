//! The product in a real browser. Skipped unless `TEST_BROWSER=1`, which CI sets.

mod appointment;
mod audit_day;
mod diamond;
mod dispute;
mod pictures;

use galena::access::{AccountKind, Role};
use galena::text::english;
use galena::web::nav;

use crate::harness::{Backend, Chromium, START, TestApp, run};

/// Every page of a navigation shows its heading, and the console has nothing to complain about.
async fn walk(browser: &Chromium, kind: AccountKind) {
    for item in nav::items(english(), &kind, "/") {
        browser.open(item.href).await;
        let heading = browser.find("main h1").await.text().await.unwrap();
        assert!(!heading.is_empty(), "{}", item.href);
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{}: {complaints:?}", item.href);
        let wider = browser
            .run("return document.documentElement.scrollWidth - innerWidth")
            .await;
        assert!(wider.as_i64() <= Some(0), "{} is too wide", item.href);
    }
}

#[test]
fn a_visitor_signs_up_and_chooses_a_theme_that_stays() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        if let Some(browser) = Chromium::start(&app).await {
            browser.open("/").await;
            browser.leave("main a[href^='/signup']").await;
            browser
                .fill(&[
                    ("kind", "buyer"),
                    ("organisation", "Diamant Optika"),
                    ("country", "LV"),
                    ("name", "Anna Berzina"),
                    ("email", "anna@example.test"),
                    ("password", "amber bridge 41 tram"),
                    ("terms", "true"),
                ])
                .await;
            browser.submit("main form").await;
            browser.open("/buyer").await;
            browser.wait_for_text("Diamant Optika").await;

            let theme = "return document.documentElement.dataset.bsTheme";
            let before = browser.run(theme).await;
            browser.click("[data-theme-switch]").await;
            let after = browser.run(theme).await;
            assert_ne!(before, after);
            browser.open("/buyer/market").await;
            assert_eq!(browser.run(theme).await, after, "the choice is remembered");

            browser.click("summary.who").await;
            browser.leave("form[action='/signout'] button").await;
            browser.open("/buyer").await;
            assert!(browser.path().await.starts_with("/signin"));
            assert_eq!(browser.complaints().await, [""; 0]);
            browser.stop().await;
        }
        app.stop().await;
    });
}

#[test]
fn every_page_of_the_navigation_is_quiet() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        if let Some(browser) = Chromium::start(&app).await {
            app.write(|conn| galena::verticals::seed(conn, START)).await;
            for path in [
                "/",
                "/market",
                "/verticals/eyewear",
                "/terms",
                "/privacy",
                "/docs",
            ] {
                browser.open(path).await;
                assert_eq!(browser.complaints().await, [""; 0], "{path}");
            }
            browser.find("#swagger-ui .opblock").await;
            assert_eq!(browser.complaints().await, [""; 0], "Swagger UI");

            let seller = app.seller("Blue Lens").await;
            let buyer = app.buyer("Glass House").await;
            let operator = app.operator(Role::Admin).await;
            for (trader, kind) in [
                (seller, AccountKind::Seller),
                (buyer, AccountKind::Buyer),
                (operator, AccountKind::Operator),
            ] {
                browser.resize(1280, 900).await;
                browser.sign_in(&trader.email).await;
                walk(&browser, kind).await;
                browser.resize(500, 850).await;
                walk(&browser, kind).await;
                browser.client.delete_all_cookies().await.unwrap();
            }
            browser.stop().await;
        }
        app.stop().await;
    });
}
