//! The tables of events, endpoints and deliveries.

use diesel::prelude::*;

use super::{Endpoint, EndpointState, Event, EventKind, Happening};
use crate::clock::Ts;
use crate::db::schema::{events, webhook_deliveries, webhook_endpoints};
use crate::db::types::{from_json, json, text_enum};
use crate::db::{Conn, insert_rows};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, EndpointId, EventId, WebhookId};
use crate::vault::Sealed;

text_enum! {
    /// Where a delivery to an endpoint stands.
    pub enum DeliveryState { Queued = "queued", Delivered = "delivered", Dead = "dead" }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = events)]
struct EventRow {
    id: EventId,
    account_id: AccountId,
    kind: EventKind,
    subject: String,
    data: String,
    at: Ts,
}

impl EventRow {
    fn event(self) -> Result<Event> {
        Ok(Event {
            id: self.id,
            kind: self.kind,
            timestamp: self.at,
            subject: self.subject,
            data: from_json(&self.data)?,
        })
    }
}

/// Keeps what happened; the ids are in the order of the happenings.
pub fn insert(conn: &mut Conn, happenings: &[Happening], now: Ts) -> Result<Vec<EventId>> {
    let rows: Vec<EventRow> = happenings
        .iter()
        .map(|one| EventRow {
            id: EventId::new(now),
            account_id: one.account,
            kind: one.kind,
            subject: one.subject.clone(),
            data: one.data.to_string(),
            at: now,
        })
        .collect();
    insert_rows!(conn, events::table, &rows)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The events of an account, newest first, older than `before`.
pub fn list(
    conn: &mut Conn,
    account: AccountId,
    kind: Option<EventKind>,
    before: Option<(Ts, EventId)>,
    limit: i64,
) -> Result<Vec<Event>> {
    let mut query = events::table
        .filter(events::account_id.eq(account))
        .order((events::at.desc(), events::id.desc()))
        .limit(limit)
        .select(EventRow::as_select())
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(events::kind.eq(kind));
    }
    if let Some((at, id)) = before {
        query = query.filter(
            events::at
                .lt(at)
                .or(events::at.eq(at).and(events::id.lt(id))),
        );
    }
    query.load(conn)?.into_iter().map(EventRow::event).collect()
}

/// One event of an account.
pub fn event(conn: &mut Conn, account: AccountId, id: EventId) -> Result<Event> {
    events::table
        .find(id)
        .filter(events::account_id.eq(account))
        .select(EventRow::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::refused(Code::NotFound))?
        .event()
}

/// Forgets events, and with them their deliveries, from before then.
pub fn sweep(conn: &mut Conn, before: Ts) -> Result<usize> {
    Ok(diesel::delete(events::table.filter(events::at.lt(before))).execute(conn)?)
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = webhook_endpoints, treat_none_as_default_value = false)]
struct EndpointRow {
    id: EndpointId,
    account_id: AccountId,
    url: String,
    kinds: String,
    state: EndpointState,
    disabled_why: Option<String>,
    secret_key_id: String,
    secret_wrapped: Vec<u8>,
    secret_sealed: Vec<u8>,
    old_secret_key_id: Option<String>,
    old_secret_wrapped: Option<Vec<u8>>,
    old_secret_sealed: Option<Vec<u8>>,
    old_secret_until: Option<Ts>,
    created_at: Ts,
}

impl EndpointRow {
    fn endpoint(self) -> Result<Endpoint> {
        let old = match (
            self.old_secret_key_id,
            self.old_secret_wrapped,
            self.old_secret_sealed,
            self.old_secret_until,
        ) {
            (Some(master_key_id), Some(wrapped_key), Some(sealed), Some(until)) => Some((
                Sealed {
                    master_key_id,
                    wrapped_key,
                    sealed,
                },
                until,
            )),
            _ => None,
        };
        Ok(Endpoint {
            id: self.id,
            account_id: self.account_id,
            url: self.url,
            kinds: from_json(&self.kinds)?,
            state: self.state,
            disabled_why: self.disabled_why,
            secret: Sealed {
                master_key_id: self.secret_key_id,
                wrapped_key: self.secret_wrapped,
                sealed: self.secret_sealed,
            },
            old_secret: old,
            created_at: self.created_at,
        })
    }
}

pub fn insert_endpoint(conn: &mut Conn, endpoint: &Endpoint) -> Result<()> {
    let (old, until) = endpoint.old_secret.clone().unzip();
    diesel::insert_into(webhook_endpoints::table)
        .values(EndpointRow {
            id: endpoint.id,
            account_id: endpoint.account_id,
            url: endpoint.url.clone(),
            kinds: json(&endpoint.kinds)?,
            state: endpoint.state,
            disabled_why: endpoint.disabled_why.clone(),
            secret_key_id: endpoint.secret.master_key_id.clone(),
            secret_wrapped: endpoint.secret.wrapped_key.clone(),
            secret_sealed: endpoint.secret.sealed.clone(),
            old_secret_key_id: old.as_ref().map(|old| old.master_key_id.clone()),
            old_secret_wrapped: old.as_ref().map(|old| old.wrapped_key.clone()),
            old_secret_sealed: old.map(|old| old.sealed),
            old_secret_until: until,
            created_at: endpoint.created_at,
        })
        .execute(conn)?;
    Ok(())
}

/// The endpoints of an account, oldest first.
pub fn endpoints(conn: &mut Conn, account: AccountId) -> Result<Vec<Endpoint>> {
    webhook_endpoints::table
        .filter(webhook_endpoints::account_id.eq(account))
        .order((webhook_endpoints::created_at, webhook_endpoints::id))
        .select(EndpointRow::as_select())
        .load(conn)?
        .into_iter()
        .map(EndpointRow::endpoint)
        .collect()
}

/// The endpoints of these accounts that take deliveries.
pub fn active_of(conn: &mut Conn, accounts: &[AccountId]) -> Result<Vec<Endpoint>> {
    let active = webhook_endpoints::table
        .filter(webhook_endpoints::state.eq(EndpointState::Active))
        .select(EndpointRow::as_select());
    let rows: Vec<EndpointRow> = match accounts {
        // A sale tells two: a statement that stays prepared, which a list of any length does not on SQLite.
        [one] | [one, _] => active
            .filter(
                webhook_endpoints::account_id
                    .eq(one)
                    .or(webhook_endpoints::account_id.eq(accounts.last().unwrap_or(one))),
            )
            .load(conn)?,
        _ => active
            .filter(webhook_endpoints::account_id.eq_any(accounts))
            .load(conn)?,
    };
    rows.into_iter().map(EndpointRow::endpoint).collect()
}

/// An endpoint by id, whoever owns it.
pub fn any_endpoint(conn: &mut Conn, id: EndpointId) -> Result<Option<Endpoint>> {
    webhook_endpoints::table
        .find(id)
        .select(EndpointRow::as_select())
        .first(conn)
        .optional()?
        .map(EndpointRow::endpoint)
        .transpose()
}

/// Changes where an endpoint is, what it wants and whether it is on; false when it is not the account's.
pub fn set_endpoint(conn: &mut Conn, endpoint: &Endpoint) -> Result<bool> {
    let changed = diesel::update(webhook_endpoints::table.find(endpoint.id))
        .filter(webhook_endpoints::account_id.eq(endpoint.account_id))
        .set((
            webhook_endpoints::url.eq(&endpoint.url),
            webhook_endpoints::kinds.eq(json(&endpoint.kinds)?),
            webhook_endpoints::state.eq(endpoint.state),
            webhook_endpoints::disabled_why.eq(&endpoint.disabled_why),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Makes `secret` the one that counts; the one before counts until then.
pub fn set_secret(
    conn: &mut Conn,
    endpoint: &Endpoint,
    secret: &Sealed,
    until: Ts,
) -> Result<bool> {
    let old = &endpoint.secret;
    let changed = diesel::update(webhook_endpoints::table.find(endpoint.id))
        .filter(webhook_endpoints::account_id.eq(endpoint.account_id))
        .filter(webhook_endpoints::secret_sealed.eq(&old.sealed))
        .set((
            webhook_endpoints::secret_key_id.eq(&secret.master_key_id),
            webhook_endpoints::secret_wrapped.eq(&secret.wrapped_key),
            webhook_endpoints::secret_sealed.eq(&secret.sealed),
            webhook_endpoints::old_secret_key_id.eq(Some(&old.master_key_id)),
            webhook_endpoints::old_secret_wrapped.eq(Some(&old.wrapped_key)),
            webhook_endpoints::old_secret_sealed.eq(Some(&old.sealed)),
            webhook_endpoints::old_secret_until.eq(Some(until)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn delete_endpoint(conn: &mut Conn, account: AccountId, id: EndpointId) -> Result<bool> {
    let deleted = diesel::delete(webhook_endpoints::table.find(id))
        .filter(webhook_endpoints::account_id.eq(account))
        .execute(conn)?;
    Ok(deleted == 1)
}

/// A delivery of an event to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false)]
pub struct Delivery {
    pub id: WebhookId,
    pub endpoint_id: EndpointId,
    pub event_id: EventId,
    pub state: DeliveryState,
    pub attempts: i32,
    pub next_at: Ts,
    /// The status of the last answer; none when there was no answer.
    pub last_status: Option<i32>,
    pub last_error: Option<String>,
    pub queued_at: Ts,
    pub ended_at: Option<Ts>,
}

/// Queues an event for an endpoint, for each pair.
pub fn queue(conn: &mut Conn, wanted: &[(EndpointId, EventId)], now: Ts) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let rows: Vec<Delivery> = wanted
        .iter()
        .map(|&(endpoint_id, event_id)| Delivery {
            id: WebhookId::new(now),
            endpoint_id,
            event_id,
            state: DeliveryState::Queued,
            attempts: 0,
            next_at: now,
            last_status: None,
            last_error: None,
            queued_at: now,
            ended_at: None,
        })
        .collect();
    insert_rows!(conn, webhook_deliveries::table, &rows)?;
    Ok(())
}

/// Deliveries to an endpoint, newest first, each with what it tells.
pub fn deliveries(
    conn: &mut Conn,
    endpoint: EndpointId,
    before: Option<(Ts, WebhookId)>,
    limit: i64,
) -> Result<Vec<(Delivery, EventKind)>> {
    let mut query = webhook_deliveries::table
        .inner_join(events::table)
        .filter(webhook_deliveries::endpoint_id.eq(endpoint))
        .order((
            webhook_deliveries::queued_at.desc(),
            webhook_deliveries::id.desc(),
        ))
        .limit(limit)
        .select((Delivery::as_select(), events::kind))
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(
            webhook_deliveries::queued_at
                .lt(at)
                .or(webhook_deliveries::queued_at
                    .eq(at)
                    .and(webhook_deliveries::id.lt(id))),
        );
    }
    Ok(query.load(conn)?)
}

/// Deliveries to active endpoints whose time has come, the longest waiting first.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Delivery>> {
    Ok(webhook_deliveries::table
        .inner_join(webhook_endpoints::table)
        .filter(webhook_deliveries::state.eq(DeliveryState::Queued))
        .filter(webhook_deliveries::next_at.le(now))
        .filter(webhook_endpoints::state.eq(EndpointState::Active))
        .order(webhook_deliveries::next_at)
        .limit(limit)
        .select(Delivery::as_select())
        .load(conn)?)
}

/// Takes a delivery for one try, and says when another may take it if this one never ends; false when
/// another server was faster.
pub fn take(conn: &mut Conn, delivery: &Delivery, until: Ts) -> Result<bool> {
    let taken = diesel::update(webhook_deliveries::table.find(delivery.id))
        .filter(webhook_deliveries::state.eq(DeliveryState::Queued))
        .filter(webhook_deliveries::attempts.eq(delivery.attempts))
        .filter(webhook_deliveries::next_at.eq(delivery.next_at))
        .set((
            webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1),
            webhook_deliveries::next_at.eq(until),
        ))
        .execute(conn)?;
    Ok(taken == 1)
}

/// Notes how a try ended.
pub fn ended(conn: &mut Conn, delivery: &Delivery) -> Result<()> {
    diesel::update(webhook_deliveries::table.find(delivery.id))
        .filter(webhook_deliveries::attempts.eq(delivery.attempts))
        .set((
            webhook_deliveries::state.eq(delivery.state),
            webhook_deliveries::next_at.eq(delivery.next_at),
            webhook_deliveries::last_status.eq(delivery.last_status),
            webhook_deliveries::last_error.eq(&delivery.last_error),
            webhook_deliveries::ended_at.eq(delivery.ended_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Queues a delivery of the account's again from the first try; false when there is none that ended.
pub fn again(conn: &mut Conn, account: AccountId, id: WebhookId, now: Ts) -> Result<bool> {
    let owned = webhook_endpoints::table
        .filter(webhook_endpoints::account_id.eq(account))
        .select(webhook_endpoints::id);
    let changed = diesel::update(webhook_deliveries::table.find(id))
        .filter(webhook_deliveries::state.ne(DeliveryState::Queued))
        .filter(webhook_deliveries::endpoint_id.eq_any(owned))
        .set((
            webhook_deliveries::state.eq(DeliveryState::Queued),
            webhook_deliveries::attempts.eq(0),
            webhook_deliveries::next_at.eq(now),
            webhook_deliveries::ended_at.eq(None::<Ts>),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
