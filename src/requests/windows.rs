//! Caps per hour, day, week and month, counted in the buyer's time zone; weeks start on Monday.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike};
use chrono_tz::Tz;

use super::gate::Gate;
use crate::clock::{DAY, HOUR, MINUTE, SECOND, Ts};
use crate::db::types::text_enum;
use crate::money::Money;

text_enum! {
    /// The spans that caps count over.
    pub enum CapWindow { Hour = "hour", Day = "day", Week = "week", Month = "month" }
}

/// How much may be bought within one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    pub window: CapWindow,
    pub count: Option<i64>,
    pub amount: Option<Money>,
}

impl CapWindow {
    pub const fn count_gate(self) -> Gate {
        match self {
            Self::Hour => Gate::CapHour,
            Self::Day => Gate::CapDay,
            Self::Week => Gate::CapWeek,
            Self::Month => Gate::CapMonth,
        }
    }

    pub const fn amount_gate(self) -> Gate {
        match self {
            Self::Hour => Gate::AmountHour,
            Self::Day => Gate::AmountDay,
            Self::Week => Gate::AmountWeek,
            Self::Month => Gate::AmountMonth,
        }
    }

    /// When the window that holds `now` began.
    ///
    /// An hour that the clock goes through twice is two hours; a day starts at its first instant, also where
    /// midnight is skipped.
    pub fn start(self, now: Ts, zone: Tz) -> Ts {
        let local = zone.from_utc_datetime(&now.utc().naive_utc());
        let date = local.date_naive();
        match self {
            Self::Hour => {
                let past = i64::from(local.minute()) * MINUTE
                    + i64::from(local.second()) * SECOND
                    + i64::from(local.nanosecond() / 1_000);
                now.minus(past)
            }
            Self::Day => day_start(date, zone),
            Self::Week => {
                let past = u64::from(date.weekday().num_days_from_monday());
                day_start(date.checked_sub_days(Days::new(past)).unwrap_or(date), zone)
            }
            Self::Month => day_start(date.with_day(1).unwrap_or(date), zone),
        }
    }

    /// When the window after the one that holds `now` begins.
    pub fn next_start(self, now: Ts, zone: Tz) -> Ts {
        let start = self.start(now, zone);
        let (shortest, step) = match self {
            Self::Hour => return start.plus(HOUR),
            Self::Day => (DAY, HOUR),
            Self::Week => (7 * DAY, HOUR),
            Self::Month => (28 * DAY, HOUR),
        };
        // Windows differ in length with the clock's changes and the months; the first instant after is a start.
        let mut later = start.plus(shortest - 4 * HOUR);
        while self.start(later, zone) == start {
            later = later.plus(step);
        }
        self.start(later, zone)
    }
}

/// The first instant of a local day.
fn day_start(date: NaiveDate, zone: Tz) -> Ts {
    let midnight = date.and_time(NaiveTime::MIN);
    // No zone skips more than a day; transitions fall on quarters of an hour.
    (0..=96)
        .find_map(|quarter| {
            let local = midnight.checked_add_signed(TimeDelta::minutes(15 * quarter))?;
            zone.from_local_datetime(&local).earliest()
        })
        .map_or_else(|| midnight.and_utc().into(), |start| start.to_utc().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Ts {
        chrono::DateTime::parse_from_rfc3339(text)
            .unwrap()
            .to_utc()
            .into()
    }

    #[test]
    fn windows_start_where_the_buyer_lives() {
        // Wednesday 01:30 in Riga is still Tuesday in UTC.
        let now = at("2026-11-24T23:30:00Z");
        for (window, start) in [
            (CapWindow::Hour, "2026-11-24T23:00:00Z"),
            (CapWindow::Day, "2026-11-24T22:00:00Z"),
            (CapWindow::Week, "2026-11-22T22:00:00Z"),
            (CapWindow::Month, "2026-10-31T22:00:00Z"),
        ] {
            assert_eq!(window.start(now, Tz::Europe__Riga), at(start), "{window}");
        }
    }

    #[test]
    fn a_day_of_changing_clocks_is_one_day() {
        // Riga goes back at 04:00 on 2026-10-25: the local day lasts 25 hours.
        let start = at("2026-10-24T21:00:00Z");
        for now in [
            "2026-10-24T21:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T21:59:59Z",
        ] {
            assert_eq!(CapWindow::Day.start(at(now), Tz::Europe__Riga), start);
        }
        let next = at("2026-10-25T22:00:00Z");
        assert_eq!(CapWindow::Day.start(next, Tz::Europe__Riga), next);
    }

    #[test]
    fn an_hour_gone_through_twice_is_two_hours() {
        let (first, second) = (at("2026-10-25T00:40:00Z"), at("2026-10-25T01:40:00Z"));
        assert_ne!(
            CapWindow::Hour.start(first, Tz::Europe__Riga),
            CapWindow::Hour.start(second, Tz::Europe__Riga)
        );
    }

    #[test]
    fn a_day_without_midnight_starts_at_its_first_instant() {
        // Beirut skips 00:00 to 01:00 on 2026-03-29.
        let now = at("2026-03-29T12:00:00Z");
        assert_eq!(
            CapWindow::Day.start(now, Tz::Asia__Beirut),
            at("2026-03-28T22:00:00Z")
        );
    }

    #[test]
    fn the_next_window_begins_where_this_one_ends() {
        for now in [
            "2026-10-24T21:30:00Z",
            "2026-03-28T22:00:00Z",
            "2026-02-27T12:00:00Z",
        ] {
            for &window in CapWindow::ALL {
                let zone = Tz::Europe__Riga;
                let next = window.next_start(at(now), zone);
                assert_eq!(window.start(next, zone), next, "{window} {now}");
                let before = next.minus(1);
                assert_eq!(window.start(before, zone), window.start(at(now), zone));
            }
        }
    }

    #[test]
    fn hours_of_half_hour_zones_are_local() {
        assert_eq!(
            CapWindow::Hour.start(at("2026-11-24T10:45:00Z"), Tz::Asia__Kolkata),
            at("2026-11-24T10:30:00Z")
        );
    }
}
