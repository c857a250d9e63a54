//! Versions of models.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::Bool;

use crate::clock::Ts;
use crate::db::schema::score_models;
use crate::db::types::{from_json, json};
use crate::db::{Conn, Prepared, each};
use crate::error::Result;
use crate::id::{ScoreModelId, UserId, VerticalId};
use crate::scoring::{Formula, ModelState, ScoreModel, Trial};

#[derive(Queryable, Selectable)]
#[diesel(table_name = score_models)]
struct Row {
    id: ScoreModelId,
    vertical_id: VerticalId,
    version: i32,
    state: ModelState,
    formula: String,
    made_by: Option<UserId>,
    made_at: Ts,
    trial: Option<String>,
    live_at: Option<Ts>,
    retired_at: Option<Ts>,
    moves_leads: bool,
}

impl Row {
    fn model(self) -> Result<ScoreModel> {
        let trial = self.trial.as_deref().map(from_json).transpose()?;
        Ok(ScoreModel {
            id: self.id,
            vertical_id: self.vertical_id,
            version: self.version,
            state: self.state,
            formula: from_json(&self.formula)?,
            made_by: self.made_by,
            made_at: self.made_at,
            trial,
            live_at: self.live_at,
            retired_at: self.retired_at,
            moves_leads: self.moves_leads,
        })
    }
}

fn one(row: Option<Row>) -> Result<Option<ScoreModel>> {
    row.map(Row::model).transpose()
}

pub fn by_id(conn: &mut Conn, id: ScoreModelId) -> Result<Option<ScoreModel>> {
    let row = score_models::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// The model of a vertical that is live.
pub fn live(conn: &mut Conn, vertical: VerticalId) -> Result<Option<ScoreModel>> {
    // Without a LIMIT, since there is one at most, and with the state as a literal, which the index is made for:
    // SQLite plans a statement anew for each of them that is bound.
    let live = score_models::table
        .filter(score_models::vertical_id.eq(vertical))
        .filter(sql::<Bool>("score_models.state = 'live'"));
    let row = each!(conn, |inner| Prepared(live.select(Row::as_select()))
        .get_result(inner));
    one(row.optional()?)
}

/// The version of a vertical that is being made.
pub fn draft(conn: &mut Conn, vertical: VerticalId) -> Result<Option<ScoreModel>> {
    let made = [ModelState::Draft, ModelState::Tested];
    let row = score_models::table
        .filter(score_models::vertical_id.eq(vertical))
        .filter(score_models::state.eq_any(made))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// The versions of a vertical, newest first.
pub fn of_vertical(conn: &mut Conn, vertical: VerticalId, limit: i64) -> Result<Vec<ScoreModel>> {
    score_models::table
        .filter(score_models::vertical_id.eq(vertical))
        .order(score_models::version.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(Row::model)
        .collect()
}

/// A version that leads are being moved to.
pub fn moving(conn: &mut Conn) -> Result<Option<ScoreModel>> {
    let row = score_models::table
        .filter(score_models::state.eq(ModelState::Live))
        .filter(score_models::moves_leads.eq(true))
        .order(score_models::id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

pub fn stop_moving(conn: &mut Conn, id: ScoreModelId) -> Result<()> {
    diesel::update(score_models::table.find(id))
        .set(score_models::moves_leads.eq(false))
        .execute(conn)?;
    Ok(())
}

/// Adds the next version of a vertical; `None` when somebody else was faster.
pub fn insert(
    conn: &mut Conn,
    vertical: VerticalId,
    state: ModelState,
    (formula, by): (&Formula, Option<UserId>),
    now: Ts,
) -> Result<Option<ScoreModelId>> {
    let last: Option<i32> = score_models::table
        .filter(score_models::vertical_id.eq(vertical))
        .select(diesel::dsl::max(score_models::version))
        .first(conn)?;
    let id = ScoreModelId::new(now);
    let formula = json(formula)?;
    let inserted = conn.transaction(|conn| {
        diesel::insert_into(score_models::table)
            .values((
                score_models::id.eq(id),
                score_models::vertical_id.eq(vertical),
                score_models::version.eq(last.unwrap_or(0) + 1),
                score_models::state.eq(state),
                score_models::formula.eq(formula),
                score_models::made_by.eq(by),
                score_models::made_at.eq(now),
                score_models::live_at.eq((state == ModelState::Live).then_some(now)),
                score_models::moves_leads.eq(false),
            ))
            .execute(conn)
    });
    match inserted {
        Ok(_) => Ok(Some(id)),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes a version that is still being made; false when it is none any more.
pub fn rewrite(conn: &mut Conn, id: ScoreModelId, formula: &Formula) -> Result<bool> {
    let changed = diesel::update(score_models::table.find(id))
        .filter(score_models::state.eq_any(ModelState::before(ModelState::Draft)))
        .set((
            score_models::state.eq(ModelState::Draft),
            score_models::formula.eq(json(formula)?),
            score_models::trial.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Keeps the trial of a formula; false when the version has changed since.
pub fn set_trial(conn: &mut Conn, model: &ScoreModel, trial: &Trial) -> Result<bool> {
    let changed = diesel::update(score_models::table.find(model.id))
        .filter(score_models::state.eq_any(ModelState::before(ModelState::Tested)))
        .filter(score_models::formula.eq(json(&model.formula)?))
        .set((
            score_models::state.eq(ModelState::Tested),
            score_models::trial.eq(json(trial)?),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Moves a version by the table; false when it is not where it must be.
pub fn advance(
    conn: &mut Conn,
    id: ScoreModelId,
    next: ModelState,
    moves_leads: bool,
    now: Ts,
) -> Result<bool> {
    let update = diesel::update(score_models::table.find(id))
        .filter(score_models::state.eq_any(ModelState::before(next)));
    let changed = if next == ModelState::Live {
        update
            .set((
                score_models::state.eq(next),
                score_models::live_at.eq(now),
                score_models::moves_leads.eq(moves_leads),
            ))
            .execute(conn)?
    } else {
        update
            .set((
                score_models::state.eq(next),
                score_models::retired_at.eq(now),
                score_models::moves_leads.eq(false),
            ))
            .execute(conn)?
    };
    Ok(changed == 1)
}
