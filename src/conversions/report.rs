//! Reporting: an appointment is set, moved, called off; its outcome and sales are reported.

use super::party::{Party, record, tell};
use super::{
    Conversion, ConversionKind, ConversionOutcome, ConversionState, Details, MeetingChannel, store,
};
use crate::charges::{self, Charge, ChargeKind, ChargeState};
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::ConversionId;
use crate::money::Money;
use crate::notices::NoticeKind;
use crate::vault::Vault;

/// How far ahead an appointment may be set.
const MAX_AHEAD: i64 = 365 * DAY;
pub(super) const MAX_TEXT: usize = 500;
const MAX_MINUTES: i32 = 1_440;

/// An appointment to be set.
#[derive(Debug, Clone)]
pub struct NewAppointment {
    pub at: Ts,
    pub channel: MeetingChannel,
    pub with_whom: String,
}

/// A new time for an appointment.
#[derive(Debug, Clone, Copy)]
pub struct Moved {
    pub at: Ts,
}

/// What became of an appointment.
#[derive(Debug, Clone, Copy)]
pub enum Report {
    Held { minutes: i32 },
    NoShow,
}

/// A sale to be reported.
#[derive(Debug, Clone)]
pub struct NewSale {
    pub amount: Money,
    pub at: Ts,
    pub reference: String,
}

fn too_long(field: &str, text: &str) -> Option<FieldError> {
    (text.chars().count() > MAX_TEXT).then(|| {
        let accepted = format!("up to {MAX_TEXT} characters");
        FieldError::new(field, Reason::TooLong, accepted)
    })
}

/// The charge that an outcome of this kind settles, while it is undecided.
pub(super) fn awaited(conn: &mut Conn, party: &Party, kind: ConversionKind) -> Result<Charge> {
    party.open()?;
    let wanted = match kind {
        ConversionKind::Appointment => ChargeKind::Appointment,
        ConversionKind::Sale => ChargeKind::Sale,
    };
    let charge = charges::of_purchase(conn, party.purchase.id)?
        .into_iter()
        .find(|charge| charge.kind == wanted);
    match charge {
        None => Err(Error::refused_because(
            Code::StateConflict,
            format!("its contract pays for no {kind}"),
        )),
        Some(charge) if charge.state != ChargeState::Held => Err(Error::refused_because(
            Code::StateConflict,
            format!("the {kind} is decided already"),
        )),
        Some(charge) => Ok(charge),
    }
}

/// Refuses a second appointment or sale beside one that is not over.
fn alone(conn: &mut Conn, party: &Party, kind: ConversionKind) -> Result<()> {
    let open = store::of_purchase(conn, party.purchase.id)?
        .into_iter()
        .find(|other| {
            other.kind == kind
                && !matches!(
                    other.state,
                    ConversionState::Dismissed | ConversionState::Cancelled
                )
        });
    match open {
        None => Ok(()),
        Some(open) => Err(Error::refused_because(
            Code::StateConflict,
            format!("there is one already: {} is {}", open.id, open.state),
        )),
    }
}

fn check_appointment_time(party: &Party, at: Ts, now: Ts) -> Option<FieldError> {
    let purchased = party.purchase.purchased_at;
    if at < purchased {
        let accepted = format!("{purchased} or later: the lead was bought then");
        return Some(FieldError::new("at", Reason::TooSmall, accepted));
    }
    (at > now.plus(MAX_AHEAD)).then(|| {
        let accepted = "a time within a year";
        FieldError::new("at", Reason::TooLarge, accepted)
    })
}

fn blank(party: &Party, kind: ConversionKind, at: Ts, now: Ts) -> Conversion {
    Conversion {
        id: ConversionId::new(now),
        purchase_id: party.purchase.id,
        kind,
        state: ConversionState::Scheduled,
        outcome: None,
        happens_at: at,
        channel: None,
        minutes: None,
        amount_minor: None,
        currency: None,
        reference: None,
        moves: 0,
        version: 1,
        reported_by: None,
        confirm_by: None,
        decided_how: None,
        created_at: now,
        updated_at: now,
    }
}

/// Sets an appointment and tells the other side.
pub fn schedule(
    conn: &mut Conn,
    vault: &Vault,
    party: &Party,
    new: &NewAppointment,
    now: Ts,
) -> Result<Conversion> {
    awaited(conn, party, ConversionKind::Appointment)?;
    let errors: Vec<FieldError> = [
        check_appointment_time(party, new.at, now),
        too_long("with_whom", &new.with_whom),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !errors.is_empty() {
        return Err(errors.into());
    }
    alone(conn, party, ConversionKind::Appointment)?;
    let conversion = Conversion {
        channel: Some(new.channel),
        confirm_by: Some(open_until(party, new.at)),
        ..blank(party, ConversionKind::Appointment, new.at, now)
    };
    let details = Details {
        with_whom: new.with_whom.trim().to_owned(),
        ..Details::default()
    };
    store::insert(conn, vault, &conversion, &details)?;
    let purchase = &party.purchase;
    record(
        conn,
        purchase,
        party.actor,
        "conversion.scheduled",
        (None, &conversion),
        now,
    )?;
    let kind = NoticeKind::AppointmentScheduled;
    tell(conn, purchase, party.other(), kind, &conversion, now)?;
    Ok(conversion)
}

/// Until when an appointment to come keeps its purchase from lapsing.
fn open_until(party: &Party, at: Ts) -> Ts {
    at.plus_days(party.agreement.terms().confirmation.silence_days)
}

/// Moves a set appointment to another time and tells the other side.
pub fn move_to(
    conn: &mut Conn,
    party: &Party,
    conversion: &Conversion,
    moved: Moved,
    now: Ts,
) -> Result<Conversion> {
    awaited(conn, party, ConversionKind::Appointment)?;
    if let Some(error) = check_appointment_time(party, moved.at, now) {
        return Err(vec![error].into());
    }
    let next = Conversion {
        happens_at: moved.at,
        moves: conversion.moves + 1,
        confirm_by: Some(open_until(party, moved.at)),
        ..conversion.step(ConversionState::Scheduled, now)?
    };
    let kind = NoticeKind::AppointmentMoved;
    step(
        conn,
        party,
        (conversion, &next),
        "conversion.moved",
        kind,
        now,
    )?;
    Ok(next)
}

/// Calls a set appointment off and tells the other side.
pub fn cancel(
    conn: &mut Conn,
    party: &Party,
    conversion: &Conversion,
    now: Ts,
) -> Result<Conversion> {
    party.open()?;
    let next = Conversion {
        confirm_by: None,
        ..conversion.step(ConversionState::Cancelled, now)?
    };
    let kind = NoticeKind::AppointmentCancelled;
    step(
        conn,
        party,
        (conversion, &next),
        "conversion.cancelled",
        kind,
        now,
    )?;
    Ok(next)
}

/// Reports what became of a set appointment; the other side confirms, contests, or is silent.
pub fn report(
    conn: &mut Conn,
    party: &Party,
    conversion: &Conversion,
    report: Report,
    now: Ts,
) -> Result<Conversion> {
    party.may_report()?;
    awaited(conn, party, ConversionKind::Appointment)?;
    let rule = party.agreement.terms().confirmation;
    let mut errors = Vec::new();
    if conversion.happens_at > now {
        let accepted = format!("a report after {}", conversion.happens_at);
        errors.push(FieldError::new("at", Reason::TimeInFuture, accepted));
    }
    let (outcome, minutes) = match report {
        Report::NoShow => (ConversionOutcome::NoShow, None),
        Report::Held { minutes } => {
            let accepted = format!(
                "{} to {MAX_MINUTES}: the contract says what counts as held",
                rule.held_minutes
            );
            if minutes < rule.held_minutes {
                errors.push(FieldError::new("minutes", Reason::TooSmall, accepted));
            } else if minutes > MAX_MINUTES {
                errors.push(FieldError::new("minutes", Reason::TooLarge, accepted));
            }
            (ConversionOutcome::Held, Some(minutes))
        }
    };
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let next = Conversion {
        outcome: Some(outcome),
        minutes,
        reported_by: Some(party.account()),
        confirm_by: Some(now.plus_days(rule.silence_days)),
        ..conversion.step(ConversionState::Proposed, now)?
    };
    let kind = NoticeKind::OutcomeProposed;
    step(
        conn,
        party,
        (conversion, &next),
        "conversion.proposed",
        kind,
        now,
    )?;
    Ok(next)
}

/// Reports a sale; the other side confirms, contests, or is silent.
pub fn report_sale(
    conn: &mut Conn,
    vault: &Vault,
    party: &Party,
    new: &NewSale,
    now: Ts,
) -> Result<Conversion> {
    party.may_report()?;
    awaited(conn, party, ConversionKind::Sale)?;
    let errors = check_sale(party, new, now);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    alone(conn, party, ConversionKind::Sale)?;
    let silence_days = party.agreement.terms().confirmation.silence_days;
    let reference = new.reference.trim();
    let conversion = Conversion {
        state: ConversionState::Proposed,
        outcome: Some(ConversionOutcome::Sold),
        amount_minor: Some(new.amount.minor),
        currency: Some(new.amount.currency),
        reference: (!reference.is_empty()).then(|| reference.to_owned()),
        reported_by: Some(party.account()),
        confirm_by: Some(now.plus_days(silence_days)),
        ..blank(party, ConversionKind::Sale, new.at, now)
    };
    store::insert(conn, vault, &conversion, &Details::default())?;
    let purchase = &party.purchase;
    record(
        conn,
        purchase,
        party.actor,
        "conversion.proposed",
        (None, &conversion),
        now,
    )?;
    let kind = NoticeKind::OutcomeProposed;
    tell(conn, purchase, party.other(), kind, &conversion, now)?;
    Ok(conversion)
}

fn check_sale(party: &Party, new: &NewSale, now: Ts) -> Vec<FieldError> {
    /// The longest reference, and the greatest sale in minor units.
    const MAX_REFERENCE: usize = 100;
    const MAX_MINOR: i64 = 1_000_000_000_000;
    let mut errors = Vec::new();
    let currency = party.agreement.terms().currency;
    if new.amount.currency != currency {
        let accepted = format!("{currency}, as the contract");
        errors.push(FieldError::new(
            "amount.currency",
            Reason::CurrencyMismatch,
            accepted,
        ));
    }
    if new.amount.minor < 1 {
        errors.push(FieldError::new(
            "amount",
            Reason::TooSmall,
            "more than zero",
        ));
    } else if new.amount.minor > MAX_MINOR {
        let most = Money::new(MAX_MINOR, currency);
        errors.push(FieldError::new(
            "amount",
            Reason::TooLarge,
            format!("up to {most}"),
        ));
    }
    let purchased = party.purchase.purchased_at;
    if new.at < purchased {
        let accepted = format!("{purchased} or later: the lead was bought then");
        errors.push(FieldError::new("at", Reason::TooSmall, accepted));
    } else if new.at > now {
        let accepted = format!("{now} or earlier");
        errors.push(FieldError::new("at", Reason::TimeInFuture, accepted));
    }
    if new.reference.chars().count() > MAX_REFERENCE {
        let accepted = format!("up to {MAX_REFERENCE} characters");
        errors.push(FieldError::new("reference", Reason::TooLong, accepted));
    } else if new.reference.contains('@') {
        let accepted = "your own number of the sale, without personal data";
        errors.push(FieldError::new("reference", Reason::NotAllowed, accepted));
    }
    errors
}

/// Writes a step, notes it, and tells the other side.
pub(super) fn step(
    conn: &mut Conn,
    party: &Party,
    (seen, next): (&Conversion, &Conversion),
    action: &str,
    kind: NoticeKind,
    now: Ts,
) -> Result<()> {
    store::advance(conn, seen, next)?;
    let change = (Some(seen), next);
    record(conn, &party.purchase, party.actor, action, change, now)?;
    tell(conn, &party.purchase, party.other(), kind, next, now)
}
