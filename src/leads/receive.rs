//! Receiving a lead: claim its contact, keep it sealed, list it, offer it; one transaction, all or nothing.

use std::sync::Arc;

use diesel::Connection as _;
use serde_json::{Value, json};

use super::{Draft, Exchange, LeadState, Listing, SaleSummary, confirm, refused, store};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, ImportId, LeadId, RefusedLeadId};
use crate::scoring::{self, Facts};
use crate::suppression;
use crate::vault::Vault;
use crate::verification::{
    Check, CheckName, Effect, Finding, Judgement, Ruling, Verdict, Verifier, judge,
};
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
        verifier: &Verifier,
        now: Ts,
    ) -> Self {
        let named = document.get("vertical").and_then(Value::as_str);
        let key: String = named.unwrap_or_default().chars().take(100).collect();
        let draft = match verticals.iter().find(|vertical| vertical.key == key) {
            Some(vertical) => Draft::parse(vertical, &document, spelling, verifier, now),
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

impl Intake {
    /// Asks others about the contact, where the server has somebody to ask; before the transaction.
    pub async fn ask(&mut self, verifier: &Verifier) {
        if let Ok(draft) = &mut self.draft {
            draft.ask(verifier).await;
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

/// Receives a lead, or refuses it with its fields (`taken`, and what its checks reject) and leaves
/// nothing behind.
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
    let id = LeadId::new(now);
    let settings = &draft.checked.settings;
    let trace = draft.trace(seller);
    let mut findings = draft.checked.look(conn, vault, &trace, id, now)?;
    findings.push(Finding::pass(CheckName::Duplicate));
    let (email, phone) = (
        draft.contact.email.as_deref(),
        draft.contact.phone.as_deref(),
    );
    if settings.is_on(CheckName::Suppression) {
        let hashes = suppression::to_find(vault, email, phone);
        findings.push(if suppression::is_listed(conn, &hashes)? {
            Finding::fail(CheckName::Suppression, "contact", Reason::Suppressed)
        } else {
            Finding::pass(CheckName::Suppression)
        });
    }
    let mut judged = judge(settings, &findings, now);
    if judged.ruling == Ruling::Reject {
        return Err(judged.refusals.into());
    }
    let mut listing = listing_of(draft, id, seller, &first, now);
    listing.settle(&judged);
    store::intake::insert_lead(conn, &listing, draft, source.import_id)?;
    let claimed = store::intake::claim_contact(conn, vault, draft, id, now)?;
    if !claimed.is_empty() {
        judged = judge_duplicate(draft, &mut findings, &claimed, now)?;
        listing.settle(&judged);
        store::intake::set_judgement(conn, id, listing.state, listing.quality)?;
    }
    suppression::keep(conn, id, &suppression::to_write(vault, email, phone))?;
    store::intake::insert_parts(conn, vault, draft, &judged.checks, id)?;
    scoring::keep(conn, id, &first, now)?;
    record(conn, draft, &listing, &judged, source, now)?;
    if listing.state == LeadState::Received {
        confirm::begin(conn, settings, &listing, now)?;
    }
    let mut sales = Vec::new();
    if listing.state == LeadState::Listed {
        sales = exchange.offer(conn, &listing, now)?;
        listing.sold(&sales);
    }
    Ok(Received {
        listing,
        checks: judged.checks,
        sales,
    })
}

fn listing_of(
    draft: &Draft,
    id: LeadId,
    seller: AccountId,
    first: &scoring::First,
    now: Ts,
) -> Listing {
    Listing {
        id,
        vertical_id: draft.vertical.id,
        seller_id: seller,
        state: LeadState::Received,
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
        quality: 100,
        copies: draft.copies,
        copies_sold: 0,
        consent_given_at: draft.consent.given_at,
        recipients: draft.consent.recipients.clone(),
        received_at: now,
        expires_at: draft.expires_at,
    }
}

impl Listing {
    fn settle(&mut self, judged: &Judgement) {
        self.quality = judged.quality;
        self.state = match judged.ruling {
            Ruling::List => LeadState::Listed,
            Ruling::Wait => LeadState::Received,
            Ruling::Quarantine => LeadState::Quarantined,
            Ruling::Reject => LeadState::Rejected,
        };
    }

    /// Notes the copies that were sold when the lead was offered.
    pub(super) fn sold(&mut self, sales: &[SaleSummary]) {
        self.copies_sold = i32::try_from(sales.len()).unwrap_or(i32::MAX);
        let settled = sales.iter().find_map(|sale| sale.buyers);
        self.copies = settled.unwrap_or(self.copies);
        if self.copies_sold >= self.copies {
            self.state = LeadState::SoldOut;
        }
    }
}

/// Judges a lead again whose contact is another's, or refuses it with the fields that are.
fn judge_duplicate(
    draft: &Draft,
    findings: &mut [Finding],
    claimed: &[&'static str],
    now: Ts,
) -> Result<Judgement> {
    for found in findings.iter_mut() {
        if let (CheckName::Duplicate, Some(field)) = (found.name, claimed.first()) {
            *found = Finding::fail(CheckName::Duplicate, field, Reason::Duplicate);
        }
    }
    let settings = &draft.checked.settings;
    let duplicate = settings.of(CheckName::Duplicate);
    if duplicate.on && duplicate.on_fail == Effect::Reject {
        let accepted = format!(
            "a contact that was not received in the last {} days",
            draft.vertical.duplicate_window_days
        );
        let refused = claimed
            .iter()
            .map(|field| FieldError::new(*field, Reason::Duplicate, &accepted));
        return Err(refused.collect::<Vec<_>>().into());
    }
    Ok(judge(settings, findings, now))
}

fn record(
    conn: &mut Conn,
    draft: &Draft,
    listing: &Listing,
    judged: &Judgement,
    source: &Source,
    now: Ts,
) -> Result<()> {
    let told: Vec<_> = judged
        .checks
        .iter()
        .filter(|check| matches!(check.verdict, Verdict::Warn | Verdict::Fail))
        .filter_map(|check| check.code)
        .collect();
    let action = match listing.state {
        LeadState::Quarantined => "lead.quarantined",
        LeadState::Received => "lead.received",
        _ => "lead.listed",
    };
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: source.actor,
            account_id: Some(listing.seller_id),
            action,
            subject: listing.id.to_string(),
            detail: json!({
                "vertical": draft.vertical.key,
                "via": source.via,
                "ask": listing.ask,
                "copies": listing.copies,
                "warnings": told,
                "quality": listing.quality,
                "settings": draft.checked.settings.version,
            }),
        },
    )
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
