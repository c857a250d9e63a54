//! Whether somebody can bear a name: no placeholder, row of keys, repetition, digit or company.

use super::check::{CheckName, Finding, Subject};
use super::lists::Lists;
use crate::error::Reason;
use crate::verticals::place::fold;

const FIELD: &str = "contact.last_name";

/// Rows of the keyboards of the market.
const KEYS: &[&str] = &[
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
];
/// The shortest row of neighbouring keys.
const RUN: usize = 3;
/// A part of a name that is a row of keys by itself.
const LONE_RUN: usize = 5;
/// So many equal letters follow each other in no name.
const SAME_LETTERS: usize = 4;

/// Words for the legal form of a company, however they are written.
const FORMS: &[&str] = &[
    "gmbh", "llc", "ltd", "limited", "inc", "corp", "ооо", "оао", "зао", "пао", "d.o.o", "doo",
    "s.r.l", "s.p.a", "s.a", "sp.z.o.o", "z.o.o", "oü", "uab", "sarl", "kft", "plc", "sh.p.k",
    "shpk", "s.r.o",
];
/// Forms that are names or syllables too, and count only in capitals beside other letters.
const FORMS_IN_CAPITALS: &[&str] = &[
    "SIA", "AS", "SA", "SL", "AG", "OY", "AB", "SRL", "SPA", "KG", "ИП", "АО",
];

pub(super) fn check(subject: &Subject<'_>, lists: &Lists) -> Finding {
    let full = [subject.first_name, subject.last_name]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    if full.trim().is_empty() {
        return Finding::not_checked(CheckName::Name);
    }
    let fail = |code| Finding::fail(CheckName::Name, FIELD, code);
    let warn = |code| Finding::warn(CheckName::Name, FIELD, code);
    let folded = fold(&full);
    let parts: Vec<&str> = folded
        .split([' ', '-'])
        .filter(|part| !part.is_empty())
        .collect();
    if full.chars().any(|c| c.is_ascii_digit()) {
        fail(Reason::NameDigits)
    } else if is_company(&full, subject.company) {
        fail(Reason::NameIsCompany)
    } else if lists.test_names.contains(&folded)
        || parts.iter().any(|part| lists.test_names.contains(part))
    {
        fail(Reason::NamePlaceholder)
    } else if is_keyboard_run(&parts) {
        fail(Reason::NameKeyboardRun)
    } else if parts.iter().any(|part| is_repeated(part)) {
        fail(Reason::NameRepeated)
    } else if says_the_same(subject) {
        warn(Reason::NameRepeated)
    } else if parts.iter().any(|part| cannot_be_spoken(part)) {
        warn(Reason::NameUnreadable)
    } else {
        Finding::pass(CheckName::Name)
    }
}

fn is_company(full: &str, company: Option<&str>) -> bool {
    let has_small = full.chars().any(char::is_lowercase);
    let names_form = full
        .split([' ', ','])
        .any(|word| is_form(word) || (has_small && FORMS_IN_CAPITALS.contains(&word)));
    let is_that_company = company.is_some_and(|company| {
        let bare = |name: &str| {
            name.split([' ', ','])
                .filter(|word| !is_form(word) && !FORMS_IN_CAPITALS.contains(word))
                .collect::<Vec<_>>()
                .join(" ")
        };
        fold(company) == fold(full) || fold(&bare(company)) == fold(full)
    });
    names_form || is_that_company
}

fn is_form(word: &str) -> bool {
    let word = word.trim_matches(['.', '"', '«', '»']).to_lowercase();
    FORMS.contains(&word.as_str())
}

/// All parts are rows of keys, or one is so long that it is nothing else.
fn is_keyboard_run(parts: &[&str]) -> bool {
    let letters: usize = parts.iter().map(|part| part.chars().count()).sum();
    (letters > RUN && parts.iter().all(|part| is_run(part)))
        || parts
            .iter()
            .any(|part| part.chars().count() >= LONE_RUN && is_run(part))
}

/// Whether a text falls into rows of neighbouring keys, forward or backward, with nothing between.
fn is_run(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let length = KEYS
            .iter()
            .map(|row| run_along(&letters[at..], row))
            .max()
            .unwrap_or(0);
        if length < RUN {
            return false;
        }
        at += length;
    }
    !letters.is_empty()
}

/// How many letters from the first on follow a row of keys.
fn run_along(letters: &[char], row: &str) -> usize {
    let follow = |row: Vec<char>| {
        let Some(start) = row.iter().position(|key| Some(key) == letters.first()) else {
            return 0;
        };
        row[start..]
            .iter()
            .zip(letters)
            .take_while(|(key, letter)| key == letter)
            .count()
    };
    follow(row.chars().collect()).max(follow(row.chars().rev().collect()))
}

fn is_repeated(part: &str) -> bool {
    let letters: Vec<char> = part.chars().collect();
    let same = letters
        .windows(SAME_LETTERS)
        .any(|window| window.iter().all(|letter| *letter == window[0]));
    // "III" is the third of a name.
    let one_letter =
        letters.len() >= 3 && letters.iter().all(|letter| *letter == letters[0]) && part != "iii";
    let in_units = (2..=3).any(|unit| {
        letters.len() >= 3 * unit && letters.chunks(unit).all(|chunk| letters.starts_with(chunk))
    });
    same || one_letter || in_units
}

/// First and last name are one word.
fn says_the_same(subject: &Subject<'_>) -> bool {
    match (subject.first_name, subject.last_name) {
        (Some(first), Some(last)) => fold(first) == fold(last),
        _ => false,
    }
}

/// Five letters or more, and none that a syllable could hang on.
fn cannot_be_spoken(part: &str) -> bool {
    let mut letters = 0;
    for c in part.chars().filter(|c| c.is_alphabetic()) {
        let latin_or_cyrillic = c.is_ascii_lowercase() || ('а'..='ӿ').contains(&c);
        // In Slavic languages R and L carry syllables.
        if !latin_or_cyrillic || "aeiouyrlаеёиоуыэюяіїєўѝрл".contains(c) {
            return false;
        }
        letters += 1;
    }
    letters >= 5
}
