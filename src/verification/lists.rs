//! The data sets that checks compare with: shipped in the binary, replaced by an upload.

use std::collections::HashMap;

use super::postal::{Formats, Prefixes};
use super::words::Words;
use crate::db::types::text_enum;
use crate::error::{Error, FieldError, Reason, Result};
use crate::verticals::place::fold;

text_enum! {
    /// A data set.
    pub enum ListName {
        DisposableDomains = "disposable_domains",
        RoleNames = "role_names",
        TestNames = "test_names",
        PostalFormats = "postal_formats",
        PostalRegions = "postal_regions",
        PhoneAreas = "phone_areas",
    }
}

/// The largest data set that is taken.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
const MAX_LINES: usize = 200_000;
const MAX_LINE_CHARS: usize = 200;

impl ListName {
    /// The data set as it ships.
    pub const fn shipped(self) -> &'static str {
        match self {
            Self::DisposableDomains => {
                include_str!("../../assets/data/disposable-email-domains/domains.txt")
            }
            Self::RoleNames => include_str!("../../assets/data/role_names.txt"),
            Self::TestNames => include_str!("../../assets/data/test_names.txt"),
            Self::PostalFormats => include_str!("../../assets/data/postal_formats.csv"),
            Self::PostalRegions => include_str!("../../assets/data/postal_regions.csv"),
            Self::PhoneAreas => include_str!("../../assets/data/phone_areas.csv"),
        }
    }

    /// How a line looks.
    pub const fn example(self) -> &'static str {
        match self {
            Self::DisposableDomains => "mailinator.com",
            Self::RoleNames => "info",
            Self::TestNames => "test, or a whole name: john doe",
            Self::PostalFormats => "LV,LV-9999",
            Self::PostalRegions => "LV,10,10,LV-RIX",
            Self::PhoneAreas => "RO,21,RO-B",
        }
    }

    /// The first line of a table.
    const fn header(self) -> Option<&'static str> {
        match self {
            Self::DisposableDomains | Self::RoleNames | Self::TestNames => None,
            Self::PostalFormats => Some("country,format"),
            Self::PostalRegions => Some("country,from,to,region"),
            Self::PhoneAreas => Some("country,area,region"),
        }
    }
}

/// All data sets, read.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    pub disposable: Words,
    pub roles: Words,
    pub test_names: Words,
    pub postal: Formats,
    pub postal_regions: Prefixes,
    pub areas: Prefixes,
}

impl Lists {
    /// The data sets as they ship.
    pub fn shipped() -> Result<Self> {
        let mut lists = Self {
            disposable: Words::sorted(ListName::DisposableDomains.shipped()),
            ..Self::default()
        };
        for name in ListName::ALL {
            if *name != ListName::DisposableDomains {
                lists.set(*name, name.shipped())?;
            }
        }
        Ok(lists)
    }

    /// Reads a data set in; what is not one is refused by its line, and the one before stays.
    pub fn set(&mut self, name: ListName, text: &str) -> Result<()> {
        let lines = lines_of(name, text)?;
        match name {
            ListName::DisposableDomains => self.disposable = words(&lines, is_domain)?,
            ListName::RoleNames => self.roles = words(&lines, is_mailbox)?,
            ListName::TestNames => self.test_names = words(&lines, is_folded)?,
            ListName::PostalFormats => {
                let mut formats = HashMap::<String, Vec<String>>::new();
                for line in &lines {
                    let [country, format] = columns(line)?;
                    let country = country_of(line, country)?;
                    if !Formats::is_format(format) {
                        return Err(line.refused(name.example()));
                    }
                    formats.entry(country).or_default().push(format.to_owned());
                }
                self.postal = Formats::new(formats);
            }
            ListName::PostalRegions => {
                let mut prefixes = Prefixes::default();
                for line in &lines {
                    let [country, from, to, region] = columns(line)?;
                    let country = country_of(line, country)?;
                    if !prefixes.add(&country, from, to, region) {
                        return Err(line.refused(name.example()));
                    }
                }
                self.postal_regions = prefixes;
            }
            ListName::PhoneAreas => {
                let mut prefixes = Prefixes::default();
                for line in &lines {
                    let [country, area, region] = columns(line)?;
                    let country = country_of(line, country)?;
                    if !prefixes.add(&country, area, area, region) {
                        return Err(line.refused(name.example()));
                    }
                }
                self.areas = prefixes;
            }
        }
        Ok(())
    }
}

/// The lines that say something, counted.
pub fn count(name: ListName, text: &str) -> Result<usize> {
    Ok(lines_of(name, text)?.len())
}

struct Line<'a> {
    number: usize,
    text: &'a str,
    example: &'static str,
}

impl Line<'_> {
    fn refused(&self, accepted: &str) -> Error {
        let field = format!("file.lines[{}]", self.number);
        Error::invalid(vec![FieldError::new(
            field,
            Reason::LineMalformed,
            accepted,
        )])
    }
}

fn lines_of(name: ListName, text: &str) -> Result<Vec<Line<'_>>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<Line<'_>> = (1..)
        .zip(text.lines())
        .map(|(number, line)| Line {
            number,
            text: line.trim(),
            example: name.example(),
        })
        .filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
        .filter(|line| name.header() != Some(line.text))
        .collect();
    let refused = |reason, accepted: String| Error::invalid_field("file", reason, accepted);
    if lines.is_empty() {
        return Err(refused(
            Reason::FileEmpty,
            format!("one a line: {}", name.example()),
        ));
    }
    if lines.len() > MAX_LINES {
        return Err(refused(Reason::TooMany, format!("<= {MAX_LINES} lines")));
    }
    let long = |line: &&Line<'_>| line.text.chars().count() > MAX_LINE_CHARS;
    if let Some(line) = lines.iter().find(long) {
        return Err(line.refused(name.example()));
    }
    Ok(lines)
}

fn words(lines: &[Line<'_>], is_sound: fn(&str) -> bool) -> Result<Words> {
    let words = lines
        .iter()
        .map(|line| {
            let word = line.text.to_lowercase();
            if is_sound(&word) {
                Ok(word)
            } else {
                Err(line.refused(line.example))
            }
        })
        .collect::<Result<Vec<String>>>()?;
    Ok(Words::of(words))
}

fn is_domain(word: &str) -> bool {
    word.contains('.')
        && !word.starts_with('.')
        && word
            .chars()
            .all(|c| c.is_alphanumeric() || c == '.' || c == '-')
}

fn is_mailbox(word: &str) -> bool {
    !word.contains(|c: char| c.is_whitespace() || c == '@' || c == ',')
}

fn is_folded(word: &str) -> bool {
    fold(word) == word && !word.contains(',')
}

fn columns<'a, const N: usize>(line: &Line<'a>) -> Result<[&'a str; N]> {
    let columns: Vec<&str> = line.text.split(',').map(str::trim).collect();
    columns.try_into().map_err(|_| line.refused(line.example))
}

fn country_of(line: &Line<'_>, text: &str) -> Result<String> {
    let is_code = text.len() == 2 && text.chars().all(|c| c.is_ascii_uppercase());
    is_code
        .then(|| text.to_owned())
        .ok_or_else(|| line.refused(line.example))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_can_be_read() {
        let lists = Lists::shipped().unwrap();
        let name = ListName::DisposableDomains;
        let mut read = Lists::default();
        read.set(name, name.shipped()).unwrap();
        assert!(read.disposable.count() > 100_000);
        assert_eq!(read.disposable.count(), lists.disposable.count());
        assert!(
            name.shipped().lines().is_sorted(),
            "it is searched as it lies"
        );
        assert!(lists.disposable.contains("mailinator.com"));
        assert!(lists.roles.contains("info"));
        assert_eq!(
            lists.postal.code(Some("LV"), "1010").as_deref(),
            Some("LV-1010")
        );
        assert_eq!(
            lists.postal_regions.region_of("RO", "400001"),
            Some("RO-CJ")
        );
        assert_eq!(lists.areas.region_of("RU", "8121234567"), Some("RU-SPE"));
    }

    #[test]
    fn what_is_no_data_set_is_refused_by_its_line() {
        let mut lists = Lists::default();
        for (name, text, field) in [
            (ListName::DisposableDomains, "# none\n", "file"),
            (
                ListName::DisposableDomains,
                "a.example\nnot a domain",
                "file.lines[2]",
            ),
            (ListName::RoleNames, "info@", "file.lines[1]"),
            (
                ListName::PostalFormats,
                "country,format\nLV",
                "file.lines[2]",
            ),
            (ListName::PostalFormats, "Latvia,LV-9999", "file.lines[1]"),
            (ListName::PostalRegions, "LV,20,10,LV-RIX", "file.lines[1]"),
            (ListName::PhoneAreas, "RO,21,", "file.lines[1]"),
        ] {
            let Err(Error::Refused(refusal)) = lists.set(name, text) else {
                panic!("{text} was taken");
            };
            assert_eq!(refusal.fields[0].field, field, "{text}");
        }
    }
}
