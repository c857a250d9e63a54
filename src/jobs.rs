//! Jobs: work queued in the transaction that causes it, done after it, retried a bounded number of times.

mod runner;
mod store;

use serde::Serialize;

use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::JobId;

pub use runner::{Runner, Then};
pub use store::{Job, JobState, counts, dead, due, requeue};

/// Tries of a job whose failures may pass.
pub const DEFAULT_TRIES: i32 = 10;

/// Queues a job of a kind that the runner knows; `payload` names ids, never personal data.
pub fn enqueue(
    conn: &mut Conn,
    kind: &'static str,
    payload: &impl Serialize,
    run_at: Ts,
    now: Ts,
) -> Result<JobId> {
    store::insert(conn, kind, &crate::db::types::json(payload)?, run_at, now)
}
