//! The rules of disputes in the form of a contract, as they are typed; what is empty is the vertical's.

use super::form::{bps, percent};
use crate::contracts::terms::DisputesJson;
use crate::error::{FieldError, Reason};
use crate::web::form::{Pairs, first};

/// Days as whole numbers, shares in per cent.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub answer_days: String,
    pub decide_days: String,
    pub appeal_days: String,
    pub return_cap: String,
    pub cap_days: String,
    pub meritless_fee: String,
}

impl Rules {
    pub fn of(rules: &DisputesJson) -> Self {
        let days = |days: Option<i32>| days.map_or_else(String::new, |days| days.to_string());
        let share = |bps: Option<i32>| bps.map_or_else(String::new, |bps| percent(i64::from(bps)));
        Self {
            answer_days: days(rules.answer_days),
            decide_days: days(rules.decide_days),
            appeal_days: days(rules.appeal_days),
            return_cap: share(rules.return_cap_bps),
            cap_days: days(rules.cap_days),
            meritless_fee: share(rules.meritless_fee_bps),
        }
    }

    pub fn of_pairs(pairs: &Pairs) -> Self {
        let text = |name: &str| first(pairs, &format!("disputes.{name}")).to_owned();
        Self {
            answer_days: text("answer_days"),
            decide_days: text("decide_days"),
            appeal_days: text("appeal_days"),
            return_cap: text("return_cap_bps"),
            cap_days: text("cap_days"),
            meritless_fee: text("meritless_fee_bps"),
        }
    }

    /// The rules as the API takes them; what cannot be read is added to the errors.
    pub fn json(&self, errors: &mut Vec<FieldError>) -> DisputesJson {
        let mut read = |text: &str, field: &str, value: Option<i32>, accepted: &str| {
            if !text.is_empty() && value.is_none() {
                let field = format!("disputes.{field}");
                errors.push(FieldError::new(field, Reason::WrongType, accepted));
            }
            value
        };
        let mut days =
            |text: &str, field: &str| read(text, field, text.parse().ok(), "a whole number");
        let answer_days = days(&self.answer_days, "answer_days");
        let decide_days = days(&self.decide_days, "decide_days");
        let appeal_days = days(&self.appeal_days, "appeal_days");
        let cap_days = days(&self.cap_days, "cap_days");
        let mut share = |text: &str, field: &str| {
            let value = bps(text).and_then(|bps| i32::try_from(bps).ok());
            read(text, field, value, "a percentage such as 20")
        };
        DisputesJson {
            answer_days,
            decide_days,
            appeal_days,
            return_cap_bps: share(&self.return_cap, "return_cap_bps"),
            cap_days,
            meritless_fee_bps: share(&self.meritless_fee, "meritless_fee_bps"),
        }
    }
}
