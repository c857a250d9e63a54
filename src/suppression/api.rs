//! `/api/v1/suppressions`: a buyer's own lists, and the exchange's.

use actix_web::HttpResponse;
use actix_web::web::Json;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{OpenApi, ToSchema};

use super::{Entry, List, MAX_CONTACTS, lists_of, owner_of};
use crate::clock::Ts;
use crate::error::{Error, Reason, Result};
use crate::web::{Body, Caller, Ctx, Idempotency, Problem, idempotent};

#[derive(OpenApi)]
#[openapi(paths(list, change))]
pub struct Doc;

/// A list of people who are not to be sold to its owner; the exchange's keeps them from all.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SuppressionList)]
pub struct ListJson {
    pub list: List,
    /// Keyed hashes that it holds: a contact has one, and two while their key is changed.
    pub hashes: i64,
    /// When the newest was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest_at: Option<Ts>,
}

/// How much the caller's lists hold. What is on them is kept as keyed hashes, and cannot be read back.
#[utoipa::path(get, path = "/api/v1/suppressions", tag = "suppressions",
    responses((status = 200, body = Vec<ListJson>)))]
pub async fn list(ctx: Ctx, caller: Caller) -> Result<Json<Vec<ListJson>>> {
    let kind = caller.account_kind;
    let counts = ctx
        .db
        .read(move |conn| super::counts(conn, owner_of(&caller)))
        .await?;
    let of = |list: &List| {
        let known = counts.iter().find(|(one, ..)| one == list);
        ListJson {
            list: *list,
            hashes: known.map_or(0, |(_, count, _)| *count),
            newest_at: known.and_then(|(.., newest)| *newest),
        }
    };
    Ok(Json(lists_of(kind).iter().map(of).collect()))
}

/// Contacts to put on a list, or to take off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SuppressionChange)]
pub struct ChangeJson {
    pub list: List,
    /// E-mail addresses, and phone numbers with their country codes; at most 1,000.
    #[schema(example = json!(["name@example.com", "+37120000000"]))]
    pub contacts: Vec<String>,
    /// Takes them off instead.
    #[serde(default)]
    pub remove: bool,
}

/// What a change did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SuppressionChanged)]
pub struct ChangedJson {
    pub contacts: usize,
    /// Those that were not there before, or were.
    pub changed: usize,
}

/// Put contacts on a list, or take them off: all of them, or none when one cannot be read.
#[utoipa::path(post, path = "/api/v1/suppressions", tag = "suppressions",
    request_body = ChangeJson, params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ChangedJson),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn change(
    ctx: Ctx,
    caller: Caller,
    idem: Idempotency,
    body: Body<ChangeJson>,
) -> Result<HttpResponse> {
    let body = body.0;
    if !lists_of(caller.account_kind).contains(&body.list) {
        let all: Vec<_> = lists_of(caller.account_kind)
            .iter()
            .map(|list| list.as_str())
            .collect();
        let accepted = format!("one of: {}", all.join(", "));
        return Err(Error::invalid_field("list", Reason::NotAllowed, accepted));
    }
    if body.contacts.len() > MAX_CONTACTS {
        let accepted = format!("up to {MAX_CONTACTS} contacts");
        return Err(Error::invalid_field("contacts", Reason::TooMany, accepted));
    }
    let entries = Entry::parse_all(&body.contacts)?;
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let what = (body.list, !body.remove);
    idempotent(&ctx, &idem, move |conn| {
        let changed = super::change(conn, &vault, &caller, what, &entries, now)?;
        let contacts = entries.len();
        Ok((200, json!(ChangedJson { contacts, changed })))
    })
    .await
}
