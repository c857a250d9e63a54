//! The hosts that sellers let tracked links lead to.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::link_hosts;
use crate::db::{Conn, each};
use crate::error::Result;
use crate::id::AccountId;

pub fn of_seller(conn: &mut Conn, seller: AccountId) -> Result<Vec<String>> {
    Ok(link_hosts::table
        .filter(link_hosts::seller_id.eq(seller))
        .order(link_hosts::host)
        .select(link_hosts::host)
        .load(conn)?)
}

/// Adds a host; one that is there stays.
pub fn insert(conn: &mut Conn, seller: AccountId, host: &str, now: Ts) -> Result<()> {
    let row = (
        link_hosts::seller_id.eq(seller),
        link_hosts::host.eq(host),
        link_hosts::added_at.eq(now),
    );
    each!(conn, |inner| diesel::insert_into(link_hosts::table)
        .values(row)
        .on_conflict((link_hosts::seller_id, link_hosts::host))
        .do_nothing()
        .execute(inner))?;
    Ok(())
}

/// Takes a host off the list; false when it was not there.
pub fn delete(conn: &mut Conn, seller: AccountId, host: &str) -> Result<bool> {
    let deleted = diesel::delete(link_hosts::table.find((seller, host))).execute(conn)?;
    Ok(deleted == 1)
}
