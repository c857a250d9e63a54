//! Making contracts, revising their terms, a seller's answer, and the end.

use super::standing::start_fees;
use super::{
    Agreement, Contract, ContractState, MAX_CONTRACTS, Terms, TermsJson, add_version, blank,
    conflict, in_force, insert, of_buyer, record, save, step, store, tell, version,
};
use crate::access::{AccountKind, Caller};
use crate::accounts;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, ContractId};
use crate::notices::NoticeKind;
use crate::verticals::{self, Vertical};

const MAX_NAME: usize = 120;

/// What a buyer asks for in a new contract.
#[derive(Debug, Clone)]
pub struct NewContract {
    pub name: String,
    pub seller: Option<AccountId>,
    pub terms: Terms,
}

impl NewContract {
    /// Checks name, seller and terms, and names every field that is wrong.
    pub fn parse(
        name: &str,
        seller: Option<&str>,
        terms: &TermsJson,
        vertical: &Vertical,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = name.trim().to_owned();
        if name.is_empty() {
            let accepted = "a name to know the contract by";
            errors.push(FieldError::new("name", Reason::Required, accepted));
        } else if name.chars().count() > MAX_NAME {
            let accepted = format!("up to {MAX_NAME} characters");
            errors.push(FieldError::new("name", Reason::TooLong, accepted));
        }
        let seller = seller.map(str::trim).filter(|seller| !seller.is_empty());
        let parsed: Option<AccountId> = seller.and_then(|seller| seller.parse().ok());
        if seller.is_some() && parsed.is_none() {
            errors.push(unknown_seller());
        }
        let terms = Terms::parse(terms, vertical).and_then(|terms| {
            check_rules(vertical, seller.is_some(), &terms).map_err(|error| vec![error])?;
            Ok(terms)
        });
        match terms {
            Ok(terms) if errors.is_empty() => Ok(Self {
                name,
                seller: parsed,
                terms,
            }),
            Ok(_) => Err(errors),
            Err(more) => {
                errors.extend(more);
                Err(errors)
            }
        }
    }
}

fn unknown_seller() -> FieldError {
    let accepted = "the account number of an approved seller, acc_.., from its account page";
    FieldError::new("seller", Reason::NotAllowed, accepted)
}

/// Only a seller that accepts other rules for disputes than the vertical's is bound by them.
fn check_rules(vertical: &Vertical, is_private: bool, terms: &Terms) -> Result<(), FieldError> {
    if is_private || terms.disputes == vertical.disputes {
        return Ok(());
    }
    let accepted = "left out: on the open market the vertical's rules hold";
    Err(FieldError::new("disputes", Reason::NotAllowed, accepted))
}

/// Makes a contract: with the open market it is active at once, a seller has to accept it first.
pub fn create(
    conn: &mut Conn,
    caller: &Caller,
    vertical: &Vertical,
    new: NewContract,
    now: Ts,
) -> Result<Agreement> {
    let made = store::list(conn, caller.account_id, MAX_CONTRACTS)?.len();
    if i64::try_from(made).unwrap_or(i64::MAX) >= MAX_CONTRACTS {
        let accepted = format!("up to {MAX_CONTRACTS} contracts");
        return Err(Error::invalid_field("name", Reason::TooMany, accepted));
    }
    if let Some(seller) = new.seller {
        let known = accounts::kind_of(conn, seller)?;
        if known != Some((AccountKind::Seller, true)) {
            return Err(vec![unknown_seller()].into());
        }
    }
    let mut contract = Contract {
        name: new.name,
        ..blank(
            caller.account_id,
            new.seller,
            vertical.id,
            new.terms.currency,
            now,
        )
    };
    if new.seller.is_some() {
        contract.offered = Some(1);
    } else {
        contract.in_force = Some(1);
        contract.state = ContractState::Active;
        start_fees(&mut contract, None, &new.terms, now);
    }
    let made = insert(conn, contract, new.terms, caller.actor(), now)?;
    if let Some(seller) = made.contract.seller_id {
        tell(
            conn,
            seller,
            NoticeKind::ContractOffered,
            &made.contract,
            now,
        )?;
    }
    Ok(made)
}

/// Adds a version of the terms, after the one that its writer saw. The open market takes it at once,
/// a seller has to accept it; until then the one before stays in force. What was bought keeps its own.
pub fn revise(
    conn: &mut Conn,
    caller: &Caller,
    id: ContractId,
    seen: i32,
    terms: Terms,
    now: Ts,
) -> Result<Agreement> {
    let contract = of_buyer(conn, caller.account_id, id)?;
    if contract.newest() != seen {
        return Err(Error::refused(Code::VersionMismatch));
    }
    if contract.state.is_over() || contract.is_standard {
        return Err(conflict(&contract));
    }
    if terms.currency != contract.currency {
        let accepted = format!("{}, as the contract was made", contract.currency);
        return Err(Error::invalid_field(
            "currency",
            Reason::CurrencyMismatch,
            accepted,
        ));
    }
    let vertical = verticals::by_id(conn, contract.vertical_id)?;
    check_rules(&vertical, contract.seller_id.is_some(), &terms).map_err(|error| vec![error])?;
    let number = seen + 1;
    let mut next = contract.clone();
    if contract.seller_id.is_some() {
        next.offered = Some(number);
    } else {
        let before = in_force(conn, &contract)?;
        next.in_force = Some(number);
        start_fees(&mut next, before.as_ref(), &terms, now);
    }
    let version = add_version(conn, &next, number, terms, caller.actor(), now)?;
    let contract = save(conn, &contract, next, now)?;
    if let Some(seller) = contract.seller_id {
        tell(conn, seller, NoticeKind::ContractOffered, &contract, now)?;
    }
    Ok(Agreement { contract, version })
}

/// A seller's answer to the version on offer.
pub fn answer(
    conn: &mut Conn,
    caller: &Caller,
    id: ContractId,
    accepts: bool,
    now: Ts,
) -> Result<Contract> {
    let contract = store::of_party(conn, caller.account_id, id)?
        .filter(|contract| contract.seller_id == Some(caller.account_id))
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    let offered = contract.offered.ok_or_else(|| conflict(&contract))?;
    if contract.state.is_over() {
        return Err(conflict(&contract));
    }
    let mut next = Contract {
        offered: None,
        ..contract.clone()
    };
    if accepts {
        let before = in_force(conn, &contract)?;
        let terms = version(conn, &contract, offered)?.terms;
        next.in_force = Some(offered);
        if contract.state == ContractState::Offered {
            next.state = ContractState::Active;
        }
        start_fees(&mut next, before.as_ref(), &terms, now);
    } else if contract.state == ContractState::Offered {
        next.state = ContractState::Declined;
    }
    let before = contract;
    let contract = save(conn, &before, next, now)?;
    let (action, kind) = if accepts {
        ("contract.accepted", NoticeKind::ContractAccepted)
    } else {
        ("contract.declined", NoticeKind::ContractDeclined)
    };
    let detail = step(&before, &contract)?;
    record(conn, caller.actor(), &contract, action, detail, now)?;
    tell(conn, contract.buyer_id, kind, &contract, now)?;
    Ok(contract)
}

/// Ends a contract: nothing more is bought under it, what was bought goes on by its terms.
pub fn close(conn: &mut Conn, caller: &Caller, id: ContractId, now: Ts) -> Result<Contract> {
    let contract = of_buyer(conn, caller.account_id, id)?;
    if contract.is_standard {
        return Err(conflict(&contract));
    }
    let next = Contract {
        offered: None,
        next_fee_at: None,
        ..contract.to(ContractState::Closed)?
    };
    let before = contract;
    let contract = save(conn, &before, next, now)?;
    record(
        conn,
        caller.actor(),
        &contract,
        "contract.closed",
        step(&before, &contract)?,
        now,
    )?;
    if let Some(seller) = contract.seller_id {
        tell(conn, seller, NoticeKind::ContractClosed, &contract, now)?;
    }
    Ok(contract)
}
