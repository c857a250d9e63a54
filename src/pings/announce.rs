//! A ping: what is known of a lead meets the active requests, and the best that can pay holds its bid.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::sync::Arc;

use super::{Ping, PingReason, PingState, record, store};
use crate::access::Actor;
use crate::clock::{SECOND, Ts};
use crate::db::Conn;
use crate::db::types::json;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, PingId};
use crate::leads::{self, Listing, Partial};
use crate::matching::decisions::Try;
use crate::matching::distribution::TRIED;
use crate::matching::{Market, Plan, Rule};
use crate::purchases::{self, Announced, HeldBid};
use crate::requests::Gate;
use crate::suppression;
use crate::vault::Vault;
use crate::verification::{CheckName, Effect};

/// Requests of which the gates are counted when there is no bid.
const MAX_EXPLAINED: usize = 200;

/// Who announces, and the market that it is announced to.
#[derive(Clone, Copy)]
pub struct Announcer<'a> {
    pub market: &'a Market,
    pub vault: &'a Vault,
    pub seller: AccountId,
    pub actor: Actor,
}

/// Announces a lead: a bid is held for it, or the ping is kept as refused with its numbered reason.
///
/// 429 when so many bids are held for the seller already.
pub fn announce(conn: &mut Conn, by: &Announcer<'_>, partial: &Partial, now: Ts) -> Result<Ping> {
    let policy = store::policy(conn)?;
    let hashes = Hashes::of(by.vault, partial);
    let ping = blank(by.seller, partial, now);
    let reason = barred(conn, by, partial, &hashes, now)?;
    let ping = if let Some(reason) = reason {
        refused(ping, reason, &Tally::default())?
    } else {
        if store::open_count(conn, by.seller)? >= i64::from(policy.most_open) {
            let detail = format!("{} bids are held for you already", policy.most_open);
            return Err(Error::refused_because(Code::RateLimited, detail));
        }
        let listing = partial.listing(conn, by.seller, now)?;
        let mut plan = by.market.plan(conn, &listing, now)?;
        let mut tally = Tally::default();
        // A bid is held for one copy, and is the same whoever gets the others.
        tally.count(iter::repeat_n(Gate::Sharing, plan.leave_sharers()));
        let announced = Announced {
            ping: ping.id,
            listing: &listing,
            hashes: &hashes.to_find,
        };
        if let Some(bid) = first_bid(conn, &announced, &plan, &mut tally, now)? {
            Ping {
                held_until: Some(now.plus(i64::from(policy.hold_seconds) * SECOND)),
                given: json(&partial.told)?,
                email_hash: hashes.email,
                phone_hash: hashes.phone,
                ..with_bid(ping, &bid)?
            }
        } else {
            let near = by.market.near(conn, &listing, now, MAX_EXPLAINED)?;
            let reason = tally.of_market(&plan, &near, &listing, now);
            refused(ping, reason, &tally)?
        }
    };
    store::insert(conn, &ping)?;
    record(conn, by.actor, &ping, now)?;
    metrics::counter!("galena_pings_total", "outcome" => ping.state.as_str()).increment(1);
    Ok(ping)
}

/// The keyed hashes of the announced contact: to keep, and to look up.
struct Hashes {
    email: Option<Vec<u8>>,
    phone: Option<Vec<u8>>,
    to_find: Vec<Vec<u8>>,
}

impl Hashes {
    fn of(vault: &Vault, partial: &Partial) -> Self {
        let (email, phone) = partial.hashes(vault);
        let digests = (
            partial.email_digest.as_deref(),
            partial.phone_digest.as_deref(),
        );
        Self {
            email,
            phone,
            to_find: suppression::to_find_by_digest(vault, digests.0, digests.1),
        }
    }
}

/// Why the market is not asked at all.
fn barred(
    conn: &mut Conn,
    by: &Announcer<'_>,
    partial: &Partial,
    hashes: &Hashes,
    now: Ts,
) -> Result<Option<PingReason>> {
    if store::pause(conn, by.seller)?.is_some_and(|pause| now < pause.until_at) {
        return Ok(Some(PingReason::Paused));
    }
    let (settings, found) = (&partial.settings, &hashes.to_find);
    let duplicate = settings.of(CheckName::Duplicate);
    if duplicate.on
        && duplicate.on_fail == Effect::Reject
        && leads::is_claimed(conn, &partial.vertical, found, now)?
    {
        return Ok(Some(PingReason::Duplicate));
    }
    if settings.is_on(CheckName::Suppression)
        && !found.is_empty()
        && suppression::is_listed(conn, found)?
    {
        return Ok(Some(PingReason::Suppressed));
    }
    if store::is_open_for(conn, by.seller, partial.vertical.id, found)? {
        return Ok(Some(PingReason::AlreadyPinged));
    }
    Ok(None)
}

/// The first candidate whose bid can be held.
fn first_bid(
    conn: &mut Conn,
    announced: &Announced<'_>,
    plan: &Plan,
    tally: &mut Tally,
    now: Ts,
) -> Result<Option<HeldBid>> {
    let mut tries = Vec::new();
    for (place, candidate) in plan.candidates.iter().enumerate().take(TRIED) {
        let mut attempt = Try {
            request: candidate.request.id,
            paid: None,
            gate: None,
            buyers: None,
        };
        match purchases::hold(conn, announced, plan, place, now)? {
            Ok(bid) => {
                attempt.paid = Some(bid.price.minor);
                tries.push(attempt);
                return Ok(Some(bid.decided_by((plan, tries), announced.listing, now)));
            }
            Err(gate) => {
                tally.count([gate]);
                attempt.gate = Some(gate.number());
                tries.push(attempt);
            }
        }
    }
    Ok(None)
}

/// How many requests each gate refused.
#[derive(Debug, Default)]
struct Tally(BTreeMap<u16, i64>);

impl Tally {
    fn count(&mut self, gates: impl IntoIterator<Item = Gate>) {
        for gate in gates {
            *self.0.entry(gate.number()).or_default() += 1;
        }
    }

    /// Adds the gates of the requests that come closest, and says why there is no bid.
    fn of_market(
        &mut self,
        plan: &Plan,
        near: &[Arc<Rule>],
        listing: &Listing,
        now: Ts,
    ) -> PingReason {
        for rule in near {
            let failures = rule.explain(listing, now);
            let gates = failures.into_iter().chain(rule.closed(listing, now));
            let once: BTreeSet<Gate> = gates.map(|failure| failure.gate).collect();
            self.count(once);
        }
        if !plan.candidates.is_empty() {
            PingReason::NoneCanBuy
        } else if plan.selling.stopped || near.is_empty() {
            PingReason::NoRequests
        } else {
            PingReason::NoneFits
        }
    }

    fn json(&self) -> Result<String> {
        let mut gates: Vec<(u16, i64)> = self.0.iter().map(|(gate, n)| (*gate, *n)).collect();
        gates.sort_by_key(|(gate, count)| (std::cmp::Reverse(*count), *gate));
        json(&gates)
    }
}

fn blank(seller: AccountId, partial: &Partial, now: Ts) -> Ping {
    Ping {
        id: PingId::new(now),
        seller_id: seller,
        vertical_id: partial.vertical.id,
        state: PingState::Bid,
        external_id: partial.external_id.clone(),
        keep: partial.keep,
        given: "{}".to_owned(),
        email_hash: None,
        phone_hash: None,
        reason: None,
        gates: "[]".to_owned(),
        request_id: None,
        buyer_id: None,
        model: None,
        currency: None,
        price_minor: None,
        earning_minor: None,
        held_minor: None,
        bid: None,
        lead_id: None,
        purchase_id: None,
        created_at: now,
        held_until: None,
        ended_at: None,
        decided: None,
    }
}

fn refused(ping: Ping, reason: PingReason, tally: &Tally) -> Result<Ping> {
    Ok(Ping {
        state: PingState::Refused,
        reason: Some(i32::from(reason.number())),
        gates: tally.json()?,
        ended_at: Some(ping.created_at),
        ..ping
    })
}

fn with_bid(ping: Ping, bid: &HeldBid) -> Result<Ping> {
    Ok(Ping {
        request_id: Some(bid.reservation.request),
        buyer_id: Some(bid.buyer),
        model: Some(bid.model),
        currency: Some(bid.price.currency),
        price_minor: Some(bid.price.minor),
        earning_minor: Some(bid.earning.minor),
        held_minor: Some(bid.reservation.amount.minor),
        bid: Some(json(bid)?),
        decided: bid.decided.as_ref().map(json).transpose()?,
        ..ping
    })
}
