//! Mail out: over SMTP, into files (demo, tests), or not at all. Only jobs send, never a request.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use lettre::message::{Mailbox, MultiPart};
use lettre::{
    AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message as Letter, Tokio1Executor,
};

use crate::error::{Error, Result};

const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// Where mail goes: `smtp://user:password@host:port`, `smtps://..`, `file:///folder` or `off`.
#[derive(Clone, PartialEq, Eq)]
pub enum MailTarget {
    Smtp(String),
    Files(PathBuf),
    Off,
}

impl FromStr for MailTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        match text.split_once("://") {
            Some(("smtp" | "smtps", _)) => AsyncSmtpTransport::<Tokio1Executor>::from_url(text)
                .map(|_| Self::Smtp(text.to_owned()))
                .map_err(|error| format!("the mail URL cannot be read: {error}")),
            Some(("file", folder)) if !folder.is_empty() => Ok(Self::Files(folder.into())),
            _ => Err(
                "mail goes to smtp://host:port, smtps://user:password@host, file://folder or off"
                    .to_owned(),
            ),
        }
    }
}

impl std::fmt::Debug for MailTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // The URL holds a password.
            Self::Smtp(_) => f.write_str("smtp"),
            Self::Files(folder) => write!(f, "file://{}", folder.display()),
            Self::Off => f.write_str("off"),
        }
    }
}

/// One letter, in plain text and HTML.
#[derive(Debug, Clone)]
pub struct Message {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Files(AsyncFileTransport<Tokio1Executor>),
    Off,
}

/// Sends letters from one address.
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
}

impl Mailer {
    /// Opens the target; connects only when there is something to send.
    pub fn open(target: &MailTarget, from: &str) -> anyhow::Result<Self> {
        let transport = match target {
            MailTarget::Smtp(url) => Transport::Smtp(
                AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?
                    .timeout(Some(SMTP_TIMEOUT))
                    .build(),
            ),
            MailTarget::Files(folder) => {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot make {}", folder.display()))?;
                Transport::Files(AsyncFileTransport::new(folder))
            }
            MailTarget::Off => Transport::Off,
        };
        let from = from
            .parse()
            .with_context(|| format!("the sender {from:?} is not a mail address"))?;
        Ok(Self { from, transport })
    }

    /// False where mail is switched off.
    pub fn is_on(&self) -> bool {
        !matches!(self.transport, Transport::Off)
    }

    /// Hands one letter over; an error means that it was not taken and may be tried again.
    pub async fn send(&self, message: &Message) -> Result<()> {
        let letter = self.letter(message).map_err(Error::Internal)?;
        match &self.transport {
            Transport::Smtp(smtp) => {
                // The server's own words may repeat the recipient, so only the kind is told.
                smtp.send(letter).await.map_err(|error| {
                    Error::Internal(anyhow::anyhow!(
                        "the mail server did not take the letter (permanent: {}, timeout: {})",
                        error.is_permanent(),
                        error.is_timeout()
                    ))
                })?;
            }
            Transport::Files(files) => {
                files
                    .send(letter)
                    .await
                    .map_err(|error| Error::Internal(error.into()))?;
            }
            Transport::Off => {}
        }
        Ok(())
    }

    fn letter(&self, message: &Message) -> anyhow::Result<Letter> {
        Ok(Letter::builder()
            .from(self.from.clone())
            .to(message.to.parse()?)
            .subject(message.subject.trim())
            .multipart(MultiPart::alternative_plain_html(
                message.text.clone(),
                message.html.clone(),
            ))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read() {
        assert_eq!("off".parse(), Ok(MailTarget::Off));
        assert_eq!(
            "file:///tmp/mail".parse(),
            Ok(MailTarget::Files("/tmp/mail".into()))
        );
        let smtp: MailTarget = "smtp://user:secret@localhost:2525".parse().unwrap();
        assert!(!format!("{smtp:?}").contains("secret"));
        for wrong in ["", "localhost:25", "pop3://localhost", "file://"] {
            assert!(wrong.parse::<MailTarget>().is_err(), "{wrong}");
        }
    }
}
