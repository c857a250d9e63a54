//! Purchases in the database.

use std::collections::HashSet;

use diesel::prelude::*;

use super::{Purchase, PurchaseState};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{accounts, contract_versions, leads, purchases, verticals};
use crate::error::Result;
use crate::id::{AccountId, ContractVersionId, LeadId, PurchaseId, RequestId, VerticalId};
use crate::leads::Listing;
use crate::money::BasisPoints;

/// What a sale needs to know beside the lead and its price.
pub struct Terms {
    pub commission: BasisPoints,
    pub dispute_window_days: i32,
    pub owned: bool,
}

/// One statement for all terms: the seller's own commission goes before the vertical's.
///
/// Without a LIMIT, although it is one row: SQLite prepares a statement anew for each LIMIT that is bound.
pub fn terms(
    conn: &mut Conn,
    listing: &Listing,
    buyer: AccountId,
    version: ContractVersionId,
) -> Result<Terms> {
    let owned = diesel::dsl::exists(
        purchases::table
            .filter(purchases::lead_id.eq(listing.id))
            .filter(purchases::buyer_id.eq(buyer)),
    );
    let (of_vertical, of_seller, dispute_window_days, owned) = verticals::table
        .inner_join(accounts::table.on(accounts::id.eq(listing.seller_id)))
        .inner_join(contract_versions::table.on(contract_versions::id.eq(version)))
        .filter(verticals::id.eq(listing.vertical_id))
        .select((
            verticals::commission_bps,
            accounts::commission_bps,
            contract_versions::dispute_window_days,
            owned,
        ))
        .get_result::<(BasisPoints, Option<BasisPoints>, i32, bool)>(conn)?;
    Ok(Terms {
        commission: of_seller.unwrap_or(of_vertical),
        dispute_window_days,
        owned,
    })
}

pub fn insert(conn: &mut Conn, purchase: &Purchase) -> Result<()> {
    diesel::insert_into(purchases::table)
        .values(purchase)
        .execute(conn)?;
    Ok(())
}

/// The purchase, if it is this buyer's.
pub fn of_buyer(conn: &mut Conn, buyer: AccountId, id: PurchaseId) -> Result<Option<Purchase>> {
    Ok(purchases::table
        .find(id)
        .filter(purchases::buyer_id.eq(buyer))
        .select(Purchase::as_select())
        .first(conn)
        .optional()?)
}

pub fn by_id(conn: &mut Conn, id: PurchaseId) -> Result<Option<Purchase>> {
    Ok(purchases::table
        .find(id)
        .select(Purchase::as_select())
        .first(conn)
        .optional()?)
}

/// Which purchases a list shows.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    pub buyer: AccountId,
    pub state: Option<PurchaseState>,
    pub request: Option<RequestId>,
    pub since: Option<Ts>,
    /// Only what was bought before this, or at the same time with a smaller id.
    pub before: Option<(Ts, PurchaseId)>,
    pub limit: i64,
}

/// A purchase with what its list shows of the lead.
#[derive(Debug, Clone, Queryable, Selectable)]
pub struct InboxRow {
    #[diesel(embed)]
    pub purchase: Purchase,
    #[diesel(select_expression = leads::interest)]
    pub interest: String,
    #[diesel(select_expression = leads::attributes)]
    pub attributes: String,
    #[diesel(select_expression = verticals::name)]
    pub vertical: String,
}

/// Newest first.
pub fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<InboxRow>> {
    let mut query = purchases::table
        .inner_join(leads::table)
        .inner_join(verticals::table.on(verticals::id.eq(purchases::vertical_id)))
        .filter(purchases::buyer_id.eq(filter.buyer))
        .order((purchases::purchased_at.desc(), purchases::id.desc()))
        .limit(filter.limit)
        .select(InboxRow::as_select())
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(purchases::state.eq(state));
    }
    if let Some(request) = filter.request {
        query = query.filter(purchases::request_id.eq(request));
    }
    if let Some(since) = filter.since {
        query = query.filter(purchases::purchased_at.ge(since));
    }
    if let Some((at, id)) = filter.before {
        query = query.filter(
            purchases::purchased_at
                .lt(at)
                .or(purchases::purchased_at.eq(at).and(purchases::id.lt(id))),
        );
    }
    Ok(query.load(conn)?)
}

/// How many purchases a buyer has in each state.
pub fn counts(conn: &mut Conn, buyer: AccountId) -> Result<Vec<(PurchaseState, i64)>> {
    Ok(purchases::table
        .filter(purchases::buyer_id.eq(buyer))
        .group_by(purchases::state)
        .select((purchases::state, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Notes that the buyer has seen the contacts.
pub fn mark_opened(conn: &mut Conn, ids: &[PurchaseId], now: Ts) -> Result<()> {
    diesel::update(purchases::table)
        .filter(purchases::id.eq_any(ids))
        .filter(purchases::opened_at.is_null())
        .set(purchases::opened_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Purchases whose dispute window is over and that nothing holds open.
pub fn final_by(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Purchase>> {
    Ok(purchases::table
        .filter(purchases::state.eq(PurchaseState::Delivered))
        .filter(purchases::final_at.le(now))
        .order((purchases::final_at, purchases::id))
        .limit(limit)
        .select(Purchase::as_select())
        .load(conn)?)
}

/// Moves a delivered purchase to settled; false when it has moved on meanwhile.
pub fn settle(conn: &mut Conn, id: PurchaseId, now: Ts) -> Result<bool> {
    let changed = diesel::update(purchases::table.find(id))
        .filter(purchases::state.eq(PurchaseState::Delivered))
        .set((
            purchases::state.eq(PurchaseState::Settled),
            purchases::settled_at.eq(now),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The purchases of a lead, oldest first.
pub fn of_lead(conn: &mut Conn, lead: LeadId) -> Result<Vec<Purchase>> {
    Ok(purchases::table
        .filter(purchases::lead_id.eq(lead))
        .order((purchases::purchased_at, purchases::id))
        .select(Purchase::as_select())
        .load(conn)?)
}

/// The leads of a vertical that the buyer owns.
pub fn owned_in(
    conn: &mut Conn,
    buyer: AccountId,
    vertical: VerticalId,
) -> Result<HashSet<LeadId>> {
    let ids: Vec<LeadId> = purchases::table
        .filter(purchases::buyer_id.eq(buyer))
        .filter(purchases::vertical_id.eq(vertical))
        .select(purchases::lead_id)
        .load(conn)?;
    Ok(ids.into_iter().collect())
}
