//! Pings, their policy and pauses in the database.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{Ended, Pause, Ping, PingState, Policy};
use crate::clock::Ts;
use crate::db::schema::{accounts, ping_pauses, ping_policy, pings};
use crate::db::{Conn, Prepared, each};
use crate::error::Result;
use crate::id::{AccountId, PingId, RequestId, VerticalId};
use crate::money::Currency;

/// Days that refused pings are listed; the others stand behind postings, and stay.
const REFUSED_DAYS: i32 = 30;

/// The one row of the policy.
const POLICY: i32 = 1;

/// That a bid is held, as a literal: for a value that is bound SQLite would plan each statement anew, to learn
/// whether the indexes of open bids serve it.
fn is_open() -> SqlLiteral<Bool> {
    sql("pings.state = 'bid'")
}

pub fn insert(conn: &mut Conn, ping: &Ping) -> Result<()> {
    diesel::insert_into(pings::table)
        .values(ping)
        .execute(conn)?;
    Ok(())
}

/// The seller's ping with its bid still held, locked until the end of the transaction.
pub fn lock(conn: &mut Conn, seller: AccountId, id: PingId, now: Ts) -> Result<Option<Ping>> {
    Ok(diesel::update(pings::table.find(id))
        .filter(pings::seller_id.eq(seller))
        .filter(is_open())
        .filter(pings::held_until.gt(now))
        .set(pings::state.eq(PingState::Bid))
        .returning(pings::all_columns)
        .get_result(conn)
        .optional()?)
}

/// Ends a ping whose bid is held, and forgets what it announced; false when it ended before.
pub fn end(conn: &mut Conn, id: PingId, ended: &Ended, now: Ts) -> Result<bool> {
    let end = diesel::update(pings::table.find(id))
        .filter(is_open())
        .set((
            pings::state.eq(ended.state),
            pings::reason.eq(ended.reason.map(i32::from)),
            pings::lead_id.eq(ended.lead),
            pings::purchase_id.eq(ended.purchase),
            pings::ended_at.eq(now),
            pings::given.eq("{}"),
            pings::decided.eq(None::<String>),
            pings::email_hash.eq(None::<Vec<u8>>),
            pings::phone_hash.eq(None::<Vec<u8>>),
        ))
        .returning(pings::id);
    Ok(each!(conn, |inner| Prepared(end).has_changed::<_, PingId>(inner))?)
}

/// A bid whose time is over, with what its end needs to know.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pings)]
pub struct DueRow {
    pub id: PingId,
    pub seller_id: AccountId,
    pub request_id: Option<RequestId>,
    pub currency: Option<Currency>,
    pub price_minor: Option<i64>,
    pub bid: Option<String>,
}

/// Bids whose time is over, the oldest first.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<DueRow>> {
    Ok(pings::table
        .filter(is_open())
        .filter(pings::held_until.le(now))
        .order((pings::held_until, pings::id))
        .limit(limit)
        .select(DueRow::as_select())
        .load(conn)?)
}

/// How many bids are held for a seller.
pub fn open_count(conn: &mut Conn, seller: AccountId) -> Result<i64> {
    let count = pings::table
        .filter(pings::seller_id.eq(seller))
        .filter(is_open())
        .count();
    Ok(each!(conn, |inner| Prepared(count).get_result(inner))?)
}

/// Whether a bid is held for a seller's ping about a contact of one of these hashes.
pub fn is_open_for(
    conn: &mut Conn,
    seller: AccountId,
    vertical: VerticalId,
    hashes: &[Vec<u8>],
) -> Result<bool> {
    if hashes.is_empty() {
        return Ok(false);
    }
    let open = pings::table
        .filter(pings::seller_id.eq(seller))
        .filter(is_open())
        .filter(pings::vertical_id.eq(vertical))
        .filter(
            pings::email_hash
                .eq_any(hashes)
                .or(pings::phone_hash.eq_any(hashes)),
        )
        .count();
    let count: i64 = each!(conn, |inner| Prepared(open).get_result(inner))?;
    Ok(count > 0)
}

pub fn find(conn: &mut Conn, seller: AccountId, id: PingId) -> Result<Option<Ping>> {
    Ok(pings::table
        .find(id)
        .filter(pings::seller_id.eq(seller))
        .select(Ping::as_select())
        .first(conn)
        .optional()?)
}

/// A page of a seller's pings, newest first, older than `before`.
pub fn list(
    conn: &mut Conn,
    seller: AccountId,
    state: Option<PingState>,
    before: Option<(Ts, PingId)>,
    limit: i64,
) -> Result<Vec<Ping>> {
    let mut query = pings::table
        .filter(pings::seller_id.eq(seller))
        .order((pings::created_at.desc(), pings::id.desc()))
        .limit(limit)
        .select(Ping::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(pings::state.eq(state));
    }
    if let Some((at, id)) = before {
        query = query.filter(
            pings::created_at
                .lt(at)
                .or(pings::created_at.eq(at).and(pings::id.lt(id))),
        );
    }
    Ok(query.load(conn)?)
}

/// How many pings made since then stand in each state, of each seller. Grouped by the state first: by the seller
/// first SQLite would read every ping in the order of the sellers.
pub fn counts(
    conn: &mut Conn,
    seller: Option<AccountId>,
    since: Ts,
) -> Result<Vec<(AccountId, PingState, i64)>> {
    let counted = pings::table
        .group_by((pings::state, pings::seller_id))
        .select((pings::seller_id, pings::state, diesel::dsl::count_star()))
        .filter(pings::created_at.ge(since));
    Ok(match seller {
        Some(seller) => counted.filter(pings::seller_id.eq(seller)).load(conn)?,
        None => counted.load(conn)?,
    })
}

pub fn policy(conn: &mut Conn) -> Result<Policy> {
    Ok(ping_policy::table
        .find(POLICY)
        .select(Policy::as_select())
        .get_result(conn)?)
}

pub fn set_policy(conn: &mut Conn, new: &Policy) -> Result<()> {
    diesel::update(ping_policy::table)
        .set((
            ping_policy::hold_seconds.eq(new.hold_seconds),
            ping_policy::most_open.eq(new.most_open),
            ping_policy::least_posted_bps.eq(new.least_posted_bps),
            ping_policy::least_bids.eq(new.least_bids),
            ping_policy::pause_minutes.eq(new.pause_minutes),
        ))
        .execute(conn)?;
    Ok(())
}

/// The last pause of a seller, which may be over.
pub fn pause(conn: &mut Conn, seller: AccountId) -> Result<Option<Pause>> {
    Ok(ping_pauses::table
        .find(seller)
        .select(Pause::as_select())
        .get_result(conn)
        .optional()?)
}

/// Sellers that are paused now, with their names.
pub fn paused(conn: &mut Conn, now: Ts) -> Result<Vec<(AccountId, String, Pause)>> {
    Ok(ping_pauses::table
        .inner_join(accounts::table)
        .filter(ping_pauses::until_at.gt(now))
        .order((ping_pauses::until_at, ping_pauses::seller_id))
        .select((ping_pauses::seller_id, accounts::name, Pause::as_select()))
        .load(conn)?)
}

pub fn set_pause(conn: &mut Conn, seller: AccountId, pause: &Pause) -> Result<()> {
    let row = (
        ping_pauses::paused_at.eq(pause.paused_at),
        ping_pauses::until_at.eq(pause.until_at),
        ping_pauses::bids.eq(pause.bids),
        ping_pauses::posts.eq(pause.posts),
    );
    let updated = diesel::update(ping_pauses::table.find(seller))
        .set(row)
        .execute(conn)?;
    if updated == 0 {
        diesel::insert_into(ping_pauses::table)
            .values((ping_pauses::seller_id.eq(seller), row))
            .execute(conn)?;
    }
    Ok(())
}

/// Ends a pause now; false when it is over.
pub fn end_pause(conn: &mut Conn, seller: AccountId, now: Ts) -> Result<bool> {
    let ended = diesel::update(ping_pauses::table.find(seller))
        .filter(ping_pauses::until_at.gt(now))
        .set(ping_pauses::until_at.eq(now))
        .execute(conn)?;
    Ok(ended == 1)
}

/// Forgets refused pings that are a month old.
pub fn sweep(conn: &mut Conn, now: Ts) -> Result<()> {
    let refused = pings::table
        .filter(pings::state.eq(PingState::Refused))
        .filter(pings::created_at.lt(now.minus_days(REFUSED_DAYS)));
    diesel::delete(refused).execute(conn)?;
    Ok(())
}
