//! The one Error as an answer: problem+json for the API, a page for people.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;
use i18n_embed_fl::fl;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::{Page, html_status};
use super::{is_api, trace};
use crate::error::{Code, Error, FieldErrorJson, Refusal, Result};
use crate::text;

/// An error of the API, RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Identifies the code; a relative address.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// One of a fixed list of codes.
    pub code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldErrorJson>,
}

impl Problem {
    pub fn new(refusal: &Refusal, request_id: String) -> Self {
        Self {
            kind: format!("/docs/errors#{}", refusal.code.as_str()),
            title: refusal.code.title(text::english()),
            status: refusal.code.status(),
            code: refusal.code.as_str().to_owned(),
            detail: refusal.detail.clone(),
            request_id,
            errors: refusal
                .fields
                .iter()
                .map(crate::error::FieldError::json)
                .collect(),
        }
    }

    fn response(&self) -> HttpResponse {
        builder(self.status)
            .insert_header((CONTENT_TYPE, "application/problem+json"))
            .body(serde_json::to_string(self).unwrap_or_default())
    }
}

fn builder(status: u16) -> HttpResponseBuilder {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.refusal().code.status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        Problem::new(&self.refusal(), String::new()).response()
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    title: String,
    detail: String,
    fields: Vec<FieldErrorJson>,
    request_id: String,
}

/// The answer for a refusal: JSON or a page, as the path has it.
pub fn error_response(req: &HttpRequest, refusal: &Refusal) -> HttpResponse {
    let request_id = trace::request_id(req).as_str().to_owned();
    let problem = Problem::new(refusal, request_id);
    if is_api(req.path()) {
        return problem.response();
    }
    let status = problem.status;
    as_page(req, problem).unwrap_or_else(|error| {
        tracing::error!(%error, "the error page cannot be shown");
        builder(status).finish()
    })
}

fn as_page(req: &HttpRequest, problem: Problem) -> Result<HttpResponse> {
    html_status(
        problem.status,
        &ErrorPage {
            page: Page::of(req)?,
            status: problem.status,
            title: problem.title,
            detail: problem.detail,
            fields: problem.errors,
            request_id: problem.request_id,
        },
    )
}

/// What an error in an answer means: ours as it is, one of the framework by its status.
pub(super) fn refusal_in(error: &actix_web::Error, status: StatusCode) -> Refusal {
    if let Some(ours) = error.as_error::<Error>() {
        if matches!(ours, Error::Database(_) | Error::Internal(_))
            && ours.refusal().code == Code::InternalError
        {
            tracing::error!(error = %ours, "a request failed");
        }
        return ours.refusal();
    }
    let code = match status.as_u16() {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        400..=499 => Code::MalformedBody,
        _ => Code::InternalError,
    };
    Error::refused(code).refusal()
}

/// Headers of a refusal that must survive its rendering.
pub(super) const KEPT_HEADERS: [actix_web::http::header::HeaderName; 2] = [ALLOW, RETRY_AFTER];
