//! What privacy keeps and destroys, over every table that may hold personal data.

pub(super) mod erase;
pub(super) mod index;
pub(super) mod keys;
pub(super) mod retention;
pub(super) mod revoke;
pub(super) mod subject;
