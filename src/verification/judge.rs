//! What all findings together do to a lead, by the settings of its vertical.

use super::check::{Check, CheckName, Effect, Finding, Verdict};
use super::settings::{Confirmation, Settings};
use crate::clock::Ts;
use crate::db::types::text_enum;
use crate::error::{FieldError, Reason};

text_enum! {
    /// What becomes of a lead.
    pub enum Ruling {
        List = "list",
        /// It waits for the person to confirm the contact.
        Wait = "wait",
        Quarantine = "quarantine",
        Reject = "reject",
    }
}

/// The judgement on a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// In the order of the settings.
    pub checks: Vec<Check>,
    /// 0 to 100: 100 less the points that the checks cost.
    pub quality: i32,
    pub ruling: Ruling,
    /// Why it is refused; empty otherwise.
    pub refusals: Vec<FieldError>,
}

/// Judges a lead: the strongest effect rules, and the points of all add up.
pub fn judge(settings: &Settings, findings: &[Finding], at: Ts) -> Judgement {
    let mut judged = Judgement {
        checks: Vec::with_capacity(settings.checks.len()),
        quality: 100,
        ruling: Ruling::List,
        refusals: Vec::new(),
    };
    let mut strongest = Effect::Note;
    for setting in settings.checks.iter().filter(|setting| setting.on) {
        let found = findings.iter().find(|found| found.name == setting.name);
        let unseen = Finding::not_checked(setting.name);
        let found = found.unwrap_or(&unseen);
        let (effect, times) = match found.verdict {
            Verdict::Pass | Verdict::NotChecked => (Effect::Note, 0),
            Verdict::Warn => (setting.on_warn, 1),
            Verdict::Fail => (setting.on_fail, 2),
        };
        let points = if effect == Effect::Note {
            0
        } else {
            setting.points * times
        };
        strongest = strongest.max(effect);
        judged.quality = (judged.quality - points).max(0);
        if let (Effect::Reject, Some(code)) = (effect, found.code) {
            judged
                .refusals
                .push(FieldError::new(found.field, code, accepted(code)));
        }
        judged.checks.push(Check {
            name: setting.name,
            verdict: found.verdict,
            code: found.code,
            detail: found.detail.clone(),
            effect,
            points,
            at,
        });
    }
    judged.ruling = match strongest {
        Effect::Reject => Ruling::Reject,
        Effect::Quarantine => Ruling::Quarantine,
        Effect::Note | Effect::Lower if judged.quality < settings.limits.quarantine_below => {
            Ruling::Quarantine
        }
        Effect::Note | Effect::Lower if awaits_confirmation(settings, findings) => Ruling::Wait,
        Effect::Note | Effect::Lower => Ruling::List,
    };
    judged
}

fn awaits_confirmation(settings: &Settings, findings: &[Finding]) -> bool {
    let is_confirmed = findings
        .iter()
        .any(|found| found.name == CheckName::Confirmation && found.verdict == Verdict::Pass);
    settings.limits.confirmation == Confirmation::Demanded
        && settings.is_on(CheckName::Confirmation)
        && !is_confirmed
}

/// What would have been taken instead.
fn accepted(code: Reason) -> &'static str {
    match code {
        Reason::PhoneInvalid
        | Reason::PhonePremium
        | Reason::PhoneVoip
        | Reason::PhoneNotPersonal
        | Reason::PhoneUnreachable => "a mobile or fixed line of the person",
        Reason::PhoneCountryDiffers | Reason::PhoneRegionDiffers => {
            "a number of where the person lives"
        }
        Reason::EmailInvalid | Reason::RoleAddress | Reason::MailboxUnknown => {
            "the person's own mailbox: name@example.com"
        }
        Reason::DisposableDomain | Reason::MailDomainUnknown | Reason::MailDomainTakesNone => {
            "a mailbox that the person keeps: name@example.com"
        }
        Reason::NamePlaceholder
        | Reason::NameKeyboardRun
        | Reason::NameRepeated
        | Reason::NameDigits
        | Reason::NameIsCompany
        | Reason::NameUnreadable => "first_name and last_name of the person who asked",
        Reason::PostalCodeRegionDiffers => "the postal code and the region of one place",
        Reason::AgeImplausible => "the age of a living person",
        Reason::Suppressed => "a person who is on no suppression list",
        Reason::ConsentAges | Reason::ConsentExpired => "a newer consent",
        Reason::ConsentIncomplete => "the words that the person agreed to",
        Reason::ConsentChannelMissing => "consent.channels that the vertical demands",
        Reason::ConsentRecipientMissing => "consent.recipients that the vertical demands",
        Reason::SourceBurst | Reason::DeviceBurst => "fewer leads of one address in an hour",
        Reason::ConsentCopied => "the moment at which this person agreed",
        Reason::StandingLow => "leads of a seller in good standing",
        Reason::ConfirmationPending | Reason::ConfirmationLapsed => {
            "a contact that the person confirms"
        }
        _ => "another value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(settings: &mut Settings, name: CheckName, on_warn: Effect, points: i32) {
        let check = settings.checks.iter_mut().find(|check| check.name == name);
        let check = check.unwrap();
        (check.on_warn, check.points) = (on_warn, points);
    }

    #[test]
    fn the_strongest_effect_rules_and_points_add_up() {
        let mut settings = Settings::default();
        let now = Ts::from_micros(0);
        let role = Finding::warn(CheckName::EmailRole, "contact.email", Reason::RoleAddress);
        let phone = Finding::warn(CheckName::Phone, "contact.phone", Reason::PhoneVoip);
        let found = [role, phone];
        for (role, phone, floor, quality, ruling) in [
            (
                (Effect::Note, 20),
                (Effect::Note, 15),
                40,
                100,
                Ruling::List,
            ),
            (
                (Effect::Lower, 20),
                (Effect::Lower, 15),
                40,
                65,
                Ruling::List,
            ),
            (
                (Effect::Lower, 20),
                (Effect::Lower, 15),
                66,
                65,
                Ruling::Quarantine,
            ),
            (
                (Effect::Quarantine, 0),
                (Effect::Lower, 1),
                0,
                99,
                Ruling::Quarantine,
            ),
            (
                (Effect::Quarantine, 0),
                (Effect::Reject, 0),
                0,
                100,
                Ruling::Reject,
            ),
            ((Effect::Lower, 90), (Effect::Lower, 90), 0, 0, Ruling::List),
        ] {
            set(&mut settings, CheckName::EmailRole, role.0, role.1);
            set(&mut settings, CheckName::Phone, phone.0, phone.1);
            settings.limits.quarantine_below = floor;
            let judged = judge(&settings, &found, now);
            assert_eq!((judged.quality, judged.ruling), (quality, ruling));
            assert_eq!(judged.refusals.is_empty(), ruling != Ruling::Reject);
        }
    }
}
