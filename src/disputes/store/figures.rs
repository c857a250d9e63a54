//! Disputes counted: for the published figures, and for what an auditor is told of a buyer.

use diesel::dsl::{case_when, count_star};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::clock::{DAY, Ts};
use crate::db::schema::{dispute_decisions, disputes, purchases};
use crate::db::{Conn, sum_i64};
use crate::disputes::{Dispute, DisputeState};
use crate::error::Result;
use crate::id::{AccountId, VerticalId};

/// Disputes of a vertical by what became of them; those that were withdrawn are opened only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub opened: i64,
    pub closed: i64,
    /// Closed with something given back.
    pub upheld: i64,
    pub appealed: i64,
    /// Those whose second decision gave back another amount than the first.
    pub overturned: i64,
}

/// One for each row that a condition holds for, summed.
macro_rules! sum_of {
    ($condition:expr) => {
        sum_i64(
            case_when($condition, 1_i64.into_sql::<BigInt>()).otherwise(0_i64.into_sql::<BigInt>()),
        )
    };
}

/// Disputes that were opened since then.
pub fn tally(conn: &mut Conn, vertical: VerticalId, since: Ts) -> Result<Tally> {
    let decided = || {
        disputes::closed_at
            .is_not_null()
            .and(disputes::state.ne(DisputeState::Withdrawn))
    };
    type Sums = (i64, Option<i64>, Option<i64>, Option<i64>);
    let (opened, closed, upheld, appealed): Sums = disputes::table
        .filter(disputes::vertical_id.eq(vertical))
        .filter(disputes::opened_at.ge(since))
        .select((
            count_star(),
            sum_of!(decided()),
            sum_of!(decided().and(disputes::refund_minor.gt(0))),
            sum_of!(disputes::appealed_by.is_not_null()),
        ))
        .first(conn)?;
    let overturned = disputes::table
        .inner_join(dispute_decisions::table)
        .filter(disputes::vertical_id.eq(vertical))
        .filter(disputes::opened_at.ge(since))
        .filter(disputes::round.eq(2))
        .filter(dispute_decisions::round.eq(1))
        .filter(dispute_decisions::refund_minor.ne(disputes::refund_minor))
        .count()
        .get_result(conn)?;
    Ok(Tally {
        opened,
        closed: closed.unwrap_or(0),
        upheld: upheld.unwrap_or(0),
        appealed: appealed.unwrap_or(0),
        overturned,
    })
}

/// Microseconds from opening to close, the median of so many disputes that were opened since then.
pub fn median(
    conn: &mut Conn,
    vertical: VerticalId,
    since: Ts,
    closed: i64,
) -> Result<Option<i64>> {
    let took = disputes::closed_at - disputes::opened_at.nullable();
    let median: Option<Option<i64>> = disputes::table
        .filter(disputes::vertical_id.eq(vertical))
        .filter(disputes::opened_at.ge(since))
        .filter(disputes::closed_at.is_not_null())
        .filter(disputes::state.ne(DisputeState::Withdrawn))
        .order(took)
        .offset(closed / 2)
        .select(took)
        .first(conn)
        .optional()?;
    Ok(median.flatten())
}

/// Disputes that a buyer opened since then, and those of them on the last day of their window.
pub fn late(conn: &mut Conn, buyer: AccountId, since: Ts) -> Result<(i64, i64)> {
    let last_day = disputes::opened_at.ge(purchases::final_at - DAY);
    let (all, late): (i64, Option<i64>) = disputes::table
        .inner_join(purchases::table)
        .filter(disputes::buyer_id.eq(buyer))
        .filter(disputes::is_late.eq(false))
        .filter(disputes::opened_at.ge(since))
        .select((count_star(), sum_of!(last_day)))
        .first(conn)?;
    Ok((all, late.unwrap_or(0)))
}

/// Closed disputes for the same reason in the same vertical, the newest first.
pub fn similar(conn: &mut Conn, dispute: &Dispute, limit: i64) -> Result<Vec<Dispute>> {
    Ok(disputes::table
        .filter(disputes::vertical_id.eq(dispute.vertical_id))
        .filter(disputes::reason.eq(dispute.reason))
        .filter(disputes::closed_at.is_not_null())
        .filter(disputes::state.ne(DisputeState::Withdrawn))
        .filter(disputes::id.ne(dispute.id))
        .order((disputes::closed_at.desc(), disputes::id.desc()))
        .limit(limit)
        .select(Dispute::as_select())
        .load(conn)?)
}
