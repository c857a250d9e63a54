//! The server as a process of its own: killed under load, and searched for what it must not keep in clear.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use galena::access::{AccountKind, Actor, Caller, Credential, Role};
use galena::accounts::{self, AccountState, NewAccount, NewKey, NewUser};
use galena::app::App;
use galena::clock::{Clock, HOUR};
use galena::config::{Config, Options};
use galena::db::Conn;
use galena::error::Result;
use galena::id::LeadId;
use galena::ledger::{self, deposits::NewDeposit};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Backend, Database, has_postgres, run};
use crate::market;

const KILLS: usize = 20;
/// Answers to wait for before each kill.
const ANSWERS_A_ROUND: usize = 25;
const CLIENTS: usize = 8;

/// A server process that dies with the test.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL: nothing is flushed, nothing is said.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &Path, database_url: &str, log: &Path) -> Server {
    let mut child = Command::new(env!("CARGO_BIN_EXE_galena"))
        .current_dir(folder)
        .args(["serve", "--listen", "127.0.0.1:0", "--data", "data"])
        .args(["--database-url", database_url, "--log", "debug"])
        .args(["--mail", "off", "--api-per-second", "1000000"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut kept = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .unwrap();
    let mut keep = move |line: &str| {
        use std::io::Write as _;
        writeln!(kept, "{line}").unwrap();
    };
    let address = loop {
        let line = lines.next().expect("the server ended").unwrap();
        keep(&line);
        if let Some((_, address)) = line.split_once("address=127.0.0.1:") {
            let port: String = address.chars().take_while(char::is_ascii_digit).collect();
            break format!("http://127.0.0.1:{port}");
        }
    };
    std::thread::spawn(move || {
        for line in lines.map_while(std::io::Result::ok) {
            keep(&line);
        }
    });
    Server { child, address }
}

/// Keys of a seller and of a buyer with money.
struct Keys {
    seller: String,
    buyer: String,
}

fn prepare(folder: &Path, database_url: &str, currency: &'static str) -> Keys {
    let config = Config::try_from(Options {
        data: Some(folder.join("data")),
        database_url: Some(database_url.to_owned()),
        ..Options::default()
    })
    .unwrap();
    let app = App::open(config, Clock::System).unwrap();
    let at = app.clock.now();
    let keys = app
        .db
        .write_blocking(move |conn| {
            let (_, seller) = trader(conn, AccountKind::Seller, at)?;
            let (caller, buyer) = trader(conn, AccountKind::Buyer, at)?;
            let asked = NewDeposit::parse("1000000.00", currency, "test")?;
            market::pay_in(conn, &caller, &asked, at)?;
            Ok(Keys { seller, buyer })
        })
        .unwrap();
    app.db.close();
    keys
}

fn trader(conn: &mut Conn, kind: AccountKind, at: galena::clock::Ts) -> Result<(Caller, String)> {
    let account = NewAccount {
        kind,
        name: kind.to_string(),
        country: "LV".to_owned(),
        state: AccountState::Approved,
    };
    let user = NewUser {
        email: format!("{kind}@example.test"),
        name: "user".to_owned(),
        role: Role::Owner,
        password_hash: String::new(),
    };
    let account_id = accounts::create_account(conn, &account, Actor::System, at)?;
    let user_id = accounts::create_user(conn, account_id, &user, Actor::System, at)?;
    let scopes: Vec<String> = accounts::scopes_of(kind)
        .iter()
        .map(ToString::to_string)
        .collect();
    let key = NewKey::parse("test", &scopes, kind)?;
    let caller = Caller {
        account_id,
        account_kind: kind,
        account_name: account.name,
        approved: true,
        user_id,
        user_name: user.name,
        role: Role::Owner,
        credential: Credential::Session,
        origin: None,
    };
    accounts::make_key(conn, &caller, &key, at)?;
    Ok((caller, key.secret))
}

async fn post(
    client: &reqwest::Client,
    url: &str,
    key: &str,
    body: &Value,
) -> reqwest::Result<(u16, String)> {
    let response = client
        .post(url)
        .bearer_auth(key)
        .header("idempotency-key", uuid::Uuid::now_v7().to_string())
        .json(body)
        .send()
        .await?;
    let status = response.status().as_u16();
    Ok((status, response.text().await?))
}

async fn request(client: &reqwest::Client, address: &str, keys: &Keys, document: &Value) {
    let url = format!("{address}/api/v1/purchase_requests");
    let (status, text) = post(client, &url, &keys.buyer, document).await.unwrap();
    assert_eq!(status, 201, "{text}");
    let made: Value = serde_json::from_str(&text).unwrap();
    let url = format!("{url}/{}/activate", made["id"].as_str().unwrap());
    let (status, text) = post(client, &url, &keys.buyer, &json!({})).await.unwrap();
    assert_eq!(status, 200, "{text}");
}

/// Sends leads until the server is gone; keeps the ids of those that were answered 201.
async fn send_until_gone(
    address: String,
    key: String,
    number: Arc<AtomicUsize>,
    answered: tokio::sync::mpsc::UnboundedSender<String>,
) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{address}/api/v1/leads");
    loop {
        let mut lead = market::latvian_lead(number.fetch_add(1, Ordering::SeqCst), 1);
        lead["consent"]["given_at"] = json!(Clock::System.now().minus(HOUR));
        let Ok((status, text)) = post(&client, &url, &key, &lead).await else {
            return;
        };
        assert_eq!(status, 201, "{text}");
        let taken: Value = serde_json::from_str(&text).unwrap();
        if answered
            .send(taken["id"].as_str().unwrap().to_owned())
            .is_err()
        {
            return;
        }
    }
}

async fn killed_twenty_times(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::make(backend, folder.path());
    let (at, url) = (folder.path().to_owned(), database.url.clone());
    let keys = tokio::task::spawn_blocking(move || prepare(&at, &url, "EUR"))
        .await
        .unwrap();
    let log = folder.path().join("server.log");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let number = Arc::new(AtomicUsize::new(0));
    let mut acknowledged = Vec::new();
    for round in 0..KILLS {
        let server = serve(folder.path(), &database.url, &log);
        if round == 0 {
            let document = json!({
                "name": "Everything",
                "vertical": "eyewear",
                "bid": {"amount": "10.00", "currency": "EUR"},
                "quantity": 100_000,
            });
            request(&client, &server.address, &keys, &document).await;
        }
        let (answered, mut answers) = tokio::sync::mpsc::unbounded_channel();
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(send_until_gone(
                server.address.clone(),
                keys.seller.clone(),
                Arc::clone(&number),
                answered.clone(),
            ));
        }
        drop(answered);
        for _ in 0..ANSWERS_A_ROUND {
            acknowledged.push(answers.recv().await.expect("the server answers"));
        }
        drop(server);
        while let Some(id) = answers.recv().await {
            acknowledged.push(id);
        }
        while let Some(ended) = clients.join_next().await {
            ended.unwrap();
        }
    }
    let url = database.url.clone();
    tokio::task::spawn_blocking(move || {
        assert!(acknowledged.len() >= KILLS * ANSWERS_A_ROUND);
        all_there(&url, &acknowledged);
        drop(database);
    })
    .await
    .unwrap();
}

/// Every answered lead is there and was sold once; every law holds.
fn all_there(database_url: &str, acknowledged: &[String]) {
    let db = galena::db::Db::open(&database_url.parse().unwrap(), 1).unwrap();
    let now = Clock::System.now();
    while db
        .write_blocking(move |conn| ledger::seal(conn, now))
        .unwrap()
        > 0
    {}
    for id in acknowledged {
        let id: LeadId = id.parse().unwrap();
        let lead = db
            .read_blocking(|conn| galena::leads::listing(conn, id))
            .unwrap();
        assert_eq!(lead.copies_sold, 1, "{id}");
    }
    let outcomes = db
        .snapshot_blocking(|conn| ledger::check::run(conn, now))
        .unwrap();
    for outcome in outcomes {
        assert!(outcome.holds(), "{outcome:?}");
    }
    db.close();
}

#[test]
fn nothing_answered_is_lost_to_twenty_kills_on_sqlite() {
    run(killed_twenty_times(Backend::Sqlite));
}

#[test]
fn nothing_answered_is_lost_to_twenty_kills_on_postgres() {
    if has_postgres() {
        run(killed_twenty_times(Backend::Postgres));
    }
}

/// Every file below the folder whose bytes hold the text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if holds(&std::fs::read(&path).unwrap(), text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn neither_database_nor_log_holds_a_readable_contact() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!(
            "sqlite://{}",
            folder.path().join("data/galena.db").display()
        );
        let (at, database_url) = (folder.path().to_owned(), url.clone());
        let keys = tokio::task::spawn_blocking(move || prepare(&at, &database_url, "RUB"))
            .await
            .unwrap();
        let server = serve(folder.path(), &url, &folder.path().join("server.log"));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut leads = market::diamond_leads();
        for lead in &mut leads {
            lead["consent"]["given_at"] = json!(Clock::System.now().minus(HOUR));
        }
        let document = json!({
            "name": "Glasses",
            "vertical": "eyewear",
            "bid": {"amount": "600.00", "currency": "RUB"},
            "quantity": 50,
        });
        request(&client, &server.address, &keys, &document).await;
        let batch = format!("{}/api/v1/leads/batch", server.address);
        let (status, text) = post(&client, &batch, &keys.seller, &json!({"leads": leads}))
            .await
            .unwrap();
        assert_eq!(status, 200, "{text}");
        // Refused leads are kept too, and must not be readable either.
        let single = format!("{}/api/v1/leads", server.address);
        let (status, _) = post(&client, &single, &keys.seller, &leads[0])
            .await
            .unwrap();
        assert_eq!(status, 422);
        let page = client
            .get(format!("{}/api/v1/purchases?limit=1", server.address))
            .bearer_auth(&keys.buyer)
            .send()
            .await
            .unwrap();
        let page: Value = serde_json::from_str(&page.text().await.unwrap()).unwrap();
        let bought = page["data"][0]["id"].as_str().unwrap().to_owned();
        let opened = client
            .get(format!("{}/api/v1/purchases/{bought}", server.address))
            .bearer_auth(&keys.buyer)
            .send()
            .await
            .unwrap();
        assert!(opened.text().await.unwrap().contains("@example.org"));
        drop(server);
        for lead in &leads {
            for key in ["first_name", "last_name", "email", "phone"] {
                if let Some(text) = lead["contact"][key].as_str() {
                    assert_eq!(files_with(folder.path(), text), [""; 0], "{key}");
                }
            }
        }
        assert_eq!(
            files_with(folder.path(), "Good, beautiful glasses"),
            [""; 0]
        );
        // The search does find what is kept in clear.
        assert!(!files_with(folder.path(), "eyewear").is_empty());
    });
}
