//! What the sides wrote and showed, sealed: it may name the lead.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{dispute_entries, dispute_files};
use crate::db::types::{json, text_enum};
use crate::disputes::{Call, Dispute, DisputeSide, Evidence};
use crate::error::{Code, Error, Result};
use crate::id::{DisputeEntryId, DisputeId, UserId};
use crate::vault::{Sealed, Vault};

/// Entries of one dispute, of all sides together.
pub const MAX_ENTRIES: i64 = 200;

text_enum! {
    /// What an entry of the timeline is.
    pub enum EntryKind {
        Claim = "claim",
        Answer = "answer",
        Message = "message",
        Appeal = "appeal",
        Decision = "decision",
        Call = "call",
        File = "file",
    }
}

/// The sealed part of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Text(String),
    Call(Call),
    /// The name of a file.
    File(String),
    /// What was erased with the lead.
    Erased,
}

/// One entry of the timeline.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: DisputeEntryId,
    pub side: DisputeSide,
    pub user_id: Option<UserId>,
    pub kind: EntryKind,
    pub at: Ts,
    pub media_type: Option<String>,
    pub size_bytes: Option<i32>,
    pub said: Said,
}

impl Entry {
    /// The name of a file; empty for what is none.
    pub fn file_name(&self) -> String {
        match &self.said {
            Said::File(name) => name.clone(),
            Said::Text(_) | Said::Call(_) | Said::Erased => String::new(),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = dispute_entries)]
struct EntryRow {
    id: DisputeEntryId,
    dispute_id: DisputeId,
    side: DisputeSide,
    user_id: Option<UserId>,
    kind: EntryKind,
    at: Ts,
    media_type: Option<String>,
    size_bytes: Option<i32>,
    master_key_id: String,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
    /// Its place in the timeline, from 0.
    place: i32,
}

impl EntryRow {
    fn open(self, vault: &Vault) -> Result<Entry> {
        let record = Sealed {
            master_key_id: self.master_key_id,
            wrapped_key: self.wrapped_key,
            sealed: self.sealed,
        };
        let said = match vault.unseal_kept(&entry_place(self.id), &record)? {
            Some(plain) => serde_json::from_slice(&plain).map_err(anyhow::Error::from)?,
            None => Said::Erased,
        };
        Ok(Entry {
            id: self.id,
            side: self.side,
            user_id: self.user_id,
            kind: self.kind,
            at: self.at,
            media_type: self.media_type,
            size_bytes: self.size_bytes,
            said,
        })
    }
}

fn entry_place(id: DisputeEntryId) -> String {
    format!("dispute_entries/{id}")
}

fn file_place(id: DisputeEntryId) -> String {
    format!("dispute_files/{id}")
}

/// Writes what a side says, then each of its calls and files. The dispute's row is locked, or new.
pub fn add(
    conn: &mut Conn,
    vault: &Vault,
    dispute: &Dispute,
    (side, user, kind): (DisputeSide, UserId, EntryKind),
    evidence: &Evidence,
    now: Ts,
) -> Result<()> {
    let (written, _) = counts(conn, dispute.id)?;
    let mut place = i32::try_from(written).map_err(anyhow::Error::from)?;
    let mut write = |kind, said: &Said, file: Option<(&str, &[u8])>| -> Result<()> {
        let id = DisputeEntryId::new(now);
        let record = vault.seal(&entry_place(id), json(said)?.as_bytes())?;
        let size_bytes = file
            .map(|(_, content)| i32::try_from(content.len()))
            .transpose()
            .map_err(anyhow::Error::from)?;
        diesel::insert_into(dispute_entries::table)
            .values(EntryRow {
                id,
                dispute_id: dispute.id,
                side,
                user_id: Some(user),
                kind,
                at: now,
                media_type: file.map(|(media_type, _)| media_type.to_owned()),
                size_bytes,
                master_key_id: record.master_key_id,
                wrapped_key: record.wrapped_key,
                sealed: record.sealed,
                place,
            })
            .execute(conn)?;
        place += 1;
        if let Some((_, content)) = file {
            let record = vault.seal(&file_place(id), content)?;
            diesel::insert_into(dispute_files::table)
                .values((
                    dispute_files::entry_id.eq(id),
                    dispute_files::master_key_id.eq(record.master_key_id),
                    dispute_files::wrapped_key.eq(record.wrapped_key),
                    dispute_files::sealed.eq(record.sealed),
                ))
                .execute(conn)?;
        }
        Ok(())
    };
    if !evidence.text.is_empty() {
        write(kind, &Said::Text(evidence.text.clone()), None)?;
    }
    for call in &evidence.calls {
        write(EntryKind::Call, &Said::Call(*call), None)?;
    }
    for file in &evidence.files {
        let shown = Some((file.media_type, file.content.as_slice()));
        write(EntryKind::File, &Said::File(file.name.clone()), shown)?;
    }
    Ok(())
}

/// Entries and files of a dispute so far.
pub fn counts(conn: &mut Conn, id: DisputeId) -> Result<(i64, i64)> {
    let of_dispute = || dispute_entries::table.filter(dispute_entries::dispute_id.eq(id));
    let entries = of_dispute().count().get_result(conn)?;
    let files = of_dispute()
        .filter(dispute_entries::kind.eq(EntryKind::File))
        .count()
        .get_result(conn)?;
    Ok((entries, files))
}

/// The timeline in its order.
pub fn list(conn: &mut Conn, vault: &Vault, id: DisputeId) -> Result<Vec<Entry>> {
    let rows: Vec<EntryRow> = dispute_entries::table
        .filter(dispute_entries::dispute_id.eq(id))
        .order(dispute_entries::place)
        .limit(MAX_ENTRIES + 100)
        .select(EntryRow::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| row.open(vault)).collect()
}

/// A file of a dispute: its entry and its content.
pub fn file(
    conn: &mut Conn,
    vault: &Vault,
    dispute: DisputeId,
    id: DisputeEntryId,
) -> Result<(Entry, Vec<u8>)> {
    let found = dispute_entries::table
        .inner_join(dispute_files::table)
        .filter(dispute_entries::dispute_id.eq(dispute))
        .filter(dispute_entries::id.eq(id))
        .select((
            EntryRow::as_select(),
            dispute_files::master_key_id,
            dispute_files::wrapped_key,
            dispute_files::sealed,
        ))
        .first(conn)
        .optional()?;
    let (row, master_key_id, wrapped_key, sealed) =
        found.ok_or_else(|| Error::refused(Code::NotFound))?;
    let record = Sealed {
        master_key_id,
        wrapped_key,
        sealed,
    };
    let content = vault
        .unseal_kept(&file_place(id), &record)?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    Ok((row.open(vault)?, content))
}
