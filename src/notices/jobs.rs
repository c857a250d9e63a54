//! Sends a notice to every active user of its organisation.

use std::sync::Arc;

use super::{Notice, letter};
use crate::accounts;
use crate::db::Db;
use crate::error::Result;
use crate::mail::Mailer;
use crate::text::english;
use crate::vault::Vault;

/// What sending needs.
#[derive(Clone)]
pub struct Teller {
    pub db: Db,
    pub vault: Arc<Vault>,
    pub mailer: Arc<Mailer>,
    /// The address of this server, without a slash at its end.
    pub base_url: String,
}

/// Writes to each user. A retry after a letter that was not taken may write to some of them twice.
pub async fn send(teller: Teller, notice: Notice) -> Result<()> {
    if !teller.mailer.is_on() {
        return Ok(());
    }
    let link = match &notice.signed {
        Some(text) => format!(
            "{}/outcomes/{}",
            teller.base_url,
            teller.vault.sign_link(text)
        ),
        None => format!("{}{}", teller.base_url, notice.path),
    };
    let account = notice.account;
    let emails = teller
        .db
        .read(move |conn| accounts::emails_of(conn, account))
        .await?;
    for email in emails {
        let message = letter::write(english(), &email, &notice, &link)?;
        teller.mailer.send(&message).await?;
    }
    Ok(())
}
