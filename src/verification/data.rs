//! Data sets that an operator uploads: validated as a whole, kept in versions, used by every server.

use serde_json::json;

use super::lists::{self, ListName, Lists, MAX_BYTES};
use super::store::{self, Uploaded};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, Reason, Result};
use crate::vault::{hex, sha256};

/// The newest of each data set: as it was uploaded last, or as it ships.
pub(super) fn newest(conn: &mut Conn) -> Result<Lists> {
    let mut all = Lists::shipped()?;
    for name in ListName::ALL {
        let version = store::newest(conn, *name)?;
        if let Some(content) = store::content(conn, *name, version)? {
            all.set(*name, &content)?;
        }
    }
    Ok(all)
}

/// Reads an uploaded file as a data set, before the transaction that keeps it.
pub fn read(name: ListName, bytes: &[u8]) -> Result<String> {
    let refused = |reason, accepted: &str| Error::invalid_field("file", reason, accepted);
    if bytes.len() > MAX_BYTES {
        return Err(refused(Reason::TooLarge, "up to 4 MiB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refused(Reason::FileEncoding, "UTF-8"))?;
    Lists::default().set(name, text)?;
    Ok(text.to_owned())
}

/// Keeps a new version of a data set; `source` says where it comes from and under which licence.
pub fn upload(
    conn: &mut Conn,
    name: ListName,
    text: &str,
    source: &str,
    actor: Actor,
    now: Ts,
) -> Result<Uploaded> {
    let source = source.trim();
    if !(3..=300).contains(&source.chars().count()) {
        let accepted = "3 - 300 characters: where the data come from, and their licence";
        return Err(Error::invalid_field("source", Reason::Required, accepted));
    }
    let uploaded = Uploaded {
        name,
        version: store::newest(conn, name)? + 1,
        line_count: i32::try_from(lists::count(name, text)?).unwrap_or(i32::MAX),
        digest: hex(&sha256(text.as_bytes())),
        source: source.to_owned(),
        created_by: actor.to_string(),
        created_at: now,
    };
    store::insert_list(conn, &uploaded, text)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: None,
            action: "data_set.uploaded",
            subject: name.to_string(),
            detail: json!({
                "version": uploaded.version,
                "lines": uploaded.line_count,
                "sha256": uploaded.digest,
                "source": uploaded.source,
            }),
        },
    )?;
    Ok(uploaded)
}
