//! What a vertical does about each check: order, on or off, effects, points and limits; in versions.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::check::{CheckName, CheckSetting, Effect};
use super::{Verifier, store};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Error, FieldError, Reason, Result};
use crate::id::VerticalId;
use crate::verticals::Vertical;

text_enum! {
    /// Whether people confirm their contact by a code.
    pub enum Confirmation {
        Off = "off",
        /// A seller may ask for it; the lead is listed without it.
        Possible = "possible",
        /// The lead waits until it is confirmed, and lapses.
        Demanded = "demanded",
    }
}

text_enum! {
    /// The way a code goes to a person.
    pub enum CodeChannel { Email = "email", Sms = "sms" }
}

/// Where the limits of checks lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = VerificationLimits)]
pub struct Limits {
    /// A lead of less quality is quarantined; 0 for never.
    pub quarantine_below: i32,
    pub oldest_age: i32,
    pub consent_min_chars: i32,
    /// Channels that every consent must name.
    pub consent_channels: Vec<String>,
    /// Words that must stand among the recipients of every consent.
    pub consent_recipients: Vec<String>,
    /// Leads of one consent address within the minutes.
    pub address_leads: i32,
    pub address_minutes: i32,
    /// Leads of one device: address and browser together.
    pub device_leads: i32,
    pub device_minutes: i32,
    /// Leads of one seller whose consents bear the same moment and page.
    pub copied_leads: i32,
    pub copied_minutes: i32,
    pub standing_min: i32,
    pub confirmation: Confirmation,
    /// The way that a demanded code takes; the other one where the lead has no such address.
    pub confirm_by: CodeChannel,
    /// Hours that a person has to confirm.
    pub confirm_hours: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            quarantine_below: 40,
            oldest_age: 100,
            consent_min_chars: 5,
            consent_channels: Vec::new(),
            consent_recipients: Vec::new(),
            address_leads: 20,
            address_minutes: 60,
            device_leads: 10,
            device_minutes: 60,
            copied_leads: 5,
            copied_minutes: 1_440,
            standing_min: 40,
            confirmation: Confirmation::Possible,
            confirm_by: CodeChannel::Email,
            confirm_hours: 48,
        }
    }
}

impl Limits {
    /// The numbers by name, with their bounds.
    pub fn numbers(&mut self) -> [(&'static str, &mut i32, (i32, i32)); 11] {
        const COUNT: (i32, i32) = (1, 1_000_000);
        const MINUTES: (i32, i32) = (1, super::source::LONGEST_MINUTES);
        [
            ("quarantine_below", &mut self.quarantine_below, (0, 100)),
            ("oldest_age", &mut self.oldest_age, (60, 130)),
            ("consent_min_chars", &mut self.consent_min_chars, (1, 1_000)),
            ("address_leads", &mut self.address_leads, COUNT),
            ("address_minutes", &mut self.address_minutes, MINUTES),
            ("device_leads", &mut self.device_leads, COUNT),
            ("device_minutes", &mut self.device_minutes, MINUTES),
            ("copied_leads", &mut self.copied_leads, COUNT),
            ("copied_minutes", &mut self.copied_minutes, MINUTES),
            ("standing_min", &mut self.standing_min, (0, 100)),
            ("confirm_hours", &mut self.confirm_hours, (1, 720)),
        ]
    }
}

/// The settings of one vertical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VerificationSettings)]
pub struct Settings {
    /// Counted from 1; 0 for what ships.
    #[serde(default)]
    pub version: i32,
    /// In the order in which they run and are shown.
    pub checks: Vec<CheckSetting>,
    #[serde(default)]
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: 0,
            checks: CheckName::ALL.iter().copied().map(shipped).collect(),
            limits: Limits::default(),
        }
    }
}

/// What ships for one check.
const fn shipped(name: CheckName) -> CheckSetting {
    use Effect::{Lower, Note, Quarantine, Reject};
    let (on_fail, on_warn, points) = match name {
        CheckName::Contact
        | CheckName::Duplicate
        | CheckName::Suppression
        | CheckName::EmailDisposable
        | CheckName::EmailDomain
        | CheckName::PhoneCarrier
        | CheckName::EmailMailbox => (Reject, Lower, 10),
        CheckName::Phone => (Reject, Lower, 15),
        CheckName::PhoneRegion | CheckName::Standing => (Lower, Lower, 10),
        CheckName::EmailRole => (Lower, Lower, 20),
        CheckName::Name => (Quarantine, Lower, 15),
        CheckName::PostalCode => (Quarantine, Lower, 10),
        CheckName::Age => (Reject, Quarantine, 20),
        CheckName::Consent => (Reject, Lower, 5),
        CheckName::Source => (Quarantine, Lower, 20),
        CheckName::Confirmation => (Reject, Note, 0),
    };
    CheckSetting {
        name,
        on: true,
        on_fail,
        on_warn,
        points,
    }
}

impl Settings {
    pub fn of(&self, name: CheckName) -> CheckSetting {
        self.checks
            .iter()
            .find(|check| check.name == name)
            .copied()
            .unwrap_or_else(|| shipped(name))
    }

    pub fn is_on(&self, name: CheckName) -> bool {
        self.of(name).on
    }

    /// The same with the checks that a newer program has, as they ship.
    #[must_use]
    pub fn completed(mut self, version: i32) -> Self {
        self.version = version;
        for name in CheckName::ALL {
            if self.checks.iter().all(|check| check.name != *name) {
                self.checks.push(shipped(*name));
            }
        }
        self
    }

    /// What is wrong with settings that an operator sent.
    fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (place, check) in self.checks.iter().enumerate() {
            let path = |key: &str| format!("checks[{place}].{key}");
            if self.checks[..place]
                .iter()
                .any(|before| before.name == check.name)
            {
                errors.push(FieldError::new(
                    path("name"),
                    Reason::Taken,
                    "each check once",
                ));
            }
            if !(0..=100).contains(&check.points) {
                errors.push(FieldError::new(
                    path("points"),
                    Reason::NotAllowed,
                    "0 - 100",
                ));
            }
        }
        let mut limits = self.limits.clone();
        for (key, value, (low, high)) in limits.numbers() {
            let reason = match *value {
                value if value < low => Reason::TooSmall,
                value if value > high => Reason::TooLarge,
                _ => continue,
            };
            let accepted = format!("{low} - {high}");
            errors.push(FieldError::new(format!("limits.{key}"), reason, accepted));
        }
        let lists = [
            ("consent_channels", &self.limits.consent_channels),
            ("consent_recipients", &self.limits.consent_recipients),
        ];
        for (key, texts) in lists {
            if texts.len() > 20 || texts.iter().any(|text| text.chars().count() > 100) {
                let accepted = "up to 20 of up to 100 characters";
                errors.push(FieldError::new(
                    format!("limits.{key}"),
                    Reason::TooMany,
                    accepted,
                ));
            }
        }
        errors
    }
}

/// The settings of a vertical as they are kept, or as they ship.
pub fn current(conn: &mut Conn, vertical: VerticalId) -> Result<Settings> {
    Ok(store::settings(conn, vertical)?.unwrap_or_default())
}

/// Keeps a new version of a vertical's settings; `seen` is the version that was changed.
///
/// The servers learn of it by [`Verifier::refresh`].
pub fn change(
    conn: &mut Conn,
    vertical: &Vertical,
    seen: i32,
    new: &Settings,
    actor: Actor,
    now: Ts,
) -> Result<Settings> {
    let errors = new.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let before = current(conn, vertical.id)?;
    if before.version != seen {
        return Err(Error::refused(crate::error::Code::VersionMismatch));
    }
    let new = new.clone().completed(before.version + 1);
    store::insert_settings(conn, vertical.id, &new, actor, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: None,
            action: "verification.settings_changed",
            subject: vertical.id.to_string(),
            detail: json!({
                "vertical": vertical.key,
                "version": new.version,
                "changed": differences(&before, &new)?,
            }),
        },
    )?;
    Ok(new)
}

/// The checks and limits that differ, as they were and as they are.
fn differences(before: &Settings, after: &Settings) -> Result<serde_json::Value> {
    let by_name = |settings: &Settings| -> serde_json::Map<String, serde_json::Value> {
        (1..)
            .zip(&settings.checks)
            .map(|(place, check)| {
                let on = if check.on { "on" } else { "off" };
                let told = format!(
                    "{place}: {on}, fail {}, warn {}, {} points",
                    check.on_fail, check.on_warn, check.points
                );
                (check.name.to_string(), told.into())
            })
            .collect()
    };
    let checks = audit::change(&by_name(before), &by_name(after))?;
    let limits = audit::change(&before.limits, &after.limits)?;
    Ok(json!({ "checks": checks, "limits": limits }))
}

impl Verifier {
    /// The settings of a vertical, as this server last read them.
    pub fn settings(&self, vertical: VerticalId) -> std::sync::Arc<Settings> {
        let known = self.known();
        known.settings.get(&vertical).map_or_else(
            || std::sync::Arc::clone(&known.shipped),
            std::sync::Arc::clone,
        )
    }
}
