//! Money that goes out: payouts to sellers, withdrawals of buyers, and claims on sellers.

use super::account::{LedgerAccount, Provider};
use super::posting::{Event, Line, Posting, Source, post, post_one};
use super::{movements, store};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, AdjustmentId, PayoutId, WithdrawalId};
use crate::money::{Currency, Money};

/// How each kind of transfer is booked.
struct Route {
    source: Source,
    asked: Event,
    paid: Event,
    failed: Event,
    transit: LedgerAccount,
}

impl Route {
    const fn payout(id: PayoutId) -> Self {
        Self {
            source: Source::Payout(id),
            asked: Event::PayoutAsked,
            paid: Event::PayoutPaid,
            failed: Event::PayoutFailed,
            transit: LedgerAccount::PayoutTransit,
        }
    }

    const fn withdrawal(id: WithdrawalId) -> Self {
        Self {
            source: Source::Withdrawal(id),
            asked: Event::WithdrawalAsked,
            paid: Event::WithdrawalPaid,
            failed: Event::WithdrawalFailed,
            transit: LedgerAccount::RefundTransit,
        }
    }

    fn ask(&self, from: LedgerAccount, amount: Money, at: Ts) -> Posting {
        let lines = [
            Line::debit(from, amount),
            Line::credit(self.transit, amount),
        ];
        Posting::new(self.asked, self.source, at, lines)
    }

    /// The account and amount of an open transfer; locks the transit account, so that it is ended once.
    fn open(&self, conn: &mut Conn) -> Result<(LedgerAccount, Money)> {
        let asked = store::posting_of(conn, self.source, self.asked)?
            .ok_or_else(|| Error::refused(Code::NotFound))?;
        let entries = store::entries(conn, asked)?;
        let line = entries
            .first()
            .ok_or_else(|| anyhow::anyhow!("{asked} has no entries"))?
            .line()?;
        store::lock_balance(conn, self.transit, line.amount.currency)?;
        for end in [self.paid, self.failed] {
            if store::posting_of(conn, self.source, end)?.is_some() {
                return Err(Error::refused(Code::StateConflict));
            }
        }
        Ok((line.account, line.amount))
    }

    fn pay(&self, conn: &mut Conn, provider: Provider, at: Ts) -> Result<()> {
        let (_, amount) = self.open(conn)?;
        self.end(conn, self.paid, LedgerAccount::Cash(provider), amount, at)
    }

    fn fail(&self, conn: &mut Conn, at: Ts) -> Result<()> {
        let (from, amount) = self.open(conn)?;
        self.end(conn, self.failed, from, amount, at)
    }

    fn end(
        &self,
        conn: &mut Conn,
        event: Event,
        to: LedgerAccount,
        amount: Money,
        at: Ts,
    ) -> Result<()> {
        let lines = [Line::debit(self.transit, amount), Line::credit(to, amount)];
        post_one(conn, Posting::new(event, self.source, at, lines))?;
        Ok(())
    }
}

/// What a seller may have paid out in one currency, and what it owes of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payable {
    pub balance: Money,
    /// Collected before any payout.
    pub owed: Money,
}

impl Payable {
    /// What is left after the claims; never below zero.
    pub fn free(self) -> Money {
        let minor = self.balance.minor.saturating_sub(self.owed.minor);
        Money::new(minor.max(0), self.balance.currency)
    }
}

/// A seller's payable as it stands.
pub fn payable(conn: &mut Conn, seller: AccountId, currency: Currency) -> Result<Payable> {
    let balance = store::balance(conn, LedgerAccount::SellerPayable(seller), currency)?;
    let owed = store::balance(conn, LedgerAccount::SellerReceivable(seller), currency)?;
    Ok(Payable {
        balance: Money::new(balance, currency),
        owed: Money::new(owed, currency),
    })
}

/// The same, locked until the end of the transaction.
pub fn lock_payable(conn: &mut Conn, seller: AccountId, currency: Currency) -> Result<Payable> {
    let mut of = |account| store::lock_balance(conn, account, currency);
    Ok(Payable {
        balance: of(LedgerAccount::SellerPayable(seller))?,
        owed: of(LedgerAccount::SellerReceivable(seller))?,
    })
}

/// What of a seller's payable was final before `then` and is still there: money that went out since
/// then counts as the oldest.
pub fn payable_since(
    conn: &mut Conn,
    seller: AccountId,
    currency: Currency,
    then: Ts,
) -> Result<Money> {
    let account = LedgerAccount::SellerPayable(seller);
    let (before, gone) = movements::before_and_gone(conn, account, currency, then)?;
    Ok(Money::new(before.saturating_sub(gone).max(0), currency))
}

/// Takes `amount` out of a seller's payable, after what it owes; refused with `insufficient_funds`
/// when the rest does not cover it.
pub fn ask_payout(
    conn: &mut Conn,
    payout: PayoutId,
    seller: AccountId,
    amount: Money,
    at: Ts,
) -> Result<()> {
    let route = Route::payout(payout);
    let asked = route.ask(LedgerAccount::SellerPayable(seller), amount, at);
    match claim_posting(conn, route.source, seller, amount.currency, at)? {
        Some(claim) => post(conn, &[claim, asked])?,
        None => post(conn, &[asked])?,
    };
    Ok(())
}

pub fn pay_payout(conn: &mut Conn, payout: PayoutId, provider: Provider, at: Ts) -> Result<()> {
    Route::payout(payout).pay(conn, provider, at)
}

/// Gives a payout that could not be sent back to the seller's payable.
pub fn fail_payout(conn: &mut Conn, payout: PayoutId, at: Ts) -> Result<()> {
    Route::payout(payout).fail(conn, at)
}

/// A payout that was paid and came back from the seller's bank.
pub fn return_payout(conn: &mut Conn, payout: PayoutId, provider: Provider, at: Ts) -> Result<()> {
    let source = Source::Payout(payout);
    let (Some(asked), Some(_)) = (
        store::posting_of(conn, source, Event::PayoutAsked)?,
        store::posting_of(conn, source, Event::PayoutPaid)?,
    ) else {
        return Err(Error::refused(Code::StateConflict));
    };
    let entries = store::entries(conn, asked)?;
    let line = entries
        .first()
        .ok_or_else(|| anyhow::anyhow!("{asked} has no entries"))?
        .line()?;
    let lines = [
        Line::debit(LedgerAccount::Cash(provider), line.amount),
        Line::credit(line.account, line.amount),
    ];
    post_one(conn, Posting::new(Event::PayoutReturned, source, at, lines))?;
    Ok(())
}

/// Takes `amount` out of a buyer's wallet to send it back.
pub fn ask_withdrawal(
    conn: &mut Conn,
    withdrawal: WithdrawalId,
    buyer: AccountId,
    amount: Money,
    at: Ts,
) -> Result<()> {
    let route = Route::withdrawal(withdrawal);
    post_one(conn, route.ask(LedgerAccount::Wallet(buyer), amount, at))?;
    Ok(())
}

pub fn pay_withdrawal(
    conn: &mut Conn,
    withdrawal: WithdrawalId,
    provider: Provider,
    at: Ts,
) -> Result<()> {
    Route::withdrawal(withdrawal).pay(conn, provider, at)
}

/// Gives a withdrawal that could not be sent back to the wallet.
pub fn fail_withdrawal(conn: &mut Conn, withdrawal: WithdrawalId, at: Ts) -> Result<()> {
    Route::withdrawal(withdrawal).fail(conn, at)
}

/// Pays what a seller owes out of its payable, as far as that goes.
fn claim_posting(
    conn: &mut Conn,
    source: Source,
    seller: AccountId,
    currency: Currency,
    at: Ts,
) -> Result<Option<Posting>> {
    let (payable, owed) = (
        LedgerAccount::SellerPayable(seller),
        LedgerAccount::SellerReceivable(seller),
    );
    let available = store::lock_balance(conn, payable, currency)?;
    let claim = store::lock_balance(conn, owed, currency)?;
    let collected = Money::new(available.minor.min(claim.minor), currency);
    if collected.minor == 0 {
        return Ok(None);
    }
    let lines = [
        Line::debit(payable, collected),
        Line::credit(owed, collected),
    ];
    Ok(Some(Posting::new(Event::ClaimCollected, source, at, lines)))
}

/// Gives up a claim on a seller, or a part of it.
pub fn write_off_claim(
    conn: &mut Conn,
    adjustment: AdjustmentId,
    seller: AccountId,
    amount: Money,
    note: &str,
    at: Ts,
) -> Result<()> {
    let lines = [
        Line::debit(LedgerAccount::BadDebtExpense, amount),
        Line::credit(LedgerAccount::SellerReceivable(seller), amount),
    ];
    let source = Source::Adjustment(adjustment);
    post_one(
        conn,
        Posting::new(Event::ClaimWrittenOff, source, at, lines).noted(note),
    )?;
    Ok(())
}
