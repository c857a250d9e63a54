//! The operator's overview, the health of the queues.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::access::Caller;
use crate::clock::{MINUTE, Ts};
use crate::error::{Code, Error, Result};
use crate::id::JobId;
use crate::jobs::{self, Job, JobState};
use crate::reports::chart::{self, Chart};
use crate::reports::store::operator::QueueLine;
use crate::reports::{self, OperatorReport, Turnover};
use crate::web::{Ctx, Form, Page, format, html, redirect_with};
use crate::{leads, purchases, requests};

/// Jobs shown of those that were given up.
const MAX_DEAD: i64 = 100;

#[derive(Template)]
#[template(path = "reports/operator.html")]
struct Overview {
    page: Page,
    report: OperatorReport,
    chart: Option<Chart>,
    sold_lately: i64,
    volume: String,
    commission: String,
    fill_rate: String,
    dead: i64,
    waiting: i64,
}

/// How the exchange does and what waits for the operator.
pub async fn overview(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let now = ctx.now();
    let report = ctx
        .db
        .read(move |conn| reports::operator(conn, now))
        .await?;
    let lately = &report.last_30_days;
    html(&Overview {
        chart: chart::bars(&report.daily),
        sold_lately: reports::sales(lately),
        volume: reports::shown(lately.iter().map(|line: &Turnover| line.paid)),
        commission: reports::shown(lately.iter().map(|line| line.commission)),
        fill_rate: format::percent(page.l, report.filled.0, report.filled.1),
        dead: report.jobs_in(JobState::Dead),
        waiting: report.jobs_in(JobState::Queued),
        report,
        page,
    })
}

#[derive(Template)]
#[template(path = "reports/queues.html")]
struct QueuesPage {
    page: Page,
    lines: Vec<QueueLine>,
    dead: Vec<Job>,
}

impl QueuesPage {
    /// Whether a kind of job has been due for so long that somebody should look.
    fn is_late(&self, due: &Ts) -> bool {
        due.plus(5 * MINUTE) < self.page.now
    }

    /// What a kind of job does, in words; an unknown one by its code.
    fn work(&self, kind: &str) -> String {
        let l = self.page.l;
        match kind {
            purchases::DELIVER_JOB => fl!(l, "queues-work-deliver"),
            requests::MATCH_JOB => fl!(l, "queues-work-match"),
            requests::jobs::WAKE_JOB => fl!(l, "queues-work-wake"),
            leads::import::IMPORT_JOB => fl!(l, "queues-work-import"),
            other => other.to_owned(),
        }
    }
}

/// Jobs by kind and state, and those that were given up.
pub async fn queues(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let (lines, dead) = ctx
        .db
        .read(|conn| Ok((reports::queues(conn)?, jobs::dead(conn, MAX_DEAD)?)))
        .await?;
    html(&QueuesPage { page, lines, dead })
}

#[derive(Deserialize)]
pub struct NoFields {}

/// Gives a dead job another round of tries.
pub async fn requeue(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    job: Path<String>,
    _form: Form<NoFields>,
) -> Result<HttpResponse> {
    let now = ctx.now();
    let job: JobId = job.parse().map_err(|_| Error::refused(Code::NotFound))?;
    ctx.write(move |conn| reports::requeue(conn, &caller, job, now))
        .await?;
    Ok(redirect_with(
        "/operator/queues",
        &fl!(page.l, "queues-requeued"),
    ))
}
