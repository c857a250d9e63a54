//! What moved on one account over a span, oldest first, with the balances before and after; and the
//! commission that a seller's charges brought.

mod store;

use super::account::LedgerAccount;
use super::posting::{Event, Source};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, PayoutId, PostingId};
use crate::money::{Currency, Money};

/// Which part of an account's history.
#[derive(Debug, Clone, Copy)]
pub enum Span {
    /// From the first instant until before the second.
    Time(Ts, Ts),
    /// From behind the payout before until this one was asked for, that posting left out.
    UpToPayout(PayoutId),
}

/// One change of an account.
#[derive(Debug, Clone)]
pub struct Movement {
    pub posting: PostingId,
    pub event: Event,
    pub source: Source,
    pub at: Ts,
    /// Negative when money left the account.
    pub change: Money,
    pub balance: Money,
}

/// The changes of an account over a span.
#[derive(Debug, Clone)]
pub struct Movements {
    pub opening: Money,
    pub lines: Vec<Movement>,
    pub closing: Money,
    /// Whether there were more than could be listed; then the opening balance is that of the first line.
    pub is_cut: bool,
}

/// What moved on a kept account of a seller; of more than `limit` lines the newest.
pub fn movements(
    conn: &mut Conn,
    account: LedgerAccount,
    currency: Currency,
    span: Span,
    limit: i64,
) -> Result<Movements> {
    let key = account.key(currency);
    let bounds = store::bounds(conn, &key, span)?;
    let mut lines = store::lines(conn, &key, currency, bounds, limit.saturating_add(1))?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_cut = lines.len() > most;
    lines.truncate(most);
    lines.reverse();
    let (opening, closing) = if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
        let opening = first.balance.minor - first.change.minor;
        (Money::new(opening, currency), last.balance)
    } else {
        let kept = store::balance_up_to(conn, &key, bounds)?;
        let balance = Money::new(kept.unwrap_or(0), currency);
        (balance, balance)
    };
    Ok(Movements {
        opening,
        lines,
        closing,
        is_cut,
    })
}

/// The commission on a seller's charges over a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commission {
    /// Taken when charges were captured.
    pub taken: Money,
    /// Given back with refunds.
    pub given_back: Money,
}

/// What commission each seller's charges brought from `from` until before `to`, by seller and currency.
pub fn commission_between(
    conn: &mut Conn,
    from: Ts,
    to: Ts,
) -> Result<Vec<(AccountId, Commission)>> {
    let sums = store::commission(conn, from, to)?;
    Ok(sums
        .into_iter()
        .filter(|(_, (taken, given_back))| *taken > 0 || *given_back > 0)
        .map(|((seller, currency), (taken, given_back))| {
            let commission = Commission {
                taken: Money::new(taken, currency),
                given_back: Money::new(given_back, currency),
            };
            (seller, commission)
        })
        .collect())
}

/// The balance just before an instant, and what has left the account since.
pub(super) fn before_and_gone(
    conn: &mut Conn,
    account: LedgerAccount,
    currency: Currency,
    then: Ts,
) -> Result<(i64, i64)> {
    let key = account.key(currency);
    Ok((
        store::balance_before(conn, &key, then)?,
        store::debits_since(conn, &key, then)?,
    ))
}
