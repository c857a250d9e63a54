//! The letter that brings a purchased contact to its buyer.

use askama::Template;
use i18n_embed_fl::fl;

use crate::calls::Advice;
use crate::error::{Error, Result};
use crate::leads::{Consent, Contact};
use crate::mail::Message;
use crate::purchases::Purchase;
use crate::text::Lang;

#[derive(Template)]
#[template(path = "mail/purchase_delivered/subject.txt")]
struct Subject<'a> {
    l: &'a Lang,
    request: &'a str,
}

#[derive(Template)]
#[template(path = "mail/purchase_delivered/body.txt")]
struct Plain<'a> {
    l: &'a Lang,
    facts: &'a [(String, String)],
    request: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/purchase_delivered/body.html")]
struct Html<'a> {
    l: &'a Lang,
    facts: &'a [(String, String)],
    request: &'a str,
    link: &'a str,
}

/// What the letter tells, beside the contact.
pub struct Brief<'a> {
    pub purchase: &'a Purchase,
    pub request: &'a str,
    pub interest: &'a str,
    /// What the person agreed to, with its proof.
    pub consent: &'a Consent,
    /// What the person's country asks of whoever calls.
    pub calls: Option<&'a Advice>,
    /// The address of this server, without a slash at its end.
    pub base_url: &'a str,
}

pub fn write(l: &Lang, to: &str, contact: &Contact, brief: &Brief<'_>) -> Result<Message> {
    let link = format!("{}/buyer/purchases/{}", brief.base_url, brief.purchase.id);
    let facts = facts(l, contact, brief);
    let render =
        |result: askama::Result<String>| result.map_err(|error| Error::Internal(error.into()));
    Ok(Message {
        to: to.to_owned(),
        subject: render(
            Subject {
                l,
                request: brief.request,
            }
            .render(),
        )?,
        text: render(
            Plain {
                l,
                facts: &facts,
                request: brief.request,
                link: &link,
            }
            .render(),
        )?,
        html: render(
            Html {
                l,
                facts: &facts,
                request: brief.request,
                link: &link,
            }
            .render(),
        )?,
    })
}

fn calls_until(l: &Lang, calls: &Advice) -> Option<String> {
    let until = calls.allowed_until?;
    Some(if calls.is_over {
        fl!(l, "privacy-calls-lead-over")
    } else {
        until.utc().format("%Y-%m-%d").to_string()
    })
}

/// What is known of the person, as label and value.
fn facts(l: &Lang, contact: &Contact, brief: &Brief<'_>) -> Vec<(String, String)> {
    let consent = brief.consent;
    let list = |items: &[String]| Some(items.join(", ")).filter(|text| !text.is_empty());
    let known = [
        (fl!(l, "delivery-name"), Some(contact.full_name())),
        (fl!(l, "delivery-phone"), contact.phone.clone()),
        (fl!(l, "delivery-email"), contact.email.clone()),
        (fl!(l, "delivery-company"), contact.company.clone()),
        (fl!(l, "delivery-job-title"), contact.job_title.clone()),
        (fl!(l, "delivery-interest"), Some(brief.interest.to_owned())),
        (
            fl!(l, "privacy-calls-lead-until"),
            brief.calls.and_then(|calls| calls_until(l, calls)),
        ),
        (
            fl!(l, "privacy-calls-register"),
            brief
                .calls
                .filter(|calls| calls.check_register_first)
                .map(|calls| fl!(l, "privacy-calls-lead-register", note = calls.note.as_str())),
        ),
        (
            fl!(l, "delivery-price"),
            Some(brief.purchase.price().to_string()),
        ),
        (
            fl!(l, "delivery-dispute-until"),
            Some(
                brief
                    .purchase
                    .final_at
                    .utc()
                    .format("%Y-%m-%d %H:%M UTC")
                    .to_string(),
            ),
        ),
        (fl!(l, "purchases-consent"), Some(consent.text.clone())),
        (
            fl!(l, "purchases-consent-given"),
            Some(consent.given_at.to_string()),
        ),
        (
            fl!(l, "purchases-consent-page"),
            Some(consent.page_url.clone()),
        ),
        (fl!(l, "purchases-consent-version"), consent.version.clone()),
        (fl!(l, "purchases-consent-ip"), contact.consent_ip.clone()),
        (
            fl!(l, "leads-field-consent-user-agent"),
            contact.consent_user_agent.clone(),
        ),
        (
            fl!(l, "leads-field-consent-typed"),
            contact.consent_typed.clone(),
        ),
        (
            fl!(l, "leads-field-consent-channels"),
            list(&consent.channels),
        ),
        (
            fl!(l, "leads-field-consent-recipients"),
            list(&consent.recipients),
        ),
        (
            fl!(l, "leads-field-consent-certificate"),
            consent.certificate_url.clone(),
        ),
    ];
    known
        .into_iter()
        .filter_map(|(label, value)| value.map(|value| (label, value)))
        .collect()
}
