//! What every page shows, and how pages are answered.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::context::state;
use super::{cookies, csrf};
use crate::access::Caller;
use crate::clock::Ts;
use crate::error::{Error, Result};
use crate::text::{self, Lang};

/// The data that `base.html` needs, as an extractor.
pub struct Page {
    pub l: &'static Lang,
    pub caller: Option<Caller>,
    /// Goes into the hidden field `csrf` of every form.
    pub csrf: String,
    pub path: String,
    /// The query string without its question mark.
    pub query: String,
    /// A message that the previous request left, shown once.
    pub flash: Option<String>,
    pub now: Ts,
}

/// The message of the previous request was taken; its cookie goes.
pub(super) struct FlashTaken;

impl Page {
    pub fn of(req: &HttpRequest) -> Result<Self> {
        let flash = flash(req);
        if flash.is_some() {
            req.extensions_mut().insert(FlashTaken);
        }
        let caller = req.extensions().get::<Caller>().cloned();
        Ok(Self {
            l: text::english(),
            caller,
            csrf: csrf::token(req)?,
            path: req.path().to_owned(),
            query: req.query_string().to_owned(),
            flash,
            now: state(req)?.ctx.now(),
        })
    }
}

fn flash(req: &HttpRequest) -> Option<String> {
    let cookie = req.cookie(cookies::FLASH)?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(cookie.value()).ok()?).ok()
}

impl FromRequest for Page {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req))
    }
}

/// A page with status 200.
pub fn html(template: &impl Template) -> Result<HttpResponse> {
    html_status(200, template)
}

/// A page with another status, such as 422 for a form to be mended.
pub fn html_status(status: u16, template: &impl Template) -> Result<HttpResponse> {
    let text = template
        .render()
        .map_err(|error| Error::Internal(anyhow::anyhow!("a template failed: {error}")))?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(text))
}

/// 303: the answer to a form that was taken.
pub fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .finish()
}

/// 303 with a message that the next page shows once.
pub fn redirect_with(to: &str, message: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .cookie(cookies::make_for(
            cookies::FLASH,
            URL_SAFE_NO_PAD.encode(message),
            60,
        ))
        .finish()
}

/// A path on this site, or `otherwise`; for addresses that came with the request.
pub fn safe_path<'a>(path: &'a str, otherwise: &'a str) -> &'a str {
    let is_local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\n', '\r', '\t'])
        && path.is_ascii();
    if is_local { path } else { otherwise }
}

#[cfg(test)]
mod tests {
    use super::safe_path;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        assert_eq!(
            safe_path("/seller/leads?state=sold", "/"),
            "/seller/leads?state=sold"
        );
        for foreign in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "",
        ] {
            assert_eq!(safe_path(foreign, "/"), "/", "{foreign}");
        }
    }
}
