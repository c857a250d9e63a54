//! Idempotency keys: the answer is stored in the transaction of the effect, and repeated for a day.
//!
//! A key is claimed by the first statement of the transaction. A second request with the same key waits for
//! the first one's commit (on PostgreSQL by the row's lock, on SQLite by the one writer) and then repeats its answer.

mod store;

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use serde_json::Value;

use super::Ctx;
use super::body::raw;
use crate::access::Caller;
use crate::clock::{DAY, Ts};
use crate::db::{Conn, Lasts};
use crate::error::{Code, Error, Result};
use crate::id::AccountId;
use crate::vault::sha256;

/// The request header.
pub const HEADER: &str = "idempotency-key";
const MAX_KEY_CHARACTERS: usize = 255;

/// One use of a key, as an extractor; a POST without the header is refused.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// Method and path, with the ids in it.
    pub endpoint: String,
    pub key: String,
    pub body_hash: Vec<u8>,
    pub account: AccountId,
}

/// An answer that was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub status: u16,
    pub body: String,
}

impl Stored {
    fn of((status, body): (u16, Value)) -> Self {
        Self {
            status,
            body: body.to_string(),
        }
    }
}

impl FromRequest for Idempotency {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req))
    }
}

fn read(req: &HttpRequest) -> Result<Idempotency> {
    let key = req
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|key| !key.is_empty() && key.chars().count() <= MAX_KEY_CHARACTERS)
        .ok_or_else(|| {
            Error::refused_because(
                Code::IdempotencyKeyMissing,
                format!("a header Idempotency-Key of 1 to {MAX_KEY_CHARACTERS} characters"),
            )
        })?;
    let account = req
        .extensions()
        .get::<Caller>()
        .map(|caller| caller.account_id);
    Ok(Idempotency {
        endpoint: format!("{} {}", req.method(), req.path()),
        key: key.to_owned(),
        body_hash: sha256(&raw(req)?),
        account: account.ok_or_else(|| Error::refused(Code::Unauthenticated))?,
    })
}

impl Idempotency {
    /// The answer that the key got before.
    fn found(&self, conn: &mut Conn) -> Result<Option<Stored>> {
        find(
            conn,
            self.account,
            &self.endpoint,
            &self.key,
            &self.body_hash,
        )
    }

    /// The key of one item of a batch.
    pub fn item(&self, index: usize, body_hash: Vec<u8>) -> Self {
        Self {
            key: format!("{}/{index}", self.key),
            body_hash,
            ..self.clone()
        }
    }
}

/// Runs `work` once for its key: looks the key up, does the effect and stores its answer in one transaction.
pub async fn idempotent<F>(ctx: &Ctx, idem: &Idempotency, mut work: F) -> Result<HttpResponse>
where
    F: FnMut(&mut Conn) -> Result<(u16, Value)> + Send + 'static,
{
    let (idem, now) = (idem.clone(), ctx.now());
    let (stored, is_replay) = ctx
        .write(move |conn| {
            if let Some(stored) = claim(conn, &idem, now)? {
                return Ok((stored, true));
            }
            let stored = Stored::of(work(conn)?);
            fulfil(conn, &idem, &stored)?;
            Ok((stored, false))
        })
        .await?;
    Ok(answer(stored, is_replay))
}

/// Runs `work` once for its key, with what `look` has read before off the writer. The commit does not wait for the
/// disk, and nobody is woken, so that `work` may queue no jobs.
pub async fn idempotent_in_two<T, L, F>(
    ctx: &Ctx,
    idem: &Idempotency,
    look: L,
    mut work: F,
) -> Result<HttpResponse>
where
    T: Send + 'static,
    L: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    F: FnMut(&mut Conn, &T) -> Result<(u16, Value)> + Send + 'static,
{
    let (key, now) = (Arc::new(idem.clone()), ctx.now());
    let idem = Arc::clone(&key);
    let seen = ctx
        .db
        .snapshot(move |conn| match idem.found(conn)? {
            Some(stored) => Ok(Err(stored)),
            None => look(conn).map(Ok),
        })
        .await?;
    let seen = match seen {
        Ok(seen) => seen,
        Err(stored) => return Ok(answer(stored, true)),
    };
    let idem = Arc::clone(&key);
    let outcome = ctx
        .db
        .write_as(Lasts::System, move |conn| {
            let stored = Stored::of(work(conn, &seen)?);
            store(conn, &idem, &stored, now)?;
            Ok(stored)
        })
        .await;
    match outcome {
        Ok(stored) => Ok(answer(stored, false)),
        // The same request was faster.
        Err(Error::Refused(refusal)) if refusal.code == Code::IdempotencyInProgress => {
            let stored = ctx.db.read(move |conn| key.found(conn)).await?;
            let stored = stored.ok_or(Error::Refused(refusal))?;
            Ok(answer(stored, true))
        }
        Err(error) => Err(error),
    }
}

/// The answer to send; repeated ones say so.
pub fn answer(stored: Stored, is_replay: bool) -> HttpResponse {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    let kind = if stored.status < 400 {
        "application/json"
    } else {
        "application/problem+json"
    };
    response.insert_header((CONTENT_TYPE, kind));
    if is_replay {
        response.insert_header(("idempotent-replayed", "true"));
    }
    response.body(stored.body)
}

/// Takes the key for this transaction, or finds the answer that it got before.
pub fn claim(conn: &mut Conn, idem: &Idempotency, now: Ts) -> Result<Option<Stored>> {
    if store::insert(conn, idem, None, now)? {
        return Ok(None);
    }
    match idem.found(conn)? {
        Some(stored) => Ok(Some(stored)),
        None => Err(Error::refused(Code::IdempotencyInProgress)),
    }
}

/// Takes each of these keys for this transaction, or finds the answer that it got before, or why it cannot be used:
/// in the order of the keys.
pub fn claim_all(
    conn: &mut Conn,
    idems: &[Idempotency],
    now: Ts,
) -> Result<Vec<Result<Option<Stored>>>> {
    let fresh = store::insert_all(conn, idems, now)?;
    let known = idems.iter().map(|idem| {
        if fresh.contains(&idem.key) {
            return Ok(Ok(None));
        }
        match idem.found(conn) {
            Ok(Some(stored)) => Ok(Ok(Some(stored))),
            Ok(None) => Ok(Err(Error::refused(Code::IdempotencyInProgress))),
            Err(Error::Refused(refusal)) => Ok(Err(Error::Refused(refusal))),
            Err(error) => Err(error),
        }
    });
    known.collect()
}

/// Stores the answers of keys that this transaction has claimed.
pub fn fulfil_all(conn: &mut Conn, answers: &[(&Idempotency, Stored)], now: Ts) -> Result<()> {
    store::set_answers(conn, answers, now)
}

/// Stores the answer of a key that this transaction has claimed.
pub fn fulfil(conn: &mut Conn, idem: &Idempotency, stored: &Stored) -> Result<()> {
    store::set_answer(conn, idem, stored)
}

/// The answer that a key got before; another body under the same key is refused.
pub fn find(
    conn: &mut Conn,
    account: AccountId,
    endpoint: &str,
    key: &str,
    body_hash: &[u8],
) -> Result<Option<Stored>> {
    let Some((kept_hash, stored)) = store::find(conn, account, endpoint, key)? else {
        return Ok(None);
    };
    if kept_hash != body_hash {
        return Err(Error::refused(Code::IdempotencyKeyReused));
    }
    Ok(Some(stored))
}

/// Stores the answer of a key that was not claimed; refuses when another transaction was faster.
pub fn store(conn: &mut Conn, idem: &Idempotency, stored: &Stored, now: Ts) -> Result<()> {
    if store::insert(conn, idem, Some(stored), now)? {
        Ok(())
    } else {
        Err(Error::refused(Code::IdempotencyInProgress))
    }
}

/// Forgets keys that are older than a day.
pub fn sweep(conn: &mut Conn, now: Ts) -> Result<usize> {
    store::delete_before(conn, now.minus(DAY))
}
