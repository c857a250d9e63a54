//! The page on which a person types the code, and the seller's button that sends one.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::access::{Actor, Caller, Origin};
use crate::error::{Code, Error, Reason, Result};
use crate::id::LeadId;
use crate::leads::api::ExchangeData;
use crate::leads::confirm::{self, Answer, CodeChannel, send::of_token};
use crate::verification::VerifierData;
use crate::web::{Ctx, Form, Page, State, html_status, redirect_with};

#[derive(Template)]
#[template(path = "leads/confirm.html")]
struct ConfirmPage {
    page: Page,
    token: String,
    is_done: bool,
    /// Why the code that was typed did not do.
    wrong: String,
}

/// `GET /confirm/{token}`: only shows; programs that follow links in letters change nothing.
pub async fn confirm_form(ctx: Ctx, page: Page, token: Path<String>) -> Result<HttpResponse> {
    let token = token.into_inner();
    let id = of_token(&ctx.vault, &token).ok_or_else(|| Error::refused(Code::NotFound))?;
    let progress = ctx
        .db
        .read(move |conn| confirm::progress(conn, id))
        .await?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    html_status(
        200,
        &ConfirmPage {
            page,
            token,
            is_done: progress.confirmed_at.is_some(),
            wrong: String::new(),
        },
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
}

/// `POST /confirm/{token}`: the code that the person was sent.
pub async fn confirm(
    ctx: Ctx,
    page: Page,
    origin: Origin,
    exchange: ExchangeData,
    token: Path<String>,
    Form(form): Form<CodeForm>,
) -> Result<HttpResponse> {
    let token = token.into_inner();
    let id = of_token(&ctx.vault, &token).ok_or_else(|| Error::refused(Code::NotFound))?;
    let (vault, exchange) = (Arc::clone(&ctx.vault), Arc::clone(exchange.get_ref()));
    let (now, actor) = (ctx.now(), Actor::Visitor(Some(origin)));
    let answer = ctx
        .write(move |conn| confirm::answer(conn, &vault, &*exchange, id, &form.code, actor, now))
        .await?;
    let (status, wrong) = match answer {
        Answer::Confirmed => (200, String::new()),
        Answer::Wrong { left } => (422, fl!(page.l, "confirm-wrong", left = left)),
        Answer::Spent => (422, fl!(page.l, "confirm-spent")),
    };
    html_status(
        status,
        &ConfirmPage {
            page,
            token,
            is_done: answer == Answer::Confirmed,
            wrong,
        },
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskForm {
    channel: String,
}

/// `POST /seller/leads/{id}/confirmation`: sends the person a code.
pub async fn ask_confirmation(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    verifier: VerifierData,
    state: Data<State>,
    id: Path<LeadId>,
    Form(form): Form<AskForm>,
) -> Result<HttpResponse> {
    let channel: CodeChannel = form.channel.parse().map_err(|accepted: String| {
        Error::invalid_field("channel", Reason::NotAllowed, accepted)
    })?;
    let (id, now) = (*id, ctx.now());
    confirm::check_channel(channel, state.config.sms.is_some())?;
    ctx.write(move |conn| {
        let lead = (Some(caller.account_id), id);
        confirm::ask(conn, &verifier, lead, channel, caller.actor(), now)
    })
    .await?;
    let message = fl!(page.l, "confirm-asked");
    Ok(redirect_with(&format!("/seller/leads/{id}"), &message))
}
