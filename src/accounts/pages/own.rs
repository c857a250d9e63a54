//! One's own account: the facts, the password, the API keys.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::Wrong;
use crate::access::{Caller, Scope};
use crate::accounts::keys::scopes_of;
use crate::accounts::{self, Account, ApiKey, NewKey, Passwords, User, store};
use crate::error::{Code, Error, Reason, Result};
use crate::id::ApiKeyId;
use crate::text::Lang;
use crate::web::{Ctx, Form, Page, State, client_ip, cookies, html, html_status, redirect_with};

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    page: Page,
    account: Account,
    user: User,
    wrong: Wrong,
}

/// `GET /account`
pub async fn account(ctx: Ctx, page: Page, caller: Caller) -> Result<HttpResponse> {
    html(&account_page(&ctx, page, &caller, Wrong::default()).await?)
}

async fn account_page(ctx: &Ctx, page: Page, caller: &Caller, wrong: Wrong) -> Result<AccountPage> {
    let (account, user) = (caller.account_id, caller.user_id);
    let (account, user) = ctx
        .db
        .read(move |conn| Ok((store::account(conn, account)?, store::user(conn, user)?)))
        .await?;
    Ok(AccountPage {
        page,
        account,
        user,
        wrong,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    present: String,
    password: String,
    again: String,
}

/// `POST /account/password`
pub async fn change_password(
    req: HttpRequest,
    ctx: Ctx,
    page: Page,
    caller: Caller,
    state: web::Data<State>,
    passwords: web::Data<Passwords>,
    Form(form): Form<PasswordForm>,
) -> Result<HttpResponse> {
    // Guessing the present password here is guessing at sign-in.
    state
        .limits
        .signin(&req, client_ip(&req), &caller.user_id.to_string())?;
    match change(&req, &ctx, &caller, &passwords, form).await {
        Ok(()) => Ok(redirect_with(
            "/account",
            &fl!(page.l, "accounts-password-changed"),
        )),
        Err(error) => {
            let wrong = Wrong::of(error, page.l)?;
            html_status(422, &account_page(&ctx, page, &caller, wrong).await?)
        }
    }
}

async fn change(
    req: &HttpRequest,
    ctx: &Ctx,
    caller: &Caller,
    passwords: &Passwords,
    form: PasswordForm,
) -> Result<()> {
    if form.password != form.again {
        return Err(Error::invalid_field("again", Reason::PasswordDiffers, ""));
    }
    let cookie = req
        .cookie(cookies::SESSION)
        .ok_or_else(|| Error::refused(Code::Unauthenticated))?;
    accounts::change_password(
        ctx,
        passwords,
        caller,
        cookie.value(),
        form.present,
        form.password,
    )
    .await
}

#[derive(Template)]
#[template(path = "accounts/keys.html")]
struct KeysPage {
    page: Page,
    keys: Vec<ApiKey>,
    choices: Vec<Choice>,
    name: String,
    /// The key that was made just now: shown this once.
    secret: Option<String>,
    wrong: Wrong,
}

/// A scope to tick.
struct Choice {
    scope: Scope,
    label: String,
    checked: bool,
}

fn choices(l: &Lang, caller: &Caller, chosen: &[String]) -> Vec<Choice> {
    scopes_of(caller.account_kind)
        .iter()
        .map(|&scope| Choice {
            scope,
            label: label(l, scope),
            checked: chosen.iter().any(|text| text == scope.as_str()),
        })
        .collect()
}

fn label(l: &Lang, scope: Scope) -> String {
    match scope {
        Scope::LeadsRead => fl!(l, "accounts-scope-leads-read"),
        Scope::LeadsWrite => fl!(l, "accounts-scope-leads-write"),
        Scope::RequestsRead => fl!(l, "accounts-scope-requests-read"),
        Scope::RequestsWrite => fl!(l, "accounts-scope-requests-write"),
        Scope::PurchasesRead => fl!(l, "accounts-scope-purchases-read"),
        Scope::PurchasesWrite => fl!(l, "accounts-scope-purchases-write"),
        Scope::WalletRead => fl!(l, "accounts-scope-wallet-read"),
        Scope::WalletWrite => fl!(l, "accounts-scope-wallet-write"),
        Scope::PayoutsRead => fl!(l, "accounts-scope-payouts-read"),
        Scope::PayoutsWrite => fl!(l, "accounts-scope-payouts-write"),
        Scope::EventsRead => fl!(l, "accounts-scope-events-read"),
        Scope::EventsWrite => fl!(l, "accounts-scope-events-write"),
        Scope::OperatorRead => fl!(l, "accounts-scope-operator-read"),
        Scope::OperatorWrite => fl!(l, "accounts-scope-operator-write"),
    }
}

/// `GET /account/keys`
pub async fn keys(ctx: Ctx, page: Page, caller: Caller) -> Result<HttpResponse> {
    html(&keys_page(&ctx, page, &caller, KeyForm::default(), Wrong::default()).await?)
}

async fn keys_page(
    ctx: &Ctx,
    page: Page,
    caller: &Caller,
    form: KeyForm,
    wrong: Wrong,
) -> Result<KeysPage> {
    let account = caller.account_id;
    let keys = ctx.db.read(move |conn| store::keys(conn, account)).await?;
    Ok(KeysPage {
        choices: choices(page.l, caller, &form.scopes),
        page,
        keys,
        name: form.name,
        secret: None,
        wrong,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    name: String,
    scopes: Vec<String>,
}

/// `POST /account/keys`: the answer shows the key, which no later page can.
pub async fn make_key(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    Form(form): Form<KeyForm>,
) -> Result<HttpResponse> {
    match make(&ctx, &caller, &form).await {
        Ok(secret) => {
            let mut shown =
                keys_page(&ctx, page, &caller, KeyForm::default(), Wrong::default()).await?;
            shown.secret = Some(secret);
            html_status(201, &shown)
        }
        Err(error) => {
            let wrong = Wrong::of(error, page.l)?;
            html_status(422, &keys_page(&ctx, page, &caller, form, wrong).await?)
        }
    }
}

async fn make(ctx: &Ctx, caller: &Caller, form: &KeyForm) -> Result<String> {
    let new = NewKey::parse(&form.name, &form.scopes, caller.account_kind)?;
    let (secret, caller, now) = (new.secret.clone(), caller.clone(), ctx.now());
    ctx.write(move |conn| accounts::make_key(conn, &caller, &new, now))
        .await?;
    Ok(secret)
}

/// `POST /account/keys/{id}/revoke`
pub async fn revoke_key(
    ctx: Ctx,
    page: Page,
    caller: Caller,
    id: web::Path<ApiKeyId>,
) -> Result<HttpResponse> {
    let (id, now) = (id.into_inner(), ctx.now());
    ctx.write(move |conn| accounts::revoke_key(conn, &caller, id, now))
        .await?;
    Ok(redirect_with(
        "/account/keys",
        &fl!(page.l, "accounts-key-revoked"),
    ))
}
