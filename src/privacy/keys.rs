//! Changing the master key: every data key is wrapped anew, in batches, while both keys are there.

use super::store::keys as store;
use crate::db::Conn;
use crate::error::Result;
use crate::vault::Vault;

pub use store::{SEALED_TABLES, Wrapped};

/// Wraps up to `limit` data keys of each table anew that lie under an old master key; says how many it did.
///
/// What does not open is left as it is, and logged.
pub fn rewrap(conn: &mut Conn, vault: &Vault, limit: i64) -> Result<usize> {
    let old = vault.old_master_key_ids();
    if old.is_empty() {
        return Ok(0);
    }
    store::rewrap(conn, vault, &old, limit)
}

/// How many data keys lie under which master key, by table.
pub fn status(conn: &mut Conn) -> Result<Vec<Wrapped>> {
    store::status(conn)
}
