//! The words for days and windows.

use i18n_embed_fl::fl;

use crate::requests::{CapWindow, Day};
use crate::text::Lang;

pub fn day_label(l: &Lang, day: Day) -> String {
    match day {
        Day::Mon => fl!(l, "requests-day-mon"),
        Day::Tue => fl!(l, "requests-day-tue"),
        Day::Wed => fl!(l, "requests-day-wed"),
        Day::Thu => fl!(l, "requests-day-thu"),
        Day::Fri => fl!(l, "requests-day-fri"),
        Day::Sat => fl!(l, "requests-day-sat"),
        Day::Sun => fl!(l, "requests-day-sun"),
    }
}

pub fn cap_label(l: &Lang, window: CapWindow) -> String {
    match window {
        CapWindow::Hour => fl!(l, "requests-cap-hour"),
        CapWindow::Day => fl!(l, "requests-cap-day"),
        CapWindow::Week => fl!(l, "requests-cap-week"),
        CapWindow::Month => fl!(l, "requests-cap-month"),
    }
}
