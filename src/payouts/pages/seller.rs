//! The seller's payouts: what may be paid, asking, the list, and one payout.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Step, export, fields, origin_label, schedule_words, timeline};
use crate::access::{Caller, Role};
use crate::error::{FieldError, Result};
use crate::id::PayoutId;
use crate::money::Currency;
use crate::payouts::bank::{self, Kept};
use crate::payouts::invoices::{self, Invoice, Month};
use crate::payouts::settings::{self, Settings};
use crate::payouts::{self, Ask, Available, Payout, PayoutState};
use crate::web::export::FileKind;
use crate::web::{Ctx, Cursor, Form, Page, PageQuery, Paged, html, html_status, redirect_with};

/// Months whose statements are offered.
const MONTHS: u32 = 6;
const INVOICES: i64 = 24;
const MAX_EXPORTED: i64 = 10_000;

#[derive(Template)]
#[template(path = "payouts/seller.html")]
struct SellerPage {
    page: Page,
    available: Vec<Available>,
    current: Option<Kept>,
    waiting: Option<Kept>,
    settings: Settings,
    rows: Paged<Payout>,
    invoices: Vec<Invoice>,
    months: Vec<Month>,
    currencies: Vec<Currency>,
    may_ask: bool,
    form: AskForm,
    errors: Vec<FieldError>,
}

impl SellerPage {
    fn schedule(&self) -> String {
        schedule_words(self.page.l, &self.settings)
    }

    fn origin(&self, payout: &Payout) -> String {
        origin_label(self.page.l, payout.origin)
    }

    /// What stands under an amount that may be paid out.
    fn note(&self, line: &Available) -> String {
        let l = self.page.l;
        let mut notes = Vec::new();
        if line.payable.owed.minor > 0 {
            notes.push(fl!(
                l,
                "payouts-less-claims",
                amount = line.payable.owed.shown()
            ));
        }
        if line.waiting().minor > 0 {
            notes.push(fl!(
                l,
                "payouts-delayed",
                amount = line.waiting().shown(),
                days = line.delay_days
            ));
        }
        if line.on_its_way.minor > 0 {
            notes.push(fl!(
                l,
                "payouts-on-its-way",
                amount = line.on_its_way.shown()
            ));
        }
        notes.push(fl!(l, "payouts-from", amount = line.minimum.shown()));
        notes.join(" \u{b7} ")
    }

    fn choices(&self) -> Vec<(String, String)> {
        self.available
            .iter()
            .map(|line| {
                let code = line.minimum.currency.to_string();
                (code.clone(), code)
            })
            .collect()
    }

    fn can_ask(&self) -> bool {
        self.may_ask && self.current.is_some() && self.available.iter().any(Available::is_enough)
    }
}

/// `GET /seller/payouts`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let shown = load(&ctx, &caller, page, &query, AskForm::default(), Vec::new()).await?;
    html(&shown)
}

async fn load(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    paging: &PageQuery,
    form: AskForm,
    errors: Vec<FieldError>,
) -> Result<SellerPage> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (seller, now) = (caller.account_id, ctx.now());
    let may_ask = caller.approved && matches!(caller.role, Role::Owner | Role::Member);
    ctx.db
        .read(move |conn| {
            let before = after.map(|cursor| PayoutId(cursor.id));
            let rows = payouts::of_seller(conn, seller, None, before, limit + 1)?;
            Ok(SellerPage {
                page,
                available: payouts::available(conn, seller, now)?,
                current: bank::current(conn, seller, now)?,
                waiting: bank::waiting(conn, seller, now)?,
                settings: settings::of(conn, seller)?,
                rows: Paged::cut(rows, limit, |row| Cursor {
                    at: row.asked_at,
                    id: row.id.0,
                }),
                invoices: invoices::of_seller(conn, seller, INVOICES)?,
                months: (0..MONTHS)
                    .filter_map(|back| Month::before(now, back))
                    .collect(),
                currencies: invoices::currencies(conn, seller)?,
                may_ask,
                form,
                errors,
            })
        })
        .await
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct AskForm {
    currency: String,
    amount: String,
}

/// `POST /seller/payouts`
pub async fn ask(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(form): Form<AskForm>,
) -> Result<HttpResponse> {
    let wanted = Ask::parse(&caller, caller.account_id, &form.currency, &form.amount);
    let now = ctx.now();
    let asked = match wanted {
        Ok(wanted) => {
            ctx.write(move |conn| payouts::ask(conn, &wanted, now))
                .await
        }
        Err(error) => Err(error),
    };
    match asked {
        Ok(payout) => {
            let message = fl!(page.l, "payouts-asked-for", amount = payout.amount.shown());
            Ok(redirect_with("/seller/payouts", &message))
        }
        Err(error) => {
            let wrong = fields(error)?;
            let paging = PageQuery::default();
            let shown = load(&ctx, &caller, page, &paging, form, wrong).await?;
            html_status(422, &shown)
        }
    }
}

/// `GET /seller/payouts/export/{kind}`
pub async fn list_file(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    kind: Path<FileKind>,
) -> Result<HttpResponse> {
    let seller = caller.account_id;
    let rows = ctx
        .db
        .read(move |conn| payouts::of_seller(conn, seller, None, None, MAX_EXPORTED))
        .await?;
    let rows: Vec<_> = rows.into_iter().map(|row| (String::new(), row)).collect();
    export(page.l, &rows, false, kind.into_inner())
}

#[derive(Template)]
#[template(path = "payouts/show.html")]
struct PayoutPage {
    page: Page,
    payout: Payout,
    steps: Vec<Step>,
    may_cancel: bool,
}

/// `GET /seller/payouts/{id}`
pub async fn one(ctx: Ctx, caller: Caller, page: Page, id: Path<PayoutId>) -> Result<HttpResponse> {
    let may_act = caller.approved && matches!(caller.role, Role::Owner | Role::Member);
    let payout = ctx
        .db
        .read(move |conn| payouts::payout(conn, caller.account_id, *id))
        .await?;
    html(&PayoutPage {
        steps: timeline(page.l, &payout, |_| String::new()),
        may_cancel: may_act && payout.state == PayoutState::Requested,
        page,
        payout,
    })
}

#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /seller/payouts/{id}/cancel`
pub async fn cancel(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<PayoutId>,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let payout = ctx
        .write(move |conn| payouts::cancel(conn, &caller, *id, now))
        .await?;
    let message = fl!(page.l, "payouts-called-off", amount = payout.amount.shown());
    Ok(redirect_with("/seller/payouts", &message))
}
