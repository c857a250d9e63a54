//! Standing as JSON, for its owner.

use actix_web::web::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Counts, Measure, Standing};
use crate::access::Caller;
use crate::clock::Ts;
use crate::error::Result;
use crate::web::Ctx;

#[derive(utoipa::OpenApi)]
#[openapi(paths(show))]
pub struct Doc;

/// Where an account stands, and what that does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Standing)]
pub struct StandingJson {
    /// 0 to 100.
    pub score: i32,
    pub measures: Vec<Measure>,
    pub counts: Counts,
    /// Added to what a request is expected to bring when it is ranked, in basis points.
    pub rank_bps: i32,
    /// The part of a settled share that is kept back, in basis points, and for how many days.
    pub reserve_bps: i32,
    pub reserve_days: i32,
    /// Days from settlement until a share may be paid out.
    pub delay_days: i32,
    pub computed_at: Ts,
}

impl From<&Standing> for StandingJson {
    fn from(standing: &Standing) -> Self {
        let step = standing.step;
        Self {
            score: standing.score,
            measures: standing.measures(),
            counts: standing.counts,
            rank_bps: step.rank_bps,
            reserve_bps: step.reserve_bps,
            reserve_days: step.reserve_days,
            delay_days: step.delay_days,
            computed_at: standing.computed_at,
        }
    }
}

/// The caller's standing, computed at most an hour ago.
#[utoipa::path(get, path = "/api/v1/standing", tag = "standing",
    responses((status = 200, body = StandingJson)))]
pub async fn show(ctx: Ctx, caller: Caller) -> Result<Json<StandingJson>> {
    let now = ctx.now();
    let standing = ctx
        .db
        .read(move |conn| super::of(conn, caller.account_id, caller.account_kind, now))
        .await?;
    Ok(Json(StandingJson::from(&standing)))
}
