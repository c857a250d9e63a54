//! The person behind leads: shows by a code that an address is theirs, sees what is held and who has it,
//! withdraws, and is erased. Until the code is typed, nothing tells whether anything is held.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::store::subject as store;
use super::{Cause, Via, erase, revoke};
use crate::access::Actor;
use crate::audit;
use crate::clock::{DAY, HOUR, MINUTE, Ts};
use crate::db::Conn;
use crate::db::types::{from_json, text_enum};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{LeadId, RefusedLeadId, SubjectRequestId};
use crate::jobs as queue;
use crate::leads::{self, Consent, Contact, LeadState, Origin};
use crate::suppression;
use crate::vault::{Sealed, Vault, random, sha256};
use crate::verification::email;
use crate::verification::phone::{self, PhoneKind};
use crate::verticals::Attributes;

/// The job that sends a code.
pub const SUBJECT_JOB: &str = "send_subject_code";
/// How long a code may be typed.
const CODE_MINUTES: i64 = 30;
/// How long a confirmed request opens what is held.
pub const ACCESS_MINUTES: i64 = 30;
/// Codes for one contact in a day; beyond that none is sent, and the answer is the same.
const CODES_A_DAY: i64 = 5;
/// Text messages in an hour to all numbers together, since each costs the operator; likewise.
const TEXTS_AN_HOUR: i64 = 300;
/// The codes there are.
const CODES: u64 = 100_000_000;
/// Leads of one contact that are shown; more than that are nobody's.
const MAX_LEADS: usize = 1_000;

text_enum! {
    /// What a person asked with.
    pub enum AskedBy { Email = "email", Phone = "phone" }
}

/// What a person typed, normalised; or the address in its place that a code went to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub by: AskedBy,
    value: String,
}

impl Asked {
    /// An e-mail address, or a phone number with its country code.
    pub fn parse(text: &str) -> Result<Self, Vec<FieldError>> {
        if let Some(value) = email::read(text) {
            let by = AskedBy::Email;
            return Ok(Self { by, value });
        }
        if let Some(phone) = phone::read(text, None) {
            if phone.kind == PhoneKind::Premium {
                let accepted = "a number that is no premium service";
                let error = FieldError::new("contact", Reason::PhonePremium, accepted);
                return Err(vec![error]);
            }
            let (by, value) = (AskedBy::Phone, phone.e164);
            return Ok(Self { by, value });
        }
        let reason = match text.trim() {
            "" => Reason::Required,
            text if text.contains('@') => Reason::EmailInvalid,
            _ => Reason::PhoneInvalid,
        };
        let accepted = "name@example.com, or +371 20 000 000";
        Err(vec![FieldError::new("contact", reason, accepted)])
    }

    /// What was sealed: an address, or a number in E.164.
    fn sealed(value: String) -> Self {
        let by = if value.contains('@') {
            AskedBy::Email
        } else {
            AskedBy::Phone
        };
        Self { by, value }
    }

    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The address, or the number.
    fn parts(&self) -> (Option<&str>, Option<&str>) {
        match self.by {
            AskedBy::Email => (Some(&self.value), None),
            AskedBy::Phone => (None, Some(&self.value)),
        }
    }

    fn hashes(&self, vault: &Vault) -> Vec<Vec<u8>> {
        let value = match self.by {
            AskedBy::Email => email::mailbox(&self.value),
            AskedBy::Phone => self.value.clone(),
        };
        vault.blinds(self.by.as_str(), &value)
    }
}

/// What the job that sends a code carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubjectJob {
    pub request: SubjectRequestId,
}

fn place(id: SubjectRequestId) -> String {
    format!("subject_requests/{id}")
}

/// Notes that somebody asks, and queues the code.
pub fn ask(
    conn: &mut Conn,
    vault: &Vault,
    asked: &Asked,
    actor: Actor,
    now: Ts,
) -> Result<SubjectRequestId> {
    let hashes = asked.hashes(vault);
    let request = store::NewRequest {
        id: SubjectRequestId::new(now),
        asked_by: asked.by,
        hash: hashes.first().cloned().unwrap_or_default(),
        expires_at: now.plus(CODE_MINUTES * MINUTE),
    };
    let is_too_often = store::asked_since(conn, &hashes, now.minus(DAY))? >= CODES_A_DAY;
    let sealed = vault.seal(&place(request.id), asked.value.as_bytes())?;
    store::insert(conn, &request, &sealed, now)?;
    if !is_too_often {
        let job = SubjectJob {
            request: request.id,
        };
        queue::enqueue(conn, SUBJECT_JOB, &job, now, now)?;
    }
    let detail = json!({ "by": asked.by });
    record(conn, "subject.asked", request.id, detail, actor, now)?;
    Ok(request.id)
}

fn record(
    conn: &mut Conn,
    action: &'static str,
    id: SubjectRequestId,
    detail: Value,
    actor: Actor,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: None,
            action,
            subject: id.to_string(),
            detail,
        },
    )
}

/// A code, and the contact that it is sent to.
pub(super) struct Letter {
    pub to: Asked,
    pub code: String,
}

/// Makes the code of a request; `None` where there is nobody to send it to, or no time left.
///
/// Who asks by phone gets it there where text messages can be sent, and otherwise at the address that came
/// with the newest lead of that number.
pub(super) fn make_code(
    conn: &mut Conn,
    vault: &Vault,
    id: SubjectRequestId,
    has_texts: bool,
    now: Ts,
) -> Result<Option<Letter>> {
    let Some(request) = store::waiting(conn, id, now)? else {
        return Ok(None);
    };
    let typed = Asked::sealed(opened(vault, id, &request.into_sealed())?);
    let to = match typed.by {
        AskedBy::Email => Some(typed),
        AskedBy::Phone if has_texts => {
            let texts = store::texts_since(conn, now.minus(HOUR))?;
            (texts < TEXTS_AN_HOUR).then_some(typed)
        }
        AskedBy::Phone => address_with(conn, vault, typed.as_str())?.map(Asked::sealed),
    };
    let Some(to) = to else { return Ok(None) };
    let code = format!(
        "{:08}",
        u64::from_be_bytes(random::<8>()?)
            .checked_rem(CODES)
            .unwrap_or(0)
    );
    let address = vault.seal(&place(id), to.as_str().as_bytes())?;
    store::set_code(conn, id, &address, &code_hash(vault, id, &code))?;
    Ok(Some(Letter { to, code }))
}

/// Whether the code of a request goes out as a text message.
pub(super) fn goes_by_text(conn: &mut Conn, id: SubjectRequestId, now: Ts) -> Result<bool> {
    let request = store::waiting(conn, id, now)?;
    Ok(request.is_some_and(|request| request.asked_by == AskedBy::Phone))
}

fn opened(vault: &Vault, id: SubjectRequestId, sealed: &Sealed) -> Result<String> {
    let plain = vault.unseal(&place(id), sealed)?;
    Ok(String::from_utf8(plain).map_err(anyhow::Error::from)?)
}

/// The address of the newest lead with this number.
fn address_with(conn: &mut Conn, vault: &Vault, phone: &str) -> Result<Option<String>> {
    let mut found = suppression::with_contact(conn, &vault.blinds("phone", phone))?;
    found.sort_unstable();
    for id in found.into_iter().rev() {
        if let Some(email) = leads::open_contact(conn, vault, id)?.email {
            return Ok(Some(email));
        }
    }
    Ok(None)
}

fn code_hash(vault: &Vault, id: SubjectRequestId, code: &str) -> Vec<u8> {
    sha256(vault.sign_link(&format!("{id}.{code}")).as_bytes())
}

/// How a typed code was taken.
pub enum Typed {
    /// What the browser keeps, to see what is held.
    Right(String),
    Wrong,
}

/// Checks a code: a wrong one costs a try, and the fifth is the last.
pub fn confirm(
    conn: &mut Conn,
    vault: &Vault,
    id: SubjectRequestId,
    code: &str,
    actor: Actor,
    now: Ts,
) -> Result<Typed> {
    if !store::count_try(conn, id, now)? {
        return Ok(Typed::Wrong);
    }
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let token = URL_SAFE_NO_PAD.encode(random::<32>()?);
    let until = now.plus(ACCESS_MINUTES * MINUTE);
    let right = store::confirm(
        conn,
        id,
        &code_hash(vault, id, &digits),
        &sha256(token.as_bytes()),
        (now, until),
    )?;
    if !right {
        return Ok(Typed::Wrong);
    }
    record(conn, "subject.confirmed", id, json!({}), actor, now)?;
    Ok(Typed::Right(token))
}

/// A person whose address or number is confirmed.
#[derive(Debug, Clone)]
pub struct Subject {
    pub request: SubjectRequestId,
    pub contact: Asked,
}

/// Who holds a token; 401 when its time is over.
pub fn by_token(conn: &mut Conn, vault: &Vault, token: &str, now: Ts) -> Result<Subject> {
    let request = store::by_token(conn, &sha256(token.as_bytes()), now)?
        .ok_or_else(|| Error::refused(Code::Unauthenticated))?;
    let id = request.id;
    Ok(Subject {
        request: id,
        contact: Asked::sealed(opened(vault, id, &request.into_sealed())?),
    })
}

/// One lead as the person behind it is told of it.
#[derive(Debug, Clone, Serialize)]
pub struct HeldLead {
    pub id: LeadId,
    pub vertical: String,
    /// Who sent it in.
    pub received_from: String,
    pub received_at: Ts,
    pub state: LeadState,
    pub contact: Contact,
    pub attributes: Attributes,
    pub interest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<String>,
    pub origin: Origin,
    pub consent: Consent,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_revoked_at: Option<Ts>,
    /// Who bought it, and when.
    pub given_to: Vec<Recipient>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Recipient {
    pub name: String,
    pub at: Ts,
}

/// A document that was no lead, kept for its sender to mend.
#[derive(Debug, Clone, Serialize)]
pub struct HeldDocument {
    pub id: RefusedLeadId,
    pub received_from: String,
    pub received_at: Ts,
    pub document: Value,
}

/// Everything that is held under an address or a number.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    pub leads: Vec<HeldLead>,
    pub refused: Vec<HeldDocument>,
    /// Whether the contact is on the list of those who are left alone.
    pub is_suppressed: bool,
}

impl Held {
    /// What the person asked with.
    pub fn contact(&self) -> &str {
        self.email
            .as_deref()
            .or(self.phone.as_deref())
            .unwrap_or_default()
    }

    pub fn is_nothing(&self) -> bool {
        self.leads.is_empty() && self.refused.is_empty()
    }
}

/// What is held of a person; that it was seen is noted at each lead.
pub fn held(
    conn: &mut Conn,
    vault: &Vault,
    subject: &Subject,
    actor: Actor,
    now: Ts,
) -> Result<Held> {
    let hashes = subject.contact.hashes(vault);
    let mut ids = suppression::with_contact(conn, &hashes)?;
    ids.truncate(MAX_LEADS);
    let mut found = Vec::new();
    let mut wants = leads::wants(conn, vault, &ids)?;
    for row in store::leads_held(conn, &ids)? {
        let wanted = wants.take(row.id);
        found.push(HeldLead {
            contact: leads::open_contact(conn, vault, row.id)?,
            consent: leads::consent(conn, row.id)?,
            consent_revoked_at: super::revoked_at(conn, row.id)?,
            given_to: store::recipients(conn, row.id)?
                .into_iter()
                .map(|(name, at)| Recipient { name, at })
                .collect(),
            id: row.id,
            vertical: row.vertical,
            received_from: row.seller,
            received_at: row.received_at,
            state: row.state,
            attributes: from_json(&row.attributes)?,
            interest: wanted.interest,
            timeline: wanted.timeline,
            origin: from_json(&row.origin)?,
        });
    }
    let mut refused = Vec::new();
    for (id, received_from, received_at) in store::refused_held(conn, &hashes)? {
        refused.push(HeldDocument {
            id,
            received_from,
            received_at,
            document: leads::refused::document_of(conn, vault, id)?,
        });
    }
    let detail = json!({ "leads": ids.len(), "refused": refused.len() });
    record(conn, "subject.viewed", subject.request, detail, actor, now)?;
    let (email, phone) = subject.contact.parts();
    Ok(Held {
        email: email.map(str::to_owned),
        phone: phone.map(str::to_owned),
        leads: found,
        refused,
        is_suppressed: suppression::is_listed(conn, &hashes)?,
    })
}

text_enum! {
    /// What a person wants done.
    pub enum Wish {
        /// Nobody gets the contact any more, and who has it stops.
        Withdraw = "withdraw",
        /// That, and nothing of it is kept.
        Erase = "erase",
    }
}

/// Does what a person wants with everything held under its contact, in one transaction; says of how many leads.
pub fn act(
    conn: &mut Conn,
    vault: &Vault,
    subject: &Subject,
    wish: Wish,
    actor: Actor,
    now: Ts,
) -> Result<usize> {
    let hashes = subject.contact.hashes(vault);
    let mut ids = suppression::with_contact(conn, &hashes)?;
    // One order for all, so that two such wishes never wait for each other.
    ids.sort_unstable();
    suppression::add_contact(conn, vault, subject.contact.parts(), now)?;
    for id in &ids {
        revoke(conn, *id, Via::Page, actor, now)?;
        if wish == Wish::Erase {
            erase(conn, *id, Cause::Person, actor, now)?;
        }
    }
    if wish == Wish::Erase {
        for (id, ..) in store::refused_held(conn, &hashes)? {
            super::erase::erase_refused(conn, id, Cause::Person, actor, now)?;
        }
        store::forget(conn, subject.request, &hashes)?;
    }
    let action = match wish {
        Wish::Withdraw => "subject.withdrew",
        Wish::Erase => "subject.erased",
    };
    let detail = json!({ "leads": ids.len() });
    record(conn, action, subject.request, detail, actor, now)?;
    Ok(ids.len())
}

/// Forgets requests a day after their end.
pub fn sweep(conn: &mut Conn, now: Ts) -> Result<usize> {
    store::sweep(conn, now.minus(DAY))
}
