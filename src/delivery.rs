//! Delivery of purchases outside the inbox: mail to the buyer, from the queue, retried until taken.

pub mod jobs;
mod letter;
mod store;

use diesel::{Insertable, Queryable, Selectable};

use crate::clock::Ts;
use crate::db::schema::deliveries;
use crate::db::types::text_enum;
use crate::id::{DeliveryId, PurchaseId};

pub use store::of_purchase;

text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryState { Queued = "queued", Delivered = "delivered", Failed = "failed" }
}

text_enum! {
    /// How a purchase reaches its buyer.
    pub enum DeliveryChannel { Email = "email" }
}

/// One way of bringing a purchase to its buyer, and how far it got.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    pub id: DeliveryId,
    pub purchase_id: PurchaseId,
    pub channel: DeliveryChannel,
    /// The buyer's own address, as its request names it.
    pub recipient: String,
    pub state: DeliveryState,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub queued_at: Ts,
    pub delivered_at: Option<Ts>,
}
