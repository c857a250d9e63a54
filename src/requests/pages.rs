//! The buyer's pages of purchase requests: the list, one request, and its editor.

pub mod editor;
pub mod export;
mod form;
mod labels;
mod setting;
mod spend;

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use self::spend::SpendBar;
use super::api::parse_id;
use super::schedule::show_minute;
use super::{
    Cap, Filter, Forecast, GateFailure, Move, NearMisses, PurchaseRequest, RequestState, Schedule,
    closed_caps, near_misses, store,
};
use crate::access::Role;
use crate::clock::Ts;
use crate::conditions::FilterFields;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{LeadId, PurchaseId, RequestId};
use crate::money::Money;
use crate::text::Lang;
use crate::vault::Vault;
use crate::verticals::{self, Vertical};
use crate::web::{Caller, Ctx, Cursor, Form, Page, PageQuery, Paged, format, html, redirect_with};
use crate::{leads, ledger};

/// Purchases that the page of a request shows; the inbox has all of them.
const BOUGHT_SHOWN: i64 = 10;

/// The address of a list's tab and page.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    state: Option<String>,
    cursor: Option<String>,
}

impl ListQuery {
    /// An unknown state in the address is no state.
    fn state(&self) -> Option<RequestState> {
        self.state.as_deref()?.parse().ok()
    }
}

struct Tab {
    label: String,
    count: String,
    value: &'static str,
    current: bool,
}

#[derive(Template)]
#[template(path = "requests/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    requests: Vec<(PurchaseRequest, String)>,
    next: Option<String>,
    shown: String,
    may_act: bool,
    is_first: bool,
}

/// Whether this person may change requests, not only see them.
fn may_act(page: &Page) -> bool {
    page.caller
        .as_ref()
        .is_some_and(|caller| caller.approved && matches!(caller.role, Role::Owner | Role::Member))
}

/// `GET /buyer/requests`
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    let state = query.state();
    let query = PageQuery {
        limit: None,
        cursor: query.into_inner().cursor,
    };
    let (limit, after) = (query.limit()?, query.after()?);
    let buyer = caller.account_id;
    let (counts, rows, verticals) = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| (cursor.at, RequestId(cursor.id)));
            Ok((
                store::counts(conn, buyer)?,
                store::page(conn, buyer, state, before, limit + 1)?,
                verticals::all(conn)?,
            ))
        })
        .await?;
    let rows = Paged::cut(rows, limit, |request| Cursor {
        at: request.created_at,
        id: request.id.0,
    });
    let shown = fl!(page.l, "requests-shown", count = rows.data.len());
    html(&ListPage {
        tabs: tabs(page.l, &counts, state),
        is_first: counts.is_empty(),
        may_act: may_act(&page),
        requests: rows
            .data
            .into_iter()
            .map(|request| {
                let name = vertical_name(&verticals, &request);
                (request, name)
            })
            .collect(),
        next: rows.next_cursor,
        shown,
        page,
    })
}

fn vertical_name(verticals: &[Vertical], request: &PurchaseRequest) -> String {
    verticals
        .iter()
        .find(|vertical| vertical.id == request.vertical_id)
        .map_or_else(String::new, |vertical| vertical.name.clone())
}

fn tabs(l: &Lang, counts: &[(RequestState, i64)], current: Option<RequestState>) -> Vec<Tab> {
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    let mut tabs = vec![Tab {
        label: fl!(l, "requests-tab-all"),
        count: format::count(all),
        value: "",
        current: current.is_none(),
    }];
    for &state in RequestState::ALL {
        let count = counts
            .iter()
            .find(|(other, _)| *other == state)
            .map_or(0, |(_, count)| *count);
        if count > 0 || current == Some(state) {
            tabs.push(Tab {
                label: format::state_label(l, state),
                count: format::count(count),
                value: state.as_str(),
                current: current == Some(state),
            });
        }
    }
    tabs
}

/// Something a request needs before it can buy.
struct Readiness {
    is_ready: bool,
    text: String,
    hint: String,
}

/// A lead that was missed, as the page shows it.
struct MissRow {
    id: String,
    name: String,
    interest: String,
    received_at: Ts,
    reasons: Vec<String>,
}

struct Bought {
    id: PurchaseId,
    interest: String,
    price: Money,
    at: Ts,
}

#[derive(Template)]
#[template(path = "requests/show.html")]
struct ShowPage {
    page: Page,
    request: PurchaseRequest,
    vertical: Vertical,
    readiness: Vec<Readiness>,
    filter: Vec<Line>,
    caps: Vec<String>,
    hours: String,
    forecast: String,
    spend: Option<SpendBar>,
    bought: Vec<Bought>,
    groups: Vec<(String, String)>,
    misses: Vec<MissRow>,
    missed: String,
    may_act: bool,
}

impl ShowPage {
    /// Nothing is bought any more.
    fn is_over(&self) -> bool {
        !matches!(
            self.request.state,
            RequestState::Draft | RequestState::Active | RequestState::Paused
        )
    }

    fn close_address(&self) -> String {
        format!("{}/close", address(self.request.id))
    }
}

/// A line of a filter in words, with its depth under groups.
pub struct Line {
    pub depth: usize,
    pub text: String,
    pub wish: bool,
}

/// `GET /buyer/requests/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let (id, now, buyer) = (parse_id(&id)?, ctx.now(), caller.account_id);
    let vault = ctx.vault.clone();
    let (rule, vertical, misses, bought, (available, closed)) = ctx
        .db
        .read(move |conn| {
            let request = super::get(conn, buyer, id)?;
            let vertical = verticals::by_id(conn, request.vertical_id)?;
            let available = ledger::available(conn, buyer, request.bid.currency)?;
            let rule = super::rule_of(conn, Arc::new(request), &vertical)?;
            let misses = near_misses(conn, &vault, &rule, now)?;
            let bought = bought(conn, &vault, &rule.request)?;
            let commitment = rule.request.commitment(rule.request.least_bid());
            let closed = closed_caps(conn, &rule.request, commitment, now)?;
            Ok((rule, vertical, misses, bought, (available, closed)))
        })
        .await?;
    let request = PurchaseRequest::clone(&rule.request);
    let fields = FilterFields::of(&vertical, page.l);
    html(&ShowPage {
        readiness: readiness(page.l, &request, available, &closed, now),
        filter: lines(page.l, &request.filter, &fields),
        caps: request
            .caps
            .iter()
            .map(|cap| cap_text(page.l, cap))
            .collect(),
        hours: hours(page.l, &request.schedule),
        forecast: Forecast::of(&rule).sentence(page.l),
        spend: SpendBar::of(request.spent, request.budget),
        bought,
        groups: groups(page.l, &misses),
        missed: fl!(
            page.l,
            "requests-missed",
            missed = misses.missed,
            all = misses.looked_at,
            days = misses.days
        ),
        misses: miss_rows(page.l, misses),
        may_act: may_act(&page),
        request,
        vertical,
        page,
    })
}

fn bought(conn: &mut Conn, vault: &Vault, request: &PurchaseRequest) -> Result<Vec<Bought>> {
    let rows = store::bought(conn, request.id, BOUGHT_SHOWN)?;
    let leads: Vec<LeadId> = rows.iter().map(|(_, lead, ..)| *lead).collect();
    let wants = leads::wants(conn, vault, &leads)?;
    let bought = rows.into_iter().map(|(id, lead, minor, at)| Bought {
        id,
        interest: wants.interest(lead),
        price: Money::new(minor, request.bid.currency),
        at,
    });
    Ok(bought.collect())
}

fn groups(l: &Lang, misses: &NearMisses) -> Vec<(String, String)> {
    misses
        .groups
        .iter()
        .map(|group| {
            let leads = fl!(l, "requests-missed-only", leads = group.leads);
            (leads, group.failure.text(l))
        })
        .collect()
}

fn miss_rows(l: &Lang, misses: NearMisses) -> Vec<MissRow> {
    misses
        .leads
        .into_iter()
        .map(|miss| MissRow {
            id: miss.listing.id.to_string(),
            name: miss.listing.masked.name,
            interest: miss.interest,
            received_at: miss.listing.received_at,
            reasons: miss
                .failures
                .iter()
                .map(|failure| failure.text(l))
                .collect(),
        })
        .collect()
}

fn readiness(
    l: &Lang,
    request: &PurchaseRequest,
    available: Money,
    closed: &[GateFailure],
    now: Ts,
) -> Vec<Readiness> {
    let item = |is_ready, text: String, hint: String| Readiness {
        is_ready,
        text,
        hint,
    };
    let has_funds = available.minor >= request.commitment(request.least_bid()).minor;
    let funds = available.shown();
    vec![
        item(
            request.state == RequestState::Active,
            fl!(l, "requests-ready-active"),
            format::state_label(l, request.state),
        ),
        item(
            has_funds,
            fl!(l, "requests-ready-funds"),
            fl!(l, "requests-ready-funds-hint", funds = funds),
        ),
        item(
            true,
            fl!(l, "requests-ready-delivery"),
            request.deliver_email.as_ref().map_or_else(
                || fl!(l, "requests-ready-inbox"),
                |email| fl!(l, "requests-ready-email", email = email.as_str()),
            ),
        ),
        item(
            request.schedule.is_open(now),
            fl!(l, "requests-ready-schedule"),
            hours(l, &request.schedule),
        ),
        item(
            closed.is_empty(),
            fl!(l, "requests-ready-caps"),
            if closed.is_empty() {
                fl!(l, "requests-ready-caps-open")
            } else {
                let reached: Vec<String> = closed.iter().map(|gate| gate.text(l)).collect();
                reached.join(", ")
            },
        ),
        item(
            request.auto_buy,
            fl!(l, "requests-ready-auto"),
            if request.auto_buy {
                fl!(l, "requests-ready-auto-on")
            } else {
                fl!(l, "requests-ready-auto-off")
            },
        ),
    ]
}

fn hours(l: &Lang, schedule: &Schedule) -> String {
    if schedule.is_always() {
        return fl!(l, "requests-hours-always", zone = schedule.zone.name());
    }
    let days: Vec<String> = schedule
        .days
        .iter()
        .map(|day| labels::day_label(l, *day))
        .collect();
    fl!(
        l,
        "requests-hours",
        days = days.join(", "),
        from = show_minute(schedule.from_minute),
        to = show_minute(schedule.to_minute),
        zone = schedule.zone.name()
    )
}

fn cap_text(l: &Lang, cap: &Cap) -> String {
    let window = labels::cap_label(l, cap.window);
    let count = cap
        .count
        .map(|count| fl!(l, "requests-leads", count = count));
    let amount = cap.amount.map(Money::shown);
    let parts: Vec<String> = count.into_iter().chain(amount).collect();
    format!("{window}: {}", parts.join(", "))
}

/// A filter in words, line by line.
fn lines(l: &Lang, filter: &Filter, fields: &FilterFields) -> Vec<Line> {
    let mut lines = Vec::new();
    match filter {
        Filter::All(parts) if parts.is_empty() => lines.push(Line {
            depth: 0,
            text: fl!(l, "requests-filter-everything"),
            wish: false,
        }),
        Filter::All(parts) => parts
            .iter()
            .for_each(|part| add_lines(l, part, fields, 0, &mut lines)),
        other => add_lines(l, other, fields, 0, &mut lines),
    }
    lines
}

fn add_lines(l: &Lang, filter: &Filter, fields: &FilterFields, depth: usize, to: &mut Vec<Line>) {
    let heading = |text: String| Line {
        depth,
        text,
        wish: false,
    };
    let parts: &[Filter] = match filter {
        Filter::Condition(condition) => {
            let sentence = condition.sentence(&fields.label(&condition.field), l);
            let text = condition.bonus.map_or(sentence.clone(), |bonus| {
                fl!(
                    l,
                    "requests-with-bonus",
                    condition = sentence,
                    bonus = bonus.shown()
                )
            });
            to.push(Line {
                depth,
                text,
                wish: condition.wish,
            });
            return;
        }
        Filter::All(parts) => {
            to.push(heading(fl!(l, "requests-filter-all")));
            parts
        }
        Filter::Any(parts) => {
            to.push(heading(fl!(l, "requests-filter-any")));
            parts
        }
        Filter::Not(part) => {
            to.push(heading(fl!(l, "requests-filter-not")));
            std::slice::from_ref(part)
        }
    };
    for part in parts {
        add_lines(l, part, fields, (depth + 1).min(5), to);
    }
}

#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// `POST /buyer/requests/{id}/{step}`
pub async fn change_state(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: web::Path<(String, String)>,
    _: Form<Nothing>,
) -> Result<HttpResponse> {
    let (id, step) = path.into_inner();
    let id = parse_id(&id)?;
    let (step, message) = match step.as_str() {
        "activate" => (Move::Activate, fl!(page.l, "requests-activated")),
        "pause" => (Move::Pause, fl!(page.l, "requests-paused")),
        "resume" => (Move::Resume, fl!(page.l, "requests-resumed")),
        "close" => (Move::Close, fl!(page.l, "requests-closed")),
        _ => return Err(Error::refused(Code::NotFound)),
    };
    let now = ctx.now();
    ctx.write(move |conn| super::change_state(conn, &caller, id, step, now))
        .await?;
    Ok(redirect_with(&address(id), &message))
}

fn address(id: RequestId) -> String {
    format!("/buyer/requests/{id}")
}
