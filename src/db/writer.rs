//! The one writer of SQLite: a thread that takes queued jobs in groups, runs each in a savepoint,
//! commits the group once and answers only then.
//!
//! A job that is refused loses its savepoint and nobody else's. An error after which SQLite may have
//! rolled back the whole transaction aborts the group; its jobs are then run again, each alone.
//!
//! A group waits for the disk if one of its jobs does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use diesel::Connection as _;
use tokio::sync::oneshot;

use super::checkpoints::Checkpoints;
use super::connection::{self, Conn, Lasts};
use super::transaction;
use super::url::DatabaseUrl;
use crate::error::{Code, Error, Result};

/// Jobs that may wait; beyond that callers are told to come back.
const QUEUE_LENGTH: usize = 4096;
/// Jobs in one commit: larger groups gain little and wait longer.
const GROUP_SIZE: usize = 64;
/// Work after which a group is committed as far as it came: whoever writes a little waits for nobody's thousands.
const LONG: Duration = Duration::from_millis(50);

pub struct Writer {
    queue: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

trait Job: Send {
    fn lasts(&self) -> Lasts;
    fn run(&mut self, conn: &mut Conn) -> Result<()>;
    /// Tells the caller; `Err` stands for the fate of the commit, or of the job itself.
    fn answer(self: Box<Self>, outcome: Result<()>);
}

struct Work<T, F> {
    lasts: Lasts,
    task: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnMut(&mut Conn) -> Result<T> + Send> Job for Work<T, F> {
    fn lasts(&self) -> Lasts {
        self.lasts
    }

    fn run(&mut self, conn: &mut Conn) -> Result<()> {
        self.value = None;
        self.value = Some((self.task)(conn)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<()>) {
        let Self { value, reply, .. } = *self;
        let answer = outcome
            .and_then(|()| value.ok_or_else(|| Error::Internal(anyhow!("a write left no value"))));
        // A caller that has gone away needs no answer.
        let _ = reply.send(answer);
    }
}

impl Writer {
    pub fn start(url: DatabaseUrl) -> anyhow::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE_LENGTH);
        let conn = Connected::open(&url)?;
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(&jobs, conn, &url))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub fn submit<T, F>(&self, lasts: Lasts, work: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Work {
            lasts,
            task: work,
            value: None,
            reply,
        });
        let queue = self.queue.lock().map_err(|_| unavailable())?;
        match queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => Ok(answer),
            Some(Err(TrySendError::Full(_))) => {
                metrics::counter!("galena_writer_full_total").increment(1);
                Err(unavailable())
            }
            Some(Err(TrySendError::Disconnected(_))) | None => Err(unavailable()),
        }
    }

    /// Takes no more jobs and waits until the queued ones are answered.
    pub fn stop(&self) {
        if let Ok(mut queue) = self.queue.lock() {
            queue.take();
        }
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the writer panicked");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn unavailable() -> Error {
    Error::refused(Code::Unavailable)
}

/// The writer's connection, with what moves its log into the database.
struct Connected {
    conn: Conn,
    /// What its commits wait for.
    lasts: Lasts,
    checkpoints: Checkpoints,
}

impl Connected {
    fn open(url: &DatabaseUrl) -> anyhow::Result<Self> {
        Ok(Self {
            conn: connection::open_writer(url)?,
            lasts: Lasts::Disk,
            checkpoints: Checkpoints::start(url)?,
        })
    }

    fn reopen(&mut self, url: &DatabaseUrl) {
        match connection::open_writer(url) {
            Ok(fresh) => {
                self.conn = fresh;
                self.lasts = Lasts::Disk;
            }
            Err(error) => tracing::error!(%error, "the writer cannot reconnect"),
        }
    }

    /// Makes the next commits wait for what these jobs need.
    fn wait_for(&mut self, jobs: &[Box<dyn Job>]) -> Result<()> {
        let is_lasting = jobs.iter().any(|job| job.lasts() == Lasts::Disk);
        let lasts = if is_lasting {
            Lasts::Disk
        } else {
            Lasts::System
        };
        if lasts != self.lasts {
            connection::commit_waits(&mut self.conn, lasts)?;
            self.lasts = lasts;
        }
        Ok(())
    }
}

fn serve(queue: &Receiver<Box<dyn Job>>, mut conn: Connected, url: &DatabaseUrl) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        while group.len() < GROUP_SIZE {
            match queue.try_recv() {
                Ok(job) => group.push(job),
                Err(_) => break,
            }
        }
        metrics::histogram!("galena_writer_group_size")
            .record(u32::try_from(group.len()).unwrap_or(u32::MAX));
        while !group.is_empty() {
            match commit_group(&mut conn, &mut group) {
                Ok(outcomes) => {
                    let done: Vec<_> = group.drain(..outcomes.len()).collect();
                    for (job, outcome) in done.into_iter().zip(outcomes) {
                        job.answer(outcome);
                    }
                    conn.checkpoints.committed(&mut conn.conn);
                }
                Err(error) => {
                    tracing::warn!(%error, jobs = group.len(), "a write group was aborted");
                    conn.reopen(url);
                    each_alone(std::mem::take(&mut group), &mut conn, url);
                }
            }
        }
    }
}

/// Runs the first jobs of a group in one transaction, all of them unless they are long; an error means that none of
/// it was committed.
fn commit_group(connected: &mut Connected, group: &mut [Box<dyn Job>]) -> Result<Vec<Result<()>>> {
    connected.wait_for(group)?;
    let conn = &mut connected.conn;
    transaction::begin(conn)?;
    if let [job] = group {
        return alone(conn, job);
    }
    let (mut outcomes, start) = (Vec::with_capacity(group.len()), Instant::now());
    for job in group {
        if !outcomes.is_empty() && start.elapsed() > LONG {
            break;
        }
        let outcome = guarded(|| conn.transaction(|conn| job.run(conn)));
        match outcome {
            Err(error) if !transaction::leaves_group_alive(&error) => return Err(error),
            outcome => outcomes.push(outcome),
        }
    }
    transaction::commit(conn)?;
    Ok(outcomes)
}

/// Runs the one job of a group, which needs no savepoint, for which SQLite would copy each page that it changes.
fn alone(conn: &mut Conn, job: &mut Box<dyn Job>) -> Result<Vec<Result<()>>> {
    match guarded(|| job.run(conn)) {
        Err(error) if !transaction::leaves_group_alive(&error) => return Err(error),
        Err(error) => {
            transaction::rollback(conn)?;
            return Ok(vec![Err(error)]);
        }
        Ok(()) => transaction::commit(conn)?,
    }
    Ok(vec![Ok(())])
}

fn each_alone(group: Vec<Box<dyn Job>>, connected: &mut Connected, url: &DatabaseUrl) {
    for mut job in group {
        let outcome = connected
            .wait_for(std::slice::from_ref(&job))
            .and_then(|()| {
                let conn = &mut connected.conn;
                guarded(|| transaction::run(conn, &mut |conn: &mut Conn| job.run(conn)))
            });
        if matches!(&outcome, Err(error) if !transaction::leaves_group_alive(error)) {
            connected.reopen(url);
        }
        job.answer(outcome);
    }
}

fn guarded(work: impl FnOnce() -> Result<()>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        // Diesel's own transaction state is unknown after a panic: the connection is given up.
        Err(Error::Database(
            diesel::result::Error::BrokenTransactionManager,
        ))
    })
}
