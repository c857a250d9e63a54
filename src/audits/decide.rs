//! The end of an audit: the lead stays, or leaves the market, or leaves it and its buyers are refunded.

use serde_json::json;

use super::policy::next_share;
use super::queue::{conflict, must_have, record};
use super::{AuditState, Findings, LeadAudit, store};
use crate::access::Caller;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::disputes;
use crate::error::{Error, Reason, Result};
use crate::events::{self, EventKind, Happening};
use crate::id::LeadAuditId;
use crate::leads;
use crate::notices::{self, Notice, NoticeKind};
use crate::purchases;
use crate::vault::Vault;

/// The longest note, in characters.
pub const MAX_NOTE: usize = 2_000;

text_enum! {
    /// What becomes of the lead.
    pub enum AuditOutcome {
        /// It stays where it is.
        List = "list",
        /// It leaves the market; who has bought it keeps it.
        Reject = "reject",
        /// It leaves the market, and who has bought it is refunded.
        Refund = "refund",
    }
}

impl AuditOutcome {
    const fn state(self) -> AuditState {
        match self {
            Self::List => AuditState::Passed,
            Self::Reject => AuditState::Rejected,
            Self::Refund => AuditState::Refunded,
        }
    }
}

/// What an auditor found and decided.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub findings: Findings,
    pub outcome: AuditOutcome,
    /// What the seller reads.
    pub note: String,
}

impl Verdict {
    fn check(&self) -> Result<()> {
        let note = self.note.trim();
        if note.is_empty() {
            let accepted = "what was found, for the seller to read";
            return Err(Error::invalid_field("note", Reason::Required, accepted));
        }
        if note.chars().count() > MAX_NOTE {
            let accepted = format!("up to {MAX_NOTE} characters");
            return Err(Error::invalid_field("note", Reason::TooLong, accepted));
        }
        let holds = self.findings.ground().is_none();
        if holds != (self.outcome == AuditOutcome::List) {
            let accepted = if holds {
                "list: nothing was found against the lead"
            } else {
                "reject or refund: something was found against the lead"
            };
            return Err(Error::invalid_field(
                "outcome",
                Reason::NotAllowed,
                accepted,
            ));
        }
        Ok(())
    }
}

/// Ends an audit that the caller has taken.
pub fn decide(
    conn: &mut Conn,
    vault: &Vault,
    auditor: &Caller,
    id: LeadAuditId,
    verdict: &Verdict,
    now: Ts,
) -> Result<LeadAudit> {
    let audit = super::case(conn, auditor, id)?;
    must_have(&audit, auditor.user_id)?;
    verdict.check()?;
    let note = verdict.note.trim();
    let state = verdict.outcome.state();
    let sealed = store::seal_note(vault, id, note)?;
    if !store::decide(
        conn,
        (id, auditor.user_id),
        state,
        &verdict.findings,
        sealed,
        now,
    )? {
        return Err(conflict(&audit));
    }
    if verdict.outcome != AuditOutcome::List {
        leads::strike_off(conn, audit.lead_id, auditor.actor(), now)?;
    }
    let mut refunds = 0;
    if let (AuditOutcome::Refund, Some(reason)) = (verdict.outcome, verdict.findings.ground()) {
        for purchase in purchases::of_lead(conn, audit.lead_id)? {
            refunds += disputes::after_audit(conn, vault, auditor, &purchase, (reason, note), now)?;
        }
        store::set_refunds(conn, id, refunds)?;
    }
    follow(conn, auditor, &audit, (verdict, refunds), now)?;
    super::case(conn, auditor, id)
}

/// What a decision tells and changes beside the lead: log, letter, the seller's share.
fn follow(
    conn: &mut Conn,
    auditor: &Caller,
    audit: &LeadAudit,
    (verdict, refunds): (&Verdict, i32),
    now: Ts,
) -> Result<()> {
    let detail = json!({
        "lead": audit.lead_id,
        "outcome": verdict.outcome,
        "findings": verdict.findings,
        "refunds": refunds,
    });
    record(conn, auditor, audit, "lead_audit.decided", detail, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: auditor.actor(),
            account_id: Some(audit.seller_id),
            action: "lead.audited",
            subject: audit.lead_id.to_string(),
            detail: json!({
                "audit": audit.id,
                "outcome": verdict.outcome,
                "findings": verdict.findings,
            }),
        },
    )?;
    let policy = store::policy(conn)?;
    let before = store::lock_share(conn, audit.seller_id, policy.start_share_bps, now)?;
    let after = next_share(&policy, before, verdict.outcome == AuditOutcome::List);
    store::set_share(conn, audit.seller_id, after, now)?;
    let path = format!("/seller/audits/{}", audit.id);
    let notice = Notice::new(audit.seller_id, NoticeKind::LeadAudited, path)
        .with("lead", crate::web::format::short(audit.lead_id.to_string()))
        .with("outcome", verdict.outcome.as_str());
    notices::queue(conn, &notice, now)?;
    let data = json!({
        "audit": audit.id,
        "lead": audit.lead_id,
        "outcome": verdict.outcome,
        "findings": verdict.findings,
    });
    let kind = EventKind::LeadAudited;
    events::record(
        conn,
        &[Happening::new(audit.seller_id, kind, audit.id, data)],
        now,
    )
}
