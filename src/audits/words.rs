//! Audits in words.

use i18n_embed_fl::fl;

use super::{Findings, Found, Outcome, Question, Why};
use crate::text::Lang;

pub fn why_label(l: &Lang, why: &Why) -> String {
    match why {
        Why::Newcomer => fl!(l, "audits-why-newcomer"),
        Why::Random => fl!(l, "audits-why-random"),
        Why::Risk => fl!(l, "audits-why-risk"),
    }
}

pub fn question_label(l: &Lang, question: Question) -> String {
    match question {
        Question::Reached => fl!(l, "audits-q-reached"),
        Question::RightPerson => fl!(l, "audits-q-right-person"),
        Question::RemembersConsent => fl!(l, "audits-q-remembers-consent"),
        Question::Interested => fl!(l, "audits-q-interested"),
        Question::Matches => fl!(l, "audits-q-matches"),
    }
}

pub fn found_label(l: &Lang, found: Found) -> String {
    match found {
        Found::Yes => fl!(l, "fact-yes"),
        Found::No => fl!(l, "fact-no"),
        Found::Unknown => fl!(l, "audits-unknown"),
    }
}

pub fn outcome_label(l: &Lang, outcome: Outcome) -> String {
    match outcome {
        Outcome::List => fl!(l, "audits-outcome-list"),
        Outcome::Reject => fl!(l, "audits-outcome-reject"),
        Outcome::Refund => fl!(l, "audits-outcome-refund"),
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
