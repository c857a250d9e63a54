//! What a seller has earned.

use actix_web::HttpResponse;
use actix_web::web::Query;
use askama::Template;
use i18n_embed_fl::fl;

use super::kind_label;
use crate::access::Caller;
use crate::error::Result;
use crate::id::PurchaseId;
use crate::ledger::{self, Balance, Earning, Kind, Month, Standing};
use crate::web::{Ctx, Cursor, Page, PageQuery, Paged, html};

#[derive(Template)]
#[template(path = "ledger/earnings.html")]
struct EarningsPage {
    page: Page,
    balances: Vec<Balance>,
    months: Vec<Month>,
    rows: Paged<Earning>,
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
        let l = self.page.l;
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
}

/// `GET /seller/earnings`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let (seller, now) = (caller.account_id, ctx.now());
    let (balances, months, rows) = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| (cursor.at, PurchaseId(cursor.id)));
            Ok((
                ledger::balances(conn, seller)?,
                ledger::months(conn, seller, now)?,
                ledger::earnings(conn, seller, before, limit + 1)?,
            ))
        })
        .await?;
    html(&EarningsPage {
        page,
        balances,
        months,
        rows: Paged::cut(rows, limit, |row| Cursor {
            at: row.sold_at,
            id: row.purchase.0,
        }),
    })
}
