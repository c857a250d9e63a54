//! `/api/v1/icps`.

use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{Employees, Icp, NewIcp, Profile};
use crate::clock::Ts;
use crate::error::{Code, Error, Reason, Result};
use crate::id::IcpId;
use crate::verticals::{self, Vertical};
use crate::web::{
    Body, Caller, Ctx, Cursor, Idempotency, PageQuery, Paged, Problem, etag, idempotent, if_match,
};

#[derive(OpenApi)]
#[openapi(paths(list, create, get, update), components(schemas(Profile)))]
pub struct Doc;

/// A customer profile to be kept.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewIcp)]
pub struct NewIcpJson {
    pub name: String,
    #[schema(example = "b2b-software")]
    pub vertical: String,
    #[serde(default)]
    pub industries: Vec<String>,
    /// How many people the company employs.
    #[serde(default)]
    pub employees: Employees,
    /// ISO 3166-1 codes or names.
    #[serde(default)]
    pub countries: Vec<String>,
    /// ISO 3166-2 codes or names.
    #[serde(default)]
    pub regions: Vec<String>,
    /// The least senior contact that can decide.
    #[serde(default)]
    pub min_seniority: Option<String>,
    /// What the product solves.
    #[serde(default)]
    pub problems: Vec<String>,
    #[serde(default)]
    pub notes: String,
}

impl NewIcpJson {
    fn parse(&self, vertical: &Vertical) -> Result<NewIcp> {
        let profile = Profile {
            industries: self.industries.clone(),
            employees: self.employees,
            countries: self.countries.clone(),
            regions: self.regions.clone(),
            min_seniority: self.min_seniority.clone(),
            problems: self.problems.clone(),
            notes: self.notes.clone(),
        };
        Ok(NewIcp::parse(&self.name, &profile, vertical)?)
    }
}

/// A customer profile as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Icp)]
pub struct IcpJson {
    pub id: IcpId,
    pub name: String,
    pub vertical: String,
    #[serde(flatten)]
    pub profile: Profile,
    /// What the vertical's fields know of the profile, to start a request or a contract from.
    #[schema(value_type = Object)]
    pub filter: Json,
    /// Parts of the profile that no field of the vertical knows; they are kept as notes.
    pub kept_as_notes: Vec<String>,
    /// Listed leads that fit now; the list does not count them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fits: Option<usize>,
    /// Grows with every edit; its `ETag` is the same number.
    pub version: i64,
    pub created_at: Ts,
    pub updated_at: Ts,
}

impl IcpJson {
    fn of(icp: Icp, vertical: &Vertical, fits: Option<usize>) -> Self {
        let said = icp.profile.said(vertical);
        Self {
            id: icp.id,
            name: icp.name,
            vertical: vertical.key.clone(),
            profile: icp.profile,
            filter: said.filter.json(),
            kept_as_notes: said
                .notes
                .into_iter()
                .map(|(part, items)| format!("{part}: {}", items.join(", ")))
                .collect(),
            fits,
            version: icp.version,
            created_at: icp.created_at,
            updated_at: icp.updated_at,
        }
    }
}

/// A page of customer profiles.
#[derive(Debug, Serialize, ToSchema)]
pub struct IcpPage {
    pub data: Vec<IcpJson>,
    /// Asks for the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Paging of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Rows to answer, at most 200; 50 when missing.
    #[param(value_type = Option<i64>)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

pub(super) fn parse_id(text: &str) -> Result<IcpId> {
    text.parse().map_err(|_| Error::refused(Code::NotFound))
}

fn vertical_of<'a>(verticals: &'a [Vertical], icp: &Icp) -> Result<&'a Vertical> {
    verticals
        .iter()
        .find(|vertical| vertical.id == icp.vertical_id)
        .ok_or_else(|| Error::refused(Code::NotFound))
}

fn with_etag(icp: &IcpJson) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ETAG, etag(icp.version)))
        .json(icp)
}

/// The buyer's customer profiles, newest first.
#[utoipa::path(
    get, path = "/api/v1/icps", tag = "customer profiles", params(ListQuery),
    responses(
        (status = 200, body = IcpPage),
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
            let before = after.map(|cursor| (cursor.at, IcpId(cursor.id)));
            let rows = super::page(conn, caller.account_id, before, limit + 1)?;
            let verticals = verticals::all(conn)?;
            let page = Paged::cut(rows, limit, |icp| Cursor {
                at: icp.created_at,
                id: icp.id.0,
            });
            let data = page
                .data
                .into_iter()
                .map(|icp| {
                    let vertical = vertical_of(&verticals, &icp)?;
                    Ok(IcpJson::of(icp, vertical, None))
                })
                .collect::<Result<Vec<_>>>()?;
            Ok(IcpPage {
                data,
                next_cursor: page.next_cursor,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Keep a customer profile.
///
/// What the vertical's fields know of it becomes a filter; the rest is kept as notes.
#[utoipa::path(
    post, path = "/api/v1/icps", tag = "customer profiles", request_body = NewIcpJson,
    params(("Idempotency-Key" = String, Header, description = "Any text of up to 255 characters")),
    responses(
        (status = 201, body = IcpJson),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    body: Body<NewIcpJson>,
) -> Result<HttpResponse> {
    let (input, now) = (body.0, ctx.now());
    idempotent(&ctx, &idem, move |conn| {
        let vertical = verticals::named(conn, &input.vertical)?;
        let icp = super::create(conn, &caller, &vertical, input.parse(&vertical)?, now)?;
        Ok((201, json!(IcpJson::of(icp, &vertical, None))))
    })
    .await
}

/// One customer profile, and how many listed leads fit it now.
#[utoipa::path(
    get, path = "/api/v1/icps/{id}", tag = "customer profiles", params(("id" = IcpId, Path)),
    responses(
        (status = 200, body = IcpJson, headers(("ETag" = String))),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(ctx: Ctx, caller: Caller, id: web::Path<String>) -> Result<HttpResponse> {
    let (id, now) = (parse_id(&id)?, ctx.now());
    let icp = ctx
        .db
        .read(move |conn| {
            let icp = super::get(conn, caller.account_id, id)?;
            let vertical = verticals::by_id(conn, icp.vertical_id)?;
            let filter = icp.profile.said(&vertical).filter;
            let fits = super::count(conn, &vertical, &filter, now)?.fits;
            Ok(IcpJson::of(icp, &vertical, Some(fits)))
        })
        .await?;
    Ok(with_etag(&icp))
}

/// Replace a customer profile; its vertical stays.
#[utoipa::path(
    put, path = "/api/v1/icps/{id}", tag = "customer profiles", request_body = NewIcpJson,
    params(("id" = IcpId, Path), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses(
        (status = 200, body = IcpJson, headers(("ETag" = String))),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn update(
    req: HttpRequest,
    ctx: Ctx,
    caller: Caller,
    id: web::Path<String>,
    body: Body<NewIcpJson>,
) -> Result<HttpResponse> {
    let (id, seen, input, now) = (parse_id(&id)?, if_match(&req)?, body.0, ctx.now());
    let icp = ctx
        .write(move |conn| {
            let icp = super::get(conn, caller.account_id, id)?;
            let vertical = verticals::by_id(conn, icp.vertical_id)?;
            if input.vertical != vertical.key {
                let accepted = format!("{}, as the profile was made", vertical.key);
                return Err(Error::invalid_field(
                    "vertical",
                    Reason::NotAllowed,
                    accepted,
                ));
            }
            let icp = super::update(conn, &caller, id, seen, input.parse(&vertical)?, now)?;
            Ok(IcpJson::of(icp, &vertical, None))
        })
        .await?;
    Ok(with_etag(&icp))
}
