//! The numbered, stable reasons why a listing does not fit a request or is not bought for it now.

use i18n_embed_fl::fl;
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::conditions::FailedCondition;
use crate::text::{Lang, english};

macro_rules! gates {
    ($($(#[$doc:meta])* $variant:ident $number:literal $code:literal $text:tt;)+) => {
        /// One thing a listing must pass; its number and code never change meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Gate { $($(#[$doc])* $variant),+ }

        impl Gate {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn number(self) -> u16 {
                match self { $(Self::$variant => $number),+ }
            }

            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn text(self, lang: &Lang) -> String {
                match self { $(Self::$variant => fl!(lang, $text)),+ }
            }
        }
    };
}

gates! {
    Vertical 101 "vertical" "requests-gate-vertical";
    /// A condition of the filter; the failure names it.
    Condition 102 "condition" "requests-gate-condition";
    NeedPhone 103 "need_phone" "requests-gate-need-phone";
    NeedEmail 104 "need_email" "requests-gate-need-email";
    Currency 105 "currency" "requests-gate-currency";
    Model 106 "model" "requests-gate-model";
    /// The bid with the bonuses of the wishes this lead meets is below its ask.
    BidBelowAsk 107 "bid_below_ask" "requests-gate-bid-below-ask";
    ConsentTooOld 108 "consent_too_old" "requests-gate-consent-too-old";
    SellerNotAllowed 109 "seller_not_allowed" "requests-gate-seller-not-allowed";
    SellerBlocked 110 "seller_blocked" "requests-gate-seller-blocked";
    OwnLead 111 "own_lead" "requests-gate-own-lead";
    NotListed 112 "not_listed" "requests-gate-not-listed";
    LeadExpired 113 "lead_expired" "requests-gate-lead-expired";
    SoldOut 114 "sold_out" "requests-gate-sold-out";
    /// The contract is with one seller, and the lead is another's.
    PrivateContract 115 "private_contract" "requests-gate-private-contract";
    /// A qualification criterion of the contract; the failure names it.
    Criterion 116 "criterion" "requests-gate-criterion";
    Stage 117 "min_stage" "requests-gate-stage";
    Seniority 118 "min_seniority" "requests-gate-seniority";
    /// What the contract pays for outcomes is less than the seller asks for.
    BelowLeast 119 "below_least" "requests-gate-below-least";
    /// The checks left less quality than the request asks for.
    Quality 120 "quality" "requests-gate-quality";
    /// The person agreed to other recipients than this buyer.
    ConsentRecipient 130 "consent_recipient" "requests-gate-consent-recipient";
    /// The lead goes to a number of buyers for which the request does not bid.
    Sharing 131 "sharing" "requests-gate-sharing";
    RequestNotActive 201 "request_not_active" "requests-gate-request-not-active";
    Schedule 202 "schedule" "requests-gate-schedule";
    CapHour 203 "cap_hour" "requests-gate-cap-hour";
    CapDay 204 "cap_day" "requests-gate-cap-day";
    CapWeek 205 "cap_week" "requests-gate-cap-week";
    CapMonth 206 "cap_month" "requests-gate-cap-month";
    Quantity 207 "quantity" "requests-gate-quantity";
    Budget 208 "budget" "requests-gate-budget";
    Wallet 209 "wallet" "requests-gate-wallet";
    AlreadyBought 210 "already_bought" "requests-gate-already-bought";
    AmountHour 211 "amount_hour" "requests-gate-amount-hour";
    AmountDay 212 "amount_day" "requests-gate-amount-day";
    AmountWeek 213 "amount_week" "requests-gate-amount-week";
    AmountMonth 214 "amount_month" "requests-gate-amount-month";
    /// The request shows what fits, and its buyer buys by hand.
    ByHand 215 "by_hand" "requests-gate-by-hand";
    /// The contract is suspended, or over.
    ContractNotActive 216 "contract_not_active" "requests-gate-contract-not-active";
    /// The exchange's list or one of the buyer's keeps the person from it.
    Suppressed 217 "suppressed" "requests-gate-suppressed";
    /// The buyer got the same person, as another lead, in the last 30 days.
    SamePerson 218 "same_person" "requests-gate-same-person";
    /// The exchange has stopped the vertical, the buyer or the seller.
    Stopped 219 "stopped" "requests-gate-stopped";
    /// Everything fitted, but others offered more for the copies there are.
    Outranked 301 "outranked" "requests-gate-outranked";
}

impl Gate {
    /// Whether a lower price might have passed.
    pub const fn is_of_amount(self) -> bool {
        matches!(
            self,
            Self::Budget
                | Self::Wallet
                | Self::AmountHour
                | Self::AmountDay
                | Self::AmountWeek
                | Self::AmountMonth
        )
    }

    pub fn numbered(number: u16) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|gate| gate.number() == number)
    }
}

/// A gate that was not passed; for `Gate::Condition`, which condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateFailure {
    pub gate: Gate,
    pub condition: Option<FailedCondition>,
}

impl From<Gate> for GateFailure {
    fn from(gate: Gate) -> Self {
        Self {
            gate,
            condition: None,
        }
    }
}

impl From<FailedCondition> for GateFailure {
    fn from(failed: FailedCondition) -> Self {
        Self {
            gate: Gate::Condition,
            condition: Some(failed),
        }
    }
}

impl GateFailure {
    /// A criterion of the contract that the lead fails.
    pub fn of_criterion(failed: FailedCondition) -> Self {
        Self {
            gate: Gate::Criterion,
            condition: Some(failed),
        }
    }

    /// A sentence for people: "Age: at least 30".
    pub fn text(&self, lang: &Lang) -> String {
        self.condition
            .as_ref()
            .map_or_else(|| self.gate.text(lang), |failed| failed.text(lang))
    }

    pub fn json(&self) -> GateJson {
        GateJson {
            number: self.gate.number(),
            code: self.gate.code(),
            text: self.text(english()),
            condition: self
                .condition
                .as_ref()
                .map(|failed| failed.condition.json()),
            negated: self.condition.as_ref().is_some_and(|failed| failed.negated),
        }
    }
}

/// A gate that was not passed, as JSON carries it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = GateFailure)]
pub struct GateJson {
    #[schema(example = 103)]
    pub number: u16,
    #[schema(example = "need_phone")]
    pub code: &'static str,
    pub text: String,
    /// The failed condition of the filter, as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub condition: Option<Json>,
    /// True when the condition stands under a `not`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub negated: bool,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_and_codes_are_unique() {
        let numbers: HashSet<_> = Gate::ALL.iter().map(|gate| gate.number()).collect();
        let codes: HashSet<_> = Gate::ALL.iter().map(|gate| gate.code()).collect();
        assert_eq!(numbers.len(), Gate::ALL.len());
        assert_eq!(codes.len(), Gate::ALL.len());
    }
    #[test]
    fn the_published_table_has_every_gate() {
        let published = include_str!("../../docs/MATCHING.md");
        for gate in Gate::ALL {
            let row = format!(
                "| {} | `{}` | {} |",
                gate.number(),
                gate.code(),
                gate.text(english())
            );
            assert!(published.contains(&row), "{row}");
        }
    }
}
