//! Why a lead is not sold, for its seller.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::draws::PublicDraw;
use super::{Market, RequestReasons, RequestReasonsJson, explain_for_seller};
use crate::access::Caller;
use crate::clock::Ts;
use crate::error::{Code, Error, Result};
use crate::id::LeadId;
use crate::leads::{self, Listing};
use crate::web::{Ctx, Problem};

#[derive(OpenApi)]
#[openapi(paths(reasons, draws))]
pub struct Doc;

/// A lead and what stands between it and each active request.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadReasons {
    pub lead: LeadId,
    /// The active requests of the vertical that come closest, at most 200; buyers are not named.
    pub requests: Vec<RequestReasonsJson>,
}

/// The seller's lead with its reasons; another's is not found.
pub(super) async fn reasons_of(
    ctx: &Ctx,
    market: &Data<Arc<Market>>,
    caller: &Caller,
    lead: &str,
) -> Result<(Listing, Vec<RequestReasons>)> {
    let lead: LeadId = lead.parse().map_err(|_| Error::refused(Code::NotFound))?;
    let (seller, now): (_, Ts) = (caller.account_id, ctx.now());
    let market = Arc::clone(market);
    ctx.db
        .read(move |conn| {
            let listing = leads::listing(conn, lead)?;
            if listing.seller_id != seller {
                return Err(Error::refused(Code::NotFound));
            }
            let reasons = explain_for_seller(conn, &market, &listing, now)?;
            Ok((listing, reasons))
        })
        .await
}

/// Why a lead is not sold: what keeps it from the active requests of its vertical that come closest.
#[utoipa::path(
    get, path = "/api/v1/leads/{id}/reasons", tag = "leads",
    params(("id" = LeadId, Path)),
    responses(
        (status = 200, body = LeadReasons),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn reasons(
    ctx: Ctx,
    market: Data<Arc<Market>>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let (listing, reasons) = reasons_of(&ctx, &market, &caller, &id).await?;
    Ok(HttpResponse::Ok().json(LeadReasons {
        lead: listing.id,
        requests: reasons.iter().map(RequestReasons::json).collect(),
    }))
}

/// The seeds of lots, day by day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrawList {
    data: Vec<PublicDraw>,
}

/// The commitments to the days' seeds, and the seeds of days that are over, the latest first.
#[utoipa::path(
    get, path = "/api/v1/draws", tag = "leads",
    responses((status = 200, body = DrawList))
)]
pub async fn draws(ctx: Ctx) -> Result<HttpResponse> {
    let data = ctx.db.read(super::draws::public).await?;
    Ok(HttpResponse::Ok().json(DrawList { data }))
}
