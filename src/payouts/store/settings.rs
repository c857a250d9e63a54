//! All diesel of the settings.

use anyhow::anyhow;
use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::{payout_minimums, payout_settings};
use crate::db::{Conn, each};
use crate::error::{Error, Result};
use crate::id::{AccountId, UserId};
use crate::money::{Currency, Money};
use crate::payouts::settings::{Schedule, Settings, When};

#[derive(Queryable, Selectable)]
#[diesel(table_name = payout_settings)]
pub struct Row {
    pub seller_id: AccountId,
    schedule: Schedule,
    weekday: Option<i32>,
    net_days: Option<i32>,
    next_at: Option<Ts>,
}

impl Row {
    pub fn settings(&self) -> Result<Settings> {
        let when = When::from_parts(self.schedule, self.weekday, self.net_days)
            .map_err(|error| Error::Internal(anyhow!("kept settings are wrong: {error:?}")))?;
        Ok(Settings {
            when,
            next_at: self.next_at,
        })
    }
}

pub fn find(conn: &mut Conn, seller: AccountId) -> Result<Option<Row>> {
    Ok(payout_settings::table
        .find(seller)
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Sellers whose scheduled payouts are due, the longest overdue first.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Row>> {
    Ok(payout_settings::table
        .filter(payout_settings::next_at.le(now))
        .order(payout_settings::next_at)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?)
}

/// Moves a seller from one due time to the next; false when that was done already.
pub fn advance(conn: &mut Conn, seller: AccountId, from: Ts, to: Option<Ts>) -> Result<bool> {
    let changed = diesel::update(payout_settings::table.find(seller))
        .filter(payout_settings::next_at.eq(from))
        .set(payout_settings::next_at.eq(to))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn set(
    conn: &mut Conn,
    seller: AccountId,
    when: When,
    next_at: Option<Ts>,
    by: UserId,
    at: Ts,
) -> Result<()> {
    let values = (
        payout_settings::schedule.eq(when.schedule()),
        payout_settings::weekday.eq(when.weekday()),
        payout_settings::net_days.eq(when.net_days()),
        payout_settings::next_at.eq(next_at),
        payout_settings::set_by.eq(by),
        payout_settings::set_at.eq(at),
    );
    each!(conn, |inner| diesel::insert_into(payout_settings::table)
        .values((payout_settings::seller_id.eq(seller), values))
        .on_conflict(payout_settings::seller_id)
        .do_update()
        .set(values)
        .execute(inner))?;
    Ok(())
}

pub fn minimum(conn: &mut Conn, seller: AccountId, currency: Currency) -> Result<Option<i64>> {
    Ok(payout_minimums::table
        .find((seller, currency))
        .select(payout_minimums::minimum_minor)
        .first(conn)
        .optional()?)
}

pub fn set_minimum(conn: &mut Conn, seller: AccountId, minimum: Money) -> Result<()> {
    each!(conn, |inner| diesel::insert_into(payout_minimums::table)
        .values((
            payout_minimums::seller_id.eq(seller),
            payout_minimums::currency.eq(minimum.currency),
            payout_minimums::minimum_minor.eq(minimum.minor),
        ))
        .on_conflict((payout_minimums::seller_id, payout_minimums::currency))
        .do_update()
        .set(payout_minimums::minimum_minor.eq(minimum.minor))
        .execute(inner))?;
    Ok(())
}
