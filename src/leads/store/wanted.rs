//! What people want, sealed beside their contacts.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::contact_place;
use crate::db::Conn;
use crate::db::schema::{lead_contacts, leads};
use crate::db::types::json;
use crate::error::{Error, Result};
use crate::id::LeadId;
use crate::leads::{Wanted, Wants};
use crate::vault::{Sealed, Vault};

const COLUMN: &str = "wanted";

/// Seals what the person of a lead wants under the data key of its contact.
pub fn seal(vault: &Vault, id: LeadId, contact: &Sealed, wanted: &Wanted) -> Result<Vec<u8>> {
    let plain = json(wanted)?;
    Ok(vault.seal_beside((&contact_place(id), COLUMN), contact, plain.as_bytes())?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = lead_contacts)]
struct Row {
    lead_id: LeadId,
    master_key_id: String,
    wrapped_key: Vec<u8>,
    wanted: Option<Vec<u8>>,
}

impl Row {
    /// The contact as far as its key goes.
    fn key(self) -> Sealed {
        Sealed {
            master_key_id: self.master_key_id,
            wrapped_key: self.wrapped_key,
            sealed: Vec::new(),
        }
    }
}

pub fn of(conn: &mut Conn, vault: &Vault, ids: &[LeadId]) -> Result<Wants> {
    let rows: Vec<(Row, String, Option<String>)> = lead_contacts::table
        .inner_join(leads::table)
        .filter(lead_contacts::lead_id.eq_any(ids))
        .select((Row::as_select(), leads::interest, leads::timeline))
        .load(conn)?;
    rows.into_iter()
        .map(|(mut row, interest, timeline)| {
            let id = row.lead_id;
            let wanted = match row.wanted.take() {
                Some(sealed) => open(vault, id, &row.key(), &sealed)?,
                None => Wanted { interest, timeline },
            };
            Ok((id, wanted))
        })
        .collect()
}

fn open(vault: &Vault, id: LeadId, contact: &Sealed, sealed: &[u8]) -> Result<Wanted> {
    let Some(plain) = vault.unseal_beside((&contact_place(id), COLUMN), contact, sealed)? else {
        return Ok(Wanted::default());
    };
    serde_json::from_slice(&plain).map_err(|error| Error::Internal(error.into()))
}

pub fn seal_what_is_clear(conn: &mut Conn, vault: &Vault, limit: i64) -> Result<usize> {
    // Written out, since an index over these rows alone is of use only where the condition is its own.
    let is_clear = sql::<Bool>("leads.interest <> ''");
    let rows: Vec<(Row, String, Option<String>)> = leads::table
        .inner_join(lead_contacts::table)
        .filter(is_clear)
        .limit(limit)
        .select((Row::as_select(), leads::interest, leads::timeline))
        .load(conn)?;
    let mut done = 0;
    for (row, interest, timeline) in rows {
        let id = row.lead_id;
        let contact = row.key();
        let sealed = match seal(vault, id, &contact, &Wanted { interest, timeline }) {
            Ok(sealed) => sealed,
            // Its key lies under a master key that this server does not have; others are not kept waiting.
            Err(error) => {
                tracing::error!(%id, %error, "what a person wants cannot be sealed");
                continue;
            }
        };
        diesel::update(lead_contacts::table.find(id))
            .set(lead_contacts::wanted.eq(sealed))
            .execute(conn)?;
        diesel::update(leads::table.find(id))
            .set((leads::interest.eq(""), leads::timeline.eq(None::<String>)))
            .execute(conn)?;
        done += 1;
    }
    Ok(done)
}
