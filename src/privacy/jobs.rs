//! Sends the code that shows whose an address is.

use std::sync::Arc;

use askama::Template;
use i18n_embed_fl::fl;

use super::subject::{self, Letter, SubjectJob};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::mail::{Mailer, Message};
use crate::text::{Lang, english};
use crate::vault::Vault;

/// What sending needs.
#[derive(Clone)]
pub struct Sender {
    pub db: Db,
    pub clock: Clock,
    pub vault: Arc<Vault>,
    pub mailer: Arc<Mailer>,
    /// The address of this server, without a slash at its end.
    pub base_url: String,
}

/// Sends a code, to whoever asked and to nobody else; a retry sends a new one, which replaces the first.
pub async fn send(sender: Sender, job: SubjectJob) -> Result<()> {
    if !sender.mailer.is_on() {
        return Ok(());
    }
    let (vault, now) = (Arc::clone(&sender.vault), sender.clock.now());
    let letter = sender
        .db
        .write(move |conn| subject::make_code(conn, &vault, job.request, now))
        .await?;
    let Some(letter) = letter else { return Ok(()) };
    let link = format!("{}/privacy/{}", sender.base_url, job.request);
    sender.mailer.send(&write(english(), &letter, &link)?).await
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
        to: letter.to.clone(),
        subject: render(Subject { l }.render())?,
        text: render(Plain { l, code, link }.render())?,
        html: render(Html { l, code, link }.render())?,
    })
}
