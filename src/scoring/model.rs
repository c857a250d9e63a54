//! A scoring model: rules and thresholds. Points add up, the score is their sum from 0 to 100.

use i18n_embed_fl::fl;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::{BUILT_IN, Facts, Happened};
use super::rule::{Decay, Given, LeadEventKind, Rule, ScoreComparison, Test, earliest};
use crate::clock::Ts;
use crate::db::types::text_enum;
use crate::error::{FieldError, Reason};
use crate::text::english;
use crate::verticals::{FieldKind, Value, Vertical};

pub const MAX_RULES: usize = 40;
const MAX_LABEL: usize = 120;
const MAX_VALUES: usize = 50;
const MAX_DAYS: i32 = 730;
const MAX_COUNT: i32 = 1_000;

text_enum! {
    /// How far a lead is qualified.
    pub enum Stage { Lead = "lead", Mql = "mql", Sql = "sql" }
}

text_enum! {
    /// How a score feels.
    pub enum Temperature { Cold = "cold", Warm = "warm", Hot = "hot" }
}

/// From which scores on a lead is what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScoreThresholds)]
pub struct Thresholds {
    /// Marketing qualified.
    pub mql: i32,
    /// Sales qualified, ready for direct contact.
    pub sql: i32,
    pub warm: i32,
    pub hot: i32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            mql: 50,
            sql: 80,
            warm: 50,
            hot: 80,
        }
    }
}

impl Thresholds {
    /// The stage of a score.
    pub const fn stage(&self, score: i32) -> Stage {
        if score >= self.sql {
            Stage::Sql
        } else if score >= self.mql {
            Stage::Mql
        } else {
            Stage::Lead
        }
    }

    pub const fn temperature(&self, score: i32) -> Temperature {
        if score >= self.hot {
            Temperature::Hot
        } else if score >= self.warm {
            Temperature::Warm
        } else {
            Temperature::Cold
        }
    }
}

/// What a model is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScoreFormula)]
pub struct Formula {
    pub thresholds: Thresholds,
    pub rules: Vec<Rule>,
}

/// What a formula makes of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// 0 to 100.
    pub score: i32,
    /// The sum before it was clamped.
    pub points: i32,
    pub stage: Stage,
    pub temperature: Temperature,
    /// What each rule gave, in their order.
    pub parts: Vec<Given>,
    /// When the score may change by the clock alone.
    pub changes_at: Option<Ts>,
}

impl Formula {
    /// Scores a lead; `carried` are points it has from before there were models.
    pub fn score(&self, facts: &Facts<'_>, events: &[Happened], carried: i32, now: Ts) -> Scored {
        let parts: Vec<Given> = self
            .rules
            .iter()
            .map(|rule| rule.apply(facts, events, now))
            .collect();
        let points = parts
            .iter()
            .fold(carried, |sum, part| sum.saturating_add(part.points));
        let score = points.clamp(0, 100);
        Scored {
            score,
            points,
            stage: self.thresholds.stage(score),
            temperature: self.thresholds.temperature(score),
            changes_at: parts
                .iter()
                .fold(None, |next, part| earliest(next, part.changes_at)),
            parts,
        }
    }

    /// Everything that is wrong with a formula for leads of this vertical.
    pub fn check(&self, vertical: &Vertical) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let t = &self.thresholds;
        for (name, value) in [
            ("mql", t.mql),
            ("sql", t.sql),
            ("warm", t.warm),
            ("hot", t.hot),
        ] {
            if !(1..=100).contains(&value) {
                errors.push(FieldError::new(name, Reason::NotAllowed, "1 to 100"));
            }
        }
        for (high, low, least) in [
            ("sql", "mql", t.sql < t.mql),
            ("hot", "warm", t.hot < t.warm),
        ] {
            if least {
                let accepted = format!("at least {low}");
                errors.push(FieldError::new(high, Reason::TooSmall, accepted));
            }
        }
        if self.rules.is_empty() || self.rules.len() > MAX_RULES {
            let reason = if self.rules.is_empty() {
                Reason::Required
            } else {
                Reason::TooMany
            };
            errors.push(FieldError::new(
                "rules",
                reason,
                format!("1 to {MAX_RULES} rules"),
            ));
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let found = rule.check(vertical);
            errors.extend(
                found
                    .into_iter()
                    .map(|e| e.within(&format!("rules[{index}]"))),
            );
        }
        errors
    }
}

impl Default for Formula {
    /// The model that every vertical starts with.
    fn default() -> Self {
        let l = english();
        let event = |kind, at_least, within_days| Test::Event {
            kind,
            at_least,
            within_days,
        };
        let rule = |label: String, test, points, cap| Rule {
            label,
            test,
            points,
            cap,
            decay: None,
        };
        Self {
            thresholds: Thresholds::default(),
            rules: vec![
                rule(
                    fl!(l, "scoring-default-consultation"),
                    event(LeadEventKind::Consultation, 1, None),
                    80,
                    None,
                ),
                rule(
                    fl!(l, "scoring-default-emails"),
                    event(LeadEventKind::EmailOpened, 5, None),
                    25,
                    None,
                ),
                rule(
                    fl!(l, "scoring-default-newsletter"),
                    event(LeadEventKind::Newsletter, 1, None),
                    15,
                    None,
                ),
                rule(
                    fl!(l, "scoring-default-visits"),
                    event(LeadEventKind::Visit, 3, Some(30)),
                    10,
                    None,
                ),
                rule(
                    fl!(l, "scoring-default-silence"),
                    Test::Silence {
                        kind: LeadEventKind::Visit,
                        days: 30,
                    },
                    -10,
                    Some(30),
                ),
                rule(
                    fl!(l, "scoring-default-unsubscribed"),
                    event(LeadEventKind::Unsubscribed, 1, None),
                    -40,
                    None,
                ),
            ],
        }
    }
}

impl Rule {
    fn check(&self, vertical: &Vertical) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, reason, accepted: String| {
            errors.push(FieldError::new(field, reason, accepted));
        };
        let label = self.label.trim();
        if label.is_empty() {
            refuse(
                "label",
                Reason::Required,
                "what the rule looks at".to_owned(),
            );
        } else if label.chars().count() > MAX_LABEL {
            refuse(
                "label",
                Reason::TooLong,
                format!("up to {MAX_LABEL} characters"),
            );
        }
        if self.points == 0 || !(-100..=100).contains(&self.points) {
            refuse(
                "points",
                Reason::NotAllowed,
                "-100 to 100, not 0".to_owned(),
            );
        }
        if let Some(cap) = self.cap
            && !(self.points.abs()..=100).contains(&cap)
        {
            let accepted = format!("{} to 100", self.points.abs());
            refuse("cap", Reason::NotAllowed, accepted);
        }
        match self.decay {
            Some(_) if matches!(self.test, Test::Silence { .. }) => {
                refuse("decay", Reason::NotAllowed, "none for silence".to_owned());
            }
            Some(Decay::PerWeek(points)) if !(1..=100).contains(&points) => {
                refuse("decay", Reason::NotAllowed, "1 to 100 points".to_owned());
            }
            Some(Decay::HalfLifeDays(days)) if !(1..=MAX_DAYS).contains(&days) => {
                refuse("decay", Reason::NotAllowed, format!("1 to {MAX_DAYS} days"));
            }
            _ => {}
        }
        match &self.test {
            Test::Event {
                at_least,
                within_days,
                ..
            } => {
                if !(1..=MAX_COUNT).contains(at_least) {
                    refuse("count", Reason::NotAllowed, format!("1 to {MAX_COUNT}"));
                }
                if within_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
                    refuse(
                        "days",
                        Reason::NotAllowed,
                        format!("1 to {MAX_DAYS}, or empty"),
                    );
                }
            }
            Test::Silence { days, .. } => {
                if !(1..=MAX_DAYS).contains(days) {
                    refuse("days", Reason::NotAllowed, format!("1 to {MAX_DAYS}"));
                }
            }
            Test::Trait { field, op, values } => {
                if let Some((name, reason, accepted)) = check_trait(vertical, field, *op, values) {
                    refuse(name, reason, accepted);
                }
            }
        }
        errors
    }
}

/// The fields that rules of this vertical may name: its open attributes, and what every lead has.
pub fn trait_fields(vertical: &Vertical) -> Vec<(String, FieldKind)> {
    let own = vertical.fields.iter().filter(|field| !field.personal);
    let built_in = BUILT_IN.iter().map(|&key| {
        let kind = match key {
            "bant.quarters" => FieldKind::Integer,
            _ if key.starts_with("has_") => FieldKind::Boolean,
            _ => FieldKind::Choice,
        };
        (key.to_owned(), kind)
    });
    own.map(|field| (field.key.clone(), field.kind))
        .chain(built_in)
        .collect()
}

fn check_trait(
    vertical: &Vertical,
    field: &str,
    op: ScoreComparison,
    values: &[Value],
) -> Option<(&'static str, Reason, String)> {
    let known = trait_fields(vertical);
    let Some((_, kind)) = known.iter().find(|(key, _)| key == field) else {
        let keys: Vec<&str> = known.iter().map(|(key, _)| key.as_str()).collect();
        return Some((
            "field",
            Reason::UnknownField,
            format!("one of: {}", keys.join(", ")),
        ));
    };
    let is_order = matches!(
        op,
        ScoreComparison::Gte | ScoreComparison::Lte | ScoreComparison::Between
    );
    if is_order && *kind != FieldKind::Integer {
        let accepted = "eq, ne, in, not_in or exists".to_owned();
        return Some(("op", Reason::OperatorNotSupported, accepted));
    }
    let (count, accepted) = match op {
        ScoreComparison::Exists => (0..=1, "nothing, or false"),
        ScoreComparison::Between => (2..=2, "two numbers, the lower first"),
        ScoreComparison::In | ScoreComparison::NotIn => (1..=MAX_VALUES, "1 to 50 values"),
        _ => (1..=1, "one value"),
    };
    if !count.contains(&values.len()) {
        return Some(("value", Reason::NotAllowed, accepted.to_owned()));
    }
    let fits = |value: &Value| match kind {
        _ if op == ScoreComparison::Exists => matches!(value, Value::Bool(_)),
        FieldKind::Integer => matches!(value, Value::Int(_)),
        FieldKind::Boolean => matches!(value, Value::Bool(_)),
        FieldKind::Text | FieldKind::Choice => matches!(value, Value::Text(_)),
    };
    if !values.iter().all(fits) {
        let accepted = match kind {
            FieldKind::Integer => "a whole number",
            FieldKind::Boolean => "true or false",
            FieldKind::Text | FieldKind::Choice => "a text",
        };
        return Some(("value", Reason::WrongType, accepted.to_owned()));
    }
    let allowed = vertical
        .field(field)
        .map_or(&[][..], |field| &field.allowed);
    let is_unknown = |value: &Value| matches!(value, Value::Text(text) if !allowed.contains(text));
    if !allowed.is_empty() && values.iter().any(is_unknown) {
        let accepted = format!("one of: {}", allowed.join(", "));
        return Some(("value", Reason::NotAllowed, accepted));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::facts::{Bant, Signals};
    use crate::verticals::Attributes;

    const NOW: Ts = Ts::from_micros(1_795_165_200_000_000);

    fn default_score(signals: Signals) -> (i32, i32, Stage) {
        let attributes = Attributes::new();
        let facts = Facts {
            attributes: &attributes,
            channel: None,
            has_phone: true,
            has_email: true,
            has_company: false,
            bant: Bant::default(),
            received_at: NOW,
        };
        let scored = Formula::default().score(&facts, &signals.happened(NOW), 0, NOW);
        (scored.points, scored.score, scored.stage)
    }

    #[test]
    fn the_default_model_gives_its_points() {
        let all = Signals {
            consultation: true,
            emails_opened: 5,
            newsletter: true,
            visits_30_days: 3,
        };
        for (signals, expected) in [
            (Signals::default(), (0, 0, Stage::Lead)),
            (all, (130, 100, Stage::Sql)),
            (
                Signals {
                    consultation: true,
                    ..Signals::default()
                },
                (80, 80, Stage::Sql),
            ),
            (
                Signals {
                    consultation: false,
                    ..all
                },
                (50, 50, Stage::Mql),
            ),
            (
                Signals {
                    emails_opened: 4,
                    visits_30_days: 2,
                    consultation: false,
                    ..all
                },
                (15, 15, Stage::Lead),
            ),
            (
                Signals {
                    emails_opened: 5,
                    ..Signals::default()
                },
                (25, 25, Stage::Lead),
            ),
            (
                Signals {
                    visits_30_days: 3,
                    ..Signals::default()
                },
                (10, 10, Stage::Lead),
            ),
        ] {
            assert_eq!(default_score(signals), expected, "{signals:?}");
        }
    }

    #[test]
    fn thresholds_begin_where_they_say() {
        let t = Thresholds::default();
        let stages: Vec<_> = [49, 50, 79, 80].map(|score| t.stage(score)).into();
        assert_eq!(stages, [Stage::Lead, Stage::Mql, Stage::Mql, Stage::Sql]);
        assert_eq!(t.temperature(49), Temperature::Cold);
        assert_eq!(t.temperature(50), Temperature::Warm);
        assert_eq!(t.temperature(80), Temperature::Hot);
    }

    #[test]
    fn a_formula_reads_back_as_it_was_written() {
        let formula = Formula::default();
        let text = serde_json::to_string(&formula).unwrap();
        assert_eq!(serde_json::from_str::<Formula>(&text).unwrap(), formula);
    }
}
