//! How a buyer works its purchases: the stage each has reached, who is responsible, notes, and the day
//! to take a refused one up again. Nothing here moves money.

use chrono::{DateTime, NaiveDate, NaiveTime};
use serde_json::json;

use super::store;
use crate::access::Caller;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{PurchaseId, UserId};
use crate::purchases;
use crate::vault::Vault;

pub use store::work::{Note, Work, members, notes, of_purchase};

const MAX_REASON: usize = 200;
const MAX_NOTE: usize = 2_000;
/// Notes that one purchase may have.
const MAX_NOTES: i64 = 200;

text_enum! {
    /// How far a buyer has come with a purchase.
    pub enum WorkStage {
        New = "new",
        Contacted = "contacted",
        Appointment = "appointment",
        Won = "won",
        Lost = "lost",
        Refused = "refused",
    }
}

/// What a buyer notes about its work.
#[derive(Debug, Clone, Default)]
pub struct NewWork {
    pub stage: String,
    pub reason: String,
    /// A day, `2026-12-24`.
    pub resume_on: String,
    /// The id of a user of the buyer; empty for nobody.
    pub responsible: String,
}

impl NewWork {
    fn parse(&self, now: Ts) -> Result<(WorkStage, Option<String>, Option<Ts>), Vec<FieldError>> {
        let mut errors = Vec::new();
        let stage = self.stage.parse::<WorkStage>().unwrap_or_else(|accepted| {
            errors.push(FieldError::new("stage", Reason::NotAllowed, accepted));
            WorkStage::New
        });
        let reason = self.reason.trim();
        if stage == WorkStage::Refused && reason.is_empty() {
            let accepted = "why the lead is refused";
            errors.push(FieldError::new("reason", Reason::Required, accepted));
        }
        if reason.chars().count() > MAX_REASON {
            let accepted = format!("up to {MAX_REASON} characters");
            errors.push(FieldError::new("reason", Reason::TooLong, accepted));
        }
        let day = self.resume_on.trim();
        let resume_on = (!day.is_empty()).then(|| NaiveDate::parse_from_str(day, "%Y-%m-%d"));
        let resume_on = match resume_on {
            None => None,
            Some(Ok(day)) => {
                let at = Ts::from(DateTime::from_naive_utc_and_offset(
                    day.and_time(NaiveTime::MIN),
                    chrono::Utc,
                ));
                if at <= now {
                    let accepted = "a day to come";
                    errors.push(FieldError::new("resume_on", Reason::TooSmall, accepted));
                }
                Some(at)
            }
            Some(Err(_)) => {
                let accepted = "a day such as 2026-12-24";
                errors.push(FieldError::new("resume_on", Reason::TimeInvalid, accepted));
                None
            }
        };
        if errors.is_empty() {
            Ok((
                stage,
                (!reason.is_empty()).then(|| reason.to_owned()),
                resume_on,
            ))
        } else {
            Err(errors)
        }
    }
}

/// Notes where a purchase of the caller's stands.
pub fn set(conn: &mut Conn, caller: &Caller, id: PurchaseId, new: &NewWork, now: Ts) -> Result<()> {
    owned(conn, caller, id)?;
    let (stage, reason, resume_on) = new.parse(now)?;
    let responsible = match new.responsible.trim() {
        "" => None,
        text => {
            let known: Option<UserId> = text.parse().ok();
            let is_ours = members(conn, caller.account_id)?
                .iter()
                .any(|(member, _)| Some(*member) == known);
            if !is_ours {
                let accepted = "one of your own users";
                return Err(Error::invalid_field(
                    "responsible",
                    Reason::NotAllowed,
                    accepted,
                ));
            }
            known
        }
    };
    let work = Work {
        purchase_id: id,
        stage,
        reason,
        resume_on,
        responsible_id: responsible,
        updated_at: now,
    };
    store::work::set(conn, &work)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action: "purchase.worked",
            subject: id.to_string(),
            detail: json!({ "stage": stage, "resume_on": resume_on, "responsible": responsible }),
        },
    )
}

/// Adds a note to a purchase of the caller's; it is kept sealed.
pub fn note(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    (id, text): (PurchaseId, &str),
    now: Ts,
) -> Result<()> {
    owned(conn, caller, id)?;
    let text = text.trim();
    let refused = |reason, accepted: String| Err(Error::invalid_field("note", reason, accepted));
    if text.is_empty() {
        return refused(Reason::Required, "a few words".to_owned());
    }
    if text.chars().count() > MAX_NOTE {
        return refused(Reason::TooLong, format!("up to {MAX_NOTE} characters"));
    }
    if store::work::count_notes(conn, id)? >= MAX_NOTES {
        return refused(Reason::TooMany, format!("up to {MAX_NOTES} notes"));
    }
    store::work::add_note(conn, vault, (id, caller.user_id), text, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action: "purchase.noted",
            subject: id.to_string(),
            detail: json!({}),
        },
    )
}

fn owned(conn: &mut Conn, caller: &Caller, id: PurchaseId) -> Result<()> {
    purchases::of_buyer(conn, caller.account_id, id)?
        .map(|_| ())
        .ok_or_else(|| Error::refused(Code::NotFound))
}
