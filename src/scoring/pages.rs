//! Pages of scoring: the operator's models, and the sellers' tracked links.

pub mod editor;
pub mod links;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use i18n_embed_fl::fl;

use super::store::models as store;
use super::trial::MAX_LEADS;
use super::view::{rule_notes, rule_text, stage_label};
use super::{ModelState, ScoreModel, Stage, models};
use crate::access::{Caller, Role};
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Result};
use crate::text::Lang;
use crate::verticals::{self, Vertical};
use crate::web::form::{Pairs, first};
use crate::web::{Ctx, Form, Page, html, redirect_with};

/// A line of the list: the vertical, the live version and the draft.
struct Line {
    vertical: Vertical,
    live: Option<i32>,
    draft: Option<i32>,
}

#[derive(Template)]
#[template(path = "scoring/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
}

/// `GET /operator/scoring`
pub async fn list(ctx: Ctx, page: Page) -> Result<HttpResponse> {
    let lines = ctx
        .db
        .read(|conn| {
            verticals::all(conn)?
                .into_iter()
                .map(|vertical| {
                    Ok(Line {
                        live: store::live(conn, vertical.id)?.map(|model| model.version),
                        draft: store::draft(conn, vertical.id)?.map(|model| model.version),
                        vertical,
                    })
                })
                .collect::<Result<Vec<Line>>>()
        })
        .await?;
    html(&ListPage { page, lines })
}

/// A rule as pages list it.
struct ShownRule {
    label: String,
    text: String,
    notes: String,
    points: i32,
}

fn shown_rules(l: &Lang, model: &ScoreModel) -> Vec<ShownRule> {
    let rules = model.formula.rules.iter();
    rules
        .map(|rule| ShownRule {
            label: rule.label.clone(),
            text: rule_text(l, rule),
            notes: rule_notes(l, rule),
            points: rule.points,
        })
        .collect()
}

/// A row of a trial: the stage that leads have, and how many would have each.
struct Moves {
    from: String,
    to: Vec<(i64, bool)>,
}

fn moves(l: &Lang, model: &ScoreModel) -> Vec<Moves> {
    let Some(trial) = &model.trial else {
        return Vec::new();
    };
    let rows = Stage::ALL.iter().zip(trial.moves).enumerate();
    rows.map(|(row, (stage, counts))| Moves {
        from: stage_label(l, stage),
        to: (0..)
            .zip(counts)
            .map(|(to, count)| (count, to != row && count > 0))
            .collect(),
    })
    .collect()
}

#[derive(Template)]
#[template(path = "scoring/show.html")]
struct ModelPage {
    page: Page,
    vertical: Vertical,
    live: Option<ScoreModel>,
    live_rules: Vec<ShownRule>,
    draft: Option<ScoreModel>,
    draft_rules: Vec<ShownRule>,
    moves: Vec<Moves>,
    stages: Vec<String>,
    versions: Vec<ScoreModel>,
    may_change: bool,
    errors: Vec<FieldError>,
}

impl ModelPage {
    fn is_tested(&self) -> bool {
        let draft = self.draft.as_ref();
        draft.is_some_and(|draft| draft.state == ModelState::Tested)
    }

    const fn most(&self) -> i64 {
        MAX_LEADS
    }
}

type Read = (
    Vertical,
    Option<ScoreModel>,
    Option<ScoreModel>,
    Vec<ScoreModel>,
);

fn read(conn: &mut Conn, key: &str) -> Result<Read> {
    let vertical = verticals::by_key(conn, key)?;
    let live = store::live(conn, vertical.id)?;
    let draft = store::draft(conn, vertical.id)?;
    let versions = models::versions(conn, vertical.id)?;
    Ok((vertical, live, draft, versions))
}

/// `GET /operator/scoring/{key}`
pub async fn show(ctx: Ctx, caller: Caller, page: Page, key: Path<String>) -> Result<HttpResponse> {
    let (vertical, live, draft, versions) = ctx.db.read(move |conn| read(conn, &key)).await?;
    let l = page.l;
    let rules = |model: &Option<ScoreModel>| {
        model
            .as_ref()
            .map_or_else(Vec::new, |model| shown_rules(l, model))
    };
    html(&ModelPage {
        live_rules: rules(&live),
        draft_rules: rules(&draft),
        moves: draft
            .as_ref()
            .map_or_else(Vec::new, |draft| moves(l, draft)),
        stages: Stage::ALL
            .iter()
            .map(|stage| stage_label(l, stage))
            .collect(),
        may_change: caller.role == Role::Admin,
        errors: Vec::new(),
        page,
        vertical,
        live,
        draft,
        versions,
    })
}

/// `POST /operator/scoring/{key}/{step}`: test the draft, let it go live, or give it up.
pub async fn step(
    ctx: Ctx,
    caller: Caller,
    page: Page,
    path: Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<HttpResponse> {
    let (key, step) = path.into_inner();
    let (now, name) = (ctx.now(), key.clone());
    let vertical = ctx
        .db
        .read(move |conn| verticals::by_key(conn, &name))
        .await?
        .id;
    let said = match step.as_str() {
        "test" => {
            let (model, trial) = ctx
                .db
                .read(move |conn| models::tried(conn, vertical, None, now))
                .await?;
            ctx.write(move |conn| models::test(conn, &caller, &model, &trial, now))
                .await?;
            fl!(page.l, "scoring-tested")
        }
        "live" => {
            let moves_leads = first(&pairs, "moves_leads") == "true";
            ctx.write(move |conn| {
                models::go_live(conn, &caller, (vertical, None), moves_leads, now)
            })
            .await?;
            fl!(page.l, "scoring-went-live")
        }
        "drop" => {
            ctx.write(move |conn| models::drop_draft(conn, &caller, (vertical, None), now))
                .await?;
            fl!(page.l, "scoring-dropped")
        }
        _ => return Err(Error::refused(Code::NotFound)),
    };
    Ok(redirect_with(&format!("/operator/scoring/{key}"), &said))
}
