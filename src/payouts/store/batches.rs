//! All diesel of the batches.

use diesel::prelude::*;

use super::Row as PayoutRow;
use crate::clock::Ts;
use crate::db::schema::{payout_batches, payouts};
use crate::db::{Conn, sum_i64};
use crate::error::{Error, Result};
use crate::id::{PayoutBatchId, PayoutId, UserId};
use crate::money::{Currency, Money};
use crate::payouts::bank::BankDetails;
use crate::payouts::batch::{Batch, BatchState, Debtor, Method};
use crate::payouts::{Payout, PayoutState};
use crate::vault::Sealed;

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = payout_batches, treat_none_as_default_value = false)]
struct Row {
    id: PayoutBatchId,
    currency: Currency,
    method: Method,
    state: BatchState,
    payouts: i32,
    total_minor: i64,
    debtor_name: Option<String>,
    debtor_iban: Option<String>,
    debtor_bic: Option<String>,
    made_by: UserId,
    made_at: Ts,
    ended_by: Option<UserId>,
    ended_at: Option<Ts>,
}

impl From<Row> for Batch {
    fn from(row: Row) -> Self {
        let debtor = row.debtor_name.zip(row.debtor_iban);
        Self {
            id: row.id,
            method: row.method,
            state: row.state,
            payouts: row.payouts,
            total: Money::new(row.total_minor, row.currency),
            debtor: debtor.map(|(name, iban)| Debtor {
                name,
                iban,
                bic: row.debtor_bic,
            }),
            made_by: row.made_by,
            made_at: row.made_at,
            ended_by: row.ended_by,
            ended_at: row.ended_at,
        }
    }
}

pub fn insert(conn: &mut Conn, batch: &Batch) -> Result<()> {
    let debtor = batch.debtor.as_ref();
    let row = Row {
        id: batch.id,
        currency: batch.total.currency,
        method: batch.method,
        state: batch.state,
        payouts: batch.payouts,
        total_minor: batch.total.minor,
        debtor_name: debtor.map(|debtor| debtor.name.clone()),
        debtor_iban: debtor.map(|debtor| debtor.iban.clone()),
        debtor_bic: debtor.and_then(|debtor| debtor.bic.clone()),
        made_by: batch.made_by,
        made_at: batch.made_at,
        ended_by: batch.ended_by,
        ended_at: batch.ended_at,
    };
    diesel::insert_into(payout_batches::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: PayoutBatchId) -> Result<Option<Batch>> {
    let row: Option<Row> = payout_batches::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Batches, newest first, from behind `before` on.
pub fn list(
    conn: &mut Conn,
    state: Option<BatchState>,
    before: Option<PayoutBatchId>,
    limit: i64,
) -> Result<Vec<Batch>> {
    let mut query = payout_batches::table
        .order(payout_batches::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(payout_batches::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(payout_batches::id.lt(before));
    }
    let rows: Vec<Row> = query.load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Ends the preparation of a batch; false when it is over already.
pub fn end(conn: &mut Conn, id: PayoutBatchId, to: BatchState, by: UserId, at: Ts) -> Result<bool> {
    let changed = diesel::update(payout_batches::table.find(id))
        .filter(payout_batches::state.eq(BatchState::Prepared))
        .set((
            payout_batches::state.eq(to),
            payout_batches::ended_by.eq(by),
            payout_batches::ended_at.eq(at),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Approved payouts of a currency that are in no batch, the longest waiting first.
pub fn approved(conn: &mut Conn, currency: Currency, limit: i64) -> Result<Vec<Payout>> {
    let rows: Vec<PayoutRow> = payouts::table
        .filter(payouts::state.eq(PayoutState::Approved))
        .filter(payouts::batch_id.is_null())
        .filter(payouts::currency.eq(currency))
        .order(payouts::id)
        .limit(limit)
        .select(PayoutRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How many approved payouts of each currency wait for a batch, and their sum.
pub fn waiting(conn: &mut Conn) -> Result<Vec<(i64, Money)>> {
    let rows: Vec<(Currency, i64, Option<i64>)> = payouts::table
        .filter(payouts::state.eq(PayoutState::Approved))
        .filter(payouts::batch_id.is_null())
        .group_by(payouts::currency)
        .order(payouts::currency)
        .select((
            payouts::currency,
            diesel::dsl::count_star(),
            sum_i64(payouts::amount_minor),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(currency, count, sum)| (count, Money::new(sum.unwrap_or(0), currency)))
        .collect())
}

/// Puts an approved payout into a batch with the account that it goes to; false when it is in one.
pub fn put(
    conn: &mut Conn,
    payout: PayoutId,
    batch: PayoutBatchId,
    to: &BankDetails,
    sealed: &Sealed,
) -> Result<bool> {
    let changed = diesel::update(payouts::table.find(payout))
        .filter(payouts::state.eq(PayoutState::Approved))
        .filter(payouts::batch_id.is_null())
        .set((
            payouts::batch_id.eq(batch),
            payouts::hint.eq(to.hint()),
            payouts::country.eq(to.country()),
            payouts::master_key_id.eq(&sealed.master_key_id),
            payouts::wrapped_key.eq(&sealed.wrapped_key),
            payouts::sealed.eq(&sealed.sealed),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Sends the payouts of a batch; says how many.
pub fn send(conn: &mut Conn, batch: PayoutBatchId, at: Ts) -> Result<usize> {
    Ok(diesel::update(payouts::table)
        .filter(payouts::batch_id.eq(batch))
        .filter(payouts::state.eq(PayoutState::Approved))
        .set((
            payouts::state.eq(PayoutState::Sent),
            payouts::sent_at.eq(at),
        ))
        .execute(conn)?)
}

/// Takes the payouts of a batch out of it.
pub fn release(conn: &mut Conn, batch: PayoutBatchId) -> Result<()> {
    diesel::update(payouts::table)
        .filter(payouts::batch_id.eq(batch))
        .filter(payouts::state.eq(PayoutState::Approved))
        .set((
            payouts::batch_id.eq(None::<PayoutBatchId>),
            payouts::hint.eq(None::<String>),
            payouts::country.eq(None::<String>),
            payouts::master_key_id.eq(None::<String>),
            payouts::wrapped_key.eq(None::<Vec<u8>>),
            payouts::sealed.eq(None::<Vec<u8>>),
        ))
        .execute(conn)?;
    Ok(())
}

type SealedRow = (Option<String>, Option<Vec<u8>>, Option<Vec<u8>>);

/// The sealed account that a payout in a batch goes to.
pub fn sealed(conn: &mut Conn, payout: PayoutId) -> Result<Sealed> {
    let row: SealedRow = payouts::table
        .find(payout)
        .select((
            payouts::master_key_id,
            payouts::wrapped_key,
            payouts::sealed,
        ))
        .first(conn)?;
    match row {
        (Some(master_key_id), Some(wrapped_key), Some(sealed)) => Ok(Sealed {
            master_key_id,
            wrapped_key,
            sealed,
        }),
        _ => Err(Error::Internal(anyhow::anyhow!("{payout} goes nowhere"))),
    }
}
