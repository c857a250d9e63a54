//! A new lead meets the active requests, in the transaction that receives it.

use std::sync::Arc;

use super::{Explanation, Order, Outcome, Purchase, SaleRule, Yield, sell, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::LeadId;
use crate::leads::{Exchange, Listing, SaleSummary};
use crate::matching::{Candidate, Market};
use crate::requests;

/// Requests tried for one lead; a lead that so many cannot pay for waits on the market.
const MAX_TRIES: usize = 50;

/// Sells new leads to the best-ranked requests that can pay.
pub struct Seller {
    market: Arc<Market>,
}

impl Seller {
    pub fn new(market: Arc<Market>) -> Self {
        Self { market }
    }
}

impl Exchange for Seller {
    fn offer(&self, conn: &mut Conn, listing: &Listing, now: Ts) -> Result<Vec<SaleSummary>> {
        let plan = self.market.plan(conn, listing, now)?;
        let candidates = plan.candidates.len();
        if listing.copies > 1 {
            // Several requests in one transaction: locked in one order, or two leads could deadlock.
            let ids: Vec<_> = plan
                .candidates
                .iter()
                .take(MAX_TRIES)
                .map(|candidate| candidate.request.id)
                .collect();
            requests::lock(conn, &ids)?;
        }
        let mut sales = Vec::new();
        let copies = usize::try_from(listing.copies).unwrap_or(1);
        for (place, candidate) in (1..).zip(plan.candidates.iter().take(MAX_TRIES)) {
            if sales.len() == copies {
                break;
            }
            let order = order(listing, candidate, place, candidates);
            match sell(conn, &order, now)? {
                Outcome::Sold(purchase) => sales.push(summary(&purchase)),
                Outcome::Refused(gate) => tracing::debug!(
                    lead = %listing.id,
                    request = %candidate.request.id,
                    gate = gate.code(),
                    "a candidate was passed over"
                ),
            }
        }
        Ok(sales)
    }

    fn sales(&self, conn: &mut Conn, lead: LeadId) -> Result<Vec<SaleSummary>> {
        let purchases = store::of_lead(conn, lead)?;
        Ok(purchases.iter().map(summary).collect())
    }
}

pub(super) fn summary(purchase: &Purchase) -> SaleSummary {
    SaleSummary {
        purchase_id: purchase.id,
        price: purchase.price(),
        earning: purchase.earning(),
    }
}

fn order<'a>(
    listing: &'a Listing,
    candidate: &'a Candidate,
    place: u32,
    candidates: usize,
) -> Order<'a> {
    Order {
        listing,
        buyer: candidate.request.buyer_id,
        request: Some(&candidate.request),
        agreement: &candidate.request.agreement,
        price: candidate.offer.price,
        explanation: explanation(candidate, SaleRule::BestRequest, place, candidates),
        held: None,
        actor: Actor::System,
    }
}

/// Why this candidate gets the lead.
pub(super) fn explanation(
    candidate: &Candidate,
    rule: SaleRule,
    place: u32,
    candidates: usize,
) -> Explanation {
    Explanation {
        rule,
        ping: None,
        place,
        candidates: u32::try_from(candidates).unwrap_or(u32::MAX),
        bid: candidate.request.bid,
        wishes_met: candidate.offer.wishes_met,
        yields: Some(Yield::of(
            candidate.request.agreement.terms(),
            candidate.offer.expected,
            &candidate.odds,
        )),
    }
}
