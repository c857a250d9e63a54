//! The table of used keys.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::{Idempotency, Stored};
use crate::clock::Ts;
use crate::db::schema::idempotency_keys as keys;
use crate::db::{Conn, Prepared, each};
use crate::error::{Code, Error, Result};
use crate::id::AccountId;

/// The status of a key whose transaction is still running; no other transaction sees it.
const CLAIMED: i32 = 0;

#[derive(Insertable)]
#[diesel(table_name = keys)]
struct Row<'a> {
    account_id: AccountId,
    endpoint: &'a str,
    key: &'a str,
    body_hash: &'a [u8],
    status: i32,
    body: &'a str,
    created_at: Ts,
}

impl<'a> Row<'a> {
    fn of(idem: &'a Idempotency, stored: Option<&'a Stored>, now: Ts) -> Self {
        Self {
            account_id: idem.account,
            endpoint: &idem.endpoint,
            key: &idem.key,
            body_hash: &idem.body_hash,
            status: stored.map_or(CLAIMED, |stored| i32::from(stored.status)),
            body: stored.map_or("", |stored| stored.body.as_str()),
            created_at: now,
        }
    }
}

/// Inserts the key unless it is there; says whether it did.
pub fn insert(
    conn: &mut Conn,
    idem: &Idempotency,
    stored: Option<&Stored>,
    now: Ts,
) -> Result<bool> {
    let row = Row::of(idem, stored, now);
    let insert = diesel::insert_into(keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .returning(keys::status);
    let inserted = each!(conn, |inner| Prepared(insert).has_changed::<_, i32>(inner));
    or_in_progress(inserted)
}

/// Inserts the keys that are not there and answers them; one statement on PostgreSQL.
pub fn insert_all(conn: &mut Conn, idems: &[Idempotency], now: Ts) -> Result<HashSet<String>> {
    let Conn::Postgres(inner) = conn else {
        let mut fresh = HashSet::new();
        for idem in idems {
            if insert(conn, idem, None, now)? {
                fresh.insert(idem.key.clone());
            }
        }
        return Ok(fresh);
    };
    let rows: Vec<Row<'_>> = idems.iter().map(|idem| Row::of(idem, None, now)).collect();
    let inserted: Result<Vec<String>, _> = diesel::insert_into(keys::table)
        .values(&rows)
        .on_conflict_do_nothing()
        .returning(keys::key)
        .get_results(inner);
    Ok(or_in_progress(inserted)?.into_iter().collect())
}

/// The other request with this key may hold its row for longer than we wait.
fn or_in_progress<T>(inserted: QueryResult<T>) -> Result<T> {
    inserted.map_err(|error| {
        if error.to_string().contains("lock timeout") {
            Error::refused(Code::IdempotencyInProgress)
        } else {
            error.into()
        }
    })
}

/// Writes the answers of keys that are there; one statement on PostgreSQL.
pub fn set_answers(conn: &mut Conn, answers: &[(&Idempotency, Stored)], now: Ts) -> Result<()> {
    let Conn::Postgres(inner) = conn else {
        for (idem, stored) in answers {
            set_answer(conn, idem, stored)?;
        }
        return Ok(());
    };
    if answers.is_empty() {
        return Ok(());
    }
    let rows = answers
        .iter()
        .map(|(idem, stored)| Row::of(idem, Some(stored), now));
    diesel::insert_into(keys::table)
        .values(&rows.collect::<Vec<_>>())
        .on_conflict((keys::account_id, keys::endpoint, keys::key))
        .do_update()
        .set((
            keys::status.eq(excluded(keys::status)),
            keys::body.eq(excluded(keys::body)),
        ))
        .execute(inner)?;
    Ok(())
}

pub fn set_answer(conn: &mut Conn, idem: &Idempotency, stored: &Stored) -> Result<()> {
    let answer = diesel::update(keys::table.find((idem.account, &idem.endpoint, &idem.key)))
        .set((
            keys::status.eq(i32::from(stored.status)),
            keys::body.eq(&stored.body),
        ))
        .returning(keys::status);
    each!(conn, |inner| Prepared(answer).has_changed::<_, i32>(inner))?;
    Ok(())
}

pub fn find(
    conn: &mut Conn,
    account: AccountId,
    endpoint: &str,
    key: &str,
) -> Result<Option<(Vec<u8>, Stored)>> {
    let row: Option<(Vec<u8>, i32, String)> = keys::table
        .find((account, endpoint, key))
        .select((keys::body_hash, keys::status, keys::body))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(hash, status, body)| {
        let status = u16::try_from(status).unwrap_or(200);
        (hash, Stored { status, body })
    }))
}

pub fn delete_before(conn: &mut Conn, before: Ts) -> Result<usize> {
    Ok(diesel::delete(keys::table.filter(keys::created_at.lt(before))).execute(conn)?)
}
