//! Sends a person the code that confirms the contact, by mail or by a text message.

use std::sync::Arc;

use askama::Template;
use i18n_embed_fl::fl;
use serde_json::json;

use super::{CodeChannel, ConfirmJob, make_code, take_back};
use crate::access::Actor;
use crate::audit;
use crate::clock::{Clock, Ts};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::LeadId;
use crate::leads::{self, Contact};
use crate::mail::{Mailer, Message};
use crate::sms::{SmsError, Texter};
use crate::text::{Lang, english};
use crate::vault::Vault;

/// What sending codes needs.
#[derive(Clone)]
pub struct CodeSender {
    pub db: Db,
    pub clock: Clock,
    pub vault: Arc<Vault>,
    pub mailer: Arc<Mailer>,
    pub texter: Option<Arc<Texter>>,
    /// The address of this server, without a slash at its end.
    pub base_url: String,
}

#[derive(Template)]
#[template(path = "mail/confirmation/subject.txt")]
struct Subject<'a> {
    l: &'a Lang,
}

#[derive(Template)]
#[template(path = "mail/confirmation/body.txt")]
struct Plain<'a> {
    l: &'a Lang,
    code: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/confirmation/body.html")]
struct Html<'a> {
    l: &'a Lang,
    code: &'a str,
    link: &'a str,
}

/// What the page of a lead's code is named by.
pub fn token(vault: &Vault, id: LeadId) -> String {
    vault.sign_link(&format!("confirm.{id}"))
}

/// The lead that a token names, if it was made here.
pub fn of_token(vault: &Vault, token: &str) -> Option<LeadId> {
    vault
        .read_link(token)?
        .strip_prefix("confirm.")?
        .parse()
        .ok()
}

/// Makes a code and sends it. A retry sends another, and the one before counts no more.
pub async fn send(sender: CodeSender, mut job: ConfirmJob) -> Result<()> {
    if job.channel == CodeChannel::Sms && sender.texter.is_none() {
        // A vertical may ask for text messages where no server sends any.
        job.channel = CodeChannel::Email;
    }
    let is_possible = match (job.channel, &sender.texter) {
        (CodeChannel::Email, _) => sender.mailer.is_on(),
        // No code is made that cannot be sent now; the job comes again.
        (CodeChannel::Sms, Some(texter)) if texter.is_paused() => {
            return Err(Error::Internal(SmsError::Paused.into()));
        }
        (CodeChannel::Sms, texter) => texter.is_some(),
    };
    if !is_possible {
        tracing::warn!(channel = %job.channel, "a code cannot be sent: the channel is off");
        return Ok(());
    }
    let (vault, now) = (Arc::clone(&sender.vault), sender.clock.now());
    let made = sender
        .db
        .write(move |conn| prepare(conn, &vault, job, now))
        .await?;
    let Some((code, contact)) = made else {
        return Ok(());
    };
    match post(&sender, job, &code, contact).await {
        Ok(()) => Ok(()),
        Err(failure) => {
            if !failure.may_have_arrived {
                let (vault, now) = (Arc::clone(&sender.vault), sender.clock.now());
                let take = move |conn: &mut Conn| take_back(conn, &vault, job.lead, &code, now);
                sender.db.write(take).await?;
            }
            failure.retry
        }
    }
}

/// A code that was not sent, or of which nobody knows.
struct Failure {
    may_have_arrived: bool,
    /// The error with which the job comes again; nothing where that is in vain.
    retry: Result<()>,
}

impl From<SmsError> for Failure {
    fn from(error: SmsError) -> Self {
        tracing::warn!(%error, "a code was not sent");
        Self {
            may_have_arrived: error == SmsError::Unanswered,
            retry: match error {
                SmsError::Refused => Ok(()),
                other => Err(Error::Internal(other.into())),
            },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            may_have_arrived: false,
            retry: Err(error),
        }
    }
}

async fn post(
    sender: &CodeSender,
    job: ConfirmJob,
    code: &str,
    contact: Contact,
) -> std::result::Result<(), Failure> {
    let link = format!(
        "{}/confirm/{}",
        sender.base_url,
        token(&sender.vault, job.lead)
    );
    match (job.channel, &sender.texter) {
        (CodeChannel::Email, _) => {
            let Some(to) = contact.email else {
                tracing::warn!("a code cannot be sent: there is no address for letters");
                return Err(Failure {
                    may_have_arrived: false,
                    retry: Ok(()),
                });
            };
            let letter = letter(english(), &to, code, &link)?;
            sender.mailer.send(&letter).await?;
        }
        (CodeChannel::Sms, Some(texter)) => {
            let text = fl!(english(), "confirm-sms", code = code, link = link.as_str());
            let to = contact.phone.unwrap_or_default();
            texter.send(&to, &text).await?;
        }
        (CodeChannel::Sms, None) => {}
    }
    Ok(())
}

/// The code and where it goes; that the contact was opened for it is noted.
fn prepare(
    conn: &mut Conn,
    vault: &Vault,
    job: ConfirmJob,
    now: Ts,
) -> Result<Option<(String, Contact)>> {
    let Some(code) = make_code(conn, vault, (job.lead, job.channel), now)? else {
        return Ok(None);
    };
    let seller = leads::listing(conn, job.lead)?.seller_id;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(seller),
            action: "confirmation.sent",
            subject: job.lead.to_string(),
            detail: json!({ "channel": job.channel }),
        },
    )?;
    Ok(Some((code, leads::open_contact(conn, vault, job.lead)?)))
}

fn letter(l: &Lang, to: &str, code: &str, link: &str) -> Result<Message> {
    let render =
        |result: askama::Result<String>| result.map_err(|error| Error::Internal(error.into()));
    Ok(Message {
        to: to.to_owned(),
        subject: render(Subject { l }.render())?,
        text: render(Plain { l, code, link }.render())?,
        html: render(Html { l, code, link }.render())?,
    })
}
