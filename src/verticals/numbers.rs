//! The numbers of a vertical that an admin may change; the database checks the same bounds.

use super::dispute_rules as rules;
use super::pages::NumbersForm;
use super::{DisputeRules, store};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{FieldError, Reason, Result};
use crate::id::VerticalId;
use crate::money::BasisPoints;

/// Numbers that are within their bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    pub commission: BasisPoints,
    pub duplicate_window_days: i32,
    pub consent_max_age_days: i32,
    pub dispute_window_days: i32,
    pub listing_days: i32,
    pub max_copies: i32,
    pub min_age: i32,
    pub held_prior: BasisPoints,
    pub sale_prior: BasisPoints,
    pub prior_weight: i32,
    pub disputes: DisputeRules,
}

impl Numbers {
    pub fn parse(form: &NumbersForm) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut number = |field: &str, text: &str, min: i32, max: i32| -> i32 {
            let value: Option<i32> = text.trim().parse().ok();
            let reason = match value {
                None => Reason::WrongType,
                Some(value) if value < min => Reason::TooSmall,
                Some(value) if value > max => Reason::TooLarge,
                Some(value) => return value,
            };
            errors.push(FieldError::new(field, reason, format!("{min} - {max}")));
            min
        };
        let numbers = Self {
            commission: BasisPoints(number("commission", &form.commission, 0, 10_000)),
            duplicate_window_days: number(
                "duplicate_window_days",
                &form.duplicate_window_days,
                1,
                3_650,
            ),
            consent_max_age_days: number(
                "consent_max_age_days",
                &form.consent_max_age_days,
                1,
                3_650,
            ),
            dispute_window_days: number("dispute_window_days", &form.dispute_window_days, 1, 90),
            listing_days: number("listing_days", &form.listing_days, 1, 365),
            max_copies: number("max_copies", &form.max_copies, 1, 10),
            min_age: number("min_age", &form.min_age, 18, 120),
            held_prior: BasisPoints(number("held_prior", &form.held_prior, 1, 9_999)),
            sale_prior: BasisPoints(number("sale_prior", &form.sale_prior, 1, 9_999)),
            prior_weight: number("prior_weight", &form.prior_weight, 1, 10_000),
            disputes: dispute_rules(form, &mut number),
        };
        if errors.is_empty() {
            Ok(numbers)
        } else {
            Err(errors)
        }
    }
}

/// The rules of disputes with the numbers of the form; what each reason needs is the same everywhere.
fn dispute_rules(
    form: &NumbersForm,
    number: &mut impl FnMut(&str, &str, i32, i32) -> i32,
) -> DisputeRules {
    let mut within =
        |field: &str, text: &str, (low, high): (i32, i32)| number(field, text, low, high);
    DisputeRules {
        answer_days: within("answer_days", &form.answer_days, rules::ANSWER_DAYS),
        decide_days: within("decide_days", &form.decide_days, rules::DECIDE_DAYS),
        appeal_days: within("appeal_days", &form.appeal_days, rules::APPEAL_DAYS),
        return_cap_bps: BasisPoints(within("return_cap", &form.return_cap, rules::RETURN_CAP)),
        cap_days: within("cap_days", &form.cap_days, rules::CAP_DAYS),
        meritless_fee_bps: BasisPoints(within(
            "meritless_fee",
            &form.meritless_fee,
            rules::MERITLESS_FEE,
        )),
        resells: form.resells == "true",
        ..DisputeRules::default()
    }
}

/// Changes the numbers of a vertical; leads and purchases that exist keep theirs.
pub fn change(
    conn: &mut Conn,
    id: VerticalId,
    numbers: &Numbers,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    let before = store::by_id(conn, id)?;
    store::set_numbers(conn, id, numbers, now)?;
    let detail = audit::change(&before, &store::by_id(conn, id)?)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: None,
            action: "vertical.changed",
            subject: id.to_string(),
            detail,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_out_of_bounds_is_told() {
        let form = NumbersForm {
            commission: "10001".to_owned(),
            duplicate_window_days: "0".to_owned(),
            consent_max_age_days: "30".to_owned(),
            dispute_window_days: "x".to_owned(),
            listing_days: " 30 ".to_owned(),
            max_copies: "3".to_owned(),
            min_age: "17".to_owned(),
            held_prior: "1500".to_owned(),
            sale_prior: "10000".to_owned(),
            prior_weight: "20".to_owned(),
            answer_days: "3".to_owned(),
            decide_days: "31".to_owned(),
            appeal_days: "3".to_owned(),
            return_cap: "2000".to_owned(),
            cap_days: "30".to_owned(),
            meritless_fee: "0".to_owned(),
            resells: String::new(),
        };
        let errors = Numbers::parse(&form).unwrap_err();
        let told: Vec<(&str, Reason)> = errors
            .iter()
            .map(|error| (error.field.as_str(), error.reason))
            .collect();
        assert_eq!(
            told,
            [
                ("commission", Reason::TooLarge),
                ("duplicate_window_days", Reason::TooSmall),
                ("dispute_window_days", Reason::WrongType),
                ("min_age", Reason::TooSmall),
                ("sale_prior", Reason::TooLarge),
                ("decide_days", Reason::TooLarge),
            ]
        );
    }
}
