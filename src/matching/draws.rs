//! The seeds of lots: one for each day, committed to a week before and published when the day is over.

use serde::Serialize;
use utoipa::ToSchema;

use super::store::draws as store;
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::error::Result;
use crate::vault::{Vault, hex, random, sha256};

/// Days ahead that seeds are committed to.
const AHEAD: i64 = 7;
/// Days that are shown.
const SHOWN: i64 = 60;

/// A day's commitment, and its seed when the day is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicDraw {
    /// `2026-11-28`, in UTC.
    pub day: String,
    /// SHA-256 of the seed, in hex.
    pub commitment: String,
    /// 32 bytes in hex; null until the day is over.
    pub seed: Option<String>,
}

/// The number of the day in UTC, from 1970-01-01.
pub fn day_of(at: Ts) -> i64 {
    at.micros().div_euclid(DAY)
}

fn day_text(day: i64) -> String {
    Ts::from_micros(day.saturating_mul(DAY))
        .utc()
        .format("%Y-%m-%d")
        .to_string()
}

/// Commits to the seeds of today and the next days; those that are there stay.
pub fn commit_ahead(conn: &mut Conn, vault: &Vault, now: Ts) -> Result<()> {
    let today = day_of(now);
    let known = store::days_from(conn, today)?;
    for day in (today..=today + AHEAD).filter(|day| !known.contains(day)) {
        commit(conn, vault, day, now)?;
    }
    Ok(())
}

fn commit(conn: &mut Conn, vault: &Vault, day: i64, now: Ts) -> Result<()> {
    let seed: [u8; 32] = random()?;
    let sealed = vault.seal(&place(day), &seed)?;
    store::insert(conn, day, &hex(&sha256(&seed)), &sealed, now)
}

fn place(day: i64) -> String {
    format!("draws/{day}")
}

/// The seed of a day; a day that nobody committed to, since no server ran, gets its seed now.
pub fn seed(conn: &mut Conn, vault: &Vault, day: i64, now: Ts) -> Result<Vec<u8>> {
    if let Some(seed) = kept(conn, vault, day)? {
        return Ok(seed);
    }
    commit(conn, vault, day, now)?;
    kept(conn, vault, day)?.ok_or_else(|| anyhow::anyhow!("day {day} has no seed").into())
}

fn kept(conn: &mut Conn, vault: &Vault, day: i64) -> Result<Option<Vec<u8>>> {
    let sealed = store::find(conn, day)?;
    let seed = sealed.map(|sealed| vault.unseal(&place(day), &sealed));
    Ok(seed.transpose()?)
}

/// Publishes the seeds of days that are over; says how many.
pub fn publish(conn: &mut Conn, vault: &Vault, now: Ts) -> Result<usize> {
    let over = store::unpublished(conn, day_of(now))?;
    for day in &over {
        if let Some(seed) = kept(conn, vault, *day)? {
            store::publish(conn, *day, &hex(&seed), now)?;
        }
    }
    Ok(over.len())
}

/// The newest days, the latest first.
pub fn public(conn: &mut Conn) -> Result<Vec<PublicDraw>> {
    let draws = store::newest(conn, SHOWN)?.into_iter();
    let draws = draws.map(|(day, commitment, seed)| PublicDraw {
        day: day_text(day),
        commitment,
        seed,
    });
    Ok(draws.collect())
}
