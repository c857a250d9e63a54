//! Meets listings with the active requests, which stand in memory as of one end of the change log.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::distribution::{Contender, Draw, KEPT, Shared, arrange, needs_served};
use super::sharing::{self, Sets};
use super::snapshot::Snapshot;
use super::{Offer, draws};
use crate::clock::Ts;
use crate::config::Matching;
use crate::contracts::Odds;
use crate::db::Conn;
use crate::error::Result;
use crate::id::RequestId;
use crate::leads::Listing;
use crate::requests::{self, PurchaseRequest, Rule};
use crate::vault::Vault;
use crate::verticals::Selling;

/// Comparisons with the database that must fail before it is believed to differ.
const COMPARISONS: usize = 3;

/// Requests of a market that are looked at one by one for the nearest.
const LOOKED_THROUGH: usize = 2_000;

/// A request that would buy the listing now.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub request: Arc<PurchaseRequest>,
    pub offer: Offer,
    /// The chances behind what is expected.
    pub odds: Odds,
}

/// Who would buy a listing, in the order in which it is offered to them.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub candidates: Vec<Candidate>,
    /// The same as the decision about the lead keeps them.
    pub contenders: Vec<Contender>,
    /// Who shares the lead, where some bid by the number of buyers and it is still open.
    pub sets: Option<Sets>,
    pub selling: Selling,
    /// The day whose seed the lots were drawn with.
    pub day: i64,
}

impl Plan {
    /// Leaves out those that bid by the number of buyers, where it is open; says how many they were.
    pub fn leave_sharers(&mut self) -> usize {
        let all = self.candidates.len();
        if self.sets.take().is_some() {
            self.contenders.retain(|one| one.shared.is_none());
            self.candidates
                .retain(|one| one.request.shared_bids.is_empty());
        }
        all - self.candidates.len()
    }
}

/// The active requests, ready to be met. Readers never block one another.
pub struct Market {
    by: Matching,
    vault: Arc<Vault>,
    snapshot: ArcSwap<Snapshot>,
    /// The seed of the day that was asked for last.
    seed: ArcSwap<(i64, Vec<u8>)>,
}

impl Market {
    pub fn new(by: Matching, vault: Arc<Vault>) -> Self {
        Self {
            by,
            vault,
            snapshot: ArcSwap::default(),
            seed: ArcSwap::default(),
        }
    }

    /// Arranges the requests that take the listing, by what `conn`'s transaction sees of them.
    ///
    /// Caps, wallets and earlier purchases are not looked at: the sale's guarded updates decide them.
    pub fn plan(&self, conn: &mut Conn, listing: &Listing, now: Ts) -> Result<Plan> {
        let snapshot = self.present(conn)?;
        self.plan_by(&snapshot, conn, listing, now)
    }

    /// The plan of each of many listings, by one view of the requests.
    pub fn plans(&self, conn: &mut Conn, listings: &[&Listing], now: Ts) -> Result<Vec<Plan>> {
        let snapshot = self.present(conn)?;
        let plans = listings
            .iter()
            .map(|listing| self.plan_by(&snapshot, conn, listing, now));
        plans.collect()
    }

    fn plan_by(
        &self,
        snapshot: &Snapshot,
        conn: &mut Conn,
        listing: &Listing,
        now: Ts,
    ) -> Result<Plan> {
        let selling = snapshot.selling.get(&listing.vertical_id).cloned();
        let mut plan = Plan {
            selling: selling.unwrap_or_default(),
            day: draws::day_of(now),
            ..Plan::default()
        };
        let mut candidates = HashMap::new();
        if plan.selling.stopped {
            return Ok(plan);
        }
        for rule in self.found(snapshot, listing, now) {
            if !rule.is_open(listing, now) {
                continue;
            }
            let offer = rule.offer(listing, now);
            plan.contenders
                .push(contender(rule, &offer, (listing, now)));
            let candidate = Candidate {
                request: Arc::clone(&rule.request),
                offer,
                odds: rule.odds,
            };
            candidates.insert(rule.request.id, candidate);
        }
        if plan.contenders.is_empty() {
            return Ok(plan);
        }
        let rule = plan.selling.rules.distribution;
        let is_open = sharing::is_open(&plan.contenders);
        if needs_served(rule, &plan.contenders) || sharing::needs_served(rule, &plan.contenders) {
            let ids: Vec<RequestId> = plan.contenders.iter().map(|one| one.request).collect();
            let served: HashMap<_, _> = requests::last_served(conn, &ids)?.into_iter().collect();
            for one in &mut plan.contenders {
                one.served = served.get(&one.request).copied().flatten();
            }
        }
        let seed = self.seed_of(conn, plan.day, now)?;
        let draw = Draw {
            lead: listing.id,
            seed: &seed.1,
        };
        arrange(rule, &draw, &mut plan.contenders);
        if is_open {
            let kept = plan.contenders.get(..KEPT).unwrap_or(&plan.contenders);
            let copies = usize::try_from(listing.copies).unwrap_or_default();
            plan.sets = Some(Sets::of(rule, &draw, kept, (copies, listing.ask.minor)));
        }
        let in_order = plan.contenders.iter();
        plan.candidates = in_order
            .filter_map(|one| candidates.remove(&one.request))
            .collect();
        Ok(plan)
    }

    fn seed_of(&self, conn: &mut Conn, day: i64, now: Ts) -> Result<Arc<(i64, Vec<u8>)>> {
        let known = self.seed.load_full();
        if known.0 == day && !known.1.is_empty() {
            return Ok(known);
        }
        let fresh = Arc::new((day, draws::seed(conn, &self.vault, day, now)?));
        self.seed.store(Arc::clone(&fresh));
        Ok(fresh)
    }

    /// The rules that take a listing, whatever the minute. What the index proposes is checked by the rule itself.
    fn found<'a>(
        &self,
        snapshot: &'a Snapshot,
        listing: &'a Listing,
        now: Ts,
    ) -> Box<dyn Iterator<Item = &'a Arc<Rule>> + 'a> {
        let takes = move |rule: &&Arc<Rule>| rule.matches(listing, now);
        match self.by {
            Matching::Index => {
                let found = snapshot.index.find(listing, now);
                Box::new(found.into_iter().filter(takes))
            }
            Matching::Scan => Box::new(snapshot.index.rules().filter(takes)),
        }
    }

    /// The active requests of the listing's vertical that come closest to taking it, up to `limit`. On a large
    /// market only those are looked at that name the lead's places or none.
    pub fn near(
        &self,
        conn: &mut Conn,
        listing: &Listing,
        now: Ts,
        limit: usize,
    ) -> Result<Vec<Arc<Rule>>> {
        let snapshot = self.present(conn)?;
        if snapshot.index.len() > LOOKED_THROUGH {
            return Ok(snapshot.index.near(listing, now, limit));
        }
        let mut near: Vec<(usize, Arc<Rule>)> = snapshot
            .index
            .rules()
            .filter(|rule| rule.request.vertical_id == listing.vertical_id)
            .map(|rule| (rule.explain(listing, now).len(), Arc::clone(rule)))
            .collect();
        near.sort_by_key(|(gates, rule)| (*gates, rule.request.id));
        near.truncate(limit);
        Ok(near.into_iter().map(|(_, rule)| rule).collect())
    }

    /// Catches up with the change log, also with changes whose transactions were overtaken by later ones.
    pub fn follow(&self, conn: &mut Conn) -> Result<()> {
        let known = self.snapshot.load_full();
        if let Some(fresh) = known.followed(conn)? {
            self.publish(fresh);
        }
        Ok(())
    }

    /// Compares what is in memory with the active requests of the database, and loads them anew where the two
    /// differ; says whether they agreed.
    pub fn verify(&self, conn: &mut Conn) -> Result<bool> {
        // Changes between the statements of one comparison make it fail; they do not make all of them fail.
        for _ in 0..COMPARISONS {
            if self.present(conn)?.agrees(conn)? {
                return Ok(true);
            }
        }
        tracing::error!("the requests in memory were not those of the database; loading them anew");
        metrics::counter!("galena_market_reloads_total").increment(1);
        self.publish(Snapshot::load(conn)?);
        Ok(false)
    }

    /// Requests in memory.
    pub fn len(&self) -> usize {
        self.snapshot.load().index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The snapshot that agrees with the change log as this transaction sees it.
    fn present(&self, conn: &mut Conn) -> Result<Arc<Snapshot>> {
        let known = self.snapshot.load_full();
        match known.present(conn)? {
            Some(fresh) => Ok(self.publish(fresh)),
            None => Ok(known),
        }
    }

    fn publish(&self, fresh: Snapshot) -> Arc<Snapshot> {
        let fresh = Arc::new(fresh);
        self.snapshot.store(Arc::clone(&fresh));
        fresh
    }
}

/// A request as the decision about a lead sees it.
fn contender(rule: &Rule, offer: &Offer, (listing, now): (&Listing, Ts)) -> Contender {
    let rank = |offer: &Offer| i64::try_from(offer.rank).unwrap_or(i64::MAX);
    let bids = &rule.request.shared_bids;
    let is_open = !bids.is_empty() && listing.copies_sold == 0 && listing.copies > 1;
    let named = bids.iter().filter(|shared| shared.buyers <= listing.copies);
    let named = named.filter_map(|shared| {
        let offer = rule.offer_for(shared.buyers, listing, now)?;
        Some(Shared {
            buyers: usize::try_from(shared.buyers).ok()?,
            price: offer.price.minor,
            rank: rank(&offer),
        })
    });
    Contender {
        request: rule.request.id,
        buyer: rule.request.buyer_id,
        price: offer.price.minor,
        bids: rule.bids(),
        rank: rank(offer),
        wishes_met: offer.wishes_met,
        tier: rule.share.tier,
        weight: rule.share.weight,
        served: None,
        expected: (offer.expected != offer.price).then_some(offer.expected.minor),
        shared: is_open.then(|| named.collect()),
    }
}
