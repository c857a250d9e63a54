//! A draft tried on past leads: which of them would move from stage to stage.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::{Bant, Happened};
use super::model::Stage;
use super::{ScoreModel, store};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::LeadId;

/// The newest leads that a draft is tried on.
pub const MAX_LEADS: i64 = 2_000;
const AT_ONCE: usize = 200;

/// How leads would move, were they scored by the draft now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ScoreTrial)]
pub struct Trial {
    pub leads: i64,
    /// Counts by the stage they have (lead, MQL, SQL), then by the one they would have.
    pub moves: [[i64; 3]; 3],
    pub at: Ts,
}

impl Trial {
    /// Leads that would change their stage.
    pub fn moved(&self) -> i64 {
        let stays: i64 = (0..3).map(|place| self.moves[place][place]).sum();
        self.leads - stays
    }
}

const fn place(stage: Stage) -> usize {
    match stage {
        Stage::Lead => 0,
        Stage::Mql => 1,
        Stage::Sql => 2,
    }
}

pub(super) fn run(conn: &mut Conn, model: &ScoreModel, now: Ts) -> Result<Trial> {
    let leads = store::past_leads(conn, model.vertical_id, MAX_LEADS)?;
    let mut trial = Trial {
        leads: i64::try_from(leads.len()).unwrap_or(0),
        moves: [[0; 3]; 3],
        at: now,
    };
    for some in leads.chunks(AT_ONCE) {
        let ids: Vec<LeadId> = some.iter().map(|lead| lead.id).collect();
        let mut events: HashMap<LeadId, Vec<Happened>> = HashMap::new();
        for (lead, event) in store::events(conn, &ids)? {
            events.entry(lead).or_default().push(event);
        }
        let kept: HashMap<LeadId, store::Kept> = store::kept(conn, &ids)?
            .into_iter()
            .map(|kept| (kept.lead_id, kept))
            .collect();
        for lead in some {
            let (bant, carried) = match kept.get(&lead.id) {
                Some(kept) => (kept.bant()?, kept.carried_points),
                None => (Bant::default(), lead.score),
            };
            let events = events.get(&lead.id).map_or(&[][..], Vec::as_slice);
            let facts = lead.facts()?;
            let scored = model.formula.score(&facts.with(bant), events, carried, now);
            trial.moves[place(lead.stage)][place(scored.stage)] += 1;
        }
    }
    Ok(trial)
}
