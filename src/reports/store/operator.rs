//! The operator's overview and the health of the queues.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::{Scope, daily, lead_states, turnovers};
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::db::schema::{
    accounts, deposits, disputes, jobs as jobs_table, leads, purchase_requests,
};
use crate::error::Result;
use crate::jobs::{self, JobState};
use crate::leads::LeadState;
use crate::reports::{Daily, Turnover};

/// How the exchange does.
pub struct OperatorReport {
    pub turnovers: Vec<Turnover>,
    pub last_30_days: Vec<Turnover>,
    pub daily: Vec<Daily>,
    /// Leads by state.
    pub leads: Vec<(LeadState, i64)>,
    /// Leads of which a copy or more was sold, and all that came on offer.
    pub filled: (i64, i64),
    pub sellers: i64,
    pub buyers: i64,
    pub active_requests: i64,
    pub approvals_waiting: i64,
    pub deposits_waiting: i64,
    /// Disputes that an auditor has to decide.
    pub disputes_waiting: i64,
    pub queues: Vec<QueueLine>,
}

impl OperatorReport {
    /// Jobs in a state over all kinds.
    pub fn jobs_in(&self, state: JobState) -> i64 {
        self.queues.iter().map(|line| line.count(state)).sum()
    }
}

/// The jobs of one kind.
pub struct QueueLine {
    pub kind: String,
    counts: Vec<(JobState, i64)>,
    /// When the oldest waiting job was due.
    pub oldest_due: Option<Ts>,
}

impl QueueLine {
    pub fn count(&self, state: JobState) -> i64 {
        self.counts
            .iter()
            .find(|(one, _)| *one == state)
            .map_or(0, |(_, count)| *count)
    }
}

/// The operator's overview at `now`.
pub fn operator(conn: &mut Conn, now: Ts) -> Result<OperatorReport> {
    let states = lead_states(conn, None)?;
    let with_sales: i64 = leads::table
        .filter(leads::copies_sold.gt(0))
        .count()
        .get_result(conn)?;
    let never_offered: i64 = [
        LeadState::Received,
        LeadState::Rejected,
        LeadState::Quarantined,
    ]
    .iter()
    .filter_map(|state| states.get(state))
    .sum();
    let offered = states.values().sum::<i64>() - never_offered;
    let kinds: Vec<(String, String, i64)> = accounts::table
        .group_by((accounts::kind, accounts::state))
        .select((accounts::kind, accounts::state, count_star()))
        .load(conn)?;
    let approved = |kind: &str| {
        kinds
            .iter()
            .filter(|row| row.0 == kind && row.1 == "approved")
            .map(|row| row.2)
            .sum()
    };
    Ok(OperatorReport {
        turnovers: turnovers(conn, Scope::Everyone, Ts::from_micros(0))?,
        last_30_days: turnovers(conn, Scope::Everyone, now.minus(30 * DAY))?,
        daily: daily(conn, None, now, 14)?,
        leads: states.into_iter().collect(),
        filled: (with_sales, offered),
        sellers: approved("seller"),
        buyers: approved("buyer"),
        active_requests: purchase_requests::table
            .filter(purchase_requests::state.eq("active"))
            .count()
            .get_result(conn)?,
        approvals_waiting: kinds
            .iter()
            .filter(|row| row.1 == "pending")
            .map(|row| row.2)
            .sum(),
        deposits_waiting: deposits::table
            .filter(deposits::state.eq("requested"))
            .count()
            .get_result(conn)?,
        disputes_waiting: disputes::table
            .filter(disputes::state.eq_any(["contested", "appealed"]))
            .count()
            .get_result(conn)?,
        queues: queues(conn)?,
    })
}

/// The jobs of each kind.
pub fn queues(conn: &mut Conn) -> Result<Vec<QueueLine>> {
    let due: Vec<(String, Option<Ts>)> = jobs_table::table
        .group_by(jobs_table::kind)
        .select((jobs_table::kind, min(jobs_table::run_at)))
        .filter(jobs_table::state.eq(JobState::Queued))
        .load::<(String, Option<i64>)>(conn)?
        .into_iter()
        .map(|(kind, micros)| (kind, micros.map(Ts::from_micros)))
        .collect();
    let mut lines: Vec<QueueLine> = Vec::new();
    for (kind, state, count) in jobs::counts(conn)? {
        if lines.last().is_none_or(|line| line.kind != kind) {
            lines.push(QueueLine {
                oldest_due: due.iter().find(|row| row.0 == kind).and_then(|row| row.1),
                kind,
                counts: Vec::new(),
            });
        }
        if let Some(line) = lines.last_mut() {
            line.counts.push((state, count));
        }
    }
    Ok(lines)
}
