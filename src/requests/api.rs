//! `/api/v1/purchase_requests`.

use std::sync::Arc;

use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::preview::ForecastJson;
use super::{GateFailure, GateJson, Move, Preview, PurchaseRequest, RequestState, TermsJson};
use crate::clock::Ts;
use crate::error::{Code, Error, Reason, Result};
use crate::id::{ContractVersionId, LeadId, RequestId};
use crate::leads::{MaskedContact, Shown};
use crate::money::MoneyJson;
use crate::text::english;
use crate::verticals::{self, Attributes, Vertical};
use crate::web::{
    Body, Caller, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, etag, idempotent, if_match,
};

#[derive(OpenApi)]
#[openapi(
    paths(
        list,
        create,
        get,
        update,
        activate,
        pause,
        resume,
        close,
        preview,
        preview_stored,
        explain
    ),
    components(schemas(TermsJson))
)]
pub struct Doc;

/// A purchase request as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PurchaseRequest)]
pub struct RequestJson {
    pub id: RequestId,
    pub state: RequestState,
    #[serde(flatten)]
    pub terms: TermsJson,
    /// The version of the contract's terms that its purchases are made under.
    pub contract_version: ContractVersionId,
    pub bought: i64,
    pub spent: MoneyJson,
    /// Grows with every edit and change of state; its `ETag` is the same number.
    pub version: i64,
    pub created_at: Ts,
    pub updated_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_served_at: Option<Ts>,
}

impl RequestJson {
    fn of(request: &PurchaseRequest, verticals: &[Vertical]) -> Self {
        let vertical = verticals
            .iter()
            .find(|vertical| vertical.id == request.vertical_id)
            .map_or("", |vertical| vertical.key.as_str());
        Self {
            id: request.id,
            state: request.state,
            terms: TermsJson::of(request, vertical),
            contract_version: request.agreement.version.id,
            bought: request.bought,
            spent: request.spent.into(),
            version: request.version,
            created_at: request.created_at,
            updated_at: request.updated_at,
            last_served_at: request.last_served_at,
        }
    }
}

/// A page of purchase requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestPage {
    pub data: Vec<RequestJson>,
    /// Asks for the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A masked lead that fits.
#[derive(Debug, Serialize, ToSchema)]
pub struct FittingLead {
    pub id: LeadId,
    pub attributes: Attributes,
    pub interest: String,
    pub contact: MaskedContact,
    pub received_at: Ts,
    pub consent_given_at: Ts,
}

impl From<Shown> for FittingLead {
    fn from(Shown { listing, wanted }: Shown) -> Self {
        Self {
            id: listing.id,
            attributes: listing.attributes,
            interest: wanted.interest,
            contact: listing.masked,
            received_at: listing.received_at,
            consent_given_at: listing.consent_given_at,
        }
    }
}

/// What a request would meet now, and what it can cost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestPreview)]
pub struct PreviewJson {
    /// Listed leads that fit now and that the buyer does not own.
    pub fits: usize,
    /// Listed leads of the vertical that were looked at, the newest first.
    pub looked_at: usize,
    pub sample: Vec<FittingLead>,
    pub forecast: ForecastJson,
}

impl From<Preview> for PreviewJson {
    fn from(preview: Preview) -> Self {
        Self {
            fits: preview.fits,
            looked_at: preview.looked_at,
            sample: preview.sample.into_iter().map(FittingLead::from).collect(),
            forecast: preview.forecast.json(english()),
        }
    }
}

/// Why a lead is, or is not, bought by a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadExplanation)]
pub struct ExplanationJson {
    pub lead: LeadId,
    /// Whether the lead itself passes every gate.
    pub fits: bool,
    /// Whether it would be bought now.
    pub buys_now: bool,
    /// The bid with the bonuses of the wishes that are met.
    pub price: MoneyJson,
    pub wishes_met: u32,
    /// Gates that the lead does not pass: the closest alternative of the filter, and all others.
    pub gates: Vec<GateJson>,
    /// Gates that are closed at the moment.
    pub closed_now: Vec<GateJson>,
}

/// Filter of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only requests in this state.
    #[param(value_type = Option<RequestState>)]
    pub state: Option<String>,
    /// Rows to answer, at most 200; 50 when missing.
    #[param(value_type = Option<i64>)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Which lead to explain.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplainQuery {
    #[param(value_type = LeadId)]
    pub lead: Option<String>,
}

pub(super) fn parse_id(text: &str) -> Result<RequestId> {
    text.parse().map_err(|_| Error::refused(Code::NotFound))
}

fn with_etag(request: &RequestJson) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ETAG, etag(request.version)))
        .json(request)
}

/// The buyer's purchase requests, newest first.
#[utoipa::path(
    get, path = "/api/v1/purchase_requests", tag = "purchase requests", params(ListQuery),
    responses(
        (status = 200, body = RequestPage),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(ctx: Ctx, caller: Caller, query: web::Query<ListQuery>) -> Result<HttpResponse> {
    let ListQuery {
        state,
        limit,
        cursor,
    } = query.into_inner();
    let state = state
        .map(|state| state.parse::<RequestState>())
        .transpose()
        .map_err(|accepted| Error::invalid_field("state", Reason::NotAllowed, accepted))?;
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after()?);
    let buyer = caller.account_id;
    let page = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| (cursor.at, RequestId(cursor.id)));
            let rows = super::store::page(conn, buyer, state, before, limit + 1)?;
            let verticals = verticals::all(conn)?;
            let page = Paged::cut(rows, limit, |request| Cursor {
                at: request.created_at,
                id: request.id.0,
            });
            Ok(page.map(|request| RequestJson::of(&request, &verticals)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Make a purchase request; it starts as a draft.
///
/// A condition on an attribute that a lead does not have is not met, also with `ne` and `not_in`; only
/// `exists: false` is met by absence, and `not` negates the whole condition in it. A wish never excludes a lead:
/// it ranks it higher and adds its bonus to the price.
#[utoipa::path(
    post, path = "/api/v1/purchase_requests", tag = "purchase requests", request_body = TermsJson,
    params(("Idempotency-Key" = String, Header, description = "Any text of up to 255 characters")),
    responses(
        (status = 201, body = RequestJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    body: Body<TermsJson>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let input = body.0;
    idempotent(&ctx, &idem, move |conn| {
        let vertical = verticals::named(conn, &input.vertical)?;
        let terms = super::read_terms(conn, caller.account_id, &input, &vertical)?;
        let request = super::create(conn, &caller, &vertical, &terms, now)?;
        Ok((201, json!(RequestJson::of(&request, &[vertical]))))
    })
    .await
}

/// One purchase request.
#[utoipa::path(
    get, path = "/api/v1/purchase_requests/{id}", tag = "purchase requests",
    params(("id" = RequestId, Path)),
    responses(
        (status = 200, body = RequestJson, headers(("ETag" = String))),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(ctx: Ctx, caller: Caller, id: web::Path<String>) -> Result<HttpResponse> {
    let id = parse_id(&id)?;
    let request = ctx
        .db
        .read(move |conn| {
            let request = super::get(conn, caller.account_id, id)?;
            Ok(RequestJson::of(&request, &verticals::all(conn)?))
        })
        .await?;
    Ok(with_etag(&request))
}

/// Replace the terms of a draft or paused request.
#[utoipa::path(
    put, path = "/api/v1/purchase_requests/{id}", tag = "purchase requests", request_body = TermsJson,
    params(("id" = RequestId, Path), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses(
        (status = 200, body = RequestJson, headers(("ETag" = String))),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn update(
    req: HttpRequest,
    ctx: Ctx,
    caller: Caller,
    id: web::Path<String>,
    body: Body<TermsJson>,
) -> Result<HttpResponse> {
    let (id, version, input) = (parse_id(&id)?, if_match(&req)?, body.0);
    let now = ctx.now();
    let request = ctx
        .write(move |conn| {
            super::get(conn, caller.account_id, id)?;
            let vertical = verticals::named(conn, &input.vertical)?;
            let terms = super::read_terms(conn, caller.account_id, &input, &vertical)?;
            let request = super::update(conn, &caller, id, version, &vertical, &terms, now)?;
            Ok(RequestJson::of(&request, &[vertical]))
        })
        .await?;
    Ok(with_etag(&request))
}

async fn move_to(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: &str,
    step: Move,
) -> Result<HttpResponse> {
    let (id, now) = (parse_id(id)?, ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        let request = super::change_state(conn, &caller, id, step, now)?;
        let verticals = verticals::all(conn)?;
        Ok((200, json!(RequestJson::of(&request, &verticals))))
    })
    .await
}

macro_rules! moves {
    ($($(#[doc = $doc:literal])+ $name:ident $path:literal $step:ident;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(
            post, path = $path, tag = "purchase requests",
            params(
                ("id" = RequestId, Path),
                ("Idempotency-Key" = String, Header, description = "Any text of up to 255 characters")
            ),
            responses(
                (status = 200, body = RequestJson),
                (status = 403, body = Problem, content_type = "application/problem+json"),
                (status = 404, body = Problem, content_type = "application/problem+json"),
                (status = 409, body = Problem, content_type = "application/problem+json"),
            )
        )]
        pub async fn $name(
            ctx: Ctx,
            caller: Caller,
            idem: Idempotency,
            id: web::Path<String>,
        ) -> Result<HttpResponse> {
            move_to(ctx, caller, idem, &id, Move::$step).await
        }
    )+};
}

moves! {
    /// Start a draft or paused request; one that buys by itself meets the listed leads at once.
    activate "/api/v1/purchase_requests/{id}/activate" Activate;
    /// Stop an active request for a while.
    pause "/api/v1/purchase_requests/{id}/pause" Pause;
    /// Go on with a paused request.
    resume "/api/v1/purchase_requests/{id}/resume" Resume;
    /// End an active request for good.
    close "/api/v1/purchase_requests/{id}/close" Close;
}

/// What a request with these terms would meet now; nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/purchase_requests/preview", tag = "purchase requests",
    request_body = TermsJson,
    responses(
        (status = 200, body = PreviewJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn preview(ctx: Ctx, caller: Caller, body: Body<TermsJson>) -> Result<HttpResponse> {
    let (input, now, vault) = (body.0, ctx.now(), ctx.vault.clone());
    let preview = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::named(conn, &input.vertical)?;
            let terms = super::read_terms(conn, caller.account_id, &input, &vertical)?;
            let rule = super::draft_rule(conn, caller.account_id, &terms, &vertical, now)?;
            super::preview(conn, &vault, &rule, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(PreviewJson::from(preview)))
}

/// What a stored request would meet now.
#[utoipa::path(
    get, path = "/api/v1/purchase_requests/{id}/preview", tag = "purchase requests",
    params(("id" = RequestId, Path)),
    responses(
        (status = 200, body = PreviewJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn preview_stored(
    ctx: Ctx,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let (id, now, vault) = (parse_id(&id)?, ctx.now(), ctx.vault.clone());
    let preview = ctx
        .db
        .read(move |conn| {
            let request = super::get(conn, caller.account_id, id)?;
            let vertical = verticals::by_id(conn, request.vertical_id)?;
            let rule = super::rule_of(conn, Arc::new(request), &vertical)?;
            super::preview(conn, &vault, &rule, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(PreviewJson::from(preview)))
}

/// Why a lead is, or is not, bought by a request.
#[utoipa::path(
    get, path = "/api/v1/purchase_requests/{id}/explain", tag = "purchase requests",
    params(("id" = RequestId, Path), ExplainQuery),
    responses(
        (status = 200, body = ExplanationJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn explain(
    ctx: Ctx,
    caller: Caller,
    id: web::Path<String>,
    query: web::Query<ExplainQuery>,
) -> Result<HttpResponse> {
    let (id, now) = (parse_id(&id)?, ctx.now());
    let lead: LeadId = query
        .into_inner()
        .lead
        .and_then(|lead| lead.parse().ok())
        .ok_or_else(|| Error::invalid_field("lead", Reason::Required, "the id of a lead"))?;
    let explanation = ctx
        .db
        .read(move |conn| {
            let request = super::get(conn, caller.account_id, id)?;
            super::explain(conn, &request, lead, now)
        })
        .await?;
    let fits = explanation.lead.is_empty();
    Ok(HttpResponse::Ok().json(ExplanationJson {
        lead,
        fits,
        buys_now: fits && explanation.moment.is_empty(),
        price: explanation.offer.price.into(),
        wishes_met: explanation.offer.wishes_met,
        gates: explanation.lead.iter().map(GateFailure::json).collect(),
        closed_now: explanation.moment.iter().map(GateFailure::json).collect(),
    }))
}
