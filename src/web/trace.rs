//! A request id for every request, and spans that hold no query, body or personal data.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{HttpMessage as _, HttpRequest};
use tracing::Span;
use tracing_actix_web::RootSpanBuilder;

use crate::access::RequestId;

/// The header by which callers name a request and learn its name.
pub const HEADER: &str = "x-request-id";

/// The id of this request, as answers and logs show it.
pub fn request_id(req: &HttpRequest) -> RequestId {
    let known = req.extensions().get::<RequestId>().copied();
    known.unwrap_or_else(RequestId::fresh)
}

/// Opens the span of a request.
pub struct Spans;

impl RootSpanBuilder for Spans {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request
            .headers()
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .and_then(RequestId::parse)
            .unwrap_or_else(RequestId::fresh);
        request.extensions_mut().insert(id);
        tracing::info_span!(
            "request",
            id = id.as_str(),
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
