//! Phone numbers: read by the numbering plan of their country, told by kind, placed by area code.

use phonenumber::metadata::DATABASE;
use phonenumber::{Metadata, country};

use super::check::{CheckName, Finding, Given, Subject};
use super::lists::Lists;
use crate::db::types::text_enum;
use crate::error::Reason;

/// The longest phone number that is read, with its spaces and brackets.
const MAX_CHARS: usize = 40;
const FIELD: &str = "contact.phone";

text_enum! {
    /// What kind of number it is, by the numbering plan.
    pub enum PhoneKind {
        Mobile = "mobile",
        Fixed = "fixed",
        /// Where the plan does not tell the two apart.
        FixedOrMobile = "fixed_or_mobile",
        Premium = "premium",
        Voip = "voip",
        TollFree = "toll_free",
        Shared = "shared",
        /// Follows its owner from line to line.
        Personal = "personal",
        Pager = "pager",
        /// A company's number of everywhere.
        Universal = "universal",
        Voicemail = "voicemail",
    }
}

impl PhoneKind {
    /// The kind of a national number by the plan of its country; none where no number is like this.
    fn of(plan: &Metadata, national: &str) -> Option<Self> {
        let plan = plan.descriptors();
        if !plan.general().is_match(national) {
            return None;
        }
        let special = [
            (Self::Premium, plan.premium_rate()),
            (Self::TollFree, plan.toll_free()),
            (Self::Shared, plan.shared_cost()),
            (Self::Voip, plan.voip()),
            (Self::Personal, plan.personal_number()),
            (Self::Pager, plan.pager()),
            (Self::Universal, plan.uan()),
            (Self::Voicemail, plan.voicemail()),
        ];
        let found = special
            .into_iter()
            .find(|(_, numbers)| numbers.is_some_and(|numbers| numbers.is_match(national)));
        if let Some((kind, _)) = found {
            return Some(kind);
        }
        let is_fixed = plan.fixed_line().is_some_and(|d| d.is_match(national));
        let is_mobile = plan.mobile().is_some_and(|d| d.is_match(national));
        match (is_fixed, is_mobile) {
            (true, true) => Some(Self::FixedOrMobile),
            (true, false) => Some(Self::Fixed),
            (false, true) => Some(Self::Mobile),
            (false, false) => None,
        }
    }
}

/// A phone number that can exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    pub e164: String,
    /// The country it belongs to, where that is known.
    pub country: Option<String>,
    /// The number without its country code and trunk prefix.
    pub national: String,
    pub kind: PhoneKind,
}

/// Reads an international number, or one of `country`'s; only numbers that can exist are taken.
pub fn read(text: &str, country: Option<&str>) -> Option<Phone> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let readable = |c: char| c.is_ascii_digit() || " +-().\u{a0}\u{202f}/".contains(c);
    if text.chars().count() > MAX_CHARS || !text.chars().all(readable) {
        return None;
    }
    let mut digits: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    if let Some(rest) = digits.strip_prefix("00") {
        digits = format!("+{rest}");
    }
    if let Some(rest) = digits.strip_prefix('+') {
        return international(rest);
    }
    let home = country?;
    // Exports often lose the plus sign: 37120000000.
    national(home, &digits)
        .or_else(|| exotic(home.parse().ok()?, &digits))
        .or_else(|| international(&digits))
}

/// A number that begins with a country code; no code is the beginning of another.
fn international(digits: &str) -> Option<Phone> {
    (1..=3).find_map(|length| {
        let (code, rest) = digits.split_at_checked(length)?;
        let plans = DATABASE.by_code(&code.parse::<u16>().ok()?)?;
        // "+44 (0)20 .." carries the trunk prefix of the country.
        let bare = plans
            .first()
            .and_then(|plan| rest.strip_prefix(plan.national_prefix()?));
        within(&plans, rest).or_else(|| within(&plans, bare?))
    })
}

/// A number as it is dialled within a country, with its trunk prefix or without.
fn national(home: &str, digits: &str) -> Option<Phone> {
    let plan = DATABASE.by_id(home)?;
    let plans = DATABASE.by_code(&plan.country_code())?;
    let bare = plan
        .national_prefix()
        .and_then(|prefix| digits.strip_prefix(prefix));
    bare.and_then(|bare| within(&plans, bare))
        .or_else(|| within(&plans, digits))
}

/// The number in the first of the plans of a country code that it fits.
fn within(plans: &[&Metadata], national: &str) -> Option<Phone> {
    plans.iter().find_map(|plan| {
        let is_of_plan = plan.leading_digits().is_none_or(|pattern| {
            pattern
                .find(national)
                .is_some_and(|found| found.start() == 0)
        });
        if !is_of_plan {
            return None;
        }
        Some(Phone {
            kind: PhoneKind::of(plan, national)?,
            e164: format!("+{}{national}", plan.country_code()),
            country: Some(plan.id().to_owned()).filter(|id| id != "001"),
            national: national.to_owned(),
        })
    })
}

/// What the crate's own parser makes of a number: it knows carrier codes and rewritten prefixes, and
/// takes digits off numbers that begin with their country's trunk prefix.
fn exotic(home: country::Id, digits: &str) -> Option<Phone> {
    let number = phonenumber::parse(Some(home), digits).ok()?;
    let plans = DATABASE.by_code(&number.country().code())?;
    within(&plans, &number.national().to_string())
}

pub(super) fn kind(subject: &Subject<'_>) -> Finding {
    let Given::Read(phone) = subject.phone else {
        return Finding::not_checked(CheckName::Phone);
    };
    let finding = match phone.kind {
        PhoneKind::Mobile | PhoneKind::Fixed | PhoneKind::FixedOrMobile => {
            Finding::pass(CheckName::Phone)
        }
        PhoneKind::Premium => Finding::fail(CheckName::Phone, FIELD, Reason::PhonePremium),
        PhoneKind::Voip => Finding::warn(CheckName::Phone, FIELD, Reason::PhoneVoip),
        PhoneKind::TollFree
        | PhoneKind::Shared
        | PhoneKind::Personal
        | PhoneKind::Pager
        | PhoneKind::Universal
        | PhoneKind::Voicemail => Finding::warn(CheckName::Phone, FIELD, Reason::PhoneNotPersonal),
    };
    finding.saying(phone.kind.as_str())
}

pub(super) fn region(subject: &Subject<'_>, lists: &Lists) -> Finding {
    let name = CheckName::PhoneRegion;
    let (Given::Read(phone), Some(home)) = (subject.phone, subject.country) else {
        return Finding::not_checked(name);
    };
    let Some(country) = phone.country.as_deref() else {
        return Finding::not_checked(name);
    };
    if country != home {
        return Finding::warn(name, FIELD, Reason::PhoneCountryDiffers).saying(country);
    }
    if let (PhoneKind::Fixed, Some(lives)) = (phone.kind, subject.region)
        && let Some(area) = lists.areas.region_of(country, &phone.national)
        && lists.areas.knows(country, lives)
        && area != lives
    {
        return Finding::warn(name, FIELD, Reason::PhoneRegionDiffers).saying(area);
    }
    Finding::pass(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_become_e164() {
        for (country, text, expected) in [
            (None, "+371 20 000 000", Some("+37120000000")),
            (Some("LV"), "20000000", Some("+37120000000")),
            (Some("LV"), "37120000000", Some("+37120000000")),
            (None, "0037120000000", Some("+37120000000")),
            (Some("RU"), "8 (912) 345-67-89", Some("+79123456789")),
            (Some("RU"), "+7 912 345 67 89", Some("+79123456789")),
            (Some("AL"), "067 212 3456", Some("+355672123456")),
            (Some("RS"), "060 1234567", Some("+381601234567")),
            (Some("RO"), "0712 034 567", Some("+40712034567")),
            (Some("GB"), "07400 123456", Some("+447400123456")),
            (Some("US"), "(201) 555-0123", Some("+12015550123")),
            (Some("LV"), "00389 70 123 456", Some("+38970123456")),
            (Some("DE"), "+447400123456", Some("+447400123456")),
            (None, "20000000", None),
            (Some("IT"), "06 4782 1234", Some("+390647821234")),
            (Some("RU"), "+7 812 320 12 34", Some("+78123201234")),
            (Some("RU"), "8 800 200 10 20", Some("+78002001020")),
            (Some("GB"), "+44 (0)20 7946 0123", Some("+442079460123")),
            (Some("US"), "(416) 555-0123", Some("+14165550123")),
            (Some("RS"), "+381 00 1234567", None),
            (Some("LV"), "123", None),
            (Some("LV"), "+371 1", None),
            (None, "+999 123456789", None),
            (Some("LV"), "call me", None),
            (Some("LV"), "+++", None),
            (Some("LV"), "", None),
        ] {
            let read = read(text, country).map(|phone| phone.e164);
            assert_eq!(read.as_deref(), expected, "{country:?} {text}");
        }
        let foreign = read("+37120000000", Some("DE")).unwrap();
        assert_eq!(foreign.country.as_deref(), Some("LV"));
    }

    #[test]
    fn numbers_tell_their_kind() {
        for (country, text, kind) in [
            ("LV", "20000000", PhoneKind::Mobile),
            ("LV", "67000000", PhoneKind::Fixed),
            ("US", "(201) 555-0123", PhoneKind::FixedOrMobile),
            ("RU", "8 800 200 10 20", PhoneKind::TollFree),
            ("GB", "0909 879 0123", PhoneKind::Premium),
            ("GB", "056 1234 5678", PhoneKind::Voip),
        ] {
            let phone = read(text, Some(country)).unwrap();
            assert_eq!(phone.kind, kind, "{country} {text}");
        }
    }
}
