//! A lead as it was sent, read into its types once; every reason why it is not one is found at once.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::attributes::{self, Extent};
use super::document::{Object, Reader, Spelling};
use super::normalise;
use super::offer::{Least, MONEY_EXAMPLE, read_money, read_terms};
use super::qualify::{read_bant, read_signals};
use super::subject::subject;
use super::{Channel, Contact, Wanted};
use crate::clock::Ts;
use crate::error::{FieldError, Reason};
use crate::money::Money;
use crate::scoring::{Bant, Signals};
use crate::verification::{Checked, Phone, Verifier, email, phone};
use crate::verticals::{Attributes, Model, Vertical};

/// The longest name, company or job title.
const MAX_NAME: usize = 100;
pub(super) const MAX_INTEREST: usize = 500;
pub(super) const MAX_TIMELINE: usize = 200;
pub(super) const MAX_CONSENT: usize = 10_000;
const MAX_TYPED: usize = 5_000;
const MAX_TOUCHES: usize = 50;
/// How far the clock of a seller may run ahead of ours.
const CLOCK_SKEW: i64 = 5 * crate::clock::MINUTE;
/// Ways to reach a person that a consent may name.
pub const CONSENT_CHANNELS: &[&str] = &["email", "phone", "sms", "messenger", "post"];

const ROOT_KEYS: &[&str] = &[
    "vertical",
    "contact",
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
    "expires_in_days",
];

/// A lead that is one: nothing of it needs mending.
#[derive(Debug, Clone)]
pub struct Draft {
    pub vertical: Arc<Vertical>,
    pub contact: Contact,
    pub attributes: Attributes,
    pub wanted: Wanted,
    pub consent: Consent,
    pub origin: Origin,
    pub ask: Money,
    pub accepts: Vec<Model>,
    pub least: Least,
    pub signals: Signals,
    pub bant: Bant,
    pub copies: i32,
    pub external_id: Option<String>,
    pub expires_at: Ts,
    /// What the checks that need no database said.
    pub checked: Checked,
}

/// What the person agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consent {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    pub given_at: Ts,
    /// Without query and fragment, which often carry personal data.
    pub page_url: String,
    pub channels: Vec<String>,
    pub recipients: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_url: Option<String>,
}

/// How the person came to the seller.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What the lead cost its seller.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::money::MoneyJson>)]
    pub cost: Option<Money>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<Touch>,
}

/// One contact of the person with the seller's marketing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Touch {
    pub at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Draft {
    /// Reads a document in the shape of `POST /leads`.
    pub fn parse(
        vertical: &Arc<Vertical>,
        document: &Value,
        spelling: Spelling,
        verifier: &Verifier,
        now: Ts,
    ) -> Result<Self, Vec<FieldError>> {
        let Value::Object(map) = document else {
            return Err(vec![FieldError::new("", Reason::WrongType, "an object")]);
        };
        let root = Object::root(map);
        let mut reader = Reader::new(spelling);
        reader.only(&root, ROOT_KEYS);
        let extent = (Extent::Whole, &verifier.lists().postal);
        let attributes = attributes::read(&mut reader, &root, vertical, extent, now);
        let (contact, phone) = read_contact(&mut reader, &root, attributes.country());
        let interest = reader.text(&root, "interest", MAX_INTEREST);
        if interest.is_none() && root.get("interest").is_none() {
            reader.refuse(
                "interest".to_owned(),
                Reason::NoInterest,
                "what the person asked for, in a few words",
            );
        }
        let timeline = reader.text(&root, "timeline", MAX_TIMELINE);
        let consent = read_consent(&mut reader, &root, vertical, now);
        let origin = read_origin(&mut reader, &root);
        let ask = read_money(&mut reader, &root, "ask");
        if ask.is_none() && root.get("ask").is_none() {
            reader.refuse("ask".to_owned(), Reason::Required, MONEY_EXAMPLE);
        }
        for (field, text) in [
            ("interest", &interest),
            ("timeline", &timeline),
            ("origin.campaign", &origin.campaign),
            ("origin.source", &origin.source),
        ] {
            if text.as_ref().is_some_and(|text| contact.is_told_by(text)) {
                let accepted = "words without the person's name, address or number";
                reader.refuse(field.to_owned(), Reason::ContactInText, accepted);
            }
        }
        let terms = read_terms(&mut reader, &root, vertical, ask);
        let signals = read_signals(&mut reader, &root);
        let bant = read_bant(&mut reader, &root);
        match (interest, consent, ask) {
            (
                Some(interest),
                Some(ConsentRead {
                    consent,
                    ip,
                    user_agent,
                    typed,
                }),
                Some(ask),
            ) if reader.errors.is_empty() => {
                let contact = Contact {
                    personal: attributes.personal,
                    consent_ip: ip,
                    consent_user_agent: user_agent,
                    consent_typed: typed,
                    ..contact
                };
                let subject = subject(
                    vertical,
                    &contact,
                    phone.as_ref(),
                    &attributes.open,
                    &consent,
                    now,
                );
                let checked = verifier.check(vertical.id, &subject);
                Ok(Self {
                    vertical: Arc::clone(vertical),
                    contact,
                    checked,
                    attributes: attributes.open,
                    wanted: Wanted { interest, timeline },
                    consent,
                    origin,
                    ask,
                    accepts: terms.accepts,
                    least: terms.least,
                    signals,
                    bant,
                    copies: terms.copies,
                    external_id: terms.external_id,
                    expires_at: now.plus_days(terms.days),
                })
            }
            _ => Err(reader.errors),
        }
    }
}

fn read_contact(
    reader: &mut Reader,
    root: &Object<'_>,
    country: Option<&str>,
) -> (Contact, Option<Phone>) {
    let object = reader.object(root, "contact");
    reader.only(
        &object,
        &[
            "first_name",
            "last_name",
            "email",
            "phone",
            "company",
            "job_title",
        ],
    );
    let mut contact = Contact {
        first_name: reader.text(&object, "first_name", MAX_NAME),
        last_name: reader.text(&object, "last_name", MAX_NAME),
        company: reader.text(&object, "company", 2 * MAX_NAME),
        job_title: reader.text(&object, "job_title", MAX_NAME),
        ..Contact::default()
    };
    if !is_person(&contact)
        && reader
            .errors
            .iter()
            .all(|error| !error.field.ends_with("_name"))
    {
        reader.refuse(
            "contact".to_owned(),
            Reason::NotAPerson,
            "first_name and last_name of the person who asked",
        );
    }
    contact.email = reader.text(&object, "email", 1_000).and_then(|text| {
        let email = email::read(&text);
        if email.is_none() {
            reader.refuse(
                object.path("email"),
                Reason::EmailInvalid,
                "name@example.com",
            );
        }
        email
    });
    let phone = reader.text(&object, "phone", 1_000).and_then(|text| {
        let phone = phone::read(&text, country);
        if phone.is_none() {
            reader.refuse(
                object.path("phone"),
                Reason::PhoneInvalid,
                "+371 20 000 000, or a national number with attributes.country",
            );
        }
        phone
    });
    if object.get("email").is_none() && object.get("phone").is_none() {
        reader.refuse("contact".to_owned(), Reason::NoContact, "phone or email");
    }
    contact.phone = phone.as_ref().map(|phone| phone.e164.clone());
    (contact, phone)
}

/// A company, or its switchboard, is not a person.
fn is_person(contact: &Contact) -> bool {
    let full = contact.full_name();
    let is_company = contact
        .company
        .as_ref()
        .is_some_and(|company| company.to_lowercase() == full.to_lowercase());
    !is_company
        && normalise::names_somebody(&full)
        && [&contact.first_name, &contact.last_name]
            .into_iter()
            .flatten()
            .all(|name| name.chars().any(char::is_alphabetic))
}

/// A consent, and the part of its proof that is sealed with the contact.
struct ConsentRead {
    consent: Consent,
    ip: Option<String>,
    user_agent: Option<String>,
    typed: Option<String>,
}

fn read_consent(
    reader: &mut Reader,
    root: &Object<'_>,
    vertical: &Vertical,
    now: Ts,
) -> Option<ConsentRead> {
    let object = reader.object(root, "consent");
    if object.is_empty() {
        if !matches!(root.get("consent"), Some(value) if !value.is_object()) {
            reader.refuse(
                "consent".to_owned(),
                Reason::ConsentMissing,
                "text, given_at and page_url of the consent",
            );
        }
        return None;
    }
    reader.only(
        &object,
        &[
            "text",
            "version",
            "given_at",
            "page_url",
            "ip",
            "user_agent",
            "typed",
            "channels",
            "recipients",
            "certificate_url",
        ],
    );
    let text = reader.lines(&object, "text", MAX_CONSENT);
    let given_at = reader.time(&object, "given_at");
    let page = reader.url(&object, "page_url");
    for (key, accepted) in [
        ("text", "the words that the person agreed to"),
        ("given_at", "2026-11-20T09:30:00Z"),
        ("page_url", "https://example.com/page"),
    ] {
        if object.get(key).is_none() {
            reader.refuse(object.path(key), Reason::Required, accepted);
        }
    }
    if let Some(at) = given_at {
        check_consent_age(reader, &object, at, vertical, now);
    }
    let ip = reader.text(&object, "ip", 64).and_then(|text| {
        let ip: Option<IpAddr> = text.parse().ok();
        if ip.is_none() {
            reader.refuse(
                object.path("ip"),
                Reason::WrongType,
                "203.0.113.7 or 2001:db8::7",
            );
        }
        ip.map(|ip| ip.to_string())
    });
    let user_agent = reader.text(&object, "user_agent", 500);
    let typed = reader.lines(&object, "typed", MAX_TYPED);
    let version = reader.text(&object, "version", 100);
    let channels = reader.choices(&object, "channels", CONSENT_CHANNELS);
    let recipients = reader.texts(&object, "recipients", 50, 200);
    let certificate = reader.url(&object, "certificate_url");
    let mut page = page?;
    page.set_query(None);
    page.set_fragment(None);
    let consent = Consent {
        text: text?,
        version,
        given_at: given_at?,
        page_url: page.to_string(),
        channels,
        recipients,
        certificate_url: certificate.map(|url| url.to_string()),
    };
    Some(ConsentRead {
        consent,
        ip,
        user_agent,
        typed,
    })
}

pub(super) fn check_consent_age(
    reader: &mut Reader,
    object: &Object<'_>,
    at: Ts,
    vertical: &Vertical,
    now: Ts,
) {
    let oldest = now.minus_days(vertical.consent_max_age_days);
    if at > now.plus(CLOCK_SKEW) {
        let accepted = format!("a time up to {now}");
        reader.refuse(object.path("given_at"), Reason::TimeInFuture, accepted);
    } else if at < oldest {
        let accepted = format!("not before {oldest}");
        reader.refuse(object.path("given_at"), Reason::ConsentExpired, accepted);
    }
}

pub(super) fn read_origin(reader: &mut Reader, root: &Object<'_>) -> Origin {
    let object = reader.object(root, "origin");
    reader.only(
        &object,
        &["channel", "campaign", "source", "cost", "touches"],
    );
    let channels: Vec<&str> = Channel::ALL
        .iter()
        .map(|channel| channel.as_str())
        .collect();
    Origin {
        channel: reader
            .choice(&object, "channel", &channels)
            .and_then(|text| text.parse().ok()),
        campaign: reader.text(&object, "campaign", 200),
        source: reader.text(&object, "source", 200),
        cost: read_money(reader, &object, "cost"),
        touches: read_touches(reader, &object),
    }
}

fn read_touches(reader: &mut Reader, object: &Object<'_>) -> Vec<Touch> {
    let items = match object.get("touches") {
        None => return Vec::new(),
        Some(Value::Array(items)) if items.len() <= MAX_TOUCHES => items,
        Some(Value::Array(_)) => {
            let accepted = format!("<= {MAX_TOUCHES}");
            reader.refuse(object.path("touches"), Reason::TooMany, accepted);
            return Vec::new();
        }
        Some(_) => {
            let accepted = "a list of objects with at, channel, campaign, source";
            reader.refuse(object.path("touches"), Reason::WrongType, accepted);
            return Vec::new();
        }
    };
    let mut touches = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = format!("{}[{index}]", object.path("touches"));
        let Value::Object(map) = item else {
            reader.refuse(path, Reason::WrongType, "an object");
            continue;
        };
        let touch = Object::at(path, map);
        reader.only(&touch, &["at", "channel", "campaign", "source"]);
        if touch.get("at").is_none() {
            reader.refuse(touch.path("at"), Reason::Required, "2026-11-20T09:30:00Z");
        }
        let read = (
            reader.time(&touch, "at"),
            reader.text(&touch, "channel", 100),
            reader.text(&touch, "campaign", 200),
            reader.text(&touch, "source", 200),
        );
        if let (Some(at), channel, campaign, source) = read {
            touches.push(Touch {
                at,
                channel,
                campaign,
                source,
            });
        }
    }
    touches
}
