//! Postal codes by country: how they are written, and which region they lie in.

use std::collections::{HashMap, HashSet};

const GENERAL_LENGTH: std::ops::RangeInclusive<usize> = 2..=10;

/// How countries write their postal codes: `9` stands for a digit, `?` for a letter, the rest for itself.
#[derive(Debug, Clone, Default)]
pub struct Formats(HashMap<String, Vec<String>>);

impl Formats {
    pub fn new(by_country: HashMap<String, Vec<String>>) -> Self {
        Self(by_country)
    }

    pub(super) fn is_format(text: &str) -> bool {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "? -".contains(c))
    }

    /// The postal code as its country writes it; a country without a known format takes 2 to 10 letters
    /// and digits.
    pub fn code(&self, country: Option<&str>, text: &str) -> Option<String> {
        let text = text.trim().to_uppercase();
        if !text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-')
        {
            return None;
        }
        let compact: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let Some(formats) = country.and_then(|country| self.0.get(country)) else {
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
    pub fn example(&self, country: Option<&str>) -> String {
        match country.and_then(|country| self.0.get(country)) {
            Some(formats) => formats
                .iter()
                .map(|format| format.replace('?', "A"))
                .collect::<Vec<_>>()
                .join(", "),
            None => "1010, AB1 2CD".to_owned(),
        }
    }
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

/// A range of first characters, and the region that they tell.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Range {
    from: String,
    to: String,
    region: String,
}

/// Regions by the first characters of a code or number, country by country.
#[derive(Debug, Clone, Default)]
pub struct Prefixes {
    ranges: HashMap<String, Vec<Range>>,
    regions: HashSet<String>,
}

impl Prefixes {
    /// False for a range that is none, or a region of another country.
    pub(super) fn add(&mut self, country: &str, from: &str, to: &str, region: &str) -> bool {
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_sound = are_digits(from)
            && are_digits(to)
            && from.len() == to.len()
            && from <= to
            && region
                .strip_prefix(country)
                .is_some_and(|rest| rest.starts_with('-'));
        if is_sound {
            self.regions.insert(region.to_owned());
            self.ranges
                .entry(country.to_owned())
                .or_default()
                .push(Range {
                    from: from.to_owned(),
                    to: to.to_owned(),
                    region: region.to_owned(),
                });
        }
        is_sound
    }

    /// The region that the digits of a code begin with; the longest prefix tells.
    pub fn region_of(&self, country: &str, code: &str) -> Option<&str> {
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        self.ranges
            .get(country)?
            .iter()
            .filter(|range| {
                digits.get(..range.from.len()).is_some_and(|prefix| {
                    range.from.as_str() <= prefix && prefix <= range.to.as_str()
                })
            })
            .max_by_key(|range| range.from.len())
            .map(|range| range.region.as_str())
    }

    /// Whether the data set speaks of this region at all: a country may be divided in several ways.
    pub fn knows(&self, country: &str, region: &str) -> bool {
        self.ranges.contains_key(country) && self.regions.contains(region)
    }
}

#[cfg(test)]
mod tests {
    use crate::verification::lists::Lists;

    #[test]
    fn codes_by_country() {
        let formats = Lists::shipped().unwrap().postal;
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
            ("SV", "100-0001", Some("100-0001")),
            ("SV", "x", None),
            ("SV", "100_0001", None),
            ("DE", "<script>", None),
        ] {
            assert_eq!(
                formats.code(Some(country), text).as_deref(),
                expected,
                "{country} {text}"
            );
        }
        assert_eq!(formats.code(None, " ab1  2cd ").as_deref(), Some("AB1 2CD"));
    }

    #[test]
    fn examples_show_the_format() {
        let formats = Lists::shipped().unwrap().postal;
        assert_eq!(formats.example(Some("LV")), "LV-9999");
        assert_eq!(formats.example(Some("NL")), "9999 AA");
    }
}
