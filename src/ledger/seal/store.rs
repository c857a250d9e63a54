//! All diesel of the seals.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use uuid::Uuid;

use super::merkle::Canonical;
use super::{Chain, ItemId, Root};
use crate::clock::Ts;
use crate::db::schema::{audit_log, ledger_entries, ledger_postings, seal_members, seals};
use crate::db::{Conn, insert_rows};
use crate::error::Result;
use crate::id::{AccountId, AuditId, PostingId};
use crate::ledger::store::{EntryRow, PostingRow};

/// Rows read at once; below the binds that a statement may have.
const CHUNK: usize = 500;

/// A batch of sealed rows.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = seals)]
pub struct Seal {
    pub chain: Chain,
    pub seq: i64,
    pub root: Vec<u8>,
    pub previous_root: Vec<u8>,
    pub items: i64,
    pub sealed_at: Ts,
}

#[derive(Insertable)]
#[diesel(table_name = seal_members)]
struct Member {
    chain: Chain,
    item_id: ItemId,
    seq: i64,
    position: i64,
    leaf: Vec<u8>,
}

/// A row's place in a seal, and the hash that it had then.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = seal_members)]
pub struct Sealed {
    pub item_id: ItemId,
    pub position: i64,
    /// Missing in seals of before leaves were kept.
    pub leaf: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log)]
struct AuditRow {
    id: AuditId,
    at: Ts,
    actor: String,
    account_id: Option<AccountId>,
    action: String,
    subject: String,
    detail: String,
    request_id: Option<String>,
    address: Option<String>,
}

pub fn last(conn: &mut Conn, chain: Chain) -> Result<Option<Seal>> {
    Ok(recent(conn, chain, 1)?.pop())
}

pub fn recent(conn: &mut Conn, chain: Chain, limit: i64) -> Result<Vec<Seal>> {
    Ok(seals::table
        .filter(seals::chain.eq(chain))
        .order(seals::seq.desc())
        .limit(limit)
        .select(Seal::as_select())
        .load(conn)?)
}

/// The first seal whose number is greater than `seq`.
pub fn after(conn: &mut Conn, chain: Chain, seq: i64) -> Result<Option<Seal>> {
    Ok(seals::table
        .filter(seals::chain.eq(chain))
        .filter(seals::seq.gt(seq))
        .order(seals::seq)
        .select(Seal::as_select())
        .first(conn)
        .optional()?)
}

/// Where a row stands under which seal, with the hash it was sealed by.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = seal_members)]
pub struct Place {
    pub item_id: ItemId,
    pub seq: i64,
    pub position: i64,
    /// Missing in seals of before leaves were kept.
    pub leaf: Option<Vec<u8>>,
}

/// The places of those of the rows that are sealed.
pub fn places(conn: &mut Conn, chain: Chain, items: &[ItemId]) -> Result<HashMap<ItemId, Place>> {
    let mut places = HashMap::with_capacity(items.len());
    for chunk in items.chunks(CHUNK) {
        let found = seal_members::table
            .filter(seal_members::chain.eq(chain))
            .filter(seal_members::item_id.eq_any(chunk))
            .select(Place::as_select())
            .load(conn)?;
        places.extend(found.into_iter().map(|place| (place.item_id, place)));
    }
    Ok(places)
}

/// The seals of these numbers, in their order.
pub fn numbered(conn: &mut Conn, chain: Chain, numbers: &[i64]) -> Result<Vec<Seal>> {
    let mut found = Vec::with_capacity(numbers.len());
    for chunk in numbers.chunks(CHUNK) {
        let seals = seals::table
            .filter(seals::chain.eq(chain))
            .filter(seals::seq.eq_any(chunk))
            .order(seals::seq)
            .select(Seal::as_select())
            .load(conn)?;
        found.extend(seals);
    }
    Ok(found)
}

pub fn insert(conn: &mut Conn, seal: &Seal, rows: &[(ItemId, Root)]) -> Result<()> {
    diesel::insert_into(seals::table)
        .values(seal)
        .execute(conn)?;
    let members: Vec<Member> = (0..)
        .zip(rows)
        .map(|(position, &(item_id, leaf))| Member {
            chain: seal.chain,
            item_id,
            seq: seal.seq,
            position,
            leaf: leaf.to_vec(),
        })
        .collect();
    for chunk in members.chunks(CHUNK) {
        insert_rows!(conn, seal_members::table, chunk)?;
    }
    Ok(())
}

/// The rows of a seal in their order.
pub fn members(conn: &mut Conn, chain: Chain, seq: i64) -> Result<Vec<Sealed>> {
    Ok(seal_members::table
        .filter(seal_members::chain.eq(chain))
        .filter(seal_members::seq.eq(seq))
        .order(seal_members::position)
        .select(Sealed::as_select())
        .load(conn)?)
}

/// The last row of a seal.
pub fn newest_member(conn: &mut Conn, seal: &Seal) -> Result<Option<ItemId>> {
    Ok(seal_members::table
        .filter(seal_members::chain.eq(seal.chain))
        .filter(seal_members::seq.eq(seal.seq))
        .order(seal_members::position.desc())
        .select(seal_members::item_id)
        .first(conn)
        .optional()?)
}

/// The least id that a row of this instant can have, since ids begin with their millisecond.
fn least_id(at: Ts) -> Uuid {
    let millis = u64::try_from(at.micros().div_euclid(1_000)).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// Unsealed rows from `since` on, in the order of their ids.
pub fn unsealed(
    conn: &mut Conn,
    chain: Chain,
    since: Option<Ts>,
    limit: i64,
) -> Result<Vec<ItemId>> {
    let since = ItemId(since.map_or(Uuid::nil(), least_id));
    let sealed = seal_members::table.filter(seal_members::chain.eq(chain));
    Ok(match chain {
        Chain::Ledger => ledger_postings::table
            .filter(ledger_postings::id.ge(since))
            .filter(not(exists(
                sealed.filter(seal_members::item_id.eq(ledger_postings::id)),
            )))
            .order(ledger_postings::id)
            .limit(limit)
            .select(ledger_postings::id)
            .load(conn)?,
        Chain::Audit => audit_log::table
            .filter(audit_log::id.ge(since))
            .filter(not(exists(
                sealed.filter(seal_members::item_id.eq(audit_log::id)),
            )))
            .order(audit_log::id)
            .limit(limit)
            .select(audit_log::id)
            .load(conn)?,
    })
}

/// Unsealed rows of before `before`, wherever they are.
pub fn unsealed_before(
    conn: &mut Conn,
    chain: Chain,
    before: Ts,
    limit: i64,
) -> Result<Vec<ItemId>> {
    let sealed = seal_members::table.filter(seal_members::chain.eq(chain));
    Ok(match chain {
        Chain::Ledger => ledger_postings::table
            .filter(ledger_postings::at.lt(before))
            .filter(not(exists(
                sealed.filter(seal_members::item_id.eq(ledger_postings::id)),
            )))
            .order(ledger_postings::id)
            .limit(limit)
            .select(ledger_postings::id)
            .load(conn)?,
        Chain::Audit => audit_log::table
            .filter(audit_log::at.lt(before))
            .filter(not(exists(
                sealed.filter(seal_members::item_id.eq(audit_log::id)),
            )))
            .order(audit_log::id)
            .limit(limit)
            .select(audit_log::id)
            .load(conn)?,
    })
}

/// The hashes of rows as they are now; rows that are gone have none.
pub fn leaves(conn: &mut Conn, chain: Chain, items: &[ItemId]) -> Result<HashMap<ItemId, Root>> {
    let mut leaves = HashMap::with_capacity(items.len());
    for chunk in items.chunks(CHUNK) {
        leaves.extend(match chain {
            Chain::Ledger => posting_leaves(conn, chunk)?,
            Chain::Audit => audit_leaves(conn, chunk)?,
        });
    }
    Ok(leaves)
}

fn posting_leaves(conn: &mut Conn, items: &[ItemId]) -> Result<HashMap<ItemId, Root>> {
    let postings = ledger_postings::table
        .filter(ledger_postings::id.eq_any(items))
        .select(PostingRow::as_select())
        .load(conn)?;
    let mut entries: HashMap<PostingId, Vec<EntryRow>> = HashMap::new();
    for entry in ledger_entries::table
        .filter(ledger_entries::posting_id.eq_any(items))
        .order((ledger_entries::posting_id, ledger_entries::line))
        .select(EntryRow::as_select())
        .load(conn)?
    {
        entries.entry(entry.posting_id).or_default().push(entry);
    }
    Ok(postings
        .iter()
        .map(|posting| {
            let entries = entries.get(&posting.id).map_or(&[][..], Vec::as_slice);
            (ItemId(posting.id.0), posting_leaf(posting, entries))
        })
        .collect())
}

fn posting_leaf(posting: &PostingRow, entries: &[EntryRow]) -> Root {
    let reverses = posting.reverses.map(|id| id.0);
    let head = Canonical::default()
        .text("galena posting 1")
        .bytes(posting.id.0.as_bytes())
        .text(posting.event.as_str())
        .text(posting.source_type.as_str())
        .bytes(posting.source_id.0.as_bytes())
        .optional(reverses.as_ref().map(|id| &id.as_bytes()[..]))
        .optional(posting.note.as_deref().map(str::as_bytes))
        .number(posting.at.micros());
    let whole = entries.iter().fold(head, |bytes, entry| {
        let kept = entry.balance_minor.zip(entry.version);
        let kept = kept.map(|(balance, version)| [balance.to_be_bytes(), version.to_be_bytes()]);
        bytes
            .number(i64::from(entry.line))
            .text(&entry.account_key)
            .text(entry.currency.code())
            .number(entry.debit_minor)
            .number(entry.credit_minor)
            .optional(kept.as_ref().map(|kept| kept.as_flattened()))
    });
    whole.leaf()
}

fn audit_leaves(conn: &mut Conn, items: &[ItemId]) -> Result<HashMap<ItemId, Root>> {
    let rows = audit_log::table
        .filter(audit_log::id.eq_any(items))
        .select(AuditRow::as_select())
        .load(conn)?;
    Ok(rows
        .iter()
        .map(|row| (ItemId(row.id.0), audit_leaf(row)))
        .collect())
}

fn audit_leaf(row: &AuditRow) -> Root {
    let account = row.account_id.map(|id| id.0);
    // Entries of before addresses were noted keep the form that they were sealed in.
    let form = if row.address.is_some() {
        "galena audit 2"
    } else {
        "galena audit 1"
    };
    let whole = Canonical::default()
        .text(form)
        .bytes(row.id.0.as_bytes())
        .number(row.at.micros())
        .text(&row.actor)
        .optional(account.as_ref().map(|id| &id.as_bytes()[..]))
        .text(&row.action)
        .text(&row.subject)
        .text(&row.detail)
        .optional(row.request_id.as_deref().map(str::as_bytes));
    match &row.address {
        Some(address) => whole.text(address).leaf(),
        None => whole.leaf(),
    }
}
