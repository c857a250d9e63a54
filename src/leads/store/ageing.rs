//! Asks that fall with age.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::leads;
use crate::error::Result;
use crate::id::{AccountId, LeadId, VerticalId};
use crate::leads::LeadState;
use crate::money::{Currency, Money};

/// A lead whose ask is due to fall.
pub struct Due {
    pub id: LeadId,
    pub seller: AccountId,
    pub ask: Money,
    /// What it was before it fell for the first time.
    pub first: Money,
}

/// Listed leads of a vertical, received until then, whose asks are above this per cent of the first; the oldest first.
pub fn due(
    conn: &mut Conn,
    vertical: VerticalId,
    received_until: Ts,
    percent: i32,
    limit: i64,
) -> Result<Vec<Due>> {
    let rows: Vec<(LeadId, AccountId, i64, Option<i64>, Currency)> = leads::table
        .filter(leads::vertical_id.eq(vertical))
        .filter(leads::state.eq(LeadState::Listed))
        .filter(leads::received_at.le(received_until))
        .filter(leads::aged_percent.gt(percent))
        .filter(leads::copies_sold.lt(leads::copies))
        .order((leads::received_at, leads::id))
        .limit(limit)
        .select((
            leads::id,
            leads::seller_id,
            leads::ask_minor,
            leads::first_ask_minor,
            leads::currency,
        ))
        .load(conn)?;
    let due = rows
        .into_iter()
        .map(|(id, seller, ask, first, currency)| Due {
            id,
            seller,
            ask: Money::new(ask, currency),
            first: Money::new(first.unwrap_or(ask), currency),
        });
    Ok(due.collect())
}

/// Lets an ask fall that is still what it was, on a lead that is still on offer; false when it is not.
pub fn fall(conn: &mut Conn, due: &Due, ask: Money, percent: i32) -> Result<bool> {
    let changed = diesel::update(leads::table.find(due.id))
        .filter(leads::state.eq(LeadState::Listed))
        .filter(leads::ask_minor.eq(due.ask.minor))
        .filter(leads::aged_percent.gt(percent))
        .set((
            leads::ask_minor.eq(ask.minor),
            leads::first_ask_minor.eq(due.first.minor),
            leads::aged_percent.eq(percent),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
