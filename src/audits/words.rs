//! Audits in words.

use i18n_embed_fl::fl;

use super::{AuditFound, AuditOutcome, AuditQuestion, DrawnBecause, Findings};
use crate::text::Lang;

pub fn why_label(l: &Lang, why: &DrawnBecause) -> String {
    match why {
        DrawnBecause::Newcomer => fl!(l, "audits-why-newcomer"),
        DrawnBecause::Random => fl!(l, "audits-why-random"),
        DrawnBecause::Risk => fl!(l, "audits-why-risk"),
    }
}

pub fn question_label(l: &Lang, question: AuditQuestion) -> String {
    match question {
        AuditQuestion::Reached => fl!(l, "audits-q-reached"),
        AuditQuestion::RightPerson => fl!(l, "audits-q-right-person"),
        AuditQuestion::RemembersConsent => fl!(l, "audits-q-remembers-consent"),
        AuditQuestion::Interested => fl!(l, "audits-q-interested"),
        AuditQuestion::Matches => fl!(l, "audits-q-matches"),
    }
}

pub fn found_label(l: &Lang, found: AuditFound) -> String {
    match found {
        AuditFound::Yes => fl!(l, "fact-yes"),
        AuditFound::No => fl!(l, "fact-no"),
        AuditFound::Unknown => fl!(l, "audits-unknown"),
    }
}

pub fn outcome_label(l: &Lang, outcome: AuditOutcome) -> String {
    match outcome {
        AuditOutcome::List => fl!(l, "audits-outcome-list"),
        AuditOutcome::Reject => fl!(l, "audits-outcome-reject"),
        AuditOutcome::Refund => fl!(l, "audits-outcome-refund"),
    }
}

/// The questions with what was found.
pub fn findings_rows(l: &Lang, findings: &Findings) -> Vec<(String, String)> {
    findings
        .answers()
        .into_iter()
        .map(|(question, found)| (question_label(l, question), found_label(l, found)))
        .collect()
}

/// Basis points as a percentage: `72.25 %`.
pub fn percent<T: Copy + Into<i64>>(bps: &T) -> String {
    format!(
        "{} %",
        rust_decimal::Decimal::new((*bps).into(), 2).normalize()
    )
}
