//! Adding one lead by hand.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Query;
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::Value;

use super::input::{Group, Typed, lead_form};
use crate::access::Caller;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::LeadId;
use crate::leads::api::ExchangeData;
use crate::leads::import::nested;
use crate::leads::{self, Draft, LeadState, Received, Source, Spelling};
use crate::text::Lang;
use crate::verification::{Verifier, VerifierData};
use crate::verticals::{self, Vertical};
use crate::web::{Ctx, Form, Page, html, html_status, redirect_with};

#[derive(Template)]
#[template(path = "leads/new.html")]
struct NewPage {
    page: Page,
    verticals: Vec<Vertical>,
    vertical: Vertical,
    groups: Vec<Group>,
    errors: Vec<FieldError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    vertical: String,
}

/// `GET /seller/leads/new`
pub async fn add_form(ctx: Ctx, page: Page, query: Query<NewQuery>) -> Result<HttpResponse> {
    let (verticals, vertical) = choose(&ctx, query.into_inner().vertical).await?;
    html(&NewPage {
        groups: lead_form(page.l, &vertical, &Typed::new()),
        page,
        verticals,
        vertical,
        errors: Vec::new(),
    })
}

async fn choose(ctx: &Ctx, key: String) -> Result<(Vec<Vertical>, Vertical)> {
    let verticals = ctx.db.read(verticals::all).await?;
    let chosen = verticals
        .iter()
        .find(|vertical| vertical.key == key)
        .or(verticals.first())
        .cloned()
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    Ok((verticals, chosen))
}

/// `POST /seller/leads/new`
pub async fn add(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    exchange: ExchangeData,
    verifier: VerifierData,
    Form(mut typed): Form<Typed>,
) -> Result<HttpResponse> {
    typed.remove("csrf");
    let key = typed.get("vertical").cloned().unwrap_or_default();
    let (verticals, vertical) = choose(&ctx, key).await?;
    let mut draft = parse(&ctx, &verifier, &vertical, &typed);
    if let Ok(draft) = &mut draft {
        draft.ask(&verifier).await;
    }
    let now = ctx.now();
    let taken = match draft {
        Err(errors) => Err(Error::invalid(errors)),
        Ok(draft) => {
            let (vault, exchange) = (Arc::clone(&ctx.vault), Arc::clone(exchange.get_ref()));
            let (seller, source) = (caller.account_id, Source::form(caller.actor()));
            ctx.write(move |conn| {
                leads::receive(conn, &vault, &*exchange, seller, &draft, &source, now)
            })
            .await
        }
    };
    match taken {
        Ok(received) => Ok(taken_answer(page.l, &received)),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => html_status(
            422,
            &NewPage {
                groups: lead_form(page.l, &vertical, &typed),
                page,
                verticals,
                vertical,
                errors: refusal.fields,
            },
        ),
        Err(error) => Err(error),
    }
}

/// Reads what was typed as a lead of the vertical.
pub(super) fn parse(
    ctx: &Ctx,
    verifier: &Verifier,
    vertical: &Vertical,
    typed: &Typed,
) -> std::result::Result<Draft, Vec<FieldError>> {
    let flat = typed
        .iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(name, text)| (name.as_str(), text.clone()));
    let document = Value::Object(nested(flat));
    Draft::parse(
        &Arc::new(vertical.clone()),
        &document,
        Spelling::Text,
        verifier,
        ctx.now(),
    )
}

/// To the lead's page, with a word on whether it was sold.
pub(super) fn taken_answer(l: &Lang, received: &Received) -> HttpResponse {
    let message = match received.sales.len() {
        0 if received.listing.state == LeadState::Quarantined => fl!(l, "leads-taken-quarantined"),
        0 if received.listing.state == LeadState::Received => fl!(l, "leads-taken-waits"),
        0 => fl!(l, "leads-taken"),
        copies => fl!(l, "leads-taken-and-sold", copies = copies),
    };
    redirect_with(&lead_address(received.listing.id), &message)
}

fn lead_address(id: LeadId) -> String {
    format!("/seller/leads/{id}")
}
