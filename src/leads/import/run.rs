//! Taking in the lines of a file: a chunk is one transaction, which also notes how far it came.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;

use super::table::{FileSource, Table};
use super::{Import, ImportJob, ImportState, intake, open_file, record, store};
use crate::clock::{Clock, Ts};
use crate::db::{Conn, Db};
use crate::error::{Error, FieldError, Result};
use crate::id::ImportId;
use crate::jobs;
use crate::leads::Exchange;
use crate::leads::receive::{Intake, Outcome, Source, take_in_all};
use crate::vault::Vault;
use crate::verification::Verifier;
use crate::verticals::{self, Vertical};

/// Lines of one transaction.
const CHUNK: usize = 200;
/// Lines of one run of the job; then other jobs get their turn.
const LINES_A_RUN: i64 = 5_000;

/// What taking in lines needs.
#[derive(Clone)]
pub struct Importer {
    pub db: Db,
    pub clock: Clock,
    pub vault: Arc<Vault>,
    pub exchange: Arc<dyn Exchange>,
    pub verifier: Arc<Verifier>,
}

/// How far an import has come with its last chunk.
#[derive(Debug, Clone)]
pub struct Progress {
    pub lines_done: i64,
    pub accepted: i64,
    pub refused: Vec<RefusedLine>,
}

/// A line that was refused, and why.
#[derive(Debug, Clone)]
pub struct RefusedLine {
    pub number: i64,
    pub errors: Vec<FieldError>,
}

struct NumberedIntake {
    number: i64,
    intake: Intake,
}

type Chunk = (Table, Vec<NumberedIntake>);

impl Importer {
    /// Does a part of a queued import, and queues itself again while lines are left.
    pub async fn run_job(&self, job: ImportJob) -> Result<()> {
        let (id, now) = (job.import, self.clock.now());
        let import = self
            .db
            .write(move |conn| store::imports::begin(conn, id))
            .await?;
        let Some(import) = import else {
            return Ok(());
        };
        let vault = Arc::clone(&self.vault);
        let file = self.db.read(move |conn| open_file(conn, &vault, id)).await;
        let is_over = match file {
            Ok(file) => self.run(&import, file, LINES_A_RUN, |_| ()).await,
            Err(error) => Err(error),
        };
        match is_over {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.db
                    .write(move |conn| {
                        jobs::enqueue(conn, super::IMPORT_JOB, &job, now, now).map(|_| ())
                    })
                    .await
            }
            Err(Error::Refused(refusal)) => {
                let text = refusal.to_string();
                self.db
                    .write(move |conn| fail(conn, &import, &text, now))
                    .await
            }
            Err(error) => Err(error),
        }
    }

    /// Takes in up to `limit` lines after those that are done; true when the import is over.
    pub async fn run(
        &self,
        import: &Import,
        file: FileSource,
        limit: i64,
        mut report: impl FnMut(&Progress),
    ) -> Result<bool> {
        let vertical_id = import.vertical_id;
        let vertical = self
            .db
            .read(move |conn| verticals::by_id(conn, vertical_id))
            .await?;
        let plan = Arc::new((
            import.clone(),
            Arc::new(vertical),
            Arc::clone(&self.verifier),
        ));
        let opened = Arc::clone(&plan);
        let table = blocking(move || {
            let import = &opened.0;
            let (mut table, _) = Table::open(&file, import.mapping.charset, import.separator())?;
            table.skip(import.lines_done)?;
            Ok(table)
        })
        .await?;
        let mut done = import.lines_done;
        let mut next = read_chunk(table, Arc::clone(&plan), self.clock.now()).await?;
        loop {
            let (table, lines) = next;
            if lines.is_empty() {
                return self.finish(import.id).await;
            }
            if done - import.lines_done >= limit {
                return Ok(false);
            }
            let reading = read_chunk(table, Arc::clone(&plan), self.clock.now());
            let (committed, following) =
                tokio::join!(self.commit(&plan.0, done, Arc::new(lines)), reading);
            let Some(progress) = committed? else {
                // Another server is at this import.
                return Ok(true);
            };
            done = progress.lines_done;
            report(&progress);
            next = following?;
        }
    }

    async fn commit(
        &self,
        import: &Import,
        done: i64,
        lines: Arc<Vec<NumberedIntake>>,
    ) -> Result<Option<Progress>> {
        let now = self.clock.now();
        let (vault, exchange) = (Arc::clone(&self.vault), Arc::clone(&self.exchange));
        let (id, seller, actor) = (import.id, import.seller_id, import.actor());
        self.db
            .write(move |conn| {
                let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
                if !store::imports::advance(conn, id, done, count)? {
                    return Ok(None);
                }
                let mut progress = Progress {
                    lines_done: done + count,
                    accepted: 0,
                    refused: Vec::new(),
                };
                let documents: Vec<_> = lines
                    .iter()
                    .map(|line| (&line.intake, Source::file(actor, id, line.number)))
                    .collect();
                let outcomes = take_in_all(conn, &vault, &*exchange, seller, &documents, now)?;
                for (line, outcome) in lines.iter().zip(outcomes) {
                    match outcome {
                        Outcome::Taken(_) => progress.accepted += 1,
                        Outcome::Refused { errors, .. } => progress.refused.push(RefusedLine {
                            number: line.number,
                            errors,
                        }),
                    }
                }
                let refused = count - progress.accepted;
                store::imports::count(conn, id, progress.accepted, refused)?;
                Ok(Some(progress))
            })
            .await
    }

    async fn finish(&self, id: ImportId) -> Result<bool> {
        let now = self.clock.now();
        self.db
            .write(move |conn| {
                if let Some(import) = store::imports::finish(conn, id, now)? {
                    let detail = json!({"accepted": import.accepted, "refused": import.refused});
                    record(
                        conn,
                        &import,
                        import.actor(),
                        "import.finished",
                        now,
                        detail,
                    )?;
                }
                Ok(true)
            })
            .await
    }
}

fn fail(conn: &mut Conn, import: &Import, failure: &str, now: Ts) -> Result<()> {
    if store::imports::set_failed(conn, import.id, failure, now)? {
        let detail = json!({"failure": failure, "state": ImportState::Failed});
        record(conn, import, import.actor(), "import.failed", now, detail)?;
    }
    Ok(())
}

/// Leads that others are asked about at once.
const ASKED_AT_ONCE: usize = 16;

/// Reads a chunk, and asks others about its contacts, where the server has somebody to ask.
async fn read_chunk(
    table: Table,
    plan: Arc<(Import, Arc<Vertical>, Arc<Verifier>)>,
    now: Ts,
) -> Result<Chunk> {
    let verifier = Arc::clone(&plan.2);
    let (table, mut lines) = parse_chunk(table, plan, now).await?;
    for some in lines.chunks_mut(ASKED_AT_ONCE) {
        join_all(some.iter_mut().map(|line| line.intake.ask(&verifier))).await;
    }
    Ok((table, lines))
}

async fn parse_chunk(
    mut table: Table,
    plan: Arc<(Import, Arc<Vertical>, Arc<Verifier>)>,
    now: Ts,
) -> Result<Chunk> {
    blocking(move || {
        let (import, vertical, verifier) = &*plan;
        let lines = table
            .take(CHUNK)?
            .into_iter()
            .map(|line| NumberedIntake {
                number: line.number,
                intake: intake(
                    &line,
                    &import.mapping.columns,
                    &import.defaults,
                    vertical,
                    verifier,
                    now,
                ),
            })
            .collect();
        Ok((table, lines))
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(anyhow::anyhow!(error)))?
}
