//! Many callers at once, each waiting for the commit of its write before it asks for the next.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use galena::db::{Conn, Db};
use galena::error::{Code, Result};
use tokio::task::JoinSet;

use crate::market;

/// Four groups of the writer: while one is committed, the next ones fill.
pub const CALLERS: usize = 256;

/// One round.
pub struct Round {
    pub elapsed: Duration,
    pub sold: usize,
    /// How long each caller waited.
    pub waits: Vec<Duration>,
}

/// Does the jobs 0 to `count` through `db.write`; a job says whether it sold, or that it lacked funds.
pub fn run<F>(path: &Path, count: usize, job: F) -> Round
where
    F: Fn(&mut Conn, usize) -> Result<bool> + Send + Sync + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let db = market::open(path);
    let round = runtime.block_on(all(&db, count, Arc::new(job)));
    db.close();
    round
}

async fn all<F>(db: &Db, count: usize, job: Arc<F>) -> Round
where
    F: Fn(&mut Conn, usize) -> Result<bool> + Send + Sync + 'static,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    let start = Instant::now();
    for _ in 0..CALLERS {
        let (db, job, next) = (db.clone(), Arc::clone(&job), Arc::clone(&next));
        callers.spawn(async move {
            let (mut sold, mut waits) = (0, Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return (sold, waits);
                }
                let (job, asked) = (Arc::clone(&job), Instant::now());
                let outcome = db.write(move |conn| job(conn, number)).await;
                waits.push(asked.elapsed());
                match outcome {
                    Ok(is_sold) => sold += usize::from(is_sold),
                    Err(error) => assert!(error.has_code(Code::InsufficientFunds), "{error}"),
                }
            }
        });
    }
    let (mut sold, mut waits) = (0, Vec::with_capacity(count));
    while let Some(ended) = callers.join_next().await {
        let (own_sold, own_waits) = ended.unwrap();
        sold += own_sold;
        waits.extend(own_waits);
    }
    Round {
        elapsed: start.elapsed(),
        sold,
        waits,
    }
}
