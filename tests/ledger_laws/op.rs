//! The events of a random sequence.

use proptest::prelude::*;

use super::model::TransferState;
use super::run::OWNERS;

/// One event; numbers pick owners, charges and parts.
#[derive(Debug, Clone)]
pub enum Op {
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

pub fn op() -> impl Strategy<Value = Op> {
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
