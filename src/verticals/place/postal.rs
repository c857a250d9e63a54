//! Postal codes by country: `9` stands for a digit, `?` for a letter, the rest for itself.

use super::KOSOVO;

const FORMATS: &[(&str, &[&str])] = &[
    ("AL", &["9999"]),
    ("AT", &["9999"]),
    ("BA", &["99999"]),
    ("BE", &["9999"]),
    ("BG", &["9999"]),
    ("CH", &["9999"]),
    ("CY", &["9999"]),
    ("CZ", &["999 99"]),
    ("DE", &["99999"]),
    ("DK", &["9999"]),
    ("EE", &["99999"]),
    ("ES", &["99999"]),
    ("FI", &["99999"]),
    ("FR", &["99999"]),
    (
        "GB",
        &[
            "?9 9??", "?99 9??", "??9 9??", "??99 9??", "?9? 9??", "??9? 9??", "??? 9??",
        ],
    ),
    ("GR", &["999 99"]),
    ("HR", &["99999"]),
    ("HU", &["9999"]),
    ("IT", &["99999"]),
    ("KZ", &["999999"]),
    ("LT", &["LT-99999"]),
    ("LU", &["9999"]),
    ("LV", &["LV-9999"]),
    ("MD", &["MD-9999"]),
    ("ME", &["99999"]),
    ("MK", &["9999"]),
    ("NL", &["9999 ??"]),
    ("NO", &["9999"]),
    ("PL", &["99-999"]),
    ("PT", &["9999-999"]),
    ("RO", &["999999"]),
    ("RS", &["99999", "999999"]),
    ("RU", &["999999"]),
    ("SE", &["999 99"]),
    ("SI", &["9999"]),
    ("SK", &["999 99"]),
    ("TR", &["99999"]),
    ("UA", &["99999"]),
    ("US", &["99999", "99999-9999"]),
    (KOSOVO, &["99999"]),
];

const GENERAL_LENGTH: std::ops::RangeInclusive<usize> = 2..=10;

/// The postal code as its country writes it; a country without a known format takes 2 to 10 letters and digits.
pub fn postal_code(country: Option<&str>, text: &str) -> Option<String> {
    let text = text.trim().to_uppercase();
    if !text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-')
    {
        return None;
    }
    let compact: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let Some(formats) = country.and_then(formats) else {
        let fits = GENERAL_LENGTH.contains(&compact.len())
            && compact.contains(|c: char| c.is_ascii_digit());
        return fits.then(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
    };
    let bare = country
        .and_then(|country| compact.strip_prefix(country))
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    formats
        .iter()
        .find_map(|format| fit(format, &compact).or_else(|| fit(format, bare?)))
}

/// How the country writes its postal codes, for refusals.
pub fn postal_example(country: Option<&str>) -> String {
    match country.and_then(formats) {
        Some(formats) => formats
            .iter()
            .map(|format| format.replace('?', "A"))
            .collect::<Vec<_>>()
            .join(", "),
        None => "1010, AB1 2CD".to_owned(),
    }
}

fn formats(country: &str) -> Option<&'static [&'static str]> {
    FORMATS
        .iter()
        .find(|(code, _)| *code == country)
        .map(|(_, formats)| *formats)
}

/// Lays the letters and digits of a code into a format; its own letters may be left out of the code.
fn fit(format: &str, compact: &str) -> Option<String> {
    let literal: String = format.chars().filter(char::is_ascii_uppercase).collect();
    let mut given = compact.strip_prefix(&literal).unwrap_or(compact).chars();
    let mut code = String::with_capacity(format.len());
    for slot in format.chars() {
        let c = match slot {
            '9' => given.next().filter(char::is_ascii_digit)?,
            '?' => given.next().filter(char::is_ascii_uppercase)?,
            literal => literal,
        };
        code.push(c);
    }
    given.next().is_none().then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_by_country() {
        for (country, text, expected) in [
            ("AL", "1001", Some("1001")),
            ("RS", "11000", Some("11000")),
            ("RS", "110 000", Some("110000")),
            ("RO", "010011", Some("010011")),
            ("RO", "10011", None),
            ("LV", "1010", Some("LV-1010")),
            ("LV", "lv-1010", Some("LV-1010")),
            ("LV", "LV1010", Some("LV-1010")),
            ("LV", "10100", None),
            ("RU", "101000", Some("101000")),
            ("RU", "10100", None),
            ("GB", "sw1a1aa", Some("SW1A 1AA")),
            ("GB", "M1 1AE", Some("M1 1AE")),
            ("GB", "12345", None),
            ("US", "10001", Some("10001")),
            ("US", "10001-1234", Some("10001-1234")),
            ("US", "1000", None),
            ("DE", "10115", Some("10115")),
            ("DE", "DE-10115", Some("10115")),
            ("FR", "75001", Some("75001")),
            ("ES", "28001", Some("28001")),
            ("IT", "00118", Some("00118")),
            ("PL", "00001", Some("00-001")),
            ("PL", "00-001", Some("00-001")),
            ("NL", "1012ab", Some("1012 AB")),
            ("JP", "100-0001", Some("100-0001")),
            ("JP", "x", None),
            ("JP", "100_0001", None),
            ("DE", "<script>", None),
        ] {
            assert_eq!(
                postal_code(Some(country), text).as_deref(),
                expected,
                "{country} {text}"
            );
        }
        assert_eq!(postal_code(None, " ab1  2cd ").as_deref(), Some("AB1 2CD"));
    }

    #[test]
    fn examples_show_the_format() {
        assert_eq!(postal_example(Some("LV")), "LV-9999");
        assert_eq!(postal_example(Some("NL")), "9999 AA");
    }
}
