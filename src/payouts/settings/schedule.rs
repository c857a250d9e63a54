//! Payouts that nobody asks for: made when their time has come, each seller's once.

use chrono::{Datelike as _, Duration, Months, NaiveDate, NaiveTime};

use super::{When, store};
use crate::access::Actor;
use crate::clock::{HOUR, Ts};
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::ledger;
use crate::money::Money;
use crate::payouts::{Ask, Origin, ask, available};

/// Scheduled payouts are made at this hour, UTC.
const AT_HOUR: i64 = 6;

/// The next time after `now`.
pub fn next(when: When, now: Ts) -> Option<Ts> {
    let today = now.utc().date_naive();
    match when {
        When::OnRequest => None,
        When::Weekly(weekday) => (0..=7)
            .map(|ahead| today + Duration::days(ahead))
            .filter(|day| i64::from(day.weekday().number_from_monday()) == i64::from(weekday))
            .map(at_hour)
            .find(|at| *at > now),
        When::NetDays(days) => {
            let this_month = today.with_day(1)?;
            (-6..=2)
                .filter_map(|months| shifted(this_month, months))
                .map(|month| at_hour(month + Duration::days(i64::from(days))))
                .find(|at| *at > now)
        }
    }
}

/// The end of the month that a payout after so many days is for.
fn month_end(due: Ts, days: i32) -> Ts {
    let day = due.utc().date_naive() - Duration::days(i64::from(days));
    start_of(day)
}

fn shifted(day: NaiveDate, months: i32) -> Option<NaiveDate> {
    let step = Months::new(months.unsigned_abs());
    if months < 0 {
        day.checked_sub_months(step)
    } else {
        day.checked_add_months(step)
    }
}

fn start_of(day: NaiveDate) -> Ts {
    day.and_time(NaiveTime::MIN).and_utc().into()
}

fn at_hour(day: NaiveDate) -> Ts {
    start_of(day).plus(AT_HOUR * HOUR)
}

/// Makes the payouts whose time has come, for at most `limit` sellers; says for how many.
pub fn make_scheduled(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let due = store::due(conn, now, limit)?;
    let count = due.len();
    for row in due {
        let settings = row.settings()?;
        let Some(due_at) = settings.next_at else {
            continue;
        };
        // Another server may have been here first.
        if !store::advance(conn, row.seller_id, due_at, next(settings.when, now))? {
            continue;
        }
        for free in available(conn, row.seller_id, now)? {
            let wanted = match settings.when {
                When::NetDays(days) => ledger::payable_since(
                    conn,
                    row.seller_id,
                    free.minimum.currency,
                    month_end(due_at, days),
                )?,
                _ => free.free(),
            };
            let minor = wanted.minor.min(free.free().minor);
            if minor < free.minimum.minor {
                continue;
            }
            let asked = Ask {
                seller: row.seller_id,
                currency: wanted.currency,
                amount: Some(Money::new(minor, wanted.currency)),
                origin: Origin::Schedule,
                by: None,
                actor: Actor::System,
            };
            ask_or_wait(conn, &asked, now)?;
        }
    }
    Ok(count)
}

/// A seller without bank details, or one that may not trade, waits for the next time.
fn ask_or_wait(conn: &mut Conn, asked: &Ask, now: Ts) -> Result<()> {
    match ask(conn, asked, now) {
        Ok(_) => Ok(()),
        Err(Error::Refused(refusal))
            if matches!(
                refusal.code,
                Code::BankDetailsMissing | Code::AccountNotApproved | Code::InvalidContent
            ) =>
        {
            Ok(())
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Ts {
        serde_json::from_value(serde_json::json!(text)).unwrap()
    }

    #[test]
    fn a_week_and_a_month_have_their_days() {
        // 20 November 2026 is a Friday.
        for (when, now, expected) in [
            (When::OnRequest, "2026-11-20T09:00:00Z", None),
            (
                When::Weekly(5),
                "2026-11-20T05:59:59Z",
                Some("2026-11-20T06:00:00Z"),
            ),
            (
                When::Weekly(5),
                "2026-11-20T06:00:00Z",
                Some("2026-11-27T06:00:00Z"),
            ),
            (
                When::Weekly(1),
                "2026-11-20T09:00:00Z",
                Some("2026-11-23T06:00:00Z"),
            ),
            (
                When::NetDays(7),
                "2026-11-20T09:00:00Z",
                Some("2026-12-08T06:00:00Z"),
            ),
            (
                When::NetDays(7),
                "2026-11-02T09:00:00Z",
                Some("2026-11-08T06:00:00Z"),
            ),
            (
                When::NetDays(30),
                "2026-11-20T09:00:00Z",
                Some("2026-12-01T06:00:00Z"),
            ),
            (
                When::NetDays(60),
                "2026-11-20T09:00:00Z",
                Some("2026-11-30T06:00:00Z"),
            ),
        ] {
            assert_eq!(next(when, at(now)), expected.map(at), "{when:?} {now}");
        }
        assert_eq!(
            month_end(at("2026-12-01T06:00:00Z"), 30),
            at("2026-11-01T00:00:00Z")
        );
    }
}
