//! Charges in the database.

use diesel::prelude::*;

use super::{Charge, ChargeState};
use crate::clock::Ts;
use crate::db::schema::{accounts, charges, contract_versions, ledger_accounts, verticals};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::{AccountId, ContractId, PurchaseId, VerticalId};
use crate::money::BasisPoints;

pub fn insert(conn: &mut Conn, charge: &Charge) -> Result<()> {
    diesel::insert_into(charges::table)
        .values(charge)
        .execute(conn)?;
    Ok(())
}

/// Writes a charge's next state, if it is still in the one that was seen.
pub fn advance(conn: &mut Conn, seen: ChargeState, next: &Charge) -> Result<bool> {
    let changed = diesel::update(charges::table.find(next.id))
        .filter(charges::state.eq(seen))
        .set((
            charges::state.eq(next.state),
            charges::price_minor.eq(next.price_minor),
            charges::commission_minor.eq(next.commission_minor),
            charges::charged_at.eq(next.charged_at),
            charges::final_at.eq(next.final_at),
            charges::settled_at.eq(next.settled_at),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The charges of a purchase, oldest first.
pub fn of_purchase(conn: &mut Conn, purchase: PurchaseId) -> Result<Vec<Charge>> {
    of_purchases(conn, &[purchase])
}

/// The charges of purchases, oldest first.
pub fn of_purchases(conn: &mut Conn, purchases: &[PurchaseId]) -> Result<Vec<Charge>> {
    Ok(charges::table
        .filter(charges::purchase_id.eq_any(purchases.to_vec()))
        .order((charges::created_at, charges::id))
        .select(Charge::as_select())
        .load(conn)?)
}

/// What was charged or is held under a contract, newest first.
pub fn of_contract(conn: &mut Conn, contract: ContractId, limit: i64) -> Result<Vec<Charge>> {
    Ok(charges::table
        .filter(charges::contract_id.eq(contract))
        .order((charges::created_at.desc(), charges::id.desc()))
        .limit(limit)
        .select(Charge::as_select())
        .load(conn)?)
}

/// What is owed under a contract.
pub fn owed(conn: &mut Conn, contract: ContractId) -> Result<Vec<Charge>> {
    Ok(charges::table
        .filter(charges::contract_id.eq(contract))
        .filter(charges::state.eq(ChargeState::Owed))
        .order((charges::created_at, charges::id))
        .select(Charge::as_select())
        .load(conn)?)
}

/// What was charged under a contract from `since` on, in minor units.
pub fn spent_by_contract(conn: &mut Conn, contract: ContractId, since: Ts) -> Result<i64> {
    let sum: Option<i64> = charges::table
        .filter(charges::contract_id.eq(contract))
        .filter(charges::charged_at.ge(since))
        .filter(charges::state.eq_any([
            ChargeState::Captured,
            ChargeState::Settled,
            ChargeState::Disputed,
        ]))
        .select(sum_i64(charges::price_minor))
        .first(conn)?;
    Ok(sum.unwrap_or(0))
}

/// Owed charges that the wallet of their buyer covers, oldest first, with the days of their dispute window.
pub fn payable_claims(conn: &mut Conn, limit: i64) -> Result<Vec<(Charge, i32)>> {
    Ok(charges::table
        .inner_join(contract_versions::table)
        .inner_join(
            ledger_accounts::table.on(ledger_accounts::owner_id
                .eq(charges::buyer_id.nullable())
                .and(ledger_accounts::currency.eq(charges::currency))
                .and(ledger_accounts::kind.eq("wallet"))),
        )
        .filter(charges::state.eq(ChargeState::Owed))
        .filter(ledger_accounts::balance_minor.ge(charges::price_minor))
        .order((charges::created_at, charges::id))
        .limit(limit)
        .select((Charge::as_select(), contract_versions::dispute_window_days))
        .load(conn)?)
}

/// Charges whose dispute window is over.
pub fn final_by(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Charge>> {
    Ok(charges::table
        .filter(charges::state.eq(ChargeState::Captured))
        .filter(charges::final_at.le(now))
        .order((charges::final_at, charges::id))
        .limit(limit)
        .select(Charge::as_select())
        .load(conn)?)
}

/// The exchange's commission on what a seller earns in a vertical.
pub fn commission(conn: &mut Conn, vertical: VerticalId, seller: AccountId) -> Result<BasisPoints> {
    let of_seller: Option<BasisPoints> = accounts::table
        .find(seller)
        .select(accounts::commission_bps)
        .first(conn)?;
    match of_seller {
        Some(bps) => Ok(bps),
        None => Ok(verticals::table
            .find(vertical)
            .select(verticals::commission_bps)
            .first(conn)?),
    }
}
