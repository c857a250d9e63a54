//! The laws of the ledger: random sequences of events against an independent model, on every database
//! there is; and a breach of each law, made on purpose, that the checker must name.

mod breaches;
mod model;
mod world;

use std::cell::Cell;
use std::collections::BTreeMap;

use anyhow::anyhow;
use diesel::prelude::*;
use galena::access::AccountKind;
use galena::clock::{SECOND, Ts};
use galena::db::schema::{ledger_accounts, ledger_entries, purchases};
use galena::db::{Conn, sum_i64};
use galena::error::{Error, Result};
use galena::id::{
    AccountId, AdjustmentId, DepositId, DisputeId, PayoutId, PostingId, PurchaseId, WithdrawalId,
};
use galena::ledger::{self, LedgerAccount, Source};
use galena::money::{Currency, Money};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use model::{Key, Model, TransferState};
use world::{Ground, LEADS, START, World};

const SEQUENCES: u32 = 2_000;
/// The whole checker runs after so many sequences, and at the end.
const CHECK_EVERY: i64 = 500;
const CURRENCIES: [Currency; 2] = [Currency::EUR, Currency::RUB];
/// Two buyers and two sellers take part in each sequence.
const OWNERS: usize = 2;

/// One event; numbers pick owners, charges and parts.
#[derive(Debug, Clone)]
enum Op {
    Deposit(usize, usize, i64, i64),
    Adjust(usize, usize, i64),
    Sale(usize, usize, usize, i64, i64),
    Hold(usize, usize, i64),
    Capture(usize, usize, i64, i64),
    Release(usize),
    Settle(usize, i64),
    DisputeHold(usize, i64),
    DisputeRelease(usize),
    Refund(usize, i64),
    Reverse(usize),
    AskPayout(usize, usize, i64),
    AskWithdrawal(usize, usize, i64),
    EndTransfer(usize, TransferState),
    WriteOff(usize, usize, i64),
    Chargeback(usize, usize, i64),
}

fn op() -> impl Strategy<Value = Op> {
    let (owner, currency, nth) = (
        0..OWNERS,
        prop_oneof![4 => Just(0_usize), 1 => Just(1)],
        0..8_usize,
    );
    let amount = 1..2_000_i64;
    let share = 0..=10_000_i64;
    let end = prop_oneof![
        4 => Just(TransferState::Paid),
        1 => Just(TransferState::Failed),
        2 => Just(TransferState::Returned)
    ];
    prop_oneof![
        6 => (owner.clone(), currency.clone(), 1_000..9_000_i64, 0..50_i64)
            .prop_map(|(owner, currency, amount, fee)| Op::Deposit(owner, currency, amount, fee)),
        1 => (owner.clone(), currency.clone(), amount.clone())
            .prop_map(|(owner, currency, amount)| Op::Adjust(owner, currency, amount)),
        8 => (owner.clone(), owner.clone(), currency.clone(), amount.clone(), share.clone())
            .prop_map(|(buyer, seller, currency, price, bps)| Op::Sale(buyer, seller, currency, price, bps)),
        4 => (owner.clone(), currency.clone(), amount.clone())
            .prop_map(|(buyer, currency, amount)| Op::Hold(buyer, currency, amount)),
        4 => (nth.clone(), owner.clone(), share.clone(), share.clone())
            .prop_map(|(nth, seller, part, bps)| Op::Capture(nth, seller, part, bps)),
        2 => nth.clone().prop_map(Op::Release),
        5 => (nth.clone(), share.clone()).prop_map(|(nth, part)| Op::Settle(nth, part)),
        3 => (nth.clone(), amount.clone()).prop_map(|(nth, amount)| Op::DisputeHold(nth, amount)),
        2 => nth.clone().prop_map(Op::DisputeRelease),
        6 => (nth.clone(), amount.clone()).prop_map(|(nth, amount)| Op::Refund(nth, amount)),
        3 => nth.clone().prop_map(Op::Reverse),
        3 => (owner.clone(), currency.clone(), amount.clone())
            .prop_map(|(seller, currency, amount)| Op::AskPayout(seller, currency, amount)),
        2 => (owner.clone(), currency.clone(), amount.clone())
            .prop_map(|(buyer, currency, amount)| Op::AskWithdrawal(buyer, currency, amount)),
        3 => (nth.clone(), end).prop_map(|(nth, state)| Op::EndTransfer(nth, state)),
        1 => (owner, currency, amount.clone())
            .prop_map(|(seller, currency, amount)| Op::WriteOff(seller, currency, amount)),
        1 => (nth, 1..3_usize, amount).prop_map(|(nth, part, fee)| Op::Chargeback(nth, part, fee)),
    ]
}

/// A sequence as it runs: its owners, and the ids of what the model numbers.
struct Run<'a> {
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
    fn new(conn: &mut Conn, ground: &'a Ground, start: Ts) -> Result<Self> {
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
    fn step(&mut self, conn: &mut Conn, op: &Op) -> Result<()> {
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
    fn apply(&mut self, conn: &mut Conn, op: &Op) -> Result<Option<(model::Answer, Result<()>)>> {
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
                let answer = ledger::release(conn, Source::Purchase(self.charges[nth]), at);
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
                let answer = ledger::settle_with_reserve(conn, &settlement);
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

#[test]
fn random_sequences_agree_with_the_model_and_keep_the_laws_on_sqlite() {
    random_sequences(&World::sqlite());
}

#[test]
fn random_sequences_agree_with_the_model_and_keep_the_laws_on_postgres() {
    if let Some(world) = World::postgres() {
        random_sequences(&world);
    }
}

fn random_sequences(world: &World) {
    let ground = world.ground();
    let (ran, steps) = (Cell::new(0_i64), Cell::new(0_usize));
    let config = Config {
        cases: SEQUENCES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(op(), 1..14), |ops| {
        ran.set(ran.get() + 1);
        steps.set(steps.get() + ops.len());
        let (ground, start) = (ground.clone(), START.plus(ran.get() * SECOND));
        world
            .write(move |conn| {
                let mut run = Run::new(conn, &ground, start)?;
                ops.iter().try_for_each(|op| run.step(conn, op))
            })
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        if ran.get() % CHECK_EVERY == 0 {
            world.assert_laws(start.plus(SECOND));
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{}: {failure}", world.name()));
    assert!(ran.get() >= i64::from(SEQUENCES));
    world.assert_laws(START.plus((ran.get() + 1) * SECOND));
    println!(
        "{}: {} events in {} sequences",
        world.name(),
        steps.get(),
        ran.get()
    );
}
