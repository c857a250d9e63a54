//! `ETag` and `If-Match`: an edit names the version that its writer saw.

use actix_web::HttpRequest;
use actix_web::http::header::IF_MATCH;

use crate::error::{Code, Error, Result};

/// A version as its `ETag`.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version that `If-Match` names; without it nothing is edited.
pub fn if_match(req: &HttpRequest) -> Result<i64> {
    seen_version(req)?.ok_or_else(unread)
}

/// The version that `If-Match` names, if it is there.
pub fn seen_version(req: &HttpRequest) -> Result<Option<i64>> {
    req.headers()
        .get(IF_MATCH)
        .map(|value| {
            let text = value.to_str().unwrap_or_default();
            text.trim().trim_matches('"').parse().map_err(|_| unread())
        })
        .transpose()
}

fn unread() -> Error {
    Error::refused_because(
        Code::VersionMismatch,
        "send If-Match with the ETag that was read",
    )
}
