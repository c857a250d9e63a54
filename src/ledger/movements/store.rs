//! The queries behind statements and commission invoices.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Movement, Span};
use crate::clock::Ts;
use crate::db::schema::{holds, ledger_entries, ledger_postings};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::{AccountId, PayoutId};
use crate::ledger::posting::{Event, SourceId, SourceKind};
use crate::ledger::store::{EntryRow, PostingRow};
use crate::money::{Currency, Money};

/// A span in the account's own terms.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds {
    /// Versions behind this one.
    after: Option<i64>,
    /// Versions up to this one.
    up_to: Option<i64>,
    from: Option<Ts>,
    before: Option<Ts>,
}

pub fn bounds(conn: &mut Conn, key: &str, span: Span) -> Result<Bounds> {
    match span {
        Span::Time(from, before) => Ok(Bounds {
            from: Some(from),
            before: Some(before),
            ..Bounds::default()
        }),
        Span::UpToPayout(payout) => {
            let asked = asked_version(conn, key, payout)?;
            let previous: Option<Option<i64>> = ledger_entries::table
                .inner_join(ledger_postings::table)
                .filter(ledger_entries::account_key.eq(key))
                .filter(ledger_postings::event.eq(Event::PayoutAsked))
                .filter(ledger_entries::version.lt(asked))
                .order(ledger_entries::version.desc())
                .select(ledger_entries::version)
                .first(conn)
                .optional()?;
            Ok(Bounds {
                after: previous.flatten(),
                up_to: asked.map(|version| version - 1),
                ..Bounds::default()
            })
        }
    }
}

fn asked_version(conn: &mut Conn, key: &str, payout: PayoutId) -> Result<Option<i64>> {
    Ok(ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::account_key.eq(key))
        .filter(ledger_postings::source_type.eq(SourceKind::Payout))
        .filter(ledger_postings::source_id.eq(SourceId(payout.0)))
        .filter(ledger_postings::event.eq(Event::PayoutAsked))
        .select(ledger_entries::version)
        .first(conn)?)
}

/// The entries of a span, newest first.
pub fn lines(
    conn: &mut Conn,
    key: &str,
    currency: Currency,
    bounds: Bounds,
    limit: i64,
) -> Result<Vec<Movement>> {
    let mut query = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::account_key.eq(key))
        .order(ledger_entries::version.desc())
        .limit(limit)
        .select((EntryRow::as_select(), PostingRow::as_select()))
        .into_boxed();
    if let Some(after) = bounds.after {
        query = query.filter(ledger_entries::version.gt(after));
    }
    if let Some(up_to) = bounds.up_to {
        query = query.filter(ledger_entries::version.le(up_to));
    }
    if let Some(from) = bounds.from {
        query = query.filter(ledger_postings::at.ge(from));
    }
    if let Some(before) = bounds.before {
        query = query.filter(ledger_postings::at.lt(before));
    }
    let rows: Vec<(EntryRow, PostingRow)> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(entry, posting)| Movement {
            posting: posting.id,
            event: posting.event,
            source: posting.source(),
            at: posting.at,
            change: Money::new(entry.credit_minor - entry.debit_minor, currency),
            balance: Money::new(entry.balance_minor.unwrap_or(0), currency),
        })
        .collect())
}

/// The balance at the end of a span in which nothing moved.
pub fn balance_up_to(conn: &mut Conn, key: &str, bounds: Bounds) -> Result<Option<i64>> {
    let mut query = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::account_key.eq(key))
        .order(ledger_entries::version.desc())
        .select(ledger_entries::balance_minor)
        .into_boxed();
    if let Some(up_to) = bounds.up_to {
        query = query.filter(ledger_entries::version.le(up_to));
    }
    if let Some(before) = bounds.before {
        query = query.filter(ledger_postings::at.lt(before));
    }
    let balance: Option<Option<i64>> = query.first(conn).optional()?;
    Ok(balance.flatten())
}

/// Commission taken and given back, by seller and currency.
type Sums = BTreeMap<(AccountId, Currency), (i64, i64)>;
type SumRow = (Option<AccountId>, Currency, Option<i64>);

/// The commission of captures in a time, and that of refunds in it, whenever their charge was captured.
pub fn commission(conn: &mut Conn, from: Ts, to: Ts) -> Result<Sums> {
    let mut sums = Sums::new();
    for (seller, currency, sum) in taken(conn, from, to)? {
        if let Some(seller) = seller {
            sums.entry((seller, currency)).or_default().0 += sum.unwrap_or(0);
        }
    }
    for (seller, currency, sum) in given_back(conn, from, to)? {
        if let Some(seller) = seller {
            sums.entry((seller, currency)).or_default().1 += sum.unwrap_or(0);
        }
    }
    Ok(sums)
}

fn taken(conn: &mut Conn, from: Ts, to: Ts) -> Result<Vec<SumRow>> {
    Ok(ledger_entries::table
        .inner_join(ledger_postings::table)
        .inner_join(
            holds::table.on(holds::source_type
                .eq(ledger_postings::source_type)
                .and(holds::source_id.eq(ledger_postings::source_id))),
        )
        .filter(ledger_postings::event.eq(Event::Capture))
        .filter(ledger_postings::at.ge(from))
        .filter(ledger_postings::at.lt(to))
        .filter(ledger_entries::account_key.like("rev:commission:%"))
        .group_by((holds::seller_id, ledger_entries::currency))
        .select((
            holds::seller_id,
            ledger_entries::currency,
            sum_i64(ledger_entries::credit_minor),
        ))
        .load(conn)?)
}

fn given_back(conn: &mut Conn, from: Ts, to: Ts) -> Result<Vec<SumRow>> {
    let captures = diesel::alias!(ledger_postings as captures);
    let id = captures.field(ledger_postings::id);
    let source_type = captures.field(ledger_postings::source_type);
    let source_id = captures.field(ledger_postings::source_id);
    Ok(ledger_entries::table
        .inner_join(ledger_postings::table)
        .inner_join(captures.on(ledger_postings::reverses.eq(id.nullable())))
        .inner_join(
            holds::table.on(holds::source_type
                .eq(source_type)
                .and(holds::source_id.eq(source_id))),
        )
        .filter(ledger_postings::event.eq(Event::Refund))
        .filter(ledger_postings::at.ge(from))
        .filter(ledger_postings::at.lt(to))
        .filter(ledger_entries::account_key.like("rev:commission:%"))
        .group_by((holds::seller_id, ledger_entries::currency))
        .select((
            holds::seller_id,
            ledger_entries::currency,
            sum_i64(ledger_entries::debit_minor),
        ))
        .load(conn)?)
}

/// The balance of a kept account just before an instant.
pub fn balance_before(conn: &mut Conn, key: &str, then: Ts) -> Result<i64> {
    let bounds = Bounds {
        before: Some(then),
        ..Bounds::default()
    };
    Ok(balance_up_to(conn, key, bounds)?.unwrap_or(0))
}

/// What left an account at an instant or later.
pub fn debits_since(conn: &mut Conn, key: &str, then: Ts) -> Result<i64> {
    let sum: Option<i64> = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::account_key.eq(key))
        .filter(ledger_postings::at.ge(then))
        .select(sum_i64(ledger_entries::debit_minor))
        .first(conn)?;
    Ok(sum.unwrap_or(0))
}
