//! Leads received and sold at once: `cargo bench --bench intake`.
//!
//! One transaction for each lead beside one for a hundred, through the product's own `db.write`, by as many callers
//! as the server has at work; on SQLite with few and with a million listed leads, and with `BENCH_DATABASE_URL` (the
//! URL of an empty PostgreSQL database) there too. All in turn, since a machine's speed changes while it is measured.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

#[path = "../support/figures.rs"]
mod figures;
mod listed;
#[path = "../support/people.rs"]
mod people;
mod site;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "../support/traders.rs"]
mod traders;

use std::time::Duration;

use figures::{median, per_second, percentile};
use site::Site;

const ROUNDS: usize = 3;
/// Listed leads beside those that are sold.
const FEW: usize = 10_000;
const MANY: usize = 1_000_000;

/// How leads are sent: leads of a transaction, callers at once, leads of a round.
#[derive(Clone, Copy)]
pub struct Way {
    name: &'static str,
    pub together: usize,
    pub callers: usize,
    pub leads: usize,
}

const WAYS: [Way; 3] = [
    Way {
        name: "one, alone",
        together: 1,
        callers: 1,
        leads: 200,
    },
    Way {
        name: "one, 64 callers",
        together: 1,
        callers: 64,
        leads: 1_000,
    },
    Way {
        name: "a hundred, 4 callers",
        together: 100,
        callers: 4,
        leads: 4_000,
    },
];

fn main() {
    let many = std::env::args().find_map(|arg| arg.replace('_', "").parse().ok());
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut sites = vec![
        Site::sqlite(&folder.path().join("few.db"), FEW),
        Site::sqlite(&folder.path().join("many.db"), many.unwrap_or(MANY)),
    ];
    if let Ok(url) = std::env::var("BENCH_DATABASE_URL") {
        sites.push(Site::postgres(&url));
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut rates = vec![vec![Vec::new(); WAYS.len()]; sites.len()];
    let mut waits = vec![vec![Vec::new(); WAYS.len()]; sites.len()];
    // The first round fills the caches and is not told.
    for round in 0..=ROUNDS {
        for (at, site) in sites.iter_mut().enumerate() {
            for (by, way) in WAYS.iter().enumerate() {
                let (elapsed, waited) = runtime.block_on(site.sell(*way));
                eprintln!(
                    "round {round}, {}, {}: {} ms",
                    site.name,
                    way.name,
                    elapsed.as_millis()
                );
                if round > 0 {
                    rates[at][by].push(per_second(way.leads, elapsed));
                    waits[at][by].extend(waited);
                }
            }
        }
    }
    println!(
        "{:<28} {:<22} {:>8} {:>9} {:>9}",
        "database", "leads of a transaction", "leads/s", "p50 ms", "p99 ms"
    );
    for (at, site) in sites.iter().enumerate() {
        for (by, way) in WAYS.iter().enumerate() {
            println!(
                "{:<28} {:<22} {:>8} {:>9} {:>9}",
                site.name,
                way.name,
                median(&rates[at][by]),
                tenths(median(&waits[at][by])),
                tenths(percentile(&waits[at][by], 99)),
            );
        }
    }
    for (at, site) in sites.iter().enumerate() {
        for alone in 0..2 {
            println!(
                "{}: a hundred together / {}: {} %",
                site.name,
                WAYS[alone].name,
                ratio(&rates[at][2], &rates[at][alone])
            );
        }
    }
    for (by, way) in WAYS.iter().enumerate() {
        println!(
            "time of a sale, {}, {} / {}: {} %",
            way.name,
            sites[1].name,
            sites[0].name,
            ratio(&rates[0][by], &rates[1][by])
        );
    }
}

fn tenths(wait: Duration) -> String {
    let micros = wait.as_micros();
    format!("{}.{}", micros / 1_000, micros % 1_000 / 100)
}

/// The median of the rounds' own ratios in percent: what slowed a round slowed both.
fn ratio(ours: &[u128], theirs: &[u128]) -> u128 {
    let percents: Vec<u128> = ours
        .iter()
        .zip(theirs)
        .map(|(ours, theirs)| ours * 100 / theirs.max(&1))
        .collect();
    median(&percents)
}
