//! The checks that a draft passed, or passed with a warning; what fails is refused before.

use serde::Serialize;
use utoipa::ToSchema;

use super::Draft;
use crate::clock::{DAY, Ts};
use crate::db::types::text_enum;
use crate::verticals::Value;

text_enum! {
    /// How a check ended.
    pub enum Verdict { Pass = "pass", Warn = "warn", Fail = "fail" }
}

text_enum! {
    /// What is checked of every lead.
    pub enum CheckName {
        Person = "person",
        Email = "email",
        Phone = "phone",
        Age = "age",
        Consent = "consent",
        Duplicate = "duplicate",
    }
}

text_enum! {
    /// Why a check warned.
    pub enum Warning {
        /// The address belongs to a function, such as info@, not to a person.
        RoleAddress = "role_address",
        /// The address is made to be thrown away.
        DisposableDomain = "disposable_domain",
        /// The number belongs to another country than the lead.
        PhoneCountryDiffers = "phone_country_differs",
        /// The vertical's consent will soon be too old.
        ConsentAges = "consent_ages",
    }
}

/// A check of a lead, with its verdict and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    pub name: CheckName,
    pub verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Warning>,
}

const ROLES: &[&str] = &[
    "abuse",
    "accounts",
    "admin",
    "billing",
    "career",
    "careers",
    "contact",
    "enquiries",
    "help",
    "hello",
    "hr",
    "info",
    "jobs",
    "mail",
    "marketing",
    "no-reply",
    "noreply",
    "office",
    "orders",
    "postmaster",
    "reception",
    "sales",
    "service",
    "support",
    "team",
    "webmaster",
];

const DISPOSABLE: &[&str] = &[
    "10minutemail.com",
    "dispostable.com",
    "getnada.com",
    "grr.la",
    "guerrillamail.com",
    "mailinator.com",
    "maildrop.cc",
    "moakt.com",
    "sharklasers.com",
    "temp-mail.org",
    "tempmail.com",
    "throwawaymail.com",
    "trashmail.com",
    "yopmail.com",
];

/// The checks of a draft; the last, for duplicates, is made by the claim on its contact.
pub(super) fn checks(draft: &Draft, now: Ts) -> Vec<Check> {
    let mut checks = vec![passed(CheckName::Person)];
    if let Some(email) = &draft.contact.email {
        checks.push(Check::new(CheckName::Email, email_warning(email)));
    }
    if draft.contact.phone.is_some() {
        checks.push(Check::new(CheckName::Phone, phone_warning(draft)));
    }
    if draft.attributes.contains_key("age") {
        checks.push(passed(CheckName::Age));
    }
    checks.push(Check::new(CheckName::Consent, consent_warning(draft, now)));
    checks.push(passed(CheckName::Duplicate));
    checks
}

impl Check {
    fn new(name: CheckName, code: Option<Warning>) -> Self {
        let verdict = if code.is_some() {
            Verdict::Warn
        } else {
            Verdict::Pass
        };
        Self {
            name,
            verdict,
            code,
        }
    }
}

fn passed(name: CheckName) -> Check {
    Check::new(name, None)
}

fn email_warning(email: &str) -> Option<Warning> {
    let (user, domain) = email.split_once('@')?;
    if DISPOSABLE.contains(&domain) {
        Some(Warning::DisposableDomain)
    } else if ROLES.contains(&user) {
        Some(Warning::RoleAddress)
    } else {
        None
    }
}

fn phone_warning(draft: &Draft) -> Option<Warning> {
    let Some(Value::Text(country)) = draft.attributes.get("country") else {
        return None;
    };
    draft
        .phone_country
        .as_ref()
        .is_some_and(|of_phone| of_phone != country)
        .then_some(Warning::PhoneCountryDiffers)
}

/// Warns when more than nine tenths of the time that a consent holds are over.
fn consent_warning(draft: &Draft, now: Ts) -> Option<Warning> {
    let age = now.micros().saturating_sub(draft.consent.given_at.micros());
    let whole = i64::from(draft.vertical.consent_max_age_days).saturating_mul(DAY);
    (age > whole / 10 * 9).then_some(Warning::ConsentAges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_nobodys() {
        assert_eq!(email_warning("info@example.lv"), Some(Warning::RoleAddress));
        assert_eq!(
            email_warning("anna@mailinator.com"),
            Some(Warning::DisposableDomain)
        );
        assert_eq!(email_warning("anna@example.lv"), None);
    }
}
