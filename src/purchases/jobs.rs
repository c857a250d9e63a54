//! An activated request meets the listed leads.

use std::sync::Arc;

use super::{Explanation, Order, Outcome, SaleRule, Yield, sell};
use crate::access::Actor;
use crate::clock::{Clock, Ts};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::RequestId;
use crate::leads;
use crate::matching::{self, Fit};
use crate::requests::{self, Gate, MatchJob, PurchaseRequest, RequestState};

/// Leads that one activation looks through; the newest first.
const MAX_LISTINGS: i64 = 20_000;
/// Sales in one transaction: enough to spread the commit, few enough not to hold others up.
const SALES_A_COMMIT: usize = 20;

/// Buys the listed leads that fit, best first, until a limit of the request says stop.
pub async fn match_request(db: Db, clock: Clock, job: MatchJob) -> Result<()> {
    let now = clock.now();
    let Some((request, fits)) = db.read(move |conn| fits(conn, job.request, now)).await? else {
        return Ok(());
    };
    let candidates = u32::try_from(fits.len()).unwrap_or(u32::MAX);
    let mut place = 0;
    for chunk in fits.chunks(SALES_A_COMMIT) {
        let (request, chunk, first) = (Arc::clone(&request), chunk.to_vec(), place);
        place += u32::try_from(chunk.len()).unwrap_or(0);
        let goes_on = db
            .write(move |conn| buy_in_order(conn, &request, &chunk, (first, candidates), now))
            .await?;
        if !goes_on {
            break;
        }
    }
    Ok(())
}

fn fits(
    conn: &mut Conn,
    id: RequestId,
    now: Ts,
) -> Result<Option<(Arc<PurchaseRequest>, Vec<Fit>)>> {
    let Some(request) = requests::by_ids(conn, &[id])?.pop() else {
        return Ok(None);
    };
    if request.state != RequestState::Active || !request.auto_buy {
        return Ok(None);
    }
    let listings = leads::listed_in(conn, request.vertical_id, now, MAX_LISTINGS)?;
    let fits = matching::rank_listings(conn, &request, listings, now)?;
    Ok(Some((Arc::new(request), fits)))
}

/// False when the request takes no more.
fn buy_in_order(
    conn: &mut Conn,
    request: &PurchaseRequest,
    fits: &[Fit],
    (first, candidates): (u32, u32),
    now: Ts,
) -> Result<bool> {
    for (place, fit) in (first + 1..).zip(fits) {
        let buyers = request.buyers_of(&fit.listing);
        let order = Order {
            listing: &fit.listing,
            buyer: request.buyer_id,
            request: Some(request),
            agreement: &request.agreement,
            price: fit.offer.price,
            explanation: Explanation {
                rule: SaleRule::BestListing,
                ping: None,
                place,
                candidates,
                buyers,
                bid: buyers
                    .and_then(|buyers| request.bid_for(buyers))
                    .unwrap_or(request.bid),
                wishes_met: fit.offer.wishes_met,
                yields: Some(Yield::of(
                    request.agreement.terms(),
                    fit.offer.expected,
                    &fit.odds,
                )),
                decision: None,
            },
            held: None,
            buyers: request.alone(&fit.listing),
            actor: Actor::System,
        };
        match sell(conn, &order, now)? {
            // The lead went elsewhere meanwhile, or is not for this buyer; the next may be.
            Outcome::Sold(_)
            | Outcome::Refused(
                Gate::SoldOut
                | Gate::AlreadyBought
                | Gate::SamePerson
                | Gate::Suppressed
                | Gate::ConsentRecipient,
            ) => {}
            // A wish's bonus was too much for what is left of the budget, or a lead for this buyer alone; a plain or a
            // shared one may fit.
            Outcome::Refused(gate)
                if gate.is_of_amount() && fit.offer.price.minor > request.least_bid().minor => {}
            Outcome::Refused(gate) => {
                tracing::info!(request = %request.id, gate = gate.code(), "buying stopped");
                return Ok(false);
            }
        }
    }
    Ok(true)
}
