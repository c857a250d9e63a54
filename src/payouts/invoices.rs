//! Invoices for the exchange's commission: one for each seller, month and currency, numbered without gaps.

use chrono::{Datelike as _, Months, NaiveTime};
use serde_json::json;

use super::store::invoices as store;
use crate::access::Actor;
use crate::audit;
use crate::clock::{HOUR, Ts};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, InvoiceId};
use crate::ledger::{self, Commission};
use crate::money::{Currency, Money};

pub use store::{find, of_seller};

/// Months that are looked back on for ones that were not closed, after a long rest.
const MONTHS: u32 = 3;
/// A month is closed this long after its end, so that no sale of it is still being written.
const REST: i64 = HOUR;

/// A month of the calendar, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    pub start: Ts,
    /// The first instant after it.
    pub end: Ts,
}

impl Month {
    /// The month that lies so many before the one of `now`.
    pub fn before(now: Ts, back: u32) -> Option<Self> {
        let first = now.utc().date_naive().with_day(1)?;
        let start = first.checked_sub_months(Months::new(back))?;
        let end = start.checked_add_months(Months::new(1))?;
        let at = |day: chrono::NaiveDate| Ts::from(day.and_time(NaiveTime::MIN).and_utc());
        Some(Self {
            start: at(start),
            end: at(end),
        })
    }

    /// `2026-11`
    pub fn label(&self) -> String {
        self.start.utc().format("%Y-%m").to_string()
    }
}

/// An invoice as it was issued; it never changes.
#[derive(Debug, Clone)]
pub struct Invoice {
    pub id: InvoiceId,
    /// The year of issue: numbers begin anew in each.
    pub series: String,
    pub number: i32,
    pub seller_id: AccountId,
    /// As the seller was called then.
    pub seller_name: String,
    pub seller_country: String,
    pub month: Month,
    /// Commission on what was sold in the month.
    pub taken: Money,
    /// Commission given back with refunds in the month.
    pub given_back: Money,
    pub issued_at: Ts,
}

impl Invoice {
    /// `2026-000017`
    pub fn label(&self) -> String {
        format!("{}-{:06}", self.series, self.number)
    }

    /// What the seller paid; below zero it is a credit.
    pub fn total(&self) -> Money {
        Money::new(
            self.taken.minor - self.given_back.minor,
            self.taken.currency,
        )
    }
}

/// Issues an invoice under the next number of its year. The number is taken in the caller's transaction: it
/// goes back with it, and others wait for it, so that there is neither gap nor double.
pub fn issue(
    conn: &mut Conn,
    seller: AccountId,
    month: Month,
    commission: Commission,
    now: Ts,
) -> Result<Invoice> {
    let series = now.utc().format("%Y").to_string();
    let (seller_name, seller_country) = store::seller(conn, seller)?;
    let invoice = Invoice {
        id: InvoiceId::new(now),
        number: store::next_number(conn, &series)?,
        series,
        seller_id: seller,
        seller_name,
        seller_country,
        month,
        taken: commission.taken,
        given_back: commission.given_back,
        issued_at: now,
    };
    store::insert(conn, &invoice)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(seller),
            action: "invoice.issued",
            subject: invoice.id.to_string(),
            detail: json!({ "number": invoice.label(), "total": invoice.total() }),
        },
    )?;
    Ok(invoice)
}

/// Closes the oldest month that is over and was not closed yet, with an invoice for every seller that was
/// charged in it; says how many months that were.
pub fn close_month(conn: &mut Conn, now: Ts) -> Result<usize> {
    for back in (1..=MONTHS).rev() {
        let Some(month) = Month::before(now, back) else {
            continue;
        };
        if month.end.plus(REST) > now || !store::close(conn, month.start, now)? {
            continue;
        }
        for (seller, commission) in ledger::commission_between(conn, month.start, month.end)? {
            issue(conn, seller, month, commission, now)?;
        }
        return Ok(1);
    }
    Ok(0)
}

/// A seller's invoice; `NotFound` for another's.
pub fn of(conn: &mut Conn, seller: AccountId, id: InvoiceId) -> Result<Invoice> {
    find(conn, id)?
        .filter(|invoice| invoice.seller_id == seller)
        .ok_or_else(|| crate::error::Error::refused(crate::error::Code::NotFound))
}

/// The currencies in which a seller had final money, for its monthly statements.
pub fn currencies(conn: &mut Conn, seller: AccountId) -> Result<Vec<Currency>> {
    let mut found: Vec<_> = ledger::balances(conn, seller)?
        .into_iter()
        .map(|balance| balance.amount.currency)
        .collect();
    found.dedup();
    Ok(found)
}
