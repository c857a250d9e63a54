//! Galena, an open-source lead exchange. The modules stand in the order of their use:
//! each may use only what stands before it.

// Values: no database, no web.
pub mod text;

pub mod error;

pub mod clock;

pub mod money;

pub mod id;

pub mod vault;

pub mod bank;

// The ground: the database, who may what, what happened, what is to be done, letters.
pub mod db;

pub mod access;

pub mod audit;

pub mod jobs;

pub mod mail;

pub mod outbound;

pub mod config;

pub mod sms;

pub mod web;

// The slices, each a concept of the exchange.
pub mod ledger;

pub mod accounts;

pub mod events;

pub mod notices;

pub mod verticals;

pub mod standing;

pub mod scoring;

pub mod verification;

pub mod suppression;

pub mod calls;

pub mod leads;

pub mod conditions;

pub mod icps;

pub mod contracts;

pub mod charges;

pub mod requests;

pub mod matching;

pub mod backtests;

pub mod purchases;

pub mod pings;

pub mod privacy;

pub mod conversions;

pub mod delivery;

pub mod disputes;

pub mod audits;

pub mod payouts;

pub mod reports;

// The whole.
pub mod demo;

pub mod routes;

pub mod app;

pub mod cli;
