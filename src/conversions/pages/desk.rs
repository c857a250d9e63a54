//! The exchange's desk: contested outcomes with what both sides wrote, and the decision.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use super::{Refused, refused};
use crate::access::{Caller, Role};
use crate::conversions::{self, Conversion, Details, outcome_text};
use crate::error::Result;
use crate::id::ConversionId;
use crate::purchases::{self, Purchase};
use crate::web::form::{Pairs, first};
use crate::web::{Ctx, Form, Page, html_status, redirect_with};

/// Contested reports that are shown at once.
const SHOWN: i64 = 100;

struct Case {
    conversion: Conversion,
    outcome: String,
    details: Details,
    purchase: Purchase,
    reported_by_buyer: bool,
}

#[derive(Template)]
#[template(path = "conversions/desk.html")]
struct DeskPage {
    page: Page,
    cases: Vec<Case>,
    may_decide: bool,
    /// The case whose form was refused.
    wrong_case: Option<ConversionId>,
    refused: Refused,
}

impl DeskPage {
    fn is_wrong(&self, case: &Case) -> bool {
        self.wrong_case == Some(case.conversion.id)
    }
}

/// `GET /operator/outcomes`
pub async fn show(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    render(ctx, caller, page, None, Refused::default()).await
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    wrong_case: Option<ConversionId>,
    wrong: Refused,
) -> Result<HttpResponse> {
    let (vault, now, l) = (ctx.vault.clone(), ctx.now(), page.l);
    let viewer = caller.clone();
    let status = if wrong.errors.is_empty() { 200 } else { 422 };
    let cases = ctx
        .write(move |conn| {
            let mut cases = Vec::new();
            for conversion in conversions::contested(conn, SHOWN)? {
                let Some(purchase) = purchases::by_id(conn, conversion.purchase_id)? else {
                    continue;
                };
                cases.push(Case {
                    outcome: outcome_text(l, &conversion),
                    details: conversions::view(
                        conn,
                        &vault,
                        &viewer,
                        (&purchase, &conversion),
                        now,
                    )?,
                    reported_by_buyer: conversion.reported_by == Some(purchase.buyer_id),
                    conversion,
                    purchase,
                });
            }
            Ok(cases)
        })
        .await?;
    html_status(
        status,
        &DeskPage {
            page,
            cases,
            may_decide: matches!(caller.role, Role::Admin | Role::Auditor),
            wrong_case,
            refused: wrong,
        },
    )
}

/// `POST /operator/outcomes/{id}`
pub async fn decide(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<ConversionId>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (now, vault, by, id) = (ctx.now(), ctx.vault.clone(), caller.clone(), *id);
    let upheld = first(&pairs, "decision") == "uphold";
    let because = first(&pairs, "decide.because").to_owned();
    let decided = ctx
        .write(move |conn| {
            conversions::decide(conn, &vault, &by, id, (upheld, &because), now)?;
            Ok(())
        })
        .await;
    match decided {
        Ok(()) => Ok(redirect_with(
            "/operator/outcomes",
            &fl!(page.l, "conversions-decided"),
        )),
        Err(error) => {
            let wrong = refused(error, "decide", pairs)?;
            render(ctx, caller, page, Some(id), wrong).await
        }
    }
}
