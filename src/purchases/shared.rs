//! A new lead of several copies, where requests bid by the number of buyers: the set that brings most gets it.

use std::collections::HashMap;

use super::exchange::{decision, order, summary};
use super::{Explanation, Outcome, Yield, sell};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{DecisionId, RequestId};
use crate::leads::{Listing, SaleSummary};
use crate::matching::decisions::{self, Try};
use crate::matching::distribution::{KEPT, TRIED};
use crate::matching::sharing::{Next, Sets};
use crate::matching::{Candidate, Plan};
use crate::money::Money;
use crate::requests::{self, Gate};

/// Offers a lead that nobody has to its sets. The first sale settles how many buyers get it, and the lead keeps no
/// more copies. `None` when the lead is not as it was planned for; then nothing has changed.
pub fn offer(
    conn: &mut Conn,
    (plan, mut sets): (&Plan, Sets),
    listing: &Listing,
    now: Ts,
) -> Result<Option<Vec<SaleSummary>>> {
    let kept = plan.candidates.iter().take(KEPT);
    let candidates: HashMap<RequestId, &Candidate> = kept
        .map(|candidate| (candidate.request.id, candidate))
        .collect();
    // Several requests in one transaction: locked in one order, or two leads could deadlock.
    let ids: Vec<RequestId> = candidates.keys().copied().collect();
    requests::lock(conn, &ids)?;
    let id = DecisionId::new(now);
    let (mut sales, mut tries) = (Vec::new(), Vec::new());
    while tries.len() < TRIED
        && let Some(next) = sets.next()
        && let Some(candidate) = candidates.get(&next.request)
    {
        let buyers = i32::try_from(next.buyers).unwrap_or(listing.copies);
        let price = Money::new(next.price, candidate.offer.price.currency);
        let usual = order(listing, candidate, next.place, next.among);
        let order = super::Order {
            price,
            buyers: (sales.is_empty() && buyers < listing.copies).then_some(buyers),
            explanation: told(usual.explanation, candidate, (buyers, price), id),
            ..usual
        };
        match sell(conn, &order, now)? {
            Outcome::Sold(purchase) => {
                sets.sold(&next);
                tries.push(tried(&next, Some(purchase.price_minor), None));
                sales.push(SaleSummary {
                    buyers: Some(buyers),
                    ..summary(&purchase)
                });
            }
            Outcome::Refused(Gate::SoldOut) if sales.is_empty() => return Ok(None),
            Outcome::Refused(gate) => {
                sets.refused(&next, gate);
                tries.push(tried(&next, None, Some(gate)));
            }
        }
    }
    let copies = usize::try_from(listing.copies).unwrap_or_default();
    let decision = decision(plan, listing, (id, copies), tries, now);
    decisions::record(conn, &[(decision, listing.seller_id)], now)?;
    Ok(Some(sales))
}

fn tried(next: &Next, paid: Option<i64>, gate: Option<Gate>) -> Try {
    Try {
        request: next.request,
        paid,
        gate: gate.map(Gate::number),
        buyers: Some(next.buyers),
    }
}

/// The explanation with the bid that applied.
fn told(
    usual: Explanation,
    candidate: &Candidate,
    (buyers, price): (i32, Money),
    id: DecisionId,
) -> Explanation {
    let decided = Explanation {
        decision: Some(id),
        ..usual
    };
    let request = &candidate.request;
    if request.shared_bids.is_empty() {
        return decided;
    }
    let terms = request.agreement.terms();
    Explanation {
        buyers: Some(buyers),
        bid: request.bid_for(buyers).unwrap_or(request.bid),
        yields: Some(Yield::of(terms, price, &candidate.odds)),
        ..decided
    }
}
