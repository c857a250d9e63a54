//! Bids that are held for leads which are announced: room in the request, money in the wallet, and a price; then
//! the sale to that bid, or its end.

use std::sync::Arc;

use diesel::Connection as _;
use serde::{Deserialize, Serialize};

use super::exchange::{explanation, price};
use super::{Explanation, Order, Outcome, SaleRule, Stop, sell, stop_at_wallet, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, DecisionId, PingId};
use crate::leads::Listing;
use crate::ledger::{self, Source};
use crate::matching::decisions::{self, Body, Decision, Try};
use crate::matching::{Candidate, Plan};
use crate::money::{BasisPoints, Money};
use crate::requests::{self, Gate, Reservation};
use crate::suppression;
use crate::verticals::{self, Model};

/// A lead of which everything is known but who the person is; at most hashes of its contact.
#[derive(Debug, Clone, Copy)]
pub struct Announced<'a> {
    pub ping: PingId,
    pub listing: &'a Listing,
    /// By which the contact is looked up.
    pub hashes: &'a [Vec<u8>],
}

/// A bid with the room and the money that are held for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBid {
    pub ping: PingId,
    pub buyer: AccountId,
    pub model: Model,
    /// Paid for the lead on delivery.
    pub price: Money,
    /// The seller's part of it, by the commission at the time of the bid.
    pub earning: Money,
    pub reservation: Reservation,
    pub explanation: Explanation,
    /// Kept beside it.
    #[serde(skip)]
    pub decided: Option<Decided>,
}

/// What a bid was chosen from, before there is a lead that it could be kept with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    id: DecisionId,
    at: Ts,
    day: i64,
    body: Body,
}

impl HeldBid {
    /// The same bid with what it was chosen from.
    pub fn decided_by(
        mut self,
        (plan, tries): (&Plan, Vec<Try>),
        listing: &Listing,
        now: Ts,
    ) -> Self {
        let id = DecisionId::new(now);
        let copies = usize::try_from(listing.copies).unwrap_or(1);
        self.explanation.decision = Some(id);
        self.decided = Some(Decided {
            id,
            at: now,
            day: plan.day,
            body: Body {
                announced: Some(listing.id),
                ..Body::new(plan, listing, copies, tries)
            },
        });
        self
    }

    const fn source(&self) -> Source {
        Source::Ping(self.ping)
    }

    /// Lets the money go that is set aside for bids; their room is given back by itself.
    pub fn release_money<'a>(
        conn: &mut Conn,
        bids: impl IntoIterator<Item = &'a Self>,
        now: Ts,
    ) -> Result<()> {
        let paying = bids
            .into_iter()
            .filter(|bid| bid.reservation.amount.minor > 0);
        let sources: Vec<Source> = paying.map(Self::source).collect();
        ledger::release(conn, &sources, now)
    }
}

/// The commission on the bid of a candidate for an announced lead, or the gate that is closed, of those that reading
/// tells; room and money are looked at when the bid is held.
pub fn may_hold(
    conn: &mut Conn,
    announced: &Announced<'_>,
    candidate: &Candidate,
    now: Ts,
) -> Result<Result<BasisPoints, Gate>> {
    let (buyer, agreement) = (candidate.request.buyer_id, &candidate.request.agreement);
    let terms = store::terms(conn, announced.listing, buyer, agreement.version.id, now)?;
    if let Some(gate) = terms.closed {
        return Ok(Err(gate));
    }
    if suppression::bars(conn, buyer, announced.hashes)? {
        return Ok(Err(Gate::Suppressed));
    }
    if store::got_recently(conn, buyer, announced.hashes, now)? {
        return Ok(Err(Gate::SamePerson));
    }
    Ok(Ok(terms.commission))
}

/// Holds the bid of the candidate in a place of the plan, which `may_hold` has let pass with this commission: by the
/// guards of a sale and at its price, all or nothing; or the gate that refused it.
pub fn hold(
    conn: &mut Conn,
    announced: &Announced<'_>,
    plan: &Plan,
    (place, commission): (usize, BasisPoints),
    now: Ts,
) -> Result<Result<HeldBid, Gate>> {
    let Some(candidate) = plan.candidates.get(place) else {
        return Ok(Err(Gate::RequestNotActive));
    };
    let held = conn.transaction(|conn| {
        let bid = reserve(conn, announced, (plan, place), (candidate, commission), now)?;
        if bid.reservation.amount.minor > 0 {
            let hold = ledger::Hold {
                source: bid.source(),
                buyer: bid.buyer,
                amount: bid.reservation.amount,
                at: now,
            };
            ledger::hold(conn, &hold).map_err(stop_at_wallet)?;
        }
        Ok(bid)
    });
    match held {
        Ok(bid) => Ok(Ok(bid)),
        Err(Stop::At(gate)) => Ok(Err(gate)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn reserve(
    conn: &mut Conn,
    announced: &Announced<'_>,
    (plan, place): (&Plan, usize),
    (candidate, commission): (&Candidate, BasisPoints),
    now: Ts,
) -> Result<HeldBid, Stop> {
    let request = &candidate.request;
    let (buyer, agreement) = (request.buyer_id, &request.agreement);
    let listing = announced.listing;
    let copies = usize::try_from(listing.copies).unwrap_or(1);
    let price = price(plan, listing, (place, copies), candidate);
    let amount = request.commitment(price);
    let reservation = requests::reserve(conn, request, amount, now)?.map_err(Stop::At)?;
    let commission = price.share(commission);
    let fitted = plan.candidates.len();
    let told = explanation((listing, candidate), SaleRule::HeldBid, place, fitted);
    Ok(HeldBid {
        ping: announced.ping,
        buyer,
        model: agreement.terms().model,
        price,
        earning: Money::new(price.minor - commission.minor, price.currency),
        reservation,
        explanation: Explanation {
            ping: Some(announced.ping),
            ..told
        },
        decided: None,
    })
}

/// Sells the lead that came to the bid that is held for it, at its price. What is held turns into the sale, all or
/// nothing; a lead that turns out not to fit is refused by the first gate that it fails, and the bid is still held.
pub fn sell_held(conn: &mut Conn, listing: &Listing, held: &HeldBid, now: Ts) -> Result<Outcome> {
    let Some(request) = requests::by_ids(conn, &[held.reservation.request])?.pop() else {
        return Ok(Outcome::Refused(Gate::RequestNotActive));
    };
    let request = Arc::new(request);
    let vertical = verticals::by_id(conn, listing.vertical_id)?;
    let rule = requests::rule_of(conn, Arc::clone(&request), &vertical)?;
    if let Some(failure) = rule.explain(listing, now).first() {
        return Ok(Outcome::Refused(failure.gate));
    }
    let order = Order {
        listing,
        buyer: request.buyer_id,
        request: Some(&request),
        agreement: &request.agreement,
        price: held.price,
        explanation: held.explanation.clone(),
        held: Some(held),
        buyers: request.alone(listing),
        actor: Actor::System,
    };
    let outcome = sell(conn, &order, now)?;
    if let (Outcome::Sold(_), Some(decided)) = (&outcome, &held.decided) {
        let decision = Decision {
            id: decided.id,
            lead: listing.id,
            vertical: listing.vertical_id,
            at: decided.at,
            day: decided.day,
            body: decided.body.clone(),
        };
        decisions::record(conn, &[(decision, listing.seller_id)], now)?;
    }
    Ok(outcome)
}
