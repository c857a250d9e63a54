//! The case of the facts, clicked through by its three people: 50 contacts at 600 RUB.

use galena::access::Role;
use galena::clock::DAY;

use crate::harness::{Backend, Chromium, START, TestApp, Trader, run};
use crate::market;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/diamond_glasses.csv"
);

/// One person leaves the browser, the next signs in.
async fn hand_over(browser: &Chromium, to: &Trader) {
    browser.client.delete_all_cookies().await.unwrap();
    browser.sign_in(&to.email).await;
}

/// Adds a condition to the list that must be met as a whole; answers the name of its fields.
async fn add_condition(browser: &Chromium, number: usize, field: &str) -> String {
    browser.fill(&[("add_field:0", field)]).await;
    browser
        .click("#conditions button[name=action][value=add]")
        .await;
    browser.find(&format!("#f-c{number}")).await;
    format!("c{number}")
}

async fn fill_condition(browser: &Chromium, row: &str, parts: &[(&str, &str)]) {
    for (part, value) in parts {
        browser.fill(&[(&format!("{row}.{part}"), value)]).await;
    }
}

/// Ticks one of the values that a condition offers.
async fn tick(browser: &Chromium, row: &str, value: &str) {
    let css = format!("main input[type=checkbox][name='{row}.value'][value='{value}']");
    browser.click(&css).await;
}

async fn write_the_request(browser: &Chromium) {
    browser.open("/buyer/requests/new").await;
    browser.leave("main a[href$='vertical=eyewear']").await;
    browser.fill(&[("name", "Diamond glasses")]).await;

    let age = add_condition(browser, 0, "age").await;
    fill_condition(browser, &age, &[("op", "gte"), ("value", "30")]).await;
    let region = add_condition(browser, 1, "region").await;
    let regions = "Moscow, Saint Petersburg";
    fill_condition(browser, &region, &[("op", "in"), ("value", regions)]).await;
    let marital = add_condition(browser, 2, "marital_status").await;
    tick(browser, &marital, "has_partner").await;
    tick(browser, &marital, "married").await;
    let looking_for = add_condition(browser, 3, "looking_for").await;
    tick(browser, &looking_for, "good_beautiful_glasses").await;
    let employed = add_condition(browser, 4, "employed").await;
    fill_condition(
        browser,
        &employed,
        &[("value", "true"), ("strength", "wish")],
    )
    .await;

    browser
        .fill(&[
            ("need_phone", "true"),
            ("need_email", "true"),
            ("bid", "600.00"),
            ("currency", "RUB"),
            ("quantity", "50"),
        ])
        .await;
    // What is asked for came back with every row, and the count follows the typing.
    browser
        .wait_for_text("50 leads at 600.00 RUB: at most 30000.00 RUB")
        .await;
    browser.wait_for_text("0 leads fit now").await;
}

/// The buyer asks for a deposit, and the operator's finance credits it.
async fn fund(browser: &Chromium, buyer: &Trader, finance: &Trader) {
    browser.open("/buyer/wallet").await;
    browser
        .fill(&[
            ("amount", "40000.00"),
            ("currency", "RUB"),
            ("reference", "Transfer 17"),
        ])
        .await;
    browser.submit("#deposit form").await;
    hand_over(browser, finance).await;
    browser.open("/operator/deposits").await;
    browser.wait_for_text("Transfer 17").await;
    browser.submit("form[action$='/approve']").await;
    hand_over(browser, buyer).await;
    browser.open("/buyer/wallet").await;
    browser.wait_for_text("40 000.00 RUB").await;
}

/// The seller sends its file of 60 lines in.
async fn import(app: &TestApp, browser: &Chromium) {
    browser.open("/seller/imports").await;
    browser
        .fill(&[("vertical", "eyewear"), ("file", FILE)])
        .await;
    browser.submit("main form").await;
    browser
        .fill(&[
            ("consent.text", "I agree to be called about glasses."),
            ("consent.page_url", "https://landing.example/glasses"),
            ("ask.amount", "450.00"),
            ("ask.currency", "RUB"),
        ])
        .await;
    browser.leave("main button[value=check]").await;
    assert_eq!(browser.count("main .tone-good").await, 5, "sound lines");
    browser.leave("main button[value=start]").await;
    let result = browser.path().await;
    app.drain_jobs().await;
    browser.open(&result).await;
    browser.wait_for_text("60 / 60").await;
    browser.open("/seller/leads?state=listed").await;
    assert_eq!(browser.count("main tbody tr").await, 50, "a page of leads");
}

/// Opens every page of a list and counts its rows.
async fn rows_of(browser: &Chromium, path: &str) -> usize {
    browser.open(path).await;
    let mut rows = browser.count("main tbody tr").await;
    while browser.count("a[rel=next]").await > 0 {
        browser.leave("a[rel=next]").await;
        rows += browser.count("main tbody tr").await;
    }
    rows
}

#[test]
fn the_diamond_glasses_case_is_clicked_through() {
    run(async {
        let app = TestApp::start(Backend::Sqlite).await;
        if let Some(browser) = Chromium::start(&app).await {
            app.write(|conn| galena::verticals::seed(conn, START)).await;
            let seller = app.seller("Neva Traffic").await;
            let buyer = app.buyer("Diamant Optika").await;
            let finance = app.operator(Role::Finance).await;

            browser.sign_in(&buyer.email).await;
            write_the_request(&browser).await;
            browser.leave("main .form-foot button[value=save]").await;
            let request = browser.path().await;
            browser.wait_for_text("Draft").await;
            fund(&browser, &buyer, &finance).await;
            hand_over(&browser, &seller).await;
            import(&app, &browser).await;

            hand_over(&browser, &buyer).await;
            browser.open(&format!("{request}/edit")).await;
            browser.click("main button[value=check]").await;
            browser.wait_for_text("50 leads fit now").await;
            browser.open(&request).await;
            browser.submit("form[action$='/activate']").await;
            browser.wait_for_text("Active").await;
            hand_over(&browser, &seller).await;
            an_unfit_lead_says_why(&browser).await;

            app.drain_jobs().await;
            hand_over(&browser, &buyer).await;
            browser.open(&request).await;
            browser.wait_for_text("50 / 50").await;
            browser.wait_for_text("Fulfilled").await;
            browser.wait_for_text("10 of 10 leads on offer").await;
            the_buyer_has_what_it_paid_for(&browser).await;

            hand_over(&browser, &seller).await;
            assert_eq!(rows_of(&browser, "/seller/leads?state=listed").await, 10);
            browser.open("/seller/earnings").await;
            browser.wait_for_text("Pending\n25 500.00 RUB").await;
            app.advance(7 * DAY);
            app.tick().await;
            hand_over(&browser, &seller).await;
            browser.open("/seller/earnings").await;
            browser.wait_for_text("Payable\n25 500.00 RUB").await;

            assert_eq!(browser.complaints().await, [""; 0]);
            browser.stop().await;
            market::assert_laws(&app).await;
        }
        app.stop().await;
    });
}

async fn the_buyer_has_what_it_paid_for(browser: &Chromium) {
    assert_eq!(rows_of(browser, "/buyer/inbox").await, 50);
    let inbox = browser.text().await;
    assert!(inbox.matches("600.00 RUB").count() >= 50, "{inbox}");
    browser.open("/buyer/wallet").await;
    browser.wait_for_text("10 000.00 RUB").await;
    browser.open("/buyer/inbox").await;
    browser
        .leave("main tbody a[href^='/buyer/purchases/']")
        .await;
    let purchase = browser.text().await;
    assert!(purchase.contains("+7916555"), "{purchase}");
    assert!(purchase.contains("@example.org"), "{purchase}");
    assert!(!purchase.contains('•'), "something is masked: {purchase}");
}

/// The seller finds the lead of a person who is 29 by its e-mail address, and reads what it lacks.
async fn an_unfit_lead_says_why(browser: &Chromium) {
    browser.open("/seller/leads").await;
    browser.fill(&[("q", "smirnov.103@example.org")]).await;
    browser.submit("main form.filters").await;
    browser
        .leave("main tbody tr:only-child a[href^='/seller/leads/']")
        .await;
    browser.leave("main a[href$='/reasons']").await;
    browser.wait_for_text("Request 1\nAge: at least 30").await;
}
