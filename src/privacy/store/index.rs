//! The `index_keys` table.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::index_keys;
use crate::db::{Conn, each};
use crate::error::Result;
use crate::id::{IndexKeyId, LeadId};
use crate::privacy::index::IndexKeyState;
use crate::vault::Sealed;

/// A key of the blind hashes as it is kept.
pub struct Kept {
    pub id: IndexKeyId,
    pub state: IndexKeyState,
    /// The last lead whose hashes were made anew.
    pub cursor: Option<LeadId>,
    pub created_at: Ts,
    pub sealed: Sealed,
}

type Row = (
    IndexKeyId,
    IndexKeyState,
    Option<LeadId>,
    Ts,
    String,
    Vec<u8>,
    Vec<u8>,
);

/// Every key, the current one first, then the next.
pub fn all(conn: &mut Conn) -> Result<Vec<Kept>> {
    let rows: Vec<Row> = index_keys::table
        .order((index_keys::state, index_keys::id.desc()))
        .select((
            index_keys::id,
            index_keys::state,
            index_keys::cursor_id,
            index_keys::created_at,
            index_keys::master_key_id,
            index_keys::wrapped_key,
            index_keys::sealed,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(id, state, cursor, created_at, master_key_id, wrapped_key, sealed)| Kept {
                id,
                state,
                cursor,
                created_at,
                sealed: Sealed {
                    master_key_id,
                    wrapped_key,
                    sealed,
                },
            },
        )
        .collect())
}

/// Adds a key; false when there is one in its state.
pub fn insert(
    conn: &mut Conn,
    id: IndexKeyId,
    state: IndexKeyState,
    sealed: &Sealed,
    now: Ts,
) -> Result<bool> {
    let row = (
        index_keys::id.eq(id),
        index_keys::state.eq(state),
        index_keys::created_at.eq(now),
        index_keys::master_key_id.eq(&sealed.master_key_id),
        index_keys::wrapped_key.eq(&sealed.wrapped_key),
        index_keys::sealed.eq(&sealed.sealed),
    );
    let inserted = each!(conn, |inner| diesel::insert_into(index_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

/// Notes how far the hashes were made anew; false when somebody else was faster.
pub fn set_cursor(
    conn: &mut Conn,
    id: IndexKeyId,
    seen: Option<LeadId>,
    last: LeadId,
) -> Result<bool> {
    let next = index_keys::table
        .find(id)
        .filter(index_keys::state.eq(IndexKeyState::Next));
    let set = index_keys::cursor_id.eq(last);
    let moved = match seen {
        Some(seen) => diesel::update(next.filter(index_keys::cursor_id.eq(seen)))
            .set(set)
            .execute(conn)?,
        None => diesel::update(next.filter(index_keys::cursor_id.is_null()))
            .set(set)
            .execute(conn)?,
    };
    Ok(moved == 1)
}

/// Makes the next key the current one, and the current one an old one.
pub fn take_over(conn: &mut Conn, next: IndexKeyId, now: Ts) -> Result<()> {
    diesel::update(index_keys::table.filter(index_keys::state.eq(IndexKeyState::Current)))
        .set(index_keys::state.eq(IndexKeyState::Old))
        .execute(conn)?;
    diesel::update(index_keys::table.find(next))
        .set((
            index_keys::state.eq(IndexKeyState::Current),
            index_keys::current_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
