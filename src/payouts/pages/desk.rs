//! The operator's payouts by state, and one of them with what can be done about it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Step, export, fields, origin_label, timeline};
use crate::access::{Caller, Role};
use crate::accounts;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::PayoutId;
use crate::money::{Currency, Money};
use crate::payouts::store::Named;
use crate::payouts::{self, Outcome, Payout, PayoutState, batch};
use crate::web::export::FileKind;
use crate::web::format::{count, state_label};
use crate::web::{
    Ctx, Cursor, Form, Page, PageQuery, Paged, State, html, html_status, redirect_with,
};

const MAX_EXPORTED: i64 = 10_000;

pub(super) fn may_decide(caller: &Caller) -> bool {
    matches!(caller.role, Role::Admin | Role::Finance)
}

struct Tab {
    label: String,
    count: String,
    state: &'static str,
    current: bool,
}

/// Approved payouts of a currency that wait for a batch.
struct Waiting {
    count: i64,
    total: Money,
    is_euro: bool,
}

#[derive(Template)]
#[template(path = "payouts/desk.html")]
struct DeskPage {
    page: Page,
    tabs: Vec<Tab>,
    rows: Paged<Named>,
    state: PayoutState,
    waiting: Vec<Waiting>,
    may_decide: bool,
    /// Whether the exchange has an account to pay from.
    has_debtor: bool,
}

impl DeskPage {
    fn origin(&self, payout: &Payout) -> String {
        origin_label(self.page.l, payout.origin)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeskQuery {
    state: String,
    limit: Option<String>,
    cursor: Option<String>,
}

impl DeskQuery {
    fn wanted(&self) -> PayoutState {
        self.state.parse().unwrap_or(PayoutState::Requested)
    }
}

/// `GET /operator/payouts`: those that wait for approval, unless another tab is asked for.
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    app: Data<State>,
    query: Query<DeskQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let state = query.wanted();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (rows, counts, waiting) = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| PayoutId(cursor.id));
            Ok((
                payouts::list(conn, Some(state), before, limit + 1)?,
                payouts::counts(conn)?,
                batch::waiting(conn)?,
            ))
        })
        .await?;
    let tab = |&one: &PayoutState| {
        let number = counts.iter().find(|(known, _)| *known == one);
        Tab {
            label: state_label(page.l, one),
            count: count(number.map_or(0, |(_, number)| *number)),
            state: one.as_str(),
            current: one == state,
        }
    };
    html(&DeskPage {
        tabs: PayoutState::ALL.iter().map(tab).collect(),
        page,
        rows: Paged::cut(rows, limit, |row| Cursor {
            at: row.payout.asked_at,
            id: row.payout.id.0,
        }),
        state,
        waiting: waiting
            .into_iter()
            .map(|(count, total)| Waiting {
                count,
                total,
                is_euro: total.currency == Currency::EUR,
            })
            .collect(),
        may_decide: may_decide(&caller),
        has_debtor: app.config.debtor.is_some(),
    })
}

/// `GET /operator/payouts/export/{kind}`: the payouts of the tab.
pub async fn list_file(
    ctx: Ctx,
    page: Page,
    kind: Path<FileKind>,
    query: Query<DeskQuery>,
) -> Result<HttpResponse> {
    let state = query.wanted();
    let rows = ctx
        .db
        .read(move |conn| payouts::list(conn, Some(state), None, MAX_EXPORTED))
        .await?;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| (row.seller, row.payout))
        .collect();
    export(page.l, &rows, true, kind.into_inner())
}

#[derive(Template)]
#[template(path = "payouts/desk_show.html")]
struct OnePage {
    page: Page,
    payout: Payout,
    seller: String,
    steps: Vec<Step>,
    may_decide: bool,
    reason: String,
    errors: Vec<FieldError>,
}

async fn load(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    id: PayoutId,
    reason: String,
    errors: Vec<FieldError>,
) -> Result<OnePage> {
    let operator = caller.account_id;
    let (payout, seller, names) = ctx
        .db
        .read(move |conn| {
            let payout = payouts::by_id(conn, id)?;
            let mut users = accounts::users_of(conn, operator)?;
            users.extend(accounts::users_of(conn, payout.seller_id)?);
            let names: BTreeMap<_, _> = users.into_iter().map(|u| (u.id, u.name)).collect();
            let seller = accounts::account(conn, payout.seller_id)?.name;
            Ok((payout, seller, names))
        })
        .await?;
    let name = |user| names.get(&user).cloned().unwrap_or_default();
    Ok(OnePage {
        steps: timeline(page.l, &payout, name),
        page,
        payout,
        seller,
        may_decide: may_decide(caller),
        reason,
        errors,
    })
}

/// `GET /operator/payouts/{id}`
pub async fn one(ctx: Ctx, caller: Caller, page: Page, id: Path<PayoutId>) -> Result<HttpResponse> {
    html(&load(&ctx, &caller, page, *id, String::new(), Vec::new()).await?)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    reason: String,
}

/// `POST /operator/payouts/{id}/{step}`: approve, refuse, paid, failed, returned.
pub async fn step(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(PayoutId, String)>,
    Form(form): Form<StepForm>,
) -> Result<HttpResponse> {
    let (id, step) = path.into_inner();
    let (by, now, reason) = (caller.clone(), ctx.now(), form.reason.clone());
    let done = ctx
        .write(move |conn| match step.as_str() {
            "approve" => payouts::approve(conn, &by, id, now),
            "refuse" => payouts::refuse(conn, &by, id, &reason, now),
            "paid" => payouts::end(conn, by.actor(), id, &Outcome::Paid, now),
            "failed" => {
                let failed = Outcome::Failed(reason.clone());
                payouts::end(conn, by.actor(), id, &failed, now)
            }
            "returned" => {
                let returned = Outcome::Returned(reason.clone());
                payouts::end(conn, by.actor(), id, &returned, now)
            }
            _ => Err(Error::refused(Code::NotFound)),
        })
        .await;
    match done {
        Ok(payout) => {
            let message = fl!(
                page.l,
                "payouts-moved",
                amount = payout.amount.shown(),
                state = state_label(page.l, payout.state)
            );
            Ok(redirect_with(&format!("/operator/payouts/{id}"), &message))
        }
        Err(error) => {
            let wrong = fields(error)?;
            html_status(
                422,
                &load(&ctx, &caller, page, id, form.reason, wrong).await?,
            )
        }
    }
}
