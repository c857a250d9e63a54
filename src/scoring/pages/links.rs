//! The sellers' page of tracked links: which hosts they may lead to, and the addresses for a lead.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::access::{Caller, Role};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::LeadId;
use crate::scoring::api::{TrackingJson, addresses};
use crate::scoring::links;
use crate::web::{Ctx, Form, Page, State, html_status, redirect_with};

#[derive(Template)]
#[template(path = "scoring/links.html")]
struct LinksPage {
    page: Page,
    hosts: Vec<String>,
    host: String,
    lead: String,
    url: String,
    made: Option<TrackingJson>,
    may_act: bool,
    errors: Vec<FieldError>,
}

/// The lead and the page that addresses are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinksQuery {
    lead: String,
    url: String,
}

/// `GET /seller/tracking`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    state: Data<State>,
    query: Query<LinksQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let wanted = query.lead.trim().to_owned();
    let made = if wanted.is_empty() {
        Ok(None)
    } else {
        match wanted.parse::<LeadId>() {
            Ok(lead) => addresses(&ctx, &state, caller.clone(), lead, Some(query.url.clone()))
                .await
                .map(Some),
            Err(_) => Err(unknown_lead()),
        }
    };
    match made {
        Ok(made) => render(ctx, caller, page, (String::new(), query, made), Vec::new()).await,
        Err(error) if error.has_code(Code::NotFound) => {
            let errors = unknown_lead().refusal().fields;
            render(ctx, caller, page, (String::new(), query, None), errors).await
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            let typed = (String::new(), query, None);
            render(ctx, caller, page, typed, refusal.fields).await
        }
        Err(error) => Err(error),
    }
}

fn unknown_lead() -> Error {
    Error::invalid_field("lead", Reason::NotAllowed, "the id of one of your leads")
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    (host, query, made): (String, LinksQuery, Option<TrackingJson>),
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    let account = caller.account_id;
    let hosts = ctx.db.read(move |conn| links::hosts(conn, account)).await?;
    let status = if errors.is_empty() { 200 } else { 422 };
    html_status(
        status,
        &LinksPage {
            page,
            hosts,
            host,
            lead: query.lead,
            url: query.url,
            made,
            may_act: caller.role != Role::Viewer,
            errors,
        },
    )
}

/// The host of a form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HostForm {
    host: String,
}

/// `POST /seller/tracking`: allow a host.
pub async fn allow(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(form): Form<HostForm>,
) -> Result<HttpResponse> {
    let (now, by, host) = (ctx.now(), caller.clone(), form.host.clone());
    let done = ctx
        .write(move |conn| links::allow_host(conn, &by, &host, now))
        .await;
    match done {
        Ok(()) => {
            let said = fl!(page.l, "scoring-host-allowed");
            Ok(redirect_with("/seller/tracking", &said))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            let typed = (form.host, LinksQuery::default(), None);
            render(ctx, caller, page, typed, refusal.fields).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /seller/tracking/forbid`: take a host off.
pub async fn forbid(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(form): Form<HostForm>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    ctx.write(move |conn| links::forbid_host(conn, &caller, &form.host, now))
        .await?;
    let said = fl!(page.l, "scoring-host-forbidden");
    Ok(redirect_with("/seller/tracking", &said))
}
