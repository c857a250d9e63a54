//! How a seller is paid: the least at once, and when - on request, weekly, or so many days after a month.

mod schedule;

use serde_json::json;

pub use schedule::make_scheduled;

use super::store::settings as store;
use crate::access::{AccountKind, Caller};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::AccountId;
use crate::money::{Currency, Money};
use crate::{accounts, audit};

text_enum! {
    /// When payouts are made without being asked for.
    pub enum Schedule {
        OnRequest = "on_request",
        /// Each week on one day.
        Weekly = "weekly",
        /// So many days after the end of a month, what was final by then.
        Net = "net",
    }
}

const MAX_NET_DAYS: i32 = 120;

/// When a seller is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    OnRequest,
    /// 1 is Monday, 7 Sunday.
    Weekly(i32),
    NetDays(i32),
}

impl When {
    pub const fn schedule(self) -> Schedule {
        match self {
            Self::OnRequest => Schedule::OnRequest,
            Self::Weekly(_) => Schedule::Weekly,
            Self::NetDays(_) => Schedule::Net,
        }
    }

    pub const fn weekday(self) -> Option<i32> {
        match self {
            Self::Weekly(day) => Some(day),
            _ => None,
        }
    }

    pub const fn net_days(self) -> Option<i32> {
        match self {
            Self::NetDays(days) => Some(days),
            _ => None,
        }
    }

    pub(super) fn from_parts(
        schedule: Schedule,
        weekday: Option<i32>,
        net_days: Option<i32>,
    ) -> Result<Self, FieldError> {
        match schedule {
            Schedule::OnRequest => Ok(Self::OnRequest),
            Schedule::Weekly => weekday
                .filter(|day| (1..=7).contains(day))
                .map(Self::Weekly)
                .ok_or_else(|| {
                    FieldError::new("weekday", Reason::NotAllowed, "1 (Monday) to 7 (Sunday)")
                }),
            Schedule::Net => net_days
                .filter(|days| (1..=MAX_NET_DAYS).contains(days))
                .map(Self::NetDays)
                .ok_or_else(|| {
                    let accepted = format!("1 to {MAX_NET_DAYS}");
                    FieldError::new("net_days", Reason::NotAllowed, accepted)
                }),
        }
    }
}

/// How a seller is paid.
#[derive(Debug, Clone)]
pub struct Settings {
    pub when: When,
    /// The next time that payouts are made by schedule.
    pub next_at: Option<Ts>,
}

/// What a seller's settings are; on request until somebody sets them.
pub fn of(conn: &mut Conn, seller: AccountId) -> Result<Settings> {
    let kept = store::find(conn, seller)?;
    kept.map_or(
        Ok(Settings {
            when: When::OnRequest,
            next_at: None,
        }),
        |row| row.settings(),
    )
}

/// The least that is paid out at once, unless a seller has a minimum of its own.
pub fn default_minimum(currency: Currency) -> Money {
    let minor = match currency.code() {
        "EUR" | "USD" | "GBP" | "CHF" => 5_000,
        "RON" | "PLN" => 25_000,
        "RUB" | "RSD" | "ALL" => 500_000,
        _ => 1,
    };
    Money::new(minor, currency)
}

/// The least that a seller is paid at once.
pub fn minimum(conn: &mut Conn, seller: AccountId, currency: Currency) -> Result<Money> {
    let own = store::minimum(conn, seller, currency)?;
    Ok(own.map_or_else(
        || default_minimum(currency),
        |minor| Money::new(minor, currency),
    ))
}

/// What an operator set, once it makes sense.
#[derive(Debug, Clone)]
pub struct Change {
    pub when: When,
    /// A minimum for one currency.
    pub minimum: Option<Money>,
}

/// What was typed on the form of settings.
#[derive(Debug, Clone, Default)]
pub struct Typed<'a> {
    pub schedule: &'a str,
    pub weekday: &'a str,
    pub net_days: &'a str,
    pub currency: &'a str,
    /// Empty leaves the minimum as it is.
    pub minimum: &'a str,
}

impl Change {
    pub fn parse(typed: &Typed<'_>) -> std::result::Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let when = typed
            .schedule
            .parse::<Schedule>()
            .map_err(|accepted| FieldError::new("schedule", Reason::NotAllowed, accepted))
            .and_then(|schedule| {
                When::from_parts(
                    schedule,
                    typed.weekday.trim().parse().ok(),
                    typed.net_days.trim().parse().ok(),
                )
            })
            .map_err(|error| wrong.push(error));
        let minimum = read_minimum(typed).map_err(|error| wrong.push(error));
        match (when, minimum) {
            (Ok(when), Ok(minimum)) => Ok(Self { when, minimum }),
            _ => Err(wrong),
        }
    }
}

fn read_minimum(typed: &Typed<'_>) -> std::result::Result<Option<Money>, FieldError> {
    if typed.minimum.trim().is_empty() {
        return Ok(None);
    }
    let currency: Currency = typed
        .currency
        .parse()
        .map_err(|_| FieldError::new("currency", Reason::CurrencyUnknown, "EUR, RUB, .."))?;
    Money::parse(typed.minimum, currency)
        .ok()
        .filter(|money| (1..=crate::ledger::MAX_MINOR).contains(&money.minor))
        .map(Some)
        .ok_or_else(|| FieldError::new("minimum", Reason::AmountInvalid, "a decimal such as 50.00"))
}

/// Sets how a seller is paid.
pub fn change(
    conn: &mut Conn,
    operator: &Caller,
    seller: AccountId,
    change: &Change,
    now: Ts,
) -> Result<()> {
    match accounts::kind_of(conn, seller)? {
        Some((AccountKind::Seller, _)) => {}
        _ => return Err(Error::refused(Code::NotFound)),
    }
    let next = schedule::next(change.when, now);
    store::set(conn, seller, change.when, next, operator.user_id, now)?;
    if let Some(minimum) = change.minimum {
        store::set_minimum(conn, seller, minimum)?;
    }
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: operator.actor(),
            account_id: Some(seller),
            action: "payout_settings.set",
            subject: seller.to_string(),
            detail: json!({
                "schedule": change.when.schedule(),
                "weekday": change.when.weekday(),
                "net_days": change.when.net_days(),
                "minimum": change.minimum,
            }),
        },
    )
}
