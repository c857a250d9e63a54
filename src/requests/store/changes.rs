//! The change log: what servers read to know which requests are not what they were.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::request_changes;
use crate::error::Result;
use crate::id::RequestId;

/// Rows that are compared with each look.
const TAIL: i64 = 32;

/// Days that rows are kept; a server that starts later loads everything.
const KEPT_DAYS: i32 = 2;

/// A row of the log: its number, the request, the time.
///
/// A number alone does not tell rows apart: after a rollback SQLite gives it again. On PostgreSQL a lower number
/// may be committed later than a higher one.
pub type Change = (i64, RequestId, Ts);

type Columns = (
    request_changes::seq,
    request_changes::request_id,
    request_changes::at,
);

const COLUMNS: Columns = (
    request_changes::seq,
    request_changes::request_id,
    request_changes::at,
);

/// Tells every server that the request is not what it was.
pub fn record(conn: &mut Conn, id: RequestId, now: Ts) -> Result<()> {
    diesel::insert_into(request_changes::table)
        .values((
            request_changes::request_id.eq(id),
            request_changes::at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest rows, newest first.
pub fn change_tail(conn: &mut Conn) -> Result<Vec<Change>> {
    Ok(request_changes::table
        .order(request_changes::seq.desc())
        .limit(TAIL)
        .select(COLUMNS)
        .load(conn)?)
}

/// The rows from a number on; `None` when there are more than `limit`.
pub fn changes_from(conn: &mut Conn, seq: i64, limit: i64) -> Result<Option<Vec<Change>>> {
    let rows: Vec<Change> = request_changes::table
        .filter(request_changes::seq.ge(seq))
        .order(request_changes::seq)
        .limit(limit.saturating_add(1))
        .select(COLUMNS)
        .load(conn)?;
    let fits = i64::try_from(rows.len()).is_ok_and(|count| count <= limit);
    Ok(fits.then_some(rows))
}

/// How many rows there are from a number on.
pub fn change_count(conn: &mut Conn, seq: i64) -> Result<usize> {
    let count: i64 = request_changes::table
        .filter(request_changes::seq.ge(seq))
        .count()
        .get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Drops rows that no server still follows.
pub fn sweep(conn: &mut Conn, now: Ts) -> Result<usize> {
    let old = request_changes::at.lt(now.minus_days(KEPT_DAYS));
    Ok(diesel::delete(request_changes::table.filter(old)).execute(conn)?)
}
