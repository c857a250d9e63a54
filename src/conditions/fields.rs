//! What a buyer may filter by: the vertical's fields that are open to it, and a few every lead has.

use i18n_embed_fl::fl;

use super::filter::{Condition, Op};
use crate::clock::Ts;
use crate::error::{FieldError, Reason};
use crate::leads::{Channel, Listing};
use crate::text::Lang;
use crate::verticals::{FieldKind, Value, Vertical, place};

/// A field that conditions may name.
#[derive(Debug, Clone)]
pub struct FilterField {
    pub key: String,
    pub label: String,
    pub kind: FieldKind,
    /// The values of a choice; empty for the other kinds.
    pub allowed: Vec<String>,
    pub min: Option<i64>,
    pub max: Option<i64>,
}

/// The fields of one vertical as filters see them.
#[derive(Debug, Clone)]
pub struct FilterFields {
    open: Vec<FilterField>,
    /// Fields leads have but buyers may not filter by.
    closed: Vec<String>,
}

/// What every lead has beside its attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    Channel,
    ConsentAgeDays,
    ReceivedAgeDays,
    HasPhone,
    HasEmail,
    Score,
    Quality,
}

/// Where a condition finds its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    BuiltIn(BuiltIn),
    Attribute(String),
}

/// A value of a lead, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen<'a> {
    Bool(bool),
    Int(i64),
    Text(&'a str),
}

impl BuiltIn {
    const ALL: [Self; 7] = [
        Self::Channel,
        Self::ConsentAgeDays,
        Self::ReceivedAgeDays,
        Self::HasPhone,
        Self::HasEmail,
        Self::Score,
        Self::Quality,
    ];

    const fn key(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::ConsentAgeDays => "consent_age_days",
            Self::ReceivedAgeDays => "received_age_days",
            Self::HasPhone => "has_phone",
            Self::HasEmail => "has_email",
            Self::Score => "score",
            Self::Quality => "quality",
        }
    }

    fn field(self, lang: &Lang) -> FilterField {
        let (label, kind) = match self {
            Self::Channel => (fl!(lang, "requests-field-channel"), FieldKind::Choice),
            Self::ConsentAgeDays => (fl!(lang, "requests-field-consent-age"), FieldKind::Integer),
            Self::ReceivedAgeDays => (fl!(lang, "requests-field-received-age"), FieldKind::Integer),
            Self::HasPhone => (fl!(lang, "requests-field-has-phone"), FieldKind::Boolean),
            Self::HasEmail => (fl!(lang, "requests-field-has-email"), FieldKind::Boolean),
            Self::Score => (fl!(lang, "requests-field-score"), FieldKind::Integer),
            Self::Quality => (fl!(lang, "requests-field-quality"), FieldKind::Integer),
        };
        let channels = Channel::ALL
            .iter()
            .map(|channel| channel.as_str().to_owned());
        FilterField {
            key: self.key().to_owned(),
            label,
            kind,
            allowed: channels.filter(|_| self == Self::Channel).collect(),
            min: (kind == FieldKind::Integer).then_some(0),
            max: matches!(self, Self::Score | Self::Quality).then_some(100),
        }
    }
}

impl Source {
    pub fn of(key: &str) -> Self {
        BuiltIn::ALL
            .into_iter()
            .find(|built_in| built_in.key() == key)
            .map_or_else(|| Self::Attribute(key.to_owned()), Self::BuiltIn)
    }

    /// The lead's value, `None` when it has none.
    pub fn look<'a>(&self, listing: &'a Listing, now: Ts) -> Option<Seen<'a>> {
        match self {
            Self::Attribute(key) => listing.attributes.get(key).map(|value| match value {
                Value::Bool(flag) => Seen::Bool(*flag),
                Value::Int(number) => Seen::Int(*number),
                Value::Text(text) => Seen::Text(text),
            }),
            Self::BuiltIn(BuiltIn::Channel) => {
                listing.channel.map(|channel| Seen::Text(channel.as_str()))
            }
            Self::BuiltIn(BuiltIn::ConsentAgeDays) => {
                Some(Seen::Int(now.days_since(listing.consent_given_at)))
            }
            Self::BuiltIn(BuiltIn::ReceivedAgeDays) => {
                Some(Seen::Int(now.days_since(listing.received_at)))
            }
            Self::BuiltIn(BuiltIn::HasPhone) => Some(Seen::Bool(listing.has_phone())),
            Self::BuiltIn(BuiltIn::HasEmail) => Some(Seen::Bool(listing.has_email())),
            Self::BuiltIn(BuiltIn::Score) => Some(Seen::Int(i64::from(listing.score))),
            Self::BuiltIn(BuiltIn::Quality) => Some(Seen::Int(i64::from(listing.quality))),
        }
    }
}

/// The operators that a kind of field knows.
pub const fn operators(kind: FieldKind) -> &'static [Op] {
    match kind {
        FieldKind::Integer => &[
            Op::Gte,
            Op::Lte,
            Op::Between,
            Op::Eq,
            Op::Ne,
            Op::In,
            Op::NotIn,
            Op::Exists,
        ],
        FieldKind::Text | FieldKind::Choice => &[Op::Eq, Op::Ne, Op::In, Op::NotIn, Op::Exists],
        FieldKind::Boolean => &[Op::Eq, Op::Ne, Op::Exists],
    }
}

impl FilterFields {
    pub fn of(vertical: &Vertical, lang: &Lang) -> Self {
        let (open, closed): (Vec<_>, Vec<_>) = vertical
            .fields
            .iter()
            .partition(|field| field.filterable && !field.personal);
        let built_in = BuiltIn::ALL.into_iter().map(|field| field.field(lang));
        Self {
            open: open
                .into_iter()
                .map(|field| FilterField {
                    key: field.key.clone(),
                    label: field.label.clone(),
                    kind: field.kind,
                    allowed: field.allowed.clone(),
                    min: field.min,
                    max: field.max,
                })
                .chain(built_in)
                .collect(),
            closed: closed.into_iter().map(|field| field.key.clone()).collect(),
        }
    }

    pub fn open(&self) -> &[FilterField] {
        &self.open
    }

    pub fn get(&self, key: &str) -> Option<&FilterField> {
        self.open.iter().find(|field| field.key == key)
    }

    /// The label of a field, or its key where the vertical no longer has it.
    pub fn label(&self, key: &str) -> String {
        self.get(key)
            .map_or_else(|| key.to_owned(), |field| field.label.clone())
    }

    /// What is wrong with a condition, seen from its own path.
    pub fn check(&self, condition: &Condition, path: &str) -> Vec<FieldError> {
        let Some(field) = self.get(&condition.field) else {
            let reason = if self.closed.contains(&condition.field) {
                Reason::NotFilterable
            } else {
                Reason::UnknownField
            };
            let keys: Vec<&str> = self.open.iter().map(|field| field.key.as_str()).collect();
            return vec![FieldError::new(
                format!("{path}.field"),
                reason,
                format!("one of: {}", keys.join(", ")),
            )];
        };
        let known = operators(field.kind);
        if !known.contains(&condition.op) {
            let names: Vec<&str> = known.iter().map(|op| op.as_str()).collect();
            return vec![FieldError::new(
                format!("{path}.op"),
                Reason::OperatorNotSupported,
                format!("one of: {}", names.join(", ")),
            )];
        }
        if condition.op == Op::Exists {
            return Vec::new();
        }
        let mut errors: Vec<FieldError> = condition
            .values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| {
                let (reason, accepted) = field.check(value)?;
                let path = if condition.op.takes_list() {
                    format!("{path}.value[{index}]")
                } else {
                    format!("{path}.value")
                };
                Some(FieldError::new(path, reason, accepted))
            })
            .collect();
        if let (Op::Between, [Value::Int(low), Value::Int(high)]) =
            (condition.op, condition.values.as_slice())
            && low > high
        {
            errors.push(FieldError::new(
                format!("{path}.value"),
                Reason::NotAllowed,
                "two values, the lower first",
            ));
        }
        errors
    }
}

impl FilterField {
    fn check(&self, value: &Value) -> Option<(Reason, String)> {
        match (self.kind, value) {
            (FieldKind::Boolean, Value::Bool(_)) => None,
            (FieldKind::Boolean, _) => Some((Reason::WrongType, "true or false".to_owned())),
            (FieldKind::Integer, Value::Int(number)) => self.check_range(*number),
            (FieldKind::Integer, _) => Some((Reason::WrongType, "a whole number".to_owned())),
            (FieldKind::Choice, Value::Text(text)) => (!self.allowed.contains(text)).then(|| {
                (
                    Reason::NotAllowed,
                    format!("one of: {}", self.allowed.join(", ")),
                )
            }),
            (FieldKind::Text, Value::Text(text)) => self.check_place(text),
            (FieldKind::Choice | FieldKind::Text, _) => {
                Some((Reason::WrongType, "a text".to_owned()))
            }
        }
    }

    fn check_range(&self, number: i64) -> Option<(Reason, String)> {
        if self.min.is_some_and(|min| number < min) {
            return Some((
                Reason::TooSmall,
                format!("{} or more", self.min.unwrap_or_default()),
            ));
        }
        self.max
            .filter(|max| number > *max)
            .map(|max| (Reason::TooLarge, format!("{max} or less")))
    }

    /// A place is named by its code, or no lead would ever be in it.
    fn check_place(&self, text: &str) -> Option<(Reason, String)> {
        match self.key.as_str() {
            "country" if place::country(text) != Some(text) => Some((
                Reason::CountryUnknown,
                "an ISO 3166-1 code such as LV".to_owned(),
            )),
            "region" if place::region(None, text) != Some(text) => Some((
                Reason::RegionUnknown,
                "an ISO 3166-2 code such as RU-MOW".to_owned(),
            )),
            _ if text.trim().is_empty() => {
                Some((Reason::TooShort, "at least one character".to_owned()))
            }
            _ => None,
        }
    }
}
