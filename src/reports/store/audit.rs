//! The audit log as the operator reads it.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{accounts, api_keys, audit_log as log, users};
use crate::error::Result;
use crate::id::{AccountId, ApiKeyId, AuditId, UserId};
use crate::reports::audit::{AuditFilter, AuditRow};

/// Names looked up at once; below the binds that a statement may have.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = log)]
struct Row {
    id: AuditId,
    at: Ts,
    actor: String,
    account_id: Option<AccountId>,
    action: String,
    subject: String,
    detail: String,
    request_id: Option<String>,
    address: Option<String>,
}

/// Entries newest first, those before `(at, id)` when a place is given.
pub fn audit_log(
    conn: &mut Conn,
    filter: &AuditFilter,
    before: Option<(Ts, AuditId)>,
    limit: i64,
) -> Result<Vec<AuditRow>> {
    let mut query = log::table
        .order((log::at.desc(), log::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(log::at.lt(at).or(log::at.eq(at).and(log::id.lt(id))));
    }
    if !filter.action.is_empty() {
        // The first text that is greater than all that begin with this one.
        let end = format!("{}\u{10FFFF}", filter.action);
        query = query
            .filter(log::action.ge(&filter.action))
            .filter(log::action.lt(end));
    }
    if !filter.actor.is_empty() {
        query = query.filter(log::actor.eq(&filter.actor));
    }
    if !filter.subject.is_empty() {
        query = query.filter(log::subject.eq(&filter.subject));
    }
    if let Some(account) = filter.account {
        query = query.filter(log::account_id.eq(account));
    }
    if let Some(from) = filter.from {
        query = query.filter(log::at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(log::at.lt(until));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let actors = actor_names(conn, &rows)?;
    let accounts = account_names(conn, &rows)?;
    Ok(rows
        .into_iter()
        .map(|row| AuditRow {
            actor_name: actors.get(&row.actor).cloned(),
            account: row.account_id.and_then(|id| accounts.get(&id).cloned()),
            id: row.id,
            at: row.at,
            actor: row.actor,
            account_id: row.account_id,
            action: row.action,
            subject: row.subject,
            detail: row.detail,
            request_id: row.request_id,
            address: row.address,
        })
        .collect())
}

/// The names of users, and of API keys, by their ids as text.
fn actor_names(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<String, String>> {
    let mut names = HashMap::new();
    let people: BTreeSet<UserId> = rows
        .iter()
        .filter_map(|row| row.actor.parse().ok())
        .collect();
    for chunk in people.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let found: Vec<(UserId, String)> = users::table
            .filter(users::id.eq_any(chunk))
            .select((users::id, users::name))
            .load(conn)?;
        names.extend(found.into_iter().map(|(id, name)| (id.to_string(), name)));
    }
    let keys: BTreeSet<ApiKeyId> = rows
        .iter()
        .filter_map(|row| row.actor.parse().ok())
        .collect();
    for chunk in keys.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let found: Vec<(ApiKeyId, String)> = api_keys::table
            .filter(api_keys::id.eq_any(chunk))
            .select((api_keys::id, api_keys::name))
            .load(conn)?;
        names.extend(found.into_iter().map(|(id, name)| (id.to_string(), name)));
    }
    Ok(names)
}

fn account_names(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<AccountId, String>> {
    let ids: BTreeSet<AccountId> = rows.iter().filter_map(|row| row.account_id).collect();
    let mut names = HashMap::new();
    for chunk in ids.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let found: Vec<(AccountId, String)> = accounts::table
            .filter(accounts::id.eq_any(chunk))
            .select((accounts::id, accounts::name))
            .load(conn)?;
        names.extend(found);
    }
    Ok(names)
}
