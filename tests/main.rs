//! The integration tests: each boots the real server on a port of its own, with a database of its own.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

#[macro_use]
mod harness;

mod access;
mod accounts;
mod ageing;
mod architecture;
mod audit;
mod audits;
mod backtests;
mod batches;
mod browser;
mod commands;
mod contracts;
mod conversions;
mod delivery;
mod disputes;
mod events;
mod import;
mod jobs;
mod leads;
mod ledger;
mod ledger_laws;
mod market;
mod matching;
mod parity;
mod payouts;
mod pings;
mod privacy;
mod process;
mod reports;
mod requests;
mod scoring;
mod selling;
mod suppression;
mod tried;
mod verification;
mod web;
mod writer;
