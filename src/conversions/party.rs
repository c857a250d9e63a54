//! The two sides of a purchase, and what a step of one tells the other.

use std::sync::Arc;

use i18n_embed_fl::fl;
use serde_json::json;

use super::{Conversion, ConversionKind, ConversionOutcome, link};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::contracts::{self, Agreement, Reporter};
use crate::db::Conn;
use crate::error::{Code, Error, Reason, Result};
use crate::events::{self, EventKind, Happening};
use crate::id::{AccountId, PurchaseId};
use crate::notices::{self, Notice, NoticeKind};
use crate::purchases::{self, Purchase, PurchaseState};
use crate::text::{Lang, english};

/// A side of a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Buyer,
    Seller,
}

/// A purchase as one of its sides sees it.
#[derive(Debug, Clone)]
pub struct Party {
    pub purchase: Purchase,
    pub agreement: Arc<Agreement>,
    pub side: Side,
    pub actor: Actor,
}

impl Party {
    /// The purchase, if the account is its buyer or its seller; another's is not found.
    pub fn load(conn: &mut Conn, account: AccountId, actor: Actor, id: PurchaseId) -> Result<Self> {
        let purchase = purchases::by_id(conn, id)?.ok_or_else(|| Error::refused(Code::NotFound))?;
        let side = if purchase.buyer_id == account {
            Side::Buyer
        } else if purchase.seller_id == account {
            Side::Seller
        } else {
            return Err(Error::refused(Code::NotFound));
        };
        let agreement =
            contracts::agreement(conn, purchase.buyer_id, purchase.contract_version_id)?;
        Ok(Self {
            purchase,
            agreement,
            side,
            actor,
        })
    }

    pub const fn account(&self) -> AccountId {
        match self.side {
            Side::Buyer => self.purchase.buyer_id,
            Side::Seller => self.purchase.seller_id,
        }
    }

    pub const fn other(&self) -> AccountId {
        match self.side {
            Side::Buyer => self.purchase.seller_id,
            Side::Seller => self.purchase.buyer_id,
        }
    }

    /// Refuses steps on a purchase that takes no outcome any more.
    pub(super) fn open(&self) -> Result<()> {
        let purchase = &self.purchase;
        if purchase.state.is_open() {
            return Ok(());
        }
        let said = match purchase.state {
            PurchaseState::Delivered => "its contract pays for no outcome".to_owned(),
            state => format!("the purchase is {state}"),
        };
        Err(Error::refused_because(Code::StateConflict, said))
    }

    /// Refuses a report by the side that does not report under these terms.
    pub fn may_report(&self) -> Result<()> {
        let allowed = match self.agreement.terms().confirmation.reporter {
            Reporter::Either => true,
            Reporter::Buyer => self.side == Side::Buyer,
            Reporter::Seller => self.side == Side::Seller,
        };
        if allowed {
            return Ok(());
        }
        let accepted = format!(
            "a report by the {}, by the terms of the contract",
            self.agreement.terms().confirmation.reporter
        );
        Err(Error::invalid_field(
            "outcome",
            Reason::NotAllowed,
            accepted,
        ))
    }
}

/// The page of a purchase as one of its sides has it.
fn page_of(purchase: &Purchase, account: AccountId) -> String {
    if account == purchase.buyer_id {
        format!("/buyer/purchases/{}", purchase.id)
    } else {
        format!("/seller/sales/{}", purchase.id)
    }
}

/// An outcome in words, without naming anybody.
pub fn outcome_text(l: &Lang, conversion: &Conversion) -> String {
    match conversion.outcome {
        Some(ConversionOutcome::Held) => fl!(l, "conversions-held"),
        Some(ConversionOutcome::NoShow) => fl!(l, "conversions-no-show"),
        Some(ConversionOutcome::Sold) => {
            let amount = conversion.amount().map(|amount| amount.to_string());
            fl!(l, "conversions-sold", amount = amount.unwrap_or_default())
        }
        None => match conversion.kind {
            ConversionKind::Appointment => fl!(l, "conversions-appointment"),
            ConversionKind::Sale => fl!(l, "conversions-sale"),
        },
    }
}

pub(super) fn shown(at: Ts) -> String {
    at.utc().format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Tells an account about a step.
pub(super) fn tell(
    conn: &mut Conn,
    purchase: &Purchase,
    account: AccountId,
    kind: NoticeKind,
    conversion: &Conversion,
    now: Ts,
) -> Result<()> {
    let mut notice = Notice::new(account, kind, page_of(purchase, account))
        .with("outcome", outcome_text(english(), conversion))
        .with("time", shown(conversion.happens_at));
    if let Some(until) = conversion.confirm_by {
        notice = notice.with("until", shown(until));
    }
    if kind == NoticeKind::OutcomeProposed {
        let until = conversion.confirm_by.unwrap_or(now);
        notice = notice.signed(link::text(conversion, account, until));
    }
    notices::queue(conn, &notice, now)?;
    let told = match kind {
        NoticeKind::OutcomeProposed => EventKind::ConversionProposed,
        NoticeKind::OutcomeConfirmed => EventKind::ConversionConfirmed,
        _ => return Ok(()),
    };
    let data = json!({
        "conversion": conversion.id,
        "purchase": purchase.id,
        "kind": conversion.kind,
        "outcome": conversion.outcome,
        "state": conversion.state,
        "amount": conversion.amount(),
        "confirm_by": conversion.confirm_by,
    });
    events::record(
        conn,
        &[Happening::new(account, told, conversion.id, data)],
        now,
    )
}

pub(super) fn tell_both(
    conn: &mut Conn,
    purchase: &Purchase,
    kind: NoticeKind,
    conversion: &Conversion,
    now: Ts,
) -> Result<()> {
    tell(conn, purchase, purchase.buyer_id, kind, conversion, now)?;
    tell(conn, purchase, purchase.seller_id, kind, conversion, now)
}

pub(super) fn record(
    conn: &mut Conn,
    purchase: &Purchase,
    actor: Actor,
    action: &str,
    conversion: &Conversion,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(purchase.buyer_id),
            action,
            subject: conversion.id.to_string(),
            detail: json!({
                "purchase": purchase.id,
                "kind": conversion.kind,
                "state": conversion.state,
                "outcome": conversion.outcome,
                "happens_at": conversion.happens_at,
                "amount": conversion.amount(),
                "reported_by": conversion.reported_by,
                "decided_how": conversion.decided_how,
            }),
        },
    )
}
