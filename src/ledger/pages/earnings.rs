//! What a seller has earned.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::kind_label;
use crate::access::Caller;
use crate::error::Result;
use crate::ledger::{self, Balance, Earned, Earning, Kind, Month, Standing, Within};
use crate::text::Lang;
use crate::web::export::{FileKind, Table};
use crate::web::{Ctx, Cursor, Page, PageQuery, Paged, html};

/// Lines of one exported file.
const MAX_EXPORTED: i64 = 10_000;

#[derive(Template)]
#[template(path = "ledger/earnings.html")]
struct EarningsPage {
    page: Page,
    balances: Vec<Balance>,
    months: Vec<Month>,
    rows: Paged<Earning>,
    is_filtered: bool,
}

impl EarningsPage {
    fn label(&self, kind: &Kind) -> String {
        kind_label(self.page.l, *kind)
    }

    fn note(&self, kind: &Kind) -> String {
        let l = self.page.l;
        match kind {
            Kind::SellerPending => fl!(l, "ledger-earnings-pending-note"),
            Kind::SellerPayable => fl!(l, "ledger-earnings-payable-note"),
            Kind::SellerDisputed => fl!(l, "ledger-earnings-disputed-note"),
            Kind::SellerReserve => fl!(l, "ledger-earnings-reserve-note"),
            _ => fl!(l, "ledger-earnings-owed-note"),
        }
    }

    fn standing(&self, row: &Earning) -> (String, &'static str) {
        standing(self.page.l, row)
    }

    fn earned(&self, row: &Earning) -> String {
        earned_label(self.page.l, row.earned)
    }
}

fn earned_label(l: &Lang, earned: Earned) -> String {
    match earned {
        Earned::Lead => fl!(l, "ledger-earned-lead"),
        Earned::Appointment => fl!(l, "ledger-earned-appointment"),
        Earned::Sale => fl!(l, "ledger-earned-sale"),
        Earned::BaseFee => fl!(l, "ledger-earned-base-fee"),
        Earned::Claim => fl!(l, "ledger-earned-claim"),
    }
}

/// Where a share stands, in words, and how they are coloured.
fn standing(l: &Lang, row: &Earning) -> (String, &'static str) {
    match row.standing {
        Standing::Pending => {
            let day = crate::web::format::date(&row.final_at);
            (fl!(l, "ledger-earnings-final-on", day = day), "info")
        }
        Standing::Disputed => (fl!(l, "ledger-earnings-disputed"), "warn"),
        Standing::Payable => (fl!(l, "ledger-earnings-final"), "good"),
        Standing::Refunded => (fl!(l, "ledger-earnings-refunded"), "plain"),
    }
}

/// Which earnings the page lists.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EarningsQuery {
    /// `2026-11`
    month: String,
    contract: String,
    limit: Option<String>,
    cursor: Option<String>,
}

impl EarningsQuery {
    fn within(&self) -> Within {
        Within {
            before: None,
            month: ledger::month_of(&self.month),
            contract: self.contract.parse().ok(),
        }
    }
}

/// `GET /seller/earnings`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<EarningsQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit.clone(),
        cursor: query.cursor.clone(),
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let within = Within {
        before: after.map(|cursor| (cursor.at, cursor.id)),
        ..query.within()
    };
    let (seller, now) = (caller.account_id, ctx.now());
    let (balances, months, rows) = ctx
        .db
        .read(move |conn| {
            Ok((
                ledger::balances(conn, seller)?,
                ledger::months(conn, seller, now)?,
                ledger::earnings(conn, seller, &within, limit + 1)?,
            ))
        })
        .await?;
    html(&EarningsPage {
        page,
        balances,
        months,
        is_filtered: !query.month.is_empty() || !query.contract.is_empty(),
        rows: Paged::cut(rows, limit, |row| Cursor {
            at: row.at,
            id: row.id,
        }),
    })
}

/// `GET /seller/earnings/export/{kind}`: the listed earnings as CSV or XLSX; of one month, its statement.
pub async fn export(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    kind: Path<FileKind>,
    query: Query<EarningsQuery>,
) -> Result<HttpResponse> {
    let (within, seller, l) = (query.within(), caller.account_id, page.l);
    let rows = ctx
        .db
        .read(move |conn| ledger::earnings(conn, seller, &within, MAX_EXPORTED))
        .await?;
    let table = Table {
        columns: vec![
            fl!(l, "ledger-sold-when"),
            fl!(l, "ledger-earned-for"),
            fl!(l, "ledger-lead"),
            fl!(l, "ledger-earned-contract"),
            fl!(l, "ledger-currency"),
            fl!(l, "ledger-price"),
            fl!(l, "ledger-commission"),
            fl!(l, "ledger-earned-refunded"),
            fl!(l, "ledger-share"),
            fl!(l, "ledger-earned-final"),
            fl!(l, "ledger-state"),
        ],
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    row.at.to_string(),
                    earned_label(l, row.earned),
                    row.name.clone(),
                    row.contract.to_string(),
                    row.price.currency.to_string(),
                    row.price.amount(),
                    row.commission.amount(),
                    row.refunded.amount(),
                    row.share.amount(),
                    row.final_at.to_string(),
                    standing(l, row).0,
                ]
            })
            .collect(),
    };
    table.download("earnings", kind.into_inner())
}
