//! Double-entry ledger, append-only: the only place where money exists.
//!
//! Every event is a typed function that writes balanced postings in its caller's transaction and is
//! unique for its source; a correction is a new posting that refers to the one it corrects.

mod account;
pub mod api;
mod charges;
pub mod check;
pub mod deposits;
mod earnings;
mod funds;
mod movements;
mod overview;
pub mod pages;
mod posting;
mod seal;
mod statement;
mod store;
mod transfers;

pub use account::{Kind, LedgerAccount, Provider, Side};
pub use charges::{
    Capture, DisputeHold, Hold, Refund, RefundParts, Sale, Settlement, capture, charge,
    dispute_hold, dispute_release, fee, hold, lock_available, lock_pending, refund, release,
    release_reserve, sale, sales, settle, top_up,
};
pub use earnings::{Earned, Earning, Month, Standing, Within, earnings, month_of, months};
pub use funds::{Chargeback, Deposit, adjust, chargeback, deposit};
pub use movements::{Commission, Movement, Movements, Span, commission_between, movements};
pub use overview::balance_of;
pub use pages::event_label;
pub use posting::{Event, Line, MAX_MINOR, Posting, Source, SourceId, SourceKind, post, reverse};
pub use seal::{
    Chain, Draft as SealDraft, ItemId, Look, Place, SEALED_AT_ONCE, Seal, drafts as seal_drafts,
    keep as keep_seal, numbered as seals_numbered, places as sealed_places, recent_seals, seal,
    verify_seals,
};
pub use statement::{Statement, StatementLine, StatementQuery, statement};
pub use transfers::{
    Payable, ask_payout, ask_withdrawal, fail_payout, fail_withdrawal, lock_payable, pay_payout,
    pay_withdrawal, payable, payable_since, return_payout, write_off_claim,
};

use crate::db::Conn;
use crate::error::Result;
use crate::id::AccountId;
use crate::money::{Currency, Money};

/// A buyer's money in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalletBalance {
    pub available: Money,
    /// Set aside for charges that have not happened yet.
    pub held: Money,
}

/// What a buyer has, a line for each currency that it ever had.
pub fn wallet(conn: &mut Conn, buyer: AccountId) -> Result<Vec<WalletBalance>> {
    let mut lines: Vec<WalletBalance> = Vec::new();
    for balance in balances(conn, buyer)? {
        let currency = balance.amount.currency;
        if lines.last().map(|line| line.available.currency) != Some(currency) {
            let none = Money::new(0, currency);
            lines.push(WalletBalance {
                available: none,
                held: none,
            });
        }
        if let Some(line) = lines.last_mut() {
            match balance.kind {
                Kind::Wallet => line.available = balance.amount,
                Kind::Hold => line.held = balance.amount,
                _ => {}
            }
        }
    }
    Ok(lines)
}

/// What a buyer may spend in one currency.
pub fn available(conn: &mut Conn, buyer: AccountId, currency: Currency) -> Result<Money> {
    let minor = store::balance(conn, LedgerAccount::Wallet(buyer), currency)?;
    Ok(Money::new(minor, currency))
}

/// What these buyers may spend, each in a currency, in minor units.
pub fn available_all(conn: &mut Conn, wallets: &[(AccountId, Currency)]) -> Result<Vec<i64>> {
    let accounts: Vec<_> = wallets
        .iter()
        .map(|(buyer, currency)| (LedgerAccount::Wallet(*buyer), *currency))
        .collect();
    store::balances(conn, &accounts)
}

/// The balance of one of an owner's accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    pub kind: Kind,
    pub amount: Money,
}

/// Every kept balance of an owner, by currency.
pub fn balances(conn: &mut Conn, owner: AccountId) -> Result<Vec<Balance>> {
    Ok(store::accounts_of(conn, owner)?
        .into_iter()
        .map(|row| Balance {
            kind: row.kind,
            amount: Money::new(row.balance_minor, row.currency),
        })
        .collect())
}
