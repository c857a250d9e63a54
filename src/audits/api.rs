//! Audits as JSON: the queue and its work for auditors, results and figures for both.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::{self, Filter};
use super::{
    AuditOutcome, AuditState, DrawnBecause, Figure, Findings, LeadAudit, Verdict, decide as end,
    queue,
};
use crate::access::{AccountKind, Caller};
use crate::clock::Ts;
use crate::db::types::to_value;
use crate::error::{Error, Reason, Result};
use crate::id::{AccountId, LeadAuditId, LeadId};
use crate::leads::Contact;
use crate::web::{Body, Ctx, Idempotency, Problem, idempotent};

#[derive(utoipa::OpenApi)]
#[openapi(paths(list, show, figures, take_next, contact, decide, give_back))]
pub struct Doc;

/// Audits and figures that one answer has.
const MOST: i64 = 200;

/// An audit of a lead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadAudit)]
pub struct AuditJson {
    pub id: LeadAuditId,
    pub lead: LeadId,
    pub seller: AccountId,
    pub state: AuditState,
    pub why: DrawnBecause,
    /// 0 to 4.
    pub risk: i32,
    pub drawn_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Ts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Findings>,
    /// Charges that are given back.
    pub refunds: i32,
    /// What the auditor wrote; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl AuditJson {
    fn new(audit: &LeadAudit, note: Option<String>) -> Result<Self> {
        Ok(Self {
            id: audit.id,
            lead: audit.lead_id,
            seller: audit.seller_id,
            state: audit.state,
            why: audit.why,
            risk: audit.risk,
            drawn_at: audit.drawn_at,
            decided_at: audit.decided_at,
            findings: audit.findings()?,
            refunds: audit.refunds,
            note,
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// One state; without it whatever is decided.
    pub state: Option<AuditState>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadAudits)]
pub struct AuditsJson {
    pub data: Vec<AuditJson>,
}

/// Audits: the exchange's of every state, the queue with the greatest risk first; a seller's own once they
/// are decided. Up to 200.
#[utoipa::path(get, path = "/api/v1/audits", tag = "audits", params(ListQuery),
    responses((status = 200, body = AuditsJson)))]
pub async fn list(ctx: Ctx, caller: Caller, query: Query<ListQuery>) -> Result<Json<AuditsJson>> {
    let decided = || AuditState::ALL.iter().copied().filter(|s| s.is_decided());
    let states: Vec<AuditState> = query.state.map_or_else(|| decided().collect(), |s| vec![s]);
    let is_desk = caller.account_kind == AccountKind::Operator;
    if !is_desk && !states.iter().all(|state| state.is_decided()) {
        let states: Vec<&str> = decided().map(AuditState::as_str).collect();
        return Err(Error::invalid_field(
            "state",
            Reason::NotAllowed,
            states.join(", "),
        ));
    }
    let filter = Filter {
        seller: (!is_desk).then_some(caller.account_id),
        as_queue: states.iter().any(|state| !state.is_decided()),
        states,
    };
    let audits = ctx
        .db
        .read(move |conn| store::list(conn, &filter, MOST))
        .await?;
    let data = audits
        .iter()
        .map(|audit| AuditJson::new(audit, None))
        .collect::<Result<_>>()?;
    Ok(Json(AuditsJson { data }))
}

/// One audit with what its auditor wrote.
#[utoipa::path(get, path = "/api/v1/audits/{id}", tag = "audits", params(("id" = LeadAuditId, Path)),
    responses(
        (status = 200, body = AuditJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(ctx: Ctx, caller: Caller, id: Path<LeadAuditId>) -> Result<Json<AuditJson>> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let shown = ctx
        .write(move |conn| {
            let audit = queue::case(conn, &caller, *id)?;
            let note = if audit.state.is_decided() {
                Some(queue::note(conn, &vault, &caller, &audit, now)?)
            } else {
                None
            };
            AuditJson::new(&audit, note)
        })
        .await?;
    Ok(Json(shown))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditFigures)]
pub struct FiguresJson {
    pub data: Vec<Figure>,
}

/// How often leads hold, by seller and vertical, with the 95 % confidence interval; a seller sees its own.
#[utoipa::path(get, path = "/api/v1/audits/figures", tag = "audits",
    responses((status = 200, body = FiguresJson)))]
pub async fn figures(ctx: Ctx, caller: Caller) -> Result<Json<FiguresJson>> {
    let seller = (caller.account_kind == AccountKind::Seller).then_some(caller.account_id);
    let data = ctx
        .db
        .read(move |conn| super::figures(conn, seller, MOST))
        .await?;
    Ok(Json(FiguresJson { data }))
}

/// Take the audit with the greatest risk, the oldest first.
#[utoipa::path(post, path = "/api/v1/audits/next", tag = "audits",
    params(("Idempotency-Key" = String, Header, description = "Your own key of this request")),
    responses(
        (status = 200, body = AuditJson),
        (status = 409, description = "The queue is empty", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn take_next(ctx: Ctx, caller: Caller, idem: Idempotency) -> Result<HttpResponse> {
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        let audit = queue::take_next(conn, &caller, now)?;
        Ok((200, to_value(&AuditJson::new(&audit, None)?)?))
    })
    .await
}

/// Who the person is, for the auditor who has taken the audit; each look is noted in the audit log.
#[utoipa::path(post, path = "/api/v1/audits/{id}/contact", tag = "audits",
    params(("id" = LeadAuditId, Path)),
    responses(
        (status = 200, body = Contact),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn contact(ctx: Ctx, caller: Caller, id: Path<LeadAuditId>) -> Result<Json<Contact>> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let contact = ctx
        .write(move |conn| queue::view_contact(conn, &vault, &caller, *id, now))
        .await?;
    Ok(Json(contact))
}

/// What an auditor found, and what becomes of the lead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadAuditVerdict)]
pub struct VerdictBody {
    findings: Findings,
    outcome: AuditOutcome,
    /// What the seller reads, up to 2,000 characters.
    note: String,
}

/// End an audit that you have taken.
#[utoipa::path(post, path = "/api/v1/audits/{id}/decide", tag = "audits", request_body = VerdictBody,
    params(
        ("id" = LeadAuditId, Path),
        ("Idempotency-Key" = String, Header, description = "Your own key of this request"),
    ),
    responses(
        (status = 200, body = AuditJson),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn decide(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<LeadAuditId>,
    Body(body): Body<VerdictBody>,
) -> Result<HttpResponse> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let verdict = Verdict {
        findings: body.findings,
        outcome: body.outcome,
        note: body.note,
    };
    idempotent(&ctx, &idem, move |conn| {
        let audit = end::decide(conn, &vault, &caller, *id, &verdict, now)?;
        let note = Some(verdict.note.trim().to_owned());
        Ok((200, to_value(&AuditJson::new(&audit, note)?)?))
    })
    .await
}

/// Put an audit that you have taken back into the queue.
#[utoipa::path(post, path = "/api/v1/audits/{id}/return", tag = "audits",
    params(
        ("id" = LeadAuditId, Path),
        ("Idempotency-Key" = String, Header, description = "Your own key of this request"),
    ),
    responses(
        (status = 200, body = AuditJson),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn give_back(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<LeadAuditId>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        queue::give_back(conn, &caller, *id, now)?;
        let audit = queue::case(conn, &caller, *id)?;
        Ok((200, to_value(&AuditJson::new(&audit, None)?)?))
    })
    .await
}
