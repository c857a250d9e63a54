//! The strongest proof of a contact: a one-time code goes to the person, who types it on a page.

pub mod send;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Exchange, LeadState, Listing, store};
use crate::access::Actor;
use crate::audit;
use crate::clock::{HOUR, MINUTE, Ts};
use crate::db::Conn;
use crate::error::{Code, Error, Reason, Result};
use crate::id::{AccountId, LeadId};
use crate::jobs;
use crate::vault::{Vault, random};
use crate::verification::{Check, CheckName, Confirmation, Effect, Settings, Verdict, Verifier};

pub use crate::verification::CodeChannel;

/// The job that sends a code.
pub const CONFIRM_JOB: &str = "send_confirmation";

/// Tries that a code takes.
const MAX_TRIES: i32 = 5;
/// Codes that one person is sent.
const MAX_SENDS: i32 = 3;
/// The time between two of them.
const PAUSE: i64 = MINUTE;
/// How long a code counts.
const CODE_LIFE: i64 = HOUR;
const DIGITS: u32 = 6;

/// The payload of `CONFIRM_JOB`; the code is made when it is sent, so that it is never in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmJob {
    pub lead: LeadId,
    pub channel: CodeChannel,
}

/// How far a lead's confirmation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub channel: CodeChannel,
    pub tries: i32,
    pub sends: i32,
    pub asked_at: Ts,
    pub sent_at: Option<Ts>,
    /// When a lead that waits lapses.
    pub expires_at: Ts,
    pub confirmed_at: Option<Ts>,
}

/// What became of a code that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Confirmed,
    Wrong {
        left: i32,
    },
    /// No code counts any more: too late, or too many tries.
    Spent,
}

/// Refuses a way that this exchange does not send by.
pub fn check_channel(channel: CodeChannel, has_texts: bool) -> Result<()> {
    if channel == CodeChannel::Sms && !has_texts {
        let accepted = "email: this exchange sends no text messages";
        return Err(Error::invalid_field(
            "channel",
            Reason::NotAllowed,
            accepted,
        ));
    }
    Ok(())
}

/// Asks the person of a lead to confirm the contact; 409 when that is not possible, or done.
pub fn ask(
    conn: &mut Conn,
    verifier: &Verifier,
    (seller, id): (Option<AccountId>, LeadId),
    channel: CodeChannel,
    actor: Actor,
    now: Ts,
) -> Result<Progress> {
    store::list::seller_of(conn, id, seller)?;
    let lead = store::listing(conn, id)?;
    let settings = verifier.settings(lead.vertical_id);
    let refused = |detail: &str| Err(Error::refused_because(Code::StateConflict, detail));
    if settings.limits.confirmation == Confirmation::Off || !settings.is_on(CheckName::Confirmation)
    {
        return refused("contacts of this vertical are not confirmed");
    }
    if !matches!(
        lead.state,
        LeadState::Received | LeadState::Quarantined | LeadState::Listed
    ) {
        return refused(&format!("the lead is {}", lead.state));
    }
    let can_be_sent = match channel {
        CodeChannel::Email => lead.has_email(),
        CodeChannel::Sms => lead.has_phone(),
    };
    if !can_be_sent {
        let accepted = "a channel that the lead has an address for: email, sms";
        return Err(Error::invalid_field("channel", Reason::NoContact, accepted));
    }
    let expires_at = expiry(&settings, now);
    match store::confirm::find(conn, id)? {
        None => store::confirm::insert(conn, id, channel, expires_at, now)?,
        Some(done) if done.confirmed_at.is_some() => return refused("it is confirmed"),
        Some(before) if before.sends >= MAX_SENDS => {
            return refused("as many codes were sent as may be");
        }
        Some(_) => {
            if !store::confirm::ask_again(conn, id, channel, now, now.minus(PAUSE))? {
                return refused("a code was sent a moment ago");
            }
        }
    }
    jobs::enqueue(
        conn,
        CONFIRM_JOB,
        &ConfirmJob { lead: id, channel },
        now,
        now,
    )?;
    record(
        conn,
        (id, lead.seller_id),
        actor,
        "confirmation.asked",
        json!({ "channel": channel }),
        now,
    )?;
    progress(conn, id)?.ok_or_else(|| Error::refused(Code::NotFound))
}

fn expiry(settings: &Settings, now: Ts) -> Ts {
    now.plus(i64::from(settings.limits.confirm_hours) * HOUR)
}

/// Asks the person of a lead that was just received, and waits for nothing else.
pub(super) fn begin(conn: &mut Conn, settings: &Settings, lead: &Listing, now: Ts) -> Result<()> {
    let channel = match settings.limits.confirm_by {
        CodeChannel::Sms if lead.has_phone() => CodeChannel::Sms,
        _ if lead.has_email() => CodeChannel::Email,
        _ => CodeChannel::Sms,
    };
    store::confirm::insert(conn, lead.id, channel, expiry(settings, now), now)?;
    let job = ConfirmJob {
        lead: lead.id,
        channel,
    };
    jobs::enqueue(conn, CONFIRM_JOB, &job, now, now)?;
    Ok(())
}

/// How far a lead's confirmation has come; none where nobody asked.
pub fn progress(conn: &mut Conn, id: LeadId) -> Result<Option<Progress>> {
    store::confirm::find(conn, id)
}

/// Makes the code that is about to be sent, for a lead that still waits for it; only its hash is kept.
pub(super) fn make_code(
    conn: &mut Conn,
    vault: &Vault,
    (id, channel): (LeadId, CodeChannel),
    now: Ts,
) -> Result<Option<String>> {
    let number = u32::from_be_bytes(random()?) % 10_u32.pow(DIGITS);
    let code = format!("{number:06}");
    let hash = hash(vault, id, &code);
    let is_made = store::confirm::set_code(conn, (id, channel), &hash, MAX_SENDS, now)?;
    Ok(is_made.then_some(code))
}

/// Takes a code back that nobody was sent: it counts no more, and not among those that may be sent.
pub(super) fn take_back(
    conn: &mut Conn,
    vault: &Vault,
    id: LeadId,
    code: &str,
    now: Ts,
) -> Result<()> {
    if !store::confirm::take_back(conn, id, &hash(vault, id, code))? {
        return Ok(());
    }
    let seller = store::listing(conn, id)?.seller_id;
    let action = "confirmation.not_sent";
    record(conn, (id, seller), Actor::System, action, json!({}), now)
}

fn hash(vault: &Vault, id: LeadId, code: &str) -> Vec<u8> {
    vault.blind("confirmation code", &format!("{id}\u{1f}{code}"))
}

/// Takes a code that was typed; a right one passes the check, and lists a lead that waited for it.
pub fn answer(
    conn: &mut Conn,
    vault: &Vault,
    exchange: &dyn Exchange,
    id: LeadId,
    code: &str,
    actor: Actor,
    now: Ts,
) -> Result<Answer> {
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    // The try is counted before the code is looked at, or many at once would be as many free tries.
    if !store::confirm::count_try(conn, id, MAX_TRIES, now.minus(CODE_LIFE), now)? {
        return Ok(Answer::Spent);
    }
    let seller = store::listing(conn, id)?.seller_id;
    if !store::confirm::confirm(conn, id, &hash(vault, id, &code), now)? {
        let tries = progress(conn, id)?.map_or(MAX_TRIES, |progress| progress.tries);
        let left = MAX_TRIES - tries;
        record(
            conn,
            (id, seller),
            actor,
            "confirmation.failed",
            json!({ "left": left }),
            now,
        )?;
        return Ok(Answer::Wrong { left });
    }
    keep_check(conn, id, Verdict::Pass, None, now)?;
    record(
        conn,
        (id, seller),
        actor,
        "confirmation.done",
        json!({}),
        now,
    )?;
    if store::states::move_on(conn, id, LeadState::Received, LeadState::Listed, None)? {
        record(
            conn,
            (id, seller),
            actor,
            "lead.listed",
            json!({ "confirmed": true }),
            now,
        )?;
        let listing = store::listing(conn, id)?;
        exchange.offer(conn, &listing, now)?;
    }
    Ok(Answer::Confirmed)
}

fn keep_check(
    conn: &mut Conn,
    id: LeadId,
    verdict: Verdict,
    code: Option<Reason>,
    at: Ts,
) -> Result<()> {
    let check = Check {
        name: CheckName::Confirmation,
        verdict,
        code,
        detail: None,
        effect: Effect::Note,
        points: 0,
        at,
    };
    store::checks::change(conn, id, |checks| {
        match checks.iter_mut().find(|one| one.name == check.name) {
            Some(one) => {
                one.verdict = check.verdict;
                one.code = check.code;
                one.effect = check.effect;
                one.at = check.at;
            }
            // The lead was received while the check was off.
            None => checks.push(check.clone()),
        }
    })
}

/// Ends the wait of leads that were not confirmed in time, up to `limit`; says how many.
pub fn lapse_due(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let mut ended = 0;
    for (id, seller) in store::confirm::overdue(conn, now, limit)? {
        let words = Some("The person did not confirm the contact in time.");
        if store::states::move_on(conn, id, LeadState::Received, LeadState::Rejected, words)? {
            store::states::release_claims(conn, id)?;
            let code = Some(Reason::ConfirmationLapsed);
            keep_check(conn, id, Verdict::Fail, code, now)?;
            record(
                conn,
                (id, seller),
                Actor::System,
                "confirmation.lapsed",
                json!({}),
                now,
            )?;
            ended += 1;
        }
    }
    Ok(ended)
}

fn record(
    conn: &mut Conn,
    (id, seller): (LeadId, AccountId),
    actor: Actor,
    action: &str,
    detail: serde_json::Value,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: Some(seller),
            action,
            subject: id.to_string(),
            detail,
        },
    )
}
