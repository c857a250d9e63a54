//! The operator's view of all leads; a contact is opened only with a reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::list::{ListQuery, Shown, Tab, read, sorts, tabs};
use crate::access::{Caller, Role};
use crate::accounts;
use crate::error::{FieldError, Reason, Result};
use crate::id::{AccountId, LeadId};
use crate::leads::api::ExchangeData;
use crate::leads::{self, Lead, Viewing};
use crate::web::{Ctx, Form, Page, html, html_status};

/// The shortest reason that says something, and the longest that is kept.
const REASON: std::ops::RangeInclusive<usize> = 10..=300;

#[derive(Template)]
#[template(path = "leads/desk_list.html")]
struct DeskListPage {
    page: Page,
    query: ListQuery,
    tabs: Vec<Tab>,
    verticals: Vec<(String, String)>,
    sorts: Vec<(String, String)>,
    leads: Vec<Lead>,
    sellers: BTreeMap<AccountId, String>,
    next: Option<String>,
}

impl DeskListPage {
    fn seller_of(&self, lead: &Lead) -> &str {
        let name = self.sellers.get(&lead.listing.seller_id);
        name.map_or("", String::as_str)
    }
}

/// `GET /operator/leads`
pub async fn all(ctx: Ctx, page: Page, query: Query<ListQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    let found = query.find(&ctx, None).await?;
    let sellers: Vec<AccountId> = found
        .leads
        .data
        .iter()
        .map(|lead| lead.listing.seller_id)
        .collect();
    let sellers = ctx
        .db
        .read(move |conn| accounts::names_of(conn, &sellers))
        .await?;
    html(&DeskListPage {
        sellers,
        tabs: tabs(page.l, &found.counts, &query.state),
        sorts: sorts(page.l),
        page,
        query,
        verticals: found.verticals,
        leads: found.leads.data,
        next: found.leads.next_cursor,
    })
}

#[derive(Template)]
#[template(path = "leads/desk_show.html")]
struct DeskLeadPage {
    page: Page,
    shown: Shown,
    seller: String,
    /// Whether this user may open contacts.
    may_view: bool,
    reason: String,
    errors: Vec<FieldError>,
}

/// `GET /operator/leads/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    exchange: ExchangeData,
    id: Path<LeadId>,
) -> Result<HttpResponse> {
    html(
        &lead_page(
            &ctx,
            &caller,
            page,
            exchange,
            *id,
            (String::new(), Vec::new()),
        )
        .await?,
    )
}

async fn lead_page(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    exchange: ExchangeData,
    id: LeadId,
    (reason, errors): (String, Vec<FieldError>),
) -> Result<DeskLeadPage> {
    let (vault, exchange) = (ctx.vault.clone(), Arc::clone(exchange.get_ref()));
    let ((details, vertical), seller) = ctx
        .db
        .read(move |conn| {
            let read = read(conn, (&vault, &*exchange), id, None)?;
            let seller = accounts::account(conn, read.0.lead.listing.seller_id)?;
            Ok((read, seller.name))
        })
        .await?;
    Ok(DeskLeadPage {
        shown: Shown::new(page.l, details, vertical, None),
        page,
        seller,
        may_view: may_view(caller),
        reason,
        errors,
    })
}

fn may_view(caller: &Caller) -> bool {
    matches!(caller.role, Role::Admin | Role::Auditor)
}

/// Why the operator wants to see a contact.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    reason: String,
}

/// `POST /operator/leads/{id}/contact`: the lead with its contact; the reason goes to the audit log.
pub async fn contact(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    exchange: ExchangeData,
    id: Path<LeadId>,
    Form(form): Form<ReasonForm>,
) -> Result<HttpResponse> {
    let reason = form.reason.trim().to_owned();
    if !REASON.contains(&reason.chars().count()) {
        let accepted = format!("{} - {} characters", REASON.start(), REASON.end());
        let errors = vec![FieldError::new("reason", Reason::Required, accepted)];
        let page = lead_page(&ctx, &caller, page, exchange, *id, (reason, errors)).await?;
        return html_status(422, &page);
    }
    let viewing = Viewing {
        actor: caller.actor(),
        account: caller.account_id,
        reason: Some(reason.clone()),
    };
    let (vault, now, id) = (Arc::clone(&ctx.vault), ctx.now(), *id);
    let contact = ctx
        .write(move |conn| leads::view_contact(conn, &vault, id, None, &viewing, now))
        .await?;
    let mut page = lead_page(&ctx, &caller, page, exchange, id, (reason, Vec::new())).await?;
    page.shown.contact = super::contact_facts(page.page.l, &page.shown.vertical, &contact);
    html(&page)
}
