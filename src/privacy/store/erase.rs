//! Destroying the personal data of a lead: data keys, and what stands beside them in clear.

use diesel::prelude::*;
use serde_json::{Map, Value, json};

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{
    consent_texts, contact_claims, contact_hashes, conversions, deliveries, dispute_entries,
    dispute_files, dispute_findings, disputes, erasures, idempotency_keys, import_files, imports,
    lead_audits, lead_confirmations, lead_consents, lead_contacts, leads, purchase_notes,
    purchase_work, purchases, refused_leads, source_marks,
};
use crate::db::types::from_json;
use crate::error::Result;
use crate::id::{
    AccountId, ConversionId, DisputeEntryId, DisputeId, ImportId, LeadId, PurchaseId, RefusedLeadId,
};
use crate::leads::LeadState;
use crate::leads::import::ImportState;
use crate::privacy::Cause;

/// Destroys the data keys of rows: what they sealed can never be read again.
macro_rules! shred {
    ($conn:expr, $table:ident, $which:expr) => {
        diesel::update($table::table.filter($which))
            .set((
                $table::master_key_id.eq(""),
                $table::wrapped_key.eq(Vec::<u8>::new()),
                $table::sealed.eq(Vec::<u8>::new()),
            ))
            .execute($conn)?
    };
}

/// Empties the lead itself; its seller, or `None` when it was erased before.
pub fn lead(conn: &mut Conn, id: LeadId) -> Result<Option<AccountId>> {
    let known: Option<(AccountId, String)> = leads::table
        .find(id)
        .filter(leads::state.ne(LeadState::Erased))
        .select((leads::seller_id, leads::origin))
        .first(conn)
        .optional()?;
    let Some((seller, origin)) = known else {
        return Ok(None);
    };
    let emptied = diesel::update(leads::table.find(id))
        .filter(leads::state.ne(LeadState::Erased))
        .set((
            leads::state.eq(LeadState::Erased),
            leads::external_id.eq(None::<String>),
            leads::attributes.eq("{}"),
            leads::interest.eq(""),
            leads::timeline.eq(None::<String>),
            leads::origin.eq(impersonal_origin(&origin)?),
            leads::masked_name.eq(""),
            leads::masked_email.eq(None::<String>),
            leads::masked_phone.eq(None::<String>),
            leads::has_company.eq(false),
            leads::recipients.eq("[]"),
            leads::ruling.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok((emptied == 1).then_some(seller))
}

/// How the person came: of that only the channel and what it cost are nobody's own.
fn impersonal_origin(origin: &str) -> Result<String> {
    let kept: Map<String, Value> = from_json::<Map<String, Value>>(origin)?
        .into_iter()
        .filter(|(key, _)| matches!(key.as_str(), "channel" | "cost"))
        .collect();
    Ok(Value::Object(kept).to_string())
}

/// Empties what belongs to the lead: contact, proof of consent, checks, claims on its contact.
pub fn parts(conn: &mut Conn, id: LeadId) -> Result<()> {
    shred!(conn, lead_contacts, lead_contacts::lead_id.eq(id));
    diesel::update(lead_contacts::table.find(id))
        .set(lead_contacts::wanted.eq(None::<Vec<u8>>))
        .execute(conn)?;
    let text: Option<Vec<u8>> = lead_consents::table
        .find(id)
        .select(lead_consents::text_hash)
        .first(conn)
        .optional()?
        .flatten();
    diesel::update(lead_consents::table.find(id))
        .set((
            lead_consents::text.eq(""),
            lead_consents::text_hash.eq(None::<Vec<u8>>),
            lead_consents::page_url.eq(""),
            lead_consents::recipients.eq("[]"),
            lead_consents::certificate_url.eq(None::<String>),
        ))
        .execute(conn)?;
    if let Some(hash) = text {
        drop_unused_text(conn, &hash)?;
    }
    diesel::delete(contact_claims::table.filter(contact_claims::lead_id.eq(id))).execute(conn)?;
    diesel::delete(contact_hashes::table.filter(contact_hashes::lead_id.eq(id))).execute(conn)?;
    diesel::delete(source_marks::table.filter(source_marks::lead_id.eq(id))).execute(conn)?;
    diesel::delete(lead_confirmations::table.find(id)).execute(conn)?;
    let noted = lead_audits::lead_id
        .eq(id)
        .and(lead_audits::sealed.is_not_null());
    diesel::update(lead_audits::table.filter(noted))
        .set((
            lead_audits::master_key_id.eq(Some("")),
            lead_audits::wrapped_key.eq(Some(Vec::<u8>::new())),
            lead_audits::sealed.eq(Some(Vec::<u8>::new())),
        ))
        .execute(conn)?;
    Ok(())
}

/// A consent text that nobody refers to any more may have been written for one person.
fn drop_unused_text(conn: &mut Conn, hash: &[u8]) -> Result<()> {
    let used: i64 = lead_consents::table
        .filter(lead_consents::text_hash.eq(hash))
        .count()
        .get_result(conn)?;
    if used == 0 {
        diesel::delete(consent_texts::table.filter(consent_texts::hash.eq(hash))).execute(conn)?;
    }
    Ok(())
}

/// Who bought the lead, and the ids by which answers about it are known.
pub struct Traces {
    pub purchases: Vec<PurchaseId>,
    pub accounts: Vec<AccountId>,
    pub ids: Vec<String>,
}

/// Empties what was written about the purchases of the lead: notes, outcomes, disputes with their evidence.
pub fn purchases_of(conn: &mut Conn, id: LeadId) -> Result<Traces> {
    let bought: Vec<(PurchaseId, AccountId)> = purchases::table
        .filter(purchases::lead_id.eq(id))
        .select((purchases::id, purchases::buyer_id))
        .load(conn)?;
    let (bought, accounts): (Vec<PurchaseId>, Vec<AccountId>) = bought.into_iter().unzip();
    let reported: Vec<ConversionId> = conversions::table
        .filter(conversions::purchase_id.eq_any(bought.clone()))
        .select(conversions::id)
        .load(conn)?;
    let disputed: Vec<DisputeId> = disputes::table
        .filter(disputes::purchase_id.eq_any(bought.clone()))
        .select(disputes::id)
        .load(conn)?;
    shred!(
        conn,
        purchase_notes,
        purchase_notes::purchase_id.eq_any(bought.clone())
    );
    shred!(conn, conversions, conversions::id.eq_any(reported.clone()));
    diesel::update(conversions::table.filter(conversions::id.eq_any(reported.clone())))
        .set(conversions::reference.eq(None::<String>))
        .execute(conn)?;
    diesel::update(purchase_work::table.filter(purchase_work::purchase_id.eq_any(bought.clone())))
        .set(purchase_work::reason.eq(None::<String>))
        .execute(conn)?;
    diesel::update(deliveries::table.filter(deliveries::purchase_id.eq_any(bought.clone())))
        .set(deliveries::last_error.eq(None::<String>))
        .execute(conn)?;
    evidence_of(conn, &disputed)?;
    let ids = std::iter::once(id.to_string())
        .chain(bought.iter().map(ToString::to_string))
        .chain(reported.iter().map(ToString::to_string))
        .chain(disputed.iter().map(ToString::to_string))
        .collect();
    Ok(Traces {
        purchases: bought,
        accounts,
        ids,
    })
}

fn evidence_of(conn: &mut Conn, disputed: &[DisputeId]) -> Result<()> {
    let entries: Vec<DisputeEntryId> = dispute_entries::table
        .filter(dispute_entries::dispute_id.eq_any(disputed.to_vec()))
        .select(dispute_entries::id)
        .load(conn)?;
    shred!(
        conn,
        dispute_files,
        dispute_files::entry_id.eq_any(entries.clone())
    );
    shred!(conn, dispute_entries, dispute_entries::id.eq_any(entries));
    diesel::update(
        dispute_findings::table.filter(dispute_findings::dispute_id.eq_any(disputed.to_vec())),
    )
    .set(dispute_findings::detail.eq("{}"))
    .execute(conn)?;
    Ok(())
}

/// Empties the answers that would be repeated under an idempotency key; the keys stay used.
pub fn answers(conn: &mut Conn, accounts: &[AccountId], ids: &[String]) -> Result<()> {
    use idempotency_keys as keys;
    for id in ids {
        let found: Vec<(AccountId, String, String, String)> = keys::table
            .filter(keys::account_id.eq_any(accounts.to_vec()))
            .filter(
                keys::body
                    .like(format!("%{}%", id.replace('_', "\\_")))
                    .escape('\\'),
            )
            .select((keys::account_id, keys::endpoint, keys::key, keys::body))
            .load(conn)?;
        for (account, endpoint, key, body) in found {
            diesel::update(keys::table.find((account, endpoint, key)))
                .set(keys::body.eq(impersonal_answer(&body)))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// What an answer said without what it was about; items of batches keep their place and status.
fn impersonal_answer(body: &str) -> String {
    let mut kept = Map::new();
    if let Ok(Value::Object(answer)) = serde_json::from_str(body) {
        kept.extend(
            answer
                .into_iter()
                .filter(|(key, _)| matches!(key.as_str(), "id" | "index" | "status" | "code")),
        );
    }
    kept.insert("erased".to_owned(), json!(true));
    Value::Object(kept).to_string()
}

/// Removes refused documents; says whose they were.
pub fn refused(conn: &mut Conn, id: RefusedLeadId) -> Result<Option<AccountId>> {
    let seller = refused_leads::table
        .find(id)
        .select(refused_leads::seller_id)
        .first(conn)
        .optional()?;
    diesel::delete(refused_leads::table.find(id)).execute(conn)?;
    Ok(seller)
}

/// Notes what was erased, so that its bytes are overwritten and the erasure can be shown.
pub fn note(conn: &mut Conn, subject: &str, cause: Cause, now: Ts) -> Result<()> {
    diesel::insert_into(erasures::table)
        .values((
            erasures::subject.eq(subject),
            erasures::cause.eq(cause),
            erasures::erased_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// When a lead was erased and why.
pub fn noted(conn: &mut Conn, subject: &str) -> Result<Option<(Cause, Ts)>> {
    Ok(erasures::table
        .find(subject)
        .select((erasures::cause, erasures::erased_at))
        .first(conn)
        .optional()?)
}

/// Whether bytes of what was erased up to `now` may still lie in free space of the database.
pub fn has_unscrubbed(conn: &mut Conn, now: Ts) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        erasures::table
            .filter(erasures::scrubbed_at.is_null())
            .filter(erasures::erased_at.le(now)),
    ))
    .get_result(conn)?)
}

/// Notes that the bytes of what was erased up to `until` are overwritten.
pub fn scrubbed(conn: &mut Conn, until: Ts, now: Ts) -> Result<()> {
    diesel::update(
        erasures::table
            .filter(erasures::scrubbed_at.is_null())
            .filter(erasures::erased_at.le(until)),
    )
    .set(erasures::scrubbed_at.eq(now))
    .execute(conn)?;
    Ok(())
}

/// Removes an uploaded file; says whose it was.
pub fn file(conn: &mut Conn, id: ImportId) -> Result<Option<AccountId>> {
    let seller = imports::table
        .find(id)
        .select(imports::seller_id)
        .first(conn)
        .optional()?;
    let removed = diesel::delete(import_files::table.find(id)).execute(conn)?;
    diesel::update(imports::table.find(id))
        .filter(imports::state.eq(ImportState::Uploaded))
        .set((
            imports::state.eq(ImportState::Failed),
            imports::failure.eq("discarded"),
        ))
        .execute(conn)?;
    Ok(seller.filter(|_| removed == 1))
}
