//! The pages of the person behind a lead, and the operator's list of withdrawals that wait.

pub mod desk;
pub mod withdraw;

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use i18n_embed_fl::fl;

use super::subject::{self, Asked, Held, Subject, Typed, Wish};
use crate::access::{Actor, Origin};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::SubjectRequestId;
use crate::web::form::{Pairs, first};
use crate::web::{
    Ctx, Form, Page, State, client_ip, cookies, html, html_status, origin_of, redirect,
    redirect_with,
};

#[derive(Template)]
#[template(path = "public/privacy.html")]
struct PrivacyPage {
    page: Page,
    /// Whether codes go out as text messages.
    has_texts: bool,
    contact: String,
    errors: Vec<FieldError>,
}

/// `GET /privacy`: what is kept of people, and the way to one's own.
pub async fn show(page: Page, state: Data<State>) -> Result<HttpResponse> {
    html(&PrivacyPage {
        page,
        has_texts: state.config.sms.is_some(),
        contact: String::new(),
        errors: Vec::new(),
    })
}

/// `POST /privacy`: sends a code; the answer is the same whether or not anything is held.
pub async fn ask(
    req: HttpRequest,
    ctx: Ctx,
    page: Page,
    state: Data<State>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let typed = first(&pairs, "contact").to_owned();
    state.limits.subject(&req, client_ip(&req), &typed)?;
    let asked = match Asked::parse(&typed) {
        Ok(asked) => asked,
        Err(errors) => {
            let page = PrivacyPage {
                page,
                has_texts: state.config.sms.is_some(),
                contact: typed,
                errors,
            };
            return html_status(422, &page);
        }
    };
    let (vault, now) = (Arc::clone(&ctx.vault), ctx.now());
    let actor = Actor::Visitor(Some(origin_of(&req)));
    let id = ctx
        .write(move |conn| subject::ask(conn, &vault, &asked, actor, now))
        .await?;
    Ok(redirect(&format!("/privacy/{id}")))
}

#[derive(Template)]
#[template(path = "privacy/code.html")]
struct CodePage {
    page: Page,
    id: SubjectRequestId,
    errors: Vec<FieldError>,
}

/// `GET /privacy/{id}`: where the code is typed.
pub async fn code_form(page: Page, id: Path<SubjectRequestId>) -> Result<HttpResponse> {
    html(&CodePage {
        page,
        id: *id,
        errors: Vec::new(),
    })
}

/// `POST /privacy/{id}`: takes the code; the right one opens what is held.
pub async fn confirm(
    req: HttpRequest,
    ctx: Ctx,
    page: Page,
    state: Data<State>,
    id: Path<SubjectRequestId>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    state
        .limits
        .subject(&req, client_ip(&req), &id.to_string())?;
    let (vault, now, id) = (Arc::clone(&ctx.vault), ctx.now(), *id);
    let (code, actor) = (
        first(&pairs, "code").to_owned(),
        Actor::Visitor(Some(origin_of(&req))),
    );
    let typed = ctx
        .write(move |conn| subject::confirm(conn, &vault, id, &code, actor, now))
        .await?;
    match typed {
        Typed::Right(token) => {
            let mut answer = redirect("/privacy/data");
            let seconds = subject::ACCESS_MINUTES * 60;
            answer
                .add_cookie(&cookies::make_for(cookies::SUBJECT, token, seconds))
                .map_err(|error| Error::Internal(error.into()))?;
            Ok(answer)
        }
        Typed::Wrong => {
            let accepted = fl!(page.l, "privacy-code-accepted");
            let errors = vec![FieldError::new("code", Reason::CodeWrong, accepted)];
            html_status(422, &CodePage { page, id, errors })
        }
    }
}

#[derive(Template)]
#[template(path = "privacy/data.html")]
struct DataPage {
    page: Page,
    held: Held,
}

/// Reads what is held of whoever has the cookie of a confirmed request.
async fn read(ctx: &Ctx, req: &HttpRequest) -> Result<Held> {
    let token = token_of(req)?;
    let (vault, now, actor) = (
        Arc::clone(&ctx.vault),
        ctx.now(),
        Actor::Visitor(Some(origin_of(req))),
    );
    ctx.write(move |conn| {
        let subject = subject::by_token(conn, &vault, &token, now)?;
        subject::held(conn, &vault, &subject, actor, now)
    })
    .await
}

fn token_of(req: &HttpRequest) -> Result<String> {
    req.cookie(cookies::SUBJECT)
        .map(|cookie| cookie.value().to_owned())
        .ok_or_else(|| Error::refused(Code::Unauthenticated))
}

/// Whoever has no confirmed request, or whose time is over, begins anew.
fn or_begin(page: &Page, error: Error) -> Result<HttpResponse> {
    if error.has_code(Code::Unauthenticated) {
        return Ok(redirect_with(
            "/privacy",
            &fl!(page.l, "privacy-begin-anew"),
        ));
    }
    Err(error)
}

/// `GET /privacy/data`: everything that is held, and who received it.
pub async fn data(req: HttpRequest, ctx: Ctx, page: Page) -> Result<HttpResponse> {
    match read(&ctx, &req).await {
        Ok(held) => html(&DataPage { page, held }),
        Err(error) => or_begin(&page, error),
    }
}

/// `GET /privacy/data.json`: the same as a file.
pub async fn export(req: HttpRequest, ctx: Ctx, page: Page) -> Result<HttpResponse> {
    match read(&ctx, &req).await {
        Ok(held) => Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((
                CONTENT_DISPOSITION,
                "attachment; filename=\"personal-data.json\"",
            ))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(
                serde_json::to_string_pretty(&held)
                    .map_err(|error| Error::Internal(error.into()))?,
            )),
        Err(error) => or_begin(&page, error),
    }
}

/// `POST /privacy/data/{wish}`: withdraws the consents, or has everything erased.
pub async fn act(
    req: HttpRequest,
    ctx: Ctx,
    page: Page,
    origin: Origin,
    wish: Path<String>,
) -> Result<HttpResponse> {
    let wish: Wish = wish.parse().map_err(|_| Error::refused(Code::NotFound))?;
    let token = match token_of(&req) {
        Ok(token) => token,
        Err(error) => return or_begin(&page, error),
    };
    let (vault, now, db) = (Arc::clone(&ctx.vault), ctx.now(), ctx.db.clone());
    let done = ctx
        .write(move |conn| {
            let subject: Subject = subject::by_token(conn, &vault, &token, now)?;
            let actor = Actor::Visitor(Some(origin));
            subject::act(conn, &vault, &subject, wish, actor, now)
        })
        .await;
    match (done, wish) {
        (Err(error), _) => or_begin(&page, error),
        (Ok(_), Wish::Withdraw) => Ok(redirect_with(
            "/privacy/data",
            &fl!(page.l, "privacy-withdrawn"),
        )),
        (Ok(_), Wish::Erase) => {
            // What is left of it goes at once where nobody reads; otherwise with the next run of the task.
            super::scrub(&db, now).await?;
            let mut answer = redirect_with("/privacy", &fl!(page.l, "privacy-erased"));
            answer
                .add_cookie(&cookies::remove(cookies::SUBJECT))
                .map_err(|error| Error::Internal(error.into()))?;
            Ok(answer)
        }
    }
}
