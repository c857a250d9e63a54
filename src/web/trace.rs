//! A request id for every request, and spans that hold no query, body or personal data.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{HttpMessage as _, HttpRequest};
use tracing::Span;
use tracing_actix_web::RootSpanBuilder;

/// The header by which callers name a request and learn its name.
pub const HEADER: &str = "x-request-id";

#[derive(Clone)]
struct RequestId(String);

/// The id of this request, as answers and logs show it.
pub fn request_id(req: &HttpRequest) -> String {
    req.extensions()
        .get::<RequestId>()
        .map_or_else(String::new, |id| id.0.clone())
}

/// Opens the span of a request.
pub struct Spans;

impl RootSpanBuilder for Spans {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request
            .headers()
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|id| is_plain(id))
            .map_or_else(|| uuid::Uuid::now_v7().simple().to_string(), str::to_owned);
        request.extensions_mut().insert(RequestId(id.clone()));
        tracing::info_span!(
            "request",
            id,
            method = %request.method(),
            route = request.match_pattern().unwrap_or_default(),
            status = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(
        span: Span,
        outcome: &Result<ServiceResponse<B>, actix_web::Error>,
    ) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
        span.in_scope(|| tracing::info!("answered"));
        metrics::counter!("galena_http_requests_total", "status" => status.as_u16().to_string())
            .increment(1);
    }
}

/// Ids that carry nothing but an id.
fn is_plain(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
