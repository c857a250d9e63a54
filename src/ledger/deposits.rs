//! Deposits: a buyer announces money, the operator credits it when it has come, or refuses.

mod store;

use serde_json::json;

use super::account::Provider;
use super::funds::{self, Deposit};
use crate::access::Caller;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, DepositId, UserId};
use crate::money::{Currency, Money, MoneyError};

pub use store::{Waiting, counts, list, of_buyer};

/// The largest deposit, in minor units.
const MAX_DEPOSIT: i64 = 100_000_000_000;
const MAX_REFERENCE: usize = 140;

text_enum! {
    pub enum DepositState {
        Requested = "requested",
        /// The money came and is in the wallet.
        Approved = "approved",
        Refused = "refused",
    }
}

/// A deposit that a buyer announced.
#[derive(Debug, Clone)]
pub struct DepositRequest {
    pub id: DepositId,
    pub buyer_id: AccountId,
    pub amount: Money,
    /// What the buyer's transfer says, so that the operator finds it.
    pub reference: String,
    pub state: DepositState,
    pub requested_by: UserId,
    pub requested_at: Ts,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Ts>,
}

/// What a buyer typed, once it makes sense.
#[derive(Debug, Clone)]
pub struct NewDeposit {
    pub amount: Money,
    pub reference: String,
}

impl NewDeposit {
    pub fn parse(
        amount: &str,
        currency: &str,
        reference: &str,
    ) -> std::result::Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let reference = reference.trim();
        if reference.is_empty() {
            errors.push(FieldError::new(
                "reference",
                Reason::Required,
                "what your transfer says",
            ));
        } else if reference.chars().count() > MAX_REFERENCE {
            let accepted = format!("at most {MAX_REFERENCE} characters");
            errors.push(FieldError::new("reference", Reason::TooLong, accepted));
        }
        let parsed = parse_amount(amount, currency);
        match parsed {
            Ok(amount) if errors.is_empty() => Ok(Self {
                amount,
                reference: reference.to_owned(),
            }),
            Ok(_) => Err(errors),
            Err(error) => {
                errors.insert(0, error);
                Err(errors)
            }
        }
    }
}

fn parse_amount(amount: &str, currency: &str) -> std::result::Result<Money, FieldError> {
    let currency: Currency = currency
        .parse()
        .map_err(|_| FieldError::new("currency", Reason::CurrencyUnknown, "EUR, RUB, USD, .."))?;
    let most = Money::new(MAX_DEPOSIT, currency);
    let money = Money::parse(amount, currency).map_err(|error| match error {
        MoneyError::Range => FieldError::new("amount", Reason::TooLarge, most.to_string()),
        _ => FieldError::new("amount", Reason::AmountInvalid, "a decimal such as 500.00"),
    })?;
    if money.minor <= 0 {
        let least = Money::new(1, currency);
        return Err(FieldError::new(
            "amount",
            Reason::TooSmall,
            format!("{least} or more"),
        ));
    }
    if money.minor > MAX_DEPOSIT {
        return Err(FieldError::new(
            "amount",
            Reason::TooLarge,
            format!("{most} or less"),
        ));
    }
    Ok(money)
}

/// Announces a deposit; nothing is credited yet.
pub fn request(
    conn: &mut Conn,
    caller: &Caller,
    new: &NewDeposit,
    now: Ts,
) -> Result<DepositRequest> {
    let deposit = DepositRequest {
        id: DepositId::new(now),
        buyer_id: caller.account_id,
        amount: new.amount,
        reference: new.reference.clone(),
        state: DepositState::Requested,
        requested_by: caller.user_id,
        requested_at: now,
        decided_by: None,
        decided_at: None,
    };
    store::insert(conn, &deposit)?;
    record(conn, caller, &deposit, "deposit.requested", now)?;
    Ok(deposit)
}

/// Credits a deposit whose money has come; once decided it stays so.
pub fn approve(
    conn: &mut Conn,
    operator: &Caller,
    id: DepositId,
    now: Ts,
) -> Result<DepositRequest> {
    let deposit = decide(conn, operator, id, DepositState::Approved, now)?;
    funds::deposit(
        conn,
        &Deposit {
            deposit: id,
            buyer: deposit.buyer_id,
            amount: deposit.amount,
            fee: Money::new(0, deposit.amount.currency),
            provider: Provider::Bank,
            at: now,
        },
    )?;
    record(conn, operator, &deposit, "deposit.approved", now)?;
    Ok(deposit)
}

/// Refuses a deposit whose money did not come.
pub fn refuse(
    conn: &mut Conn,
    operator: &Caller,
    id: DepositId,
    now: Ts,
) -> Result<DepositRequest> {
    let deposit = decide(conn, operator, id, DepositState::Refused, now)?;
    record(conn, operator, &deposit, "deposit.refused", now)?;
    Ok(deposit)
}

fn decide(
    conn: &mut Conn,
    operator: &Caller,
    id: DepositId,
    state: DepositState,
    now: Ts,
) -> Result<DepositRequest> {
    match store::decide(conn, id, state, operator.user_id, now)? {
        Some(deposit) => Ok(deposit),
        None if store::exists(conn, id)? => Err(Error::refused(Code::StateConflict)),
        None => Err(Error::refused(Code::NotFound)),
    }
}

fn record(
    conn: &mut Conn,
    caller: &Caller,
    deposit: &DepositRequest,
    action: &str,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(deposit.buyer_id),
            action,
            subject: deposit.id.to_string(),
            detail: json!({ "amount": deposit.amount }),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_amounts_that_can_be_paid_are_taken() {
        let good = NewDeposit::parse("500.00", "EUR", " invoice 7 ").unwrap();
        assert_eq!(good.amount, Money::new(50_000, Currency::EUR));
        assert_eq!(good.reference, "invoice 7");
        for (amount, currency, reference, field) in [
            ("0", "EUR", "x", "amount"),
            ("-1", "EUR", "x", "amount"),
            ("1.001", "EUR", "x", "amount"),
            ("1000000000.01", "EUR", "x", "amount"),
            ("99999999999999999999999", "EUR", "x", "amount"),
            ("", "EUR", "x", "amount"),
            ("1", "XXX", "x", "currency"),
            ("1", "EUR", "  ", "reference"),
            ("1", "EUR", &"x".repeat(141), "reference"),
        ] {
            let errors = NewDeposit::parse(amount, currency, reference).unwrap_err();
            assert_eq!(errors[0].field, field, "{amount} {currency}");
        }
        assert_eq!(NewDeposit::parse("", "EUR", "").unwrap_err().len(), 2);
    }
}
