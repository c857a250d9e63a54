//! Outcomes as both sides' pages show them.

use i18n_embed_fl::fl;

use super::Refused;
use crate::access::Caller;
use crate::charges::{self, Charge, ChargeKind, ChargeState};
use crate::clock::Ts;
use crate::conversions::{
    self, Conversion, ConversionKind, ConversionState, Details, MeetingChannel, Party, Side,
    outcome_text,
};
use crate::db::Conn;
use crate::error::Result;
use crate::money::Currency;
use crate::text::Lang;
use crate::vault::Vault;

/// One conversion, and what the viewer may do with it.
pub struct Item {
    pub conversion: Conversion,
    pub text: String,
    pub channel: Option<String>,
    pub details: Details,
    pub may_change: bool,
    pub may_report: bool,
    pub may_answer: bool,
}

/// What became of a purchase so far, and what may be noted next.
pub struct Outcomes {
    /// `/buyer` or `/seller`.
    pub base: &'static str,
    /// The page that the forms hang on.
    pub address: String,
    pub items: Vec<Item>,
    pub charges: Vec<(String, Charge)>,
    pub may_schedule: bool,
    pub may_sell: bool,
    pub currency: Currency,
    pub held_minutes: i32,
    pub lapse_at: Option<Ts>,
    pub channels: Vec<(String, String)>,
    pub refused: Refused,
    /// Now, as the inputs of times start with.
    pub today: String,
}

impl Outcomes {
    /// What was typed into a field, else its first value.
    pub fn typed<'a>(&'a self, name: &str, or: &'a str) -> &'a str {
        match self.refused.word(name) {
            "" => or,
            typed => typed,
        }
    }

    pub fn is_shown(&self) -> bool {
        !self.items.is_empty() || !self.charges.is_empty()
    }
}

fn channel_label(l: &Lang, channel: MeetingChannel) -> String {
    match channel {
        MeetingChannel::Phone => fl!(l, "conversions-by-phone"),
        MeetingChannel::Video => fl!(l, "conversions-by-video"),
        MeetingChannel::InPerson => fl!(l, "conversions-in-person"),
    }
}

/// What a charge is for.
pub fn charge_label(l: &Lang, kind: ChargeKind) -> String {
    match kind {
        ChargeKind::Appointment => fl!(l, "conversions-charge-appointment"),
        ChargeKind::Sale => fl!(l, "conversions-charge-sale"),
        ChargeKind::BaseFee => fl!(l, "conversions-charge-base-fee"),
        ChargeKind::Claim => fl!(l, "conversions-charge-claim"),
    }
}

/// Reads what a side sees of a purchase's outcomes.
pub fn outcomes(
    conn: &mut Conn,
    vault: &Vault,
    l: &Lang,
    (caller, party): (&Caller, &Party),
    refused: Refused,
    now: Ts,
) -> Result<Outcomes> {
    let purchase = &party.purchase;
    let charges = charges::of_purchase(conn, purchase.id)?;
    let all = conversions::of_purchase(conn, purchase.id)?;
    let is_open = |kind: ConversionKind| {
        all.iter().any(|one| {
            one.kind == kind
                && !matches!(
                    one.state,
                    ConversionState::Dismissed | ConversionState::Cancelled
                )
        })
    };
    let awaits = |kind: ChargeKind| {
        purchase.state.is_open()
            && charges
                .iter()
                .any(|charge| charge.kind == kind && charge.state == ChargeState::Held)
    };
    let reports = party.may_report().is_ok();
    let may_schedule = awaits(ChargeKind::Appointment) && !is_open(ConversionKind::Appointment);
    let may_sell = awaits(ChargeKind::Sale) && reports && !is_open(ConversionKind::Sale);
    let mut items = Vec::with_capacity(all.len());
    for conversion in all.iter().rev() {
        let is_ours = conversion.reported_by == Some(caller.account_id);
        items.push(Item {
            text: outcome_text(l, conversion),
            channel: conversion.channel.map(|channel| channel_label(l, channel)),
            details: conversions::details(conn, vault, conversion)?,
            may_change: conversion.state == ConversionState::Scheduled,
            may_report: conversion.state == ConversionState::Scheduled
                && reports
                && conversion.happens_at <= now,
            may_answer: conversion.state == ConversionState::Proposed && !is_ours,
            conversion: conversion.clone(),
        });
    }
    let terms = party.agreement.terms();
    let (base, address) = match party.side {
        Side::Buyer => ("/buyer", format!("/buyer/purchases/{}", purchase.id)),
        Side::Seller => ("/seller", format!("/seller/sales/{}", purchase.id)),
    };
    Ok(Outcomes {
        base,
        address,
        items,
        charges: charges
            .into_iter()
            .map(|charge| (charge_label(l, charge.kind), charge))
            .collect(),
        may_schedule,
        may_sell,
        currency: terms.currency,
        held_minutes: terms.confirmation.held_minutes,
        lapse_at: purchase.lapse_at,
        channels: MeetingChannel::ALL
            .iter()
            .map(|&channel| (channel.to_string(), channel_label(l, channel)))
            .collect(),
        refused,
        today: now.utc().format("%Y-%m-%dT%H:%M").to_string(),
    })
}
