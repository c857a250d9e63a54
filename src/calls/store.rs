//! The `call_rules` table.

use diesel::prelude::*;

use crate::calls::CallRule;
use crate::db::schema::call_rules;
use crate::db::{Conn, each};
use crate::error::Result;

/// Adds a rule; one of its country is left as it is.
pub fn insert(conn: &mut Conn, rule: &CallRule) -> Result<()> {
    each!(conn, |inner| diesel::insert_into(call_rules::table)
        .values(rule)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(())
}

pub fn remove(conn: &mut Conn, country: &str) -> Result<()> {
    diesel::delete(call_rules::table.find(country)).execute(conn)?;
    Ok(())
}

pub fn all(conn: &mut Conn) -> Result<Vec<CallRule>> {
    Ok(call_rules::table
        .order(call_rules::country)
        .select(CallRule::as_select())
        .load(conn)?)
}

pub fn of_country(conn: &mut Conn, country: &str) -> Result<Option<CallRule>> {
    Ok(call_rules::table
        .find(country)
        .select(CallRule::as_select())
        .first(conn)
        .optional()?)
}
