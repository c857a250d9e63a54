//! Postings: balanced, append-only, unique for the event of their source.

use std::collections::BTreeMap;

use anyhow::anyhow;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use uuid::Uuid;

use super::account::{Kind, LedgerAccount, Side};
use super::store::{self, EntryRow, PostingRow};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::{text_enum, uuid_column};
use crate::error::{Code, Error, Result};
use crate::id::{
    AdjustmentId, ChargeId, DepositId, DisputeId, PayoutId, PingId, PostingId, PurchaseId,
    WithdrawalId,
};
use crate::money::{Currency, Money};

/// The largest amount of one line, so that no balance can leave `i64`.
pub const MAX_MINOR: i64 = 1_000_000_000_000_000;

text_enum! {
    /// What happened; with its source it makes a posting unique.
    pub enum Event {
        Deposit = "deposit",
        DepositFee = "deposit_fee",
        Hold = "hold",
        TopUp = "top_up",
        Capture = "capture",
        Release = "release",
        Settle = "settle",
        ReserveRelease = "reserve_release",
        DisputeHold = "dispute_hold",
        DisputeRelease = "dispute_release",
        Refund = "refund",
        Fee = "fee",
        ClaimCollected = "claim_collected",
        ClaimWrittenOff = "claim_written_off",
        PayoutAsked = "payout_asked",
        PayoutPaid = "payout_paid",
        PayoutFailed = "payout_failed",
        PayoutReturned = "payout_returned",
        WithdrawalAsked = "withdrawal_asked",
        WithdrawalPaid = "withdrawal_paid",
        WithdrawalFailed = "withdrawal_failed",
        Adjustment = "adjustment",
        Chargeback = "chargeback",
        ChargebackFee = "chargeback_fee",
        Reversal = "reversal",
    }
}

impl Event {
    /// Whether the posting may be taken back by its mirror image. What also changes a hold or a
    /// transfer has its own way back: release, refund, failed.
    pub const fn is_reversible(self) -> bool {
        matches!(
            self,
            Self::Deposit
                | Self::DepositFee
                | Self::Adjustment
                | Self::Chargeback
                | Self::ChargebackFee
                | Self::ClaimWrittenOff
        )
    }
}

text_enum! {
    /// The kind of record that caused a posting.
    pub enum SourceKind {
        Deposit = "deposit",
        Purchase = "purchase",
        /// What is due beside the price of a lead: an appointment, a sale, a base fee, a claim.
        Charge = "charge",
        Dispute = "dispute",
        /// A lead that is announced, with a bid held for it.
        Ping = "ping",
        Payout = "payout",
        Withdrawal = "withdrawal",
        Adjustment = "adjustment",
        Posting = "posting",
    }
}

/// The id of a source, whatever its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = crate::db::types::DbUuid)]
pub struct SourceId(pub Uuid);

uuid_column!(SourceId);

/// The record that caused a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    Deposit(DepositId),
    Purchase(PurchaseId),
    Charge(ChargeId),
    Dispute(DisputeId),
    Ping(PingId),
    Payout(PayoutId),
    Withdrawal(WithdrawalId),
    Adjustment(AdjustmentId),
    /// The posting that this one takes back.
    Posting(PostingId),
}

impl Source {
    pub const fn kind(self) -> SourceKind {
        match self {
            Self::Deposit(_) => SourceKind::Deposit,
            Self::Purchase(_) => SourceKind::Purchase,
            Self::Charge(_) => SourceKind::Charge,
            Self::Dispute(_) => SourceKind::Dispute,
            Self::Ping(_) => SourceKind::Ping,
            Self::Payout(_) => SourceKind::Payout,
            Self::Withdrawal(_) => SourceKind::Withdrawal,
            Self::Adjustment(_) => SourceKind::Adjustment,
            Self::Posting(_) => SourceKind::Posting,
        }
    }

    pub const fn id(self) -> SourceId {
        SourceId(match self {
            Self::Deposit(id) => id.0,
            Self::Purchase(id) => id.0,
            Self::Charge(id) => id.0,
            Self::Dispute(id) => id.0,
            Self::Ping(id) => id.0,
            Self::Payout(id) => id.0,
            Self::Withdrawal(id) => id.0,
            Self::Adjustment(id) => id.0,
            Self::Posting(id) => id.0,
        })
    }

    /// What the tables hold, read back.
    pub const fn from_parts(kind: SourceKind, id: SourceId) -> Self {
        match kind {
            SourceKind::Deposit => Self::Deposit(DepositId(id.0)),
            SourceKind::Purchase => Self::Purchase(PurchaseId(id.0)),
            SourceKind::Charge => Self::Charge(ChargeId(id.0)),
            SourceKind::Dispute => Self::Dispute(DisputeId(id.0)),
            SourceKind::Ping => Self::Ping(PingId(id.0)),
            SourceKind::Payout => Self::Payout(PayoutId(id.0)),
            SourceKind::Withdrawal => Self::Withdrawal(WithdrawalId(id.0)),
            SourceKind::Adjustment => Self::Adjustment(AdjustmentId(id.0)),
            SourceKind::Posting => Self::Posting(PostingId(id.0)),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Deposit(id) => id.fmt(f),
            Self::Purchase(id) => id.fmt(f),
            Self::Charge(id) => id.fmt(f),
            Self::Dispute(id) => id.fmt(f),
            Self::Ping(id) => id.fmt(f),
            Self::Payout(id) => id.fmt(f),
            Self::Withdrawal(id) => id.fmt(f),
            Self::Adjustment(id) => id.fmt(f),
            Self::Posting(id) => id.fmt(f),
        }
    }
}

/// One side of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub account: LedgerAccount,
    pub side: Side,
    pub amount: Money,
}

impl Line {
    pub const fn debit(account: LedgerAccount, amount: Money) -> Self {
        Self {
            account,
            side: Side::Debit,
            amount,
        }
    }

    pub const fn credit(account: LedgerAccount, amount: Money) -> Self {
        Self {
            account,
            side: Side::Credit,
            amount,
        }
    }

    /// What the line adds to the balance of its account.
    fn change(self) -> i64 {
        if self.side == self.account.kind().normal_side() {
            self.amount.minor
        } else {
            -self.amount.minor
        }
    }
}

/// A posting before it is written.
#[derive(Debug, Clone)]
pub struct Posting {
    pub event: Event,
    pub source: Source,
    pub at: Ts,
    /// The posting that this one corrects, wholly or in part.
    pub reverses: Option<PostingId>,
    pub note: Option<String>,
    pub lines: Vec<Line>,
}

impl Posting {
    /// A posting of these lines; lines of nothing are left out.
    pub fn new(
        event: Event,
        source: Source,
        at: Ts,
        lines: impl IntoIterator<Item = Line>,
    ) -> Self {
        Self {
            event,
            source,
            at,
            reverses: None,
            note: None,
            lines: lines
                .into_iter()
                .filter(|line| line.amount.minor != 0)
                .collect(),
        }
    }

    #[must_use]
    pub fn correcting(mut self, posting: PostingId) -> Self {
        self.reverses = Some(posting);
        self
    }

    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The one currency of the lines, when they balance.
    fn checked(&self) -> Result<Currency> {
        let fault = |what| Error::Internal(anyhow!("{what} in {} of {}", self.event, self.source));
        let [first, _, ..] = self.lines.as_slice() else {
            return Err(fault("fewer than two lines"));
        };
        let currency = first.amount.currency;
        let mut balance = 0_i128;
        for line in &self.lines {
            if line.amount.currency != currency {
                return Err(fault("two currencies"));
            }
            if !(1..=MAX_MINOR).contains(&line.amount.minor) {
                return Err(fault("an amount out of range"));
            }
            balance += match line.side {
                Side::Debit => i128::from(line.amount.minor),
                Side::Credit => -i128::from(line.amount.minor),
            };
        }
        if balance != 0 {
            return Err(fault("unequal debits and credits"));
        }
        Ok(currency)
    }
}

/// What a batch of postings does to one kept account.
#[derive(Default)]
struct Move {
    delta: i64,
    /// The deepest fall on the way, zero or less: the balance must cover it.
    lowest: i64,
    entries: i64,
    /// The balance and version of the account after the entries that were written out so far.
    balance: i64,
    version: i64,
}

/// Writes postings, all or none, and guards every kept balance at every step.
///
/// A wallet or a payable that does not cover its part is refused with `insufficient_funds`, and then
/// the transaction is as it was before. A second posting for the same event of the same source is
/// refused with `state_conflict`; on PostgreSQL that ends the transaction.
pub fn post(conn: &mut Conn, postings: &[Posting]) -> Result<Vec<PostingId>> {
    let mut moves: BTreeMap<(LedgerAccount, Currency), Move> = BTreeMap::new();
    for posting in postings {
        let currency = posting.checked()?;
        for line in &posting.lines {
            if line.account.kind().keeps_balance() {
                let step = moves.entry((line.account, currency)).or_default();
                step.delta += line.change();
                step.lowest = step.lowest.min(step.delta);
                step.entries += 1;
            }
        }
    }
    apply(conn, &mut moves)?;
    let mut ids = Vec::with_capacity(postings.len());
    let mut rows = Vec::with_capacity(postings.len());
    let mut entries = Vec::new();
    for posting in postings {
        let id = PostingId::new(posting.at);
        ids.push(id);
        rows.push(PostingRow {
            id,
            event: posting.event,
            source_type: posting.source.kind(),
            source_id: posting.source.id(),
            reverses: posting.reverses,
            note: posting.note.clone(),
            at: posting.at,
        });
        for (number, line) in (1..).zip(&posting.lines) {
            entries.push(entry(id, number, *line, &mut moves));
        }
    }
    store::insert_postings(conn, &rows)?;
    store::insert_entries(conn, &entries)?;
    Ok(ids)
}

/// Changes the balances in the order of the accounts, which is the same for every writer; when one
/// does not suffice, takes back the changes before it.
fn apply(conn: &mut Conn, moves: &mut BTreeMap<(LedgerAccount, Currency), Move>) -> Result<()> {
    let mut done: Vec<(LedgerAccount, Currency, i64, i64)> = Vec::with_capacity(moves.len());
    for (&(account, currency), change) in moves.iter_mut() {
        let (delta, entries) = (change.delta, change.entries);
        let changed = store::change_balance(
            conn,
            account,
            currency,
            change.lowest.saturating_neg(),
            delta,
            entries,
        )?;
        let Some((balance, version)) = changed else {
            for (account, currency, delta, entries) in done.into_iter().rev() {
                store::change_balance(conn, account, currency, 0, -delta, -entries)?;
            }
            return Err(shortfall(account));
        };
        change.balance = balance - delta;
        change.version = version - entries;
        done.push((account, currency, delta, entries));
    }
    Ok(())
}

fn shortfall(account: LedgerAccount) -> Error {
    match account.kind() {
        Kind::Wallet | Kind::SellerPayable => Error::refused(Code::InsufficientFunds),
        _ => Error::Internal(anyhow!("the balance of {account} would fall below zero")),
    }
}

fn entry(
    posting_id: PostingId,
    number: i32,
    line: Line,
    moves: &mut BTreeMap<(LedgerAccount, Currency), Move>,
) -> EntryRow {
    let currency = line.amount.currency;
    let kept = moves.get_mut(&(line.account, currency)).map(|change| {
        change.balance += line.change();
        change.version += 1;
        (change.balance, change.version)
    });
    let (debit_minor, credit_minor) = match line.side {
        Side::Debit => (line.amount.minor, 0),
        Side::Credit => (0, line.amount.minor),
    };
    EntryRow {
        posting_id,
        line: number,
        account_key: line.account.key(currency),
        currency,
        debit_minor,
        credit_minor,
        balance_minor: kept.map(|(balance, _)| balance),
        version: kept.map(|(_, version)| version),
    }
}

/// Takes a posting back by its mirror image; a second time is refused with `state_conflict`.
pub fn reverse(conn: &mut Conn, id: PostingId, at: Ts, note: &str) -> Result<PostingId> {
    let original = store::posting(conn, id)?;
    if !original.event.is_reversible() {
        return Err(Error::refused_because(
            Code::StateConflict,
            format!("a posting of {} has its own way back", original.event),
        ));
    }
    if store::posting_of(conn, Source::Posting(id), Event::Reversal)?.is_some() {
        return Err(Error::refused_because(
            Code::StateConflict,
            "this was taken back before",
        ));
    }
    let lines = store::entries(conn, id)?
        .iter()
        .map(|entry| {
            let line = entry.line()?;
            Ok(match line.side {
                Side::Debit => Line::credit(line.account, line.amount),
                Side::Credit => Line::debit(line.account, line.amount),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let posting = Posting::new(Event::Reversal, Source::Posting(id), at, lines)
        .correcting(id)
        .noted(note);
    post_one(conn, posting)
}

/// Writes one posting.
pub(super) fn post_one(conn: &mut Conn, posting: Posting) -> Result<PostingId> {
    post(conn, &[posting])?
        .first()
        .copied()
        .ok_or_else(|| Error::Internal(anyhow!("a posting got no id")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;

    fn posting(lines: Vec<Line>) -> Posting {
        let at = Ts::from_micros(0);
        Posting::new(
            Event::Deposit,
            Source::Deposit(DepositId::new(at)),
            at,
            lines,
        )
    }

    #[test]
    fn only_balanced_lines_of_one_currency_pass() {
        let wallet = LedgerAccount::Wallet(AccountId::new(Ts::from_micros(0)));
        let cash = LedgerAccount::Cash(crate::ledger::Provider::Bank);
        let eur = |minor| Money::new(minor, Currency::EUR);
        let rub = |minor| Money::new(minor, Currency::RUB);
        let good = posting(vec![
            Line::debit(cash, eur(5)),
            Line::credit(wallet, eur(5)),
        ]);
        assert_eq!(good.checked().unwrap(), Currency::EUR);
        for bad in [
            vec![],
            vec![Line::debit(cash, eur(5))],
            vec![Line::debit(cash, eur(5)), Line::credit(wallet, eur(4))],
            vec![Line::debit(cash, eur(5)), Line::credit(wallet, rub(5))],
            vec![Line::debit(cash, eur(-5)), Line::credit(wallet, eur(-5))],
            vec![
                Line::debit(cash, eur(MAX_MINOR + 1)),
                Line::credit(wallet, eur(MAX_MINOR + 1)),
            ],
        ] {
            assert!(posting(bad.clone()).checked().is_err(), "{bad:?}");
        }
    }
}
