//! What `leads` asks of the side that buys, which stands after it in the order of the modules.

use super::Listing;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{LeadId, PurchaseId};
use crate::money::Money;

/// A copy of a lead that was sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaleSummary {
    pub purchase_id: PurchaseId,
    /// What the buyer paid.
    pub price: Money,
    /// What the seller earns: the price less the commission.
    pub earning: Money,
    /// How many buyers get the lead at most, where its sale settled that.
    pub buyers: Option<i32>,
}

/// The side that buys.
pub trait Exchange: Send + Sync {
    /// Offers a new listing to the active purchase requests, within the transaction that receives it.
    fn offer(&self, conn: &mut Conn, listing: &Listing, now: Ts) -> Result<Vec<SaleSummary>>;

    /// Offers many new listings of different people, each as `offer` does; the sales are in their order.
    fn offer_all(
        &self,
        conn: &mut Conn,
        listings: &[&Listing],
        now: Ts,
    ) -> Result<Vec<Vec<SaleSummary>>> {
        let offered = listings
            .iter()
            .map(|listing| self.offer(conn, listing, now));
        offered.collect()
    }

    /// The copies of a lead that were sold, oldest first.
    fn sales(&self, conn: &mut Conn, lead: LeadId) -> Result<Vec<SaleSummary>>;
}
