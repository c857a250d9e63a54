//! Signed links in letters: they name a conversion, its version and who may answer, so that any step
//! on the conversion spends them.

use super::{Conversion, ConversionState};
use crate::clock::Ts;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ConversionId};
use crate::vault::Vault;

/// Who may answer what, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub conversion: ConversionId,
    pub version: i32,
    pub account: AccountId,
    pub until: Ts,
}

/// The text that the link signs.
pub(super) fn text(conversion: &Conversion, account: AccountId, until: Ts) -> String {
    format!(
        "{}.{}.{account}.{}",
        conversion.id,
        conversion.version,
        until.micros()
    )
}

impl Link {
    /// Reads a link of this server; anything else is not found.
    pub fn read(vault: &Vault, token: &str) -> Result<Self> {
        let parsed = vault.read_link(token).and_then(|text| {
            let mut parts = text.split('.');
            let link = Self {
                conversion: parts.next()?.parse().ok()?,
                version: parts.next()?.parse().ok()?,
                account: parts.next()?.parse().ok()?,
                until: Ts::from_micros(parts.next()?.parse().ok()?),
            };
            parts.next().is_none().then_some(link)
        });
        parsed.ok_or_else(|| Error::refused(Code::NotFound))
    }

    /// Whether the link still answers the conversion.
    pub fn is_good_for(&self, conversion: &Conversion, now: Ts) -> bool {
        conversion.state == ConversionState::Proposed
            && conversion.version == self.version
            && now <= self.until
    }
}
