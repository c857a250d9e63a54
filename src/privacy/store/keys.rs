//! Data keys and the master keys that wrap them, over every table that holds something sealed.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{
    bank_details, conversions, dispute_entries, dispute_files, draws, import_files, index_keys,
    lead_audits, lead_contacts, payouts, purchase_notes, refused_leads, subject_requests,
    webhook_endpoints,
};
use crate::error::Result;
use crate::id::{
    BankDetailsId, ConversionId, DisputeEntryId, EndpointId, ImportId, IndexKeyId, LeadAuditId,
    LeadId, NoteId, PayoutId, RefusedLeadId, SubjectRequestId,
};
use crate::vault::{Sealed, Vault};

/// Data keys of one table under one master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    pub table: &'static str,
    pub master_key_id: String,
    pub count: i64,
}

macro_rules! rewrap_one {
    ($conn:expr, $vault:expr, $old:expr, $limit:expr, $table:ident, $id:ident, $Id:ty, $by:ident, $key:ident) => {{
        let rows: Vec<($Id, Option<String>, Option<Vec<u8>>)> = $table::table
            .filter($table::$by.eq_any($old.to_vec()))
            .order($table::$id)
            .limit($limit)
            .select((
                $table::$id,
                $table::$by.nullable(),
                $table::$key.nullable(),
            ))
            .load($conn)?;
        let mut moved = 0;
        for (id, master_key_id, wrapped_key) in rows {
            let place = format!(concat!(stringify!($table), "/{}"), id);
            let was = Sealed {
                master_key_id: master_key_id.unwrap_or_default(),
                wrapped_key: wrapped_key.unwrap_or_default(),
                sealed: Vec::new(),
            };
            match $vault.rewrap(&place, &was) {
                Ok(now) => {
                    moved += diesel::update($table::table.find(id))
                        .filter($table::$key.eq(&was.wrapped_key))
                        .set((
                            $table::$by.eq(&now.master_key_id),
                            $table::$key.eq(&now.wrapped_key),
                        ))
                        .execute($conn)?;
                }
                Err(error) => tracing::error!(%place, %error, "a data key does not open"),
            }
        }
        moved
    }};
}

macro_rules! sealed_tables {
    ($($table:ident $id:ident $Id:ty, $by:ident $key:ident;)+) => {
        /// Every table with data keys in its rows.
        pub const SEALED_TABLES: &[&str] = &[$(stringify!($table)),+];

        /// Wraps anew what lies under the `old` master keys, up to `limit` of each table.
        pub fn rewrap(conn: &mut Conn, vault: &Vault, old: &[String], limit: i64) -> Result<usize> {
            let mut moved = 0;
            $(moved += rewrap_one!(conn, vault, old, limit, $table, $id, $Id, $by, $key);)+
            Ok(moved)
        }

        /// How many data keys lie under which master key.
        pub fn status(conn: &mut Conn) -> Result<Vec<Wrapped>> {
            let mut all = Vec::new();
            $({
                let counts: Vec<(Option<String>, i64)> = $table::table
                    .group_by($table::$by)
                    .select(($table::$by.nullable(), count_star()))
                    .load(conn)?;
                all.extend(counts.into_iter().filter_map(|(master_key_id, count)| {
                    Some(Wrapped {
                        table: stringify!($table),
                        master_key_id: master_key_id.filter(|id| !id.is_empty())?,
                        count,
                    })
                }));
            })+
            Ok(all)
        }
    };
}

sealed_tables! {
    bank_details id BankDetailsId, master_key_id wrapped_key;
    conversions id ConversionId, master_key_id wrapped_key;
    dispute_entries id DisputeEntryId, master_key_id wrapped_key;
    dispute_files entry_id DisputeEntryId, master_key_id wrapped_key;
    draws day i64, master_key_id wrapped_key;
    import_files import_id ImportId, master_key_id wrapped_key;
    index_keys id IndexKeyId, master_key_id wrapped_key;
    lead_audits id LeadAuditId, master_key_id wrapped_key;
    lead_contacts lead_id LeadId, master_key_id wrapped_key;
    payouts id PayoutId, master_key_id wrapped_key;
    purchase_notes id NoteId, master_key_id wrapped_key;
    refused_leads id RefusedLeadId, master_key_id wrapped_key;
    subject_requests id SubjectRequestId, master_key_id wrapped_key;
    webhook_endpoints id EndpointId, secret_key_id secret_wrapped;
    webhook_endpoints id EndpointId, old_secret_key_id old_secret_wrapped;
}
