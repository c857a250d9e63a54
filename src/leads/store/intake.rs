//! Writing a new lead: the statements of the hot path.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::upsert::excluded;

use super::contact_place;
use crate::clock::Ts;
use crate::db::schema::{
    consent_texts, contact_claims, contact_hashes, lead_checks, lead_consents, lead_contacts, leads,
};
use crate::db::types::json;
use crate::db::{Conn, Prepared, each, insert_rows};
use crate::error::{Error, Reason, Result};
use crate::id::{ImportId, LeadId, VerticalId};
use crate::leads::{Contact, Draft, LeadState, Listing};
use crate::vault::{Vault, sha256};
use crate::verification::{Check, CheckName, Effect, Verdict, email};
use crate::verticals::Vertical;

#[derive(Insertable)]
#[diesel(table_name = lead_checks, treat_none_as_default_value = false)]
struct CheckRow {
    lead_id: LeadId,
    name: CheckName,
    position: i32,
    verdict: Verdict,
    code: Option<String>,
    detail: Option<String>,
    effect: Effect,
    points: i32,
    at: Ts,
}

#[derive(Insertable)]
#[diesel(table_name = contact_claims)]
struct ClaimRow {
    vertical_id: VerticalId,
    hash: Vec<u8>,
    lead_id: LeadId,
    claimed_at: Ts,
}

/// Inserts the lead itself; an `external_id` that its seller has used is refused as `taken`.
pub fn insert_lead(
    conn: &mut Conn,
    listing: &Listing,
    draft: &Draft,
    import_id: Option<ImportId>,
) -> Result<()> {
    let inserted = diesel::insert_into(leads::table)
        .values((
            leads::id.eq(listing.id),
            leads::vertical_id.eq(listing.vertical_id),
            leads::seller_id.eq(listing.seller_id),
            leads::import_id.eq(import_id),
            leads::external_id.eq(&draft.external_id),
            leads::state.eq(listing.state),
            leads::attributes.eq(json(&listing.attributes)?),
            leads::interest.eq(&listing.interest),
            leads::timeline.eq(&listing.timeline),
            leads::origin.eq(json(&draft.origin)?),
            leads::masked_name.eq(&listing.masked.name),
            leads::masked_email.eq(&listing.masked.email),
            leads::masked_phone.eq(&listing.masked.phone),
            leads::has_company.eq(draft.contact.company.is_some()),
            leads::ask_minor.eq(listing.ask.minor),
            leads::currency.eq(listing.ask.currency),
            leads::accepts.eq(json(&listing.accepts)?),
            leads::least.eq(json(&listing.least)?),
            leads::score.eq(listing.score),
            leads::stage.eq(listing.stage),
            leads::quality.eq(listing.quality),
            leads::copies.eq(listing.copies),
            leads::copies_sold.eq(listing.copies_sold),
            leads::consent_given_at.eq(listing.consent_given_at),
            leads::recipients.eq(json(&listing.recipients)?),
            leads::received_at.eq(listing.received_at),
            leads::expires_at.eq(listing.expires_at),
        ))
        .execute(conn);
    match inserted {
        Ok(_) => Ok(()),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Err(
            Error::invalid_field("external_id", Reason::Taken, "an id not used before"),
        ),
        Err(error) => Err(error.into()),
    }
}

/// Claims the e-mail and the phone for this lead; says which fields another lead's claim holds.
///
/// The hashes are claimed in their order, so that two leads with the same contact cannot wait for each other.
pub fn claim_contact(
    conn: &mut Conn,
    vault: &Vault,
    draft: &Draft,
    lead: LeadId,
    now: Ts,
) -> Result<Vec<&'static str>> {
    let vertical = &draft.vertical;
    let mut fields = Vec::with_capacity(2);
    for (kind, value, field) in [
        ("email", mailbox(&draft.contact), "contact.email"),
        ("phone", draft.contact.phone.clone(), "contact.phone"),
    ] {
        let hashes = value
            .iter()
            .flat_map(|value| vault.blinds_to_write(kind, value));
        fields.extend(hashes.map(|hash| (hash, field)));
    }
    fields.sort();
    let rows: Vec<ClaimRow> = fields
        .iter()
        .map(|(hash, _)| ClaimRow {
            vertical_id: vertical.id,
            hash: hash.clone(),
            lead_id: lead,
            claimed_at: now,
        })
        .collect();
    let over = now.minus_days(vertical.duplicate_window_days);
    macro_rules! claim {
        ($inner:expr, $values:expr) => {
            Prepared(diesel::query_dsl::methods::FilterDsl::filter(
                diesel::insert_into(contact_claims::table)
                    .values($values)
                    .on_conflict((contact_claims::vertical_id, contact_claims::hash))
                    .do_update()
                    .set((
                        contact_claims::lead_id.eq(excluded(contact_claims::lead_id)),
                        contact_claims::claimed_at.eq(excluded(contact_claims::claimed_at)),
                    )),
                contact_claims::claimed_at.le(over),
            ))
            .execute($inner)
        };
    }
    let claimed = match conn {
        Conn::Postgres(inner) => claim!(inner, &rows)?,
        Conn::Sqlite(inner) => rows.iter().try_fold(0, |claimed, row| {
            claim!(inner, row).map(|count| claimed + count)
        })?,
    };
    if claimed == rows.len() {
        return Ok(Vec::new());
    }
    let hashes: Vec<Vec<u8>> = fields.iter().map(|(hash, _)| hash.clone()).collect();
    let ours: Vec<Vec<u8>> = contact_claims::table
        .filter(contact_claims::vertical_id.eq(vertical.id))
        .filter(contact_claims::hash.eq_any(hashes))
        .filter(contact_claims::lead_id.eq(lead))
        .select(contact_claims::hash)
        .load(conn)?;
    // While the key of the hashes is changed, a field has two of them.
    let claimed: BTreeSet<&'static str> = fields
        .into_iter()
        .filter(|(hash, _)| !ours.contains(hash))
        .map(|(_, field)| field)
        .collect();
    Ok(claimed.into_iter().collect())
}

/// Whether one of these hashes was received within the vertical's window.
pub fn is_claimed(
    conn: &mut Conn,
    vertical: &Vertical,
    hashes: &[Vec<u8>],
    now: Ts,
) -> Result<bool> {
    if hashes.is_empty() {
        return Ok(false);
    }
    let over = now.minus_days(vertical.duplicate_window_days);
    let claimed = contact_claims::table
        .filter(contact_claims::vertical_id.eq(vertical.id))
        .filter(contact_claims::hash.eq_any(hashes))
        .filter(contact_claims::claimed_at.gt(over));
    Ok(diesel::select(diesel::dsl::exists(claimed)).get_result(conn)?)
}

/// Inserts what belongs to a lead: its sealed contact, its consent and its checks.
pub fn insert_parts(
    conn: &mut Conn,
    vault: &Vault,
    draft: &Draft,
    checks: &[Check],
    lead: LeadId,
) -> Result<()> {
    let plain = json(&draft.contact)?;
    let record = vault.seal(&contact_place(lead), plain.as_bytes())?;
    diesel::insert_into(lead_contacts::table)
        .values((
            lead_contacts::lead_id.eq(lead),
            lead_contacts::master_key_id.eq(record.master_key_id),
            lead_contacts::wrapped_key.eq(record.wrapped_key),
            lead_contacts::sealed.eq(record.sealed),
        ))
        .execute(conn)?;
    let consent = &draft.consent;
    let text_hash = keep_text(conn, &consent.text)?;
    diesel::insert_into(lead_consents::table)
        .values((
            lead_consents::lead_id.eq(lead),
            lead_consents::text.eq(""),
            lead_consents::text_hash.eq(text_hash),
            lead_consents::version.eq(&consent.version),
            lead_consents::given_at.eq(consent.given_at),
            lead_consents::page_url.eq(&consent.page_url),
            lead_consents::channels.eq(json(&consent.channels)?),
            lead_consents::recipients.eq(json(&consent.recipients)?),
            lead_consents::certificate_url.eq(&consent.certificate_url),
        ))
        .execute(conn)?;
    let rows: Vec<CheckRow> = (0..)
        .zip(checks)
        .map(|(position, check)| CheckRow {
            lead_id: lead,
            name: check.name,
            position,
            verdict: check.verdict,
            code: check.code.map(|code| code.as_str().to_owned()),
            detail: check.detail.clone(),
            effect: check.effect,
            points: check.points,
            at: check.at,
        })
        .collect();
    insert_rows!(conn, lead_checks::table, &rows)?;
    Ok(())
}

/// The spelling by which the contact's mailbox is hashed.
fn mailbox(contact: &Contact) -> Option<String> {
    contact.email.as_deref().map(email::mailbox)
}

/// Keeps the exact words of a consent once, however many people agreed to them; answers their hash.
fn keep_text(conn: &mut Conn, text: &str) -> Result<Vec<u8>> {
    let hash = sha256(text.as_bytes());
    let row = (consent_texts::hash.eq(&hash), consent_texts::text.eq(text));
    let kept = diesel::insert_into(consent_texts::table)
        .values(row)
        .on_conflict_do_nothing();
    each!(conn, |inner| Prepared(kept).execute(inner))?;
    Ok(hash)
}

/// Writes the claims that a lead holds under the present keys of the hashes as well.
pub fn claim_anew(conn: &mut Conn, vault: &Vault, contact: &Contact, lead: LeadId) -> Result<()> {
    let held: Vec<(VerticalId, Vec<u8>, Ts)> = contact_claims::table
        .filter(contact_claims::lead_id.eq(lead))
        .select((
            contact_claims::vertical_id,
            contact_claims::hash,
            contact_claims::claimed_at,
        ))
        .load(conn)?;
    for (kind, value) in [
        ("email", mailbox(contact)),
        ("phone", contact.phone.clone()),
    ] {
        let Some(value) = &value else { continue };
        let known = vault.blinds(kind, value);
        let Some((vertical, _, at)) = held.iter().find(|(_, hash, _)| known.contains(hash)) else {
            continue;
        };
        for hash in vault.blinds_to_write(kind, value) {
            let row = ClaimRow {
                vertical_id: *vertical,
                hash,
                lead_id: lead,
                claimed_at: *at,
            };
            each!(conn, |inner| diesel::insert_into(contact_claims::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(inner))?;
        }
    }
    Ok(())
}

/// Leads with hashes of their contact, by id, after one.
pub fn hashed_after(conn: &mut Conn, after: Option<LeadId>, limit: i64) -> Result<Vec<LeadId>> {
    let mut query = contact_hashes::table
        .select(contact_hashes::lead_id)
        .distinct()
        .order(contact_hashes::lead_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(contact_hashes::lead_id.gt(after));
    }
    Ok(query.load(conn)?)
}
/// Sets what the judgement on a lead became when its contact turned out to be claimed.
pub fn set_judgement(conn: &mut Conn, lead: LeadId, state: LeadState, quality: i32) -> Result<()> {
    diesel::update(leads::table.find(lead))
        .set((leads::state.eq(state), leads::quality.eq(quality)))
        .execute(conn)?;
    Ok(())
}
