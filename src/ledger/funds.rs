//! Money that comes in and what may happen to it: deposits, charge-backs, the operator's adjustments.

use super::account::{LedgerAccount, Provider};
use super::charges::release;
use super::posting::{Event, Line, Posting, Source, SourceKind, post, post_one};
use super::store;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, AdjustmentId, DepositId, PostingId};
use crate::money::Money;

/// Money that a buyer paid in.
#[derive(Debug, Clone, Copy)]
pub struct Deposit {
    pub deposit: DepositId,
    pub buyer: AccountId,
    pub amount: Money,
    /// What the provider keeps of it, at the exchange's expense.
    pub fee: Money,
    pub provider: Provider,
    pub at: Ts,
}

pub fn deposit(conn: &mut Conn, deposit: &Deposit) -> Result<PostingId> {
    let (source, cash) = (
        Source::Deposit(deposit.deposit),
        LedgerAccount::Cash(deposit.provider),
    );
    let paid = Posting::new(
        Event::Deposit,
        source,
        deposit.at,
        [
            Line::debit(cash, deposit.amount),
            Line::credit(LedgerAccount::Wallet(deposit.buyer), deposit.amount),
        ],
    );
    if deposit.fee.minor == 0 {
        return post_one(conn, paid);
    }
    let fee = Posting::new(
        Event::DepositFee,
        source,
        deposit.at,
        [
            Line::debit(LedgerAccount::ProviderExpense, deposit.fee),
            Line::credit(cash, deposit.fee),
        ],
    );
    let ids = post(conn, &[paid, fee])?;
    ids.first()
        .copied()
        .ok_or_else(|| anyhow::anyhow!("a posting got no id").into())
}

/// A deposit that the buyer's bank took back.
#[derive(Debug, Clone, Copy)]
pub struct Chargeback {
    pub deposit: DepositId,
    pub buyer: AccountId,
    pub amount: Money,
    /// What the provider asks for it, at the exchange's expense.
    pub fee: Money,
    pub provider: Provider,
    pub at: Ts,
}

/// Voids the buyer's open holds, takes the money from its wallet, and what the wallet lacks becomes
/// its debt. A charge-back that is won is taken back by `reverse`.
///
/// It refuses while a hold of a charge or of a ping is open: the charge with its purchase, or the bid, would
/// not know that their money is gone, so whoever asks for it ends those first.
pub fn chargeback(conn: &mut Conn, chargeback: &Chargeback) -> Result<PostingId> {
    let (amount, buyer) = (chargeback.amount, chargeback.buyer);
    let holds = store::open_holds(conn, buyer, amount.currency)?;
    if let Some(hold) = holds
        .iter()
        .find(|hold| matches!(hold.source_type, SourceKind::Charge | SourceKind::Ping))
    {
        return Err(Error::refused_because(
            Code::StateConflict,
            format!("money is held for {}", hold.source()),
        ));
    }
    for hold in holds {
        release(conn, &[hold.source()], chargeback.at)?;
    }
    let wallet = LedgerAccount::Wallet(buyer);
    let available = store::lock_balance(conn, wallet, amount.currency)?.minor;
    let covered = Money::new(amount.minor.min(available), amount.currency);
    let owed = Money::new(amount.minor - covered.minor, amount.currency);
    let source = Source::Deposit(chargeback.deposit);
    let cash = LedgerAccount::Cash(chargeback.provider);
    if chargeback.fee.minor > 0 {
        let lines = [
            Line::debit(LedgerAccount::ChargebackExpense, chargeback.fee),
            Line::credit(cash, chargeback.fee),
        ];
        post_one(
            conn,
            Posting::new(Event::ChargebackFee, source, chargeback.at, lines),
        )?;
    }
    let lines = [
        Line::debit(wallet, covered),
        Line::debit(LedgerAccount::BuyerReceivable(buyer), owed),
        Line::credit(cash, amount),
    ];
    post_one(
        conn,
        Posting::new(Event::Chargeback, source, chargeback.at, lines),
    )
}

/// Money that the exchange gives a buyer; taken back by `reverse`.
pub fn adjust(
    conn: &mut Conn,
    adjustment: AdjustmentId,
    buyer: AccountId,
    amount: Money,
    note: &str,
    at: Ts,
) -> Result<PostingId> {
    let lines = [
        Line::debit(LedgerAccount::GoodwillExpense, amount),
        Line::credit(LedgerAccount::Wallet(buyer), amount),
    ];
    let source = Source::Adjustment(adjustment);
    post_one(
        conn,
        Posting::new(Event::Adjustment, source, at, lines).noted(note),
    )
}
