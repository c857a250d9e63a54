//! The signed link of a lead: whoever has it may withdraw the consent, and do nothing else.

use crate::error::{Code, Error, Result};
use crate::id::LeadId;
use crate::vault::Vault;

const PURPOSE: &str = "revoke";

/// The path of the page that withdraws the consent behind a lead; it never ends.
pub fn path(vault: &Vault, id: LeadId) -> String {
    format!(
        "/privacy/withdraw/{}",
        vault.sign_link(&format!("{PURPOSE}.{id}"))
    )
}

/// The lead of a link of this server; anything else is not found.
pub fn read(vault: &Vault, token: &str) -> Result<LeadId> {
    vault
        .read_link(token)
        .and_then(|text| text.strip_prefix(PURPOSE)?.strip_prefix('.')?.parse().ok())
        .ok_or_else(|| Error::refused(Code::NotFound))
}
