//! Reading a document field by field, so that every error of it is found at once.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Map, Value};
use url::Url;

use crate::clock::Ts;
use crate::error::{FieldError, Reason};

/// How values are written: typed as in JSON, or as text as in forms and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    Typed,
    Text,
}

/// Collects what is wrong while a document is read.
pub(super) struct Reader {
    pub spelling: Spelling,
    pub errors: Vec<FieldError>,
}

/// An object within the document; a missing one reads as empty.
#[derive(Clone)]
pub(super) struct Object<'a> {
    path: String,
    map: Option<&'a Map<String, Value>>,
}

impl<'a> Object<'a> {
    pub fn root(map: &'a Map<String, Value>) -> Self {
        Self {
            path: String::new(),
            map: Some(map),
        }
    }

    /// An object that stands at `path`, such as an item of a list.
    pub fn at(path: String, map: &'a Map<String, Value>) -> Self {
        Self {
            path,
            map: Some(map),
        }
    }

    pub fn path(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The value of a key; null and empty text count as nothing.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.map?.get(key).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.map
            .is_none_or(|map| map.keys().all(|key| self.get(key).is_none()))
    }

    pub fn keys(&self) -> impl Iterator<Item = &'a String> {
        self.map.into_iter().flat_map(Map::keys)
    }
}

/// Text as it is kept: control characters out, white space single, line breaks only where they may stay.
pub(super) fn tidy(text: &str, lines: bool) -> String {
    let tidy_line = |line: &str| {
        line.split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    if lines {
        let kept: Vec<String> = text.lines().map(tidy_line).collect();
        kept.join("\n").trim().to_owned()
    } else {
        tidy_line(text)
    }
}

impl Reader {
    pub fn new(spelling: Spelling) -> Self {
        Self {
            spelling,
            errors: Vec::new(),
        }
    }

    pub fn refuse(&mut self, field: String, reason: Reason, accepted: impl Into<String>) {
        self.errors.push(FieldError::new(field, reason, accepted));
    }

    pub fn object<'a>(&mut self, outer: &Object<'a>, key: &str) -> Object<'a> {
        let path = outer.path(key);
        let map = match outer.get(key) {
            None => None,
            Some(Value::Object(map)) => Some(map),
            Some(_) => {
                self.refuse(path.clone(), Reason::WrongType, "an object");
                None
            }
        };
        Object { path, map }
    }

    /// Refuses every key that is not known.
    pub fn only(&mut self, object: &Object<'_>, known: &[&str]) {
        for key in object.keys() {
            if !known.contains(&key.as_str()) {
                let shown: String = key.chars().take(100).collect();
                self.refuse(object.path(&shown), Reason::UnknownField, known.join(", "));
            }
        }
    }

    pub fn text(&mut self, object: &Object<'_>, key: &str, max: usize) -> Option<String> {
        self.any_text(object, key, max, false)
    }

    /// Text that may have several lines.
    pub fn lines(&mut self, object: &Object<'_>, key: &str, max: usize) -> Option<String> {
        self.any_text(object, key, max, true)
    }

    fn any_text(
        &mut self,
        object: &Object<'_>,
        key: &str,
        max: usize,
        lines: bool,
    ) -> Option<String> {
        let text = match object.get(key)? {
            Value::String(text) => tidy(text, lines),
            Value::Number(number) if self.spelling == Spelling::Text => number.to_string(),
            _ => {
                self.refuse(object.path(key), Reason::WrongType, "text");
                return None;
            }
        };
        if text.chars().count() > max {
            self.refuse(
                object.path(key),
                Reason::TooLong,
                format!("<= {max} characters"),
            );
            return None;
        }
        Some(text).filter(|text| !text.is_empty())
    }

    pub fn integer(&mut self, object: &Object<'_>, key: &str) -> Option<i64> {
        let value = match object.get(key)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) if self.spelling == Spelling::Text => {
                let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                digits.parse().ok()
            }
            _ => None,
        };
        if value.is_none() {
            self.refuse(object.path(key), Reason::WrongType, "a whole number");
        }
        value
    }

    pub fn integer_within(
        &mut self,
        object: &Object<'_>,
        key: &str,
        min: i64,
        max: i64,
    ) -> Option<i64> {
        let value = self.integer(object, key)?;
        let reason = if value < min {
            Reason::TooSmall
        } else if value > max {
            Reason::TooLarge
        } else {
            return Some(value);
        };
        self.refuse(object.path(key), reason, format!("{min} - {max}"));
        None
    }

    pub fn boolean(&mut self, object: &Object<'_>, key: &str) -> Option<bool> {
        let value = match object.get(key)? {
            Value::Bool(value) => Some(*value),
            Value::String(text) if self.spelling == Spelling::Text => {
                match text.trim().to_lowercase().as_str() {
                    "true" | "yes" | "y" | "1" | "on" => Some(true),
                    "false" | "no" | "n" | "0" | "off" => Some(false),
                    _ => None,
                }
            }
            _ => None,
        };
        if value.is_none() {
            self.refuse(object.path(key), Reason::WrongType, "true, false");
        }
        value
    }

    /// One of `accepted`; as text also in another case or with spaces.
    pub fn choice(&mut self, object: &Object<'_>, key: &str, accepted: &[&str]) -> Option<String> {
        let text = self.text(object, key, 200)?;
        let found = self.match_choice(&text, accepted);
        if found.is_none() {
            self.refuse(object.path(key), Reason::NotAllowed, accepted.join(", "));
        }
        found
    }

    fn match_choice(&self, text: &str, accepted: &[&str]) -> Option<String> {
        let loose = text.to_lowercase().replace([' ', '-'], "_");
        accepted
            .iter()
            .find(|value| {
                **value == text
                    || (self.spelling == Spelling::Text && value.to_lowercase() == loose)
            })
            .map(|value| (*value).to_owned())
    }

    /// A list of texts; as text, separated by commas.
    pub fn texts(
        &mut self,
        object: &Object<'_>,
        key: &str,
        max_items: usize,
        max: usize,
    ) -> Vec<String> {
        let items: Option<Vec<String>> = match object.get(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(|text| tidy(text, false)))
                .collect(),
            Some(Value::String(text)) if self.spelling == Spelling::Text => {
                Some(text.split(',').map(|item| tidy(item, false)).collect())
            }
            Some(_) => None,
        };
        let Some(mut items) = items else {
            self.refuse(object.path(key), Reason::WrongType, "a list of texts");
            return Vec::new();
        };
        items.retain(|item| !item.is_empty());
        if items.len() > max_items {
            self.refuse(object.path(key), Reason::TooMany, format!("<= {max_items}"));
            return Vec::new();
        }
        if items.iter().any(|item| item.chars().count() > max) {
            self.refuse(
                object.path(key),
                Reason::TooLong,
                format!("<= {max} characters each"),
            );
            return Vec::new();
        }
        items
    }

    /// A list of which each item is one of `accepted`.
    pub fn choices(&mut self, object: &Object<'_>, key: &str, accepted: &[&str]) -> Vec<String> {
        let items = self.texts(object, key, accepted.len(), 100);
        let mut found: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            match self.match_choice(&item, accepted) {
                Some(value) if !found.contains(&value) => found.push(value),
                Some(_) => {}
                None => {
                    self.refuse(object.path(key), Reason::NotAllowed, accepted.join(", "));
                    return Vec::new();
                }
            }
        }
        found
    }

    pub fn time(&mut self, object: &Object<'_>, key: &str) -> Option<Ts> {
        let text = self.text(object, key, 40)?;
        let at = DateTime::parse_from_rfc3339(&text)
            .map(|at| at.with_timezone(&Utc))
            .ok()
            .or_else(|| {
                (self.spelling == Spelling::Text)
                    .then(|| plain_time(&text))
                    .flatten()
            });
        if at.is_none() {
            let accepted = match self.spelling {
                Spelling::Typed => "2026-11-20T09:30:00Z",
                Spelling::Text => {
                    "2026-11-20T09:30:00+01:00, 2026-11-20 09:30 or 20.11.2026 09:30 (UTC)"
                }
            };
            self.refuse(object.path(key), Reason::TimeInvalid, accepted);
        }
        at.map(Ts::from)
    }

    /// An absolute http or https address.
    pub fn url(&mut self, object: &Object<'_>, key: &str) -> Option<Url> {
        let text = self.text(object, key, 2_000)?;
        let url = Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            self.refuse(
                object.path(key),
                Reason::UrlInvalid,
                "https://example.com/page",
            );
        }
        url
    }
}

/// A time without a zone, as files carry it, is read as UTC.
fn plain_time(text: &str) -> Option<DateTime<Utc>> {
    const TIMES: &[&str] = &[
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%d.%m.%Y %H:%M:%S",
        "%d.%m.%Y %H:%M",
    ];
    const DAYS: &[&str] = &["%Y-%m-%d", "%d.%m.%Y"];
    DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z")
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z"))
        .map(|at| at.with_timezone(&Utc))
        .ok()
        .or_else(|| {
            TIMES
                .iter()
                .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
                .or_else(|| {
                    DAYS.iter()
                        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
                        .and_then(|day| day.and_hms_opt(0, 0, 0))
                })
                .map(|at| at.and_utc())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_without_a_zone_are_utc() {
        for text in [
            "2026-11-20 09:30",
            "2026-11-20T09:30:00",
            "20.11.2026 09:30",
            "2026-11-20T11:30:00+0200",
        ] {
            assert_eq!(
                plain_time(text).map(|at| at.to_rfc3339()).as_deref(),
                Some("2026-11-20T09:30:00+00:00"),
                "{text}"
            );
        }
        assert!(plain_time("11/20/2026").is_none());
    }

    #[test]
    fn text_is_tidied() {
        assert_eq!(tidy("  a\u{0}\tb\n c ", false), "a b c");
        assert_eq!(tidy(" a  b \r\n c ", true), "a b\nc");
    }
}
