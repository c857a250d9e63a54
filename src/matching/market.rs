//! Meets listings with the active requests, which stand in memory as of one end of the change log.

use std::collections::{BTreeSet, HashMap};
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

/// Requests that one statement asks about.
const MOST_ASKED: usize = 1_000;

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
    /// Whether the order asks when the contenders got their last lead.
    fn asks_served(&self) -> bool {
        let rule = self.selling.rules.distribution;
        needs_served(rule, &self.contenders) || sharing::needs_served(rule, &self.contenders)
    }

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

/// A plan before its candidates are in order.
struct Draft {
    plan: Plan,
    candidates: HashMap<RequestId, Candidate>,
}

/// When requests got their last lead, where the order asks for it.
#[derive(Default)]
struct Served(HashMap<RequestId, Ts>);

impl Served {
    fn read(&mut self, conn: &mut Conn, drafts: &[Draft]) -> Result<()> {
        let asked = drafts
            .iter()
            .map(|draft| &draft.plan)
            .filter(|plan| plan.asks_served());
        let ids: BTreeSet<RequestId> = asked
            .flat_map(|plan| plan.contenders.iter().map(|one| one.request))
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<RequestId> = ids.into_iter().collect();
        for some in ids.chunks(MOST_ASKED) {
            let served = requests::last_served(conn, some)?;
            self.0
                .extend(served.into_iter().filter_map(|(id, at)| Some((id, at?))));
        }
        Ok(())
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
        let draft = self.contend(&snapshot, listing, now);
        let mut served = Served::default();
        served.read(conn, std::slice::from_ref(&draft))?;
        self.arranged(conn, draft, &served, listing, now)
    }

    /// The plan of each of many listings, by one view of the requests: each as if the first candidates of those before
    /// it, where they have one copy to sell, had been served.
    pub fn plans(&self, conn: &mut Conn, listings: &[&Listing], now: Ts) -> Result<Vec<Plan>> {
        let snapshot = self.present(conn)?;
        let drafts = listings
            .iter()
            .map(|listing| self.contend(&snapshot, listing, now));
        let drafts: Vec<Draft> = drafts.collect();
        let mut served = Served::default();
        served.read(conn, &drafts)?;
        let mut plans = Vec::with_capacity(drafts.len());
        for (draft, listing) in drafts.into_iter().zip(listings) {
            let plan = self.arranged(conn, draft, &served, listing, now)?;
            if listing.copies - listing.copies_sold == 1
                && let Some(first) = plan.contenders.first()
            {
                served.0.insert(first.request, now);
            }
            plans.push(plan);
        }
        Ok(plans)
    }

    /// Who takes the listing, in no order yet.
    fn contend(&self, snapshot: &Snapshot, listing: &Listing, now: Ts) -> Draft {
        let selling = snapshot.selling.get(&listing.vertical_id).cloned();
        let mut draft = Draft {
            plan: Plan {
                selling: selling.unwrap_or_default(),
                day: draws::day_of(now),
                ..Plan::default()
            },
            candidates: HashMap::new(),
        };
        if draft.plan.selling.stopped {
            return draft;
        }
        for rule in self.found(snapshot, listing, now) {
            if !rule.is_open(listing, now) {
                continue;
            }
            let offer = rule.offer(listing, now);
            let contender = contender(rule, &offer, (listing, now));
            draft.plan.contenders.push(contender);
            let candidate = Candidate {
                request: Arc::clone(&rule.request),
                offer,
                odds: rule.odds,
            };
            draft.candidates.insert(rule.request.id, candidate);
        }
        draft
    }

    fn arranged(
        &self,
        conn: &mut Conn,
        mut draft: Draft,
        served: &Served,
        listing: &Listing,
        now: Ts,
    ) -> Result<Plan> {
        let mut plan = draft.plan;
        if plan.contenders.is_empty() {
            return Ok(plan);
        }
        let rule = plan.selling.rules.distribution;
        let is_open = sharing::is_open(&plan.contenders);
        if plan.asks_served() {
            for one in &mut plan.contenders {
                one.served = served.0.get(&one.request).copied();
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
            .filter_map(|one| draft.candidates.remove(&one.request))
            .collect();
        Ok(plan)
    }

    /// Whether a plan can be made by reading alone: the seed of the day is known.
    pub fn is_ready(&self, now: Ts) -> bool {
        let known = self.seed.load();
        known.0 == draws::day_of(now) && !known.1.is_empty()
    }

    /// Learns the seed of the day, which is made now where nobody committed to it.
    pub fn get_ready(&self, conn: &mut Conn, now: Ts) -> Result<()> {
        self.seed_of(conn, draws::day_of(now), now)?;
        Ok(())
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
