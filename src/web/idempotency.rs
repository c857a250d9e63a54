//! Idempotency keys: the answer is stored in the transaction of the effect, and repeated for a day.
//!
//! A key is claimed by the first statement of the transaction. A second request with the same key waits for
//! the first one's commit (on PostgreSQL by the row's lock, on SQLite by the one writer) and then repeats its answer.

mod store;

use std::future::{Ready, ready};

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
pub async fn idempotent<F>(ctx: &Ctx, idem: &Idempotency, work: F) -> Result<HttpResponse>
where
    F: FnMut(&mut Conn) -> Result<(u16, Value)> + Send + 'static,
{
    idempotent_as(ctx, Lasts::Disk, idem, work).await
}

/// The same, answered as soon as its commit lasts as long as is asked for.
pub async fn idempotent_as<F>(
    ctx: &Ctx,
    lasts: Lasts,
    idem: &Idempotency,
    mut work: F,
) -> Result<HttpResponse>
where
    F: FnMut(&mut Conn) -> Result<(u16, Value)> + Send + 'static,
{
    let (idem, now) = (idem.clone(), ctx.now());
    let (stored, is_replay) = ctx
        .write_as(lasts, move |conn| {
            if let Some(stored) = claim(conn, &idem, now)? {
                return Ok((stored, true));
            }
            let (status, body) = work(conn)?;
            let stored = Stored {
                status,
                body: body.to_string(),
            };
            fulfil(conn, &idem, &stored)?;
            Ok((stored, false))
        })
        .await?;
    Ok(answer(stored, is_replay))
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
    match find(
        conn,
        idem.account,
        &idem.endpoint,
        &idem.key,
        &idem.body_hash,
    )? {
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
        let found = find(
            conn,
            idem.account,
            &idem.endpoint,
            &idem.key,
            &idem.body_hash,
        );
        match found {
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
