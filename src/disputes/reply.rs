//! What the sides do while a dispute is open: answer, add evidence, write, take back, appeal.

use super::close::close;
use super::decide::{accept, rules};
use super::evidence::{Evidence, MAX_FILES};
use super::party::{Viewer, record, tell, tell_both};
use super::store::{self, entries};
use super::{DecisionHow, Dispute, DisputeSide, DisputeState};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Error, Reason, Result};
use crate::notices::NoticeKind;
use crate::vault::Vault;

/// The seller accepts, or contests with what speaks against the claim.
pub fn answer(
    conn: &mut Conn,
    vault: &Vault,
    (caller, viewer): (&Caller, &Viewer),
    contest: Option<Evidence>,
    now: Ts,
) -> Result<Dispute> {
    viewer.must_be(DisputeSide::Seller)?;
    let dispute = &viewer.dispute;
    let Some(mut evidence) = contest else {
        return accept(conn, dispute, DecisionHow::Party, caller.actor(), now);
    };
    require_text(&mut evidence, now)?;
    let rules = rules(conn, dispute)?;
    let next = Dispute {
        answered_at: Some(now),
        due_at: Some(now.plus_days(rules.decide_days)),
        ..dispute.step(DisputeState::Contested)?
    };
    store::advance(conn, dispute, &next)?;
    let by = (
        DisputeSide::Seller,
        caller.user_id,
        entries::EntryKind::Answer,
    );
    entries::add(conn, vault, &next, by, &evidence, now)?;
    record(conn, &next, caller.actor(), "dispute.contested", now)?;
    tell(
        conn,
        &next,
        next.buyer_id,
        NoticeKind::DisputeContested,
        now,
    )?;
    Ok(next)
}

/// The buyer takes the dispute back; the charge stands.
pub fn withdraw(conn: &mut Conn, caller: &Caller, viewer: &Viewer, now: Ts) -> Result<Dispute> {
    viewer.must_be(DisputeSide::Buyer)?;
    let dispute = &viewer.dispute;
    let next = dispute.step(DisputeState::Withdrawn)?;
    store::advance(conn, dispute, &next)?;
    record(conn, &next, caller.actor(), "dispute.withdrawn", now)?;
    close(conn, &next, caller.actor(), now)
}

/// Either side asks for another auditor, once.
pub fn appeal(
    conn: &mut Conn,
    vault: &Vault,
    (caller, viewer): (&Caller, &Viewer),
    mut evidence: Evidence,
    now: Ts,
) -> Result<Dispute> {
    let dispute = &viewer.dispute;
    let lost = match viewer.side {
        DisputeSide::Buyer => dispute.state != DisputeState::Upheld,
        DisputeSide::Seller => dispute.state != DisputeState::Denied,
        DisputeSide::Operator | DisputeSide::System => false,
    };
    if !dispute.is_appealable() || !lost {
        return Err(dispute.conflict());
    }
    require_text(&mut evidence, now)?;
    let rules = rules(conn, dispute)?;
    let next = Dispute {
        appealed_by: Some(caller.account_id),
        due_at: Some(now.plus_days(rules.decide_days)),
        ..dispute.step(DisputeState::Appealed)?
    };
    store::advance(conn, dispute, &next)?;
    let by = (viewer.side, caller.user_id, entries::EntryKind::Appeal);
    entries::add(conn, vault, &next, by, &evidence, now)?;
    record(conn, &next, caller.actor(), "dispute.appealed", now)?;
    tell_both(conn, &next, NoticeKind::DisputeAppealed, now)?;
    Ok(next)
}

/// Writes to the others, or adds calls and files, while the dispute is open.
pub fn add_evidence(
    conn: &mut Conn,
    vault: &Vault,
    (caller, viewer): (&Caller, &Viewer),
    mut evidence: Evidence,
    now: Ts,
) -> Result<()> {
    let dispute = &viewer.dispute;
    if dispute.is_closed() {
        return Err(dispute.conflict());
    }
    let errors = evidence.check(now);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    if evidence.is_empty() {
        let accepted = "a few words, a call or a file";
        return Err(Error::invalid_field("text", Reason::Required, accepted));
    }
    // Counted behind the row's lock, so that two at once stay within the limits.
    store::touch(conn, dispute)?;
    let (written, files) = entries::counts(conn, dispute.id)?;
    if written >= entries::MAX_ENTRIES {
        let accepted = format!("up to {} entries", entries::MAX_ENTRIES);
        return Err(Error::invalid_field("text", Reason::TooMany, accepted));
    }
    if usize::try_from(files).unwrap_or(MAX_FILES) + evidence.files.len() > MAX_FILES {
        let accepted = format!("up to {MAX_FILES} files in a dispute");
        return Err(Error::invalid_field("file", Reason::TooMany, accepted));
    }
    let by = (viewer.side, caller.user_id, entries::EntryKind::Message);
    entries::add(conn, vault, dispute, by, &evidence, now)?;
    record(conn, dispute, caller.actor(), "dispute.evidence_added", now)?;
    for account in [dispute.buyer_id, dispute.seller_id] {
        if account != caller.account_id {
            tell(conn, dispute, account, NoticeKind::DisputeMessage, now)?;
        }
    }
    Ok(())
}

fn require_text(evidence: &mut Evidence, now: Ts) -> Result<()> {
    let mut errors = evidence.check(now);
    if evidence.text.is_empty() {
        let accepted = "why, for the auditor to read";
        errors.push(crate::error::FieldError::new(
            "text",
            Reason::Required,
            accepted,
        ));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}
