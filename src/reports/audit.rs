//! Reading the audit log: filters, names, and an export that a third party can verify.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

use super::store;
use crate::access::Caller;
use crate::audit::{self, Entry};
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::error::{FieldError, Reason, Result};
use crate::id::{AccountId, AuditId};
use crate::ledger::{self, Chain, ItemId, Place};
use crate::vault::hex;

pub use store::audit::audit_log;

/// Entries in one exported file; the newest that fit.
pub const MAX_EXPORTED: i64 = 10_000;

/// What to look for; empty texts look for everything.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// The beginning of an action: `lead.`, `contact.viewed`.
    pub action: String,
    /// Exactly this actor: a user, a key, `system`.
    pub actor: String,
    /// The id of what was changed or seen.
    pub subject: String,
    /// Whose record it is.
    pub account: Option<AccountId>,
    pub from: Option<Ts>,
    /// Not included.
    pub until: Option<Ts>,
}

/// A filter as it is typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AuditForm {
    pub action: String,
    pub actor: String,
    pub subject: String,
    pub account: String,
    /// A day, or an instant.
    pub from: String,
    /// A day, which is included, or an instant, which is not.
    pub until: String,
}

impl AuditForm {
    pub fn parse(&self) -> Result<AuditFilter> {
        let mut errors = Vec::new();
        let mut keep = |error| errors.push(error);
        let account = match self.account.trim() {
            "" => None,
            text => text
                .parse()
                .map_err(|_| keep(FieldError::new("account", Reason::WrongType, "acc_…")))
                .ok(),
        };
        let from = moment("from", &self.from, 0)
            .map_err(&mut keep)
            .ok()
            .flatten();
        let until = moment("until", &self.until, DAY)
            .map_err(&mut keep)
            .ok()
            .flatten();
        if !errors.is_empty() {
            return Err(errors.into());
        }
        Ok(AuditFilter {
            action: self.action.trim().to_owned(),
            actor: self.actor.trim().to_owned(),
            subject: self.subject.trim().to_owned(),
            account,
            from,
            until,
        })
    }
}

/// An instant, or a day plus `after`; nothing when nothing was typed.
fn moment(field: &str, text: &str, after: i64) -> Result<Option<Ts>, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        let midnight = Ts::from(day.and_time(chrono::NaiveTime::MIN).and_utc());
        return Ok(Some(midnight.plus(after)));
    }
    DateTime::parse_from_rfc3339(text)
        .map(|at| Some(at.to_utc().into()))
        .map_err(|_| {
            FieldError::new(
                field,
                Reason::WrongType,
                "2026-11-20, or 2026-11-20T09:30:00Z",
            )
        })
}

/// An entry with the names of who and whose.
#[derive(Debug)]
pub struct AuditRow {
    pub id: AuditId,
    pub at: Ts,
    pub actor: String,
    /// The name of the user or of the key.
    pub actor_name: Option<String>,
    pub account_id: Option<AccountId>,
    pub account: Option<String>,
    pub action: String,
    pub subject: String,
    /// JSON, exactly as it was sealed.
    pub detail: String,
    pub request_id: Option<String>,
    /// The client's, for what a request did.
    pub address: Option<String>,
}

impl AuditRow {
    /// Where the operator finds the record that the entry is about.
    pub fn href(&self) -> Option<String> {
        let (kind, _) = self.subject.split_once('_')?;
        let page = match kind {
            "lead" => "leads",
            "acc" => "accounts",
            "post" => "ledger/postings",
            _ => return None,
        };
        Some(format!("/operator/{page}/{}", self.subject))
    }
}

/// The entries to be exported; that somebody took them is an entry of its own.
pub fn export(
    conn: &mut Conn,
    caller: &Caller,
    filter: &AuditFilter,
    kind: &str,
    now: Ts,
) -> Result<Vec<AuditRow>> {
    let rows = audit_log(conn, filter, None, MAX_EXPORTED)?;
    audit::record(
        conn,
        &Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action: "audit_log.exported",
            subject: caller.account_id.to_string(),
            detail: json!({ "kind": kind, "entries": rows.len() }),
        },
    )?;
    Ok(rows)
}

/// A line of JSON for each entry with its place under which seal, then one for each of those seals.
pub fn lines(conn: &mut Conn, rows: &[AuditRow]) -> Result<String> {
    let items: Vec<ItemId> = rows.iter().map(|row| ItemId(row.id.0)).collect();
    let places = ledger::sealed_places(conn, Chain::Audit, &items)?;
    let numbers: BTreeSet<i64> = places.values().map(|place| place.seq).collect();
    let numbers: Vec<i64> = numbers.into_iter().collect();
    let seals = ledger::seals_numbered(conn, Chain::Audit, &numbers)?;
    let entries = rows.iter().map(|row| entry_line(row, &places));
    let seals = seals.iter().map(|seal| {
        json!({
            "type": "seal",
            "seq": seal.seq,
            "items": seal.items,
            "sealed_at_micros": seal.sealed_at.micros(),
            "previous_root": hex(&seal.previous_root),
            "root": hex(&seal.root),
        })
    });
    Ok(entries
        .chain(seals)
        .fold(String::new(), |text, line| text + &line.to_string() + "\n"))
}

fn entry_line(row: &AuditRow, places: &HashMap<ItemId, Place>) -> Value {
    let place = places.get(&ItemId(row.id.0));
    json!({
        "type": "entry",
        "id": row.id,
        "at": row.at,
        "at_micros": row.at.micros(),
        "actor": row.actor,
        "account": row.account_id,
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
        "request_id": row.request_id,
        "address": row.address,
        "seal": place.map(|place| json!({
            "seq": place.seq,
            "position": place.position,
            "leaf": place.leaf.as_deref().map(hex),
        })),
    })
}
