//! Pings by API: announce a lead, post it, see what became of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value as Document;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{
    Announcer, Figures, Ping, PingState, Posted, Poster, ReasonJson, WINDOW_DAYS, announce, ask,
    get, post, reason_json, store,
};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::to_value;
use crate::error::{Code, Refusal, Result};
use crate::id::{LeadId, PingId, PurchaseId, VerticalId};
use crate::leads::{
    Exchange, Intake, LeadState, Least, Outcome, Partial, Received, SaleSummary, Source, Spelling,
};
use crate::matching::Market;
use crate::money::MoneyJson;
use crate::scoring::{Bant, Signals, Stage};
use crate::verification::{Check, VerifierData};
use crate::verticals::{self, CatalogueData, Model, Value};
use crate::web::{
    Body, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, State, idempotent, idempotent_in_two,
};

#[derive(OpenApi)]
#[openapi(paths(ping, post_lead, list, show, figures))]
pub struct Doc;

/// What is known of a lead before its contact is sent: `POST /leads` without `contact`. What is given here must be
/// the same in the post.
#[derive(ToSchema)]
#[schema(as = PingInput)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub struct PingBody {
    /// The key of the vertical.
    #[schema(example = "eyewear")]
    vertical: String,
    has: Option<HasBody>,
    contact_hashes: Option<HashesBody>,
    /// Whether the lead stays on the market when nobody buys it with the post; otherwise it ends as withdrawn.
    keep: Option<bool>,
    /// As far as they are known, a coarse place too; none that is personal.
    attributes: Option<BTreeMap<String, Value>>,
    interest: Option<String>,
    timeline: Option<String>,
    consent: PingConsentBody,
    origin: Option<Document>,
    /// The least that the lead may be sold for.
    ask: MoneyJson,
    accepts: Option<Vec<Model>>,
    least: Option<Least>,
    signals: Option<Signals>,
    bant: Option<Bant>,
    copies: Option<i32>,
    /// Your own number of the lead, without personal data.
    external_id: Option<String>,
}

/// Which parts of a contact the post will have; needed where no hash of it is given.
#[derive(ToSchema)]
#[schema(as = PingHas)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub struct HasBody {
    email: Option<bool>,
    phone: Option<bool>,
}

/// SHA-256, in hexadecimal digits, by which duplicates are refused before the contact is sent.
#[derive(ToSchema)]
#[schema(as = PingContactHashes)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub struct HashesBody {
    /// Of the address in lower case; without a tag behind `+` it is found however it was tagged.
    email_sha256: Option<String>,
    /// Of the number in E.164: `+37120000000`.
    phone_sha256: Option<String>,
}

/// The part of a consent that is known.
#[derive(ToSchema)]
#[schema(as = PingConsent)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub struct PingConsentBody {
    given_at: Ts,
    text: Option<String>,
    version: Option<String>,
    page_url: Option<String>,
    channels: Option<Vec<String>>,
    recipients: Option<Vec<String>>,
    certificate_url: Option<String>,
}

/// A ping and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Ping)]
pub struct PingJson {
    id: PingId,
    vertical: String,
    state: PingState,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    keep: bool,
    /// The bid that is or was held.
    #[serde(skip_serializing_if = "Option::is_none")]
    bid: Option<BidJson>,
    /// When the bid ends unless the lead is posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_until: Option<Ts>,
    /// Why there is no bid, or why it was lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonJson>,
    /// Gates that refused requests, the most frequent first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gates: Vec<GateCountJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<LeadId>,
    /// The purchase by the held bid.
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase: Option<PurchaseId>,
    created_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Ts>,
}

/// What a buyer pays for the lead.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PingBid)]
pub struct BidJson {
    /// On delivery; zero where the contract pays for outcomes alone.
    price: MoneyJson,
    /// What you earn of it.
    earning: MoneyJson,
    model: Model,
}

/// A gate and how many requests it refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PingGate)]
pub struct GateCountJson {
    #[serde(flatten)]
    gate: ReasonJson,
    requests: i64,
}

impl PingJson {
    fn of(ping: &Ping, vertical: &str) -> Result<Self> {
        let bid = match (ping.price(), ping.earning(), ping.model) {
            (Some(price), Some(earning), Some(model)) => Some(BidJson {
                price: price.into(),
                earning: earning.into(),
                model,
            }),
            _ => None,
        };
        let gates = ping.gates()?.into_iter();
        Ok(Self {
            id: ping.id,
            vertical: vertical.to_owned(),
            state: ping.state,
            external_id: ping.external_id.clone(),
            keep: ping.keep,
            bid,
            held_until: ping.held_until,
            reason: number_of(ping).map(reason_json),
            gates: gates
                .map(|(number, requests)| GateCountJson {
                    gate: reason_json(number),
                    requests,
                })
                .collect(),
            lead: ping.lead_id,
            purchase: ping.purchase_id,
            created_at: ping.created_at,
            ended_at: ping.ended_at,
        })
    }
}

pub(super) fn number_of(ping: &Ping) -> Option<u16> {
    ping.reason.and_then(|number| u16::try_from(number).ok())
}

/// Announce a lead without its contact.
///
/// 201 with the bid that is held for you until `held_until`; 200 with a numbered reason when there is none.
#[utoipa::path(
    post, path = "/api/v1/pings", tag = "pings", request_body = PingBody,
    params(("Idempotency-Key" = String, Header, description = "Your own key of this request")),
    responses(
        (status = 201, description = "A bid is held", body = PingJson),
        (status = 200, description = "No bid", body = PingJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many pings, or too many held bids", body = Problem, content_type = "application/problem+json"),
    )
)]
#[expect(
    clippy::too_many_arguments,
    reason = "what handlers are given comes one by one"
)]
pub async fn ping(
    req: HttpRequest,
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    state: Data<State>,
    market: Data<Arc<Market>>,
    (verifier, catalogue): (VerifierData, CatalogueData),
    Body(document): Body<Document>,
) -> Result<HttpResponse> {
    state.limits.ping(&req, caller.account_id)?;
    let now = ctx.now();
    if !market.is_ready(now) {
        let market = Arc::clone(market.get_ref());
        ctx.db
            .write(move |conn| market.get_ready(conn, now))
            .await?;
    }
    let by = Announcer {
        market: Arc::clone(market.get_ref()),
        vault: Arc::clone(&ctx.vault),
        seller: caller.account_id,
        actor: caller.actor(),
    };
    let reader = by.clone();
    let look = move |conn: &mut Conn| {
        let partial = Partial::read(&catalogue.all(conn)?, &document, &verifier, now)?;
        let asked = ask(conn, &reader, &partial, now)?;
        Ok((partial, asked))
    };
    // A bid that a power cut takes away, with its hold, ends as one whose time is over: not worth a wait for the disk.
    idempotent_in_two(&ctx, &idem, look, move |conn, (partial, asked)| {
        let ping = announce(conn, &by, (partial, asked), now)?;
        let status = if ping.state == PingState::Bid {
            201
        } else {
            200
        };
        let shown = PingJson::of(&ping, &partial.vertical.key)?;
        Ok((status, to_value(&shown)?))
    })
    .await
}

/// What came of a post.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PingPost)]
pub struct PostJson {
    ping: PingJson,
    lead: PostedLeadJson,
}

/// The lead that was posted.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PostedLead)]
pub struct PostedLeadJson {
    id: LeadId,
    state: LeadState,
    score: i32,
    stage: Stage,
    quality: i32,
    checks: Vec<Check>,
    /// To the held bid, or to others.
    sales: Vec<PostedSaleJson>,
}

/// A copy that was sold.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PostedSale)]
pub struct PostedSaleJson {
    purchase: PurchaseId,
    price: MoneyJson,
    earning: MoneyJson,
}

impl From<&SaleSummary> for PostedSaleJson {
    fn from(sale: &SaleSummary) -> Self {
        Self {
            purchase: sale.purchase_id,
            price: sale.price.into(),
            earning: sale.earning.into(),
        }
    }
}

impl From<&Received> for PostedLeadJson {
    fn from(received: &Received) -> Self {
        let listing = &received.listing;
        Self {
            id: listing.id,
            state: listing.state,
            score: listing.score,
            stage: listing.stage,
            quality: listing.quality,
            checks: received.checks.clone(),
            sales: received.sales.iter().map(Into::into).collect(),
        }
    }
}

/// Post the lead that a ping announced, with its contact.
///
/// It is sold to the held bid at its price; where that cannot be kept, `ping.reason` says why and the next bidders
/// are asked. Fields that differ from the ping are refused with what was announced, and the bid is still held.
#[utoipa::path(
    post, path = "/api/v1/pings/{id}/post", tag = "pings",
    request_body(content = Object, description = "A lead as `POST /leads` takes it"),
    params(
        ("id" = PingId, Path),
        ("Idempotency-Key" = String, Header, description = "Your own key of this request"),
    ),
    responses(
        (status = 201, body = PostJson),
        (status = 409, description = "The bid is not held any more", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post_lead(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    exchange: Data<Arc<dyn Exchange>>,
    (verifier, catalogue): (VerifierData, CatalogueData),
    id: Path<PingId>,
    Body(document): Body<Document>,
) -> Result<HttpResponse> {
    let (now, checks) = (ctx.now(), verifier.clone());
    let mut intake = ctx
        .db
        .read(move |conn| {
            let all = catalogue.all(conn)?;
            Ok(Intake::read(&all, document, Spelling::Typed, &checks, now))
        })
        .await?;
    intake.ask(&verifier).await;
    let (vault, exchange) = (Arc::clone(&ctx.vault), Arc::clone(exchange.get_ref()));
    idempotent(&ctx, &idem, move |conn| {
        let by = Poster {
            vault: &vault,
            exchange: &*exchange,
            seller: caller.account_id,
            source: Source::api(caller.actor()),
        };
        let posted = post(conn, &by, *id, &intake, now)?;
        answer(&posted, &intake)
    })
    .await
}

fn answer(posted: &Posted, intake: &Intake) -> Result<(u16, Document)> {
    match &posted.outcome {
        Outcome::Taken(received) => {
            let answer = PostJson {
                ping: PingJson::of(&posted.ping, &intake.vertical)?,
                lead: received.as_ref().into(),
            };
            Ok((201, to_value(&answer)?))
        }
        Outcome::Refused { id, errors } => {
            let fields = if posted.changed.is_empty() {
                errors
            } else {
                &posted.changed
            };
            let refusal = Refusal {
                code: Code::InvalidContent,
                detail: format!("kept as {id}; the ping is {}", posted.ping.state),
                fields: fields.clone(),
            };
            Ok((422, to_value(&Problem::new(&refusal, String::new()))?))
        }
    }
}

/// Which pings to answer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    state: Option<PingState>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// Your pings, newest first; refused ones are kept for 30 days.
#[utoipa::path(
    get, path = "/api/v1/pings", tag = "pings", params(ListQuery),
    responses((status = 200, body = Paged<PingJson>))
)]
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    query: Query<ListQuery>,
) -> Result<Json<Paged<PingJson>>> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let before = after.map(|cursor| (cursor.at, PingId(cursor.id)));
    let (pings, keys) = ctx
        .db
        .read(move |conn| {
            let pings = store::list(conn, caller.account_id, query.state, before, limit + 1)?;
            Ok((pings, keys(conn)?))
        })
        .await?;
    let page = Paged::cut(pings, limit, |ping| Cursor {
        at: ping.created_at,
        id: ping.id.0,
    });
    let shown = page.data.iter().map(|ping| {
        let key = keys.get(&ping.vertical_id);
        PingJson::of(ping, key.map_or("", String::as_str))
    });
    Ok(Json(Paged {
        data: shown.collect::<Result<_>>()?,
        next_cursor: page.next_cursor,
    }))
}

pub(super) fn keys(conn: &mut Conn) -> Result<BTreeMap<VerticalId, String>> {
    let all = verticals::all(conn)?.into_iter();
    Ok(all.map(|vertical| (vertical.id, vertical.key)).collect())
}

/// One of your pings.
#[utoipa::path(
    get, path = "/api/v1/pings/{id}", tag = "pings", params(("id" = PingId, Path)),
    responses(
        (status = 200, body = PingJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(ctx: Ctx, caller: Caller, id: Path<PingId>) -> Result<Json<PingJson>> {
    let (ping, vertical) = ctx
        .db
        .read(move |conn| {
            let ping = get(conn, caller.account_id, *id)?;
            let vertical = verticals::by_id(conn, ping.vertical_id)?;
            Ok((ping, vertical))
        })
        .await?;
    Ok(Json(PingJson::of(&ping, &vertical.key)?))
}

/// What became of your pings of the last days.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PingReport)]
pub struct FiguresJson {
    days: i32,
    #[serde(flatten)]
    figures: Figures,
    /// Of the bids that have ended, in hundredths of a per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    share_posted_bps: Option<i64>,
    /// Until then your pings are refused, since too few of your bids were posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_until: Option<Ts>,
}

/// How many of your pings got a bid, and how many bids you posted, over 7 days.
#[utoipa::path(
    get, path = "/api/v1/pings/figures", tag = "pings",
    responses((status = 200, body = FiguresJson))
)]
pub async fn figures(ctx: Ctx, caller: Caller) -> Result<Json<FiguresJson>> {
    let now = ctx.now();
    let (figures, pause) = ctx
        .db
        .read(move |conn| {
            let found = super::figures(conn, Some(caller.account_id), now)?.pop();
            let pause = store::pause(conn, caller.account_id)?;
            Ok((found.map(|(_, figures)| figures).unwrap_or_default(), pause))
        })
        .await?;
    let until = pause.map(|pause| pause.until_at);
    Ok(Json(FiguresJson {
        days: WINDOW_DAYS,
        share_posted_bps: figures.share_posted_bps(),
        paused_until: until.filter(|until| now < *until),
        figures,
    }))
}
