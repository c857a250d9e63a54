//! Opening a dispute: reason, window, evidence and cap are checked, the money is set aside, and what a
//! machine can settle is settled at once.

use super::decide::rule_decision;
use super::evidence::Evidence;
use super::findings::{look, rule};
use super::party::{record, tell};
use super::store::{self, entries};
use super::{Dispute, DisputeSide, DisputeState, DisputedCharge};
use crate::access::Caller;
use crate::charges::{self, Charge, ChargeState};
use crate::clock::Ts;
use crate::contracts::{self, Agreement};
use crate::db::Conn;
use crate::error::{Code, Error, Reason, Result};
use crate::id::{DisputeId, PurchaseId};
use crate::ledger;
use crate::money::Money;
use crate::notices::NoticeKind;
use crate::purchases::{self, Purchase, PurchaseState};
use crate::vault::Vault;
use crate::verticals::{DisputeReason, DisputeRules, NotCreditable};

/// What a buyer claims.
#[derive(Debug, Clone)]
pub struct Claim {
    pub charge: DisputedCharge,
    pub reason: String,
    pub evidence: Evidence,
}

/// What is disputed, as it stands before.
struct Target {
    price: Money,
    /// The seller's part of it.
    earning: Money,
    /// When its window ends.
    final_at: Ts,
    charge: Option<Charge>,
}

/// Opens a dispute of the caller's purchase.
pub fn open(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    purchase: PurchaseId,
    claim: Claim,
    now: Ts,
) -> Result<Dispute> {
    let purchase = purchases::of_buyer(conn, caller.account_id, purchase)?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    begin(conn, vault, caller, (&purchase, Opening::Buyer), claim, now)
}

/// Opens a dispute for the buyer after its window, on the exchange's own account of things; neither
/// window nor cap stand against it.
pub fn open_late(
    conn: &mut Conn,
    vault: &Vault,
    auditor: &Caller,
    purchase: PurchaseId,
    claim: Claim,
    now: Ts,
) -> Result<Dispute> {
    let purchase =
        purchases::by_id(conn, purchase)?.ok_or_else(|| Error::refused(Code::NotFound))?;
    begin(conn, vault, auditor, (&purchase, Opening::Late), claim, now)
}

/// Who opens a dispute, and by which rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    Buyer,
    /// The exchange, after the window.
    Late,
    /// The exchange, which has audited the lead and decides at once.
    Audit,
}

pub(super) fn begin(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    (purchase, opening): (&Purchase, Opening),
    mut claim: Claim,
    now: Ts,
) -> Result<Dispute> {
    let is_late = opening != Opening::Buyer;
    let agreement = contracts::agreement(conn, purchase.buyer_id, purchase.contract_version_id)?;
    let rules = &agreement.terms().disputes;
    let reason = reason(&claim.reason, rules, opening)?;
    if store::of_charge(conn, purchase.id, claim.charge)?.is_some() {
        return Err(Error::refused(Code::AlreadyDisputed));
    }
    let target = target(conn, purchase, claim.charge, is_late)?;
    if !is_late && now >= target.final_at {
        let said = format!(
            "its window ended at {}",
            super::party::shown(target.final_at)
        );
        return Err(Error::refused_because(Code::DisputeWindowOver, said));
    }
    let mut errors = claim.evidence.check(now);
    if !is_late && let Some(needed) = rules.reasons.get(&reason) {
        errors.extend(claim.evidence.missing(reason, *needed));
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    if !is_late {
        check_cap(conn, &agreement, rules, now)?;
    }
    let dispute = Dispute {
        is_late,
        ..fresh(purchase, &agreement, (claim.charge, reason), &target, now)
    };
    store::insert(conn, &dispute)?;
    match &target.charge {
        Some(charge) => {
            charges::dispute(conn, charge, now)?;
        }
        None => purchases::dispute(conn, purchase, agreement.terms(), now)?,
    }
    ledger::dispute_hold(
        conn,
        &ledger::DisputeHold {
            dispute: dispute.id,
            charge: dispute.charge(),
            amount: target.earning,
            at: now,
        },
    )?;
    let by = if is_late {
        DisputeSide::Operator
    } else {
        DisputeSide::Buyer
    };
    let kind = entries::EntryKind::Claim;
    entries::add(
        conn,
        vault,
        &dispute,
        (by, caller.user_id, kind),
        &claim.evidence,
        now,
    )?;
    let found = look(
        conn,
        vault,
        (purchase, &agreement),
        reason,
        &claim.evidence,
        now,
    )?;
    store::insert_findings(conn, dispute.id, &found)?;
    record(conn, &dispute, caller.actor(), "dispute.opened", now)?;
    if opening == Opening::Audit {
        return Ok(dispute);
    }
    if let Some(upheld) = rule(reason, &found) {
        return rule_decision(conn, &dispute, rules, upheld, now);
    }
    let seller = dispute.seller_id;
    tell(conn, &dispute, seller, NoticeKind::DisputeOpened, now)?;
    Ok(dispute)
}

fn fresh(
    purchase: &Purchase,
    agreement: &Agreement,
    (charge_kind, reason): (DisputedCharge, DisputeReason),
    target: &Target,
    now: Ts,
) -> Dispute {
    Dispute {
        id: DisputeId::new(now),
        purchase_id: purchase.id,
        charge_kind,
        charge_id: target.charge.as_ref().map(|charge| charge.id),
        contract_id: agreement.contract.id,
        contract_version_id: purchase.contract_version_id,
        vertical_id: purchase.vertical_id,
        buyer_id: purchase.buyer_id,
        seller_id: purchase.seller_id,
        reason,
        state: DisputeState::Open,
        currency: target.price.currency,
        price_minor: target.price.minor,
        refund_minor: 0,
        fee_minor: 0,
        is_late: false,
        round: 0,
        version: 1,
        due_at: Some(now.plus_days(agreement.terms().disputes.answer_days)),
        opened_at: now,
        answered_at: None,
        appealed_by: None,
        decided_at: None,
        closed_at: None,
    }
}

/// The reason, if these rules give money back for it.
fn reason(text: &str, rules: &DisputeRules, opening: Opening) -> Result<DisputeReason> {
    let text = text.trim();
    let parsed: Option<DisputeReason> = text.parse().ok();
    parsed
        .filter(|reason| opening == Opening::Audit || rules.reasons.contains_key(reason))
        .ok_or_else(|| {
            let reasons: Vec<&str> = rules.reasons.keys().map(|reason| reason.as_str()).collect();
            let reasons = reasons.join(", ");
            let accepted = match text.parse::<NotCreditable>() {
                Ok(never) => format!("one of: {reasons}; {never} never counts"),
                Err(_) => format!("one of: {reasons}"),
            };
            Error::invalid_field("reason", Reason::ReasonNotCreditable, accepted)
        })
}

fn target(
    conn: &mut Conn,
    purchase: &Purchase,
    kind: DisputedCharge,
    is_late: bool,
) -> Result<Target> {
    let nothing = |said: String| Err(Error::refused_because(Code::StateConflict, said));
    let Some(charge_kind) = kind.kind() else {
        if purchase.price_minor == 0 {
            return nothing("the lead itself cost nothing".to_owned());
        }
        if purchase.state == PurchaseState::Refunded {
            return nothing("the purchase is refunded".to_owned());
        }
        return Ok(Target {
            price: purchase.price(),
            earning: purchase.earning(),
            final_at: purchase.final_at,
            charge: None,
        });
    };
    let charge = charges::of_purchase(conn, purchase.id)?
        .into_iter()
        .find(|charge| charge.kind == charge_kind);
    let Some(charge) = charge else {
        return nothing(format!("no {kind} was charged"));
    };
    let is_disputable =
        charge.state == ChargeState::Captured || (is_late && charge.state == ChargeState::Settled);
    match charge.final_at {
        Some(final_at) if is_disputable && charge.price_minor > 0 => Ok(Target {
            price: charge.price(),
            earning: charge.earning(),
            final_at,
            charge: Some(charge),
        }),
        Some(final_at) if charge.state == ChargeState::Settled => Err(Error::refused_because(
            Code::DisputeWindowOver,
            format!("its window ended at {}", super::party::shown(final_at)),
        )),
        _ => nothing(format!("the charge is {}", charge.state)),
    }
}

/// Whether something was charged that the exchange may dispute, and is not given back already.
pub(super) fn is_charged(
    conn: &mut Conn,
    purchase: &Purchase,
    kind: DisputedCharge,
) -> Result<bool> {
    match target(conn, purchase, kind, true) {
        Ok(_) => Ok(true),
        Err(error) if error.has_code(Code::StateConflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Refuses a dispute over the cap of its contract, with the numbers. The contract's row is locked, so
/// that two at once are counted one after the other.
fn check_cap(conn: &mut Conn, agreement: &Agreement, rules: &DisputeRules, now: Ts) -> Result<()> {
    let contract = agreement.contract.id;
    contracts::lock(conn, contract)?;
    let since = now.minus(i64::from(rules.cap_days).saturating_mul(crate::clock::DAY));
    let (bought, disputed) = store::cap_use(conn, contract, since)?;
    let allowed = rules.allowed(bought);
    if disputed < allowed {
        return Ok(());
    }
    Err(Error::refused_because(
        Code::ReturnCapReached,
        format!(
            "{disputed} of {bought} purchases of the last {} days are disputed; the contract allows {}, here {allowed}",
            rules.cap_days, rules.return_cap_bps
        ),
    ))
}
