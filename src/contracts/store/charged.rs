//! What was charged under a contract, read from the tables of purchases and charges.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::{charges, contract_versions, purchases};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::ContractId;
use crate::money::{Currency, Money};

/// A charge under a contract: an appointment, a sale, a base fee, or a claim for the rest of one.
#[derive(Debug, Clone)]
pub struct Charged {
    pub kind: String,
    pub state: String,
    pub price: Money,
    pub held: Money,
    /// The start of the period that a base fee is for.
    pub period_start: Option<Ts>,
    pub at: Ts,
}

/// What a contract came to so far.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    pub leads: i64,
    /// Paid for leads on delivery.
    pub prices: Money,
    /// Charged for appointments, sales and base fees.
    pub charges: Money,
    pub owed: Money,
}

type Row = (String, String, i64, i64, Option<Ts>, Ts);

/// The newest charges under a contract.
pub fn charged(
    conn: &mut Conn,
    contract: ContractId,
    currency: Currency,
    limit: i64,
) -> Result<Vec<Charged>> {
    let rows: Vec<Row> = charges::table
        .filter(charges::contract_id.eq(contract))
        .order((charges::created_at.desc(), charges::id.desc()))
        .limit(limit)
        .select((
            charges::kind,
            charges::state,
            charges::price_minor,
            charges::held_minor,
            charges::period_start,
            charges::created_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(kind, state, price, held, period_start, at)| Charged {
            kind,
            state,
            price: Money::new(price, currency),
            held: Money::new(held, currency),
            period_start,
            at,
        })
        .collect())
}

/// Sums over everything that was bought and charged under a contract.
pub fn spent(conn: &mut Conn, contract: ContractId, currency: Currency) -> Result<Spent> {
    let (leads, prices): (i64, Option<i64>) = purchases::table
        .inner_join(contract_versions::table)
        .filter(contract_versions::contract_id.eq(contract))
        .select((diesel::dsl::count_star(), sum_i64(purchases::price_minor)))
        .first(conn)?;
    let mut sum = |states: &[&str]| -> Result<Money> {
        let minor: Option<i64> = charges::table
            .filter(charges::contract_id.eq(contract))
            .filter(charges::state.eq_any(states.to_vec()))
            .select(sum_i64(charges::price_minor))
            .first(conn)?;
        Ok(Money::new(minor.unwrap_or(0), currency))
    };
    Ok(Spent {
        leads,
        prices: Money::new(prices.unwrap_or(0), currency),
        charges: sum(&["captured", "settled", "disputed"])?,
        owed: sum(&["owed"])?,
    })
}
