//! When base fees are due: at the start of each period, counted from the first.

use chrono::Months;

use super::terms::Period;
use crate::clock::{DAY, Ts};

/// Periods that a contract may have: more than a thousand years of weeks.
const MAX_PERIODS: i32 = 100_000;

/// The start of the period with this number, 0 for the first. A month that has not the first
/// period's day starts on its last day.
pub fn period_start(first: Ts, period: Period, number: i32) -> Ts {
    match period {
        Period::Week => first.plus(7 * DAY * i64::from(number)),
        Period::Month => u32::try_from(number)
            .ok()
            .and_then(|months| first.utc().checked_add_months(Months::new(months)))
            .map_or(first, Ts::from),
    }
}

/// The first period that starts at `now` or later.
pub fn next_period(first: Ts, period: Period, now: Ts) -> i32 {
    (0..=MAX_PERIODS)
        .find(|&number| period_start(first, period, number) >= now)
        .unwrap_or(MAX_PERIODS)
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
    fn months_keep_their_day_where_they_can() {
        let first = at("2026-01-31T10:00:00Z");
        let starts: Vec<String> = (0..4)
            .map(|number| period_start(first, Period::Month, number).to_string())
            .collect();
        assert_eq!(
            starts,
            [
                "2026-01-31T10:00:00Z",
                "2026-02-28T10:00:00Z",
                "2026-03-31T10:00:00Z",
                "2026-04-30T10:00:00Z"
            ]
        );
        assert_eq!(
            next_period(first, Period::Month, at("2026-02-28T10:00:00Z")),
            1
        );
        assert_eq!(
            next_period(first, Period::Month, at("2026-02-28T10:00:01Z")),
            2
        );
    }

    #[test]
    fn weeks_are_seven_days() {
        let first = at("2026-11-20T09:00:00Z");
        assert_eq!(period_start(first, Period::Week, 2), first.plus_days(14));
        assert_eq!(next_period(first, Period::Week, first), 0);
    }
}
