//! Contracts and their versions in the database.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{contract_versions, contracts};
use crate::error::Result;
use crate::id::{AccountId, ContractId, ContractVersionId};
use crate::money::Currency;
use crate::verticals::Model;

/// One immutable version of a contract's terms.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = contract_versions)]
pub struct ContractVersion {
    pub id: ContractVersionId,
    pub contract_id: ContractId,
    pub version: i32,
    pub model: Model,
    pub currency: Currency,
    pub dispute_window_days: i32,
    pub created_at: Ts,
}

pub fn newest(conn: &mut Conn, buyer: AccountId, name: &str) -> Result<Option<ContractVersion>> {
    Ok(contract_versions::table
        .inner_join(contracts::table)
        .filter(contracts::buyer_id.eq(buyer))
        .filter(contracts::name.eq(name))
        .filter(contracts::state.eq("active"))
        .order(contract_versions::version.desc())
        .select(ContractVersion::as_select())
        .first(conn)
        .optional()?)
}

pub fn version(
    conn: &mut Conn,
    buyer: AccountId,
    id: ContractVersionId,
) -> Result<Option<ContractVersion>> {
    Ok(contract_versions::table
        .inner_join(contracts::table)
        .filter(contracts::buyer_id.eq(buyer))
        .filter(contract_versions::id.eq(id))
        .select(ContractVersion::as_select())
        .first(conn)
        .optional()?)
}

pub fn insert_contract(
    conn: &mut Conn,
    buyer: AccountId,
    name: &str,
    now: Ts,
) -> Result<ContractId> {
    let id = ContractId::new(now);
    diesel::insert_into(contracts::table)
        .values((
            contracts::id.eq(id),
            contracts::buyer_id.eq(buyer),
            contracts::name.eq(name),
            contracts::state.eq("active"),
            contracts::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn insert_version(conn: &mut Conn, version: &ContractVersion) -> Result<()> {
    diesel::insert_into(contract_versions::table)
        .values(version)
        .execute(conn)?;
    Ok(())
}
