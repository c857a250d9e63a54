//! The first seller's money: bank details, a payout that was paid, and one that waits for approval.

use super::{Maker, Parties};
use crate::access::Caller;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::PayoutId;
use crate::money::{Currency, Money};
use crate::payouts::batch::{self, Debtor, Method, Wanted};
use crate::payouts::{self, Ask, Outcome, bank};

/// The account that the demo pays from.
pub const DEBTOR: (&str, &str, &str) = ("Galena Exchange", "LV97HABA0012345678910", "HABALV22");
const SELLER_IBAN: &str = "LV80BANK0000435195001";

/// Half of what is payable was paid; the other half is asked for.
pub fn make(maker: &Maker<'_>, parties: &Parties) -> Result<()> {
    let Some(seller) = parties.sellers.first().cloned() else {
        return Ok(());
    };
    let (vault, now) = (maker.vault.clone(), maker.now);
    let (operator, finance) = (parties.operator.clone(), parties.finance.clone());
    maker.db.write_blocking(move |conn| {
        let details = bank::parse(&seller.account_name, SELLER_IBAN, "")?;
        bank::set(conn, &vault, &seller, &details, now)?;
        let free = payouts::available(conn, seller.account_id, now)?;
        let euro = free
            .iter()
            .find(|line| line.minimum.currency == Currency::EUR);
        let Some(half) = euro.map(|line| line.free().minor / 2) else {
            return Ok(());
        };
        if euro.is_none_or(|line| half < line.minimum.minor) {
            return Ok(());
        }
        let paid = ask(conn, &seller, half, now)?;
        payouts::approve(conn, &operator, paid, now)?;
        let wanted = Wanted {
            currency: Currency::EUR,
            method: Method::Sepa,
        };
        let made = batch::make(conn, &vault, &finance, wanted, Some(&debtor()), now)?;
        batch::mark_sent(conn, &finance, made.id, now)?;
        payouts::end(conn, finance.actor(), paid, &Outcome::Paid, now)?;
        ask(conn, &seller, half, now)?;
        Ok::<(), Error>(())
    })
}

fn ask(conn: &mut Conn, seller: &Caller, minor: i64, now: crate::clock::Ts) -> Result<PayoutId> {
    let amount = Money::new(minor, Currency::EUR).amount();
    let wanted = Ask::parse(seller, seller.account_id, "EUR", &amount)?;
    Ok(payouts::ask(conn, &wanted, now)?.id)
}

fn debtor() -> Debtor {
    let (name, iban, bic) = DEBTOR;
    Debtor {
        name: name.to_owned(),
        iban: iban.to_owned(),
        bic: Some(bic.to_owned()),
    }
}
