//! The checks of a vertical as JSON: published to everybody who trades, changed by the exchange's admins.

use actix_web::web::{Json, Path};
use utoipa::OpenApi;

use super::{Settings, VerifierData};
use crate::access::Caller;
use crate::error::Result;
use crate::verticals;
use crate::web::{Body, Ctx, Problem};

#[derive(OpenApi)]
#[openapi(paths(show, change))]
pub struct Doc;

/// What is checked of the leads of a vertical, and what each verdict does.
///
/// The quality of a lead is 100 less the points of each warning and twice the points of each failure whose
/// effect is more than a note.
#[utoipa::path(get, path = "/api/v1/verticals/{key}/checks", tag = "verticals",
    params(("key" = String, Path)),
    responses((status = 200, body = Settings),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn show(ctx: Ctx, key: Path<String>) -> Result<Json<Settings>> {
    let settings = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &key)?;
            super::current(conn, vertical.id)
        })
        .await?;
    Ok(Json(settings))
}

/// Set what is checked; `version` is the one that was read, and 412 says that somebody was faster.
#[utoipa::path(put, path = "/api/v1/verticals/{key}/checks", tag = "verticals",
    params(("key" = String, Path)), request_body = Settings,
    responses((status = 200, body = Settings),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn change(
    ctx: Ctx,
    caller: Caller,
    verifier: VerifierData,
    key: Path<String>,
    Body(sent): Body<Settings>,
) -> Result<Json<Settings>> {
    let (now, actor) = (ctx.now(), caller.actor());
    let settings = ctx
        .write(move |conn| {
            let vertical = verticals::by_key(conn, &key)?;
            super::change(conn, &vertical, sent.version, &sent, actor, now)
        })
        .await?;
    ctx.db.read(move |conn| verifier.refresh(conn)).await?;
    Ok(Json(settings))
}
