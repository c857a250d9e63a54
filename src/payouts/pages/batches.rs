//! The operator's batches: made, given to the bank, answered by it.

use std::io::Read as _;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::desk::may_decide;
use super::{fields, method_label};
use crate::access::Caller;
use crate::accounts;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, PayoutBatchId};
use crate::money::Currency;
use crate::payouts::Payout;
use crate::payouts::batch::{self, Batch, BatchState, Method, Wanted};
use crate::payouts::report::{self, Applied, Done};
use crate::web::format::state_label;
use crate::web::{
    Ctx, Cursor, Form, Page, PageQuery, Paged, State, Upload, html, html_status, redirect,
    redirect_with,
};

#[derive(Template)]
#[template(path = "payouts/batches.html")]
struct BatchesPage {
    page: Page,
    rows: Paged<Batch>,
}

impl BatchesPage {
    fn method(&self, batch: &Batch) -> String {
        method_label(self.page.l, batch.method)
    }
}

/// `GET /operator/payouts/batches`
pub async fn list(ctx: Ctx, page: Page, query: Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = ctx
        .db
        .read(move |conn| {
            let before = after.map(|cursor| PayoutBatchId(cursor.id));
            batch::list(conn, None, before, limit + 1)
        })
        .await?;
    html(&BatchesPage {
        page,
        rows: Paged::cut(rows, limit, |row| Cursor {
            at: row.made_at,
            id: row.id.0,
        }),
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct MakeForm {
    currency: String,
    method: String,
}

/// `POST /operator/payouts/batches`
pub async fn make(
    ctx: Ctx,
    caller: Caller,
    state: Data<State>,
    Form(form): Form<MakeForm>,
) -> Result<HttpResponse> {
    let currency: Currency = form
        .currency
        .parse()
        .map_err(|_| Error::invalid_field("currency", Reason::CurrencyUnknown, "EUR, RUB, .."))?;
    let method: Method = form
        .method
        .parse()
        .map_err(|accepted: String| Error::invalid_field("method", Reason::NotAllowed, accepted))?;
    let (vault, now, config) = (ctx.vault.clone(), ctx.now(), state.config.clone());
    let made = ctx
        .write(move |conn| {
            let wanted = Wanted { currency, method };
            batch::make(conn, &vault, &caller, wanted, config.debtor.as_ref(), now)
        })
        .await?;
    Ok(redirect(&format!("/operator/payouts/batches/{}", made.id)))
}

#[derive(Template)]
#[template(path = "payouts/batch.html")]
struct BatchPage {
    page: Page,
    batch: Batch,
    rows: Vec<(Payout, String)>,
    made_by: String,
    may_decide: bool,
    /// What the report that was uploaded just now did.
    applied: Vec<Applied>,
    errors: Vec<FieldError>,
}

impl BatchPage {
    fn method(&self) -> String {
        method_label(self.page.l, self.batch.method)
    }

    fn is_sepa(&self) -> bool {
        self.batch.method == Method::Sepa
    }

    /// What a line of the report did, and how that is coloured.
    fn done(&self, line: &Applied) -> (String, &'static str) {
        let l = self.page.l;
        match &line.done {
            Done::Paid => (fl!(l, "payouts-line-paid"), "good"),
            Done::Failed(reason) => (
                fl!(l, "payouts-line-failed", reason = reason.as_str()),
                "bad",
            ),
            Done::Waits => (fl!(l, "payouts-line-waits"), "info"),
            Done::Before(state) => (
                fl!(l, "payouts-line-before", state = state_label(l, *state)),
                "plain",
            ),
            Done::Unknown => (fl!(l, "payouts-line-unknown"), "warn"),
        }
    }
}

async fn load(
    ctx: &Ctx,
    caller: &Caller,
    page: Page,
    id: PayoutBatchId,
    applied: Vec<Applied>,
    errors: Vec<FieldError>,
) -> Result<BatchPage> {
    let operator = caller.account_id;
    let (batch, rows, made_by) = ctx
        .db
        .read(move |conn| {
            let batch = batch::batch(conn, id)?;
            let payouts = batch::payouts(conn, id)?;
            let sellers: Vec<AccountId> = payouts.iter().map(|row| row.seller_id).collect();
            let names = accounts::names_of(conn, &sellers)?;
            let users = accounts::users_of(conn, operator)?;
            let made_by = users.into_iter().find(|user| user.id == batch.made_by);
            let rows = payouts
                .into_iter()
                .map(|row| {
                    let name = names.get(&row.seller_id).cloned().unwrap_or_default();
                    (row, name)
                })
                .collect();
            Ok((batch, rows, made_by.map(|user| user.name)))
        })
        .await?;
    Ok(BatchPage {
        page,
        batch,
        rows,
        made_by: made_by.unwrap_or_default(),
        may_decide: may_decide(caller),
        applied,
        errors,
    })
}

/// `GET /operator/payouts/batches/{id}`
pub async fn show(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<PayoutBatchId>,
) -> Result<HttpResponse> {
    html(&load(&ctx, &caller, page, *id, Vec::new(), Vec::new()).await?)
}

/// `POST /operator/payouts/batches/{id}/{step}`: sent or dissolve.
pub async fn step(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(PayoutBatchId, String)>,
) -> Result<HttpResponse> {
    let ((id, step), now) = (path.into_inner(), ctx.now());
    let batch = ctx
        .write(move |conn| match step.as_str() {
            "sent" => batch::mark_sent(conn, &caller, id, now),
            "dissolve" => batch::dissolve(conn, &caller, id, now),
            _ => Err(Error::refused(Code::NotFound)),
        })
        .await?;
    let message = if batch.state == BatchState::Sent {
        fl!(page.l, "payouts-batch-sent")
    } else {
        fl!(page.l, "payouts-batch-dissolved")
    };
    Ok(redirect_with(
        &format!("/operator/payouts/batches/{id}"),
        &message,
    ))
}

/// `POST /operator/payouts/batches/{id}/report`: the bank's answer; what each line of it did is shown at once.
pub async fn take_report(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    id: Path<String>,
    upload: Upload,
) -> Result<HttpResponse> {
    // Read here, so that a form from elsewhere is told that first.
    let id = id.parse().map_err(|_| Error::refused(Code::NotFound))?;
    match carry_out(&ctx, &caller, id, upload).await {
        Ok(applied) => html(&load(&ctx, &caller, page, id, applied, Vec::new()).await?),
        Err(error) => {
            let wrong = fields(error)?;
            html_status(
                422,
                &load(&ctx, &caller, page, id, Vec::new(), wrong).await?,
            )
        }
    }
}

async fn carry_out(
    ctx: &Ctx,
    caller: &Caller,
    id: PayoutBatchId,
    upload: Upload,
) -> Result<Vec<Applied>> {
    let Some(file) = upload.file else {
        let accepted = "a report of the bank";
        return Err(Error::invalid_field("file", Reason::Required, accepted));
    };
    if file.size > report::MAX_BYTES {
        let accepted = format!("at most {} bytes", report::MAX_BYTES);
        return Err(Error::invalid_field("file", Reason::TooLarge, accepted));
    }
    let mut bytes = Vec::with_capacity(file.size);
    file.file
        .reopen()
        .and_then(|mut reader| reader.read_to_end(&mut bytes))
        .map_err(anyhow::Error::from)?;
    let read = report::read(&bytes)?;
    let (by, now) = (caller.clone(), ctx.now());
    ctx.write(move |conn| report::apply(conn, &by, id, &read, now))
        .await
}
