//! Metrics in Prometheus' text format, for this machine or the holder of the operator's token.

use std::sync::OnceLock;

use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret as _;

use super::context::state;
use crate::error::{Code, Error, Result};
use crate::vault::sha256;

/// One recorder a process: that is how the metrics facade works.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts recording; further calls change nothing.
pub fn start() {
    RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("metrics are recorded elsewhere");
        }
        handle
    });
}

/// Moves histogram samples out of memory; run it now and then.
pub fn upkeep() {
    if let Some(handle) = RECORDER.get() {
        handle.run_upkeep();
    }
}

/// `GET /metrics`.
pub async fn show(req: HttpRequest) -> Result<HttpResponse> {
    if !may_read(&req)? {
        return Err(Error::refused(Code::NotFound));
    }
    let text = RECORDER
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default();
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(text))
}

fn may_read(req: &HttpRequest) -> Result<bool> {
    if let Some(token) = &state(req)?.config.metrics_token {
        let wanted = format!("Bearer {}", token.expose_secret());
        let given = req.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
        // Hashes are compared, so that the time taken says nothing about the token.
        if given.is_some_and(|given| sha256(given) == sha256(wanted.as_bytes())) {
            return Ok(true);
        }
    }
    // Behind a proxy on this machine everybody seems to be local.
    let is_forwarded =
        req.headers().contains_key("x-forwarded-for") || req.headers().contains_key("forwarded");
    let is_local = req
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    Ok(is_local && !is_forwarded)
}
