//! Why one lead is, or is not, bought by one request: the gates of the lead and those of the minute.

use std::sync::Arc;

use super::gate::{Gate, GateFailure};
use super::rule::Offer;
use super::{PurchaseRequest, closed_caps, rule_of, store};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::LeadId;
use crate::leads::{self, LeadState, Listing};
use crate::{ledger, verticals};

/// A lead seen by a request of the buyer.
#[derive(Debug, Clone)]
pub struct Explanation {
    pub listing: Listing,
    pub offer: Offer,
    /// Gates that the lead itself does not pass.
    pub lead: Vec<GateFailure>,
    /// Gates that are closed at the moment, whatever the lead.
    pub moment: Vec<GateFailure>,
}

/// Explains a lead that is or was on the market; others do not exist for a buyer.
pub fn explain(
    conn: &mut Conn,
    request: &PurchaseRequest,
    lead: LeadId,
    now: Ts,
) -> Result<Explanation> {
    let listing = leads::listing(conn, lead)?;
    if !was_on_offer(listing.state) {
        return Err(Error::refused(Code::NotFound));
    }
    let vertical = verticals::by_id(conn, request.vertical_id)?;
    let rule = rule_of(conn, Arc::new(request.clone()), &vertical)?;
    let offer = rule.offer(&listing, now);
    let mut moment = rule.closed(&listing, now);
    moment.extend(closed_caps(conn, request, offer.commitment, now)?);
    let available = ledger::available(conn, request.buyer_id, offer.price.currency)?;
    if available.minor < offer.commitment.minor {
        moment.push(Gate::Wallet.into());
    }
    if !store::owned(conn, request.buyer_id, &[lead])?.is_empty() {
        moment.push(Gate::AlreadyBought.into());
    }
    Ok(Explanation {
        lead: rule.explain(&listing, now),
        offer,
        moment,
        listing,
    })
}

const fn was_on_offer(state: LeadState) -> bool {
    matches!(
        state,
        LeadState::Listed | LeadState::SoldOut | LeadState::Expired | LeadState::Withdrawn
    )
}
