//! The tables of hashes: those of leads' contacts, and those on lists.

use std::collections::HashSet;

use diesel::prelude::*;

use super::List;
use crate::clock::Ts;
use crate::db::schema::{contact_hashes, suppressions};
use crate::db::{Conn, Prepared, each, insert_rows};
use crate::error::Result;
use crate::id::{AccountId, LeadId, SuppressionId};

#[derive(Insertable)]
#[diesel(table_name = contact_hashes)]
struct HashRow {
    lead_id: LeadId,
    hash: Vec<u8>,
}

/// Keeps the hashes of new leads' contacts.
pub fn keep_new(conn: &mut Conn, contacts: &[(LeadId, Vec<Vec<u8>>)]) -> Result<()> {
    let rows = contacts.iter().flat_map(|(lead, hashes)| {
        hashes.iter().map(|hash| HashRow {
            lead_id: *lead,
            hash: hash.clone(),
        })
    });
    let rows: Vec<HashRow> = rows.collect();
    insert_rows!(conn, contact_hashes::table, &rows)?;
    Ok(())
}

/// Keeps the hashes of a lead's contact that are not kept yet.
pub fn keep(conn: &mut Conn, lead: LeadId, hashes: &[Vec<u8>]) -> Result<()> {
    let known: Vec<Vec<u8>> = contact_hashes::table
        .filter(contact_hashes::lead_id.eq(lead))
        .select(contact_hashes::hash)
        .load(conn)?;
    let rows: Vec<HashRow> = hashes
        .iter()
        .filter(|hash| !known.contains(hash))
        .map(|hash| HashRow {
            lead_id: lead,
            hash: hash.clone(),
        })
        .collect();
    insert_rows!(conn, contact_hashes::table, &rows)?;
    Ok(())
}

/// The leads with a contact of these hashes.
pub fn with_contact(conn: &mut Conn, hashes: &[Vec<u8>]) -> Result<Vec<LeadId>> {
    Ok(contact_hashes::table
        .filter(contact_hashes::hash.eq_any(hashes))
        .select(contact_hashes::lead_id)
        .distinct()
        .load(conn)?)
}

/// Adds hashes to a list; says how many were not there.
pub fn add(
    conn: &mut Conn,
    owner: Option<AccountId>,
    list: List,
    hashes: &[Vec<u8>],
    now: Ts,
) -> Result<usize> {
    let mut added = 0;
    for hash in hashes {
        let row = (
            suppressions::id.eq(SuppressionId::new(now)),
            suppressions::owner_id.eq(owner),
            suppressions::list.eq(list),
            suppressions::hash.eq(hash),
            suppressions::added_at.eq(now),
        );
        added += each!(conn, |inner| diesel::insert_into(suppressions::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(inner))?;
    }
    Ok(added)
}

/// Puts the contact of a lead on the exchange's list.
pub fn add_lead(conn: &mut Conn, lead: LeadId, now: Ts) -> Result<()> {
    let hashes: Vec<Vec<u8>> = contact_hashes::table
        .filter(contact_hashes::lead_id.eq(lead))
        .select(contact_hashes::hash)
        .load(conn)?;
    add(conn, None, List::DoNotContact, &hashes, now)?;
    Ok(())
}

pub fn remove(
    conn: &mut Conn,
    owner: Option<AccountId>,
    list: List,
    hashes: &[Vec<u8>],
) -> Result<usize> {
    let which = suppressions::list
        .eq(list)
        .and(suppressions::hash.eq_any(hashes));
    Ok(match owner {
        Some(owner) => {
            diesel::delete(suppressions::table.filter(which.and(suppressions::owner_id.eq(owner))))
                .execute(conn)?
        }
        None => {
            diesel::delete(suppressions::table.filter(which.and(suppressions::owner_id.is_null())))
                .execute(conn)?
        }
    })
}

/// Those of these hashes that are on the exchange's list; one statement on PostgreSQL.
pub fn listed_among(conn: &mut Conn, hashes: &[Vec<u8>]) -> Result<HashSet<Vec<u8>>> {
    if matches!(conn, Conn::Sqlite(_)) {
        let mut listed = HashSet::new();
        for hash in hashes {
            if is_listed(conn, std::slice::from_ref(hash))? {
                listed.insert(hash.clone());
            }
        }
        return Ok(listed);
    }
    let listed: Vec<Vec<u8>> = suppressions::table
        .filter(suppressions::list.eq(List::DoNotContact))
        .filter(suppressions::hash.eq_any(hashes))
        .filter(suppressions::owner_id.is_null())
        .select(suppressions::hash)
        .load(conn)?;
    Ok(listed.into_iter().collect())
}

/// Whether one of these hashes is on the exchange's list. One statement for each, whose text stays the same:
/// every lead asks.
pub fn is_listed(conn: &mut Conn, hashes: &[Vec<u8>]) -> Result<bool> {
    for hash in hashes {
        let found = suppressions::table
            .filter(suppressions::list.eq(List::DoNotContact))
            .filter(suppressions::hash.eq(hash))
            .filter(suppressions::owner_id.is_null());
        if diesel::select(diesel::dsl::exists(found)).get_result(conn)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether one of these hashes keeps its person from a buyer, by a list of the exchange or of the buyer.
pub fn bars(conn: &mut Conn, buyer: AccountId, hashes: &[Vec<u8>]) -> Result<bool> {
    if hashes.is_empty() {
        return Ok(false);
    }
    let listed = suppressions::table
        .filter(suppressions::hash.eq_any(hashes))
        .filter(
            suppressions::owner_id
                .is_null()
                .or(suppressions::owner_id.eq(buyer)),
        );
    let is_listed = diesel::select(diesel::dsl::exists(listed));
    Ok(each!(conn, |inner| Prepared(is_listed).get_result(inner))?)
}

/// Since when one of these hashes is on a list.
pub fn listed_since(
    conn: &mut Conn,
    owner: Option<AccountId>,
    list: List,
    hashes: &[Vec<u8>],
) -> Result<Option<Ts>> {
    let mut query = suppressions::table
        .filter(suppressions::list.eq(list))
        .filter(suppressions::hash.eq_any(hashes))
        .select(diesel::dsl::min(suppressions::added_at))
        .into_boxed();
    query = match owner {
        Some(owner) => query.filter(suppressions::owner_id.eq(owner)),
        None => query.filter(suppressions::owner_id.is_null()),
    };
    Ok(query.first(conn)?)
}

/// How many hashes each list of an owner holds, and since when the newest.
pub fn counts(conn: &mut Conn, owner: Option<AccountId>) -> Result<Vec<(List, i64, Option<Ts>)>> {
    let rows = suppressions::table.group_by(suppressions::list).select((
        suppressions::list,
        diesel::dsl::count_star(),
        diesel::dsl::max(suppressions::added_at),
    ));
    Ok(match owner {
        Some(owner) => rows.filter(suppressions::owner_id.eq(owner)).load(conn)?,
        None => rows.filter(suppressions::owner_id.is_null()).load(conn)?,
    })
}
