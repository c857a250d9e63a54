//! Standing: how well a seller's leads hold, and how fairly a buyer disputes, as one published figure
//! from 0 to 100. Its step moves rank, reserve and the delay of payouts.

pub mod api;
mod measure;
pub mod pages;
mod reserve;
mod store;

use std::collections::HashMap;

use diesel::{Insertable, Queryable, Selectable};
use serde_json::json;

pub use measure::{Counts, Measure, MeasureName, WINDOW_DAYS, measures};
pub use reserve::{release_due, settle};

use crate::access::{AccountKind, Actor, Caller};
use crate::audit;
use crate::clock::{HOUR, Ts};
use crate::db::Conn;
use crate::db::schema::standing_steps;
use crate::db::types::{from_json, json as to_text};
use crate::error::{Error, FieldError, Reason, Result};
use crate::id::AccountId;
use crate::money::BasisPoints;

/// How old a kept standing may grow before it is computed anew.
const FRESH: i64 = HOUR;

/// What a standing does, from a least score on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = standing_steps)]
pub struct Step {
    pub least_score: i32,
    /// Added to what a buyer's request is expected to bring, when candidates are ranked.
    pub rank_bps: i32,
    /// The part of a seller's settled share that is kept back for refunds.
    pub reserve_bps: i32,
    /// Days until what is kept back is paid out.
    pub reserve_days: i32,
    /// Days from settlement until a share may be paid out.
    pub delay_days: i32,
}

/// The bounds of a step's numbers.
const RANK: (i32, i32) = (-1_000, 1_000);
const RESERVE: (i32, i32) = (0, 5_000);
const RESERVE_DAYS: (i32, i32) = (1, 180);
const DELAY: (i32, i32) = (0, 60);

/// The standing of one account.
#[derive(Debug, Clone)]
pub struct Standing {
    pub kind: AccountKind,
    /// 0 to 100.
    pub score: i32,
    pub counts: Counts,
    pub step: Step,
    pub computed_at: Ts,
}

impl Standing {
    /// What the score is made of.
    pub fn measures(&self) -> Vec<Measure> {
        measures(self.kind, &self.counts)
    }
}

/// The standing as it is kept, or computed now where none is kept.
pub fn of(conn: &mut Conn, account: AccountId, kind: AccountKind, now: Ts) -> Result<Standing> {
    let (score, counts, computed_at) =
        if let Some((score, counts, computed_at)) = store::kept(conn, account)? {
            (score, from_json(&counts)?, computed_at)
        } else {
            let counts = store::count(conn, account, kind, now)?;
            (measure::score(kind, &counts), counts, now)
        };
    Ok(Standing {
        kind,
        score,
        counts,
        step: store::step_of(conn, score)?,
        computed_at,
    })
}

/// The step of an account by its kept score; that of a newcomer where none is kept.
pub fn step_of(conn: &mut Conn, account: AccountId, kind: AccountKind) -> Result<Step> {
    let score = match store::kept(conn, account)? {
        Some((score, ..)) => score,
        None => measure::score(kind, &Counts::default()),
    };
    store::step_of(conn, score)
}

/// What standing adds to the rank of these accounts, in basis points, by their kept scores.
pub fn ranks(
    conn: &mut Conn,
    accounts: &[AccountId],
    kind: AccountKind,
) -> Result<HashMap<AccountId, i32>> {
    let steps = store::steps(conn)?;
    let newcomer = measure::score(kind, &Counts::default());
    let scores: HashMap<AccountId, i32> = store::scores(conn, accounts)?.into_iter().collect();
    let rank_of = |score: i32| {
        steps
            .iter()
            .rev()
            .find(|step| step.least_score <= score)
            .map_or(0, |step| step.rank_bps)
    };
    Ok(accounts
        .iter()
        .map(|id| (*id, rank_of(scores.get(id).copied().unwrap_or(newcomer))))
        .collect())
}

/// The score that is kept of an account; none of a newcomer.
pub fn kept_score(conn: &mut Conn, account: AccountId) -> Result<Option<i32>> {
    Ok(store::kept(conn, account)?.map(|(score, ..)| score))
}

/// Computes anew up to `limit` standings that have grown old; says how many.
pub fn refresh(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let due = store::aged(conn, now.minus(FRESH), limit)?;
    let count = due.len();
    for (account, kind) in due {
        let counts = store::count(conn, account, kind, now)?;
        let score = measure::score(kind, &counts);
        let before = store::kept(conn, account)?;
        store::keep(conn, account, score, &to_text(&counts)?, now)?;
        let Some((before, ..)) = before else { continue };
        let (old, new) = (store::step_of(conn, before)?, store::step_of(conn, score)?);
        if old == new {
            continue;
        }
        if old.rank_bps != new.rank_bps && kind == AccountKind::Buyer {
            store::touch_requests(conn, account, now)?;
        }
        record(conn, Actor::System, account, (before, score), now)?;
    }
    Ok(count)
}

fn record(
    conn: &mut Conn,
    actor: Actor,
    account: AccountId,
    (before, after): (i32, i32),
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: Some(account),
            action: "standing.step_changed",
            subject: account.to_string(),
            detail: json!({ "before": before, "after": after }),
        },
    )
}

/// Every step, the lowest first.
pub fn steps(conn: &mut Conn) -> Result<Vec<Step>> {
    store::steps(conn)
}

/// Sets all steps anew, as the exchange decides; the lowest begins at 0.
pub fn set_steps(conn: &mut Conn, caller: &Caller, new: &[Step], now: Ts) -> Result<()> {
    let mut errors = Vec::new();
    for (index, step) in new.iter().enumerate() {
        for (field, value, (low, high)) in [
            ("least_score", step.least_score, (0, 100)),
            ("rank", step.rank_bps, RANK),
            ("reserve", step.reserve_bps, RESERVE),
            ("reserve_days", step.reserve_days, RESERVE_DAYS),
            ("delay_days", step.delay_days, DELAY),
        ] {
            let reason = if value < low {
                Reason::TooSmall
            } else if value > high {
                Reason::TooLarge
            } else {
                continue;
            };
            let accepted = format!("{low} - {high}");
            errors.push(FieldError::new(
                format!("steps[{index}].{field}"),
                reason,
                accepted,
            ));
        }
    }
    let starts_at_zero = new.first().is_some_and(|step| step.least_score == 0);
    let rises = new.is_sorted_by(|one, next| one.least_score < next.least_score);
    if !starts_at_zero || !rises {
        let accepted = "rising scores that begin at 0";
        errors.push(FieldError::new(
            "steps[0].least_score",
            Reason::NotAllowed,
            accepted,
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let before = store::steps(conn)?;
    store::set_steps(conn, new)?;
    let shown = |steps: &[Step]| -> Vec<[i32; 5]> {
        steps
            .iter()
            .map(|step| {
                [
                    step.least_score,
                    step.rank_bps,
                    step.reserve_bps,
                    step.reserve_days,
                    step.delay_days,
                ]
            })
            .collect()
    };
    store::touch_all_requests(conn, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: None,
            action: "standing.steps_set",
            subject: "standing_steps".to_owned(),
            detail: json!({ "before": shown(&before), "after": shown(new) }),
        },
    )
}

impl Step {
    /// What is kept back, as a rate.
    pub const fn reserve(&self) -> BasisPoints {
        BasisPoints(self.reserve_bps)
    }
}
