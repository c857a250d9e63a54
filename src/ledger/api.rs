//! The wallet as JSON.

use actix_web::HttpResponse;
use actix_web::web::{Json, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::deposits::{self, DepositRequest, DepositState, NewDeposit};
use super::{Event, LedgerAccount, StatementLine, StatementQuery, WalletBalance};
use crate::access::Caller;
use crate::clock::Ts;
use crate::error::{Error, FieldError, Reason, Result};
use crate::id::{DepositId, PostingId};
use crate::money::{Currency, Money, MoneyJson};
use crate::web::{Body, Ctx, Idempotency, PageQuery, Paged, idempotent};

#[derive(utoipa::OpenApi)]
#[openapi(paths(wallet, list_deposits, request_deposit))]
pub struct Doc;

/// The deposits that one answer lists.
const MAX_DEPOSITS: i64 = 200;

/// A buyer's money in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WalletBalance)]
pub struct BalanceJson {
    #[schema(value_type = MoneyJson)]
    pub available: Money,
    /// Set aside for charges that have not happened yet.
    #[schema(value_type = MoneyJson)]
    pub held: Money,
}

impl From<&WalletBalance> for BalanceJson {
    fn from(balance: &WalletBalance) -> Self {
        Self {
            available: balance.available,
            held: balance.held,
        }
    }
}

/// One change of the wallet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WalletLine)]
pub struct LineJson {
    pub posting: PostingId,
    pub event: Event,
    /// The id of the purchase, deposit or dispute that caused it.
    pub source: String,
    pub at: Ts,
    /// Negative when money left the wallet.
    #[schema(value_type = MoneyJson)]
    pub change: Money,
    #[schema(value_type = Option<MoneyJson>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Money>,
}

impl From<&StatementLine> for LineJson {
    fn from(line: &StatementLine) -> Self {
        Self {
            posting: line.posting,
            event: line.event,
            source: line.source.to_string(),
            at: line.at,
            change: line.change,
            balance: line.balance,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wallet)]
pub struct WalletJson {
    /// A line for each currency that the buyer ever had.
    pub balances: Vec<BalanceJson>,
    /// The statement of one currency, newest first.
    pub statement: Paged<LineJson>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WalletQuery {
    /// The currency of the statement; the first of the balances when missing.
    pub currency: Option<String>,
    pub event: Option<Event>,
    /// Rows to answer, at most 200; 50 when missing.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The buyer's balances and the statement of one currency.
#[utoipa::path(get, path = "/api/v1/wallet", tag = "wallet", params(WalletQuery),
    responses((status = 200, body = WalletJson), (status = 422, body = crate::web::Problem)))]
pub async fn wallet(
    ctx: Ctx,
    caller: Caller,
    query: Query<WalletQuery>,
) -> Result<Json<WalletJson>> {
    let query = query.into_inner();
    let asked = query
        .currency
        .map(|code| code.parse::<Currency>())
        .transpose()
        .map_err(|_| Error::invalid_field("currency", Reason::CurrencyUnknown, "EUR, RUB, .."))?;
    let paging = PageQuery {
        limit: query.limit,
        cursor: None,
    };
    let wanted = StatementQuery {
        event: query.event,
        cursor: query.cursor,
        limit: paging.limit()?,
    };
    let (balances, statement) = ctx
        .db
        .read(move |conn| {
            let balances = super::wallet(conn, caller.account_id)?;
            let first = balances.first().map(|balance| balance.available.currency);
            let currency = asked.or(first).unwrap_or(Currency::EUR);
            let account = LedgerAccount::Wallet(caller.account_id);
            let statement = super::statement(conn, account, currency, &wanted)?;
            Ok((balances, statement))
        })
        .await?;
    Ok(Json(WalletJson {
        balances: balances.iter().map(Into::into).collect(),
        statement: Paged {
            data: statement.lines.iter().map(Into::into).collect(),
            next_cursor: statement.next,
        },
    }))
}

/// A deposit as its buyer sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deposit)]
pub struct DepositJson {
    pub id: DepositId,
    #[schema(value_type = MoneyJson)]
    pub amount: Money,
    pub reference: String,
    pub state: DepositState,
    pub requested_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Ts>,
}

impl From<&DepositRequest> for DepositJson {
    fn from(deposit: &DepositRequest) -> Self {
        Self {
            id: deposit.id,
            amount: deposit.amount,
            reference: deposit.reference.clone(),
            state: deposit.state,
            requested_at: deposit.requested_at,
            decided_at: deposit.decided_at,
        }
    }
}

/// The buyer's newest deposits, at most 200.
#[utoipa::path(get, path = "/api/v1/wallet/deposits", tag = "wallet",
    responses((status = 200, body = Paged<DepositJson>)))]
pub async fn list_deposits(ctx: Ctx, caller: Caller) -> Result<Json<Paged<DepositJson>>> {
    let rows = ctx
        .db
        .read(move |conn| deposits::of_buyer(conn, caller.account_id, MAX_DEPOSITS))
        .await?;
    Ok(Json(Paged {
        data: rows.iter().map(Into::into).collect(),
        next_cursor: None,
    }))
}

/// Money that the buyer is about to transfer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDepositJson {
    pub amount: MoneyJson,
    /// What the transfer says, so that the operator finds it; at most 140 characters.
    #[schema(example = "Invoice 2026-118")]
    pub reference: String,
}

/// Announce a deposit; it is credited when the operator has seen the money.
#[utoipa::path(post, path = "/api/v1/wallet/deposits", tag = "wallet", request_body = NewDepositJson,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = DepositJson),
        (status = 422, body = crate::web::Problem, content_type = "application/problem+json")))]
pub async fn request_deposit(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    body: Body<NewDepositJson>,
) -> Result<HttpResponse> {
    let NewDepositJson { amount, reference } = body.0;
    let new =
        NewDeposit::parse(&amount.amount, &amount.currency, &reference).map_err(|errors| {
            let errors: Vec<_> = errors
                .into_iter()
                .map(|error| match error.field.as_str() {
                    "amount" => FieldError {
                        field: "amount.amount".to_owned(),
                        ..error
                    },
                    "currency" => error.within("amount"),
                    _ => error,
                })
                .collect();
            Error::from(errors)
        })?;
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        let deposit = deposits::request(conn, &caller, &new, now)?;
        Ok((201, json!(DepositJson::from(&deposit))))
    })
    .await
}
