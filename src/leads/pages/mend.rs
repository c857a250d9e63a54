//! Refused documents: their list, one with its reasons, mending and sending it again.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::entry::{parse, taken_answer};
use super::input::{Group, Typed, flat, lead_form};
use super::list::Nothing;
use crate::access::Caller;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::{ImportId, RefusedLeadId};
use crate::leads::api::ExchangeData;
use crate::leads::refused::{self as store, Refused, RefusedFilter};
use crate::leads::{self, Source, Via};
use crate::verification::VerifierData;
use crate::verticals::{self, Vertical};
use crate::web::{Ctx, Cursor, Form, Page, PageQuery, Paged, html, html_status, redirect_with};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RefusedQuery {
    import: String,
    via: String,
    limit: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "leads/refused.html")]
struct RefusedPage {
    page: Page,
    rows: Vec<Refused>,
    next: Option<String>,
    vias: Vec<(&'static str, String, bool)>,
    filtered: bool,
}

impl RefusedPage {
    /// How a document came, in words.
    fn via(&self, via: &Via) -> &str {
        let told = self.vias.iter().find(|(code, ..)| *code == via.as_str());
        told.map_or("", |(_, label, _)| label)
    }
}

/// `GET /seller/refused`
pub async fn refused(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<RefusedQuery>,
) -> Result<HttpResponse> {
    let paging = PageQuery {
        limit: query.limit.clone(),
        cursor: query.cursor.clone(),
    };
    let limit = paging.limit()?;
    let filter = RefusedFilter {
        import_id: query.import.parse::<ImportId>().ok(),
        via: query.via.parse().ok(),
        after: paging
            .after()?
            .map(|cursor| (cursor.at, RefusedLeadId(cursor.id))),
    };
    let filtered = filter.import_id.is_some() || filter.via.is_some();
    let rows = ctx
        .db
        .read(move |conn| store::list(conn, caller.account_id, &filter, limit + 1))
        .await?;
    let rows = Paged::cut(rows, limit, |row| Cursor {
        at: row.received_at,
        id: row.id.0,
    });
    let l = page.l;
    let vias = [
        ("api", fl!(l, "leads-via-api")),
        ("form", fl!(l, "leads-via-form")),
        ("file", fl!(l, "leads-via-file")),
    ];
    html(&RefusedPage {
        vias: vias
            .into_iter()
            .map(|(via, label)| (via, label, query.via == via))
            .collect(),
        page,
        rows: rows.data,
        next: rows.next_cursor,
        filtered,
    })
}

#[derive(Template)]
#[template(path = "leads/mend.html")]
struct MendPage {
    page: Page,
    refused: Refused,
    vertical: Vertical,
    groups: Vec<Group>,
    errors: Vec<FieldError>,
}

async fn open(ctx: &Ctx, caller: &Caller, id: RefusedLeadId) -> Result<(Refused, Vertical, Typed)> {
    let (vault, seller) = (Arc::clone(&ctx.vault), caller.account_id);
    let (actor, now) = (caller.actor(), ctx.now());
    ctx.write(move |conn| {
        let refused = store::find(conn, seller, id)?;
        let all = verticals::all(conn)?;
        let vertical = all
            .iter()
            .find(|vertical| vertical.key == refused.vertical)
            .or(all.first())
            .cloned()
            .ok_or_else(|| Error::refused(Code::NotFound))?;
        let typed = flat(&store::document(conn, &vault, seller, id, actor, now)?);
        Ok((refused, vertical, typed))
    })
    .await
}

/// `GET /seller/refused/{id}`
pub async fn show_refused(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    verifier: VerifierData,
    id: Path<RefusedLeadId>,
) -> Result<HttpResponse> {
    let (refused, vertical, typed) = open(&ctx, &caller, *id).await?;
    let errors = parse(&ctx, &verifier, &vertical, &typed)
        .err()
        .unwrap_or_default();
    html(&MendPage {
        groups: lead_form(page.l, &vertical, &typed),
        page,
        refused,
        vertical,
        errors,
    })
}

/// `POST /seller/refused/{id}`: takes the mended lead and drops the refused document, or neither.
pub async fn resend(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    exchange: ExchangeData,
    verifier: VerifierData,
    id: Path<RefusedLeadId>,
    Form(mut typed): Form<Typed>,
) -> Result<HttpResponse> {
    typed.remove("csrf");
    let (refused, vertical, _) = open(&ctx, &caller, *id).await?;
    let now = ctx.now();
    let taken = match parse(&ctx, &verifier, &vertical, &typed) {
        Err(errors) => Err(Error::invalid(errors)),
        Ok(mut draft) => {
            draft.ask(&verifier).await;
            let (vault, exchange) = (Arc::clone(&ctx.vault), Arc::clone(exchange.get_ref()));
            let (seller, actor) = (caller.account_id, caller.actor());
            ctx.write(move |conn| {
                store::drop_one(conn, seller, *id, actor, now)?;
                let source = Source::form(actor);
                leads::receive(conn, &vault, &*exchange, seller, &draft, &source, now)
            })
            .await
        }
    };
    match taken {
        Ok(received) => Ok(taken_answer(page.l, &received)),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => html_status(
            422,
            &MendPage {
                groups: lead_form(page.l, &vertical, &typed),
                page,
                refused,
                vertical,
                errors: refusal.fields,
            },
        ),
        Err(error) => Err(error),
    }
}

/// `POST /seller/refused/{id}/drop`
pub async fn drop_refused(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<RefusedLeadId>,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    ctx.write(move |conn| store::drop_one(conn, caller.account_id, *id, caller.actor(), now))
        .await?;
    Ok(redirect_with(
        "/seller/refused",
        &fl!(page.l, "leads-refused-dropped"),
    ))
}
