//! What a buyer asks for, as JSON and forms carry it, and as the domain keeps it.

mod check;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::schedule::{Schedule, show_minute};
use super::shared::{self, SharedBid, SharedBidJson};
use super::windows::{Cap, CapWindow};
use super::{PurchaseRequest, RequestState};
use crate::clock::Ts;
use crate::conditions::Filter;
use crate::contracts::Agreement;
use crate::id::{AccountId, ContractId, RequestId};
use crate::money::{Money, MoneyJson};
use crate::verticals::Vertical;
pub(super) use check::{caps_from, schedule_from};

/// Sellers a request buys from only, and never.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sellers {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<AccountId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub block: Vec<AccountId>,
}

impl Sellers {
    pub fn allows(&self, seller: AccountId) -> bool {
        self.allow.is_empty() || self.allow.contains(&seller)
    }

    pub fn blocks(&self, seller: AccountId) -> bool {
        self.block.contains(&seller)
    }
}

/// The editable part of a purchase request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PurchaseRequestTerms)]
pub struct TermsJson {
    #[schema(example = "Diamond glasses")]
    pub name: String,
    /// The key of the vertical; it stays as it is once the request is made.
    #[schema(example = "eyewear")]
    pub vertical: String,
    /// `all`, `any`, `not` over `{field, op, value, wish?, bonus?}`; left out, every lead of the vertical fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Json>,
    /// Contacts a lead must have: `phone`, `email`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["phone", "email"]))]
    pub needs: Vec<String>,
    /// The contract that purchases are made under; left out, it is pay per lead at the bid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// What is paid for a lead, before bonuses; left out where the contract says what is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bid: Option<MoneyJson>,
    /// What is paid for a lead that others get too, by the number of its buyers; the bid is then for a lead that
    /// nobody else gets. Left out, the bid holds however many get the lead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_bids: Vec<SharedBidJson>,
    #[schema(example = 10)]
    pub quantity: i64,
    #[serde(default, skip_serializing_if = "CapsJson::is_empty")]
    pub caps: CapsJson,
    /// Left out, it is the bid with all bonuses times the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<MoneyJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 30)]
    pub max_consent_age_days: Option<i32>,
    /// The least quality of a lead, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_quality: Option<i32>,
    #[serde(default)]
    pub sellers: Sellers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryJson>,
    /// Whether fitting leads are bought as they come; otherwise they are only shown.
    #[serde(default = "yes")]
    pub auto_buy: bool,
}

const fn yes() -> bool {
    true
}

/// Where bought leads are sent beside the inbox.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestDelivery)]
pub struct DeliveryJson {
    #[schema(example = "leads@shop.example")]
    pub email: String,
}

/// How much may be bought per window, in the time zone of the schedule; weeks start on Monday.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Caps)]
pub struct CapsJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<CapJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<CapJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub week: Option<CapJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<CapJson>,
}

/// A cap: a number of leads, an amount of money, or both.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Cap)]
pub struct CapJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<MoneyJson>,
}

/// Days and hours of buying; what is left out is open.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Schedule)]
pub struct ScheduleJson {
    /// `mon` to `sun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["mon", "tue", "wed", "thu", "fri"]))]
    pub days: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "09:00")]
    pub from: Option<String>,
    /// Not included; before `from`, it is on the next day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "18:00")]
    pub to: Option<String>,
    /// An IANA name; UTC when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Riga")]
    pub time_zone: Option<String>,
}

/// Checked terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub name: String,
    pub filter: Filter,
    pub need_phone: bool,
    pub need_email: bool,
    /// `None` for the standard contract.
    pub contract: Option<ContractId>,
    pub bid: Money,
    pub shared_bids: Vec<SharedBid>,
    pub quantity: i64,
    pub budget: Money,
    pub caps: Vec<Cap>,
    pub schedule: Schedule,
    pub max_consent_age_days: Option<i32>,
    pub min_quality: i32,
    pub sellers: Sellers,
    pub auto_buy: bool,
    pub deliver_email: Option<String>,
}

impl CapsJson {
    fn is_empty(&self) -> bool {
        self.each().all(|(_, cap)| cap.is_none())
    }

    fn each(&self) -> impl Iterator<Item = (CapWindow, Option<&CapJson>)> {
        [
            (CapWindow::Hour, self.hour.as_ref()),
            (CapWindow::Day, self.day.as_ref()),
            (CapWindow::Week, self.week.as_ref()),
            (CapWindow::Month, self.month.as_ref()),
        ]
        .into_iter()
    }
}

impl Terms {
    /// A draft with these terms that is not stored.
    pub fn draft(
        &self,
        buyer: AccountId,
        vertical: &Vertical,
        agreement: Arc<Agreement>,
        now: Ts,
    ) -> PurchaseRequest {
        self.apply(PurchaseRequest {
            id: RequestId::new(now),
            buyer_id: buyer,
            vertical_id: vertical.id,
            agreement,
            name: String::new(),
            state: RequestState::Draft,
            filter: Filter::default(),
            need_phone: false,
            need_email: false,
            bid: self.bid,
            shared_bids: Vec::new(),
            quantity: self.quantity,
            bought: 0,
            budget: self.budget,
            spent: Money::new(0, self.bid.currency),
            caps: Vec::new(),
            schedule: self.schedule.clone(),
            max_consent_age_days: None,
            min_quality: 0,
            sellers: Sellers::default(),
            auto_buy: false,
            deliver_email: None,
            version: 1,
            created_at: now,
            updated_at: now,
            last_served_at: None,
        })
    }

    /// The request with these terms in place of its own.
    pub(super) fn apply(&self, request: PurchaseRequest) -> PurchaseRequest {
        let terms = self.clone();
        PurchaseRequest {
            name: terms.name,
            filter: terms.filter,
            need_phone: terms.need_phone,
            need_email: terms.need_email,
            bid: terms.bid,
            shared_bids: terms.shared_bids,
            quantity: terms.quantity,
            budget: terms.budget,
            caps: terms.caps,
            schedule: terms.schedule,
            max_consent_age_days: terms.max_consent_age_days,
            min_quality: terms.min_quality,
            sellers: terms.sellers,
            auto_buy: terms.auto_buy,
            deliver_email: terms.deliver_email,
            ..request
        }
    }
}

/// Caps as they are stored and shown.
pub(super) fn caps_json(caps: &[Cap]) -> CapsJson {
    let mut json = CapsJson::default();
    for cap in caps {
        let shown = Some(CapJson {
            count: cap.count,
            amount: cap.amount.map(MoneyJson::from),
        });
        match cap.window {
            CapWindow::Hour => json.hour = shown,
            CapWindow::Day => json.day = shown,
            CapWindow::Week => json.week = shown,
            CapWindow::Month => json.month = shown,
        }
    }
    json
}

/// A schedule as it is stored and shown; the zone is named always.
pub(super) fn schedule_json(schedule: &Schedule) -> ScheduleJson {
    let days = schedule.days.iter().map(|day| day.as_str().to_owned());
    ScheduleJson {
        days: Some(days.collect()),
        from: Some(show_minute(schedule.from_minute)),
        to: Some(show_minute(schedule.to_minute)),
        time_zone: Some(schedule.zone.name().to_owned()),
    }
}

impl TermsJson {
    /// The terms of a request as they would be sent in.
    pub fn of(request: &PurchaseRequest, vertical_key: &str) -> Self {
        let needs = [("phone", request.need_phone), ("email", request.need_email)];
        Self {
            name: request.name.clone(),
            vertical: vertical_key.to_owned(),
            filter: Some(request.filter.json()),
            needs: needs
                .into_iter()
                .filter(|(_, needed)| *needed)
                .map(|(need, _)| need.to_owned())
                .collect(),
            contract: (!request.agreement.contract.is_standard)
                .then_some(request.agreement.contract.id),
            bid: request
                .agreement
                .terms()
                .asks_for_bid()
                .then(|| request.bid.into()),
            shared_bids: shared::to_json(&request.shared_bids),
            quantity: request.quantity,
            caps: caps_json(&request.caps),
            budget: Some(request.budget.into()),
            schedule: Some(schedule_json(&request.schedule)),
            max_consent_age_days: request.max_consent_age_days,
            min_quality: (request.min_quality > 0).then_some(request.min_quality),
            sellers: request.sellers.clone(),
            delivery: request
                .deliver_email
                .clone()
                .map(|email| DeliveryJson { email }),
            auto_buy: request.auto_buy,
        }
    }
}
