//! How the rows of the request editor are shown.

use super::labels::operator_label;
use crate::conditions::FilterField;
use crate::conditions::rows::{Row, operators};
use crate::error::FieldError;
use crate::text::Lang;
use crate::verticals::FieldKind;
use crate::web::format;

/// What a row needs to be shown: its field, the operators it knows, its error.
pub struct RowView {
    pub row: Row,
    pub label: String,
    pub kind: FieldKind,
    pub operators: Vec<(&'static str, String)>,
    /// Value and label of each choice.
    pub choices: Vec<(String, String)>,
    pub error: Option<String>,
}

/// A list of conditions: the one that must be met as a whole, or a group of alternatives.
pub struct GroupView {
    pub number: usize,
    pub rows: Vec<RowView>,
}

impl RowView {
    pub fn new(l: &Lang, row: &Row, field: Option<&FilterField>, errors: &[FieldError]) -> Self {
        let kind = field.map_or(FieldKind::Text, |field| field.kind);
        let choices = field.map_or(&[][..], |field| field.allowed.as_slice());
        Self {
            label: field.map_or_else(|| row.field.clone(), |field| field.label.clone()),
            kind,
            operators: operators(kind)
                .iter()
                .map(|&op| (op, operator_label(l, op)))
                .collect(),
            choices: choices
                .iter()
                .map(|value| (value.clone(), format::words(value)))
                .collect(),
            error: format::field_error(l, errors, &format!("c{}", row.id)),
            row: row.clone(),
        }
    }
}
