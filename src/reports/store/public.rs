//! The figures of the public pages.

use std::collections::HashMap;

use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::{Scope, turnovers};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{accounts, leads, purchases};
use crate::error::Result;
use crate::id::VerticalId;
use crate::leads::LeadState;
use crate::money::{Currency, Money};
use crate::reports::Turnover;
use crate::verticals::{self, Vertical};

/// What the exchange has done so far.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Leads on offer now.
    pub listed: i64,
    pub turnovers: Vec<Turnover>,
    pub sellers: i64,
    pub buyers: i64,
    pub verticals: Vec<VerticalFigures>,
}

/// What one vertical has done so far.
#[derive(Debug, Clone)]
pub struct VerticalFigures {
    pub vertical: Vertical,
    pub listed: i64,
    pub sold: i64,
    /// The lowest asks of its listings, by currency.
    pub from: Vec<Money>,
}

/// The live figures of the front page.
pub fn figures(conn: &mut Conn, now: Ts) -> Result<Figures> {
    let on_offer: Vec<(VerticalId, Currency, i64, Option<i64>)> = leads::table
        .group_by((leads::vertical_id, leads::currency))
        .select((
            leads::vertical_id,
            leads::currency,
            count_star(),
            min(leads::ask_minor),
        ))
        .filter(leads::state.eq(LeadState::Listed))
        .filter(leads::expires_at.gt(now))
        .order(leads::currency)
        .load(conn)?;
    let sold: HashMap<VerticalId, i64> = purchases::table
        .group_by(purchases::vertical_id)
        .select((purchases::vertical_id, count_star()))
        .filter(purchases::state.ne("refunded"))
        .load(conn)?
        .into_iter()
        .collect();
    let accounts: HashMap<String, i64> = accounts::table
        .group_by(accounts::kind)
        .select((accounts::kind, count_star()))
        .filter(accounts::state.eq("approved"))
        .load(conn)?
        .into_iter()
        .collect();
    let verticals = verticals::all(conn)?
        .into_iter()
        .map(|vertical| {
            let mine = || on_offer.iter().filter(|row| row.0 == vertical.id);
            VerticalFigures {
                listed: mine().map(|row| row.2).sum(),
                sold: sold.get(&vertical.id).copied().unwrap_or(0),
                from: mine()
                    .filter_map(|row| row.3.map(|minor| Money::new(minor, row.1)))
                    .collect(),
                vertical,
            }
        })
        .collect();
    Ok(Figures {
        listed: on_offer.iter().map(|row| row.2).sum(),
        turnovers: turnovers(conn, Scope::Everyone, Ts::from_micros(0))?,
        sellers: accounts.get("seller").copied().unwrap_or(0),
        buyers: accounts.get("buyer").copied().unwrap_or(0),
        verticals,
    })
}
