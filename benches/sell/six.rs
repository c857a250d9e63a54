//! The least that a sale could be: lead, two guarded balances, two entries and the sale, in tables of their
//! own, written through the same writer by as many callers.

use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use galena::clock::Clock;
use galena::db::Conn;
use galena::error::{Code, Error, Result};

use crate::callers::{self, Round};
use crate::market::{self, ORDERS, REFUSED_EVERY};

diesel::table! { six_accounts (id) { id -> BigInt, balance_minor -> BigInt, } }
diesel::table! {
    six_leads (id) { id -> BigInt, account_id -> BigInt, payload -> Text, status -> Text, created_at -> BigInt, }
}
diesel::table! {
    six_ledger (id) { id -> BigInt, account_id -> BigInt, lead_id -> BigInt, amount_minor -> BigInt, created_at -> BigInt, }
}
diesel::table! {
    six_sales (id) {
        id -> BigInt, lead_id -> BigInt, buyer_id -> BigInt, seller_id -> BigInt, price_minor -> BigInt,
        created_at -> BigInt,
    }
}

const TABLES: &str = "
    CREATE TABLE six_accounts (id INTEGER PRIMARY KEY, balance_minor BIGINT NOT NULL CHECK (balance_minor >= 0));
    CREATE TABLE six_leads (id INTEGER PRIMARY KEY, account_id BIGINT NOT NULL REFERENCES six_accounts (id),
      payload TEXT NOT NULL, status TEXT NOT NULL, created_at BIGINT NOT NULL);
    CREATE INDEX six_leads_account ON six_leads (account_id, created_at);
    CREATE TABLE six_ledger (id INTEGER PRIMARY KEY, account_id BIGINT NOT NULL REFERENCES six_accounts (id),
      lead_id BIGINT NOT NULL REFERENCES six_leads (id), amount_minor BIGINT NOT NULL, created_at BIGINT NOT NULL);
    CREATE INDEX six_ledger_account ON six_ledger (account_id, id);
    CREATE TABLE six_sales (id INTEGER PRIMARY KEY, lead_id BIGINT NOT NULL UNIQUE REFERENCES six_leads (id),
      buyer_id BIGINT NOT NULL REFERENCES six_accounts (id), seller_id BIGINT NOT NULL REFERENCES six_accounts (id),
      price_minor BIGINT NOT NULL CHECK (price_minor > 0), created_at BIGINT NOT NULL);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
      INSERT INTO six_accounts SELECT i, 1000000000 FROM n;";
const LEAD: &str = "{\"first_name\":\"Ann\",\"last_name\":\"Lee\",\"zip\":\"12345\",\
     \"email\":\"ann@example.com\",\"phone\":\"5551234567\",\"income\":4200}";
/// Accounts of each side.
const SIDE: i64 = 100;

struct Job {
    buyer: i64,
    seller: i64,
    price: i64,
}

/// Makes the tables in a new database at `path` and sells in them.
pub fn run(path: &Path) -> Round {
    let db = market::open(path);
    db.write_blocking(|conn| Ok(conn.batch_execute(TABLES)?))
        .unwrap();
    db.close();
    let mut rng = fastrand::Rng::with_seed(2026);
    let jobs: Vec<Job> = (0..ORDERS)
        .map(|number| Job {
            buyer: rng.i64(1..=SIDE),
            seller: rng.i64(SIDE + 1..=2 * SIDE),
            price: if number % REFUSED_EVERY == REFUSED_EVERY - 1 {
                10_000_000_000
            } else {
                rng.i64(100..5_100)
            },
        })
        .collect();
    callers::run(path, ORDERS, move |conn, number| sell(conn, &jobs[number]))
}

fn sell(conn: &mut Conn, job: &Job) -> Result<bool> {
    let Job {
        buyer,
        seller,
        price,
    } = *job;
    let at = Clock::System.now().micros();
    let lead: i64 = diesel::insert_into(six_leads::table)
        .values((
            six_leads::account_id.eq(seller),
            six_leads::payload.eq(LEAD),
            six_leads::status.eq("sold"),
            six_leads::created_at.eq(at),
        ))
        .returning(six_leads::id)
        .get_result(conn)?;
    let debited = diesel::update(six_accounts::table.find(buyer))
        .filter(six_accounts::balance_minor.ge(price))
        .set(six_accounts::balance_minor.eq(six_accounts::balance_minor - price))
        .execute(conn)?;
    if debited == 0 {
        return Err(Error::refused(Code::InsufficientFunds));
    }
    diesel::update(six_accounts::table.find(seller))
        .set(six_accounts::balance_minor.eq(six_accounts::balance_minor + price))
        .execute(conn)?;
    for (account, amount) in [(buyer, -price), (seller, price)] {
        diesel::insert_into(six_ledger::table)
            .values((
                six_ledger::account_id.eq(account),
                six_ledger::lead_id.eq(lead),
                six_ledger::amount_minor.eq(amount),
                six_ledger::created_at.eq(at),
            ))
            .execute(conn)?;
    }
    diesel::insert_into(six_sales::table)
        .values((
            six_sales::lead_id.eq(lead),
            six_sales::buyer_id.eq(buyer),
            six_sales::seller_id.eq(seller),
            six_sales::price_minor.eq(price),
            six_sales::created_at.eq(at),
        ))
        .execute(conn)?;
    Ok(true)
}
