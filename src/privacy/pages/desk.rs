//! The operator's list of withdrawals that buyers have not confirmed.

use actix_web::HttpResponse;
use askama::Template;
use i18n_embed_fl::fl;

use crate::accounts;
use crate::error::Result;
use crate::privacy::{Task, waiting};
use crate::web::{Ctx, Page, html};

/// Withdrawals that are shown; the longest waiting come first.
const SHOWN: i64 = 500;

struct Line {
    task: Task,
    buyer: String,
    is_overdue: bool,
}

#[derive(Template)]
#[template(path = "privacy/desk.html")]
struct DeskPage {
    page: Page,
    lines: Vec<Line>,
}

/// `GET /operator/withdrawals`
pub async fn show(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let now = ctx.now();
    let lines = ctx
        .db
        .read(move |conn| {
            let mut lines = Vec::new();
            for task in waiting(conn, SHOWN)? {
                lines.push(Line {
                    buyer: accounts::account(conn, task.buyer_id)?.name,
                    is_overdue: task.is_overdue(now),
                    task,
                });
            }
            Ok(lines)
        })
        .await?;
    html(&DeskPage { page, lines })
}
