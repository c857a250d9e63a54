//! Which requests take a lead: `cargo bench --bench matching [-- SIZE ..]`.
//!
//! The anchor index beside a scan of all rules, roaring bitmaps, SQLite and, with `BENCH_DATABASE_URL`, PostgreSQL,
//! on the same requests and leads in one run: both databases once with an index that narrows what is looked at, and
//! once alone, with a statement that decides everything. Everybody must find the same requests, or the run ends.
//! First the index is compared with the scan on 1,000 leads and 100,000 requests, and again after 10,000 edits.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod bitmaps;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "../support/figures.rs"]
mod figures;
#[path = "../support/market.rs"]
mod market;
mod sql;
mod sql_alone;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use galena::id::RequestId;
use galena::leads::Listing;
use galena::matching::index::Index;
use galena::requests::Rule;

use figures::{median, percentile};
use market::{Generator, NOW, SHAPES, Shape};

/// Leads that each contestant is asked about, fewer where a look takes long.
const LEADS: usize = 2_000;
/// About how many rules a contestant may look at one by one in all.
const MOST_LOOKS: usize = 40_000_000;
const SEED: u64 = 2_026;

/// Somebody who knows which requests take a lead.
pub trait Finder {
    fn name(&self) -> &'static str;
    /// The rules of the requests, in no order.
    fn find(&mut self, listing: &Listing) -> Vec<&Arc<Rule>>;
    /// Bytes a request, where that can be told.
    fn bytes(&self) -> Option<usize>;
}

struct Anchors(Index);

impl Finder for Anchors {
    fn name(&self) -> &'static str {
        "anchor index"
    }

    fn find(&mut self, listing: &Listing) -> Vec<&Arc<Rule>> {
        self.0.find(listing, NOW)
    }

    fn bytes(&self) -> Option<usize> {
        let footprint = self.0.footprint();
        Some((footprint.index + footprint.programs) / footprint.rules.max(1))
    }
}

struct Scan(Arc<Vec<Arc<Rule>>>);

impl Finder for Scan {
    fn name(&self) -> &'static str {
        "scan of all rules"
    }

    fn find(&mut self, listing: &Listing) -> Vec<&Arc<Rule>> {
        let rules = self.0.iter();
        rules.filter(|rule| rule.matches(listing, NOW)).collect()
    }

    fn bytes(&self) -> Option<usize> {
        Some(0)
    }
}

fn main() {
    let wanted: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.replace('_', "").parse().ok())
        .collect();
    if wanted.is_empty() {
        differential();
    }
    println!("\n| requests | finder | p50 us | p99 us | matches | bytes a request |");
    println!("|---|---|---|---|---|---|");
    for shape in SHAPES {
        if wanted.is_empty() || wanted.contains(&shape.requests) {
            measure(shape);
        }
    }
}

/// The index and the scan on 1,000 leads and 100,000 requests, and after 10,000 edits.
fn differential() {
    let mut made = Generator::new(Shape::of(100_000), SEED + 1);
    let mut rules: Vec<Arc<Rule>> = (0..100_000).map(|_| made.rule()).collect();
    let mut index = Index::new(&made.verticals);
    for rule in &rules {
        index.insert(rule);
    }
    let matches = compare(&mut made, &index, &rules, 1_000);
    println!("1,000 leads, 100,000 requests: index and scan agree on {matches} matches");
    let mut rng = fastrand::Rng::with_seed(SEED);
    for _ in 0..10_000 {
        let at = rng.usize(0..rules.len());
        index.remove(rules[at].request.id);
        rules.swap_remove(at);
        if rng.bool() {
            let rule = made.rule();
            index.insert(&rule);
            rules.push(rule);
        }
    }
    let matches = compare(&mut made, &index, &rules, 1_000);
    println!(
        "after 10,000 edits, {} requests: they agree on {matches} matches",
        rules.len()
    );
}

fn compare(made: &mut Generator, index: &Index, rules: &[Arc<Rule>], leads: usize) -> usize {
    let mut matches = 0;
    for _ in 0..leads {
        let listing = made.listing();
        let scanned = sorted(rules.iter().filter(|rule| rule.matches(&listing, NOW)));
        assert_eq!(sorted(index.find(&listing, NOW).into_iter()), scanned);
        matches += scanned.len();
    }
    matches
}

fn sorted<'a>(rules: impl Iterator<Item = &'a Arc<Rule>>) -> Vec<RequestId> {
    let mut ids: Vec<RequestId> = rules.map(|rule| rule.request.id).collect();
    ids.sort_unstable();
    ids
}

fn measure(shape: Shape) {
    let mut made = Generator::new(shape, SEED);
    let rules: Arc<Vec<Arc<Rule>>> = Arc::new((0..shape.requests).map(|_| made.rule()).collect());
    let listings: Vec<Listing> = (0..LEADS).map(|_| made.listing()).collect();
    let mut index = Index::new(&made.verticals);
    for rule in rules.iter() {
        index.insert(rule);
    }
    index.shrink();
    let footprint = index.footprint();
    let vertical = &made.verticals[0];
    let mut finders: Vec<Box<dyn Finder>> = vec![
        Box::new(Anchors(index)),
        Box::new(Scan(Arc::clone(&rules))),
        Box::new(bitmaps::Bitmaps::new(&rules)),
        Box::new(sql::Sqlite::new(&rules)),
        Box::new(sql_alone::Sqlite::new(&rules, vertical)),
    ];
    if let Ok(url) = std::env::var("BENCH_DATABASE_URL") {
        finders.push(Box::new(sql::Postgres::new(&url, &rules)));
        finders.push(Box::new(sql_alone::Postgres::new(&url, &rules, vertical)));
    }
    let expected = found(finders[0].as_mut(), &listings, shape.requests);
    for finder in &mut finders {
        let mut times = Vec::new();
        let leads = asked(finder.as_ref(), shape.requests);
        // Once for the caches, then for the figures.
        for round in 0..2 {
            for (at, listing) in listings.iter().take(leads).enumerate() {
                let start = Instant::now();
                let found = black_box(finder.find(black_box(listing)));
                let nanos = start.elapsed().as_nanos();
                if round == 1 {
                    times.push(nanos);
                } else {
                    let ids = sorted(found.into_iter());
                    assert_eq!(ids, expected[at], "{} finds others", finder.name());
                }
            }
        }
        let matches: usize = expected.iter().take(leads).map(Vec::len).sum();
        let bytes = finder
            .bytes()
            .map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
        println!(
            "| {} | {} | {} | {} | {} | {bytes} |",
            shape.requests,
            finder.name(),
            micros(median(&times)),
            micros(percentile(&times, 99)),
            tenths(matches, leads),
        );
    }
    println!(
        "| | of that | | | | {} in buckets, {} in programs, {} postings |",
        footprint.index / footprint.rules,
        footprint.programs / footprint.rules,
        footprint.postings,
    );
}

/// Those who look at every rule are asked about fewer leads.
fn asked(finder: &dyn Finder, requests: usize) -> usize {
    match finder.bytes() {
        Some(0) => (MOST_LOOKS / requests).min(LEADS),
        _ => LEADS,
    }
}

fn found(finder: &mut dyn Finder, listings: &[Listing], requests: usize) -> Vec<Vec<RequestId>> {
    let leads = asked(finder, requests);
    let ids = |listing| sorted(finder.find(listing).into_iter());
    listings.iter().take(leads).map(ids).collect()
}

fn micros(nanos: u128) -> String {
    format!("{}.{:02}", nanos / 1_000, nanos % 1_000 / 10)
}

fn tenths(sum: usize, of: usize) -> String {
    format!("{}.{}", sum / of, sum * 10 / of % 10)
}
