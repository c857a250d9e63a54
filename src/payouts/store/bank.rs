//! All diesel of the bank details.

use diesel::prelude::*;
use diesel::result::DatabaseErrorKind::UniqueViolation;
use diesel::result::Error::DatabaseError;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::bank_details;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, BankDetailsId, UserId};
use crate::payouts::bank::Kept;
use crate::vault::Sealed;

#[derive(Queryable, Selectable)]
#[diesel(table_name = bank_details)]
struct Row {
    id: BankDetailsId,
    seller_id: AccountId,
    hint: String,
    country: String,
    set_by: UserId,
    set_at: Ts,
    effective_at: Ts,
    cancelled_at: Option<Ts>,
}

impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            seller_id: row.seller_id,
            hint: row.hint,
            country: row.country,
            set_by: row.set_by,
            set_at: row.set_at,
            effective_at: row.effective_at,
            cancelled_at: row.cancelled_at,
        }
    }
}

/// The newest details whose time has come.
pub fn current(conn: &mut Conn, seller: AccountId, now: Ts) -> Result<Option<Kept>> {
    let row: Option<Row> = bank_details::table
        .filter(bank_details::seller_id.eq(seller))
        .filter(bank_details::cancelled_at.is_null())
        .filter(bank_details::effective_at.le(now))
        .order(bank_details::number.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// The details whose time is still to come.
pub fn waiting(conn: &mut Conn, seller: AccountId, now: Ts) -> Result<Option<Kept>> {
    let row: Option<Row> = bank_details::table
        .filter(bank_details::seller_id.eq(seller))
        .filter(bank_details::cancelled_at.is_null())
        .filter(bank_details::effective_at.gt(now))
        .order(bank_details::number.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Keeps new details under the seller's next number; two at once get one number, and the second is refused.
pub fn insert(conn: &mut Conn, kept: &Kept, sealed: &Sealed) -> Result<()> {
    let last: Option<i32> = bank_details::table
        .filter(bank_details::seller_id.eq(kept.seller_id))
        .select(diesel::dsl::max(bank_details::number))
        .first(conn)?;
    let inserted = diesel::insert_into(bank_details::table)
        .values((
            bank_details::id.eq(kept.id),
            bank_details::seller_id.eq(kept.seller_id),
            bank_details::number.eq(last.unwrap_or(0) + 1),
            bank_details::hint.eq(&kept.hint),
            bank_details::country.eq(&kept.country),
            bank_details::set_by.eq(kept.set_by),
            bank_details::set_at.eq(kept.set_at),
            bank_details::effective_at.eq(kept.effective_at),
            bank_details::master_key_id.eq(&sealed.master_key_id),
            bank_details::wrapped_key.eq(&sealed.wrapped_key),
            bank_details::sealed.eq(&sealed.sealed),
        ))
        .execute(conn);
    match inserted {
        Ok(_) => Ok(()),
        Err(DatabaseError(UniqueViolation, _)) => Err(Error::refused(Code::StateConflict)),
        Err(error) => Err(error.into()),
    }
}

/// Calls details off that are not in effect yet; false when they are, or were called off.
pub fn cancel(conn: &mut Conn, id: BankDetailsId, by: UserId, now: Ts) -> Result<bool> {
    let changed = diesel::update(bank_details::table.find(id))
        .filter(bank_details::cancelled_at.is_null())
        .filter(bank_details::effective_at.gt(now))
        .set((
            bank_details::cancelled_at.eq(now),
            bank_details::cancelled_by.eq(by),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn sealed(conn: &mut Conn, id: BankDetailsId) -> Result<Sealed> {
    let (master_key_id, wrapped_key, sealed) = bank_details::table
        .find(id)
        .select((
            bank_details::master_key_id,
            bank_details::wrapped_key,
            bank_details::sealed,
        ))
        .first(conn)?;
    Ok(Sealed {
        master_key_id,
        wrapped_key,
        sealed,
    })
}
