//! A lead as the checks see it.

use super::{Consent, Contact, Draft};
use crate::clock::Ts;
use crate::id::AccountId;
use crate::verification::{Agreed, Given, Phone, Subject, Trace, Verifier};
use crate::verticals::{Attributes, Value, Vertical};

impl Draft {
    /// Asks others about the contact, where the server has somebody to ask.
    pub async fn ask(&mut self, verifier: &Verifier) {
        let (email, phone) = (self.contact.email.as_deref(), self.contact.phone.as_deref());
        verifier.ask(&mut self.checked, email, phone).await;
    }

    /// What tells the source of this lead from others.
    pub(super) fn trace(&self, seller: AccountId) -> Trace<'_> {
        Trace {
            seller,
            address: self.contact.consent_ip.as_deref(),
            user_agent: self.contact.consent_user_agent.as_deref(),
            consent_at: self.consent.given_at,
            consent_page: &self.consent.page_url,
        }
    }
}

/// What the checks that need no database look at.
pub(super) fn subject<'a>(
    vertical: &Vertical,
    contact: &'a Contact,
    phone: Option<&'a Phone>,
    attributes: &'a Attributes,
    consent: &'a Consent,
    now: Ts,
) -> Subject<'a> {
    let text = |key: &str| match attributes.get(key) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    Subject {
        first_name: contact.first_name.as_deref(),
        last_name: contact.last_name.as_deref(),
        company: contact.company.as_deref(),
        email: Given::of(contact.email.as_deref()),
        phone: Given::of(phone),
        country: text("country"),
        region: text("region"),
        postal_code: text("postal_code"),
        age: match attributes.get("age") {
            Some(Value::Int(age)) => Some(*age),
            _ => None,
        },
        min_age: vertical.min_age,
        consent: Some(Agreed {
            text: &consent.text,
            given_at: consent.given_at,
            channels: &consent.channels,
            recipients: &consent.recipients,
            max_age_days: vertical.consent_max_age_days,
        }),
        now,
    }
}
