//! The tables of the verification: versions of settings and data sets, and marks of sources.

use std::collections::HashMap;

use diesel::prelude::*;

use super::lists::ListName;
use super::settings::Settings;
use super::source::Mark;
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::schema::{data_sets, source_marks, verification_settings};
use crate::db::types::{from_json, json};
use crate::db::{Conn, insert_rows};
use crate::error::Result;
use crate::id::{LeadId, VerticalId};

/// The newest settings of a vertical.
pub fn settings(conn: &mut Conn, vertical: VerticalId) -> Result<Option<Settings>> {
    let row: Option<(i32, String)> = verification_settings::table
        .filter(verification_settings::vertical_id.eq(vertical))
        .order(verification_settings::version.desc())
        .select((
            verification_settings::version,
            verification_settings::settings,
        ))
        .first(conn)
        .optional()?;
    row.map(|(version, settings)| Ok(from_json::<Settings>(&settings)?.completed(version)))
        .transpose()
}

/// The newest settings of every vertical that has its own.
pub fn all_settings(conn: &mut Conn) -> Result<HashMap<VerticalId, Settings>> {
    let rows: Vec<(VerticalId, i32, String)> = verification_settings::table
        .order(verification_settings::version)
        .select((
            verification_settings::vertical_id,
            verification_settings::version,
            verification_settings::settings,
        ))
        .load(conn)?;
    let mut newest = HashMap::new();
    for (vertical, version, settings) in rows {
        newest.insert(
            vertical,
            from_json::<Settings>(&settings)?.completed(version),
        );
    }
    Ok(newest)
}

pub fn insert_settings(
    conn: &mut Conn,
    vertical: VerticalId,
    settings: &Settings,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    diesel::insert_into(verification_settings::table)
        .values((
            verification_settings::vertical_id.eq(vertical),
            verification_settings::version.eq(settings.version),
            verification_settings::settings.eq(json(settings)?),
            verification_settings::created_by.eq(actor.to_string()),
            verification_settings::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// A data set as it was uploaded, without its content.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = data_sets)]
pub struct Uploaded {
    pub name: ListName,
    pub version: i32,
    pub line_count: i32,
    pub digest: String,
    pub source: String,
    pub created_by: String,
    pub created_at: Ts,
}

/// What was uploaded of each data set, the newest first.
pub fn uploads(conn: &mut Conn, limit: i64) -> Result<Vec<Uploaded>> {
    Ok(data_sets::table
        .order((data_sets::created_at.desc(), data_sets::version.desc()))
        .limit(limit)
        .select(Uploaded::as_select())
        .load(conn)?)
}

/// The content of one version of a data set.
pub fn content(conn: &mut Conn, name: ListName, version: i32) -> Result<Option<String>> {
    Ok(data_sets::table
        .find((name, version))
        .select(data_sets::content)
        .first(conn)
        .optional()?)
}

/// The newest version of a data set; 0 while none was uploaded.
pub fn newest(conn: &mut Conn, name: ListName) -> Result<i32> {
    let version: Option<i32> = data_sets::table
        .filter(data_sets::name.eq(name))
        .select(diesel::dsl::max(data_sets::version))
        .first(conn)?;
    Ok(version.unwrap_or(0))
}

pub fn insert_list(conn: &mut Conn, uploaded: &Uploaded, content: &str) -> Result<()> {
    diesel::insert_into(data_sets::table)
        .values((
            data_sets::name.eq(uploaded.name),
            data_sets::version.eq(uploaded.version),
            data_sets::line_count.eq(uploaded.line_count),
            data_sets::digest.eq(&uploaded.digest),
            data_sets::source.eq(&uploaded.source),
            data_sets::content.eq(content),
            data_sets::created_by.eq(&uploaded.created_by),
            data_sets::created_at.eq(uploaded.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many versions there are of settings and of data sets; both only grow.
pub fn counts(conn: &mut Conn) -> Result<(i64, i64)> {
    Ok((
        verification_settings::table.count().get_result(conn)?,
        data_sets::table.count().get_result(conn)?,
    ))
}

/// How many leads bear each of these marks, of those that came since a time; one statement on PostgreSQL.
pub fn marked(conn: &mut Conn, since: Ts, hashes: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, i64)>> {
    if matches!(conn, Conn::Postgres(_)) {
        return Ok(source_marks::table
            .filter(source_marks::hash.eq_any(hashes))
            .filter(source_marks::at.gt(since))
            .group_by(source_marks::hash)
            .select((source_marks::hash, diesel::dsl::count_star()))
            .load(conn)?);
    }
    hashes
        .iter()
        .map(|hash| {
            let count: i64 = source_marks::table
                .filter(source_marks::hash.eq(hash))
                .filter(source_marks::at.gt(since))
                .count()
                .get_result(conn)?;
            Ok((hash.clone(), count))
        })
        .collect()
}

#[derive(Insertable)]
#[diesel(table_name = source_marks)]
struct MarkRow {
    hash: Vec<u8>,
    at: Ts,
    lead_id: LeadId,
}

pub fn insert_marks<'a>(
    conn: &mut Conn,
    marks: impl Iterator<Item = (&'a Mark, LeadId)>,
    now: Ts,
) -> Result<()> {
    let rows: Vec<MarkRow> = marks
        .map(|(mark, lead)| MarkRow {
            hash: mark.hash.clone(),
            at: now,
            lead_id: lead,
        })
        .collect();
    insert_rows!(conn, source_marks::table, &rows)?;
    Ok(())
}

/// Drops marks that nothing counts any more; says how many.
pub fn drop_marks(conn: &mut Conn, before: Ts) -> Result<usize> {
    Ok(diesel::delete(source_marks::table.filter(source_marks::at.lt(before))).execute(conn)?)
}
