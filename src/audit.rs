//! The audit log: one append-only entry in the transaction of each state change, decision and view of a contact.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::access::Actor;
use crate::clock::Ts;
use crate::db::schema::audit_log;
use crate::db::types::from_json;
use crate::db::{Conn, insert_rows};
use crate::error::Result;
use crate::id::{AccountId, AuditId};

/// What happened, to what, by whom. `detail` never holds contact data.
#[derive(Debug)]
pub struct Entry<'a> {
    pub at: Ts,
    pub actor: Actor,
    /// The account whose record it is, if one.
    pub account_id: Option<AccountId>,
    /// Object and past participle: `lead.listed`, `contact.viewed`.
    pub action: &'a str,
    /// The id of what was changed or seen.
    pub subject: String,
    pub detail: Value,
}

#[derive(Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
struct Row<'a> {
    id: AuditId,
    at: Ts,
    actor: String,
    account_id: Option<AccountId>,
    action: &'a str,
    subject: &'a str,
    detail: String,
    request_id: Option<String>,
    address: Option<String>,
}

/// Writes an entry; call it in the transaction of what it tells.
pub fn record(conn: &mut Conn, entry: &Entry<'_>) -> Result<()> {
    record_all(conn, std::slice::from_ref(entry))
}

/// Writes entries in their order.
pub fn record_all(conn: &mut Conn, entries: &[Entry<'_>]) -> Result<()> {
    let rows = entries.iter().map(|entry| {
        let origin = entry.actor.origin();
        Row {
            id: AuditId::new(entry.at),
            at: entry.at,
            actor: entry.actor.to_string(),
            account_id: entry.account_id,
            action: entry.action,
            subject: &entry.subject,
            detail: entry.detail.to_string(),
            request_id: origin.map(|origin| origin.request.as_str().to_owned()),
            address: origin.map(|origin| origin.address.to_string()),
        }
    });
    let rows: Vec<Row<'_>> = rows.collect();
    insert_rows!(conn, audit_log::table, &rows)?;
    Ok(())
}

/// What a change made of a record: the fields that differ, as they were and as they are.
pub fn change(before: &impl Serialize, after: &impl Serialize) -> Result<Value> {
    let fields = |record: Value| match record {
        Value::Object(fields) => fields,
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    let mut before = fields(serde_json::to_value(before).map_err(anyhow::Error::from)?);
    let mut after = fields(serde_json::to_value(after).map_err(anyhow::Error::from)?);
    before.retain(|field, value| match after.get(field) {
        Some(same) if same == value => {
            after.remove(field);
            false
        }
        _ => true,
    });
    Ok(json!({ "before": before, "after": after }))
}

/// An entry as it is read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub at: Ts,
    pub actor: String,
    pub action: String,
    pub detail: Value,
}

/// What happened to one record, newest first.
pub fn history(conn: &mut Conn, subject: &str, limit: i64) -> Result<Vec<Event>> {
    let rows: Vec<(Ts, String, String, String)> = audit_log::table
        .filter(audit_log::subject.eq(subject))
        .order((audit_log::at.desc(), audit_log::id.desc()))
        .limit(limit)
        .select((
            audit_log::at,
            audit_log::actor,
            audit_log::action,
            audit_log::detail,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(at, actor, action, detail)| {
            Ok(Event {
                at,
                actor,
                action,
                detail: from_json(&detail)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_tells_only_what_differs() {
        let before = json!({ "name": "A", "bid": 5, "gone": true });
        let after = json!({ "name": "A", "bid": 6, "new": [1] });
        assert_eq!(
            change(&before, &after).unwrap(),
            json!({ "before": { "bid": 5, "gone": true }, "after": { "bid": 6, "new": [1] } })
        );
        assert_eq!(
            change(&before, &before).unwrap(),
            json!({ "before": {}, "after": {} })
        );
    }
}
