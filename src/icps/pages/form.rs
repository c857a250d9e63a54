//! The form of a customer profile: choices to tick, and free words beside them.

use i18n_embed_fl::fl;

use crate::error::{FieldError, Reason};
use crate::icps::{Employees, Icp, Profile};
use crate::text::Lang;
use crate::verticals::Vertical;
use crate::web::form::{Pairs, every, first};
use crate::web::format;

/// Everything that the form holds, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub vertical: String,
    /// The version that is edited; empty for a new profile.
    pub version: String,
    pub name: String,
    pub industries: Vec<String>,
    /// Industries that the vertical has no choice for, set apart by commas.
    pub other_industries: String,
    pub from: String,
    pub to: String,
    pub countries: String,
    pub regions: String,
    pub min_seniority: String,
    pub problems: Vec<String>,
    pub other_problems: String,
    pub notes: String,
}

impl Draft {
    pub fn blank(vertical: &str) -> Self {
        Self {
            vertical: vertical.to_owned(),
            ..Self::default()
        }
    }

    pub fn of_icp(icp: &Icp, vertical: &Vertical) -> Self {
        let profile = &icp.profile;
        let split = |key: &str, items: &[String]| {
            let field = vertical.field(key);
            let (known, rest): (Vec<String>, Vec<String>) = items
                .iter()
                .cloned()
                .partition(|item| field.is_some_and(|field| field.allowed.contains(item)));
            (known, rest.join(", "))
        };
        let (industries, other_industries) = split("industry", &profile.industries);
        let (problems, other_problems) = split("problem", &profile.problems);
        let number = |end: Option<i64>| end.map_or_else(String::new, |end| end.to_string());
        Self {
            vertical: vertical.key.clone(),
            version: icp.version.to_string(),
            name: icp.name.clone(),
            industries,
            other_industries,
            from: number(profile.employees.from),
            to: number(profile.employees.to),
            countries: profile.countries.join(", "),
            regions: profile.regions.join(", "),
            min_seniority: profile.min_seniority.clone().unwrap_or_default(),
            problems,
            other_problems,
            notes: profile.notes.clone(),
        }
    }

    pub fn of_pairs(pairs: &Pairs) -> Self {
        let text = |name: &str| first(pairs, name).to_owned();
        Self {
            vertical: text("vertical"),
            version: text("version"),
            name: text("name"),
            industries: every(pairs, "industries.choice"),
            other_industries: text("industries"),
            from: text("employees.from"),
            to: text("employees.to"),
            countries: text("countries"),
            regions: text("regions"),
            min_seniority: text("min_seniority"),
            problems: every(pairs, "problems.choice"),
            other_problems: text("problems"),
            notes: text("notes"),
        }
    }

    /// The profile that was typed, and what of it cannot be read.
    pub fn profile(&self) -> (Profile, Vec<FieldError>) {
        let mut errors = Vec::new();
        let mut number = |field: &str, text: &str| {
            if text.is_empty() {
                return None;
            }
            let number = text.replace(['\u{202f}', '\u{a0}', ' '], "").parse().ok();
            if number.is_none() {
                errors.push(FieldError::new(field, Reason::WrongType, "a whole number"));
            }
            number
        };
        let employees = Employees {
            from: number("employees.from", &self.from),
            to: number("employees.to", &self.to),
        };
        let profile = Profile {
            industries: together(&self.industries, &self.other_industries),
            employees,
            countries: words(&self.countries),
            regions: words(&self.regions),
            min_seniority: (!self.min_seniority.is_empty()).then(|| self.min_seniority.clone()),
            problems: together(&self.problems, &self.other_problems),
            notes: self.notes.clone(),
        };
        (profile, errors)
    }

    pub fn has_industry(&self, value: &str) -> bool {
        self.industries.iter().any(|chosen| chosen == value)
    }

    pub fn has_problem(&self, value: &str) -> bool {
        self.problems.iter().any(|chosen| chosen == value)
    }
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ';', '\n'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn together(chosen: &[String], typed: &str) -> Vec<String> {
    chosen.iter().cloned().chain(words(typed)).collect()
}

/// The word for a part of a profile.
pub fn part_label(l: &Lang, part: &str) -> String {
    match part {
        "industries" => fl!(l, "icps-industries"),
        "employees" => fl!(l, "icps-employees"),
        "countries" => fl!(l, "icps-countries"),
        "regions" => fl!(l, "icps-regions"),
        "min_seniority" => fl!(l, "icps-seniority"),
        "problems" => fl!(l, "icps-problems"),
        other => format::words(other),
    }
}
