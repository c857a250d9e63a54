//! Deliveries in the database.

use diesel::prelude::*;

use super::{Delivery, DeliveryState};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::deliveries;
use crate::error::Result;
use crate::id::{DeliveryId, PurchaseId};

/// The deliveries of a purchase, oldest first.
pub fn of_purchase(conn: &mut Conn, purchase: PurchaseId) -> Result<Vec<Delivery>> {
    Ok(deliveries::table
        .filter(deliveries::purchase_id.eq(purchase))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .load(conn)?)
}

pub fn insert(conn: &mut Conn, delivery: &Delivery) -> Result<()> {
    diesel::insert_into(deliveries::table)
        .values(delivery)
        .execute(conn)?;
    Ok(())
}

pub fn delivered(conn: &mut Conn, id: DeliveryId, now: Ts) -> Result<()> {
    diesel::update(deliveries::table.find(id))
        .set((
            deliveries::state.eq(DeliveryState::Delivered),
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::last_error.eq(None::<String>),
            deliveries::delivered_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes a try that failed; the job decides whether there is another.
pub fn failed(conn: &mut Conn, id: DeliveryId, error: &str) -> Result<()> {
    diesel::update(deliveries::table.find(id))
        .set((
            deliveries::state.eq(DeliveryState::Failed),
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::last_error.eq(error),
        ))
        .execute(conn)?;
    Ok(())
}
