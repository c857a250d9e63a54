//! What matching keeps: decisions, and the seeds of lots.

pub mod decisions;
pub mod draws;
