//! Verification: the checks on a labelled set of contacts, and what their verdicts do to leads.

mod labelled;
mod settings;
