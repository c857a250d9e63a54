//! A request tried on 100,000 leads of 90 days: `cargo bench --bench backtest`.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/figures.rs"]
mod figures;
#[path = "support/people.rs"]
mod people;
#[expect(dead_code, reason = "this bench needs a part of it")]
#[path = "support/traders.rs"]
mod traders;

use std::sync::Arc;
use std::time::Instant;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use galena::access::{AccountKind, Actor};
use galena::backtests;
use galena::clock::{Clock, DAY, HOUR, Ts};
use galena::db::{Conn, Db};
use galena::error::Result;
use galena::id::LeadId;
use galena::leads::{self, Exchange, Intake, Listing, SaleSummary, Source, Spelling};
use galena::requests;
use galena::vault::{MasterKey, Vault};
use galena::verification::Verifier;
use galena::verticals;

use figures::{median, percentile};

const MADE: usize = 500;
const LEADS: usize = 100_000;
const ROUNDS: usize = 15;

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
    let path = folder.path().join("bench.db");
    let url = format!("sqlite://{}", path.display()).parse().unwrap();
    let db = Db::open(&url, 1).unwrap();
    db.migrate().unwrap();
    let now = Clock::System.now();
    db.write_blocking(move |conn| verticals::seed(conn, now))
        .unwrap();
    let (request, vertical) = db
        .write_blocking(move |conn| {
            let seller = traders::open(conn, AccountKind::Seller, "seller", now)?;
            let buyer = traders::open(conn, AccountKind::Buyer, "buyer", now)?;
            let vertical = verticals::by_key(conn, traders::VERTICAL)?;
            let vault = Vault::new(&MasterKey::generate()?)?;
            let (verifier, known) = (Verifier::new()?, [Arc::new(vertical.clone())]);
            for number in 0..MADE {
                let document =
                    people::person(number, now.minus(HOUR).plus(i64::try_from(number).unwrap()));
                let intake = Intake::read(&known, document, Spelling::Typed, &verifier, now);
                let source = Source::api(Actor::System);
                leads::take_in(
                    conn,
                    &vault,
                    &Nobody,
                    seller.account_id,
                    &intake,
                    &source,
                    now,
                )?;
            }
            Ok((traders::order(conn, &buyer, now)?, vertical))
        })
        .unwrap();
    multiply(&path, now);
    for days in backtests::SPANS {
        let mut times = Vec::new();
        let mut told = String::new();
        for _ in 0..ROUNDS {
            let (request, vertical) = (Arc::new(request.clone()), vertical.clone());
            let start = Instant::now();
            let test = db
                .read_blocking(move |conn| {
                    let rule = requests::rule_of(conn, request, &vertical)?;
                    backtests::run(conn, &rule, &vertical, days, now)
                })
                .unwrap();
            times.push(start.elapsed().as_millis());
            told = format!("{} leads looked at, {} bought", test.looked_at, test.bought);
        }
        println!(
            "{days:>3} days: median {} ms, p99 {} ms; {told}",
            median(&times),
            percentile(&times, 99)
        );
    }
}

/// Copies the leads until there are enough, spread over 90 days.
fn multiply(path: &std::path::Path, now: Ts) {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let columns: Vec<String> = galena_columns(&mut conn);
    let picked: Vec<String> = columns
        .iter()
        .map(|column| match column.as_str() {
            "id" => "randomblob(16)".to_owned(),
            "external_id" => "NULL".to_owned(),
            "received_at" => format!("{} - abs(random() % {})", now.micros(), 89 * DAY),
            other => other.to_owned(),
        })
        .collect();
    conn.batch_execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
         INSERT INTO leads ({}) SELECT {} FROM leads, n;
         UPDATE leads SET consent_given_at = received_at - 1000000; ANALYZE;",
        LEADS / MADE,
        columns.join(", "),
        picked.join(", ")
    ))
    .unwrap();
}

fn galena_columns(conn: &mut SqliteConnection) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Column {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    use diesel::RunQueryDsl as _;
    let rows: Vec<Column> = diesel::sql_query("SELECT name FROM pragma_table_info('leads')")
        .load(conn)
        .unwrap();
    rows.into_iter().map(|row| row.name).collect()
}
