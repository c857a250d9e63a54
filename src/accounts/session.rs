//! Sign-in by password, browser sessions, and who the caller of a request is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::store::{self, Identity, KeyRef};
use super::{AccountState, Passwords, Tokens, UserState, keys};
use crate::access::{Actor, Caller, Credential, Origin, Scope};
use crate::audit;
use crate::clock::{MINUTE, Ts};
use crate::config::Config;
use crate::db::{Conn, Lasts};
use crate::error::{Code, Error, Result};
use crate::id::{ApiKeyId, UserId};
use crate::vault::{random, sha256};
use crate::web::Ctx;

/// How often the last use of a session or a key is written down.
const SEEN_EVERY: i64 = MINUTE;

/// Checks e-mail and password and opens a session; answers its cookie's value.
pub async fn sign_in(
    ctx: &Ctx,
    passwords: &Passwords,
    config: &Config,
    email: &str,
    password: String,
    origin: Origin,
) -> Result<(String, Caller)> {
    let email = email.trim().to_lowercase();
    let known = ctx
        .db
        .read(move |conn| store::credentials(conn, &email))
        .await?;
    let (user, hash) = known.unzip();
    let is_right = passwords.verify(password, hash).await?;
    let user = match user {
        Some(user) if is_right && user.state == UserState::Active => user,
        // Noted for unknown e-mails too: both take as long, and guessing shows.
        known => {
            record_failure(ctx, known, origin).await?;
            return Err(Error::refused(Code::SignInFailed));
        }
    };
    let now = ctx.now();
    let token = URL_SAFE_NO_PAD.encode(random::<32>()?);
    let (hash, expires_at) = (sha256(token.as_bytes()), now.plus(config.session_max));
    let account = ctx
        .write(move |conn| {
            store::insert_session(conn, &hash, user.id, now, expires_at)?;
            audit::record(conn, &entry(&user, "user.signed_in", origin, now))?;
            let account = store::account(conn, user.account_id)?;
            Ok(Identity {
                user: user.clone(),
                account,
            })
        })
        .await?;
    Ok((token, caller(account, Credential::Session)))
}

async fn record_failure(ctx: &Ctx, user: Option<store::User>, origin: Origin) -> Result<()> {
    let now = ctx.now();
    let action = "user.sign_in_failed";
    ctx.write(move |conn| {
        let noted = match &user {
            // Nobody has proved to be this user.
            Some(user) => audit::Entry {
                actor: Actor::Visitor(Some(origin)),
                ..entry(user, action, origin, now)
            },
            None => audit::Entry {
                at: now,
                actor: Actor::Visitor(Some(origin)),
                account_id: None,
                action,
                subject: "unknown".to_owned(),
                detail: json!({}),
            },
        };
        audit::record(conn, &noted)
    })
    .await
}

fn entry<'a>(user: &store::User, action: &'a str, origin: Origin, now: Ts) -> audit::Entry<'a> {
    audit::Entry {
        at: now,
        actor: Actor::User(user.id, Some(origin)),
        account_id: Some(user.account_id),
        action,
        subject: user.id.to_string(),
        detail: json!({}),
    }
}

/// Ends the session of a cookie.
pub async fn sign_out(ctx: &Ctx, cookie: &str, caller: &Caller) -> Result<()> {
    let (hash, now, caller) = (sha256(cookie.as_bytes()), ctx.now(), caller.clone());
    ctx.write(move |conn| {
        store::delete_session(conn, &hash)?;
        audit::record(
            conn,
            &audit::Entry {
                at: now,
                actor: caller.actor(),
                account_id: Some(caller.account_id),
                action: "user.signed_out",
                subject: caller.user_id.to_string(),
                detail: json!({}),
            },
        )
    })
    .await
}

/// The caller of a session cookie; `None` when it is unknown, unused for too long or too old.
pub async fn authenticate_session(
    ctx: &Ctx,
    config: &Config,
    cookie: &str,
) -> Result<Option<Caller>> {
    let (hash, now) = (sha256(cookie.as_bytes()), ctx.now());
    let found = {
        let hash = hash.clone();
        ctx.db.read(move |conn| store::session(conn, &hash)).await?
    };
    let Some((session, identity)) = found else {
        return Ok(None);
    };
    if session.expires_at <= now || session.last_seen_at.plus(config.session_idle) <= now {
        ctx.db
            .write(move |conn| store::delete_session(conn, &hash))
            .await?;
        return Ok(None);
    }
    if session.last_seen_at.plus(SEEN_EVERY) <= now {
        ctx.db
            .write_as(Lasts::System, move |conn| {
                store::touch_session(conn, &hash, now)
            })
            .await?;
    }
    Ok(Some(caller(identity, Credential::Session)))
}

/// The caller of an API key or of an access token got for one; `None` when it is not valid.
pub async fn authenticate_bearer(
    ctx: &Ctx,
    tokens: &Tokens,
    bearer: &str,
) -> Result<Option<Caller>> {
    let now = ctx.now();
    let (found, limit) = if bearer.starts_with(keys::PREFIX) {
        let hash = sha256(bearer.as_bytes());
        let found = ctx
            .db
            .read(move |conn| store::live_key(conn, KeyRef::Hash(&hash)))
            .await?;
        (found, None)
    } else if let Some((id, scopes)) = tokens.verify(bearer, now) {
        let found = ctx
            .db
            .read(move |conn| store::live_key(conn, KeyRef::Id(id)))
            .await?;
        (found, Some(scopes))
    } else {
        return Ok(None);
    };
    let Some((key, identity)) = found else {
        return Ok(None);
    };
    note_use(ctx, key.id, key.last_used_at, now).await?;
    let scopes = match limit {
        Some(limit) => both(&key.scopes, &limit),
        None => key.scopes,
    };
    Ok(Some(caller(
        identity,
        Credential::ApiKey { id: key.id, scopes },
    )))
}

async fn note_use(ctx: &Ctx, id: ApiKeyId, last: Option<Ts>, now: Ts) -> Result<()> {
    if last.is_some_and(|last| last.plus(SEEN_EVERY) > now) {
        return Ok(());
    }
    ctx.db
        .write_as(Lasts::System, move |conn| store::touch_key(conn, id, now))
        .await
}

fn both(left: &[Scope], right: &[Scope]) -> Vec<Scope> {
    left.iter()
        .filter(|scope| right.contains(scope))
        .copied()
        .collect()
}

fn caller(Identity { user, account }: Identity, credential: Credential) -> Caller {
    Caller {
        account_id: account.id,
        account_kind: account.kind,
        account_name: account.name,
        approved: account.state == AccountState::Approved,
        user_id: user.id,
        user_name: user.name,
        role: user.role,
        credential,
        origin: None,
    }
}

/// Ends the sessions of a user, all but the one of the cookie.
pub(super) fn end_others(
    conn: &mut Conn,
    user: UserId,
    kept_cookie: Option<&str>,
) -> Result<usize> {
    let kept = kept_cookie.map_or_else(Vec::new, |cookie| sha256(cookie.as_bytes()));
    store::delete_sessions(conn, user, &kept)
}

/// Removes sessions that nobody can use any more.
pub fn sweep_sessions(conn: &mut Conn, config: &Config, now: Ts) -> Result<usize> {
    store::delete_stale_sessions(conn, now, now.minus(config.session_idle))
}
