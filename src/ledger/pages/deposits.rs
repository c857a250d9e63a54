//! The operator's desk for deposits.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::access::{Caller, Role};
use crate::error::Result;
use crate::id::DepositId;
use crate::ledger::deposits::{self, DepositState, Waiting};
use crate::web::format::{count, state_label};
use crate::web::{Ctx, Cursor, Form, Page, PageQuery, Paged, html, redirect_with};

struct Tab {
    label: String,
    count: String,
    state: &'static str,
    current: bool,
}

#[derive(Template)]
#[template(path = "ledger/deposits.html")]
struct DepositsPage {
    page: Page,
    tabs: Vec<Tab>,
    rows: Paged<Waiting>,
    state: DepositState,
    may_decide: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DepositsQuery {
    state: String,
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /operator/deposits`: those that wait, unless another tab is asked for.
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<DepositsQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let state = query.state.parse().unwrap_or(DepositState::Requested);
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (rows, counts) = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| DepositId(cursor.id));
            let rows = deposits::list(conn, Some(state), before, limit + 1)?;
            Ok((rows, deposits::counts(conn)?))
        })
        .await?;
    let tabs = DepositState::ALL
        .iter()
        .map(|&one| {
            let number = counts.iter().find(|(known, _)| *known == one);
            Tab {
                label: state_label(page.l, one),
                count: count(number.map_or(0, |(_, number)| *number)),
                state: one.as_str(),
                current: one == state,
            }
        })
        .collect();
    html(&DepositsPage {
        tabs,
        page,
        rows: Paged::cut(rows, limit, |row| Cursor {
            at: row.deposit.requested_at,
            id: row.deposit.id.0,
        }),
        state,
        may_decide: matches!(caller.role, Role::Admin | Role::Finance),
    })
}

#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /operator/deposits/{id}/approve`
pub async fn approve(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<DepositId>,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let deposit = ctx
        .write(move |conn| deposits::approve(conn, &caller, *id, now))
        .await?;
    let message = fl!(
        page.l,
        "ledger-deposit-approved",
        amount = deposit.amount.shown()
    );
    Ok(redirect_with("/operator/deposits", &message))
}

/// `POST /operator/deposits/{id}/refuse`
pub async fn refuse(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<DepositId>,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let deposit = ctx
        .write(move |conn| deposits::refuse(conn, &caller, *id, now))
        .await?;
    let message = fl!(
        page.l,
        "ledger-deposit-refused",
        amount = deposit.amount.shown()
    );
    Ok(redirect_with("/operator/deposits", &message))
}
