//! What sellers and buyers do about withdrawn consents, as JSON.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::Task;
use crate::access::Caller;
use crate::clock::Ts;
use crate::error::Result;
use crate::id::{LeadId, PurchaseId};
use crate::leads::{self, link};
use crate::web::{Ctx, Idempotency, Problem, State, idempotent};

#[derive(utoipa::OpenApi)]
#[openapi(paths(withdrawal_link, confirm))]
pub struct Doc;

/// A link by which the person behind a lead withdraws its consent.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalLink {
    pub lead: LeadId,
    /// To be put into letters to the person; it never ends and does nothing else.
    pub url: String,
}

/// The link to put into your letters to the person.
#[utoipa::path(get, path = "/api/v1/leads/{id}/withdrawal_link", tag = "privacy",
    params(("id" = LeadId, Path)),
    responses((status = 200, body = WithdrawalLink), (status = 404, body = Problem)))]
pub async fn withdrawal_link(
    ctx: Ctx,
    caller: Caller,
    state: Data<State>,
    id: Path<LeadId>,
) -> Result<Json<WithdrawalLink>> {
    let lead = *id;
    ctx.db
        .read(move |conn| leads::owned(conn, lead, caller.account_id))
        .await?;
    let path = link::path(&ctx.vault, lead);
    Ok(Json(WithdrawalLink {
        lead,
        url: format!("{}{path}", state.config.public_url),
    }))
}

/// A withdrawn consent, and until when its buyer confirms that it stopped using the contact.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsentRevocation)]
pub struct RevocationJson {
    pub purchase: PurchaseId,
    pub lead: LeadId,
    pub told_at: Ts,
    pub confirm_by: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Ts>,
}

impl From<&Task> for RevocationJson {
    fn from(task: &Task) -> Self {
        Self {
            purchase: task.purchase_id,
            lead: task.lead_id,
            told_at: task.told_at,
            confirm_by: task.confirm_by,
            confirmed_at: task.confirmed_at,
        }
    }
}

/// Confirm that you stopped using a contact whose consent was withdrawn, and removed it.
///
/// From then on the contact is masked for you.
#[utoipa::path(post, path = "/api/v1/purchases/{id}/confirm_revocation", tag = "privacy",
    params(("id" = PurchaseId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = RevocationJson), (status = 409, body = Problem)))]
pub async fn confirm(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<PurchaseId>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        let task = super::confirm(conn, &caller, *id, now)?;
        Ok((200, json!(RevocationJson::from(&task))))
    })
    .await
}
