//! The table of used keys.

use diesel::prelude::*;

use super::{Idempotency, Stored};
use crate::clock::Ts;
use crate::db::schema::idempotency_keys as keys;
use crate::db::{Conn, Prepared, each};
use crate::error::{Code, Error, Result};
use crate::id::AccountId;

/// The status of a key whose transaction is still running; no other transaction sees it.
const CLAIMED: i32 = 0;

/// Inserts the key unless it is there; says whether it did.
pub fn insert(
    conn: &mut Conn,
    idem: &Idempotency,
    stored: Option<&Stored>,
    now: Ts,
) -> Result<bool> {
    let row = (
        keys::account_id.eq(idem.account),
        keys::endpoint.eq(&idem.endpoint),
        keys::key.eq(&idem.key),
        keys::body_hash.eq(&idem.body_hash),
        keys::status.eq(stored.map_or(CLAIMED, |stored| i32::from(stored.status))),
        keys::body.eq(stored.map_or("", |stored| stored.body.as_str())),
        keys::created_at.eq(now),
    );
    let inserted = each!(conn, |inner| diesel::insert_into(keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(inner));
    match inserted {
        Ok(count) => Ok(count == 1),
        // The other request with this key holds its row for longer than we wait.
        Err(error) if error.to_string().contains("lock timeout") => {
            Err(Error::refused(Code::IdempotencyInProgress))
        }
        Err(error) => Err(error.into()),
    }
}

pub fn set_answer(conn: &mut Conn, idem: &Idempotency, stored: &Stored) -> Result<()> {
    let answer = diesel::update(keys::table.find((idem.account, &idem.endpoint, &idem.key))).set((
        keys::status.eq(i32::from(stored.status)),
        keys::body.eq(&stored.body),
    ));
    each!(conn, |inner| Prepared(answer).execute(inner))?;
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
        .first(conn)
        .optional()?;
    Ok(row.map(|(hash, status, body)| {
        let status = u16::try_from(status).unwrap_or(200);
        (hash, Stored { status, body })
    }))
}

pub fn delete_before(conn: &mut Conn, before: Ts) -> Result<usize> {
    Ok(diesel::delete(keys::table.filter(keys::created_at.lt(before))).execute(conn)?)
}
