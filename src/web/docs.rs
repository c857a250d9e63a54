//! The API's documentation: Swagger UI from the binary, on a page of ours so that the CSP holds.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING};
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use super::{Page, html};
use crate::error::{Code, Error, Reason, Result};

/// The files of Swagger UI that the page loads; its own index page has inline parts.
const FILES: [&str; 2] = ["swagger-ui.css", "swagger-ui-bundle.js"];

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    page: Page,
}

/// The OpenAPI document, browsable.
pub async fn page(page: Page) -> Result<HttpResponse> {
    html(&DocsPage { page })
}

#[derive(Template)]
#[template(path = "errors.html")]
struct ErrorsPage {
    page: Page,
}

/// The codes that errors carry; the `type` of each points here.
pub async fn errors(page: Page) -> Result<HttpResponse> {
    html(&ErrorsPage { page })
}

/// A file of Swagger UI.
pub async fn asset(name: Path<String>) -> Result<HttpResponse> {
    if !FILES.contains(&name.as_str()) {
        return Err(Error::refused(Code::NotFound));
    }
    let file = utoipa_swagger_ui::serve(&name, Arc::new(utoipa_swagger_ui::Config::default()))
        .map_err(|error| Error::Internal(anyhow::anyhow!("{error}")))?
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(file.content_type.as_str())
        .insert_header((CACHE_CONTROL, "public, max-age=86400"));
    if file.gzpipped {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    Ok(match file.bytes {
        Cow::Borrowed(bytes) => response.body(bytes),
        Cow::Owned(bytes) => response.body(bytes),
    })
}
