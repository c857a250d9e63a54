//! The jobs table: a lease keeps two servers from running one job at once.

use diesel::prelude::*;

use crate::clock::{MINUTE, SECOND, Ts};
use crate::db::schema::jobs;
use crate::db::types::text_enum;
use crate::db::{Conn, Prepared, each};
use crate::error::{Code, Error, Result};
use crate::id::JobId;

text_enum! {
    pub enum JobState { Queued = "queued", Running = "running", Done = "done", Dead = "dead" }
}

/// How long a runner may work on a job before another may take it over.
pub const LEASE: i64 = 5 * MINUTE;
/// The longest pause between two tries.
const MAX_PAUSE: i64 = 6 * 60 * MINUTE;

/// A job as the operator sees it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    pub state: JobState,
    pub run_at: Ts,
    pub attempts: i32,
    pub max_attempts: i32,
    pub last_error: Option<String>,
    pub created_at: Ts,
}

impl Job {
    /// Whether a try that fails is its last, for a job as it was before it.
    pub fn is_last_try(&self) -> bool {
        self.attempts + 1 >= self.max_attempts
    }
}

pub fn insert(conn: &mut Conn, kind: &str, payload: &str, run_at: Ts, now: Ts) -> Result<JobId> {
    let id = JobId::new(now);
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::state.eq(JobState::Queued),
            jobs::run_at.eq(run_at),
            jobs::attempts.eq(0),
            jobs::max_attempts.eq(super::DEFAULT_TRIES),
            jobs::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Jobs that may run now: due ones, and those whose runner has let its lease pass.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Job>> {
    Ok(jobs::table
        .filter(
            jobs::state.eq(JobState::Queued).or(jobs::state
                .eq(JobState::Running)
                .and(jobs::lease_until.lt(now))),
        )
        .filter(jobs::run_at.le(now))
        .order(jobs::run_at)
        .limit(limit)
        .select(Job::as_select())
        .load(conn)?)
}

/// Takes jobs for this runner; those that no other was faster with.
pub fn lease(conn: &mut Conn, mut jobs: Vec<Job>, now: Ts) -> Result<Vec<Job>> {
    let mut taken = Vec::with_capacity(jobs.len());
    // In one order, so that two runners do not wait for each other.
    jobs.sort_by_key(|job| job.id);
    for job in jobs {
        let lease = diesel::update(jobs::table.find(job.id))
            .filter(jobs::state.eq(job.state))
            .filter(jobs::attempts.eq(job.attempts))
            .set((
                jobs::state.eq(JobState::Running),
                jobs::lease_until.eq(now.plus(LEASE)),
                jobs::attempts.eq(jobs::attempts + 1),
            ))
            .returning(jobs::id);
        if each!(conn, |inner| Prepared(lease).has_changed::<_, JobId>(inner))? {
            taken.push(job);
        }
    }
    taken.sort_by_key(|job| job.run_at);
    Ok(taken)
}

/// Gives jobs back that were leased and not begun, as they were.
pub fn give_back(conn: &mut Conn, jobs: &[Job]) -> Result<()> {
    for job in jobs {
        diesel::update(jobs::table.find(job.id))
            .filter(jobs::state.eq(JobState::Running))
            .filter(jobs::attempts.eq(job.attempts + 1))
            .set((
                jobs::state.eq(JobState::Queued),
                jobs::lease_until.eq(None::<Ts>),
                jobs::attempts.eq(job.attempts),
            ))
            .execute(conn)?;
    }
    Ok(())
}

pub fn finish(conn: &mut Conn, id: JobId, now: Ts) -> Result<()> {
    let finish = diesel::update(jobs::table.find(id))
        .set((
            jobs::state.eq(JobState::Done),
            jobs::finished_at.eq(now),
            jobs::lease_until.eq(None::<Ts>),
        ))
        .returning(jobs::id);
    each!(conn, |inner| Prepared(finish)
        .has_changed::<_, JobId>(inner))?;
    Ok(())
}

/// Queues a job that succeeded anew, with all its tries, and forgets why it failed before.
pub fn repeat(conn: &mut Conn, id: JobId, at: Ts) -> Result<()> {
    let repeat = diesel::update(jobs::table.find(id))
        .set((
            jobs::state.eq(JobState::Queued),
            jobs::run_at.eq(at),
            jobs::attempts.eq(0),
            jobs::lease_until.eq(None::<Ts>),
            jobs::last_error.eq(None::<String>),
        ))
        .returning(jobs::id);
    each!(conn, |inner| Prepared(repeat)
        .has_changed::<_, JobId>(inner))?;
    Ok(())
}

/// Notes a failure: another try after a growing pause, or the end as a dead job.
pub fn fail(conn: &mut Conn, job: &Job, error: &str, now: Ts) -> Result<()> {
    let state = if job.is_last_try() {
        JobState::Dead
    } else {
        JobState::Queued
    };
    let doubled = 1_i64
        .checked_shl(u32::try_from(job.attempts + 1).unwrap_or(0))
        .unwrap_or(i64::MAX);
    let pause = doubled.saturating_mul(5 * SECOND).min(MAX_PAUSE);
    diesel::update(jobs::table.find(job.id))
        .set((
            jobs::state.eq(state),
            jobs::run_at.eq(now.plus(pause)),
            jobs::lease_until.eq(None::<Ts>),
            jobs::last_error.eq(error.chars().take(500).collect::<String>()),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many jobs there are of each kind and state, for the operator and the metrics.
pub fn counts(conn: &mut Conn) -> Result<Vec<(String, JobState, i64)>> {
    Ok(jobs::table
        .group_by((jobs::kind, jobs::state))
        .select((jobs::kind, jobs::state, diesel::dsl::count_star()))
        .order((jobs::kind, jobs::state))
        .load(conn)?)
}

/// Jobs that were given up, newest first.
pub fn dead(conn: &mut Conn, limit: i64) -> Result<Vec<Job>> {
    Ok(jobs::table
        .filter(jobs::state.eq(JobState::Dead))
        .order(jobs::created_at.desc())
        .limit(limit)
        .select(Job::as_select())
        .load(conn)?)
}

/// Gives a dead job another round of tries.
pub fn requeue(conn: &mut Conn, id: JobId, now: Ts) -> Result<()> {
    let changed = diesel::update(jobs::table.find(id))
        .filter(jobs::state.eq(JobState::Dead))
        .set((
            jobs::state.eq(JobState::Queued),
            jobs::attempts.eq(0),
            jobs::run_at.eq(now),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Err(Error::refused(Code::StateConflict));
    }
    Ok(())
}

/// Removes jobs that were done before `before`.
pub fn sweep(conn: &mut Conn, before: Ts) -> Result<usize> {
    Ok(diesel::delete(jobs::table)
        .filter(jobs::state.eq(JobState::Done))
        .filter(jobs::finished_at.lt(before))
        .execute(conn)?)
}
