//! Tiers and weights of buyers, where a vertical gives its leads out by them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::store::shares::of;

use super::store::shares as store;
use crate::access::{AccountKind, Actor};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, VerticalId};
use crate::{accounts, audit};

/// Buyers that are shown.
const SHOWN: i64 = 200;
const MOST_TIER: i32 = 9;
const MOST_WEIGHT: i32 = 1_000;

/// Where a buyer stands when leads are given out by tiers or weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BuyerShareTerms)]
pub struct Share {
    /// 1 to 9; 1 comes first.
    pub tier: i32,
    /// 1 to 1,000: its chance beside the weights of the others.
    pub weight: i32,
}

impl Default for Share {
    fn default() -> Self {
        Self {
            tier: 5,
            weight: 100,
        }
    }
}

/// A buyer with active requests in a vertical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BuyerShare {
    pub buyer: AccountId,
    pub name: String,
    #[serde(flatten)]
    pub share: Share,
}

/// Buyers with active requests in a vertical, by name.
pub fn buyers(conn: &mut Conn, vertical: VerticalId) -> Result<Vec<BuyerShare>> {
    store::buyers(conn, vertical, SHOWN)
}

/// Sets where a buyer stands in a vertical; the next lead is given out by it.
pub fn set(
    conn: &mut Conn,
    vertical: VerticalId,
    buyer: AccountId,
    share: Share,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    let mut errors = Vec::new();
    if !(1..=MOST_TIER).contains(&share.tier) {
        errors.push(FieldError::new(
            "tier",
            Reason::NotAllowed,
            format!("1 - {MOST_TIER}"),
        ));
    }
    if !(1..=MOST_WEIGHT).contains(&share.weight) {
        errors.push(FieldError::new(
            "weight",
            Reason::NotAllowed,
            format!("1 - {MOST_WEIGHT}"),
        ));
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    if accounts::account(conn, buyer)?.kind != AccountKind::Buyer {
        return Err(Error::refused(Code::NotFound));
    }
    let before = store::of(conn, vertical, buyer)?;
    store::set(conn, vertical, buyer, share, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(buyer),
            action: "buyer.share_changed",
            subject: vertical.to_string(),
            detail: audit::change(&before, &share)?,
        },
    )
}
