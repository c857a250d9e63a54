//! Contracts: the terms under which a buyer pays. Terms are versioned and never change;
//! a purchase keeps the version it was made under.

mod store;

use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ContractId, ContractVersionId};
use crate::money::Currency;
use crate::verticals::{Model, Vertical};

pub use store::ContractVersion;

/// The buyer's standard pay-per-lead terms for a vertical and currency: the present version
/// when it still says what the vertical demands, else a new one.
pub fn standard(
    conn: &mut Conn,
    buyer: AccountId,
    vertical: &Vertical,
    currency: Currency,
    now: Ts,
) -> Result<ContractVersion> {
    let name = format!("{} standard {currency}", vertical.key);
    let newest = store::newest(conn, buyer, &name)?;
    if let Some(version) = &newest
        && version.dispute_window_days == vertical.dispute_window_days
    {
        return Ok(version.clone());
    }
    let (contract_id, number) = match newest {
        Some(version) => (version.contract_id, version.version + 1),
        None => (store::insert_contract(conn, buyer, &name, now)?, 1),
    };
    let version = ContractVersion {
        id: ContractVersionId::new(now),
        contract_id,
        version: number,
        model: Model::Ppl,
        currency,
        dispute_window_days: vertical.dispute_window_days,
        created_at: now,
    };
    store::insert_version(conn, &version)?;
    record(conn, buyer, contract_id, &version, now)?;
    Ok(version)
}

/// The terms with this id, if they are the buyer's.
pub fn version(
    conn: &mut Conn,
    buyer: AccountId,
    id: ContractVersionId,
) -> Result<ContractVersion> {
    store::version(conn, buyer, id)?.ok_or_else(|| Error::refused(Code::NotFound))
}

fn record(
    conn: &mut Conn,
    buyer: AccountId,
    contract: ContractId,
    version: &ContractVersion,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(buyer),
            action: "contract.terms_made",
            subject: contract.to_string(),
            detail: serde_json::json!({
                "version": version.version,
                "model": version.model,
                "currency": version.currency,
                "dispute_window_days": version.dispute_window_days,
            }),
        },
    )
}
