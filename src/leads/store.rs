//! The tables of leads.

pub(super) mod ageing;
pub(super) mod checks;
pub(super) mod confirm;
pub(super) mod imports;
pub(super) mod intake;
pub(super) mod list;
pub(super) mod refused;
pub(super) mod states;
pub(super) mod wanted;

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Channel, Consent, Contact, LeadState, Listing, MaskedContact};
use crate::clock::Ts;
use crate::db::schema::{consent_texts, lead_consents, lead_contacts, leads};
use crate::db::types::from_json;
use crate::db::{Conn, Prepared, each};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, LeadId, VerticalId};
use crate::money::{Currency, Money};
use crate::scoring::Stage;
use crate::vault::{Sealed, Vault};

#[derive(Queryable, Selectable)]
#[diesel(table_name = leads)]
struct ListingRow {
    id: LeadId,
    vertical_id: VerticalId,
    seller_id: AccountId,
    state: LeadState,
    attributes: String,
    origin: String,
    masked_name: String,
    masked_email: Option<String>,
    masked_phone: Option<String>,
    ask_minor: i64,
    currency: Currency,
    accepts: String,
    least: String,
    score: i32,
    stage: Stage,
    quality: i32,
    copies: i32,
    copies_sold: i32,
    consent_given_at: Ts,
    recipients: String,
    received_at: Ts,
    expires_at: Ts,
}

#[derive(serde::Deserialize)]
struct OriginChannel {
    channel: Option<Channel>,
}

impl ListingRow {
    fn listing(self) -> Result<Listing> {
        Ok(Listing {
            id: self.id,
            vertical_id: self.vertical_id,
            seller_id: self.seller_id,
            state: self.state,
            attributes: from_json(&self.attributes)?,
            channel: from_json::<OriginChannel>(&self.origin)?.channel,
            masked: MaskedContact {
                name: self.masked_name,
                email: self.masked_email,
                phone: self.masked_phone,
            },
            ask: Money::new(self.ask_minor, self.currency),
            accepts: from_json(&self.accepts)?,
            least: from_json(&self.least)?,
            score: self.score,
            stage: self.stage,
            quality: self.quality,
            copies: self.copies,
            copies_sold: self.copies_sold,
            consent_given_at: self.consent_given_at,
            recipients: from_json(&self.recipients)?,
            received_at: self.received_at,
            expires_at: self.expires_at,
        })
    }
}

/// A lead of any state, or a refusal with 404.
pub fn listing(conn: &mut Conn, id: LeadId) -> Result<Listing> {
    leads::table
        .find(id)
        .select(ListingRow::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::refused(Code::NotFound))?
        .listing()
}

/// The leads of a vertical that can be bought at `now`, newest first.
pub fn listed_in(
    conn: &mut Conn,
    vertical: VerticalId,
    now: Ts,
    limit: i64,
) -> Result<Vec<Listing>> {
    leads::table
        .filter(leads::vertical_id.eq(vertical))
        .filter(leads::state.eq(LeadState::Listed))
        .filter(leads::expires_at.gt(now))
        .filter(leads::copies_sold.lt(leads::copies))
        .order((leads::received_at.desc(), leads::id.desc()))
        .limit(limit)
        .select(ListingRow::as_select())
        .load(conn)?
        .into_iter()
        .map(ListingRow::listing)
        .collect()
}

/// Leads of a vertical that came to the market, the oldest first, from a place in time on and before
/// another, at their first asks.
pub fn history(
    conn: &mut Conn,
    vertical: VerticalId,
    (since, after): (Ts, Option<LeadId>),
    until: Ts,
    limit: i64,
) -> Result<Vec<Listing>> {
    let came = [
        LeadState::Listed,
        LeadState::SoldOut,
        LeadState::Expired,
        LeadState::Withdrawn,
    ];
    let mut query = leads::table
        .filter(leads::vertical_id.eq(vertical))
        .filter(leads::state.eq_any(came))
        .filter(leads::received_at.ge(since))
        .filter(leads::received_at.lt(until))
        .order((leads::received_at, leads::id))
        .limit(limit)
        .select((ListingRow::as_select(), leads::first_ask_minor))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(leads::received_at.gt(since).or(leads::id.gt(after)));
    }
    let rows: Vec<(ListingRow, Option<i64>)> = query.load(conn)?;
    rows.into_iter()
        .map(|(row, first_ask)| {
            let mut listing = row.listing()?;
            listing.ask.minor = first_ask.unwrap_or(listing.ask.minor);
            Ok(listing)
        })
        .collect()
}

/// A contact as it is kept.
#[derive(Queryable, Selectable)]
#[diesel(table_name = lead_contacts)]
pub struct SealedContact {
    lead_id: LeadId,
    master_key_id: String,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

impl SealedContact {
    /// Who the person is; nobody where that was erased. Every caller writes an audit entry in the same
    /// transaction, or shows it to nobody.
    pub fn open(self, vault: &Vault) -> Result<Contact> {
        let record = Sealed {
            master_key_id: self.master_key_id,
            wrapped_key: self.wrapped_key,
            sealed: self.sealed,
        };
        let Some(plain) = vault.unseal_kept(&contact_place(self.lead_id), &record)? else {
            return Ok(Contact::default());
        };
        serde_json::from_slice(&plain).map_err(|error| Error::Internal(error.into()))
    }
}

/// Who the person is; for callers, see [`SealedContact::open`].
pub fn open_contact(conn: &mut Conn, vault: &Vault, id: LeadId) -> Result<Contact> {
    lead_contacts::table
        .find(id)
        .select(SealedContact::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::refused(Code::NotFound))?
        .open(vault)
}

/// The place that a lead's contact is sealed for.
pub(super) fn contact_place(id: LeadId) -> String {
    format!("lead_contacts/{id}")
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = lead_consents)]
struct ConsentRow {
    /// Kept here by early versions only.
    text: String,
    text_hash: Option<Vec<u8>>,
    version: Option<String>,
    given_at: Ts,
    page_url: String,
    channels: String,
    recipients: String,
    certificate_url: Option<String>,
}

/// What the person agreed to.
pub fn consent(conn: &mut Conn, id: LeadId) -> Result<Consent> {
    let row: ConsentRow = lead_consents::table
        .find(id)
        .select(ConsentRow::as_select())
        .first(conn)?;
    let text = match row.text_hash {
        Some(hash) => consent_texts::table
            .find(hash)
            .select(consent_texts::text)
            .first(conn)?,
        None => row.text,
    };
    Ok(Consent {
        text,
        version: row.version,
        given_at: row.given_at,
        page_url: row.page_url,
        channels: from_json(&row.channels)?,
        recipients: from_json(&row.recipients)?,
        certificate_url: row.certificate_url,
    })
}

/// Takes one copy for a buyer; false when none is left, or the listing is over.
pub fn take_copy(conn: &mut Conn, id: LeadId, now: Ts) -> Result<bool> {
    let sold_out = case_when(
        leads::copies_sold.eq(leads::copies - 1),
        LeadState::SoldOut.into_sql::<Text>(),
    )
    .otherwise(leads::state);
    let take = diesel::update(leads::table.find(id))
        .filter(leads::state.eq(LeadState::Listed))
        .filter(leads::expires_at.gt(now))
        .filter(leads::copies_sold.lt(leads::copies))
        .set((
            leads::state.eq(sold_out),
            leads::copies_sold.eq(leads::copies_sold + 1),
        ))
        .returning(leads::id);
    Ok(each!(conn, |inner| Prepared(take).has_changed::<_, LeadId>(inner))?)
}

/// Takes the first copy for a buyer, so that no more than so many buyers get the lead; false when somebody has one,
/// or the listing is over.
pub(super) fn take_first(conn: &mut Conn, id: LeadId, buyers: i32, now: Ts) -> Result<bool> {
    let state = if buyers == 1 {
        LeadState::SoldOut
    } else {
        LeadState::Listed
    };
    let take = diesel::update(leads::table.find(id))
        .filter(leads::state.eq(LeadState::Listed))
        .filter(leads::expires_at.gt(now))
        .filter(leads::copies_sold.eq(0))
        .filter(leads::copies.ge(buyers))
        .set((
            leads::state.eq(state),
            leads::copies.eq(buyers),
            leads::copies_sold.eq(1),
        ))
        .returning(leads::id);
    Ok(each!(conn, |inner| Prepared(take).has_changed::<_, LeadId>(inner))?)
}

/// Takes the only copy of each of these leads; false when one of them is not for sale, and then the copies that were
/// taken are for the caller to give back.
pub fn take_only_copies(conn: &mut Conn, ids: &[LeadId], now: Ts) -> Result<bool> {
    if matches!(conn, Conn::Sqlite(_)) {
        for id in ids {
            if !take_copy(conn, *id, now)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let taken = diesel::update(leads::table)
        .filter(leads::id.eq_any(ids))
        .filter(leads::state.eq(LeadState::Listed))
        .filter(leads::expires_at.gt(now))
        .filter(leads::copies_sold.eq(leads::copies - 1))
        .set((
            leads::state.eq(LeadState::SoldOut),
            leads::copies_sold.eq(leads::copies),
        ))
        .execute(conn)?;
    Ok(taken == ids.len())
}

/// Gives one copy back that a buyer was refunded for; a lead that was sold out is listed again.
pub fn return_copy(conn: &mut Conn, id: LeadId, now: Ts) -> Result<bool> {
    let listed = case_when(
        leads::state.eq(LeadState::SoldOut),
        LeadState::Listed.into_sql::<Text>(),
    )
    .otherwise(leads::state);
    let returned = diesel::update(leads::table.find(id))
        .filter(leads::state.eq_any([LeadState::Listed, LeadState::SoldOut]))
        .filter(leads::expires_at.gt(now))
        .filter(leads::copies_sold.gt(0))
        .set((
            leads::state.eq(listed),
            leads::copies_sold.eq(leads::copies_sold - 1),
        ))
        .execute(conn)?;
    Ok(returned == 1)
}
