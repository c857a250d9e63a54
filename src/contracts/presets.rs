//! Terms to start from, one for each model.

use super::terms::{BaseFeeJson, ConfirmationJson, ShareJson, TermsJson};
use crate::money::{Currency, Money, MoneyJson};
use crate::verticals::{Model, Vertical};

/// Major units of a small price; the amounts of a preset are multiples of it, to be edited.
fn unit(currency: Currency) -> i64 {
    match currency.code() {
        "RUB" | "RSD" | "ALL" => 100,
        _ => 1,
    }
}

/// Terms of a model with amounts in a currency, as a starting point.
pub fn preset(model: Model, currency: Currency, vertical: &Vertical) -> TermsJson {
    let amount = |major: i64| -> MoneyJson {
        let minor = major * unit(currency) * 10_i64.pow(currency.exponent());
        Money::new(minor, currency).into()
    };
    let share = || ShareJson {
        bps: 500,
        floor: None,
        cap: None,
        deposit: amount(5),
        expected_sale: amount(500),
    };
    let blank = TermsJson {
        model: model.to_string(),
        currency: currency.to_string(),
        price_per_lead: None,
        price_per_appointment: None,
        share: None,
        base_fee: None,
        criteria: None,
        min_stage: None,
        min_seniority: None,
        dispute_window_days: Some(vertical.dispute_window_days),
        disputes: None,
        confirmation: ConfirmationJson::default(),
    };
    match model {
        Model::Ppl => TermsJson {
            price_per_lead: Some(amount(50)),
            ..blank
        },
        Model::Ppa => TermsJson {
            price_per_appointment: Some(amount(60)),
            ..blank
        },
        Model::Pps => TermsJson {
            share: Some(share()),
            ..blank
        },
        Model::Hybrid => TermsJson {
            base_fee: Some(BaseFeeJson {
                amount: amount(100),
                period: "month".to_owned(),
            }),
            price_per_appointment: Some(amount(40)),
            share: Some(share()),
            ..blank
        },
    }
}
