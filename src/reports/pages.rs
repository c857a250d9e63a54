//! The public pages and the dashboards.

pub mod audit;
pub mod buyer;
pub mod operator;
pub mod public;
pub mod seller;
