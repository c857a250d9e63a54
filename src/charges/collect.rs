//! What the clock does with charges: base fees that are due, claims that can be paid, shares that are final.

use super::{Charge, ChargeKind, ChargeState, advance, blank, owe, record, store};
use crate::clock::Ts;
use crate::contracts::{self, Agreement, BaseFee};
use crate::db::Conn;
use crate::error::{Code, Result};
use crate::ledger;
use crate::money::BasisPoints;
use crate::standing;

/// Charges up to `limit` base fees that are due, each period once; says how many.
pub fn charge_fees(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut charged = 0;
    for contract in contracts::fees_due(conn, now, limit)? {
        if let Some((agreement, start, fee)) = contracts::next_fee(conn, contract.id, now)? {
            charge_fee(conn, &agreement, start, fee, now)?;
            charged += 1;
        }
    }
    Ok(charged)
}

/// The fee of one period, from the wallet; whole or as a claim.
fn charge_fee(
    conn: &mut Conn,
    agreement: &Agreement,
    start: Ts,
    fee: BaseFee,
    now: Ts,
) -> Result<()> {
    let contract = &agreement.contract;
    let commission_bps = match contract.seller_id {
        Some(seller) => store::commission(conn, contract.vertical_id, seller)?,
        None => BasisPoints(0),
    };
    let fee = Charge {
        seller_id: contract.seller_id,
        price_minor: fee.amount.minor,
        commission_bps,
        commission_minor: fee.amount.share(commission_bps).minor,
        period_start: Some(start),
        ..blank(
            agreement,
            ChargeKind::BaseFee,
            ChargeState::Owed,
            contract.buyer_id,
            now,
        )
    };
    let available = ledger::lock_available(conn, fee.buyer_id, fee.currency)?;
    if available.minor < fee.price_minor {
        return owe(conn, &fee, now);
    }
    store::insert(conn, &fee)?;
    pay(conn, &fee, agreement.terms().dispute_window_days, now)
}

/// Takes an owed charge from the wallet, whole.
fn pay(conn: &mut Conn, owed: &Charge, dispute_window_days: i32, now: Ts) -> Result<()> {
    let paid = Charge {
        state: ChargeState::Captured,
        charged_at: Some(now),
        final_at: Some(now.plus_days(dispute_window_days)),
        ..owed.clone()
    };
    advance(conn, owed, &paid)?;
    match owed.seller_id {
        Some(seller) => ledger::charge(
            conn,
            owed.buyer_id,
            &ledger::Capture {
                source: owed.source(),
                seller,
                price: owed.price(),
                commission: owed.commission(),
                at: now,
            },
        )?,
        None => ledger::fee(conn, owed.source(), owed.buyer_id, owed.price(), now)?,
    }
    record(conn, &paid, "charge.captured", now)
}

/// Collects up to `limit` owed charges that their buyers' wallets now cover, the oldest first, and
/// resumes the contracts under which nothing is owed any more; says how many it collected.
pub fn collect(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut collected = 0;
    for (owed, dispute_window_days) in store::payable_claims(conn, limit)? {
        let available = ledger::lock_available(conn, owed.buyer_id, owed.currency)?;
        if available.minor < owed.price_minor {
            continue;
        }
        match pay(conn, &owed, dispute_window_days, now) {
            Ok(()) => collected += 1,
            // Another server was faster.
            Err(error) if error.has_code(Code::StateConflict) => continue,
            Err(error) => return Err(error),
        }
        if store::owed(conn, owed.contract_id)?.is_empty() {
            contracts::resume(conn, owed.contract_id, now)?;
        }
    }
    Ok(collected)
}

/// Makes final up to `limit` charges whose dispute window is over; says how many. None is settled twice.
pub fn settle_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let due = store::final_by(conn, now, limit)?;
    let count = due.len();
    for charge in due {
        let settled = Charge {
            state: ChargeState::Settled,
            settled_at: Some(now),
            ..charge.clone()
        };
        advance(conn, &charge, &settled)?;
        // A share of next to nothing rounds to nothing, and leaves no posting.
        if let Some(seller) = charge.seller_id.filter(|_| charge.price_minor > 0) {
            standing::settle(conn, charge.source(), seller, charge.earning(), now)?;
        }
        record(conn, &settled, "charge.settled", now)?;
    }
    Ok(count)
}
