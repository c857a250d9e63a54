//! What a document says of a lead, field by field, so that two documents about one lead can be compared.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Draft, Least, Origin};
use crate::db::types::to_value;
use crate::error::{FieldError, Reason, Result};
use crate::money::Money;
use crate::scoring::{Bant, Signals};
use crate::vault::{hex, sha256};
use crate::verticals::{Attributes, Model};

/// Fields by their paths, each with its value as it is kept: normalised, and nothing of the contact.
pub type Told = BTreeMap<String, Value>;

/// Fields that are kept as the hash of their words.
const WORDS: [&str; 3] = ["consent.text", "interest", "timeline"];

/// What is compared of a lead.
pub(super) struct Parts<'a> {
    pub attributes: &'a Attributes,
    pub interest: Option<&'a str>,
    pub timeline: Option<&'a str>,
    /// The consent's fields, but its words.
    pub consent: Value,
    pub consent_text: Option<&'a str>,
    pub origin: &'a Origin,
    pub ask: Money,
    pub accepts: &'a [Model],
    pub least: &'a Least,
    pub signals: &'a Signals,
    pub bant: &'a Bant,
    pub copies: i32,
    pub external_id: Option<&'a str>,
}

impl Parts<'_> {
    /// Lists and money count as one field each, objects by their fields; words by their hash.
    pub fn told(&self) -> Result<Told> {
        let mut told = Told::new();
        for (path, value) in [
            ("attributes", to_value(self.attributes)?),
            ("consent", self.consent.clone()),
            ("origin", to_value(self.origin)?),
            ("signals", to_value(self.signals)?),
            ("bant", to_value(self.bant)?),
        ] {
            for (key, value) in value.as_object().into_iter().flatten() {
                told.insert(format!("{path}.{key}"), value.clone());
            }
        }
        for (path, value) in [
            ("consent.text", self.consent_text),
            ("interest", self.interest),
            ("timeline", self.timeline),
        ] {
            if let Some(words) = value {
                let hash = hex(&sha256(words.as_bytes()));
                told.insert(path.to_owned(), json!(hash));
            }
        }
        if let Some(id) = self.external_id {
            told.insert("external_id".to_owned(), json!(id));
        }
        told.insert("ask".to_owned(), to_value(&self.ask)?);
        told.insert("accepts".to_owned(), to_value(&self.accepts)?);
        told.insert("least".to_owned(), to_value(self.least)?);
        told.insert("copies".to_owned(), json!(self.copies));
        told.retain(|_, value| !value.is_null());
        Ok(told)
    }
}

impl Draft {
    /// What this lead's document says, to be compared with what was announced of it.
    pub fn told(&self) -> Result<Told> {
        let mut consent = to_value(&self.consent)?;
        if let Some(fields) = consent.as_object_mut() {
            fields.remove("text");
        }
        let parts = Parts {
            attributes: &self.attributes,
            interest: Some(&self.wanted.interest),
            timeline: self.wanted.timeline.as_deref(),
            consent,
            consent_text: Some(&self.consent.text),
            origin: &self.origin,
            ask: self.ask,
            accepts: &self.accepts,
            least: &self.least,
            signals: &self.signals,
            bant: &self.bant,
            copies: self.copies,
            external_id: self.external_id.as_deref(),
        };
        let mut told = parts.told()?;
        let (email, phone) = (&self.contact.email, &self.contact.phone);
        told.insert("has.email".to_owned(), json!(email.is_some()));
        told.insert("has.phone".to_owned(), json!(phone.is_some()));
        Ok(told)
    }
}

/// The fields of `before` that `now` says otherwise, each with what it was; what is new is no change.
pub fn changed(before: &Told, now: &Told) -> Vec<FieldError> {
    before
        .iter()
        .filter(|(path, value)| now.get(*path) != Some(*value))
        .map(|(path, value)| {
            let was = match value {
                _ if WORDS.contains(&path.as_str()) => "the words that were announced".to_owned(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            FieldError::new(path, Reason::ChangedSincePing, was)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(value: &Value) -> Told {
        let fields = value.as_object().unwrap().clone();
        fields.into_iter().collect()
    }

    #[test]
    fn what_is_new_is_no_change_and_what_is_gone_is_one() {
        let before = told(&json!({"attributes.age": 40, "interest": "Sunglasses", "copies": 1}));
        let same = told(
            &json!({"attributes.age": 40, "interest": "Sunglasses", "copies": 1, "timeline": "now"}),
        );
        assert!(changed(&before, &same).is_empty());
        let other = told(&json!({"attributes.age": 41, "copies": 1}));
        let fields: Vec<_> = changed(&before, &other)
            .into_iter()
            .map(|error| (error.field, error.accepted))
            .collect();
        let expected = [
            ("attributes.age", "40"),
            ("interest", "the words that were announced"),
        ];
        assert_eq!(
            fields,
            expected.map(|(field, was)| (field.to_owned(), was.to_owned()))
        );
    }
}
