//! Scores as JSON, what people did, and the links and pixels that tell of it.

pub mod versions;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::events::MAX_AT_ONCE;
use super::links::{self, asks_not_to_be_tracked};
use super::view::{Explained, for_caller};
use super::{EventSource, Formula, LeadEventKind, NewEvent, ScoreModel, events, models};
use crate::access::Caller;
use crate::clock::Ts;
use crate::error::{Error, FieldError, Reason, Result};
use crate::id::LeadId;
use crate::verticals;
use crate::web::{Body, Ctx, Idempotency, Problem, State, idempotent};

#[derive(utoipa::OpenApi)]
#[openapi(paths(score, model, report, tracking))]
pub struct Doc;

/// The score of a lead, rule by rule; for its seller, for buyers who bought it, and for the exchange.
#[utoipa::path(get, path = "/api/v1/leads/{id}/score", tag = "scoring", params(("id" = LeadId, Path)),
    responses(
        (status = 200, body = Explained),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn score(ctx: Ctx, caller: Caller, id: Path<LeadId>) -> Result<Json<Explained>> {
    let explained = ctx
        .db
        .read(move |conn| for_caller(conn, &caller, *id))
        .await?;
    Ok(Json(explained))
}

/// The live scoring model of a vertical.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScoreModel)]
pub struct ModelJson {
    pub vertical: String,
    pub version: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_at: Option<Ts>,
    #[serde(flatten)]
    pub formula: Formula,
}

impl ModelJson {
    fn new(vertical: String, model: ScoreModel) -> Self {
        Self {
            vertical,
            version: model.version,
            live_at: model.live_at,
            formula: model.formula,
        }
    }
}

/// The rules by which new leads of a vertical are scored.
#[utoipa::path(get, path = "/api/v1/verticals/{key}/score_model", tag = "scoring",
    params(("key" = String, Path)),
    responses(
        (status = 200, body = ModelJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn model(ctx: Ctx, key: Path<String>) -> Result<Json<ModelJson>> {
    let model = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &key)?;
            let model = models::published(conn, vertical.id)?;
            Ok(ModelJson::new(vertical.key, model))
        })
        .await?;
    Ok(Json(model))
}

/// What people did.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadEvents)]
pub struct EventsBody {
    /// 1 to 500.
    events: Vec<EventBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadEvent)]
pub struct EventBody {
    /// Your own name of the event, by which it counts once: up to 64 letters, digits, `-` and `_`; no personal data.
    #[serde(default)]
    id: Option<String>,
    kind: LeadEventKind,
    /// Now, if left out.
    #[serde(default)]
    at: Option<Ts>,
    /// 1, if left out.
    #[serde(default)]
    count: Option<i32>,
}

impl EventsBody {
    fn parse(&self, now: Ts) -> Result<Vec<NewEvent>> {
        if self.events.is_empty() || self.events.len() > MAX_AT_ONCE {
            let reason = if self.events.is_empty() {
                Reason::Required
            } else {
                Reason::TooMany
            };
            let accepted = format!("1 to {MAX_AT_ONCE} events");
            return Err(Error::invalid_field("events", reason, accepted));
        }
        let mut errors: Vec<FieldError> = Vec::new();
        let mut parsed = Vec::with_capacity(self.events.len());
        for (index, event) in self.events.iter().enumerate() {
            let event = NewEvent {
                external_id: event.id.clone(),
                kind: event.kind,
                at: event.at.unwrap_or(now),
                count: event.count.unwrap_or(1),
            };
            let path = format!("events[{index}]");
            errors.extend(
                event
                    .check(now)
                    .into_iter()
                    .map(|error| error.within(&path)),
            );
            parsed.push(event);
        }
        if errors.is_empty() {
            Ok(parsed)
        } else {
            Err(errors.into())
        }
    }
}

/// What came of reported events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadEventsRecorded)]
pub struct RecordedJson {
    pub recorded: i32,
    /// Those of a name that was reported before.
    pub repeated: i32,
    pub score: i32,
    pub stage: super::Stage,
    pub temperature: super::Temperature,
}

/// Report what the person of one of your leads did; the lead is scored anew at once.
#[utoipa::path(post, path = "/api/v1/leads/{id}/events", tag = "scoring", request_body = EventsBody,
    params(
        ("id" = LeadId, Path),
        ("Idempotency-Key" = String, Header, description = "Your own key of this request"),
    ),
    responses(
        (status = 200, body = RecordedJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn report(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<LeadId>,
    Body(body): Body<EventsBody>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let (id, reported) = (*id, body.parse(now)?);
    idempotent(&ctx, &idem, move |conn| {
        let seller = caller.account_id;
        let done = events::record(conn, seller, id, &reported, caller.actor(), now)?;
        let body = json!({
            "recorded": done.recorded,
            "repeated": done.repeated,
            "score": done.score,
            "stage": done.stage,
            "temperature": done.temperature,
        });
        Ok((200, body))
    })
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrackingQuery {
    /// A page of a host that you have allowed, https.
    pub url: Option<String>,
}

/// Addresses by which what a person does is told without a call of yours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadTracking)]
pub struct TrackingJson {
    /// Counts a visit and leads on to the page; only with `url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// An image that counts an opened e-mail.
    pub email_pixel: String,
    /// An image that counts a visit.
    pub visit_pixel: String,
}

/// A tracked link and pixels for one of your leads. They respect `DNT: 1` and `Sec-GPC: 1`.
#[utoipa::path(get, path = "/api/v1/leads/{id}/tracking", tag = "scoring",
    params(("id" = LeadId, Path), TrackingQuery),
    responses(
        (status = 200, body = TrackingJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn tracking(
    ctx: Ctx,
    caller: Caller,
    state: Data<State>,
    id: Path<LeadId>,
    query: Query<TrackingQuery>,
) -> Result<Json<TrackingJson>> {
    let url = query.into_inner().url;
    let found = addresses(&ctx, &state, caller, *id, url).await?;
    Ok(Json(found))
}

/// The addresses for the caller's lead.
pub(super) async fn addresses(
    ctx: &Ctx,
    state: &State,
    caller: Caller,
    lead: LeadId,
    url: Option<String>,
) -> Result<TrackingJson> {
    let target = ctx
        .db
        .read(move |conn| {
            links::own_lead(conn, caller.account_id, lead)?;
            let Some(url) = url.filter(|url| !url.trim().is_empty()) else {
                return Ok(None);
            };
            let hosts = links::hosts(conn, caller.account_id)?;
            Ok(Some(links::parse_target(&url, &hosts)?))
        })
        .await?;
    let at = |path: String| format!("{}{path}", state.config.public_url);
    let vault = &ctx.vault;
    Ok(TrackingJson {
        link: target.map(|target| at(links::link_path(vault, lead, &target))),
        email_pixel: at(links::pixel_path(vault, lead, LeadEventKind::EmailOpened)),
        visit_pixel: at(links::pixel_path(vault, lead, LeadEventKind::Visit)),
    })
}

/// `GET /t/{signed}`: on to the page that the link was made for.
pub async fn follow(req: HttpRequest, ctx: Ctx, signed: Path<String>) -> Result<HttpResponse> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let (lead, url) = ctx
        .db
        .read(move |conn| links::follow(conn, &vault, &signed))
        .await?;
    if is_told(&req) {
        let what = (LeadEventKind::Visit, EventSource::Link);
        ctx.write(move |conn| links::tell(conn, lead, what, now))
            .await?;
    }
    Ok(HttpResponse::Found()
        .insert_header((LOCATION, url.as_str()))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

/// One transparent point.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// `GET /p/{signed}.gif`: one transparent point.
pub async fn pixel(req: HttpRequest, ctx: Ctx, signed: Path<String>) -> Result<HttpResponse> {
    let (lead, kind) = links::pixel(&ctx.vault, &signed)?;
    if is_told(&req) {
        let now = ctx.now();
        let what = (kind, EventSource::Pixel);
        ctx.write(move |conn| links::tell(conn, lead, what, now))
            .await?;
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/gif"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(GIF))
}

/// Whether a request counts: programs that only ask for the head do not, nor does who does not want to be tracked.
fn is_told(req: &HttpRequest) -> bool {
    req.method() == actix_web::http::Method::GET && !asks_not_to_be_tracked(req.headers())
}
