//! Erasure: a lead's data key is destroyed, and with it what stands beside it in clear. What money and
//! decisions rest on stays, without the person.

use serde_json::json;

use super::{Cause, store};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::{AccountId, ImportId, LeadId, RefusedLeadId};
use crate::leads;

/// Erases a lead in one transaction; false when it was erased before.
///
/// The deleted bytes are overwritten by the database; [`scrub`] then empties its log.
pub fn erase(conn: &mut Conn, id: LeadId, cause: Cause, actor: Actor, now: Ts) -> Result<bool> {
    let Some(seller) = store::erase::lead(conn, id)? else {
        return Ok(false);
    };
    store::erase::parts(conn, id)?;
    leads::forget_check_details(conn, id)?;
    let traces = store::erase::purchases_of(conn, id)?;
    let mut accounts = traces.accounts;
    accounts.push(seller);
    store::erase::answers(conn, &accounts, &traces.ids)?;
    let subject = id.to_string();
    store::erase::note(conn, &subject, cause, now)?;
    let detail = json!({ "cause": cause, "purchases": traces.purchases.len() });
    record(conn, ("lead.erased", subject), seller, detail, actor, now)?;
    Ok(true)
}

/// Removes a refused document; false when it is gone already.
pub fn erase_refused(
    conn: &mut Conn,
    id: RefusedLeadId,
    cause: Cause,
    actor: Actor,
    now: Ts,
) -> Result<bool> {
    let Some(seller) = store::erase::refused(conn, id)? else {
        return Ok(false);
    };
    let subject = id.to_string();
    store::erase::note(conn, &subject, cause, now)?;
    let detail = json!({ "cause": cause });
    record(
        conn,
        ("refused.erased", subject),
        seller,
        detail,
        actor,
        now,
    )?;
    Ok(true)
}

/// Removes an uploaded file whose days are over; false when it is gone already.
pub fn erase_file(conn: &mut Conn, id: ImportId, now: Ts) -> Result<bool> {
    let Some(seller) = store::erase::file(conn, id)? else {
        return Ok(false);
    };
    let subject = id.to_string();
    store::erase::note(conn, &subject, Cause::Retention, now)?;
    let detail = json!({ "cause": Cause::Retention });
    let what = ("import.file_erased", subject);
    record(conn, what, seller, detail, Actor::System, now)?;
    Ok(true)
}

fn record(
    conn: &mut Conn,
    (action, subject): (&'static str, String),
    seller: AccountId,
    detail: serde_json::Value,
    actor: Actor,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: Some(seller),
            action,
            subject,
            detail,
        },
    )
}

/// Overwrites the bytes of what was erased where they still lie; true when nothing of them is left.
///
/// SQLite zeroes deleted content as it commits, and the log that held it before is emptied here. While
/// somebody reads an older view that waits, and the next run tries again.
pub async fn scrub(db: &Db, now: Ts) -> Result<bool> {
    if !db
        .read(move |conn| store::erase::has_unscrubbed(conn, now))
        .await?
    {
        return Ok(true);
    }
    if !db.empty_log().await? {
        return Ok(false);
    }
    db.write(move |conn| store::erase::scrubbed(conn, now, now))
        .await?;
    Ok(true)
}

/// When a lead was erased and why; `None` while it is not.
pub fn erased(conn: &mut Conn, id: LeadId) -> Result<Option<(Cause, Ts)>> {
    store::erase::noted(conn, &id.to_string())
}
