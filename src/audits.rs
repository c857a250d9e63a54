//! Audits of lead quality: a sample of each seller's leads is checked by calling the person. What does not
//! hold leaves the market, its buyers are refunded, and the seller's sample grows.

pub mod api;
mod decide;
mod draw;
mod figures;
pub mod pages;
mod policy;
mod queue;
mod store;
mod words;

use diesel::{Queryable, Selectable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use decide::{AuditOutcome, Verdict, decide};
pub use draw::sample;
pub use figures::{Figure, figures, wilson};
pub use policy::{Policy, next_share, policy, set_policy};
pub use queue::{case, give_back, note, take, take_next, view_contact};

use crate::clock::Ts;
use crate::db::schema::lead_audits;
use crate::db::types::text_enum;
use crate::id::{AccountId, LeadAuditId, LeadId, UserId, VerticalId};
use crate::verticals::DisputeReason;

text_enum! {
    /// Where an audit stands.
    pub enum AuditState {
        Queued = "queued",
        /// An auditor works on it.
        Taken = "taken",
        /// The lead holds, and stays on the market.
        Passed = "passed",
        /// The lead has left the market.
        Rejected = "rejected",
        /// The lead has left the market, and its buyers get their money back.
        Refunded = "refunded",
    }
}

impl AuditState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Taken),
            Self::Taken => !matches!(next, Self::Taken),
            Self::Passed | Self::Rejected | Self::Refunded => false,
        }
    }

    /// Whether it counts in the figures.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Passed | Self::Rejected | Self::Refunded)
    }
}

text_enum! {
    /// Why a lead was drawn.
    pub enum DrawnBecause {
        /// One of the first leads of its seller.
        Newcomer = "newcomer",
        Random = "random",
        /// Its risk made the draw likelier.
        Risk = "risk",
    }
}

text_enum! {
    /// What an auditor found of one question.
    pub enum AuditFound { Yes = "yes", No = "no", Unknown = "unknown" }
}

/// What an auditor found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditFindings)]
pub struct Findings {
    /// Somebody answered.
    pub reached: AuditFound,
    pub right_person: AuditFound,
    pub remembers_consent: AuditFound,
    pub interested: AuditFound,
    /// What the seller said of the person is so.
    pub matches: AuditFound,
}

impl Findings {
    /// The questions in their order, with what was found.
    pub const fn answers(&self) -> [(AuditQuestion, AuditFound); 5] {
        [
            (AuditQuestion::Reached, self.reached),
            (AuditQuestion::RightPerson, self.right_person),
            (AuditQuestion::RemembersConsent, self.remembers_consent),
            (AuditQuestion::Interested, self.interested),
            (AuditQuestion::Matches, self.matches),
        ]
    }

    /// Why a lead does not hold, by the gravest finding; somebody who lost interest is a lead all the same.
    pub fn ground(&self) -> Option<DisputeReason> {
        [
            (self.remembers_consent, DisputeReason::NeverRequested),
            (self.right_person, DisputeReason::WrongNumber),
            (self.matches, DisputeReason::OutsideCriteria),
            (self.reached, DisputeReason::Disconnected),
        ]
        .into_iter()
        .find(|(found, _)| *found == AuditFound::No)
        .map(|(_, reason)| reason)
    }
}

text_enum! {
    /// What an auditor asks.
    pub enum AuditQuestion {
        Reached = "reached",
        RightPerson = "right_person",
        RemembersConsent = "remembers_consent",
        Interested = "interested",
        Matches = "matches",
    }
}

/// An audit as it stands; its note is sealed apart.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = lead_audits)]
pub struct LeadAudit {
    pub id: LeadAuditId,
    pub lead_id: LeadId,
    pub seller_id: AccountId,
    pub vertical_id: VerticalId,
    pub why: DrawnBecause,
    /// 0 to 4.
    pub risk: i32,
    pub state: AuditState,
    pub drawn_at: Ts,
    pub taken_by: Option<UserId>,
    pub taken_at: Option<Ts>,
    pub decided_at: Option<Ts>,
    findings: Option<String>,
    /// Charges that are given back.
    pub refunds: i32,
}

impl LeadAudit {
    /// What was found, once it is decided.
    pub fn findings(&self) -> crate::error::Result<Option<Findings>> {
        self.findings
            .as_deref()
            .map(crate::db::types::from_json)
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audit_moves_by_its_table_only() {
        use AuditState::{Passed, Queued, Refunded, Rejected, Taken};
        let allowed = [
            (Queued, Taken),
            (Taken, Queued),
            (Taken, Passed),
            (Taken, Rejected),
            (Taken, Refunded),
        ];
        for &from in AuditState::ALL {
            for &to in AuditState::ALL {
                let expected = allowed.contains(&(from, to));
                assert_eq!(from.may_become(to), expected, "{from} -> {to}");
            }
        }
    }

    #[test]
    fn the_gravest_finding_is_the_ground() {
        let fine = Findings {
            reached: AuditFound::Yes,
            right_person: AuditFound::Yes,
            remembers_consent: AuditFound::Yes,
            interested: AuditFound::No,
            matches: AuditFound::Unknown,
        };
        assert_eq!(fine.ground(), None);
        let bad = Findings {
            matches: AuditFound::No,
            ..fine
        };
        assert_eq!(bad.ground(), Some(DisputeReason::OutsideCriteria));
        let worse = Findings {
            remembers_consent: AuditFound::No,
            ..bad
        };
        assert_eq!(worse.ground(), Some(DisputeReason::NeverRequested));
    }
}
