//! The fields that the leads of every vertical share.

use i18n_embed_fl::fl;

use super::{Field, FieldKind};
use crate::text::english;

const GENDERS: &[&str] = &["female", "male", "other"];
const MARITAL_STATUSES: &[&str] = &["single", "has_partner", "married", "divorced", "widowed"];

/// Country (ISO 3166-1 alpha-2), region (ISO 3166-2) and so on; the least age is the vertical's.
pub fn fields(min_age: i32) -> Vec<Field> {
    let l = english();
    vec![
        text("country", fl!(l, "verticals-field-country"), 60),
        text("region", fl!(l, "verticals-field-region"), 100),
        text("city", fl!(l, "verticals-field-city"), 100),
        text("postal_code", fl!(l, "verticals-field-postal-code"), 12),
        Field {
            min: Some(i64::from(min_age)),
            max: Some(120),
            ..field("age", fl!(l, "verticals-field-age"), FieldKind::Integer)
        },
        choice("gender", fl!(l, "verticals-field-gender"), GENDERS),
        choice(
            "marital_status",
            fl!(l, "verticals-field-marital-status"),
            MARITAL_STATUSES,
        ),
        field(
            "employed",
            fl!(l, "verticals-field-employed"),
            FieldKind::Boolean,
        ),
    ]
}

fn field(key: &str, label: String, kind: FieldKind) -> Field {
    Field {
        key: key.to_owned(),
        label,
        kind,
        required: false,
        filterable: true,
        personal: false,
        allowed: Vec::new(),
        min: None,
        max: None,
    }
}

fn text(key: &str, label: String, max: i64) -> Field {
    Field {
        max: Some(max),
        ..field(key, label, FieldKind::Text)
    }
}

fn choice(key: &str, label: String, allowed: &[&str]) -> Field {
    Field {
        allowed: allowed.iter().map(|&value| value.to_owned()).collect(),
        ..field(key, label, FieldKind::Choice)
    }
}
