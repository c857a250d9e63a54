//! The active requests in memory, compiled; every plan first makes sure they are the database's present ones.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::rank::{has_ties, rank_candidates};
use super::{GateFailure, Offer, Rule};
use crate::clock::Ts;
use crate::contracts::Odds;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, RequestId, VerticalId};
use crate::leads::Listing;
use crate::requests::{self, ChangeTail, PurchaseRequest};
use crate::verticals;

/// A request that would buy the listing now.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub request: Arc<PurchaseRequest>,
    pub offer: Offer,
    /// The chances behind what is expected.
    pub odds: Odds,
}

/// A request that would not; `gates` tells why, when anybody asks.
#[derive(Debug, Clone)]
pub struct Refused {
    pub request_id: RequestId,
    pub buyer_id: AccountId,
    rule: Arc<Rule>,
}

/// Who would buy a listing, best first, and who would not.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub candidates: Vec<Candidate>,
    pub refused: Vec<Refused>,
}

impl Refused {
    /// Every gate that stands between the request and the listing of the plan.
    pub fn gates(&self, listing: &Listing, now: Ts) -> Vec<GateFailure> {
        let mut gates = self.rule.explain(listing, now);
        gates.extend(self.rule.closed(listing, now));
        gates
    }
}

/// The active requests by vertical, as of one end of the change log.
#[derive(Debug, Clone, Default)]
struct Snapshot {
    tail: ChangeTail,
    loaded: bool,
    by_vertical: HashMap<VerticalId, Arc<Vec<Arc<Rule>>>>,
}

/// Meets listings with active requests. Readers never block one another.
#[derive(Debug, Default)]
pub struct Market {
    snapshot: ArcSwap<Snapshot>,
}

impl Market {
    pub fn new() -> Self {
        Self::default()
    }

    /// Ranks the requests of the listing's vertical by what `conn`'s transaction sees of them.
    ///
    /// Caps, wallets and earlier purchases are not looked at: the sale's guarded updates decide them.
    pub fn plan(&self, conn: &mut Conn, listing: &Listing, now: Ts) -> Result<Plan> {
        let snapshot = self.present(conn)?;
        let mut plan = Plan::default();
        for rule in snapshot.rules(listing.vertical_id) {
            if rule.matches(listing, now) && rule.is_open(listing, now) {
                let offer = rule.offer(listing, now);
                plan.candidates.push(Candidate {
                    request: Arc::clone(&rule.request),
                    offer,
                    odds: rule.odds,
                });
            } else {
                plan.refused.push(Refused {
                    request_id: rule.request.id,
                    buyer_id: rule.request.buyer_id,
                    rule: Arc::clone(rule),
                });
            }
        }
        let served = if has_ties(&plan.candidates) {
            last_served(conn, &plan.candidates)?
        } else {
            HashMap::new()
        };
        rank_candidates(&mut plan.candidates, &served);
        Ok(plan)
    }

    /// The snapshot that agrees with the change log as this transaction sees it.
    fn present(&self, conn: &mut Conn) -> Result<Arc<Snapshot>> {
        let known = self.snapshot.load_full();
        let tail = requests::change_tail(conn)?;
        if known.loaded && known.tail == tail {
            return Ok(known);
        }
        let fresh = Arc::new(match known.changed_until(&tail) {
            Some(changed) => known.with_changes(conn, &changed, tail)?,
            None => Snapshot::load(conn, tail)?,
        });
        self.snapshot.store(Arc::clone(&fresh));
        Ok(fresh)
    }
}

fn last_served(
    conn: &mut Conn,
    candidates: &[Candidate],
) -> Result<HashMap<RequestId, Option<Ts>>> {
    let ids: Vec<RequestId> = candidates
        .iter()
        .map(|candidate| candidate.request.id)
        .collect();
    Ok(requests::last_served(conn, &ids)?.into_iter().collect())
}

impl Snapshot {
    fn rules(&self, vertical: VerticalId) -> &[Arc<Rule>] {
        self.by_vertical
            .get(&vertical)
            .map_or(&[], |rules| rules.as_slice())
    }

    fn load(conn: &mut Conn, tail: ChangeTail) -> Result<Self> {
        let active = requests::active(conn)?;
        let empty = Self {
            tail,
            loaded: true,
            by_vertical: HashMap::new(),
        };
        empty.and(conn, active)
    }

    /// The requests whose rows differ between the two ends; `None` when the log has moved too far to know.
    fn changed_until(&self, tail: &ChangeTail) -> Option<Vec<RequestId>> {
        let (old, new): (HashSet<_>, HashSet<_>) =
            (self.tail.iter().collect(), tail.iter().collect());
        if !self.loaded || old.is_disjoint(&new) {
            return None;
        }
        let changed: HashSet<RequestId> = old
            .symmetric_difference(&new)
            .map(|(_, request, _)| *request)
            .collect();
        Some(changed.into_iter().collect())
    }

    fn with_changes(
        &self,
        conn: &mut Conn,
        changed: &[RequestId],
        tail: ChangeTail,
    ) -> Result<Self> {
        let mut next = Self {
            tail,
            ..self.clone()
        };
        for rules in next.by_vertical.values_mut() {
            if rules.iter().any(|rule| changed.contains(&rule.request.id)) {
                Arc::make_mut(rules).retain(|rule| !changed.contains(&rule.request.id));
            }
        }
        let active = requests::active_among(conn, changed)?;
        next.and(conn, active)
    }

    fn and(mut self, conn: &mut Conn, active: Vec<PurchaseRequest>) -> Result<Self> {
        let verticals = verticals::all(conn)?;
        for request in active {
            let id = request.id;
            let vertical = verticals
                .iter()
                .find(|vertical| vertical.id == request.vertical_id);
            let rule = match vertical {
                Some(vertical) => requests::rule_of(conn, Arc::new(request), vertical).ok(),
                None => None,
            };
            if let Some(rule) = rule {
                let rules = self
                    .by_vertical
                    .entry(rule.request.vertical_id)
                    .or_default();
                Arc::make_mut(rules).push(Arc::new(rule));
            } else {
                // Creation refuses such a request; one that still turns up must not stop the market.
                tracing::error!(%id, "an active request cannot be compiled");
            }
        }
        Ok(self)
    }
}
