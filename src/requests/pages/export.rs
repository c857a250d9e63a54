//! The list of requests as a file.

use actix_web::{HttpResponse, web};
use i18n_embed_fl::fl;

use super::form::shared_text;
use super::{ListQuery, vertical_name};
use crate::error::Result;
use crate::requests::{PurchaseRequest, RequestState, store};
use crate::verticals::{self, Vertical};
use crate::web::export::{FileKind, Table};
use crate::web::{Caller, Ctx, Page, format};

/// Requests in one exported file.
const MAX_EXPORTED: i64 = 10_000;

/// `GET /buyer/requests/export/{kind}`: the requests of the tab that is shown.
pub async fn export(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    kind: web::Path<FileKind>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    let state: Option<RequestState> = query.state();
    let buyer = caller.account_id;
    let (requests, verticals) = ctx
        .db
        .read(move |conn| {
            let requests = store::page(conn, buyer, state, None, MAX_EXPORTED)?;
            Ok((requests, verticals::all(conn)?))
        })
        .await?;
    let l = page.l;
    let table = Table {
        columns: vec![
            fl!(l, "requests-column-id"),
            fl!(l, "requests-name"),
            fl!(l, "requests-column-vertical"),
            fl!(l, "requests-state"),
            fl!(l, "requests-bid"),
            fl!(l, "requests-currency"),
            fl!(l, "requests-quantity"),
            fl!(l, "requests-bought"),
            fl!(l, "requests-budget"),
            fl!(l, "requests-spent"),
            fl!(l, "requests-created"),
            fl!(l, "requests-shared-bids"),
        ],
        rows: requests
            .iter()
            .map(|request| row(&page, request, &verticals))
            .collect(),
    };
    table.download("requests", kind.into_inner())
}

fn row(page: &Page, request: &PurchaseRequest, verticals: &[Vertical]) -> Vec<String> {
    vec![
        request.id.to_string(),
        request.name.clone(),
        vertical_name(verticals, request),
        format::state_label(page.l, request.state),
        request.bid.amount(),
        request.bid.currency.to_string(),
        request.quantity.to_string(),
        request.bought.to_string(),
        request.budget.amount(),
        request.spent.amount(),
        request.created_at.to_string(),
        shared_text(request),
    ]
}
