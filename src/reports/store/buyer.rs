//! A buyer's dashboard.

use diesel::prelude::*;

use super::{Scope, turnovers};
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::db::schema::{deposits, purchase_requests, purchases, verticals};
use crate::error::Result;
use crate::id::{AccountId, LeadId, PurchaseId, RequestId};
use crate::leads;
use crate::ledger::{self, WalletBalance};
use crate::money::{Currency, Money};
use crate::reports::Turnover;
use crate::vault::Vault;

/// What a buyer has, wants and got.
pub struct BuyerReport {
    pub wallet: Vec<WalletBalance>,
    pub today: Vec<Turnover>,
    pub last_30_days: Vec<Turnover>,
    pub requests: Vec<RequestProgress>,
    pub recent: Vec<RecentPurchase>,
    /// Purchases whose contact nobody has opened yet.
    pub unopened: i64,
    pub drafts: i64,
    pub paused: i64,
    /// Deposits that wait for the operator.
    pub deposits_waiting: i64,
}

impl BuyerReport {
    /// Currencies in which an active request bids more than the wallet has.
    pub fn short_of(&self) -> Vec<Currency> {
        let mut short: Vec<Currency> = self
            .requests
            .iter()
            .filter(|request| {
                let available = self
                    .wallet
                    .iter()
                    .find(|line| line.available.currency == request.bid.currency)
                    .map_or(0, |line| line.available.minor);
                available < request.bid.minor
            })
            .map(|request| request.bid.currency)
            .collect();
        short.sort();
        short.dedup();
        short
    }
}

/// How far an active request has come.
pub struct RequestProgress {
    pub id: RequestId,
    pub name: String,
    pub vertical: String,
    pub bought: i64,
    pub quantity: i64,
    pub bid: Money,
    pub spent: Money,
    pub budget: Money,
}

/// A purchase as its buyer's dashboard lists it; the contact itself stays in the inbox.
pub struct RecentPurchase {
    pub id: PurchaseId,
    pub interest: String,
    pub vertical: String,
    pub price: Money,
    pub at: Ts,
    pub opened: bool,
}

/// The buyer's dashboard at `now`.
pub fn buyer(conn: &mut Conn, vault: &Vault, buyer: AccountId, now: Ts) -> Result<BuyerReport> {
    let midnight = Ts::from_micros(now.micros().div_euclid(DAY) * DAY);
    let requests_in = |conn: &mut Conn, state: &str| -> Result<i64> {
        Ok(purchase_requests::table
            .filter(purchase_requests::buyer_id.eq(buyer))
            .filter(purchase_requests::state.eq(state))
            .count()
            .get_result(conn)?)
    };
    Ok(BuyerReport {
        wallet: ledger::wallet(conn, buyer)?,
        today: turnovers(conn, Scope::Buyer(buyer), midnight)?,
        last_30_days: turnovers(conn, Scope::Buyer(buyer), now.minus(30 * DAY))?,
        requests: active(conn, buyer)?,
        recent: recent(conn, vault, buyer)?,
        unopened: purchases::table
            .filter(purchases::buyer_id.eq(buyer))
            .filter(purchases::opened_at.is_null())
            .count()
            .get_result(conn)?,
        drafts: requests_in(conn, "draft")?,
        paused: requests_in(conn, "paused")?,
        deposits_waiting: deposits::table
            .filter(deposits::buyer_id.eq(buyer))
            .filter(deposits::state.eq("requested"))
            .count()
            .get_result(conn)?,
    })
}

fn active(conn: &mut Conn, buyer: AccountId) -> Result<Vec<RequestProgress>> {
    type Row = (RequestId, String, String, i64, i64, Currency, i64, i64, i64);
    let rows: Vec<Row> = purchase_requests::table
        .inner_join(verticals::table.on(verticals::id.eq(purchase_requests::vertical_id)))
        .filter(purchase_requests::buyer_id.eq(buyer))
        .filter(purchase_requests::state.eq("active"))
        .order(purchase_requests::created_at.desc())
        .limit(8)
        .select((
            purchase_requests::id,
            purchase_requests::name,
            verticals::name,
            purchase_requests::bought,
            purchase_requests::quantity,
            purchase_requests::currency,
            purchase_requests::bid_minor,
            purchase_requests::spent_minor,
            purchase_requests::budget_minor,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(id, name, vertical, bought, quantity, currency, bid, spent, budget)| {
                RequestProgress {
                    id,
                    name,
                    vertical,
                    bought,
                    quantity,
                    bid: Money::new(bid, currency),
                    spent: Money::new(spent, currency),
                    budget: Money::new(budget, currency),
                }
            },
        )
        .collect())
}

fn recent(conn: &mut Conn, vault: &Vault, buyer: AccountId) -> Result<Vec<RecentPurchase>> {
    type Row = (PurchaseId, LeadId, String, Currency, i64, Ts, Option<Ts>);
    let rows: Vec<Row> = purchases::table
        .inner_join(verticals::table)
        .filter(purchases::buyer_id.eq(buyer))
        .order((purchases::purchased_at.desc(), purchases::id.desc()))
        .limit(8)
        .select((
            purchases::id,
            purchases::lead_id,
            verticals::name,
            purchases::currency,
            purchases::price_minor,
            purchases::purchased_at,
            purchases::opened_at,
        ))
        .load(conn)?;
    let leads: Vec<LeadId> = rows.iter().map(|(_, lead, ..)| *lead).collect();
    let wants = leads::wants(conn, vault, &leads)?;
    Ok(rows
        .into_iter()
        .map(
            |(id, lead, vertical, currency, price, at, opened)| RecentPurchase {
                id,
                interest: wants.interest(lead),
                vertical,
                price: Money::new(price, currency),
                at,
                opened: opened.is_some(),
            },
        )
        .collect())
}
