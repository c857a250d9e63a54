//! What banks call accounts and each other: IBANs by their countries' formats and check digits, BICs by their form.

use iban::{Iban, IbanLike as _};

/// What an IBAN looks like, from its registry.
pub const IBAN_EXAMPLE: &str = "LV80 BANK 0000 4351 9500 1";

/// Upper case, without the spaces and hyphens that people put in.
fn bare(typed: &str) -> String {
    typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .flat_map(char::to_uppercase)
        .collect()
}

/// An IBAN without spaces; `None` when its country, length, form or check digits are wrong.
pub fn iban(typed: &str) -> Option<String> {
    let iban: Iban = bare(typed).parse().ok()?;
    Some(iban.electronic_str().to_owned())
}

/// A BIC of 8 or 11 characters: four of the bank, two letters of the country, two of the place, three of
/// the branch if any.
pub fn bic(typed: &str) -> Option<String> {
    let bare = bare(typed);
    let is_form = matches!(bare.len(), 8 | 11)
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && bare[..6].bytes().all(|byte| byte.is_ascii_uppercase());
    let is_good =
        is_form && (&bare[4..6] == "XK" || rust_iso3166::from_alpha2(&bare[4..6]).is_some());
    is_good.then_some(bare)
}
