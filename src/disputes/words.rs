//! Disputes in words.

use i18n_embed_fl::fl;
use serde_json::Value as Json;

use super::{
    CallResult, Decision, DecisionHow, DisputeSide, DisputedCharge, EntryKind, Finding,
    FindingName, FindingVerdict,
};
use crate::text::Lang;
use crate::verticals::{DisputeReason, EvidenceNeeded, NotCreditable};

pub fn reason_label(l: &Lang, reason: DisputeReason) -> String {
    match reason {
        DisputeReason::WrongNumber => fl!(l, "disputes-reason-wrong-number"),
        DisputeReason::Disconnected => fl!(l, "disputes-reason-disconnected"),
        DisputeReason::EmailBounced => fl!(l, "disputes-reason-email-bounced"),
        DisputeReason::Fictitious => fl!(l, "disputes-reason-fictitious"),
        DisputeReason::Duplicate => fl!(l, "disputes-reason-duplicate"),
        DisputeReason::OutsideCriteria => fl!(l, "disputes-reason-outside-criteria"),
        DisputeReason::WrongVertical => fl!(l, "disputes-reason-wrong-vertical"),
        DisputeReason::NeverRequested => fl!(l, "disputes-reason-never-requested"),
        DisputeReason::Minor => fl!(l, "disputes-reason-minor"),
        DisputeReason::CompetitorOrTest => fl!(l, "disputes-reason-competitor-or-test"),
        DisputeReason::Language => fl!(l, "disputes-reason-language"),
        DisputeReason::ExistingCustomer => fl!(l, "disputes-reason-existing-customer"),
        DisputeReason::DoNotContact => fl!(l, "disputes-reason-do-not-contact"),
    }
}

pub fn never_label(l: &Lang, never: NotCreditable) -> String {
    match never {
        NotCreditable::NoAnswer => fl!(l, "disputes-never-no-answer"),
        NotCreditable::NotInterested => fl!(l, "disputes-never-not-interested"),
        NotCreditable::BoughtElsewhere => fl!(l, "disputes-never-bought-elsewhere"),
        NotCreditable::TooExpensive => fl!(l, "disputes-never-too-expensive"),
        NotCreditable::ContactedTooLate => fl!(l, "disputes-never-contacted-too-late"),
    }
}

/// What a reason needs: "2 call attempts, a file".
pub fn needed_label(l: &Lang, reason: DisputeReason, needed: EvidenceNeeded) -> String {
    let mut parts = Vec::new();
    if needed.text {
        parts.push(fl!(l, "disputes-needs-text"));
    }
    if needed.calls > 0 {
        let calls = fl!(l, "disputes-needs-calls", count = needed.calls);
        parts.push(match super::result_for(reason) {
            Some(result) => format!("{calls} ({})", call_label(l, result)),
            None => calls,
        });
    }
    if needed.file {
        parts.push(fl!(l, "disputes-needs-file"));
    }
    if parts.is_empty() {
        return fl!(l, "disputes-needs-nothing");
    }
    parts.join(", ")
}

pub fn call_label(l: &Lang, result: CallResult) -> String {
    match result {
        CallResult::NoAnswer => fl!(l, "disputes-call-no-answer"),
        CallResult::Busy => fl!(l, "disputes-call-busy"),
        CallResult::Voicemail => fl!(l, "disputes-call-voicemail"),
        CallResult::NotInService => fl!(l, "disputes-call-not-in-service"),
        CallResult::WrongPerson => fl!(l, "disputes-call-wrong-person"),
        CallResult::OtherLanguage => fl!(l, "disputes-call-other-language"),
        CallResult::Reached => fl!(l, "disputes-call-reached"),
    }
}

pub fn charge_label(l: &Lang, charge: DisputedCharge) -> String {
    match charge {
        DisputedCharge::Lead => fl!(l, "disputes-charge-lead"),
        DisputedCharge::Appointment => fl!(l, "disputes-charge-appointment"),
        DisputedCharge::Sale => fl!(l, "disputes-charge-sale"),
        DisputedCharge::Claim => fl!(l, "disputes-charge-claim"),
    }
}

pub fn side_label(l: &Lang, side: DisputeSide) -> String {
    match side {
        DisputeSide::Buyer => fl!(l, "kind-buyer"),
        DisputeSide::Seller => fl!(l, "kind-seller"),
        DisputeSide::Operator | DisputeSide::System => fl!(l, "disputes-side-exchange"),
    }
}

pub fn entry_label(l: &Lang, kind: EntryKind) -> String {
    match kind {
        EntryKind::Claim => fl!(l, "disputes-entry-claim"),
        EntryKind::Answer => fl!(l, "disputes-entry-answer"),
        EntryKind::Message => fl!(l, "disputes-entry-message"),
        EntryKind::Appeal => fl!(l, "disputes-entry-appeal"),
        EntryKind::Decision => fl!(l, "disputes-entry-decision"),
        EntryKind::Call => fl!(l, "disputes-entry-call"),
        EntryKind::File => fl!(l, "disputes-entry-file"),
    }
}

/// Who made a decision, or what.
pub fn how_label(l: &Lang, decision: &Decision) -> String {
    match decision.how {
        DecisionHow::Party => fl!(l, "disputes-how-party"),
        DecisionHow::Silence => fl!(l, "disputes-how-silence"),
        DecisionHow::Rule => fl!(l, "disputes-how-rule"),
        DecisionHow::Operator => fl!(l, "disputes-how-operator"),
    }
}

pub fn verdict_label(l: &Lang, verdict: FindingVerdict) -> String {
    match verdict {
        FindingVerdict::Proves => fl!(l, "disputes-verdict-proves"),
        FindingVerdict::Disproves => fl!(l, "disputes-verdict-disproves"),
        FindingVerdict::SaysNothing => fl!(l, "disputes-verdict-says-nothing"),
    }
}

/// What was looked at, and what was seen.
pub fn finding_label(l: &Lang, finding: &Finding) -> (String, String) {
    let detail = &finding.detail;
    let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
    match finding.name {
        FindingName::Duplicate => {
            let seen = if detail["purchase"].is_string() {
                fl!(
                    l,
                    "disputes-finding-duplicate-found",
                    purchase = text("purchase")
                )
            } else {
                let compared = detail["compared"].as_i64().unwrap_or_default();
                fl!(l, "disputes-finding-duplicate-none", compared = compared)
            };
            (fl!(l, "disputes-finding-duplicate"), seen)
        }
        FindingName::Criteria => {
            let failed: Vec<&str> = detail["failed"]
                .as_array()
                .map(|fields| fields.iter().filter_map(Json::as_str).collect())
                .unwrap_or_default();
            let seen = if failed.is_empty() {
                fl!(l, "disputes-finding-criteria-met")
            } else {
                fl!(
                    l,
                    "disputes-finding-criteria-failed",
                    fields = failed.join(", ")
                )
            };
            (fl!(l, "disputes-finding-criteria"), seen)
        }
        FindingName::Bounce => {
            let seen = if detail["status"].is_string() {
                fl!(l, "disputes-finding-bounce-status", status = text("status"))
            } else {
                fl!(l, "disputes-finding-bounce-none")
            };
            (fl!(l, "disputes-finding-bounce"), seen)
        }
        FindingName::Phone => {
            let seen = match detail["number"].as_str() {
                Some("impossible") => fl!(l, "disputes-finding-phone-impossible"),
                Some("possible") => fl!(l, "disputes-finding-phone-possible"),
                _ => fl!(l, "disputes-finding-phone-none"),
            };
            (fl!(l, "disputes-finding-phone"), seen)
        }
        FindingName::Customers | FindingName::Suppression => {
            let seen = if detail["listed_since"].is_string() {
                let since = text("listed_since");
                fl!(l, "disputes-finding-listed-since", since = since)
            } else {
                fl!(l, "disputes-finding-listed-not")
            };
            let name = if finding.name == FindingName::Customers {
                fl!(l, "disputes-finding-customers")
            } else {
                fl!(l, "disputes-finding-suppression")
            };
            (name, seen)
        }
        FindingName::Age => (
            fl!(l, "disputes-finding-age"),
            fl!(l, "disputes-finding-age-text"),
        ),
    }
}
