//! The request editor's form: rows of conditions instead of JSON, and back again.

use std::collections::BTreeMap;

use serde_json::json;

use crate::conditions::FilterFields;
use crate::conditions::editor::{self, Edit, field_at};
use crate::error::{FieldError, Reason};
use crate::money::{Money, MoneyJson};
use crate::requests::schedule::{Day, show_minute};
use crate::requests::terms::{CapJson, CapsJson, DeliveryJson, ScheduleJson};
use crate::requests::{CapWindow, PurchaseRequest, Sellers, SharedBidJson, TermsJson};
use crate::web::form::{Pairs, every, first};
use crate::web::format::CURRENCIES;

/// The hours of a request that buys around the clock.
const DAY_STARTS: &str = "00:00";
const DAY_ENDS: &str = "24:00";

/// The choice of the standard contract, which has no id while there is none.
pub const STANDARD: &str = "standard";

/// Everything that the editor holds, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub vertical: String,
    /// The version that is edited; empty for a new request.
    pub version: String,
    pub name: String,
    /// The id of a contract; empty for pay per lead at the bid.
    pub contract: String,
    pub conditions: editor::Draft,
    pub need_phone: bool,
    pub need_email: bool,
    pub bid: String,
    /// Bids by the number of buyers, such as `2: 50.00; 3: 30.00`.
    pub shared_bids: String,
    pub currency: String,
    pub quantity: String,
    pub budget: String,
    /// Count and amount of the caps per hour, day, week and month.
    pub caps: BTreeMap<CapWindow, (String, String)>,
    pub days: Vec<String>,
    pub from: String,
    pub to: String,
    pub time_zone: String,
    pub max_consent_age_days: String,
    pub min_quality: String,
    pub deliver_email: String,
    pub auto_buy: bool,
    /// Allowed and blocked sellers as JSON; pages do not edit them.
    pub sellers: String,
}

/// What the editor's buttons do; all of them send the whole form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Save,
    SaveAndActivate,
    Check,
    Edit(Edit),
}

impl Action {
    pub fn of(pairs: &Pairs) -> Self {
        match (Edit::of(pairs), first(pairs, "action")) {
            (Some(edit), _) => Self::Edit(edit),
            (None, "activate") => Self::SaveAndActivate,
            (None, "check") => Self::Check,
            (None, _) => Self::Save,
        }
    }
}

impl Draft {
    /// An empty form for a vertical.
    pub fn blank(vertical: &str) -> Self {
        Self {
            vertical: vertical.to_owned(),
            currency: CURRENCIES[0].to_owned(),
            quantity: "10".to_owned(),
            days: Day::ALL.iter().map(|day| day.as_str().to_owned()).collect(),
            from: DAY_STARTS.to_owned(),
            to: DAY_ENDS.to_owned(),
            time_zone: "UTC".to_owned(),
            auto_buy: true,
            ..Self::default()
        }
    }

    /// Starts from a contract, and from a filter that rows can show.
    pub fn start(&mut self, contract: Option<String>, filter: Option<&str>) {
        self.contract = contract.unwrap_or_default();
        self.conditions = filter.map(editor::Draft::of_address).unwrap_or_default();
    }

    /// Whether the form asks for leads on every day, around the clock.
    pub fn is_always(&self) -> bool {
        self.days.len() == Day::ALL.len() && self.from == DAY_STARTS && self.to == DAY_ENDS
    }

    /// The form of a stored request.
    pub fn of_request(request: &PurchaseRequest, vertical: &str) -> Self {
        let amount = |money: Money| money.amount();
        let schedule = &request.schedule;
        Self {
            vertical: vertical.to_owned(),
            version: request.version.to_string(),
            name: request.name.clone(),
            contract: contract_id(request),
            conditions: editor::Draft::of_filter(&request.filter),
            need_phone: request.need_phone,
            need_email: request.need_email,
            bid: if request.agreement.terms().asks_for_bid() {
                amount(request.bid)
            } else {
                String::new()
            },
            shared_bids: shared_text(request),
            currency: request.bid.currency.to_string(),
            quantity: request.quantity.to_string(),
            budget: amount(request.budget),
            caps: request
                .caps
                .iter()
                .map(|cap| {
                    let count = cap.count.map(|count| count.to_string());
                    let sum = cap.amount.map(amount);
                    (
                        cap.window,
                        (count.unwrap_or_default(), sum.unwrap_or_default()),
                    )
                })
                .collect(),
            days: schedule
                .days
                .iter()
                .map(|day| day.as_str().to_owned())
                .collect(),
            from: show_minute(schedule.from_minute),
            to: show_minute(schedule.to_minute),
            time_zone: schedule.zone.name().to_owned(),
            max_consent_age_days: request
                .max_consent_age_days
                .map(|days| days.to_string())
                .unwrap_or_default(),
            min_quality: match request.min_quality {
                0 => String::new(),
                least => least.to_string(),
            },
            deliver_email: request.deliver_email.clone().unwrap_or_default(),
            auto_buy: request.auto_buy,
            sellers: json!(request.sellers).to_string(),
        }
    }

    /// The form as it was sent.
    pub fn of_pairs(pairs: &Pairs) -> Self {
        let text = |name: &str| first(pairs, name).to_owned();
        let is = |name: &str| first(pairs, name) == "true";
        let caps = CapWindow::ALL.iter().filter_map(|&window| {
            let count = text(&format!("caps.{window}.count"));
            let amount = text(&format!("caps.{window}.amount"));
            (!count.is_empty() || !amount.is_empty()).then_some((window, (count, amount)))
        });
        Self {
            vertical: text("vertical"),
            version: text("version"),
            name: text("name"),
            contract: text("contract").replace(STANDARD, ""),
            conditions: editor::Draft::of_pairs(pairs),
            need_phone: is("need_phone"),
            need_email: is("need_email"),
            bid: text("bid"),
            shared_bids: text("shared_bids"),
            currency: text("currency").to_uppercase(),
            quantity: text("quantity"),
            budget: text("budget"),
            caps: caps.collect(),
            days: every(pairs, "schedule.days"),
            from: text("schedule.from"),
            to: text("schedule.to"),
            time_zone: text("schedule.time_zone"),
            max_consent_age_days: text("max_consent_age_days"),
            min_quality: text("min_quality"),
            deliver_email: text("delivery.email"),
            auto_buy: is("auto_buy"),
            sellers: text("sellers"),
        }
    }

    /// The terms as the API takes them, the path in the filter of each row, and what cannot even be read.
    pub fn terms(&self, fields: &FilterFields) -> Read {
        let mut errors = Vec::new();
        let mut number = |text: &str, field: &str| {
            let number = text.replace(['\u{202f}', '\u{a0}', ' '], "").parse::<i64>();
            if number.is_err() {
                errors.push(FieldError::new(field, Reason::WrongType, "a whole number"));
            }
            number.unwrap_or(1)
        };
        let quantity = number(&self.quantity, "quantity");
        let mut caps = CapsJson::default();
        for (&window, (count, amount)) in &self.caps {
            let cap = Some(CapJson {
                count: (!count.is_empty()).then(|| number(count, &format!("caps.{window}.count"))),
                amount: (!amount.is_empty()).then(|| self.money(amount)),
            });
            match window {
                CapWindow::Hour => caps.hour = cap,
                CapWindow::Day => caps.day = cap,
                CapWindow::Week => caps.week = cap,
                CapWindow::Month => caps.month = cap,
            }
        }
        let max_consent_age_days = (!self.max_consent_age_days.is_empty()).then(|| {
            let days = number(&self.max_consent_age_days, "max_consent_age_days");
            i32::try_from(days).unwrap_or(i32::MAX)
        });
        let min_quality = (!self.min_quality.is_empty()).then(|| {
            let least = number(&self.min_quality, "min_quality");
            i32::try_from(least).unwrap_or(i32::MAX)
        });
        let shared_bids = self.shared_bids(&mut errors);
        let (filter, paths) = self.conditions.json("filter", &self.currency, fields);
        errors.extend(self.conditions.unfinished());
        let needs = [("phone", self.need_phone), ("email", self.need_email)];
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let terms = TermsJson {
            name: self.name.clone(),
            vertical: self.vertical.clone(),
            filter: Some(filter),
            needs: needs
                .into_iter()
                .filter(|(_, needed)| *needed)
                .map(|(need, _)| need.to_owned())
                .collect(),
            contract: self.contract.parse().ok(),
            bid: text(&self.bid).map(|bid| self.money(&bid)),
            shared_bids,
            quantity,
            caps,
            budget: text(&self.budget).map(|budget| self.money(&budget)),
            schedule: Some(ScheduleJson {
                days: Some(self.days.clone()),
                from: text(&self.from),
                to: text(&self.to),
                time_zone: text(&self.time_zone),
            }),
            max_consent_age_days,
            min_quality,
            sellers: serde_json::from_str::<Sellers>(&self.sellers).unwrap_or_default(),
            delivery: text(&self.deliver_email).map(|email| DeliveryJson { email }),
            auto_buy: self.auto_buy,
        };
        Read {
            terms,
            paths,
            errors,
        }
    }

    /// The bids by the number of buyers; a part that says no number and amount is an error.
    fn shared_bids(&self, errors: &mut Vec<FieldError>) -> Vec<SharedBidJson> {
        let parts = self.shared_bids.split(';').map(str::trim);
        let mut bids = Vec::new();
        for part in parts.filter(|part| !part.is_empty()) {
            let read = part.split_once(':');
            let read = read.and_then(|(buyers, amount)| {
                Some(SharedBidJson {
                    buyers: buyers.trim().parse().ok()?,
                    bid: self.money(amount.trim()),
                })
            });
            match read {
                Some(bid) => bids.push(bid),
                None if errors.iter().any(|error| error.field == "shared_bids") => {}
                None => {
                    let accepted =
                        "numbers of buyers with what you pay, such as 2: 50.00; 3: 30.00";
                    errors.push(FieldError::new("shared_bids", Reason::WrongType, accepted));
                }
            }
        }
        bids
    }

    /// Amounts are typed with a comma as often as with a point.
    fn money(&self, amount: &str) -> MoneyJson {
        MoneyJson {
            amount: amount
                .replace(['\u{202f}', '\u{a0}', ' '], "")
                .replace(',', "."),
            currency: self.currency.clone(),
        }
    }
}

/// What a request bids by the number of buyers, as the form takes it.
pub fn shared_text(request: &PurchaseRequest) -> String {
    let shared = request.shared_bids.iter();
    let bids = shared.map(|shared| format!("{}: {}", shared.buyers, shared.bid.amount()));
    bids.collect::<Vec<_>>().join("; ")
}

/// The contract of a request, where it is not the standard one.
fn contract_id(request: &PurchaseRequest) -> String {
    let contract = &request.agreement.contract;
    if contract.is_standard {
        String::new()
    } else {
        contract.id.to_string()
    }
}

/// A form read as far as it can be.
pub struct Read {
    pub terms: TermsJson,
    /// Where in the filter each row went, by the id of the row.
    pub paths: Vec<(String, usize)>,
    pub errors: Vec<FieldError>,
}

/// The error as the form's fields are named: money has one field for its amount, a row one for its condition.
pub fn at_form_field(mut error: FieldError, paths: &[(String, usize)]) -> FieldError {
    if let Some(row) = field_at(&error.field, paths) {
        error.field = row;
        return error;
    }
    let field = error.field.as_str();
    let shown = match field {
        "bid.currency" => "currency",
        "bid.amount" => "bid",
        _ if field.starts_with("shared_bids") => "shared_bids",
        "budget.amount" | "budget.currency" => "budget",
        _ if field.starts_with("schedule.days") => "schedule.days",
        _ if field.starts_with("filter") => "filter",
        _ => field
            .strip_suffix(".amount.amount")
            .or_else(|| field.strip_suffix(".amount.currency"))
            .map_or(field, |cap| &field[..cap.len() + ".amount".len()]),
    };
    FieldError {
        field: shown.to_owned(),
        ..error
    }
}
