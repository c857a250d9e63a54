//! People who ask what is held of them, and what that is.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{
    accounts, leads, purchases, refused_hashes, refused_leads, subject_requests, verticals,
};
use crate::error::Result;
use crate::id::{LeadId, RefusedLeadId, SubjectRequestId};
use crate::leads::LeadState;
use crate::privacy::subject::AskedBy;
use crate::vault::Sealed;

/// Tries to type a code.
pub const MAX_TRIES: i32 = 5;

/// A request as it is written.
pub struct NewRequest {
    pub id: SubjectRequestId,
    pub asked_by: AskedBy,
    /// Keyed, of the e-mail address or the phone number.
    pub hash: Vec<u8>,
    pub expires_at: Ts,
}

pub fn insert(conn: &mut Conn, request: &NewRequest, sealed: &Sealed, now: Ts) -> Result<()> {
    diesel::insert_into(subject_requests::table)
        .values((
            subject_requests::id.eq(request.id),
            subject_requests::asked_by.eq(request.asked_by),
            subject_requests::hash.eq(&request.hash),
            subject_requests::tries.eq(0),
            subject_requests::asked_at.eq(now),
            subject_requests::expires_at.eq(request.expires_at),
            subject_requests::master_key_id.eq(&sealed.master_key_id),
            subject_requests::wrapped_key.eq(&sealed.wrapped_key),
            subject_requests::sealed.eq(&sealed.sealed),
        ))
        .execute(conn)?;
    Ok(())
}

/// How often a contact was asked about since a time.
pub fn asked_since(conn: &mut Conn, hashes: &[Vec<u8>], since: Ts) -> Result<i64> {
    Ok(subject_requests::table
        .filter(subject_requests::hash.eq_any(hashes.to_vec()))
        .filter(subject_requests::asked_at.gt(since))
        .count()
        .get_result(conn)?)
}

/// How many requests by phone since a time were given a code.
pub fn texts_since(conn: &mut Conn, since: Ts) -> Result<i64> {
    Ok(subject_requests::table
        .filter(subject_requests::asked_by.eq(AskedBy::Phone))
        .filter(subject_requests::asked_at.gt(since))
        .filter(
            subject_requests::code_hash
                .is_not_null()
                .or(subject_requests::confirmed_at.is_not_null()),
        )
        .count()
        .get_result(conn)?)
}

/// A request with what was typed, or after its code was sent the address that it went to.
#[derive(Queryable, Selectable)]
#[diesel(table_name = subject_requests)]
pub struct Request {
    pub id: SubjectRequestId,
    pub asked_by: AskedBy,
    master_key_id: String,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

impl Request {
    pub fn into_sealed(self) -> Sealed {
        Sealed {
            master_key_id: self.master_key_id,
            wrapped_key: self.wrapped_key,
            sealed: self.sealed,
        }
    }
}

/// A request that can still be confirmed.
pub fn waiting(conn: &mut Conn, id: SubjectRequestId, now: Ts) -> Result<Option<Request>> {
    Ok(subject_requests::table
        .find(id)
        .filter(subject_requests::confirmed_at.is_null())
        .filter(subject_requests::expires_at.gt(now))
        .select(Request::as_select())
        .first(conn)
        .optional()?)
}

/// Sets the code that is sent, and the sealed address that it goes to, to which it gives access.
pub fn set_code(
    conn: &mut Conn,
    id: SubjectRequestId,
    address: &Sealed,
    code_hash: &[u8],
) -> Result<()> {
    diesel::update(subject_requests::table.find(id))
        .filter(subject_requests::confirmed_at.is_null())
        .set((
            subject_requests::master_key_id.eq(&address.master_key_id),
            subject_requests::wrapped_key.eq(&address.wrapped_key),
            subject_requests::sealed.eq(&address.sealed),
            subject_requests::code_hash.eq(code_hash),
        ))
        .execute(conn)?;
    Ok(())
}

/// Counts a try; false when none is left, or the time is over.
pub fn count_try(conn: &mut Conn, id: SubjectRequestId, now: Ts) -> Result<bool> {
    let counted = diesel::update(subject_requests::table.find(id))
        .filter(subject_requests::confirmed_at.is_null())
        .filter(subject_requests::expires_at.gt(now))
        .filter(subject_requests::tries.lt(MAX_TRIES))
        .set(subject_requests::tries.eq(subject_requests::tries + 1))
        .execute(conn)?;
    Ok(counted == 1)
}

/// Confirms a request whose code is right, once; from then on the token opens it until `until`.
pub fn confirm(
    conn: &mut Conn,
    id: SubjectRequestId,
    code_hash: &[u8],
    token_hash: &[u8],
    (now, until): (Ts, Ts),
) -> Result<bool> {
    let confirmed = diesel::update(subject_requests::table.find(id))
        .filter(subject_requests::code_hash.eq(code_hash))
        .filter(subject_requests::confirmed_at.is_null())
        .set((
            subject_requests::confirmed_at.eq(now),
            subject_requests::token_hash.eq(token_hash),
            subject_requests::code_hash.eq(None::<Vec<u8>>),
            subject_requests::expires_at.eq(until),
        ))
        .execute(conn)?;
    Ok(confirmed == 1)
}

/// A confirmed request by its token.
pub fn by_token(conn: &mut Conn, token_hash: &[u8], now: Ts) -> Result<Option<Request>> {
    Ok(subject_requests::table
        .filter(subject_requests::token_hash.eq(token_hash))
        .filter(subject_requests::expires_at.gt(now))
        .select(Request::as_select())
        .first(conn)
        .optional()?)
}

/// Forgets what nobody can use any more.
pub fn sweep(conn: &mut Conn, before: Ts) -> Result<usize> {
    Ok(diesel::delete(
        subject_requests::table
            .filter(subject_requests::expires_at.lt(before))
            .filter(subject_requests::asked_at.lt(before)),
    )
    .execute(conn)?)
}

/// Forgets a request, and everything that was asked about a contact.
pub fn forget(conn: &mut Conn, id: SubjectRequestId, hashes: &[Vec<u8>]) -> Result<()> {
    diesel::delete(
        subject_requests::table.filter(
            subject_requests::id
                .eq(id)
                .or(subject_requests::hash.eq_any(hashes.to_vec())),
        ),
    )
    .execute(conn)?;
    Ok(())
}

/// A lead as the person behind it is told of it.
#[derive(Debug, Clone, Queryable)]
pub struct HeldRow {
    pub id: LeadId,
    pub vertical: String,
    pub seller: String,
    pub state: LeadState,
    pub received_at: Ts,
    pub attributes: String,
    pub origin: String,
}

/// Leads by their ids, oldest first, without those that were erased.
pub fn leads_held(conn: &mut Conn, ids: &[LeadId]) -> Result<Vec<HeldRow>> {
    Ok(leads::table
        .inner_join(verticals::table)
        .inner_join(accounts::table.on(accounts::id.eq(leads::seller_id)))
        .filter(leads::id.eq_any(ids.to_vec()))
        .filter(leads::state.ne(LeadState::Erased))
        .order((leads::received_at, leads::id))
        .select((
            leads::id,
            verticals::name,
            accounts::name,
            leads::state,
            leads::received_at,
            leads::attributes,
            leads::origin,
        ))
        .load(conn)?)
}

/// Who received a lead, and when.
pub fn recipients(conn: &mut Conn, id: LeadId) -> Result<Vec<(String, Ts)>> {
    Ok(purchases::table
        .inner_join(accounts::table.on(accounts::id.eq(purchases::buyer_id)))
        .filter(purchases::lead_id.eq(id))
        .order((purchases::purchased_at, purchases::id))
        .select((accounts::name, purchases::purchased_at))
        .load(conn)?)
}

/// Refused documents with a contact: what they are, whose, and since when.
pub fn refused_held(
    conn: &mut Conn,
    hashes: &[Vec<u8>],
) -> Result<Vec<(RefusedLeadId, String, Ts)>> {
    Ok(refused_leads::table
        .inner_join(accounts::table.on(accounts::id.eq(refused_leads::seller_id)))
        .filter(
            refused_leads::id.eq_any(
                refused_hashes::table
                    .filter(refused_hashes::hash.eq_any(hashes.to_vec()))
                    .select(refused_hashes::refused_id),
            ),
        )
        .order((refused_leads::received_at, refused_leads::id))
        .select((
            refused_leads::id,
            accounts::name,
            refused_leads::received_at,
        ))
        .load(conn)?)
}
