//! Verticals as JSON.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::Vertical;
use crate::error::Result;
use crate::web::{Ctx, Problem};

#[derive(OpenApi)]
#[openapi(paths(list, show))]
pub struct Doc;

/// Every vertical.
#[derive(Serialize, ToSchema)]
pub struct VerticalList {
    data: Vec<Vertical>,
}

/// The verticals with their fields.
#[utoipa::path(
    get, path = "/api/v1/verticals", tag = "verticals",
    responses((status = 200, body = VerticalList))
)]
pub async fn list(ctx: Ctx) -> Result<HttpResponse> {
    let data = ctx.db.read(super::all).await?;
    Ok(HttpResponse::Ok().json(VerticalList { data }))
}

/// One vertical: its rules, and what each field of its leads takes.
#[utoipa::path(
    get, path = "/api/v1/verticals/{key}", tag = "verticals", params(("key" = String, Path)),
    responses(
        (status = 200, body = Vertical),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(ctx: Ctx, key: web::Path<String>) -> Result<HttpResponse> {
    let vertical = ctx.db.read(move |conn| super::by_key(conn, &key)).await?;
    Ok(HttpResponse::Ok().json(vertical))
}
