//! Documents that were not leads: kept sealed, with their reasons, for the seller to mend and send again.

use serde_json::{Value, json};

use super::receive::{Intake, Source, Via};
use super::store;
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{FieldError, FieldErrorJson, Result};
use crate::id::{AccountId, ImportId, RefusedLeadId};
use crate::vault::Vault;
use crate::verification::{email, phone};

/// A refused document as its seller sees it; the reasons name fields, never values.
#[derive(Debug, Clone)]
pub struct Refused {
    pub id: RefusedLeadId,
    pub import_id: Option<ImportId>,
    /// The key of the vertical as it was sent; may be unknown.
    pub vertical: String,
    pub via: Via,
    pub line: Option<i64>,
    pub errors: Vec<FieldErrorJson>,
    pub received_at: Ts,
}

pub(super) fn keep(
    conn: &mut Conn,
    vault: &Vault,
    seller: AccountId,
    intake: &Intake,
    errors: &[FieldError],
    source: &Source,
    now: Ts,
) -> Result<RefusedLeadId> {
    let id = RefusedLeadId::new(now);
    let shown: Vec<FieldErrorJson> = errors.iter().map(FieldError::json).collect();
    store::refused::insert(conn, vault, seller, id, intake, &shown, source, now)?;
    store::refused::insert_hashes(conn, id, &contact_hashes(vault, &intake.document))?;
    let codes: Vec<_> = errors
        .iter()
        .map(|error| json!({"field": error.field, "code": error.reason.as_str()}))
        .collect();
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: source.actor,
            account_id: Some(seller),
            action: "lead.refused",
            subject: id.to_string(),
            detail: json!({"via": source.via, "line": source.line, "errors": codes}),
        },
    )?;
    Ok(id)
}

/// Keyed hashes of the contact that a document names, as far as it can be read: by them the person finds it.
pub fn contact_hashes(vault: &Vault, document: &Value) -> Vec<Vec<u8>> {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let country = text("/attributes/country").and_then(crate::verticals::place::country);
    let email = text("/contact/email").and_then(email::read);
    let phone = text("/contact/phone").and_then(|text| phone::read(text, country));
    let mut hashes = Vec::new();
    hashes.extend(email.map(|email| vault.blinds_to_write("email", &email::mailbox(&email))));
    hashes.extend(phone.map(|phone| vault.blinds_to_write("phone", &phone.e164)));
    hashes.concat()
}

/// Writes the hashes of the contacts in all refused documents under the present keys as well.
pub fn hash_anew(conn: &mut Conn, vault: &Vault) -> Result<()> {
    for id in store::refused::all(conn)? {
        let document = store::refused::open_any(conn, vault, id)?;
        store::refused::insert_hashes(conn, id, &contact_hashes(vault, &document))?;
    }
    Ok(())
}

/// A refused document, for the person whom it names.
pub fn document_of(conn: &mut Conn, vault: &Vault, id: RefusedLeadId) -> Result<Value> {
    store::refused::open_any(conn, vault, id)
}

/// Which refused documents a list shows.
#[derive(Debug, Clone, Default)]
pub struct RefusedFilter {
    pub import_id: Option<ImportId>,
    pub via: Option<Via>,
    pub after: Option<(Ts, RefusedLeadId)>,
}

/// A seller's refused documents, newest first.
pub fn list(
    conn: &mut Conn,
    seller: AccountId,
    filter: &RefusedFilter,
    limit: i64,
) -> Result<Vec<Refused>> {
    store::refused::list(conn, seller, filter, limit)
}

/// The refused lines of an import after the line `after`, in the order of the file.
pub fn of_import(
    conn: &mut Conn,
    seller: AccountId,
    import: ImportId,
    after: i64,
    limit: i64,
) -> Result<Vec<Refused>> {
    store::refused::of_import(conn, seller, import, after, limit)
}

/// One refused document with its reasons; 404 when it is another's.
pub fn find(conn: &mut Conn, seller: AccountId, id: RefusedLeadId) -> Result<Refused> {
    store::refused::find(conn, seller, id)
}

/// Drops a refused document that was mended or given up.
pub fn drop_one(
    conn: &mut Conn,
    seller: AccountId,
    id: RefusedLeadId,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    store::refused::remove(conn, seller, id)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(seller),
            action: "refused.dropped",
            subject: id.to_string(),
            detail: Value::Null,
        },
    )
}

/// What the seller sent, to be mended; 404 when it is another's. That it was seen is noted.
pub fn document(
    conn: &mut Conn,
    vault: &Vault,
    seller: AccountId,
    id: RefusedLeadId,
    actor: Actor,
    now: Ts,
) -> Result<Value> {
    let document = store::refused::open(conn, vault, seller, id)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(seller),
            action: "refused.viewed",
            subject: id.to_string(),
            detail: Value::Null,
        },
    )?;
    Ok(document)
}
