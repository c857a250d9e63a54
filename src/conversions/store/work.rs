//! A buyer's work on its purchases in the database; notes are sealed.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::conversions::work::WorkStage;
use crate::db::schema::{purchase_notes, purchase_work, users};
use crate::db::{Conn, each};
use crate::error::Result;
use crate::id::{AccountId, NoteId, PurchaseId, UserId};
use crate::vault::{Sealed, Vault};

/// Where a buyer stands with a purchase.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = purchase_work)]
#[diesel(treat_none_as_null = true)]
pub struct Work {
    pub purchase_id: PurchaseId,
    pub stage: WorkStage,
    pub reason: Option<String>,
    /// When to take it up again.
    pub resume_on: Option<Ts>,
    pub responsible_id: Option<UserId>,
    pub updated_at: Ts,
}

/// A note, opened.
#[derive(Debug, Clone)]
pub struct Note {
    pub at: Ts,
    pub by: String,
    /// `None` where it was erased with the lead.
    pub text: Option<String>,
}

pub fn of_purchase(conn: &mut Conn, id: PurchaseId) -> Result<Option<Work>> {
    Ok(purchase_work::table
        .find(id)
        .select(Work::as_select())
        .first(conn)
        .optional()?)
}

pub fn set(conn: &mut Conn, work: &Work) -> Result<()> {
    each!(conn, |inner| diesel::insert_into(purchase_work::table)
        .values(work)
        .on_conflict(purchase_work::purchase_id)
        .do_update()
        .set(work)
        .execute(inner))?;
    Ok(())
}

/// The active users of an account, by name.
pub fn members(conn: &mut Conn, account: AccountId) -> Result<Vec<(UserId, String)>> {
    Ok(users::table
        .filter(users::account_id.eq(account))
        .filter(users::state.eq("active"))
        .order(users::name)
        .select((users::id, users::name))
        .load(conn)?)
}

fn place(id: NoteId) -> String {
    format!("purchase_notes/{id}")
}

pub fn count_notes(conn: &mut Conn, purchase: PurchaseId) -> Result<i64> {
    Ok(purchase_notes::table
        .filter(purchase_notes::purchase_id.eq(purchase))
        .count()
        .get_result(conn)?)
}

pub fn add_note(
    conn: &mut Conn,
    vault: &Vault,
    (purchase, user): (PurchaseId, UserId),
    text: &str,
    now: Ts,
) -> Result<()> {
    let id = NoteId::new(now);
    let record = vault.seal(&place(id), text.as_bytes())?;
    diesel::insert_into(purchase_notes::table)
        .values((
            purchase_notes::id.eq(id),
            purchase_notes::purchase_id.eq(purchase),
            purchase_notes::user_id.eq(user),
            purchase_notes::at.eq(now),
            purchase_notes::master_key_id.eq(record.master_key_id),
            purchase_notes::wrapped_key.eq(record.wrapped_key),
            purchase_notes::sealed.eq(record.sealed),
        ))
        .execute(conn)?;
    Ok(())
}

type NoteRow = (NoteId, Ts, String, String, Vec<u8>, Vec<u8>);

/// The notes of a purchase, newest first.
pub fn notes(conn: &mut Conn, vault: &Vault, purchase: PurchaseId) -> Result<Vec<Note>> {
    let rows: Vec<NoteRow> = purchase_notes::table
        .inner_join(users::table)
        .filter(purchase_notes::purchase_id.eq(purchase))
        .order((purchase_notes::at.desc(), purchase_notes::id.desc()))
        .select((
            purchase_notes::id,
            purchase_notes::at,
            users::name,
            purchase_notes::master_key_id,
            purchase_notes::wrapped_key,
            purchase_notes::sealed,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, at, by, master_key_id, wrapped_key, sealed)| {
            let record = Sealed {
                master_key_id,
                wrapped_key,
                sealed,
            };
            let text = vault
                .unseal_kept(&place(id), &record)?
                .map(|plain| String::from_utf8(plain).map_err(anyhow::Error::from))
                .transpose()?;
            Ok(Note { at, by, text })
        })
        .collect()
}
