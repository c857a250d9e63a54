//! Runs due jobs by kind; each handler bears being run again, since a crash may repeat a job.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::store::{self, Job};
use crate::clock::{Clock, DAY, Ts};
use crate::db::Db;
use crate::db::types::from_json;
use crate::error::{Error, Result};

/// Jobs taken in one round.
const BATCH: i64 = 100;
/// Jobs of the shared kinds that are taken by one transaction, and finished by another.
const TOGETHER: usize = 10;

/// What becomes of a job that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Done,
    /// It is to be done again from that instant on.
    Again(Ts),
}

impl From<()> for Then {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl From<Option<Ts>> for Then {
    fn from(next: Option<Ts>) -> Self {
        next.map_or(Self::Done, Self::Again)
    }
}

type Running = Pin<Box<dyn Future<Output = Result<Then>> + Send>>;

/// What does the work of one kind of job, given its payload.
#[derive(Clone)]
struct Handler {
    work: Arc<dyn Fn(String) -> Running + Send + Sync>,
    /// Whether jobs of such kinds are taken and finished by tens.
    is_shared: bool,
}

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

    /// Says who does the jobs of a kind, one by one: a crash repeats one at most.
    #[must_use]
    pub fn on<P, F, T, W>(self, kind: &'static str, work: W) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        T: Into<Then>,
        F: Future<Output = Result<T>> + Send + 'static,
        W: Fn(P) -> F + Send + Sync + 'static,
    {
        self.insert(kind, work, false)
    }

    /// Says who does the jobs of a kind that come in thousands, and that nobody notices when they are repeated: they
    /// are taken and finished by tens, and a crash may repeat all ten.
    #[must_use]
    pub fn on_many<P, F, T, W>(self, kind: &'static str, work: W) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        T: Into<Then>,
        F: Future<Output = Result<T>> + Send + 'static,
        W: Fn(P) -> F + Send + Sync + 'static,
    {
        self.insert(kind, work, true)
    }

    fn insert<P, F, T, W>(mut self, kind: &'static str, work: W, is_shared: bool) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        T: Into<Then>,
        F: Future<Output = Result<T>> + Send + 'static,
        W: Fn(P) -> F + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        let work = Arc::new(move |payload: String| -> Running {
            let work = Arc::clone(&work);
            Box::pin(async move { Ok(work(from_json(&payload)?).await?.into()) })
        });
        self.handlers.insert(kind, Handler { work, is_shared });
        self
    }

    fn is_shared(&self, job: &Job) -> bool {
        let handler = self.handlers.get(job.kind.as_str());
        handler.is_some_and(|handler| handler.is_shared)
    }

    /// Runs what is due now, one job after the other; says how many ran.
    pub async fn run_due(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self
            .db
            .read(move |conn| store::due(conn, now, BATCH))
            .await?;
        let mut ran = 0;
        for some in due.chunk_by(|one, next| self.is_shared(one) && self.is_shared(next)) {
            for few in some.chunks(TOGETHER) {
                ran += self.run_together(few.to_vec()).await?;
            }
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
        let (mut ran, mut ended) = (0, Vec::with_capacity(taken.len()));
        for job in &taken {
            // What had to wait for long may be begun by another, who has a whole lease for it.
            if self.clock.now() > now.plus(store::LEASE / 2) {
                break;
            }
            ran += 1;
            ended.push((job.clone(), self.run(job).await));
        }
        let rest = taken.get(ran..).unwrap_or_default().to_vec();
        let now = self.clock.now();
        self.db
            .write(move |conn| {
                for (job, outcome) in &ended {
                    match outcome {
                        Ok(Then::Done) => store::finish(conn, job.id, now)?,
                        Ok(Then::Again(at)) => store::repeat(conn, job.id, *at)?,
                        Err(error) => store::fail(conn, job, error, now)?,
                    }
                }
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

    /// Runs a job; answers what becomes of it, or why it failed.
    async fn run(&self, job: &Job) -> Result<Then, String> {
        let outcome = match self.handlers.get(job.kind.as_str()) {
            Some(handler) => (handler.work)(job.payload.clone()).await,
            None => Err(Error::Internal(anyhow::anyhow!("no handler for this kind"))),
        };
        let told = if outcome.is_ok() { "done" } else { "failed" };
        metrics::counter!("galena_jobs_total", "kind" => job.kind.clone(), "outcome" => told)
            .increment(1);
        outcome.map_err(|error| {
            let (kind, id) = (&job.kind, job.id);
            if job.is_last_try() {
                tracing::error!(%kind, %id, %error, "a job was given up");
            } else {
                tracing::warn!(%kind, %id, %error, "a job failed and will be tried again");
            }
            error.to_string()
        })
    }
}
