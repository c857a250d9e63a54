//! Keys are changed while the exchange goes on: leads are sold, duplicates refused, and an interrupted run goes on.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use diesel::prelude::*;
use galena::access::Actor;
use galena::app::{App, tasks};
use galena::clock::MINUTE;
use galena::config::{Config, Options, make_key_file};
use galena::db::{Backend as DbBackend, Conn};
use galena::error::Result;
use galena::privacy::{self, keys};
use serde_json::json;

use super::{buy_one, person, purchase, rich_buyer};
use crate::harness::{Backend, TestApp, Trader, has_postgres, run};
use crate::market;

#[derive(QueryableByName)]
struct TableName {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

const SQLITE: &str = "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND c.name LIKE '%wrapped%'";
const POSTGRES: &str = "SELECT table_name::text AS name FROM information_schema.columns \
     WHERE table_schema = 'public' AND column_name LIKE '%wrapped%'";

on_both!(async fn every_table_with_data_keys_is_wrapped_anew(app) {
    let sql = match app.app.db.backend() {
        DbBackend::Sqlite => SQLITE,
        DbBackend::Postgres => POSTGRES,
    };
    let found: Vec<TableName> = app.read(move |conn| Ok(diesel::sql_query(sql).load(conn)?)).await;
    let found: BTreeSet<String> = found.into_iter().map(|table| table.name).collect();
    let known: BTreeSet<String> = keys::SEALED_TABLES.iter().map(ToString::to_string).collect();
    assert_eq!(found, known);
});

/// Master keys that rows lie under.
fn in_use(conn: &mut Conn) -> Result<BTreeSet<String>> {
    let wrapped = keys::status(conn)?;
    Ok(wrapped.into_iter().map(|line| line.master_key_id).collect())
}

/// Another server on the same database, with its own keys.
async fn second(app: &TestApp, folder: &Path, key: &Path, old: &Path) -> App {
    let options = Options {
        data: Some(folder.to_owned()),
        database_url: Some(app.database_url().to_owned()),
        master_key_file: Some(key.to_owned()),
        old_master_key_files: Some(old.display().to_string()),
        ..Options::default()
    };
    let clock = app.clock.clone();
    tokio::task::spawn_blocking(move || {
        App::open(Config::try_from(options).unwrap(), clock).unwrap()
    })
    .await
    .unwrap()
}

async fn rewrap(app: &App, limit: i64) -> usize {
    let vault = Arc::clone(&app.vault);
    app.db
        .write(move |conn| keys::rewrap(conn, &vault, limit))
        .await
        .unwrap()
}

async fn refused_as_duplicate(app: &TestApp, seller: &Trader, number: usize) {
    let mut again = market::latvian_lead(number, 1);
    again["contact"].as_object_mut().unwrap().remove("phone");
    let answer = app
        .api("POST", "/api/v1/leads", &seller.key)
        .json(&again)
        .send()
        .await
        .expect(422);
    assert_eq!(answer.field_codes(), ["contact.email:duplicate"]);
}

async fn sell_one(app: &TestApp, seller: &Trader, buyer: &Trader, number: usize) {
    let lead = market::send_batch(app, seller, &[market::latvian_lead(number, 1)]).await;
    let bought = buy_one(app, buyer, &lead[0]).await;
    let opened = purchase(app, buyer, &bought).await;
    let email = format!("janis.berzins.{number}@example.org");
    assert_eq!(opened["contact"]["email"], json!(email));
}

async fn master_on(backend: Backend) {
    let keys_folder = tempfile::tempdir().unwrap();
    let (old, new) = (
        keys_folder.path().join("old.key"),
        keys_folder.path().join("new.key"),
    );
    make_key_file(&old).unwrap();
    make_key_file(&new).unwrap();
    let (first_key, known) = (old.clone(), new.display().to_string());
    // Each server is told of the new key before any seals under it.
    let app = TestApp::start_with(backend, |options| {
        options.master_key_file = Some(first_key);
        options.old_master_key_files = Some(known);
    })
    .await;
    let (seller, buyer) = (
        app.seller("Baltic Leads").await,
        rich_buyer(&app, "Optika").await,
    );
    let documents: Vec<_> = (100..130).map(|n| market::latvian_lead(n, 1)).collect();
    market::send_batch(&app, &seller, &documents).await;
    let person = market::send_batch(&app, &seller, &[person()])
        .await
        .remove(0);
    let bought = buy_one(&app, &buyer, &person).await;
    let shop = app.sign_in(&buyer.email).await;
    let note = [("note.note", "Calls back on Monday")];
    shop.post_form(&format!("/buyer/purchases/{bought}/note"), &note)
        .await
        .expect(303);
    let next = second(&app, app.folder(), &new, &old).await;
    assert_ne!(next.vault.master_key_id(), app.app.vault.master_key_id());
    // A few batches, an interruption, and the rest; leads are sold and refused all along.
    assert!(rewrap(&next, 5).await > 0);
    sell_one(&app, &seller, &buyer, 1).await;
    refused_as_duplicate(&app, &seller, 101).await;
    next.db.close();
    let next = second(&app, app.folder(), &new, &old).await;
    assert!(
        rewrap(&next, 5).await > 0,
        "it goes on where it was interrupted"
    );
    sell_one(&app, &seller, &buyer, 2).await;
    refused_as_duplicate(&app, &seller, 1).await;
    while rewrap(&next, 7).await > 0 {}
    let left = app.read(in_use).await;
    assert_eq!(
        left,
        BTreeSet::from([next.vault.master_key_id().to_owned()])
    );
    // What lies under the new key opens for the server that still seals under the old one.
    let opened = purchase(&app, &buyer, &bought).await;
    assert_eq!(opened["contact"]["last_name"], json!("Quillfeather"));
    let page = shop
        .get(&format!("/buyer/purchases/{bought}"))
        .await
        .expect(200);
    assert!(page.text.contains("Calls back on Monday"));
    next.db.close();
    market::assert_laws(&app).await;
    app.stop().await;
}

#[test]
fn the_master_key_is_changed_while_leads_are_sold() {
    run(async {
        master_on(Backend::Sqlite).await;
        if has_postgres() {
            master_on(Backend::Postgres).await;
        }
    });
}

/// A batch of the change of the hashes' key.
async fn advance(app: &TestApp, limit: i64) -> usize {
    let (vault, now) = (Arc::clone(&app.app.vault), app.clock.now());
    app.write(move |conn| privacy::change_index_key(conn, &vault, now, limit))
        .await
}

async fn run_task(app: &TestApp, name: &str) {
    let all = tasks();
    let task = all.iter().find(|task| task.name == name).unwrap();
    (task.run)(app.app.clone()).await.unwrap();
}

on_both!(async fn the_key_of_the_hashes_is_changed_while_leads_are_sold(app) {
    let (seller, buyer) = (app.seller("Baltic Leads").await, rich_buyer(app, "Optika").await);
    let documents: Vec<_> = (100..120).map(|n| market::latvian_lead(n, 1)).collect();
    market::send_batch(app, &seller, &documents).await;
    let before = app.app.vault.blind("email", "janis.berzins.100@example.org");
    let vault = Arc::clone(&app.app.vault);
    let now = app.clock.now();
    app.write(move |conn| privacy::begin_index_key(conn, &vault, Actor::System, now)).await;
    // A second change waits for the first.
    let vault = Arc::clone(&app.app.vault);
    let twice = app.app.db.write(move |conn| privacy::begin_index_key(conn, &vault, Actor::System, now)).await;
    assert!(twice.is_err());
    // Until every server knows the key nothing is made anew; a server that knows it writes under both.
    assert_eq!(advance(app, 5).await, 0);
    refused_as_duplicate(app, &seller, 105).await;
    run_task(app, "keys").await;
    assert_eq!(app.app.vault.blinds_to_write("email", "a@example.org").len(), 2);
    sell_one(app, &seller, &buyer, 1).await;
    refused_as_duplicate(app, &seller, 1).await;
    app.advance(MINUTE);
    // Interrupted after two batches: found under either key all along.
    for _ in 0..2 {
        assert_eq!(advance(app, 5).await, 5);
        for known in [1, 100, 119] {
            refused_as_duplicate(app, &seller, known).await;
        }
    }
    sell_one(app, &seller, &buyer, 2).await;
    run_task(app, "keys").await;
    assert_eq!(app.app.vault.blinds_to_write("email", "a@example.org").len(), 1);
    let after = app.app.vault.blind("email", "janis.berzins.100@example.org");
    assert_ne!(before, after, "the next key has taken over");
    let found = app.read(move |conn| galena::suppression::with_contact(conn, &[after])).await;
    assert_eq!(found.len(), 1, "its hash was made anew");
    for known in [1, 2, 100, 119] {
        refused_as_duplicate(app, &seller, known).await;
    }
    sell_one(app, &seller, &buyer, 3).await;
    market::assert_laws(app).await;
});
