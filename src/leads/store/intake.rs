//! Writing a new lead: the statements of the hot path.

use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::upsert::excluded;

use super::contact_place;
use crate::clock::Ts;
use crate::db::schema::{
    consent_texts, contact_claims, contact_hashes, lead_consents, lead_contacts, leads,
};
use crate::db::types::json;
use crate::db::{Conn, Prepared, each, insert_rows};
use crate::error::{FieldError, Reason, Result};
use crate::id::{AccountId, ImportId, LeadId, VerticalId};
use crate::leads::{Contact, Draft, Listing};
use crate::vault::{Vault, sha256};
use crate::verification::{Check, email};
use crate::verticals::Vertical;

#[derive(Insertable)]
#[diesel(table_name = contact_claims)]
struct ClaimRow {
    vertical_id: VerticalId,
    hash: Vec<u8>,
    lead_id: LeadId,
    claimed_at: Ts,
}

/// A lead that is written for the first time.
#[derive(Debug, Clone, Copy)]
pub struct NewLead<'a> {
    pub listing: &'a Listing,
    pub draft: &'a Draft,
    pub import_id: Option<ImportId>,
    pub checks: &'a [Check],
}

/// Inserts the leads themselves; an `external_id` that its seller has used is refused as `taken`.
pub fn insert_leads(conn: &mut Conn, new: &[NewLead<'_>]) -> Result<()> {
    let rows = new.iter().map(|lead| {
        let (listing, draft) = (lead.listing, lead.draft);
        Ok((
            leads::id.eq(listing.id),
            leads::vertical_id.eq(listing.vertical_id),
            leads::seller_id.eq(listing.seller_id),
            leads::import_id.eq(lead.import_id),
            leads::external_id.eq(&draft.external_id),
            leads::state.eq(listing.state),
            leads::attributes.eq(json(&listing.attributes)?),
            leads::interest.eq(""),
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
    });
    let rows: Vec<_> = rows.collect::<Result<_>>()?;
    match insert_rows!(conn, leads::table, &rows) {
        Ok(_) => Ok(()),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(vec![number_taken()].into())
        }
        Err(error) => Err(error.into()),
    }
}

pub fn number_taken() -> FieldError {
    FieldError::new("external_id", Reason::Taken, "an id not used before")
}

/// Whether a seller has used an `external_id`.
pub fn is_used(conn: &mut Conn, seller: AccountId, number: Option<&str>) -> Result<bool> {
    let Some(number) = number else {
        return Ok(false);
    };
    let used = leads::table
        .filter(leads::seller_id.eq(seller))
        .filter(leads::external_id.eq(number));
    Ok(diesel::select(diesel::dsl::exists(used)).get_result(conn)?)
}

/// A part of a contact that a lead claims in its vertical.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    pub hash: Vec<u8>,
    /// Where the part stands in the document.
    pub field: &'static str,
}

/// What the contact of a draft claims; while the key of the hashes is changed, each part twice.
pub fn claims_of(vault: &Vault, draft: &Draft) -> Vec<Claim> {
    let mut claims = Vec::with_capacity(2);
    for (kind, value, field) in [
        ("email", mailbox(&draft.contact), "contact.email"),
        ("phone", draft.contact.phone.clone(), "contact.phone"),
    ] {
        let hashes = value
            .iter()
            .flat_map(|value| vault.blinds_to_write(kind, value));
        claims.extend(hashes.map(|hash| Claim { hash, field }));
    }
    claims
}

/// Those of these hashes that a lead of the vertical's window has claimed; one statement on PostgreSQL.
pub fn claimed_among(
    conn: &mut Conn,
    vertical: &Vertical,
    hashes: &[Vec<u8>],
    now: Ts,
) -> Result<HashSet<Vec<u8>>> {
    let over = now.minus_days(vertical.duplicate_window_days);
    let claimed = contact_claims::table
        .filter(contact_claims::vertical_id.eq(vertical.id))
        .filter(contact_claims::claimed_at.gt(over))
        .select(contact_claims::hash);
    let found: Vec<Vec<u8>> = match conn {
        Conn::Postgres(inner) => claimed
            .filter(contact_claims::hash.eq_any(hashes))
            .load(inner)?,
        Conn::Sqlite(inner) => {
            let mut found = Vec::new();
            for hash in hashes {
                let one: Vec<Vec<u8>> = claimed
                    .filter(contact_claims::hash.eq(hash))
                    .load(&mut *inner)?;
                found.extend(one);
            }
            found
        }
    };
    Ok(found.into_iter().collect())
}

/// Claims hashes for leads of one vertical, each hash once; false when another transaction was faster, and then the
/// claims are for the caller to take back.
///
/// The hashes are claimed in their order, so that two leads with the same contact cannot wait for each other.
pub fn claim(
    conn: &mut Conn,
    vertical: &Vertical,
    mut claims: Vec<(Vec<u8>, LeadId)>,
    now: Ts,
) -> Result<bool> {
    if claims.is_empty() {
        return Ok(true);
    }
    claims.sort();
    let rows = claims.into_iter().map(|(hash, lead_id)| ClaimRow {
        vertical_id: vertical.id,
        hash,
        lead_id,
        claimed_at: now,
    });
    let rows: Vec<ClaimRow> = rows.collect();
    let over = now.minus_days(vertical.duplicate_window_days);
    macro_rules! claim {
        ($values:expr) => {
            diesel::query_dsl::methods::FilterDsl::filter(
                diesel::insert_into(contact_claims::table)
                    .values($values)
                    .on_conflict((contact_claims::vertical_id, contact_claims::hash))
                    .do_update()
                    .set((
                        contact_claims::lead_id.eq(excluded(contact_claims::lead_id)),
                        contact_claims::claimed_at.eq(excluded(contact_claims::claimed_at)),
                    )),
                contact_claims::claimed_at.le(over),
            )
        };
    }
    let claimed = match conn {
        Conn::Postgres(inner) => claim!(&rows).execute(inner)?,
        Conn::Sqlite(inner) => rows.iter().try_fold(0, |claimed, row| {
            Prepared(claim!(row).returning(contact_claims::lead_id))
                .has_changed::<_, LeadId>(inner)
                .map(|is_claimed| claimed + usize::from(is_claimed))
        })?,
    };
    Ok(claimed == rows.len())
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
    let is_claimed = diesel::select(diesel::dsl::exists(claimed));
    Ok(each!(conn, |inner| Prepared(is_claimed).get_result(inner))?)
}

/// Inserts what belongs to leads: their sealed contacts and wants, their consents and their checks.
pub fn insert_parts(conn: &mut Conn, vault: &Vault, new: &[NewLead<'_>]) -> Result<()> {
    let contacts = new.iter().map(|lead| {
        let plain = json(&lead.draft.contact)?;
        let record = vault.seal(&contact_place(lead.listing.id), plain.as_bytes())?;
        let wanted = super::wanted::seal(vault, lead.listing.id, &record, &lead.draft.wanted)?;
        Ok((
            lead_contacts::lead_id.eq(lead.listing.id),
            lead_contacts::master_key_id.eq(record.master_key_id),
            lead_contacts::wrapped_key.eq(record.wrapped_key),
            lead_contacts::sealed.eq(record.sealed),
            lead_contacts::wanted.eq(wanted),
        ))
    });
    let contacts: Vec<_> = contacts.collect::<Result<_>>()?;
    insert_rows!(conn, lead_contacts::table, &contacts)?;
    let mut texts: BTreeMap<Vec<u8>, &str> = BTreeMap::new();
    let consents = new.iter().map(|lead| {
        let consent = &lead.draft.consent;
        let hash = sha256(consent.text.as_bytes());
        texts.insert(hash.clone(), &consent.text);
        Ok((
            lead_consents::lead_id.eq(lead.listing.id),
            lead_consents::text.eq(""),
            lead_consents::text_hash.eq(hash),
            lead_consents::version.eq(&consent.version),
            lead_consents::given_at.eq(consent.given_at),
            lead_consents::page_url.eq(&consent.page_url),
            lead_consents::channels.eq(json(&consent.channels)?),
            lead_consents::recipients.eq(json(&consent.recipients)?),
            lead_consents::certificate_url.eq(&consent.certificate_url),
        ))
    });
    let consents: Vec<_> = consents.collect::<Result<_>>()?;
    for (hash, text) in texts {
        keep_text(conn, &hash, text)?;
    }
    insert_rows!(conn, lead_consents::table, &consents)?;
    let checks = new.iter().map(|lead| (lead.listing.id, lead.checks));
    super::checks::insert(conn, checks)
}

/// The spelling by which the contact's mailbox is hashed.
fn mailbox(contact: &Contact) -> Option<String> {
    contact.email.as_deref().map(email::mailbox)
}

/// Keeps the exact words of a consent once, however many people agreed to them.
fn keep_text(conn: &mut Conn, hash: &[u8], text: &str) -> Result<()> {
    let row = (consent_texts::hash.eq(hash), consent_texts::text.eq(text));
    let kept = diesel::insert_into(consent_texts::table)
        .values(row)
        .on_conflict_do_nothing()
        .returning(consent_texts::hash);
    each!(conn, |inner| Prepared(kept)
        .has_changed::<_, Vec<u8>>(inner))?;
    Ok(())
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
