//! Pages of leads: the seller's lists, forms and imports, and the operator's view of all leads.

mod confirm;
mod desk;
mod entry;
mod import;
mod input;
mod list;
mod mend;
mod quarantine;

pub use confirm::{ask_confirmation, confirm, confirm_form};
pub use desk::{all as desk_list, contact as desk_contact, show as desk_show};
pub use entry::{add, add_form};
pub use import::{
    discard as discard_import, list as imports, map as map_import, refused_lines,
    show as show_import, upload,
};
pub use input::InputKind;
pub use list::{contact, export, list, show, withdraw};
pub use mend::{drop_refused, refused, resend, show_refused};
pub use quarantine::{decide, quarantine};

use i18n_embed_fl::fl;

use super::Contact;
use crate::audit::Event;
use crate::scoring::{self, Stage};
use crate::text::Lang;
use crate::verticals::{Attributes, Vertical};
use crate::web::format;

/// A fact of a lead with its label, as pages list them.
struct Fact {
    label: String,
    value: String,
}

fn facts(l: &Lang, vertical: &Vertical, attributes: &Attributes) -> Vec<Fact> {
    vertical
        .fields
        .iter()
        .filter_map(|field| {
            Some(Fact {
                label: field.label.clone(),
                value: format::fact(l, attributes.get(&field.key)?),
            })
        })
        .collect()
}

/// The models that a seller accepts, and the least that it wants under them.
struct OfferFacts {
    models: String,
    least: Vec<Fact>,
    /// "80, sales qualified (SQL)".
    score: String,
}

fn offer_facts(l: &Lang, listing: &super::Listing) -> OfferFacts {
    let least = &listing.least;
    let appointment = least.appointment.map(|least| Fact {
        label: fl!(l, "leads-field-least-appointment"),
        value: least.shown(),
    });
    let share = least.share_bps.map(|least| Fact {
        label: fl!(l, "leads-least-share"),
        value: least.to_string(),
    });
    let any = least.any_yield.then(|| Fact {
        label: fl!(l, "leads-field-any-yield"),
        value: fl!(l, "leads-yes"),
    });
    let models: Vec<String> = listing.accepts.iter().map(|model| model.label(l)).collect();
    let stage = scoring::stage_label(l, &listing.stage);
    OfferFacts {
        models: models.join(", "),
        least: appointment.into_iter().chain(share).chain(any).collect(),
        score: fl!(l, "leads-score-of", score = listing.score, stage = stage),
    }
}

/// A contact that was opened, as facts.
fn contact_facts(l: &Lang, vertical: &Vertical, contact: &Contact) -> Vec<Fact> {
    let given = [
        (fl!(l, "leads-field-first-name"), &contact.first_name),
        (fl!(l, "leads-field-last-name"), &contact.last_name),
        (fl!(l, "leads-field-email"), &contact.email),
        (fl!(l, "leads-field-phone"), &contact.phone),
        (fl!(l, "leads-field-company"), &contact.company),
        (fl!(l, "leads-field-job-title"), &contact.job_title),
        (fl!(l, "leads-field-consent-ip"), &contact.consent_ip),
        (
            fl!(l, "leads-field-consent-user-agent"),
            &contact.consent_user_agent,
        ),
        (fl!(l, "leads-field-consent-typed"), &contact.consent_typed),
    ];
    let mut shown: Vec<Fact> = given
        .into_iter()
        .filter_map(|(label, value)| {
            Some(Fact {
                label,
                value: value.clone()?,
            })
        })
        .collect();
    shown.extend(facts(l, vertical, &contact.personal));
    shown
}

/// What happened to a lead, in words.
fn event_label(l: &Lang, event: &Event) -> String {
    let detail = &event.detail;
    let points = |side: &str| detail[side]["score"].as_i64().unwrap_or_default();
    let asked = |side: &str| {
        let word = |key: &str| detail[side]["ask"][key].as_str().unwrap_or_default();
        format!("{} {}", word("amount"), word("currency"))
    };
    let stage = |side: &str| {
        let stage = detail[side]["stage"].as_str().unwrap_or_default();
        let parsed: Option<Stage> = stage.parse().ok();
        parsed.map_or_else(String::new, |stage| scoring::stage_label(l, &stage))
    };
    match event.action.as_str() {
        "lead.listed" => fl!(l, "leads-event-listed"),
        "lead.quarantined" => fl!(l, "leads-event-quarantined"),
        "lead.received" => fl!(l, "leads-event-received"),
        "lead.released" => fl!(l, "leads-event-released"),
        "lead.rejected" => fl!(l, "leads-event-rejected"),
        "confirmation.asked" => fl!(l, "leads-event-confirmation-asked"),
        "confirmation.sent" => fl!(l, "leads-event-confirmation-sent"),
        "confirmation.not_sent" => fl!(l, "leads-event-confirmation-not-sent"),
        "confirmation.failed" => fl!(l, "leads-event-confirmation-failed"),
        "confirmation.done" => fl!(l, "leads-event-confirmation-done"),
        "confirmation.lapsed" => fl!(l, "leads-event-confirmation-lapsed"),
        "lead.withdrawn" => fl!(l, "leads-event-withdrawn"),
        "lead.expired" => fl!(l, "leads-event-expired"),
        "lead.aged" => fl!(
            l,
            "leads-event-aged",
            before = asked("before"),
            after = asked("after")
        ),
        "lead.sold" => fl!(l, "leads-event-sold"),
        "lead.stage_changed" => fl!(
            l,
            "leads-event-stage-changed",
            before = stage("before"),
            after = stage("after"),
            from = points("before"),
            to = points("after")
        ),
        "lead.events_recorded" => fl!(
            l,
            "leads-event-events-recorded",
            count = detail["recorded"].as_i64().unwrap_or_default(),
            score = detail["score"].as_i64().unwrap_or_default()
        ),
        "lead.audited" => audited_label(l, detail),
        "contact.viewed" => fl!(l, "leads-event-contact-viewed"),
        other => other.to_owned(),
    }
}

/// How an audit of the lead ended, and what it found against it.
fn audited_label(l: &Lang, detail: &serde_json::Value) -> String {
    let failed: Vec<String> = [
        ("reached", fl!(l, "leads-audit-reached")),
        ("right_person", fl!(l, "leads-audit-right-person")),
        ("remembers_consent", fl!(l, "leads-audit-remembers-consent")),
        ("matches", fl!(l, "leads-audit-matches")),
    ]
    .into_iter()
    .filter(|(question, _)| detail["findings"][question] == "no")
    .map(|(_, words)| words)
    .collect();
    let found = failed.join(", ");
    match detail["outcome"].as_str() {
        Some("list") => fl!(l, "leads-event-audit-passed"),
        Some("refund") => fl!(l, "leads-event-audit-refunded", found = found),
        _ => fl!(l, "leads-event-audit-rejected", found = found),
    }
}
