//! The `decisions` table.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::decisions;
use crate::db::types::{from_json, json};
use crate::db::{Conn, insert_rows};
use crate::error::Result;
use crate::id::{DecisionId, LeadId, VerticalId};
use crate::matching::decisions::Decision;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions)]
struct Row {
    id: DecisionId,
    lead_id: LeadId,
    vertical_id: VerticalId,
    at: Ts,
    day: i64,
    body: String,
    digest: String,
}

impl Row {
    fn decision(self) -> Result<(Decision, String)> {
        let decision = Decision {
            id: self.id,
            lead: self.lead_id,
            vertical: self.vertical_id,
            at: self.at,
            day: self.day,
            body: from_json(&self.body)?,
        };
        Ok((decision, self.digest))
    }
}

/// Keeps decisions with their digests.
pub fn insert(conn: &mut Conn, decisions: Vec<(&Decision, String)>) -> Result<()> {
    let rows = decisions.into_iter().map(|(decision, digest)| {
        Ok(Row {
            id: decision.id,
            lead_id: decision.lead,
            vertical_id: decision.vertical,
            at: decision.at,
            day: decision.day,
            body: json(&decision.body)?,
            digest,
        })
    });
    let rows: Vec<Row> = rows.collect::<Result<_>>()?;
    insert_rows!(conn, decisions::table, &rows)?;
    Ok(())
}

/// A decision with its digest.
pub fn find(conn: &mut Conn, id: DecisionId) -> Result<Option<(Decision, String)>> {
    let row: Option<Row> = decisions::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::decision).transpose()
}

/// The newest decisions, the latest first.
pub fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<(Decision, String)>> {
    let rows: Vec<Row> = decisions::table
        .order((decisions::at.desc(), decisions::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::decision).collect()
}

/// The decision about a lead that was made last.
pub fn of_lead(conn: &mut Conn, lead: LeadId) -> Result<Option<Decision>> {
    let row: Option<Row> = decisions::table
        .filter(decisions::lead_id.eq(lead))
        .order((decisions::at.desc(), decisions::id.desc()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    let decision = row.map(Row::decision).transpose()?;
    Ok(decision.map(|(decision, _)| decision))
}
