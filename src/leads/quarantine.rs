//! Leads that the checks brought before an auditor: each is listed and offered at once, or rejected.

use serde_json::json;

use super::{Exchange, LeadState, Listing, SaleSummary, store};
use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, Reason, Result};
use crate::id::LeadId;

text_enum! {
    /// What an auditor decides about a quarantined lead.
    pub enum Decision { List = "list", Reject = "reject" }
}

/// The longest words of an auditor, and the shortest that tell a seller anything.
const WORDS: std::ops::RangeInclusive<usize> = 10..=300;

impl Decision {
    const fn state(self) -> LeadState {
        match self {
            Self::List => LeadState::Listed,
            Self::Reject => LeadState::Rejected,
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::List => "lead.released",
            Self::Reject => "lead.rejected",
        }
    }
}

/// Decides about a quarantined lead; its seller reads the words, which a rejection needs.
///
/// 409 when it is not in quarantine, or may be listed no more since its time is over.
pub fn decide(
    conn: &mut Conn,
    exchange: &dyn Exchange,
    id: LeadId,
    decision: Decision,
    words: &str,
    actor: Actor,
    now: Ts,
) -> Result<(Listing, Vec<SaleSummary>)> {
    let words = words.trim();
    let length = words.chars().count();
    if length > *WORDS.end() || (decision == Decision::Reject && !WORDS.contains(&length)) {
        let accepted = format!("{} - {} characters", WORDS.start(), WORDS.end());
        return Err(Error::invalid_field("reason", Reason::Required, accepted));
    }
    let before = store::listing(conn, id)?;
    let next = decision.state();
    let words = Some(words).filter(|words| !words.is_empty());
    let is_in_time = next != LeadState::Listed || now < before.expires_at;
    if !before.state.may_become(next)
        || !is_in_time
        || !store::states::move_on(conn, id, LeadState::Quarantined, next, words)?
    {
        let detail = format!("the lead is {}", before.state);
        return Err(Error::refused_because(Code::StateConflict, detail));
    }
    if decision == Decision::Reject {
        store::states::release_claims(conn, id)?;
    }
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(before.seller_id),
            action: decision.action(),
            subject: id.to_string(),
            detail: json!({ "reason": words, "quality": before.quality }),
        },
    )?;
    let mut listing = store::listing(conn, id)?;
    let mut sales = Vec::new();
    if decision == Decision::List {
        sales = exchange.offer(conn, &listing, now)?;
        listing.sold(&sales);
    }
    Ok((listing, sales))
}
