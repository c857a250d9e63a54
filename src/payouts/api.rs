//! `/api/v1/payouts`: a seller asks for its money; and `/api/v1/payout_approvals` and
//! `/api/v1/payout_batches` for the operator.

pub mod approvals;
pub mod batches;

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{Ask, Origin, Payout, PayoutState};
use crate::clock::Ts;
use crate::error::Result;
use crate::id::{PayoutBatchId, PayoutId};
use crate::money::{Money, MoneyJson};
use crate::web::{Body, Caller, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, idempotent};

#[derive(OpenApi)]
#[openapi(paths(
    list,
    ask,
    get,
    cancel,
    batches::list,
    batches::make,
    batches::get,
    batches::file,
    batches::sent,
    batches::end,
    approvals::list,
    approvals::decide
))]
pub struct Doc;

/// A payout.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payout)]
pub struct PayoutJson {
    pub id: PayoutId,
    #[schema(value_type = MoneyJson)]
    pub amount: Money,
    pub state: PayoutState,
    /// Who asked: the seller, its schedule, or the operator for it.
    pub origin: Origin,
    /// How the bank's files and statements name it.
    pub end_to_end_id: String,
    /// The account that it goes to, masked; once it is in a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<PayoutBatchId>,
    pub asked_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Ts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Ts>,
    /// When it was paid, failed, came back, or was called off or refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Ts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<&Payout> for PayoutJson {
    fn from(payout: &Payout) -> Self {
        Self {
            id: payout.id,
            amount: payout.amount,
            state: payout.state,
            origin: payout.origin,
            end_to_end_id: payout.end_to_end_id(),
            account: payout.hint.clone(),
            batch: payout.batch_id,
            asked_at: payout.asked_at,
            approved_at: payout.approved_at,
            sent_at: payout.sent_at,
            ended_at: payout.ended_at,
            reason: payout.reason.clone(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    pub state: Option<PayoutState>,
    /// Rows to answer, at most 200; 50 when missing.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The seller's payouts, newest first.
#[utoipa::path(get, path = "/api/v1/payouts", tag = "payouts", params(ListQuery),
    responses((status = 200, body = Paged<PayoutJson>),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    query: Query<ListQuery>,
) -> Result<Json<Paged<PayoutJson>>> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let rows = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| PayoutId(cursor.id));
            super::of_seller(conn, caller.account_id, query.state, before, limit + 1)
        })
        .await?;
    let page = Paged::cut(rows, limit, |row| Cursor {
        at: row.asked_at,
        id: row.id.0,
    });
    Ok(Json(page.map(|row| PayoutJson::from(&row))))
}

/// Money to be paid out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayoutJson {
    #[schema(example = "EUR")]
    pub currency: String,
    /// A decimal; all that can be paid out when it is left out.
    #[schema(example = "120.00")]
    pub amount: Option<String>,
}

/// Ask for a payout: what is payable, less what the seller owes, from the minimum on.
#[utoipa::path(post, path = "/api/v1/payouts", tag = "payouts", request_body = NewPayoutJson,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = PayoutJson),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn ask(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    body: Body<NewPayoutJson>,
) -> Result<HttpResponse> {
    let NewPayoutJson { currency, amount } = body.0;
    let amount = amount.unwrap_or_default();
    let wanted = Ask::parse(&caller, caller.account_id, &currency, &amount)?;
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        let payout = super::ask(conn, &wanted, now)?;
        Ok((201, json!(PayoutJson::from(&payout))))
    })
    .await
}

/// One payout.
#[utoipa::path(get, path = "/api/v1/payouts/{id}", tag = "payouts",
    params(("id" = PayoutId, Path)),
    responses((status = 200, body = PayoutJson),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(ctx: Ctx, caller: Caller, id: Path<PayoutId>) -> Result<Json<PayoutJson>> {
    let payout = ctx
        .db
        .read(move |conn| super::payout(conn, caller.account_id, *id))
        .await?;
    Ok(Json(PayoutJson::from(&payout)))
}

/// Call a payout off that nobody has approved yet.
#[utoipa::path(post, path = "/api/v1/payouts/{id}/cancel", tag = "payouts",
    params(("id" = PayoutId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = PayoutJson),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn cancel(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<PayoutId>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        let payout = super::cancel(conn, &caller, *id, now)?;
        Ok((200, json!(PayoutJson::from(&payout))))
    })
    .await
}
