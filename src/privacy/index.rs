//! The keys of the blind hashes. One is current; while it is changed for the next, hashes are written under
//! both, looked up under all, and those that are there are made anew from the sealed contacts.
//!
//! Lists of hashes without contacts, such as those of people to be left alone, cannot be made anew: an old
//! key is kept for looking them up.

use serde_json::json;

use super::store::index as store;
use crate::access::Actor;
use crate::audit;
use crate::clock::{MINUTE, Ts};
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, Result};
use crate::id::IndexKeyId;
use crate::leads;
use crate::vault::{IndexKey, Vault, random};

/// After so long every server writes under the next key as well: they look every few seconds.
const GRACE: i64 = MINUTE;

text_enum! {
    /// Where a key of the blind hashes stands.
    pub enum IndexKeyState {
        /// Hashes are written under it beside the current one, until it takes over.
        Next = "next",
        Current = "current",
        /// Only looked up.
        Old = "old",
    }
}

fn place(id: IndexKeyId) -> String {
    format!("index_keys/{id}")
}

/// Makes the first key of a database, unless there is one.
pub fn ensure(conn: &mut Conn, vault: &Vault, now: Ts) -> Result<()> {
    if store::all(conn)?.is_empty() {
        let id = IndexKeyId::new(now);
        let sealed = vault.seal(&place(id), &vault.first_index_key())?;
        store::insert(conn, id, IndexKeyState::Current, &sealed, now)?;
    }
    Ok(())
}

/// Reads the keys, so that the vault hashes under them.
pub fn load(conn: &mut Conn, vault: &Vault) -> Result<()> {
    let (mut write, mut read) = (Vec::new(), Vec::new());
    for key in store::all(conn)? {
        let bytes = vault.unseal(&place(key.id), &key.sealed)?;
        let bytes = bytes
            .try_into()
            .map_err(|_| anyhow::anyhow!("a key of the blind hashes has the wrong length"))?;
        let (opened, state) = (IndexKey::new(&bytes), key.state);
        if state != IndexKeyState::Old {
            write.push(opened.clone());
        }
        read.push(opened);
    }
    vault.set_index_keys(write, read);
    Ok(())
}

/// Begins to change the key of the blind hashes; the servers do the rest by themselves.
pub fn begin(conn: &mut Conn, vault: &Vault, actor: Actor, now: Ts) -> Result<IndexKeyId> {
    let id = IndexKeyId::new(now);
    let sealed = vault.seal(&place(id), &random::<32>()?)?;
    if !store::insert(conn, id, IndexKeyState::Next, &sealed, now)? {
        return Err(Error::refused_because(
            Code::StateConflict,
            "the key is being changed already",
        ));
    }
    record(conn, "index_key.made", id, actor, now)?;
    Ok(id)
}

/// Makes up to `limit` contacts' hashes anew under the next key, and lets it take over when none is left;
/// says how much it did. A crash leaves whole batches done, and the next run goes on from there.
pub fn advance(conn: &mut Conn, vault: &Vault, now: Ts, limit: i64) -> Result<usize> {
    let keys = store::all(conn)?;
    let Some(next) = keys.iter().find(|key| key.state == IndexKeyState::Next) else {
        return Ok(0);
    };
    if next.created_at.plus(GRACE) > now {
        return Ok(0);
    }
    load(conn, vault)?;
    let batch = leads::hashed_after(conn, next.cursor, limit)?;
    let Some(last) = batch.last().copied() else {
        leads::refused::hash_anew(conn, vault)?;
        store::take_over(conn, next.id, now)?;
        load(conn, vault)?;
        record(conn, "index_key.took_over", next.id, Actor::System, now)?;
        return Ok(1);
    };
    for id in &batch {
        leads::hash_anew(conn, vault, *id)?;
    }
    if !store::set_cursor(conn, next.id, next.cursor, last)? {
        // Another server did this batch.
        return Ok(0);
    }
    Ok(batch.len())
}

fn record(
    conn: &mut Conn,
    action: &'static str,
    id: IndexKeyId,
    actor: Actor,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: None,
            action,
            subject: id.to_string(),
            detail: json!({}),
        },
    )
}
