//! `/api/v1/contracts`.

mod shape;

use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use utoipa::OpenApi;

pub use shape::{
    ContractJson, ContractPage, ListQuery, NewContractJson, NewTermsJson, PresetQuery, PresetsJson,
};

use self::shape::Names;
use super::{Contract, NewContract, Terms, TermsJson, preset};
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, ContractId};
use crate::money::Currency;
use crate::verticals::{self, Model};
use crate::web::{
    Body, Caller, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, etag, idempotent, if_match,
    seen_version,
};

#[derive(OpenApi)]
#[openapi(
    paths(list, create, presets, get, revise, change, accept, decline, close),
    components(schemas(TermsJson))
)]
pub struct Doc;

fn read(conn: &mut Conn, party: AccountId, id: ContractId) -> Result<ContractJson> {
    let (contract, versions) = super::get(conn, party, id)?;
    Names::of(conn, &[&contract])?.json(contract, &versions)
}

pub(super) fn parse_id(text: &str) -> Result<ContractId> {
    text.parse().map_err(|_| Error::refused(Code::NotFound))
}

/// Errors of terms are told by their path in the body.
fn at_body(errors: Vec<FieldError>) -> Error {
    let placed = errors.into_iter().map(|error| {
        if matches!(error.field.as_str(), "name" | "seller") {
            error
        } else {
            error.within("terms")
        }
    });
    Error::invalid(placed.collect())
}

/// The caller's contracts, as their buyer or their seller, newest first.
#[utoipa::path(
    get, path = "/api/v1/contracts", tag = "contracts", params(ListQuery),
    responses(
        (status = 200, body = ContractPage),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(ctx: Ctx, caller: Caller, query: web::Query<ListQuery>) -> Result<HttpResponse> {
    let ListQuery { limit, cursor } = query.into_inner();
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after()?);
    let page = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| (cursor.at, ContractId(cursor.id)));
            let rows = super::page(conn, caller.account_id, before, limit + 1)?;
            let contracts: Vec<&Contract> = rows.iter().map(|row| &row.contract).collect();
            let names = Names::of(conn, &contracts)?;
            let page = Paged::cut(rows, limit, |row| Cursor {
                at: row.contract.created_at,
                id: row.contract.id.0,
            });
            let data = page
                .data
                .into_iter()
                .map(|row| names.json(row.contract, &[row.version]))
                .collect::<Result<Vec<_>>>()?;
            Ok(ContractPage {
                data,
                next_cursor: page.next_cursor,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Make a contract. With the open market it is in force at once; a seller has to accept it first.
#[utoipa::path(
    post, path = "/api/v1/contracts", tag = "contracts", request_body = NewContractJson,
    params(("Idempotency-Key" = String, Header, description = "Any text of up to 255 characters")),
    responses(
        (status = 201, body = ContractJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    body: Body<NewContractJson>,
) -> Result<HttpResponse> {
    let (input, now) = (body.0, ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        let vertical = verticals::named(conn, &input.vertical)?;
        let seller = input.seller.as_deref();
        let new = NewContract::parse(&input.name, seller, &input.terms, &vertical);
        let made = super::create(conn, &caller, &vertical, new.map_err(at_body)?, now)?;
        let contract = read(conn, caller.account_id, made.contract.id)?;
        Ok((201, json!(contract)))
    })
    .await
}

/// Terms to start from, one for each model; the amounts are examples.
#[utoipa::path(
    get, path = "/api/v1/contracts/presets", tag = "contracts", params(PresetQuery),
    responses(
        (status = 200, body = PresetsJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn presets(ctx: Ctx, query: web::Query<PresetQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    let code = query.currency.as_deref().unwrap_or("EUR");
    let currency: Currency = code.parse().map_err(|_| {
        let accepted = "an ISO 4217 code such as EUR";
        Error::invalid_field("currency", Reason::CurrencyUnknown, accepted)
    })?;
    let key = query.vertical.unwrap_or_default();
    let vertical = ctx
        .db
        .read(move |conn| verticals::named(conn, &key))
        .await?;
    Ok(HttpResponse::Ok().json(PresetsJson {
        data: Model::ALL
            .iter()
            .map(|&model| preset(model, currency, &vertical))
            .collect(),
    }))
}

/// One contract with every version of its terms.
#[utoipa::path(
    get, path = "/api/v1/contracts/{id}", tag = "contracts", params(("id" = ContractId, Path)),
    responses(
        (status = 200, body = ContractJson, headers(("ETag" = String))),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(ctx: Ctx, caller: Caller, id: web::Path<String>) -> Result<HttpResponse> {
    let id = parse_id(&id)?;
    let contract = ctx
        .db
        .read(move |conn| read(conn, caller.account_id, id))
        .await?;
    let newest = contract.versions.first().map_or(1, |terms| terms.version);
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(newest.into())))
        .json(contract))
}

/// Add a version of the terms.
///
/// The open market takes it at once, a seller has to accept it; until then the one before stays in force.
/// Purchases keep the version that they were made under.
#[utoipa::path(
    post, path = "/api/v1/contracts/{id}/versions", tag = "contracts", request_body = NewTermsJson,
    params(
        ("id" = ContractId, Path),
        ("If-Match" = String, Header, description = "The number of the newest version that was read"),
        ("Idempotency-Key" = String, Header, description = "Any text of up to 255 characters")
    ),
    responses(
        (status = 201, body = ContractJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn revise(
    req: HttpRequest,
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: web::Path<String>,
    body: Body<NewTermsJson>,
) -> Result<HttpResponse> {
    let (id, now, input) = (parse_id(&id)?, ctx.now(), body.0);
    let seen = version_number(if_match(&req)?)?;
    idempotent(&ctx, &idem, move |conn| {
        let buyer = caller.account_id;
        let (contract, _) = super::get(conn, buyer, id)?;
        let vertical = verticals::by_id(conn, contract.vertical_id)?;
        let terms = Terms::parse(&input.terms, &vertical).map_err(at_body)?;
        super::revise(conn, &caller, id, seen, terms, now).map_err(|error| match error {
            Error::Refused(refusal) if refusal.code == Code::InvalidContent => {
                at_body(refusal.fields)
            }
            other => other,
        })?;
        Ok((201, json!(read(conn, buyer, id)?)))
    })
    .await
}

fn version_number(number: i64) -> Result<i32> {
    i32::try_from(number).map_err(|_| Error::refused(Code::VersionMismatch))
}

/// Terms never change: always refused with `terms_in_use`; post a new version instead.
#[utoipa::path(
    put, path = "/api/v1/contracts/{id}/versions/{number}", tag = "contracts",
    params(("id" = ContractId, Path), ("number" = i32, Path)),
    responses(
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    ctx: Ctx,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (id, number) = path.into_inner();
    let id = parse_id(&id)?;
    let (_, versions) = ctx
        .db
        .read(move |conn| super::get(conn, caller.account_id, id))
        .await?;
    let is_known = versions
        .iter()
        .any(|version| version.number.to_string() == number);
    Err(if is_known {
        let detail = "terms never change; post a new version to /versions";
        Error::refused_because(Code::TermsInUse, detail)
    } else {
        Error::refused(Code::NotFound)
    })
}

async fn answer(
    req: &HttpRequest,
    ctx: &Ctx,
    caller: Caller,
    idem: &Idempotency,
    id: &str,
    accepts: bool,
) -> Result<HttpResponse> {
    let (id, now) = (parse_id(id)?, ctx.now());
    let seen = seen_version(req)?.map(version_number).transpose()?;
    idempotent(ctx, idem, move |conn| {
        if let Some(seen) = seen {
            super::check_seen(conn, caller.account_id, id, seen)?;
        }
        super::answer(conn, &caller, id, accepts, now)?;
        Ok((200, json!(read(conn, caller.account_id, id)?)))
    })
    .await
}

/// Accept the version on offer; it is in force from then on.
///
/// With `If-Match` it is accepted only when it is still the version that was read.
#[utoipa::path(
    post, path = "/api/v1/contracts/{id}/accept", tag = "contracts",
    params(
        ("id" = ContractId, Path),
        ("If-Match" = Option<String>, Header, description = "The number of the version that was read"),
        ("Idempotency-Key" = String, Header, description = "Any text of up to 255 characters")
    ),
    responses(
        (status = 200, body = ContractJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn accept(
    req: HttpRequest,
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    answer(&req, &ctx, caller, &idem, &id, true).await
}

/// Decline the version on offer; a version that was in force before stays so.
#[utoipa::path(
    post, path = "/api/v1/contracts/{id}/decline", tag = "contracts",
    params(
        ("id" = ContractId, Path),
        ("If-Match" = Option<String>, Header, description = "The number of the version that was read"),
        ("Idempotency-Key" = String, Header, description = "Any text of up to 255 characters")
    ),
    responses(
        (status = 200, body = ContractJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn decline(
    req: HttpRequest,
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    answer(&req, &ctx, caller, &idem, &id, false).await
}

/// End a contract: nothing more is bought under it, what was bought goes on by its terms.
#[utoipa::path(
    post, path = "/api/v1/contracts/{id}/close", tag = "contracts",
    params(
        ("id" = ContractId, Path),
        ("Idempotency-Key" = String, Header, description = "Any text of up to 255 characters")
    ),
    responses(
        (status = 200, body = ContractJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn close(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let (id, now) = (parse_id(&id)?, ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        super::close(conn, &caller, id, now)?;
        Ok((200, json!(read(conn, caller.account_id, id)?)))
    })
    .await
}
