//! What nobody asked to erase is erased by time: leads, refused documents and uploaded files, each after
//! the days of its vertical.

use super::store::retention as store;
use super::{Cause, erase};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::verticals::{self, Keeping};

/// Erases up to `limit` of what was kept for long enough; says how much it was.
pub fn purge(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut done = 0;
    let verticals = verticals::all(conn)?;
    for vertical in &verticals {
        let keeping = &vertical.keeping;
        let ended = now.minus_days(keeping.unsold_days);
        let sold = now.minus_days(keeping.sold_days);
        let mut due = store::unsold(conn, vertical.id, ended, limit)?;
        due.extend(store::sold(conn, vertical.id, sold, limit)?);
        due.sort_unstable();
        for id in due {
            let erased = erase(conn, id, Cause::Retention, Actor::System, now)?;
            done += usize::from(erased);
        }
        let before = now.minus_days(keeping.refused_days);
        for id in store::refused_of(conn, &vertical.key, before, limit)? {
            let erased =
                super::erase::erase_refused(conn, id, Cause::Retention, Actor::System, now)?;
            done += usize::from(erased);
        }
        for id in store::files(conn, vertical.id, before, limit)? {
            let erased = super::erase::erase_file(conn, id, now)?;
            done += usize::from(erased);
        }
    }
    let keys: Vec<String> = verticals.into_iter().map(|vertical| vertical.key).collect();
    let before = now.minus_days(Keeping::default().refused_days);
    for id in store::refused_of_none(conn, &keys, before, limit)? {
        let erased = super::erase::erase_refused(conn, id, Cause::Retention, Actor::System, now)?;
        done += usize::from(erased);
    }
    Ok(done)
}
