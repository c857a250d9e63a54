//! A bank's answer to a file of transfers: a payment status report of ISO 20022 (pain.002.001.10), read and
//! carried out line by line.

mod read;

pub use read::{Line, Report, Verdict, read};

use super::batch::{self, BatchState};
use super::{Outcome, Payout, PayoutState, end, store};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Reason, Result};
use crate::id::{PayoutBatchId, PayoutId};
use crate::money::Money;

/// Bytes that a report may have.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What a line of a report did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    Paid,
    Failed(String),
    /// The bank is still at it.
    Waits,
    /// The payout had ended before, as it says.
    Before(PayoutState),
    /// No payout of this batch has this id.
    Unknown,
}

/// A line of a report, and what it did.
#[derive(Debug, Clone)]
pub struct Applied {
    pub end_to_end_id: String,
    pub payout: Option<(PayoutId, Money)>,
    pub done: Done,
}

/// Ends the payouts of a batch as its bank reports; what the report says nothing of stays as it is.
pub fn apply(
    conn: &mut Conn,
    operator: &Caller,
    id: PayoutBatchId,
    report: &Report,
    now: Ts,
) -> Result<Vec<Applied>> {
    let batch = batch::batch(conn, id)?;
    if report.message_id != batch.message_id() {
        let accepted = format!("a report about the file {}", batch.message_id());
        return Err(Error::invalid_field("file", Reason::NotAllowed, accepted));
    }
    if batch.state != BatchState::Sent {
        return Err(Error::refused_because(
            Code::StateConflict,
            format!("the batch is {}", batch.state),
        ));
    }
    batch::note(conn, operator, &batch, "payout_batch.report_taken", now)?;
    let payouts = store::of_batch(conn, id)?;
    let lines = report.lines_for(payouts.iter().map(Payout::end_to_end_id));
    let mut applied = Vec::with_capacity(lines.len());
    for line in lines {
        let payout = payouts
            .iter()
            .find(|payout| payout.end_to_end_id() == line.end_to_end_id);
        applied.push(Applied {
            payout: payout.map(|payout| (payout.id, payout.amount)),
            done: match payout {
                Some(payout) => carry_out(conn, operator, payout.id, &line, now)?,
                None => Done::Unknown,
            },
            end_to_end_id: line.end_to_end_id,
        });
    }
    Ok(applied)
}

fn carry_out(
    conn: &mut Conn,
    operator: &Caller,
    id: PayoutId,
    line: &Line,
    now: Ts,
) -> Result<Done> {
    let outcome = match &line.verdict {
        Verdict::Waits => return Ok(Done::Waits),
        Verdict::Paid => Outcome::Paid,
        Verdict::Failed(reason) => Outcome::Failed(reason.clone()),
    };
    // Read again: a report may name a payout twice.
    let state = super::by_id(conn, id)?.state;
    if state != PayoutState::Sent {
        return Ok(Done::Before(state));
    }
    end(conn, operator.actor(), id, &outcome, now)?;
    Ok(match outcome {
        Outcome::Failed(reason) => Done::Failed(reason),
        _ => Done::Paid,
    })
}
