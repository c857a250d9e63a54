//! Receiving leads: claim the contact, keep it sealed, list it, offer it; one transaction, all or nothing.

mod together;

use std::sync::Arc;

use diesel::Connection as _;
use serde_json::Value;

use super::{Draft, Exchange, LeadState, Listing, SaleSummary, refused};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, ImportId, RefusedLeadId};
use crate::vault::Vault;
use crate::verification::{Check, Verifier};
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

/// How often a lead is received anew whose contact was claimed by another in the same moment.
const TRIES: usize = 3;

/// What leads are judged by: whose they are, at what time.
#[derive(Clone, Copy)]
struct Judge<'a> {
    vault: &'a Vault,
    seller: AccountId,
    now: Ts,
}

/// What takes leads in: one seller's, on one market, at one time.
#[derive(Clone, Copy)]
struct Receiver<'a> {
    judge: Judge<'a>,
    exchange: &'a dyn Exchange,
}

/// What would become of a lead that came in now.
#[derive(Debug, Clone)]
pub struct Tried {
    /// With its state, quality and score; it exists nowhere.
    pub listing: Listing,
    pub checks: Vec<Check>,
}

/// Tries leads of one seller by every check, those that ask the database among them, as if they came in together in
/// this order; nothing is written. Refused ones are answered with their fields.
pub fn try_all(
    conn: &mut Conn,
    vault: &Vault,
    seller: AccountId,
    drafts: &[&Draft],
    now: Ts,
) -> Result<Vec<Result<Tried, Vec<FieldError>>>> {
    let judge = Judge { vault, seller, now };
    together::judged(conn, &judge, drafts)
}

/// Receives a lead, or refuses it with its fields (`taken`, and what its checks reject) and leaves
/// nothing behind.
pub fn receive(
    conn: &mut Conn,
    vault: &Vault,
    exchange: &dyn Exchange,
    seller: AccountId,
    draft: &Draft,
    source: &Source,
    now: Ts,
) -> Result<Received> {
    let by = Receiver {
        judge: Judge { vault, seller, now },
        exchange,
    };
    let mut tries = 0;
    loop {
        tries += 1;
        let received = conn.transaction(|conn| together::receive(conn, &by, &[(draft, source)]));
        match received {
            // Whoever was faster is seen by the next look.
            Err(error) if error.has_code(Code::Unavailable) && tries < TRIES => {}
            received => {
                let one = received?
                    .pop()
                    .ok_or_else(|| Error::Internal(anyhow::anyhow!("a lead was lost")))?;
                return one.map_err(Into::into);
            }
        }
    }
}

/// Receives a lead, or keeps it as refused with every reason; for one document.
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
        Ok(draft) => match receive(conn, vault, exchange, seller, draft, source, now) {
            Ok(received) => return Ok(Outcome::Taken(Box::new(received))),
            Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => refusal.fields,
            Err(error) => return Err(error),
        },
    };
    refuse(conn, vault, seller, intake, errors, source, now)
}

/// Takes in many documents of one seller, each as `take_in` does, in as few statements as one; the outcomes are in
/// the order of the documents.
pub fn take_in_all(
    conn: &mut Conn,
    vault: &Vault,
    exchange: &dyn Exchange,
    seller: AccountId,
    documents: &[(&Intake, Source)],
    now: Ts,
) -> Result<Vec<Outcome>> {
    let by = Receiver {
        judge: Judge { vault, seller, now },
        exchange,
    };
    let drafts: Vec<_> = documents
        .iter()
        .filter_map(|(intake, source)| Some((intake.draft.as_ref().ok()?, source)))
        .collect();
    let received = conn.transaction(|conn| together::receive(conn, &by, &drafts));
    let mut received = match received {
        Ok(received) => received.into_iter(),
        // One of them is refused by the database itself, which does not tell which.
        Err(Error::Refused(_)) => {
            let alone = documents.iter().map(|(intake, source)| {
                take_in(conn, vault, exchange, seller, intake, source, now)
            });
            return alone.collect();
        }
        Err(error) => return Err(error),
    };
    let outcomes = documents.iter().map(|(intake, source)| {
        let errors = match &intake.draft {
            Err(errors) => errors.clone(),
            Ok(_) => match received.next() {
                Some(Ok(received)) => return Ok(Outcome::Taken(Box::new(received))),
                Some(Err(errors)) => errors,
                None => return Err(Error::Internal(anyhow::anyhow!("a lead was lost"))),
            },
        };
        refuse(conn, vault, seller, intake, errors, source, now)
    });
    outcomes.collect()
}

fn refuse(
    conn: &mut Conn,
    vault: &Vault,
    seller: AccountId,
    intake: &Intake,
    errors: Vec<FieldError>,
    source: &Source,
    now: Ts,
) -> Result<Outcome> {
    let id = refused::keep(conn, vault, seller, intake, &errors, source, now)?;
    Ok(Outcome::Refused { id, errors })
}

impl Listing {
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
