//! What a model sees of a lead: open attributes, what was done, and the four questions of BANT. Never the contact.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rule::LeadEventKind;
use crate::clock::Ts;
use crate::db::types::text_enum;
use crate::verticals::{Attributes, Value};

/// Events of one kind at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened {
    pub kind: LeadEventKind,
    pub at: Ts,
    pub count: i32,
}

/// What the person did before, as their seller saw it; it counts as done when the lead was received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LeadSignals)]
pub struct Signals {
    /// Asked for a free assessment or consultation.
    pub consultation: bool,
    pub emails_opened: i64,
    pub newsletter: bool,
    pub visits_30_days: i64,
}

impl Signals {
    /// The same as events of the time of receipt.
    pub fn happened(&self, at: Ts) -> Vec<Happened> {
        [
            (LeadEventKind::Consultation, i64::from(self.consultation)),
            (LeadEventKind::EmailOpened, self.emails_opened),
            (LeadEventKind::Newsletter, i64::from(self.newsletter)),
            (LeadEventKind::Visit, self.visits_30_days),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| Happened {
            kind,
            at,
            count: i32::try_from(count).unwrap_or(i32::MAX),
        })
        .collect()
    }
}

text_enum! {
    /// Can they pay?
    pub enum Budget { None = "none", Planned = "planned", Approved = "approved" }
}

text_enum! {
    /// May they decide?
    pub enum Authority { None = "none", Influences = "influences", Decides = "decides" }
}

text_enum! {
    /// Do they need it?
    pub enum Need { None = "none", Possible = "possible", Clear = "clear" }
}

text_enum! {
    /// When is it to be delivered?
    pub enum Timing {
        Later = "later",
        HalfYear = "half_year",
        Quarter = "quarter",
        Month = "month",
    }
}

/// Budget, authority, need and timing, as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LeadBant)]
pub struct Bant {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

impl Bant {
    /// The questions in their order, with their answers.
    pub fn answers(&self) -> [(&'static str, Option<&'static str>); 4] {
        [
            ("budget", self.budget.map(Budget::as_str)),
            ("authority", self.authority.map(Authority::as_str)),
            ("need", self.need.map(Need::as_str)),
            ("timing", self.timing.map(Timing::as_str)),
        ]
    }

    /// How many of the four are answered.
    pub fn quarters(&self) -> i64 {
        self.answers()
            .iter()
            .map(|(_, answer)| i64::from(answer.is_some()))
            .sum()
    }
}

/// A lead as rules see it.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub attributes: &'a Attributes,
    pub channel: Option<&'a str>,
    pub has_phone: bool,
    pub has_email: bool,
    pub has_company: bool,
    pub bant: Bant,
    pub received_at: Ts,
}

/// Fields that every lead has beside the attributes of its vertical.
pub const BUILT_IN: &[&str] = &[
    "channel",
    "has_phone",
    "has_email",
    "has_company",
    "bant.budget",
    "bant.authority",
    "bant.need",
    "bant.timing",
    "bant.quarters",
];

impl Facts<'_> {
    /// The value of a field; an attribute by its key.
    pub fn value(&self, field: &str) -> Option<Value> {
        let text = |text: &str| Value::Text(text.to_owned());
        match field {
            "channel" => self.channel.map(text),
            "has_phone" => Some(Value::Bool(self.has_phone)),
            "has_email" => Some(Value::Bool(self.has_email)),
            "has_company" => Some(Value::Bool(self.has_company)),
            "bant.quarters" => Some(Value::Int(self.bant.quarters())),
            _ => match field.strip_prefix("bant.") {
                Some(question) => {
                    let answers = self.bant.answers();
                    let found = answers.iter().find(|(name, _)| *name == question);
                    found.and_then(|(_, answer)| answer.map(text))
                }
                None => self.attributes.get(field).cloned(),
            },
        }
    }
}
