//! Figures of disputes: what is published for each vertical, and what an auditor is told of a buyer.

use super::Dispute;
use super::store::figures as store;
pub use super::store::figures::Tally;
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::error::Result;
use crate::id::AccountId;
use crate::verticals;

/// Days that figures look back.
pub const WINDOW_DAYS: i32 = 90;

/// What is published of one vertical.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub vertical: String,
    pub tally: Tally,
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

/// The figures of every vertical.
pub fn published(conn: &mut Conn, now: Ts) -> Result<Vec<Published>> {
    let since = now.minus_days(WINDOW_DAYS);
    verticals::all(conn)?
        .into_iter()
        .map(|vertical| {
            let tally = store::tally(conn, vertical.id, since)?;
            let took = store::median(conn, vertical.id, since, tally.closed)?;
            Ok(Published {
                vertical: vertical.name,
                tally,
                median_tenths: took.map(|took| took * 10 / DAY),
            })
        })
        .collect()
}

/// How many disputes a buyer opened, and how many of them on the last day of their window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lateness {
    pub all: i64,
    pub late: i64,
}

impl Lateness {
    /// Whether nearly everything comes on the last day, which a tired buyer does and an honest one seldom.
    pub const fn is_pattern(self) -> bool {
        self.all >= 5 && self.late * 10 >= self.all * 8
    }
}

pub fn lateness(conn: &mut Conn, buyer: AccountId, now: Ts) -> Result<Lateness> {
    let (all, late) = store::late(conn, buyer, now.minus_days(WINDOW_DAYS))?;
    Ok(Lateness { all, late })
}

/// Past decisions of the same kind, for auditors to decide alike.
pub fn similar(conn: &mut Conn, dispute: &Dispute) -> Result<Vec<Dispute>> {
    const SHOWN: i64 = 5;
    store::similar(conn, dispute, SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_of_five_on_the_last_day_are_a_pattern() {
        let is_pattern = |all, late| Lateness { all, late }.is_pattern();
        assert!(!is_pattern(4, 4) && !is_pattern(5, 3) && !is_pattern(10, 7));
        assert!(is_pattern(5, 4) && is_pattern(10, 8));
    }
}
