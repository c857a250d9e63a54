//! Matching: which requests a listing fits and in which order, and why it did not fit the others.

pub mod api;
pub mod decisions;
pub mod distribution;
pub mod draws;
pub mod index;
mod market;
pub mod pages;
mod rank;
pub mod sharing;
mod snapshot;
mod store;
mod unsold;

pub use crate::requests::{Gate, GateFailure, GateJson, Offer, Rule};
pub use market::{Candidate, Market, Plan};
pub use rank::{Fit, rank_for, rank_listings};
pub use unsold::{RequestReasons, RequestReasonsJson, explain_for_seller};
