//! What silence means: a seller's accepts, the exchange's refunds, and a decision that nobody appealed stands.

use super::close::close;
use super::decide::{accept, silent_exchange};
use super::{DecisionHow, DisputeState, store};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Result};

/// Lets up to `limit` deadlines pass; says how many. A dispute that moved meanwhile is left alone.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let overdue = store::due(conn, now, limit)?;
    let count = overdue.len();
    for dispute in overdue {
        let passed = match dispute.state {
            DisputeState::Open => accept(conn, &dispute, DecisionHow::Silence, Actor::System, now),
            DisputeState::Contested | DisputeState::Appealed => {
                silent_exchange(conn, &dispute, now)
            }
            DisputeState::Upheld
            | DisputeState::PartlyUpheld
            | DisputeState::Denied
            | DisputeState::Accepted
            | DisputeState::Withdrawn => close(conn, &dispute, Actor::System, now),
        };
        match passed {
            Err(error) if error.has_code(Code::StateConflict) => {}
            other => {
                other?;
            }
        }
    }
    Ok(count)
}
