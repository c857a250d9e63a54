//! Purchases and listings as JSON.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{Explanation, Filter, InboxRow, MarketFilter, Purchase, PurchaseState};
use crate::access::Caller;
use crate::calls::{self, Advice};
use crate::clock::Ts;
use crate::db::types::from_json;
use crate::error::{FieldErrorJson, Result};
use crate::id::{LeadId, PurchaseId, RequestId};
use crate::leads::{self, Consent, Contact, LeadState, Shown};
use crate::money::{Money, MoneyJson};
use crate::verticals::{self, Attributes};
use crate::web::{Ctx, Cursor, Idempotency, PageQuery, Paged, idempotent};

#[derive(utoipa::OpenApi)]
#[openapi(paths(list, get, listings, buy))]
pub struct Doc;

/// A purchase as its buyer sees it in lists.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Purchase)]
pub struct PurchaseJson {
    pub id: PurchaseId,
    pub lead: LeadId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    pub state: PurchaseState,
    #[schema(value_type = MoneyJson)]
    pub price: Money,
    pub purchased_at: Ts,
    /// Until when it may be disputed.
    pub final_at: Ts,
    pub explanation: Explanation,
}

impl PurchaseJson {
    fn new(purchase: &Purchase) -> Result<Self> {
        Ok(Self {
            id: purchase.id,
            lead: purchase.lead_id,
            request: purchase.request_id,
            state: purchase.state,
            price: purchase.price(),
            purchased_at: purchase.purchased_at,
            final_at: purchase.final_at,
            explanation: from_json(&purchase.explanation)?,
        })
    }
}

/// A purchase with the full contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedPurchase {
    #[serde(flatten)]
    pub purchase: PurchaseJson,
    pub contact: Contact,
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    pub interest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<String>,
    pub consent_given_at: Ts,
    /// What the person agreed to; the rest of its proof is in the contact.
    pub consent: Consent,
    /// What the person's country asks of whoever calls; left out where it has no rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<Advice>,
    /// `withdrawn`: stop using the contact and confirm that; `erased`: it cannot be read any more.
    pub lead_state: LeadState,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    pub state: Option<PurchaseState>,
    pub request: Option<RequestId>,
    /// Purchases made at this time or later.
    #[serde(rename = "created_at[gte]")]
    pub since: Option<Ts>,
    /// Rows to answer, at most 200; 50 when missing.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The buyer's purchases, newest first, without contacts.
#[utoipa::path(get, path = "/api/v1/purchases", tag = "purchases", params(ListQuery),
    responses((status = 200, body = Paged<PurchaseJson>)))]
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    query: Query<ListQuery>,
) -> Result<Json<Paged<PurchaseJson>>> {
    let query = query.into_inner();
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let filter = Filter {
        buyer: caller.account_id,
        state: query.state,
        request: query.request,
        since: query.since,
        before: paging.after()?.map(|cursor| (cursor.at, cursor.id.into())),
        limit: limit + 1,
    };
    let rows = ctx.db.read(move |conn| super::inbox(conn, &filter)).await?;
    let page = Paged::cut(rows, limit, place);
    Ok(Json(Paged {
        data: page
            .data
            .iter()
            .map(|row| PurchaseJson::new(&row.purchase))
            .collect::<Result<_>>()?,
        next_cursor: page.next_cursor,
    }))
}

/// Where a row stands in the list.
pub(super) fn place(row: &InboxRow) -> Cursor {
    Cursor {
        at: row.purchase.purchased_at,
        id: row.purchase.id.0,
    }
}

/// One purchase with the full contact; each look is noted in the audit log.
#[utoipa::path(get, path = "/api/v1/purchases/{id}", tag = "purchases",
    params(("id" = PurchaseId, Path)),
    responses((status = 200, body = OpenedPurchase), (status = 404, body = FieldErrorJson)))]
pub async fn get(ctx: Ctx, caller: Caller, id: Path<PurchaseId>) -> Result<Json<OpenedPurchase>> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let (bought, calls) = ctx
        .write(move |conn| {
            let bought = super::open(conn, &vault, &caller, *id, now)?;
            let of = &bought.listing;
            let calls = calls::advice(conn, &of.attributes, &of.consent_given_at, now)?;
            Ok((bought, calls))
        })
        .await?;
    Ok(Json(OpenedPurchase {
        purchase: PurchaseJson::new(&bought.purchase)?,
        contact: bought.contact,
        attributes: bought.listing.attributes,
        interest: bought.wanted.interest,
        timeline: bought.wanted.timeline,
        consent_given_at: bought.listing.consent_given_at,
        consent: bought.consent,
        calls,
        lead_state: bought.listing.state,
    }))
}

/// A listing with nothing that tells who the person or the seller is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Listing)]
pub struct ListingJson {
    pub id: LeadId,
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    pub interest: String,
    pub has_phone: bool,
    pub has_email: bool,
    #[schema(value_type = MoneyJson)]
    pub ask: Money,
    pub copies_left: i32,
    pub consent_given_at: Ts,
    pub expires_at: Ts,
}

impl From<Shown> for ListingJson {
    fn from(Shown { listing, wanted }: Shown) -> Self {
        Self {
            id: listing.id,
            has_phone: listing.has_phone(),
            has_email: listing.has_email(),
            ask: listing.ask,
            copies_left: listing.copies - listing.copies_sold,
            consent_given_at: listing.consent_given_at,
            expires_at: listing.expires_at,
            attributes: listing.attributes,
            interest: wanted.interest,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListingsQuery {
    /// The key of the vertical.
    pub vertical: String,
    pub country: Option<String>,
    pub region: Option<String>,
    pub limit: Option<String>,
}

/// Masked listings of a vertical that the buyer may buy, newest first.
#[utoipa::path(get, path = "/api/v1/listings", tag = "purchases", params(ListingsQuery),
    responses((status = 200, body = Paged<ListingJson>)))]
pub async fn listings(
    ctx: Ctx,
    caller: Caller,
    query: Query<ListingsQuery>,
) -> Result<Json<Paged<ListingJson>>> {
    let query = query.into_inner();
    let limit = PageQuery {
        limit: query.limit,
        cursor: None,
    }
    .limit()?;
    let now = ctx.now();
    let filter = MarketFilter {
        country: query.country.unwrap_or_default(),
        region: query.region.unwrap_or_default(),
        ..MarketFilter::default()
    };
    let vault = ctx.vault.clone();
    let shown = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &query.vertical)?;
            let mut browsed = super::market(conn, &caller, &vertical, &filter, now)?;
            browsed
                .listings
                .truncate(usize::try_from(limit).unwrap_or(0));
            leads::shown(conn, &vault, browsed.listings)
        })
        .await?;
    Ok(Json(Paged {
        data: shown.into_iter().map(ListingJson::from).collect(),
        next_cursor: None,
    }))
}

/// Buys a listed lead at its ask; the wallet pays at once.
#[utoipa::path(post, path = "/api/v1/listings/{id}/buy", tag = "purchases",
    params(("id" = LeadId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = PurchaseJson), (status = 409, body = FieldErrorJson)))]
pub async fn buy(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    id: Path<LeadId>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    idempotent(&ctx, &idem, move |conn| {
        let purchase = super::buy(conn, &caller, *id, now)?;
        let body = PurchaseJson::new(&purchase)?;
        Ok((201, json!(body)))
    })
    .await
}
