//! Databases alone: one statement decides which requests take a lead.
//!
//! A table holds each place of each conjunction with all that the gates compare, clustered by place; beside it stand
//! sellers on lists and the places that a conjunction names beside its own. The same in tables of places, conjunctions
//! and requests that are joined took more than twice as long in both. Private contracts, criteria, outcome models,
//! seniorities, named recipients, leads off the market and texts that differ in case alone are not expressed: the
//! generated market has none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use galena::conditions::{Condition, Op};
use galena::id::{AccountId, VerticalId};
use galena::leads::Listing;
use galena::money::Currency;
use galena::requests::Rule;
use galena::verticals::{FieldKind, Value, Vertical};

use super::{Finder, sql};
use crate::market::NOW;

const TABLES: &str = "
    CREATE TEMPORARY TABLE area (market INT NOT NULL, place INT NOT NULL, conjunction INT NOT NULL,
        refuses BIGINT NOT NULL, score INT NOT NULL, income INT NOT NULL, age_from INT NOT NULL, age_to INT NOT NULL,
        quality INT NOT NULL, consent INT NOT NULL, received INT NOT NULL, buyer INT NOT NULL, bid BIGINT NOT NULL,
        bid_of_two BIGINT, bid_of_three BIGINT, bonus BIGINT NOT NULL, wish BIGINT NOT NULL, sellers INT NOT NULL,
        literals INT NOT NULL, request INT NOT NULL, PRIMARY KEY (market, place, conjunction));
    CREATE TEMPORARY TABLE literal (conjunction INT NOT NULL, place INT NOT NULL, wanted BOOLEAN NOT NULL,
        PRIMARY KEY (conjunction, place, wanted));
    CREATE TEMPORARY TABLE seller (request INT NOT NULL, account INT NOT NULL, taken BOOLEAN NOT NULL,
        PRIMARY KEY (request, account));";
/// A request comes once for each of its conjunctions that takes the lead: `DISTINCT` costs more than to see it after.
const FIND: &str = "SELECT request FROM area WHERE market = ?1 AND place IN (0, ?2, ?3, ?4, ?5)
    AND (refuses & ?6) = 0 AND score <= ?11 AND income <= ?12 AND age_from <= ?10 AND age_to >= ?10
    AND quality <= ?8 AND consent >= ?9 AND received >= ?13 AND buyer <> ?14
    AND CASE ?15 WHEN 1 THEN bid WHEN 2 THEN bid_of_two ELSE bid_of_three END
        + CASE WHEN (wish & ?6) = 0 THEN bonus ELSE 0 END >= ?7
    AND (sellers = 0 OR COALESCE((SELECT taken FROM seller
        WHERE seller.request = area.request AND seller.account = ?14), sellers = 1))
    AND (literals = 0 OR NOT EXISTS (SELECT 1 FROM literal WHERE literal.conjunction = area.conjunction
        AND (literal.place IN (?2, ?3, ?4, ?5)) <> literal.wanted))";
/// Levels of place, the finest first.
const LEVELS: [&str; 4] = ["postal_code", "city", "region", "country"];
/// The place of a conjunction that names none.
const WORLD: i64 = 0;
/// The place, age or income of a lead that has none.
const UNKNOWN: i64 = -1;
const NO_PHONE: i64 = 1;
const NO_EMAIL: i64 = 2;
const RULES_A_STATEMENT: usize = 400;

/// The bits of a field: one for no value, and one for each value of a choice.
struct Marks {
    key: String,
    none: i64,
    values: Vec<(Value, i64)>,
}

impl Marks {
    /// Those of each field; the verticals of the market have the same ones.
    fn of(vertical: &Vertical) -> Vec<Self> {
        let mut bits = (2..63).map(|at| 1_i64 << at);
        let mut bit = || bits.next().unwrap();
        let marks = vertical.fields.iter().map(|field| {
            let values: Vec<Value> = if field.kind == FieldKind::Boolean {
                vec![Value::Bool(true), Value::Bool(false)]
            } else {
                field.allowed.iter().cloned().map(Value::Text).collect()
            };
            Self {
                key: field.key.clone(),
                none: bit(),
                values: values.into_iter().map(|value| (value, bit())).collect(),
            }
        });
        marks.collect()
    }

    fn bit(&self, value: Option<&Value>) -> i64 {
        let Some(value) = value else {
            return self.none;
        };
        let known = self.values.iter().find(|(other, _)| other == value);
        known.map_or(0, |(_, bit)| *bit)
    }

    /// The bits of what fails a condition, or of what meets it where it is negated.
    fn refused(&self, condition: &Condition, negated: bool) -> i64 {
        let is_met = |value: Option<&Value>| match (condition.op, value) {
            (Op::Exists, _) => condition.values.contains(&Value::Bool(value.is_some())),
            (Op::Eq | Op::In, Some(value)) => condition.values.contains(value),
            (Op::Ne | Op::NotIn, Some(value)) => !condition.values.contains(value),
            _ => false,
        };
        let values = self.values.iter().map(|(value, bit)| (Some(value), *bit));
        values
            .chain([(None, self.none)])
            .filter(|(value, _)| is_met(*value) == negated)
            .map(|(_, bit)| bit)
            .sum()
    }
}

/// What must hold together, as the tables have it.
struct Conjunction {
    /// The bits that a lead must not have.
    refuses: i64,
    score: i64,
    income: i64,
    age_from: i64,
    age_to: i64,
    received: i64,
    /// By level.
    wanted: Vec<(usize, BTreeSet<i64>)>,
    unwanted: BTreeSet<i64>,
}

impl Conjunction {
    const fn of_all(refuses: i64) -> Self {
        Self {
            refuses,
            score: 0,
            income: UNKNOWN,
            age_from: UNKNOWN,
            age_to: 999,
            received: 9_999,
            wanted: Vec::new(),
            unwanted: BTreeSet::new(),
        }
    }

    fn add(&mut self, condition: &Condition, negated: bool, numbers: &mut Numbers) {
        let level = LEVELS.iter().position(|key| *key == condition.field);
        let values = condition.values.iter();
        match (condition.op, level) {
            (Op::Between | Op::Gte | Op::Lte, None) if !negated => self.narrow(condition),
            (Op::Eq | Op::In, Some(level)) if !negated => {
                let places = values.map(|value| numbers.place(level, value));
                self.wanted.push((level, places.collect()));
            }
            (Op::NotIn, Some(level)) if !negated => {
                self.refuses |= numbers.marks(condition).none;
                let places = values.map(|value| numbers.place(level, value));
                self.unwanted.extend(places);
            }
            (_, None) => self.refuses |= numbers.marks(condition).refused(condition, negated),
            _ => panic!("nothing tells of {condition:?}"),
        }
    }

    /// Narrows the range of a number.
    fn narrow(&mut self, condition: &Condition) {
        let (first, last) = match condition.values.as_slice() {
            [Value::Int(only)] => (*only, *only),
            [Value::Int(low), Value::Int(high)] => (*low, *high),
            _ => panic!("no numbers in {condition:?}"),
        };
        match (condition.field.as_str(), condition.op) {
            ("age", Op::Between) => {
                self.age_from = self.age_from.max(first);
                self.age_to = self.age_to.min(last);
            }
            ("score", Op::Gte) => self.score = self.score.max(first),
            ("income", Op::Gte) => self.income = self.income.max(first),
            ("received_age_days", Op::Lte) => self.received = self.received.min(last),
            _ => panic!("no column for {condition:?}"),
        }
    }
}

/// Rows of the three tables.
#[derive(Default)]
struct Rows {
    area: Vec<String>,
    literal: Vec<String>,
    seller: Vec<String>,
}

/// Numbers for ids and texts, bits for what a lead lacks or is.
struct Numbers {
    /// A vertical in a currency: requests and leads of two of them never meet.
    markets: HashMap<(VerticalId, Currency), i64>,
    accounts: HashMap<AccountId, i64>,
    places: [HashMap<Value, i64>; LEVELS.len()],
    marks: Vec<Marks>,
    conjunctions: i64,
}

/// The number of a key, which is the next one where it has none yet.
fn numbered<K: Eq + Hash>(numbers: &mut HashMap<K, i64>, key: K) -> i64 {
    let next = i64::try_from(numbers.len()).unwrap();
    *numbers.entry(key).or_insert(next)
}

impl Numbers {
    /// Makes the tables and fills them.
    fn filled(rules: &[Arc<Rule>], vertical: &Vertical, mut execute: impl FnMut(&str)) -> Self {
        let mut numbers = Self {
            markets: HashMap::new(),
            accounts: HashMap::new(),
            places: std::array::from_fn(|_| HashMap::new()),
            marks: Marks::of(vertical),
            conjunctions: 0,
        };
        execute(TABLES);
        for (chunk, part) in rules.chunks(RULES_A_STATEMENT).enumerate() {
            let mut rows = Rows::default();
            for (number, rule) in (chunk * RULES_A_STATEMENT..).zip(part) {
                numbers.add(number, rule, &mut rows);
            }
            let tables = [
                ("area", rows.area),
                ("literal", rows.literal),
                ("seller", rows.seller),
            ];
            for (table, rows) in tables {
                if !rows.is_empty() {
                    execute(&format!("INSERT INTO {table} VALUES {}", rows.join(",")));
                }
            }
        }
        numbers
    }

    /// The rows of a rule.
    fn add(&mut self, number: usize, rule: &Rule, rows: &mut Rows) {
        let (request, bounds) = (&rule.request, rule.bounds());
        let (quality, consent) = (request.min_quality, bounds.consent_max_age_days);
        let market = (request.vertical_id, request.bid.currency);
        let market = numbered(&mut self.markets, market);
        let buyer = numbered(&mut self.accounts, request.buyer_id);
        let sellers = self.sellers(number, rule, rows);
        let [bid, of_two, of_three] = [1, 2, 3].map(|buyers| {
            let bid = request.bid_for(buyers);
            bid.map_or_else(|| "NULL".to_owned(), |bid| bid.minor.to_string())
        });
        let (bonus, wish) = match bounds.conditions.wishes.as_slice() {
            [] => (0, 0),
            [wish] => {
                let condition = &wish.condition;
                let bonus = condition.bonus.map_or(0, |bonus| bonus.minor);
                (bonus, self.marks(condition).refused(condition, false))
            }
            _ => panic!("two wishes"),
        };
        let phone = if request.need_phone { NO_PHONE } else { 0 };
        let email = if request.need_email { NO_EMAIL } else { 0 };
        for branch in bounds.conditions.branches() {
            let mut conjunction = Conjunction::of_all(phone | email);
            for (leaf, negated) in branch {
                conjunction.add(&leaf.condition, negated, self);
            }
            let Conjunction {
                refuses,
                score,
                income,
                age_from,
                age_to,
                received,
                mut wanted,
                unwanted,
            } = conjunction;
            self.conjunctions += 1;
            let id = self.conjunctions;
            wanted.sort_unstable();
            let mut wanted = wanted.into_iter().map(|(_, places)| places);
            let places = wanted.next().unwrap_or_else(|| BTreeSet::from([WORLD]));
            // Of a coarser level there is one place, of which the lead must be.
            let coarser = wanted.map(|places| (places, true));
            let mut literals = 0;
            for (named, is_wanted) in coarser.chain([(unwanted, false)]) {
                literals += named.len();
                assert!(!is_wanted || named.len() == 1, "a list beside the places");
                let named = named.iter();
                let named = named.map(|place| format!("({id},{place},{is_wanted})"));
                rows.literal.extend(named);
            }
            rows.area.extend(places.iter().map(|place| {
                format!(
                    "({market},{place},{id},{refuses},{score},{income},{age_from},{age_to},{quality},{consent},\
                     {received},{buyer},{bid},{of_two},{of_three},{bonus},{wish},{sellers},{literals},{number})"
                )
            }));
        }
    }

    /// The rows of its lists of sellers; says whether there are none, only sellers that it never takes, or others.
    fn sellers(&mut self, number: usize, rule: &Rule, rows: &mut Rows) -> i64 {
        let lists = &rule.request.sellers;
        let allowed = lists.allow.iter().map(|seller| (*seller, true));
        let blocked = lists.block.iter().map(|seller| (*seller, false));
        // Who is on both lists is blocked: the later one stays.
        let named: BTreeMap<AccountId, bool> = allowed.chain(blocked).collect();
        for (seller, is_taken) in named {
            let account = numbered(&mut self.accounts, seller);
            rows.seller.push(format!("({number},{account},{is_taken})"));
        }
        match (lists.allow.is_empty(), lists.block.is_empty()) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => 2,
        }
    }

    fn place(&mut self, level: usize, value: &Value) -> i64 {
        // No two levels share a number.
        let known: usize = self.places.iter().map(HashMap::len).sum();
        let next = WORLD + 1 + i64::try_from(known).unwrap();
        let places = &mut self.places[level];
        *places.entry(value.clone()).or_insert(next)
    }

    fn marks(&self, condition: &Condition) -> &Marks {
        let mut marks = self.marks.iter();
        marks.find(|marks| marks.key == condition.field).unwrap()
    }

    /// What the statement asks with, in the order of its parameters.
    fn lead(&self, listing: &Listing) -> [i64; 15] {
        let seen = &listing.attributes;
        let int = |key: &str| match seen.get(key) {
            Some(Value::Int(number)) => *number,
            _ => UNKNOWN,
        };
        let market = (listing.vertical_id, listing.ask.currency);
        let market = self.markets.get(&market);
        let [code, city, region, country] = std::array::from_fn(|level| {
            let value = seen.get(LEVELS[level]);
            let place = value.and_then(|value| self.places[level].get(value));
            place.copied().unwrap_or(UNKNOWN)
        });
        let phone = if listing.has_phone() { 0 } else { NO_PHONE };
        let email = if listing.has_email() { 0 } else { NO_EMAIL };
        let marks = self.marks.iter();
        let bits: i64 = marks.map(|marks| marks.bit(seen.get(&marks.key))).sum();
        let seller = self.accounts.get(&listing.seller_id);
        let buyers = match listing.copies_sold {
            0 => 1,
            _ => listing.copies,
        };
        [
            market.copied().unwrap_or(UNKNOWN),
            code,
            city,
            region,
            country,
            phone | email | bits,
            listing.ask.minor,
            i64::from(listing.quality),
            NOW.days_since(listing.consent_given_at),
            int("age"),
            i64::from(listing.score),
            int("income"),
            NOW.days_since(listing.received_at),
            seller.copied().unwrap_or(UNKNOWN),
            i64::from(buyers),
        ]
    }
}

/// The rules of what a database found, each once.
fn named(rules: &[Arc<Rule>], mut numbers: Vec<i64>) -> Vec<&Arc<Rule>> {
    numbers.sort_unstable();
    numbers.dedup();
    let numbers = numbers.into_iter();
    numbers
        .map(|number| &rules[usize::try_from(number).unwrap()])
        .collect()
}

pub struct Sqlite {
    rules: Arc<Vec<Arc<Rule>>>,
    numbers: Numbers,
    conn: rusqlite::Connection,
}

impl Sqlite {
    pub fn new(rules: &Arc<Vec<Arc<Rule>>>, vertical: &Vertical) -> Self {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let numbers = Numbers::filled(rules, vertical, |sql| {
            let sql = sql.replace("TEMPORARY ", "");
            let sql = sql.replace("));", ")) WITHOUT ROWID;");
            conn.execute_batch(&sql).unwrap();
        });
        conn.execute_batch("ANALYZE").unwrap();
        Self {
            rules: Arc::clone(rules),
            numbers,
            conn,
        }
    }
}

impl Finder for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite alone"
    }

    fn find(&mut self, listing: &Listing) -> Vec<&Arc<Rule>> {
        let mut find = self.conn.prepare_cached(FIND).unwrap();
        let lead = self.numbers.lead(listing);
        let found = find.query_map(lead, |row| row.get(0)).unwrap();
        named(&self.rules, found.map(Result::unwrap).collect())
    }

    fn bytes(&self) -> Option<usize> {
        Some(sql::bytes(&self.conn) / self.rules.len())
    }
}

pub struct Postgres {
    rules: Arc<Vec<Arc<Rule>>>,
    numbers: Numbers,
    conn: PgConnection,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    request: i32,
}

impl Postgres {
    pub fn new(url: &str, rules: &Arc<Vec<Arc<Rule>>>, vertical: &Vertical) -> Self {
        let mut conn = PgConnection::establish(url).unwrap();
        let mut execute = |sql: &str| conn.batch_execute(sql).unwrap();
        execute("SET temp_buffers = '1GB'; SET plan_cache_mode = force_generic_plan");
        let numbers = Numbers::filled(rules, vertical, &mut execute);
        execute("CLUSTER area USING area_pkey");
        execute("VACUUM ANALYZE area, literal, seller");
        execute(&format!(
            "PREPARE find (int, int, int, int, int, bigint, bigint, int, int, int, int, int, int, int, int) AS {}",
            FIND.replace('?', "$")
        ));
        Self {
            rules: Arc::clone(rules),
            numbers,
            conn,
        }
    }
}

impl Finder for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL alone"
    }

    fn find(&mut self, listing: &Listing) -> Vec<&Arc<Rule>> {
        let lead = self.numbers.lead(listing).map(|number| number.to_string());
        let call = format!("EXECUTE find ({})", lead.join(","));
        let found: Vec<Found> = diesel::sql_query(call).load(&mut self.conn).unwrap();
        let numbers = found.into_iter().map(|found| i64::from(found.request));
        named(&self.rules, numbers.collect())
    }

    fn bytes(&self) -> Option<usize> {
        None
    }
}
