//! Runs due jobs by kind; each handler is idempotent, since a job may run twice after a crash.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::store::{self, Job, JobState};
use crate::clock::{Clock, DAY};
use crate::db::Db;
use crate::db::types::from_json;
use crate::error::{Error, Result};

/// Jobs taken in one round.
const BATCH: i64 = 100;
/// Jobs taken by one transaction, and finished by another.
const TOGETHER: usize = 10;

type Running = Pin<Box<dyn Future<Output = Result<()>> + Send>>;
/// What does the work of one kind of job, given its payload.
pub type Handler = Arc<dyn Fn(String) -> Running + Send + Sync>;

/// Knows a handler for each kind of job.
#[derive(Clone)]
pub struct Runner {
    db: Db,
    clock: Clock,
    handlers: HashMap<&'static str, Handler>,
}

impl Runner {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            handlers: HashMap::new(),
        }
    }

    /// Says who does the jobs of a kind.
    #[must_use]
    pub fn on<P, F, W>(mut self, kind: &'static str, work: W) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
        W: Fn(P) -> F + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        let handler: Handler = Arc::new(move |payload| {
            let work = Arc::clone(&work);
            Box::pin(async move { work(from_json(&payload)?).await })
        });
        self.handlers.insert(kind, handler);
        self
    }

    /// Runs what is due now, one job after the other; says how many ran.
    pub async fn run_due(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self
            .db
            .read(move |conn| store::due(conn, now, BATCH))
            .await?;
        let mut ran = 0;
        for some in due.chunks(TOGETHER) {
            ran += self.run_together(some.to_vec()).await?;
        }
        Ok(ran)
    }

    /// Takes jobs, runs them one after the other and notes their ends, all in two transactions: a crash between them
    /// runs jobs again that were done.
    async fn run_together(&self, jobs: Vec<Job>) -> Result<usize> {
        let now = self.clock.now();
        let taken = self
            .db
            .write(move |conn| store::lease(conn, jobs.clone(), now))
            .await?;
        let (mut ran, mut done) = (0, Vec::with_capacity(taken.len()));
        for job in &taken {
            // What had to wait for long may be begun by another, who has a whole lease for it.
            if self.clock.now() > now.plus(store::LEASE / 2) {
                break;
            }
            ran += 1;
            if self.run(job.clone()).await? {
                done.push(job.id);
            }
        }
        let rest = taken.get(ran..).unwrap_or_default().to_vec();
        let now = self.clock.now();
        self.db
            .write(move |conn| {
                store::finish(conn, &done, now)?;
                store::give_back(conn, &rest)
            })
            .await?;
        Ok(ran)
    }

    /// Removes jobs that were done more than a week ago.
    pub async fn sweep(&self) -> Result<usize> {
        let before = self.clock.now().minus(7 * DAY);
        self.db.write(move |conn| store::sweep(conn, before)).await
    }

    /// Runs a job; false when it failed, which is then on record.
    async fn run(&self, job: Job) -> Result<bool> {
        let outcome = match self.handlers.get(job.kind.as_str()) {
            Some(handler) => handler(job.payload.clone()).await,
            None => Err(Error::Internal(anyhow::anyhow!("no handler for this kind"))),
        };
        let now = self.clock.now();
        match outcome {
            Ok(()) => {
                metrics::counter!("galena_jobs_total", "kind" => job.kind, "outcome" => "done")
                    .increment(1);
                Ok(true)
            }
            Err(error) => {
                metrics::counter!("galena_jobs_total", "kind" => job.kind.clone(), "outcome" => "failed").increment(1);
                let (kind, id, text) = (job.kind.clone(), job.id, error.to_string());
                let state = self
                    .db
                    .write(move |conn| store::fail(conn, &job, &text, now))
                    .await?;
                if state == JobState::Dead {
                    tracing::error!(%kind, %id, %error, "a job was given up");
                } else {
                    tracing::warn!(%kind, %id, %error, "a job failed and will be tried again");
                }
                Ok(false)
            }
        }
    }
}
