//! Conditions as rows of a form: a field, an operator in words, values.

use serde_json::{Map, Value as Json, json};

use super::{Condition, Filter, FilterField, FilterFields, Op};
use crate::money::Money;
use crate::verticals::{FieldKind, Value, place};
use crate::web::form::{Pairs, every, first};
use crate::web::format;

/// A condition as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub id: usize,
    /// 0 for the list that must be met as a whole, else the group of alternatives.
    pub group: usize,
    pub field: String,
    /// An operator of `operators`.
    pub op: String,
    pub values: Vec<String>,
    /// The upper end of a range.
    pub high: String,
    pub wish: bool,
    pub bonus: String,
}

/// The operators a person picks from, by the kind of the field.
pub const fn operators(kind: FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Integer => &["gte", "lte", "between", "in", "not_in", "exists", "absent"],
        FieldKind::Text | FieldKind::Choice => &["in", "not_in", "exists", "absent"],
        FieldKind::Boolean => &["eq", "exists", "absent"],
    }
}

impl Row {
    /// A fresh row with the operator that is most often wanted.
    pub fn new(id: usize, group: usize, field: &FilterField) -> Self {
        let yes = (field.kind == FieldKind::Boolean).then(|| "true".to_owned());
        Self {
            id,
            group,
            field: field.key.clone(),
            op: operators(field.kind)[0].to_owned(),
            values: yes.into_iter().collect(),
            ..Self::default()
        }
    }

    pub fn of_pairs(pairs: &Pairs) -> Vec<Self> {
        let mut ids: Vec<usize> = pairs
            .iter()
            .filter_map(|(name, _)| name.strip_prefix('c')?.strip_suffix(".field")?.parse().ok())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter()
            .map(|id| {
                let text = |part: &str| first(pairs, &format!("c{id}.{part}")).to_owned();
                Self {
                    id,
                    group: text("group").parse().unwrap_or(0),
                    field: text("field"),
                    op: text("op"),
                    values: every(pairs, &format!("c{id}.value")),
                    high: text("high"),
                    wish: text("strength") == "wish",
                    bonus: text("bonus"),
                }
            })
            .collect()
    }

    fn of_condition(id: usize, group: usize, condition: &Condition) -> Self {
        let texts: Vec<String> = condition
            .values
            .iter()
            .map(|value| typed_as(&condition.field, value.to_string()))
            .collect();
        let flag = match condition.values.first() {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        };
        let (op, values) = match (condition.op, flag) {
            (Op::Exists, Some(false)) => ("absent", Vec::new()),
            (Op::Exists, _) => ("exists", Vec::new()),
            (Op::Eq, Some(flag)) => ("eq", vec![flag.to_string()]),
            (Op::Ne, Some(flag)) => ("eq", vec![(!flag).to_string()]),
            (Op::Eq | Op::In, None) => ("in", texts.clone()),
            (Op::Ne | Op::NotIn, None) => ("not_in", texts.clone()),
            (op, _) => (op.as_str(), texts.iter().take(1).cloned().collect()),
        };
        let is_range = condition.op == Op::Between;
        Self {
            id,
            group,
            field: condition.field.clone(),
            op: op.to_owned(),
            values,
            high: texts
                .get(1)
                .filter(|_| is_range)
                .cloned()
                .unwrap_or_default(),
            wish: condition.wish,
            bonus: condition.bonus.map(Money::amount).unwrap_or_default(),
        }
    }

    /// Typed lists are set apart by commas.
    pub fn typed(&self) -> String {
        self.values.join(", ")
    }

    pub fn has(&self, value: &str) -> bool {
        self.values.iter().any(|chosen| chosen == value)
    }

    /// Whether the operator compares with something that was not typed yet.
    pub fn lacks_value(&self) -> bool {
        let is_missing = self.values.is_empty() || (self.op == "between" && self.high.is_empty());
        is_missing && self.op != "exists" && self.op != "absent"
    }

    fn json(&self, field: Option<&FilterField>, currency: &str, country: Option<&str>) -> Json {
        let kind = field.map_or(FieldKind::Text, |field| field.kind);
        let read = |text: &str| value(&self.field, kind, text, country);
        let list: Vec<Json> = if kind == FieldKind::Choice {
            self.values.iter().map(|value| read(value)).collect()
        } else {
            self.values
                .iter()
                .flat_map(|value| value.split([',', ';']))
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .map(read)
                .collect()
        };
        let single = list.first().cloned().unwrap_or_else(|| json!(""));
        let (op, value) = match self.op.as_str() {
            "exists" => ("exists", json!(true)),
            "absent" => ("exists", json!(false)),
            "between" => ("between", json!([single, read(&self.high)])),
            "in" if list.len() == 1 => ("eq", single),
            "not_in" if list.len() == 1 => ("ne", single),
            "in" | "not_in" => (self.op.as_str(), json!(list)),
            op => (op, single),
        };
        let mut object = Map::new();
        object.insert("field".to_owned(), self.field.as_str().into());
        object.insert("op".to_owned(), op.into());
        object.insert("value".to_owned(), value);
        if self.wish && self.group == 0 {
            object.insert("wish".to_owned(), true.into());
            if !self.bonus.is_empty() {
                let amount = self.bonus.replace(',', ".");
                let bonus = json!({ "amount": amount, "currency": currency });
                object.insert("bonus".to_owned(), bonus);
            }
        }
        Json::Object(object)
    }
}

/// How a value is typed: a place by its name, where the name alone tells which place is meant.
fn typed_as(field: &str, value: String) -> String {
    let name = format::place(&value);
    let meant = match field {
        "country" => place::country(&name),
        "region" => place::region(None, &name),
        _ => None,
    };
    if meant == Some(value.as_str()) {
        name
    } else {
        value
    }
}

/// A typed value as JSON; what is no value of its kind stays a text and is refused as such.
fn value(key: &str, kind: FieldKind, text: &str, country: Option<&str>) -> Json {
    match kind {
        FieldKind::Integer => text
            .trim()
            .parse::<i64>()
            .map_or_else(|_| json!(text), Json::from),
        FieldKind::Boolean => json!(text == "true"),
        FieldKind::Choice => json!(text),
        FieldKind::Text => match key {
            "country" => json!(place::country(text).unwrap_or(text)),
            "region" => json!(
                place::region(None, text)
                    .or_else(|| place::region(country, text))
                    .unwrap_or(text)
            ),
            _ => json!(text),
        },
    }
}

/// The filter of the rows, and the path in the document of each row by id; `root` is the filter's own.
pub fn filter_json(
    root: &str,
    rows: &[Row],
    groups: &[usize],
    currency: &str,
    fields: &FilterFields,
) -> (Json, Vec<(String, usize)>) {
    let country = rows
        .iter()
        .find(|row| row.field == "country")
        .and_then(|row| place::country(row.values.first()?.split(',').next()?));
    let json_of = |row: &Row| row.json(fields.get(&row.field), currency, country);
    let mut all = Vec::new();
    let mut paths = Vec::new();
    for row in rows.iter().filter(|row| row.group == 0) {
        paths.push((format!("{root}.all[{}]", all.len()), row.id));
        all.push(json_of(row));
    }
    for &group in groups.iter().filter(|group| **group != 0) {
        let mut any = Vec::new();
        for row in rows.iter().filter(|row| row.group == group) {
            paths.push((
                format!("{root}.all[{}].any[{}]", all.len(), any.len()),
                row.id,
            ));
            any.push(json_of(row));
        }
        if !any.is_empty() {
            all.push(json!({ "any": any }));
        }
    }
    (json!({ "all": all }), paths)
}

/// The rows and groups of a filter; `None` for one that rows cannot show.
pub fn rows_of(filter: &Filter) -> Option<(Vec<Row>, Vec<usize>)> {
    let alone = [filter.clone()];
    let parts: &[Filter] = match filter {
        Filter::All(parts) => parts,
        Filter::Any(_) | Filter::Condition(_) => &alone,
        Filter::Not(_) => return None,
    };
    let (mut rows, mut groups) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Filter::Condition(condition) => {
                rows.push(Row::of_condition(rows.len(), 0, condition));
            }
            Filter::Any(alternatives) => {
                let group = groups.len() + 1;
                groups.push(group);
                for alternative in alternatives {
                    let Filter::Condition(condition) = alternative else {
                        return None;
                    };
                    rows.push(Row::of_condition(rows.len(), group, condition));
                }
            }
            Filter::All(_) | Filter::Not(_) => return None,
        }
    }
    Some((rows, groups))
}
