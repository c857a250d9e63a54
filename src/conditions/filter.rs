//! The filter of a request: `all`, `any`, `not` over conditions, as JSON carries it.
//!
//! A condition on an attribute the lead does not have is not met, also `ne` and `not_in`: a must on an
//! unknown value is not kept. `exists: false` alone is met by absence, and `not` is plain negation.
//! A wish never excludes a lead; it stands in the outermost `all`.

use serde_json::{Map, Value as Json, json};

use super::fields::FilterFields;
use crate::db::types::text_enum;
use crate::error::{FieldError, Reason};
use crate::money::{Currency, Money, MoneyJson};
use crate::verticals::Value;

/// Conditions a filter may have.
pub const MAX_CONDITIONS: usize = 50;
/// Values an `in` or `not_in` may list.
pub const MAX_LIST: usize = 500;
/// Levels of a filter, its conditions counted.
pub const MAX_DEPTH: usize = 8;

const SHAPE: &str = "an object with all, any or not, or with field, op and value";
const CONDITION_KEYS: [&str; 5] = ["field", "op", "value", "wish", "bonus"];

text_enum! {
    /// How a condition compares.
    pub enum Op {
        Eq = "eq",
        Ne = "ne",
        In = "in",
        NotIn = "not_in",
        Gte = "gte",
        Lte = "lte",
        Between = "between",
        Exists = "exists",
    }
}

impl Op {
    /// Whether its value is a list.
    pub const fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::NotIn | Self::Between)
    }
}

/// A filter as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Condition(Condition),
}

/// One comparison; `values` holds one value, two for `between`, any number for `in` and `not_in`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub field: String,
    pub op: Op,
    pub values: Vec<Value>,
    /// Preferred, not required.
    pub wish: bool,
    /// What the buyer adds to its bid for a lead that meets the wish.
    pub bonus: Option<Money>,
}

impl Default for Filter {
    /// Takes every lead.
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Filter {
    /// Reads a filter and checks it against the fields of its vertical and the currency of its bid.
    pub fn parse(
        json: &Json,
        fields: &FilterFields,
        currency: Currency,
    ) -> Result<Self, Vec<FieldError>> {
        Reader::read(json, Some((fields, currency)), "filter", true)
    }

    /// Reads a contract's qualification criteria: the same grammar, every condition a must.
    pub fn parse_criteria(
        json: &Json,
        fields: &FilterFields,
        currency: Currency,
    ) -> Result<Self, Vec<FieldError>> {
        Reader::read(json, Some((fields, currency)), "criteria", false)
    }

    pub fn is_empty(&self) -> bool {
        self.conditions().is_empty()
    }

    /// Reads what `json` wrote; a stored filter was checked when it came in.
    pub fn from_json(json: &Json) -> Result<Self, Vec<FieldError>> {
        Reader::read(json, None, "filter", true)
    }

    pub fn json(&self) -> Json {
        let list = |parts: &[Self]| parts.iter().map(Self::json).collect::<Vec<_>>();
        match self {
            Self::All(parts) => json!({ "all": list(parts) }),
            Self::Any(parts) => json!({ "any": list(parts) }),
            Self::Not(part) => json!({ "not": part.json() }),
            Self::Condition(condition) => condition.json(),
        }
    }

    /// Every condition, in the order they were written.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::conditions).collect()
            }
            Self::Not(part) => part.conditions(),
            Self::Condition(condition) => vec![condition],
        }
    }

    /// The bonuses of all wishes together, in minor units.
    pub fn bonus_minor(&self) -> i64 {
        self.conditions()
            .iter()
            .filter_map(|condition| condition.bonus)
            .fold(0, |sum, bonus| sum.saturating_add(bonus.minor))
    }
}

impl Condition {
    pub fn json(&self) -> Json {
        let value = if self.op.takes_list() {
            self.values.iter().map(value_json).collect()
        } else {
            self.values.first().map_or(Json::Null, value_json)
        };
        let mut object = Map::new();
        object.insert("field".to_owned(), self.field.clone().into());
        object.insert("op".to_owned(), self.op.as_str().into());
        object.insert("value".to_owned(), value);
        if self.wish {
            object.insert("wish".to_owned(), true.into());
        }
        if let Some(bonus) = self.bonus {
            object.insert(
                "bonus".to_owned(),
                json!({ "amount": bonus.amount(), "currency": bonus.currency }),
            );
        }
        Json::Object(object)
    }
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
    }
}

/// Walks the JSON once, collecting every error with its path.
struct Reader<'a> {
    against: Option<(&'a FilterFields, Currency)>,
    errors: Vec<FieldError>,
    conditions: usize,
}

impl<'a> Reader<'a> {
    fn read(
        json: &Json,
        against: Option<(&'a FilterFields, Currency)>,
        path: &str,
        wishes: bool,
    ) -> Result<Filter, Vec<FieldError>> {
        let mut reader = Self {
            against,
            errors: Vec::new(),
            conditions: 0,
        };
        let filter = match json.as_object().and_then(|object| object.get("all")) {
            Some(Json::Array(parts)) if parts.is_empty() => Some(Filter::default()),
            _ => reader.filter(json, path, 1, wishes),
        };
        if reader.conditions > MAX_CONDITIONS {
            reader.refuse(
                path,
                Reason::TooMany,
                format!("at most {MAX_CONDITIONS} conditions"),
            );
        }
        match filter {
            Some(filter) if reader.errors.is_empty() => Ok(filter),
            _ => Err(reader.errors),
        }
    }

    fn refuse(&mut self, path: impl Into<String>, reason: Reason, accepted: impl Into<String>) {
        self.errors.push(FieldError::new(path, reason, accepted));
    }

    /// `wishes` tells whether a wish may stand here.
    fn filter(&mut self, json: &Json, path: &str, depth: usize, wishes: bool) -> Option<Filter> {
        if depth > MAX_DEPTH {
            self.refuse(path, Reason::TooMany, format!("at most {MAX_DEPTH} levels"));
            return None;
        }
        let Some(object) = json.as_object() else {
            self.refuse(path, Reason::WrongType, SHAPE);
            return None;
        };
        if object.contains_key("field") {
            return self.condition(object, path, wishes).map(Filter::Condition);
        }
        let mut entries = object.iter();
        let (Some((key, inner)), None) = (entries.next(), entries.next()) else {
            self.refuse(path, Reason::WrongType, SHAPE);
            return None;
        };
        let inner_path = format!("{path}.{key}");
        match key.as_str() {
            "all" => self
                .list(inner, &inner_path, depth, wishes)
                .map(Filter::All),
            "any" => self.list(inner, &inner_path, depth, false).map(Filter::Any),
            "not" => self
                .filter(inner, &inner_path, depth + 1, false)
                .map(|part| Filter::Not(Box::new(part))),
            _ => {
                self.refuse(inner_path, Reason::UnknownField, SHAPE);
                None
            }
        }
    }

    fn list(&mut self, json: &Json, path: &str, depth: usize, wishes: bool) -> Option<Vec<Filter>> {
        let Some(parts) = json.as_array() else {
            self.refuse(path, Reason::WrongType, "a list of conditions");
            return None;
        };
        if parts.is_empty() {
            self.refuse(path, Reason::TooShort, "at least one condition");
            return None;
        }
        if parts.len() > MAX_CONDITIONS {
            self.refuse(
                path,
                Reason::TooMany,
                format!("at most {MAX_CONDITIONS} conditions"),
            );
            return None;
        }
        let read: Vec<Option<Filter>> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| self.filter(part, &format!("{path}[{index}]"), depth + 1, wishes))
            .collect();
        read.into_iter().collect()
    }

    fn condition(
        &mut self,
        object: &Map<String, Json>,
        path: &str,
        wishes: bool,
    ) -> Option<Condition> {
        self.conditions += 1;
        for key in object.keys() {
            if !CONDITION_KEYS.contains(&key.as_str()) {
                self.refuse(
                    format!("{path}.{key}"),
                    Reason::UnknownField,
                    CONDITION_KEYS.join(", "),
                );
            }
        }
        let field = self.field(object.get("field"), path);
        let op = self.op(object.get("op"), path);
        let wish = self.wish(object.get("wish"), path, wishes);
        let bonus = self.bonus(object.get("bonus"), path, wish);
        let (field, op) = (field?, op?);
        let values = self.values(object.get("value"), op, &format!("{path}.value"))?;
        let condition = Condition {
            field,
            op,
            values,
            wish,
            bonus,
        };
        if let Some((fields, _)) = self.against {
            self.errors.extend(fields.check(&condition, path));
        }
        Some(condition)
    }

    fn field(&mut self, json: Option<&Json>, path: &str) -> Option<String> {
        let field = json.and_then(Json::as_str).map(str::to_owned);
        if field.is_none() {
            self.refuse(
                format!("{path}.field"),
                Reason::WrongType,
                "the key of a field",
            );
        }
        field
    }

    fn op(&mut self, json: Option<&Json>, path: &str) -> Option<Op> {
        let path = format!("{path}.op");
        match json.map(|op| op.as_str().map(str::parse)) {
            Some(Some(Ok(op))) => return Some(op),
            Some(Some(Err(accepted))) => {
                self.refuse(path, Reason::OperatorNotSupported, accepted);
            }
            Some(None) => self.refuse(path, Reason::WrongType, "the name of an operator"),
            None => self.refuse(path, Reason::Required, "the name of an operator"),
        }
        None
    }

    fn wish(&mut self, json: Option<&Json>, path: &str, allowed: bool) -> bool {
        let path = format!("{path}.wish");
        match json {
            None | Some(Json::Bool(false)) => false,
            Some(Json::Bool(true)) => {
                if !allowed {
                    self.refuse(
                        path,
                        Reason::NotAllowed,
                        "a wish stands in the outermost all of a request's filter, not under any or not",
                    );
                }
                true
            }
            Some(_) => {
                self.refuse(path, Reason::WrongType, "true or false");
                false
            }
        }
    }

    fn bonus(&mut self, json: Option<&Json>, path: &str, wish: bool) -> Option<Money> {
        let path = format!("{path}.bonus");
        let json = json?;
        if !wish {
            self.refuse(path, Reason::NotAllowed, "only a wish carries a bonus");
            return None;
        }
        let bonus = serde_json::from_value::<MoneyJson>(json.clone())
            .ok()
            .and_then(|bonus| bonus.parse().ok());
        let Some(bonus) = bonus else {
            let example = r#"{"amount": "5.00", "currency": "EUR"}"#;
            self.refuse(path, Reason::AmountInvalid, example);
            return None;
        };
        if bonus.minor <= 0 {
            self.refuse(path, Reason::TooSmall, "more than zero");
        } else if let Some((_, currency)) = self.against
            && currency != bonus.currency
        {
            self.refuse(
                format!("{path}.currency"),
                Reason::CurrencyMismatch,
                format!("{currency}, as the bid"),
            );
        }
        Some(bonus)
    }

    fn values(&mut self, json: Option<&Json>, op: Op, path: &str) -> Option<Vec<Value>> {
        if op == Op::Exists {
            return match json {
                None | Some(Json::Bool(true)) => Some(vec![Value::Bool(true)]),
                Some(Json::Bool(false)) => Some(vec![Value::Bool(false)]),
                Some(_) => {
                    self.refuse(path, Reason::WrongType, "true or false");
                    None
                }
            };
        }
        let Some(json) = json else {
            self.refuse(path, Reason::Required, "what to compare with");
            return None;
        };
        if !op.takes_list() {
            return self.value(json, path).map(|value| vec![value]);
        }
        let Some(list) = json.as_array() else {
            self.refuse(path, Reason::WrongType, "a list of values");
            return None;
        };
        let wanted = if op == Op::Between {
            2..=2
        } else {
            1..=MAX_LIST
        };
        if !wanted.contains(&list.len()) {
            let (reason, accepted) = if op == Op::Between {
                (Reason::NotAllowed, "two values, the lower first".to_owned())
            } else if list.is_empty() {
                (Reason::TooShort, "at least one value".to_owned())
            } else {
                (Reason::TooMany, format!("at most {MAX_LIST} values"))
            };
            self.refuse(path, reason, accepted);
            return None;
        }
        let values: Vec<Option<Value>> = list
            .iter()
            .enumerate()
            .map(|(index, item)| self.value(item, &format!("{path}[{index}]")))
            .collect();
        values.into_iter().collect()
    }

    fn value(&mut self, json: &Json, path: &str) -> Option<Value> {
        let value = match json {
            Json::Bool(flag) => Some(Value::Bool(*flag)),
            Json::Number(number) => number.as_i64().map(Value::Int),
            Json::String(text) if text.chars().count() <= 200 => Some(Value::Text(text.clone())),
            _ => None,
        };
        if value.is_none() {
            self.refuse(
                path,
                Reason::WrongType,
                "a whole number, a text of up to 200 characters, true or false",
            );
        }
        value
    }
}
