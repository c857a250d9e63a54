//! The audit log with filters, and as a file.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Path, Query};
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::Caller;
use crate::error::{Code, Error, Result};
use crate::id::AuditId;
use crate::reports::audit::{self, AuditForm, AuditRow, MAX_EXPORTED};
use crate::text::Lang;
use crate::web::export::{FileKind, Table};
use crate::web::{Ctx, Cursor, Page, PageQuery, Paged, html};

/// The export that carries the seals.
const LINES: &str = "jsonl";

#[derive(Template)]
#[template(path = "reports/audit.html")]
struct AuditPage {
    page: Page,
    form: AuditForm,
    rows: Paged<AuditRow>,
    max_exported: i64,
}

impl AuditPage {
    fn is_filtered(&self) -> bool {
        !self.page.query.is_empty()
    }
}

/// `GET /operator/audit`: newest first.
pub async fn show(
    ctx: Ctx,
    page: Page,
    form: Query<AuditForm>,
    paging: Query<PageQuery>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let (filter, limit) = (form.parse()?, paging.limit()?);
    let before = paging
        .after()?
        .map(|cursor| (cursor.at, AuditId(cursor.id)));
    let rows = ctx
        .db
        .read(move |conn| audit::audit_log(conn, &filter, before, limit + 1))
        .await?;
    html(&AuditPage {
        page,
        form,
        rows: Paged::cut(rows, limit, |row| Cursor {
            at: row.at,
            id: row.id.0,
        }),
        max_exported: MAX_EXPORTED,
    })
}

/// `GET /operator/audit/export/{kind}`: the newest entries that fit, as CSV, XLSX, or lines of JSON
/// with their seals.
pub async fn export(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    kind: Path<String>,
    form: Query<AuditForm>,
) -> Result<HttpResponse> {
    let (filter, kind, now) = (form.parse()?, kind.into_inner(), ctx.now());
    let file: Option<FileKind> = kind.parse().ok();
    if file.is_none() && kind != LINES {
        return Err(Error::refused(Code::NotFound));
    }
    let (rows, lines) = ctx
        .write(move |conn| {
            let rows = audit::export(conn, &caller, &filter, &kind, now)?;
            let lines = match file {
                Some(_) => String::new(),
                None => audit::lines(conn, &rows)?,
            };
            Ok((rows, lines))
        })
        .await?;
    match file {
        Some(file) => table(page.l, &rows).download("audit-log", file),
        None => Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/jsonl; charset=utf-8"))
            .insert_header((
                CONTENT_DISPOSITION,
                "attachment; filename=\"audit-log.jsonl\"",
            ))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(lines)),
    }
}

fn table(l: &Lang, rows: &[AuditRow]) -> Table {
    Table {
        columns: vec![
            fl!(l, "audit-entry"),
            fl!(l, "audit-at"),
            fl!(l, "audit-action"),
            fl!(l, "audit-actor"),
            fl!(l, "audit-actor-name"),
            fl!(l, "audit-account"),
            fl!(l, "audit-subject"),
            fl!(l, "audit-detail"),
            fl!(l, "audit-address"),
            fl!(l, "audit-request"),
        ],
        rows: rows.iter().map(cells).collect(),
    }
}

fn cells(row: &AuditRow) -> Vec<String> {
    vec![
        row.id.to_string(),
        row.at.to_string(),
        row.action.clone(),
        row.actor.clone(),
        row.actor_name.clone().unwrap_or_default(),
        row.account_id.map_or_else(String::new, |id| id.to_string()),
        row.subject.clone(),
        row.detail.clone(),
        row.address.clone().unwrap_or_default(),
        row.request_id.clone().unwrap_or_default(),
    ]
}
