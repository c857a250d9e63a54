//! A post: the whole lead goes through the intake of every lead, first to the bid that is held for it.

use std::sync::OnceLock;

use super::expire::give_up;
use super::{Ended, Ping, PingReason, PingState, get, record, store};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, LeadId, PingId, PurchaseId};
use crate::leads::{
    self, Draft, Exchange, Intake, LeadState, Listing, Outcome, SaleSummary, Source,
};
use crate::purchases::{self, HeldBid};
use crate::requests::Gate;
use crate::vault::Vault;
use crate::verticals;

/// Who posts, and where the lead goes when the held bid does not take it.
#[derive(Clone, Copy)]
pub struct Poster<'a> {
    pub vault: &'a Vault,
    pub exchange: &'a dyn Exchange,
    pub seller: AccountId,
    pub source: Source,
}

/// What came of a post.
#[derive(Debug)]
pub struct Posted {
    pub ping: Ping,
    pub outcome: Outcome,
    /// Fields that say otherwise than the ping did; then the lead was not taken, and the bid is still held.
    pub changed: Vec<FieldError>,
}

/// Takes the lead in that was announced, and sells it to the bid that is held, else as every lead is sold.
///
/// 409 when the bid is not held any more. A document that is refused for its fields leaves the bid as it is, to be
/// mended and posted again; one whose person cannot be sold ends it.
pub fn post(
    conn: &mut Conn,
    by: &Poster<'_>,
    id: PingId,
    intake: &Intake,
    now: Ts,
) -> Result<Posted> {
    let Some(ping) = store::lock(conn, by.seller, id, now)? else {
        let state = match get(conn, by.seller, id)?.state {
            PingState::Bid => PingState::Expired,
            state => state,
        };
        let detail = format!("the ping is {state}");
        return Err(Error::refused_because(Code::PingOver, detail));
    };
    let changed = match &intake.draft {
        Ok(draft) => changed(conn, by.vault, &ping, draft)?,
        Err(_) => Vec::new(),
    };
    if !changed.is_empty() {
        let refused = Intake {
            draft: Err(changed.iter().map(untold).collect()),
            ..intake.clone()
        };
        let outcome = take_in(conn, by, by.exchange, &refused, now)?;
        return Ok(Posted {
            ping,
            outcome,
            changed,
        });
    }
    let bid = ping.held_bid()?;
    let first = First {
        bid: &bid,
        usual: by.exchange,
        came: OnceLock::new(),
    };
    let mut outcome = take_in(conn, by, &first, intake, now)?;
    let ended = match &mut outcome {
        Outcome::Refused { errors, .. } => match lost_by(errors) {
            Some(reason) => {
                give_up(conn, &bid, now)?;
                Some(Ended::lost(reason.number(), None))
            }
            None => None,
        },
        Outcome::Taken(received) => {
            let ended = first.ended(conn, &received.listing, now)?;
            if !ping.keep {
                leads::take_back(conn, &mut received.listing, by.source.actor, now)?;
            }
            Some(ended)
        }
    };
    let ping = match ended {
        Some(ended) => end(conn, by, ping, &ended, now)?,
        None => ping,
    };
    Ok(Posted {
        ping,
        outcome,
        changed,
    })
}

fn take_in(
    conn: &mut Conn,
    by: &Poster<'_>,
    exchange: &dyn Exchange,
    intake: &Intake,
    now: Ts,
) -> Result<Outcome> {
    leads::take_in(conn, by.vault, exchange, by.seller, intake, &by.source, now)
}

/// What the lead says otherwise than its ping.
fn changed(conn: &mut Conn, vault: &Vault, ping: &Ping, draft: &Draft) -> Result<Vec<FieldError>> {
    let mut errors = leads::changed(&ping.told()?, &draft.told()?);
    errors.extend(draft.unlike(
        vault,
        ping.email_hash.as_deref(),
        ping.phone_hash.as_deref(),
    ));
    if draft.vertical.id != ping.vertical_id {
        let was = verticals::by_id(conn, ping.vertical_id)?.key;
        errors.push(FieldError::new("vertical", Reason::ChangedSincePing, was));
    }
    Ok(errors)
}

/// The same error as it is kept: without what was announced.
fn untold(error: &FieldError) -> FieldError {
    FieldError::new(&error.field, error.reason, "as the ping announced it")
}

/// Why a document that was refused can never be sold to the bid, whatever is mended.
fn lost_by(errors: &[FieldError]) -> Option<PingReason> {
    errors.iter().find_map(|error| match error.reason {
        Reason::Duplicate => Some(PingReason::Duplicate),
        Reason::Suppressed => Some(PingReason::Suppressed),
        _ => None,
    })
}

fn end(conn: &mut Conn, by: &Poster<'_>, ping: Ping, ended: &Ended, now: Ts) -> Result<Ping> {
    if !ping.state.may_become(ended.state) || !store::end(conn, ping.id, ended, now)? {
        return Err(Error::refused(Code::PingOver));
    }
    let ping = Ping {
        state: ended.state,
        reason: ended.reason.map(i32::from),
        lead_id: ended.lead,
        purchase_id: ended.purchase,
        ended_at: Some(now),
        ..ping
    };
    record(conn, by.source.actor, &ping, now)?;
    metrics::counter!("galena_ping_posts_total", "outcome" => ping.state.as_str()).increment(1);
    Ok(ping)
}

/// What became of the held bid when the lead was offered.
#[derive(Debug, Clone, Copy)]
enum Came {
    Sold(PurchaseId),
    Lost(Gate),
}

/// The side that buys, with the held bid before all others.
struct First<'a> {
    bid: &'a HeldBid,
    usual: &'a dyn Exchange,
    came: OnceLock<Came>,
}

impl First<'_> {
    /// How the ping ends with a lead that was taken; one that was not offered loses the bid.
    fn ended(&self, conn: &mut Conn, listing: &Listing, now: Ts) -> Result<Ended> {
        Ok(match self.came.get() {
            Some(Came::Sold(purchase)) => Ended {
                state: PingState::Posted,
                reason: None,
                lead: Some(listing.id),
                purchase: Some(*purchase),
            },
            Some(Came::Lost(gate)) => Ended::lost(gate.number(), Some(listing.id)),
            None => {
                give_up(conn, self.bid, now)?;
                let reason = if listing.state == LeadState::Quarantined {
                    PingReason::Quarantined
                } else {
                    PingReason::AwaitsConfirmation
                };
                Ended::lost(reason.number(), Some(listing.id))
            }
        })
    }

    fn note(&self, came: Came) {
        // A lead is offered once in its transaction; what came first holds.
        let _ = self.came.set(came);
    }
}

impl Exchange for First<'_> {
    fn offer(&self, conn: &mut Conn, listing: &Listing, now: Ts) -> Result<Vec<SaleSummary>> {
        match purchases::sell_held(conn, listing, self.bid, now)? {
            purchases::Outcome::Sold(purchase) => {
                self.note(Came::Sold(purchase.id));
                let buyers = self.bid.explanation.buyers;
                let mut sales = vec![SaleSummary {
                    purchase_id: purchase.id,
                    price: purchase.price(),
                    earning: purchase.earning(),
                    buyers,
                }];
                if listing.copies > 1 && buyers.is_none() {
                    let rest = Listing {
                        copies_sold: 1,
                        ..listing.clone()
                    };
                    sales.extend(self.usual.offer(conn, &rest, now)?);
                }
                Ok(sales)
            }
            purchases::Outcome::Refused(gate) => {
                self.note(Came::Lost(gate));
                give_up(conn, self.bid, now)?;
                self.usual.offer(conn, listing, now)
            }
        }
    }

    fn sales(&self, conn: &mut Conn, lead: LeadId) -> Result<Vec<SaleSummary>> {
        self.usual.sales(conn, lead)
    }
}
