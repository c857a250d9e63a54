//! Conversions in the database; what people write about them is sealed.

pub(super) mod work;

use diesel::prelude::*;

use super::{Conversion, ConversionState, Details};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{conversions, purchases};
use crate::db::types::json;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ConversionId, PurchaseId};
use crate::vault::{Sealed, Vault};

/// The place that a conversion's details are sealed for.
fn place(id: ConversionId) -> String {
    format!("conversions/{id}")
}

fn seal(vault: &Vault, id: ConversionId, details: &Details) -> Result<Sealed> {
    Ok(vault.seal(&place(id), json(details)?.as_bytes())?)
}

pub fn insert(
    conn: &mut Conn,
    vault: &Vault,
    conversion: &Conversion,
    details: &Details,
) -> Result<()> {
    let record = seal(vault, conversion.id, details)?;
    diesel::insert_into(conversions::table)
        .values((
            conversion,
            (
                conversions::master_key_id.eq(record.master_key_id),
                conversions::wrapped_key.eq(record.wrapped_key),
                conversions::sealed.eq(record.sealed),
            ),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn details(conn: &mut Conn, vault: &Vault, id: ConversionId) -> Result<Details> {
    let (master_key_id, wrapped_key, sealed) = conversions::table
        .find(id)
        .select((
            conversions::master_key_id,
            conversions::wrapped_key,
            conversions::sealed,
        ))
        .first(conn)?;
    let record = Sealed {
        master_key_id,
        wrapped_key,
        sealed,
    };
    let Some(plain) = vault.unseal_kept(&place(id), &record)? else {
        return Ok(Details::default());
    };
    serde_json::from_slice(&plain).map_err(|error| Error::Internal(error.into()))
}

pub fn set_details(
    conn: &mut Conn,
    vault: &Vault,
    id: ConversionId,
    details: &Details,
) -> Result<()> {
    let record = seal(vault, id, details)?;
    diesel::update(conversions::table.find(id))
        .set((
            conversions::master_key_id.eq(record.master_key_id),
            conversions::wrapped_key.eq(record.wrapped_key),
            conversions::sealed.eq(record.sealed),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes the next step of a conversion that is still at the version that was seen.
pub fn advance(conn: &mut Conn, seen: &Conversion, next: &Conversion) -> Result<()> {
    let changed = diesel::update(conversions::table.find(seen.id))
        .filter(conversions::version.eq(seen.version))
        .filter(conversions::state.eq(seen.state))
        .set((
            conversions::state.eq(next.state),
            conversions::outcome.eq(next.outcome),
            conversions::happens_at.eq(next.happens_at),
            conversions::minutes.eq(next.minutes),
            conversions::moves.eq(next.moves),
            conversions::version.eq(next.version),
            conversions::reported_by.eq(next.reported_by),
            conversions::confirm_by.eq(next.confirm_by),
            conversions::decided_how.eq(next.decided_how),
            conversions::updated_at.eq(next.updated_at),
        ))
        .execute(conn)?;
    if changed == 1 {
        return Ok(());
    }
    Err(Error::refused_because(
        Code::StateConflict,
        "somebody else was faster",
    ))
}

pub fn by_id(conn: &mut Conn, id: ConversionId) -> Result<Option<Conversion>> {
    Ok(conversions::table
        .find(id)
        .select(Conversion::as_select())
        .first(conn)
        .optional()?)
}

/// The conversion, if it is of a purchase that the account made or sold.
pub fn of_party(conn: &mut Conn, party: AccountId, id: ConversionId) -> Result<Option<Conversion>> {
    Ok(conversions::table
        .inner_join(purchases::table)
        .filter(conversions::id.eq(id))
        .filter(
            purchases::buyer_id
                .eq(party)
                .or(purchases::seller_id.eq(party)),
        )
        .select(Conversion::as_select())
        .first(conn)
        .optional()?)
}

/// The conversions of a purchase, oldest first.
pub fn of_purchase(conn: &mut Conn, purchase: PurchaseId) -> Result<Vec<Conversion>> {
    of_purchases(conn, &[purchase])
}

/// The conversions of purchases, oldest first.
pub fn of_purchases(conn: &mut Conn, purchases: &[PurchaseId]) -> Result<Vec<Conversion>> {
    Ok(conversions::table
        .filter(conversions::purchase_id.eq_any(purchases.to_vec()))
        .order((conversions::created_at, conversions::id))
        .select(Conversion::as_select())
        .load(conn)?)
}

pub fn buyer_of(conn: &mut Conn, purchase: PurchaseId) -> Result<AccountId> {
    Ok(purchases::table
        .find(purchase)
        .select(purchases::buyer_id)
        .first(conn)?)
}

/// Reports whose time to be contested is over.
pub fn silent(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Conversion>> {
    Ok(conversions::table
        .filter(conversions::state.eq(ConversionState::Proposed))
        .filter(conversions::confirm_by.le(now))
        .order((conversions::confirm_by, conversions::id))
        .limit(limit)
        .select(Conversion::as_select())
        .load(conn)?)
}

/// Contested reports that the exchange has to decide, the longest waiting first.
pub fn contested(conn: &mut Conn, limit: i64) -> Result<Vec<Conversion>> {
    Ok(conversions::table
        .filter(conversions::state.eq(ConversionState::Contested))
        .order((conversions::updated_at, conversions::id))
        .limit(limit)
        .select(Conversion::as_select())
        .load(conn)?)
}
