//! The ledger as the operator sees it: totals, accounts, single postings.

use super::account::{Kind, LedgerAccount, Provider, Side};
use super::posting::{Event, Line, Source};
use super::store;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::PostingId;
use crate::money::{Currency, Money};

/// The exchange's own accounts whose balances are summed.
pub const SUMMED: &[LedgerAccount] = &[
    LedgerAccount::Cash(Provider::Bank),
    LedgerAccount::CommissionRevenue,
    LedgerAccount::FeeRevenue,
    LedgerAccount::ProviderExpense,
    LedgerAccount::ChargebackExpense,
    LedgerAccount::BadDebtExpense,
    LedgerAccount::GoodwillExpense,
];

/// Everything of one kind in one currency, added up.
#[derive(Debug, Clone, Copy)]
pub struct Total {
    pub kind: Kind,
    pub amount: Money,
}

/// The totals of every kind of account in use, by currency; the exchange's own accounts are summed.
pub fn totals(conn: &mut Conn) -> Result<Vec<Total>> {
    let mut totals: Vec<Total> = store::totals(conn)?
        .into_iter()
        .map(|(kind, currency, minor)| Total {
            kind,
            amount: Money::new(minor, currency),
        })
        .collect();
    let mut currencies: Vec<Currency> = totals.iter().map(|total| total.amount.currency).collect();
    currencies.sort();
    currencies.dedup();
    for &currency in &currencies {
        for &account in SUMMED {
            let amount = balance_of(conn, account, currency)?;
            if amount.minor != 0 {
                totals.push(Total {
                    kind: account.kind(),
                    amount,
                });
            }
        }
    }
    totals.sort_by_key(|total| (total.amount.currency, total.kind));
    Ok(totals)
}

/// The balance of any account, kept or summed.
pub fn balance_of(conn: &mut Conn, account: LedgerAccount, currency: Currency) -> Result<Money> {
    let minor = if account.kind().keeps_balance() {
        store::balance(conn, account, currency)?
    } else {
        let (debits, credits) = store::summed(conn, &account.key(currency))?;
        match account.kind().normal_side() {
            Side::Debit => debits - credits,
            Side::Credit => credits - debits,
        }
    };
    Ok(Money::new(minor, currency))
}

/// A kept account with its balance and the name of its owner.
#[derive(Debug, Clone)]
pub struct KeptAccount {
    pub key: String,
    pub owner: Option<String>,
    pub balance: Money,
    pub entries: i64,
}

/// Accounts of a kind, the largest balance first.
pub fn accounts(conn: &mut Conn, kind: Kind, limit: i64) -> Result<Vec<KeptAccount>> {
    Ok(store::accounts_of_kind(conn, kind, limit)?
        .into_iter()
        .map(|(row, owner)| KeptAccount {
            key: row.key,
            owner,
            balance: Money::new(row.balance_minor, row.currency),
            entries: row.version,
        })
        .collect())
}

/// The name of the organisation whose account it is.
pub fn owner_of(conn: &mut Conn, account: LedgerAccount) -> Result<Option<String>> {
    match account.owner() {
        Some(owner) => store::owner_name(conn, owner),
        None => Ok(None),
    }
}

/// A posting with its lines.
#[derive(Debug, Clone)]
pub struct PostingDetail {
    pub id: PostingId,
    pub event: Event,
    pub source: Source,
    pub reverses: Option<PostingId>,
    pub note: Option<String>,
    pub at: Ts,
    pub lines: Vec<Line>,
}

pub fn posting(conn: &mut Conn, id: PostingId) -> Result<PostingDetail> {
    let row = store::posting(conn, id)?;
    let entries = store::entries(conn, id)?;
    Ok(PostingDetail {
        id,
        event: row.event,
        source: row.source(),
        reverses: row.reverses,
        note: row.note,
        at: row.at,
        lines: entries
            .iter()
            .map(store::EntryRow::line)
            .collect::<Result<_>>()?,
    })
}
