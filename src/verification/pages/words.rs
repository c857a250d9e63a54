//! Checks, effects and limits in words.

use i18n_embed_fl::fl;

use super::super::{CheckName, Effect, ListName};
use crate::text::Lang;

/// What was checked.
pub fn check_label(l: &Lang, name: CheckName) -> String {
    match name {
        CheckName::Contact => fl!(l, "check-contact"),
        CheckName::Phone => fl!(l, "check-phone"),
        CheckName::PhoneRegion => fl!(l, "check-phone-region"),
        CheckName::EmailDisposable => fl!(l, "check-email-disposable"),
        CheckName::EmailRole => fl!(l, "check-email-role"),
        CheckName::Name => fl!(l, "check-name"),
        CheckName::PostalCode => fl!(l, "check-postal-code"),
        CheckName::Age => fl!(l, "check-age"),
        CheckName::Consent => fl!(l, "check-consent"),
        CheckName::Duplicate => fl!(l, "check-duplicate"),
        CheckName::Suppression => fl!(l, "check-suppression"),
        CheckName::Source => fl!(l, "check-source"),
        CheckName::Standing => fl!(l, "check-standing"),
        CheckName::EmailDomain => fl!(l, "check-email-domain"),
        CheckName::PhoneCarrier => fl!(l, "check-phone-carrier"),
        CheckName::EmailMailbox => fl!(l, "check-email-mailbox"),
        CheckName::Confirmation => fl!(l, "check-confirmation"),
    }
}

/// What a verdict does.
pub(super) fn effect_label(l: &Lang, effect: Effect) -> String {
    match effect {
        Effect::Note => fl!(l, "effect-note"),
        Effect::Lower => fl!(l, "effect-lower"),
        Effect::Quarantine => fl!(l, "effect-quarantine"),
        Effect::Reject => fl!(l, "effect-reject"),
    }
}

/// What a limit limits.
pub(super) fn number_label(l: &Lang, key: &str) -> String {
    match key {
        "quarantine_below" => fl!(l, "limit-quarantine-below"),
        "oldest_age" => fl!(l, "limit-oldest-age"),
        "consent_min_chars" => fl!(l, "limit-consent-min-chars"),
        "address_leads" => fl!(l, "limit-address-leads"),
        "address_minutes" => fl!(l, "limit-address-minutes"),
        "device_leads" => fl!(l, "limit-device-leads"),
        "device_minutes" => fl!(l, "limit-device-minutes"),
        "copied_leads" => fl!(l, "limit-copied-leads"),
        "copied_minutes" => fl!(l, "limit-copied-minutes"),
        "standing_min" => fl!(l, "limit-standing-min"),
        "confirm_hours" => fl!(l, "limit-confirm-hours"),
        other => other.to_owned(),
    }
}

/// What a data set holds.
pub(super) fn list_label(l: &Lang, name: ListName) -> String {
    match name {
        ListName::DisposableDomains => fl!(l, "list-disposable-domains"),
        ListName::RoleNames => fl!(l, "list-role-names"),
        ListName::TestNames => fl!(l, "list-test-names"),
        ListName::PostalFormats => fl!(l, "list-postal-formats"),
        ListName::PostalRegions => fl!(l, "list-postal-regions"),
        ListName::PhoneAreas => fl!(l, "list-phone-areas"),
    }
}
