//! Figures of disputes: what is published for each vertical, and what an auditor is told of both sides.

use super::store::figures as store;
use super::{Dispute, DisputeSide};
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, VerticalId};
use crate::verticals;

/// Days that figures look back.
pub const WINDOW_DAYS: i32 = 90;
/// A dispute that comes in the last day of its window is late in it.
const LATE: i64 = DAY;

/// What is published of one vertical.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    pub opened: i64,
    pub closed: i64,
    /// Closed with something given back.
    pub upheld: i64,
    pub appealed: i64,
    /// Appeals after which another amount went back.
    pub overturned: i64,
    /// Tenths of a day from opening to close, the median; `None` while none is closed.
    pub median_tenths: Option<i64>,
}

impl Published {
    /// The median in days with one decimal; empty while none is closed.
    pub fn median_days(&self) -> String {
        self.median_tenths
            .map(|tenths| rust_decimal::Decimal::new(tenths, 1).to_string())
            .unwrap_or_default()
    }
}

/// What is published of each vertical, by its name.
pub fn published_all(conn: &mut Conn, now: Ts) -> Result<Vec<(String, Published)>> {
    verticals::all(conn)?
        .into_iter()
        .map(|vertical| Ok((vertical.name, published(conn, vertical.id, now)?)))
        .collect()
}

pub fn published(conn: &mut Conn, vertical: VerticalId, now: Ts) -> Result<Published> {
    let since = now.minus_days(WINDOW_DAYS);
    let counted = store::opened_since(conn, Some(vertical), None, since)?;
    let overturned = store::overturned(conn, &counted)?;
    let disputes = || counted.iter().map(|(dispute, _)| dispute);
    let closed = || disputes().filter(|dispute| dispute.is_closed());
    let mut took: Vec<i64> = closed()
        .filter_map(|dispute| {
            let closed_at = dispute.closed_at?;
            Some(closed_at.micros() - dispute.opened_at.micros())
        })
        .collect();
    took.sort_unstable();
    Ok(Published {
        opened: count(disputes()),
        closed: count(closed()),
        upheld: count(closed().filter(|dispute| dispute.refund_minor > 0)),
        appealed: count(disputes().filter(|dispute| dispute.appealed_by.is_some())),
        overturned,
        median_tenths: took.get(took.len() / 2).map(|took| took * 10 / DAY),
    })
}

/// What became of one side's disputes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    pub purchases: i64,
    pub disputes: i64,
    pub refunded: i64,
    pub partly: i64,
    pub denied: i64,
    pub overturned: i64,
    /// Opened in the last day of their window.
    pub late: i64,
}

impl Record {
    /// Whether nearly everything comes on the last day, which a tired buyer does and an honest one seldom.
    pub const fn is_late_pattern(&self) -> bool {
        self.disputes >= 5 && self.late * 10 >= self.disputes * 8
    }
}

pub fn record(conn: &mut Conn, party: (DisputeSide, AccountId), now: Ts) -> Result<Record> {
    let since = now.minus_days(WINDOW_DAYS);
    let counted = store::opened_since(conn, None, Some(party), since)?;
    let overturned = store::overturned(conn, &counted)?;
    let closed = || {
        counted
            .iter()
            .map(|(dispute, _)| dispute)
            .filter(|dispute| dispute.is_closed())
    };
    Ok(Record {
        purchases: store::purchases_since(conn, party, since)?,
        disputes: count(counted.iter()),
        refunded: count(closed().filter(|dispute| dispute.refund_minor == dispute.price_minor)),
        partly: count(closed().filter(|dispute| {
            dispute.refund_minor > 0 && dispute.refund_minor < dispute.price_minor
        })),
        denied: count(closed().filter(|dispute| dispute.refund_minor == 0)),
        overturned,
        late: count(counted.iter().filter(|(dispute, window_end)| {
            !dispute.is_late && dispute.opened_at >= window_end.minus(LATE)
        })),
    })
}

/// Past decisions of the same kind, for auditors to decide alike.
pub fn similar(conn: &mut Conn, dispute: &Dispute) -> Result<Vec<Dispute>> {
    const SHOWN: i64 = 5;
    store::similar(conn, dispute, SHOWN)
}

fn count<T>(rows: impl Iterator<Item = T>) -> i64 {
    i64::try_from(rows.count()).unwrap_or(i64::MAX)
}
