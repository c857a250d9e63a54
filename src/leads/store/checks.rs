//! The checks of a lead: one row, in the order of the settings that they went by.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::lead_checks;
use crate::db::types::{from_json, json};
use crate::db::{Conn, insert_rows};
use crate::error::{Code, Error, Reason, Result};
use crate::id::LeadId;
use crate::verification::{Check, CheckName, Effect, Verdict};

/// A check as it is kept: its name, verdict, code, detail, effect, points and time in microseconds.
type Kept = (
    CheckName,
    Verdict,
    Option<String>,
    Option<String>,
    Effect,
    i32,
    i64,
);

/// How often a change is tried anew because another was faster.
const TRIES: usize = 3;

#[derive(Insertable)]
#[diesel(table_name = lead_checks)]
struct Row {
    lead_id: LeadId,
    warnings: i32,
    checks: String,
}

impl Row {
    fn of(lead_id: LeadId, checks: &[Check]) -> Result<Self> {
        let warned = checks.iter().filter(|check| check.verdict == Verdict::Warn);
        let kept = checks.iter().map(|check| {
            (
                check.name,
                check.verdict,
                check.code.map(Reason::as_str),
                check.detail.as_deref(),
                check.effect,
                check.points,
                check.at.micros(),
            )
        });
        Ok(Self {
            lead_id,
            warnings: i32::try_from(warned.count()).unwrap_or(i32::MAX),
            checks: json(&kept.collect::<Vec<_>>())?,
        })
    }
}

pub fn insert<'a>(
    conn: &mut Conn,
    checks: impl Iterator<Item = (LeadId, &'a [Check])>,
) -> Result<()> {
    let rows = checks.map(|(lead, checks)| Row::of(lead, checks));
    let rows: Vec<Row> = rows.collect::<Result<_>>()?;
    insert_rows!(conn, lead_checks::table, &rows)?;
    Ok(())
}

pub fn of_lead(conn: &mut Conn, lead: LeadId) -> Result<Vec<Check>> {
    let kept: Option<String> = text(conn, lead)?;
    kept.as_deref().map_or(Ok(Vec::new()), read)
}

fn text(conn: &mut Conn, lead: LeadId) -> Result<Option<String>> {
    Ok(lead_checks::table
        .find(lead)
        .select(lead_checks::checks)
        .first(conn)
        .optional()?)
}

fn read(text: &str) -> Result<Vec<Check>> {
    let kept: Vec<Kept> = from_json(text)?;
    let checks = kept
        .into_iter()
        .map(|(name, verdict, code, detail, effect, points, at)| Check {
            name,
            verdict,
            code: code.as_deref().and_then(Reason::of_code),
            detail,
            effect,
            points,
            at: Ts::from_micros(at),
        });
    Ok(checks.collect())
}

/// Changes the checks of a lead.
pub fn change(
    conn: &mut Conn,
    lead: LeadId,
    mut change: impl FnMut(&mut Vec<Check>),
) -> Result<()> {
    for _ in 0..TRIES {
        let Some(before) = text(conn, lead)? else {
            return Ok(());
        };
        let mut checks = read(&before)?;
        change(&mut checks);
        let row = Row::of(lead, &checks)?;
        let changed = diesel::update(lead_checks::table.find(lead))
            .filter(lead_checks::checks.eq(before))
            .set((
                lead_checks::warnings.eq(row.warnings),
                lead_checks::checks.eq(row.checks),
            ))
            .execute(conn)?;
        if changed == 1 {
            return Ok(());
        }
    }
    Err(Error::refused(Code::Unavailable))
}
