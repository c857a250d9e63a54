//! Asking others about a contact: a carrier look-up, a prober of mailboxes. Never inside a transaction,
//! never for long, and a lead waits for nobody who does not answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;

use super::check::{CheckName, Finding};
use crate::clock::Clock;
use crate::config::Service;
use crate::error::Reason;
use crate::outbound::{Breaker, Outbound};

/// The longest answer that is read.
const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// The longest detail that is kept.
const MAX_DETAIL: usize = 60;

/// What somebody says of a number or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Valid,
    Invalid,
    /// There is no such number, mailbox or domain at all.
    Absent,
    Unknown,
}

/// An answer: the word, and a short detail without personal data, such as `mobile`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub word: Word,
    pub detail: Option<String>,
}

pub type Asking<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Answer>> + Send + 'a>>;

/// Somebody who can be asked about a phone number or an e-mail address.
pub trait Outsider: Send + Sync {
    fn ask<'a>(&'a self, value: &'a str) -> Asking<'a>;
}

/// Asks by `POST {"value": ".."}`, and reads `{"result": "valid" | "invalid" | "absent" | "unknown", "detail": ".."}`.
pub struct HttpOutsider {
    outbound: Outbound,
    service: Service,
}

#[derive(Deserialize)]
struct HttpAnswer {
    result: Word,
    detail: Option<String>,
}

impl HttpOutsider {
    pub const fn new(outbound: Outbound, service: Service) -> Self {
        Self { outbound, service }
    }

    async fn post(&self, value: &str) -> anyhow::Result<Answer> {
        let mut request = self
            .outbound
            .post(&self.service.url)?
            .header("content-type", "application/json")
            .body(json!({ "value": value }).to_string());
        if let Some(key) = &self.service.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let mut response = request.send().await?.error_for_status()?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            bytes.extend_from_slice(&chunk);
            anyhow::ensure!(bytes.len() <= MAX_ANSWER_BYTES, "the answer is too long");
        }
        let answer: HttpAnswer = serde_json::from_slice(&bytes)?;
        Ok(Answer {
            word: answer.result,
            detail: answer.detail.filter(|detail| is_plain(detail)),
        })
    }
}

/// A detail that is kept: a word or two, no address and no number.
fn is_plain(detail: &str) -> bool {
    detail.chars().count() <= MAX_DETAIL
        && detail
            .chars()
            .all(|c| c.is_alphabetic() || " -_".contains(c))
}

impl Outsider for HttpOutsider {
    fn ask<'a>(&'a self, value: &'a str) -> Asking<'a> {
        Box::pin(self.post(value))
    }
}

/// An outsider behind a circuit breaker.
pub struct Guarded {
    outsider: Arc<dyn Outsider>,
    timeout: Duration,
    breaker: Breaker,
}

impl Guarded {
    pub fn new(outsider: Arc<dyn Outsider>, timeout: Duration, clock: Clock) -> Self {
        Self {
            outsider,
            timeout,
            breaker: Breaker::new(clock),
        }
    }

    /// The answer; none when there is none in time, or nobody is asked at the moment.
    async fn ask(&self, value: &str) -> Option<Answer> {
        if self.breaker.is_open() {
            return None;
        }
        let asked = tokio::time::timeout(self.timeout, self.outsider.ask(value)).await;
        if let Ok(Ok(answer)) = asked {
            self.breaker.answered();
            return Some(answer);
        }
        metrics::counter!("galena_outside_failures_total").increment(1);
        if self.breaker.failed() {
            tracing::warn!("a service that checks contacts does not answer");
        }
        None
    }
}

impl Guarded {
    /// Somebody asked by HTTP.
    pub fn http(outbound: &Outbound, service: &Service, timeout: Duration, clock: &Clock) -> Self {
        let outsider = HttpOutsider::new(outbound.clone(), service.clone());
        Self::new(Arc::new(outsider), timeout, clock.clone())
    }
}

/// Whom a server asks; nobody, unless the configuration names somebody.
#[derive(Default)]
pub struct Outside {
    pub phone_carrier: Option<Guarded>,
    pub email_mailbox: Option<Guarded>,
    pub email_domain: Option<Guarded>,
}

impl Outside {
    pub(super) const fn is_nobody(&self) -> bool {
        self.phone_carrier.is_none() && self.email_mailbox.is_none() && self.email_domain.is_none()
    }

    /// Who is asked for a check, what `invalid` means, and of which field.
    fn of(&self, name: CheckName) -> Option<(&Guarded, Reason, &'static str)> {
        let (who, bad, field) = match name {
            CheckName::PhoneCarrier => (
                &self.phone_carrier,
                Reason::PhoneUnreachable,
                "contact.phone",
            ),
            CheckName::EmailMailbox => {
                (&self.email_mailbox, Reason::MailboxUnknown, "contact.email")
            }
            CheckName::EmailDomain => (
                &self.email_domain,
                Reason::MailDomainTakesNone,
                "contact.email",
            ),
            _ => return None,
        };
        who.as_ref().map(|who| (who, bad, field))
    }

    /// What an outsider says for a check; `not_checked` where nobody answers.
    pub(super) async fn ask(&self, name: CheckName, value: &str) -> Option<Finding> {
        let (who, bad, field) = self.of(name)?;
        let Some(answer) = who.ask(value).await else {
            let mut finding = Finding::not_checked(name);
            finding.code = Some(Reason::CheckUnavailable);
            return Some(finding);
        };
        let finding = match answer.word {
            Word::Valid => Finding::pass(name),
            Word::Absent if name == CheckName::EmailDomain => {
                Finding::fail(name, field, Reason::MailDomainUnknown)
            }
            Word::Invalid | Word::Absent => Finding::fail(name, field, bad),
            Word::Unknown => Finding::not_checked(name),
        };
        Some(match answer.detail {
            Some(detail) => finding.saying(detail),
            None => finding,
        })
    }
}
