//! The seller's pages of sold leads: what became of each, masked.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::view::{Outcomes, outcomes};
use super::{Refused, act, make, purchase_of, refused};
use crate::access::Caller;
use crate::contracts::{self, Agreement};
use crate::conversions::Party;
use crate::error::{Code, Error, Result};
use crate::id::{ConversionId, PurchaseId};
use crate::leads;
use crate::purchases::{self, Purchase, SoldRow};
use crate::verticals;
use crate::web::form::Pairs;
use crate::web::{Ctx, Cursor, Form, Page, PageQuery, Paged, html, html_status, redirect_with};

#[derive(Template)]
#[template(path = "conversions/sales.html")]
struct SalesPage {
    page: Page,
    rows: Vec<(SoldRow, String)>,
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SalesQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /seller/sales`: every copy that was sold, newest first.
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<SalesQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let before = paging.after()?.map(|cursor| (cursor.at, cursor.id.into()));
    let vault = ctx.vault.clone();
    let (shown, wants) = ctx
        .db
        .read(move |conn| {
            let rows = purchases::sold_by(conn, caller.account_id, before, limit + 1)?;
            let shown = Paged::cut(rows, limit, |row: &SoldRow| Cursor {
                at: row.purchase.purchased_at,
                id: row.purchase.id.0,
            });
            let leads = shown.data.iter().map(|row| row.purchase.lead_id);
            let wants = leads::wants(conn, &vault, &leads.collect::<Vec<_>>())?;
            Ok((shown, wants))
        })
        .await?;
    let rows = shown.data.into_iter().map(|row| {
        let interest = wants.interest(row.purchase.lead_id);
        (row, interest)
    });
    html(&SalesPage {
        page,
        rows: rows.collect(),
        next: shown.next_cursor,
    })
}

#[derive(Template)]
#[template(path = "conversions/sale.html")]
struct SalePage {
    page: Page,
    purchase: Purchase,
    masked_name: String,
    interest: String,
    terms: Arc<Agreement>,
    sentences: Vec<String>,
    outcomes: Outcomes,
}

/// `GET /seller/sales/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<PurchaseId>,
) -> Result<HttpResponse> {
    render(ctx, caller, page, *id, Refused::default()).await
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: PurchaseId,
    wrong: Refused,
) -> Result<HttpResponse> {
    let (vault, now, l) = (ctx.vault.clone(), ctx.now(), page.l);
    let status = if wrong.errors.is_empty() { 200 } else { 422 };
    let (party, (masked, wanted), vertical, outcomes) = ctx
        .db
        .read(move |conn| {
            purchases::of_seller(conn, caller.account_id, id)?
                .ok_or_else(|| Error::refused(Code::NotFound))?;
            let party = Party::load(conn, caller.account_id, caller.actor(), id)?;
            let lead = party.purchase.lead_id;
            let masked = leads::listing(conn, lead)?.masked;
            let wanted = leads::wanted(conn, &vault, lead)?;
            let vertical = verticals::by_id(conn, party.purchase.vertical_id)?;
            let outcomes = outcomes(conn, &vault, l, (&caller, &party), wrong, now)?;
            Ok((party, (masked, wanted), vertical, outcomes))
        })
        .await?;
    let is_private = party.agreement.contract.seller_id.is_some();
    html_status(
        status,
        &SalePage {
            sentences: contracts::sentences(l, party.agreement.terms(), &vertical, is_private),
            page,
            masked_name: masked.name,
            interest: wanted.interest,
            terms: party.agreement,
            purchase: party.purchase,
            outcomes,
        },
    )
}

fn address(id: PurchaseId) -> String {
    format!("/seller/sales/{id}")
}

/// `POST /seller/sales/{id}/{what}`: an appointment or a sale.
pub async fn add(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(PurchaseId, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (id, what) = path.into_inner();
    if what != "appointment" && what != "sale" {
        return Err(Error::refused(Code::NotFound));
    }
    match make(&ctx, &caller, id, &what, &pairs).await {
        Ok(()) => Ok(redirect_with(
            &address(id),
            &fl!(page.l, "conversions-noted"),
        )),
        Err(error) => {
            let wrong = refused(error, &what, pairs)?;
            render(ctx, caller, page, id, wrong).await
        }
    }
}

/// `POST /seller/conversions/{id}/{what}`: a step on an appointment or a sale.
pub async fn step(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(ConversionId, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (id, what) = path.into_inner();
    match act(&ctx, &caller, id, &what, &pairs).await {
        Ok(purchase) => Ok(redirect_with(
            &address(purchase),
            &fl!(page.l, "conversions-noted"),
        )),
        Err(error) => {
            let wrong = refused(error, &what, pairs)?;
            let purchase = purchase_of(&ctx, &caller, id).await?;
            render(ctx, caller, page, purchase, wrong).await
        }
    }
}
