//! Galena, an open-source lead exchange. The modules stand in the order of their use:
//! each may use only what stands before it.

pub mod clock;
pub mod error;
pub mod id;
pub mod money;
pub mod text;
pub mod vault;

pub mod access;
pub mod audit;
pub mod db;
pub mod jobs;

pub mod verticals;

pub mod leads;
