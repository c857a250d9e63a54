//! Purchases in the database.

use std::collections::HashSet;

use diesel::prelude::*;

use super::{Purchase, PurchaseState};
use crate::accounts::AccountState;
use crate::clock::Ts;
use crate::contracts::ContractState;
use crate::db::schema::{
    accounts, charges, contact_hashes, contract_versions, contracts, conversions, disputes, leads,
    purchases, revocation_tasks, suppressions, verticals,
};
use crate::db::{Conn, Prepared, each, insert_rows};
use crate::error::Result;
use crate::id::{AccountId, ContractVersionId, LeadId, PurchaseId, RequestId, VerticalId};
use crate::leads::Listing;
use crate::money::BasisPoints;
use crate::requests::Gate;
use crate::verticals::{ConsentRecipients, Model};

/// Days in which a buyer does not get the same person twice, in whatever vertical.
const SAME_PERSON_DAYS: i32 = 30;

/// What a sale needs to know beside the lead and its price.
pub struct Terms {
    pub commission: BasisPoints,
    /// The first gate that is closed, of those that one look at the database tells.
    pub closed: Option<Gate>,
}

/// One statement for all terms: the seller's own commission goes before the vertical's.
///
/// Without a LIMIT, although it is one row: SQLite prepares a statement anew for each LIMIT that is bound.
pub fn terms(
    conn: &mut Conn,
    listing: &Listing,
    buyer: AccountId,
    version: ContractVersionId,
    now: Ts,
) -> Result<Terms> {
    type Row = (
        BasisPoints,
        Option<BasisPoints>,
        ContractState,
        bool,
        bool,
        ConsentRecipients,
        bool,
        (bool, AccountState, bool),
    );
    let owned = diesel::dsl::exists(
        purchases::table
            .filter(purchases::lead_id.eq(listing.id))
            .filter(purchases::buyer_id.eq(buyer)),
    );
    // Both begin with the person's own hashes. As joins SQLite would begin with all that the buyer has: its lists,
    // its purchases of the month.
    let listed = suppressions::table
        .filter(suppressions::hash.eq(contact_hashes::hash))
        .filter(
            suppressions::owner_id
                .is_null()
                .or(suppressions::owner_id.eq(buyer)),
        );
    let barred = diesel::dsl::exists(
        contact_hashes::table
            .filter(contact_hashes::lead_id.eq(listing.id))
            .filter(diesel::dsl::exists(listed)),
    );
    let own_hashes = diesel::alias!(contact_hashes as own_hashes);
    let buyers = diesel::alias!(accounts as buyers);
    let own = own_hashes
        .filter(own_hashes.field(contact_hashes::lead_id).eq(listing.id))
        .select(own_hashes.field(contact_hashes::hash));
    let recent = diesel::dsl::exists(
        contact_hashes::table
            .filter(contact_hashes::hash.eq_any(own))
            .filter(contact_hashes::lead_id.ne(listing.id))
            .filter(diesel::dsl::exists(bought_since(
                buyer,
                now.minus_days(SAME_PERSON_DAYS),
            ))),
    );
    let may_buy = diesel::dsl::exists(
        buyers
            .filter(buyers.field(accounts::id).eq(buyer))
            .filter(buyers.field(accounts::state).eq(AccountState::Approved)),
    );
    let (of_vertical, of_seller, contract_state, owned, barred, recipients, is_recent, trade): Row =
        verticals::table
            .inner_join(accounts::table.on(accounts::id.eq(listing.seller_id)))
            .inner_join(contract_versions::table.on(contract_versions::id.eq(version)))
            .inner_join(contracts::table.on(contracts::id.eq(contract_versions::contract_id)))
            .filter(verticals::id.eq(listing.vertical_id))
            .select((
                verticals::commission_bps,
                accounts::commission_bps,
                contracts::state,
                owned,
                barred,
                verticals::consent_recipients,
                recent,
                (verticals::stopped, accounts::state, may_buy),
            ))
            .get_result(conn)?;
    let covered = recipients == ConsentRecipients::Any || {
        let name: String = accounts::table
            .find(buyer)
            .select(accounts::name)
            .get_result(conn)?;
        recipients.covers(&listing.recipients, &name, buyer)
    };
    let stopped = trade.0 || trade.1 != AccountState::Approved || !trade.2;
    let closed = [
        (stopped, Gate::Stopped),
        (owned, Gate::AlreadyBought),
        (barred, Gate::Suppressed),
        (is_recent, Gate::SamePerson),
        (!covered, Gate::ConsentRecipient),
        (
            contract_state != ContractState::Active,
            Gate::ContractNotActive,
        ),
    ];
    let closed = closed.into_iter().find(|(is_closed, _)| *is_closed);
    Ok(Terms {
        commission: of_seller.unwrap_or(of_vertical),
        closed: closed.map(|(_, gate)| gate),
    })
}

/// Purchases of the lead of a row of `contact_hashes`.
#[diesel::dsl::auto_type(no_type_alias)]
fn bought_since(buyer: AccountId, since: Ts) -> _ {
    purchases::table
        .filter(purchases::lead_id.eq(contact_hashes::lead_id))
        .filter(purchases::buyer_id.eq(buyer))
        .filter(purchases::purchased_at.gt(since))
}

/// Whether the buyer got somebody with a contact of these hashes a short while ago.
pub fn got_recently(
    conn: &mut Conn,
    buyer: AccountId,
    hashes: &[Vec<u8>],
    now: Ts,
) -> Result<bool> {
    if hashes.is_empty() {
        return Ok(false);
    }
    let since = now.minus_days(SAME_PERSON_DAYS);
    let recent = contact_hashes::table
        .filter(contact_hashes::hash.eq_any(hashes))
        .filter(diesel::dsl::exists(bought_since(buyer, since)))
        .count();
    let count: i64 = each!(conn, |inner| Prepared(recent).get_result(inner))?;
    Ok(count > 0)
}

pub fn insert(conn: &mut Conn, purchases: &[Purchase]) -> Result<()> {
    insert_rows!(conn, purchases::table, purchases)?;
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

/// Whether the buyer said that it gave the contact up, after the person withdrew its consent.
pub fn is_given_up(conn: &mut Conn, id: PurchaseId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        revocation_tasks::table
            .find(id)
            .filter(revocation_tasks::confirmed_at.is_not_null()),
    ))
    .get_result(conn)?)
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

/// Purchases whose own price was charged and whose dispute window is over, unless it is disputed.
pub fn final_by(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Purchase>> {
    let disputed = disputes::table
        .filter(disputes::purchase_id.eq(purchases::id))
        .filter(disputes::charge_kind.eq("lead"))
        .filter(disputes::closed_at.is_null());
    Ok(purchases::table
        .filter(purchases::settled_at.is_null())
        .filter(purchases::final_at.le(now))
        .filter(
            purchases::state
                .eq(PurchaseState::Delivered)
                .or(purchases::state
                    .eq_any([
                        PurchaseState::AwaitingOutcome,
                        PurchaseState::AppointmentHeld,
                        PurchaseState::Sold,
                        PurchaseState::Lapsed,
                    ])
                    .and(purchases::price_minor.gt(0))),
        )
        .filter(diesel::dsl::not(diesel::dsl::exists(disputed)))
        .order((purchases::final_at, purchases::id))
        .limit(limit)
        .select(Purchase::as_select())
        .load(conn)?)
}

/// Notes that the price of a purchase is final, which settles a delivered one; false when it has
/// moved on meanwhile.
pub fn settle(conn: &mut Conn, purchase: &Purchase, now: Ts) -> Result<bool> {
    let next = if purchase.state == PurchaseState::Delivered {
        PurchaseState::Settled
    } else {
        purchase.state
    };
    let changed = diesel::update(purchases::table.find(purchase.id))
        .filter(purchases::state.eq(purchase.state))
        .filter(purchases::settled_at.is_null())
        .set((purchases::state.eq(next), purchases::settled_at.eq(now)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Notes when the price of a purchase became final, once.
pub fn set_settled(conn: &mut Conn, id: PurchaseId, now: Ts) -> Result<()> {
    diesel::update(purchases::table.find(id))
        .filter(purchases::settled_at.is_null())
        .set(purchases::settled_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Moves a purchase that is still in the state that was seen.
pub fn advance(
    conn: &mut Conn,
    id: PurchaseId,
    (from, to): (PurchaseState, PurchaseState),
    lapse_at: Option<Ts>,
) -> Result<bool> {
    let changed = diesel::update(purchases::table.find(id))
        .filter(purchases::state.eq(from))
        .set((purchases::state.eq(to), purchases::lapse_at.eq(lapse_at)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Purchases with an outcome under which nothing is open any more: no charge that may change, no
/// report that waits, and its own price final.
pub fn finishable(conn: &mut Conn, limit: i64) -> Result<Vec<Purchase>> {
    let open_charge = charges::table
        .filter(charges::purchase_id.eq(purchases::id.nullable()))
        .filter(charges::state.eq_any(["held", "owed", "captured", "disputed"]));
    let open_report = conversions::table
        .filter(conversions::purchase_id.eq(purchases::id))
        .filter(conversions::state.eq_any(["scheduled", "proposed", "contested"]));
    Ok(purchases::table
        .filter(purchases::state.eq_any([PurchaseState::AppointmentHeld, PurchaseState::Sold]))
        .filter(
            purchases::price_minor
                .eq(0)
                .or(purchases::settled_at.is_not_null()),
        )
        .filter(diesel::dsl::not(diesel::dsl::exists(open_charge)))
        .filter(diesel::dsl::not(diesel::dsl::exists(open_report)))
        .order(purchases::id)
        .limit(limit)
        .select(Purchase::as_select())
        .load(conn)?)
}

/// Purchases that lapse by `now`, unless a report or an appointment to come holds them open.
pub fn lapsing(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Purchase>> {
    let open = conversions::table
        .filter(conversions::purchase_id.eq(purchases::id))
        .filter(
            conversions::state
                .eq_any(["proposed", "contested"])
                .or(conversions::state
                    .eq("scheduled")
                    .and(conversions::confirm_by.gt(now))),
        );
    Ok(purchases::table
        .filter(purchases::lapse_at.le(now))
        .filter(purchases::state.eq_any([
            PurchaseState::AwaitingOutcome,
            PurchaseState::AppointmentHeld,
            PurchaseState::Sold,
        ]))
        .filter(diesel::dsl::not(diesel::dsl::exists(open)))
        .order((purchases::lapse_at, purchases::id))
        .limit(limit)
        .select(Purchase::as_select())
        .load(conn)?)
}

/// The purchase, if its lead was this seller's.
pub fn of_seller(conn: &mut Conn, seller: AccountId, id: PurchaseId) -> Result<Option<Purchase>> {
    Ok(purchases::table
        .find(id)
        .filter(purchases::seller_id.eq(seller))
        .select(Purchase::as_select())
        .first(conn)
        .optional()?)
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

/// A sold copy with what its seller's list shows of the lead.
#[derive(Debug, Clone, Queryable, Selectable)]
pub struct SoldRow {
    #[diesel(embed)]
    pub purchase: Purchase,
    #[diesel(select_expression = leads::masked_name)]
    pub masked_name: String,
    #[diesel(select_expression = contract_versions::model)]
    pub model: Model,
}

/// What a seller sold, newest first, from before `before` on.
pub fn sold_by(
    conn: &mut Conn,
    seller: AccountId,
    before: Option<(Ts, PurchaseId)>,
    limit: i64,
) -> Result<Vec<SoldRow>> {
    let mut query = purchases::table
        .inner_join(leads::table)
        .inner_join(contract_versions::table)
        .filter(purchases::seller_id.eq(seller))
        .order((purchases::purchased_at.desc(), purchases::id.desc()))
        .limit(limit)
        .select(SoldRow::as_select())
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(
            purchases::purchased_at
                .lt(at)
                .or(purchases::purchased_at.eq(at).and(purchases::id.lt(id))),
        );
    }
    Ok(query.load(conn)?)
}
