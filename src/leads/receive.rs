//! Receiving a lead: claim its contact, keep it sealed, list it, offer it; one transaction, all or nothing.

use std::sync::Arc;

use diesel::Connection as _;
use serde_json::{Value, json};

use super::verify::{self, Check, Verdict};
use super::{Draft, Exchange, LeadState, Listing, SaleSummary, refused, store};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, ImportId, LeadId, RefusedLeadId};
use crate::scoring::{self, Facts};
use crate::vault::Vault;
use crate::verticals::Vertical;

text_enum! {
    /// The way a lead came in.
    pub enum Via { Api = "api", Form = "form", File = "file" }
}

/// Where a lead comes from and who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    pub via: Via,
    pub actor: Actor,
    pub import_id: Option<ImportId>,
    /// The line of the file, counted from its header as 1.
    pub line: Option<i64>,
}

impl Source {
    pub const fn api(actor: Actor) -> Self {
        Self::new(Via::Api, actor)
    }

    pub const fn form(actor: Actor) -> Self {
        Self::new(Via::Form, actor)
    }

    pub const fn file(actor: Actor, import: ImportId, line: i64) -> Self {
        Self {
            import_id: Some(import),
            line: Some(line),
            ..Self::new(Via::File, actor)
        }
    }

    const fn new(via: Via, actor: Actor) -> Self {
        Self {
            via,
            actor,
            import_id: None,
            line: None,
        }
    }
}

/// A lead that was taken, and what became of it at once.
#[derive(Debug, Clone)]
pub struct Received {
    pub listing: Listing,
    pub checks: Vec<Check>,
    pub sales: Vec<SaleSummary>,
}

/// A document as it was sent, and what it was read as.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The key of the vertical as it was sent.
    pub vertical: String,
    pub document: Value,
    pub draft: Result<Draft, Vec<FieldError>>,
}

impl Intake {
    /// Reads a document that names its vertical, before the transaction that takes it in.
    pub fn read(
        verticals: &[Arc<Vertical>],
        document: Value,
        spelling: super::Spelling,
        now: Ts,
    ) -> Self {
        let named = document.get("vertical").and_then(Value::as_str);
        let key: String = named.unwrap_or_default().chars().take(100).collect();
        let draft = match verticals.iter().find(|vertical| vertical.key == key) {
            Some(vertical) => Draft::parse(vertical, &document, spelling, now),
            None if !document.is_object() => {
                Err(vec![FieldError::new("", Reason::WrongType, "an object")])
            }
            None => {
                let keys: Vec<&str> = verticals.iter().map(|v| v.key.as_str()).collect();
                let reason = if named.is_some() {
                    Reason::VerticalUnknown
                } else {
                    Reason::Required
                };
                Err(vec![FieldError::new("vertical", reason, keys.join(", "))])
            }
        };
        Self {
            vertical: key,
            document,
            draft,
        }
    }
}

/// What became of a document.
#[derive(Debug, Clone)]
pub enum Outcome {
    Taken(Box<Received>),
    /// Kept for its seller to mend.
    Refused {
        id: RefusedLeadId,
        errors: Vec<FieldError>,
    },
}

/// Receives a lead, or refuses it with its fields (`duplicate`, `taken`) and leaves nothing behind.
///
/// Call it in a savepoint of its own when the transaction goes on after a refusal.
pub fn receive(
    conn: &mut Conn,
    vault: &Vault,
    exchange: &dyn Exchange,
    seller: AccountId,
    draft: &Draft,
    source: &Source,
    now: Ts,
) -> Result<Received> {
    let facts = Facts {
        attributes: &draft.attributes,
        channel: draft.origin.channel.map(super::Channel::as_str),
        has_phone: draft.contact.phone.is_some(),
        has_email: draft.contact.email.is_some(),
        has_company: draft.contact.company.is_some(),
        bant: draft.bant,
        received_at: now,
    };
    let first = scoring::first(conn, draft.vertical.id, &facts, &draft.signals, now)?;
    let mut listing = Listing {
        id: LeadId::new(now),
        vertical_id: draft.vertical.id,
        seller_id: seller,
        state: LeadState::Listed,
        attributes: draft.attributes.clone(),
        interest: draft.interest.clone(),
        timeline: draft.timeline.clone(),
        channel: draft.origin.channel,
        masked: draft.contact.masked(),
        ask: draft.ask,
        accepts: draft.accepts.clone(),
        least: draft.least.clone(),
        score: first.scored.score,
        stage: first.scored.stage,
        copies: draft.copies,
        copies_sold: 0,
        consent_given_at: draft.consent.given_at,
        recipients: draft.consent.recipients.clone(),
        received_at: now,
        expires_at: draft.expires_at,
    };
    let checks = verify::checks(draft, now);
    store::intake::insert_lead(conn, &listing, draft, source.import_id)?;
    store::intake::claim_contact(conn, vault, draft, listing.id, now)?;
    store::intake::insert_parts(conn, vault, draft, &checks, listing.id, now)?;
    scoring::keep(conn, listing.id, &first, now)?;
    let warned: Vec<_> = checks
        .iter()
        .filter(|check| check.verdict != Verdict::Pass)
        .filter_map(|check| check.code)
        .collect();
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: source.actor,
            account_id: Some(seller),
            action: "lead.listed",
            subject: listing.id.to_string(),
            detail: json!({
                "vertical": draft.vertical.key,
                "via": source.via,
                "ask": listing.ask,
                "copies": listing.copies,
                "warnings": warned,
            }),
        },
    )?;
    let sales = exchange.offer(conn, &listing, now)?;
    listing.copies_sold = i32::try_from(sales.len()).unwrap_or(i32::MAX);
    if listing.copies_sold >= listing.copies {
        listing.state = LeadState::SoldOut;
    }
    Ok(Received {
        listing,
        checks,
        sales,
    })
}

/// Receives a lead, or keeps it as refused with every reason; for one document of a batch or file.
pub fn take_in(
    conn: &mut Conn,
    vault: &Vault,
    exchange: &dyn Exchange,
    seller: AccountId,
    intake: &Intake,
    source: &Source,
    now: Ts,
) -> Result<Outcome> {
    let errors = match &intake.draft {
        Err(errors) => errors.clone(),
        Ok(draft) => {
            let received =
                conn.transaction(|conn| receive(conn, vault, exchange, seller, draft, source, now));
            match received {
                Ok(received) => return Ok(Outcome::Taken(Box::new(received))),
                Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
                    refusal.fields
                }
                Err(error) => return Err(error),
            }
        }
    };
    let id = refused::keep(conn, vault, seller, intake, &errors, source, now)?;
    Ok(Outcome::Refused { id, errors })
}
