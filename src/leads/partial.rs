//! A lead as it is announced before its contact is sent: read like a lead, as far as it is known.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::attributes::{self, Extent};
use super::document::{Object, Reader, Spelling};
use super::draft::{MAX_CONSENT, MAX_INTEREST, MAX_TIMELINE, check_consent_age, read_origin};
use super::offer::{MONEY_EXAMPLE, Terms, read_money, read_terms};
use super::qualify::{read_bant, read_signals};
use super::told::{Parts, Told};
use super::{CONSENT_CHANNELS, LeadState, Listing, MaskedContact, Origin};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, FieldError, Reason, Result};
use crate::id::{AccountId, LeadId};
use crate::money::Money;
use crate::scoring::{self, Bant, Facts, Signals};
use crate::vault::{Vault, unhex};
use crate::verification::{
    CheckName, Finding, Given, Ruling, Settings, Subject, Verifier, email, judge,
};
use crate::verticals::{self, Attributes, Value as Fact, Vertical};

const ROOT_KEYS: &[&str] = &[
    "vertical",
    "has",
    "contact_hashes",
    "keep",
    "attributes",
    "interest",
    "timeline",
    "consent",
    "origin",
    "ask",
    "accepts",
    "least",
    "signals",
    "bant",
    "copies",
    "external_id",
];
const DIGEST_BYTES: usize = 32;

/// An announced lead that can be offered.
#[derive(Debug, Clone)]
pub struct Partial {
    pub vertical: Arc<Vertical>,
    /// Whether the lead stays on the market when nobody buys it at once.
    pub keep: bool,
    pub external_id: Option<String>,
    /// SHA-256 of the mailbox, and of the number in E.164.
    pub email_digest: Option<Vec<u8>>,
    pub phone_digest: Option<Vec<u8>>,
    /// What the document says, to be compared with the lead's.
    pub told: Told,
    /// How the vertical is checked.
    pub settings: Arc<Settings>,
    findings: Vec<Finding>,
    attributes: Attributes,
    consent_given_at: Ts,
    recipients: Vec<String>,
    origin: Origin,
    ask: Money,
    terms: Terms,
    signals: Signals,
    bant: Bant,
    has_email: bool,
    has_phone: bool,
}

/// Which parts of a contact there are.
#[derive(Debug, Default)]
struct Has {
    email: bool,
    phone: bool,
    email_digest: Option<Vec<u8>>,
    phone_digest: Option<Vec<u8>>,
}

impl Partial {
    /// Reads a document in the shape of `POST /pings`, or tells every field that is wrong.
    pub fn read(
        verticals: &[Arc<Vertical>],
        document: &Value,
        verifier: &Verifier,
        now: Ts,
    ) -> Result<Self> {
        let Value::Object(map) = document else {
            return Err(FieldError::new("", Reason::WrongType, "an object").into());
        };
        let key = map.get("vertical").and_then(Value::as_str);
        let key = key.unwrap_or_default();
        let Some(vertical) = verticals.iter().find(|vertical| vertical.key == key) else {
            return Err(verticals::unknown(
                verticals.iter().map(|one| one.key.as_str()),
            ));
        };
        Self::parse(vertical, map, verifier, now)?.map_err(Error::from)
    }

    fn parse(
        vertical: &Arc<Vertical>,
        map: &Map<String, Value>,
        verifier: &Verifier,
        now: Ts,
    ) -> Result<Result<Self, Vec<FieldError>>> {
        let root = Object::root(map);
        let mut reader = Reader::new(Spelling::Typed);
        reader.only(&root, ROOT_KEYS);
        let extent = (Extent::Announced, &verifier.lists().postal);
        let attributes = attributes::read(&mut reader, &root, vertical, extent, now).open;
        let has = read_has(&mut reader, &root);
        let interest = reader.text(&root, "interest", MAX_INTEREST);
        let timeline = reader.text(&root, "timeline", MAX_TIMELINE);
        let (consent, consent_text) = read_consent(&mut reader, &root, vertical, now);
        let origin = read_origin(&mut reader, &root);
        let ask = read_money(&mut reader, &root, "ask");
        if ask.is_none() && root.get("ask").is_none() {
            reader.refuse("ask".to_owned(), Reason::Required, MONEY_EXAMPLE);
        }
        let terms = read_terms(&mut reader, &root, vertical, ask);
        let signals = read_signals(&mut reader, &root);
        let bant = read_bant(&mut reader, &root);
        let keep = reader.boolean(&root, "keep").unwrap_or(false);
        let (Some(consent), Some(ask)) = (consent, ask) else {
            return Ok(Err(reader.errors));
        };
        if !reader.errors.is_empty() {
            return Ok(Err(reader.errors));
        }
        let parts = Parts {
            attributes: &attributes,
            interest: interest.as_deref(),
            timeline: timeline.as_deref(),
            consent: consent.told(),
            consent_text: consent_text.as_deref(),
            origin: &origin,
            ask,
            accepts: &terms.accepts,
            least: &terms.least,
            signals: &signals,
            bant: &bant,
            copies: terms.copies,
            external_id: terms.external_id.as_deref(),
        };
        let mut told = parts.told()?;
        // What was left out is not announced, whatever its default.
        told.retain(|path, _| path.starts_with("attributes.") || is_present(map, path));
        for (path, is_there) in [("has.email", has.email), ("has.phone", has.phone)] {
            if is_there {
                told.insert(path.to_owned(), json!(true));
            }
        }
        let (settings, findings) = looked_at(verifier, vertical, &attributes, now);
        Ok(Ok(Self {
            vertical: Arc::clone(vertical),
            keep,
            external_id: terms.external_id.clone(),
            told,
            settings,
            findings,
            attributes,
            consent_given_at: consent.given_at,
            recipients: consent.recipients,
            origin,
            ask,
            terms,
            signals,
            bant,
            has_email: has.email,
            has_phone: has.phone,
            email_digest: has.email_digest,
            phone_digest: has.phone_digest,
        }))
    }

    /// The lead as the market would see it, scored and judged by what is known.
    pub fn listing(&self, conn: &mut Conn, seller: AccountId, now: Ts) -> Result<Listing> {
        let facts = Facts {
            attributes: &self.attributes,
            channel: self.origin.channel.map(super::Channel::as_str),
            has_phone: self.has_phone,
            has_email: self.has_email,
            has_company: false,
            bant: self.bant,
            received_at: now,
        };
        let scored = scoring::outlook(conn, self.vertical.id, &facts, &self.signals, now)?;
        let judged = judge(&self.settings, &self.findings, now);
        if judged.ruling == Ruling::Reject {
            return Err(judged.refusals.into());
        }
        let there = |is_there: bool| is_there.then(String::new);
        Ok(Listing {
            id: LeadId::new(now),
            vertical_id: self.vertical.id,
            seller_id: seller,
            state: LeadState::Listed,
            attributes: self.attributes.clone(),
            channel: self.origin.channel,
            masked: MaskedContact {
                name: String::new(),
                email: there(self.has_email),
                phone: there(self.has_phone),
            },
            ask: self.ask,
            accepts: self.terms.accepts.clone(),
            least: self.terms.least.clone(),
            score: scored.score,
            stage: scored.stage,
            quality: judged.quality,
            copies: self.terms.copies,
            copies_sold: 0,
            consent_given_at: self.consent_given_at,
            recipients: self.recipients.clone(),
            received_at: now,
            expires_at: now.plus_days(self.terms.days),
        })
    }

    /// The keyed hashes to keep of the contact: of its mailbox, and of its number.
    pub fn hashes(&self, vault: &Vault) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let hash = |kind, digest: &Option<Vec<u8>>| {
            digest
                .as_deref()
                .map(|digest| vault.blind_digest(kind, digest))
        };
        (
            hash("email", &self.email_digest),
            hash("phone", &self.phone_digest),
        )
    }
}

impl super::Draft {
    /// Whether the contact is the one whose keyed hashes were announced; names what is not.
    pub fn unlike(
        &self,
        vault: &Vault,
        email_hash: Option<&[u8]>,
        phone_hash: Option<&[u8]>,
    ) -> Vec<FieldError> {
        let known = |kind: &str, values: &[String], hash: &[u8]| {
            values
                .iter()
                .any(|value| vault.blinds(kind, value).iter().any(|known| known == hash))
        };
        // Either spelling may have been hashed: the address as it is, or without its tag and dots.
        let address = self.contact.email.clone();
        let emails: Vec<String> = address
            .iter()
            .flat_map(|email| [email.clone(), email::mailbox(email)])
            .collect();
        let phones: Vec<String> = self.contact.phone.clone().into_iter().collect();
        let mut errors = Vec::new();
        for (kind, values, hash) in [("email", emails, email_hash), ("phone", phones, phone_hash)] {
            if hash.is_some_and(|hash| !known(kind, &values, hash)) {
                errors.push(FieldError::new(
                    format!("contact.{kind}"),
                    Reason::ChangedSincePing,
                    format!("the one of contact_hashes.{kind}_sha256"),
                ));
            }
        }
        errors
    }
}

/// What the checks say that look neither at the contact nor at the words of the consent.
fn looked_at(
    verifier: &Verifier,
    vertical: &Vertical,
    attributes: &Attributes,
    now: Ts,
) -> (Arc<Settings>, Vec<Finding>) {
    let text = |key: &str| match attributes.get(key) {
        Some(Fact::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let subject = Subject {
        first_name: None,
        last_name: None,
        company: None,
        email: Given::Absent,
        phone: Given::Absent,
        country: text("country"),
        region: text("region"),
        postal_code: text("postal_code"),
        age: match attributes.get("age") {
            Some(Fact::Int(age)) => Some(*age),
            _ => None,
        },
        min_age: vertical.min_age,
        consent: None,
        now,
    };
    let mut checked = verifier.check(vertical.id, &subject);
    checked
        .findings
        .retain(|found| matches!(found.name, CheckName::PostalCode | CheckName::Age));
    (checked.settings, checked.findings)
}

/// Whether the document itself says something at a path.
fn is_present(map: &Map<String, Value>, path: &str) -> bool {
    let value = match path.split_once('.') {
        Some((outer, key)) => map.get(outer).and_then(|outer| outer.get(key)),
        None => map.get(path),
    };
    value.is_some_and(|value| !value.is_null())
}

fn read_has(reader: &mut Reader, root: &Object<'_>) -> Has {
    let object = reader.object(root, "has");
    reader.only(&object, &["email", "phone"]);
    let has = ["email", "phone"].map(|key| reader.boolean(&object, key));
    let hashes = reader.object(root, "contact_hashes");
    let keys = ["email_sha256", "phone_sha256"];
    reader.only(&hashes, &keys);
    let [email_digest, phone_digest] = keys.map(|key| read_digest(reader, &hashes, key));
    let [email, phone] = has;
    let has = Has {
        email: email.unwrap_or(email_digest.is_some()),
        phone: phone.unwrap_or(phone_digest.is_some()),
        email_digest,
        phone_digest,
    };
    if !has.email && !has.phone {
        let accepted = "has.email or has.phone: true";
        reader.refuse("has".to_owned(), Reason::NoContact, accepted);
    }
    has
}

fn read_digest(reader: &mut Reader, object: &Object<'_>, key: &str) -> Option<Vec<u8>> {
    let text = reader.text(object, key, 200)?;
    let digest = unhex(&text.to_lowercase()).filter(|bytes| bytes.len() == DIGEST_BYTES);
    if digest.is_none() {
        let accepted = "64 hexadecimal digits: the SHA-256 of the normalised value";
        reader.refuse(object.path(key), Reason::WrongType, accepted);
    }
    digest
}

/// The part of a consent that is known before the contact.
struct Known {
    given_at: Ts,
    version: Option<String>,
    page_url: Option<String>,
    channels: Vec<String>,
    recipients: Vec<String>,
    certificate_url: Option<String>,
}

impl Known {
    /// As a whole consent tells it.
    fn told(&self) -> Value {
        json!({
            "given_at": self.given_at,
            "version": self.version,
            "page_url": self.page_url,
            "channels": self.channels,
            "recipients": self.recipients,
            "certificate_url": self.certificate_url,
        })
    }
}

fn read_consent(
    reader: &mut Reader,
    root: &Object<'_>,
    vertical: &Vertical,
    now: Ts,
) -> (Option<Known>, Option<String>) {
    let object = reader.object(root, "consent");
    reader.only(
        &object,
        &[
            "text",
            "version",
            "given_at",
            "page_url",
            "channels",
            "recipients",
            "certificate_url",
        ],
    );
    let given_at = reader.time(&object, "given_at");
    match given_at {
        Some(at) => check_consent_age(reader, &object, at, vertical, now),
        None if object.get("given_at").is_none() => {
            let accepted = "2026-11-20T09:30:00Z";
            reader.refuse(object.path("given_at"), Reason::Required, accepted);
        }
        None => {}
    }
    let text = reader.lines(&object, "text", MAX_CONSENT);
    let version = reader.text(&object, "version", 100);
    let page = reader.url(&object, "page_url").map(|mut page| {
        page.set_query(None);
        page.set_fragment(None);
        page.to_string()
    });
    let channels = reader.choices(&object, "channels", CONSENT_CHANNELS);
    let recipients = reader.texts(&object, "recipients", 50, 200);
    let certificate = reader.url(&object, "certificate_url");
    let known = given_at.map(|given_at| Known {
        given_at,
        version,
        page_url: page,
        channels,
        recipients,
        certificate_url: certificate.map(|url| url.to_string()),
    });
    (known, text)
}
