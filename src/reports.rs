//! Reports: the figures of the public pages and of each dashboard, read from every slice's tables.

pub mod api;
pub mod audit;
pub mod chart;
pub mod market;
pub mod pages;
mod store;

pub use store::buyer::{BuyerReport, RecentPurchase, RequestProgress, buyer};
pub use store::operator::{OperatorReport, operator, queues};
pub use store::public::{Figures, VerticalFigures, figures};
pub use store::seller::{RecentSale, SellerReport, seller};

use crate::access::Caller;
use crate::audit::Entry;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::JobId;
use crate::jobs;
use crate::money::{Currency, Money};

/// Sales of one currency over some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turnover {
    pub sales: i64,
    /// What buyers paid.
    pub paid: Money,
    pub commission: Money,
}

impl Turnover {
    /// What sellers earned.
    pub fn earned(&self) -> Money {
        Money::new(self.paid.minor - self.commission.minor, self.paid.currency)
    }
}

/// Sales of all currencies together.
pub fn sales(turnovers: &[Turnover]) -> i64 {
    turnovers.iter().map(|turnover| turnover.sales).sum()
}

/// How many happened on each of the last days, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daily {
    /// Midnight UTC.
    pub day: Ts,
    pub received: i64,
    pub sold: i64,
}

/// Gives a job that was given up another round of tries.
pub fn requeue(conn: &mut Conn, caller: &Caller, job: JobId, now: Ts) -> Result<()> {
    jobs::requeue(conn, job, now)?;
    crate::audit::record(
        conn,
        &Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action: "job.requeued",
            subject: job.to_string(),
            detail: serde_json::json!({}),
        },
    )
}

/// The amounts as people read them, one a line, or a dash where there are none.
pub fn shown(amounts: impl IntoIterator<Item = Money>) -> String {
    let shown: Vec<String> = amounts.into_iter().map(Money::shown).collect();
    if shown.is_empty() {
        "\u{2013}".to_owned()
    } else {
        shown.join("\n")
    }
}

/// One line for a currency read from the database.
fn turnover(
    (currency, sales, paid, commission): (Currency, i64, Option<i64>, Option<i64>),
) -> Turnover {
    Turnover {
        sales,
        paid: Money::new(paid.unwrap_or(0), currency),
        commission: Money::new(commission.unwrap_or(0), currency),
    }
}
