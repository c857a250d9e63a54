//! The `buyer_shares` table: tiers and weights of buyers in a vertical.

use diesel::prelude::*;

use super::changes;
use crate::clock::Ts;
use crate::db::schema::{accounts, buyer_shares, purchase_requests};
use crate::db::{Conn, each};
use crate::error::Result;
use crate::id::{AccountId, RequestId, VerticalId};
use crate::requests::RequestState;
use crate::requests::shares::{BuyerShare, Share};

/// The share of a buyer; the usual one where none is set.
pub fn of(conn: &mut Conn, vertical: VerticalId, buyer: AccountId) -> Result<Share> {
    let row: Option<(i32, i32)> = buyer_shares::table
        .find((vertical, buyer))
        .select((buyer_shares::tier, buyer_shares::weight))
        .first(conn)
        .optional()?;
    Ok(row.map_or_else(Share::default, |(tier, weight)| Share { tier, weight }))
}

/// Sets a buyer's share; its active requests of the vertical are compiled anew by it.
pub fn set(
    conn: &mut Conn,
    vertical: VerticalId,
    buyer: AccountId,
    share: Share,
    now: Ts,
) -> Result<()> {
    let row = (
        buyer_shares::vertical_id.eq(vertical),
        buyer_shares::buyer_id.eq(buyer),
        buyer_shares::tier.eq(share.tier),
        buyer_shares::weight.eq(share.weight),
    );
    each!(conn, |inner| diesel::insert_into(buyer_shares::table)
        .values(row)
        .on_conflict((buyer_shares::vertical_id, buyer_shares::buyer_id))
        .do_update()
        .set((
            buyer_shares::tier.eq(share.tier),
            buyer_shares::weight.eq(share.weight),
        ))
        .execute(inner))?;
    let active: Vec<RequestId> = purchase_requests::table
        .filter(purchase_requests::vertical_id.eq(vertical))
        .filter(purchase_requests::buyer_id.eq(buyer))
        .filter(purchase_requests::state.eq(RequestState::Active))
        .order(purchase_requests::id)
        .select(purchase_requests::id)
        .load(conn)?;
    for request in active {
        changes::record(conn, request, now)?;
    }
    Ok(())
}

/// Buyers with active requests in a vertical, by name.
pub fn buyers(conn: &mut Conn, vertical: VerticalId, limit: i64) -> Result<Vec<BuyerShare>> {
    let buyers: Vec<(AccountId, String)> = purchase_requests::table
        .inner_join(accounts::table.on(accounts::id.eq(purchase_requests::buyer_id)))
        .filter(purchase_requests::vertical_id.eq(vertical))
        .filter(purchase_requests::state.eq(RequestState::Active))
        .distinct()
        .order((accounts::name, accounts::id))
        .limit(limit)
        .select((accounts::id, accounts::name))
        .load(conn)?;
    let ids: Vec<AccountId> = buyers.iter().map(|(id, _)| *id).collect();
    let set: Vec<(AccountId, i32, i32)> = buyer_shares::table
        .filter(buyer_shares::vertical_id.eq(vertical))
        .filter(buyer_shares::buyer_id.eq_any(ids))
        .select((
            buyer_shares::buyer_id,
            buyer_shares::tier,
            buyer_shares::weight,
        ))
        .load(conn)?;
    let share = |buyer: AccountId| {
        let known = set.iter().find(|(id, ..)| *id == buyer);
        known.map_or_else(Share::default, |&(_, tier, weight)| Share { tier, weight })
    };
    Ok(buyers
        .into_iter()
        .map(|(buyer, name)| BuyerShare {
            buyer,
            name,
            share: share(buyer),
        })
        .collect())
}
