//! Requests, their change log and cap counters in the database.

pub mod changes;
mod counters;
pub mod shares;

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::Text;

pub(super) use counters::{
    count_in_window, fill_room, give_up_room, hold_room, uncount_in_window, window_use,
};

use super::terms::{CapsJson, ScheduleJson, caps_from, caps_json, schedule_from, schedule_json};
use super::{PurchaseRequest, RequestState, SharedBidJson, shared};
use crate::clock::Ts;
use crate::conditions::Filter;
use crate::contracts::{self, Agreement};
use crate::db::schema::{purchase_requests, purchases, request_alerts};
use crate::db::types::{from_json, json};
use crate::db::{Conn, Prepared, each};
use crate::error::{Error, FieldError, Result};
use crate::id::{AccountId, ContractVersionId, LeadId, PurchaseId, RequestId, VerticalId};
use crate::money::{Currency, Money};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = purchase_requests)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
struct Row {
    id: RequestId,
    buyer_id: AccountId,
    vertical_id: VerticalId,
    contract_version_id: ContractVersionId,
    name: String,
    state: RequestState,
    filter: String,
    need_phone: bool,
    need_email: bool,
    bid_minor: i64,
    currency: Currency,
    quantity: i64,
    bought: i64,
    budget_minor: i64,
    spent_minor: i64,
    caps: String,
    schedule: String,
    time_zone: String,
    max_consent_age_days: Option<i32>,
    sellers: String,
    auto_buy: bool,
    deliver_email: Option<String>,
    version: i64,
    created_at: Ts,
    updated_at: Ts,
    last_served_at: Option<Ts>,
    min_quality: i32,
    shared_bids: String,
}

impl Row {
    fn of(request: &PurchaseRequest) -> Result<Self> {
        Ok(Self {
            id: request.id,
            buyer_id: request.buyer_id,
            vertical_id: request.vertical_id,
            contract_version_id: request.agreement.version.id,
            name: request.name.clone(),
            state: request.state,
            filter: request.filter.json().to_string(),
            need_phone: request.need_phone,
            need_email: request.need_email,
            bid_minor: request.bid.minor,
            currency: request.bid.currency,
            quantity: request.quantity,
            bought: request.bought,
            budget_minor: request.budget.minor,
            spent_minor: request.spent.minor,
            caps: json(&caps_json(&request.caps))?,
            schedule: json(&schedule_json(&request.schedule))?,
            time_zone: request.schedule.zone.name().to_owned(),
            max_consent_age_days: request.max_consent_age_days,
            sellers: json(&request.sellers)?,
            auto_buy: request.auto_buy,
            deliver_email: request.deliver_email.clone(),
            version: request.version,
            created_at: request.created_at,
            updated_at: request.updated_at,
            last_served_at: request.last_served_at,
            min_quality: request.min_quality,
            shared_bids: json(&shared::to_json(&request.shared_bids))?,
        })
    }

    fn request(self, agreement: Arc<Agreement>) -> Result<PurchaseRequest> {
        let money = |minor| Money::new(minor, self.currency);
        Ok(PurchaseRequest {
            id: self.id,
            buyer_id: self.buyer_id,
            vertical_id: self.vertical_id,
            agreement,
            state: self.state,
            filter: Filter::from_json(&from_json(&self.filter)?).map_err(unreadable)?,
            need_phone: self.need_phone,
            need_email: self.need_email,
            bid: money(self.bid_minor),
            shared_bids: shared::from_json(&from_json::<Vec<SharedBidJson>>(&self.shared_bids)?)
                .map_err(unreadable)?,
            quantity: self.quantity,
            bought: self.bought,
            budget: money(self.budget_minor),
            spent: money(self.spent_minor),
            caps: caps_from(&from_json::<CapsJson>(&self.caps)?).map_err(unreadable)?,
            schedule: schedule_from(&from_json::<ScheduleJson>(&self.schedule)?)
                .map_err(unreadable)?,
            max_consent_age_days: self.max_consent_age_days,
            sellers: from_json(&self.sellers)?,
            auto_buy: self.auto_buy,
            deliver_email: self.deliver_email,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            last_served_at: self.last_served_at,
            min_quality: self.min_quality,
            name: self.name,
        })
    }
}

fn unreadable(errors: Vec<FieldError>) -> Error {
    Error::Internal(anyhow::anyhow!(
        "a stored request cannot be read: {errors:?}"
    ))
}

/// The rows with the agreements that they are under.
fn requests(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<PurchaseRequest>> {
    let mut versions: Vec<_> = rows.iter().map(|row| row.contract_version_id).collect();
    versions.sort_unstable();
    versions.dedup();
    let agreements = contracts::agreements(conn, &versions)?;
    rows.into_iter()
        .map(|row| {
            let agreement = agreements.get(&row.contract_version_id).cloned();
            let agreement =
                agreement.ok_or_else(|| anyhow::anyhow!("{} is under no contract", row.id))?;
            row.request(agreement)
        })
        .collect()
}

pub(super) fn insert(conn: &mut Conn, request: &PurchaseRequest) -> Result<()> {
    diesel::insert_into(purchase_requests::table)
        .values(Row::of(request)?)
        .execute(conn)?;
    Ok(())
}

pub(super) fn find(
    conn: &mut Conn,
    buyer: AccountId,
    id: RequestId,
) -> Result<Option<PurchaseRequest>> {
    let row: Option<Row> = purchase_requests::table
        .filter(purchase_requests::id.eq(id))
        .filter(purchase_requests::buyer_id.eq(buyer))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(requests(conn, row.into_iter().collect())?.pop())
}

/// Requests by id, whoever owns them; for the exchange itself.
pub fn by_ids(conn: &mut Conn, ids: &[RequestId]) -> Result<Vec<PurchaseRequest>> {
    let rows: Vec<Row> = purchase_requests::table
        .filter(purchase_requests::id.eq_any(ids))
        .select(Row::as_select())
        .load(conn)?;
    requests(conn, rows)
}

/// A page of the active requests, by id.
pub fn active_after(
    conn: &mut Conn,
    after: Option<RequestId>,
    limit: i64,
) -> Result<Vec<PurchaseRequest>> {
    let mut query = purchase_requests::table
        .filter(purchase_requests::state.eq(RequestState::Active))
        .order(purchase_requests::id)
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(purchase_requests::id.gt(after));
    }
    let rows: Vec<Row> = query.load(conn)?;
    requests(conn, rows)
}

/// A page of the active requests by id, with their versions.
pub fn active_versions(
    conn: &mut Conn,
    after: Option<RequestId>,
    limit: i64,
) -> Result<Vec<(RequestId, i64)>> {
    let mut query = purchase_requests::table
        .filter(purchase_requests::state.eq(RequestState::Active))
        .order(purchase_requests::id)
        .limit(limit)
        .select((purchase_requests::id, purchase_requests::version))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(purchase_requests::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// Those of the requests that are active.
pub fn active_among(conn: &mut Conn, ids: &[RequestId]) -> Result<Vec<PurchaseRequest>> {
    let rows: Vec<Row> = purchase_requests::table
        .filter(purchase_requests::id.eq_any(ids))
        .filter(purchase_requests::state.eq(RequestState::Active))
        .select(Row::as_select())
        .load(conn)?;
    requests(conn, rows)
}

/// Leads of these that the buyer owns already.
pub(super) fn owned(conn: &mut Conn, buyer: AccountId, of: &[LeadId]) -> Result<Vec<LeadId>> {
    Ok(purchases::table
        .filter(purchases::buyer_id.eq(buyer))
        .filter(purchases::lead_id.eq_any(of))
        .select(purchases::lead_id)
        .load(conn)?)
}

/// What a request bought last: purchase, lead, price and time.
pub(super) fn bought(
    conn: &mut Conn,
    id: RequestId,
    limit: i64,
) -> Result<Vec<(PurchaseId, LeadId, i64, Ts)>> {
    Ok(purchases::table
        .filter(purchases::request_id.eq(id))
        .order((purchases::purchased_at.desc(), purchases::id.desc()))
        .limit(limit)
        .select((
            purchases::id,
            purchases::lead_id,
            purchases::price_minor,
            purchases::purchased_at,
        ))
        .load(conn)?)
}

/// A page of the buyer's requests, newest first, older than `before`.
pub(super) fn page(
    conn: &mut Conn,
    buyer: AccountId,
    state: Option<RequestState>,
    before: Option<(Ts, RequestId)>,
    limit: i64,
) -> Result<Vec<PurchaseRequest>> {
    let mut query = purchase_requests::table
        .filter(purchase_requests::buyer_id.eq(buyer))
        .order((
            purchase_requests::created_at.desc(),
            purchase_requests::id.desc(),
        ))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(purchase_requests::state.eq(state));
    }
    if let Some((at, id)) = before {
        query = query.filter(
            purchase_requests::created_at
                .lt(at)
                .or(purchase_requests::created_at
                    .eq(at)
                    .and(purchase_requests::id.lt(id))),
        );
    }
    let rows: Vec<Row> = query.load(conn)?;
    requests(conn, rows)
}

/// How many requests the buyer has in each state.
pub(super) fn counts(conn: &mut Conn, buyer: AccountId) -> Result<Vec<(RequestState, i64)>> {
    Ok(purchase_requests::table
        .filter(purchase_requests::buyer_id.eq(buyer))
        .group_by(purchase_requests::state)
        .select((purchase_requests::state, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Writes the terms of an editable request that is still at `version`.
pub(super) fn update(conn: &mut Conn, request: &PurchaseRequest, version: i64) -> Result<bool> {
    let row = Row::of(request)?;
    let changed = diesel::update(purchase_requests::table)
        .filter(purchase_requests::id.eq(request.id))
        .filter(purchase_requests::version.eq(version))
        .filter(purchase_requests::state.eq(request.state))
        .filter(purchase_requests::bought.eq(request.bought))
        .set(&row)
        .execute(conn)?;
    Ok(changed == 1)
}

/// Moves a request that nobody has moved or edited meanwhile.
pub(super) fn set_state(
    conn: &mut Conn,
    request: &PurchaseRequest,
    next: RequestState,
    now: Ts,
) -> Result<bool> {
    let changed = diesel::update(purchase_requests::table)
        .filter(purchase_requests::id.eq(request.id))
        .filter(purchase_requests::state.eq(request.state))
        .filter(purchase_requests::version.eq(request.version))
        .set((
            purchase_requests::state.eq(next),
            purchase_requests::version.eq(purchase_requests::version + 1),
            purchase_requests::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// When each of the requests last got a lead.
pub fn last_served(conn: &mut Conn, ids: &[RequestId]) -> Result<Vec<(RequestId, Option<Ts>)>> {
    let Some(&last) = ids.last() else {
        return Ok(Vec::new());
    };
    // As many as a power of two, so that a few statements stay prepared for all lengths.
    let fill = ids.len().next_power_of_two() - ids.len();
    let padded = ids.iter().copied().chain(std::iter::repeat_n(last, fill));
    let served = purchase_requests::table
        .filter(purchase_requests::id.eq_any(padded.collect::<Vec<_>>()))
        .select((purchase_requests::id, purchase_requests::last_served_at));
    Ok(each!(conn, |inner| Prepared(served).load(inner))?)
}

/// Locks the rows in the order of their ids, so that sales of shared copies cannot deadlock.
/// SQLite's one writer needs no lock.
pub fn lock(conn: &mut Conn, ids: &[RequestId]) -> Result<()> {
    if let Conn::Postgres(inner) = conn {
        purchase_requests::table
            .filter(purchase_requests::id.eq_any(ids))
            .order(purchase_requests::id)
            .select(purchase_requests::id)
            .for_update()
            .load::<RequestId>(inner)?;
    }
    Ok(())
}

/// Counts one lead if state, version, quantity and budget allow; the state and what is spent after it,
/// `None` when they do not.
pub(super) fn count_lead(
    conn: &mut Conn,
    request: &PurchaseRequest,
    price: i64,
    now: Ts,
) -> Result<Option<(RequestState, i64)>> {
    use purchase_requests::dsl;
    // The last lead is the one after which neither quantity nor budget has room for another at the least bid. What is
    // held for pings leaves no room either, but may come back: it makes no lead the last.
    let next_spent = price.saturating_add(request.commitment(request.least_bid()).minor);
    let is_last = dsl::bought
        .ge(dsl::quantity - 1)
        .or((dsl::spent_minor + next_spent).gt(dsl::budget_minor));
    let count = diesel::update(purchase_requests::table)
        .filter(dsl::id.eq(request.id))
        .filter(dsl::state.eq(RequestState::Active))
        .filter(dsl::version.eq(request.version))
        .filter((dsl::bought + dsl::held).lt(dsl::quantity))
        .filter((dsl::spent_minor + dsl::held_minor + price).le(dsl::budget_minor))
        .set((
            dsl::state.eq(diesel::dsl::case_when(
                is_last,
                RequestState::Fulfilled.into_sql::<Text>(),
            )
            .otherwise(RequestState::Active.into_sql::<Text>())),
            dsl::bought.eq(dsl::bought + 1),
            dsl::spent_minor.eq(dsl::spent_minor + price),
            dsl::last_served_at.eq(now),
        ))
        .returning((dsl::state, dsl::spent_minor));
    Ok(each!(conn, |inner| Prepared(count).get_result(inner)).optional()?)
}

/// Adds to what a request has spent; answers what that is now.
pub(super) fn adjust_spent(conn: &mut Conn, id: RequestId, by: i64) -> Result<Option<i64>> {
    Ok(diesel::update(purchase_requests::table)
        .filter(purchase_requests::id.eq(id))
        .filter((purchase_requests::spent_minor + by).ge(0))
        .set(purchase_requests::spent_minor.eq(purchase_requests::spent_minor + by))
        .returning(purchase_requests::spent_minor)
        .get_result(conn)
        .optional()?)
}

/// Notes an alert; false when it was given before.
pub(super) fn note_alert(conn: &mut Conn, id: RequestId, percent: i32, now: Ts) -> Result<bool> {
    let alert = (
        request_alerts::request_id.eq(id),
        request_alerts::percent.eq(percent),
        request_alerts::at.eq(now),
    );
    let noted = each!(conn, |inner| diesel::insert_into(request_alerts::table)
        .values(alert)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(noted == 1)
}

/// The row's present state, counts and sums, for telling which gate closed.
pub(super) fn standing(conn: &mut Conn, id: RequestId) -> Result<Option<Standing>> {
    Ok(purchase_requests::table
        .filter(purchase_requests::id.eq(id))
        .select(Standing::as_select())
        .first(conn)
        .optional()?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = purchase_requests)]
pub(super) struct Standing {
    pub state: RequestState,
    pub version: i64,
    pub quantity: i64,
    pub bought: i64,
    pub held: i64,
}
