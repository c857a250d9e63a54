//! Conditions as people read them.

use i18n_embed_fl::fl;

use super::filter::{Condition, Op};
use crate::text::Lang;
use crate::verticals::Value;

/// A condition that a lead failed, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCondition {
    pub label: String,
    pub condition: Condition,
    /// The condition stood under a `not`: the lead met it and should not have.
    pub negated: bool,
}

impl FailedCondition {
    /// "Age: at least 30".
    pub fn text(&self, lang: &Lang) -> String {
        let sentence = self.condition.sentence(&self.label, lang);
        if self.negated {
            fl!(lang, "requests-gate-not", condition = sentence)
        } else {
            sentence
        }
    }
}

impl Condition {
    /// The condition as a person reads it, with the label of its field.
    pub fn sentence(&self, label: &str, lang: &Lang) -> String {
        let shown: Vec<String> = self.values.iter().map(|value| shown(value, lang)).collect();
        let list = shown.join(", ");
        match self.op {
            Op::Eq => fl!(lang, "requests-sentence-eq", field = label, value = list),
            Op::Ne => fl!(lang, "requests-sentence-ne", field = label, value = list),
            Op::In => fl!(lang, "requests-sentence-in", field = label, value = list),
            Op::NotIn => fl!(
                lang,
                "requests-sentence-not-in",
                field = label,
                value = list
            ),
            Op::Gte => fl!(lang, "requests-sentence-gte", field = label, value = list),
            Op::Lte => fl!(lang, "requests-sentence-lte", field = label, value = list),
            Op::Between => {
                let (low, high) = (shown.first(), shown.get(1));
                fl!(
                    lang,
                    "requests-sentence-between",
                    field = label,
                    low = low.cloned().unwrap_or_default(),
                    high = high.cloned().unwrap_or_default()
                )
            }
            Op::Exists if self.values.first() == Some(&Value::Bool(false)) => {
                fl!(lang, "requests-sentence-absent", field = label)
            }
            Op::Exists => fl!(lang, "requests-sentence-exists", field = label),
        }
    }
}

/// A value as a person reads it: `RU-MOW` by its name, codes such as `has_partner` without underscores.
pub fn shown(value: &Value, lang: &Lang) -> String {
    match value {
        Value::Bool(true) => fl!(lang, "requests-yes"),
        Value::Bool(false) => fl!(lang, "requests-no"),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => crate::web::format::words(text),
    }
}
