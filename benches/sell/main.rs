//! Leads sold per second on SQLite: `cargo bench --bench sell`.
//!
//! `purchases::sell` through the real group-commit writer, beside its own statements without anything around
//! them and beside the least that a sale could be; in turn, since a machine's speed changes while it is
//! measured. CPU time is told too: neighbours disturb it least (on Linux; elsewhere it is 0).
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod bare;
mod callers;
#[path = "../support/cpu.rs"]
mod cpu;
#[path = "../support/figures.rs"]
mod figures;
mod market;
#[path = "../support/people.rs"]
mod people;
mod product;
mod six;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "../support/traders.rs"]
mod traders;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cpu::cpu;
use figures::{median, per_second, percentile};
use market::SOLD;

const ROUNDS: usize = 4;
/// What a sale may cost beside the same statements alone, and beside six: least rates in percent.
const GOALS: [u128; 2] = [80, 35];

/// The rounds of one contestant.
#[derive(Default)]
struct Rounds {
    rates: Vec<u128>,
    cpu_micros: Vec<u128>,
}

impl Rounds {
    /// Notes a round; `run` answers its time and how many were sold.
    fn add(&mut self, run: impl FnOnce() -> (Duration, usize)) {
        let before = cpu();
        let (elapsed, sold) = run();
        let spent = cpu().saturating_sub(before);
        assert_eq!(sold, SOLD);
        self.rates.push(per_second(sold, elapsed));
        self.cpu_micros
            .push(spent.as_micros() / u128::try_from(sold).unwrap());
    }

    fn tell(&self, name: &str) {
        let (rate, cpu) = (median(&self.rates), median(&self.cpu_micros));
        println!("{name:<44} {rate:>8} {cpu:>12}");
    }
}

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let template = folder.path().join("market.db");
    let offers = Arc::new(market::make(&template));
    let fresh = |name: &str| {
        let path = folder.path().join(name);
        std::fs::copy(&template, &path).unwrap();
        path
    };
    let statements = product::statements(&fresh("heard.db"), &offers);
    let (mut sell, mut same, mut six) = (Rounds::default(), Rounds::default(), Rounds::default());
    let mut waits = Vec::new();
    for _ in 0..ROUNDS {
        let (sold, floor) = (fresh("sell.db"), fresh("bare.db"));
        let least = folder.path().join("six.db");
        sell.add(|| {
            let done = product::run(&sold, &offers);
            waits.extend(done.waits);
            (done.elapsed, done.sold)
        });
        same.add(|| bare::run(&floor, &statements, &offers));
        six.add(|| {
            let done = six::run(&least);
            (done.elapsed, done.sold)
        });
        assert_eq!(market::outcome(&sold), market::outcome(&floor));
        remove(&[&sold, &floor, &least]);
    }
    println!("{:<44} {:>8} {:>12}", "", "leads/s", "CPU us/lead");
    sell.tell("purchases::sell through db.write");
    same.tell("(a) the same statements, bare");
    six.tell("(b) six statements through db.write");
    for ((name, other), goal) in [("a", &same), ("b", &six)].into_iter().zip(GOALS) {
        let percent = ratio(&sell.rates, &other.rates);
        println!("sell is {percent} % of ({name}); goal: at least {goal} %");
    }
    println!(
        "a caller of {} waits {} ms (median), {} ms (99 of 100)",
        callers::CALLERS,
        median(&waits).as_millis(),
        percentile(&waits, 99).as_millis()
    );
}

/// The median of the rounds' own ratios: what slowed a round slowed both.
fn ratio(ours: &[u128], theirs: &[u128]) -> u128 {
    let percents: Vec<u128> = ours
        .iter()
        .zip(theirs)
        .map(|(ours, theirs)| ours * 100 / theirs)
        .collect();
    median(&percents)
}

/// A database with what SQLite keeps beside it.
fn remove(databases: &[&Path]) {
    for database in databases {
        for suffix in ["", "-wal", "-shm"] {
            // The last connection has removed some already.
            let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
        }
    }
}
