//! A filter made ready: its must conditions as a disjunctive normal form, and its wishes.

use super::fields::{FilterFields, Seen, Source};
use super::filter::{Condition, Filter, Op};
use super::sentence::FailedCondition;
use crate::clock::Ts;
use crate::error::{FieldError, Reason};
use crate::leads::Listing;
use crate::verticals::Value;

/// Conjunctions a filter may spread into.
pub const MAX_BRANCHES: usize = 64;

/// One condition made ready: where its value is and what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    source: Source,
    /// Texts in lower case.
    values: Vec<Value>,
    label: String,
    pub condition: Condition,
}

/// A leaf, or its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Literal {
    leaf: usize,
    negated: bool,
}

/// The must conditions of a filter, as the alternatives any of which is enough, and its wishes.
#[derive(Debug, Clone)]
pub struct Conditions {
    leaves: Vec<Leaf>,
    branches: Vec<Vec<Literal>>,
    pub wishes: Vec<Leaf>,
}

impl Conditions {
    /// Spreads a filter; a filter with more than `MAX_BRANCHES` alternatives is refused.
    pub fn compile(filter: &Filter, fields: &FilterFields) -> Result<Self, FieldError> {
        let mut compiled = Self {
            leaves: Vec::new(),
            branches: Vec::new(),
            wishes: Vec::new(),
        };
        compiled.branches = compiled.spread(filter, false, fields).ok_or_else(|| {
            FieldError::new(
                "filter",
                Reason::TooMany,
                format!("alternatives that spread into at most {MAX_BRANCHES} combinations"),
            )
        })?;
        compiled.wishes = filter
            .conditions()
            .into_iter()
            .filter(|condition| condition.wish)
            .map(|condition| Leaf::new(condition, fields))
            .collect();
        Ok(compiled)
    }

    fn spread(
        &mut self,
        filter: &Filter,
        negated: bool,
        fields: &FilterFields,
    ) -> Option<Vec<Vec<Literal>>> {
        match (filter, negated) {
            (Filter::Condition(condition), _) if condition.wish => Some(vec![Vec::new()]),
            (Filter::Condition(condition), _) => {
                let leaf = self.intern(Leaf::new(condition, fields));
                Some(vec![vec![Literal { leaf, negated }]])
            }
            (Filter::Not(inner), _) => self.spread(inner, !negated, fields),
            (Filter::All(parts), false) | (Filter::Any(parts), true) => {
                let mut product = vec![Vec::new()];
                for part in parts {
                    let branches = self.spread(part, negated, fields)?;
                    product = combine(&product, &branches)?;
                }
                Some(product)
            }
            (Filter::Any(parts), false) | (Filter::All(parts), true) => {
                let mut union = Vec::new();
                for part in parts {
                    union.extend(self.spread(part, negated, fields)?);
                }
                (union.len() <= MAX_BRANCHES).then_some(union)
            }
        }
    }

    fn intern(&mut self, leaf: Leaf) -> usize {
        let known = self.leaves.iter().position(|other| *other == leaf);
        known.unwrap_or_else(|| {
            self.leaves.push(leaf);
            self.leaves.len() - 1
        })
    }

    fn holds(&self, literal: Literal, listing: &Listing, now: Ts) -> bool {
        self.leaves[literal.leaf].is_met(listing, now) != literal.negated
    }

    /// The alternatives, each as its literals: leaf, and whether it must not be met.
    pub fn branches(&self) -> impl Iterator<Item = Vec<(&Leaf, bool)>> {
        self.branches.iter().map(|branch| {
            let literals = branch.iter();
            literals
                .map(|literal| (&self.leaves[literal.leaf], literal.negated))
                .collect()
        })
    }

    /// Whether any alternative is met in full.
    pub fn matches(&self, listing: &Listing, now: Ts) -> bool {
        self.branches.iter().any(|branch| {
            branch
                .iter()
                .all(|&literal| self.holds(literal, listing, now))
        })
    }

    /// The failed conditions of the alternative that comes closest; empty when one is met.
    pub fn explain(&self, listing: &Listing, now: Ts) -> Vec<FailedCondition> {
        let closest = self
            .branches
            .iter()
            .map(|branch| {
                branch
                    .iter()
                    .filter(|&&literal| !self.holds(literal, listing, now))
                    .copied()
                    .collect::<Vec<Literal>>()
            })
            .min_by_key(Vec::len);
        closest
            .unwrap_or_default()
            .into_iter()
            .map(|literal| FailedCondition {
                label: self.leaves[literal.leaf].label.clone(),
                condition: self.leaves[literal.leaf].condition.clone(),
                negated: literal.negated,
            })
            .collect()
    }
}

/// Each of the one with each of the other; `None` beyond the cap.
fn combine(left: &[Vec<Literal>], right: &[Vec<Literal>]) -> Option<Vec<Vec<Literal>>> {
    if left.len().saturating_mul(right.len()) > MAX_BRANCHES {
        return None;
    }
    let mut product = Vec::with_capacity(left.len() * right.len());
    for first in left {
        for second in right {
            let mut branch = first.clone();
            branch.extend(second.iter().filter(|literal| !first.contains(literal)));
            product.push(branch);
        }
    }
    Some(product)
}

impl Leaf {
    fn new(condition: &Condition, fields: &FilterFields) -> Self {
        let values = condition.values.iter().map(|value| match value {
            Value::Text(text) => Value::Text(text.chars().flat_map(char::to_lowercase).collect()),
            other => other.clone(),
        });
        Self {
            source: Source::of(&condition.field),
            values: values.collect(),
            label: fields.label(&condition.field),
            condition: condition.clone(),
        }
    }

    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// What the lead's value is compared with, texts in lower case.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    pub fn is_met(&self, listing: &Listing, now: Ts) -> bool {
        let seen = self.source.look(listing, now);
        if self.condition.op == Op::Exists {
            return self.values.first() == Some(&Value::Bool(seen.is_some()));
        }
        let Some(seen) = seen else {
            return false;
        };
        let any = || self.values.iter().any(|value| same(seen, value));
        let bounds = (self.values.first(), self.values.last(), seen);
        match self.condition.op {
            Op::Eq | Op::In => any(),
            Op::Ne | Op::NotIn => !any(),
            Op::Gte => matches!(bounds, (Some(Value::Int(low)), _, Seen::Int(n)) if n >= *low),
            Op::Lte => matches!(bounds, (_, Some(Value::Int(high)), Seen::Int(n)) if n <= *high),
            Op::Between => matches!(
                bounds,
                (Some(Value::Int(low)), Some(Value::Int(high)), Seen::Int(n)) if (*low..=*high).contains(&n)
            ),
            Op::Exists => false,
        }
    }
}

/// Equality, texts without regard to case; `value` is in lower case already.
fn same(seen: Seen<'_>, value: &Value) -> bool {
    match (seen, value) {
        (Seen::Bool(a), Value::Bool(b)) => a == *b,
        (Seen::Int(a), Value::Int(b)) => a == *b,
        (Seen::Text(a), Value::Text(b)) => a.chars().flat_map(char::to_lowercase).eq(b.chars()),
        _ => false,
    }
}
