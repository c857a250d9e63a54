//! The `lead_confirmations` table.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{lead_confirmations, leads};
use crate::error::Result;
use crate::id::{AccountId, LeadId};
use crate::leads::LeadState;
use crate::leads::confirm::{CodeChannel, Progress};

#[derive(Queryable, Selectable)]
#[diesel(table_name = lead_confirmations)]
struct Row {
    channel: CodeChannel,
    tries: i32,
    sends: i32,
    asked_at: Ts,
    sent_at: Option<Ts>,
    expires_at: Ts,
    confirmed_at: Option<Ts>,
}

pub fn find(conn: &mut Conn, id: LeadId) -> Result<Option<Progress>> {
    let row: Option<Row> = lead_confirmations::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(|row| Progress {
        channel: row.channel,
        tries: row.tries,
        sends: row.sends,
        asked_at: row.asked_at,
        sent_at: row.sent_at,
        expires_at: row.expires_at,
        confirmed_at: row.confirmed_at,
    }))
}

pub fn insert(
    conn: &mut Conn,
    id: LeadId,
    channel: CodeChannel,
    expires_at: Ts,
    now: Ts,
) -> Result<()> {
    diesel::insert_into(lead_confirmations::table)
        .values((
            lead_confirmations::lead_id.eq(id),
            lead_confirmations::channel.eq(channel),
            lead_confirmations::tries.eq(0),
            lead_confirmations::sends.eq(0),
            lead_confirmations::asked_at.eq(now),
            lead_confirmations::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Asks once more; false when that was done since `before`.
pub fn ask_again(
    conn: &mut Conn,
    id: LeadId,
    channel: CodeChannel,
    now: Ts,
    before: Ts,
) -> Result<bool> {
    let changed = diesel::update(lead_confirmations::table.find(id))
        .filter(lead_confirmations::confirmed_at.is_null())
        .filter(lead_confirmations::asked_at.le(before))
        .set((
            lead_confirmations::channel.eq(channel),
            lead_confirmations::asked_at.eq(now),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Keeps the hash of a new code and the way it goes; false when no more may be sent.
pub fn set_code(
    conn: &mut Conn,
    (id, channel): (LeadId, CodeChannel),
    hash: &[u8],
    most: i32,
    now: Ts,
) -> Result<bool> {
    let changed = diesel::update(lead_confirmations::table.find(id))
        .filter(lead_confirmations::confirmed_at.is_null())
        .filter(lead_confirmations::sends.lt(most))
        .set((
            lead_confirmations::channel.eq(channel),
            lead_confirmations::code_hash.eq(hash),
            lead_confirmations::sends.eq(lead_confirmations::sends + 1),
            lead_confirmations::tries.eq(0),
            lead_confirmations::sent_at.eq(now),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Forgets a code by its hash, and that it was sent; false when it is another's by now.
pub fn take_back(conn: &mut Conn, id: LeadId, hash: &[u8]) -> Result<bool> {
    let changed = diesel::update(lead_confirmations::table.find(id))
        .filter(lead_confirmations::confirmed_at.is_null())
        .filter(lead_confirmations::code_hash.eq(hash))
        .filter(lead_confirmations::sends.gt(0))
        .set((
            lead_confirmations::code_hash.eq(None::<Vec<u8>>),
            lead_confirmations::sent_at.eq(None::<Ts>),
            lead_confirmations::sends.eq(lead_confirmations::sends - 1),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Counts a try of the code that was sent since `since`; false when none counts any more.
pub fn count_try(conn: &mut Conn, id: LeadId, most: i32, since: Ts, now: Ts) -> Result<bool> {
    let counted = diesel::update(lead_confirmations::table.find(id))
        .filter(lead_confirmations::confirmed_at.is_null())
        .filter(lead_confirmations::tries.lt(most))
        .filter(lead_confirmations::sent_at.gt(since))
        .filter(lead_confirmations::expires_at.gt(now))
        .set(lead_confirmations::tries.eq(lead_confirmations::tries + 1))
        .execute(conn)?;
    Ok(counted == 1)
}

/// Confirms by a code's hash; false when it is another's.
pub fn confirm(conn: &mut Conn, id: LeadId, hash: &[u8], now: Ts) -> Result<bool> {
    let confirmed = diesel::update(lead_confirmations::table.find(id))
        .filter(lead_confirmations::confirmed_at.is_null())
        .filter(lead_confirmations::code_hash.eq(hash))
        .set(lead_confirmations::confirmed_at.eq(now))
        .execute(conn)?;
    Ok(confirmed == 1)
}

/// Leads that wait, and whose time to be confirmed is over.
pub fn overdue(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<(LeadId, AccountId)>> {
    Ok(lead_confirmations::table
        .inner_join(leads::table)
        .filter(lead_confirmations::confirmed_at.is_null())
        .filter(lead_confirmations::expires_at.le(now))
        .filter(leads::state.eq(LeadState::Received))
        .order(lead_confirmations::expires_at)
        .limit(limit)
        .select((leads::id, leads::seller_id))
        .load(conn)?)
}
