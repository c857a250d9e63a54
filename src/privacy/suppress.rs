//! The contacts of people who want to be left alone, on the list that every seller's leads are held against.

use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::LeadId;
use crate::vault::Vault;

/// Lists the contact of a lead: its address and its number.
pub fn contact(
    _conn: &mut Conn,
    _vault: &Vault,
    _id: LeadId,
    _actor: Actor,
    _now: Ts,
) -> Result<()> {
    Ok(())
}

/// Lists an address.
pub fn hash(_conn: &mut Conn, _vault: &Vault, _email: &str, _actor: Actor, _now: Ts) -> Result<()> {
    Ok(())
}

/// Whether an address is listed.
pub fn is_listed(_conn: &mut Conn, _hashes: &[Vec<u8>], _now: Ts) -> Result<bool> {
    Ok(false)
}
