//! The auditor's page of quarantined leads: why each is there, and a decision on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::list::{ShownCheck, place};
use crate::access::{Caller, Role};
use crate::accounts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::{AccountId, LeadId};
use crate::leads::api::ExchangeData;
use crate::leads::{self, Decision, Filter, Lead, LeadState, Order};
use crate::vault::Vault;
use crate::verification::{Check, Verdict};
use crate::web::{Ctx, Form, Page, PageQuery, Paged, html, html_status, redirect_with};

/// A lead that waits, and the checks that brought it here.
struct Waiting {
    lead: Lead,
    seller: String,
    checks: Vec<ShownCheck>,
}

#[derive(Template)]
#[template(path = "leads/quarantine.html")]
struct QuarantinePage {
    page: Page,
    rows: Vec<Waiting>,
    next: Option<String>,
    /// Whether this user may decide.
    may_decide: bool,
    /// The lead whose form was refused, and what was typed.
    wrong: Option<(LeadId, String)>,
    errors: Vec<FieldError>,
}

impl QuarantinePage {
    fn errors_of(&self, id: &LeadId) -> Vec<FieldError> {
        match &self.wrong {
            Some((wrong, _)) if wrong == id => self.errors.clone(),
            _ => Vec::new(),
        }
    }

    fn typed(&self, id: &LeadId) -> &str {
        match &self.wrong {
            Some((wrong, typed)) if wrong == id => typed,
            _ => "",
        }
    }
}

type Row = (Lead, Vec<Check>);

fn read(
    conn: &mut Conn,
    vault: &Vault,
    filter: &Filter,
    limit: i64,
) -> Result<(Vec<Row>, BTreeMap<AccountId, String>)> {
    let rows = leads::list(conn, vault, filter, limit)?
        .into_iter()
        .map(|lead| {
            let checks = leads::checks(conn, lead.listing.id)?;
            Ok((lead, checks))
        })
        .collect::<Result<Vec<Row>>>()?;
    let sellers: Vec<AccountId> = rows
        .iter()
        .map(|(lead, _)| lead.listing.seller_id)
        .collect();
    let names = accounts::names_of(conn, &sellers)?;
    Ok((rows, names))
}

async fn load(ctx: &Ctx, caller: &Caller, page: Page, query: &PageQuery) -> Result<QuarantinePage> {
    let limit = query.limit()?;
    let filter = Filter {
        state: Some(LeadState::Quarantined),
        order: Order::Oldest,
        after: query.after()?.map(|cursor| (cursor.at, LeadId(cursor.id))),
        ..Filter::default()
    };
    let vault = ctx.vault.clone();
    let (rows, names) = ctx
        .db
        .read(move |conn| read(conn, &vault, &filter, limit + 1))
        .await?;
    let rows = Paged::cut(rows, limit, |(lead, _)| place(lead));
    let l = page.l;
    let waiting = rows.data.into_iter().map(|(lead, checks)| Waiting {
        seller: names
            .get(&lead.listing.seller_id)
            .cloned()
            .unwrap_or_default(),
        checks: checks
            .iter()
            .filter(|check| matches!(check.verdict, Verdict::Warn | Verdict::Fail))
            .map(|check| ShownCheck::of(l, check))
            .collect(),
        lead,
    });
    Ok(QuarantinePage {
        rows: waiting.collect(),
        page,
        next: rows.next_cursor,
        may_decide: matches!(caller.role, Role::Admin | Role::Auditor),
        wrong: None,
        errors: Vec::new(),
    })
}

/// `GET /operator/quarantine`
pub async fn quarantine(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    html(&load(&ctx, &caller, page, &query).await?)
}

/// A decision and its words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    decision: String,
    reason: String,
}

/// `POST /operator/quarantine/{id}`: list or reject.
pub async fn decide(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    exchange: ExchangeData,
    id: Path<LeadId>,
    Form(form): Form<DecisionForm>,
) -> Result<HttpResponse> {
    let decision: Decision = form.decision.parse().map_err(|accepted: String| {
        Error::invalid_field("decision", crate::error::Reason::NotAllowed, accepted)
    })?;
    let (id, now, actor, reason) = (*id, ctx.now(), caller.actor(), form.reason.clone());
    let exchange = Arc::clone(exchange.get_ref());
    let decided = ctx
        .write(move |conn| leads::decide(conn, &*exchange, id, decision, &reason, actor, now))
        .await;
    match decided {
        Ok((_, sales)) => {
            let told = match decision {
                Decision::List => fl!(page.l, "quarantine-listed", sold = sales.len()),
                Decision::Reject => fl!(page.l, "quarantine-rejected"),
            };
            Ok(redirect_with("/operator/quarantine", &told))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            let wrong = QuarantinePage {
                wrong: Some((id, form.reason)),
                errors: refusal.fields,
                ..load(&ctx, &caller, page, &PageQuery::default()).await?
            };
            html_status(422, &wrong)
        }
        Err(error) => Err(error),
    }
}
