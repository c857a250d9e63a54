//! Many disputes by one CSV file, with a report for each line.

use std::io::Read as _;
use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::Caller;
use crate::disputes::bulk::{self, COLUMNS, MAX_CSV_BYTES, MAX_LINES};
use crate::error::{Error, FieldError, Reason, Refusal, Result};
use crate::id::DisputeId;
use crate::text::Lang;
use crate::web::{Ctx, Page, Upload, html, html_status};

/// Lines that are opened in one transaction.
const AT_ONCE: usize = 50;

/// What became of a line of the file.
struct ReportLine {
    number: usize,
    dispute: Option<DisputeId>,
    state: String,
    why: String,
}

#[derive(Template)]
#[template(path = "disputes/bulk.html")]
struct BulkPage {
    page: Page,
    columns: String,
    most: usize,
    /// The refused lines first, since they are what is left to do.
    report: Vec<ReportLine>,
    opened: usize,
    refused: usize,
    errors: Vec<FieldError>,
}

impl BulkPage {
    fn empty(page: Page) -> Self {
        Self {
            page,
            columns: COLUMNS.join(","),
            most: MAX_LINES,
            report: Vec::new(),
            opened: 0,
            refused: 0,
            errors: Vec::new(),
        }
    }
}

/// `GET /buyer/disputes/bulk`
pub async fn form(page: Page) -> Result<HttpResponse> {
    html(&BulkPage::empty(page))
}

fn read(upload: &Upload) -> Result<Vec<u8>> {
    let Some(sent) = &upload.file else {
        let accepted = "a CSV file";
        return Err(Error::invalid_field("file", Reason::Required, accepted));
    };
    if sent.size > MAX_CSV_BYTES {
        let accepted = format!("up to {MAX_CSV_BYTES} bytes");
        return Err(Error::invalid_field("file", Reason::TooLarge, accepted));
    }
    let mut content = Vec::with_capacity(sent.size);
    sent.file
        .reopen()
        .and_then(|mut file| file.read_to_end(&mut content))
        .map_err(anyhow::Error::from)?;
    Ok(content)
}

/// `POST /buyer/disputes/bulk`
pub async fn upload(ctx: Ctx, caller: Caller, page: Page, upload: Upload) -> Result<HttpResponse> {
    let read = read(&upload).and_then(|content| bulk::read_csv(&content));
    let lines = match read {
        Ok(lines) => lines,
        Err(Error::Refused(refusal)) => {
            let wrong = BulkPage {
                errors: refusal.fields.clone(),
                ..BulkPage::empty(page)
            };
            return html_status(422, &wrong);
        }
        Err(error) => return Err(error),
    };
    let (numbers, lines): (Vec<usize>, Vec<bulk::Line>) = lines.into_iter().unzip();
    let (now, vault) = (ctx.now(), ctx.vault.clone());
    let lines = Arc::new(lines);
    let mut verdicts = Vec::with_capacity(lines.len());
    // Some at a time, so that sales are not kept waiting for the whole file.
    for start in (0..lines.len()).step_by(AT_ONCE) {
        let (lines, vault, caller) = (Arc::clone(&lines), Arc::clone(&vault), caller.clone());
        let end = lines.len().min(start + AT_ONCE);
        let opened = ctx
            .write(move |conn| bulk::open_many(conn, &vault, &caller, &lines[start..end], now))
            .await?;
        verdicts.extend(opened);
    }
    let l = page.l;
    let opened = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
    let mut report: Vec<ReportLine> = numbers
        .into_iter()
        .zip(&verdicts)
        .map(|(number, verdict)| line(l, number, verdict))
        .collect();
    report.sort_by_key(|line| (line.dispute.is_some(), line.number));
    html(&BulkPage {
        opened,
        refused: report.len() - opened,
        report,
        ..BulkPage::empty(page)
    })
}

fn line(l: &Lang, number: usize, verdict: &bulk::Verdict) -> ReportLine {
    match verdict {
        Ok(dispute) => ReportLine {
            number,
            dispute: Some(dispute.id),
            state: dispute.state.to_string(),
            why: String::new(),
        },
        Err(refusal) => ReportLine {
            number,
            dispute: None,
            state: "refused".to_owned(),
            why: why(l, refusal),
        },
    }
}

fn why(l: &Lang, refusal: &Refusal) -> String {
    if refusal.fields.is_empty() {
        let title = refusal.code.title(l);
        return if refusal.detail.is_empty() {
            title
        } else {
            format!("{title}: {}", refusal.detail)
        };
    }
    let told: Vec<String> = refusal
        .fields
        .iter()
        .map(|error| {
            let message = error.reason.message(l);
            format!("{} {message} ({})", error.field, error.accepted)
        })
        .collect();
    told.join("; ")
}
