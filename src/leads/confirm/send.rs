//! Sends a person the code that confirms the contact, by mail or by a text message.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use i18n_embed_fl::fl;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{CodeChannel, ConfirmJob, make_code};
use crate::access::Actor;
use crate::audit;
use crate::clock::{Clock, Ts};
use crate::config::Service;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::LeadId;
use crate::leads::{self, Contact};
use crate::mail::{Mailer, Message};
use crate::outbound::Outbound;
use crate::text::{Lang, english};
use crate::vault::Vault;

/// Sends text messages by `POST {"to": "+371..", "text": ".."}`.
pub struct Texter {
    pub outbound: Outbound,
    pub service: Service,
    pub timeout: Duration,
}

impl Texter {
    async fn send(&self, to: &str, text: &str) -> anyhow::Result<()> {
        let mut request = self
            .outbound
            .post(&self.service.url)?
            .timeout(self.timeout)
            .header("content-type", "application/json")
            .body(json!({ "to": to, "text": text }).to_string());
        if let Some(key) = &self.service.key {
            request = request.bearer_auth(key.expose_secret());
        }
        request.send().await?.error_for_status()?;
        Ok(())
    }
}

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
pub async fn send(sender: CodeSender, job: ConfirmJob) -> Result<()> {
    let is_possible = match job.channel {
        CodeChannel::Email => sender.mailer.is_on(),
        CodeChannel::Sms => sender.texter.is_some(),
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
    let link = format!(
        "{}/confirm/{}",
        sender.base_url,
        token(&sender.vault, job.lead)
    );
    match (job.channel, &sender.texter) {
        (CodeChannel::Email, _) => {
            let to = contact.email.unwrap_or_default();
            sender
                .mailer
                .send(&letter(english(), &to, &code, &link)?)
                .await
        }
        (CodeChannel::Sms, Some(texter)) => {
            let text = fl!(
                english(),
                "confirm-sms",
                code = code.as_str(),
                link = link.as_str()
            );
            let to = contact.phone.unwrap_or_default();
            texter.send(&to, &text).await.map_err(|error| {
                // The cause may name the number.
                tracing::warn!(
                    is_timeout = error.to_string().contains("timed out"),
                    "a text message was not taken"
                );
                Error::Internal(anyhow::anyhow!("the text message was not taken"))
            })
        }
        (CodeChannel::Sms, None) => Ok(()),
    }
}

/// The code and where it goes; that the contact was opened for it is noted.
fn prepare(
    conn: &mut Conn,
    vault: &Vault,
    job: ConfirmJob,
    now: Ts,
) -> Result<Option<(String, Contact)>> {
    let Some(code) = make_code(conn, vault, job.lead, now)? else {
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
