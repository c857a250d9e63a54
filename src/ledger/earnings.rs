//! What a seller earned: each charge with its share - leads, appointments, sales, base fees - and the months.

mod store;

use chrono::{Datelike as _, Months, NaiveDate, NaiveTime};
use uuid::Uuid;

use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, ContractId, LeadId, PurchaseId};
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

/// What a seller is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earned {
    Lead,
    Appointment,
    Sale,
    BaseFee,
    /// The rest of another charge, paid later.
    Claim,
}

impl Earned {
    /// By the kind of a charge, as its table has it.
    fn of(kind: &str) -> Self {
        match kind {
            "appointment" => Self::Appointment,
            "sale" => Self::Sale,
            "base_fee" => Self::BaseFee,
            _ => Self::Claim,
        }
    }
}

/// Which earnings are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Within {
    /// Only what came before this time, or at it with a smaller id.
    pub before: Option<(Ts, Uuid)>,
    /// From the first instant until before the second.
    pub month: Option<(Ts, Ts)>,
    pub contract: Option<ContractId>,
}

/// One charge as its seller sees it.
#[derive(Debug, Clone)]
pub struct Earning {
    pub id: Uuid,
    pub earned: Earned,
    pub purchase: Option<PurchaseId>,
    pub lead: Option<LeadId>,
    /// `M**** K****`; for a base fee, the name of the contract.
    pub name: String,
    pub contract: ContractId,
    /// When it was charged.
    pub at: Ts,
    /// The day from which the share is final.
    pub final_at: Ts,
    pub price: Money,
    pub commission: Money,
    pub refunded: Money,
    /// The seller's share, less what was refunded of it.
    pub share: Money,
    pub standing: Standing,
}

/// What one month brought.
#[derive(Debug, Clone)]
pub struct Month {
    /// The first instant of it.
    pub start: Ts,
    /// Charges, whatever for.
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
        let time = (start, end.unwrap_or(Ts::from_micros(i64::MAX)));
        let mut brought = store::purchases_between(conn, seller, time)?;
        for other in store::charges_between(conn, seller, time)? {
            match brought
                .iter_mut()
                .find(|one| one.currency == other.currency)
            {
                Some(one) => {
                    one.charges += other.charges;
                    one.price_minor += other.price_minor;
                    one.commission_minor += other.commission_minor;
                }
                None => brought.push(other),
            }
        }
        brought.sort_by_key(|one| one.currency);
        for one in brought {
            let money = |minor| Money::new(minor, one.currency);
            months.push(Month {
                start,
                sold: one.charges,
                price: money(one.price_minor),
                commission: money(one.commission_minor),
                share: money(one.price_minor - one.commission_minor),
            });
        }
        end = Some(start);
    }
    Ok(months)
}

fn start_of(day: NaiveDate) -> Ts {
    day.and_time(NaiveTime::MIN).and_utc().into()
}

/// The first and the last-but-one instant of a month such as `2026-11`.
pub fn month_of(label: &str) -> Option<(Ts, Ts)> {
    let first = NaiveDate::parse_from_str(&format!("{label}-01"), "%Y-%m-%d").ok()?;
    let next = first.checked_add_months(Months::new(1))?;
    Some((start_of(first), start_of(next)))
}

fn earning(row: Share) -> Earning {
    let sums = &row.sums;
    let money = |minor| Money::new(minor, sums.currency);
    let kept = sums.commission_minor - sums.commission_refunded_minor;
    let share = sums.captured_minor - sums.refunded_minor - kept;
    let standing = if sums.refunded_minor == sums.captured_minor {
        Standing::Refunded
    } else if sums.disputed_minor > 0 {
        Standing::Disputed
    } else if sums.settled_at.is_some() {
        Standing::Payable
    } else {
        Standing::Pending
    };
    Earning {
        id: row.id,
        earned: row.earned,
        purchase: row.purchase,
        lead: row.lead,
        contract: row.contract,
        at: row.at,
        final_at: row.final_at,
        price: money(sums.captured_minor),
        commission: money(kept),
        refunded: money(sums.refunded_minor),
        share: money(share),
        standing,
        name: row.name,
    }
}

/// A seller's earnings of every kind, newest first, at most `limit`.
pub fn earnings(
    conn: &mut Conn,
    seller: AccountId,
    within: &Within,
    limit: i64,
) -> Result<Vec<Earning>> {
    let mut rows = store::of_purchases(conn, seller, within, limit)?;
    rows.extend(store::of_charges(conn, seller, within, limit)?);
    rows.sort_by_key(|row| std::cmp::Reverse((row.at, row.id)));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows.into_iter().map(earning).collect())
}
