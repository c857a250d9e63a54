//! What a person does after the lead was received, as its seller reports it or as tracked links tell it.

use serde_json::json;

use super::model::{Stage, Temperature};
use super::rescore;
use super::rule::LeadEventKind;
use super::store::{self, LeadRow, MAX_EVENTS};
use crate::access::Actor;
use crate::audit;
use crate::clock::{MINUTE, Ts};
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, LeadId};

/// Events in one call.
pub const MAX_AT_ONCE: usize = 500;
const MAX_COUNT: i32 = 1_000;
const MAX_NAME: usize = 64;
/// How old an event may be, and how far the clock of a seller may run ahead of ours.
const MAX_AGE_DAYS: i32 = 400;
const CLOCK_SKEW: i64 = 5 * MINUTE;

text_enum! {
    /// Who told of an event.
    pub enum EventSource {
        /// The lead's document.
        Receipt = "receipt",
        Api = "api",
        Link = "link",
        Pixel = "pixel",
    }
}

/// Something that was done; it never says who or where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The seller's own name of it, by which it counts once.
    pub external_id: Option<String>,
    pub kind: LeadEventKind,
    pub at: Ts,
    pub count: i32,
}

impl NewEvent {
    /// What is wrong with it, seen from its own path.
    pub fn check(&self, now: Ts) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let named = self.external_id.as_deref();
        let is_plain = |name: &str| {
            (1..=MAX_NAME).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        if named.is_some_and(|name| !is_plain(name)) {
            let accepted = format!("1 to {MAX_NAME} letters, digits, - and _");
            errors.push(FieldError::new("id", Reason::NotAllowed, accepted));
        }
        if !(1..=MAX_COUNT).contains(&self.count) {
            let accepted = format!("1 to {MAX_COUNT}");
            errors.push(FieldError::new("count", Reason::NotAllowed, accepted));
        }
        let oldest = now.minus_days(MAX_AGE_DAYS);
        if self.at > now.plus(CLOCK_SKEW) {
            let accepted = format!("a time up to {now}");
            errors.push(FieldError::new("at", Reason::TimeInFuture, accepted));
        } else if self.at < oldest {
            let accepted = format!("not before {oldest}");
            errors.push(FieldError::new("at", Reason::TimeInvalid, accepted));
        }
        errors
    }
}

/// What came of reported events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    pub recorded: i32,
    /// Those of a name that was reported before.
    pub repeated: i32,
    pub score: i32,
    pub stage: Stage,
    pub temperature: Temperature,
}

/// Keeps events of a seller's lead and scores it anew, in one transaction; another's lead is not found.
pub fn record(
    conn: &mut Conn,
    seller: AccountId,
    lead: LeadId,
    events: &[NewEvent],
    actor: Actor,
    now: Ts,
) -> Result<Recorded> {
    let lead = store::lead(conn, lead)?
        .filter(|lead| lead.seller_id == seller)
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    if !lead.is_in_play() {
        let said = format!("the lead is {}", lead.state);
        return Err(Error::refused_because(Code::StateConflict, said));
    }
    let recorded = add(conn, &lead, events, (EventSource::Api, actor), now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(seller),
            action: "lead.events_recorded",
            subject: lead.id.to_string(),
            detail: json!({
                "recorded": recorded.recorded,
                "repeated": recorded.repeated,
                "score": recorded.score,
            }),
        },
    )?;
    Ok(recorded)
}

/// Keeps events of a lead and scores it anew.
pub(super) fn add(
    conn: &mut Conn,
    lead: &LeadRow,
    events: &[NewEvent],
    (source, actor): (EventSource, Actor),
    now: Ts,
) -> Result<Recorded> {
    rescore::lock(conn, lead, now)?;
    // Seen again behind the lock: another report may have moved the score.
    let lead = &store::lead(conn, lead.id)?.ok_or_else(|| Error::refused(Code::NotFound))?;
    let mut recorded = 0;
    for event in events {
        if store::insert_event(conn, lead.id, event, source, now)? {
            recorded += 1;
        }
    }
    if !store::count_events(conn, lead.id, recorded)? {
        let accepted = format!("up to {MAX_EVENTS} of one lead");
        return Err(Error::invalid_field("events", Reason::TooMany, accepted));
    }
    let scored = rescore::rescore(conn, lead, None, actor, now)?;
    Ok(Recorded {
        recorded,
        repeated: i32::try_from(events.len()).unwrap_or(i32::MAX) - recorded,
        score: scored.score,
        stage: scored.stage,
        temperature: scored.temperature,
    })
}
