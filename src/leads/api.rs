//! The API of sellers: send leads in, one or many, read them, withdraw them.

mod batch;
mod confirm;
mod quarantine;
mod shape;

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, OpenApi};

pub use batch::send_batch;
pub use confirm::ask_confirmation;
pub use quarantine::{decide_quarantined, list_quarantine};
use shape::{LeadBody, LeadJson, TrialJson, refused_json};

use super::receive::{Intake, Outcome, Source, take_in, try_all};
use super::{Exchange, Filter, Order, Spelling, query, withdraw as withdraw_lead};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::types::to_value;
use crate::error::{Error, Reason, Result};
use crate::id::LeadId;
use crate::verification::VerifierData;
use crate::verticals::{self, CatalogueData};
use crate::web::idempotency::{self, Stored};
use crate::web::{Body, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, idempotent};

#[derive(OpenApi)]
#[openapi(paths(
    send,
    check,
    batch::send_batch,
    list,
    show,
    withdraw,
    confirm::ask_confirmation,
    quarantine::list_quarantine,
    quarantine::decide_quarantined
))]
pub struct Doc;

/// What handlers find registered as the side that buys.
pub type ExchangeData = web::Data<Arc<dyn Exchange>>;

/// Send one lead.
///
/// It is checked, listed, and sold at once where an active purchase request fits. What is not a lead is
/// answered with 422 and every reason, and kept for you to mend.
#[utoipa::path(
    post, path = "/api/v1/leads", tag = "leads", request_body = LeadBody,
    params(("Idempotency-Key" = String, Header, description = "Your own key of this request")),
    responses(
        (status = 201, body = LeadJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn send(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    exchange: ExchangeData,
    (verifier, catalogue): (VerifierData, CatalogueData),
    Body(document): Body<Value>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let mut intake = read(&ctx, document, (verifier.clone(), catalogue)).await?;
    intake.ask(&verifier).await;
    let (vault, exchange) = (Arc::clone(&ctx.vault), Arc::clone(exchange.get_ref()));
    let (seller, source) = (caller.account_id, Source::api(caller.actor()));
    let (stored, is_replay) = ctx
        .write(move |conn| {
            if let Some(stored) = idempotency::claim(conn, &idem, now)? {
                return Ok((stored, true));
            }
            let outcome = take_in(conn, &vault, &*exchange, seller, &intake, &source, now)?;
            let (status, body) = match &outcome {
                Outcome::Taken(received) => {
                    (201, to_value(&LeadJson::received(received, &intake))?)
                }
                Outcome::Refused { id, errors } => (422, refused_json(*id, errors)?),
            };
            let stored = Stored {
                status,
                body: body.to_string(),
            };
            idempotency::fulfil(conn, &idem, &stored)?;
            Ok((stored, false))
        })
        .await?;
    Ok(idempotency::answer(stored, is_replay))
}

/// Try a lead: what each check says of it and how it scores, as if it came in now.
///
/// Nothing is kept, listed, sold or counted. What would be refused is answered with 422 and every reason.
#[utoipa::path(
    post, path = "/api/v1/leads/check", tag = "leads", request_body = LeadBody,
    responses(
        (status = 200, body = TrialJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn check(
    ctx: Ctx,
    caller: Caller,
    (verifier, catalogue): (VerifierData, CatalogueData),
    Body(document): Body<Value>,
) -> Result<HttpResponse> {
    let (now, seller) = (ctx.now(), caller.account_id);
    let mut intake = read(&ctx, document, (verifier.clone(), catalogue)).await?;
    intake.ask(&verifier).await;
    let draft = intake.draft?;
    let vault = Arc::clone(&ctx.vault);
    let tried = ctx
        .db
        .read(move |conn| try_all(conn, &vault, seller, &[&draft], now))
        .await?;
    let tried = tried.into_iter().next();
    let tried = tried.ok_or_else(|| Error::Internal(anyhow::anyhow!("a lead was lost")))??;
    Ok(HttpResponse::Ok().json(TrialJson::from(tried)))
}

async fn read(
    ctx: &Ctx,
    document: Value,
    (verifier, catalogue): (VerifierData, CatalogueData),
) -> Result<Intake> {
    let now = ctx.now();
    ctx.db
        .read(move |conn| {
            let verticals = catalogue.all(conn)?;
            let spelling = Spelling::Typed;
            Ok(Intake::read(&verticals, document, spelling, &verifier, now))
        })
        .await
}

/// Which leads to answer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// One of the states of a lead.
    state: Option<String>,
    /// The key of a vertical.
    vertical: Option<String>,
    /// Received at this time or later.
    #[serde(rename = "received_at[gte]")]
    received_from: Option<String>,
    /// Received before this time.
    #[serde(rename = "received_at[lt]")]
    received_to: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// Your leads, newest first.
#[utoipa::path(
    get, path = "/api/v1/leads", tag = "leads", params(ListQuery),
    responses((status = 200, body = Paged<LeadJson>))
)]
pub async fn list(ctx: Ctx, caller: Caller, query: web::Query<ListQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (page.limit()?, page.after()?);
    let mut filter = Filter {
        seller: Some(caller.account_id),
        state: parsed("state", query.state.as_deref())?,
        received_from: time("received_at[gte]", query.received_from.as_deref())?,
        received_to: time("received_at[lt]", query.received_to.as_deref())?,
        after: after.map(|cursor| (cursor.at, LeadId(cursor.id))),
        order: Order::Newest,
        ..Filter::default()
    };
    let vault = ctx.vault.clone();
    let leads = ctx
        .db
        .read(move |conn| {
            if let Some(key) = query.vertical {
                let vertical = verticals::by_key(conn, &key).map_err(|_| {
                    Error::invalid_field("vertical", Reason::VerticalUnknown, "a key of /verticals")
                })?;
                filter.vertical = Some(vertical.id);
            }
            query::list(conn, &vault, &filter, limit + 1)
        })
        .await?;
    let page = Paged::cut(leads, limit, |lead| Cursor {
        at: lead.listing.received_at,
        id: lead.listing.id.0,
    });
    Ok(HttpResponse::Ok().json(page.map(|lead| LeadJson::listed(&lead))))
}

/// One of your leads, with its checks, its sales and their prices.
#[utoipa::path(
    get, path = "/api/v1/leads/{id}", tag = "leads", params(("id" = LeadId, Path)),
    responses(
        (status = 200, body = LeadJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    exchange: ExchangeData,
    id: web::Path<LeadId>,
) -> Result<HttpResponse> {
    let (vault, exchange) = (ctx.vault.clone(), Arc::clone(exchange.get_ref()));
    let details = ctx
        .db
        .read(move |conn| {
            let seller = Some(caller.account_id);
            query::details(conn, &vault, &*exchange, id.into_inner(), seller)
        })
        .await?;
    Ok(HttpResponse::Ok().json(LeadJson::detailed(&details)))
}

/// Take a listed lead off the market; copies that were sold stay sold.
#[utoipa::path(
    post, path = "/api/v1/leads/{id}/withdraw", tag = "leads",
    params(
        ("id" = LeadId, Path),
        ("Idempotency-Key" = String, Header, description = "Your own key of this request"),
    ),
    responses(
        (status = 200, body = LeadJson),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn withdraw(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    exchange: ExchangeData,
    id: web::Path<LeadId>,
) -> Result<HttpResponse> {
    let (id, now, exchange) = (id.into_inner(), ctx.now(), Arc::clone(exchange.get_ref()));
    let vault = ctx.vault.clone();
    idempotent(&ctx, &idem, move |conn| {
        withdraw_lead(conn, caller.account_id, id, caller.actor(), now)?;
        let details = query::details(conn, &vault, &*exchange, id, Some(caller.account_id))?;
        Ok((200, to_value(&LeadJson::detailed(&details).kept())?))
    })
    .await
}

fn parsed<T: std::str::FromStr<Err = String>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>> {
    text.filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|accepted| Error::invalid_field(field, Reason::NotAllowed, accepted))
        })
        .transpose()
}

fn time(field: &str, text: Option<&str>) -> Result<Option<Ts>> {
    text.filter(|text| !text.is_empty())
        .map(|text| {
            chrono::DateTime::parse_from_rfc3339(text)
                .map(|at| at.with_timezone(&chrono::Utc).into())
                .map_err(|_| {
                    Error::invalid_field(field, Reason::TimeInvalid, "2026-11-20T09:30:00Z")
                })
        })
        .transpose()
}
