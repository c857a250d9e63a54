//! Leads from files: the exports that sellers have, what is not a table, and imports that break off.

use std::sync::Arc;

use galena::access::Actor;
use galena::error::Result;
use galena::id::ImportId;
use galena::leads::import::{self, Charset, Defaults, FileSource, Import, ImportState, Importer};
use galena::leads::{self, Filter, Lead, LeadState};
use galena::verticals;

use crate::harness::{TestApp, Trader};
use crate::leads::{assert_absent, bytes_in};

const HUBSPOT: &[u8] = include_bytes!("fixtures/hubspot-contacts.csv");
const META: &[u8] = include_bytes!("fixtures/meta-leads.csv");
const SALESFORCE: &[u8] = include_bytes!("fixtures/salesforce-leads.csv");
const PLAIN: &[u8] = include_bytes!("fixtures/plain-windows-1257.csv");

/// What the seller says once for a file.
pub fn defaults(more: &[(&str, &str)]) -> Defaults {
    [
        ("consent.text", "I agree to be called."),
        ("consent.page_url", "https://shop.example/form"),
        ("interest", "buying glasses"),
        ("ask.amount", "20.00"),
        ("ask.currency", "EUR"),
    ]
    .iter()
    .chain(more)
    .map(|(target, text)| ((*target).to_owned(), (*text).to_owned()))
    .collect()
}

/// Uploads a file as the page does; what is no table is refused.
pub async fn upload(
    app: &TestApp,
    seller: &Trader,
    vertical: &'static str,
    bytes: &[u8],
    charset: Option<Charset>,
) -> Result<Import> {
    let source = FileSource::Bytes(Arc::new(bytes.to_vec()));
    let layout = import::inspect(&source, charset)?;
    let vertical = app
        .read(move |conn| verticals::by_key(conn, vertical))
        .await;
    let import = Import {
        created_by: Some(seller.user),
        ..Import::new(
            &app.app.vault,
            seller.account,
            &vertical,
            "leads.csv",
            &layout,
            app.clock.now(),
        )
    };
    let sealed = app.app.vault.seal(&import::file_place(import.id), bytes)?;
    let (kept, actor) = (import.clone(), Actor::User(seller.user, None));
    app.write(move |conn| import::upload(conn, &kept, &sealed, actor))
        .await;
    Ok(app
        .read(move |conn| import::find(conn, import.seller_id, import.id))
        .await)
}

async fn start(app: &TestApp, import: &Import) -> Result<()> {
    let (import, now) = (import.clone(), app.clock.now());
    app.app
        .db
        .write(move |conn| {
            let vertical = verticals::by_id(conn, import.vertical_id)?;
            import::start(conn, &import, &vertical, import.actor(), now)
        })
        .await
}

pub async fn import(
    app: &TestApp,
    seller: &Trader,
    vertical: &'static str,
    bytes: &[u8],
    charset: Option<Charset>,
    said: Defaults,
) -> Import {
    let mut import = upload(app, seller, vertical, bytes, charset).await.unwrap();
    import.defaults = said;
    start(app, &import).await.unwrap();
    app.drain_jobs().await;
    find(app, seller, import.id).await
}

async fn find(app: &TestApp, seller: &Trader, id: ImportId) -> Import {
    let account = seller.account;
    app.read(move |conn| import::find(conn, account, id)).await
}

async fn listed(app: &TestApp, seller: &Trader) -> Vec<Lead> {
    let filter = Filter {
        seller: Some(seller.account),
        ..Filter::default()
    };
    let vault = app.app.vault.clone();
    app.read(move |conn| leads::list(conn, &vault, &filter, 10_000))
        .await
}

async fn refusals(app: &TestApp, seller: &Trader, id: ImportId) -> Vec<String> {
    let account = seller.account;
    let refused = app
        .read(move |conn| leads::refused::of_import(conn, account, id, 0, 1_000))
        .await;
    refused
        .iter()
        .flat_map(|line| {
            line.errors
                .iter()
                .map(|error| format!("{}:{}:{}", line.line.unwrap(), error.field, error.code))
        })
        .collect()
}

on_both!(async fn a_hubspot_export_needs_no_mapping(app) {
    let seller = app.seller("One").await;
    let import = import(app, &seller, "eyewear", HUBSPOT, None, defaults(&[("attributes.looking_for", "sunglasses")])).await;
    assert_eq!(import.state, ImportState::Finished);
    assert_eq!((import.line_count, import.lines_done, import.accepted, import.refused), (5, 5, 3, 2));
    assert_eq!(refusals(app, &seller, import.id).await, ["4:contact:not_a_person", "6:contact.email:email_invalid"]);
    let vault = app.app.vault.clone();
    let dragan = listed(app, &seller).await.into_iter().find(|lead| lead.external_id.as_deref() == Some("102")).unwrap();
    assert_eq!(dragan.origin.source.as_deref(), Some("Paid Social"));
    let contact = app.read(move |conn| leads::open_contact(conn, &vault, dragan.listing.id)).await;
    assert_eq!(contact.phone.as_deref(), Some("+381601234567"));
    assert_eq!(contact.company.as_deref(), Some("Primer d.o.o."));
});

on_both!(async fn a_meta_export_needs_no_mapping(app) {
    let seller = app.seller("One").await;
    let import = import(app, &seller, "eyewear", META, None, defaults(&[])).await;
    assert_eq!((import.accepted, import.refused), (2, 1));
    assert_eq!(import.mapping.charset, Charset::Utf16Le);
    assert_eq!(refusals(app, &seller, import.id).await, ["4:attributes.looking_for:not_allowed"]);
    let leads = listed(app, &seller).await;
    let anna = leads.iter().find(|lead| lead.external_id.as_deref() == Some("900001")).unwrap();
    assert_eq!(anna.origin.campaign.as_deref(), Some("Autumn"));
    assert_eq!(anna.listing.consent_given_at.to_string(), "2026-11-19T08:30:00Z");
    let (vault, id) = (app.app.vault.clone(), anna.listing.id);
    let contact = app.read(move |conn| leads::open_contact(conn, &vault, id)).await;
    assert_eq!(contact.first_name.as_deref(), Some("Anna Maria"));
    assert_eq!(contact.phone.as_deref(), Some("+37120200001"));
});

on_both!(async fn a_salesforce_report_fills_the_verticals_own_fields(app) {
    let seller = app.seller("One").await;
    let import = import(app, &seller, "b2b-software", SALESFORCE, None, defaults(&[("attributes.seniority", "director")])).await;
    assert_eq!((import.accepted, import.refused), (1, 1));
    assert_eq!(refusals(app, &seller, import.id).await, ["3:attributes.employees:wrong_type"]);
    let leads = listed(app, &seller).await;
    let attributes = serde_json::to_value(&leads[0].listing.attributes).unwrap();
    assert_eq!(attributes["employees"], 80);
    assert_eq!(attributes["industry"], "technology");
    assert_eq!(attributes["postal_code"], "SW1A 1AA");
});

on_both!(async fn local_headers_in_a_chosen_encoding(app) {
    let seller = app.seller("One").await;
    let error = upload(app, &seller, "eyewear", PLAIN, None).await.unwrap_err().refusal();
    assert_eq!(error.fields[0].reason.as_str(), "file_encoding");
    assert!(error.fields[0].accepted.starts_with("line 1:"), "{}", error.fields[0].accepted);
    let said = defaults(&[
        ("attributes.looking_for", "sunglasses"),
        ("attributes.country", "LV"),
        ("consent.given_at", "2026-11-19 12:00"),
    ]);
    let import = import(app, &seller, "eyewear", PLAIN, Some(Charset::Windows1257), said.clone()).await;
    assert_eq!((import.accepted, import.refused), (2, 0), "{:?}", refusals(app, &seller, import.id).await);
    assert!(listed(app, &seller).await.iter().all(|lead| lead.listing.ask.minor == 4_550));

    let again = upload(app, &seller, "eyewear", PLAIN, Some(Charset::Windows1257)).await.unwrap();
    assert_eq!(again.defaults, said, "what was said of the same header is remembered");
    let other = app.seller("Two").await;
    let others = upload(app, &other, "eyewear", PLAIN, Some(Charset::Windows1257)).await.unwrap();
    assert_eq!(others.defaults, Defaults::new());
});

on_both!(async fn a_file_that_lacks_something_is_not_started(app) {
    let seller = app.seller("One").await;
    let import = upload(app, &seller, "eyewear", b"city,note\nRiga,x\n", None).await.unwrap();
    let refusal = start(app, &import).await.unwrap_err().refusal();
    let missing: Vec<&str> = refusal.fields.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        missing,
        [
            "contact", "contact", "interest", "consent.text", "consent.page_url", "consent.given_at",
            "ask.amount", "ask.currency", "attributes.looking_for",
        ]
    );
    assert!(refusal.fields.iter().all(|error| error.reason.as_str() == "column_missing"));
    let empty = upload(app, &seller, "eyewear", b"", None).await.unwrap_err().refusal();
    assert_eq!(empty.fields[0].reason.as_str(), "file_empty");
});

/// A table of `count` sound lines.
fn table(count: usize) -> Vec<u8> {
    use std::fmt::Write as _;
    let mut text = "external_id,first name,last name,email,phone,consent time\n".to_owned();
    for number in 1..=count {
        writeln!(
            text,
            "n{number},Marija,Kalniņa,m{number}@example.lv,+3712{number:07},2026-11-19T09:00:00Z"
        )
        .unwrap();
    }
    text.into_bytes()
}

fn importer(app: &TestApp) -> Importer {
    Importer {
        db: app.app.db.clone(),
        clock: app.clock.clone(),
        vault: app.app.vault.clone(),
        verifier: Arc::clone(&app.app.verifier),
        exchange: app.app.exchange.clone(),
    }
}

on_both!(async fn an_import_that_broke_off_goes_on_where_it_was(app) {
    let seller = app.seller("One").await;
    let mut import = upload(app, &seller, "eyewear", &table(1_050), None).await.unwrap();
    import.defaults = defaults(&[("attributes.looking_for", "sunglasses")]);
    let new = Import { state: ImportState::Uploaded, ..import.clone() };
    // As the command line does: the file is read from where it is, and the server goes down on the way.
    let begun = {
        let now = app.clock.now();
        let local = Import { id: ImportId::new(now), mapping: import::Mapping { fingerprint: Some("f".to_owned()), ..new.mapping.clone() }, ..new };
        app.write(move |conn| import::begin_local(conn, &local, now)).await
    };
    let file = FileSource::Bytes(Arc::new(table(1_050)));
    let over = importer(app).run(&begun, file.clone(), 400, |_| ()).await.unwrap();
    assert!(!over);
    let half = find(app, &seller, begun.id).await;
    assert_eq!((half.state, half.lines_done, half.accepted), (ImportState::Running, 400, 400));

    // Another server that believes it is at the start does nothing.
    assert!(importer(app).run(&begun, file.clone(), 400, |_| ()).await.unwrap());
    assert_eq!(find(app, &seller, begun.id).await.lines_done, 400);

    let again = { let now = app.clock.now(); let same = begun.clone(); app.write(move |conn| import::begin_local(conn, &same, now)).await };
    assert_eq!((again.id, again.lines_done), (begun.id, 400));
    assert!(importer(app).run(&again, file, i64::MAX, |_| ()).await.unwrap());
    let whole = find(app, &seller, begun.id).await;
    assert_eq!((whole.state, whole.lines_done, whole.accepted, whole.refused), (ImportState::Finished, 1_050, 1_050, 0));
    assert_eq!(listed(app, &seller).await.len(), 1_050);
    let seller_id = seller.account;
    let counts = app.read(move |conn| leads::counts(conn, Some(seller_id))).await;
    assert_eq!(counts, [(LeadState::Listed, 1_050)]);
});

on_both!(async fn a_giant_cell_is_one_lines_error(app) {
    let seller = app.seller("One").await;
    let mut bytes = table(3);
    bytes.extend(b"n4,");
    bytes.extend(vec![b'x'; 10 * 1024 * 1024]);
    bytes.extend(b",Liepa,liepa@example.lv,,2026-11-19T09:00:00Z\nn5,Anna,Liepa,anna@example.lv,,2026-11-19T09:00:00Z,too,wide\n");
    let import = import(app, &seller, "eyewear", &bytes, None, defaults(&[("attributes.looking_for", "sunglasses")])).await;
    assert_eq!((import.state, import.accepted, import.refused), (ImportState::Finished, 3, 2));
    assert_eq!(refusals(app, &seller, import.id).await, ["5:contact.first_name:too_long", "6:line:line_malformed"]);
});

#[test]
fn an_uploaded_file_is_not_readable() {
    crate::harness::run(async {
        let app = TestApp::start(crate::harness::Backend::Sqlite).await;
        let seller = app.seller("One").await;
        import(
            &app,
            &seller,
            "eyewear",
            HUBSPOT,
            None,
            defaults(&[("attributes.looking_for", "sunglasses")]),
        )
        .await;
        upload(&app, &seller, "eyewear", META, None).await.unwrap();
        assert_absent(
            &bytes_in(app.folder()),
            &[
                "Bērziņa",
                "ilze.berzina",
                "20100001",
                "20 100 001",
                "Petrović",
                "arben.hoxha",
                "Primer d.o.o.",
                "anna.maria",
                "20200001",
            ],
        );
        app.stop().await;
    });
}

on_both!(async fn a_seller_imports_a_file_by_pages(app) {
    let seller = app.seller("One").await;
    let browser = app.sign_in(&seller.email).await;
    browser.get("/seller/imports").await.expect(200);
    let form = |bytes: &'static [u8]| {
        reqwest::multipart::Form::new()
            .text("vertical", "eyewear")
            .part("file", reqwest::multipart::Part::bytes(bytes).file_name("contacts.csv"))
    };
    let refused = browser.upload("/seller/imports", form(b"email\nJ\xe2nis@example.lv\n")).await.expect(422);
    assert!(refused.text.contains("line 2"), "{}", refused.text);
    let answer = browser.upload("/seller/imports", form(HUBSPOT)).await.expect(303);
    let path = answer.location().to_owned();
    let page = browser.get(&path).await.expect(200);
    assert!(page.text.contains("value=\"contact.first_name\" selected"), "{}", page.text);
    assert!(page.text.contains("ilze.berzina@example.lv"), "the seller sees the first lines");
    let other = app.seller("Two").await;
    app.sign_in(&other.email).await.get(&path).await.expect(404);

    let mut fields = vec![
        ("column.0", "external_id"), ("column.1", "contact.first_name"), ("column.2", "contact.last_name"),
        ("column.3", "contact.email"), ("column.4", "contact.phone"), ("column.7", "consent.given_at"),
        ("column.8", "contact.company"), ("column.10", "attributes.country"),
        ("interest", "buying glasses"), ("attributes.looking_for", "sunglasses"),
        ("consent.page_url", "https://shop.example/form"), ("ask.amount", "20"), ("ask.currency", "EUR"),
        ("action", "start"),
    ];
    let lacking = browser.post_form(&path, &fields).await.expect(422);
    assert!(lacking.text.contains("Consent: text"), "{}", lacking.text);
    fields.push(("consent.text", "I agree to be called."));
    assert_eq!(browser.post_form(&path, &fields).await.expect(303).location(), path);
    app.drain_jobs().await;
    let result = browser.get(&path).await.expect(200);
    assert!(result.text.contains("not_a_person"), "{}", result.text);
    let csv = browser.get(&format!("{path}/refused.csv")).await.expect(200);
    assert!(csv.text.contains("4,contact,not_a_person"), "{}", csv.text);
    assert!(csv.text.contains("office@example.ro"), "what was sent comes back to be mended");
    browser.post_form(&path, &fields).await.expect(409);
    assert_eq!(listed(app, &seller).await.len(), 3);
    let again = browser.upload("/seller/imports", form(b"email\nilze@example.lv\n")).await.expect(303);
    browser.post_form(&format!("{}/discard", again.location()), &[]).await.expect(303);
});
