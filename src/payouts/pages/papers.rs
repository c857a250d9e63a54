//! Statements and invoices to keep: PDF and CSV.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};

use crate::access::Caller;
use crate::db::types::text_enum;
use crate::error::{Code, Error, Result};
use crate::id::{InvoiceId, PayoutId};
use crate::ledger;
use crate::money::Currency;
use crate::payouts::statements::{self, Statement};
use crate::payouts::{self, invoices};
use crate::text::Lang;
use crate::web::export::FileKind;
use crate::web::{Ctx, Page, State};

text_enum! {
    /// What a statement is kept as.
    pub enum PaperKind { Pdf = "pdf", Csv = "csv" }
}

fn download(l: &Lang, statement: &Statement, kind: PaperKind) -> Result<HttpResponse> {
    match kind {
        PaperKind::Csv => statement.table(l).download(&statement.name, FileKind::Csv),
        PaperKind::Pdf => Ok(paper(&statement.name, statement.pdf(l)?)),
    }
}

fn paper(name: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.pdf\""),
        ))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}

/// `GET /seller/payouts/{id}/statement/{kind}`
pub async fn of_payout(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(PayoutId, PaperKind)>,
) -> Result<HttpResponse> {
    let ((id, kind), l) = (path.into_inner(), page.l);
    let statement = ctx
        .db
        .read(move |conn| {
            let payout = payouts::payout(conn, caller.account_id, id)?;
            statements::of_payout(conn, l, &payout)
        })
        .await?;
    download(l, &statement, kind)
}

/// `GET /seller/payouts/months/{month}/{currency}/{kind}`
pub async fn of_month(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(String, String, PaperKind)>,
) -> Result<HttpResponse> {
    let ((month, currency, kind), l) = (path.into_inner(), page.l);
    let missing = || Error::refused(Code::NotFound);
    let span = ledger::month_of(&month).ok_or_else(missing)?;
    let currency: Currency = currency.parse().map_err(|_| missing())?;
    let statement = ctx
        .db
        .read(move |conn| statements::of_month(conn, l, caller.account_id, currency, span))
        .await?;
    download(l, &statement, kind)
}

/// `GET /seller/payouts/invoices/{id}`
pub async fn invoice(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    state: Data<State>,
    id: Path<InvoiceId>,
) -> Result<HttpResponse> {
    let invoice = ctx
        .db
        .read(move |conn| invoices::of(conn, caller.account_id, *id))
        .await?;
    let debtor = state.config.debtor.as_ref();
    let issuer = debtor.map_or("Galena", |debtor| debtor.name.as_str());
    let body = statements::invoice_pdf(page.l, issuer, &invoice)?;
    Ok(paper(&format!("invoice-{}", invoice.label()), body))
}
