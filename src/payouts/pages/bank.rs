//! Where a seller's money goes: shown masked, set with the password again.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::fields;
use super::seller::Nothing;
use crate::access::{Caller, Role};
use crate::accounts::{self, Passwords};
use crate::error::{FieldError, Result};
use crate::payouts::bank::{self, Kept};
use crate::web::{Ctx, Form, Page, State, client_ip, html, html_status, redirect_with};

#[derive(Template)]
#[template(path = "payouts/bank.html")]
struct BankPage {
    page: Page,
    current: Option<Kept>,
    waiting: Option<Kept>,
    may_change: bool,
    form: BankForm,
    errors: Vec<FieldError>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct BankForm {
    holder: String,
    iban: String,
    bic: String,
    password: String,
}

async fn load(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    form: BankForm,
    errors: Vec<FieldError>,
) -> Result<BankPage> {
    let (seller, now) = (caller.account_id, ctx.now());
    let (current, waiting) = ctx
        .db
        .read(move |conn| {
            Ok((
                bank::current(conn, seller, now)?,
                bank::waiting(conn, seller, now)?,
            ))
        })
        .await?;
    Ok(BankPage {
        page,
        current,
        waiting,
        may_change: caller.approved && caller.role == Role::Owner,
        form,
        errors,
    })
}

/// `GET /seller/payouts/bank`
pub async fn show(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    html(&load(&ctx, &caller, page, BankForm::default(), Vec::new()).await?)
}

/// `POST /seller/payouts/bank`
pub async fn set(
    req: HttpRequest,
    ctx: Ctx,
    page: Page,
    caller: Caller,
    state: web::Data<State>,
    passwords: web::Data<Passwords>,
    Form(form): Form<BankForm>,
) -> Result<HttpResponse> {
    // Guessing the password here is guessing at sign-in.
    state
        .limits
        .signin(&req, client_ip(&req), &caller.user_id.to_string())?;
    match take(&ctx, &caller, &passwords, &form).await {
        Ok(kept) => {
            let message = if kept.effective_at <= page.now {
                fl!(page.l, "payouts-bank-set", account = kept.hint.as_str())
            } else {
                let time = crate::web::format::exact(&kept.effective_at);
                fl!(
                    page.l,
                    "payouts-bank-waits",
                    account = kept.hint.as_str(),
                    time = time
                )
            };
            Ok(redirect_with("/seller/payouts/bank", &message))
        }
        Err(error) => {
            let wrong = fields(error)?;
            let form = BankForm {
                password: String::new(),
                ..form
            };
            html_status(422, &load(&ctx, &caller, page, form, wrong).await?)
        }
    }
}

async fn take(ctx: &Ctx, caller: &Caller, passwords: &Passwords, form: &BankForm) -> Result<Kept> {
    let details = bank::parse(&form.holder, &form.iban, &form.bic)?;
    accounts::confirm_password(ctx, passwords, caller, "password", form.password.clone()).await?;
    let (vault, caller, now) = (ctx.vault.clone(), caller.clone(), ctx.now());
    ctx.write(move |conn| bank::set(conn, &vault, &caller, &details, now))
        .await
}

/// `POST /seller/payouts/bank/cancel`
pub async fn cancel(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    ctx.write(move |conn| bank::cancel(conn, &caller, now))
        .await?;
    let message = fl!(page.l, "payouts-bank-kept");
    Ok(redirect_with("/seller/payouts/bank", &message))
}
