//! Reads a seller's charges beside the purchases that they are of.
//!
//! The ledger knows a charge by its source alone; which lead it was and when it becomes final stands
//! in the tables of purchases and leads, which are read here and nowhere changed.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::{holds, leads, purchases};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::{AccountId, LeadId, PurchaseId};
use crate::ledger::SourceKind;
use crate::money::Currency;

/// The part of a charge and its purchase that earnings show.
#[derive(Queryable)]
pub struct Share {
    pub purchase: PurchaseId,
    pub lead: LeadId,
    pub masked_name: String,
    pub sold_at: Ts,
    pub final_at: Ts,
    pub currency: Currency,
    pub captured_minor: i64,
    pub commission_minor: i64,
    pub refunded_minor: i64,
    pub commission_refunded_minor: i64,
    pub disputed_minor: i64,
    pub settled_at: Option<Ts>,
}

pub fn shares(
    conn: &mut Conn,
    seller: AccountId,
    before: Option<(Ts, PurchaseId)>,
    limit: i64,
) -> Result<Vec<Share>> {
    let mut query = purchases::table
        .inner_join(
            holds::table.on(holds::source_type
                .eq(SourceKind::Purchase)
                .and(holds::source_id.eq(purchases::id))),
        )
        .inner_join(leads::table)
        .filter(purchases::seller_id.eq(seller))
        .filter(holds::captured_minor.gt(0))
        .order((purchases::purchased_at.desc(), purchases::id.desc()))
        .limit(limit)
        .select((
            purchases::id,
            purchases::lead_id,
            leads::masked_name,
            purchases::purchased_at,
            purchases::final_at,
            holds::currency,
            holds::captured_minor,
            holds::commission_minor,
            holds::refunded_minor,
            holds::commission_refunded_minor,
            holds::disputed_minor,
            holds::settled_at,
        ))
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(
            purchases::purchased_at
                .lt(at)
                .or(purchases::purchased_at.eq(at).and(purchases::id.lt(id))),
        );
    }
    Ok(query.load(conn)?)
}

/// What a seller sold in a time, in one currency.
pub struct Sold {
    pub currency: Currency,
    pub leads: i64,
    pub price_minor: i64,
    pub commission_minor: i64,
}

/// By currency: leads sold from `start` until `end`, their prices and commission.
pub fn between(
    conn: &mut Conn,
    seller: AccountId,
    start: Ts,
    end: Option<Ts>,
) -> Result<Vec<Sold>> {
    let end = end.unwrap_or(Ts::from_micros(i64::MAX));
    let rows: Vec<(Currency, i64, Option<i64>, Option<i64>)> = purchases::table
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
        .order(holds::currency)
        .select((
            holds::currency,
            count_star(),
            sum_i64(holds::captured_minor - holds::refunded_minor),
            sum_i64(holds::commission_minor - holds::commission_refunded_minor),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(currency, leads, price, commission)| Sold {
            currency,
            leads,
            price_minor: price.unwrap_or(0),
            commission_minor: commission.unwrap_or(0),
        })
        .collect())
}
