//! Tests of requests on the past, as JSON.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::Backtest;
use crate::access::Caller;
use crate::error::{Code, Error, Result};
use crate::id::{LeadId, RequestId};
use crate::money::MoneyJson;
use crate::requests::{self, GateFailure, GateJson, TermsJson};
use crate::verticals;
use crate::web::{Body, Ctx, Problem};

#[derive(OpenApi)]
#[openapi(paths(draft, stored))]
pub struct Doc;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SpanQuery {
    /// 7, 30 or 90 [default: 30]
    pub days: Option<i32>,
}

/// Leads that a gate kept away.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptAway {
    #[serde(flatten)]
    pub gate: GateJson,
    pub leads: usize,
}

/// A day in UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct BacktestDay {
    #[schema(example = "2026-11-28")]
    pub day: String,
    pub fits: usize,
    pub bought: usize,
    pub spent: MoneyJson,
}

/// A lead that would have been bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct BacktestLead {
    pub lead: LeadId,
    #[schema(value_type = String, format = DateTime)]
    pub received_at: crate::clock::Ts,
    pub price: MoneyJson,
}

/// What a request would have brought in the last days.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Backtest)]
pub struct BacktestJson {
    pub days: i32,
    /// Leads of the vertical in these days, at most 200,000.
    pub looked_at: usize,
    pub is_cut: bool,
    pub fits: usize,
    pub bought: usize,
    /// Paid and set aside.
    pub spent: MoneyJson,
    /// Others paid more for these.
    pub outbid: usize,
    /// Leads that fit, kept away by a limit of the request.
    pub stopped: Vec<KeptAway>,
    /// Leads that one gate alone kept away.
    pub missed: Vec<KeptAway>,
    pub by_day: Vec<BacktestDay>,
    /// The last 50 that would have been bought, the latest first.
    pub leads: Vec<BacktestLead>,
}

impl From<Backtest> for BacktestJson {
    fn from(test: Backtest) -> Self {
        let kept_away = |(failure, leads): (GateFailure, usize)| KeptAway {
            gate: failure.json(),
            leads,
        };
        let stopped = test.stopped.into_iter();
        Self {
            days: test.days,
            looked_at: test.looked_at,
            is_cut: test.is_cut,
            fits: test.fits,
            bought: test.bought,
            spent: test.spent.into(),
            outbid: test.outbid,
            stopped: stopped
                .map(|(gate, leads)| kept_away((gate.into(), leads)))
                .collect(),
            missed: test.missed.into_iter().map(kept_away).collect(),
            by_day: test
                .by_day
                .into_iter()
                .map(|day| BacktestDay {
                    day: day.day.utc().format("%Y-%m-%d").to_string(),
                    fits: day.fits,
                    bought: day.bought,
                    spent: day.spent.into(),
                })
                .collect(),
            leads: test
                .leads
                .into_iter()
                .map(|bought| BacktestLead {
                    lead: bought.listing.id,
                    received_at: bought.listing.received_at,
                    price: bought.price.into(),
                })
                .collect(),
        }
    }
}

/// What a request with these terms would have brought; nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/purchase_requests/backtest", tag = "purchase requests",
    params(SpanQuery), request_body = TermsJson,
    responses(
        (status = 200, body = BacktestJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn draft(
    ctx: Ctx,
    caller: Caller,
    query: web::Query<SpanQuery>,
    body: Body<TermsJson>,
) -> Result<HttpResponse> {
    let (input, now, days) = (body.0, ctx.now(), super::span(query.days)?);
    let test = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::named(conn, &input.vertical)?;
            let terms = requests::read_terms(conn, caller.account_id, &input, &vertical)?;
            let rule = requests::draft_rule(conn, caller.account_id, &terms, &vertical, now)?;
            super::run(conn, &rule, &vertical, days, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(BacktestJson::from(test)))
}

/// What a stored request would have brought in the last days.
#[utoipa::path(
    get, path = "/api/v1/purchase_requests/{id}/backtest", tag = "purchase requests",
    params(("id" = RequestId, Path), SpanQuery),
    responses(
        (status = 200, body = BacktestJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn stored(
    ctx: Ctx,
    caller: Caller,
    id: web::Path<String>,
    query: web::Query<SpanQuery>,
) -> Result<HttpResponse> {
    let id: RequestId = id.parse().map_err(|_| Error::refused(Code::NotFound))?;
    let (now, days) = (ctx.now(), super::span(query.days)?);
    let test = ctx
        .db
        .read(move |conn| {
            let request = requests::get(conn, caller.account_id, id)?;
            let vertical = verticals::by_id(conn, request.vertical_id)?;
            let rule = requests::rule_of(conn, Arc::new(request), &vertical)?;
            super::run(conn, &rule, &vertical, days, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(BacktestJson::from(test)))
}
