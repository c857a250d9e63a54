//! One bar a day, as plain geometry for a template without script.

use super::DayFigures;
use crate::web::format;

const WIDTH: i64 = 700;
const HEIGHT: i64 = 150;
/// Room under the bars for the days.
const FOOT: i64 = 20;
/// About how many days are named.
const NAMED: usize = 10;

/// A day's leads: those that fit, and before them those that would have been bought.
pub struct Bar {
    pub date: String,
    pub label: String,
    pub fits: usize,
    pub bought: usize,
    pub spent: String,
    pub x: i64,
    pub width: i64,
    pub center: i64,
    pub fits_y: i64,
    pub fits_height: i64,
    pub bought_y: i64,
    pub bought_height: i64,
}

/// The bars within a view box of 700 by 170.
pub struct Chart {
    pub bars: Vec<Bar>,
}

impl Chart {
    /// No leads at all give no chart.
    pub fn of(days: &[DayFigures]) -> Option<Self> {
        let most = days
            .iter()
            .map(|day| day.fits)
            .max()
            .filter(|most| *most > 0)?;
        let step = WIDTH / i64::try_from(days.len()).ok()?;
        let named = days.len().div_ceil(NAMED);
        let scale = i64::try_from(most).ok()?;
        let height = |leads: usize| i64::try_from(leads).unwrap_or(0) * HEIGHT / scale;
        let bars = (0_i64..).zip(days).map(|(place, day)| {
            let is_named = usize::try_from(place).is_ok_and(|place| place % named == named / 2);
            let label = if is_named {
                day.day.utc().format("%-d %b").to_string()
            } else {
                String::new()
            };
            let (x, width) = (place * step, (step - 1).max(1));
            Bar {
                date: format::date(&day.day),
                label,
                fits: day.fits,
                bought: day.bought,
                spent: day.spent.to_string(),
                x,
                width,
                center: x + width / 2,
                fits_y: HEIGHT - height(day.fits),
                fits_height: height(day.fits),
                bought_y: HEIGHT - height(day.bought),
                bought_height: height(day.bought),
            }
        });
        Some(Self {
            bars: bars.collect(),
        })
    }

    pub fn view_box(&self) -> String {
        format!("0 0 {WIDTH} {}", HEIGHT + FOOT)
    }

    pub const fn label_y(&self) -> i64 {
        HEIGHT + FOOT - 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY, Ts};
    use crate::money::{Currency, Money};

    fn day(place: i64, fits: usize, bought: usize) -> DayFigures {
        DayFigures {
            day: Ts::from_micros(place * DAY),
            fits,
            bought,
            spent: Money::new(0, Currency::EUR),
        }
    }

    #[test]
    fn ninety_days_stand_beside_one_another() {
        let days: Vec<DayFigures> = (0..91).map(|place| day(place, 4, 2)).collect();
        let chart = Chart::of(&days).unwrap();
        for pair in chart.bars.windows(2) {
            assert!(pair[0].x + pair[0].width < pair[1].x + 1);
        }
        let last = &chart.bars[90];
        assert!(last.x + last.width <= WIDTH);
        assert_eq!((last.fits_height, last.bought_height), (HEIGHT, HEIGHT / 2));
        let named = chart
            .bars
            .iter()
            .filter(|bar| !bar.label.is_empty())
            .count();
        assert!((5..=NAMED).contains(&named), "{named}");
    }

    #[test]
    fn nothing_makes_no_chart() {
        assert!(Chart::of(&[day(0, 0, 0)]).is_none());
    }
}
