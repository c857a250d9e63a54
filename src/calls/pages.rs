//! The operator's page of what countries ask of callers.

use actix_web::HttpResponse;
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::{Caller, Role};
use crate::calls::{self, CallRule, CallRuleForm};
use crate::error::{FieldError, Result};
use crate::web::{Ctx, Form, Page, html_status, redirect_with};

#[derive(Template)]
#[template(path = "calls/rules.html")]
struct CallsPage {
    page: Page,
    rules: Vec<CallRule>,
    form: CallRuleForm,
    may_change: bool,
    errors: Vec<FieldError>,
}

/// `GET /operator/call-rules`
pub async fn show(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    render(&ctx, &caller, page, CallRuleForm::default(), Vec::new()).await
}

async fn render(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    form: CallRuleForm,
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    let rules = ctx.db.read(calls::all).await?;
    let status = if errors.is_empty() { 200 } else { 422 };
    html_status(
        status,
        &CallsPage {
            page,
            rules,
            form,
            may_change: caller.role == Role::Admin,
            errors,
        },
    )
}

/// `POST /operator/call-rules`: sets the rule of one country.
pub async fn set(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(form): Form<CallRuleForm>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    match form.parse(now) {
        Ok(rule) => {
            let actor = caller.actor();
            ctx.write(move |conn| calls::set(conn, &rule, actor, now))
                .await?;
            let message = fl!(page.l, "privacy-calls-set");
            Ok(redirect_with("/operator/call-rules", &message))
        }
        Err(errors) => render(&ctx, &caller, page, form, errors).await,
    }
}
