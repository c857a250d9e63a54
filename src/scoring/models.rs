//! Making a model: a draft, its trial on past leads, live, retired.

use serde_json::json;

use super::store::models as store;
use super::trial::{self, Trial};
use super::{Formula, ModelState, ScoreModel};
use crate::access::{Actor, Caller};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{ScoreModelId, VerticalId};
use crate::verticals::{self, Vertical};

/// Gives every vertical without a model the one to start with.
pub fn seed(conn: &mut Conn, now: Ts) -> Result<()> {
    for vertical in verticals::all(conn)? {
        live(conn, vertical.id, now)?;
    }
    Ok(())
}

/// The live model of a vertical; the one to start with, where there was none.
pub fn live(conn: &mut Conn, vertical: VerticalId, now: Ts) -> Result<ScoreModel> {
    if let Some(model) = store::live(conn, vertical)? {
        return Ok(model);
    }
    let made = store::insert(
        conn,
        vertical,
        ModelState::Live,
        (&Formula::default(), None),
        now,
    )?;
    if let Some(id) = made {
        record(
            conn,
            Actor::System,
            id,
            "score_model.live",
            json!({ "version": 1 }),
            now,
        )?;
    }
    store::live(conn, vertical)?
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("{vertical} has no scoring model")))
}

/// The live model of a vertical, if it has one; for reading only.
pub(super) fn find(conn: &mut Conn, vertical: VerticalId) -> Result<Option<ScoreModel>> {
    store::live(conn, vertical)
}

/// The live model of a vertical, for reading only.
pub(super) fn published(conn: &mut Conn, vertical: VerticalId) -> Result<ScoreModel> {
    find(conn, vertical)?.ok_or_else(|| Error::refused(Code::NotFound))
}

/// Writes the draft of a vertical's next version; refused with every field that makes no sense.
pub fn save_draft(
    conn: &mut Conn,
    caller: &Caller,
    vertical: &Vertical,
    formula: &Formula,
    now: Ts,
) -> Result<ScoreModelId> {
    let errors = formula.check(vertical);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let id = match store::draft(conn, vertical.id)? {
        Some(draft) if store::rewrite(conn, draft.id, formula)? => Some(draft.id),
        Some(_) => None,
        None => store::insert(
            conn,
            vertical.id,
            ModelState::Draft,
            (formula, Some(caller.user_id)),
            now,
        )?,
    };
    let id = id.ok_or_else(moved_on)?;
    let detail = json!({ "vertical": vertical.key, "formula": formula });
    record(conn, caller.actor(), id, "score_model.drafted", detail, now)?;
    Ok(id)
}

/// Keeps what the trial of a draft showed; refused when the draft has changed since.
pub fn test(
    conn: &mut Conn,
    caller: &Caller,
    model: &ScoreModel,
    trial: &Trial,
    now: Ts,
) -> Result<()> {
    if !store::set_trial(conn, model, trial)? {
        return Err(moved_on());
    }
    let detail = json!({ "version": model.version, "trial": trial });
    record(
        conn,
        caller.actor(),
        model.id,
        "score_model.tested",
        detail,
        now,
    )
}

/// Versions that are shown at once.
const SHOWN: i64 = 50;

/// The versions of a vertical, newest first.
pub(super) fn versions(conn: &mut Conn, vertical: VerticalId) -> Result<Vec<ScoreModel>> {
    store::of_vertical(conn, vertical, SHOWN)
}

/// The draft of a vertical; 404 where there is none, or none of this number.
pub(super) fn draft(
    conn: &mut Conn,
    vertical: VerticalId,
    version: Option<i32>,
) -> Result<ScoreModel> {
    store::draft(conn, vertical)?
        .filter(|draft| version.is_none_or(|version| version == draft.version))
        .ok_or_else(|| Error::refused(Code::NotFound))
}

/// The draft of a vertical with what it would do to past leads; reads only.
pub(super) fn tried(
    conn: &mut Conn,
    vertical: VerticalId,
    version: Option<i32>,
    now: Ts,
) -> Result<(ScoreModel, Trial)> {
    let model = draft(conn, vertical, version)?;
    let trial = trial::run(conn, &model, now)?;
    Ok((model, trial))
}

/// Makes a tested version, of this number where one is said, live in place of the one before. Leads keep the version that scored them, unless
/// `moves_leads` asks to score those in play by the new one.
pub fn go_live(
    conn: &mut Conn,
    caller: &Caller,
    (vertical, version): (VerticalId, Option<i32>),
    moves_leads: bool,
    now: Ts,
) -> Result<()> {
    let model = draft(conn, vertical, version)?;
    if model.state != ModelState::Tested {
        let said = "the draft must be tested on past leads first";
        return Err(Error::refused_because(Code::StateConflict, said));
    }
    let before = live(conn, vertical, now)?;
    let moved = store::advance(conn, before.id, ModelState::Retired, false, now)?
        && store::advance(conn, model.id, ModelState::Live, moves_leads, now)?;
    if !moved {
        return Err(moved_on());
    }
    let detail = json!({
        "version": model.version,
        "before": before.version,
        "moves_leads": moves_leads,
    });
    record(
        conn,
        caller.actor(),
        model.id,
        "score_model.live",
        detail,
        now,
    )
}

/// Gives the draft of a vertical up; its number is not used again.
pub fn drop_draft(
    conn: &mut Conn,
    caller: &Caller,
    (vertical, version): (VerticalId, Option<i32>),
    now: Ts,
) -> Result<()> {
    let model = draft(conn, vertical, version)?;
    if !store::advance(conn, model.id, ModelState::Retired, false, now)? {
        return Err(moved_on());
    }
    let detail = json!({ "version": model.version });
    record(
        conn,
        caller.actor(),
        model.id,
        "score_model.retired",
        detail,
        now,
    )
}

fn moved_on() -> Error {
    Error::refused_because(Code::StateConflict, "the version has moved on meanwhile")
}

fn record(
    conn: &mut Conn,
    actor: Actor,
    model: ScoreModelId,
    action: &str,
    detail: serde_json::Value,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: None,
            action,
            subject: model.to_string(),
            detail,
        },
    )
}
