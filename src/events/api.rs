//! `/api/v1/events` and `/api/v1/webhook_endpoints`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{
    Delivery, DeliveryState, Endpoint, EndpointState, Event, EventKind, NewEndpoint, Secret,
    endpoints, store,
};
use crate::clock::Ts;
use crate::error::Result;
use crate::id::{EndpointId, EventId, WebhookId};
use crate::web::{
    Body, Caller, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, State, idempotent,
};

#[derive(OpenApi)]
#[openapi(paths(
    list,
    list_endpoints,
    make,
    change,
    remove,
    secret,
    rotate,
    test,
    list_deliveries,
    replay
))]
pub struct Doc;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Events of one type only.
    #[serde(rename = "type")]
    pub kind: Option<EventKind>,
    /// Rows to answer, at most 200; 50 when missing.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// What happened to the caller's records in the last 30 days, newest first. Webhooks tell the same at once.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventQuery),
    responses((status = 200, body = Paged<Event>),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    query: Query<EventQuery>,
) -> Result<Json<Paged<Event>>> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let rows = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| (cursor.at, EventId(cursor.id)));
            store::list(conn, caller.account_id, query.kind, before, limit + 1)
        })
        .await?;
    Ok(Json(Paged::cut(rows, limit, |event| Cursor {
        at: event.timestamp,
        id: event.id.0,
    })))
}

/// An address that events are sent to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub struct EndpointJson {
    pub id: EndpointId,
    pub url: String,
    /// The events it wants; all when empty.
    pub kinds: Vec<EventKind>,
    pub state: EndpointState,
    /// Why it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_why: Option<String>,
    pub created_at: Ts,
}

impl From<&Endpoint> for EndpointJson {
    fn from(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id,
            url: endpoint.url.clone(),
            kinds: endpoint.kinds.clone(),
            state: endpoint.state,
            disabled_why: endpoint.disabled_why.clone(),
            created_at: endpoint.created_at,
        }
    }
}

/// The caller's endpoints, oldest first; at most ten.
#[utoipa::path(get, path = "/api/v1/webhook_endpoints", tag = "events",
    responses((status = 200, body = Vec<EndpointJson>)))]
pub async fn list_endpoints(ctx: Ctx, caller: Caller) -> Result<Json<Vec<EndpointJson>>> {
    let found = ctx
        .db
        .read(move |conn| endpoints::of_account(conn, caller.account_id))
        .await?;
    Ok(Json(found.iter().map(EndpointJson::from).collect()))
}

/// An endpoint as it is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedEndpoint {
    /// By https, at a public address.
    #[schema(example = "https://example.com/galena")]
    pub url: String,
    /// The events it wants; all when missing.
    #[serde(default)]
    #[schema(value_type = Vec<EventKind>)]
    pub kinds: Vec<String>,
    /// False to stop deliveries for now.
    #[serde(default = "on")]
    pub active: bool,
}

const fn on() -> bool {
    true
}

/// Make an endpoint. Its secret is read from `/secret`.
#[utoipa::path(post, path = "/api/v1/webhook_endpoints", tag = "events",
    request_body = WantedEndpoint, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = EndpointJson),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn make(
    ctx: Ctx,
    state: Data<State>,
    caller: Caller,
    idem: Idempotency,
    body: Body<WantedEndpoint>,
) -> Result<HttpResponse> {
    let new = NewEndpoint::parse(state.config.reach, &body.0.url, &body.0.kinds)?;
    let secret = Secret::generate()?;
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        let made = endpoints::make(conn, &vault, &caller, &new, &secret, now)?;
        Ok((201, json!(EndpointJson::from(&made))))
    })
    .await
}

/// Change where an endpoint is, what it wants, and whether it is on.
#[utoipa::path(post, path = "/api/v1/webhook_endpoints/{id}", tag = "events",
    request_body = WantedEndpoint,
    params(("id" = EndpointId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = EndpointJson),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn change(
    ctx: Ctx,
    state: Data<State>,
    caller: Caller,
    id: Path<EndpointId>,
    idem: Idempotency,
    body: Body<WantedEndpoint>,
) -> Result<HttpResponse> {
    let new = NewEndpoint::parse(state.config.reach, &body.0.url, &body.0.kinds)?;
    let (id, is_on, now) = (id.into_inner(), body.0.active, ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        let changed = endpoints::change(conn, &caller, id, &new, is_on, now)?;
        Ok((200, json!(EndpointJson::from(&changed))))
    })
    .await
}

/// Remove an endpoint, with what is still queued for it.
#[utoipa::path(post, path = "/api/v1/webhook_endpoints/{id}/remove", tag = "events",
    params(("id" = EndpointId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200)))]
pub async fn remove(
    ctx: Ctx,
    caller: Caller,
    id: Path<EndpointId>,
    idem: Idempotency,
) -> Result<HttpResponse> {
    let (id, now) = (id.into_inner(), ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        endpoints::remove(conn, &caller, id, now)?;
        Ok((200, json!({ "id": id, "removed": true })))
    })
    .await
}

/// What signatures are checked with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub struct SecretJson {
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
}

/// The secret that an endpoint's deliveries are signed with.
#[utoipa::path(get, path = "/api/v1/webhook_endpoints/{id}/secret", tag = "events",
    params(("id" = EndpointId, Path)), responses((status = 200, body = SecretJson)))]
pub async fn secret(ctx: Ctx, caller: Caller, id: Path<EndpointId>) -> Result<Json<SecretJson>> {
    let (id, vault, now) = (id.into_inner(), ctx.vault.clone(), ctx.now());
    let shown = ctx
        .db
        .read(move |conn| endpoints::shown_secret(conn, &vault, &caller, id, now))
        .await?;
    Ok(Json(SecretJson { secret: shown }))
}

/// Give an endpoint a new secret. Deliveries carry the signatures of both for a day.
#[utoipa::path(post, path = "/api/v1/webhook_endpoints/{id}/rotate", tag = "events",
    params(("id" = EndpointId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200)))]
pub async fn rotate(
    ctx: Ctx,
    caller: Caller,
    id: Path<EndpointId>,
    idem: Idempotency,
) -> Result<HttpResponse> {
    let (id, vault, now, secret) = (
        id.into_inner(),
        ctx.vault.clone(),
        ctx.now(),
        Secret::generate()?,
    );
    idempotent(&ctx, &idem, move |conn| {
        endpoints::rotate(conn, &vault, &caller, id, &secret, now)?;
        Ok((200, json!({ "id": id, "rotated": true })))
    })
    .await
}

/// Send an event of type `test`.
#[utoipa::path(post, path = "/api/v1/webhook_endpoints/{id}/test", tag = "events",
    params(("id" = EndpointId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 202)))]
pub async fn test(
    ctx: Ctx,
    caller: Caller,
    id: Path<EndpointId>,
    idem: Idempotency,
) -> Result<HttpResponse> {
    let (id, now) = (id.into_inner(), ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        endpoints::test(conn, &caller, id, now)?;
        Ok((202, json!({ "id": id, "queued": true })))
    })
    .await
}

/// A delivery of an event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct DeliveryJson {
    pub id: WebhookId,
    pub event: EventId,
    #[serde(rename = "type")]
    pub kind: EventKind,
    pub state: DeliveryState,
    pub attempts: i32,
    /// When it is tried next, while it is queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Ts>,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status: Option<i32>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    pub queued_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Ts>,
}

impl From<&(Delivery, EventKind)> for DeliveryJson {
    fn from((delivery, kind): &(Delivery, EventKind)) -> Self {
        Self {
            id: delivery.id,
            event: delivery.event_id,
            kind: *kind,
            state: delivery.state,
            attempts: delivery.attempts,
            next_at: (delivery.state == DeliveryState::Queued).then_some(delivery.next_at),
            last_status: delivery.last_status,
            last_error: delivery.last_error.clone(),
            queued_at: delivery.queued_at,
            ended_at: delivery.ended_at,
        }
    }
}

/// What was sent to an endpoint, newest first.
#[utoipa::path(get, path = "/api/v1/webhook_endpoints/{id}/deliveries", tag = "events",
    params(("id" = EndpointId, Path), PageQuery),
    responses((status = 200, body = Paged<DeliveryJson>)))]
pub async fn list_deliveries(
    ctx: Ctx,
    caller: Caller,
    id: Path<EndpointId>,
    paging: Query<PageQuery>,
) -> Result<Json<Paged<DeliveryJson>>> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let id = id.into_inner();
    let rows = ctx
        .db
        .read(move |conn| {
            endpoints::own(conn, &caller, id)?;
            let before = after.map(|cursor| (cursor.at, WebhookId(cursor.id)));
            store::deliveries(conn, id, before, limit + 1)
        })
        .await?;
    let page = Paged::cut(rows, limit, |(delivery, _)| Cursor {
        at: delivery.queued_at,
        id: delivery.id.0,
    });
    Ok(Json(page.map(|row| DeliveryJson::from(&row))))
}

/// Send again what was delivered or given up.
#[utoipa::path(post, path = "/api/v1/webhook_deliveries/{id}/replay", tag = "events",
    params(("id" = WebhookId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 202)))]
pub async fn replay(
    ctx: Ctx,
    caller: Caller,
    id: Path<WebhookId>,
    idem: Idempotency,
) -> Result<HttpResponse> {
    let (id, now) = (id.into_inner(), ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        endpoints::replay(conn, &caller, id, now)?;
        Ok((202, json!({ "id": id, "queued": true })))
    })
    .await
}
