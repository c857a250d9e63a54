//! The days and hours a request buys in, on the buyer's clock.

use chrono::{Datelike, TimeZone as _, Timelike, Weekday};
use chrono_tz::Tz;

use crate::clock::{MINUTE, Ts};
use crate::db::types::text_enum;

/// Minutes of a day; `to` may be all of them, written 24:00.
pub const DAY_MINUTES: u32 = 1_440;

text_enum! {
    /// Days of the week, Monday first.
    pub enum Day {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Mon => Self::Mon,
            Weekday::Tue => Self::Tue,
            Weekday::Wed => Self::Wed,
            Weekday::Thu => Self::Thu,
            Weekday::Fri => Self::Fri,
            Weekday::Sat => Self::Sat,
            Weekday::Sun => Self::Sun,
        }
    }
}

/// When a request buys: from `from` up to, not including, `to`, on these days.
/// Where `to` is before `from` the hours run past midnight and belong to the day they began on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub days: Vec<Day>,
    pub from_minute: u32,
    pub to_minute: u32,
    pub zone: Tz,
}

impl Schedule {
    pub fn always(zone: Tz) -> Self {
        Self {
            days: Day::ALL.to_vec(),
            from_minute: 0,
            to_minute: DAY_MINUTES,
            zone,
        }
    }

    pub fn is_always(&self) -> bool {
        self.days.len() == Day::ALL.len() && self.from_minute == 0 && self.to_minute == DAY_MINUTES
    }

    pub fn is_open(&self, now: Ts) -> bool {
        let local = self.zone.from_utc_datetime(&now.utc().naive_utc());
        let minute = local.hour() * 60 + local.minute();
        let today = self.days.contains(&local.weekday().into());
        if self.from_minute < self.to_minute {
            return today && (self.from_minute..self.to_minute).contains(&minute);
        }
        let yesterday = self.days.contains(&local.weekday().pred().into());
        (today && minute >= self.from_minute) || (yesterday && minute < self.to_minute)
    }

    /// When the hours open next, to the quarter of an hour at or after; `None` when they are never closed.
    pub fn next_opening(&self, now: Ts) -> Option<Ts> {
        if self.is_always() {
            return None;
        }
        let quarter = 15 * MINUTE;
        let first = now.micros().div_euclid(quarter) + 1;
        // Nine days of quarters hold an opening of every schedule, also around a change of the clock.
        let mut was_open = self.is_open(now);
        (first..first + 9 * 96).find_map(|count| {
            let at = Ts::from_micros(count * quarter);
            let opens = !was_open && self.is_open(at);
            was_open = self.is_open(at);
            opens.then_some(at)
        })
    }
}

/// Minutes after midnight of `09:30`; `24:00` is the end of the day.
pub fn parse_minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY_MINUTES).then_some(total)
}

/// `570` as `09:30`.
pub fn show_minute(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
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
    fn office_hours_follow_the_buyers_clock_through_the_year() {
        let schedule = Schedule {
            days: vec![Day::Mon, Day::Tue],
            from_minute: 9 * 60,
            to_minute: 18 * 60,
            zone: Tz::Europe__Riga,
        };
        // 09:00 in Riga is 07:00 UTC in winter, 06:00 in summer.
        for (now, open) in [
            ("2026-11-23T06:59:59Z", false),
            ("2026-11-23T07:00:00Z", true),
            ("2026-11-23T15:59:59Z", true),
            ("2026-11-23T16:00:00Z", false),
            ("2026-07-06T06:00:00Z", true),
            ("2026-07-06T05:59:59Z", false),
            ("2026-11-25T10:00:00Z", false),
        ] {
            assert_eq!(schedule.is_open(at(now)), open, "{now}");
        }
    }

    #[test]
    fn night_hours_belong_to_the_day_they_began_on() {
        let schedule = Schedule {
            days: vec![Day::Fri],
            from_minute: 22 * 60,
            to_minute: 6 * 60,
            zone: Tz::UTC,
        };
        for (now, open) in [
            ("2026-11-27T21:59:00Z", false),
            ("2026-11-27T22:00:00Z", true),
            ("2026-11-28T05:59:00Z", true),
            ("2026-11-28T06:00:00Z", false),
            ("2026-11-28T23:00:00Z", false),
            ("2026-11-27T03:00:00Z", false),
        ] {
            assert_eq!(schedule.is_open(at(now)), open, "{now}");
        }
    }

    #[test]
    fn the_next_opening_is_found() {
        let office = Schedule {
            days: vec![Day::Mon],
            from_minute: 9 * 60,
            to_minute: 18 * 60,
            zone: Tz::Europe__Riga,
        };
        let monday = at("2026-11-23T07:00:00Z");
        assert_eq!(
            office.next_opening(at("2026-11-20T12:34:56Z")),
            Some(monday)
        );
        assert_eq!(
            office.next_opening(monday),
            Some(monday.plus(7 * crate::clock::DAY))
        );
        assert_eq!(Schedule::always(Tz::UTC).next_opening(monday), None);
    }

    #[test]
    fn minutes_read_back() {
        assert_eq!(parse_minute("24:00"), Some(DAY_MINUTES));
        for wrong in ["24:01", "9:00", "09:60", "0900", "aa:bb", "+9:00"] {
            assert_eq!(parse_minute(wrong), None, "{wrong}");
        }
        assert_eq!(show_minute(570), "09:30");
    }
}
