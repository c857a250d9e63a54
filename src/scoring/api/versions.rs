//! The versions of a vertical's scoring model as JSON, for the exchange: drafted, tried on past leads, live.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::clock::Ts;
use crate::error::{Code, Error, Result};
use crate::scoring::{Formula, ModelState, ScoreModel, Trial, models};
use crate::verticals;
use crate::web::{Body, Ctx, Idempotency, Problem, idempotent};

#[derive(utoipa::OpenApi)]
#[openapi(paths(list, draft, trial, live, drop))]
pub struct Doc;

/// A version of a vertical's scoring model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScoreModelVersion)]
pub struct VersionJson {
    pub vertical: String,
    pub version: i32,
    pub state: ModelState,
    pub made_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_at: Option<Ts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Ts>,
    /// What it would have done to past leads, once it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
    /// Whether leads in play are still being moved to it.
    pub moves_leads: bool,
    #[serde(flatten)]
    pub formula: Formula,
}

impl VersionJson {
    fn new(vertical: &str, model: ScoreModel) -> Self {
        Self {
            vertical: vertical.to_owned(),
            version: model.version,
            state: model.state,
            made_at: model.made_at,
            live_at: model.live_at,
            retired_at: model.retired_at,
            trial: model.trial,
            moves_leads: model.moves_leads,
            formula: model.formula,
        }
    }
}

/// The newest 50 versions of a model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScoreModelVersions)]
pub struct VersionsJson {
    pub data: Vec<VersionJson>,
}

/// The versions of a vertical's model, newest first: the draft, the live one, and those before.
#[utoipa::path(get, path = "/api/v1/verticals/{key}/score_models", tag = "scoring",
    params(("key" = String, Path)),
    responses(
        (status = 200, body = VersionsJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(ctx: Ctx, key: Path<String>) -> Result<Json<VersionsJson>> {
    let data = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &key)?;
            let models = models::versions(conn, vertical.id)?.into_iter();
            Ok(models
                .map(|model| VersionJson::new(&vertical.key, model))
                .collect())
        })
        .await?;
    Ok(Json(VersionsJson { data }))
}

/// Write the draft of the next version, in place of the one that there is; what is changed is to be tried again.
#[utoipa::path(post, path = "/api/v1/verticals/{key}/score_models", tag = "scoring", request_body = Formula,
    params(("key" = String, Path), ("Idempotency-Key" = String, Header)),
    responses(
        (status = 201, body = VersionJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn draft(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    key: Path<String>,
    Body(formula): Body<Formula>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        let vertical = verticals::by_key(conn, &key)?;
        models::save_draft(conn, &caller, &vertical, &formula, now)?;
        let model = models::draft(conn, vertical.id, None)?;
        Ok((201, json!(VersionJson::new(&vertical.key, model))))
    })
    .await
}

/// Try the draft on the newest 2,000 leads of the vertical: how many would move from which stage to which.
#[utoipa::path(post, path = "/api/v1/verticals/{key}/score_models/{version}/trial", tag = "scoring",
    params(
        ("key" = String, Path),
        ("version" = i32, Path, description = "The number of the draft"),
        ("Idempotency-Key" = String, Header),
    ),
    responses(
        (status = 200, body = VersionJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn trial(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    path: Path<(String, i32)>,
) -> Result<HttpResponse> {
    let ((key, version), now) = (path.into_inner(), ctx.now());
    // Read before the write, since it takes long; a draft that is gone by now may have been tried under this key.
    let name = key.clone();
    let tried = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &name)?;
            models::tried(conn, vertical.id, Some(version), now)
        })
        .await;
    let tried = match tried {
        Ok(tried) => Some(tried),
        Err(error) if error.has_code(Code::NotFound) => None,
        Err(error) => return Err(error),
    };
    idempotent(&ctx, &idem, move |conn| {
        let vertical = verticals::by_key(conn, &key)?;
        let (model, trial) = tried
            .as_ref()
            .ok_or_else(|| Error::refused(Code::NotFound))?;
        models::test(conn, &caller, model, trial, now)?;
        let model = models::draft(conn, vertical.id, Some(version))?;
        Ok((200, json!(VersionJson::new(&vertical.key, model))))
    })
    .await
}

/// How a version goes live.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScoreModelGoesLive)]
pub struct LiveBody {
    /// Whether the leads in play are scored by it too; false, if left out.
    #[serde(default)]
    moves_leads: bool,
}

/// Put the tried draft in place of the live version; from then on it never changes.
#[utoipa::path(post, path = "/api/v1/verticals/{key}/score_models/{version}/live", tag = "scoring",
    request_body = LiveBody,
    params(
        ("key" = String, Path),
        ("version" = i32, Path, description = "The number of the draft"),
        ("Idempotency-Key" = String, Header),
    ),
    responses(
        (status = 200, body = VersionJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn live(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    path: Path<(String, i32)>,
    Body(body): Body<LiveBody>,
) -> Result<HttpResponse> {
    let ((key, version), now) = (path.into_inner(), ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        let vertical = verticals::by_key(conn, &key)?;
        let draft = (vertical.id, Some(version));
        models::go_live(conn, &caller, draft, body.moves_leads, now)?;
        let model = models::live(conn, vertical.id, now)?;
        Ok((200, json!(VersionJson::new(&vertical.key, model))))
    })
    .await
}

/// Give the draft up; its number is not used again.
#[utoipa::path(post, path = "/api/v1/verticals/{key}/score_models/{version}/drop", tag = "scoring",
    params(
        ("key" = String, Path),
        ("version" = i32, Path, description = "The number of the draft"),
        ("Idempotency-Key" = String, Header),
    ),
    responses(
        (status = 200, body = VersionJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn drop(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    path: Path<(String, i32)>,
) -> Result<HttpResponse> {
    let ((key, version), now) = (path.into_inner(), ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        let vertical = verticals::by_key(conn, &key)?;
        let mut model = models::draft(conn, vertical.id, Some(version))?;
        models::drop_draft(conn, &caller, (vertical.id, Some(version)), now)?;
        model.state = ModelState::Retired;
        model.retired_at = Some(now);
        Ok((200, json!(VersionJson::new(&vertical.key, model))))
    })
    .await
}
