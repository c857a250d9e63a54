//! The grammar of a scoring model: a rule looks at a trait of the lead, at what the person did, or at how long
//! they did nothing, and gives or takes points. Whole numbers throughout.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::{Facts, Happened};
use crate::clock::{DAY, Ts};
use crate::db::types::text_enum;
use crate::verticals::Value;

const WEEK: i64 = 7 * DAY;

text_enum! {
    /// What a person did.
    pub enum LeadEventKind {
        Visit = "visit",
        EmailOpened = "email_opened",
        LinkClicked = "link_clicked",
        FormSent = "form_sent",
        Newsletter = "newsletter",
        /// Asked for a free assessment or consultation.
        Consultation = "consultation",
        Unsubscribed = "unsubscribed",
    }
}

text_enum! {
    /// How a rule compares a trait.
    pub enum ScoreComparison {
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

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ScoreTest)]
pub enum Test {
    /// A field of the lead; one that it does not have meets nothing but `exists` false.
    Trait {
        field: String,
        op: ScoreComparison,
        values: Vec<Value>,
    },
    /// Something that was done at least so often, within the days where there is a window.
    Event {
        kind: LeadEventKind,
        at_least: i32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_days: Option<i32>,
    },
    /// Something that was not done for so many days.
    Silence { kind: LeadEventKind, days: i32 },
}

/// How the points of a rule fade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScoreDecay)]
pub enum Decay {
    /// So many points for each whole week since the event, or since the lead was received.
    PerWeek(i32),
    /// Halved, rounded towards zero, for each whole time of so many days.
    HalfLifeDays(i32),
}

/// One rule of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScoreRule)]
pub struct Rule {
    pub label: String,
    pub test: Test,
    /// -100 to 100, not 0.
    pub points: i32,
    /// Without it the rule counts once; with it once for each time its test is met, up to so many points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decay: Option<Decay>,
}

/// What a rule gave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Given {
    pub points: i32,
    /// Events that were counted, or whole times of silence; 1 for a trait that fits.
    pub count: i64,
    /// When the points change next by the clock alone.
    pub changes_at: Option<Ts>,
}

impl Rule {
    /// Looks at a lead at `now`.
    pub fn apply(&self, facts: &Facts<'_>, events: &[Happened], now: Ts) -> Given {
        match &self.test {
            Test::Trait { field, op, values } => {
                let fits = compare(facts.value(field).as_ref(), *op, values);
                if !fits {
                    return Given::default();
                }
                self.faded(self.points, 1, facts.received_at, now)
            }
            Test::Event {
                kind,
                at_least,
                within_days,
            } => self.of_events((*kind, *at_least, *within_days), events, now),
            Test::Silence { kind, days } => {
                let done = events.iter().filter(|event| event.kind == *kind);
                let last = done.map(|event| event.at).filter(|at| *at <= now).max();
                self.of_silence(last.unwrap_or(facts.received_at), *days, now)
            }
        }
    }

    fn of_events(
        &self,
        (kind, at_least, within_days): (LeadEventKind, i32, Option<i32>),
        events: &[Happened],
        now: Ts,
    ) -> Given {
        let counted = || {
            events.iter().filter(|event| {
                event.kind == kind
                    && event.at <= now
                    && within_days.is_none_or(|days| event.at > now.minus_days(days))
            })
        };
        let count: i64 = counted().map(|event| i64::from(event.count)).sum();
        let (first, last) = (
            counted().map(|event| event.at).min(),
            counted().map(|event| event.at).max(),
        );
        let leaves = within_days
            .zip(first)
            .map(|(days, first)| first.plus_days(days));
        let given = match last {
            Some(last) if count >= i64::from(at_least) => {
                let times = count / i64::from(at_least.max(1));
                self.faded(self.repeated(times), count, last, now)
            }
            _ => Given {
                count,
                ..Given::default()
            },
        };
        Given {
            changes_at: earliest(given.changes_at, leaves),
            ..given
        }
    }

    fn of_silence(&self, since: Ts, days: i32, now: Ts) -> Given {
        let days = i64::from(days.max(1));
        let times = now.days_since(since).max(0) / days;
        let next = since.plus((times + 1).saturating_mul(days).saturating_mul(DAY));
        let points = if times == 0 { 0 } else { self.repeated(times) };
        let grows = times == 0 || self.repeated(times + 1) != points;
        Given {
            points,
            count: times,
            changes_at: grows.then_some(next),
        }
    }

    /// The points of a test that was met so many times.
    fn repeated(&self, times: i64) -> i32 {
        let Some(cap) = self.cap else {
            return self.points;
        };
        let cap = i64::from(cap);
        let whole = i64::from(self.points)
            .saturating_mul(times)
            .clamp(-cap, cap);
        i32::try_from(whole).unwrap_or(0)
    }

    /// The points that are left of `base`, `now - since` later.
    fn faded(&self, base: i32, count: i64, since: Ts, now: Ts) -> Given {
        let passed = now.micros().saturating_sub(since.micros()).max(0);
        let (step, left): (i64, i64) = match self.decay {
            None => {
                return Given {
                    points: base,
                    count,
                    changes_at: None,
                };
            }
            Some(Decay::PerWeek(lost)) => {
                let lost = i64::from(lost).saturating_mul(passed / WEEK);
                let left = (i64::from(base).abs() - lost).max(0);
                (WEEK, left * i64::from(base.signum()))
            }
            Some(Decay::HalfLifeDays(days)) => {
                let step = i64::from(days.max(1)).saturating_mul(DAY);
                let halvings = (passed / step).min(32);
                let left = (0..halvings).fold(i64::from(base), |left, _| left / 2);
                (step, left)
            }
        };
        let next = since.plus((passed / step + 1).saturating_mul(step));
        Given {
            points: i32::try_from(left).unwrap_or(0),
            count,
            changes_at: (left != 0).then_some(next),
        }
    }
}

/// The earlier of two instants, where there are any.
pub(super) fn earliest(one: Option<Ts>, other: Option<Ts>) -> Option<Ts> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn compare(seen: Option<&Value>, op: ScoreComparison, values: &[Value]) -> bool {
    let wanted = values.first();
    if op == ScoreComparison::Exists {
        let should = !matches!(wanted, Some(Value::Bool(false)));
        return seen.is_some() == should;
    }
    let Some(seen) = seen else { return false };
    let number = |value: Option<&Value>| match value {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    };
    match op {
        ScoreComparison::Eq => wanted == Some(seen),
        ScoreComparison::Ne => wanted.is_some_and(|wanted| wanted != seen),
        ScoreComparison::In => values.contains(seen),
        ScoreComparison::NotIn => !values.contains(seen),
        ScoreComparison::Gte => {
            let (seen, least) = (number(Some(seen)), number(wanted));
            seen.zip(least).is_some_and(|(seen, least)| seen >= least)
        }
        ScoreComparison::Lte => {
            let (seen, most) = (number(Some(seen)), number(wanted));
            seen.zip(most).is_some_and(|(seen, most)| seen <= most)
        }
        ScoreComparison::Between => {
            let (low, high) = (number(wanted), number(values.get(1)));
            number(Some(seen))
                .zip(low.zip(high))
                .is_some_and(|(seen, (low, high))| (low..=high).contains(&seen))
        }
        ScoreComparison::Exists => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::facts::Bant;
    use crate::verticals::Attributes;

    const START: Ts = Ts::from_micros(1_795_165_200_000_000);

    fn rule(test: Test, points: i32) -> Rule {
        Rule {
            label: "test".to_owned(),
            test,
            points,
            cap: None,
            decay: None,
        }
    }

    fn visits(at_least: i32, within_days: Option<i32>) -> Test {
        Test::Event {
            kind: LeadEventKind::Visit,
            at_least,
            within_days,
        }
    }

    fn visited(days_ago: i32, count: i32) -> Happened {
        Happened {
            kind: LeadEventKind::Visit,
            at: START.minus_days(days_ago),
            count,
        }
    }

    fn given(rule: &Rule, events: &[Happened], days: i32) -> (i32, Option<i64>) {
        let attributes = Attributes::new();
        let facts = Facts {
            attributes: &attributes,
            channel: None,
            has_phone: true,
            has_email: false,
            has_company: false,
            bant: Bant::default(),
            received_at: START,
        };
        let now = START.plus_days(days);
        let given = rule.apply(&facts, events, now);
        (
            given.points,
            given.changes_at.map(|at| at.days_since(START)),
        )
    }

    #[test]
    fn events_count_within_their_window_and_leave_it() {
        let rule = rule(visits(3, Some(30)), 10);
        let events = [visited(29, 1), visited(5, 1), visited(0, 1)];
        assert_eq!(given(&rule, &events, 0), (10, Some(1)));
        assert_eq!(given(&rule, &events, 1), (0, Some(25)));
        assert_eq!(given(&rule, &[visited(31, 9)], 0), (0, None));
        assert_eq!(given(&rule, &[visited(0, 3)], 0), (10, Some(30)));
    }

    #[test]
    fn a_cap_lets_a_rule_count_again_and_ends_it() {
        let once = rule(visits(2, None), 7);
        let capped = Rule {
            cap: Some(20),
            ..once.clone()
        };
        for (count, without, with) in [(1, 0, 0), (2, 7, 7), (5, 7, 14), (6, 7, 20), (99, 7, 20)] {
            assert_eq!(given(&once, &[visited(0, count)], 0).0, without, "{count}");
            assert_eq!(given(&capped, &[visited(0, count)], 0).0, with, "{count}");
        }
    }

    #[test]
    fn points_fade_by_whole_weeks_and_half_lives() {
        let weekly = Rule {
            decay: Some(Decay::PerWeek(4)),
            ..rule(visits(1, None), 10)
        };
        for (days, left) in [(0, 10), (6, 10), (7, 6), (14, 2), (21, 0), (700, 0)] {
            assert_eq!(given(&weekly, &[visited(0, 1)], days).0, left, "{days}");
        }
        assert_eq!(given(&weekly, &[visited(0, 1)], 7).1, Some(14));
        assert_eq!(given(&weekly, &[visited(0, 1)], 21).1, None);
        let halved = Rule {
            decay: Some(Decay::HalfLifeDays(10)),
            ..rule(visits(1, None), -25)
        };
        for (days, left) in [(9, -25), (10, -12), (20, -6), (30, -3), (40, -1), (50, 0)] {
            assert_eq!(given(&halved, &[visited(0, 1)], days).0, left, "{days}");
        }
    }

    #[test]
    fn silence_takes_points_each_time_up_to_its_cap() {
        let silence = Test::Silence {
            kind: LeadEventKind::Visit,
            days: 30,
        };
        let rule = Rule {
            cap: Some(25),
            ..rule(silence, -10)
        };
        for (days, points) in [(0, 0), (29, 0), (30, -10), (60, -20), (90, -25), (400, -25)] {
            assert_eq!(given(&rule, &[], days).0, points, "{days}");
        }
        assert_eq!(given(&rule, &[], 0).1, Some(30));
        assert_eq!(given(&rule, &[], 400).1, None);
        assert_eq!(given(&rule, &[visited(-20, 1)], 40).0, 0);
    }

    #[test]
    fn traits_compare_as_filters_do() {
        let text = |text: &str| Value::Text(text.to_owned());
        let number = Value::Int(34);
        for (seen, op, values, fits) in [
            (
                Some(&number),
                ScoreComparison::Gte,
                vec![Value::Int(34)],
                true,
            ),
            (
                Some(&number),
                ScoreComparison::Gte,
                vec![Value::Int(35)],
                false,
            ),
            (Some(&number), ScoreComparison::Gte, vec![text("34")], false),
            (
                Some(&number),
                ScoreComparison::Lte,
                vec![Value::Int(33)],
                false,
            ),
            (
                Some(&number),
                ScoreComparison::Between,
                vec![Value::Int(30), Value::Int(34)],
                true,
            ),
            (
                Some(&number),
                ScoreComparison::Between,
                vec![Value::Int(30)],
                false,
            ),
            (
                Some(&number),
                ScoreComparison::Ne,
                vec![Value::Int(1)],
                true,
            ),
            (
                Some(&text("LV")),
                ScoreComparison::In,
                vec![text("LV"), text("EE")],
                true,
            ),
            (
                Some(&text("RU")),
                ScoreComparison::NotIn,
                vec![text("LV"), text("EE")],
                true,
            ),
            (None, ScoreComparison::NotIn, vec![text("LV")], false),
            (None, ScoreComparison::Ne, vec![text("LV")], false),
            (
                None,
                ScoreComparison::Exists,
                vec![Value::Bool(false)],
                true,
            ),
            (Some(&number), ScoreComparison::Exists, vec![], true),
        ] {
            assert_eq!(compare(seen, op, &values), fits, "{seen:?} {op} {values:?}");
        }
    }
}
