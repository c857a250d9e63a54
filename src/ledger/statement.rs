//! What stands on an account: its entries with the postings they belong to, newest first.

use super::account::{LedgerAccount, Side};
use super::posting::{Event, Source};
use super::store::{self, EntryRow, PostingRow};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, Reason, Result};
use crate::id::PostingId;
use crate::money::{Currency, Money};

/// One entry of an account.
#[derive(Debug, Clone)]
pub struct StatementLine {
    pub posting: PostingId,
    pub event: Event,
    pub source: Source,
    pub note: Option<String>,
    pub at: Ts,
    /// What it added to the account, in the account's own sense.
    pub change: Money,
    /// What the account held afterwards, where that is kept.
    pub balance: Option<Money>,
    pub side: Side,
}

/// A page of an account's statement.
#[derive(Debug, Clone, Default)]
pub struct Statement {
    pub lines: Vec<StatementLine>,
    /// Asks for the page after this one.
    pub next: Option<String>,
}

/// Which lines of an account are wanted.
#[derive(Debug, Clone, Default)]
pub struct StatementQuery {
    pub event: Option<Event>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    pub limit: i64,
}

/// Where a page begins: after an entry's version on kept accounts, else after a posting.
#[derive(Debug, Clone, Copy)]
pub enum After {
    Version(i64),
    Posting(PostingId),
}

fn after(account: LedgerAccount, cursor: &str) -> Option<After> {
    if account.kind().keeps_balance() {
        cursor.parse().ok().map(After::Version)
    } else {
        cursor.parse().ok().map(After::Posting)
    }
}

/// A page of an account's entries, newest first.
pub fn statement(
    conn: &mut Conn,
    account: LedgerAccount,
    currency: Currency,
    query: &StatementQuery,
) -> Result<Statement> {
    let start = match query.cursor.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(after(account, text).ok_or_else(|| {
            Error::invalid_field("cursor", Reason::NotAllowed, "next_cursor of a page")
        })?),
    };
    let key = account.key(currency);
    let mut rows = store::statement(conn, &key, query.event, start, query.limit + 1)?;
    let limit = usize::try_from(query.limit).unwrap_or(0);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|(entry, _)| match entry.version {
            Some(version) => version.to_string(),
            None => entry.posting_id.to_string(),
        });
    Ok(Statement {
        lines: rows
            .iter()
            .map(|(entry, posting)| line(account, entry, posting))
            .collect(),
        next,
    })
}

fn line(account: LedgerAccount, entry: &EntryRow, posting: &PostingRow) -> StatementLine {
    let (side, amount) = if entry.credit_minor == 0 {
        (Side::Debit, entry.debit_minor)
    } else {
        (Side::Credit, entry.credit_minor)
    };
    let change = if side == account.kind().normal_side() {
        amount
    } else {
        -amount
    };
    let money = |minor| Money::new(minor, entry.currency);
    StatementLine {
        posting: posting.id,
        event: posting.event,
        source: posting.source(),
        note: posting.note.clone(),
        at: posting.at,
        change: money(change),
        balance: entry.balance_minor.map(money),
        side,
    }
}
