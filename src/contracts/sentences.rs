//! What a contract says, in plain sentences, and a worked example.

use i18n_embed_fl::fl;

use super::terms::{Period, Reporter, Terms};
use crate::conditions::FilterFields;
use crate::money::Money;
use crate::scoring::Stage;
use crate::text::Lang;
use crate::verticals::{DisputeRules, Vertical};
use crate::web::format::words;

/// Leads, held appointments and no-shows of the worked example, and its sales.
const LEADS: i64 = 10;
const HELD: i64 = 4;
const NO_SHOWS: i64 = 1;
const SALES: i64 = 1;

/// What is paid when, which leads count, and how an outcome becomes certain.
pub fn sentences(l: &Lang, terms: &Terms, vertical: &Vertical, is_private: bool) -> Vec<String> {
    let mut said = paid(l, terms, is_private);
    said.extend(qualified(l, terms, vertical));
    let window = terms.dispute_window_days;
    said.push(fl!(l, "contracts-say-window", days = window));
    said.extend(dispute_sentences(l, &terms.disputes));
    if terms.awaits_outcome() {
        said.extend(confirmed(l, terms));
    }
    said
}

fn paid(l: &Lang, terms: &Terms, is_private: bool) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(fee) = terms.base_fee {
        let amount = fee.amount.to_string();
        said.push(match (fee.period, is_private) {
            (Period::Week, true) => fl!(l, "contracts-say-fee-week-seller", amount = amount),
            (Period::Week, false) => fl!(l, "contracts-say-fee-week", amount = amount),
            (Period::Month, true) => fl!(l, "contracts-say-fee-month-seller", amount = amount),
            (Period::Month, false) => fl!(l, "contracts-say-fee-month", amount = amount),
        });
    }
    match terms.price_lead {
        Some(price) => said.push(fl!(l, "contracts-say-lead", price = price.to_string())),
        None if terms.asks_for_bid() => said.push(fl!(l, "contracts-say-bid")),
        None => {}
    }
    if let Some(price) = terms.price_appointment {
        let price = price.to_string();
        said.push(fl!(l, "contracts-say-appointment", price = price));
    }
    if let Some(share) = terms.share {
        said.push(fl!(l, "contracts-say-share", share = share.bps.to_string()));
        match (share.floor, share.cap) {
            (Some(floor), Some(cap)) => said.push(fl!(
                l,
                "contracts-say-floor-and-cap",
                floor = floor.to_string(),
                cap = cap.to_string()
            )),
            (Some(floor), None) => {
                said.push(fl!(l, "contracts-say-floor", floor = floor.to_string()));
            }
            (None, Some(cap)) => said.push(fl!(l, "contracts-say-cap", cap = cap.to_string())),
            (None, None) => {}
        }
        let deposit = share.deposit.to_string();
        said.push(fl!(l, "contracts-say-deposit", deposit = deposit));
    }
    if terms.price_lead.is_none() && !terms.asks_for_bid() {
        said.push(if terms.base_fee.is_some() {
            fl!(l, "contracts-say-no-result-but-fee")
        } else {
            fl!(l, "contracts-say-no-result")
        });
    }
    said
}

fn qualified(l: &Lang, terms: &Terms, vertical: &Vertical) -> Vec<String> {
    let criteria = &terms.criteria;
    let fields = FilterFields::of(vertical, l);
    let mut said: Vec<String> = criteria
        .filter
        .conditions()
        .into_iter()
        .map(|condition| condition.sentence(&fields.label(&condition.field), l))
        .collect();
    if let Some(least) = &criteria.min_seniority {
        said.push(fl!(l, "contracts-say-seniority", least = words(least)));
    }
    match criteria.min_stage {
        Some(Stage::Mql) => said.push(fl!(l, "contracts-say-mql")),
        Some(Stage::Sql) => said.push(fl!(l, "contracts-say-sql")),
        Some(Stage::Lead) | None => {}
    }
    if said.is_empty() {
        return vec![fl!(l, "contracts-say-any-lead")];
    }
    vec![fl!(l, "contracts-say-criteria", criteria = said.join("; "))]
}

/// The rules of disputes in words.
pub fn dispute_sentences(l: &Lang, rules: &DisputeRules) -> Vec<String> {
    let mut said = vec![
        fl!(
            l,
            "contracts-say-disputes",
            answer = rules.answer_days,
            decide = rules.decide_days,
            appeal = rules.appeal_days
        ),
        fl!(
            l,
            "contracts-say-return-cap",
            cap = rules.return_cap_bps.to_string(),
            days = rules.cap_days
        ),
    ];
    if rules.meritless_fee_bps.0 > 0 {
        let fee = rules.meritless_fee_bps.to_string();
        said.push(fl!(l, "contracts-say-meritless-fee", fee = fee));
    }
    said
}

fn confirmed(l: &Lang, terms: &Terms) -> Vec<String> {
    let rule = terms.confirmation;
    let days = rule.silence_days;
    let mut said = vec![match rule.reporter {
        Reporter::Either => fl!(l, "contracts-say-either-reports", days = days),
        Reporter::Buyer => fl!(l, "contracts-say-buyer-reports", days = days),
        Reporter::Seller => fl!(l, "contracts-say-seller-reports", days = days),
    }];
    if terms.price_appointment.is_some() && rule.held_minutes > 0 {
        let minutes = rule.held_minutes;
        said.push(fl!(l, "contracts-say-held", minutes = minutes));
    }
    said.push(fl!(l, "contracts-say-lapse", days = rule.lapse_days));
    said
}

/// One line of the worked example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub amount: Money,
}

/// What ten leads would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub intro: String,
    pub lines: Vec<Line>,
    pub total: Money,
}

/// Ten leads, four appointments held, one missed, one sale of the expected amount; over one period.
pub fn example(l: &Lang, terms: &Terms, bid: Option<Money>) -> Example {
    let mut lines = Vec::new();
    if let Some(fee) = terms.base_fee {
        let text = fl!(l, "contracts-example-fee");
        lines.push(Line {
            text,
            amount: fee.amount,
        });
    }
    let many =
        |price: Money, count: i64| Money::new(price.minor.saturating_mul(count), price.currency);
    if let Some(price) = terms.price_lead.or(bid.filter(|_| terms.asks_for_bid())) {
        lines.push(Line {
            text: fl!(
                l,
                "contracts-example-leads",
                count = LEADS,
                price = price.to_string()
            ),
            amount: many(price, LEADS),
        });
    }
    if let Some(price) = terms.price_appointment {
        lines.push(Line {
            text: fl!(
                l,
                "contracts-example-held",
                count = HELD,
                price = price.to_string()
            ),
            amount: many(price, HELD),
        });
        lines.push(Line {
            text: fl!(l, "contracts-example-no-show", count = NO_SHOWS),
            amount: many(price, 0),
        });
    }
    if let Some(share) = terms.share {
        lines.push(Line {
            text: fl!(
                l,
                "contracts-example-sale",
                amount = share.expected_sale.to_string(),
                share = share.bps.to_string()
            ),
            amount: many(share.fee(share.expected_sale), SALES),
        });
    }
    let total = lines.iter().map(|line| line.amount.minor).sum();
    Example {
        intro: fl!(l, "contracts-example-intro", leads = LEADS),
        lines,
        total: Money::new(total, terms.currency),
    }
}
