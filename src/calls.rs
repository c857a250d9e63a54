//! What a country asks of whoever calls its people: shipped as data, and the operator's to keep true.

pub mod pages;
mod store;

use diesel::{Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::call_rules;
use crate::db::types::from_json;
use crate::error::{FieldError, Reason, Result};
use crate::verticals::{Attributes, Value, place};

const SHIPPED: &str = include_str!("calls/call_rules.json");
const MAX_NOTE: usize = 200;
const MAX_DAYS: i32 = 3_650;

/// The rule of one country.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = call_rules, treat_none_as_default_value = false)]
pub struct CallRule {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Days after the consent in which the person may be called; `None` for as long as the consent holds.
    pub max_consent_age_days: Option<i32>,
    /// Whether a register of people who are not to be called has to be asked first.
    pub needs_register: bool,
    /// Which register or law.
    pub note: String,
    pub updated_at: Ts,
}

impl CallRule {
    /// Until when a person who agreed at a time may be called.
    pub fn call_until(&self, consent_given_at: &Ts) -> Option<Ts> {
        self.max_consent_age_days
            .map(|days| consent_given_at.plus_days(days))
    }

    /// Whether the time for calls is over.
    pub fn is_over(&self, consent_given_at: &Ts, now: &Ts) -> bool {
        self.call_until(consent_given_at)
            .is_some_and(|until| until < *now)
    }
}

/// What whoever calls one person is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CallAdvice)]
pub struct Advice {
    /// The country whose rule it is, ISO 3166-1 alpha-2.
    pub country: String,
    /// Until when the person may be called; for as long as the consent holds, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_until: Option<Ts>,
    /// Whether that time is over.
    pub is_over: bool,
    /// Whether a register of people who are not to be called has to be asked before each call.
    pub check_register_first: bool,
    /// Which register or law.
    pub note: String,
}

/// What the country of a lead asks of whoever calls; nothing where it has no rule.
pub fn advice(
    conn: &mut Conn,
    attributes: &Attributes,
    consent_given_at: &Ts,
    now: Ts,
) -> Result<Option<Advice>> {
    let Some(Value::Text(country)) = attributes.get("country") else {
        return Ok(None);
    };
    let rule = store::of_country(conn, country)?;
    Ok(rule.map(|rule| Advice {
        allowed_until: rule.call_until(consent_given_at),
        is_over: rule.is_over(consent_given_at, &now),
        check_register_first: rule.needs_register,
        country: rule.country,
        note: rule.note,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    country: String,
    max_consent_age_days: Option<i32>,
    needs_register: bool,
    note: String,
}

/// Adds the shipped rules of countries that have none.
pub fn seed(conn: &mut Conn, now: Ts) -> Result<()> {
    for shipped in from_json::<Vec<Shipped>>(SHIPPED)? {
        let rule = CallRule {
            country: shipped.country,
            max_consent_age_days: shipped.max_consent_age_days,
            needs_register: shipped.needs_register,
            note: shipped.note,
            updated_at: now,
        };
        store::insert(conn, &rule)?;
    }
    Ok(())
}

/// Every rule, by country.
pub fn all(conn: &mut Conn) -> Result<Vec<CallRule>> {
    store::all(conn)
}

/// The rule of a country, if there is one.
pub fn of_country(conn: &mut Conn, country: &str) -> Result<Option<CallRule>> {
    store::of_country(conn, country)
}

/// A rule as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CallRuleForm {
    pub country: String,
    pub max_consent_age_days: String,
    pub needs_register: String,
    pub note: String,
}

impl CallRuleForm {
    pub fn asks_register(&self) -> bool {
        self.needs_register == "true"
    }

    pub fn parse(&self, now: Ts) -> Result<CallRule, Vec<FieldError>> {
        let mut errors = Vec::new();
        let country = place::country(&self.country);
        if country.is_none() {
            let accepted = "ISO 3166-1 code or English name: LV, Latvia";
            errors.push(FieldError::new("country", Reason::CountryUnknown, accepted));
        }
        let days = match self.max_consent_age_days.trim() {
            "" => None,
            text => {
                let days = text
                    .parse()
                    .ok()
                    .filter(|days| (1..=MAX_DAYS).contains(days));
                if days.is_none() {
                    let accepted = format!("1 - {MAX_DAYS}, or nothing");
                    let field = "max_consent_age_days";
                    errors.push(FieldError::new(field, Reason::WrongType, accepted));
                }
                days
            }
        };
        let note = self.note.trim().to_owned();
        if note.chars().count() > MAX_NOTE {
            let accepted = format!("up to {MAX_NOTE} characters");
            errors.push(FieldError::new("note", Reason::TooLong, accepted));
        }
        match country {
            Some(country) if errors.is_empty() => Ok(CallRule {
                country: country.to_owned(),
                max_consent_age_days: days,
                needs_register: self.asks_register(),
                note,
                updated_at: now,
            }),
            _ => Err(errors),
        }
    }
}

/// Sets the rule of a country.
pub fn set(conn: &mut Conn, rule: &CallRule, actor: Actor, now: Ts) -> Result<()> {
    store::remove(conn, &rule.country)?;
    store::insert(conn, rule)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: None,
            action: "call_rule.set",
            subject: rule.country.clone(),
            detail: json!({
                "max_consent_age_days": rule.max_consent_age_days,
                "needs_register": rule.needs_register,
                "note": rule.note,
            }),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_rules_are_rules() {
        let shipped: Vec<Shipped> = from_json(SHIPPED).unwrap();
        assert!(shipped.len() >= 10);
        for rule in shipped {
            let form = CallRuleForm {
                country: rule.country.clone(),
                max_consent_age_days: rule
                    .max_consent_age_days
                    .map(|days| days.to_string())
                    .unwrap_or_default(),
                needs_register: rule.needs_register.to_string(),
                note: rule.note,
            };
            let read = form.parse(Ts::from_micros(0)).unwrap();
            assert_eq!(read.country, rule.country);
        }
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_named() {
        let form = CallRuleForm {
            country: "Atlantis".to_owned(),
            max_consent_age_days: "0".to_owned(),
            note: "x".repeat(MAX_NOTE + 1),
            ..CallRuleForm::default()
        };
        let fields: Vec<String> = form
            .parse(Ts::from_micros(0))
            .unwrap_err()
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, ["country", "max_consent_age_days", "note"]);
    }
}
