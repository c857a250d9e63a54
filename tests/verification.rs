//! Verification: the checks on a labelled set of contacts, and what their verdicts do to leads.

mod confirm;
mod dns;
mod labelled;
mod outside;
mod pages;
mod settings;
mod texts;

use serde_json::Value;

/// A check of a lead, as the API shows it.
fn check<'a>(lead: &'a Value, name: &str) -> &'a Value {
    let checks = lead["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap()
}
