//! Moving leads from state to state before they are on the market.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{contact_claims, leads};
use crate::error::Result;
use crate::id::LeadId;
use crate::leads::LeadState;

/// Moves a lead on, with the words of who decided; false when it does not stand in `from` any more.
pub fn move_on(
    conn: &mut Conn,
    id: LeadId,
    from: LeadState,
    to: LeadState,
    words: Option<&str>,
) -> Result<bool> {
    let moved = diesel::update(leads::table.find(id))
        .filter(leads::state.eq(from))
        .set((leads::state.eq(to), leads::ruling.eq(words)))
        .execute(conn)?;
    Ok(moved == 1)
}

/// Lets others receive the contact again that a lead has claimed.
pub fn release_claims(conn: &mut Conn, id: LeadId) -> Result<()> {
    diesel::delete(contact_claims::table.filter(contact_claims::lead_id.eq(id))).execute(conn)?;
    Ok(())
}
