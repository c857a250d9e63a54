//! Sends the code that shows whose an address or a number is.

use std::sync::Arc;

use askama::Template;
use i18n_embed_fl::fl;

use super::subject::{self, AskedBy, Letter, SubjectJob};
use crate::clock::Clock;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::mail::{Mailer, Message};
use crate::sms::{SmsError, Texter};
use crate::text::{Lang, english};
use crate::vault::Vault;

/// What sending needs.
#[derive(Clone)]
pub struct Sender {
    pub db: Db,
    pub clock: Clock,
    pub vault: Arc<Vault>,
    pub mailer: Arc<Mailer>,
    pub texter: Option<Arc<Texter>>,
    /// The address of this server, without a slash at its end.
    pub base_url: String,
}

/// Sends a code, to whoever asked and to nobody else; a retry sends a new one, which replaces the first.
pub async fn send(sender: Sender, job: SubjectJob) -> Result<()> {
    let (vault, now) = (Arc::clone(&sender.vault), sender.clock.now());
    let request = job.request;
    if sender
        .texter
        .as_ref()
        .is_some_and(|texter| texter.is_paused())
    {
        let read = move |conn: &mut Conn| subject::goes_by_text(conn, request, now);
        if sender.db.read(read).await? {
            return Err(after(SmsError::Paused));
        }
    }
    let has_texts = sender.texter.is_some();
    let letter = sender
        .db
        .write(move |conn| subject::make_code(conn, &vault, request, has_texts, now))
        .await?;
    let Some(letter) = letter else { return Ok(()) };
    let link = format!("{}/privacy/{}", sender.base_url, request);
    match (letter.to.by, &sender.texter) {
        (AskedBy::Email, _) => sender.mailer.send(&write(english(), &letter, &link)?).await,
        (AskedBy::Phone, Some(texter)) => text(texter, &letter, &link).await,
        (AskedBy::Phone, None) => Ok(()),
    }
}

/// Sends a code as a text message, again only where the one before was surely not taken: each may reach
/// somebody, and whoever got none may ask again.
async fn text(texter: &Texter, letter: &Letter, link: &str) -> Result<()> {
    let code = letter.code.as_str();
    let text = fl!(english(), "privacy-sms", code = code, link = link);
    match texter.send(letter.to.as_str(), &text).await {
        Ok(()) => Ok(()),
        Err(error @ (SmsError::Paused | SmsError::NotTaken)) => Err(after(error)),
        Err(error @ (SmsError::Unanswered | SmsError::Refused)) => {
            tracing::warn!(%error, "a code was not sent");
            Ok(())
        }
    }
}

fn after(error: SmsError) -> Error {
    Error::Internal(error.into())
}

#[derive(Template)]
#[template(path = "mail/subject_code/subject.txt")]
struct Subject<'a> {
    l: &'a Lang,
}

#[derive(Template)]
#[template(path = "mail/subject_code/body.txt")]
struct Plain<'a> {
    l: &'a Lang,
    code: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/subject_code/body.html")]
struct Html<'a> {
    l: &'a Lang,
    code: &'a str,
    link: &'a str,
}

fn write(l: &Lang, letter: &Letter, link: &str) -> Result<Message> {
    let code = &letter.code;
    let render =
        |result: askama::Result<String>| result.map_err(|error| Error::Internal(error.into()));
    Ok(Message {
        to: letter.to.as_str().to_owned(),
        subject: render(Subject { l }.render())?,
        text: render(Plain { l, code, link }.render())?,
        html: render(Html { l, code, link }.render())?,
    })
}
