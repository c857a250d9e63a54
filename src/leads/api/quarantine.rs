//! The exchange's API of quarantined leads.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ExchangeData;
use super::shape::LeadJson;
use crate::access::Caller;
use crate::db::types::to_value;
use crate::error::Result;
use crate::id::LeadId;
use crate::leads::{self, Decision, Filter, LeadState, Order, query};
use crate::web::{Body, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, idempotent};

/// The leads in quarantine, the oldest first.
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "leads", params(PageQuery),
    responses((status = 200, body = Paged<LeadJson>)))]
pub async fn list_quarantine(ctx: Ctx, query: Query<PageQuery>) -> Result<Json<Paged<LeadJson>>> {
    let limit = query.limit()?;
    let filter = Filter {
        state: Some(LeadState::Quarantined),
        order: Order::Oldest,
        after: query.after()?.map(|cursor| (cursor.at, LeadId(cursor.id))),
        ..Filter::default()
    };
    let vault = ctx.vault.clone();
    let rows = ctx
        .db
        .read(move |conn| query::list(conn, &vault, &filter, limit + 1))
        .await?;
    let page = Paged::cut(rows, limit, |lead| Cursor {
        at: lead.listing.received_at,
        id: lead.listing.id.0,
    });
    Ok(Json(page.map(|lead| LeadJson::listed(&lead))))
}

/// A decision on a quarantined lead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarantineDecision {
    pub decision: Decision,
    /// What the seller reads; a rejection needs it, 10 - 300 characters.
    #[serde(default)]
    pub reason: String,
}

/// List a quarantined lead, so that it is offered at once, or reject it with a reason for its seller.
#[utoipa::path(post, path = "/api/v1/quarantine/{id}", tag = "leads",
    request_body = QuarantineDecision,
    params(("id" = LeadId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = LeadJson),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn decide_quarantined(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    exchange: ExchangeData,
    id: Path<LeadId>,
    Body(sent): Body<QuarantineDecision>,
) -> Result<HttpResponse> {
    let (id, now, exchange) = (id.into_inner(), ctx.now(), Arc::clone(exchange.get_ref()));
    let vault = ctx.vault.clone();
    idempotent(&ctx, &idem, move |conn| {
        let (decision, actor) = (sent.decision, caller.actor());
        leads::decide(conn, &*exchange, id, decision, &sent.reason, actor, now)?;
        let details = query::details(conn, &vault, &*exchange, id, None)?;
        Ok((200, to_value(&LeadJson::detailed(&details).kept())?))
    })
    .await
}
