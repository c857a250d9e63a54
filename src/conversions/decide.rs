//! Answers to a report, the exchange's decision on a contested one, and the money that moves with it.

use super::party::{Party, record, tell, tell_both};
use super::report::{MAX_TEXT, awaited, step};
use super::{Conversion, ConversionOutcome, ConversionState, DecidedHow, Details, store};
use crate::access::{Actor, Caller};
use crate::charges::{self, Charge, ChargeState};
use crate::clock::Ts;
use crate::contracts;
use crate::db::Conn;
use crate::error::{Code, Error, Reason, Result};
use crate::id::ConversionId;
use crate::notices::NoticeKind;
use crate::purchases::{self, Purchase, PurchaseState};
use crate::requests;
use crate::vault::Vault;

/// What the other side says to a report.
#[derive(Debug, Clone)]
pub enum Answer {
    Confirm,
    Contest { because: String },
}

/// The other side's answer to a report; its own reporter cannot give it.
pub fn answer(
    conn: &mut Conn,
    vault: &Vault,
    party: &Party,
    conversion: &Conversion,
    answer: &Answer,
    now: Ts,
) -> Result<Conversion> {
    if conversion.reported_by == Some(party.account()) {
        return Err(Error::refused_because(
            Code::StateConflict,
            "the other side answers a report",
        ));
    }
    match answer {
        Answer::Confirm => confirm(conn, party, conversion, DecidedHow::Party, now),
        Answer::Contest { because } => {
            let because = reason(because)?;
            let next = Conversion {
                confirm_by: None,
                ..conversion.step(ConversionState::Contested, now)?
            };
            let kind = NoticeKind::OutcomeContested;
            step(
                conn,
                party,
                (conversion, &next),
                "conversion.contested",
                kind,
                now,
            )?;
            let details = Details {
                contested_because: because,
                ..store::details(conn, vault, conversion.id)?
            };
            store::set_details(conn, vault, conversion.id, &details)?;
            Ok(next)
        }
    }
}

fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        let accepted = "why, in a few words";
        return Err(Error::invalid_field("because", Reason::Required, accepted));
    }
    if text.chars().count() > MAX_TEXT {
        let accepted = format!("up to {MAX_TEXT} characters");
        return Err(Error::invalid_field("because", Reason::TooLong, accepted));
    }
    Ok(text.to_owned())
}

/// The exchange's decision on a contested report, with a reason that both sides read.
pub fn decide(
    conn: &mut Conn,
    vault: &Vault,
    operator: &Caller,
    id: ConversionId,
    (upheld, because): (bool, &str),
    now: Ts,
) -> Result<Conversion> {
    let because = reason(because)?;
    let conversion = store::by_id(conn, id)?.ok_or_else(|| Error::refused(Code::NotFound))?;
    let buyer = store::buyer_of(conn, conversion.purchase_id)?;
    let party = Party::load(conn, buyer, operator.actor(), conversion.purchase_id)?;
    let details = Details {
        decided_because: because,
        ..store::details(conn, vault, id)?
    };
    store::set_details(conn, vault, id, &details)?;
    if upheld {
        return confirm(conn, &party, &conversion, DecidedHow::Operator, now);
    }
    let next = Conversion {
        decided_how: Some(DecidedHow::Operator),
        ..conversion.step(ConversionState::Dismissed, now)?
    };
    store::advance(conn, &conversion, &next)?;
    let purchase = &party.purchase;
    record(
        conn,
        purchase,
        party.actor,
        "conversion.dismissed",
        (Some(&conversion), &next),
        now,
    )?;
    tell_both(conn, purchase, NoticeKind::OutcomeDismissed, &next, now)?;
    Ok(next)
}

/// Makes a report certain and moves the money, in one transaction.
pub(super) fn confirm(
    conn: &mut Conn,
    party: &Party,
    conversion: &Conversion,
    how: DecidedHow,
    now: Ts,
) -> Result<Conversion> {
    let next = Conversion {
        confirm_by: None,
        decided_how: Some(how),
        ..conversion.step(ConversionState::Confirmed, now)?
    };
    store::advance(conn, conversion, &next)?;
    let charge = awaited(conn, party, conversion.kind)?;
    move_money(conn, party, &next, &charge, now)?;
    let purchase = &party.purchase;
    let actor = match how {
        DecidedHow::Silence => Actor::System,
        DecidedHow::Party | DecidedHow::Operator => party.actor,
    };
    let action = "conversion.confirmed";
    record(
        conn,
        purchase,
        actor,
        action,
        (Some(conversion), &next),
        now,
    )?;
    match (how, conversion.reported_by) {
        (DecidedHow::Party, Some(reporter)) => {
            let kind = NoticeKind::OutcomeConfirmed;
            tell(conn, purchase, reporter, kind, &next, now)?;
        }
        _ => tell_both(conn, purchase, NoticeKind::OutcomeConfirmed, &next, now)?,
    }
    Ok(next)
}

/// Charges or releases what an outcome decides, and moves the purchase with it.
fn move_money(
    conn: &mut Conn,
    party: &Party,
    conversion: &Conversion,
    charge: &Charge,
    now: Ts,
) -> Result<()> {
    let purchase = &party.purchase;
    let terms = party.agreement.terms();
    let window = terms.dispute_window_days;
    let rest_is_held = charges::of_purchase(conn, purchase.id)?
        .iter()
        .any(|other| other.id != charge.id && other.state == ChargeState::Held);
    let lapse_at = purchase.lapse_at.filter(|_| rest_is_held);
    let was_sold = purchase.state == PurchaseState::Sold;
    let (next, spent) = match conversion.outcome {
        Some(ConversionOutcome::Held) => {
            charges::capture(conn, charge, charge.held(), window, now)?;
            let next = if was_sold {
                PurchaseState::Sold
            } else {
                PurchaseState::AppointmentHeld
            };
            (next, 0)
        }
        Some(ConversionOutcome::NoShow) => {
            charges::release(conn, charge, now)?;
            let next = if rest_is_held || purchase.state != PurchaseState::AwaitingOutcome {
                purchase.state
            } else {
                PurchaseState::Lapsed
            };
            (next, -charge.held_minor)
        }
        Some(ConversionOutcome::Sold) => {
            let sale = conversion
                .amount()
                .ok_or_else(|| anyhow::anyhow!("{} has no amount", conversion.id))?;
            let share = terms
                .share
                .ok_or_else(|| anyhow::anyhow!("{} has no share", charge.id))?;
            let due = share.fee(sale);
            charges::capture(conn, charge, due, window, now)?;
            (PurchaseState::Sold, due.minor - charge.held_minor)
        }
        None => {
            return Err(Error::Internal(anyhow::anyhow!(
                "{} is confirmed without an outcome",
                conversion.id
            )));
        }
    };
    purchases::advance(conn, purchase, next, lapse_at, now)?;
    if let Some(request) = purchase.request_id {
        requests::adjust_spent(conn, request, spent, now)?;
    }
    contracts::odds_changed(conn, purchase.vertical_id, purchase.buyer_id, now)
}

/// Ends a purchase that was refunded whole: nothing is held for it any more, and no report waits.
pub fn void(conn: &mut Conn, purchase: &Purchase, now: Ts) -> Result<()> {
    let open = [
        ConversionState::Scheduled,
        ConversionState::Proposed,
        ConversionState::Contested,
    ];
    give_back(conn, purchase, &open, PurchaseState::Refunded, now)
}

/// Gives back everything that is held for outcomes which did not come about.
pub(super) fn lapse(conn: &mut Conn, party: &Party, now: Ts) -> Result<()> {
    let purchase = &party.purchase;
    let next = if purchase.state == PurchaseState::AwaitingOutcome {
        PurchaseState::Lapsed
    } else {
        purchase.state
    };
    give_back(conn, purchase, &[ConversionState::Scheduled], next, now)
}

/// Releases what is held for a purchase, cancels its conversions in these states, and moves it on.
fn give_back(
    conn: &mut Conn,
    purchase: &Purchase,
    cancelled: &[ConversionState],
    next: PurchaseState,
    now: Ts,
) -> Result<()> {
    let mut released = 0;
    for charge in charges::of_purchase(conn, purchase.id)? {
        if charge.state == ChargeState::Held {
            charges::release(conn, &charge, now)?;
            released += charge.held_minor;
        }
    }
    for conversion in store::of_purchase(conn, purchase.id)? {
        if cancelled.contains(&conversion.state) {
            let next = Conversion {
                confirm_by: None,
                ..conversion.step(ConversionState::Cancelled, now)?
            };
            store::advance(conn, &conversion, &next)?;
            record(
                conn,
                purchase,
                Actor::System,
                "conversion.cancelled",
                (Some(&conversion), &next),
                now,
            )?;
        }
    }
    purchases::advance(conn, purchase, next, None, now)?;
    if let Some(request) = purchase.request_id {
        requests::adjust_spent(conn, request, -released, now)?;
    }
    contracts::odds_changed(conn, purchase.vertical_id, purchase.buyer_id, now)
}

/// What both sides wrote about a contested conversion, for the exchange; that it was seen is noted.
pub fn view(
    conn: &mut Conn,
    vault: &Vault,
    operator: &Caller,
    (purchase, conversion): (&Purchase, &Conversion),
    now: Ts,
) -> Result<Details> {
    let actor = operator.actor();
    let seen = (None, conversion);
    record(conn, purchase, actor, "conversion.viewed", seen, now)?;
    details(conn, vault, conversion)
}

/// What people wrote about a conversion of the party's purchase.
pub fn details(conn: &mut Conn, vault: &Vault, conversion: &Conversion) -> Result<Details> {
    store::details(conn, vault, conversion.id)
}
