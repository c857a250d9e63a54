//! Asking a person to confirm the contact, by API.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::clock::Ts;
use crate::db::types::to_value;
use crate::error::Result;
use crate::id::LeadId;
use crate::leads::confirm::{self, CodeChannel, Progress};
use crate::verification::VerifierData;
use crate::web::{Body, Ctx, Idempotency, Problem, State, idempotent};

/// The way a code goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationRequest {
    pub channel: CodeChannel,
}

/// How far a lead's confirmation has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfirmationJson {
    channel: CodeChannel,
    /// Codes that were sent, of at most three.
    sends: i32,
    asked_at: Ts,
    expires_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_at: Option<Ts>,
}

impl From<Progress> for ConfirmationJson {
    fn from(progress: Progress) -> Self {
        Self {
            channel: progress.channel,
            sends: progress.sends,
            asked_at: progress.asked_at,
            expires_at: progress.expires_at,
            confirmed_at: progress.confirmed_at,
        }
    }
}

/// Send the person a one-time code, by which the check `confirmation` passes.
#[utoipa::path(post, path = "/api/v1/leads/{id}/confirmation", tag = "leads",
    request_body = ConfirmationRequest,
    params(("id" = LeadId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 202, body = ConfirmationJson),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn ask_confirmation(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    verifier: VerifierData,
    state: Data<State>,
    id: Path<LeadId>,
    Body(sent): Body<ConfirmationRequest>,
) -> Result<HttpResponse> {
    let (id, now) = (id.into_inner(), ctx.now());
    confirm::check_channel(sent.channel, state.config.sms.is_some())?;
    idempotent(&ctx, &idem, move |conn| {
        let lead = (Some(caller.account_id), id);
        let asked = confirm::ask(conn, &verifier, lead, sent.channel, caller.actor(), now)?;
        Ok((202, to_value(&ConfirmationJson::from(asked))?))
    })
    .await
}
