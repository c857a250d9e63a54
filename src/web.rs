//! What every page and API handler stands on: context, forms, bodies, pages, errors, idempotency, limits.

pub mod assets;
mod body;
mod context;
pub mod cookies;
pub mod csrf;
pub mod docs;
mod errors;
mod etag;
pub mod export;
pub mod form;
pub mod format;
pub mod idempotency;
pub mod limits;
pub mod metrics;
pub mod nav;
pub mod openapi;
mod origin;
mod page;
pub mod paging;
mod respond;
pub mod trace;
mod upload;

pub use body::{Body, RawBody, read_body};
pub use context::{Ctx, State};
pub use errors::{Problem, error_response};
pub use etag::{etag, if_match, seen_version};
pub use form::{Form, field as form_field};
pub use idempotency::{Idempotency, idempotent, idempotent_in_two};
pub use origin::{client_ip, is_same_origin, origin_of};
pub use page::{Page, html, html_status, redirect, redirect_with, safe_path};
pub use paging::{Cursor, PageQuery, Paged};
pub use respond::finish;
pub use upload::{Upload, UploadedFile};

/// The authenticated caller; an extractor, also as `Option<Caller>`.
pub use crate::access::Caller;

/// Bytes that a JSON body or a form may have.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// Bytes that an upload may have.
pub const UPLOAD_LIMIT: usize = 64 * 1024 * 1024;

/// Whether answers of this path are JSON; everything else is a page.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || matches!(path, "/healthz" | "/readyz" | "/metrics")
}
