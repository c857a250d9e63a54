//! What is checked of a lead, how a check ends, and what it was given to look at.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::phone::Phone;
use crate::clock::Ts;
use crate::db::types::text_enum;
use crate::error::Reason;

text_enum! {
    /// How a check ended.
    pub enum Verdict {
        Pass = "pass",
        Warn = "warn",
        Fail = "fail",
        /// There was nothing to check, or nobody to ask.
        NotChecked = "not_checked",
    }
}

text_enum! {
    /// What is checked of every lead, in the order of a new vertical.
    pub enum CheckName {
        /// A phone number or an e-mail address that can exist.
        Contact = "contact",
        /// What kind of number it is.
        Phone = "phone",
        /// Whether the number belongs where the lead lives.
        PhoneRegion = "phone_region",
        EmailDisposable = "email_disposable",
        EmailRole = "email_role",
        /// Whether somebody can bear the name.
        Name = "name",
        PostalCode = "postal_code",
        Age = "age",
        Consent = "consent",
        /// Whether the contact was received before, by any seller.
        Duplicate = "duplicate",
        /// Whether somebody asked not to be contacted.
        Suppression = "suppression",
        /// How fast leads come from one address or device, and whether consents were copied.
        Source = "source",
        Standing = "standing",
        /// Whether the domain of the address exists and takes mail.
        EmailDomain = "email_domain",
        /// What the carrier says of the number.
        PhoneCarrier = "phone_carrier",
        /// What the mail server says of the mailbox.
        EmailMailbox = "email_mailbox",
        /// Whether the person confirmed the contact by a code.
        Confirmation = "confirmation",
    }
}

text_enum! {
    /// What a verdict does to the lead.
    pub enum Effect {
        /// It is noted, and no more.
        Note = "note",
        /// It costs points of quality.
        Lower = "lower",
        /// An auditor looks at the lead before it is offered.
        Quarantine = "quarantine",
        /// The lead is refused.
        Reject = "reject",
    }
}

/// How one check ended, before the vertical's settings say what that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub name: CheckName,
    pub verdict: Verdict,
    pub code: Option<Reason>,
    /// The field that is at fault, as it was sent.
    pub field: &'static str,
    /// A few words without personal data: a kind of number, a count and its limit.
    pub detail: Option<String>,
}

impl Finding {
    pub const fn new(name: CheckName, verdict: Verdict, field: &'static str) -> Self {
        Self {
            name,
            verdict,
            code: None,
            field,
            detail: None,
        }
    }

    pub const fn pass(name: CheckName) -> Self {
        Self::new(name, Verdict::Pass, "")
    }

    pub const fn not_checked(name: CheckName) -> Self {
        Self::new(name, Verdict::NotChecked, "")
    }

    pub const fn warn(name: CheckName, field: &'static str, code: Reason) -> Self {
        let mut finding = Self::new(name, Verdict::Warn, field);
        finding.code = Some(code);
        finding
    }

    pub const fn fail(name: CheckName, field: &'static str, code: Reason) -> Self {
        let mut finding = Self::new(name, Verdict::Fail, field);
        finding.code = Some(code);
        finding
    }

    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// A check of a lead as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LeadCheck)]
pub struct Check {
    pub name: CheckName,
    pub verdict: Verdict,
    /// Why it did not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "phone_premium")]
    pub code: Option<Reason>,
    /// A few words without personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "mobile")]
    pub detail: Option<String>,
    /// What it did to the lead.
    pub effect: Effect,
    /// The points of quality that it cost.
    pub points: i32,
    pub at: Ts,
}

/// A part of a contact: not given, given but not readable, or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given<T> {
    Absent,
    Unreadable,
    Read(T),
}

impl<T> Given<T> {
    pub fn read(self) -> Option<T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Unreadable => None,
        }
    }

    pub fn of(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Read)
    }
}

/// What the local checks look at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub first_name: Option<&'a str>,
    pub last_name: Option<&'a str>,
    pub company: Option<&'a str>,
    /// Lower case.
    pub email: Given<&'a str>,
    pub phone: Given<&'a Phone>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// ISO 3166-2.
    pub region: Option<&'a str>,
    pub postal_code: Option<&'a str>,
    pub age: Option<i64>,
    pub min_age: i32,
    pub consent: Option<Agreed<'a>>,
    pub now: Ts,
}

/// What the person agreed to, as the checks see it.
#[derive(Debug, Clone, Copy)]
pub struct Agreed<'a> {
    pub text: &'a str,
    pub given_at: Ts,
    pub channels: &'a [String],
    pub recipients: &'a [String],
    pub max_age_days: i32,
}

/// What a vertical does about one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckSetting {
    pub name: CheckName,
    pub on: bool,
    pub on_fail: Effect,
    pub on_warn: Effect,
    /// What a warning costs; a failure that does not reject costs twice as much.
    pub points: i32,
}
