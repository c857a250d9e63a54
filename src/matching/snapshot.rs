//! The active requests as of one end of the change log, and how they follow it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::index::Index;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{RequestId, VerticalId};
use crate::requests::{self, Change, Compiler, PurchaseRequest};
use crate::verticals::{self, Selling, Vertical};

/// Changes that are followed one by one; with more between two looks, everything is loaded anew.
const MOST_FOLLOWED: i64 = 10_000;
/// Numbers of the log below its newest at which a change may still turn up, since its transaction was overtaken.
const OVERTAKEN: i64 = 4_096;
/// Requests that are loaded in one statement.
const PAGE: i64 = 1_000;

#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub index: Index,
    /// How the leads of each vertical are given out.
    pub selling: Arc<HashMap<VerticalId, Selling>>,
    /// The newest rows of the log that are followed; empty before the first load.
    tail: Vec<Change>,
    /// The rows that were there at the last look at the last `OVERTAKEN` numbers.
    seen: Arc<HashSet<Change>>,
    loaded: bool,
}

impl Snapshot {
    /// Every active request.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        let tail = requests::change_tail(conn)?;
        let verticals = verticals::all(conn)?;
        let mut fresh = Self {
            index: Index::new(&verticals),
            selling: Arc::new(selling(&verticals)),
            seen: Arc::new(recent(conn, &tail)?),
            tail,
            loaded: true,
        };
        let mut compiler = Compiler::new(verticals);
        let mut after = None;
        loop {
            let page = requests::active_after(conn, after, PAGE)?;
            let Some(last) = page.last() else {
                break;
            };
            after = Some(last.id);
            fresh.take_in(conn, &mut compiler, page)?;
        }
        fresh.index.shrink();
        Ok(fresh)
    }

    /// The snapshot after what the log has new at its end; `None` when that is nothing.
    pub fn present(&self, conn: &mut Conn) -> Result<Option<Self>> {
        let tail = requests::change_tail(conn)?;
        if self.loaded && self.tail == tail {
            return Ok(None);
        }
        let from = self.tail.last().map_or(0, |change| change.0);
        let rows = if self.loaded {
            requests::changes_from(conn, from, MOST_FOLLOWED)?
        } else {
            None
        };
        let Some(rows) = rows else {
            return Self::load(conn).map(Some);
        };
        let known: HashSet<&Change> = self.tail.iter().collect();
        // A row that is gone was rolled back after this server had seen it.
        let rows: HashSet<&Change> = rows.iter().collect();
        let changed = known.symmetric_difference(&rows).map(|change| change.1);
        let mut next = self.with(conn, changed.collect())?;
        next.tail = tail;
        Ok(Some(next))
    }

    /// The snapshot after all that the log has new, also what was committed late; `None` when that is nothing.
    pub fn followed(&self, conn: &mut Conn) -> Result<Option<Self>> {
        let fresh = self.present(conn)?;
        let known = fresh.as_ref().unwrap_or(self);
        let from = late_from(&known.tail);
        let is_same = fresh.is_none() && requests::change_count(conn, from)? == known.seen.len();
        if is_same {
            return Ok(None);
        }
        let recent = recent(conn, &known.tail)?;
        let late = recent.difference(&known.seen).map(|change| change.1);
        let mut next = known.with(conn, late.collect())?;
        next.seen = Arc::new(recent);
        Ok(Some(next))
    }

    /// Whether the requests are exactly the active ones of the database, each in its version.
    pub fn agrees(&self, conn: &mut Conn) -> Result<bool> {
        let mut count = 0;
        let mut after = None;
        loop {
            let page = requests::active_versions(conn, after, PAGE)?;
            let Some((last, _)) = page.last() else {
                break;
            };
            after = Some(*last);
            count += page.len();
            let is_known = |(id, version): &(RequestId, i64)| {
                let rule = self.index.get(*id);
                rule.is_some_and(|rule| rule.request.version == *version)
            };
            if !page.iter().all(is_known) {
                return Ok(false);
            }
        }
        Ok(count == self.index.len())
    }

    /// The snapshot with these requests as the database has them now.
    fn with(&self, conn: &mut Conn, changed: Vec<RequestId>) -> Result<Self> {
        let mut next = self.clone();
        let mut changed: Vec<RequestId> = changed;
        changed.sort_unstable();
        changed.dedup();
        if changed.is_empty() {
            return Ok(next);
        }
        let verticals = verticals::all(conn)?;
        if !next.index.is_of(&verticals) {
            return Self::load(conn);
        }
        next.selling = Arc::new(selling(&verticals));
        let mut compiler = Compiler::new(verticals);
        for ids in changed.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            for id in ids {
                next.index.remove(*id);
            }
            let active = requests::active_among(conn, ids)?;
            next.take_in(conn, &mut compiler, active)?;
        }
        Ok(next)
    }

    fn take_in(
        &mut self,
        conn: &mut Conn,
        compiler: &mut Compiler,
        active: Vec<PurchaseRequest>,
    ) -> Result<()> {
        for request in active {
            let id = request.id;
            let rule = compiler.rule(conn, Arc::new(request))?;
            let is_in = rule.is_some_and(|rule| self.index.insert(&Arc::new(rule)));
            if !is_in {
                // Creation refuses such a request; one that still turns up must not stop the market.
                tracing::error!(%id, "an active request cannot be compiled");
            }
        }
        Ok(())
    }
}

fn selling(verticals: &[Vertical]) -> HashMap<VerticalId, Selling> {
    let all = verticals.iter();
    all.map(|vertical| (vertical.id, vertical.selling.clone()))
        .collect()
}

/// The number from which on a row may still turn up.
fn late_from(tail: &[Change]) -> i64 {
    let newest = tail.first().map_or(0, |change| change.0);
    newest.saturating_sub(OVERTAKEN)
}

fn recent(conn: &mut Conn, tail: &[Change]) -> Result<HashSet<Change>> {
    let rows = requests::changes_from(conn, late_from(tail), i64::MAX - 1)?;
    Ok(rows.unwrap_or_default().into_iter().collect())
}
