//! The seller's dashboard.

use actix_web::HttpResponse;
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::Caller;
use crate::error::Result;
use crate::reports::chart::{self, Chart};
use crate::reports::{self, SellerReport, Turnover};
use crate::web::{Ctx, Page, html};

#[derive(Template)]
#[template(path = "reports/seller.html")]
struct SellerDashboard {
    page: Page,
    report: SellerReport,
    chart: Option<Chart>,
    sold: i64,
    sold_lately: i64,
    earned: String,
    pending: String,
    payable: String,
}

/// What a seller sent in, what became of it, and what needs its attention.
pub async fn dashboard(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    let (now, vault) = (ctx.now(), ctx.vault.clone());
    let report = ctx
        .db
        .read(move |conn| reports::seller(conn, &vault, caller.account_id, now))
        .await?;
    html(&SellerDashboard {
        page,
        chart: chart::bars(&report.daily),
        sold: reports::sales(&report.turnovers),
        sold_lately: reports::sales(&report.last_30_days),
        earned: reports::shown(report.turnovers.iter().map(Turnover::earned)),
        pending: reports::shown(report.pending.iter().copied()),
        payable: reports::shown(report.payable.iter().copied()),
        report,
    })
}
