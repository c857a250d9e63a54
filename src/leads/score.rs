//! How ready a lead is: points for what the person did, by the default scoring model, and the stage they reach.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::types::text_enum;

/// The score from which a lead is marketing qualified.
pub const MQL_AT: i32 = 50;
/// The score from which a lead is sales qualified, ready for direct contact.
pub const SQL_AT: i32 = 80;

const CONSULTATION: i32 = 80;
const FIVE_EMAILS: i32 = 25;
const NEWSLETTER: i32 = 15;
const VISITS: i32 = 10;
/// Opened marketing e-mails and visits in 30 days that count as a signal.
const EMAILS_WANTED: i64 = 5;
const VISITS_WANTED: i64 = 3;

text_enum! {
    /// How far a lead is qualified.
    pub enum Stage { Lead = "lead", Mql = "mql", Sql = "sql" }
}

impl Stage {
    /// The stage of a score from 0 to 100.
    pub const fn of(score: i32) -> Self {
        if score >= SQL_AT {
            Self::Sql
        } else if score >= MQL_AT {
            Self::Mql
        } else {
            Self::Lead
        }
    }
}

/// What the person did before, as their seller saw it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LeadSignals)]
pub struct Signals {
    /// Asked for a free assessment or consultation.
    pub consultation: bool,
    pub emails_opened: i64,
    pub newsletter: bool,
    pub visits_30_days: i64,
}

/// Points of the default scoring model, clamped to 0 - 100.
pub fn score(signals: &Signals) -> i32 {
    let points = [
        (signals.consultation, CONSULTATION),
        (signals.emails_opened >= EMAILS_WANTED, FIVE_EMAILS),
        (signals.newsletter, NEWSLETTER),
        (signals.visits_30_days >= VISITS_WANTED, VISITS),
    ];
    points
        .iter()
        .filter(|(seen, _)| *seen)
        .map(|(_, points)| points)
        .sum::<i32>()
        .clamp(0, 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_model_gives_its_points() {
        let all = Signals {
            consultation: true,
            emails_opened: 5,
            newsletter: true,
            visits_30_days: 3,
        };
        assert_eq!(score(&Signals::default()), 0);
        assert_eq!(score(&all), 100);
        for (signals, points, stage) in [
            (
                Signals {
                    consultation: true,
                    ..Signals::default()
                },
                80,
                Stage::Sql,
            ),
            (
                Signals {
                    consultation: false,
                    ..all
                },
                50,
                Stage::Mql,
            ),
            (
                Signals {
                    emails_opened: 4,
                    visits_30_days: 2,
                    consultation: false,
                    ..all
                },
                15,
                Stage::Lead,
            ),
        ] {
            assert_eq!(score(&signals), points);
            assert_eq!(Stage::of(points), stage);
        }
    }
}
