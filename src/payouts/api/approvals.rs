//! `/api/v1/payout_approvals`: the first pair of eyes, for those who pay.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::PayoutJson;
use crate::db::types::text_enum;
use crate::error::Result;
use crate::id::{AccountId, PayoutId};
use crate::payouts::{self, PayoutState};
use crate::web::{Body, Caller, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, idempotent};

/// A payout that waits for approval.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PayoutApproval)]
pub struct WaitingJson {
    pub seller: AccountId,
    pub seller_name: String,
    pub payout: PayoutJson,
}

/// The payouts that wait for approval, the newest first.
#[utoipa::path(get, path = "/api/v1/payout_approvals", tag = "payouts", params(PageQuery),
    responses((status = 200, body = Paged<WaitingJson>)))]
pub async fn list(ctx: Ctx, paging: Query<PageQuery>) -> Result<Json<Paged<WaitingJson>>> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let rows = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| PayoutId(cursor.id));
            payouts::list(conn, Some(PayoutState::Requested), before, limit + 1)
        })
        .await?;
    let page = Paged::cut(rows, limit, |row| Cursor {
        at: row.payout.asked_at,
        id: row.payout.id.0,
    });
    Ok(Json(page.map(|row| WaitingJson {
        seller: row.payout.seller_id,
        payout: PayoutJson::from(&row.payout),
        seller_name: row.seller,
    })))
}

text_enum! {
    /// What becomes of a payout that waits.
    pub enum Verdict { Approve = "approve", Refuse = "refuse" }
}

/// A decision on a payout that waits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PayoutVerdict)]
pub struct VerdictJson {
    pub decision: Verdict,
    /// Why it is refused, which the seller reads; needed for that.
    #[serde(default)]
    pub reason: String,
}

/// Approve a payout that somebody else asked for, or refuse it; what is refused is payable again.
#[utoipa::path(post, path = "/api/v1/payout_approvals/{id}", tag = "payouts",
    request_body = VerdictJson,
    params(("id" = PayoutId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = PayoutJson),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn decide(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<PayoutId>,
    body: Body<VerdictJson>,
) -> Result<HttpResponse> {
    let (id, verdict, now) = (id.into_inner(), body.0, ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        let payout = match verdict.decision {
            Verdict::Approve => payouts::approve(conn, &caller, id, now)?,
            Verdict::Refuse => payouts::refuse(conn, &caller, id, &verdict.reason, now)?,
        };
        Ok((200, json!(PayoutJson::from(&payout))))
    })
    .await
}
