//! Scoring: how ready a lead is, by the rules that its vertical publishes. Models are versions that never
//! change once they were live; a lead keeps the version that scored it, and what was done moves its score.

pub mod api;
mod events;
mod facts;
pub mod links;
mod model;
mod models;
pub mod pages;
mod rescore;
mod rule;
mod store;
mod trial;
mod view;

use serde::{Deserialize, Serialize};

pub use events::{EventSource, NewEvent, Recorded, record};
pub use facts::{Authority, Bant, Budget, Facts, Happened, Need, Signals, Timing};
pub use model::{Formula, MAX_RULES, Scored, Stage, Temperature, Thresholds};
pub use models::{drop_draft, go_live, live, save_draft, seed, test};
pub use rescore::{First, decay, keep, move_leads, outlook};
pub use rule::{Decay, LeadEventKind, Rule, ScoreComparison, Test};
pub use trial::Trial;
pub use view::{Answer, Explained, Part, explain, stage_label};

use crate::clock::Ts;
use crate::db::types::text_enum;
use crate::id::{LeadId, ScoreModelId, UserId, VerticalId};

/// The job that offers a lead again whose score has risen.
pub const OFFER_JOB: &str = "offer_lead";

/// What that job carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfferJob {
    pub lead: LeadId,
}

text_enum! {
    /// Where a version of a model stands.
    pub enum ModelState {
        Draft = "draft",
        /// Tried on past leads since it was last changed.
        Tested = "tested",
        Live = "live",
        Retired = "retired",
    }
}

impl ModelState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Draft => matches!(next, Self::Draft | Self::Tested | Self::Retired),
            Self::Tested => matches!(
                next,
                Self::Draft | Self::Tested | Self::Live | Self::Retired
            ),
            Self::Live => matches!(next, Self::Retired),
            Self::Retired => false,
        }
    }

    /// The states from which the table leads to `next`.
    pub fn before(next: Self) -> Vec<Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|state| state.may_become(next)).collect()
    }
}

/// A version of a vertical's model.
#[derive(Debug, Clone)]
pub struct ScoreModel {
    pub id: ScoreModelId,
    pub vertical_id: VerticalId,
    pub version: i32,
    pub state: ModelState,
    pub formula: Formula,
    /// `None` for the one that a vertical starts with.
    pub made_by: Option<UserId>,
    pub made_at: Ts,
    /// What it would have done to past leads.
    pub trial: Option<Trial>,
    pub live_at: Option<Ts>,
    pub retired_at: Option<Ts>,
    /// Whether leads on the market are still being moved to it.
    pub moves_leads: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_goes_live_only_after_its_test_and_never_comes_back() {
        use ModelState::{Draft, Live, Retired, Tested};
        let allowed = [
            (Draft, Draft),
            (Draft, Tested),
            (Draft, Retired),
            (Tested, Draft),
            (Tested, Tested),
            (Tested, Live),
            (Tested, Retired),
            (Live, Retired),
        ];
        for &from in ModelState::ALL {
            for &to in ModelState::ALL {
                let expected = allowed.contains(&(from, to));
                assert_eq!(from.may_become(to), expected, "{from} -> {to}");
            }
        }
        assert_eq!(ModelState::before(Live), [Tested]);
    }
}
