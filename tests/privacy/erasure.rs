//! Erasure: whatever way the person came in and whatever was written of it, its bytes are gone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use galena::access::Role;
use galena::db::Conn;
use galena::db::schema::{
    dispute_entries, dispute_files, lead_contacts, purchase_notes, refused_leads,
};
use galena::error::Result;
use serde_json::{Value, json};

use super::{EMAIL, PHONE, backends, confirmed, person, purchase, rich_buyer, with_mail};
use crate::harness::{Backend, TestApp, Trader, logs, run};
use crate::leads::{assert_absent, bytes_in};
use crate::{import, market};

/// What must not be found anywhere afterwards.
const TRACES: &[&str] = &[
    "Zebadiah",
    "Quillfeather",
    "29876543",
    "zebadiah.quillfeather",
    "Z****",
];

/// The wrapped data keys of everything sealed: a copy of one in free space would open what was erased.
fn wrapped_keys(conn: &mut Conn) -> Result<Vec<Vec<u8>>> {
    let mut keys: Vec<Vec<u8>> = lead_contacts::table
        .select(lead_contacts::wrapped_key)
        .load(conn)?;
    keys.extend(
        purchase_notes::table
            .select(purchase_notes::wrapped_key)
            .load::<Vec<u8>>(conn)?,
    );
    keys.extend(
        dispute_entries::table
            .select(dispute_entries::wrapped_key)
            .load::<Vec<u8>>(conn)?,
    );
    keys.extend(
        dispute_files::table
            .select(dispute_files::wrapped_key)
            .load::<Vec<u8>>(conn)?,
    );
    keys.extend(
        refused_leads::table
            .select(refused_leads::wrapped_key)
            .load::<Vec<u8>>(conn)?,
    );
    keys.retain(|key| !key.is_empty());
    Ok(keys)
}

/// Every row of every table, as text: what a dump of the database holds.
fn dump(conn: &mut Conn) -> Result<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    let Conn::Postgres(conn) = conn else {
        return Ok(String::new());
    };
    let tables: Vec<Line> = diesel::sql_query(
        "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public'",
    )
    .load(conn)?;
    let mut all = String::new();
    for table in tables {
        let rows: Vec<Line> =
            diesel::sql_query(format!("SELECT t::text AS line FROM \"{}\" t", table.line))
                .load(conn)?;
        for row in rows {
            all.push_str(&row.line);
            all.push('\n');
        }
    }
    Ok(all)
}

/// Everything that lies on the disk, or in a dump.
pub(super) async fn everything(app: &TestApp) -> Vec<u8> {
    let mut all = bytes_in(app.folder());
    all.extend(app.read(dump).await.into_bytes());
    all
}

/// As `assert_absent`, and shows what stands around each trace.
fn assert_gone(bytes: &[u8], traces: &[&str]) {
    let mut found = Vec::new();
    for trace in traces {
        let at = bytes
            .windows(trace.len())
            .enumerate()
            .filter(|(_, window)| window.eq_ignore_ascii_case(trace.as_bytes()))
            .map(|(at, _)| at);
        found.extend(at.take(5).map(|at| {
            let around = &bytes[at.saturating_sub(120)..bytes.len().min(at + 120)];
            format!("{trace}: {:?}", String::from_utf8_lossy(around))
        }));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The person with its name in every text that a seller may send.
fn talkative() -> Value {
    let mut lead = person();
    lead["interest"] = json!("Glasses for Quillfeather");
    lead["timeline"] = json!("when Quillfeather is back");
    lead["external_id"] = json!("zebadiah.quillfeather-1");
    lead["attributes"]["city"] = json!("Harbour Bay");
    lead["attributes"]["prescription"] = json!("Quillfeather, -2.5");
    lead["origin"] = json!({"channel": "net", "campaign": "Dear Zebadiah", "source": "Quillfeather list",
        "touches": [{"at": "2026-11-19T09:00:00Z", "campaign": "Zebadiah"}]});
    lead["consent"]["text"] = json!("I, Zebadiah Quillfeather, agree to be called.");
    lead["consent"]["page_url"] = json!("https://landing.example/zebadiah.quillfeather");
    lead["consent"]["typed"] = json!("Zebadiah Quillfeather");
    lead["consent"]["user_agent"] = json!("Browser of Zebadiah");
    lead["consent"]["recipients"] = json!(["friends of Quillfeather"]);
    lead["consent"]["certificate_url"] =
        json!("https://certificates.example/zebadiah.quillfeather");
    lead
}

/// One purchase with everything that buyers write: a note, a reason, a dispute with evidence on both sides.
async fn written_about(app: &TestApp, buyer: &Trader, seller: &Trader, bought: &str) {
    let shop = app.sign_in(&buyer.email).await;
    let page = format!("/buyer/purchases/{bought}");
    shop.get(&page).await.expect(200);
    shop.post_form(
        &format!("{page}/note"),
        &[("note.note", "Quillfeather wants blue ones")],
    )
    .await
    .expect(303);
    let work = [
        ("work.stage", "lost"),
        ("work.reason", "Quillfeather moved"),
    ];
    shop.post_form(&format!("{page}/work"), &work)
        .await
        .expect(303);
    let claim = json!({
        "reason": "fictitious",
        "text": "There is no Zebadiah Quillfeather at +37129876543.",
        "files": [{"name": "zebadiah.txt", "content": STANDARD.encode("Zebadiah who?")}],
        "calls": [{"at": app.clock.now(), "result": "wrong_person"}],
    });
    let path = format!("/api/v1/purchases/{bought}/disputes");
    let opened = app.api("POST", &path, &buyer.key).json(&claim).send().await;
    let opened = opened.expect(201).json();
    let path = format!(
        "/api/v1/disputes/{}/contest",
        opened["id"].as_str().unwrap()
    );
    let answer = json!({"text": "Quillfeather is as real as can be."});
    app.api("POST", &path, &seller.key)
        .json(&answer)
        .send()
        .await
        .expect(200);
}

/// A file with the person, for another vertical.
async fn imported(app: &TestApp, seller: &Trader) {
    let file = format!(
        "First name,Last name,E-mail,Phone,Home owner,Consent given at\n\
         Zebadiah,Quillfeather,{EMAIL},{PHONE},yes,2026-11-19 12:00\n\
         Zebadiah,Quillfeather,{EMAIL},{PHONE},yes,2026-11-19 12:00\n"
    );
    let said = import::defaults(&[("attributes.country", "LV"), ("interest", "solar panels")]);
    let done = import::import(app, seller, "home-solar", file.as_bytes(), None, said).await;
    assert_eq!((done.accepted, done.refused), (1, 1), "{done:?}");
}

async fn on(backend: Backend) {
    logs::start();
    let (app, mail) = with_mail(backend).await;
    let seller = app.seller("Baltic Leads").await;
    let (buyer, other) = (
        rich_buyer(&app, "Optika").await,
        rich_buyer(&app, "Brilles").await,
    );
    let request = json!({
        "name": "Glasses", "vertical": "eyewear", "quantity": 5,
        "bid": {"amount": "20.00", "currency": "EUR"}, "delivery": {"email": "leads@optika.example"},
        "filter": {"field": "city", "op": "eq", "value": "Harbour Bay"},
    });
    let request = market::post_request(&app, &buyer, &request).await;
    market::activate(&app, &buyer, &request).await;
    // Neighbours before and after it, so that its rows move about on their pages.
    let neighbours: Vec<Value> = (100..160).map(|n| market::latvian_lead(n, 1)).collect();
    market::send_batch(&app, &seller, &neighbours).await;
    let lead = app
        .api("POST", "/api/v1/leads", &seller.key)
        .json(&talkative())
        .send()
        .await
        .expect(201)
        .json();
    assert_eq!(lead["sales"].as_array().unwrap().len(), 1, "{lead}");
    let lead = lead["id"].as_str().unwrap().to_owned();
    super::buy_one(&app, &other, &lead).await;
    let neighbours: Vec<Value> = (200..260).map(|n| market::latvian_lead(n, 1)).collect();
    market::send_batch(&app, &seller, &neighbours).await;
    // Refused documents: a duplicate within a batch, and one that is no lead.
    let mut unread = talkative();
    unread["attributes"]["age"] = json!("Quillfeather");
    let batch = json!({"leads": [talkative(), unread]});
    let answer = app
        .api("POST", "/api/v1/leads/batch", &seller.key)
        .json(&batch)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(answer["refused"], json!(2), "{answer}");
    imported(&app, &seller).await;
    app.drain_jobs().await;
    assert!(
        mail.posted()
            .iter()
            .any(|letter| letter.content.contains(PHONE))
    );
    let bought = market::purchases(&app, &buyer).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    written_about(&app, &buyer, &seller, &bought).await;
    app.tick().await;
    let before = everything(&app).await;
    assert!(holds(&before, b"Quillfeather"), "the test could not fail");

    let person = confirmed(&app, &mail, EMAIL).await;
    let held = person.get("/privacy/data").await.expect(200).text;
    assert!(
        held.contains("Harbour Bay") && held.contains("Optika"),
        "{held}"
    );
    let keys = app.read(wrapped_keys).await;
    person
        .post_form("/privacy/data/erase", &[])
        .await
        .expect(303);
    let left = app.read(wrapped_keys).await;
    app.drain_jobs().await;
    app.tick().await;

    let after = everything(&app).await;
    assert_gone(&after, TRACES);
    let gone: Vec<_> = keys.iter().filter(|key| !left.contains(key)).collect();
    assert!(gone.len() >= 8, "only {} keys were destroyed", gone.len());
    for key in gone {
        assert!(!holds(&after, key), "a destroyed key still lies there");
    }
    assert_absent(logs::text().as_bytes(), TRACES);
    exports_are_clean(&app, &seller, &buyer).await;
    the_rest_goes_on(&app, &buyer, &bought).await;
    app.stop().await;
}

async fn exports_are_clean(app: &TestApp, seller: &Trader, buyer: &Trader) {
    let desk = app.sign_in(&app.operator(Role::Admin).await.email).await;
    let (farm, shop) = (
        app.sign_in(&seller.email).await,
        app.sign_in(&buyer.email).await,
    );
    for (browser, path) in [
        (&farm, "/seller/leads/export/csv"),
        (&shop, "/buyer/inbox/export/csv"),
        (&desk, "/operator/audit/export/jsonl"),
    ] {
        let file = browser.get(path).await.expect(200).text;
        assert_absent(file.as_bytes(), TRACES);
    }
}

/// Money, disputes and the audit chain are as they were, and every page says what became of the person.
async fn the_rest_goes_on(app: &TestApp, buyer: &Trader, bought: &str) {
    market::assert_laws(app).await;
    let opened = purchase(app, buyer, bought).await;
    assert_eq!(opened["lead_state"], json!("erased"));
    assert_eq!(opened["contact"], json!({}));
    assert_eq!(opened["interest"], json!(""));
    let shop = app.sign_in(&buyer.email).await;
    let page = shop
        .get(&format!("/buyer/purchases/{bought}"))
        .await
        .expect(200)
        .text;
    for words in ["Erased on request", "Erased with the lead"] {
        assert!(page.contains(words), "{words} is not on the page");
    }
    let disputes = shop.get("/buyer/disputes").await.expect(200).text;
    let (_, rest) = disputes.split_once("href=\"/buyer/disputes/dsp_").unwrap();
    let dispute = format!("/buyer/disputes/dsp_{}", rest.split('"').next().unwrap());
    let page = shop.get(&dispute).await.expect(200).text;
    assert!(page.contains("Erased with the lead"), "{page}");
}

#[test]
fn nothing_of_a_person_is_left() {
    run(async {
        for backend in backends() {
            on(backend).await;
        }
    });
}
