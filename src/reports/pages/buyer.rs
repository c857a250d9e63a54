//! The buyer's dashboard.

use actix_web::HttpResponse;
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::Caller;
use crate::error::Result;
use crate::money::Money;
use crate::reports::{self, BuyerReport};
use crate::web::{Ctx, Page, html};

#[derive(Template)]
#[template(path = "reports/buyer.html")]
struct BuyerDashboard {
    page: Page,
    report: BuyerReport,
    available: String,
    held: String,
    today: i64,
    spent_today: String,
    lately: i64,
    spent_lately: String,
    short_of: String,
}

impl BuyerDashboard {
    fn held_note(&self) -> String {
        if self.held.is_empty() {
            return String::new();
        }
        fl!(self.page.l, "buyer-held", amount = self.held.as_str())
    }
}

/// What a buyer has, what its requests brought, and what needs its attention.
pub async fn dashboard(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    let (now, vault) = (ctx.now(), ctx.vault.clone());
    let report = ctx
        .db
        .read(move |conn| reports::buyer(conn, &vault, caller.account_id, now))
        .await?;
    let held = report.wallet.iter().map(|line| line.held);
    html(&BuyerDashboard {
        page,
        available: reports::shown(report.wallet.iter().map(|line| line.available)),
        held: held
            .filter(|held| held.minor > 0)
            .map(Money::shown)
            .collect::<Vec<_>>()
            .join(", "),
        today: reports::sales(&report.today),
        spent_today: reports::shown(report.today.iter().map(|line| line.paid)),
        lately: reports::sales(&report.last_30_days),
        spent_lately: reports::shown(report.last_30_days.iter().map(|line| line.paid)),
        short_of: report
            .short_of()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        report,
    })
}
