//! The checks that need nothing but the lead and the data sets.

use super::check::{CheckName, Finding, Given, Subject};
use super::lists::Lists;
use super::settings::Settings;
use super::{email, name, phone};
use crate::clock::DAY;
use crate::error::Reason;
use crate::verticals::place::fold;

/// Runs every local check that the settings have on.
pub fn local(subject: &Subject<'_>, lists: &Lists, settings: &Settings) -> Vec<Finding> {
    settings
        .checks
        .iter()
        .filter(|check| check.on)
        .filter_map(|check| one(check.name, subject, lists, settings))
        .collect()
}

/// One check; none where it needs the database or others to ask.
fn one(
    name: CheckName,
    subject: &Subject<'_>,
    lists: &Lists,
    settings: &Settings,
) -> Option<Finding> {
    Some(match name {
        CheckName::Contact => contact(subject),
        CheckName::Phone => phone::kind(subject),
        CheckName::PhoneRegion => phone::region(subject, lists),
        CheckName::EmailDisposable => email::disposable(subject, lists),
        CheckName::EmailRole => email::role(subject, lists),
        CheckName::Name => name::check(subject, lists),
        CheckName::PostalCode => postal_code(subject, lists),
        CheckName::Age => age(subject, settings),
        CheckName::Consent => consent(subject, settings),
        CheckName::Duplicate
        | CheckName::Suppression
        | CheckName::Source
        | CheckName::Standing
        | CheckName::EmailDomain
        | CheckName::PhoneCarrier
        | CheckName::EmailMailbox
        | CheckName::Confirmation => return None,
    })
}

fn contact(subject: &Subject<'_>) -> Finding {
    let fail = |field, code| Finding::fail(CheckName::Contact, field, code);
    match (subject.phone, subject.email) {
        (Given::Unreadable, _) => fail("contact.phone", Reason::PhoneInvalid),
        (_, Given::Unreadable) => fail("contact.email", Reason::EmailInvalid),
        (Given::Absent, Given::Absent) => fail("contact", Reason::NoContact),
        _ => Finding::pass(CheckName::Contact),
    }
}

fn postal_code(subject: &Subject<'_>, lists: &Lists) -> Finding {
    const FIELD: &str = "attributes.postal_code";
    let name = CheckName::PostalCode;
    let Some(given) = subject.postal_code else {
        return Finding::not_checked(name);
    };
    let Some(code) = lists.postal.code(subject.country, given) else {
        return Finding::fail(name, FIELD, Reason::PostalCodeInvalid);
    };
    let (Some(country), Some(lives)) = (subject.country, subject.region) else {
        return Finding::pass(name);
    };
    match lists.postal_regions.region_of(country, &code) {
        Some(region) if region != lives && lists.postal_regions.knows(country, lives) => {
            Finding::warn(name, FIELD, Reason::PostalCodeRegionDiffers).saying(region)
        }
        _ => Finding::pass(name),
    }
}

fn age(subject: &Subject<'_>, settings: &Settings) -> Finding {
    const FIELD: &str = "attributes.age";
    let Some(age) = subject.age else {
        return Finding::not_checked(CheckName::Age);
    };
    if age < i64::from(subject.min_age) {
        Finding::fail(CheckName::Age, FIELD, Reason::AgeUnderMinimum)
    } else if age > i64::from(settings.limits.oldest_age) {
        Finding::warn(CheckName::Age, FIELD, Reason::AgeImplausible)
    } else {
        Finding::pass(CheckName::Age)
    }
}

fn consent(subject: &Subject<'_>, settings: &Settings) -> Finding {
    let name = CheckName::Consent;
    let limits = &settings.limits;
    let Some(agreed) = &subject.consent else {
        return Finding::not_checked(name);
    };
    let chars = i32::try_from(agreed.text.chars().count()).unwrap_or(i32::MAX);
    if chars < limits.consent_min_chars {
        return Finding::fail(name, "consent.text", Reason::ConsentIncomplete)
            .saying(format!("{chars} characters"));
    }
    let channel = limits
        .consent_channels
        .iter()
        .find(|channel| !agreed.channels.contains(channel));
    if let Some(channel) = channel {
        return Finding::fail(name, "consent.channels", Reason::ConsentChannelMissing)
            .saying(channel.clone());
    }
    let named: Vec<String> = agreed.recipients.iter().map(|text| fold(text)).collect();
    let recipient = limits
        .consent_recipients
        .iter()
        .find(|wanted| !named.iter().any(|text| text.contains(&fold(wanted))));
    if let Some(recipient) = recipient {
        return Finding::fail(name, "consent.recipients", Reason::ConsentRecipientMissing)
            .saying(recipient.clone());
    }
    let age = subject
        .now
        .micros()
        .saturating_sub(agreed.given_at.micros());
    let whole = i64::from(agreed.max_age_days).saturating_mul(DAY);
    if age > whole {
        Finding::fail(name, "consent.given_at", Reason::ConsentExpired)
    } else if age > whole / 10 * 9 {
        Finding::warn(name, "consent.given_at", Reason::ConsentAges)
    } else {
        Finding::pass(name)
    }
}
