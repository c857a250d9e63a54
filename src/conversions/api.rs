//! Conversions as JSON: what became of a purchase, reported and answered by its buyer and its seller.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{
    Answer, Conversion, ConversionKind, ConversionOutcome, ConversionState, DecidedHow,
    MeetingChannel, Moved, NewAppointment, NewSale, Party, Report,
};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{ConversionId, PurchaseId};
use crate::money::{Money, MoneyJson};
use crate::web::{Body, Ctx, Idempotency, Problem, idempotent};

#[derive(utoipa::OpenApi)]
#[openapi(paths(list, create, move_to, cancel, report, confirm, contest))]
pub struct Doc;

/// An appointment or a sale, as both sides see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversion)]
pub struct ConversionJson {
    pub id: ConversionId,
    pub purchase: PurchaseId,
    pub kind: ConversionKind,
    pub state: ConversionState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ConversionOutcome>,
    /// When the appointment is, or the sale was.
    pub at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<MeetingChannel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneyJson>)]
    pub amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    pub moves: i32,
    /// Whether it is you who reported it.
    pub reported_by_you: bool,
    /// When silence confirms it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_by: Option<Ts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_how: Option<DecidedHow>,
    pub created_at: Ts,
    pub updated_at: Ts,
}

impl ConversionJson {
    fn of(conversion: &Conversion, caller: &Caller) -> Self {
        let is_proposed = conversion.state == ConversionState::Proposed;
        Self {
            id: conversion.id,
            purchase: conversion.purchase_id,
            kind: conversion.kind,
            state: conversion.state,
            outcome: conversion.outcome,
            at: conversion.happens_at,
            channel: conversion.channel,
            minutes: conversion.minutes,
            amount: conversion.amount(),
            reference: conversion.reference.clone(),
            moves: conversion.moves,
            reported_by_you: conversion.reported_by == Some(caller.account_id),
            confirm_by: conversion.confirm_by.filter(|_| is_proposed),
            decided_how: conversion.decided_how,
            created_at: conversion.created_at,
            updated_at: conversion.updated_at,
        }
    }
}

/// The conversions of a purchase.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversions {
    pub data: Vec<ConversionJson>,
}

/// What is to be noted about a purchase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = NewConversion)]
pub enum NewJson {
    /// An appointment that is set.
    Appointment {
        at: Ts,
        channel: MeetingChannel,
        #[serde(default)]
        with_whom: String,
    },
    /// A sale that was made.
    Sale {
        amount: MoneyJson,
        at: Ts,
        #[serde(default)]
        reference: String,
    },
}

/// A new time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MoveAppointment)]
pub struct MoveJson {
    pub at: Ts,
}

/// What became of an appointment: `held`, with its minutes, or `no_show`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportAppointment)]
pub struct ReportJson {
    #[schema(example = "held")]
    pub outcome: String,
    #[serde(default)]
    pub minutes: Option<i32>,
}

/// Why a report is contested.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContestReport)]
pub struct ContestJson {
    pub because: String,
}

pub(super) fn read_report(outcome: &str, minutes: Option<i32>) -> Result<Report> {
    match (outcome, minutes) {
        ("no_show", None) => Ok(Report::NoShow),
        ("no_show", Some(_)) => Err(Error::invalid_field(
            "minutes",
            Reason::NotAllowed,
            "left out: nobody came",
        )),
        ("held", Some(minutes)) => Ok(Report::Held { minutes }),
        ("held", None) => Err(Error::invalid_field(
            "minutes",
            Reason::Required,
            "how long it lasted",
        )),
        _ => Err(Error::invalid_field(
            "outcome",
            Reason::NotAllowed,
            "one of: held, no_show",
        )),
    }
}

pub(super) fn read_amount(amount: &MoneyJson) -> Result<Money, Error> {
    amount.parse().map_err(|_| {
        let accepted = "a decimal such as 50.00 and an ISO 4217 code";
        vec![FieldError::new("amount", Reason::AmountInvalid, accepted)].into()
    })
}

/// The caller's side of a purchase, and the conversion of it.
pub(super) fn sides(
    conn: &mut Conn,
    caller: &Caller,
    id: ConversionId,
) -> Result<(Party, Conversion)> {
    let conversion = super::of_party(conn, caller.account_id, id)?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    let party = Party::load(
        conn,
        caller.account_id,
        caller.actor(),
        conversion.purchase_id,
    )?;
    Ok((party, conversion))
}

/// What became of a purchase, oldest first; for its buyer and its seller.
#[utoipa::path(get, path = "/api/v1/purchases/{id}/conversions", tag = "conversions",
    params(("id" = PurchaseId, Path)),
    responses((status = 200, body = Conversions), (status = 404, body = Problem)))]
pub async fn list(ctx: Ctx, caller: Caller, id: Path<PurchaseId>) -> Result<Json<Conversions>> {
    let data = ctx
        .db
        .read(move |conn| {
            Party::load(conn, caller.account_id, caller.actor(), *id)?;
            let all = super::of_purchase(conn, *id)?;
            Ok(all
                .iter()
                .map(|conversion| ConversionJson::of(conversion, &caller))
                .collect())
        })
        .await?;
    Ok(Json(Conversions { data }))
}

/// Set an appointment, or report a sale.
#[utoipa::path(post, path = "/api/v1/purchases/{id}/conversions", tag = "conversions",
    request_body = NewJson,
    params(("id" = PurchaseId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = ConversionJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<PurchaseId>,
    body: Body<NewJson>,
) -> Result<HttpResponse> {
    let (now, vault, new) = (ctx.now(), ctx.vault.clone(), body.0);
    idempotent(&ctx, &idem, move |conn| {
        let party = Party::load(conn, caller.account_id, caller.actor(), *id)?;
        let made = match &new {
            NewJson::Appointment {
                at,
                channel,
                with_whom,
            } => {
                let new = NewAppointment {
                    at: *at,
                    channel: *channel,
                    with_whom: with_whom.clone(),
                };
                super::schedule(conn, &vault, &party, &new, now)?
            }
            NewJson::Sale {
                amount,
                at,
                reference,
            } => {
                let new = NewSale {
                    amount: read_amount(amount)?,
                    at: *at,
                    reference: reference.clone(),
                };
                super::report_sale(conn, &vault, &party, &new, now)?
            }
        };
        Ok((201, json!(ConversionJson::of(&made, &caller))))
    })
    .await
}

/// Runs a step of the caller's side and answers what became of it.
async fn step<F>(
    ctx: &Ctx,
    caller: Caller,
    idem: &Idempotency,
    id: ConversionId,
    work: F,
) -> Result<HttpResponse>
where
    F: Fn(&mut Conn, &Party, &Conversion) -> Result<Conversion> + Send + 'static,
{
    idempotent(ctx, idem, move |conn| {
        let (party, conversion) = sides(conn, &caller, id)?;
        let next = work(conn, &party, &conversion)?;
        Ok((200, json!(ConversionJson::of(&next, &caller))))
    })
    .await
}

/// Move a set appointment.
#[utoipa::path(post, path = "/api/v1/conversions/{id}/move", tag = "conversions", request_body = MoveJson,
    params(("id" = ConversionId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ConversionJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn move_to(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<ConversionId>,
    body: Body<MoveJson>,
) -> Result<HttpResponse> {
    let (now, moved) = (ctx.now(), Moved { at: body.0.at });
    step(&ctx, caller, &idem, *id, move |conn, party, conversion| {
        super::move_to(conn, party, conversion, moved, now)
    })
    .await
}

/// Call a set appointment off.
#[utoipa::path(post, path = "/api/v1/conversions/{id}/cancel", tag = "conversions",
    params(("id" = ConversionId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ConversionJson), (status = 409, body = Problem)))]
pub async fn cancel(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<ConversionId>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    step(&ctx, caller, &idem, *id, move |conn, party, conversion| {
        super::cancel(conn, party, conversion, now)
    })
    .await
}

/// Report what became of an appointment.
#[utoipa::path(post, path = "/api/v1/conversions/{id}/report", tag = "conversions", request_body = ReportJson,
    params(("id" = ConversionId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ConversionJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn report(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<ConversionId>,
    body: Body<ReportJson>,
) -> Result<HttpResponse> {
    let (now, body) = (ctx.now(), body.0);
    step(&ctx, caller, &idem, *id, move |conn, party, conversion| {
        let read = read_report(&body.outcome, body.minutes)?;
        super::report(conn, party, conversion, read, now)
    })
    .await
}

/// Confirm what the other side reported; the money moves at once.
#[utoipa::path(post, path = "/api/v1/conversions/{id}/confirm", tag = "conversions",
    params(("id" = ConversionId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ConversionJson), (status = 409, body = Problem)))]
pub async fn confirm(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<ConversionId>,
) -> Result<HttpResponse> {
    let (now, vault) = (ctx.now(), ctx.vault.clone());
    step(&ctx, caller, &idem, *id, move |conn, party, conversion| {
        super::answer(conn, &vault, party, conversion, &Answer::Confirm, now)
    })
    .await
}

/// Contest what the other side reported; the exchange decides.
#[utoipa::path(post, path = "/api/v1/conversions/{id}/contest", tag = "conversions", request_body = ContestJson,
    params(("id" = ConversionId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ConversionJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn contest(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<ConversionId>,
    body: Body<ContestJson>,
) -> Result<HttpResponse> {
    let (now, vault) = (ctx.now(), ctx.vault.clone());
    let answer = Answer::Contest {
        because: body.0.because,
    };
    step(&ctx, caller, &idem, *id, move |conn, party, conversion| {
        super::answer(conn, &vault, party, conversion, &answer, now)
    })
    .await
}
