//! How a vertical's leads are given out among those who want them, at what price, and how asks fall with age.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{FieldError, Reason, Result};
use crate::id::VerticalId;

/// Steps of an ask that falls with age.
const MOST_STEPS: usize = 10;
const MOST_DAYS: i32 = 365;

text_enum! {
    /// Who comes first among the requests that take a lead.
    pub enum Distribution {
        /// The highest expected yield.
        Price = "price",
        /// The lowest tier of the buyer, then the highest expected yield.
        Priority = "priority",
        /// By lot, each buyer's chance in proportion to its weight.
        Weighted = "weighted",
        /// Whoever has waited longest for a lead.
        RoundRobin = "round_robin",
    }
}

text_enum! {
    /// What is paid for a lead, where a request bids for it.
    pub enum Pricing {
        /// The bid.
        First = "first",
        /// The best losing bid or the ask, whichever is more, plus one minor unit; never more than the bid.
        Second = "second",
    }
}

/// From some age on the ask is a part of what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgeStep {
    /// Days since the lead was received.
    pub after_days: i32,
    /// Per cent of the first ask, 1 to 99.
    pub percent: i32,
}

/// How the leads of a vertical are sold, and whether they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Selling {
    #[serde(flatten)]
    pub rules: SellingRules,
    /// While it is stopped nothing is sold.
    pub stopped: bool,
}

/// Who comes first, what is paid, how asks fall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SellingRules {
    pub distribution: Distribution,
    pub pricing: Pricing,
    /// The youngest first; later steps are lower.
    pub ageing: Vec<AgeStep>,
}

impl Default for SellingRules {
    fn default() -> Self {
        Self {
            distribution: Distribution::Price,
            pricing: Pricing::First,
            ageing: Vec::new(),
        }
    }
}

impl SellingRules {
    /// The per cent of its first ask that a lead of this age is on offer for.
    pub fn percent_at(&self, days: i64) -> i32 {
        let reached = self.ageing.iter().rev();
        reached
            .into_iter()
            .find(|step| i64::from(step.after_days) <= days)
            .map_or(100, |step| step.percent)
    }
}

/// What was typed: steps as `3: 90, 7: 75`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SellingForm {
    pub distribution: String,
    pub pricing: String,
    pub ageing: String,
    /// "true" or "false".
    pub stopped: String,
}

impl SellingForm {
    pub fn of(selling: &Selling) -> Self {
        let rules = &selling.rules;
        let steps = rules.ageing.iter();
        let steps = steps.map(|step| format!("{}: {}", step.after_days, step.percent));
        Self {
            distribution: rules.distribution.to_string(),
            pricing: rules.pricing.to_string(),
            ageing: steps.collect::<Vec<_>>().join(", "),
            stopped: selling.stopped.to_string(),
        }
    }

    pub fn parse(&self) -> Result<Selling, Vec<FieldError>> {
        let mut errors = Vec::new();
        let distribution = self.distribution.parse().unwrap_or_else(|accepted| {
            errors.push(FieldError::new(
                "distribution",
                Reason::NotAllowed,
                accepted,
            ));
            Distribution::Price
        });
        let pricing = self.pricing.parse().unwrap_or_else(|accepted| {
            errors.push(FieldError::new("pricing", Reason::NotAllowed, accepted));
            Pricing::First
        });
        let ageing = steps(&self.ageing).unwrap_or_else(|error| {
            errors.push(error);
            Vec::new()
        });
        let stopped = self.stopped.parse().unwrap_or_else(|_| {
            errors.push(FieldError::new(
                "stopped",
                Reason::NotAllowed,
                "true, false",
            ));
            false
        });
        if errors.is_empty() {
            Ok(Selling {
                rules: SellingRules {
                    distribution,
                    pricing,
                    ageing,
                },
                stopped,
            })
        } else {
            Err(errors)
        }
    }
}

fn steps(text: &str) -> Result<Vec<AgeStep>, FieldError> {
    let accepted = "steps such as 3: 90, 7: 75: days and per cent of the first ask, ever older and lower, at most 10";
    let wrong = |reason| FieldError::new("ageing", reason, accepted);
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let steps: Option<Vec<AgeStep>> = parts
        .map(|part| {
            let (days, percent) = part.split_once(':')?;
            Some(AgeStep {
                after_days: days.trim().parse().ok()?,
                percent: percent.trim().parse().ok()?,
            })
        })
        .collect();
    let steps = steps.ok_or_else(|| wrong(Reason::WrongType))?;
    if steps.len() > MOST_STEPS {
        return Err(wrong(Reason::TooMany));
    }
    let in_bounds = |step: &AgeStep| {
        (1..=MOST_DAYS).contains(&step.after_days) && (1..=99).contains(&step.percent)
    };
    let falls = steps
        .windows(2)
        .all(|pair| pair[0].after_days < pair[1].after_days && pair[0].percent > pair[1].percent);
    if steps.iter().all(in_bounds) && falls {
        Ok(steps)
    } else {
        Err(wrong(Reason::NotAllowed))
    }
}

/// Changes how a vertical's leads are sold; the next lead is sold by it.
pub fn change(
    conn: &mut Conn,
    id: VerticalId,
    selling: &Selling,
    actor: Actor,
    now: Ts,
) -> Result<()> {
    let before = store::by_id(conn, id)?.selling;
    store::set_selling(conn, id, selling, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: None,
            action: "vertical.selling_changed",
            subject: id.to_string(),
            detail: audit::change(&before, selling)?,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(ageing: &str) -> Result<Selling, Vec<FieldError>> {
        let form = SellingForm {
            distribution: "weighted".to_owned(),
            pricing: "second".to_owned(),
            ageing: ageing.to_owned(),
            stopped: "false".to_owned(),
        };
        form.parse()
    }

    #[test]
    fn steps_fall_with_age() {
        let selling = typed(" 3: 90, 7:75 ").unwrap();
        let percents: Vec<i32> = [0, 2, 3, 6, 7, 400]
            .iter()
            .map(|days| selling.rules.percent_at(*days))
            .collect();
        assert_eq!(percents, [100, 100, 90, 90, 75, 75]);
        assert_eq!(SellingForm::of(&selling).ageing, "3: 90, 7: 75");
    }

    #[test]
    fn what_does_not_fall_is_refused() {
        for (text, reason) in [
            ("3", Reason::WrongType),
            ("3: 90, 3: 80", Reason::NotAllowed),
            ("3: 90, 7: 95", Reason::NotAllowed),
            ("0: 90", Reason::NotAllowed),
            ("3: 100", Reason::NotAllowed),
        ] {
            assert_eq!(typed(text).unwrap_err()[0].reason, reason, "{text}");
        }
        assert_eq!(typed("").unwrap().rules.percent_at(400), 100);
    }
}
