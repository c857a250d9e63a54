//! Pictures of every page in both themes, on a desk and on a phone: `TEST_SCREENSHOTS=<folder>` asks for them.

use std::path::PathBuf;

use galena::access::{AccountKind, Role};
use galena::text::english;
use galena::web::nav;

use crate::harness::{Backend, Chromium, START, TestApp, Trader, run};
use crate::market;

const PUBLIC: [&str; 8] = [
    "/",
    "/market",
    "/verticals",
    "/verticals/eyewear",
    "/terms",
    "/privacy",
    "/signin",
    "/signup",
];

/// A market with something on each page; answers the request's address.
async fn trade(app: &TestApp, seller: &Trader, buyer: &Trader) -> String {
    market::deposit(app, buyer, "40000.00", "RUB").await;
    let leads = market::diamond_leads();
    let sent = market::send_batch(app, seller, &leads[..20]).await;
    let path = format!("/api/v1/listings/{}/buy", sent[0]);
    app.api("POST", &path, &buyer.key).send().await.expect(201);
    let request = market::post_request(
        app,
        buyer,
        &serde_json::json!({
            "name": "Diamond glasses",
            "vertical": "eyewear",
            "filter": {"field": "age", "op": "gte", "value": 30},
            "bid": {"amount": "600.00", "currency": "RUB"},
            "quantity": 50,
        }),
    )
    .await;
    format!("/buyer/requests/{request}")
}

/// `/buyer/requests/new` becomes `buyer-requests-new`.
fn name_of(path: &str) -> String {
    let name = path.trim_matches('/').replace(['/', '?', '='], "-");
    if name.is_empty() {
        "front".to_owned()
    } else {
        name
    }
}

async fn take(browser: &Chromium, folder: &std::path::Path, paths: &[String]) {
    for (width, height) in [(1280, 900), (500, 850)] {
        browser.resize(width, height).await;
        for path in paths {
            browser.open(path).await;
            for theme in ["light", "dark"] {
                let script = format!("document.documentElement.dataset.bsTheme = '{theme}'");
                browser.run(&script).await;
                let name = format!("{}-{width}-{theme}", name_of(path));
                browser.screenshot(folder, &name).await;
            }
        }
    }
}

#[test]
fn pictures_of_every_page() {
    let Some(folder) = std::env::var_os("TEST_SCREENSHOTS").map(PathBuf::from) else {
        println!("skipped: set TEST_SCREENSHOTS to a folder, and TEST_BROWSER=1");
        return;
    };
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        if let Some(browser) = Chromium::start(&app).await {
            app.write(|conn| galena::verticals::seed(conn, START)).await;
            let seller = app.seller("Neva Traffic").await;
            let buyer = app.buyer("Diamant Optika").await;
            let operator = app.operator(Role::Admin).await;
            let request = trade(&app, &seller, &buyer).await;

            take(&browser, &folder, &PUBLIC.map(str::to_owned)).await;
            for (trader, kind) in [
                (seller, AccountKind::Seller),
                (buyer, AccountKind::Buyer),
                (operator, AccountKind::Operator),
            ] {
                browser.sign_in(&trader.email).await;
                let mut paths: Vec<String> = nav::items(english(), &kind, "/")
                    .into_iter()
                    .map(|item| item.href.to_owned())
                    .collect();
                if kind == AccountKind::Buyer {
                    paths.extend([request.clone(), format!("{request}/edit")]);
                }
                take(&browser, &folder, &paths).await;
                browser.client.delete_all_cookies().await.unwrap();
            }
            browser.stop().await;
        }
        app.stop().await;
    });
}
