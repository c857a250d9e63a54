//! The form of a contract's terms: what was typed as terms, and back again.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::rules::Rules;
use crate::conditions::editor::{self, Edit, field_at};
use crate::conditions::{Filter, FilterFields};
use crate::contracts::TermsJson;
use crate::contracts::terms::{BaseFeeJson, ConfirmationJson, ShareJson};
use crate::error::{FieldError, Reason};
use crate::money::{BasisPoints, MoneyJson};
use crate::verticals::Model;
use crate::web::form::{Pairs, first};

/// Everything that the form holds, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub vertical: String,
    /// The number of the version that is revised; empty for a new contract.
    pub version: String,
    pub name: String,
    /// The account number of a seller; empty for the open market.
    pub seller: String,
    pub model: String,
    pub currency: String,
    pub price_lead: String,
    pub price_appointment: String,
    /// In per cent, as people write it: "5", "5.5".
    pub share: String,
    pub floor: String,
    pub cap: String,
    pub deposit: String,
    pub expected_sale: String,
    pub base_fee: String,
    pub period: String,
    pub criteria: editor::Draft,
    pub min_stage: String,
    pub min_seniority: String,
    pub dispute_window_days: String,
    /// Of a private contract; what is empty is as the vertical has it.
    pub rules: Rules,
    pub reporter: String,
    pub silence_days: String,
    pub held_minutes: String,
    pub lapse_days: String,
}

/// What a button of the form does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Save,
    Edit(Edit),
}

impl Action {
    pub fn of(pairs: &Pairs) -> Self {
        Edit::of(pairs).map_or(Self::Save, Self::Edit)
    }
}

/// A form read as far as it can be.
pub struct Read {
    pub terms: TermsJson,
    /// Where in the criteria each row went, by the id of the row.
    pub paths: Vec<(String, usize)>,
    pub errors: Vec<FieldError>,
}

impl Draft {
    /// The form of terms: of a preset, or of a contract that is revised.
    pub fn of_terms(vertical: &str, terms: &TermsJson) -> Self {
        let amount = |money: Option<&MoneyJson>| {
            money.map_or_else(String::new, |money| money.amount.clone())
        };
        let share = terms.share.as_ref();
        let fee = terms.base_fee.as_ref();
        let filter = terms
            .criteria
            .as_ref()
            .and_then(|json| Filter::from_json(json).ok())
            .unwrap_or_default();
        let rule = &terms.confirmation;
        Self {
            vertical: vertical.to_owned(),
            model: terms.model.clone(),
            currency: terms.currency.clone(),
            price_lead: amount(terms.price_per_lead.as_ref()),
            price_appointment: amount(terms.price_per_appointment.as_ref()),
            share: share.map_or_else(String::new, |share| percent(share.bps)),
            floor: amount(share.and_then(|share| share.floor.as_ref())),
            cap: amount(share.and_then(|share| share.cap.as_ref())),
            deposit: amount(share.map(|share| &share.deposit)),
            expected_sale: amount(share.map(|share| &share.expected_sale)),
            base_fee: amount(fee.map(|fee| &fee.amount)),
            period: fee.map_or_else(|| "month".to_owned(), |fee| fee.period.clone()),
            criteria: editor::Draft::of_filter(&filter),
            min_stage: terms.min_stage.clone().unwrap_or_default(),
            min_seniority: terms.min_seniority.clone().unwrap_or_default(),
            dispute_window_days: terms
                .dispute_window_days
                .map_or_else(String::new, |days| days.to_string()),
            rules: terms
                .disputes
                .as_ref()
                .map_or_else(Rules::default, Rules::of),
            reporter: rule.reporter.clone(),
            silence_days: rule.silence_days.to_string(),
            held_minutes: rule.held_minutes.to_string(),
            lapse_days: rule.lapse_days.to_string(),
            ..Self::default()
        }
    }

    pub fn of_pairs(pairs: &Pairs) -> Self {
        let text = |name: &str| first(pairs, name).to_owned();
        Self {
            vertical: text("vertical"),
            version: text("version"),
            name: text("name"),
            seller: text("seller"),
            model: text("model"),
            currency: text("currency").to_uppercase(),
            price_lead: text("price_per_lead"),
            price_appointment: text("price_per_appointment"),
            share: text("share.bps"),
            floor: text("share.floor"),
            cap: text("share.cap"),
            deposit: text("share.deposit"),
            expected_sale: text("share.expected_sale"),
            base_fee: text("base_fee.amount"),
            period: text("base_fee.period"),
            criteria: editor::Draft::of_pairs(pairs),
            min_stage: text("min_stage"),
            min_seniority: text("min_seniority"),
            dispute_window_days: text("dispute_window_days"),
            rules: Rules::of_pairs(pairs),
            reporter: text("confirmation.reporter"),
            silence_days: text("confirmation.silence_days"),
            held_minutes: text("confirmation.held_minutes"),
            lapse_days: text("confirmation.lapse_days"),
        }
    }

    /// Whether a part of the terms goes with the model that is chosen. The form hides the others, so
    /// what stands in them is left out instead of refused where nobody sees it.
    fn has(&self, part: &str) -> bool {
        match self.model.parse() {
            Ok(Model::Ppl) => part == "lead",
            Ok(Model::Ppa) => part == "appointment",
            Ok(Model::Pps) => part == "share",
            Ok(Model::Hybrid) | Err(_) => true,
        }
    }

    /// The terms as the API takes them, the place of each row in the criteria, and what cannot be read.
    pub fn terms(&self, fields: &FilterFields) -> Read {
        let mut errors = Vec::new();
        let mut number = |text: &str, field: &str| {
            text.parse::<i32>().unwrap_or_else(|_| {
                errors.push(FieldError::new(field, Reason::WrongType, "a whole number"));
                1
            })
        };
        let dispute_window_days = (!self.dispute_window_days.is_empty())
            .then(|| number(&self.dispute_window_days, "dispute_window_days"));
        let confirmation = ConfirmationJson {
            reporter: self.reporter.clone(),
            silence_days: number(&self.silence_days, "confirmation.silence_days"),
            held_minutes: number(&self.held_minutes, "confirmation.held_minutes"),
            lapse_days: number(&self.lapse_days, "confirmation.lapse_days"),
        };
        let disputes = self.rules.json(&mut errors);
        let share = self.share(&mut errors);
        let (criteria, paths) = self.criteria.json("criteria", &self.currency, fields);
        errors.extend(self.criteria.unfinished());
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let price = |part: &str, amount: &str| {
            (self.has(part) && !amount.is_empty()).then(|| self.money(amount))
        };
        let terms = TermsJson {
            model: self.model.clone(),
            currency: self.currency.clone(),
            price_per_lead: price("lead", &self.price_lead),
            price_per_appointment: price("appointment", &self.price_appointment),
            share,
            base_fee: price("fee", &self.base_fee).map(|amount| BaseFeeJson {
                amount,
                period: self.period.clone(),
            }),
            criteria: Some(criteria),
            min_stage: text(&self.min_stage),
            min_seniority: text(&self.min_seniority),
            dispute_window_days,
            disputes: Some(disputes),
            confirmation,
        };
        Read {
            terms,
            paths,
            errors,
        }
    }

    /// The share, once anything of it is typed.
    fn share(&self, errors: &mut Vec<FieldError>) -> Option<ShareJson> {
        let is_typed = [
            &self.share,
            &self.floor,
            &self.cap,
            &self.deposit,
            &self.expected_sale,
        ]
        .into_iter()
        .any(|text| !text.is_empty());
        if !self.has("share") || !is_typed {
            return None;
        }
        let bps = bps(&self.share).unwrap_or_else(|| {
            let accepted = "a percentage such as 5 or 5.5";
            errors.push(FieldError::new("share.bps", Reason::WrongType, accepted));
            1
        });
        for (field, text) in [
            ("share.deposit", &self.deposit),
            ("share.expected_sale", &self.expected_sale),
        ] {
            if text.is_empty() {
                errors.push(FieldError::new(
                    field,
                    Reason::Required,
                    "an amount such as 50.00",
                ));
            }
        }
        let optional = |text: &str| (!text.is_empty()).then(|| self.money(text));
        Some(ShareJson {
            bps,
            floor: optional(&self.floor),
            cap: optional(&self.cap),
            deposit: self.money(&self.deposit),
            expected_sale: self.money(&self.expected_sale),
        })
    }

    /// Amounts are typed with a comma as often as with a point.
    fn money(&self, amount: &str) -> MoneyJson {
        MoneyJson {
            amount: plain(amount),
            currency: self.currency.clone(),
        }
    }
}

fn plain(number: &str) -> String {
    number
        .replace(['\u{202f}', '\u{a0}', ' '], "")
        .replace(',', ".")
}

/// "5.5" or "5,5 %" as 550.
pub(super) fn bps(text: &str) -> Option<i64> {
    let percent = plain(text.trim_end_matches('%'));
    let decimal = Decimal::from_str_exact(&percent).ok()?;
    let scaled = decimal.checked_mul(Decimal::ONE_HUNDRED)?;
    scaled.is_integer().then(|| scaled.to_i64()).flatten()
}

pub(super) fn percent(bps: i64) -> String {
    let rate = i32::try_from(bps).map_or(BasisPoints(0), BasisPoints);
    rate.to_string().trim_end_matches(" %").to_owned()
}

/// The error as the form's fields are named.
pub fn at_form_field(mut error: FieldError, paths: &[(String, usize)]) -> FieldError {
    if let Some(row) = field_at(&error.field, paths) {
        error.field = row;
        return error;
    }
    let field = error.field.as_str();
    let shown = match field {
        "base_fee" | "base_fee.amount.amount" => "base_fee.amount",
        "share" => "share.bps",
        _ if field.starts_with("criteria") => "criteria",
        _ if field.ends_with(".currency") => "currency",
        _ => field.strip_suffix(".amount").map_or(field, |money| {
            if money == "base_fee" { field } else { money }
        }),
    };
    if shown == "share.bps" && matches!(error.reason, Reason::TooSmall | Reason::TooLarge) {
        "0.01 to 100".clone_into(&mut error.accepted);
    }
    FieldError {
        field: shown.to_owned(),
        ..error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_typed_in_per_cent() {
        for (text, expected) in [
            ("5", Some(500)),
            ("5.5", Some(550)),
            ("0,25 %", Some(25)),
            ("100", Some(10_000)),
            ("101", Some(10_100)),
            ("-5", Some(-500)),
            ("5.555", None),
            ("five", None),
            ("", None),
        ] {
            assert_eq!(bps(text), expected, "{text}");
        }
        for bps in [25, 500, 550, 10_000] {
            assert_eq!(super::bps(&percent(bps)), Some(bps));
        }
    }
}
