//! The audit log as the operator reads it.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{accounts, audit_log as log, users};
use crate::error::Result;
use crate::id::{AccountId, AuditId, UserId};

/// What to look for; empty texts look for everything.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AuditFilter {
    /// The beginning of an action: `lead.`, `contact.viewed`.
    pub action: String,
    /// Exactly this actor: a user, a key, `system`.
    pub actor: String,
    /// The id of what was changed or seen.
    pub subject: String,
}

/// An entry with the names of who and whose.
#[derive(Debug)]
pub struct AuditRow {
    pub id: AuditId,
    pub at: Ts,
    pub actor: String,
    /// The actor's name where it is a user.
    pub actor_name: Option<String>,
    pub account: Option<String>,
    pub action: String,
    pub subject: String,
    pub detail: String,
    pub request_id: Option<String>,
}

type Row = (
    AuditId,
    Ts,
    String,
    Option<AccountId>,
    String,
    String,
    String,
    Option<String>,
);

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
        .select((
            log::id,
            log::at,
            log::actor,
            log::account_id,
            log::action,
            log::subject,
            log::detail,
            log::request_id,
        ))
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(log::at.lt(at).or(log::at.eq(at).and(log::id.lt(id))));
    }
    let action = filter.action.trim();
    if !action.is_empty() {
        let literal = action.replace(['%', '_', '\\'], "");
        query = query.filter(log::action.like(format!("{literal}%")));
    }
    if !filter.actor.trim().is_empty() {
        query = query.filter(log::actor.eq(filter.actor.trim().to_owned()));
    }
    if !filter.subject.trim().is_empty() {
        query = query.filter(log::subject.eq(filter.subject.trim().to_owned()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let users = user_names(conn, &rows)?;
    let accounts = account_names(conn, &rows)?;
    Ok(rows
        .into_iter()
        .map(
            |(id, at, actor, account, action, subject, detail, request_id)| AuditRow {
                id,
                at,
                actor_name: actor
                    .parse()
                    .ok()
                    .and_then(|user: UserId| users.get(&user).cloned()),
                actor,
                account: account.and_then(|account| accounts.get(&account).cloned()),
                action,
                subject,
                detail,
                request_id,
            },
        )
        .collect())
}

fn user_names(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<UserId, String>> {
    let ids: Vec<UserId> = rows.iter().filter_map(|row| row.2.parse().ok()).collect();
    let names: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(names.into_iter().collect())
}

fn account_names(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<AccountId, String>> {
    let ids: Vec<AccountId> = rows.iter().filter_map(|row| row.3).collect();
    let names: Vec<(AccountId, String)> = accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::name))
        .load(conn)?;
    Ok(names.into_iter().collect())
}
