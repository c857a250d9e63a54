//! CSRF tokens: bound to the session cookie, or before sign-in to a visitor's cookie.

use actix_web::{HttpMessage as _, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::context::state;
use super::cookies;
use crate::access::Caller;
use crate::error::{Code, Error, Result};
use crate::vault::random;

/// The field of every form.
pub const FIELD: &str = "csrf";
/// The header that scripts may send instead.
pub const HEADER: &str = "x-csrf-token";

/// A visitor's cookie that this answer sets.
#[derive(Clone)]
pub(super) struct NewVisitor(pub(super) String);

/// The cookie that this request's tokens are bound to.
fn bound_to(req: &HttpRequest) -> Option<String> {
    let name = if req.extensions().contains::<Caller>() {
        cookies::SESSION
    } else {
        cookies::VISITOR
    };
    req.cookie(name).map(|cookie| cookie.value().to_owned())
}

/// The token for the forms of this answer; a new visitor gets a cookie with it.
pub(super) fn token(req: &HttpRequest) -> Result<String> {
    let known = bound_to(req).or_else(|| {
        let made = req.extensions();
        made.get::<NewVisitor>().map(|visitor| visitor.0.clone())
    });
    let cookie = if let Some(cookie) = known {
        cookie
    } else {
        let fresh = URL_SAFE_NO_PAD.encode(random::<32>()?);
        req.extensions_mut().insert(NewVisitor(fresh.clone()));
        fresh
    };
    Ok(state(req)?.ctx.vault.csrf_token(&cookie))
}

/// Refuses a token that was not made for this session or visitor.
pub fn check(req: &HttpRequest, token: Option<&str>) -> Result<()> {
    let vault = &state(req)?.ctx.vault;
    let matches = bound_to(req)
        .zip(token)
        .is_some_and(|(cookie, token)| vault.csrf_matches(&cookie, token));
    if matches {
        Ok(())
    } else {
        Err(Error::refused(Code::CsrfFailed))
    }
}
