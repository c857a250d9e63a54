//! Before every handler: who is calling, whether the table lets them, how often, and with which body.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, AUTHORIZATION, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{
    FromRequest, Handler, HttpMessage as _, HttpRequest, HttpResponse, Responder, Route, guard, web,
};

use super::TABLE;
use super::rules::UPLOADS;
use crate::access::{Caller, Credential, Rule};
use crate::accounts::{self, Tokens};
use crate::error::{Code, Error, Result};
use crate::web::{
    State, cookies, csrf, form_field, is_api, is_same_origin, origin_of, read_body, redirect,
};

/// One line of the table as a service.
pub fn resource<F, Args>(
    method: Method,
    path: &'static str,
    rule: Rule,
    handler: F,
) -> impl HttpServiceFactory + 'static
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let accepted = guard::Any(guard::Method(method.clone()));
    let accepted = if method == Method::GET {
        accepted.or(guard::Head())
    } else {
        accepted
    };
    web::resource(path)
        .guard(accepted)
        .wrap(from_fn(move |req, next| {
            admit(Line { path, rule }, req, next)
        }))
        .to(handler)
}

/// The service of every path that the table does not have; callers are known there too.
pub fn nowhere() -> Route {
    web::to(nothing_here).wrap(from_fn(recognise))
}

/// What the guard knows of a line.
#[derive(Clone, Copy)]
struct Line {
    path: &'static str,
    rule: Rule,
}

async fn admit(
    line: Line,
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let outcome = if has_nul(&req) {
        Err(Error::refused(Code::MalformedBody))
    } else if is_api(req.path()) {
        admit_api(line.rule, &mut req).await
    } else {
        admit_page(line, &mut req).await
    };
    match outcome {
        Ok(()) => next
            .call(req)
            .await
            .map(ServiceResponse::map_into_boxed_body),
        Err(error) if should_sign_in(&error, &req) => {
            let to = sign_in_address(&req);
            Ok(req.into_response(redirect(&to)))
        }
        // Not `Err`: the layers above need the request to render the refusal.
        Err(error) => Ok(req.error_response(error)),
    }
}

async fn recognise(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let outcome = if is_api(req.path()) {
        Ok(())
    } else {
        recognise_visitor(&req).await
    };
    match outcome {
        Ok(()) => next
            .call(req)
            .await
            .map(ServiceResponse::map_into_boxed_body),
        Err(error) => Ok(req.error_response(error)),
    }
}

async fn recognise_visitor(req: &ServiceRequest) -> Result<()> {
    let state = state(req)?;
    state
        .limits
        .page(req.request(), crate::web::client_ip(req.request()))?;
    settle(Rule::Public, session(&state, req).await?, req)
}

async fn session(state: &State, req: &ServiceRequest) -> Result<Option<Caller>> {
    match req.cookie(cookies::SESSION) {
        Some(cookie) => {
            accounts::authenticate_session(&state.ctx, &state.config, cookie.value()).await
        }
        None => Ok(None),
    }
}

/// PostgreSQL keeps no NUL in a text, and nobody needs one in an address.
fn has_nul(req: &ServiceRequest) -> bool {
    req.uri()
        .path_and_query()
        .is_some_and(|wanted| wanted.as_str().contains("%00"))
}

async fn admit_api(rule: Rule, req: &mut ServiceRequest) -> Result<()> {
    let state = state(req)?;
    let caller = match bearer(req) {
        Some(token) => {
            let tokens = req
                .app_data::<web::Data<Tokens>>()
                .cloned()
                .ok_or_else(|| Error::Internal(anyhow::anyhow!("no tokens")))?;
            accounts::authenticate_bearer(&state.ctx, &tokens, &token).await?
        }
        None => None,
    };
    let key = match caller.as_ref().map(|caller| &caller.credential) {
        Some(Credential::ApiKey { id, .. }) => Some(*id),
        _ => None,
    };
    if req.path().starts_with("/api/") {
        let address = crate::web::client_ip(req.request());
        state.limits.api(req.request(), key, address)?;
    }
    settle(rule, caller, req)?;
    if is_unsafe(req.method()) {
        let body = read_body(req.parts_mut().1).await?;
        req.extensions_mut().insert(body);
    }
    Ok(())
}

async fn admit_page(line: Line, req: &mut ServiceRequest) -> Result<()> {
    if req.path().starts_with("/static/") {
        return settle(line.rule, None, req);
    }
    let state = state(req)?;
    state
        .limits
        .page(req.request(), crate::web::client_ip(req.request()))?;
    if is_unsafe(req.method()) && !is_same_origin(req.headers()) {
        return Err(Error::refused(Code::CsrfFailed));
    }
    let caller = session(&state, req).await?;
    settle(line.rule, caller, req)?;
    // The token of an upload stands in its body, and is checked where that is read.
    if is_unsafe(req.method()) && !(UPLOADS.contains(&line.path) && is_multipart(req)) {
        check_form(req).await?;
    }
    Ok(())
}

fn is_multipart(req: &ServiceRequest) -> bool {
    req.content_type()
        .eq_ignore_ascii_case("multipart/form-data")
}

/// Reads a form and checks its token.
async fn check_form(req: &mut ServiceRequest) -> Result<()> {
    let body = read_body(req.parts_mut().1).await?;
    let header = req
        .headers()
        .get(csrf::HEADER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let token = header.or_else(|| form_field(&body.0, csrf::FIELD));
    csrf::check(req.request(), token.as_deref())?;
    if url::form_urlencoded::parse(&body.0).any(|(_, value)| value.contains('\0')) {
        return Err(Error::refused(Code::MalformedBody));
    }
    req.extensions_mut().insert(body);
    Ok(())
}

/// Asks the rule, then lets handlers know the caller.
fn settle(rule: Rule, caller: Option<Caller>, req: &ServiceRequest) -> Result<()> {
    let outcome = rule.check(caller.as_ref());
    if let Some(mut caller) = caller {
        caller.origin = Some(origin_of(req.request()));
        req.extensions_mut().insert(caller);
    }
    outcome
}

fn state(req: &ServiceRequest) -> Result<web::Data<State>> {
    req.app_data::<web::Data<State>>()
        .cloned()
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("the server was built without its state")))
}

fn bearer(req: &ServiceRequest) -> Option<String> {
    let value = req.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn should_sign_in(error: &Error, req: &ServiceRequest) -> bool {
    !is_api(req.path()) && error.has_code(Code::Unauthenticated)
}

/// The sign-in page, and from there back to where the visitor wanted to go.
fn sign_in_address(req: &ServiceRequest) -> String {
    if is_unsafe(req.method()) {
        return "/signin".to_owned();
    }
    let wanted = req
        .uri()
        .path_and_query()
        .map_or("/", |wanted| wanted.as_str());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", wanted)
        .finish();
    format!("/signin?{query}")
}

/// Paths and methods that the table does not have: 404, or 405 with what is allowed.
async fn nothing_here(req: HttpRequest) -> HttpResponse {
    let allowed: Vec<&str> = TABLE
        .iter()
        .filter(|route| actix_web::dev::ResourceDef::new(route.path).is_match(req.path()))
        .map(|route| route.method)
        .collect();
    if allowed.is_empty() {
        return HttpResponse::from_error(Error::refused(Code::NotFound));
    }
    let mut response = HttpResponse::from_error(Error::refused(Code::MethodNotAllowed));
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
