//! Conditions as a part of a form that works without script: every button sends the whole form.

use i18n_embed_fl::fl;
use serde_json::Value as Json;

use super::rows::{Row, filter_json, operators, rows_of};
use super::{Filter, FilterField, FilterFields};
use crate::error::{FieldError, Reason};
use crate::text::Lang;
use crate::verticals::FieldKind;
use crate::web::form::{Pairs, every, first};
use crate::web::format;

/// The conditions that a form holds, as they were typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub rows: Vec<Row>,
    /// Groups of alternatives, also empty ones; 0 is the list that must be met as a whole.
    pub groups: Vec<usize>,
    /// A filter that rows cannot show, kept as JSON; empty for all others.
    pub raw: String,
}

/// What a button asks of the conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    Add(usize),
    Remove(usize),
    AddGroup,
    RemoveGroup(usize),
}

impl Edit {
    /// What the button that was pressed asks; `None` for buttons about something else.
    pub fn of(pairs: &Pairs) -> Option<Self> {
        let action = first(pairs, "action");
        let (name, number) = action.split_once(':').unwrap_or((action, ""));
        let number = number.parse().unwrap_or(0);
        match name {
            "add" => Some(Self::Add(number)),
            "remove" => Some(Self::Remove(number)),
            "group" => Some(Self::AddGroup),
            "ungroup" => Some(Self::RemoveGroup(number)),
            _ => None,
        }
    }
}

impl Draft {
    pub fn of_filter(filter: &Filter) -> Self {
        match rows_of(filter) {
            Some((rows, groups)) => Self {
                rows,
                groups,
                raw: String::new(),
            },
            None => Self {
                raw: filter.json().to_string(),
                ..Self::default()
            },
        }
    }

    /// The rows of a filter in an address; one that cannot be read, or that rows cannot show, gives none.
    pub fn of_address(filter: &str) -> Self {
        let rows = serde_json::from_str(filter)
            .ok()
            .and_then(|json: Json| Filter::from_json(&json).ok())
            .and_then(|filter| rows_of(&filter));
        rows.map_or_else(Self::default, |(rows, groups)| Self {
            rows,
            groups,
            raw: String::new(),
        })
    }

    pub fn of_pairs(pairs: &Pairs) -> Self {
        let mut groups: Vec<usize> = every(pairs, "groups")
            .iter()
            .filter_map(|group| group.parse().ok())
            .collect();
        groups.dedup();
        Self {
            rows: Row::of_pairs(pairs),
            groups,
            raw: first(pairs, "raw_filter").to_owned(),
        }
    }

    /// Does what a button asks; the field to add stands beside it.
    pub fn change(&mut self, edit: Edit, pairs: &Pairs, fields: &FilterFields) {
        match edit {
            Edit::Add(group) => {
                let chosen = first(pairs, &format!("add_field:{group}"));
                if let Some(field) = fields.get(chosen) {
                    let id = self.rows.iter().map(|row| row.id + 1).max().unwrap_or(0);
                    self.rows.push(Row::new(id, group, field));
                }
            }
            Edit::Remove(id) => self.rows.retain(|row| row.id != id),
            Edit::AddGroup => {
                let next = self.groups.iter().max().map_or(1, |group| group + 1);
                self.groups.push(next);
            }
            Edit::RemoveGroup(group) => {
                self.groups.retain(|other| *other != group);
                self.rows.retain(|row| row.group != group);
            }
        }
    }

    /// The filter, and where in the document each row went; `root` is the filter's own path.
    pub fn json(
        &self,
        root: &str,
        currency: &str,
        fields: &FilterFields,
    ) -> (Json, Vec<(String, usize)>) {
        if self.raw.is_empty() {
            filter_json(root, &self.rows, &self.groups, currency, fields)
        } else {
            // What is no JSON is refused as a filter, not silently dropped.
            let raw = serde_json::from_str(&self.raw);
            (raw.unwrap_or(Json::Null), Vec::new())
        }
    }

    /// Rows whose value is yet to be typed.
    pub fn unfinished(&self) -> impl Iterator<Item = FieldError> {
        self.rows.iter().filter(|row| row.lacks_value()).map(|row| {
            let accepted = "at least one value";
            FieldError::new(field_name(row.id), Reason::Required, accepted)
        })
    }

    /// The names that the rows' errors go by.
    pub fn field_names(&self) -> Vec<String> {
        self.rows.iter().map(|row| field_name(row.id)).collect()
    }

    /// The row that an error is about.
    pub fn row_of(&self, error: &FieldError) -> Option<&Row> {
        self.rows
            .iter()
            .find(|row| field_name(row.id) == error.field)
    }
}

fn field_name(row: usize) -> String {
    format!("c{row}")
}

/// The name of the row that a path in the document belongs to.
pub fn field_at(field: &str, paths: &[(String, usize)]) -> Option<String> {
    let is_within = |path: &str| {
        field
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    paths
        .iter()
        .find(|(path, _)| is_within(path))
        .map(|(_, row)| field_name(*row))
}

/// The editor as templates/components/conditions.html shows it.
pub struct View {
    /// Where the form goes.
    pub action: String,
    pub groups: Vec<GroupView>,
    /// Key and label of each field that a condition may be about.
    pub fields: Vec<(String, String)>,
    pub raw: String,
    /// Whether a condition may be a wish.
    pub has_wishes: bool,
}

/// A list of conditions: the one that must be met as a whole, or a group of alternatives.
pub struct GroupView {
    pub number: usize,
    pub rows: Vec<RowView>,
}

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

impl View {
    pub fn new(
        l: &Lang,
        draft: &Draft,
        fields: &FilterFields,
        errors: &[FieldError],
        action: String,
        has_wishes: bool,
    ) -> Self {
        let groups = std::iter::once(0)
            .chain(draft.groups.iter().copied().filter(|group| *group != 0))
            .map(|number| GroupView {
                number,
                rows: draft
                    .rows
                    .iter()
                    .filter(|row| row.group == number)
                    .map(|row| RowView::new(l, row, fields.get(&row.field), errors))
                    .collect(),
            })
            .collect();
        let open = fields.open().iter();
        Self {
            action,
            groups,
            fields: open
                .map(|field| (field.key.clone(), field.label.clone()))
                .collect(),
            raw: draft.raw.clone(),
            has_wishes,
        }
    }

    /// Whether the conditions of a group may be wishes.
    pub fn is_wishful(&self, group: &usize) -> bool {
        self.has_wishes && *group == 0
    }
}

/// A button's value; askama hands arguments over by reference.
pub fn act(name: &str, number: &usize) -> String {
    format!("{name}:{number}")
}

impl RowView {
    fn new(l: &Lang, row: &Row, field: Option<&FilterField>, errors: &[FieldError]) -> Self {
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
            error: format::field_error(l, errors, &field_name(row.id)),
            row: row.clone(),
        }
    }
}

fn operator_label(l: &Lang, op: &str) -> String {
    match op {
        "gte" => fl!(l, "requests-op-gte"),
        "lte" => fl!(l, "requests-op-lte"),
        "between" => fl!(l, "requests-op-between"),
        "in" => fl!(l, "requests-op-in"),
        "not_in" => fl!(l, "requests-op-not-in"),
        "eq" => fl!(l, "requests-op-eq"),
        "exists" => fl!(l, "requests-op-exists"),
        _ => fl!(l, "requests-op-absent"),
    }
}
