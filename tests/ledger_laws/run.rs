//! A sequence of events on the ledger and on the model, compared after each.

use std::collections::BTreeMap;

use anyhow::anyhow;
use diesel::prelude::*;
use galena::access::AccountKind;
use galena::clock::Ts;
use galena::db::schema::{ledger_accounts, ledger_entries, purchases};
use galena::db::{Conn, sum_i64};
use galena::error::{Error, Result};
use galena::id::{
    AccountId, AdjustmentId, DepositId, DisputeId, PayoutId, PostingId, PurchaseId, WithdrawalId,
};
use galena::ledger::{self, LedgerAccount, Source};
use galena::money::{Currency, Money};

use super::model::{Answer, Key, Model, TransferState};
use super::op::Op;
use super::world::{self, Ground, LEADS};

const CURRENCIES: [Currency; 2] = [Currency::EUR, Currency::RUB];
/// Two buyers and two sellers take part in each sequence.
pub const OWNERS: usize = 2;

/// A sequence as it runs: its owners, and the ids of what the model numbers.
pub struct Run<'a> {
    ground: &'a Ground,
    start: Ts,
    at: Ts,
    buyers: [AccountId; OWNERS],
    sellers: [AccountId; OWNERS],
    model: Model,
    /// Transit accounts are everybody's; what they held before this sequence.
    transit_before: BTreeMap<Key, i64>,
    charges: Vec<PurchaseId>,
    transfers: Vec<Source>,
    reversibles: Vec<PostingId>,
    deposits: Vec<(DepositId, usize, Money, bool)>,
}

impl<'a> Run<'a> {
    pub fn new(conn: &mut Conn, ground: &'a Ground, start: Ts) -> Result<Self> {
        let mut account = |kind| {
            let id = AccountId::new(start);
            world::insert_account(conn, id, kind).map(|()| id)
        };
        let buyers = [account(AccountKind::Buyer)?, account(AccountKind::Buyer)?];
        let sellers = [account(AccountKind::Seller)?, account(AccountKind::Seller)?];
        let mut run = Self {
            ground,
            start,
            at: start,
            buyers,
            sellers,
            model: Model::default(),
            transit_before: BTreeMap::new(),
            charges: Vec::new(),
            transfers: Vec::new(),
            reversibles: Vec::new(),
            deposits: Vec::new(),
        };
        run.transit_before = run.kept(conn)?;
        Ok(run)
    }

    /// Runs an event on both, and compares their answers and then every balance.
    pub fn step(&mut self, conn: &mut Conn, op: &Op) -> Result<()> {
        self.at = self.at.plus(2_000);
        let before = self.model.clone();
        let Some((expected, answer)) = self.apply(conn, op)? else {
            return Ok(());
        };
        let answered = match &answer {
            Ok(()) => Ok(()),
            Err(error) => Err(error.refusal().code.as_str()),
        };
        if answered != expected {
            return Err(Error::Internal(anyhow!(
                "{op:?}: the ledger says {answer:?}, the model {expected:?}"
            )));
        }
        if expected.is_err() {
            self.model = before;
        }
        self.compare(conn, op)
    }

    /// The model's answer and the ledger's; `None` when there is nothing to do it to.
    #[expect(clippy::too_many_lines, reason = "one arm for each event")]
    fn apply(&mut self, conn: &mut Conn, op: &Op) -> Result<Option<(Answer, Result<()>)>> {
        let at = self.at;
        let money = |currency: usize, minor| Money::new(minor, CURRENCIES[currency]);
        let pick = |nth: usize, length: usize| (length > 0).then(|| nth % length);
        Ok(Some(match *op {
            Op::Deposit(buyer, currency, amount, fee) => {
                let (id, amount_money) = (DepositId::new(at), money(currency, amount));
                let posting = self.ground.deposit(
                    conn,
                    id,
                    self.buyers[buyer],
                    amount_money,
                    money(currency, fee),
                    at,
                )?;
                self.reversibles.push(posting);
                self.deposits.push((id, buyer, amount_money, false));
                self.model.deposit(buyer, currency, amount, fee);
                (Ok(()), Ok(()))
            }
            Op::Adjust(buyer, currency, amount) => {
                let id = AdjustmentId::new(at);
                let (owner, amount_money) = (self.buyers[buyer], money(currency, amount));
                let posting = ledger::adjust(conn, id, owner, amount_money, "test", at)?;
                self.reversibles.push(posting);
                self.model.adjust(buyer, currency, amount);
                (Ok(()), Ok(()))
            }
            Op::Sale(buyer, seller, currency, price, bps) => {
                if self.charges.len() == LEADS {
                    return Ok(None);
                }
                let commission = price * bps / 10_000;
                let sale = ledger::Sale {
                    purchase: PurchaseId::new(at),
                    buyer: self.buyers[buyer],
                    seller: self.sellers[seller],
                    price: money(currency, price),
                    commission: money(currency, commission),
                    at,
                };
                let answer = ledger::sale(conn, &sale);
                if answer.is_ok() {
                    self.purchase(conn, &sale, "delivered")?;
                }
                let expected = self.model.hold(buyer, currency, price).and_then(|()| {
                    let last = self.model.charges.len() - 1;
                    self.model.capture(last, seller, price, commission)
                });
                (expected, answer)
            }
            Op::Hold(buyer, currency, amount) => {
                if self.charges.len() == LEADS {
                    return Ok(None);
                }
                let sale = ledger::Sale {
                    purchase: PurchaseId::new(at),
                    buyer: self.buyers[buyer],
                    seller: self.sellers[0],
                    price: money(currency, amount),
                    commission: money(currency, 0),
                    at,
                };
                let answer = ledger::hold(
                    conn,
                    &ledger::Hold {
                        source: Source::Purchase(sale.purchase),
                        buyer: sale.buyer,
                        amount: sale.price,
                        at,
                    },
                );
                if answer.is_ok() {
                    self.purchase(conn, &sale, "awaiting_outcome")?;
                }
                (self.model.hold(buyer, currency, amount), answer)
            }
            Op::Capture(nth, seller, part, bps) => {
                let Some(nth) = pick(nth, self.charges.len()) else {
                    return Ok(None);
                };
                // Now and then more than was held.
                let price = (self.model.charges[nth].held * (part + 500) / 10_000).max(1);
                let commission = price * bps / 10_000;
                let currency = self.model.charges[nth].currency;
                let capture = ledger::Capture {
                    source: Source::Purchase(self.charges[nth]),
                    seller: self.sellers[seller],
                    price: money(currency, price),
                    commission: money(currency, commission),
                    at,
                };
                let answer = ledger::capture(conn, &capture);
                if answer.is_ok() {
                    diesel::update(purchases::table.find(self.charges[nth]))
                        .set((
                            purchases::state.eq("appointment_held"),
                            purchases::seller_id.eq(capture.seller),
                            purchases::price_minor.eq(price),
                            purchases::commission_minor.eq(commission),
                        ))
                        .execute(conn)?;
                }
                (self.model.capture(nth, seller, price, commission), answer)
            }
            Op::Release(nth) => {
                let Some(nth) = pick(nth, self.charges.len()) else {
                    return Ok(None);
                };
                let answer = ledger::release(conn, &[Source::Purchase(self.charges[nth])], at);
                self.state_after(conn, nth, &answer, "lapsed")?;
                (self.model.release(nth), answer)
            }
            Op::Settle(nth, part) => {
                let Some(nth) = pick(nth, self.charges.len()) else {
                    return Ok(None);
                };
                let charge = &self.model.charges[nth];
                let (currency, net) = (charge.currency, charge.pending);
                let reserve = net * part / 40_000;
                let settlement = ledger::Settlement {
                    source: Source::Purchase(self.charges[nth]),
                    seller: self.sellers[charge.seller],
                    net: money(currency, net),
                    reserve: money(currency, reserve),
                    at,
                };
                let answer = ledger::settle(conn, &settlement);
                self.state_after(conn, nth, &answer, "settled")?;
                (self.model.settle(nth, reserve), answer)
            }
            Op::DisputeHold(nth, amount) => {
                let Some(nth) = pick(nth, self.charges.len()) else {
                    return Ok(None);
                };
                let dispute = ledger::DisputeHold {
                    dispute: DisputeId::new(at),
                    charge: Source::Purchase(self.charges[nth]),
                    amount: money(self.model.charges[nth].currency, amount),
                    at,
                };
                let answer = ledger::dispute_hold(conn, &dispute).map(|_| ());
                (self.model.dispute_hold(nth, amount), answer)
            }
            Op::DisputeRelease(nth) => {
                let Some(nth) = pick(nth, self.charges.len()) else {
                    return Ok(None);
                };
                let charge = Source::Purchase(self.charges[nth]);
                let answer = ledger::dispute_release(conn, DisputeId::new(at), charge, at);
                (self.model.dispute_release(nth), answer)
            }
            Op::Refund(nth, amount) => {
                let Some(nth) = pick(nth, self.charges.len()) else {
                    return Ok(None);
                };
                let charge = &self.model.charges[nth];
                // Often all that is left, for the commission must then come back to the cent.
                let left = charge.captured - charge.refunded;
                let amount = if amount % 3 == 0 && left > 0 {
                    left
                } else {
                    amount
                };
                let refund = ledger::Refund {
                    source: Source::Dispute(DisputeId::new(at)),
                    charge: Source::Purchase(self.charges[nth]),
                    amount: money(charge.currency, amount),
                    at,
                };
                let answer = ledger::refund(conn, &refund).map(|_| ());
                (self.model.refund(nth, amount), answer)
            }
            Op::Reverse(nth) => {
                let Some(nth) = pick(nth, self.reversibles.len()) else {
                    return Ok(None);
                };
                let posting = self.reversibles[nth];
                let answer =
                    conn.transaction(|conn| ledger::reverse(conn, posting, at, "test").map(|_| ()));
                (self.model.reverse(nth), answer)
            }
            Op::AskPayout(seller, currency, amount) => {
                let (id, owner) = (PayoutId::new(at), self.sellers[seller]);
                let answer = ledger::ask_payout(conn, id, owner, money(currency, amount), at);
                if answer.is_ok() {
                    self.ground
                        .payout(conn, id, owner, money(currency, amount), at)?;
                    self.transfers.push(Source::Payout(id));
                }
                (self.model.ask_payout(seller, currency, amount), answer)
            }
            Op::AskWithdrawal(buyer, currency, amount) => {
                let (id, owner) = (WithdrawalId::new(at), self.buyers[buyer]);
                let answer = ledger::ask_withdrawal(conn, id, owner, money(currency, amount), at);
                if answer.is_ok() {
                    self.transfers.push(Source::Withdrawal(id));
                }
                (self.model.ask_withdrawal(buyer, currency, amount), answer)
            }
            Op::EndTransfer(nth, state) => {
                let Some(nth) = pick(nth, self.transfers.len()) else {
                    return Ok(None);
                };
                let bank = ledger::Provider::Bank;
                let answer = conn.transaction(|conn| match (self.transfers[nth], state) {
                    (Source::Payout(id), TransferState::Paid) => {
                        ledger::pay_payout(conn, id, bank, at)
                    }
                    (Source::Payout(id), TransferState::Failed) => {
                        ledger::fail_payout(conn, id, at)
                    }
                    (Source::Payout(id), _) => ledger::return_payout(conn, id, bank, at),
                    (Source::Withdrawal(id), TransferState::Failed) => {
                        ledger::fail_withdrawal(conn, id, at)
                    }
                    (Source::Withdrawal(id), _) => ledger::pay_withdrawal(conn, id, bank, at),
                    (source, _) => panic!("{source} is no transfer"),
                });
                if let (Source::Payout(id), Ok(())) = (self.transfers[nth], &answer) {
                    let ended = match state {
                        TransferState::Paid => "paid",
                        TransferState::Failed => "cancelled",
                        _ => "returned",
                    };
                    self.ground.end_payout(conn, id, ended, at)?;
                }
                let state = match (self.transfers[nth], state) {
                    (Source::Withdrawal(_), TransferState::Returned) => TransferState::Paid,
                    (_, state) => state,
                };
                (self.model.end_transfer(nth, state), answer)
            }
            Op::WriteOff(seller, currency, amount) => {
                let key = ("seller_recv", seller, currency);
                let amount = if amount % 2 == 0 {
                    self.model.get(key).max(1)
                } else {
                    amount
                };
                let (id, owner) = (AdjustmentId::new(at), self.sellers[seller]);
                let amount_money = money(currency, amount);
                let answer = ledger::write_off_claim(conn, id, owner, amount_money, "test", at);
                (self.model.write_off(seller, currency, amount), answer)
            }
            Op::Chargeback(nth, part, fee) => {
                let Some(nth) = pick(nth, self.deposits.len()) else {
                    return Ok(None);
                };
                let (deposit, buyer, paid, is_charged_back) = self.deposits[nth];
                if is_charged_back {
                    return Ok(None);
                }
                self.deposits[nth].3 = true;
                let currency = usize::from(paid.currency != CURRENCIES[0]);
                let amount = (paid.minor / i64::try_from(part).unwrap()).max(1);
                let chargeback = ledger::Chargeback {
                    deposit,
                    buyer: self.buyers[buyer],
                    amount: money(currency, amount),
                    fee: money(currency, fee),
                    provider: ledger::Provider::Bank,
                    at,
                };
                for nth in 0..self.charges.len() {
                    let charge = &self.model.charges[nth];
                    if charge.is_open() && charge.buyer == buyer && charge.currency == currency {
                        self.state_after(conn, nth, &Ok(()), "lapsed")?;
                    }
                }
                self.reversibles
                    .push(ledger::chargeback(conn, &chargeback)?);
                (self.model.chargeback(buyer, currency, amount, fee), Ok(()))
            }
        }))
    }

    fn purchase(&mut self, conn: &mut Conn, sale: &ledger::Sale, state: &str) -> Result<()> {
        self.ground.purchase(
            conn,
            sale.purchase,
            self.charges.len(),
            (sale.buyer, sale.seller),
            state,
            sale.price,
            sale.commission.minor,
            sale.at,
        )?;
        self.charges.push(sale.purchase);
        Ok(())
    }

    fn state_after(
        &self,
        conn: &mut Conn,
        nth: usize,
        answer: &Result<()>,
        state: &str,
    ) -> Result<()> {
        if answer.is_ok() {
            diesel::update(purchases::table.find(self.charges[nth]))
                .set(purchases::state.eq(state))
                .execute(conn)?;
        }
        Ok(())
    }

    /// Every balance of the database against the model's: kept ones, and sums over entries.
    fn compare(&self, conn: &mut Conn, op: &Op) -> Result<()> {
        let expected: BTreeMap<Key, i64> = self
            .model
            .balances
            .iter()
            .filter(|&(_, &balance)| balance != 0)
            .map(|(&key, &balance)| (key, balance))
            .collect();
        let mut kept = self.kept(conn)?;
        for (key, before) in &self.transit_before {
            if key.0.ends_with("_transit") {
                *kept.entry(*key).or_default() -= before;
            }
        }
        let sums: Vec<(String, Option<i64>, Option<i64>)> = ledger_entries::table
            .filter(ledger_entries::posting_id.ge(PostingId(first_id(self.start))))
            .group_by(ledger_entries::account_key)
            .select((
                ledger_entries::account_key,
                sum_i64(ledger_entries::debit_minor),
                sum_i64(ledger_entries::credit_minor),
            ))
            .load(conn)?;
        let mut summed = BTreeMap::new();
        for (account, debits, credits) in sums {
            let (debits, credits) = (debits.unwrap(), credits.unwrap());
            let is_debit = ["cash:", "exp:", "buyer_recv:", "seller_recv:"]
                .iter()
                .any(|kind| account.starts_with(kind));
            let balance = if is_debit {
                debits - credits
            } else {
                credits - debits
            };
            summed.insert(self.key(&account)?, balance);
        }
        kept.retain(|_, balance| *balance != 0);
        summed.retain(|_, balance| *balance != 0);
        let expected_kept: BTreeMap<Key, i64> = expected
            .iter()
            .filter(|((kind, _, _), _)| {
                !(kind.starts_with("cash") || kind.starts_with("rev:") || kind.starts_with("exp:"))
            })
            .map(|(&key, &balance)| (key, balance))
            .collect();
        if summed != expected || kept != expected_kept {
            return Err(Error::Internal(anyhow!(
                "after {op:?}: the model has {expected:?}, the accounts {kept:?}, the entries {summed:?}"
            )));
        }
        Ok(())
    }

    fn kept(&self, conn: &mut Conn) -> Result<BTreeMap<Key, i64>> {
        let owners = [self.buyers, self.sellers].concat();
        let rows: Vec<(String, i64)> = ledger_accounts::table
            .filter(
                ledger_accounts::owner_id
                    .eq_any(owners)
                    .or(ledger_accounts::owner_id.is_null()),
            )
            .select((ledger_accounts::key, ledger_accounts::balance_minor))
            .load(conn)?;
        rows.into_iter()
            .map(|(account, balance)| Ok((self.key(&account)?, balance)))
            .collect()
    }

    /// A key of the tables in the model's words.
    fn key(&self, text: &str) -> Result<Key> {
        let (account, currency) =
            LedgerAccount::parse_key(text).ok_or_else(|| Error::Internal(anyhow!("{text}?")))?;
        let owner = account.owner().map_or(0, |owner| {
            let place = |owners: &[AccountId]| owners.iter().position(|id| *id == owner);
            place(&self.buyers)
                .or_else(|| place(&self.sellers))
                .unwrap()
        });
        let currency = CURRENCIES
            .iter()
            .position(|other| *other == currency)
            .unwrap();
        Ok((account.kind().as_str(), owner, currency))
    }
}

/// The least id of an instant.
fn first_id(at: Ts) -> uuid::Uuid {
    let millis = u64::try_from(at.micros() / 1_000).unwrap();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
