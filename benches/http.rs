//! Leads taken in over HTTP: `cargo bench --bench http`.
//!
//! The release binary serves an empty SQLite database as it would in production. Clients in this process
//! send leads, each its own person, each request under its own Idempotency-Key, one by one and in batches;
//! once while nobody buys, and once while every lead is sold at once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on ends"
)]

#[path = "support/figures.rs"]
mod figures;
#[path = "support/people.rs"]
mod people;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/server.rs"]
mod server;
#[path = "support/traders.rs"]
mod traders;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use galena::access::AccountKind;
use galena::app::App;
use galena::clock::{Clock, HOUR, Ts};
use galena::config::{Config, Options};
use serde_json::json;
use tokio::task::JoinSet;

use figures::{median, per_second, percentile};

const ROUNDS: usize = 5;
/// How leads are sent: documents in a request, requests at once, leads in a round, leads per second aimed at.
const WAYS: [Way; 2] = [
    Way {
        name: "one by one",
        batch: 1,
        clients: 64,
        leads: 4_000,
        goal: 500,
    },
    Way {
        name: "batches of 200",
        batch: 200,
        clients: 4,
        leads: 8_000,
        goal: 1_000,
    },
];
/// Buyers with an active request that fits every lead.
const BUYERS: usize = 20;

#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    batch: usize,
    clients: usize,
    leads: usize,
    goal: u128,
}

struct Round {
    elapsed: Duration,
    waits: Vec<Duration>,
}

/// A market, its server, and the number of the next person.
struct Site {
    name: &'static str,
    server: server::Server,
    key: String,
    next: usize,
    _folder: tempfile::TempDir,
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut sites = [site("listed", 0), site("sold at once", BUYERS)];
    println!(
        "{:<14} {:<16} {:>8} {:>8} {:>9} {:>9}",
        "leads are", "sent", "leads/s", "goal", "p50 ms", "p99 ms"
    );
    let mut rates = vec![vec![Vec::new(); WAYS.len()]; sites.len()];
    let mut waits = vec![vec![Vec::new(); WAYS.len()]; sites.len()];
    for _ in 0..ROUNDS {
        for (at, site) in sites.iter_mut().enumerate() {
            for (by, way) in WAYS.iter().enumerate() {
                let bodies = bodies(way, &mut site.next);
                let round = runtime.block_on(send(site, way, bodies));
                rates[at][by].push(per_second(way.leads, round.elapsed));
                waits[at][by].extend(round.waits);
            }
        }
    }
    for (at, site) in sites.iter().enumerate() {
        for (by, way) in WAYS.iter().enumerate() {
            println!(
                "{:<14} {:<16} {:>8} {:>8} {:>9} {:>9}",
                site.name,
                way.name,
                median(&rates[at][by]),
                way.goal,
                median(&waits[at][by]).as_millis(),
                percentile(&waits[at][by], 99).as_millis(),
            );
        }
    }
}

fn site(name: &'static str, buyers: usize) -> Site {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let key = prepare(folder.path(), buyers);
    Site {
        name,
        server: server::serve(folder.path()),
        key,
        next: 0,
        _folder: folder,
    }
}

/// Makes a seller and the buyers; answers the seller's key.
fn prepare(folder: &Path, buyers: usize) -> String {
    let config = Config::try_from(Options {
        data: Some(folder.join("data")),
        ..Options::default()
    })
    .unwrap();
    let app = App::open(config, Clock::System).unwrap();
    let now = app.clock.now();
    let key = app
        .db
        .write_blocking(move |conn| {
            let seller = traders::open(conn, AccountKind::Seller, "seller", now)?;
            for number in 0..buyers {
                let name = format!("buyer {number}");
                let buyer = traders::open(conn, AccountKind::Buyer, &name, now)?;
                traders::pay_in(conn, &buyer, "1000000.00", now)?;
                traders::order(conn, &buyer, now)?;
            }
            traders::key(conn, &seller, now)
        })
        .unwrap();
    app.db.close();
    key
}

/// The requests of a round, written out before the clock runs.
fn bodies(way: &Way, next: &mut usize) -> Vec<String> {
    let consent_at: Ts = Clock::System.now().minus(HOUR);
    (0..way.leads / way.batch)
        .map(|_| {
            let leads: Vec<_> = (*next..*next + way.batch)
                .map(|number| people::person(number, consent_at))
                .collect();
            *next += way.batch;
            match leads.as_slice() {
                [lead] => lead.to_string(),
                leads => json!({ "leads": leads }).to_string(),
            }
        })
        .collect()
}

async fn send(site: &Site, way: &Way, bodies: Vec<String>) -> Round {
    let path = if way.batch == 1 {
        "leads"
    } else {
        "leads/batch"
    };
    let url: Arc<str> = format!("http://{}/api/v1/{path}", site.server.address).into();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let (bodies, next) = (Arc::new(bodies), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    let start = Instant::now();
    for _ in 0..way.clients {
        let (client, url, key) = (client.clone(), Arc::clone(&url), site.key.clone());
        let (bodies, next, batch) = (Arc::clone(&bodies), Arc::clone(&next), way.batch);
        clients.spawn(async move {
            let mut waits = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(body) = bodies.get(number) else {
                    return waits;
                };
                let asked = Instant::now();
                let answer = client
                    .post(&*url)
                    .bearer_auth(&key)
                    .header("content-type", "application/json")
                    .header("idempotency-key", uuid::Uuid::now_v7().to_string())
                    .body(body.clone())
                    .send()
                    .await
                    .unwrap();
                let status = answer.status();
                let text = answer.text().await.unwrap();
                waits.push(asked.elapsed());
                check(batch, status.as_u16(), &text);
            }
        });
    }
    let mut waits = Vec::new();
    while let Some(ended) = clients.join_next().await {
        waits.extend(ended.unwrap());
    }
    Round {
        elapsed: start.elapsed(),
        waits,
    }
}

/// Every lead was taken.
fn check(batch: usize, status: u16, text: &str) {
    if batch == 1 {
        assert_eq!(status, 201, "{text}");
    } else {
        assert_eq!(status, 200, "{text}");
        let all = format!("\"accepted\":{batch},");
        assert!(text.contains(&all), "{text}");
    }
}
