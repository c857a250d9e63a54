//! Whether a contract is bought under: suspended while its buyer owes, and the base fee of each period.

use super::{
    Agreement, BaseFee, Contract, ContractState, Terms, conflict, fees, in_force, record, save,
    step, store, tell_both, version,
};
use crate::access::Actor;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::ContractId;
use crate::notices::NoticeKind;

/// Stops buying under a contract whose buyer owes money; says so to both. Nothing happens to one
/// that is not active.
pub fn suspend(conn: &mut Conn, id: ContractId, now: Ts) -> Result<()> {
    let contract = store::lock(conn, id)?;
    if contract.state != ContractState::Active {
        return Ok(());
    }
    let next = contract.to(ContractState::Suspended)?;
    let before = contract;
    let contract = save(conn, &before, next, now)?;
    record(
        conn,
        Actor::System,
        &contract,
        "contract.suspended",
        step(&before, &contract)?,
        now,
    )?;
    tell_both(conn, NoticeKind::ContractSuspended, &contract, now)
}

/// Goes on with a contract whose buyer has paid what it owed. Base fees of periods that began while
/// it was suspended are not charged.
pub fn resume(conn: &mut Conn, id: ContractId, now: Ts) -> Result<()> {
    let contract = store::lock(conn, id)?;
    if contract.state != ContractState::Suspended {
        return Ok(());
    }
    let mut next = contract.to(ContractState::Active)?;
    if let (Some(first), Some(terms)) = (contract.fees_from, in_force(conn, &contract)?)
        && let Some(fee) = terms.base_fee
        && contract.next_fee_at.is_some_and(|due| due < now)
    {
        next.fee_periods = fees::next_period(first, fee.period, now);
        next.next_fee_at = Some(fees::period_start(first, fee.period, next.fee_periods));
    }
    let before = contract;
    let contract = save(conn, &before, next, now)?;
    record(
        conn,
        Actor::System,
        &contract,
        "contract.resumed",
        step(&before, &contract)?,
        now,
    )?;
    tell_both(conn, NoticeKind::ContractResumed, &contract, now)
}

/// Takes the next period of an active contract's base fee as charged; `None` when none is due.
/// Answers the period's start and the fee.
pub fn next_fee(
    conn: &mut Conn,
    id: ContractId,
    now: Ts,
) -> Result<Option<(Agreement, Ts, BaseFee)>> {
    let contract = store::lock(conn, id)?;
    let due = contract.next_fee_at.filter(|due| *due <= now);
    let (Some(start), Some(first), ContractState::Active) =
        (due, contract.fees_from, contract.state)
    else {
        return Ok(None);
    };
    let version = version(conn, &contract, contract.in_force.unwrap_or(1))?;
    let Some(fee) = version.terms.base_fee else {
        return Ok(None);
    };
    let periods = contract.fee_periods + 1;
    let next = Contract {
        fee_periods: periods,
        next_fee_at: Some(fees::period_start(first, fee.period, periods)),
        ..contract.clone()
    };
    if !store::update(conn, &contract, &next)? {
        return Err(conflict(&contract));
    }
    let agreement = Agreement {
        contract: next,
        version,
    };
    Ok(Some((agreement, start, fee)))
}

/// Sets when the base fee of new terms is due: at once where there was none, else from the next period.
pub(super) fn start_fees(contract: &mut Contract, before: Option<&Terms>, terms: &Terms, now: Ts) {
    let before = before.and_then(|terms| terms.base_fee);
    match (before, terms.base_fee) {
        (_, None) => {
            contract.next_fee_at = None;
            contract.fees_from = None;
        }
        (Some(before), Some(fee)) if before.period == fee.period => {}
        (before, Some(_)) => {
            let due = contract.next_fee_at.filter(|_| before.is_some());
            let first = due.unwrap_or(now);
            contract.fees_from = Some(first);
            contract.fee_periods = 0;
            contract.next_fee_at = Some(first);
        }
    }
}
