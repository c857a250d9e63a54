//! The terms of a contract: what is paid, for which leads, and how an outcome becomes certain.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::odds::{Chance, Odds};
use crate::conditions::Filter;
use crate::db::types::text_enum;
use crate::money::{BasisPoints, Currency, Money, MoneyJson};
use crate::scoring::Stage;
use crate::verticals::{DisputeRules, Model, Vertical};

text_enum! {
    /// Who may report an outcome; the other side confirms it.
    pub enum Reporter { Either = "either", Buyer = "buyer", Seller = "seller" }
}

text_enum! {
    /// How often a base fee is due.
    pub enum Period { Week = "week", Month = "month" }
}

/// One version of the terms; it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub model: Model,
    pub currency: Currency,
    /// Paid on delivery; `None` under pay per lead means the bid of the request.
    pub price_lead: Option<Money>,
    pub price_appointment: Option<Money>,
    pub share: Option<Share>,
    pub base_fee: Option<BaseFee>,
    pub criteria: Criteria,
    pub dispute_window_days: i32,
    pub disputes: DisputeRules,
    pub confirmation: Confirmation,
}

/// The buyer's payment for a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub bps: BasisPoints,
    /// The least and the most that a sale costs.
    pub floor: Option<Money>,
    pub cap: Option<Money>,
    /// Held for each lead until its outcome is known.
    pub deposit: Money,
    /// What the buyer expects to sell for; weighs in the ranking until there are sales.
    pub expected_sale: Money,
}

impl Share {
    /// What a sale costs: the share, half-even, within floor and cap.
    pub fn fee(&self, sale: Money) -> Money {
        let mut fee = sale.share(self.bps);
        if let Some(floor) = self.floor {
            fee.minor = fee.minor.max(floor.minor);
        }
        if let Some(cap) = self.cap {
            fee.minor = fee.minor.min(cap.minor);
        }
        fee
    }
}

/// What is due at the start of each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseFee {
    pub amount: Money,
    pub period: Period,
}

/// What a lead must be to be payable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Criteria {
    pub filter: Filter,
    pub min_stage: Option<Stage>,
    /// A value of the vertical's `seniority`; its choices stand from the lowest to the highest.
    pub min_seniority: Option<String>,
}

/// The attribute that ranks decision-makers.
pub const SENIORITY: &str = "seniority";

impl Criteria {
    pub fn is_empty(&self) -> bool {
        self.filter.is_empty() && self.min_stage.is_none() && self.min_seniority.is_none()
    }

    /// The choices of the vertical that are senior enough.
    pub fn seniorities(&self, vertical: &Vertical) -> Option<Vec<String>> {
        let least = self.min_seniority.as_ref()?;
        let field = vertical.field(SENIORITY);
        Some(field.map_or_else(Vec::new, |field| field.at_least(least)))
    }
}

/// How an outcome becomes certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    pub reporter: Reporter,
    /// Days after which a report that nobody contests is confirmed.
    pub silence_days: i32,
    /// Minutes that an appointment lasts at least to count as held; 0 for any.
    pub held_minutes: i32,
    /// Days after the purchase when a lead without an outcome lapses.
    pub lapse_days: i32,
}

impl Default for Confirmation {
    fn default() -> Self {
        Self {
            reporter: Reporter::Either,
            silence_days: 3,
            held_minutes: 10,
            lapse_days: 30,
        }
    }
}

impl Terms {
    /// Pay per lead at the bid of each request.
    pub fn standard(currency: Currency, dispute_window_days: i32, disputes: DisputeRules) -> Self {
        Self {
            model: Model::Ppl,
            currency,
            price_lead: None,
            price_appointment: None,
            share: None,
            base_fee: None,
            criteria: Criteria::default(),
            dispute_window_days,
            disputes,
            confirmation: Confirmation::default(),
        }
    }

    /// Whether each request names its own price per lead.
    pub const fn asks_for_bid(&self) -> bool {
        matches!(self.model, Model::Ppl) && self.price_lead.is_none()
    }

    /// Whether something is paid for what happens after delivery.
    pub const fn awaits_outcome(&self) -> bool {
        self.price_appointment.is_some() || self.share.is_some()
    }

    /// What is held for a lead beside its price: the appointment's price and the deposit on a sale.
    pub fn held_for_outcomes(&self) -> Money {
        let appointment = self.price_appointment.map_or(0, |price| price.minor);
        let deposit = self.share.map_or(0, |share| share.deposit.minor);
        Money::new(appointment.saturating_add(deposit), self.currency)
    }

    /// The most that one lead can cost after its price; `None` when a sale has no cap.
    pub fn most_for_outcomes(&self) -> Option<Money> {
        let appointment = self.price_appointment.map_or(0, |price| price.minor);
        let sale = match self.share {
            None => 0,
            Some(share) => share.cap?.minor,
        };
        Some(Money::new(appointment.saturating_add(sale), self.currency))
    }

    /// What one lead at `price` is expected to bring: the price, and each outcome times its chance.
    pub fn expected(&self, price: Money, odds: &Odds) -> Money {
        let times = |amount: Money, chance: Chance| chance.of(amount).minor;
        let appointment = self
            .price_appointment
            .map_or(0, |price| times(price, odds.held));
        let sale = self.share.map_or(0, |share| {
            times(share.fee(odds.expected_sale(&share)), odds.sale)
        });
        Money::new(
            price.minor.saturating_add(appointment).saturating_add(sale),
            self.currency,
        )
    }
}

/// Terms as JSON carries them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractTerms)]
pub struct TermsJson {
    /// `ppl`, `ppa`, `pps` or `hybrid`.
    #[schema(example = "ppa")]
    pub model: String,
    #[schema(example = "EUR")]
    pub currency: String,
    /// Under `ppl` it may be left out: then each request bids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_per_lead: Option<MoneyJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_per_appointment: Option<MoneyJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ShareJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_fee: Option<BaseFeeJson>,
    /// `all`, `any`, `not` over `{field, op, value}`; a lead that fails is not payable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub criteria: Option<Json>,
    /// `mql` or `sql`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_stage: Option<String>,
    /// A choice of the vertical's `seniority`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "manager")]
    pub min_seniority: Option<String>,
    /// Days in which a charge may be disputed, 1 - 90; the vertical's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute_window_days: Option<i32>,
    /// Deadlines, cap and fee of disputes; the vertical's when left out, and always on the open market.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputes: Option<DisputesJson>,
    #[serde(default)]
    pub confirmation: ConfirmationJson,
}

/// A share of each sale.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaleShare)]
pub struct ShareJson {
    /// Hundredths of a per cent of the sale, 1 - 10000.
    #[schema(example = 500)]
    pub bps: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<MoneyJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<MoneyJson>,
    /// Held for each lead until its outcome is known.
    pub deposit: MoneyJson,
    /// What you expect to sell for; weighs in the ranking until there are sales.
    pub expected_sale: MoneyJson,
}

/// A fee for each period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BaseFee)]
pub struct BaseFeeJson {
    pub amount: MoneyJson,
    /// `week` or `month`.
    pub period: String,
}

/// The rules of disputes that a private contract may change; what is left out is the vertical's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DisputeTerms)]
pub struct DisputesJson {
    /// Days in which the seller answers, 1 - 14; its silence accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_days: Option<i32>,
    /// Days in which the exchange decides, 1 - 30; its silence refunds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_days: Option<i32>,
    /// Days in which either side may appeal, 1 - 14.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_days: Option<i32>,
    /// The share of purchases that may be disputed, 0 - 10000; at least one may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_cap_bps: Option<i32>,
    /// Days that the cap counts, 1 - 90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_days: Option<i32>,
    /// What a dispute without merit costs, of the disputed price, 0 - 5000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meritless_fee_bps: Option<i32>,
}

impl DisputesJson {
    /// The vertical's rules with what these change.
    pub fn over(&self, vertical: &DisputeRules) -> DisputeRules {
        let bps = |given: Option<i32>, or| given.map_or(or, BasisPoints);
        DisputeRules {
            answer_days: self.answer_days.unwrap_or(vertical.answer_days),
            decide_days: self.decide_days.unwrap_or(vertical.decide_days),
            appeal_days: self.appeal_days.unwrap_or(vertical.appeal_days),
            return_cap_bps: bps(self.return_cap_bps, vertical.return_cap_bps),
            cap_days: self.cap_days.unwrap_or(vertical.cap_days),
            meritless_fee_bps: bps(self.meritless_fee_bps, vertical.meritless_fee_bps),
            ..vertical.clone()
        }
    }
}

impl From<&DisputeRules> for DisputesJson {
    fn from(rules: &DisputeRules) -> Self {
        Self {
            answer_days: Some(rules.answer_days),
            decide_days: Some(rules.decide_days),
            appeal_days: Some(rules.appeal_days),
            return_cap_bps: Some(rules.return_cap_bps.0),
            cap_days: Some(rules.cap_days),
            meritless_fee_bps: Some(rules.meritless_fee_bps.0),
        }
    }
}

/// How an outcome becomes certain; what is left out is as by default.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Confirmation)]
pub struct ConfirmationJson {
    /// `either`, `buyer` or `seller`.
    pub reporter: String,
    /// 1 - 30.
    pub silence_days: i32,
    /// 0 - 480.
    pub held_minutes: i32,
    /// 1 - 365.
    pub lapse_days: i32,
}

impl Default for ConfirmationJson {
    fn default() -> Self {
        Confirmation::default().into()
    }
}

impl From<Confirmation> for ConfirmationJson {
    fn from(rule: Confirmation) -> Self {
        Self {
            reporter: rule.reporter.to_string(),
            silence_days: rule.silence_days,
            held_minutes: rule.held_minutes,
            lapse_days: rule.lapse_days,
        }
    }
}

impl From<&Terms> for TermsJson {
    fn from(terms: &Terms) -> Self {
        let criteria = &terms.criteria;
        Self {
            model: terms.model.to_string(),
            currency: terms.currency.to_string(),
            price_per_lead: terms.price_lead.map(MoneyJson::from),
            price_per_appointment: terms.price_appointment.map(MoneyJson::from),
            share: terms.share.map(|share| ShareJson {
                bps: i64::from(share.bps.0),
                floor: share.floor.map(MoneyJson::from),
                cap: share.cap.map(MoneyJson::from),
                deposit: share.deposit.into(),
                expected_sale: share.expected_sale.into(),
            }),
            base_fee: terms.base_fee.map(|fee| BaseFeeJson {
                amount: fee.amount.into(),
                period: fee.period.to_string(),
            }),
            criteria: (!criteria.filter.is_empty()).then(|| criteria.filter.json()),
            min_stage: criteria.min_stage.map(|stage| stage.to_string()),
            min_seniority: criteria.min_seniority.clone(),
            dispute_window_days: Some(terms.dispute_window_days),
            disputes: Some((&terms.disputes).into()),
            confirmation: terms.confirmation.into(),
        }
    }
}
