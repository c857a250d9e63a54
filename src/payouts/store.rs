//! All diesel of the payouts themselves; batches, bank details, settings and invoices have files of their own.

pub mod bank;
pub mod batches;
pub mod invoices;
pub mod settings;

use diesel::prelude::*;

use super::{Origin, Payout, PayoutState};
use crate::clock::Ts;
use crate::db::schema::{accounts, payouts};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::{AccountId, PayoutBatchId, PayoutId, UserId};
use crate::money::{Currency, Money};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = payouts, treat_none_as_default_value = false)]
struct Row {
    id: PayoutId,
    seller_id: AccountId,
    currency: Currency,
    amount_minor: i64,
    state: PayoutState,
    origin: Origin,
    asked_by: Option<UserId>,
    asked_at: Ts,
    approved_by: Option<UserId>,
    approved_at: Option<Ts>,
    batch_id: Option<PayoutBatchId>,
    sent_at: Option<Ts>,
    ended_at: Option<Ts>,
    reason: Option<String>,
    hint: Option<String>,
}

impl From<Row> for Payout {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            seller_id: row.seller_id,
            amount: Money::new(row.amount_minor, row.currency),
            state: row.state,
            origin: row.origin,
            asked_by: row.asked_by,
            asked_at: row.asked_at,
            approved_by: row.approved_by,
            approved_at: row.approved_at,
            batch_id: row.batch_id,
            sent_at: row.sent_at,
            ended_at: row.ended_at,
            reason: row.reason,
            hint: row.hint,
        }
    }
}

/// A payout with the name of its seller.
#[derive(Debug, Clone)]
pub struct Named {
    pub payout: Payout,
    pub seller: String,
}

pub fn insert(conn: &mut Conn, payout: &Payout) -> Result<()> {
    let row = Row {
        id: payout.id,
        seller_id: payout.seller_id,
        currency: payout.amount.currency,
        amount_minor: payout.amount.minor,
        state: payout.state,
        origin: payout.origin,
        asked_by: payout.asked_by,
        asked_at: payout.asked_at,
        approved_by: payout.approved_by,
        approved_at: payout.approved_at,
        batch_id: payout.batch_id,
        sent_at: payout.sent_at,
        ended_at: payout.ended_at,
        reason: payout.reason.clone(),
        hint: payout.hint.clone(),
    };
    diesel::insert_into(payouts::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

pub fn payout(conn: &mut Conn, id: PayoutId) -> Result<Option<Payout>> {
    let row: Option<Row> = payouts::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Approves a payout that waits for it; false when it does not.
pub fn approve(conn: &mut Conn, id: PayoutId, by: UserId, at: Ts) -> Result<bool> {
    let changed = diesel::update(payouts::table.find(id))
        .filter(payouts::state.eq(PayoutState::Requested))
        .set((
            payouts::state.eq(PayoutState::Approved),
            payouts::approved_by.eq(by),
            payouts::approved_at.eq(at),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Ends a payout from the state and batch it was read in; false when it has moved on since.
pub fn end(
    conn: &mut Conn,
    payout: &Payout,
    to: PayoutState,
    reason: Option<&str>,
    at: Ts,
) -> Result<bool> {
    let mut change = diesel::update(payouts::table.find(payout.id))
        .filter(payouts::state.eq(payout.state))
        .into_boxed();
    if payout.batch_id.is_none() {
        change = change.filter(payouts::batch_id.is_null());
    }
    let changed = change
        .set((
            payouts::state.eq(to),
            payouts::reason.eq(reason),
            payouts::ended_at.eq(at),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// What a seller has on its way, by currency.
pub fn open_sums(conn: &mut Conn, seller: AccountId) -> Result<Vec<(Currency, i64)>> {
    let open: Vec<PayoutState> = PayoutState::ALL
        .iter()
        .copied()
        .filter(|state| state.is_open())
        .collect();
    let rows: Vec<(Currency, Option<i64>)> = payouts::table
        .filter(payouts::seller_id.eq(seller))
        .filter(payouts::state.eq_any(open))
        .group_by(payouts::currency)
        .select((payouts::currency, sum_i64(payouts::amount_minor)))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(currency, sum)| (currency, sum.unwrap_or(0)))
        .collect())
}

/// A seller's payouts, newest first, from behind `before` on.
pub fn of_seller(
    conn: &mut Conn,
    seller: AccountId,
    state: Option<PayoutState>,
    before: Option<PayoutId>,
    limit: i64,
) -> Result<Vec<Payout>> {
    let mut query = payouts::table
        .filter(payouts::seller_id.eq(seller))
        .order(payouts::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(payouts::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(payouts::id.lt(before));
    }
    let rows: Vec<Row> = query.load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The payouts of a batch, in the order in which they were asked for.
pub fn of_batch(conn: &mut Conn, batch: PayoutBatchId) -> Result<Vec<Payout>> {
    let rows: Vec<Row> = payouts::table
        .filter(payouts::batch_id.eq(batch))
        .order(payouts::id)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Payouts of all sellers, newest first, from behind `before` on.
pub fn list(
    conn: &mut Conn,
    state: Option<PayoutState>,
    before: Option<PayoutId>,
    limit: i64,
) -> Result<Vec<Named>> {
    let mut query = payouts::table
        .inner_join(accounts::table)
        .order(payouts::id.desc())
        .limit(limit)
        .select((Row::as_select(), accounts::name))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(payouts::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(payouts::id.lt(before));
    }
    let rows: Vec<(Row, String)> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(row, seller)| Named {
            payout: row.into(),
            seller,
        })
        .collect())
}

/// How many payouts are in each state.
pub fn counts(conn: &mut Conn) -> Result<Vec<(PayoutState, i64)>> {
    Ok(payouts::table
        .group_by(payouts::state)
        .select((payouts::state, diesel::dsl::count_star()))
        .load(conn)?)
}
