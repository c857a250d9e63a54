//! Contracts and their versions in the database.

pub(super) mod charged;
pub(super) mod odds;

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::terms::{BaseFee, Confirmation, Criteria, Period, Reporter, Share, Terms};
use super::{Agreement, Contract, ContractState};
use crate::clock::Ts;
use crate::conditions::Filter;
use crate::db::Conn;
use crate::db::schema::{contract_versions, contracts, purchase_requests, request_changes};
use crate::db::types::{from_json, json};
use crate::error::{Error, Result};
use crate::id::{AccountId, ContractId, ContractVersionId, RequestId, VerticalId};
use crate::money::{BasisPoints, Currency, Money};
use crate::scoring::Stage;
use crate::verticals::Model;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = contract_versions)]
struct VersionRow {
    id: ContractVersionId,
    contract_id: ContractId,
    version: i32,
    model: Model,
    currency: Currency,
    price_lead_minor: Option<i64>,
    price_appointment_minor: Option<i64>,
    share_bps: Option<BasisPoints>,
    share_floor_minor: Option<i64>,
    share_cap_minor: Option<i64>,
    deposit_minor: Option<i64>,
    expected_sale_minor: Option<i64>,
    base_fee_minor: Option<i64>,
    base_fee_period: Option<Period>,
    criteria: String,
    min_stage: Option<Stage>,
    min_seniority: Option<String>,
    dispute_window_days: i32,
    reporter: Reporter,
    silence_days: i32,
    held_minutes: i32,
    lapse_days: i32,
    created_at: Ts,
    dispute_rules: String,
}

impl VersionRow {
    fn of(contract: ContractId, version: &Version) -> Result<Self> {
        let terms = &version.terms;
        let minor = |money: Option<Money>| money.map(|money| money.minor);
        Ok(Self {
            id: version.id,
            contract_id: contract,
            version: version.number,
            model: terms.model,
            currency: terms.currency,
            price_lead_minor: minor(terms.price_lead),
            price_appointment_minor: minor(terms.price_appointment),
            share_bps: terms.share.map(|share| share.bps),
            share_floor_minor: minor(terms.share.and_then(|share| share.floor)),
            share_cap_minor: minor(terms.share.and_then(|share| share.cap)),
            deposit_minor: minor(terms.share.map(|share| share.deposit)),
            expected_sale_minor: minor(terms.share.map(|share| share.expected_sale)),
            base_fee_minor: minor(terms.base_fee.map(|fee| fee.amount)),
            base_fee_period: terms.base_fee.map(|fee| fee.period),
            criteria: terms.criteria.filter.json().to_string(),
            min_stage: terms.criteria.min_stage,
            min_seniority: terms.criteria.min_seniority.clone(),
            dispute_window_days: terms.dispute_window_days,
            reporter: terms.confirmation.reporter,
            silence_days: terms.confirmation.silence_days,
            held_minutes: terms.confirmation.held_minutes,
            lapse_days: terms.confirmation.lapse_days,
            created_at: version.created_at,
            dispute_rules: json(&terms.disputes)?,
        })
    }

    fn version(self) -> Result<Version> {
        let money = |minor: i64| Money::new(minor, self.currency);
        let share = match (self.share_bps, self.deposit_minor, self.expected_sale_minor) {
            (Some(bps), Some(deposit), Some(expected)) => Some(Share {
                bps,
                floor: self.share_floor_minor.map(money),
                cap: self.share_cap_minor.map(money),
                deposit: money(deposit),
                expected_sale: money(expected),
            }),
            _ => None,
        };
        let base_fee = self
            .base_fee_minor
            .zip(self.base_fee_period)
            .map(|(minor, period)| BaseFee {
                amount: money(minor),
                period,
            });
        let filter = Filter::from_json(&from_json(&self.criteria)?).map_err(|errors| {
            Error::Internal(anyhow::anyhow!(
                "stored criteria cannot be read: {errors:?}"
            ))
        })?;
        Ok(Version {
            id: self.id,
            number: self.version,
            created_at: self.created_at,
            terms: Terms {
                model: self.model,
                currency: self.currency,
                price_lead: self.price_lead_minor.map(money),
                price_appointment: self.price_appointment_minor.map(money),
                share,
                base_fee,
                criteria: Criteria {
                    filter,
                    min_stage: self.min_stage,
                    min_seniority: self.min_seniority,
                },
                dispute_window_days: self.dispute_window_days,
                disputes: from_json(&self.dispute_rules)?,
                confirmation: Confirmation {
                    reporter: self.reporter,
                    silence_days: self.silence_days,
                    held_minutes: self.held_minutes,
                    lapse_days: self.lapse_days,
                },
            },
        })
    }
}

/// One immutable version of a contract's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub id: ContractVersionId,
    pub number: i32,
    pub terms: Terms,
    pub created_at: Ts,
}

/// The contract, if the account is its buyer or its seller.
pub fn of_party(conn: &mut Conn, party: AccountId, id: ContractId) -> Result<Option<Contract>> {
    Ok(contracts::table
        .find(id)
        .filter(
            contracts::buyer_id
                .eq(party)
                .or(contracts::seller_id.eq(party)),
        )
        .select(Contract::as_select())
        .first(conn)
        .optional()?)
}

/// A party's contracts that somebody wrote, newest first, from after `before` on.
pub fn page(
    conn: &mut Conn,
    party: AccountId,
    before: Option<(Ts, ContractId)>,
    limit: i64,
) -> Result<Vec<Contract>> {
    let mut query = contracts::table
        .filter(
            contracts::buyer_id
                .eq(party)
                .or(contracts::seller_id.eq(party)),
        )
        .filter(contracts::is_standard.eq(false))
        .order((contracts::created_at.desc(), contracts::id.desc()))
        .limit(limit)
        .select(Contract::as_select())
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(
            contracts::created_at
                .lt(at)
                .or(contracts::created_at.eq(at).and(contracts::id.lt(id))),
        );
    }
    Ok(query.load(conn)?)
}

/// A party's contracts that somebody wrote, newest first.
pub fn list(conn: &mut Conn, party: AccountId, limit: i64) -> Result<Vec<Contract>> {
    page(conn, party, None, limit)
}

/// The newest version of each contract's terms.
pub fn newest(conn: &mut Conn, ids: &[ContractId]) -> Result<HashMap<ContractId, Version>> {
    contract_versions::table
        .filter(contract_versions::contract_id.eq_any(ids.to_vec()))
        .order(contract_versions::version)
        .select(VersionRow::as_select())
        .load(conn)?
        .into_iter()
        .map(|row: VersionRow| Ok((row.contract_id, row.version()?)))
        .collect()
}

/// The buyer's pay-per-lead contract that the exchange made for a vertical and currency.
pub fn standard(
    conn: &mut Conn,
    buyer: AccountId,
    vertical: VerticalId,
    currency: Currency,
) -> Result<Option<Contract>> {
    Ok(contracts::table
        .filter(contracts::buyer_id.eq(buyer))
        .filter(contracts::vertical_id.eq(vertical))
        .filter(contracts::currency.eq(currency))
        .filter(contracts::is_standard.eq(true))
        .select(Contract::as_select())
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut Conn, contract: &Contract) -> Result<()> {
    diesel::insert_into(contracts::table)
        .values(contract)
        .execute(conn)?;
    Ok(())
}

pub fn insert_version(conn: &mut Conn, contract: ContractId, version: &Version) -> Result<()> {
    diesel::insert_into(contract_versions::table)
        .values(VersionRow::of(contract, version)?)
        .execute(conn)?;
    Ok(())
}

pub fn version(conn: &mut Conn, contract: ContractId, number: i32) -> Result<Option<Version>> {
    contract_versions::table
        .filter(contract_versions::contract_id.eq(contract))
        .filter(contract_versions::version.eq(number))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?
        .map(VersionRow::version)
        .transpose()
}

/// Every version of a contract, newest first.
pub fn versions(conn: &mut Conn, contract: ContractId) -> Result<Vec<Version>> {
    contract_versions::table
        .filter(contract_versions::contract_id.eq(contract))
        .order(contract_versions::version.desc())
        .select(VersionRow::as_select())
        .load(conn)?
        .into_iter()
        .map(VersionRow::version)
        .collect()
}

/// The agreements of these versions; each contract as it stands now.
pub fn agreements(
    conn: &mut Conn,
    versions: &[ContractVersionId],
) -> Result<HashMap<ContractVersionId, Arc<Agreement>>> {
    contract_versions::table
        .inner_join(contracts::table)
        .filter(contract_versions::id.eq_any(versions.to_vec()))
        .select((VersionRow::as_select(), Contract::as_select()))
        .load::<(VersionRow, Contract)>(conn)?
        .into_iter()
        .map(|(row, contract)| {
            let version = row.version()?;
            Ok((version.id, Arc::new(Agreement { contract, version })))
        })
        .collect()
}

/// Writes what changed of a contract that is still as it was in `seen`; false when it moved meanwhile.
pub fn update(conn: &mut Conn, seen: &Contract, next: &Contract) -> Result<bool> {
    let changed = diesel::update(contracts::table.find(seen.id))
        .filter(contracts::state.eq(seen.state))
        .filter(contracts::updated_at.eq(seen.updated_at))
        .filter(contracts::fee_periods.eq(seen.fee_periods))
        .set((
            contracts::state.eq(next.state),
            contracts::in_force.eq(next.in_force),
            contracts::offered.eq(next.offered),
            contracts::fees_from.eq(next.fees_from),
            contracts::fee_periods.eq(next.fee_periods),
            contracts::next_fee_at.eq(next.next_fee_at),
            contracts::updated_at.eq(next.updated_at),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The contract, locked until the end of the transaction.
pub fn lock(conn: &mut Conn, id: ContractId) -> Result<Contract> {
    Ok(diesel::update(contracts::table.find(id))
        .set(contracts::fee_periods.eq(contracts::fee_periods))
        .returning(contracts::all_columns)
        .get_result(conn)?)
}

/// Active contracts whose next base fee is due, the longest due first.
pub fn fees_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Contract>> {
    Ok(contracts::table
        .filter(contracts::next_fee_at.le(now))
        .filter(contracts::state.eq(ContractState::Active))
        .order((contracts::next_fee_at, contracts::id))
        .limit(limit)
        .select(Contract::as_select())
        .load(conn)?)
}

/// Tells every server that the requests of a contract are not what they were.
pub fn touch_requests(conn: &mut Conn, contract: ContractId, now: Ts) -> Result<()> {
    let ids: Vec<RequestId> = purchase_requests::table
        .inner_join(contract_versions::table)
        .filter(contract_versions::contract_id.eq(contract))
        .filter(purchase_requests::state.eq("active"))
        .order(purchase_requests::id)
        .select(purchase_requests::id)
        .load(conn)?;
    for id in ids {
        diesel::insert_into(request_changes::table)
            .values((
                request_changes::request_id.eq(id),
                request_changes::at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}
