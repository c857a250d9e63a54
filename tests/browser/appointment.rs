//! Pay per appointment in a real browser: the buyer sets it and reports it held, the seller confirms
//! by the link in its letter, the money moves, and both see it.

use galena::ledger::Kind;
use serde_json::json;

use crate::conversions::{open_lead, share};
use crate::harness::{Backend, Chromium, TestApp, run};
use crate::market;

/// The signed link in the newest letter that has one, as a path of this server.
fn letter_link(app: &TestApp) -> String {
    let letters = std::fs::read_dir(app.folder().join("mail")).unwrap();
    letters
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        // Quoted-printable breaks long lines.
        .map(|letter| {
            letter
                .replace("=\r\n", "")
                .replace("=\n", "")
                .replace("=3D", "=")
        })
        .find_map(|letter| {
            let (_, link) = letter.split_once("/outcomes/")?;
            let end = link.find(|c: char| c.is_whitespace() || c == '"')?;
            Some(format!("/outcomes/{}", &link[..end]))
        })
        .expect("no letter has a link")
}

#[test]
fn an_appointment_is_confirmed_by_the_link_in_a_letter() {
    run(async {
        let app = TestApp::start_with(Backend::Sqlite, |options| {
            let folder = options.data.clone().unwrap().join("mail");
            options.mail = Some(format!("file://{}", folder.display()));
        })
        .await;
        if let Some(browser) = Chromium::start(&app).await {
            play(&app, &browser).await;
            browser.stop().await;
        }
        app.stop().await;
    });
}

async fn play(app: &TestApp, browser: &Chromium) {
    let (buyer, seller) = (app.buyer("Glass House").await, app.seller("Agency").await);
    market::deposit(app, &buyer, "1000.00", "EUR").await;
    browser.sign_in(&buyer.email).await;
    let contract = make_contract(browser).await;
    let request = json!({
        "name": "Appointments", "vertical": "eyewear", "contract": contract, "quantity": 1,
    });
    let request = market::post_request(app, &buyer, &request).await;
    market::activate(app, &buyer, &request).await;
    market::send_batch(app, &seller, &[open_lead(app, 1)]).await;
    let bought = market::purchases(app, &buyer).await;
    let purchase = bought[0]["id"].as_str().unwrap();
    assert_eq!(market::available(app, &buyer, "EUR").await, "940.00");

    let page = format!("/buyer/purchases/{purchase}");
    browser.open(&page).await;
    browser
        .fill(&[
            ("appointment.channel", "video"),
            ("appointment.with_whom", "Jānis"),
        ])
        .await;
    browser.submit("form#appointment").await;
    browser.wait_for_text("By video").await;
    browser.fill(&[("report.minutes", "25")]).await;
    browser.leave("button[value='held']").await;
    browser.wait_for_text("Waiting for an answer").await;
    app.drain_jobs().await;

    // The seller is not signed in; the letter is enough, once.
    browser.client.delete_all_cookies().await.unwrap();
    let link = letter_link(app);
    browser.open(&link).await;
    browser.wait_for_text("appointment held").await;
    browser.leave("button[value='confirm']").await;
    browser.wait_for_text("answered already").await;
    assert_eq!(browser.count("button[value='confirm']").await, 0);
    assert_eq!(browser.complaints().await, [""; 0]);

    let pending = share(app, seller.account, Kind::SellerPending).await;
    assert_eq!(pending.to_string(), "51.00 EUR");
    assert_eq!(market::available(app, &buyer, "EUR").await, "940.00");
    browser.sign_in(&seller.email).await;
    browser.open(&format!("/seller/sales/{purchase}")).await;
    browser.wait_for_text("Confirmed").await;
    browser.client.delete_all_cookies().await.unwrap();
    browser.sign_in(&buyer.email).await;
    browser.open(&page).await;
    browser.wait_for_text("Confirmed").await;
    market::assert_laws(app).await;
}

/// Takes the preset of a pay-per-appointment contract as it is; answers the contract's id.
async fn make_contract(browser: &Chromium) -> String {
    browser
        .open("/buyer/contracts/new?vertical=eyewear&model=ppa")
        .await;
    browser.fill(&[("name", "Appointments at 60")]).await;
    browser.leave("main button.btn-primary[value='save']").await;
    let path = browser.path().await;
    let id = path.rsplit('/').next().unwrap();
    id.split('?').next().unwrap().to_owned()
}
