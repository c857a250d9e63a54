//! A lead's score as its seller, its buyers and the exchange see it: rule by rule.

use i18n_embed_fl::fl;
use serde::Serialize;
use utoipa::ToSchema;

use super::facts::Bant;
use super::model::{Stage, Temperature, Thresholds};
use super::rule::{Decay, LeadEventKind, Rule, Test};
use super::store::{self, LeadRow};
use crate::access::{AccountKind, Caller};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::LeadId;
use crate::text::Lang;
use crate::web::format;

/// What one rule gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ScorePart)]
pub struct Part {
    #[serde(flatten)]
    pub rule: Rule,
    /// What it gave to this lead.
    pub given: i32,
    /// Events that were counted, or whole times of silence; 1 for a trait that fits.
    pub count: i64,
}

/// An answer of BANT in words.
pub struct Answer {
    pub question: String,
    /// Empty where it is not known.
    pub answer: String,
}

/// A score with its reasons.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LeadScore)]
pub struct Explained {
    pub lead: LeadId,
    /// 0 to 100.
    pub score: i32,
    pub stage: Stage,
    pub temperature: Temperature,
    /// The sum of all points before it was clamped.
    pub points: i32,
    /// Points of the lead from before there were models.
    pub carried_points: i32,
    /// The version of the vertical's model that scored the lead.
    pub model_version: i32,
    pub thresholds: Thresholds,
    pub parts: Vec<Part>,
    pub bant: Bant,
    /// How many of the four questions of BANT are answered.
    pub bant_quarters: i64,
    pub computed_at: Ts,
    /// When the score may change by the clock alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Ts>,
}

/// The score of a lead that its caller has found already; `None` for a lead from before there were models.
pub fn explain(conn: &mut Conn, lead: LeadId) -> Result<Option<Explained>> {
    let Some(row) = store::lead(conn, lead)? else {
        return Ok(None);
    };
    of(conn, &row)
}

/// The score of a lead, for its seller, for buyers who bought it, and for the exchange.
pub(super) fn for_caller(conn: &mut Conn, caller: &Caller, lead: LeadId) -> Result<Explained> {
    let not_found = || Error::refused(Code::NotFound);
    let row = store::lead(conn, lead)?.ok_or_else(not_found)?;
    let sees = match caller.account_kind {
        AccountKind::Operator => true,
        AccountKind::Seller => row.seller_id == caller.account_id,
        AccountKind::Buyer => store::is_bought_by(conn, lead, caller.account_id)?,
    };
    if !sees {
        return Err(not_found());
    }
    of(conn, &row)?.ok_or_else(not_found)
}

fn of(conn: &mut Conn, lead: &LeadRow) -> Result<Option<Explained>> {
    let Some(kept) = store::kept(conn, &[lead.id])?.pop() else {
        return Ok(None);
    };
    let Some(model) = store::models::by_id(conn, kept.model_id)? else {
        return Ok(None);
    };
    let bant = kept.bant()?;
    let parts = model.formula.rules.into_iter().zip(kept.parts()?);
    let thresholds = model.formula.thresholds;
    Ok(Some(Explained {
        lead: lead.id,
        score: lead.score,
        stage: lead.stage,
        temperature: thresholds.temperature(lead.score),
        points: kept.points,
        carried_points: kept.carried_points,
        model_version: model.version,
        thresholds,
        parts: parts
            .map(|(rule, (given, count))| Part { rule, given, count })
            .collect(),
        bant,
        bant_quarters: bant.quarters(),
        computed_at: kept.computed_at,
        changes_at: kept.changes_at,
    }))
}

pub fn stage_label(l: &Lang, stage: &Stage) -> String {
    match stage {
        Stage::Lead => fl!(l, "leads-stage-lead"),
        Stage::Mql => fl!(l, "contracts-stage-mql"),
        Stage::Sql => fl!(l, "contracts-stage-sql"),
    }
}

pub fn event_label(l: &Lang, kind: LeadEventKind) -> String {
    match kind {
        LeadEventKind::Visit => fl!(l, "scoring-event-visit"),
        LeadEventKind::EmailOpened => fl!(l, "scoring-event-email-opened"),
        LeadEventKind::LinkClicked => fl!(l, "scoring-event-link-clicked"),
        LeadEventKind::FormSent => fl!(l, "scoring-event-form-sent"),
        LeadEventKind::Newsletter => fl!(l, "scoring-event-newsletter"),
        LeadEventKind::Consultation => fl!(l, "scoring-event-consultation"),
        LeadEventKind::Unsubscribed => fl!(l, "scoring-event-unsubscribed"),
    }
}

/// A rule in words: "visited the site 3 times or more within 30 days".
pub fn rule_text(l: &Lang, rule: &Rule) -> String {
    match &rule.test {
        Test::Trait { field, op, values } => {
            let values: Vec<String> = values.iter().map(|value| format::fact(l, value)).collect();
            format!("{field} {op} {}", values.join(", "))
        }
        Test::Event {
            kind,
            at_least,
            within_days,
        } => {
            let (event, count) = (event_label(l, *kind), i64::from(*at_least));
            match within_days.map(i64::from) {
                None => fl!(l, "scoring-rule-event", event = event, count = count),
                Some(days) => fl!(
                    l,
                    "scoring-rule-event-within",
                    event = event,
                    count = count,
                    days = days
                ),
            }
        }
        Test::Silence { kind, days } => {
            let event = event_label(l, *kind).to_lowercase();
            let days = i64::from(*days);
            fl!(l, "scoring-rule-silence", event = event, days = days)
        }
    }
}

/// How often a rule counts and how its points fade; empty for one that counts once and stays.
pub fn rule_notes(l: &Lang, rule: &Rule) -> String {
    let cap = rule.cap.map(|cap| fl!(l, "scoring-rule-cap", cap = cap));
    let decay = rule.decay.map(|decay| match decay {
        Decay::PerWeek(points) => fl!(l, "scoring-rule-per-week", points = points),
        Decay::HalfLifeDays(days) => fl!(l, "scoring-rule-half-life", days = days),
    });
    let notes: Vec<String> = cap.into_iter().chain(decay).collect();
    notes.join("; ")
}

impl Explained {
    /// "80, sales qualified (SQL), hot".
    pub fn summary(&self, l: &Lang) -> String {
        let temperature = match self.temperature {
            Temperature::Cold => fl!(l, "scoring-cold"),
            Temperature::Warm => fl!(l, "scoring-warm"),
            Temperature::Hot => fl!(l, "scoring-hot"),
        };
        fl!(
            l,
            "scoring-summary",
            score = self.score,
            stage = stage_label(l, &self.stage),
            temperature = temperature
        )
    }

    /// How a temperature is coloured.
    pub fn tone(&self) -> &'static str {
        match self.temperature {
            Temperature::Cold => "info",
            Temperature::Warm => "warn",
            Temperature::Hot => "good",
        }
    }

    /// The four questions with what is known.
    pub fn answers(&self, l: &Lang) -> Vec<Answer> {
        let [budget, authority, need, timing] = self.bant.answers();
        [
            (fl!(l, "scoring-bant-budget"), budget.1),
            (fl!(l, "scoring-bant-authority"), authority.1),
            (fl!(l, "scoring-bant-need"), need.1),
            (fl!(l, "scoring-bant-timing"), timing.1),
        ]
        .into_iter()
        .map(|(question, answer)| Answer {
            question,
            answer: answer.map(format::words).unwrap_or_default(),
        })
        .collect()
    }

    /// A rule in words.
    pub fn text(&self, l: &Lang, part: &Part) -> String {
        rule_text(l, &part.rule)
    }
}
