//! Lists of leads and what belongs to one lead.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::ListingRow;
use crate::clock::Ts;
use crate::db::schema::{contact_hashes, leads, verticals};
use crate::db::types::from_json;
use crate::db::{Conn, MultiBackend};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, LeadId};
use crate::leads::query::{Filter, Lead, Order, Search};
use crate::leads::{LeadState, Wants};
use crate::vault::Vault;

type Columns = (
    diesel::helper_types::AsSelect<ListingRow, MultiBackend>,
    verticals::key,
    verticals::name,
    leads::external_id,
    leads::import_id,
    leads::origin,
    leads::ruling,
);
type Row = (
    ListingRow,
    String,
    String,
    Option<String>,
    Option<crate::id::ImportId>,
    String,
    Option<String>,
);
type Query<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::Select<
        diesel::helper_types::InnerJoin<leads::table, verticals::table>,
        Columns,
    >,
    MultiBackend,
>;

fn base<'a>() -> Query<'a> {
    leads::table
        .inner_join(verticals::table)
        .select((
            ListingRow::as_select(),
            verticals::key,
            verticals::name,
            leads::external_id,
            leads::import_id,
            leads::origin,
            leads::ruling,
        ))
        .into_boxed()
}

fn lead(row: Row, wants: &mut Wants) -> Result<Lead> {
    let (listing, vertical_key, vertical_name, external_id, import_id, origin, ruling) = row;
    Ok(Lead {
        wanted: wants.take(listing.id),
        listing: listing.listing()?,
        vertical_key,
        vertical_name,
        external_id,
        import_id,
        origin: from_json(&origin)?,
        ruling,
    })
}

/// Leads as filtered, up to `limit`.
pub fn list(conn: &mut Conn, vault: &Vault, filter: &Filter, limit: i64) -> Result<Vec<Lead>> {
    let mut query = base();
    if let Some(seller) = filter.seller {
        query = query.filter(leads::seller_id.eq(seller));
    }
    if let Some(state) = filter.state {
        query = query.filter(leads::state.eq(state));
    }
    if let Some(vertical) = filter.vertical {
        query = query.filter(leads::vertical_id.eq(vertical));
    }
    if let Some(from) = filter.received_from {
        query = query.filter(leads::received_at.ge(from));
    }
    if let Some(to) = filter.received_to {
        query = query.filter(leads::received_at.lt(to));
    }
    query = match &filter.search {
        None => query,
        Some(Search::Id(id)) => query.filter(leads::id.eq(*id)),
        Some(Search::Hashes(hashes)) => query.filter(
            leads::id.eq_any(
                contact_hashes::table
                    .filter(contact_hashes::hash.eq_any(hashes.clone()))
                    .select(contact_hashes::lead_id),
            ),
        ),
        Some(Search::Number(number)) => query.filter(leads::external_id.eq(number)),
    };
    query = match (filter.order, filter.after) {
        (Order::Newest, Some((at, id))) => query.filter(
            leads::received_at
                .lt(at)
                .or(leads::received_at.eq(at).and(leads::id.lt(id))),
        ),
        (Order::Oldest, Some((at, id))) => query.filter(
            leads::received_at
                .gt(at)
                .or(leads::received_at.eq(at).and(leads::id.gt(id))),
        ),
        (_, None) => query,
    };
    query = match filter.order {
        Order::Newest => query.order((leads::received_at.desc(), leads::id.desc())),
        Order::Oldest => query.order((leads::received_at, leads::id)),
    };
    let rows: Vec<Row> = query.limit(limit).load(conn)?;
    let ids: Vec<LeadId> = rows.iter().map(|row| row.0.id).collect();
    let mut wants = super::wanted::of(conn, vault, &ids)?;
    let leads = rows.into_iter().map(|row| lead(row, &mut wants));
    leads.collect()
}

/// A lead with what its list shows; another seller's is a refusal with 404.
pub fn find(conn: &mut Conn, vault: &Vault, id: LeadId, seller: Option<AccountId>) -> Result<Lead> {
    let mut query = base().filter(leads::id.eq(id));
    if let Some(seller) = seller {
        query = query.filter(leads::seller_id.eq(seller));
    }
    let row: Option<Row> = query.first(conn).optional()?;
    let row = row.ok_or_else(|| Error::refused(Code::NotFound))?;
    lead(row, &mut super::wanted::of(conn, vault, &[id])?)
}

/// Whose a lead is; another seller's than that which asks is a refusal with 404.
pub fn seller_of(conn: &mut Conn, id: LeadId, asks: Option<AccountId>) -> Result<AccountId> {
    let mut query = leads::table.find(id).select(leads::seller_id).into_boxed();
    if let Some(seller) = asks {
        query = query.filter(leads::seller_id.eq(seller));
    }
    let seller: Option<AccountId> = query.first(conn).optional()?;
    seller.ok_or_else(|| Error::refused(Code::NotFound))
}

/// Where a lead of a seller stands; another seller's is a refusal with 404.
pub fn state_of(conn: &mut Conn, id: LeadId, seller: AccountId) -> Result<LeadState> {
    let state: Option<LeadState> = leads::table
        .find(id)
        .filter(leads::seller_id.eq(seller))
        .select(leads::state)
        .first(conn)
        .optional()?;
    state.ok_or_else(|| Error::refused(Code::NotFound))
}

/// How many leads stand in each state.
pub fn counts(conn: &mut Conn, seller: Option<AccountId>) -> Result<Vec<(LeadState, i64)>> {
    let mut query = leads::table
        .group_by(leads::state)
        .select((leads::state, count_star()))
        .into_boxed();
    if let Some(seller) = seller {
        query = query.filter(leads::seller_id.eq(seller));
    }
    Ok(query.load(conn)?)
}

/// Moves a listed lead to another state; false when it is not listed any more.
pub fn leave_market(
    conn: &mut Conn,
    id: LeadId,
    seller: Option<AccountId>,
    to: LeadState,
) -> Result<bool> {
    let mut update = diesel::update(leads::table.find(id))
        .filter(leads::state.eq(LeadState::Listed))
        .into_boxed();
    if let Some(seller) = seller {
        update = update.filter(leads::seller_id.eq(seller));
    }
    Ok(update.set(leads::state.eq(to)).execute(conn)? == 1)
}

/// Withdraws a lead that is on the market or before it; false when it is neither.
pub fn take_back(conn: &mut Conn, id: LeadId) -> Result<bool> {
    let taken = diesel::update(leads::table.find(id))
        .filter(leads::state.eq_any([
            LeadState::Received,
            LeadState::Quarantined,
            LeadState::Listed,
        ]))
        .set(leads::state.eq(LeadState::Withdrawn))
        .execute(conn)?;
    Ok(taken == 1)
}

/// Rejects a lead that was on the market, sold or not; false when it is rejected or erased.
pub fn strike_off(conn: &mut Conn, id: LeadId) -> Result<bool> {
    let struck = diesel::update(leads::table.find(id))
        .filter(leads::state.ne_all([LeadState::Rejected, LeadState::Erased]))
        .set(leads::state.eq(LeadState::Rejected))
        .execute(conn)?;
    Ok(struck == 1)
}

/// Listed leads whose time is over.
pub fn overdue(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<(LeadId, AccountId)>> {
    Ok(leads::table
        .filter(leads::state.eq(LeadState::Listed))
        .filter(leads::expires_at.le(now))
        .order(leads::expires_at)
        .limit(limit)
        .select((leads::id, leads::seller_id))
        .load(conn)?)
}
