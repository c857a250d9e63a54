//! All diesel of the deposits.

use diesel::prelude::*;

use super::{DepositRequest, DepositState};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{accounts, deposits};
use crate::error::Result;
use crate::id::{AccountId, DepositId, UserId};
use crate::money::{Currency, Money};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = deposits, treat_none_as_default_value = false)]
struct Row {
    id: DepositId,
    buyer_id: AccountId,
    currency: Currency,
    amount_minor: i64,
    reference: String,
    state: DepositState,
    requested_by: UserId,
    requested_at: Ts,
    decided_by: Option<UserId>,
    decided_at: Option<Ts>,
}

impl From<Row> for DepositRequest {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            buyer_id: row.buyer_id,
            amount: Money::new(row.amount_minor, row.currency),
            reference: row.reference,
            state: row.state,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
        }
    }
}

/// A deposit with the name of its buyer.
pub struct Waiting {
    pub deposit: DepositRequest,
    pub buyer: String,
}

pub fn insert(conn: &mut Conn, deposit: &DepositRequest) -> Result<()> {
    let row = Row {
        id: deposit.id,
        buyer_id: deposit.buyer_id,
        currency: deposit.amount.currency,
        amount_minor: deposit.amount.minor,
        reference: deposit.reference.clone(),
        state: deposit.state,
        requested_by: deposit.requested_by,
        requested_at: deposit.requested_at,
        decided_by: deposit.decided_by,
        decided_at: deposit.decided_at,
    };
    diesel::insert_into(deposits::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Decides a deposit that is not decided yet.
pub fn decide(
    conn: &mut Conn,
    id: DepositId,
    state: DepositState,
    by: UserId,
    at: Ts,
) -> Result<Option<DepositRequest>> {
    let changed = diesel::update(deposits::table.find(id))
        .filter(deposits::state.eq(DepositState::Requested))
        .set((
            deposits::state.eq(state),
            deposits::decided_by.eq(by),
            deposits::decided_at.eq(at),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(None);
    }
    let row = deposits::table
        .find(id)
        .select(Row::as_select())
        .first(conn)?;
    Ok(Some(row.into()))
}

pub fn exists(conn: &mut Conn, id: DepositId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(deposits::table.find(id))).get_result(conn)?)
}

/// A buyer's deposits, newest first.
pub fn of_buyer(conn: &mut Conn, buyer: AccountId, limit: i64) -> Result<Vec<DepositRequest>> {
    Ok(deposits::table
        .filter(deposits::buyer_id.eq(buyer))
        .order((deposits::requested_at.desc(), deposits::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(Into::into)
        .collect())
}

/// Deposits in a state, newest first, from before `before` on.
pub fn list(
    conn: &mut Conn,
    state: Option<DepositState>,
    before: Option<DepositId>,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let mut query = deposits::table
        .inner_join(accounts::table)
        .order(deposits::id.desc())
        .limit(limit)
        .select((Row::as_select(), accounts::name))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(deposits::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(deposits::id.lt(before));
    }
    let rows: Vec<(Row, String)> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(row, buyer)| Waiting {
            deposit: row.into(),
            buyer,
        })
        .collect())
}

/// How many deposits there are in each state.
pub fn counts(conn: &mut Conn) -> Result<Vec<(DepositState, i64)>> {
    Ok(deposits::table
        .group_by(deposits::state)
        .select((deposits::state, diesel::dsl::count_star()))
        .load(conn)?)
}
