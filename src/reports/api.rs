//! The audit log as JSON, for the operator.

use actix_web::web::{Json, Query};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::audit::{self, AuditForm, AuditRow};
use crate::clock::Ts;
use crate::db::types::from_json;
use crate::error::Result;
use crate::id::{AccountId, AuditId};
use crate::web::{Ctx, Cursor, PageQuery, Paged};

#[derive(utoipa::OpenApi)]
#[openapi(paths(audit_log))]
pub struct Doc;

/// Which entries to answer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// The beginning of an action: `lead.`, `contact.viewed`.
    action: String,
    /// A user, an API key, `system` or `visitor`.
    actor: String,
    /// The id of what was changed or seen.
    subject: String,
    /// Whose record it is.
    account: String,
    /// At this time or later.
    #[serde(rename = "at[gte]")]
    from: String,
    /// Before this time; a day alone is included.
    #[serde(rename = "at[lt]")]
    until: String,
    limit: Option<String>,
    cursor: Option<String>,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryJson {
    pub id: AuditId,
    pub at: Ts,
    /// A user, an API key, `system` or `visitor`.
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    /// Whose record it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Object and past participle.
    #[schema(example = "lead.listed")]
    pub action: String,
    pub subject: String,
    /// What changed, `before` and `after`, or what was decided; never contact data.
    pub detail: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The client's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl EntryJson {
    fn new(row: AuditRow) -> Result<Self> {
        Ok(Self {
            detail: from_json(&row.detail)?,
            id: row.id,
            at: row.at,
            actor: row.actor,
            actor_name: row.actor_name,
            account: row.account_id,
            action: row.action,
            subject: row.subject,
            request_id: row.request_id,
            address: row.address,
        })
    }
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit_log", tag = "operator", params(AuditQuery),
    responses((status = 200, body = Paged<EntryJson>)))]
pub async fn audit_log(ctx: Ctx, query: Query<AuditQuery>) -> Result<Json<Paged<EntryJson>>> {
    let query = query.into_inner();
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (limit, after) = (page.limit()?, page.after()?);
    let before = after.map(|cursor| (cursor.at, AuditId(cursor.id)));
    let form = AuditForm {
        action: query.action,
        actor: query.actor,
        subject: query.subject,
        account: query.account,
        from: query.from,
        until: query.until,
    };
    let filter = form.parse()?;
    let rows = ctx
        .db
        .read(move |conn| audit::audit_log(conn, &filter, before, limit + 1))
        .await?;
    let page = Paged::cut(rows, limit, |row| Cursor {
        at: row.at,
        id: row.id.0,
    });
    let data = page.data.into_iter().map(EntryJson::new);
    Ok(Json(Paged {
        data: data.collect::<Result<_>>()?,
        next_cursor: page.next_cursor,
    }))
}
