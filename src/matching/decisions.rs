//! Decisions about leads, kept so that they can be made again: who contended with what, and who got the lead.
//!
//! A decision's digest goes into the sealed audit log, so that inputs that are changed afterwards are noticed. Neither holds data of the person.

use serde::{Deserialize, Serialize};

pub use super::store::decisions::{find, latest, of_lead};

use super::distribution::{Contender, Draw, KEPT, TRIED, arrange, pays};
use super::sharing::{self, Sets};
use super::store::decisions as store;
use super::{Gate, Plan, draws};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::json;
use crate::error::Result;
use crate::id::{AccountId, DecisionId, LeadId, RequestId, VerticalId};
use crate::leads::Listing;
use crate::vault::{Vault, hex, sha256};
use crate::verticals::{Distribution, Pricing};

/// One offer of the lead to one request: sold for so many minor units, or the gate that had closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    pub request: RequestId,
    pub paid: Option<i64>,
    pub gate: Option<u16>,
    /// How many buyers the lead was to go to, where that was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyers: Option<usize>,
}

/// What was known, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub distribution: Distribution,
    pub pricing: Pricing,
    /// The ask in minor units.
    pub ask: i64,
    pub copies: usize,
    /// In the order of the decision.
    pub contenders: Vec<Contender>,
    /// How many there were, kept or not.
    pub contended: usize,
    pub tries: Vec<Try>,
    /// The lead as it was announced, where a bid was held before it came: for that the lots were drawn, and one copy
    /// was sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<LeadId>,
}

impl Body {
    /// What a plan for a listing came to.
    pub fn new(plan: &Plan, listing: &Listing, copies: usize, tries: Vec<Try>) -> Self {
        let mut contenders = plan.contenders.clone();
        contenders.truncate(KEPT);
        Self {
            distribution: plan.selling.rules.distribution,
            pricing: plan.selling.rules.pricing,
            ask: listing.ask.minor,
            copies,
            contenders,
            contended: plan.contenders.len(),
            tries,
            announced: None,
        }
    }
}

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub id: DecisionId,
    pub lead: LeadId,
    pub vertical: VerticalId,
    pub at: Ts,
    /// Whose seed the lots were drawn with.
    pub day: i64,
    pub body: Body,
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same requests got the lead, for the same prices.
    Same,
    /// The stored inputs are not those that were decided on.
    Tampered(&'static str),
    /// The rule gives another outcome.
    Differs(String),
}

impl Decision {
    /// SHA-256 over everything that a replay reads, in hex.
    pub fn digest(&self) -> Result<String> {
        let whole = (
            self.id,
            self.lead,
            self.vertical,
            self.at.micros(),
            self.day,
            &self.body,
        );
        Ok(hex(&sha256(json(&whole)?.as_bytes())))
    }

    /// Decides again from the stored inputs, with the seed of the day.
    pub fn replay(&self, seed: &[u8]) -> Verdict {
        let body = &self.body;
        let draw = Draw {
            lead: body.announced.unwrap_or(self.lead),
            seed,
        };
        let mut again = body.contenders.clone();
        again.sort_by_key(|contender| contender.request);
        arrange(body.distribution, &draw, &mut again);
        if again != body.contenders {
            return Verdict::Differs("the order is another".to_owned());
        }
        if sharing::is_open(&again) {
            let sets = (body.copies, body.ask);
            return self.replay_sets(Sets::of(body.distribution, &draw, &again, sets));
        }
        let mut left = body.copies;
        for (place, (contender, tried)) in again.iter().zip(&body.tries).enumerate() {
            if contender.request != tried.request || left == 0 {
                return Verdict::Differs(format!("{} was tried out of turn", tried.request));
            }
            let Some(paid) = tried.paid else {
                continue;
            };
            if pays(body.pricing, &again, place, left, body.ask) != Some(paid) {
                return Verdict::Differs(format!("{} paid another price", tried.request));
            }
            left -= 1;
        }
        if body.announced.is_some() {
            let is_one = body.copies.checked_sub(left) == Some(1);
            return if is_one && body.tries.last().is_some_and(|last| last.paid.is_some()) {
                Verdict::Same
            } else {
                Verdict::Differs("another bid would have been held".to_owned())
            };
        }
        if left > 0 && body.tries.len() < again.len().min(TRIED) {
            return Verdict::Differs("others were not tried".to_owned());
        }
        Verdict::Same
    }

    /// Walks again through the sets of a lead whose number of buyers was open.
    fn replay_sets(&self, mut sets: Sets) -> Verdict {
        let tries = &self.body.tries;
        for tried in tries {
            let next = sets.next().filter(|next| next.request == tried.request);
            let Some(next) = next else {
                return Verdict::Differs(format!("{} was tried out of turn", tried.request));
            };
            if tried.buyers != Some(next.buyers) {
                return Verdict::Differs(format!("{} was to share otherwise", tried.request));
            }
            match (tried.paid, tried.gate.and_then(Gate::numbered)) {
                (Some(paid), _) if paid == next.price => sets.sold(&next),
                (Some(_), _) => {
                    return Verdict::Differs(format!("{} paid another price", tried.request));
                }
                (None, Some(gate)) => sets.refused(&next, gate),
                (None, None) => {
                    return Verdict::Differs(format!("{} has no outcome", tried.request));
                }
            }
        }
        if tries.len() < TRIED && sets.next().is_some() {
            return Verdict::Differs("others were not tried".to_owned());
        }
        Verdict::Same
    }
}

/// Keeps decisions on the leads of these sellers, and their digests in the audit log.
pub fn record(conn: &mut Conn, decisions: &[(Decision, AccountId)], now: Ts) -> Result<()> {
    let (mut told, mut rows) = (Vec::new(), Vec::new());
    for (decision, seller) in decisions {
        let digest = decision.digest()?;
        told.push(audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(*seller),
            action: "lead.decided",
            subject: decision.id.to_string(),
            detail: serde_json::json!({ "lead": decision.lead, "digest": &digest }),
        });
        rows.push((decision, digest));
    }
    audit::record_all(conn, &told)?;
    store::insert(conn, rows)
}

/// Replays a kept decision: its digest, the digest in the audit log, order and prices.
pub fn check(conn: &mut Conn, vault: &Vault, decision: &Decision, digest: &str) -> Result<Verdict> {
    let present = decision.digest()?;
    if present != digest {
        return Ok(Verdict::Tampered("its digest is another"));
    }
    let told = audit::history(conn, &decision.id.to_string(), 1)?;
    if told
        .first()
        .is_none_or(|event| event.detail["digest"] != present)
    {
        return Ok(Verdict::Tampered("the audit log has another digest"));
    }
    let seed = draws::seed(conn, vault, decision.day, decision.at)?;
    Ok(decision.replay(&seed))
}
