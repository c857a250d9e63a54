//! The seller's leads: the list, one lead, its contact, withdrawal, export.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Fact, OfferFacts, contact_facts, event_label, facts, offer_facts};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, LeadId};
use crate::leads::api::ExchangeData;
use crate::leads::{
    self, Contact, Details, Filter, Lead, LeadState, Order, Search, Viewing, link, query,
};
use crate::text::Lang;
use crate::vault::Vault;
use crate::verification::{Check, CheckName, Verdict, check_label};
use crate::verticals::{self, Vertical};
use crate::web::export::{FileKind, Table};
use crate::web::{Ctx, Cursor, Form, Page, PageQuery, Paged, State, format, html, redirect_with};

/// Leads in one exported file.
const MAX_EXPORTED: i64 = 10_000;

/// A tab of a list.
pub(super) struct Tab {
    pub label: String,
    pub state: String,
    pub count: String,
    pub current: bool,
}

/// The address of a list of leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    pub(super) state: String,
    pub(super) vertical: String,
    pub(super) q: String,
    pub(super) sort: String,
    pub(super) limit: Option<String>,
    pub(super) cursor: Option<String>,
}

/// A page of leads with what surrounds it.
pub(super) struct Found {
    pub leads: Paged<Lead>,
    pub counts: Vec<(LeadState, i64)>,
    pub verticals: Vec<(String, String)>,
}

impl ListQuery {
    pub(super) fn is_filtered(&self) -> bool {
        !(self.state.is_empty() && self.vertical.is_empty() && self.q.trim().is_empty())
    }

    fn filter(&self, vault: &Vault, seller: Option<AccountId>) -> Filter {
        Filter {
            seller,
            state: self.state.parse().ok(),
            search: Search::parse(vault, &self.q),
            order: if self.sort == "oldest" {
                Order::Oldest
            } else {
                Order::Newest
            },
            ..Filter::default()
        }
    }

    /// Reads the page of leads that the address asks for.
    pub(super) async fn find(&self, ctx: &Ctx, seller: Option<AccountId>) -> Result<Found> {
        let paging = PageQuery {
            limit: self.limit.clone(),
            cursor: self.cursor.clone(),
        };
        let limit = paging.limit()?;
        let after = paging.after()?.map(|cursor| (cursor.at, LeadId(cursor.id)));
        let (filter, key) = (self.filter(&ctx.vault, seller), self.vertical.clone());
        let vault = ctx.vault.clone();
        ctx.db
            .read(move |conn| {
                let all = verticals::all(conn)?;
                let vertical = all.iter().find(|vertical| vertical.key == key);
                let filter = Filter {
                    after,
                    vertical: vertical.map(|vertical| vertical.id),
                    ..filter
                };
                let leads = query::list(conn, &vault, &filter, limit + 1)?;
                Ok(Found {
                    leads: Paged::cut(leads, limit, place),
                    counts: query::counts(conn, seller)?,
                    verticals: all.into_iter().map(|v| (v.key, v.name)).collect(),
                })
            })
            .await
    }
}

pub(super) fn place(lead: &Lead) -> Cursor {
    Cursor {
        at: lead.listing.received_at,
        id: lead.listing.id.0,
    }
}

pub(super) fn tabs(l: &Lang, counts: &[(LeadState, i64)], current: &str) -> Vec<Tab> {
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    let mut tabs = vec![Tab {
        label: fl!(l, "leads-tab-all"),
        state: String::new(),
        count: format::count(all),
        current: current.is_empty(),
    }];
    tabs.extend(LeadState::ALL.iter().filter_map(|state| {
        let (_, count) = counts.iter().find(|(counted, _)| counted == state)?;
        Some(Tab {
            label: format::state_label(l, state),
            state: state.to_string(),
            count: format::count(count),
            current: current == state.as_str(),
        })
    }));
    tabs
}

#[derive(Template)]
#[template(path = "leads/list.html")]
struct ListPage {
    page: Page,
    query: ListQuery,
    tabs: Vec<Tab>,
    verticals: Vec<(String, String)>,
    sorts: Vec<(String, String)>,
    leads: Vec<Lead>,
    next: Option<String>,
}

pub(super) fn sorts(l: &Lang) -> Vec<(String, String)> {
    vec![
        ("newest".to_owned(), fl!(l, "leads-sort-newest")),
        ("oldest".to_owned(), fl!(l, "leads-sort-oldest")),
    ]
}

/// `GET /seller/leads`
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<ListQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let found = query.find(&ctx, Some(caller.account_id)).await?;
    html(&ListPage {
        tabs: tabs(page.l, &found.counts, &query.state),
        sorts: sorts(page.l),
        page,
        query,
        verticals: found.verticals,
        leads: found.leads.data,
        next: found.leads.next_cursor,
    })
}

/// `GET /seller/leads/export/{kind}`: the leads that the list shows, masked, as CSV or XLSX.
pub async fn export(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    kind: Path<FileKind>,
    query: Query<ListQuery>,
) -> Result<HttpResponse> {
    let filter = query.filter(&ctx.vault, Some(caller.account_id));
    let vault = ctx.vault.clone();
    let leads = ctx
        .db
        .read(move |conn| query::list(conn, &vault, &filter, MAX_EXPORTED))
        .await?;
    let l = page.l;
    let table = Table {
        columns: vec![
            fl!(l, "leads-column-lead"),
            fl!(l, "leads-column-state"),
            fl!(l, "leads-column-received"),
            fl!(l, "leads-column-vertical"),
            fl!(l, "leads-column-person"),
            fl!(l, "leads-field-interest"),
            fl!(l, "leads-field-external-id"),
            fl!(l, "leads-field-ask"),
            fl!(l, "leads-field-currency"),
            fl!(l, "leads-field-copies"),
            fl!(l, "leads-column-sold"),
        ],
        rows: leads.into_iter().map(export_row).collect(),
    };
    table.download("leads", kind.into_inner())
}

fn export_row(lead: Lead) -> Vec<String> {
    let listing = lead.listing;
    vec![
        listing.id.to_string(),
        listing.state.to_string(),
        listing.received_at.to_string(),
        lead.vertical_key,
        listing.masked.name,
        lead.wanted.interest,
        lead.external_id.unwrap_or_default(),
        listing.ask.amount(),
        listing.ask.currency.to_string(),
        listing.copies.to_string(),
        listing.copies_sold.to_string(),
    ]
}

/// A check as its page shows it.
pub(super) struct ShownCheck {
    pub label: String,
    pub verdict: String,
    pub why: String,
}

impl ShownCheck {
    /// "Phone number: warn, is a premium-rate number (premium)".
    pub(super) fn of(l: &Lang, check: &Check) -> Self {
        let why = check.code.map(|code| code.message(l));
        let detail = check.detail.clone();
        Self {
            label: check_label(l, check.name),
            verdict: check.verdict.to_string(),
            why: match (why, detail) {
                (Some(why), Some(detail)) => format!("{why} ({detail})"),
                (one, other) => one.or(other).unwrap_or_default(),
            },
        }
    }
}

/// An entry of a lead's history.
pub(super) struct ShownEvent {
    pub label: String,
    pub at: Ts,
    pub actor: String,
}

/// A lead as pages of both sides show it.
pub(super) struct Shown {
    pub details: Details,
    pub facts: Vec<Fact>,
    pub offer: OfferFacts,
    pub checks: Vec<ShownCheck>,
    pub events: Vec<ShownEvent>,
    pub contact: Vec<Fact>,
    pub vertical: Vertical,
}

impl Shown {
    /// Whether the person may still be asked to confirm the contact.
    fn may_be_confirmed(&self) -> bool {
        let check = self
            .details
            .checks
            .iter()
            .find(|check| check.name == CheckName::Confirmation);
        check.is_some_and(|check| check.verdict == Verdict::NotChecked)
            && matches!(
                self.details.lead.listing.state,
                LeadState::Received | LeadState::Quarantined | LeadState::Listed
            )
    }

    pub(super) fn new(
        l: &Lang,
        details: Details,
        vertical: Vertical,
        contact: Option<&Contact>,
    ) -> Self {
        Self {
            facts: facts(l, &vertical, &details.lead.listing.attributes),
            offer: offer_facts(l, &details.lead.listing),
            checks: details
                .checks
                .iter()
                .map(|check| ShownCheck::of(l, check))
                .collect(),
            events: details
                .history
                .iter()
                .map(|event| ShownEvent {
                    label: event_label(l, event),
                    at: event.at,
                    actor: format::short(&event.actor),
                })
                .collect(),
            contact: contact.map_or_else(Vec::new, |contact| contact_facts(l, &vertical, contact)),
            details,
            vertical,
        }
    }
}

#[derive(Template)]
#[template(path = "leads/show.html")]
struct LeadPage {
    page: Page,
    shown: Shown,
    /// By which the person withdraws, to be put into letters.
    link: String,
    /// Whether codes go out as text messages.
    has_texts: bool,
}

impl LeadPage {
    fn new(page: Page, shown: Shown, ctx: &Ctx, state: &State) -> Self {
        let path = link::path(&ctx.vault, shown.details.lead.listing.id);
        Self {
            page,
            shown,
            link: format!("{}{path}", state.config.public_url),
            has_texts: state.config.sms.is_some(),
        }
    }
}

pub(super) fn read(
    conn: &mut Conn,
    (vault, exchange): (&Vault, &dyn leads::Exchange),
    id: LeadId,
    seller: Option<AccountId>,
) -> Result<(Details, Vertical)> {
    let details = query::details(conn, vault, exchange, id, seller)?;
    let vertical = verticals::by_id(conn, details.lead.listing.vertical_id)?;
    Ok((details, vertical))
}

/// `GET /seller/leads/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    exchange: ExchangeData,
    state: Data<State>,
    id: Path<LeadId>,
) -> Result<HttpResponse> {
    let (vault, exchange) = (ctx.vault.clone(), Arc::clone(exchange.get_ref()));
    let (details, vertical) = ctx
        .db
        .read(move |conn| read(conn, (&vault, &*exchange), *id, Some(caller.account_id)))
        .await?;
    let shown = Shown::new(page.l, details, vertical, None);
    html(&LeadPage::new(page, shown, &ctx, &state))
}

/// A form that only has its token.
#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /seller/leads/{id}/contact`: the lead with its contact; the view is audited.
pub async fn contact(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    exchange: ExchangeData,
    state: Data<State>,
    id: Path<LeadId>,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let (exchange, vault, now) = (
        Arc::clone(exchange.get_ref()),
        Arc::clone(&ctx.vault),
        ctx.now(),
    );
    let (contact, (details, vertical)) = ctx
        .write(move |conn| {
            let seller = Some(caller.account_id);
            let viewing = Viewing {
                actor: caller.actor(),
                account: caller.account_id,
                reason: None,
            };
            let contact = leads::view_contact(conn, &vault, *id, seller, &viewing, now)?;
            Ok((contact, read(conn, (&vault, &*exchange), *id, seller)?))
        })
        .await?;
    let shown = Shown::new(page.l, details, vertical, Some(&contact));
    html(&LeadPage::new(page, shown, &ctx, &state))
}

/// `POST /seller/leads/{id}/withdraw`
pub async fn withdraw(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<LeadId>,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let (lead, now) = (*id, ctx.now());
    ctx.write(move |conn| leads::withdraw(conn, caller.account_id, lead, caller.actor(), now))
        .await?;
    let message = fl!(page.l, "leads-withdrawn");
    Ok(redirect_with(&format!("/seller/leads/{lead}"), &message))
}
