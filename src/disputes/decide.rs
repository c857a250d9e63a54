//! Decisions: by the exchange's auditors, by a published rule, by silence.

use super::close::close;
use super::evidence::{Evidence, MAX_TEXT};
use super::party::{record, tell_both, view};
use super::store::{self, entries};
use super::{DecisionHow, Dispute, DisputeSide, DisputeState};
use crate::access::{Actor, Caller};
use crate::clock::Ts;
use crate::contracts;
use crate::db::Conn;
use crate::error::{Code, Error, Reason, Result};
use crate::id::{DisputeId, UserId};
use crate::money::{BasisPoints, Money};
use crate::notices::NoticeKind;
use crate::vault::Vault;
use crate::verticals::DisputeRules;

/// What an auditor gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    Full,
    Part(Money),
    /// A part as a share of the price.
    Share(BasisPoints),
    None,
}

/// An auditor's decision of a contested dispute, or of an appeal that another auditor decided first;
/// both sides read the reason.
pub fn decide(
    conn: &mut Conn,
    vault: &Vault,
    auditor: &Caller,
    id: DisputeId,
    (ruling, because): (Ruling, &str),
    now: Ts,
) -> Result<Dispute> {
    let viewer = view(conn, auditor, id)?;
    viewer.must_be(DisputeSide::Operator)?;
    let dispute = viewer.dispute;
    if !matches!(
        dispute.state,
        DisputeState::Contested | DisputeState::Appealed
    ) {
        return Err(dispute.conflict());
    }
    let decided_before = store::decisions(conn, id)?
        .iter()
        .any(|decision| decision.decided_by == Some(auditor.user_id));
    if decided_before {
        return Err(Error::refused(Code::OwnDecision));
    }
    let evidence = Evidence {
        text: reason(because)?,
        ..Evidence::default()
    };
    let outcome = outcome(&dispute, ruling)?;
    let who = (DecisionHow::Operator, Some(auditor.user_id));
    let next = settle_on(conn, &dispute, outcome, who, auditor.actor(), now)?;
    let kind = entries::EntryKind::Decision;
    let by = (DisputeSide::Operator, auditor.user_id, kind);
    entries::add(conn, vault, &next, by, &evidence, now)?;
    Ok(next)
}

fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        let accepted = "why, for both sides to read";
        return Err(Error::invalid_field("because", Reason::Required, accepted));
    }
    if text.chars().count() > MAX_TEXT {
        let accepted = format!("up to {MAX_TEXT} characters");
        return Err(Error::invalid_field("because", Reason::TooLong, accepted));
    }
    Ok(text.to_owned())
}

fn outcome(dispute: &Dispute, ruling: Ruling) -> Result<(DisputeState, Money)> {
    let price = dispute.price();
    match ruling {
        Ruling::Full => Ok((DisputeState::Upheld, price)),
        Ruling::None => Ok((DisputeState::Denied, Money::new(0, price.currency))),
        Ruling::Share(share) => {
            if !(1..10_000).contains(&share.0) {
                let accepted = "1 - 9999 basis points of the price";
                return Err(Error::invalid_field(
                    "share_bps",
                    Reason::NotAllowed,
                    accepted,
                ));
            }
            outcome(dispute, Ruling::Part(price.share(share)))
        }
        Ruling::Part(part) => {
            let refused = |reason| {
                let accepted = format!("more than nothing and less than {price}");
                Err(Error::invalid_field("amount", reason, accepted))
            };
            if part.currency != price.currency {
                return refused(Reason::CurrencyMismatch);
            }
            if part.minor < 1 {
                return refused(Reason::TooSmall);
            }
            if part.minor >= price.minor {
                return refused(Reason::TooLarge);
            }
            Ok((DisputeState::PartlyUpheld, part))
        }
    }
}

/// Writes a decision down. The first may be appealed for some days, the second is final at once.
fn settle_on(
    conn: &mut Conn,
    dispute: &Dispute,
    (state, refund): (DisputeState, Money),
    (how, by): (DecisionHow, Option<UserId>),
    actor: Actor,
    now: Ts,
) -> Result<Dispute> {
    let rules = rules(conn, dispute)?;
    let round = dispute.round + 1;
    let next = Dispute {
        refund_minor: refund.minor,
        round,
        decided_at: Some(now),
        due_at: Some(now.plus_days(rules.appeal_days)),
        ..dispute.step(state)?
    };
    store::advance(conn, dispute, &next)?;
    store::insert_decision(conn, &next, how, by, now)?;
    record(conn, &next, actor, "dispute.decided", now)?;
    if round > 1 {
        return close(conn, &next, actor, now);
    }
    tell_both(conn, &next, NoticeKind::DisputeDecided, now)?;
    Ok(next)
}

/// Upholds a dispute that the exchange opened after an audit of its own.
pub(super) fn uphold(
    conn: &mut Conn,
    vault: &Vault,
    auditor: &Caller,
    dispute: &Dispute,
    because: &str,
    now: Ts,
) -> Result<Dispute> {
    let outcome = outcome(dispute, Ruling::Full)?;
    let who = (DecisionHow::Operator, Some(auditor.user_id));
    let next = settle_on(conn, dispute, outcome, who, auditor.actor(), now)?;
    let evidence = Evidence {
        text: reason(because)?,
        ..Evidence::default()
    };
    let kind = entries::EntryKind::Decision;
    let by = (DisputeSide::Operator, auditor.user_id, kind);
    entries::add(conn, vault, &next, by, &evidence, now)?;
    Ok(next)
}

/// What the published rule says of a dispute that was just opened.
pub(super) fn rule_decision(
    conn: &mut Conn,
    dispute: &Dispute,
    rules: &DisputeRules,
    upheld: bool,
    now: Ts,
) -> Result<Dispute> {
    let ruling = if upheld { Ruling::Full } else { Ruling::None };
    let outcome = outcome(dispute, ruling)?;
    tracing::debug!(dispute = %dispute.id, days = rules.appeal_days, "decided by rule");
    let who = (DecisionHow::Rule, None);
    settle_on(conn, dispute, outcome, who, Actor::System, now)
}

/// The exchange was silent: the buyer is refunded.
pub(super) fn silent_exchange(conn: &mut Conn, dispute: &Dispute, now: Ts) -> Result<Dispute> {
    let outcome = outcome(dispute, Ruling::Full)?;
    let who = (DecisionHow::Silence, None);
    settle_on(conn, dispute, outcome, who, Actor::System, now)
}

/// The seller accepts, or was silent; there is nothing left to appeal.
pub(super) fn accept(
    conn: &mut Conn,
    dispute: &Dispute,
    how: DecisionHow,
    actor: Actor,
    now: Ts,
) -> Result<Dispute> {
    let next = Dispute {
        refund_minor: dispute.price_minor,
        round: 1,
        answered_at: (how == DecisionHow::Party).then_some(now),
        decided_at: Some(now),
        ..dispute.step(DisputeState::Accepted)?
    };
    store::advance(conn, dispute, &next)?;
    store::insert_decision(conn, &next, how, None, now)?;
    record(conn, &next, actor, "dispute.accepted", now)?;
    close(conn, &next, actor, now)
}

/// The rules that the purchase was made under.
pub(super) fn rules(conn: &mut Conn, dispute: &Dispute) -> Result<DisputeRules> {
    let agreement = contracts::agreement(conn, dispute.buyer_id, dispute.contract_version_id)?;
    Ok(agreement.terms().disputes.clone())
}
