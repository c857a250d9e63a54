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

pub use announce::{Announcer, announce};
pub use expire::expire;
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
        let bid = self.bid.as_deref();
        let bid = bid.ok_or_else(|| anyhow::anyhow!("{} has no bid", self.id))?;
        let decided = self.decided.as_deref().map(from_json).transpose()?;
        Ok(HeldBid {
            decided,
            ..from_json(bid)?
        })
    }
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

fn record(conn: &mut Conn, actor: Actor, ping: &Ping, now: Ts) -> Result<()> {
    let action = match ping.state {
        PingState::Bid => "ping.bid",
        PingState::Posted => "ping.posted",
        PingState::Lost => "ping.lost",
        PingState::Expired => "ping.expired",
        PingState::Refused => "ping.refused",
    };
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(ping.seller_id),
            action,
            subject: ping.id.to_string(),
            detail: json!({
                "price": ping.price(),
                "request": ping.request_id,
                "reason": ping.reason,
                "lead": ping.lead_id,
            }),
        },
    )
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
