//! Pages of standing: one's own with what would improve it, the published formula, and the steps that
//! the exchange sets.

use actix_web::HttpResponse;
use askama::Template;
use i18n_embed_fl::fl;

use super::store::{self, KeptBack};
use super::{Counts, Measure, MeasureName, Standing, Step, WINDOW_DAYS, measures};
use crate::access::{AccountKind, Caller, Role};
use crate::error::{Code, Error, FieldError, Result};
use crate::id::AccountId;
use crate::text::Lang;
use crate::web::form::{Pairs, every};
use crate::web::{Ctx, Form, Page, html, html_status, redirect_with};

/// Reserves that a page shows.
const KEPT_SHOWN: i64 = 50;
/// Accounts that the exchange's page shows.
const LOWEST_SHOWN: i64 = 50;

fn label(l: &Lang, name: MeasureName) -> String {
    match name {
        MeasureName::Verification => fl!(l, "standing-verification"),
        MeasureName::Kept => fl!(l, "standing-kept"),
        MeasureName::Appeals => fl!(l, "standing-appeals"),
        MeasureName::Answers => fl!(l, "standing-answers"),
        MeasureName::Outcomes => fl!(l, "standing-outcomes"),
        MeasureName::Merit => fl!(l, "standing-merit"),
        MeasureName::Calm => fl!(l, "standing-calm"),
        MeasureName::Reports => fl!(l, "standing-reports"),
    }
}

/// What would win points here.
fn advice(l: &Lang, name: MeasureName) -> String {
    match name {
        MeasureName::Verification => fl!(l, "standing-verification-advice"),
        MeasureName::Kept => fl!(l, "standing-kept-advice"),
        MeasureName::Appeals => fl!(l, "standing-appeals-advice"),
        MeasureName::Answers => fl!(l, "standing-answers-advice"),
        MeasureName::Outcomes => fl!(l, "standing-outcomes-advice"),
        MeasureName::Merit => fl!(l, "standing-merit-advice"),
        MeasureName::Calm => fl!(l, "standing-calm-advice"),
        MeasureName::Reports => fl!(l, "standing-reports-advice"),
    }
}

/// How a part of the score is worked out.
fn formula(l: &Lang, name: MeasureName) -> String {
    match name {
        MeasureName::Verification => fl!(l, "standing-verification-formula"),
        MeasureName::Kept => fl!(l, "standing-kept-formula"),
        MeasureName::Appeals => fl!(l, "standing-appeals-formula"),
        MeasureName::Answers => fl!(l, "standing-answers-formula"),
        MeasureName::Outcomes => fl!(l, "standing-outcomes-formula"),
        MeasureName::Merit => fl!(l, "standing-merit-formula"),
        MeasureName::Calm => fl!(l, "standing-calm-formula"),
        MeasureName::Reports => fl!(l, "standing-reports-formula"),
    }
}

/// Basis points as a percentage.
fn percent<T: Copy + Into<i64>>(bps: &T) -> String {
    format!(
        "{} %",
        rust_decimal::Decimal::new((*bps).into(), 2).normalize()
    )
}

struct Part {
    measure: Measure,
    label: String,
    advice: String,
    formula: String,
}

impl Part {
    fn of(l: &Lang, measure: Measure) -> Self {
        Self {
            label: label(l, measure.name),
            advice: advice(l, measure.name),
            formula: formula(l, measure.name),
            measure,
        }
    }
}

#[derive(Template)]
#[template(path = "standing/own.html")]
struct OwnPage {
    page: Page,
    standing: Standing,
    parts: Vec<Part>,
    /// What would win most, the best first.
    next: Vec<Part>,
    kept: Vec<KeptBack>,
    days: i32,
}

/// `GET /seller/standing`, `GET /buyer/standing`
pub async fn own(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    let now = ctx.now();
    let (standing, kept) = ctx
        .db
        .read(move |conn| {
            let standing = super::of(conn, caller.account_id, caller.account_kind, now)?;
            let kept = store::kept_back(conn, caller.account_id, KEPT_SHOWN)?;
            Ok((standing, kept))
        })
        .await?;
    let l = page.l;
    let mut next = standing.measures();
    next.retain(|measure| measure.to_win() > 0);
    next.sort_by_key(|measure| std::cmp::Reverse(measure.to_win()));
    next.truncate(3);
    html(&OwnPage {
        parts: standing
            .measures()
            .into_iter()
            .map(|measure| Part::of(l, measure))
            .collect(),
        next: next
            .into_iter()
            .map(|measure| Part::of(l, measure))
            .collect(),
        days: WINDOW_DAYS,
        standing,
        kept,
        page,
    })
}

#[derive(Template)]
#[template(path = "standing/formula.html")]
struct FormulaPage {
    page: Page,
    days: i32,
    sides: Vec<(String, Vec<Part>)>,
    steps: Vec<Step>,
}

/// `GET /standing`: the formula, for everybody.
pub async fn published(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let steps = ctx.db.read(super::steps).await?;
    let l = page.l;
    let side = |kind: AccountKind| {
        let parts = measures(kind, &Counts::default());
        parts
            .into_iter()
            .map(|measure| Part::of(l, measure))
            .collect()
    };
    html(&FormulaPage {
        days: WINDOW_DAYS,
        sides: vec![
            (fl!(l, "standing-of-sellers"), side(AccountKind::Seller)),
            (fl!(l, "standing-of-buyers"), side(AccountKind::Buyer)),
        ],
        steps,
        page,
    })
}

#[derive(Template)]
#[template(path = "standing/desk.html")]
struct DeskPage {
    page: Page,
    /// The steps as they are typed: each field with its text.
    rows: Vec<Vec<(&'static str, String)>>,
    lowest: Vec<(AccountId, String, AccountKind, i32)>,
    may_set: bool,
    errors: Vec<FieldError>,
}

const FIELDS: [&str; 5] = [
    "least_score",
    "rank",
    "reserve",
    "reserve_days",
    "delay_days",
];

fn typed(step: &Step) -> [String; 5] {
    let percent = |bps: i32| {
        rust_decimal::Decimal::new(i64::from(bps), 2)
            .normalize()
            .to_string()
    };
    [
        step.least_score.to_string(),
        percent(step.rank_bps),
        percent(step.reserve_bps),
        step.reserve_days.to_string(),
        step.delay_days.to_string(),
    ]
}

/// `GET /operator/standing`
pub async fn desk(ctx: Ctx, caller: Caller, page: Page) -> Result<HttpResponse> {
    let steps = ctx.db.read(super::steps).await?;
    let rows = steps.iter().map(typed).collect();
    render(ctx, caller, page, rows, Vec::new()).await
}

async fn render(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    rows: Vec<[String; 5]>,
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    let lowest = ctx
        .db
        .read(|conn| store::lowest(conn, LOWEST_SHOWN))
        .await?;
    let status = if errors.is_empty() { 200 } else { 422 };
    html_status(
        status,
        &DeskPage {
            page,
            rows: rows
                .into_iter()
                .map(|row| FIELDS.into_iter().zip(row).collect())
                .collect(),
            lowest,
            may_set: caller.role == Role::Admin,
            errors,
        },
    )
}

/// `POST /operator/standing`: every step anew.
pub async fn set(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let rows = read_rows(&pairs);
    let steps = rows
        .iter()
        .enumerate()
        .map(|(index, row)| read_step(index, row))
        .collect::<Result<Vec<Step>, Vec<FieldError>>>()
        .map_err(Error::invalid);
    let (now, by) = (ctx.now(), caller.clone());
    let done = match steps {
        Ok(steps) => {
            ctx.write(move |conn| super::set_steps(conn, &by, &steps, now))
                .await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(redirect_with(
            "/operator/standing",
            &fl!(page.l, "standing-steps-set"),
        )),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidContent => {
            render(ctx, caller, page, rows, refusal.fields.clone()).await
        }
        Err(error) => Err(error),
    }
}

/// The rows that have a score.
fn read_rows(pairs: &Pairs) -> Vec<[String; 5]> {
    let column = |name: &str| -> Vec<String> {
        pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.trim().replace(',', "."))
            .collect()
    };
    let columns = FIELDS.map(column);
    (0..every(pairs, "least_score").len())
        .map(|row| {
            columns
                .each_ref()
                .map(|column| column.get(row).cloned().unwrap_or_default())
        })
        .collect()
}

fn read_step(index: usize, row: &[String; 5]) -> Result<Step, Vec<FieldError>> {
    use crate::error::Reason;
    let mut errors = Vec::new();
    let mut number = |place: usize, scale: u32| {
        let parsed = row[place]
            .parse::<rust_decimal::Decimal>()
            .ok()
            .map(|value| value * rust_decimal::Decimal::from(10_i32.pow(scale)))
            .filter(rust_decimal::Decimal::is_integer)
            .and_then(|value| i32::try_from(value).ok());
        parsed.unwrap_or_else(|| {
            let field = format!("steps[{index}].{}", FIELDS[place]);
            errors.push(FieldError::new(field, Reason::WrongType, "a number"));
            0
        })
    };
    let step = Step {
        least_score: number(0, 0),
        rank_bps: number(1, 2),
        reserve_bps: number(2, 2),
        reserve_days: number(3, 0),
        delay_days: number(4, 0),
    };
    if errors.is_empty() {
        Ok(step)
    } else {
        Err(errors)
    }
}
