//! Pings over HTTP beside 100,000 active requests: `cargo bench --bench pings [-- REQUESTS]`.
//!
//! The release binary serves an SQLite database with that many requests of 500 buyers. Sellers announce leads at a
//! fixed pace, whether or not earlier answers have come; a wait counts from the moment at which the ping was due. Before
//! and after, the same caller only asks whether the server lives.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on ends"
)]

#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/figures.rs"]
mod figures;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/server.rs"]
mod server;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/traders.rs"]
mod traders;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use galena::access::{AccountKind, Caller};
use galena::app::App;
use galena::clock::{Clock, HOUR, MINUTE, Ts};
use galena::config::{Config, Options};
use galena::db::Conn;
use galena::error::Result;
use galena::requests::{self, Move, TermsJson};
use galena::verticals::{self, Vertical};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use figures::{median, percentile};

const REQUESTS: usize = 100_000;
const BUYERS: usize = 500;
/// So many that none of them reaches the limit of held bids.
const SELLERS: usize = 100;
/// Pings a second.
const PACE: u32 = 500;
/// Seconds of a round.
const SECONDS: u32 = 12;
const ROUNDS: usize = 5;
const GOAL: Duration = Duration::from_millis(10);
/// Requests of one transaction.
const AT_ONCE: usize = 200;
/// Countries with what their postal codes are written as.
const COUNTRIES: [(&str, &str); 8] = [
    ("LV", "LV-####"),
    ("LT", "LT-0####"),
    ("EE", "0####"),
    ("DE", "0####"),
    ("PL", "0#-###"),
    ("NL", "#### AB"),
    ("FR", "0####"),
    ("RO", "00####"),
];

fn main() {
    let count = std::env::args().find_map(|arg| arg.replace('_', "").parse().ok());
    let count = count.unwrap_or(REQUESTS);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let start = Instant::now();
    let keys = prepare(folder.path(), count);
    println!("made in {} s", start.elapsed().as_secs());
    let server = server::serve(folder.path());
    println!(
        "{count} active requests, ready after {} ms, {PACE} pings a second",
        server.ready_after.as_millis()
    );
    println!(
        "{:>6} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9}",
        "round", "pings", "bids", "p50 ms", "p99 ms", "most ms", "goal p99"
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    tell("alive", &runtime.block_on(only_call(&server.address)), 0);
    let mut p99 = Vec::new();
    // The first round fills the caches and is not told.
    for number in 0..=ROUNDS {
        let seed = u64::try_from(number).unwrap();
        let (waits, bids) = runtime.block_on(announce(&server.address, &keys, seed));
        if number > 0 {
            p99.push(percentile(&waits, 99));
            tell(&number.to_string(), &waits, bids);
        }
    }
    tell("alive", &runtime.block_on(only_call(&server.address)), 0);
    println!("median of p99: {} ms", tenths(median(&p99)));
}

fn tell(round: &str, waits: &[Duration], bids: usize) {
    println!(
        "{round:>6} {:>8} {bids:>8} {:>9} {:>9} {:>9} {:>9}",
        waits.len(),
        tenths(median(waits)),
        tenths(percentile(waits, 99)),
        tenths(percentile(waits, 100)),
        tenths(GOAL),
    );
}

fn tenths(wait: Duration) -> String {
    let micros = wait.as_micros();
    format!("{}.{}", micros / 1_000, micros % 1_000 / 100)
}

/// Makes the market; answers the sellers' keys.
fn prepare(folder: &Path, count: usize) -> Vec<String> {
    let config = Config::try_from(Options {
        data: Some(folder.join("data")),
        ..Options::default()
    })
    .unwrap();
    let app = App::open(config, Clock::System).unwrap();
    // A while ago, so that all that follows an activation is due, and done before the first ping.
    let now = app.clock.now().minus(MINUTE);
    let (keys, buyers, vertical) = app
        .db
        .write_blocking(move |conn| {
            let vertical = verticals::by_key(conn, traders::VERTICAL)?;
            let keys = (0..SELLERS).map(|number| {
                let seller =
                    traders::open(conn, AccountKind::Seller, &format!("seller {number}"), now)?;
                traders::key(conn, &seller, now)
            });
            let keys: Vec<String> = keys.collect::<Result<_>>()?;
            let buyers = (0..BUYERS).map(|number| {
                let name = format!("buyer {number}");
                let buyer = traders::open(conn, AccountKind::Buyer, &name, now)?;
                traders::pay_in(conn, &buyer, "1000000.00", now)?;
                Ok(buyer)
            });
            Ok((keys, buyers.collect::<Result<Vec<Caller>>>()?, vertical))
        })
        .unwrap();
    let (buyers, vertical) = (Arc::new(buyers), Arc::new(vertical));
    for start in (0..count).step_by(AT_ONCE) {
        let (buyers, vertical) = (Arc::clone(&buyers), Arc::clone(&vertical));
        app.db
            .write_blocking(move |conn| {
                let mut rng = fastrand::Rng::with_seed(u64::try_from(start).unwrap());
                for number in start..count.min(start + AT_ONCE) {
                    let buyer = &buyers[number % BUYERS];
                    order(conn, buyer, (&vertical, now), &mut rng)?;
                }
                Ok(())
            })
            .unwrap();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    while runtime.block_on(app.runner.run_due()).unwrap() > 0 {}
    app.db.close();
    keys
}

/// An active request for people of an age in one to three postal codes, or in a city.
fn order(
    conn: &mut Conn,
    buyer: &Caller,
    (vertical, now): (&Vertical, Ts),
    rng: &mut fastrand::Rng,
) -> Result<()> {
    let (country, written) = COUNTRIES[rng.usize(..COUNTRIES.len())];
    let place = if rng.usize(..10) < 3 {
        json!({"field": "city", "op": "eq", "value": city(rng.usize(..200))})
    } else {
        let codes: Vec<_> = (0..rng.usize(1..=3)).map(|_| code(written, rng)).collect();
        json!({"field": "postal_code", "op": "in", "value": codes})
    };
    let (low, high) = (rng.i64(18..50), rng.i64(50..90));
    let mut all = vec![
        json!({"field": "country", "op": "eq", "value": country}),
        place,
        json!({"field": "age", "op": "between", "value": [low, high]}),
    ];
    if rng.bool() {
        all.push(json!({"field": "employed", "op": "eq", "value": true}));
    }
    let document = json!({
        "name": "People who need glasses",
        "vertical": traders::VERTICAL,
        "filter": {"all": all},
        "bid": {"amount": format!("{}.00", rng.usize(8..40)), "currency": "EUR"},
        "quantity": 100_000,
    });
    let input: TermsJson = serde_json::from_value(document).unwrap();
    let terms = requests::read_terms(conn, buyer.account_id, &input, vertical)?;
    let draft = requests::create(conn, buyer, vertical, &terms, now)?;
    requests::change_state(conn, buyer, draft.id, Move::Activate, now)?;
    Ok(())
}

fn city(number: usize) -> String {
    format!("City {number}")
}

/// One of two thousand codes of a country.
fn code(written: &str, rng: &mut fastrand::Rng) -> String {
    let number = format!("{:04}", 1_000 + rng.usize(..2_000));
    let mut digits = number.chars();
    let letters = written.chars();
    let code = letters.map(|letter| match letter {
        '#' => digits.next().unwrap(),
        letter => letter,
    });
    code.collect()
}

/// A lead of one of the countries, without its contact.
fn ping(rng: &mut fastrand::Rng) -> Value {
    let (country, written) = COUNTRIES[rng.usize(..COUNTRIES.len())];
    json!({
        "vertical": traders::VERTICAL,
        "has": {"email": true, "phone": true},
        "attributes": {
            "country": country,
            "city": city(rng.usize(..200)),
            "postal_code": code(written, rng),
            "age": rng.i64(18..90),
            "employed": rng.bool(),
        },
        "consent": {"given_at": Clock::System.now().minus(HOUR)},
        "ask": {"amount": "8.00", "currency": "EUR"},
    })
}

/// Announces leads for a round; answers as `round` does.
async fn announce(address: &str, keys: &[String], seed: u64) -> (Vec<Duration>, usize) {
    let url = format!("http://{address}/api/v1/pings");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut rng = fastrand::Rng::with_seed(seed);
    round(|number| {
        client
            .post(&url)
            .bearer_auth(&keys[number % keys.len()])
            .header("content-type", "application/json")
            .header("idempotency-key", uuid::Uuid::now_v7().to_string())
            .body(ping(&mut rng).to_string())
    })
    .await
}

/// Asks whether the server lives, which reads and writes nothing: what the machine and the caller themselves take.
async fn only_call(address: &str) -> Vec<Duration> {
    let url = format!("http://{address}/healthz");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    round(|_| client.get(&url)).await.0
}

/// Makes the calls of a round at their pace; answers how long each answer took, and how many made something.
async fn round(mut next: impl FnMut(usize) -> RequestBuilder) -> (Vec<Duration>, usize) {
    let mut calls = JoinSet::new();
    let start = tokio::time::Instant::now();
    for number in 0..PACE * SECONDS {
        let due = start + Duration::from_secs(1) * number / PACE;
        let call = next(usize::try_from(number).unwrap());
        tokio::time::sleep_until(due).await;
        calls.spawn(async move {
            let answer = call.send().await.unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            assert!(matches!(status, 200 | 201), "{status}: {text}");
            (Instant::now().duration_since(due.into_std()), status == 201)
        });
    }
    let (mut waits, mut made) = (Vec::new(), 0);
    while let Some(ended) = calls.join_next().await {
        let (wait, is_made) = ended.unwrap();
        waits.push(wait);
        made += usize::from(is_made);
    }
    (waits, made)
}
