//! What a seller's leads brought: each charge with its share, and the months.

mod store;

use chrono::{Datelike as _, Months, NaiveDate, NaiveTime};

use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, LeadId, PurchaseId};
use crate::money::Money;

use store::Share;

/// Months that the earnings look back.
const MONTHS: u32 = 6;

/// Where the share of a sold lead stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The buyer may still dispute.
    Pending,
    Disputed,
    /// Final, and in the payable balance.
    Payable,
    /// Given back to the buyer, all of it.
    Refunded,
}

/// One sold lead as its seller sees it.
#[derive(Debug, Clone)]
pub struct Earning {
    pub purchase: PurchaseId,
    pub lead: LeadId,
    /// `M**** K****`
    pub masked_name: String,
    pub sold_at: Ts,
    /// The day from which the share is final.
    pub final_at: Ts,
    pub price: Money,
    pub commission: Money,
    pub refunded: Money,
    /// The seller's share, less what was refunded of it.
    pub share: Money,
    pub standing: Standing,
}

/// What the leads sold in one month brought.
#[derive(Debug, Clone)]
pub struct Month {
    /// The first instant of it.
    pub start: Ts,
    pub sold: i64,
    pub price: Money,
    pub commission: Money,
    pub share: Money,
}

impl Month {
    /// `2026-11`
    pub fn label(&self) -> String {
        self.start.utc().format("%Y-%m").to_string()
    }
}

/// The last months, newest first, a line for each currency in which something was sold.
pub fn months(conn: &mut Conn, seller: AccountId, now: Ts) -> Result<Vec<Month>> {
    let mut months = Vec::new();
    let mut end = None;
    let this_month = now.utc().date_naive().with_day(1);
    for back in 0..MONTHS {
        let first = this_month.and_then(|day| day.checked_sub_months(Months::new(back)));
        let Some(start) = first.map(start_of) else {
            break;
        };
        for sold in store::between(conn, seller, start, end)? {
            let money = |minor| Money::new(minor, sold.currency);
            months.push(Month {
                start,
                sold: sold.leads,
                price: money(sold.price_minor),
                commission: money(sold.commission_minor),
                share: money(sold.price_minor - sold.commission_minor),
            });
        }
        end = Some(start);
    }
    Ok(months)
}

fn start_of(day: NaiveDate) -> Ts {
    day.and_time(NaiveTime::MIN).and_utc().into()
}

fn earning(row: &Share) -> Earning {
    let money = |minor| Money::new(minor, row.currency);
    let kept = row.commission_minor - row.commission_refunded_minor;
    let share = row.captured_minor - row.refunded_minor - kept;
    let standing = if row.refunded_minor == row.captured_minor {
        Standing::Refunded
    } else if row.disputed_minor > 0 {
        Standing::Disputed
    } else if row.settled_at.is_some() {
        Standing::Payable
    } else {
        Standing::Pending
    };
    Earning {
        purchase: row.purchase,
        lead: row.lead,
        masked_name: row.masked_name.clone(),
        sold_at: row.sold_at,
        final_at: row.final_at,
        price: money(row.captured_minor),
        commission: money(kept),
        refunded: money(row.refunded_minor),
        share: money(share),
        standing,
    }
}

/// A page of a seller's sold leads, newest first, from before `before` on.
pub fn earnings(
    conn: &mut Conn,
    seller: AccountId,
    before: Option<(Ts, PurchaseId)>,
    limit: i64,
) -> Result<Vec<Earning>> {
    let rows = store::shares(conn, seller, before, limit)?;
    Ok(rows.iter().map(earning).collect())
}
