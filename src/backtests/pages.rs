//! The buyer's page of a request tried on the past.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;

use super::api::SpanQuery;
use super::chart::Chart;
use super::{Backtest, SPANS};
use crate::access::Caller;
use crate::error::{Code, Error, Result};
use crate::id::RequestId;
use crate::leads::{self, Wants};
use crate::requests::{self, GateFailure, PurchaseRequest};
use crate::verticals;
use crate::web::{Ctx, Page, html};

#[derive(Template)]
#[template(path = "backtests/show.html")]
struct BacktestPage {
    page: Page,
    request: PurchaseRequest,
    test: Backtest,
    wants: Wants,
    chart: Option<Chart>,
    /// What kept fitting leads away, in words, and how many leads it kept.
    stopped: Vec<(String, usize)>,
    missed: Vec<(String, usize)>,
}

/// `GET /buyer/requests/{id}/backtest`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
    query: web::Query<SpanQuery>,
) -> Result<HttpResponse> {
    let id: RequestId = id.parse().map_err(|_| Error::refused(Code::NotFound))?;
    let (now, days) = (ctx.now(), super::span(query.days)?);
    let vault = ctx.vault.clone();
    let (request, test, wants) = ctx
        .db
        .read(move |conn| {
            let request = requests::get(conn, caller.account_id, id)?;
            let vertical = verticals::by_id(conn, request.vertical_id)?;
            let rule = requests::rule_of(conn, Arc::new(request.clone()), &vertical)?;
            let test = super::run(conn, &rule, &vertical, days, now)?;
            let leads = test.leads.iter().map(|bought| bought.listing.id);
            let wants = leads::wants(conn, &vault, &leads.collect::<Vec<_>>())?;
            Ok((request, test, wants))
        })
        .await?;
    let told = |failure: &GateFailure, leads: usize| (failure.text(page.l), leads);
    html(&BacktestPage {
        chart: Chart::of(&test.by_day),
        stopped: test
            .stopped
            .iter()
            .map(|(gate, leads)| told(&(*gate).into(), *leads))
            .collect(),
        missed: test
            .missed
            .iter()
            .map(|(failure, leads)| told(failure, *leads))
            .collect(),
        page,
        request,
        test,
        wants,
    })
}
