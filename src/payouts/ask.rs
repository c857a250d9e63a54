//! Asking for a payout, and calling it off.

use serde_json::json;

use super::{MAX_REASON, Origin, Payout, PayoutState, bank, record, settings, store};
use crate::access::{AccountKind, Actor, Caller};
use crate::accounts;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, PayoutId, UserId};
use crate::ledger::{self, Kind, Payable};
use crate::money::{Currency, Money, MoneyError};
use crate::standing;

/// What a seller may have paid out in one currency.
#[derive(Debug, Clone, Copy)]
pub struct Available {
    pub payable: Payable,
    /// What of it may go out now: less claims, and less what the seller's standing makes wait.
    free: Money,
    /// Days that a share waits after it became final.
    pub delay_days: i32,
    /// The least that is paid out at once.
    pub minimum: Money,
    /// Asked for, approved or sent.
    pub on_its_way: Money,
}

impl Available {
    pub fn free(&self) -> Money {
        self.free
    }

    /// What is final, but waits by the seller's standing.
    pub fn waiting(&self) -> Money {
        let free = self.payable.free();
        Money::new(free.minor - self.free.minor, free.currency)
    }

    pub fn is_enough(&self) -> bool {
        self.free().minor >= self.minimum.minor
    }
}

/// What a seller may have paid out, a line for each currency in which it ever had final money.
pub fn available(conn: &mut Conn, seller: AccountId, now: Ts) -> Result<Vec<Available>> {
    let delay_days = standing::step_of(conn, seller, AccountKind::Seller)?.delay_days;
    let mut currencies: Vec<Currency> = ledger::balances(conn, seller)?
        .into_iter()
        .filter(|balance| matches!(balance.kind, Kind::SellerPayable | Kind::SellerReceivable))
        .map(|balance| balance.amount.currency)
        .collect();
    currencies.dedup();
    let open = store::open_sums(conn, seller)?;
    currencies
        .into_iter()
        .map(|currency| {
            let minor = open.iter().find(|sum| sum.0 == currency);
            let payable = ledger::payable(conn, seller, currency)?;
            Ok(Available {
                free: ripe(conn, seller, payable, delay_days, now)?,
                payable,
                delay_days,
                minimum: settings::minimum(conn, seller, currency)?,
                on_its_way: Money::new(minor.map_or(0, |sum| sum.1), currency),
            })
        })
        .collect()
}

/// What of a payable may go out: less claims, and only what has been final for so many days.
fn ripe(
    conn: &mut Conn,
    seller: AccountId,
    payable: Payable,
    delay_days: i32,
    now: Ts,
) -> Result<Money> {
    let free = payable.free();
    if delay_days == 0 {
        return Ok(free);
    }
    let then = now.minus_days(delay_days);
    let ripe = ledger::payable_since(conn, seller, free.currency, then)?;
    Ok(Money::new(free.minor.min(ripe.minor), free.currency))
}

/// A payout to be asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    pub seller: AccountId,
    pub currency: Currency,
    /// All that is free when missing.
    pub amount: Option<Money>,
    pub origin: Origin,
    pub by: Option<UserId>,
    pub actor: Actor,
}

impl Ask {
    /// Reads what was typed for `seller`; an empty amount asks for all.
    pub fn parse(caller: &Caller, seller: AccountId, currency: &str, amount: &str) -> Result<Self> {
        let currency: Currency = currency.parse().map_err(|_| {
            Error::invalid_field("currency", Reason::CurrencyUnknown, "EUR, RUB, ..")
        })?;
        let amount = match amount.trim() {
            "" => None,
            typed => Some(read_amount(typed, currency)?),
        };
        Ok(Self {
            seller,
            currency,
            amount,
            origin: match caller.account_kind {
                AccountKind::Operator => Origin::Operator,
                AccountKind::Seller | AccountKind::Buyer => Origin::Seller,
            },
            by: Some(caller.user_id),
            actor: caller.actor(),
        })
    }
}

fn read_amount(typed: &str, currency: Currency) -> Result<Money, FieldError> {
    let most = Money::new(ledger::MAX_MINOR, currency);
    let too_large = || FieldError::new("amount", Reason::TooLarge, format!("{most} or less"));
    let money = Money::parse(typed, currency).map_err(|error| match error {
        MoneyError::Range => too_large(),
        _ => FieldError::new("amount", Reason::AmountInvalid, "a decimal such as 500.00"),
    })?;
    if money.minor > most.minor {
        return Err(too_large());
    }
    Ok(money)
}

/// Takes what is asked for out of the seller's payable, claims first, and puts it up for approval.
pub fn ask(conn: &mut Conn, ask: &Ask, now: Ts) -> Result<Payout> {
    let is_trading = accounts::kind_of(conn, ask.seller)? == Some((AccountKind::Seller, true));
    if !is_trading {
        return Err(Error::refused(Code::AccountNotApproved));
    }
    if bank::current(conn, ask.seller, now)?.is_none() {
        return Err(Error::refused(Code::BankDetailsMissing));
    }
    let payable = ledger::lock_payable(conn, ask.seller, ask.currency)?;
    let delay_days = standing::step_of(conn, ask.seller, AccountKind::Seller)?.delay_days;
    let free = ripe(conn, ask.seller, payable, delay_days, now)?;
    let minimum = settings::minimum(conn, ask.seller, ask.currency)?;
    let amount = ask.amount.unwrap_or(free);
    if amount.minor < minimum.minor {
        let accepted = if free.minor < minimum.minor {
            format!("{minimum} or more, and {free} can be paid out now")
        } else {
            format!("{minimum} to {free}")
        };
        return Err(Error::invalid_field("amount", Reason::TooSmall, accepted));
    }
    if amount.minor > free.minor {
        let accepted = format!("{free} or less");
        return Err(Error::invalid_field("amount", Reason::TooLarge, accepted));
    }
    let payout = Payout {
        id: PayoutId::new(now),
        seller_id: ask.seller,
        amount,
        state: PayoutState::Requested,
        origin: ask.origin,
        asked_by: ask.by,
        asked_at: now,
        approved_by: None,
        approved_at: None,
        batch_id: None,
        sent_at: None,
        ended_at: None,
        reason: None,
        hint: None,
    };
    store::insert(conn, &payout)?;
    ledger::ask_payout(conn, payout.id, ask.seller, amount, now)?;
    let detail = json!({ "origin": payout.origin });
    record(conn, ask.actor, &payout, "payout.requested", &detail, now)?;
    Ok(payout)
}

/// Calls a payout off while nobody has approved it; the money is payable again.
pub fn cancel(conn: &mut Conn, caller: &Caller, id: PayoutId, now: Ts) -> Result<Payout> {
    let payout = super::payout(conn, caller.account_id, id)?;
    give_back(conn, &payout, PayoutState::Cancelled, None, now)?;
    record(
        conn,
        caller.actor(),
        &payout,
        "payout.cancelled",
        &json!({}),
        now,
    )?;
    super::payout(conn, caller.account_id, id)
}

/// Ends an open payout in a state in which its money is the seller's again.
pub(super) fn give_back(
    conn: &mut Conn,
    payout: &Payout,
    to: PayoutState,
    reason: Option<&str>,
    now: Ts,
) -> Result<()> {
    if !payout.state.may_become(to) || !store::end(conn, payout, to, reason, now)? {
        return Err(super::conflict(payout));
    }
    ledger::fail_payout(conn, payout.id, now)
}

/// A reason as a person wrote it, trimmed.
pub(super) fn read_reason(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    if reason.is_empty() {
        let accepted = "a sentence for the seller";
        return Err(Error::invalid_field("reason", Reason::Required, accepted));
    }
    if reason.chars().count() > MAX_REASON {
        let accepted = format!("at most {MAX_REASON} characters");
        return Err(Error::invalid_field("reason", Reason::TooLong, accepted));
    }
    Ok(reason)
}
