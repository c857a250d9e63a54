//! Disputes as JSON: opened by the buyer, answered by the seller, decided by the exchange.

mod shape;

use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, Charset, ContentDisposition, DispositionParam, DispositionType,
    ExtendedValue,
};
use actix_web::web::{Json, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

pub use shape::{DetailJson, DisputeJson, NewDecision, NewDispute, NewEvidence};

use super::bulk::{self, Line};
use super::{Dispute, DisputeSide, DisputeState, Filter, Viewer};
use crate::access::{AccountKind, Caller};
use crate::db::Conn;
use crate::error::{Error, FieldError, FieldErrorJson, Reason, Result};
use crate::id::{AccountId, DisputeEntryId, DisputeId, PurchaseId};
use crate::web::{Body, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, idempotent};

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list,
    show,
    file,
    open,
    open_batch,
    accept,
    contest,
    withdraw,
    appeal,
    add_evidence,
    decide
))]
pub struct Doc;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    pub state: Option<DisputeState>,
    /// Rows to answer, at most 200; 50 when missing.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Whose disputes a caller sees in lists; the exchange sees all.
pub(super) const fn party_of(caller: &Caller) -> Option<(DisputeSide, AccountId)> {
    match caller.account_kind {
        AccountKind::Buyer => Some((DisputeSide::Buyer, caller.account_id)),
        AccountKind::Seller => Some((DisputeSide::Seller, caller.account_id)),
        AccountKind::Operator => None,
    }
}

pub(super) fn place(dispute: &Dispute) -> Cursor {
    Cursor {
        at: dispute.opened_at,
        id: dispute.id.0,
    }
}

/// The caller's disputes, newest first; the exchange sees all.
#[utoipa::path(get, path = "/api/v1/disputes", tag = "disputes", params(ListQuery),
    responses((status = 200, body = Paged<DisputeJson>)))]
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    query: Query<ListQuery>,
) -> Result<Json<Paged<DisputeJson>>> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let filter = Filter {
        party: party_of(&caller),
        states: query.state.into_iter().collect(),
        before: paging.after()?.map(|cursor| (cursor.at, cursor.id.into())),
        limit: limit + 1,
        ..Filter::default()
    };
    let rows = ctx.db.read(move |conn| super::list(conn, &filter)).await?;
    let page = Paged::cut(rows, limit, |row| place(&row.dispute));
    Ok(Json(page.map(|row| DisputeJson::from(&row.dispute))))
}

/// One dispute with its findings, decisions and timeline; each look is noted in the audit log.
#[utoipa::path(get, path = "/api/v1/disputes/{id}", tag = "disputes",
    params(("id" = DisputeId, Path)),
    responses((status = 200, body = DetailJson), (status = 404, body = Problem)))]
pub async fn show(ctx: Ctx, caller: Caller, id: Path<DisputeId>) -> Result<Json<DetailJson>> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let detail = ctx
        .write(move |conn| {
            let viewer = super::view(conn, &caller, *id)?;
            let entries = super::timeline(conn, &vault, (&caller, &viewer), now)?;
            DetailJson::read(conn, &viewer.dispute, entries)
        })
        .await?;
    Ok(Json(detail))
}

/// A file that was shown as evidence, as a download.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/files/{entry}", tag = "disputes",
    params(("id" = DisputeId, Path), ("entry" = DisputeEntryId, Path)),
    responses((status = 200, description = "The file"), (status = 404, body = Problem)))]
pub async fn file(
    ctx: Ctx,
    caller: Caller,
    path: Path<(DisputeId, DisputeEntryId)>,
) -> Result<HttpResponse> {
    let ((id, entry), vault, now) = (path.into_inner(), ctx.vault.clone(), ctx.now());
    let (entry, content) = ctx
        .write(move |conn| {
            let viewer = super::view(conn, &caller, id)?;
            super::file(conn, &vault, (&caller, &viewer), entry, now)
        })
        .await?;
    let name = entry.file_name();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, entry.media_type.unwrap_or_default()))
        .insert_header(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::FilenameExt(ExtendedValue {
                charset: Charset::Ext("UTF-8".to_owned()),
                language_tag: None,
                value: name.into_bytes(),
            })],
        })
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(content))
}

/// Dispute a charge of a purchase; what a published rule can decide is decided at once.
#[utoipa::path(post, path = "/api/v1/purchases/{id}/disputes", tag = "disputes",
    request_body = NewDispute,
    params(("id" = PurchaseId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = DisputeJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn open(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<PurchaseId>,
    body: Body<NewDispute>,
) -> Result<HttpResponse> {
    let (now, vault, claim) = (ctx.now(), ctx.vault.clone(), body.0.read()?);
    idempotent(&ctx, &idem, move |conn| {
        let opened = super::open(conn, &vault, &caller, *id, claim.clone(), now)?;
        Ok((201, json!(DisputeJson::from(&opened))))
    })
    .await
}

/// Disputes of several purchases, at most 1,000.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDisputes {
    pub disputes: Vec<NewDispute>,
}

/// What became of one line: the dispute, or why it was refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeVerdict)]
pub struct VerdictJson {
    /// Its place in the list that was sent, from 0.
    pub index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute: Option<DisputeJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldErrorJson>,
}

/// The verdicts in the order that was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeVerdicts)]
pub struct VerdictsJson {
    pub data: Vec<VerdictJson>,
}

/// Dispute many purchases at once; each is opened or refused for itself.
#[utoipa::path(post, path = "/api/v1/disputes/batch", tag = "disputes", request_body = NewDisputes,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = VerdictsJson), (status = 422, body = Problem)))]
pub async fn open_batch(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    body: Body<NewDisputes>,
) -> Result<HttpResponse> {
    let (now, vault, new) = (ctx.now(), ctx.vault.clone(), body.0.disputes);
    if new.is_empty() || new.len() > bulk::MAX_LINES {
        let accepted = format!("1 to {}", bulk::MAX_LINES);
        return Err(Error::invalid_field("disputes", Reason::TooMany, accepted));
    }
    let lines: Vec<Line> = new.iter().map(read_line).collect();
    idempotent(&ctx, &idem, move |conn| {
        let verdicts = bulk::open_many(conn, &vault, &caller, &lines, now)?;
        let data = verdicts
            .into_iter()
            .enumerate()
            .map(|(index, verdict)| verdict_json(index, verdict))
            .collect();
        Ok((200, json!(VerdictsJson { data })))
    })
    .await
}

fn read_line(new: &NewDispute) -> Line {
    let purchase = new.purchase.ok_or_else(|| {
        let accepted = "the id of a purchase: pur_..";
        vec![FieldError::new("purchase", Reason::Required, accepted)]
    })?;
    match new.read() {
        Ok(claim) => Ok((purchase, claim)),
        Err(error) => Err(error.refusal().fields),
    }
}

fn verdict_json(index: usize, verdict: bulk::Verdict) -> VerdictJson {
    match verdict {
        Ok(dispute) => VerdictJson {
            index,
            dispute: Some(DisputeJson::from(&dispute)),
            code: None,
            detail: None,
            errors: Vec::new(),
        },
        Err(refusal) => VerdictJson {
            index,
            dispute: None,
            code: Some(refusal.code.as_str()),
            detail: (!refusal.detail.is_empty()).then(|| refusal.detail.clone()),
            errors: refusal.fields.iter().map(FieldError::json).collect(),
        },
    }
}

/// Runs a step of the caller's side and answers what became of the dispute.
async fn step<F>(
    ctx: &Ctx,
    caller: Caller,
    idem: &Idempotency,
    id: DisputeId,
    work: F,
) -> Result<HttpResponse>
where
    F: Fn(&mut Conn, &Caller, &Viewer) -> Result<Dispute> + Send + 'static,
{
    idempotent(ctx, idem, move |conn| {
        let viewer = super::view(conn, &caller, id)?;
        let next = work(conn, &caller, &viewer)?;
        Ok((200, json!(DisputeJson::from(&next))))
    })
    .await
}

/// Accept a claim; the buyer is refunded at once.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/accept", tag = "disputes",
    params(("id" = DisputeId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = DisputeJson), (status = 409, body = Problem)))]
pub async fn accept(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<DisputeId>,
) -> Result<HttpResponse> {
    let (now, vault) = (ctx.now(), ctx.vault.clone());
    step(&ctx, caller, &idem, *id, move |conn, caller, viewer| {
        super::answer(conn, &vault, (caller, viewer), None, now)
    })
    .await
}

/// Contest a claim with what speaks against it; the exchange decides.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/contest", tag = "disputes", request_body = NewEvidence,
    params(("id" = DisputeId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = DisputeJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn contest(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<DisputeId>,
    body: Body<NewEvidence>,
) -> Result<HttpResponse> {
    let (now, vault, evidence) = (ctx.now(), ctx.vault.clone(), body.0.read()?);
    step(&ctx, caller, &idem, *id, move |conn, caller, viewer| {
        let contest = Some(evidence.clone());
        super::answer(conn, &vault, (caller, viewer), contest, now)
    })
    .await
}

/// Take a dispute back; the charge stands.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/withdraw", tag = "disputes",
    params(("id" = DisputeId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = DisputeJson), (status = 409, body = Problem)))]
pub async fn withdraw(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<DisputeId>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    step(&ctx, caller, &idem, *id, move |conn, caller, viewer| {
        super::withdraw(conn, caller, viewer, now)
    })
    .await
}

/// Appeal a decision, once; another auditor decides.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/appeal", tag = "disputes", request_body = NewEvidence,
    params(("id" = DisputeId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = DisputeJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn appeal(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<DisputeId>,
    body: Body<NewEvidence>,
) -> Result<HttpResponse> {
    let (now, vault, evidence) = (ctx.now(), ctx.vault.clone(), body.0.read()?);
    step(&ctx, caller, &idem, *id, move |conn, caller, viewer| {
        super::appeal(conn, &vault, (caller, viewer), evidence.clone(), now)
    })
    .await
}

/// Write to the others, or add call attempts and files, while the dispute is open.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/evidence", tag = "disputes", request_body = NewEvidence,
    params(("id" = DisputeId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = DisputeJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_evidence(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<DisputeId>,
    body: Body<NewEvidence>,
) -> Result<HttpResponse> {
    let (now, vault, evidence) = (ctx.now(), ctx.vault.clone(), body.0.read()?);
    step(&ctx, caller, &idem, *id, move |conn, caller, viewer| {
        super::add_evidence(conn, &vault, (caller, viewer), evidence.clone(), now)?;
        Ok(viewer.dispute.clone())
    })
    .await
}

/// Decide a contested dispute, or an appeal that another auditor decided first.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/decide", tag = "disputes", request_body = NewDecision,
    params(("id" = DisputeId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = DisputeJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn decide(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<DisputeId>,
    body: Body<NewDecision>,
) -> Result<HttpResponse> {
    let (now, vault, ruling) = (ctx.now(), ctx.vault.clone(), body.0.ruling()?);
    let because = body.0.because;
    step(&ctx, caller, &idem, *id, move |conn, caller, viewer| {
        let decision = (ruling, because.as_str());
        super::decide(conn, &vault, caller, viewer.dispute.id, decision, now)
    })
    .await
}
