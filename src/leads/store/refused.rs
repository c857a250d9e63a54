//! The `refused_leads` table.

use diesel::prelude::*;
use serde_json::Value;

use crate::clock::Ts;
use crate::db::schema::{refused_hashes, refused_leads};
use crate::db::types::{from_json, json};
use crate::db::{Conn, each};
use crate::error::{Code, Error, FieldErrorJson, Result};
use crate::id::{AccountId, ImportId, RefusedLeadId};
use crate::leads::receive::{Intake, Source, Via};
use crate::leads::refused::{Refused, RefusedFilter};
use crate::vault::{Sealed, Vault};

#[derive(Queryable, Selectable)]
#[diesel(table_name = refused_leads)]
struct Row {
    id: RefusedLeadId,
    import_id: Option<ImportId>,
    vertical: String,
    source: Via,
    line: Option<i64>,
    errors: String,
    received_at: Ts,
}

impl Row {
    fn refused(self) -> Result<Refused> {
        Ok(Refused {
            id: self.id,
            import_id: self.import_id,
            vertical: self.vertical,
            via: self.source,
            line: self.line,
            errors: from_json(&self.errors)?,
            received_at: self.received_at,
        })
    }
}

fn place(id: RefusedLeadId) -> String {
    format!("refused_leads/{id}")
}

#[expect(clippy::too_many_arguments, reason = "one row, written once")]
pub fn insert(
    conn: &mut Conn,
    vault: &Vault,
    seller: AccountId,
    id: RefusedLeadId,
    intake: &Intake,
    errors: &[FieldErrorJson],
    source: &Source,
    now: Ts,
) -> Result<()> {
    let plain = json(&intake.document)?;
    let record = vault.seal(&place(id), plain.as_bytes())?;
    diesel::insert_into(refused_leads::table)
        .values((
            refused_leads::id.eq(id),
            refused_leads::seller_id.eq(seller),
            refused_leads::import_id.eq(source.import_id),
            refused_leads::vertical.eq(&intake.vertical),
            refused_leads::source.eq(source.via),
            refused_leads::line.eq(source.line),
            refused_leads::errors.eq(json(&errors)?),
            refused_leads::master_key_id.eq(record.master_key_id),
            refused_leads::wrapped_key.eq(record.wrapped_key),
            refused_leads::sealed.eq(record.sealed),
            refused_leads::received_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// By what the person whom a document names finds it; hashes that are there are left.
pub fn insert_hashes(conn: &mut Conn, id: RefusedLeadId, hashes: &[Vec<u8>]) -> Result<()> {
    for hash in hashes {
        let row = (
            refused_hashes::refused_id.eq(id),
            refused_hashes::hash.eq(hash),
        );
        each!(conn, |inner| diesel::insert_into(refused_hashes::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(inner))?;
    }
    Ok(())
}

/// Every refused document.
pub fn all(conn: &mut Conn) -> Result<Vec<RefusedLeadId>> {
    Ok(refused_leads::table
        .order(refused_leads::id)
        .select(refused_leads::id)
        .load(conn)?)
}

/// A seller's refused document with its reasons, or a refusal with 404.
pub fn find(conn: &mut Conn, seller: AccountId, id: RefusedLeadId) -> Result<Refused> {
    refused_leads::table
        .find(id)
        .filter(refused_leads::seller_id.eq(seller))
        .select(Row::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::refused(Code::NotFound))?
        .refused()
}

/// A seller's refused documents, newest first.
pub fn list(
    conn: &mut Conn,
    seller: AccountId,
    filter: &RefusedFilter,
    limit: i64,
) -> Result<Vec<Refused>> {
    let mut query = refused_leads::table
        .filter(refused_leads::seller_id.eq(seller))
        .select(Row::as_select())
        .into_boxed();
    if let Some(import) = filter.import_id {
        query = query.filter(refused_leads::import_id.eq(import));
    }
    if let Some(via) = filter.via {
        query = query.filter(refused_leads::source.eq(via));
    }
    if let Some((at, id)) = filter.after {
        query = query.filter(
            refused_leads::received_at
                .lt(at)
                .or(refused_leads::received_at
                    .eq(at)
                    .and(refused_leads::id.lt(id))),
        );
    }
    query
        .order((refused_leads::received_at.desc(), refused_leads::id.desc()))
        .limit(limit)
        .load(conn)?
        .into_iter()
        .map(Row::refused)
        .collect()
}

/// The refused lines of an import after a line, in the order of the file.
pub fn of_import(
    conn: &mut Conn,
    seller: AccountId,
    import: ImportId,
    after: i64,
    limit: i64,
) -> Result<Vec<Refused>> {
    refused_leads::table
        .filter(refused_leads::import_id.eq(import))
        .filter(refused_leads::seller_id.eq(seller))
        .filter(refused_leads::line.gt(after))
        .order(refused_leads::line)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(Row::refused)
        .collect()
}

/// The document as it was sent.
pub fn open(conn: &mut Conn, vault: &Vault, seller: AccountId, id: RefusedLeadId) -> Result<Value> {
    find(conn, seller, id)?;
    open_any(conn, vault, id)
}

/// The document as it was sent, whoever sent it.
pub fn open_any(conn: &mut Conn, vault: &Vault, id: RefusedLeadId) -> Result<Value> {
    let (master_key_id, wrapped_key, sealed): (String, Vec<u8>, Vec<u8>) = refused_leads::table
        .find(id)
        .select((
            refused_leads::master_key_id,
            refused_leads::wrapped_key,
            refused_leads::sealed,
        ))
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    let record = Sealed {
        master_key_id,
        wrapped_key,
        sealed,
    };
    let plain = vault.unseal(&place(id), &record)?;
    serde_json::from_slice(&plain).map_err(|error| Error::Internal(error.into()))
}

/// Removes what was mended and taken; 404 when it is another's or gone.
pub fn remove(conn: &mut Conn, seller: AccountId, id: RefusedLeadId) -> Result<()> {
    let removed = diesel::delete(refused_leads::table.find(id))
        .filter(refused_leads::seller_id.eq(seller))
        .execute(conn)?;
    if removed == 0 {
        return Err(Error::refused(Code::NotFound));
    }
    Ok(())
}
