//! Pages about money: the buyer's wallet, the operator's deposits and books, the seller's earnings.

pub mod books;
pub mod deposits;
pub mod earnings;
pub mod wallet;

use i18n_embed_fl::fl;

use super::{Event, Kind};
use crate::text::Lang;

/// The word for what happened.
pub fn event_label(l: &Lang, event: Event) -> String {
    match event {
        Event::Deposit => fl!(l, "ledger-event-deposit"),
        Event::DepositFee => fl!(l, "ledger-event-deposit-fee"),
        Event::Hold => fl!(l, "ledger-event-hold"),
        Event::TopUp => fl!(l, "ledger-event-top-up"),
        Event::Fee => fl!(l, "ledger-event-fee"),
        Event::Capture => fl!(l, "ledger-event-capture"),
        Event::Release => fl!(l, "ledger-event-release"),
        Event::Settle => fl!(l, "ledger-event-settle"),
        Event::DisputeHold => fl!(l, "ledger-event-dispute-hold"),
        Event::ReserveRelease => fl!(l, "ledger-event-reserve-release"),
        Event::DisputeRelease => fl!(l, "ledger-event-dispute-release"),
        Event::Refund => fl!(l, "ledger-event-refund"),
        Event::ClaimCollected => fl!(l, "ledger-event-claim-collected"),
        Event::ClaimWrittenOff => fl!(l, "ledger-event-claim-written-off"),
        Event::PayoutAsked => fl!(l, "ledger-event-payout-asked"),
        Event::PayoutPaid => fl!(l, "ledger-event-payout-paid"),
        Event::PayoutFailed => fl!(l, "ledger-event-payout-failed"),
        Event::PayoutReturned => fl!(l, "ledger-event-payout-returned"),
        Event::WithdrawalAsked => fl!(l, "ledger-event-withdrawal-asked"),
        Event::WithdrawalPaid => fl!(l, "ledger-event-withdrawal-paid"),
        Event::WithdrawalFailed => fl!(l, "ledger-event-withdrawal-failed"),
        Event::Adjustment => fl!(l, "ledger-event-adjustment"),
        Event::Chargeback => fl!(l, "ledger-event-chargeback"),
        Event::ChargebackFee => fl!(l, "ledger-event-chargeback-fee"),
        Event::Reversal => fl!(l, "ledger-event-reversal"),
    }
}

/// The word for a kind of account.
pub(super) fn kind_label(l: &Lang, kind: Kind) -> String {
    match kind {
        Kind::Wallet => fl!(l, "ledger-kind-wallet"),
        Kind::Hold => fl!(l, "ledger-kind-hold"),
        Kind::SellerPending => fl!(l, "ledger-kind-s-pending"),
        Kind::SellerDisputed => fl!(l, "ledger-kind-s-disputed"),
        Kind::SellerReserve => fl!(l, "ledger-kind-s-reserve"),
        Kind::SellerPayable => fl!(l, "ledger-kind-s-payable"),
        Kind::SellerReceivable => fl!(l, "ledger-kind-seller-recv"),
        Kind::BuyerReceivable => fl!(l, "ledger-kind-buyer-recv"),
        Kind::PayoutTransit => fl!(l, "ledger-kind-payout-transit"),
        Kind::RefundTransit => fl!(l, "ledger-kind-refund-transit"),
        Kind::Cash => fl!(l, "ledger-kind-cash"),
        Kind::CommissionRevenue => fl!(l, "ledger-kind-rev-commission"),
        Kind::FeeRevenue => fl!(l, "ledger-kind-rev-fees"),
        Kind::ProviderExpense => fl!(l, "ledger-kind-exp-psp"),
        Kind::ChargebackExpense => fl!(l, "ledger-kind-exp-chargeback"),
        Kind::BadDebtExpense => fl!(l, "ledger-kind-exp-bad-debt"),
        Kind::GoodwillExpense => fl!(l, "ledger-kind-exp-goodwill"),
    }
}
