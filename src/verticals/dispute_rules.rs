//! The rules of disputes: which reasons count, what each needs as evidence, deadlines, and the cap on returns.
//!
//! A vertical has them; a contract version pins them, so that a change never reaches back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::types::text_enum;
use crate::error::{FieldError, Reason};
use crate::money::BasisPoints;

text_enum! {
    /// Why a lead is not what was paid for; only these give money back.
    pub enum DisputeReason {
        WrongNumber = "wrong_number",
        Disconnected = "disconnected",
        EmailBounced = "email_bounced",
        Fictitious = "fictitious",
        Duplicate = "duplicate",
        OutsideCriteria = "outside_criteria",
        WrongVertical = "wrong_vertical",
        NeverRequested = "never_requested",
        Minor = "minor",
        CompetitorOrTest = "competitor_or_test",
        Language = "language",
        ExistingCustomer = "existing_customer",
        DoNotContact = "do_not_contact",
    }
}

text_enum! {
    /// What buyers often claim, and what no rule gives money back for.
    pub enum NotCreditable {
        NoAnswer = "no_answer",
        NotInterested = "not_interested",
        BoughtElsewhere = "bought_elsewhere",
        TooExpensive = "too_expensive",
        ContactedTooLate = "contacted_too_late",
    }
}

/// What has to be there before a dispute is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceNeeded {
    /// Words that say what is wrong.
    pub text: bool,
    /// Call attempts, each with its time and result.
    pub calls: u8,
    /// A file: a letter that came back, a recording, a screenshot.
    pub file: bool,
}

/// The rules of one vertical, or of one contract version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisputeRules {
    /// Days in which the seller answers; its silence accepts.
    pub answer_days: i32,
    /// Days in which the exchange decides; its silence refunds.
    pub decide_days: i32,
    /// Days in which either side may appeal, once.
    pub appeal_days: i32,
    /// The share of a contract's purchases in `cap_days` that may be disputed; at least one may.
    pub return_cap_bps: BasisPoints,
    pub cap_days: i32,
    /// What a dispute without merit costs, of the disputed price; 0 for nothing.
    pub meritless_fee_bps: BasisPoints,
    /// Whether a refunded lead may be sold to somebody else.
    pub resells: bool,
    pub reasons: BTreeMap<DisputeReason, EvidenceNeeded>,
}

/// The bounds of each number.
pub const ANSWER_DAYS: (i32, i32) = (1, 14);
pub const DECIDE_DAYS: (i32, i32) = (1, 30);
pub const APPEAL_DAYS: (i32, i32) = (1, 14);
pub const RETURN_CAP: (i32, i32) = (0, 10_000);
pub const CAP_DAYS: (i32, i32) = (1, 90);
pub const MERITLESS_FEE: (i32, i32) = (0, 5_000);

impl Default for DisputeRules {
    fn default() -> Self {
        let needs = |text, calls, file| EvidenceNeeded { text, calls, file };
        let of = |reason| match reason {
            DisputeReason::WrongNumber => needs(false, 1, false),
            DisputeReason::Disconnected => needs(false, 2, false),
            DisputeReason::EmailBounced => needs(false, 0, true),
            // The exchange itself knows what it sold to whom, and under which terms.
            DisputeReason::Duplicate => needs(false, 0, false),
            DisputeReason::Language => needs(true, 1, false),
            DisputeReason::Fictitious
            | DisputeReason::OutsideCriteria
            | DisputeReason::WrongVertical
            | DisputeReason::NeverRequested
            | DisputeReason::Minor
            | DisputeReason::CompetitorOrTest
            | DisputeReason::ExistingCustomer
            | DisputeReason::DoNotContact => needs(true, 0, false),
        };
        Self {
            answer_days: 3,
            decide_days: 5,
            appeal_days: 3,
            return_cap_bps: BasisPoints(2_000),
            cap_days: 30,
            meritless_fee_bps: BasisPoints(0),
            resells: false,
            reasons: DisputeReason::ALL
                .iter()
                .map(|&reason| (reason, of(reason)))
                .collect(),
        }
    }
}

impl DisputeRules {
    /// How many disputes are allowed on so many purchases.
    pub fn allowed(&self, purchases: i64) -> i64 {
        let share = i128::from(purchases) * i128::from(self.return_cap_bps.0) / 10_000;
        i64::try_from(share).unwrap_or(i64::MAX).max(1)
    }

    /// Names every number that is out of its bounds.
    pub fn check(&self, prefix: &str) -> Vec<FieldError> {
        [
            ("answer_days", self.answer_days, ANSWER_DAYS),
            ("decide_days", self.decide_days, DECIDE_DAYS),
            ("appeal_days", self.appeal_days, APPEAL_DAYS),
            ("return_cap_bps", self.return_cap_bps.0, RETURN_CAP),
            ("cap_days", self.cap_days, CAP_DAYS),
            ("meritless_fee_bps", self.meritless_fee_bps.0, MERITLESS_FEE),
        ]
        .into_iter()
        .filter_map(|(field, value, (low, high))| {
            let reason = if value < low {
                Reason::TooSmall
            } else if value > high {
                Reason::TooLarge
            } else {
                return None;
            };
            let accepted = format!("{low} - {high}");
            Some(FieldError::new(
                format!("{prefix}{field}"),
                reason,
                accepted,
            ))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_one_dispute_is_allowed() {
        let rules = DisputeRules::default();
        let allowed: Vec<i64> = [0, 1, 9, 10, 14, 15, 50]
            .into_iter()
            .map(|purchases| rules.allowed(purchases))
            .collect();
        assert_eq!(allowed, [1, 1, 1, 2, 2, 3, 10]);
    }

    #[test]
    fn every_number_out_of_bounds_is_told() {
        let rules = DisputeRules {
            answer_days: 0,
            return_cap_bps: BasisPoints(10_001),
            ..DisputeRules::default()
        };
        let told: Vec<String> = rules
            .check("disputes.")
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(told, ["disputes.answer_days", "disputes.return_cap_bps"]);
    }

    #[test]
    fn rules_are_read_back_as_they_were_written() {
        let rules = DisputeRules::default();
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<DisputeRules>(&text).unwrap(), rules);
    }
}
