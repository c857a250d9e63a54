//! The buyer's wallet.

use actix_web::HttpResponse;
use actix_web::web::Query;
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::event_label;
use crate::access::{Caller, Role};
use crate::error::{FieldError, Result};
use crate::id::AccountId;
use crate::ledger::deposits::{self, DepositRequest, DepositState, NewDeposit};
use crate::ledger::{self, Event, LedgerAccount, Source, Statement, StatementQuery, WalletBalance};
use crate::money::Currency;
use crate::web::{Ctx, Form, Page, PageQuery, format, html, html_status, redirect_with};

/// Deposits that the page shows beside the statement.
const DEPOSITS: i64 = 10;
/// What a wallet's statement can be narrowed to.
const EVENTS: &[Event] = &[
    Event::Deposit,
    Event::Hold,
    Event::Release,
    Event::Refund,
    Event::WithdrawalAsked,
];

#[derive(Template)]
#[template(path = "ledger/wallet.html")]
struct WalletPage {
    page: Page,
    balances: Vec<WalletBalance>,
    currency: Currency,
    events: Vec<(&'static str, String, bool)>,
    statement: Statement,
    deposits: Vec<DepositRequest>,
    form: DepositForm,
    errors: Vec<FieldError>,
    currencies: Vec<(String, String)>,
    is_filtered: bool,
    may_deposit: bool,
}

impl WalletPage {
    fn label(&self, event: &Event) -> String {
        event_label(self.page.l, *event)
    }

    /// The page of what caused a line, where the buyer has one.
    fn href(&self, source: &Source) -> String {
        match source {
            Source::Purchase(id) => format!("/buyer/purchases/{id}"),
            _ => String::new(),
        }
    }

    fn has_waiting(&self) -> bool {
        self.deposits
            .iter()
            .any(|deposit| deposit.state == DepositState::Requested)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WalletQuery {
    currency: String,
    event: String,
    limit: Option<String>,
    cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DepositForm {
    amount: String,
    currency: String,
    reference: String,
}

/// `GET /buyer/wallet`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    query: Query<WalletQuery>,
) -> Result<HttpResponse> {
    let shown = read(
        &ctx,
        &caller,
        page,
        &query,
        DepositForm::default(),
        Vec::new(),
    );
    html(&shown.await?)
}

async fn read(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    query: &WalletQuery,
    mut form: DepositForm,
    errors: Vec<FieldError>,
) -> Result<WalletPage> {
    let asked: Option<Currency> = query.currency.parse().ok();
    let event: Option<Event> = query.event.parse().ok();
    let paging = PageQuery {
        limit: query.limit.clone(),
        cursor: None,
    };
    let wanted = StatementQuery {
        event,
        cursor: query.cursor.clone(),
        limit: paging.limit()?,
    };
    let buyer: AccountId = caller.account_id;
    let (balances, currency, statement, deposits) = ctx
        .db
        .read(move |conn| {
            let balances = ledger::wallet(conn, buyer)?;
            let first = balances.first().map(|balance| balance.available.currency);
            let currency = asked.or(first).unwrap_or(Currency::EUR);
            let account = LedgerAccount::Wallet(buyer);
            let statement = ledger::statement(conn, account, currency, &wanted)?;
            let deposits = deposits::of_buyer(conn, buyer, DEPOSITS)?;
            Ok((balances, currency, statement, deposits))
        })
        .await?;
    if form.currency.is_empty() {
        form.currency = currency.to_string();
    }
    Ok(WalletPage {
        events: EVENTS
            .iter()
            .map(|&one| (one.as_str(), event_label(page.l, one), event == Some(one)))
            .collect(),
        page,
        balances,
        currency,
        statement,
        deposits,
        currencies: format::currencies(&form.currency),
        form,
        errors,
        is_filtered: event.is_some(),
        may_deposit: caller.approved && caller.role != Role::Viewer,
    })
}

/// `POST /buyer/wallet/deposits`
pub async fn request_deposit(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    form: Form<DepositForm>,
) -> Result<HttpResponse> {
    let form = form.0;
    let new = match NewDeposit::parse(&form.amount, &form.currency, &form.reference) {
        Ok(new) => new,
        Err(errors) => {
            let query = WalletQuery::default();
            let shown = read(&ctx, &caller, page, &query, form, errors).await?;
            return html_status(422, &shown);
        }
    };
    let now = ctx.now();
    let message = fl!(
        page.l,
        "ledger-deposit-announced",
        amount = new.amount.shown()
    );
    ctx.write(move |conn| deposits::request(conn, &caller, &new, now))
        .await?;
    Ok(redirect_with("/buyer/wallet", &message))
}
