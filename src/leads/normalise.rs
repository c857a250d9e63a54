//! One spelling for names, e-mail addresses and phone numbers.

use lettre::Address;
use phonenumber::country;

/// The longest e-mail address that mail servers take.
const MAX_EMAIL: usize = 254;
/// The longest phone number that is read, with its spaces and brackets.
const MAX_PHONE: usize = 40;

/// What stands in a name field when nobody is named.
const NOBODY: &[&str] = &[
    "admin",
    "anonymous",
    "call center",
    "call centre",
    "client",
    "company",
    "contact",
    "customer",
    "front desk",
    "helpdesk",
    "hotline",
    "info",
    "lead",
    "manager",
    "n/a",
    "na",
    "no name",
    "none",
    "null",
    "office",
    "operator",
    "reception",
    "sales",
    "sales department",
    "secretary",
    "support",
    "switchboard",
    "test",
    "test test",
    "undefined",
    "unknown",
    "user",
];

/// Whether a text can be somebody's name: letters, no address, no number, no placeholder.
pub(super) fn names_somebody(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && !name.contains(|c: char| c.is_ascii_digit() || "@<>{}[]|\\/=+*&#%$".contains(c))
        && !NOBODY.contains(&name.to_lowercase().as_str())
}

/// "Anna Maria Kalniņa" is first name "Anna Maria", last name "Kalniņa".
pub(super) fn split_name(full: &str) -> (Option<String>, Option<String>) {
    let full = super::document::tidy(full, false);
    match full.rsplit_once(' ') {
        Some((first, last)) => (Some(first.to_owned()), Some(last.to_owned())),
        None => (Some(full).filter(|name| !name.is_empty()), None),
    }
}

/// A trimmed lower-case address with a domain that has a dot.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text).to_lowercase();
    if text.len() > MAX_EMAIL || !text.is_ascii() {
        return None;
    }
    let address: Address = text.parse().ok()?;
    let (name, tail) = address.domain().rsplit_once('.')?;
    let domain_is_sound = !name.is_empty()
        && tail.len() >= 2
        && tail.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !tail.chars().all(|c| c.is_ascii_digit());
    (domain_is_sound && !address.user().contains('"')).then_some(text)
}

/// A phone number, and the country it belongs to where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phone {
    pub e164: String,
    pub country: Option<String>,
}

/// A phone number with its country code, as E.164.
pub fn international(text: &str) -> Option<String> {
    phone(text, None).map(|phone| phone.e164)
}

/// Reads an international number, or one of `country`'s; only numbers that can exist are taken.
pub(super) fn phone(text: &str, country: Option<&str>) -> Option<Phone> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let readable = |c: char| c.is_ascii_digit() || " +-().\u{a0}\u{202f}/".contains(c);
    if text.chars().count() > MAX_PHONE || !text.chars().all(readable) {
        return None;
    }
    let mut digits: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    if let Some(rest) = digits.strip_prefix("00") {
        digits = format!("+{rest}");
    }
    let home = country.and_then(|code| code.parse::<country::Id>().ok());
    if home.is_none() && !digits.starts_with('+') {
        return None;
    }
    let parse = |digits: &str| {
        phonenumber::parse(home, digits)
            .ok()
            .filter(phonenumber::is_valid)
    };
    // Exports often lose the plus sign: 37120000000.
    let number = parse(&digits).or_else(|| {
        (!digits.starts_with('+') && !digits.starts_with('0'))
            .then(|| parse(&format!("+{digits}")))
            .flatten()
    })?;
    Some(Phone {
        e164: number.format().mode(phonenumber::Mode::E164).to_string(),
        country: number.country().id().map(|id| id.as_ref().to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_become_e164() {
        for (country, text, expected) in [
            (None, "+371 20 000 000", Some("+37120000000")),
            (Some("LV"), "20000000", Some("+37120000000")),
            (Some("LV"), "37120000000", Some("+37120000000")),
            (None, "0037120000000", Some("+37120000000")),
            (Some("RU"), "8 (912) 345-67-89", Some("+79123456789")),
            (Some("RU"), "+7 912 345 67 89", Some("+79123456789")),
            (Some("AL"), "067 212 3456", Some("+355672123456")),
            (Some("RS"), "060 1234567", Some("+381601234567")),
            (Some("RO"), "0712 034 567", Some("+40712034567")),
            (Some("GB"), "07400 123456", Some("+447400123456")),
            (Some("US"), "(201) 555-0123", Some("+12015550123")),
            (Some("LV"), "00389 70 123 456", Some("+38970123456")),
            (Some("DE"), "+447400123456", Some("+447400123456")),
            (None, "20000000", None),
            (Some("LV"), "123", None),
            (Some("LV"), "+371 1", None),
            (None, "+999 123456789", None),
            (Some("LV"), "call me", None),
            (Some("LV"), "+++", None),
            (Some("LV"), "", None),
        ] {
            assert_eq!(
                phone(text, country).map(|phone| phone.e164).as_deref(),
                expected,
                "{country:?} {text}"
            );
        }
        assert_eq!(
            phone("+37120000000", Some("DE"))
                .unwrap()
                .country
                .as_deref(),
            Some("LV")
        );
    }

    #[test]
    fn emails_are_lower_case_with_a_domain() {
        for (text, expected) in [
            (" Marija@Example.LV ", Some("marija@example.lv")),
            ("mailto:a@b.rs", Some("a@b.rs")),
            ("a+b@sub.example.co.uk", Some("a+b@sub.example.co.uk")),
            ("marija", None),
            ("marija@", None),
            ("marija@localhost", None),
            ("@example.lv", None),
            ("a@b@c.lv", None),
            ("a b@c.lv", None),
            ("a@[127.0.0.1]", None),
            ("a@example.1", None),
            ("a@.lv", None),
        ] {
            assert_eq!(email(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn names_name_somebody() {
        for name in ["Marija", "O'Neil", "Jean-Luc", "Жанна", "Li", "d. Souza"] {
            assert!(names_somebody(name), "{name}");
        }
        for name in [
            "",
            "-",
            "X",
            "Info",
            "N/A",
            "12345",
            "a@b.lv",
            "Sales department",
        ] {
            assert!(!names_somebody(name), "{name}");
        }
    }

    #[test]
    fn full_names_are_split_before_the_last_word() {
        assert_eq!(
            split_name(" Anna  Maria Kalniņa "),
            (Some("Anna Maria".to_owned()), Some("Kalniņa".to_owned()))
        );
        assert_eq!(split_name("Cher"), (Some("Cher".to_owned()), None));
        assert_eq!(split_name(" "), (None, None));
    }
}
