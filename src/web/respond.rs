//! The last step of every answer: errors as their reader needs them, cookies, security headers.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest};

use super::errors::{KEPT_HEADERS, error_response, refusal_in};
use super::page::FlashTaken;
use super::{cookies, csrf, limits, trace};

const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
     frame-ancestors 'none'; form-action 'self'";

/// Middleware around everything.
pub async fn finish(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut res = next.call(req).await?.map_into_boxed_body();
    let refusal = res
        .response()
        .error()
        .map(|error| refusal_in(error, res.status()));
    if let Some(refusal) = refusal {
        let mut answer = error_response(res.request(), &refusal);
        for name in KEPT_HEADERS {
            if let Some(value) = res.headers().get(&name) {
                answer.headers_mut().insert(name, value.clone());
            }
        }
        res = res.into_response(answer);
    }
    let (req, mut answer) = res.into_parts();
    for cookie in due_cookies(&req) {
        answer.add_cookie(&cookie)?;
    }
    add_headers(&req, answer.headers_mut());
    Ok(ServiceResponse::new(req, answer))
}

fn due_cookies(req: &HttpRequest) -> Vec<Cookie<'static>> {
    let due = req.extensions();
    let mut cookies = Vec::new();
    if let Some(visitor) = due.get::<csrf::NewVisitor>() {
        cookies.push(cookies::make(cookies::VISITOR, visitor.0.clone()));
    }
    if due.contains::<FlashTaken>() {
        cookies.push(cookies::remove(cookies::FLASH));
    }
    cookies
}

fn add_headers(req: &HttpRequest, headers: &mut HeaderMap) {
    let mut add = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(CONTENT_SECURITY_POLICY, POLICY);
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(REFERRER_POLICY, "same-origin");
    // Static files say themselves how long they keep; all else depends on who asks.
    add(CACHE_CONTROL, "no-store");
    if let Ok(id) = HeaderValue::from_str(trace::request_id(req).as_str()) {
        headers.insert(HeaderName::from_static(trace::HEADER), id);
    }
    limits::add_headers(req, headers);
}
