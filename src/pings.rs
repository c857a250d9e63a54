//! Pings: leads that are announced without their contact, the bids held for them, and the posts that follow.
//! A bid is held with room in its request and money in its buyer's wallet, for a stated time.

mod announce;
pub mod api;
mod expire;
pub mod pages;
mod policy;
mod post;
mod reason;
mod store;

use diesel::{Insertable, Queryable, Selectable};
use serde_json::json;

pub use announce::{Announcer, Asked, announce, ask};
pub use expire::{Due, due, expire};
pub use policy::{
    Figures, Pause, Policy, WINDOW_DAYS, figures, lift, pause_suspects, policy, set_policy,
    suspects,
};
pub use post::{Posted, Poster, post};
pub use reason::{PingReason, ReasonJson, reason_json};
pub use store::sweep;

use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::pings;
use crate::db::types::{from_json, text_enum};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, LeadId, PingId, PurchaseId, RequestId, VerticalId};
use crate::leads::Told;
use crate::money::{Currency, Money};
use crate::purchases::HeldBid;
use crate::verticals::Model;

text_enum! {
    /// Where a ping stands.
    pub enum PingState {
        /// A bid is held for it.
        Bid = "bid",
        /// The lead came, and was sold to the bid.
        Posted = "posted",
        /// The lead came, and the bid could not be kept.
        Lost = "lost",
        /// No lead came in time.
        Expired = "expired",
        /// There was no bid.
        Refused = "refused",
    }
}

impl PingState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Bid, Self::Posted | Self::Lost | Self::Expired)
        )
    }
}

/// A ping as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = pings, treat_none_as_default_value = false)]
pub struct Ping {
    pub id: PingId,
    pub seller_id: AccountId,
    pub vertical_id: VerticalId,
    pub state: PingState,
    pub external_id: Option<String>,
    /// Whether the lead stays on the market when nobody buys it at once.
    pub keep: bool,
    /// What was announced, as JSON, while the bid is held.
    given: String,
    email_hash: Option<Vec<u8>>,
    phone_hash: Option<Vec<u8>>,
    /// The number of a `Gate` or a `PingReason`.
    pub reason: Option<i32>,
    /// Gates that refused requests, as JSON: number and count of each.
    gates: String,
    pub request_id: Option<RequestId>,
    pub buyer_id: Option<AccountId>,
    pub model: Option<Model>,
    pub currency: Option<Currency>,
    price_minor: Option<i64>,
    earning_minor: Option<i64>,
    held_minor: Option<i64>,
    bid: Option<String>,
    pub lead_id: Option<LeadId>,
    pub purchase_id: Option<PurchaseId>,
    pub created_at: Ts,
    pub held_until: Option<Ts>,
    pub ended_at: Option<Ts>,
    /// What the choice of the bid was made from, as JSON, while it is held.
    decided: Option<String>,
}

impl Ping {
    /// What the bid pays for the lead on delivery.
    pub fn price(&self) -> Option<Money> {
        let minor = self.price_minor?;
        Some(Money::new(minor, self.currency?))
    }

    /// The seller's part of the price.
    pub fn earning(&self) -> Option<Money> {
        let minor = self.earning_minor?;
        Some(Money::new(minor, self.currency?))
    }

    /// Gates that refused requests, each with how many it did, the most frequent first.
    pub fn gates(&self) -> Result<Vec<(u16, i64)>> {
        from_json(&self.gates)
    }

    fn told(&self) -> Result<Told> {
        from_json(&self.given)
    }

    fn held_bid(&self) -> Result<HeldBid> {
        let decided = self.decided.as_deref().map(from_json).transpose()?;
        Ok(HeldBid {
            decided,
            ..bid_of(self.id, self.bid.as_deref())?
        })
    }
}

/// The bid of a ping, without what it was chosen from.
fn bid_of(ping: PingId, bid: Option<&str>) -> Result<HeldBid> {
    from_json(bid.ok_or_else(|| anyhow::anyhow!("{ping} has no bid"))?)
}

/// How a ping ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ended {
    state: PingState,
    reason: Option<u16>,
    lead: Option<LeadId>,
    purchase: Option<PurchaseId>,
}

impl Ended {
    const EXPIRED: Self = Self {
        state: PingState::Expired,
        reason: None,
        lead: None,
        purchase: None,
    };

    const fn lost(reason: u16, lead: Option<LeadId>) -> Self {
        Self {
            state: PingState::Lost,
            reason: Some(reason),
            lead,
            purchase: None,
        }
    }
}

/// One ping of a seller; another's is not found.
pub fn get(conn: &mut Conn, seller: AccountId, id: PingId) -> Result<Ping> {
    store::find(conn, seller, id)?.ok_or_else(|| Error::refused(Code::NotFound))
}

/// What the audit log keeps of a ping.
#[derive(Debug, Clone)]
struct Noted {
    id: PingId,
    seller: AccountId,
    state: PingState,
    price: Option<Money>,
    request: Option<RequestId>,
    reason: Option<i32>,
    lead: Option<LeadId>,
}

impl From<&Ping> for Noted {
    fn from(ping: &Ping) -> Self {
        Self {
            id: ping.id,
            seller: ping.seller_id,
            state: ping.state,
            price: ping.price(),
            request: ping.request_id,
            reason: ping.reason,
            lead: ping.lead_id,
        }
    }
}

impl Noted {
    fn expired(due: &store::DueRow) -> Self {
        let price = due.price_minor.zip(due.currency);
        Self {
            id: due.id,
            seller: due.seller_id,
            state: PingState::Expired,
            price: price.map(|(minor, currency)| Money::new(minor, currency)),
            request: due.request_id,
            reason: None,
            lead: None,
        }
    }

    fn entry(&self, actor: Actor, now: Ts) -> audit::Entry<'static> {
        let action = match self.state {
            PingState::Bid => "ping.bid",
            PingState::Posted => "ping.posted",
            PingState::Lost => "ping.lost",
            PingState::Expired => "ping.expired",
            PingState::Refused => "ping.refused",
        };
        audit::Entry {
            at: now,
            actor,
            account_id: Some(self.seller),
            action,
            subject: self.id.to_string(),
            detail: json!({
                "price": self.price,
                "request": self.request,
                "reason": self.reason,
                "lead": self.lead,
            }),
        }
    }
}

fn record(conn: &mut Conn, actor: Actor, ping: &Ping, now: Ts) -> Result<()> {
    audit::record(conn, &Noted::from(ping).entry(actor, now))
}

fn record_all<'a>(
    conn: &mut Conn,
    actor: Actor,
    pings: impl IntoIterator<Item = &'a Noted>,
    now: Ts,
) -> Result<()> {
    let entries = pings.into_iter().map(|ping| ping.entry(actor, now));
    audit::record_all(conn, &entries.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_ends_once() {
        for &from in PingState::ALL {
            for &to in PingState::ALL {
                let ends = matches!(to, PingState::Posted | PingState::Lost | PingState::Expired);
                let expected = from == PingState::Bid && ends;
                assert_eq!(from.may_become(to), expected, "{from} -> {to}");
            }
        }
    }
}
