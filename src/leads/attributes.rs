//! Reading a lead's attributes by the fields of its vertical.

use chrono::Datelike as _;

use super::document::{Object, Reader};
use crate::clock::Ts;
use crate::error::Reason;
use crate::verification::Formats;
use crate::verticals::{Attributes, Field, FieldKind, Value, Vertical, place};

const BIRTH_YEAR: &str = "birth_year";
const FIRST_BIRTH_YEAR: i64 = 1900;

/// What a lead's attributes say: the open part, and the part that is sealed with the contact.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub open: Attributes,
    pub personal: Attributes,
}

impl Read {
    /// The country, once it is known; the region's where only that was given.
    pub fn country(&self) -> Option<&str> {
        match self.open.get("country") {
            Some(Value::Text(code)) => Some(code),
            _ => None,
        }
    }
}

/// How much of a lead is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All that the vertical demands.
    Whole,
    /// What is known before the contact is sent; nothing personal.
    Announced,
}

pub(super) fn read(
    reader: &mut Reader,
    root: &Object<'_>,
    vertical: &Vertical,
    (extent, postal): (Extent, &Formats),
    now: Ts,
) -> Read {
    let object = reader.object(root, "attributes");
    refuse_unknown(reader, &object, vertical);
    let mut read = Read::default();
    read_place(reader, &object, postal, &mut read.open);
    read_age(reader, &object, vertical, now, &mut read.open);
    for field in &vertical.fields {
        if matches!(
            field.key.as_str(),
            "country" | "region" | "postal_code" | "age"
        ) {
            continue;
        }
        match value(reader, &object, field) {
            Some(_) if field.personal && extent == Extent::Announced => {
                let accepted = "nothing personal before the post";
                reader.refuse(object.path(&field.key), Reason::NotAllowed, accepted);
            }
            Some(value) if field.personal => {
                read.personal.insert(field.key.clone(), value);
            }
            Some(value) => {
                read.open.insert(field.key.clone(), value);
            }
            None if extent == Extent::Whole
                && field.required
                && object.get(&field.key).is_none() =>
            {
                reader.refuse(object.path(&field.key), Reason::Required, field.accepted());
            }
            None => {}
        }
    }
    read
}

fn refuse_unknown(reader: &mut Reader, object: &Object<'_>, vertical: &Vertical) {
    let known: Vec<&str> = vertical
        .fields
        .iter()
        .map(|field| field.key.as_str())
        .chain([BIRTH_YEAR])
        .collect();
    reader.only(object, &known);
}

fn value(reader: &mut Reader, object: &Object<'_>, field: &Field) -> Option<Value> {
    match field.kind {
        FieldKind::Text => reader
            .text(object, &field.key, field.max_chars())
            .map(Value::Text),
        FieldKind::Integer => reader
            .integer_within(
                object,
                &field.key,
                field.min.unwrap_or(i64::MIN),
                field.max.unwrap_or(i64::MAX),
            )
            .map(Value::Int),
        FieldKind::Boolean => reader.boolean(object, &field.key).map(Value::Bool),
        FieldKind::Choice => {
            let accepted: Vec<&str> = field.allowed.iter().map(String::as_str).collect();
            reader
                .choice(object, &field.key, &accepted)
                .map(Value::Text)
        }
    }
}

fn read_place(reader: &mut Reader, object: &Object<'_>, postal: &Formats, open: &mut Attributes) {
    let mut country = reader.text(object, "country", 100).and_then(|text| {
        let code = place::country(&text);
        if code.is_none() {
            reader.refuse(
                object.path("country"),
                Reason::CountryUnknown,
                "ISO 3166-1 code or English name: LV, LVA, Latvia",
            );
        }
        code
    });
    if country.is_none() && object.get("country").is_some() {
        // Region and postal code are read by the country: one error is enough.
        return;
    }
    if let Some(text) = reader.text(object, "region", 100) {
        match place::region(country, &text) {
            Some(code) => {
                country = country.or_else(|| Some(place::country_of_region(code)));
                insert(open, "region", code);
            }
            None => reader.refuse(
                object.path("region"),
                Reason::RegionUnknown,
                "ISO 3166-2 code or name of a region of the country: LV-RIX, RU-MOW, Moscow",
            ),
        }
    }
    if let Some(text) = reader.text(object, "postal_code", 20) {
        match postal.code(country, &text) {
            Some(code) => insert(open, "postal_code", &code),
            None => reader.refuse(
                object.path("postal_code"),
                Reason::PostalCodeInvalid,
                postal.example(country),
            ),
        }
    }
    if let Some(code) = country {
        insert(open, "country", code);
    }
}

fn insert(open: &mut Attributes, key: &str, text: &str) {
    open.insert(key.to_owned(), Value::Text(text.to_owned()));
}

/// A birth year counts as the youngest age it allows.
fn read_age(
    reader: &mut Reader,
    object: &Object<'_>,
    vertical: &Vertical,
    now: Ts,
    open: &mut Attributes,
) {
    let this_year = i64::from(now.utc().year());
    let (key, age) = match (reader.integer(object, "age"), object.get(BIRTH_YEAR)) {
        (age, None) => ("age", age),
        (None, Some(_)) => {
            let year = reader.integer_within(object, BIRTH_YEAR, FIRST_BIRTH_YEAR, this_year);
            (BIRTH_YEAR, year.map(|year| this_year - year - 1))
        }
        (Some(_), Some(_)) => {
            let accepted = "age or birth_year, not both";
            reader.refuse(object.path(BIRTH_YEAR), Reason::NotAllowed, accepted);
            return;
        }
    };
    let Some(age) = age else {
        return;
    };
    let least = i64::from(vertical.min_age);
    let greatest = vertical.field("age").and_then(|field| field.max);
    if age < 0 {
        reader.refuse(object.path(key), Reason::TooSmall, format!(">= {least}"));
    } else if age < least {
        reader.refuse(
            object.path(key),
            Reason::AgeUnderMinimum,
            format!(">= {least}"),
        );
    } else if greatest.is_some_and(|greatest| age > greatest) {
        let greatest = greatest.unwrap_or(age);
        reader.refuse(object.path(key), Reason::TooLarge, format!("<= {greatest}"));
    } else {
        open.insert("age".to_owned(), Value::Int(age));
    }
}
