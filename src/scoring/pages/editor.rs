//! The editor of a draft: one row a rule, without script.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use crate::access::Caller;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::scoring::model::trait_fields;
use crate::scoring::store::models as store;
use crate::scoring::view::event_label;
use crate::scoring::{
    Decay, Formula, LeadEventKind, MAX_RULES, Rule, ScoreComparison, Test, Thresholds, models,
};
use crate::text::Lang;
use crate::verticals::{self, FieldKind, Value, Vertical};
use crate::web::form::{Pairs, first};
use crate::web::{Ctx, Form, Page, html_status, redirect_with};

/// Empty rows below the rules.
const SPARE: usize = 4;
const COLUMNS: [&str; 11] = [
    "label",
    "kind",
    "subject",
    "op",
    "value",
    "times",
    "days",
    "points",
    "cap",
    "decay",
    "decay_amount",
];

/// A rule as it is typed, in the order of `COLUMNS`.
#[derive(Debug, Clone, Default)]
pub struct Row {
    label: String,
    kind: String,
    subject: String,
    op: String,
    value: String,
    times: String,
    days: String,
    points: String,
    cap: String,
    decay: String,
    decay_amount: String,
}

type Options = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "scoring/edit.html")]
struct EditPage {
    page: Page,
    vertical: Vertical,
    mql: String,
    sql: String,
    warm: String,
    hot: String,
    rows: Vec<Row>,
    kinds: Options,
    subjects: Options,
    ops: Options,
    decays: Options,
    errors: Vec<FieldError>,
}

impl EditPage {
    fn new(page: Page, vertical: Vertical, typed: Typed, errors: Vec<FieldError>) -> Self {
        let l = page.l;
        let mut rows = typed.rows;
        let wanted = (rows.len() + SPARE).min(MAX_RULES);
        rows.resize_with(wanted.max(rows.len()), Row::default);
        let [mql, sql, warm, hot] = typed.thresholds;
        let plain = |text: &str| (text.to_owned(), text.to_owned());
        Self {
            kinds: vec![
                ("trait".to_owned(), fl!(l, "scoring-kind-trait")),
                ("event".to_owned(), fl!(l, "scoring-kind-event")),
                ("silence".to_owned(), fl!(l, "scoring-kind-silence")),
            ],
            subjects: subjects(l, &vertical),
            ops: ScoreComparison::ALL
                .iter()
                .map(|op| plain(op.as_str()))
                .collect(),
            decays: vec![
                (String::new(), fl!(l, "scoring-decay-none")),
                ("per_week".to_owned(), fl!(l, "scoring-decay-week")),
                ("half_life".to_owned(), fl!(l, "scoring-decay-half")),
            ],
            page,
            vertical,
            mql,
            sql,
            warm,
            hot,
            rows,
            errors,
        }
    }

    /// "row 3", for who cannot see the table.
    fn nth(&self, row: &usize) -> String {
        fl!(self.page.l, "scoring-row", row = row.to_string())
    }

    /// What is wrong with the rules, row by row.
    fn wrong(&self) -> Vec<String> {
        let shown = ["mql", "sql", "warm", "hot"];
        crate::web::format::other_errors(self.page.l, &self.errors, &shown)
    }
}

fn subjects(l: &Lang, vertical: &Vertical) -> Options {
    let label = |key: &str| {
        let field = vertical.field(key);
        field.map_or_else(|| key.to_owned(), |field| field.label.clone())
    };
    let events = LeadEventKind::ALL
        .iter()
        .map(|&kind| (kind.to_string(), event_label(l, kind)));
    trait_fields(vertical)
        .into_iter()
        .map(|(key, _)| (key.clone(), label(&key)))
        .chain(events)
        .collect()
}

/// A form as it was typed.
#[derive(Debug, Clone)]
struct Typed {
    thresholds: [String; 4],
    rows: Vec<Row>,
}

impl Typed {
    fn of(formula: &Formula) -> Self {
        let t = &formula.thresholds;
        Self {
            thresholds: [t.mql, t.sql, t.warm, t.hot].map(|value| value.to_string()),
            rows: formula.rules.iter().map(Row::of).collect(),
        }
    }

    /// Rows whose label is typed.
    fn read(pairs: &Pairs) -> Self {
        let column = |name: &str| -> Vec<String> {
            let values = pairs.iter().filter(|(key, _)| key == name);
            values.map(|(_, value)| value.trim().to_owned()).collect()
        };
        let columns = COLUMNS.map(column);
        let rows = (0..columns[0].len().min(MAX_RULES + SPARE)).map(|row| {
            let cells = columns
                .each_ref()
                .map(|column| column.get(row).cloned().unwrap_or_default());
            let [
                label,
                kind,
                subject,
                op,
                value,
                times,
                days,
                points,
                cap,
                decay,
                decay_amount,
            ] = cells;
            Row {
                label,
                kind,
                subject,
                op,
                value,
                times,
                days,
                points,
                cap,
                decay,
                decay_amount,
            }
        });
        Self {
            thresholds: ["mql", "sql", "warm", "hot"].map(|name| first(pairs, name).to_owned()),
            rows: rows.filter(|row| !row.label.is_empty()).collect(),
        }
    }

    fn formula(&self, vertical: &Vertical) -> Result<Formula, Vec<FieldError>> {
        let mut errors = Vec::new();
        let names = ["mql", "sql", "warm", "hot"];
        let [mql, sql, warm, hot] = std::array::from_fn(|place| {
            number(&self.thresholds[place], names[place], &mut errors).unwrap_or(0)
        });
        let kinds = trait_fields(vertical);
        let mut rules = Vec::with_capacity(self.rows.len());
        for (index, row) in self.rows.iter().enumerate() {
            match row.rule(&kinds) {
                Ok(rule) => rules.push(rule),
                Err(found) => {
                    let path = format!("rules[{index}]");
                    errors.extend(found.into_iter().map(|error| error.within(&path)));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Formula {
            thresholds: Thresholds {
                mql,
                sql,
                warm,
                hot,
            },
            rules,
        })
    }
}

fn number(text: &str, field: &str, errors: &mut Vec<FieldError>) -> Option<i32> {
    if text.is_empty() {
        return None;
    }
    let parsed = text.replace('\u{2212}', "-").parse().ok();
    if parsed.is_none() {
        errors.push(FieldError::new(field, Reason::WrongType, "a whole number"));
    }
    parsed
}

impl Row {
    fn of(rule: &Rule) -> Self {
        let mut row = Self {
            label: rule.label.clone(),
            points: rule.points.to_string(),
            cap: rule.cap.map(|cap| cap.to_string()).unwrap_or_default(),
            ..Self::default()
        };
        match rule.decay {
            Some(Decay::PerWeek(points)) => {
                "per_week".clone_into(&mut row.decay);
                row.decay_amount = points.to_string();
            }
            Some(Decay::HalfLifeDays(days)) => {
                "half_life".clone_into(&mut row.decay);
                row.decay_amount = days.to_string();
            }
            None => {}
        }
        match &rule.test {
            Test::Trait { field, op, values } => {
                "trait".clone_into(&mut row.kind);
                row.subject.clone_from(field);
                row.op = op.to_string();
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                row.value = values.join(", ");
            }
            Test::Event {
                kind,
                at_least,
                within_days,
            } => {
                "event".clone_into(&mut row.kind);
                row.subject = kind.to_string();
                row.times = at_least.to_string();
                row.days = within_days.map(|days| days.to_string()).unwrap_or_default();
            }
            Test::Silence { kind, days } => {
                "silence".clone_into(&mut row.kind);
                row.subject = kind.to_string();
                row.days = days.to_string();
            }
        }
        row
    }

    fn rule(&self, kinds: &[(String, FieldKind)]) -> Result<Rule, Vec<FieldError>> {
        let mut errors = Vec::new();
        let points = number(&self.points, "points", &mut errors).unwrap_or(0);
        let cap = number(&self.cap, "cap", &mut errors);
        let times = number(&self.times, "times", &mut errors).unwrap_or(1);
        let days = number(&self.days, "days", &mut errors);
        let amount = number(&self.decay_amount, "decay", &mut errors).unwrap_or(0);
        let test = match self.kind.as_str() {
            "trait" => Ok(self.of_trait(kinds)),
            "event" => self.event().map(|kind| Test::Event {
                kind,
                at_least: times,
                within_days: days,
            }),
            "silence" => self.event().map(|kind| Test::Silence {
                kind,
                days: days.unwrap_or(0),
            }),
            _ => Err(FieldError::new(
                "kind",
                Reason::NotAllowed,
                "trait, event or silence",
            )),
        };
        let decay = match self.decay.as_str() {
            "per_week" => Some(Decay::PerWeek(amount)),
            "half_life" => Some(Decay::HalfLifeDays(amount)),
            _ => None,
        };
        match test {
            Ok(test) if errors.is_empty() => Ok(Rule {
                label: self.label.clone(),
                test,
                points,
                cap,
                decay,
            }),
            Ok(_) => Err(errors),
            Err(error) => {
                errors.push(error);
                Err(errors)
            }
        }
    }

    fn event(&self) -> Result<LeadEventKind, FieldError> {
        let parsed = self.subject.parse();
        parsed.map_err(|accepted: String| FieldError::new("subject", Reason::NotAllowed, accepted))
    }

    fn of_trait(&self, kinds: &[(String, FieldKind)]) -> Test {
        let op = self.op.parse().unwrap_or(ScoreComparison::Eq);
        let kind = kinds.iter().find(|(key, _)| *key == self.subject);
        let is_list = matches!(
            op,
            ScoreComparison::In | ScoreComparison::NotIn | ScoreComparison::Between
        );
        let pieces: Vec<&str> = if is_list {
            self.value.split(',').map(str::trim).collect()
        } else {
            vec![self.value.as_str()]
        };
        let value = |text: &str| match (kind.map(|(_, kind)| *kind), text) {
            (Some(FieldKind::Integer), _) => text
                .parse()
                .map_or_else(|_| Value::Text(text.to_owned()), Value::Int),
            (Some(FieldKind::Boolean), "true" | "false") => Value::Bool(text == "true"),
            _ if op == ScoreComparison::Exists => Value::Bool(text != "false"),
            _ => Value::Text(text.to_owned()),
        };
        let given = pieces.into_iter().filter(|text| !text.is_empty());
        Test::Trait {
            field: self.subject.clone(),
            op,
            values: given.map(value).collect(),
        }
    }
}

/// `GET /operator/scoring/{key}/edit`: the draft, or the live version to begin one with.
pub async fn edit(ctx: Ctx, page: Page, key: Path<String>) -> Result<HttpResponse> {
    let (vertical, formula) = ctx
        .db
        .read(move |conn| {
            let vertical = verticals::by_key(conn, &key)?;
            let model = match store::draft(conn, vertical.id)? {
                Some(draft) => Some(draft),
                None => store::live(conn, vertical.id)?,
            };
            Ok((
                vertical,
                model.map(|model| model.formula).unwrap_or_default(),
            ))
        })
        .await?;
    html_status(
        200,
        &EditPage::new(page, vertical, Typed::of(&formula), Vec::new()),
    )
}

/// `POST /operator/scoring/{key}`: the draft as it was typed.
pub async fn save(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    key: Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (key, now) = (key.into_inner(), ctx.now());
    let name = key.clone();
    let vertical = ctx
        .db
        .read(move |conn| verticals::by_key(conn, &name))
        .await?;
    let typed = Typed::read(&pairs);
    let done = match typed.formula(&vertical) {
        Ok(formula) => {
            let of = vertical.clone();
            ctx.write(move |conn| models::save_draft(conn, &caller, &of, &formula, now))
                .await
        }
        Err(errors) => Err(errors.into()),
    };
    match done {
        Ok(_) => Ok(redirect_with(
            &format!("/operator/scoring/{key}"),
            &fl!(page.l, "scoring-saved"),
        )),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            html_status(422, &EditPage::new(page, vertical, typed, refusal.fields))
        }
        Err(error) => Err(error),
    }
}
