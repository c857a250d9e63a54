//! Sign-in, sign-up, sign-out.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::Wrong;
use crate::access::{Caller, Origin};
use crate::accounts::signup::SignUpForm;
use crate::accounts::{self, Passwords, SignUp};
use crate::error::{Code, Error, Result};
use crate::web::{
    Ctx, Form, Page, State, client_ip, cookies, html, html_status, nav, origin_of, redirect,
    redirect_with, safe_path,
};

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/signin.html")]
struct SignInPage {
    page: Page,
    email: String,
    next: String,
    wrong: Wrong,
}

/// `GET /signin`
pub async fn in_form(page: Page, query: web::Query<Next>) -> Result<HttpResponse> {
    if let Some(caller) = &page.caller {
        return Ok(redirect(nav::home(&caller.account_kind)));
    }
    html(&SignInPage {
        page,
        email: String::new(),
        next: query.into_inner().next.unwrap_or_default(),
        wrong: Wrong::default(),
    })
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct SignInForm {
    email: String,
    password: String,
    next: String,
}

/// `POST /signin`
pub async fn sign_in(
    req: HttpRequest,
    ctx: Ctx,
    page: Page,
    state: web::Data<State>,
    passwords: web::Data<Passwords>,
    Form(form): Form<SignInForm>,
) -> Result<HttpResponse> {
    state.limits.signin(&req, client_ip(&req), &form.email)?;
    let SignInForm {
        email,
        password,
        next,
    } = form;
    let origin = origin_of(&req);
    match accounts::sign_in(&ctx, &passwords, &state.config, &email, password, origin).await {
        Ok((cookie, caller)) => {
            let mut answer = redirect(safe_path(&next, nav::home(&caller.account_kind)));
            answer
                .add_cookie(&cookies::make(cookies::SESSION, cookie))
                .map_err(|error| Error::Internal(error.into()))?;
            Ok(answer)
        }
        Err(error) => {
            let status = if error.has_code(Code::SignInFailed) {
                401
            } else {
                422
            };
            let wrong = Wrong::of(error, page.l)?;
            html_status(
                status,
                &SignInPage {
                    page,
                    email,
                    next,
                    wrong,
                },
            )
        }
    }
}

/// `POST /signout`
pub async fn sign_out(req: HttpRequest, ctx: Ctx, caller: Caller) -> Result<HttpResponse> {
    if let Some(cookie) = req.cookie(cookies::SESSION) {
        accounts::sign_out(&ctx, cookie.value(), &caller).await?;
    }
    let mut answer = redirect("/");
    answer
        .add_cookie(&cookies::remove(cookies::SESSION))
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(answer)
}

#[derive(Template)]
#[template(path = "accounts/signup.html")]
struct SignUpPage {
    page: Page,
    form: SignUpForm,
    countries: Vec<(&'static str, &'static str)>,
    wrong: Wrong,
}

impl SignUpPage {
    fn new(page: Page, form: SignUpForm, wrong: Wrong) -> Self {
        let mut countries: Vec<_> = rust_iso3166::ALL
            .iter()
            .map(|country| (country.alpha2, country.name))
            .collect();
        // Nothing is chosen for the visitor.
        countries.push(("", ""));
        countries.sort_by_key(|(_, name)| *name);
        Self {
            page,
            form,
            countries,
            wrong,
        }
    }
}

#[derive(Deserialize)]
pub struct Kind {
    kind: Option<String>,
}

/// `GET /signup`
pub async fn up_form(page: Page, query: web::Query<Kind>) -> Result<HttpResponse> {
    if let Some(caller) = &page.caller {
        return Ok(redirect(nav::home(&caller.account_kind)));
    }
    let form = SignUpForm {
        kind: query
            .into_inner()
            .kind
            .unwrap_or_else(|| "buyer".to_owned()),
        ..SignUpForm::default()
    };
    html(&SignUpPage::new(page, form, Wrong::default()))
}

/// `POST /signup`
pub async fn sign_up(
    req: HttpRequest,
    ctx: Ctx,
    page: Page,
    state: web::Data<State>,
    passwords: web::Data<Passwords>,
    Form(form): Form<SignUpForm>,
) -> Result<HttpResponse> {
    state.limits.signin(&req, client_ip(&req), &form.email)?;
    match open(&ctx, &passwords, &state, &form, origin_of(&req)).await {
        Ok((cookie, caller)) => {
            let welcome = fl!(page.l, "accounts-welcome");
            let mut answer = redirect_with(nav::home(&caller.account_kind), &welcome);
            answer
                .add_cookie(&cookies::make(cookies::SESSION, cookie))
                .map_err(|error| Error::Internal(error.into()))?;
            Ok(answer)
        }
        Err(error) => {
            let wrong = Wrong::of(error, page.l)?;
            html_status(422, &SignUpPage::new(page, form, wrong))
        }
    }
}

async fn open(
    ctx: &Ctx,
    passwords: &Passwords,
    state: &State,
    form: &SignUpForm,
    origin: Origin,
) -> Result<(String, Caller)> {
    let new = SignUp::parse(form)?;
    let email = new.email.clone();
    accounts::sign_up(ctx, passwords, new, origin).await?;
    let password = form.password.clone();
    accounts::sign_in(ctx, passwords, &state.config, &email, password, origin).await
}
