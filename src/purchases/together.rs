//! Many sales in one transaction, in few statements; what does not go smoothly is left to be sold alone.

use std::collections::{BTreeMap, HashSet};

use diesel::Connection as _;

use super::{Order, Purchase, Stop, ledger, purchase_of, stop_at_wallet, store, tell};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, RequestId};
use crate::leads;
use crate::money::Currency;
use crate::requests;

/// Sells the only copy of each of these leads, each of another person, to the request that orders it. `None` stands
/// for an order that a gate refused, or that could not be done together with the others; it left nothing behind.
///
/// The orders come from requests, which the caller has locked, and wait for no outcome.
pub(super) fn sell_together(
    conn: &mut Conn,
    orders: &[Order<'_>],
    now: Ts,
) -> Result<Vec<Option<Purchase>>> {
    match conn.transaction(|conn| sell_or_stop(conn, orders, now)) {
        Ok(purchases) => {
            let sold = purchases.iter().flatten().count();
            metrics::counter!("galena_purchases_total").increment(u64::try_from(sold).unwrap_or(0));
            Ok(purchases)
        }
        Err(Stop::At(_)) => Ok(vec![None; orders.len()]),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn sell_or_stop(
    conn: &mut Conn,
    orders: &[Order<'_>],
    now: Ts,
) -> Result<Vec<Option<Purchase>>, Stop> {
    let mut limits = Limits {
        wallets: Wallets::of(conn, orders)?,
        full: HashSet::new(),
    };
    let mut purchases = Vec::with_capacity(orders.len());
    for order in orders {
        purchases.push(agree(conn, order, &mut limits, now)?);
    }
    let sold = purchases.iter().zip(orders);
    let sold: Vec<(&Purchase, &Order<'_>)> = sold
        .filter_map(|(purchase, order)| Some((purchase.as_ref()?, order)))
        .collect();
    let leads: Vec<_> = sold.iter().map(|(purchase, _)| purchase.lead_id).collect();
    if !leads::take_only_copies(conn, &leads, now)? {
        return Err(Stop::At(requests::Gate::SoldOut));
    }
    let rows: Vec<Purchase> = sold
        .iter()
        .map(|(purchase, _)| (*purchase).clone())
        .collect();
    store::insert(conn, &rows)?;
    let sales: Vec<ledger::Sale> = rows.iter().map(Purchase::sale).collect();
    ledger::sales(conn, &sales).map_err(stop_at_wallet)?;
    tell(conn, &sold, now)?;
    Ok(purchases)
}

/// Agrees on a sale and counts it in its request, if no gate is closed.
fn agree(
    conn: &mut Conn,
    order: &Order<'_>,
    limits: &mut Limits,
    now: Ts,
) -> Result<Option<Purchase>, Stop> {
    let Some(request) = order.request else {
        return Ok(None);
    };
    if limits.full.contains(&request.id) || !limits.wallets.cover(order) {
        return Ok(None);
    }
    let version = order.agreement.version.id;
    let terms = store::terms(conn, order.listing, order.buyer, version, now)?;
    if terms.closed.is_some() {
        return Ok(None);
    }
    if requests::take(conn, request, request.commitment(order.price), now)?.is_some() {
        limits.full.insert(request.id);
        return Ok(None);
    }
    limits.wallets.spend(order);
    Ok(Some(purchase_of(order, terms.commission, now)?))
}

/// What is known of limits that orders have met.
struct Limits {
    wallets: Wallets,
    /// Requests that took no more.
    full: HashSet<RequestId>,
}

/// What buyers could spend at the beginning, less what they spend here. The ledger decides; this only spares it
/// orders that it would refuse.
struct Wallets(BTreeMap<(AccountId, Currency), i64>);

impl Wallets {
    fn of(conn: &mut Conn, orders: &[Order<'_>]) -> Result<Self> {
        let mut wallets: Vec<(AccountId, Currency)> = orders.iter().map(wallet).collect();
        wallets.sort_unstable();
        wallets.dedup();
        let balances = ledger::available_all(conn, &wallets)?;
        Ok(Self(wallets.into_iter().zip(balances).collect()))
    }

    fn cover(&self, order: &Order<'_>) -> bool {
        let left = self.0.get(&wallet(order)).copied().unwrap_or(0);
        order.price.minor <= left
    }

    fn spend(&mut self, order: &Order<'_>) {
        if let Some(left) = self.0.get_mut(&wallet(order)) {
            *left -= order.price.minor;
        }
    }
}

fn wallet(order: &Order<'_>) -> (AccountId, Currency) {
    (order.buyer, order.price.currency)
}
