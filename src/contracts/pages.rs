//! Pages of contracts: the buyer's list, one contract and the editor; what sellers are offered; odds.

pub mod editor;
mod form;
pub mod odds;
mod rules;

use actix_web::{HttpResponse, web};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::api::parse_id;
use super::{
    Agreement, Charged, Contract, ContractState, Example, Forecast, Reporter, Spent, Terms,
    Version, example, sentences,
};
use crate::access::Role;
use crate::accounts;
use crate::error::{Error, Result};
use crate::id::{AccountId, ContractId};
use crate::money::Money;
use crate::text::Lang;
use crate::verticals::{self, Model, Vertical};
use crate::web::{Caller, Ctx, Cursor, Form, Page, PageQuery, Paged, html, redirect_with};

/// Charges that the page of a contract shows.
const CHARGES_SHOWN: i64 = 50;
/// Leads that the outlook of a contract is told for.
const OUTLOOK_LEADS: i64 = 10;

fn address(id: ContractId) -> String {
    format!("/buyer/contracts/{id}")
}

fn model_sentence(l: &Lang, model: Model) -> String {
    match model {
        Model::Ppl => fl!(l, "contracts-model-ppl-text"),
        Model::Ppa => fl!(l, "contracts-model-ppa-text"),
        Model::Pps => fl!(l, "contracts-model-pps-text"),
        Model::Hybrid => fl!(l, "contracts-model-hybrid-text"),
    }
}

fn reporter_label(l: &Lang, reporter: Reporter) -> String {
    match reporter {
        Reporter::Either => fl!(l, "contracts-reporter-either"),
        Reporter::Buyer => fl!(l, "contracts-reporter-buyer"),
        Reporter::Seller => fl!(l, "contracts-reporter-seller"),
    }
}

fn charge_label(l: &Lang, kind: &str) -> String {
    match kind {
        "appointment" => fl!(l, "contracts-charge-appointment"),
        "sale" => fl!(l, "contracts-charge-sale"),
        "base_fee" => fl!(l, "contracts-charge-base-fee"),
        _ => fl!(l, "contracts-charge-claim"),
    }
}

/// Whether this person may act for its account, not only look.
fn may_act(page: &Page) -> bool {
    page.caller
        .as_ref()
        .is_some_and(|caller| caller.approved && matches!(caller.role, Role::Owner | Role::Member))
}

/// A contract as a row of a list.
struct Row {
    contract: Contract,
    model: String,
    vertical: String,
    /// The other side; the open market has no name.
    other: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct ListQuery {
    cursor: Option<String>,
}

async fn rows(
    ctx: &Ctx,
    caller: &Caller,
    page: &Page,
    query: ListQuery,
) -> Result<(Vec<Row>, Option<String>)> {
    let paging = PageQuery {
        limit: None,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let party = caller.account_id;
    let (found, names, verticals) = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| (cursor.at, ContractId(cursor.id)));
            let found = super::page(conn, party, before, limit + 1)?;
            let others: Vec<AccountId> = found
                .iter()
                .filter_map(|row| other_side(&row.contract, party))
                .collect();
            let names = accounts::names_of(conn, &others)?;
            Ok((found, names, verticals::all(conn)?))
        })
        .await?;
    let cut = Paged::cut(found, limit, |row| Cursor {
        at: row.contract.created_at,
        id: row.contract.id.0,
    });
    let shown = |row: Agreement| Row {
        model: row.terms().model.label(page.l),
        vertical: verticals
            .iter()
            .find(|vertical| vertical.id == row.contract.vertical_id)
            .map_or_else(String::new, |vertical| vertical.name.clone()),
        other: other_side(&row.contract, party).and_then(|id| names.get(&id).cloned()),
        contract: row.contract,
    };
    Ok((cut.data.into_iter().map(shown).collect(), cut.next_cursor))
}

fn other_side(contract: &Contract, party: AccountId) -> Option<AccountId> {
    if contract.buyer_id == party {
        contract.seller_id
    } else {
        Some(contract.buyer_id)
    }
}

#[derive(Template)]
#[template(path = "contracts/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    next: Option<String>,
    shown: String,
    may_act: bool,
}

/// `GET /buyer/contracts`
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    let (rows, next) = rows(&ctx, &caller, &page, query.into_inner()).await?;
    html(&ListPage {
        shown: fl!(page.l, "contracts-shown", count = rows.len()),
        may_act: may_act(&page),
        rows,
        next,
        page,
    })
}

#[derive(Template)]
#[template(path = "contracts/offers.html")]
struct OffersPage {
    page: Page,
    rows: Vec<Row>,
    next: Option<String>,
    shown: String,
}

/// `GET /seller/contracts`
pub async fn offers(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    let (rows, next) = rows(&ctx, &caller, &page, query.into_inner()).await?;
    html(&OffersPage {
        shown: fl!(page.l, "contracts-shown", count = rows.len()),
        rows,
        next,
        page,
    })
}

/// A version of the terms in words.
struct Told {
    version: Version,
    model: String,
    sentences: Vec<String>,
    example: Example,
    is_in_force: bool,
    is_offered: bool,
}

/// A contract with what both sides see of it.
struct Shown {
    contract: Contract,
    vertical: Vertical,
    /// The name of the other side; `None` for the open market.
    other: Option<String>,
    /// Newest first.
    versions: Vec<Told>,
}

impl Shown {
    async fn read(ctx: &Ctx, caller: &Caller, l: &Lang, id: ContractId) -> Result<Self> {
        let party = caller.account_id;
        let (contract, versions, vertical, names) = ctx
            .db
            .read(move |conn| {
                let (contract, versions) = super::get(conn, party, id)?;
                let vertical = verticals::by_id(conn, contract.vertical_id)?;
                let others: Vec<AccountId> = other_side(&contract, party).into_iter().collect();
                let names = accounts::names_of(conn, &others)?;
                Ok((contract, versions, vertical, names))
            })
            .await?;
        let is_private = contract.seller_id.is_some();
        let versions = versions.into_iter().map(|version| Told {
            model: version.terms.model.label(l),
            sentences: sentences(l, &version.terms, &vertical, is_private),
            example: example(l, &version.terms, None),
            is_in_force: contract.in_force == Some(version.number),
            is_offered: contract.offered == Some(version.number),
            version,
        });
        Ok(Self {
            versions: versions.collect(),
            other: names.into_values().next(),
            contract,
            vertical,
        })
    }

    /// The terms that the page is about: those in force, else the newest.
    fn main(&self) -> Option<&Told> {
        self.versions
            .iter()
            .find(|told| told.is_in_force)
            .or(self.versions.first())
    }

    fn offered(&self) -> Option<&Told> {
        self.versions.iter().find(|told| told.is_offered)
    }

    fn terms(&self) -> Result<&Terms> {
        self.main()
            .map(|told| &told.version.terms)
            .ok_or_else(|| Error::Internal(anyhow::anyhow!("{} has no terms", self.contract.id)))
    }
}

#[derive(Template)]
#[template(path = "contracts/show.html")]
struct ShowPage {
    page: Page,
    shown: Shown,
    /// What ten leads are likely to cost, and the most; `None` where each request bids.
    outlook: Option<String>,
    spent: Spent,
    charges: Vec<(String, Charged)>,
    may_act: bool,
}

impl ShowPage {
    fn close_address(&self) -> String {
        format!("{}/close", address(self.shown.contract.id))
    }

    fn is_open(&self) -> bool {
        !self.shown.contract.state.is_over() && !self.shown.contract.is_standard
    }
}

/// `GET /buyer/contracts/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let id = parse_id(&id)?;
    let shown = Shown::read(&ctx, &caller, page.l, id).await?;
    let (terms, vertical) = (shown.terms()?.clone(), shown.vertical.clone());
    let (currency, model) = (terms.currency, terms.model);
    let (odds, spent, charges) = ctx
        .db
        .read(move |conn| {
            let odds = super::odds(conn, &vertical, caller.account_id, (model, currency))?;
            let spent = super::spent(conn, id, currency)?;
            let charges = super::charged(conn, id, currency, CHARGES_SHOWN)?;
            Ok((odds, spent, charges))
        })
        .await?;
    let price = terms.price_lead.unwrap_or(Money::new(0, currency));
    let outlook = (!terms.asks_for_bid())
        .then(|| Forecast::of(&terms, price, OUTLOOK_LEADS, &odds).sentence(page.l));
    html(&ShowPage {
        outlook,
        charges: charges
            .into_iter()
            .map(|charge| (charge_label(page.l, &charge.kind), charge))
            .collect(),
        spent,
        may_act: may_act(&page),
        shown,
        page,
    })
}

#[derive(Template)]
#[template(path = "contracts/offer.html")]
struct OfferPage {
    page: Page,
    shown: Shown,
    may_act: bool,
}

/// `GET /seller/contracts/{id}`
pub async fn offer(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let shown = Shown::read(&ctx, &caller, page.l, parse_id(&id)?).await?;
    html(&OfferPage {
        may_act: may_act(&page),
        shown,
        page,
    })
}

#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// `POST /buyer/contracts/{id}/close`
pub async fn close(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Result<HttpResponse> {
    let (id, now) = (parse_id(&id)?, ctx.now());
    ctx.write(move |conn| super::close(conn, &caller, id, now))
        .await?;
    Ok(redirect_with(
        &address(id),
        &fl!(page.l, "contracts-closed"),
    ))
}

/// The version that the seller read.
#[derive(Debug, Deserialize)]
pub struct AnswerForm {
    version: i32,
}

async fn answer(ctx: Ctx, caller: Caller, id: ContractId, seen: i32, accepts: bool) -> Result<()> {
    let now = ctx.now();
    ctx.write(move |conn| {
        super::check_seen(conn, caller.account_id, id, seen)?;
        super::answer(conn, &caller, id, accepts, now)
    })
    .await?;
    Ok(())
}

/// `POST /seller/contracts/{id}/accept`
pub async fn accept(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
    Form(form): Form<AnswerForm>,
) -> Result<HttpResponse> {
    let id = parse_id(&id)?;
    answer(ctx, caller, id, form.version, true).await?;
    let to = format!("/seller/contracts/{id}");
    Ok(redirect_with(&to, &fl!(page.l, "contracts-accepted")))
}

/// `POST /seller/contracts/{id}/decline`
pub async fn decline(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: web::Path<String>,
    Form(form): Form<AnswerForm>,
) -> Result<HttpResponse> {
    let id = parse_id(&id)?;
    answer(ctx, caller, id, form.version, false).await?;
    let to = format!("/seller/contracts/{id}");
    Ok(redirect_with(&to, &fl!(page.l, "contracts-declined")))
}
