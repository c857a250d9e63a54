//! A seller's dashboard.

use diesel::prelude::*;

use super::{Scope, daily, lead_states, turnovers};
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::db::schema::{imports, leads, purchases, refused_leads, verticals};
use crate::disputes::{self, DisputeSide, DisputeState};
use crate::error::Result;
use crate::id::{AccountId, LeadId};
use crate::leads::{LeadState, wants};
use crate::ledger::{self, Kind};
use crate::money::{Currency, Money};
use crate::payouts::{self, bank};
use crate::reports::{Daily, Turnover};
use crate::vault::Vault;

/// What a seller has in the market and in the books.
pub struct SellerReport {
    /// Leads that were taken in, of any state.
    pub accepted: i64,
    /// Leads kept as refused, to be mended.
    pub refused: i64,
    pub listed: i64,
    pub quarantined: i64,
    pub turnovers: Vec<Turnover>,
    pub last_30_days: Vec<Turnover>,
    pub pending: Vec<Money>,
    pub payable: Vec<Money>,
    pub daily: Vec<Daily>,
    pub recent: Vec<RecentSale>,
    /// Imports that wait for their columns to be mapped.
    pub imports_to_map: i64,
    /// Listings that expire within three days.
    pub expiring: i64,
    /// Money can be paid out, but nobody said where to.
    pub disputes_to_answer: i64,
    pub needs_bank_details: bool,
    /// Where payouts will go when a change has waited long enough; masked.
    pub bank_change: Option<String>,
}

impl SellerReport {
    /// Everything that was sent in.
    pub fn received(&self) -> i64 {
        self.accepted + self.refused
    }
}

/// A sale as its seller sees it.
pub struct RecentSale {
    pub lead_id: LeadId,
    pub interest: String,
    pub vertical: String,
    pub price: Money,
    pub earning: Money,
    pub at: Ts,
}

/// The seller's dashboard at `now`.
pub fn seller(conn: &mut Conn, vault: &Vault, seller: AccountId, now: Ts) -> Result<SellerReport> {
    let states = lead_states(conn, Some(seller))?;
    let of = |state| states.get(&state).copied().unwrap_or(0);
    let balances = ledger::balances(conn, seller)?;
    let kept = |kind| {
        balances
            .iter()
            .filter(|balance| balance.kind == kind)
            .map(|balance| balance.amount)
            .collect()
    };
    let can_be_paid = payouts::available(conn, seller, now)?
        .iter()
        .any(payouts::Available::is_enough);
    Ok(SellerReport {
        disputes_to_answer: disputes::counts(conn, Some((DisputeSide::Seller, seller)))?
            .into_iter()
            .find(|(state, _)| *state == DisputeState::Open)
            .map_or(0, |(_, count)| count),
        needs_bank_details: can_be_paid && bank::current(conn, seller, now)?.is_none(),
        bank_change: bank::waiting(conn, seller, now)?.map(|kept| kept.hint),
        accepted: states.values().sum(),
        refused: refused_leads::table
            .filter(refused_leads::seller_id.eq(seller))
            .count()
            .get_result(conn)?,
        listed: of(LeadState::Listed),
        quarantined: of(LeadState::Quarantined),
        turnovers: turnovers(conn, Scope::Seller(seller), Ts::from_micros(0))?,
        last_30_days: turnovers(conn, Scope::Seller(seller), now.minus(30 * DAY))?,
        pending: kept(Kind::SellerPending),
        payable: kept(Kind::SellerPayable),
        daily: daily(conn, Some(seller), now, 14)?,
        recent: recent(conn, vault, seller)?,
        imports_to_map: imports::table
            .filter(imports::seller_id.eq(seller))
            .filter(imports::state.eq("uploaded"))
            .count()
            .get_result(conn)?,
        expiring: leads::table
            .filter(leads::seller_id.eq(seller))
            .filter(leads::state.eq(LeadState::Listed))
            .filter(leads::expires_at.gt(now))
            .filter(leads::expires_at.lt(now.plus(3 * DAY)))
            .count()
            .get_result(conn)?,
    })
}

fn recent(conn: &mut Conn, vault: &Vault, seller: AccountId) -> Result<Vec<RecentSale>> {
    let rows: Vec<(LeadId, String, Currency, i64, i64, Ts)> = purchases::table
        .inner_join(verticals::table)
        .filter(purchases::seller_id.eq(seller))
        .order((purchases::purchased_at.desc(), purchases::id.desc()))
        .limit(8)
        .select((
            purchases::lead_id,
            verticals::name,
            purchases::currency,
            purchases::price_minor,
            purchases::commission_minor,
            purchases::purchased_at,
        ))
        .load(conn)?;
    let leads: Vec<LeadId> = rows.iter().map(|(lead, ..)| *lead).collect();
    let wants = wants(conn, vault, &leads)?;
    Ok(rows
        .into_iter()
        .map(
            |(lead_id, vertical, currency, price, commission, at)| RecentSale {
                lead_id,
                interest: wants.interest(lead_id),
                vertical,
                price: Money::new(price, currency),
                earning: Money::new(price - commission, currency),
                at,
            },
        )
        .collect())
}
