//! A new lead meets the active requests, in the transaction that receives it.

use std::sync::Arc;

use super::together::sell_together;
use super::{Explanation, Order, Outcome, Purchase, SaleRule, Yield, sell, shared, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{DecisionId, LeadId};
use crate::leads::{self, Exchange, Listing, SaleSummary};
use crate::matching::decisions::{self, Body, Decision, Try};
use crate::matching::distribution::{TRIED, pays};
use crate::matching::{Candidate, Market, Plan};
use crate::money::Money;
use crate::requests;

/// Candidates beyond the copies of a lead that are locked with those of others.
const SPARE: usize = 2;

/// Sells new leads to the best-ranked requests that can pay.
pub struct Seller {
    market: Arc<Market>,
}

impl Seller {
    pub fn new(market: Arc<Market>) -> Self {
        Self { market }
    }
}

impl Seller {
    /// Offers the copies that are left of a lead of which somebody bought one meanwhile.
    fn offer_changed(&self, conn: &mut Conn, lead: LeadId, now: Ts) -> Result<Vec<SaleSummary>> {
        let listing = leads::listing(conn, lead)?;
        if listing.copies_sold == 0 {
            return Ok(Vec::new());
        }
        self.offer(conn, &listing, now)
    }
}

impl Exchange for Seller {
    fn offer(&self, conn: &mut Conn, listing: &Listing, now: Ts) -> Result<Vec<SaleSummary>> {
        let plan = self.market.plan(conn, listing, now)?;
        if plan.candidates.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(sets) = plan.sets.clone() {
            return match shared::offer(conn, (&plan, sets), listing, now)? {
                Some(sales) => Ok(sales),
                None => self.offer_changed(conn, listing.id, now),
            };
        }
        let copies = usize::try_from(listing.copies - listing.copies_sold).unwrap_or(0);
        if copies > 1 {
            // Several requests in one transaction: locked in one order, or two leads could deadlock.
            let ids: Vec<_> = plan
                .candidates
                .iter()
                .take(TRIED)
                .map(|candidate| candidate.request.id)
                .collect();
            requests::lock(conn, &ids)?;
        }
        let id = DecisionId::new(now);
        let (mut sales, mut tries) = (Vec::new(), Vec::new());
        for (place, candidate) in plan.candidates.iter().enumerate().take(TRIED) {
            if sales.len() == copies {
                break;
            }
            let left = copies - sales.len();
            let mut order = order(listing, candidate, place, plan.candidates.len());
            order.price = price(&plan, listing, (place, left), candidate);
            order.explanation.decision = Some(id);
            let mut attempt = Try {
                request: candidate.request.id,
                paid: None,
                gate: None,
                buyers: None,
            };
            match sell(conn, &order, now)? {
                Outcome::Sold(purchase) => {
                    attempt.paid = Some(purchase.price_minor);
                    sales.push(summary(&purchase));
                }
                Outcome::Refused(gate) => attempt.gate = Some(gate.number()),
            }
            tries.push(attempt);
        }
        let decision = decision(&plan, listing, (id, copies), tries, now);
        decisions::record(conn, &[(decision, listing.seller_id)], now)?;
        Ok(sales)
    }

    fn offer_all(
        &self,
        conn: &mut Conn,
        listings: &[&Listing],
        now: Ts,
    ) -> Result<Vec<Vec<SaleSummary>>> {
        if let [one] = listings {
            return Ok(vec![self.offer(conn, one, now)?]);
        }
        let plans = self.market.plans(conn, listings, now)?;
        let mut together = Vec::new();
        for (at, (plan, listing)) in plans.iter().zip(listings).enumerate() {
            if let Some(first) = plan.candidates.first().filter(|_| is_plain(plan, listing)) {
                let id = DecisionId::new(now);
                let mut order = order(listing, first, 0, plan.candidates.len());
                order.price = price(plan, listing, (0, 1), first);
                order.explanation.decision = Some(id);
                together.push((at, id, order));
            }
        }
        lock_first(conn, &plans, listings)?;
        let orders: Vec<Order<'_>> = together.iter().map(|(.., order)| order.clone()).collect();
        let sold = sell_together(conn, &orders, now)?;
        let (mut sales, mut decided) = (vec![Vec::new(); listings.len()], Vec::new());
        let mut is_sold = vec![false; listings.len()];
        for ((at, id, _), purchase) in together.iter().zip(sold) {
            let Some(purchase) = purchase else { continue };
            let (plan, listing) = (&plans[*at], listings[*at]);
            let tries = plan.candidates.first().map(|first| Try {
                request: first.request.id,
                paid: Some(purchase.price_minor),
                gate: None,
                buyers: None,
            });
            let tries = tries.into_iter().collect();
            let decision = decision(plan, listing, (*id, 1), tries, now);
            decided.push((decision, listing.seller_id));
            sales[*at].push(summary(&purchase));
            is_sold[*at] = true;
        }
        decisions::record(conn, &decided, now)?;
        for (at, plan) in plans.iter().enumerate() {
            if !is_sold[at] && !plan.candidates.is_empty() {
                sales[at] = self.offer(conn, listings[at], now)?;
            }
        }
        Ok(sales)
    }

    fn sales(&self, conn: &mut Conn, lead: LeadId) -> Result<Vec<SaleSummary>> {
        let purchases = store::of_lead(conn, lead)?;
        Ok(purchases.iter().map(summary).collect())
    }
}

/// Locks the requests that these leads are likely to go to: all in one order, or two batches could wait for each
/// other. Further ones are locked as they are tried.
fn lock_first(conn: &mut Conn, plans: &[Plan], listings: &[&Listing]) -> Result<()> {
    let mut ids = Vec::new();
    for (plan, listing) in plans.iter().zip(listings) {
        let copies = usize::try_from(listing.copies - listing.copies_sold).unwrap_or(0);
        let first = plan.candidates.iter().take(copies + SPARE);
        ids.extend(first.map(|candidate| candidate.request.id));
    }
    ids.sort_unstable();
    ids.dedup();
    requests::lock(conn, &ids)
}

/// Whether a lead has one copy to sell, to somebody who pays for it alone.
fn is_plain(plan: &Plan, listing: &Listing) -> bool {
    listing.copies == 1
        && listing.copies_sold == 0
        && plan.sets.is_none()
        && plan
            .candidates
            .first()
            .is_some_and(|first| !first.request.agreement.terms().awaits_outcome())
}

pub(super) fn decision(
    plan: &Plan,
    listing: &Listing,
    (id, copies): (DecisionId, usize),
    tries: Vec<Try>,
    now: Ts,
) -> Decision {
    Decision {
        id,
        lead: listing.id,
        vertical: listing.vertical_id,
        at: now,
        day: plan.day,
        body: Body::new(plan, listing, copies, tries),
    }
}

/// What a candidate pays that stands in its place in a plan while so many copies are left.
pub(super) fn price(
    plan: &Plan,
    listing: &Listing,
    (place, left): (usize, usize),
    candidate: &Candidate,
) -> Money {
    let pricing = plan.selling.rules.pricing;
    let paid = pays(pricing, &plan.contenders, place, left, listing.ask.minor);
    let bid = candidate.offer.price;
    Money::new(paid.unwrap_or(bid.minor), bid.currency)
}

pub(super) fn summary(purchase: &Purchase) -> SaleSummary {
    SaleSummary {
        purchase_id: purchase.id,
        price: purchase.price(),
        earning: purchase.earning(),
        buyers: None,
    }
}

pub(super) fn order<'a>(
    listing: &'a Listing,
    candidate: &'a Candidate,
    place: usize,
    candidates: usize,
) -> Order<'a> {
    Order {
        listing,
        buyer: candidate.request.buyer_id,
        request: Some(&candidate.request),
        agreement: &candidate.request.agreement,
        price: candidate.offer.price,
        explanation: explanation(
            (listing, candidate),
            SaleRule::BestRequest,
            place,
            candidates,
        ),
        held: None,
        buyers: None,
        actor: Actor::System,
    }
}

/// Why this candidate gets the lead.
pub(super) fn explanation(
    (listing, candidate): (&Listing, &Candidate),
    rule: SaleRule,
    place: usize,
    candidates: usize,
) -> Explanation {
    let request = &candidate.request;
    let buyers = request.buyers_of(listing);
    Explanation {
        rule,
        ping: None,
        place: u32::try_from(place + 1).unwrap_or(u32::MAX),
        candidates: u32::try_from(candidates).unwrap_or(u32::MAX),
        buyers,
        bid: buyers
            .and_then(|buyers| request.bid_for(buyers))
            .unwrap_or(request.bid),
        wishes_met: candidate.offer.wishes_met,
        yields: Some(Yield::of(
            candidate.request.agreement.terms(),
            candidate.offer.expected,
            &candidate.odds,
        )),
        decision: None,
    }
}
