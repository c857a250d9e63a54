//! What was done to a server: when a test stops, each change must be on record in the audit log.

use std::sync::{Arc, Mutex};

use actix_web::dev::ResourceDef;
use diesel::prelude::*;
use galena::db::schema::audit_log;
use galena::routes::TABLE;
use galena::web::is_api;

use super::TestApp;
use super::call::Answer;

/// Lines of the table that take a body, and change nothing.
pub const CHANGES_NOTHING: &[(&str, &str)] = &[
    ("/api/v1/leads/check", "says what checks would say"),
    (
        "/api/v1/purchase_requests/preview",
        "counts what a request would buy",
    ),
    (
        "/api/v1/purchase_requests/backtest",
        "counts what a request would have bought",
    ),
    (
        "/api/v1/contracts/{id}/versions/{number}",
        "says that terms never change",
    ),
    (
        "/buyer/requests/preview",
        "counts what a request would buy, for the editor",
    ),
];

/// Forms that answer with a page when they did what was asked.
const ANSWERS_WITH_A_PAGE: &[&str] = &[
    "/outcomes/{token}",
    "/privacy/withdraw/{token}",
    "/confirm/{token}",
    "/seller/leads/{id}/contact",
    "/operator/leads/{id}/contact",
    "/operator/audits/{id}/contact",
    "/buyer/disputes/bulk",
    "/operator/payouts/batches/{id}/report",
];

/// A change that the server said it made.
#[derive(Debug, Clone)]
struct Done {
    /// As the table of routes has it: method and path.
    route: (&'static str, &'static str),
    request_id: String,
}

/// The changes made through one server.
#[derive(Debug, Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<Done>>>);

impl Journal {
    /// Keeps a call that succeeded in changing something.
    pub fn note(&self, method: &str, path: &str, answer: &Answer) {
        let found = TABLE
            .iter()
            .filter(|route| route.method == method && route.method != "GET")
            .find(|route| ResourceDef::new(route.path).is_match(path));
        let Some(route) = found else { return };
        let is_done = match answer.status {
            200 => is_api(route.path) || ANSWERS_WITH_A_PAGE.contains(&route.path),
            201..300 => true,
            303 => !answer.location().starts_with("/signin"),
            _ => false,
        };
        if !is_done || answer.header("idempotent-replayed") == "true" {
            return;
        }
        self.0.lock().unwrap().push(Done {
            route: (route.method, route.path),
            request_id: answer.header("x-request-id").to_owned(),
        });
    }

    /// The lines of the table by which something was changed.
    pub fn routes(&self) -> Vec<(&'static str, &'static str)> {
        let done = self.0.lock().unwrap();
        done.iter().map(|done| done.route).collect()
    }
}

/// Each change has an entry that names its request.
pub async fn assert_on_record(app: &TestApp) {
    let done = app.journal.0.lock().unwrap().clone();
    let unrecorded: Vec<Done> = app
        .read(move |conn| {
            let mut unrecorded = Vec::new();
            for done in done {
                let entries: i64 = audit_log::table
                    .filter(audit_log::request_id.eq(&done.request_id))
                    .count()
                    .get_result(conn)?;
                if entries == 0 {
                    unrecorded.push(done);
                }
            }
            Ok(unrecorded)
        })
        .await;
    let missing: Vec<_> = unrecorded
        .iter()
        .map(|done| done.route)
        .filter(|(_, path)| CHANGES_NOTHING.iter().all(|(known, _)| known != path))
        .collect();
    assert!(missing.is_empty(), "not in the audit log: {missing:?}");
}
