//! Bars as plain geometry, so that a template draws them without script and without inline style.

use super::Daily;
use crate::web::format;

const WIDTH: i64 = 700;
const HEIGHT: i64 = 150;
/// Room under the bars for the days.
const FOOT: i64 = 20;

/// Two bars a day: received and sold.
pub struct Chart {
    pub days: Vec<Day>,
    /// The most of any bar, for the scale.
    pub most: i64,
}

/// A day of the chart.
pub struct Day {
    pub date: String,
    /// Shown under every other day only, else empty.
    pub label: String,
    pub center: i64,
    pub received: Bar,
    pub sold: Bar,
}

/// A bar within the view box of 700 by 170.
pub struct Bar {
    pub value: i64,
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// Lays out the days of a report; no sales at all give no chart.
pub fn bars(daily: &[Daily]) -> Option<Chart> {
    let most = daily
        .iter()
        .map(|day| day.received.max(day.sold))
        .max()
        .filter(|most| *most > 0)?;
    let step = WIDTH / i64::try_from(daily.len()).ok()?;
    let width = (step - 8) / 2;
    let bar = |value: i64, x: i64| {
        let height = value * HEIGHT / most;
        Bar {
            value,
            x,
            y: HEIGHT - height,
            width,
            height,
        }
    };
    let days = (0_i64..)
        .zip(daily)
        .map(|(place, day)| {
            let left = place * step + 3;
            let date = format::date(&day.day);
            let label = if place % 2 == 1 {
                day.day.utc().format("%-d %b").to_string()
            } else {
                String::new()
            };
            Day {
                date,
                label,
                center: left + width,
                received: bar(day.received, left),
                sold: bar(day.sold, left + width + 1),
            }
        })
        .collect();
    Some(Chart { days, most })
}

impl Chart {
    /// The view box that the bars are laid out in.
    pub fn view_box(&self) -> String {
        format!("0 0 {WIDTH} {}", HEIGHT + FOOT)
    }

    /// Where the labels of the days stand.
    pub const fn label_y(&self) -> i64 {
        HEIGHT + FOOT - 4
    }

    /// The line that the bars stand on.
    pub const fn ground(&self) -> i64 {
        HEIGHT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY, Ts};

    fn day(place: i64, received: i64, sold: i64) -> Daily {
        Daily {
            day: Ts::from_micros(place * DAY),
            received,
            sold,
        }
    }

    #[test]
    fn the_tallest_bar_fills_the_height_and_none_leaves_the_box() {
        let chart = bars(&[day(0, 3, 1), day(1, 0, 12)]).unwrap();
        assert_eq!(chart.most, 12);
        assert_eq!(chart.days[1].sold.height, HEIGHT);
        assert_eq!(chart.days[0].received.height, HEIGHT / 4);
        for bar in chart.days.iter().flat_map(|day| [&day.received, &day.sold]) {
            assert!(bar.x >= 0 && bar.x + bar.width <= WIDTH);
            assert_eq!(bar.y + bar.height, HEIGHT);
        }
    }

    #[test]
    fn nothing_makes_no_chart() {
        assert!(bars(&[day(0, 0, 0)]).is_none());
        assert!(bars(&[]).is_none());
    }
}
