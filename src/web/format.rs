//! What templates show of values: relative time, counts, states, addresses of filtered lists.
//! Askama hands arguments over by reference, hence the references to small values here.

use std::fmt::Display;

use i18n_embed_fl::fl;

use crate::clock::{DAY, HOUR, MINUTE, Ts};
use crate::error::FieldError;
use crate::text::Lang;

/// How long ago (or how far ahead) an instant lies; beyond a month its date.
pub fn ago(lang: &Lang, now: &Ts, at: &Ts) -> String {
    let passed = now.micros().saturating_sub(at.micros());
    let distance = passed.saturating_abs();
    if distance < MINUTE {
        return fl!(lang, "time-now");
    }
    if distance >= 31 * DAY {
        return date(at);
    }
    let (unit, count) = match distance {
        0..HOUR => ("minutes", distance / MINUTE),
        HOUR..DAY => ("hours", distance / HOUR),
        _ => ("days", distance / DAY),
    };
    if passed < 0 {
        fl!(lang, "time-ahead", unit = unit, count = count)
    } else {
        fl!(lang, "time-ago", unit = unit, count = count)
    }
}

/// `22 Nov 2026`.
pub fn date(at: &Ts) -> String {
    at.utc().format("%-d %b %Y").to_string()
}

/// `22 Nov 2026, 10:45:12 UTC`, for a hover and for detail pages.
pub fn exact(at: &Ts) -> String {
    at.utc().format("%-d %b %Y, %H:%M:%S UTC").to_string()
}

/// A whole number with its thousands set apart by thin spaces.
pub fn count(number: impl Display) -> String {
    let plain = number.to_string();
    let (sign, digits) = plain
        .strip_prefix('-')
        .map_or(("", plain.as_str()), |digits| ("\u{2212}", digits));
    let mut shown = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    shown
}

/// `part` of `whole` as `12.3 %`, half-even; nothing of nothing is not a number.
pub fn percent(lang: &Lang, part: i64, whole: i64) -> String {
    if whole == 0 {
        return fl!(lang, "not-available");
    }
    let tenths = crate::money::divide_half_even(i128::from(part) * 1000, i128::from(whole));
    format!("{}\u{202f}%", rust_decimal::Decimal::new(tenths, 1))
}

/// Countries and regions that are better known by another name than that of ISO 3166.
const KNOWN_NAMES: [(&str, &str); 14] = [
    ("BO", "Bolivia"),
    ("CZ", "Czechia"),
    ("GB", "United Kingdom"),
    ("IR", "Iran"),
    ("KR", "South Korea"),
    ("MD", "Moldova"),
    ("NL", "Netherlands"),
    ("RU", "Russia"),
    ("RU-MOW", "Moscow"),
    ("RU-SPE", "Saint Petersburg"),
    ("TR", "T\u{fc}rkiye"),
    ("TW", "Taiwan"),
    ("US", "United States"),
    ("VE", "Venezuela"),
];

/// Currencies that forms offer; the API takes any other too.
pub const CURRENCIES: [&str; 7] = ["EUR", "RUB", "GBP", "USD", "RON", "RSD", "ALL"];

/// Options of a currency's select, with the one that was chosen elsewhere before.
pub fn currencies(chosen: &str) -> Vec<(String, String)> {
    let other = (!chosen.is_empty() && !CURRENCIES.contains(&chosen)).then_some(chosen);
    CURRENCIES
        .into_iter()
        .chain(other)
        .map(|code| (code.to_owned(), code.to_owned()))
        .collect()
}

/// The name of a country (`LV`) or region (`LV-RIX`) by its code; an unknown code as it is.
pub fn place(code: impl AsRef<str>) -> String {
    let code = code.as_ref();
    if let Some((_, name)) = KNOWN_NAMES.iter().find(|(known, _)| *known == code) {
        return (*name).to_owned();
    }
    rust_iso3166::from_alpha2(code)
        .map(|country| country.name)
        .or_else(|| rust_iso3166::iso3166_2::from_code(code).map(|region| region.name))
        .map_or(code, |name| name.strip_suffix(", City of").unwrap_or(name))
        .to_owned()
}

/// Values whose words their spelling does not tell.
const WORDS: [(&str, &str); 3] = [("c_level", "C-level"), ("crm", "CRM"), ("it", "IT")];

/// A code as people read it: places by their names, `has_partner` as "has partner".
pub fn words(code: &str) -> String {
    WORDS.iter().find(|(known, _)| *known == code).map_or_else(
        || place(code).replace('_', " "),
        |(_, words)| (*words).to_owned(),
    )
}

/// A value of an attribute as people say it: yes and no, places by their names.
pub fn fact(lang: &Lang, value: impl Display) -> String {
    match value.to_string().as_str() {
        "true" => fl!(lang, "fact-yes"),
        "false" => fl!(lang, "fact-no"),
        other => words(other),
    }
}

/// An id cut to what tells it from others at a glance: `lead_…a1c2d3e4`.
pub fn short(id: impl AsRef<str>) -> String {
    let id = id.as_ref();
    match id.split_once('_') {
        Some((prefix, rest)) if rest.len() == 32 && rest.is_ascii() => {
            format!("{prefix}_\u{2026}{}", &rest[24..])
        }
        _ => id.to_owned(),
    }
}

/// Up to two letters that stand for a name.
pub fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

/// Whether two texts are the same, whatever holds them.
pub fn same(one: impl AsRef<str>, other: impl AsRef<str>) -> bool {
    one.as_ref() == other.as_ref()
}

/// What to do next after an error with this status.
pub fn advice(lang: &Lang, status: &u16) -> String {
    match *status {
        401 => fl!(lang, "error-advice-sign-in"),
        403 => fl!(lang, "error-advice-forbidden"),
        404 => fl!(lang, "error-advice-not-found"),
        429 | 503 => fl!(lang, "error-advice-wait"),
        400..500 => fl!(lang, "error-advice-back"),
        _ => fl!(lang, "error-advice-ours"),
    }
}

/// What is wrong with the field of a form, if anything: the reason, then what is accepted.
pub fn field_error(lang: &Lang, errors: &[FieldError], field: &str) -> Option<String> {
    errors
        .iter()
        .find(|error| error.field == field)
        .map(|error| sentence(lang, error))
}

/// Errors that belong to none of the fields a form shows, with their field names.
pub fn other_errors(lang: &Lang, errors: &[FieldError], shown: &[&str]) -> Vec<String> {
    errors
        .iter()
        .filter(|error| !shown.contains(&error.field.as_str()))
        .map(|error| format!("{} {}", error.field, sentence(lang, error)))
        .collect()
}

fn sentence(lang: &Lang, error: &FieldError) -> String {
    let message = error.reason.message(lang);
    if error.accepted.is_empty() {
        message
    } else {
        fl!(
            lang,
            "field-error",
            message = message,
            accepted = error.accepted.as_str()
        )
    }
}

/// The query of a list's address with one parameter set; paging starts again.
pub fn with_param(query: &str, key: &str, value: &str) -> String {
    let mut pairs = pairs_without(query, key, None);
    pairs.push((key.to_owned(), value.to_owned()));
    encode(&pairs)
}

/// The query of a list's address without a parameter; paging starts again.
pub fn without_param(query: &str, key: &str) -> String {
    encode(&pairs_without(query, key, None))
}

/// The query of a list's address without one value of a parameter that may repeat.
pub fn without_value(query: &str, key: &str, value: &str) -> String {
    encode(&pairs_without(query, key, Some(value)))
}

fn pairs_without(query: &str, key: &str, value: Option<&str>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, content)| {
            let removed = name == key && value.is_none_or(|value| value == content);
            !removed && !content.is_empty() && name != "cursor" && name != "page"
        })
        .map(|(name, content)| (name.into_owned(), content.into_owned()))
        .collect()
}

fn encode(pairs: &[(String, String)]) -> String {
    let mut query = url::form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
    query.extend_pairs(pairs);
    query.finish()
}

macro_rules! states {
    ($($state:literal $tone:literal $key:tt;)+) => {
        /// How a state is coloured: `good`, `info`, `warn`, `bad`, `accent` or `plain`.
        pub fn state_tone(state: impl Display) -> &'static str {
            match state.to_string().as_str() { $($state => $tone,)+ _ => "plain" }
        }

        /// The word for a state of a lead, request, purchase, account, deposit, job or import.
        pub fn state_label(lang: &Lang, state: impl Display) -> String {
            match state.to_string().as_str() { $($state => fl!(lang, $key),)+ other => other.to_owned() }
        }
    };
}

states! {
    "bid" "info" "state-bid";
    "posted" "good" "state-posted";
    "lost" "warn" "state-lost";
    "received" "info" "state-received";
    "rejected" "bad" "state-rejected";
    "not_checked" "plain" "state-not-checked";
    "quarantined" "warn" "state-quarantined";
    "listed" "good" "state-listed";
    "sold_out" "accent" "state-sold-out";
    "expired" "plain" "state-expired";
    "withdrawn" "plain" "state-withdrawn";
    "erased" "plain" "state-erased";
    "draft" "plain" "state-draft";
    "taken" "warn" "state-taken";
    "passed" "good" "state-passed";
    "tested" "info" "state-tested";
    "live" "good" "state-live";
    "retired" "plain" "state-retired";
    "active" "good" "state-active";
    "paused" "warn" "state-paused";
    "fulfilled" "accent" "state-fulfilled";
    "closed" "plain" "state-closed";
    "delivered" "good" "state-delivered";
    "awaiting_outcome" "info" "state-awaiting-outcome";
    "appointment_held" "good" "state-appointment-held";
    "sold" "accent" "state-sold";
    "lapsed" "plain" "state-lapsed";
    "disputed" "warn" "state-disputed";
    "settled" "accent" "state-settled";
    "refunded" "plain" "state-refunded";
    "held" "info" "state-held";
    "owed" "bad" "state-owed";
    "captured" "good" "state-captured";
    "released" "plain" "state-released";
    "written_off" "plain" "state-written-off";
    "scheduled" "info" "state-scheduled";
    "proposed" "warn" "state-proposed";
    "contested" "bad" "state-contested";
    "open" "warn" "state-open";
    "accepted" "plain" "state-accepted";
    "upheld" "good" "state-upheld";
    "partly_upheld" "info" "state-partly-upheld";
    "denied" "plain" "state-denied";
    "appealed" "bad" "state-appealed";
    "confirmed" "good" "state-confirmed";
    "dismissed" "plain" "state-dismissed";
    "cancelled" "plain" "state-cancelled";
    "offered" "warn" "state-offered";
    "declined" "bad" "state-declined";
    "pending" "warn" "state-pending";
    "approved" "good" "state-approved";
    "refused" "bad" "state-refused";
    "sent" "info" "state-sent";
    "paid" "good" "state-paid";
    "returned" "bad" "state-returned";
    "prepared" "warn" "state-prepared";
    "dissolved" "plain" "state-dissolved";
    "suspended" "bad" "state-suspended";
    "requested" "warn" "state-requested";
    "queued" "info" "state-queued";
    "running" "info" "state-running";
    "done" "good" "state-done";
    "dead" "bad" "state-dead";
    "uploaded" "info" "state-uploaded";
    "finished" "good" "state-finished";
    "failed" "bad" "state-failed";
    "revoked" "plain" "state-revoked";
    "pass" "good" "state-pass";
    "warn" "warn" "state-warn";
    "fail" "bad" "state-fail";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Reason;
    use crate::text::english;

    #[test]
    fn time_is_told_from_now() {
        let now = Ts::from_micros(1_790_000_000_000_000);
        let shown = |micros| ago(english(), &now, &now.minus(micros));
        assert_eq!(shown(MINUTE - 1), "just now");
        assert_eq!(shown(MINUTE), "1 minute ago");
        assert_eq!(shown(5 * HOUR), "5 hours ago");
        assert_eq!(shown(30 * DAY), "30 days ago");
        assert_eq!(shown(31 * DAY), "21 Aug 2026");
        assert_eq!(shown(-2 * DAY), "in 2 days");
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(-12), "\u{2212}12");
        assert_eq!(percent(english(), 9, 100), "9.0\u{202f}%");
        assert_eq!(percent(english(), 1, 0), "n/a");
        assert_eq!(initials("Blue Lens d.o.o."), "BL");
        assert_eq!(place("LV"), "Latvia");
        assert_eq!(place("GB"), "United Kingdom");
        assert_eq!(fact(english(), true), "yes");
        let id = "lead_019aa0c00f5a7c11b0f0b3a1c2d3e4f5";
        assert_eq!(short(id), "lead_\u{2026}c2d3e4f5");
        assert_eq!(short("system"), "system");
        assert_eq!(place("nowhere"), "nowhere");
    }

    #[test]
    fn addresses_keep_other_filters_and_leave_the_page() {
        let query = "state=listed&country=LV&country=AL&cursor=abc";
        assert_eq!(
            with_param(query, "state", "sold out"),
            "?country=LV&country=AL&state=sold+out"
        );
        assert_eq!(without_param(query, "country"), "?state=listed");
        assert_eq!(
            without_value(query, "country", "LV"),
            "?state=listed&country=AL"
        );
    }

    #[test]
    fn an_error_says_what_is_accepted() {
        let errors = [FieldError::new("ask", Reason::TooSmall, "0.01 or more")];
        assert_eq!(
            field_error(english(), &errors, "ask").unwrap(),
            "is too small. Accepted: 0.01 or more"
        );
        assert_eq!(field_error(english(), &errors, "copies"), None);
        assert_eq!(
            other_errors(english(), &errors, &["copies"]),
            ["ask is too small. Accepted: 0.01 or more"]
        );
    }
}
