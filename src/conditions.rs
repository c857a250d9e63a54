//! Conditions on leads, as purchase requests filter by them and contracts qualify by them: one grammar,
//! compiled once, told in words, and edited as rows of a form.

mod compiled;
pub mod editor;
pub mod fields;
pub mod filter;
pub mod rows;
mod sentence;

pub use compiled::{Conditions, Leaf, MAX_BRANCHES};
pub use fields::{FilterField, FilterFields};
pub use filter::{Condition, Filter, Op};
pub use sentence::{FailedCondition, shown};
