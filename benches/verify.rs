//! Leads through the local checks: `taskset -c 0 cargo bench --bench verify`.
//!
//! People who do not exist are read, checked and judged one after the other on one core: the checks alone;
//! a JSON document from its parse to its draft with the checks; the whole pipeline, with the checks that ask the
//! database: duplicates, lists, the counts of the source, the standing; and the whole way into an SQLite database, with
//! the claim of the contact and the sealing.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

#[path = "support/figures.rs"]
mod figures;
#[path = "support/people.rs"]
mod people;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/traders.rs"]
mod traders;

use std::sync::Arc;
use std::time::Instant;

use galena::access::{AccountKind, Actor};
use galena::clock::{Clock, HOUR, Ts};
use galena::db::{Conn, Db};
use galena::error::Result;
use galena::id::{AccountId, LeadId};
use galena::leads::{
    self, Draft, Exchange, Intake, LeadState, Listing, Outcome, SaleSummary, Source, Spelling,
    Tried,
};
use galena::scoring;
use galena::vault::{MasterKey, Vault};
use galena::verification::{
    Agreed, Given, Lists, Phone, Settings, Subject, Verifier, judge, local, phone,
};
use galena::verticals::{self, Vertical};

use serde_json::Value;

use figures::{median, per_second};

const ROUNDS: usize = 5;
const LEADS: usize = 10_000;
/// Leads of one transaction, as a batch sends them.
const AT_ONCE: usize = 100;
const GOAL: u128 = 2_000;

/// A market on which nobody buys.
struct Nobody;

impl Exchange for Nobody {
    fn offer(&self, _: &mut Conn, _: &Listing, _: Ts) -> Result<Vec<SaleSummary>> {
        Ok(Vec::new())
    }

    fn sales(&self, _: &mut Conn, _: LeadId) -> Result<Vec<SaleSummary>> {
        Ok(Vec::new())
    }
}

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    let db = Db::open(&url.parse().unwrap(), 1).unwrap();
    db.migrate().unwrap();
    let now = Clock::System.now();
    db.write_blocking(move |conn| {
        verticals::seed(conn, now)?;
        scoring::seed(conn, now)
    })
    .unwrap();
    let seller = db
        .write_blocking(move |conn| traders::open(conn, AccountKind::Seller, "seller", now))
        .unwrap()
        .account_id;
    let known: Vec<_> = db
        .read_blocking(verticals::all)
        .unwrap()
        .into_iter()
        .map(Arc::new)
        .collect();
    let verifier = Verifier::new().unwrap();
    let mut rates = [const { Vec::new() }; 4];
    for round in 0..ROUNDS {
        let first = round * LEADS;
        rates[0].push(checks(first, now));
        rates[1].push(reading(&known, &verifier, first, now));
        rates[2].push(trying(&db, &known, &verifier, seller, first, now));
        rates[3].push(receiving(&db, &known, &verifier, seller, first, now));
    }
    println!(
        "{:<44} {:>8} {:>8}",
        "one core, leads a second", "median", "goal"
    );
    let names = [
        "checks and judgement alone",
        "from JSON to a checked draft",
        "from JSON through every check to its verdict",
        "into the database, with all that belongs there",
    ];
    for (name, rates) in names.into_iter().zip(&rates) {
        println!("{name:<44} {:>8} {GOAL:>8}", median(rates));
    }
}

fn checks(first: usize, now: Ts) -> u128 {
    let (lists, settings) = (Lists::shipped().unwrap(), Settings::default());
    let people: Vec<(String, Phone)> = (first..first + LEADS)
        .map(|number| {
            let phone = format!("+3712{number:07}");
            (
                format!("marija.kalnina.{number}@example.lv"),
                phone::read(&phone, None).unwrap(),
            )
        })
        .collect();
    let channels = ["phone".to_owned(), "email".to_owned()];
    let start = Instant::now();
    for (email, phone) in &people {
        let subject = Subject {
            first_name: Some("Marija"),
            last_name: Some("Kalniņa"),
            company: None,
            email: Given::Read(email),
            phone: Given::Read(phone),
            country: Some("LV"),
            region: Some("LV-RIX"),
            postal_code: Some("LV-1010"),
            age: Some(34),
            min_age: 18,
            consent: Some(Agreed {
                text: "I agree that an optician calls me about glasses.",
                given_at: now.minus(HOUR),
                channels: &channels,
                recipients: &[],
                max_age_days: 30,
            }),
            now,
        };
        let judged = judge(&settings, &local(&subject, &lists, &settings), now);
        assert_eq!(judged.quality, 100);
    }
    per_second(LEADS, start.elapsed())
}

fn reading(known: &[Arc<Vertical>], verifier: &Verifier, first: usize, now: Ts) -> u128 {
    let documents: Vec<_> = (first..first + LEADS)
        .map(|number| people::person(number, now.minus(HOUR)).to_string())
        .collect();
    let start = Instant::now();
    for document in &documents {
        let document = serde_json::from_str(document).unwrap();
        let intake = Intake::read(known, document, Spelling::Typed, verifier, now);
        assert!(intake.draft.is_ok());
    }
    per_second(LEADS, start.elapsed())
}

fn trying(
    db: &Db,
    known: &[Arc<Vertical>],
    verifier: &Verifier,
    seller: AccountId,
    first: usize,
    now: Ts,
) -> u128 {
    let documents: Vec<String> = documents(first, now)
        .iter()
        .map(ToString::to_string)
        .collect();
    let vault = Arc::new(Vault::new(&MasterKey::generate().unwrap()).unwrap());
    let start = Instant::now();
    for some in documents.chunks(AT_ONCE) {
        let drafts: Vec<Draft> = some
            .iter()
            .map(|document| {
                let document = serde_json::from_str(document).unwrap();
                let intake = Intake::read(known, document, Spelling::Typed, verifier, now);
                intake.draft.unwrap()
            })
            .collect();
        let vault = Arc::clone(&vault);
        db.read_blocking(move |conn| {
            let drafts: Vec<&Draft> = drafts.iter().collect();
            let tried = leads::try_all(conn, &vault, seller, &drafts, now)?;
            let is_listed = |one: &Result<Tried, _>| {
                let one = one.as_ref();
                one.is_ok_and(|one| one.listing.state == LeadState::Listed)
            };
            assert!(tried.iter().all(is_listed));
            Ok(())
        })
        .unwrap();
    }
    per_second(LEADS, start.elapsed())
}

/// Leads of people, each of whom agreed at a moment of their own.
fn documents(first: usize, now: Ts) -> Vec<Value> {
    let people = (first..first + LEADS).map(|number| {
        let offset = i64::try_from(number).unwrap() * 1_000;
        people::person(number, now.minus(HOUR).plus(offset))
    });
    people.collect()
}

fn receiving(
    db: &Db,
    known: &[Arc<Vertical>],
    verifier: &Verifier,
    seller: AccountId,
    first: usize,
    now: Ts,
) -> u128 {
    let documents = documents(first, now);
    let vault = Arc::new(Vault::new(&MasterKey::generate().unwrap()).unwrap());
    let start = Instant::now();
    for some in documents.chunks(AT_ONCE) {
        let intakes: Vec<Intake> = some
            .iter()
            .map(|document| Intake::read(known, document.clone(), Spelling::Typed, verifier, now))
            .collect();
        let (intakes, vault) = (Arc::new(intakes), Arc::clone(&vault));
        db.write_blocking(move |conn| {
            let source = Source::api(Actor::System);
            let sent: Vec<_> = intakes.iter().map(|intake| (intake, source)).collect();
            let taken = leads::take_in_all(conn, &vault, &Nobody, seller, &sent, now)?;
            assert!(taken.iter().all(|one| matches!(one, Outcome::Taken(_))));
            Ok(())
        })
        .unwrap();
    }
    per_second(LEADS, start.elapsed())
}
