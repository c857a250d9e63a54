//! The end of a dispute: the refund, what becomes final of the rest, and what it means for the purchase.

use super::party::{record, tell, tell_both};
use super::{Dispute, DisputeState, DisputedCharge, store};
use crate::access::Actor;
use crate::charges::{self, Charge, ChargeState};
use crate::clock::Ts;
use crate::conversions;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::leads;
use crate::ledger::{self, Source};
use crate::money::Money;
use crate::notices::NoticeKind;
use crate::purchases::{self, Purchase, PurchaseState};
use crate::requests;
use crate::standing;
use crate::verticals::{DisputeReason, DisputeRules};

/// Moves the money as the last decision says, once. Rows are locked in the order of a sale - lead,
/// request, purchase, wallet - so that neither waits for the other.
pub(super) fn close(conn: &mut Conn, dispute: &Dispute, actor: Actor, now: Ts) -> Result<Dispute> {
    let rules = super::decide::rules(conn, dispute)?;
    let mut next = Dispute {
        version: dispute.version + 1,
        due_at: None,
        closed_at: Some(now),
        ..dispute.clone()
    };
    store::advance(conn, dispute, &next)?;
    let purchase = purchases::by_id(conn, dispute.purchase_id)?
        .ok_or_else(|| anyhow::anyhow!("{} has no purchase", dispute.id))?;
    let charges = charges::of_purchase(conn, purchase.id)?;
    let nothing_left =
        is_whole(dispute) && is_refunded_besides(conn, dispute, &purchase, &charges)?;
    if nothing_left && rules.resells && may_fit_others(dispute.reason) {
        leads::return_copy(conn, purchase.lead_id, now)?;
    }
    if let Some(request) = purchase.request_id {
        requests::adjust_spent(conn, request, -dispute.refund_minor, now)?;
    }
    let was_settled = end_charge(conn, dispute, (&purchase, &charges), now)?;
    if nothing_left {
        conversions::void(conn, &purchase, now)?;
    }
    move_money(conn, dispute, was_settled, now)?;
    let fee = meritless_fee(conn, dispute, &rules, now)?;
    if fee > 0 {
        next.fee_minor = fee;
        store::set_fee(conn, dispute.id, fee)?;
    }
    record(conn, &next, actor, "dispute.closed", now)?;
    tell_both(conn, &next, NoticeKind::DisputeClosed, now)?;
    if nothing_left {
        tell(conn, &next, next.buyer_id, NoticeKind::LeadStopped, now)?;
    }
    Ok(next)
}

const fn is_whole(dispute: &Dispute) -> bool {
    dispute.refund_minor == dispute.price_minor
}

/// Moves the purchase's price or the charge out of dispute; says whether it was final before.
fn end_charge(
    conn: &mut Conn,
    dispute: &Dispute,
    (purchase, charges): (&Purchase, &[Charge]),
    now: Ts,
) -> Result<bool> {
    let Some(id) = dispute.charge_id else {
        // One that was refunded whole is moved on by its end.
        if !(is_whole(dispute) && purchase.state == PurchaseState::Disputed) {
            purchases::end_dispute(conn, purchase, now)?;
        }
        return Ok(purchase.settled_at.is_some());
    };
    let charge = charges
        .iter()
        .find(|charge| charge.id == id)
        .ok_or_else(|| anyhow::anyhow!("{} has no charge", dispute.id))?;
    charges::end_dispute(conn, charge, is_whole(dispute), now)?;
    Ok(charge.settled_at.is_some())
}

/// The refund, and what becomes final of the rest.
fn move_money(conn: &mut Conn, dispute: &Dispute, was_settled: bool, now: Ts) -> Result<()> {
    let charge = dispute.charge();
    if dispute.refund_minor > 0 {
        ledger::refund(
            conn,
            &ledger::Refund {
                source: Source::Dispute(dispute.id),
                charge,
                amount: dispute.refund(),
                at: now,
            },
        )?;
    }
    ledger::dispute_release(conn, dispute.id, charge, now)?;
    if was_settled || is_whole(dispute) {
        return Ok(());
    }
    let net = ledger::lock_pending(conn, charge)?;
    standing::settle(conn, charge, dispute.seller_id, net, now)
}

/// Whether nothing else that was paid for the purchase is left with its seller.
fn is_refunded_besides(
    conn: &mut Conn,
    dispute: &Dispute,
    purchase: &Purchase,
    charges: &[Charge],
) -> Result<bool> {
    if dispute.charge_id.is_some() && purchase.price_minor > 0 {
        let lead = store::of_charge(conn, purchase.id, DisputedCharge::Lead)?;
        if !lead.is_some_and(|lead| lead.is_closed() && is_whole(&lead)) {
            return Ok(false);
        }
    }
    Ok(charges
        .iter()
        .filter(|charge| Some(charge.id) != dispute.charge_id)
        .all(|charge| match charge.state {
            ChargeState::Held
            | ChargeState::Released
            | ChargeState::Refunded
            | ChargeState::WrittenOff => true,
            ChargeState::Captured | ChargeState::Settled => charge.price_minor == 0,
            ChargeState::Owed | ChargeState::Disputed => false,
        }))
}

/// Whether what was wrong for this buyer need not be wrong for another.
const fn may_fit_others(reason: DisputeReason) -> bool {
    matches!(
        reason,
        DisputeReason::Duplicate
            | DisputeReason::OutsideCriteria
            | DisputeReason::Language
            | DisputeReason::ExistingCustomer
    )
}

/// What a denied dispute costs by its contract, as far as the wallet has it.
fn meritless_fee(
    conn: &mut Conn,
    dispute: &Dispute,
    rules: &DisputeRules,
    now: Ts,
) -> Result<i64, Error> {
    if dispute.state != DisputeState::Denied || dispute.is_late {
        return Ok(0);
    }
    let due = dispute.price().share(rules.meritless_fee_bps);
    if due.minor == 0 {
        return Ok(0);
    }
    let available = ledger::lock_available(conn, dispute.buyer_id, dispute.currency)?;
    let fee = Money::new(due.minor.min(available.minor), due.currency);
    if fee.minor > 0 {
        let source = Source::Dispute(dispute.id);
        ledger::fee(conn, source, dispute.buyer_id, fee, now)?;
    }
    Ok(fee.minor)
}
