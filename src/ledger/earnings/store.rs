//! Reads what a seller earned, beside the records that it was earned by.
//!
//! The ledger knows a charge by its source alone; which lead and contract it was and when it becomes final
//! stands in the tables of purchases, charges and leads, which are read here and nowhere changed.

use diesel::dsl::count_star;
use diesel::prelude::*;
use uuid::Uuid;

use super::{Earned, Within};
use crate::clock::Ts;
use crate::db::schema::{charges, contract_versions, contracts, holds, leads, purchases};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::{AccountId, ChargeId, ContractId, LeadId, PurchaseId};
use crate::ledger::SourceKind;
use crate::money::Currency;

/// A charge of a seller's, with what earnings show of its record.
pub struct Share {
    pub id: Uuid,
    pub earned: Earned,
    pub purchase: Option<PurchaseId>,
    pub lead: Option<LeadId>,
    /// The masked name of the lead; for a base fee, the name of the contract.
    pub name: String,
    pub contract: ContractId,
    pub at: Ts,
    pub final_at: Ts,
    pub sums: Sums,
}

/// What the ledger keeps of a charge.
#[derive(Queryable, Selectable)]
#[diesel(table_name = holds)]
pub struct Sums {
    pub currency: Currency,
    pub captured_minor: i64,
    pub commission_minor: i64,
    pub refunded_minor: i64,
    pub commission_refunded_minor: i64,
    pub disputed_minor: i64,
    pub settled_at: Option<Ts>,
}

type PurchaseRow = (PurchaseId, LeadId, String, ContractId, Ts, Ts, Sums);

/// The prices of leads, newest first.
pub fn of_purchases(
    conn: &mut Conn,
    seller: AccountId,
    within: &Within,
    limit: i64,
) -> Result<Vec<Share>> {
    let mut query = purchases::table
        .inner_join(
            holds::table.on(holds::source_type
                .eq(SourceKind::Purchase)
                .and(holds::source_id.eq(purchases::id))),
        )
        .inner_join(leads::table)
        .inner_join(contract_versions::table)
        .filter(purchases::seller_id.eq(seller))
        .filter(holds::captured_minor.gt(0))
        .order((purchases::purchased_at.desc(), purchases::id.desc()))
        .limit(limit)
        .select((
            purchases::id,
            purchases::lead_id,
            leads::masked_name,
            contract_versions::contract_id,
            purchases::purchased_at,
            purchases::final_at,
            Sums::as_select(),
        ))
        .into_boxed();
    if let Some((at, id)) = within.before {
        query = query.filter(
            purchases::purchased_at.lt(at).or(purchases::purchased_at
                .eq(at)
                .and(purchases::id.lt(PurchaseId(id)))),
        );
    }
    if let Some((start, end)) = within.month {
        query = query
            .filter(purchases::purchased_at.ge(start))
            .filter(purchases::purchased_at.lt(end));
    }
    if let Some(contract) = within.contract {
        query = query.filter(contract_versions::contract_id.eq(contract));
    }
    let rows: Vec<PurchaseRow> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, lead, name, contract, at, final_at, sums)| Share {
            id: id.0,
            earned: Earned::Lead,
            purchase: Some(id),
            lead: Some(lead),
            name,
            contract,
            at,
            final_at,
            sums,
        })
        .collect())
}

type ChargeRow = (
    ChargeId,
    String,
    Option<PurchaseId>,
    Option<LeadId>,
    Option<String>,
    String,
    ContractId,
    Option<Ts>,
    Option<Ts>,
    Sums,
);

/// Appointments, sales, base fees and claims, newest first by the time they were charged.
pub fn of_charges(
    conn: &mut Conn,
    seller: AccountId,
    within: &Within,
    limit: i64,
) -> Result<Vec<Share>> {
    let mut query = charges::table
        .inner_join(
            holds::table.on(holds::source_type
                .eq(SourceKind::Charge)
                .and(holds::source_id.eq(charges::id))),
        )
        .inner_join(contracts::table)
        .left_join(purchases::table.left_join(leads::table))
        .filter(charges::seller_id.eq(seller))
        .filter(holds::captured_minor.gt(0))
        .order((charges::charged_at.desc(), charges::id.desc()))
        .limit(limit)
        .select((
            charges::id,
            charges::kind,
            charges::purchase_id,
            purchases::lead_id.nullable(),
            leads::masked_name.nullable(),
            contracts::name,
            charges::contract_id,
            charges::charged_at,
            charges::final_at,
            Sums::as_select(),
        ))
        .into_boxed();
    if let Some((at, id)) = within.before {
        query = query.filter(
            charges::charged_at
                .lt(at)
                .or(charges::charged_at.eq(at).and(charges::id.lt(ChargeId(id)))),
        );
    }
    if let Some((start, end)) = within.month {
        query = query
            .filter(charges::charged_at.ge(start))
            .filter(charges::charged_at.lt(end));
    }
    if let Some(contract) = within.contract {
        query = query.filter(charges::contract_id.eq(contract));
    }
    let rows: Vec<ChargeRow> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(id, kind, purchase, lead, masked, name, contract, at, final_at, sums)| Share {
                id: id.0,
                earned: Earned::of(&kind),
                purchase,
                lead,
                name: masked.unwrap_or(name),
                contract,
                at: at.unwrap_or(Ts::from_micros(0)),
                final_at: final_at.unwrap_or(Ts::from_micros(0)),
                sums,
            },
        )
        .collect())
}

/// What a seller earned in a time, in one currency.
pub struct Sold {
    pub currency: Currency,
    pub charges: i64,
    pub price_minor: i64,
    pub commission_minor: i64,
}

type SoldRow = (Currency, i64, Option<i64>, Option<i64>);

fn sold((currency, charges, price, commission): SoldRow) -> Sold {
    Sold {
        currency,
        charges,
        price_minor: price.unwrap_or(0),
        commission_minor: commission.unwrap_or(0),
    }
}

/// By currency: the prices of leads from `start` until `end`, and their commission.
pub fn purchases_between(
    conn: &mut Conn,
    seller: AccountId,
    (start, end): (Ts, Ts),
) -> Result<Vec<Sold>> {
    let rows: Vec<SoldRow> = purchases::table
        .inner_join(
            holds::table.on(holds::source_type
                .eq(SourceKind::Purchase)
                .and(holds::source_id.eq(purchases::id))),
        )
        .filter(purchases::seller_id.eq(seller))
        .filter(purchases::purchased_at.ge(start))
        .filter(purchases::purchased_at.lt(end))
        .filter(holds::captured_minor.gt(0))
        .group_by(holds::currency)
        .select((
            holds::currency,
            count_star(),
            sum_i64(holds::captured_minor - holds::refunded_minor),
            sum_i64(holds::commission_minor - holds::commission_refunded_minor),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(sold).collect())
}

/// By currency: what else was charged from `start` until `end`, and its commission.
pub fn charges_between(
    conn: &mut Conn,
    seller: AccountId,
    (start, end): (Ts, Ts),
) -> Result<Vec<Sold>> {
    let rows: Vec<SoldRow> = charges::table
        .inner_join(
            holds::table.on(holds::source_type
                .eq(SourceKind::Charge)
                .and(holds::source_id.eq(charges::id))),
        )
        .filter(charges::seller_id.eq(seller))
        .filter(charges::charged_at.ge(start))
        .filter(charges::charged_at.lt(end))
        .filter(holds::captured_minor.gt(0))
        .group_by(holds::currency)
        .select((
            holds::currency,
            count_star(),
            sum_i64(holds::captured_minor - holds::refunded_minor),
            sum_i64(holds::commission_minor - holds::commission_refunded_minor),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(sold).collect())
}
