//! Checks the terms that a buyer writes, field by field.

use serde_json::Value as Json;

use super::terms::{
    BaseFee, BaseFeeJson, Confirmation, ConfirmationJson, Criteria, Period, Reporter, SENIORITY,
    Share, ShareJson, Terms, TermsJson,
};
use crate::conditions::{Conditions, Filter, FilterFields};
use crate::error::{FieldError, Reason};
use crate::money::{BasisPoints, Currency, Money, MoneyError, MoneyJson};
use crate::scoring::Stage;
use crate::text::english;
use crate::verticals::{Model, Vertical};

/// Ten billion in the major unit of a currency with two decimals: sums stay far from overflow.
const MINOR_MAX: i64 = 1_000_000_000_000;

impl Terms {
    /// Checks everything and names every field that is wrong, also parts that do not go together.
    pub fn parse(input: &TermsJson, vertical: &Vertical) -> Result<Self, Vec<FieldError>> {
        let mut errors = Errors::default();
        let model = errors.model(&input.model);
        let currency = errors.currency(&input.currency);
        // Amounts are read even when the currency is wrong, so that all errors are told at once.
        let unit = currency.unwrap_or(Currency::EUR);
        let price_lead = errors.price(input.price_per_lead.as_ref(), "price_per_lead", unit);
        let price_appointment = errors.price(
            input.price_per_appointment.as_ref(),
            "price_per_appointment",
            unit,
        );
        let share = input
            .share
            .as_ref()
            .and_then(|json| errors.share(json, unit));
        let base_fee = input
            .base_fee
            .as_ref()
            .and_then(|json| errors.base_fee(json, unit));
        let criteria = errors.criteria(input, vertical, unit);
        let dispute_window_days = errors.within(
            input
                .dispute_window_days
                .unwrap_or(vertical.dispute_window_days),
            "dispute_window_days",
            (1, 90),
        );
        let disputes = match &input.disputes {
            Some(given) => given.over(&vertical.disputes),
            None => vertical.disputes.clone(),
        };
        errors.0.extend(disputes.check("disputes."));
        let confirmation = errors.confirmation(&input.confirmation);
        if let Some(model) = model {
            errors.combination(model, input);
        }
        match (model, currency) {
            (Some(model), Some(currency)) if errors.0.is_empty() => Ok(Self {
                model,
                currency,
                price_lead,
                price_appointment,
                share,
                base_fee,
                criteria,
                dispute_window_days,
                disputes,
                confirmation,
            }),
            _ => Err(errors.0),
        }
    }
}

#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn add(&mut self, field: impl Into<String>, reason: Reason, accepted: impl Into<String>) {
        self.0.push(FieldError::new(field, reason, accepted));
    }

    fn model(&mut self, text: &str) -> Option<Model> {
        text.parse()
            .map_err(|accepted: String| self.add("model", Reason::NotAllowed, accepted))
            .ok()
    }

    fn currency(&mut self, text: &str) -> Option<Currency> {
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let accepted = "an ISO 4217 code such as EUR";
            self.add("currency", Reason::CurrencyUnknown, accepted);
        }
        parsed
    }

    fn within(&mut self, value: i32, field: &str, (low, high): (i32, i32)) -> i32 {
        if value < low {
            self.add(field, Reason::TooSmall, format!("{low} to {high}"));
        } else if value > high {
            self.add(field, Reason::TooLarge, format!("{low} to {high}"));
        }
        value
    }

    fn price(&mut self, json: Option<&MoneyJson>, field: &str, unit: Currency) -> Option<Money> {
        match json?.parse() {
            Ok(money) if money.currency != unit => {
                let accepted = format!("{unit}, as the contract");
                let field = format!("{field}.currency");
                self.add(field, Reason::CurrencyMismatch, accepted);
                None
            }
            Ok(money) if money.minor < 1 => {
                let least = Money::new(1, unit);
                self.add(field, Reason::TooSmall, format!("{least} or more"));
                None
            }
            Ok(money) if money.minor > MINOR_MAX => {
                let most = Money::new(MINOR_MAX, unit);
                self.add(field, Reason::TooLarge, format!("up to {most}"));
                None
            }
            Ok(money) => Some(money),
            Err(MoneyError::Currency) => {
                let accepted = "an ISO 4217 code such as EUR";
                let field = format!("{field}.currency");
                self.add(field, Reason::CurrencyUnknown, accepted);
                None
            }
            Err(_) => {
                let field = format!("{field}.amount");
                self.add(field, Reason::AmountInvalid, "a decimal such as 50.00");
                None
            }
        }
    }

    fn share(&mut self, json: &ShareJson, unit: Currency) -> Option<Share> {
        let bps = if json.bps < 1 {
            self.add("share.bps", Reason::TooSmall, "1 to 10000, 100 for 1 %");
            None
        } else if json.bps > 10_000 {
            self.add("share.bps", Reason::TooLarge, "1 to 10000, 100 for 1 %");
            None
        } else {
            i32::try_from(json.bps).ok().map(BasisPoints)
        };
        let floor = self.price(json.floor.as_ref(), "share.floor", unit);
        let cap = self.price(json.cap.as_ref(), "share.cap", unit);
        let deposit = self.price(Some(&json.deposit), "share.deposit", unit);
        let expected_sale = self.price(Some(&json.expected_sale), "share.expected_sale", unit);
        if let (Some(floor), Some(cap)) = (floor, cap)
            && floor.minor > cap.minor
        {
            self.add(
                "share.floor",
                Reason::TooLarge,
                format!("up to the cap, {cap}"),
            );
        }
        if let (Some(deposit), Some(cap)) = (deposit, cap)
            && deposit.minor > cap.minor
        {
            self.add(
                "share.deposit",
                Reason::TooLarge,
                format!("up to the cap, {cap}"),
            );
        }
        Some(Share {
            bps: bps?,
            floor,
            cap,
            deposit: deposit?,
            expected_sale: expected_sale?,
        })
    }

    fn base_fee(&mut self, json: &BaseFeeJson, unit: Currency) -> Option<BaseFee> {
        let amount = self.price(Some(&json.amount), "base_fee.amount", unit);
        let period = json.period.parse::<Period>();
        match (amount, period) {
            (amount, Ok(period)) => Some(BaseFee {
                amount: amount?,
                period,
            }),
            (_, Err(accepted)) => {
                self.add("base_fee.period", Reason::NotAllowed, accepted);
                None
            }
        }
    }

    fn criteria(&mut self, input: &TermsJson, vertical: &Vertical, unit: Currency) -> Criteria {
        let min_stage = input.min_stage.as_deref().and_then(|text| {
            if let Ok(stage @ (Stage::Mql | Stage::Sql)) = text.parse() {
                Some(stage)
            } else {
                self.add("min_stage", Reason::NotAllowed, "one of: mql, sql");
                None
            }
        });
        let min_seniority = input.min_seniority.clone();
        if let Some(least) = &min_seniority {
            match vertical.field(SENIORITY) {
                Some(field) if field.allowed.contains(least) => {}
                Some(field) => {
                    let accepted = format!("one of: {}", field.allowed.join(", "));
                    self.add("min_seniority", Reason::NotAllowed, accepted);
                }
                None => {
                    let accepted = "left out: the leads of this vertical have no seniority";
                    self.add("min_seniority", Reason::UnknownField, accepted);
                }
            }
        }
        Criteria {
            filter: self.filter(input.criteria.as_ref(), vertical, unit),
            min_stage,
            min_seniority,
        }
    }

    fn filter(&mut self, json: Option<&Json>, vertical: &Vertical, unit: Currency) -> Filter {
        let Some(json) = json else {
            return Filter::default();
        };
        let fields = FilterFields::of(vertical, english());
        match Filter::parse_criteria(json, &fields, unit) {
            Ok(filter) => {
                if let Err(error) = Conditions::compile(&filter, &fields) {
                    self.add("criteria", error.reason, error.accepted);
                }
                filter
            }
            Err(errors) => {
                self.0.extend(errors);
                Filter::default()
            }
        }
    }

    fn confirmation(&mut self, json: &ConfirmationJson) -> Confirmation {
        let reporter = json
            .reporter
            .parse::<Reporter>()
            .unwrap_or_else(|accepted| {
                self.add("confirmation.reporter", Reason::NotAllowed, accepted);
                Reporter::Either
            });
        let mut within = |value, field: &str, bounds| {
            self.within(value, &format!("confirmation.{field}"), bounds)
        };
        Confirmation {
            reporter,
            silence_days: within(json.silence_days, "silence_days", (1, 30)),
            held_minutes: within(json.held_minutes, "held_minutes", (0, 480)),
            lapse_days: within(json.lapse_days, "lapse_days", (1, 365)),
        }
    }

    /// What each model needs, and what it does not know.
    fn combination(&mut self, model: Model, input: &TermsJson) {
        let parts = [
            ("price_per_lead", input.price_per_lead.is_some()),
            (
                "price_per_appointment",
                input.price_per_appointment.is_some(),
            ),
            ("share", input.share.is_some()),
            ("base_fee", input.base_fee.is_some()),
        ];
        let (needed, open): (&[&str], &[&str]) = match model {
            Model::Ppl => (&[], &["price_per_lead"]),
            Model::Ppa => (&["price_per_appointment"], &[]),
            Model::Pps => (&["share"], &[]),
            Model::Hybrid => (
                &["base_fee"],
                &["price_per_lead", "price_per_appointment", "share"],
            ),
        };
        for (part, is_given) in parts {
            if needed.contains(&part) && !is_given {
                self.add(part, Reason::Required, format!("{model} is paid by it"));
            } else if is_given && !needed.contains(&part) && !open.contains(&part) {
                let accepted = format!("left out under {model}; a hybrid contract combines them");
                self.add(part, Reason::NotAllowed, accepted);
            }
        }
        let has_bonus = parts
            .iter()
            .any(|(part, is_given)| *is_given && *part != "base_fee");
        if model == Model::Hybrid && !has_bonus {
            let accepted = "a bonus: price_per_lead, price_per_appointment or share";
            self.add("model", Reason::Required, accepted);
        }
    }
}
