//! What reports read from the tables of every slice; nothing here writes.

pub(super) mod audit;
pub(super) mod buyer;
pub(super) mod operator;
pub(super) mod public;
pub(super) mod seller;

use std::collections::BTreeMap;

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{Daily, Turnover, turnover};
use crate::clock::{DAY, Ts};
use crate::db::schema::{leads, purchases};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::AccountId;
use crate::leads::LeadState;

/// Whose rows a figure is about.
#[derive(Clone, Copy)]
enum Scope {
    Everyone,
    Seller(AccountId),
    Buyer(AccountId),
}

/// Sales since `since` by currency; what was refunded does not count.
fn turnovers(conn: &mut Conn, scope: Scope, since: Ts) -> Result<Vec<Turnover>> {
    let mut query = purchases::table
        .group_by(purchases::currency)
        .select((
            purchases::currency,
            count_star(),
            sum_i64(purchases::price_minor),
            sum_i64(purchases::commission_minor),
        ))
        .filter(purchases::state.ne("refunded"))
        .filter(purchases::purchased_at.ge(since))
        .order(purchases::currency)
        .into_boxed();
    query = match scope {
        Scope::Everyone => query,
        Scope::Seller(id) => query.filter(purchases::seller_id.eq(id)),
        Scope::Buyer(id) => query.filter(purchases::buyer_id.eq(id)),
    };
    Ok(query.load(conn)?.into_iter().map(turnover).collect())
}

/// Leads by state, of one seller or of all.
fn lead_states(conn: &mut Conn, seller: Option<AccountId>) -> Result<BTreeMap<LeadState, i64>> {
    let mut query = leads::table
        .group_by(leads::state)
        .select((leads::state, count_star()))
        .into_boxed();
    if let Some(seller) = seller {
        query = query.filter(leads::seller_id.eq(seller));
    }
    Ok(query.load(conn)?.into_iter().collect())
}

/// Leads received and sold on each of the last `days` days, of one seller or of all.
fn daily(conn: &mut Conn, seller: Option<AccountId>, now: Ts, days: i32) -> Result<Vec<Daily>> {
    let today = now.micros().div_euclid(DAY);
    let first = today - i64::from(days) + 1;
    let since = Ts::from_micros(first * DAY);
    // A bind in GROUP BY and in SELECT would be two different expressions to PostgreSQL.
    let received_day = || sql::<BigInt>("(received_at / 86400000000)");
    let mut received = leads::table
        .group_by(received_day())
        .select((received_day(), count_star()))
        .filter(leads::received_at.ge(since))
        .into_boxed();
    let sold_day = || sql::<BigInt>("(purchased_at / 86400000000)");
    let mut sold = purchases::table
        .group_by(sold_day())
        .select((sold_day(), count_star()))
        .filter(purchases::purchased_at.ge(since))
        .into_boxed();
    if let Some(seller) = seller {
        received = received.filter(leads::seller_id.eq(seller));
        sold = sold.filter(purchases::seller_id.eq(seller));
    }
    let received: BTreeMap<i64, i64> = received.load(conn)?.into_iter().collect();
    let sold: BTreeMap<i64, i64> = sold.load(conn)?.into_iter().collect();
    Ok((first..=today)
        .map(|day| Daily {
            day: Ts::from_micros(day * DAY),
            received: received.get(&day).copied().unwrap_or(0),
            sold: sold.get(&day).copied().unwrap_or(0),
        })
        .collect())
}
