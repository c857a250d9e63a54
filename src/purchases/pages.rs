//! The buyer's market, inbox and purchase pages.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::api::place;
use super::{Fact, Filter, MarketFilter, Opened, PurchaseState, facts};
use crate::access::Caller;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{LeadId, RequestId};
use crate::leads::{self, Listing, Shown};
use crate::requests;
use crate::text::Lang;
use crate::verticals::{self, Vertical};
use crate::web::export::{FileKind, Table};
use crate::web::{Ctx, Form, Page, PageQuery, Paged, format, html, redirect_with};

/// Purchases in one exported file.
const MAX_EXPORTED: i64 = 10_000;
const PAGE_ROWS: usize = 24;

/// Fields that a card shows together as its place, or not at all.
const PLACE: [&str; 4] = ["city", "region", "country", "postal_code"];

#[derive(Template)]
#[template(path = "purchases/market.html")]
struct MarketPage {
    page: Page,
    verticals: Vec<Vertical>,
    vertical: Vertical,
    filter: MarketFilter,
    errors: Vec<FieldError>,
    countries: Vec<(String, String)>,
    regions: Vec<(String, String)>,
    currencies: Vec<(String, String)>,
    cards: Vec<Card>,
    found: usize,
    next: Option<String>,
}

struct Card {
    listing: Listing,
    interest: String,
    /// City, region and country, as far as they are known and differ.
    place: String,
    facts: Vec<Fact>,
}

impl Card {
    fn new(l: &Lang, vertical: &Vertical, shown: Shown) -> Self {
        let Shown { listing, wanted } = shown;
        let mut place: Vec<String> = PLACE[..3]
            .iter()
            .filter_map(|key| listing.attributes.get(*key))
            .map(|value| format::place(value.to_string()))
            .collect();
        place.dedup();
        let mut open = listing.attributes.clone();
        open.retain(|key, _| !PLACE.contains(&key.as_str()));
        Self {
            place: place.join(", "),
            facts: facts(l, vertical, &open),
            interest: wanted.interest,
            listing,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MarketQuery {
    vertical: String,
    cursor: String,
    country: String,
    region: String,
    min_age: String,
    max_age: String,
    phone: String,
    email: String,
    currency: String,
}

/// Masked listings with filters; each can be bought at its ask.
pub async fn market(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<MarketQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let now = ctx.now();
    let skip: usize = query.cursor.parse().unwrap_or(0);
    let filter = MarketFilter {
        country: query.country,
        region: query.region,
        min_age: query.min_age,
        max_age: query.max_age,
        phone: query.phone,
        email: query.email,
        currency: query.currency,
    };
    let (sought, vault) = (filter.clone(), ctx.vault.clone());
    let (verticals, vertical, browsed, (found, shown)) = ctx
        .db
        .read(move |conn| {
            let verticals = verticals::all(conn)?;
            // A buyer looks first at what its newest request is about.
            let usual = requests::latest(conn, caller.account_id)?;
            let vertical = verticals
                .iter()
                .find(|one| one.key == query.vertical)
                .or_else(|| {
                    let usual = usual?.vertical_id;
                    verticals.iter().find(|one| one.id == usual)
                })
                .or_else(|| verticals.first())
                .cloned()
                .ok_or_else(|| Error::refused(Code::NotFound))?;
            let mut browsed = super::market(conn, &caller, &vertical, &sought, now)?;
            let found = browsed.listings.len();
            let on_page = browsed.listings.drain(..).skip(skip).take(PAGE_ROWS);
            let shown = leads::shown(conn, &vault, on_page.collect())?;
            Ok((verticals, vertical, browsed, (found, shown)))
        })
        .await?;
    let cards = shown
        .into_iter()
        .map(|shown| Card::new(page.l, &vertical, shown))
        .collect();
    html(&MarketPage {
        errors: age_errors(&filter),
        page,
        verticals,
        vertical,
        filter,
        countries: places(browsed.countries),
        regions: places(browsed.regions),
        currencies: options(browsed.currencies),
        cards,
        found,
        next: (skip + PAGE_ROWS < found).then(|| (skip + PAGE_ROWS).to_string()),
    })
}

fn age_errors(filter: &MarketFilter) -> Vec<FieldError> {
    [("min_age", &filter.min_age), ("max_age", &filter.max_age)]
        .into_iter()
        .filter(|(_, age)| !age.is_empty() && age.parse::<i64>().is_err())
        .map(|(field, _)| FieldError::new(field, Reason::WrongType, "30"))
        .collect()
}

/// Codes of places by their names, in the order of the names.
fn places(codes: Vec<String>) -> Vec<(String, String)> {
    let mut named: Vec<(String, String)> = codes
        .into_iter()
        .map(|code| (code.clone(), format::place(code)))
        .collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    named
}

fn options(values: Vec<String>) -> Vec<(String, String)> {
    values
        .into_iter()
        .map(|value| (value.clone(), value))
        .collect()
}

#[derive(Deserialize)]
pub struct Nothing {}

/// Buys a lead that was picked on the market.
pub async fn buy(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<LeadId>,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let purchase = ctx
        .write(move |conn| super::buy(conn, &caller, *id, now))
        .await?;
    let message = fl!(page.l, "purchases-bought", price = purchase.price().shown());
    Ok(redirect_with(
        &format!("/buyer/purchases/{}", purchase.id),
        &message,
    ))
}

#[derive(Template)]
#[template(path = "purchases/inbox.html")]
struct InboxPage {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<Opened>,
    next: Option<String>,
    filtered: bool,
}

struct Tab {
    label: String,
    state: String,
    count: String,
    current: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct InboxQuery {
    state: String,
    request: String,
    limit: Option<String>,
    cursor: Option<String>,
}

impl InboxQuery {
    fn filter(&self, caller: &Caller, limit: i64) -> Filter {
        Filter {
            buyer: caller.account_id,
            state: self.state.parse().ok(),
            request: self.request.parse::<RequestId>().ok(),
            since: None,
            before: None,
            limit,
        }
    }
}

/// The buyer's purchases with phone and e-mail, newest first.
pub async fn inbox(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<InboxQuery>,
) -> Result<HttpResponse> {
    let paging = PageQuery {
        limit: query.limit.clone(),
        cursor: query.cursor.clone(),
    };
    let limit = paging.limit()?;
    let filter = Filter {
        before: paging.after()?.map(|cursor| (cursor.at, cursor.id.into())),
        ..query.filter(&caller, limit + 1)
    };
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let (rows, next, counts) = ctx
        .write(move |conn| {
            let shown = Paged::cut(super::inbox(conn, &filter)?, limit, place);
            let rows = super::open_many(conn, &vault, &caller, shown.data, now)?;
            let counts = super::counts(conn, caller.account_id)?;
            Ok((rows, shown.next_cursor, counts))
        })
        .await?;
    html(&InboxPage {
        tabs: tabs(page.l, &counts, &query.state),
        page,
        rows,
        next,
        filtered: !query.state.is_empty() || !query.request.is_empty(),
    })
}

fn tabs(l: &Lang, counts: &[(PurchaseState, i64)], current: &str) -> Vec<Tab> {
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    let mut tabs = vec![Tab {
        label: fl!(l, "purchases-tab-all"),
        state: String::new(),
        count: all.to_string(),
        current: current.is_empty(),
    }];
    tabs.extend(counts.iter().map(|(state, count)| Tab {
        label: crate::web::format::state_label(l, *state),
        state: state.to_string(),
        count: count.to_string(),
        current: current == state.as_str(),
    }));
    tabs
}

/// The purchases that the inbox shows, with contacts, as CSV or XLSX.
pub async fn export(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    kind: Path<FileKind>,
    query: Query<InboxQuery>,
) -> Result<HttpResponse> {
    let filter = query.filter(&caller, MAX_EXPORTED);
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let rows = ctx
        .write(move |conn| {
            let rows = super::inbox(conn, &filter)?;
            super::open_many(conn, &vault, &caller, rows, now)
        })
        .await?;
    let table = Table {
        columns: columns(page.l),
        rows: rows.into_iter().map(export_row).collect(),
    };
    table.download("purchases", kind.into_inner())
}

fn columns(l: &Lang) -> Vec<String> {
    vec![
        fl!(l, "purchases-column-purchase"),
        fl!(l, "purchases-column-bought"),
        fl!(l, "purchases-column-state"),
        fl!(l, "purchases-column-vertical"),
        fl!(l, "purchases-column-first-name"),
        fl!(l, "purchases-column-last-name"),
        fl!(l, "purchases-column-phone"),
        fl!(l, "purchases-column-email"),
        fl!(l, "purchases-column-company"),
        fl!(l, "purchases-column-job-title"),
        fl!(l, "purchases-column-interest"),
        fl!(l, "purchases-column-price"),
        fl!(l, "purchases-column-currency"),
        fl!(l, "purchases-column-attributes"),
    ]
}

fn export_row(opened: Opened) -> Vec<String> {
    let Opened {
        row,
        interest,
        contact,
    } = opened;
    let purchase = &row.purchase;
    vec![
        purchase.id.to_string(),
        purchase.purchased_at.to_string(),
        purchase.state.to_string(),
        row.vertical,
        contact.first_name.unwrap_or_default(),
        contact.last_name.unwrap_or_default(),
        contact.phone.unwrap_or_default(),
        contact.email.unwrap_or_default(),
        contact.company.unwrap_or_default(),
        contact.job_title.unwrap_or_default(),
        interest,
        purchase.price().amount(),
        purchase.currency.to_string(),
        row.attributes,
    ]
}
