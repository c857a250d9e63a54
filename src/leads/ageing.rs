//! Unsold leads age: their asks fall by the steps of their vertical, and whoever bids enough by then is offered them.

use serde_json::json;

use super::store::ageing as store;
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::money::Money;
use crate::scoring::{OFFER_JOB, OfferJob};
use crate::verticals::{self, AgeStep, Vertical};
use crate::{audit, jobs};

/// Lets asks fall that are due, up to `limit`; says how many fell.
pub fn age(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut fallen = 0;
    for vertical in verticals::all(conn)? {
        // The lowest step first, so that a lead that is long overdue falls once.
        for step in vertical.selling.rules.ageing.iter().rev() {
            fallen += take_step(conn, &vertical, *step, now, limit)?;
        }
    }
    Ok(fallen)
}

fn take_step(
    conn: &mut Conn,
    vertical: &Vertical,
    step: AgeStep,
    now: Ts,
    limit: i64,
) -> Result<usize> {
    let received_until = now.minus_days(step.after_days);
    let mut fallen = 0;
    for due in store::due(conn, vertical.id, received_until, step.percent, limit)? {
        let share = i128::from(due.first.minor) * i128::from(step.percent) / 100;
        let share = i64::try_from(share).unwrap_or(due.ask.minor).max(1);
        let ask = Money::new(share.min(due.ask.minor), due.ask.currency);
        if !store::fall(conn, &due, ask, step.percent)? {
            continue;
        }
        fallen += 1;
        if ask == due.ask {
            continue;
        }
        audit::record(
            conn,
            &audit::Entry {
                at: now,
                actor: Actor::System,
                account_id: Some(due.seller),
                action: "lead.aged",
                subject: due.id.to_string(),
                detail: json!({ "before": { "ask": due.ask }, "after": { "ask": ask } }),
            },
        )?;
        jobs::enqueue(conn, OFFER_JOB, &OfferJob { lead: due.id }, now, now)?;
    }
    Ok(fallen)
}
