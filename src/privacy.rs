//! What the person behind a lead may ask for: to see what is held, to withdraw its consent, to be erased;
//! and how long personal data is kept when nobody asks.

pub mod api;
mod erase;
mod index;
pub mod jobs;
pub mod keys;
pub mod pages;
mod retention;
mod revoke;
mod store;
mod subject;

use crate::db::types::text_enum;

pub use erase::{erase, erased, scrub};
pub use index::{
    IndexKeyState, advance as change_index_key, begin as begin_index_key,
    ensure as ensure_index_key, load as load_index_keys,
};
pub use retention::purge;
pub use revoke::{Revocation, Task, confirm, of_purchase, revoke, revoked_at, waiting};
pub use subject::{SUBJECT_JOB, sweep};

text_enum! {
    /// Why personal data was erased.
    pub enum Cause {
        /// The person asked for it.
        Person = "person",
        /// The vertical's days were over.
        Retention = "retention",
    }
}

text_enum! {
    /// How a consent was withdrawn.
    pub enum Via {
        /// By the signed link of the lead.
        Link = "link",
        /// On the page for people whose data is held.
        Page = "page",
    }
}
