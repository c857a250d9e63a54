//! Databases: a table of places with the bounds that SQL can compare, under one covering index; what it finds is
//! looked at.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use galena::conditions::{Condition, Filter, Op};
use galena::leads::Listing;
use galena::requests::Rule;
use galena::verticals::Value;

use super::Finder;
use crate::market::NOW;

const PLACES: [&str; 4] = ["postal_code", "city", "region", "country"];
const TABLE: &str = "CREATE TEMPORARY TABLE wanted (vertical TEXT NOT NULL, place TEXT NOT NULL, rule BIGINT NOT NULL,
    phone INT NOT NULL, email INT NOT NULL, most BIGINT NOT NULL, quality INT NOT NULL, consent BIGINT NOT NULL,
    age_from INT NOT NULL, age_to INT NOT NULL, score INT NOT NULL)";
const INDEX: &str = "CREATE INDEX wanted_by_place ON wanted
    (vertical, place, phone, email, most, quality, consent, age_from, age_to, score, rule)";
const ROWS_A_STATEMENT: usize = 400;

/// One row of the table: what stands in the columns after the place.
fn rows(number: usize, rule: &Rule) -> Vec<String> {
    let request = &rule.request;
    let musts = musts(&request.filter);
    let named = |key: &str| {
        musts
            .iter()
            .find(|must| must.field == key && matches!(must.op, Op::Eq | Op::In))
    };
    let places: BTreeSet<String> = match PLACES.iter().find_map(|key| named(key)) {
        Some(must) => must
            .values
            .iter()
            .map(|value| format!("{}:{value}", must.field))
            .collect(),
        None => BTreeSet::from([String::new()]),
    };
    let int = |value: &Value| match value {
        Value::Int(number) => *number,
        _ => 0,
    };
    let age = musts
        .iter()
        .find(|must| must.field == "age" && must.op == Op::Between);
    let age = age.map_or((-1, 999), |must| {
        (int(&must.values[0]), int(&must.values[1]))
    });
    let score = musts
        .iter()
        .find(|must| must.field == "score" && must.op == Op::Gte);
    let bounds = rule.bounds();
    let row = |place: String| {
        format!(
            "('{}','{place}',{number},{},{},{},{},{},{},{},{})",
            request.vertical_id,
            i32::from(request.need_phone),
            i32::from(request.need_email),
            bounds.most.minor,
            request.min_quality,
            bounds.consent_max_age_days,
            age.0,
            age.1,
            score.map_or(0, |must| int(&must.values[0])),
        )
    };
    places.into_iter().map(row).collect()
}

fn musts(filter: &Filter) -> Vec<&Condition> {
    match filter {
        Filter::All(parts) => parts.iter().flat_map(musts).collect(),
        Filter::Condition(condition) if !condition.wish => vec![condition],
        _ => Vec::new(),
    }
}

/// The statements that fill the table.
fn inserts(rules: &[Arc<Rule>]) -> impl Iterator<Item = String> {
    rules
        .chunks(ROWS_A_STATEMENT)
        .enumerate()
        .map(|(chunk, part)| {
            let rows = (chunk * ROWS_A_STATEMENT..)
                .zip(part)
                .flat_map(|(number, rule)| rows(number, rule));
            let rows: Vec<String> = rows.collect();
            format!("INSERT INTO wanted VALUES {}", rows.join(","))
        })
}

/// The five places of a lead.
fn places(listing: &Listing) -> [String; 5] {
    let place = |key: &str| {
        let value = listing.attributes.get(key);
        value.map_or_else(|| "-".to_owned(), |value| format!("{key}:{value}"))
    };
    let [code, city, region, country] = PLACES.map(place);
    [code, city, region, country, String::new()]
}

/// What a lead is compared by: phone, email, ask, quality, days of consent, age, score.
fn figures(listing: &Listing) -> [i64; 7] {
    let age = match listing.attributes.get("age") {
        Some(Value::Int(age)) => *age,
        _ => -1,
    };
    [
        i64::from(listing.has_phone()),
        i64::from(listing.has_email()),
        listing.ask.minor,
        i64::from(listing.quality),
        NOW.days_since(listing.consent_given_at),
        age,
        i64::from(listing.score),
    ]
}

fn looked_at<'a>(
    rules: &'a [Arc<Rule>],
    numbers: Vec<i64>,
    listing: &Listing,
) -> Vec<&'a Arc<Rule>> {
    let rules = numbers
        .into_iter()
        .map(|number| &rules[usize::try_from(number).unwrap()]);
    rules.filter(|rule| rule.matches(listing, NOW)).collect()
}

/// The size of a database.
pub fn bytes(conn: &rusqlite::Connection) -> usize {
    let pages = |pragma: &str| -> i64 {
        let sql = format!("PRAGMA {pragma}");
        conn.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    usize::try_from(pages("page_count") * pages("page_size")).unwrap()
}

pub struct Sqlite {
    rules: Arc<Vec<Arc<Rule>>>,
    conn: rusqlite::Connection,
}

impl Sqlite {
    pub fn new(rules: &Arc<Vec<Arc<Rule>>>) -> Self {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        conn.execute_batch(&TABLE.replace("TEMPORARY ", ""))
            .unwrap();
        for insert in inserts(rules) {
            conn.execute_batch(&insert).unwrap();
        }
        conn.execute_batch(INDEX).unwrap();
        conn.execute_batch("ANALYZE").unwrap();
        Self {
            rules: Arc::clone(rules),
            conn,
        }
    }
}

impl Finder for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite, narrowed"
    }

    fn find(&mut self, listing: &Listing) -> Vec<&Arc<Rule>> {
        let mut find = self
            .conn
            .prepare_cached(
                "SELECT rule FROM wanted WHERE vertical = ?1 AND place IN (?2, ?3, ?4, ?5, ?6)
                 AND phone <= ?7 AND email <= ?8 AND most >= ?9 AND quality <= ?10 AND consent >= ?11
                 AND age_from <= ?12 AND age_to >= ?12 AND score <= ?13",
            )
            .unwrap();
        let places = places(listing);
        let [phone, email, ask, quality, consent, age, score] = figures(listing);
        let vertical = listing.vertical_id.to_string();
        let numbers = find
            .query_map(
                rusqlite::params![
                    vertical, places[0], places[1], places[2], places[3], places[4], phone, email,
                    ask, quality, consent, age, score
                ],
                |row| row.get(0),
            )
            .unwrap();
        let numbers = numbers.map(Result::unwrap).collect();
        looked_at(&self.rules, numbers, listing)
    }

    fn bytes(&self) -> Option<usize> {
        Some(bytes(&self.conn) / self.rules.len())
    }
}

pub struct Postgres {
    rules: Arc<Vec<Arc<Rule>>>,
    conn: PgConnection,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rule: i64,
}

impl Postgres {
    pub fn new(url: &str, rules: &Arc<Vec<Arc<Rule>>>) -> Self {
        let mut conn = PgConnection::establish(url).unwrap();
        conn.batch_execute(TABLE).unwrap();
        for insert in inserts(rules) {
            conn.batch_execute(&insert).unwrap();
        }
        conn.batch_execute(INDEX).unwrap();
        conn.batch_execute("VACUUM ANALYZE wanted").unwrap();
        conn.batch_execute(
            "SET plan_cache_mode = force_generic_plan;
             PREPARE find (text, text, text, text, text, text, int, int, bigint, int, bigint, int, int) AS
             SELECT rule FROM wanted WHERE vertical = $1 AND place IN ($2, $3, $4, $5, $6)
             AND phone <= $7 AND email <= $8 AND most >= $9 AND quality <= $10 AND consent >= $11
             AND age_from <= $12 AND age_to >= $12 AND score <= $13",
        )
        .unwrap();
        Self {
            rules: Arc::clone(rules),
            conn,
        }
    }
}

impl Finder for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL, narrowed"
    }

    fn find(&mut self, listing: &Listing) -> Vec<&Arc<Rule>> {
        let mut call = format!("EXECUTE find ('{}'", listing.vertical_id);
        for place in places(listing) {
            write!(call, ",'{place}'").unwrap();
        }
        for figure in figures(listing) {
            write!(call, ",{figure}").unwrap();
        }
        call.push(')');
        let found: Vec<Found> = diesel::sql_query(call).load(&mut self.conn).unwrap();
        looked_at(
            &self.rules,
            found.into_iter().map(|found| found.rule).collect(),
            listing,
        )
    }

    fn bytes(&self) -> Option<usize> {
        None
    }
}
