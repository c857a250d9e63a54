//! How long bids are held, how many, and how few may be posted: figures per seller, and pauses for those who ask
//! for bids and do not post.

use std::collections::BTreeMap;

use diesel::{Queryable, Selectable};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{PingState, store};
use crate::access::{Actor, Caller};
use crate::audit;
use crate::clock::{MINUTE, Ts};
use crate::db::Conn;
use crate::db::schema::{ping_pauses, ping_policy};
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::AccountId;

/// The days that figures count over.
pub const WINDOW_DAYS: i32 = 7;

/// What the operator sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Queryable, Selectable)]
#[diesel(table_name = ping_policy)]
pub struct Policy {
    /// How long a bid is held.
    pub hold_seconds: i32,
    /// Bids that are held for one seller at a time.
    pub most_open: i32,
    /// A seller of whose bids fewer are posted is paused; 0 for never.
    pub least_posted_bps: i32,
    /// Bids before that is judged.
    pub least_bids: i32,
    pub pause_minutes: i32,
}

impl Policy {
    fn check(&self) -> Vec<FieldError> {
        let fields = [
            ("hold_seconds", self.hold_seconds, 5, 600),
            ("most_open", self.most_open, 1, 100_000),
            ("least_posted_bps", self.least_posted_bps, 0, 10_000),
            ("least_bids", self.least_bids, 1, 1_000_000),
            ("pause_minutes", self.pause_minutes, 1, 10_080),
        ];
        let wrong = fields
            .iter()
            .filter(|(_, value, low, high)| !(low..=high).contains(&value));
        wrong
            .map(|(field, _, low, high)| {
                FieldError::new(*field, Reason::NotAllowed, format!("{low} to {high}"))
            })
            .collect()
    }
}

/// A time in which a seller's pings are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = ping_pauses)]
pub struct Pause {
    pub paused_at: Ts,
    pub until_at: Ts,
    /// The bids that had ended, and the posts among them.
    pub bids: i64,
    pub posts: i64,
}

/// What became of a seller's pings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PingFigures)]
pub struct Figures {
    pub pings: i64,
    /// Those that got a bid.
    pub bids: i64,
    /// Bids that are held now.
    pub open: i64,
    /// Sold to the bid.
    pub posted: i64,
    /// Posted, and the bid could not be kept.
    pub lost: i64,
    /// Never posted.
    pub expired: i64,
    pub refused: i64,
}

impl Figures {
    fn add(&mut self, state: PingState, count: i64) {
        self.pings += count;
        match state {
            PingState::Bid => self.open += count,
            PingState::Posted => self.posted += count,
            PingState::Lost => self.lost += count,
            PingState::Expired => self.expired += count,
            PingState::Refused => self.refused += count,
        }
        if state != PingState::Refused {
            self.bids += count;
        }
    }

    /// Bids that a lead came for.
    pub const fn posts(&self) -> i64 {
        self.posted + self.lost
    }

    /// Bids that have ended.
    pub const fn ended(&self) -> i64 {
        self.posts() + self.expired
    }

    /// The share of ended bids that a lead came for, in basis points.
    pub fn share_posted_bps(&self) -> Option<i64> {
        (self.ended() > 0).then(|| self.posts() * 10_000 / self.ended())
    }
}

pub fn policy(conn: &mut Conn) -> Result<Policy> {
    store::policy(conn)
}

/// Sets everything anew.
pub fn set_policy(conn: &mut Conn, caller: &Caller, new: &Policy, now: Ts) -> Result<()> {
    let errors = new.check();
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let before = store::policy(conn)?;
    store::set_policy(conn, new)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: None,
            action: "ping_policy.set",
            subject: "ping_policy".to_owned(),
            detail: audit::change(&before, new)?,
        },
    )
}

/// The figures of one seller, or of each, over the days up to now.
pub fn figures(
    conn: &mut Conn,
    seller: Option<AccountId>,
    now: Ts,
) -> Result<Vec<(AccountId, Figures)>> {
    counted(conn, seller, now.minus_days(WINDOW_DAYS))
}

fn counted(
    conn: &mut Conn,
    seller: Option<AccountId>,
    since: Ts,
) -> Result<Vec<(AccountId, Figures)>> {
    let mut all: BTreeMap<AccountId, Figures> = BTreeMap::new();
    for (seller, state, count) in store::counts(conn, seller, since)? {
        all.entry(seller).or_default().add(state, count);
    }
    Ok(all.into_iter().collect())
}

/// Sellers of whose bids too few were posted since their last pause; they are read before anything is locked.
pub fn suspects(conn: &mut Conn, now: Ts) -> Result<Vec<(AccountId, Figures)>> {
    let policy = store::policy(conn)?;
    let is_suspect = |figures: &Figures| {
        figures.ended() >= i64::from(policy.least_bids)
            && figures
                .share_posted_bps()
                .is_some_and(|share| share < i64::from(policy.least_posted_bps))
    };
    let mut found = Vec::new();
    for (seller, mut figures) in figures(conn, None, now)? {
        if !is_suspect(&figures) {
            continue;
        }
        if let Some(pause) = store::pause(conn, seller)? {
            // After a pause its bids are counted anew.
            let since = pause.until_at.max(now.minus_days(WINDOW_DAYS));
            let again = counted(conn, Some(seller), since)?.pop();
            figures = again.map(|(_, figures)| figures).unwrap_or_default();
        }
        if is_suspect(&figures) {
            found.push((seller, figures));
        }
    }
    Ok(found)
}

/// Pauses sellers that were found, for as long as the policy says.
pub fn pause_suspects(conn: &mut Conn, found: &[(AccountId, Figures)], now: Ts) -> Result<()> {
    let minutes = store::policy(conn)?.pause_minutes;
    for (seller, figures) in found {
        if store::pause(conn, *seller)?.is_some_and(|pause| now < pause.until_at) {
            continue;
        }
        let pause = Pause {
            paused_at: now,
            until_at: now.plus(i64::from(minutes) * MINUTE),
            bids: figures.ended(),
            posts: figures.posts(),
        };
        store::set_pause(conn, *seller, &pause)?;
        let detail = json!({"bids": pause.bids, "posts": pause.posts, "until": pause.until_at});
        note(conn, Actor::System, *seller, "pings.paused", detail, now)?;
    }
    Ok(())
}

/// Ends a pause before its time; 409 when the seller is not paused.
pub fn lift(conn: &mut Conn, caller: &Caller, seller: AccountId, now: Ts) -> Result<()> {
    if !store::end_pause(conn, seller, now)? {
        return Err(Error::refused(Code::StateConflict));
    }
    let detail = serde_json::Value::Null;
    note(conn, caller.actor(), seller, "pings.resumed", detail, now)
}

fn note(
    conn: &mut Conn,
    actor: Actor,
    seller: AccountId,
    action: &str,
    detail: serde_json::Value,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: Some(seller),
            action,
            subject: seller.to_string(),
            detail,
        },
    )
}
