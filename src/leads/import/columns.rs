//! What the columns of a file mean: guessed from its header, changed by its seller.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::aliases::{ALIASES, OTHER_TARGETS};
use super::encoding::Charset;
use super::table::{Cell, Line, MAX_CELL_BYTES};
use crate::error::{FieldError, Reason};
use crate::leads::normalise;
use crate::text::Lang;
use crate::verticals::{Vertical, place};

/// How a file is read: its layout, and for each column the field of the lead that it fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    pub charset: Charset,
    pub separator: char,
    /// A target for each column, by position; `None` leaves the column out.
    pub columns: Vec<Option<String>>,
    /// Tells the same file again when an import of the command line is taken up after a crash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// What every line has unless its own cell says otherwise, by target.
pub type Defaults = BTreeMap<String, String>;

/// The whole name in one cell, split into first and last.
pub const FULL_NAME: &str = "contact.full_name";
const ATTRIBUTE: &str = "attributes.";

/// Every target that a column of a file for this vertical may fill.
pub fn targets(vertical: &Vertical) -> Vec<String> {
    let own = vertical
        .fields
        .iter()
        .map(|field| format!("{ATTRIBUTE}{}", field.key));
    let mut targets: Vec<String> = ALIASES
        .iter()
        .map(|(target, _)| (*target).to_owned())
        .chain(OTHER_TARGETS.iter().map(|target| (*target).to_owned()))
        .filter(|target| is_target(target, vertical))
        .collect();
    for target in own {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

/// Whether a lead of the vertical has such a field.
pub fn is_target(target: &str, vertical: &Vertical) -> bool {
    match target.strip_prefix(ATTRIBUTE) {
        Some("birth_year") => true,
        Some(key) => vertical.field(key).is_some(),
        None => {
            OTHER_TARGETS.contains(&target) || ALIASES.iter().any(|(known, _)| *known == target)
        }
    }
}

/// Whether all lines of a file may share a value for this field; nobody shares a contact, or what is known of a person.
pub fn is_default(target: &str, vertical: &Vertical) -> bool {
    let is_personal = target
        .strip_prefix(ATTRIBUTE)
        .and_then(|key| vertical.field(key))
        .is_some_and(|field| field.personal);
    is_target(target, vertical)
        && !is_personal
        && !["contact.", "bant.", "signals."]
            .iter()
            .any(|own| target.starts_with(own))
        && !matches!(target, "external_id" | "consent.ip" | "consent.user_agent")
}

/// A target in words.
pub fn label(lang: &Lang, target: &str, vertical: &Vertical) -> String {
    if let Some(field) = target
        .strip_prefix(ATTRIBUTE)
        .and_then(|key| vertical.field(key))
    {
        return field.label.clone();
    }
    match target {
        "contact" => fl!(lang, "leads-contact"),
        "consent" => fl!(lang, "leads-group-consent"),
        "contact.first_name" => fl!(lang, "leads-field-first-name"),
        "contact.last_name" => fl!(lang, "leads-field-last-name"),
        FULL_NAME => fl!(lang, "leads-field-full-name"),
        "contact.email" => fl!(lang, "leads-field-email"),
        "contact.phone" => fl!(lang, "leads-field-phone"),
        "contact.company" => fl!(lang, "leads-field-company"),
        "contact.job_title" => fl!(lang, "leads-field-job-title"),
        "attributes.birth_year" => fl!(lang, "leads-field-birth-year"),
        "interest" => fl!(lang, "leads-field-interest"),
        "timeline" => fl!(lang, "leads-field-timeline"),
        "consent.given_at" => fl!(lang, "leads-field-consent-given-at"),
        "consent.text" => fl!(lang, "leads-field-consent-text"),
        "consent.version" => fl!(lang, "leads-field-consent-version"),
        "consent.page_url" => fl!(lang, "leads-field-consent-page"),
        "consent.ip" => fl!(lang, "leads-field-consent-ip"),
        "consent.user_agent" => fl!(lang, "leads-field-consent-user-agent"),
        "consent.certificate_url" => fl!(lang, "leads-field-consent-certificate"),
        "consent.recipients" => fl!(lang, "leads-field-consent-recipients"),
        "consent.channels" => fl!(lang, "leads-field-consent-channels"),
        "origin.campaign" => fl!(lang, "leads-field-campaign"),
        "origin.source" => fl!(lang, "leads-field-source"),
        "origin.channel" => fl!(lang, "leads-field-channel"),
        "ask" | "ask.amount" => fl!(lang, "leads-field-ask"),
        "ask.currency" => fl!(lang, "leads-field-currency"),
        "copies" => fl!(lang, "leads-field-copies"),
        "expires_in_days" => fl!(lang, "leads-field-expires-in-days"),
        "accepts" => fl!(lang, "leads-field-accepts"),
        "least.appointment" => fl!(lang, "leads-field-least-appointment"),
        "least.share_bps" => fl!(lang, "leads-field-least-share"),
        "least.any_yield" => fl!(lang, "leads-field-any-yield"),
        "external_id" => fl!(lang, "leads-field-external-id"),
        "signals.consultation" => fl!(lang, "leads-field-consultation"),
        "signals.emails_opened" => fl!(lang, "leads-field-emails-opened"),
        "signals.newsletter" => fl!(lang, "leads-field-newsletter"),
        "signals.visits_30_days" => fl!(lang, "leads-field-visits"),
        "bant.budget" => fl!(lang, "scoring-bant-budget"),
        "bant.authority" => fl!(lang, "scoring-bant-authority"),
        "bant.need" => fl!(lang, "scoring-bant-need"),
        "bant.timing" => fl!(lang, "scoring-bant-timing"),
        other => other.to_owned(),
    }
}

/// Guesses what each column means; of two columns for one field the first is taken.
pub fn guess(header: &[String], vertical: &Vertical) -> Vec<Option<String>> {
    let mut taken: Vec<String> = Vec::new();
    let has_split_name = header
        .iter()
        .any(|name| guess_one(name, vertical).as_deref() == Some("contact.last_name"));
    header
        .iter()
        .map(|name| {
            let target = guess_one(name, vertical)?;
            if taken.contains(&target) || (target == FULL_NAME && has_split_name) {
                return None;
            }
            taken.push(target.clone());
            Some(target)
        })
        .collect()
}

fn guess_one(name: &str, vertical: &Vertical) -> Option<String> {
    if is_target(name, vertical) {
        return Some(name.to_owned());
    }
    let plain = plain(name);
    let own = vertical
        .fields
        .iter()
        .find(|field| self::plain(&field.key) == plain || self::plain(&field.label) == plain);
    if let Some(field) = own {
        return Some(format!("{ATTRIBUTE}{}", field.key));
    }
    ALIASES
        .iter()
        .find(|(_, names)| names.contains(&plain.as_str()))
        .map(|(target, _)| (*target).to_owned())
        .filter(|target| is_target(target, vertical))
}

fn plain(name: &str) -> String {
    place::fold(name)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What keeps a file from being imported at all: a target twice, an unknown one, a field that nothing fills.
pub fn check(
    columns: &[Option<String>],
    defaults: &Defaults,
    vertical: &Vertical,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, target) in columns.iter().enumerate() {
        let Some(target) = target else { continue };
        let field = format!("column.{index}");
        if !is_target(target, vertical) {
            errors.push(FieldError::new(
                field,
                Reason::NotAllowed,
                targets(vertical).join(", "),
            ));
        } else if columns[..index].contains(&Some(target.clone())) {
            errors.push(FieldError::new(
                field,
                Reason::ColumnTwice,
                "a field for one column only",
            ));
        }
    }
    let is_filled = |target: &str| {
        defaults
            .get(target)
            .is_some_and(|text| !text.trim().is_empty())
            || columns.iter().flatten().any(|column| column == target)
    };
    let mut need = |field: &str, any_of: &[&str]| {
        if !any_of.iter().any(|target| is_filled(target)) {
            errors.push(FieldError::new(
                field,
                Reason::ColumnMissing,
                any_of.join(" or "),
            ));
        }
    };
    need(
        "contact",
        &["contact.first_name", "contact.last_name", FULL_NAME],
    );
    need("contact", &["contact.email", "contact.phone"]);
    for target in [
        "interest",
        "consent.text",
        "consent.page_url",
        "consent.given_at",
        "ask.amount",
        "ask.currency",
    ] {
        need(target, &[target]);
    }
    for field in vertical.fields.iter().filter(|field| field.required) {
        let target = format!("{ATTRIBUTE}{}", field.key);
        need(&target, &[target.as_str()]);
    }
    errors
}

/// A line as the document that `POST /leads` takes, and what of the line cannot be read.
pub fn document(
    line: &Line,
    columns: &[Option<String>],
    defaults: &Defaults,
    vertical: &Vertical,
) -> (Value, Vec<FieldError>) {
    let mut flat: BTreeMap<&str, String> = defaults
        .iter()
        .map(|(target, text)| (target.as_str(), text.clone()))
        .collect();
    let mut errors = Vec::new();
    for (index, cell) in line.cells.iter().enumerate() {
        let target = columns.get(index).and_then(Option::as_deref);
        match (target, cell) {
            (Some(target), Cell::TooLong) => {
                let accepted = format!("<= {MAX_CELL_BYTES} bytes");
                errors.push(FieldError::new(target, Reason::TooLong, accepted));
            }
            (Some(target), Cell::Text(text)) if !text.trim().is_empty() => {
                flat.insert(target, cell_text(target, text));
            }
            (Some(_), Cell::Text(_)) | (None, _) => {}
        }
    }
    let is_wide = line
        .cells
        .iter()
        .skip(columns.len())
        .any(|cell| !matches!(cell, Cell::Text(text) if text.trim().is_empty()));
    if is_wide {
        let accepted = format!("{} columns, as in the header", columns.len());
        errors.push(FieldError::new("line", Reason::LineMalformed, accepted));
    }
    if let Some(full) = flat.remove(FULL_NAME) {
        let (first, last) = normalise::split_name(&full);
        flat.extend(first.map(|name| ("contact.first_name", name)));
        flat.extend(last.map(|name| ("contact.last_name", name)));
    }
    let mut root = nested(flat.into_iter());
    root.insert("vertical".to_owned(), Value::String(vertical.key.clone()));
    (Value::Object(root), errors)
}

/// Dotted paths as the objects they mean.
pub fn nested<'a>(flat: impl Iterator<Item = (&'a str, String)>) -> Map<String, Value> {
    let mut root = Map::new();
    for (target, text) in flat {
        match target.split_once('.') {
            None => {
                root.insert(target.to_owned(), Value::String(text));
            }
            Some((object, key)) => {
                let object = root
                    .entry(object)
                    .or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(map) = object {
                    map.insert(key.to_owned(), Value::String(text));
                }
            }
        }
    }
    root
}

/// Takes off what exports put before values: `p:+371..` (Meta), `'+371..` (spreadsheets).
fn cell_text(target: &str, text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix('\'').unwrap_or(text);
    let is_coded = matches!(
        target,
        "external_id" | "contact.phone" | "attributes.postal_code" | "origin.campaign"
    );
    match text.split_once(':') {
        Some((prefix, rest))
            if is_coded && matches!(prefix, "l" | "p" | "z" | "f" | "c" | "ag" | "as") =>
        {
            rest.to_owned()
        }
        _ => text.to_owned(),
    }
}
