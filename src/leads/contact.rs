//! Who the person is: the part of a lead that is sealed, and how it shows until it is bought.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::verticals::Attributes;

/// A lead's sealed document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// The vertical's personal attributes.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub personal: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_user_agent: Option<String>,
    /// What the person typed when it agreed, as the seller's form kept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_typed: Option<String>,
}

impl Contact {
    pub fn full_name(&self) -> String {
        [&self.first_name, &self.last_name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether a text gives away who the person is: its name, its address or its number.
    pub fn is_told_by(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let names = self.first_name.is_some()
            && self.last_name.is_some()
            && text.contains(&self.full_name().to_lowercase());
        let numbers = self.phone.as_deref().map(digits).is_some_and(|phone| {
            let national = phone
                .get(phone.len().saturating_sub(NATIONAL_DIGITS)..)
                .unwrap_or_default();
            national.len() == NATIONAL_DIGITS && digits(&text).contains(national)
        });
        names
            || numbers
            || self
                .email
                .as_ref()
                .is_some_and(|email| text.contains(email.as_str()))
    }

    pub fn masked(&self) -> MaskedContact {
        MaskedContact {
            name: mask_name(&self.full_name()),
            email: self.email.as_deref().map(mask_email),
            phone: self.phone.as_deref().map(mask_phone),
        }
    }
}

/// A contact as it shows until the lead is bought: `M**** K****`, `+371 2*******`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaskedContact {
    #[schema(example = "M**** K****")]
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "m****@*****")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+371 2*******")]
    pub phone: Option<String>,
}

/// So many last digits of a number tell whose it is.
const NATIONAL_DIGITS: usize = 8;
/// As many stars for everybody, so that they tell no length.
const STARS: &str = "****";

fn mask_name(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|part| part.chars().next())
        .map(|initial| format!("{initial}{STARS}"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn mask_email(email: &str) -> String {
    let initial = email.chars().next().unwrap_or('*');
    format!("{initial}{STARS}@{STARS}")
}

/// The country code and one more digit are shown.
fn mask_phone(phone: &str) -> String {
    let code_digits = phone
        .parse::<phonenumber::PhoneNumber>()
        .map_or(1, |number| number.code().value().to_string().len());
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let (code, national) = digits.split_at(code_digits.min(digits.len()));
    let shown: String = national.iter().take(1).collect();
    format!(
        "+{} {shown}{}",
        code.iter().collect::<String>(),
        "*".repeat(7)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_tell_who_it_is_are_seen() {
        let contact = Contact {
            first_name: Some("Marija".to_owned()),
            last_name: Some("Kalniņa".to_owned()),
            email: Some("marija@example.lv".to_owned()),
            phone: Some("+37120000000".to_owned()),
            ..Contact::default()
        };
        for told in [
            "Glasses for MARIJA KALNIŅA",
            "write to Marija@example.lv",
            "call 20 00-00 00",
        ] {
            assert!(contact.is_told_by(told), "{told}");
        }
        for untold in ["Glasses for Marija", "20000 rubles", ""] {
            assert!(!contact.is_told_by(untold), "{untold}");
        }
    }

    #[test]
    fn masks_tell_neither_length_nor_domain() {
        let contact = Contact {
            first_name: Some("Marija".to_owned()),
            last_name: Some("Kalniņa".to_owned()),
            email: Some("marija@example.lv".to_owned()),
            phone: Some("+37120000000".to_owned()),
            ..Contact::default()
        };
        assert_eq!(
            contact.masked(),
            MaskedContact {
                name: "M**** K****".to_owned(),
                email: Some("m****@****".to_owned()),
                phone: Some("+371 2*******".to_owned()),
            }
        );
    }
}
