//! `/api/v1/payout_batches`, for those who pay.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Json, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::PayoutJson;
use crate::clock::Ts;
use crate::db::types::text_enum;
use crate::error::{Error, Reason, Result};
use crate::id::{PayoutBatchId, PayoutId};
use crate::money::{Currency, Money, MoneyJson};
use crate::payouts::batch::{self, Batch, BatchState, Method, Wanted};
use crate::payouts::{self, Outcome, pain};
use crate::web::export::FileKind;
use crate::web::{
    Body, Caller, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, State, idempotent,
};

text_enum! {
    /// The kind of file that a batch is given to the bank as.
    pub enum BankFile {
        /// pain.001.001.09
        Xml = "xml",
        Csv = "csv",
    }
}

/// A batch of payouts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PayoutBatch)]
pub struct BatchJson {
    pub id: PayoutBatchId,
    pub method: Method,
    pub state: BatchState,
    /// How many payouts it was made of.
    pub count: i32,
    #[schema(value_type = MoneyJson)]
    pub total: Money,
    /// How the bank's files name it.
    pub message_id: String,
    pub made_at: Ts,
    /// When it was sent or dissolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Ts>,
    /// Its payouts; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payouts: Option<Vec<PayoutJson>>,
}

impl From<&Batch> for BatchJson {
    fn from(batch: &Batch) -> Self {
        Self {
            id: batch.id,
            method: batch.method,
            state: batch.state,
            count: batch.payouts,
            total: batch.total,
            message_id: batch.message_id(),
            made_at: batch.made_at,
            ended_at: batch.ended_at,
            payouts: None,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    pub state: Option<BatchState>,
    /// Rows to answer, at most 200; 50 when missing.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Batches, newest first.
#[utoipa::path(get, path = "/api/v1/payout_batches", tag = "payouts", params(ListQuery),
    responses((status = 200, body = Paged<BatchJson>)))]
pub async fn list(ctx: Ctx, query: Query<ListQuery>) -> Result<Json<Paged<BatchJson>>> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let rows = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| PayoutBatchId(cursor.id));
            batch::list(conn, query.state, before, limit + 1)
        })
        .await?;
    let page = Paged::cut(rows, limit, |row| Cursor {
        at: row.made_at,
        id: row.id.0,
    });
    Ok(Json(page.map(|row| BatchJson::from(&row))))
}

/// What a batch is made of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBatchJson {
    #[schema(example = "EUR")]
    pub currency: String,
    pub method: Method,
}

/// Make a batch of the approved payouts of one currency that wait. Whoever approved a payout may not.
#[utoipa::path(post, path = "/api/v1/payout_batches", tag = "payouts", request_body = NewBatchJson,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = BatchJson),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn make(
    ctx: Ctx,
    state: Data<State>,
    caller: Caller,
    idem: Idempotency,
    body: Body<NewBatchJson>,
) -> Result<HttpResponse> {
    let currency: Currency =
        body.0.currency.parse().map_err(|_| {
            Error::invalid_field("currency", Reason::CurrencyUnknown, "EUR, RUB, ..")
        })?;
    let wanted = Wanted {
        currency,
        method: body.0.method,
    };
    let (vault, now, config) = (ctx.vault.clone(), ctx.now(), state.config.clone());
    idempotent(&ctx, &idem, move |conn| {
        let debtor = config.debtor.as_ref();
        let made = batch::make(conn, &vault, &caller, wanted, debtor, now)?;
        Ok((201, json!(whole(conn, made.id)?)))
    })
    .await
}

fn whole(conn: &mut crate::db::Conn, id: PayoutBatchId) -> Result<BatchJson> {
    let batch = batch::batch(conn, id)?;
    let payouts = batch::payouts(conn, id)?;
    Ok(BatchJson {
        payouts: Some(payouts.iter().map(PayoutJson::from).collect()),
        ..BatchJson::from(&batch)
    })
}

/// One batch with its payouts.
#[utoipa::path(get, path = "/api/v1/payout_batches/{id}", tag = "payouts",
    params(("id" = PayoutBatchId, Path)),
    responses((status = 200, body = BatchJson),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(ctx: Ctx, id: Path<PayoutBatchId>) -> Result<Json<BatchJson>> {
    Ok(Json(ctx.db.read(move |conn| whole(conn, *id)).await?))
}

/// The batch as a file for the bank: SEPA credit transfers as XML, or any batch as CSV. It names accounts in
/// full, so each download is noted in the audit log.
#[utoipa::path(get, path = "/api/v1/payout_batches/{id}/file/{kind}", tag = "payouts",
    params(("id" = PayoutBatchId, Path), ("kind" = BankFile, Path)),
    responses((status = 200, content_type = "application/xml"),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn file(
    ctx: Ctx,
    caller: Caller,
    path: Path<(PayoutBatchId, BankFile)>,
) -> Result<HttpResponse> {
    let (id, kind) = path.into_inner();
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let (batch, transfers) = ctx
        .write(move |conn| batch::transfers(conn, &vault, &caller, id, now))
        .await?;
    let name = format!("payouts-{}", batch.message_id());
    match kind {
        BankFile::Csv => pain::table(&transfers).download(&name, FileKind::Csv),
        BankFile::Xml => {
            let body = pain::initiation(&batch, &transfers)?;
            Ok(HttpResponse::Ok()
                .insert_header((CONTENT_TYPE, "application/xml"))
                .insert_header((
                    CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{name}.xml\""),
                ))
                .insert_header((CACHE_CONTROL, "no-store"))
                .body(body))
        }
    }
}

/// Note that the batch's file is with the bank.
#[utoipa::path(post, path = "/api/v1/payout_batches/{id}/sent", tag = "payouts",
    params(("id" = PayoutBatchId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = BatchJson),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn sent(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<PayoutBatchId>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        batch::mark_sent(conn, &caller, *id, now)?;
        Ok((200, json!(whole(conn, *id)?)))
    })
    .await
}

text_enum! {
    /// How a payout ended.
    pub enum Ending { Paid = "paid", Failed = "failed", Returned = "returned" }
}

/// What the bank said of a payout.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndingJson {
    pub state: Ending,
    /// Why it failed or came back; needed for these.
    pub reason: Option<String>,
}

/// Note what the bank says of one payout of a batch. What failed or came back is payable again.
#[utoipa::path(post, path = "/api/v1/payout_batches/{id}/payouts/{payout}", tag = "payouts",
    request_body = EndingJson,
    params(("id" = PayoutBatchId, Path), ("payout" = PayoutId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = PayoutJson),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn end(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    path: Path<(PayoutBatchId, PayoutId)>,
    body: Body<EndingJson>,
) -> Result<HttpResponse> {
    let (id, payout) = path.into_inner();
    let reason = body.0.reason.unwrap_or_default();
    let outcome = match body.0.state {
        Ending::Paid => Outcome::Paid,
        Ending::Failed => Outcome::Failed(reason),
        Ending::Returned => Outcome::Returned(reason),
    };
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        payouts::in_batch(conn, payout, id)?;
        let ended = payouts::end(conn, caller.actor(), payout, &outcome, now)?;
        Ok((200, json!(PayoutJson::from(&ended))))
    })
    .await
}
