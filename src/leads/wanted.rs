//! What people want, in words: shown before a lead is bought, and sealed with its contact, since a free text may name
//! somebody.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Listing;
use super::store::wanted as store;
use crate::db::Conn;
use crate::error::Result;
use crate::id::LeadId;
use crate::vault::Vault;

/// What a person wants; empty where the person was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub interest: String,
    pub timeline: Option<String>,
}

/// What the people of several leads want.
#[derive(Debug, Clone, Default)]
pub struct Wants(HashMap<LeadId, Wanted>);

impl Wants {
    /// What one of them wants; asked twice, nothing.
    pub fn take(&mut self, id: LeadId) -> Wanted {
        self.0.remove(&id).unwrap_or_default()
    }

    /// What one of them is interested in.
    pub fn interest(&self, id: LeadId) -> String {
        let wanted = self.0.get(&id);
        wanted.map_or_else(String::new, |wanted| wanted.interest.clone())
    }
}

impl FromIterator<(LeadId, Wanted)> for Wants {
    fn from_iter<I: IntoIterator<Item = (LeadId, Wanted)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

/// A lead as it is shown before it is bought.
#[derive(Debug, Clone)]
pub struct Shown {
    pub listing: Listing,
    pub wanted: Wanted,
}

/// Leads, in their order, with what their people want.
pub fn shown(conn: &mut Conn, vault: &Vault, listings: Vec<Listing>) -> Result<Vec<Shown>> {
    let ids: Vec<LeadId> = listings.iter().map(|listing| listing.id).collect();
    let mut wants = store::of(conn, vault, &ids)?;
    let shown = listings.into_iter().map(|listing| Shown {
        wanted: wants.take(listing.id),
        listing,
    });
    Ok(shown.collect())
}

/// What the person of a lead wants.
pub fn wanted(conn: &mut Conn, vault: &Vault, id: LeadId) -> Result<Wanted> {
    Ok(wants(conn, vault, &[id])?.take(id))
}

/// What the people of these leads want, in one statement.
pub fn wants(conn: &mut Conn, vault: &Vault, ids: &[LeadId]) -> Result<Wants> {
    store::of(conn, vault, ids)
}

/// Seals up to `limit` texts that an early version kept in clear; says how many it did.
pub fn seal_what_is_clear(conn: &mut Conn, vault: &Vault, limit: i64) -> Result<usize> {
    store::seal_what_is_clear(conn, vault, limit)
}
