//! Names: whether one names somebody at all, and where it is split.

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

#[cfg(test)]
mod tests {
    use super::*;

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
