//! The `draws` table.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::draws;
use crate::db::{Conn, each};
use crate::error::Result;
use crate::vault::Sealed;

/// The days from one on that have a seed.
pub fn days_from(conn: &mut Conn, day: i64) -> Result<Vec<i64>> {
    Ok(draws::table
        .filter(draws::day.ge(day))
        .select(draws::day)
        .load(conn)?)
}

/// Adds a day's seed; one that is there stays.
pub fn insert(conn: &mut Conn, day: i64, commitment: &str, sealed: &Sealed, now: Ts) -> Result<()> {
    let row = (
        draws::day.eq(day),
        draws::commitment.eq(commitment),
        draws::master_key_id.eq(&sealed.master_key_id),
        draws::wrapped_key.eq(&sealed.wrapped_key),
        draws::sealed.eq(&sealed.sealed),
        draws::created_at.eq(now),
    );
    each!(conn, |inner| diesel::insert_into(draws::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(())
}

pub fn find(conn: &mut Conn, day: i64) -> Result<Option<Sealed>> {
    let row: Option<(String, Vec<u8>, Vec<u8>)> = draws::table
        .find(day)
        .select((draws::master_key_id, draws::wrapped_key, draws::sealed))
        .first(conn)
        .optional()?;
    Ok(row.map(|(master_key_id, wrapped_key, sealed)| Sealed {
        master_key_id,
        wrapped_key,
        sealed,
    }))
}

/// Days before one whose seeds are not published, the oldest first.
pub fn unpublished(conn: &mut Conn, before: i64) -> Result<Vec<i64>> {
    Ok(draws::table
        .filter(draws::day.lt(before))
        .filter(draws::published_at.is_null())
        .order(draws::day)
        .select(draws::day)
        .load(conn)?)
}

pub fn publish(conn: &mut Conn, day: i64, seed: &str, now: Ts) -> Result<()> {
    diesel::update(draws::table.find(day))
        .filter(draws::published_at.is_null())
        .set((draws::seed.eq(seed), draws::published_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Days with their commitments and published seeds, the latest first.
pub fn newest(conn: &mut Conn, limit: i64) -> Result<Vec<(i64, String, Option<String>)>> {
    Ok(draws::table
        .order(draws::day.desc())
        .limit(limit)
        .select((draws::day, draws::commitment, draws::seed))
        .load(conn)?)
}
