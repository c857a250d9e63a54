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
use crate::id::{AccountId, PingId, RequestId};
use crate::leads::{self, Listing, Partial};
use crate::matching::decisions::Try;
use crate::matching::distribution::TRIED;
use crate::matching::{Candidate, Market, Plan, Rule};
use crate::money::BasisPoints;
use crate::purchases::{self, Announced, HeldBid};
use crate::requests::Gate;
use crate::suppression;
use crate::vault::Vault;
use crate::verification::{CheckName, Effect};

/// Requests of which the gates are counted when there is no bid.
const MAX_EXPLAINED: usize = 200;

/// Who announces, and the market that it is announced to.
#[derive(Clone)]
pub struct Announcer {
    pub market: Arc<Market>,
    pub vault: Arc<Vault>,
    pub seller: AccountId,
    pub actor: Actor,
}

/// What was found out for a ping, by reading alone: the one writer of SQLite is left with what only it can decide.
#[derive(Debug)]
pub struct Asked {
    id: PingId,
    hashes: Hashes,
    hold_seconds: i64,
    /// Or why the market was not asked.
    prospect: Result<Box<Prospect>, PingReason>,
}

/// How a lead stands with the market.
#[derive(Debug)]
struct Prospect {
    listing: Listing,
    plan: Plan,
    passed: Passed,
    /// The place of the first candidate that no gate has passed over, and the commission on its bid.
    open: Option<(usize, BasisPoints)>,
    /// Why there is no bid, where there is no such candidate.
    refusal: Option<PingReason>,
}

/// Asks the market who would buy a lead, without holding anything.
///
/// 429 when so many bids are held for the seller already.
pub fn ask(conn: &mut Conn, by: &Announcer, partial: &Partial, now: Ts) -> Result<Asked> {
    let policy = store::policy(conn)?;
    let hashes = Hashes::of(&by.vault, partial);
    let id = PingId::new(now);
    let prospect = match barred(conn, by, partial, &hashes, now)? {
        Some(reason) => Err(reason),
        None if store::open_count(conn, by.seller)? >= i64::from(policy.most_open) => {
            let detail = format!("{} bids are held for you already", policy.most_open);
            return Err(Error::refused_because(Code::RateLimited, detail));
        }
        None => Ok(Box::new(look(conn, by, partial, (id, &hashes), now)?)),
    };
    Ok(Asked {
        id,
        hashes,
        hold_seconds: i64::from(policy.hold_seconds),
        prospect,
    })
}

fn look(
    conn: &mut Conn,
    by: &Announcer,
    partial: &Partial,
    (ping, hashes): (PingId, &Hashes),
    now: Ts,
) -> Result<Prospect> {
    let listing = partial.listing(conn, by.seller, now)?;
    let mut plan = by.market.plan(conn, &listing, now)?;
    let mut passed = Passed::default();
    // A bid is held for one copy, and is the same whoever gets the others.
    let sharers = plan.leave_sharers();
    passed.tally.count(iter::repeat_n(Gate::Sharing, sharers));
    let announced = Announced {
        ping,
        listing: &listing,
        hashes: &hashes.to_find,
    };
    let open = next_open(conn, &announced, (&plan, 0), &mut passed, now)?;
    let mut refusal = None;
    if open.is_none() {
        let near = by.market.near(conn, &listing, now, MAX_EXPLAINED)?;
        refusal = Some(passed.tally.of_market(&plan, &near, &listing, now));
    }
    Ok(Prospect {
        listing,
        plan,
        passed,
        open,
        refusal,
    })
}

/// Announces a lead that was asked about: a bid is held for it, or the ping is kept as refused with its numbered
/// reason.
pub fn announce(
    conn: &mut Conn,
    by: &Announcer,
    (partial, asked): (&Partial, &Asked),
    now: Ts,
) -> Result<Ping> {
    let ping = blank(asked.id, by.seller, partial, now);
    let hashes = &asked.hashes;
    let ping = match &asked.prospect {
        Err(reason) => refused(ping, *reason, &Tally::default())?,
        // Two pings about one person may have been asked about at once.
        Ok(_) if store::is_open_for(conn, by.seller, partial.vertical.id, &hashes.to_find)? => {
            refused(ping, PingReason::AlreadyPinged, &Tally::default())?
        }
        Ok(prospect) => match prospect.hold(conn, by, asked, now)? {
            Ok(bid) => Ping {
                held_until: Some(now.plus(asked.hold_seconds * SECOND)),
                given: json(&partial.told)?,
                email_hash: hashes.email.clone(),
                phone_hash: hashes.phone.clone(),
                ..with_bid(ping, &bid)?
            },
            Err((reason, tally)) => refused(ping, reason, &tally)?,
        },
    };
    store::insert(conn, &ping)?;
    record(conn, by.actor, &ping, now)?;
    metrics::counter!("galena_pings_total", "outcome" => ping.state.as_str()).increment(1);
    Ok(ping)
}

impl Prospect {
    /// Holds the first bid that can be held, or says why there is none.
    fn hold(
        &self,
        conn: &mut Conn,
        by: &Announcer,
        asked: &Asked,
        now: Ts,
    ) -> Result<Result<HeldBid, (PingReason, Tally)>> {
        let (listing, plan) = (&self.listing, &self.plan);
        let announced = Announced {
            ping: asked.id,
            listing,
            hashes: &asked.hashes.to_find,
        };
        let mut passed = self.passed.clone();
        let mut open = self.open;
        while let Some((place, commission)) = open {
            match purchases::hold(conn, &announced, plan, (place, commission), now)? {
                Ok(bid) => {
                    let mut tries = passed.tries;
                    tries.push(Try {
                        paid: Some(bid.price.minor),
                        ..untried(bid.reservation.request)
                    });
                    return Ok(Ok(bid.decided_by((plan, tries), listing, now)));
                }
                Err(gate) => passed.over(&plan.candidates[place], gate),
            }
            open = next_open(conn, &announced, (plan, place + 1), &mut passed, now)?;
        }
        let mut tally = passed.tally;
        let reason = if let Some(reason) = self.refusal {
            reason
        } else {
            let near = by.market.near(conn, listing, now, MAX_EXPLAINED)?;
            tally.of_market(plan, &near, listing, now)
        };
        Ok(Err((reason, tally)))
    }
}

/// The first candidate, from a place on, whose gates beside room and money are open.
fn next_open(
    conn: &mut Conn,
    announced: &Announced<'_>,
    (plan, from): (&Plan, usize),
    passed: &mut Passed,
    now: Ts,
) -> Result<Option<(usize, BasisPoints)>> {
    let candidates = plan.candidates.iter().enumerate().take(TRIED).skip(from);
    for (place, candidate) in candidates {
        match purchases::may_hold(conn, announced, candidate, now)? {
            Ok(commission) => return Ok(Some((place, commission))),
            Err(gate) => passed.over(candidate, gate),
        }
    }
    Ok(None)
}

/// Those who did not get the lead: what they were tried with, and how many each gate refused.
#[derive(Debug, Clone, Default)]
struct Passed {
    tries: Vec<Try>,
    tally: Tally,
}

impl Passed {
    fn over(&mut self, candidate: &Candidate, gate: Gate) {
        self.tally.count([gate]);
        self.tries.push(Try {
            gate: Some(gate.number()),
            ..untried(candidate.request.id)
        });
    }
}

const fn untried(request: RequestId) -> Try {
    Try {
        request,
        paid: None,
        gate: None,
        buyers: None,
    }
}

/// The keyed hashes of the announced contact: to keep, and to look up.
#[derive(Debug)]
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
    by: &Announcer,
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

/// How many requests each gate refused.
#[derive(Debug, Clone, Default)]
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

fn blank(id: PingId, seller: AccountId, partial: &Partial, now: Ts) -> Ping {
    Ping {
        id,
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
