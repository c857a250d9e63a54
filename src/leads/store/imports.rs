//! The `imports` and `import_files` tables.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{import_files, imports};
use crate::db::types::{from_json, json};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ImportId, UserId, VerticalId};
use crate::leads::import::{Defaults, Import, ImportState, Mapping};
use crate::vault::Sealed;

#[derive(Queryable, Selectable)]
#[diesel(table_name = imports)]
struct Row {
    id: ImportId,
    seller_id: AccountId,
    vertical_id: VerticalId,
    file_name: String,
    header_hash: Vec<u8>,
    mapping: String,
    defaults: String,
    state: ImportState,
    line_count: i64,
    lines_done: i64,
    accepted: i64,
    refused: i64,
    failure: Option<String>,
    created_by: Option<UserId>,
    created_at: Ts,
    finished_at: Option<Ts>,
}

impl Row {
    fn import(self) -> Result<Import> {
        Ok(Import {
            id: self.id,
            seller_id: self.seller_id,
            vertical_id: self.vertical_id,
            file_name: self.file_name,
            header_hash: self.header_hash,
            mapping: from_json(&self.mapping)?,
            defaults: from_json(&self.defaults)?,
            state: self.state,
            line_count: self.line_count,
            lines_done: self.lines_done,
            accepted: self.accepted,
            refused: self.refused,
            failure: self.failure,
            created_by: self.created_by,
            created_at: self.created_at,
            finished_at: self.finished_at,
        })
    }
}

pub fn insert(conn: &mut Conn, import: &Import) -> Result<()> {
    diesel::insert_into(imports::table)
        .values((
            imports::id.eq(import.id),
            imports::seller_id.eq(import.seller_id),
            imports::vertical_id.eq(import.vertical_id),
            imports::file_name.eq(&import.file_name),
            imports::header_hash.eq(&import.header_hash),
            imports::mapping.eq(json(&import.mapping)?),
            imports::defaults.eq(json(&import.defaults)?),
            imports::state.eq(import.state),
            imports::line_count.eq(import.line_count),
            imports::lines_done.eq(import.lines_done),
            imports::accepted.eq(import.accepted),
            imports::refused.eq(import.refused),
            imports::created_by.eq(import.created_by),
            imports::created_at.eq(import.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn insert_file(conn: &mut Conn, id: ImportId, file: &Sealed) -> Result<()> {
    diesel::insert_into(import_files::table)
        .values((
            import_files::import_id.eq(id),
            import_files::master_key_id.eq(&file.master_key_id),
            import_files::wrapped_key.eq(&file.wrapped_key),
            import_files::sealed.eq(&file.sealed),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn file(conn: &mut Conn, id: ImportId) -> Result<Sealed> {
    let (master_key_id, wrapped_key, sealed) = import_files::table
        .find(id)
        .select((
            import_files::master_key_id,
            import_files::wrapped_key,
            import_files::sealed,
        ))
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    Ok(Sealed {
        master_key_id,
        wrapped_key,
        sealed,
    })
}

pub fn find(conn: &mut Conn, id: ImportId) -> Result<Option<Import>> {
    imports::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?
        .map(Row::import)
        .transpose()
}

pub fn of_seller(conn: &mut Conn, seller: AccountId, limit: i64) -> Result<Vec<Import>> {
    imports::table
        .filter(imports::seller_id.eq(seller))
        .order((imports::created_at.desc(), imports::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(Row::import)
        .collect()
}

/// What the seller last said of a file with the same header for the same vertical.
pub fn remembered(
    conn: &mut Conn,
    import: &Import,
) -> Result<Option<(Vec<Option<String>>, Defaults)>> {
    let row: Option<(String, String)> = imports::table
        .filter(imports::seller_id.eq(import.seller_id))
        .filter(imports::vertical_id.eq(import.vertical_id))
        .filter(imports::header_hash.eq(&import.header_hash))
        .filter(imports::state.ne(ImportState::Uploaded))
        .order(imports::created_at.desc())
        .select((imports::mapping, imports::defaults))
        .first(conn)
        .optional()?;
    row.map(|(mapping, defaults)| {
        let mapping: Mapping = from_json(&mapping)?;
        Ok((mapping.columns, from_json(&defaults)?))
    })
    .transpose()
}

/// The import of the same file by the same seller that was begun on the command line and broken off.
pub fn unfinished(conn: &mut Conn, import: &Import) -> Result<Option<Import>> {
    let rows: Vec<Row> = imports::table
        .filter(imports::seller_id.eq(import.seller_id))
        .filter(imports::vertical_id.eq(import.vertical_id))
        .filter(imports::header_hash.eq(&import.header_hash))
        .filter(imports::state.eq(ImportState::Running))
        .filter(imports::line_count.eq(import.line_count))
        .select(Row::as_select())
        .load(conn)?;
    for row in rows {
        let begun = row.import()?;
        if begun.mapping.fingerprint.is_some()
            && begun.mapping.fingerprint == import.mapping.fingerprint
        {
            return Ok(Some(begun));
        }
    }
    Ok(None)
}

/// Sets the mapping of an uploaded file and queues it; false when it is not waiting any more.
pub fn queue(conn: &mut Conn, import: &Import) -> Result<bool> {
    let changed = diesel::update(imports::table.find(import.id))
        .filter(imports::state.eq(ImportState::Uploaded))
        .set((
            imports::state.eq(ImportState::Queued),
            imports::mapping.eq(json(&import.mapping)?),
            imports::defaults.eq(json(&import.defaults)?),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Lets a queued or broken-off import run; none when it is over.
pub fn begin(conn: &mut Conn, id: ImportId) -> Result<Option<Import>> {
    let changed = diesel::update(imports::table.find(id))
        .filter(imports::state.eq_any([ImportState::Queued, ImportState::Running]))
        .set(imports::state.eq(ImportState::Running))
        .execute(conn)?;
    if changed == 0 {
        return Ok(None);
    }
    find(conn, id)
}

/// Takes the next lines for this transaction; false when another has taken them.
pub fn advance(conn: &mut Conn, id: ImportId, done: i64, lines: i64) -> Result<bool> {
    let changed = diesel::update(imports::table.find(id))
        .filter(imports::state.eq(ImportState::Running))
        .filter(imports::lines_done.eq(done))
        .set(imports::lines_done.eq(imports::lines_done + lines))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn count(conn: &mut Conn, id: ImportId, accepted: i64, refused: i64) -> Result<()> {
    diesel::update(imports::table.find(id))
        .set((
            imports::accepted.eq(imports::accepted + accepted),
            imports::refused.eq(imports::refused + refused),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a running import and drops its file; none when it was over already.
pub fn finish(conn: &mut Conn, id: ImportId, now: Ts) -> Result<Option<Import>> {
    let changed = diesel::update(imports::table.find(id))
        .filter(imports::state.eq(ImportState::Running))
        .set((
            imports::state.eq(ImportState::Finished),
            imports::finished_at.eq(now),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(None);
    }
    drop_file(conn, id)?;
    find(conn, id)
}

pub fn set_failed(conn: &mut Conn, id: ImportId, failure: &str, now: Ts) -> Result<bool> {
    let changed = diesel::update(imports::table.find(id))
        .filter(imports::state.eq_any([ImportState::Queued, ImportState::Running]))
        .set((
            imports::state.eq(ImportState::Failed),
            imports::failure.eq(failure),
            imports::finished_at.eq(now),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Drops an uploaded file that was not started; false when it was.
pub fn discard(conn: &mut Conn, id: ImportId, now: Ts) -> Result<bool> {
    let changed = diesel::update(imports::table.find(id))
        .filter(imports::state.eq(ImportState::Uploaded))
        .set((
            imports::state.eq(ImportState::Failed),
            imports::failure.eq("discarded"),
            imports::finished_at.eq(now),
        ))
        .execute(conn)?;
    if changed == 1 {
        drop_file(conn, id)?;
    }
    Ok(changed == 1)
}

fn drop_file(conn: &mut Conn, id: ImportId) -> Result<()> {
    diesel::delete(import_files::table.find(id)).execute(conn)?;
    Ok(())
}
