//! Configuration: options, then environment and `.env`, then a TOML file, then defaults; checked as a whole at start.

mod check;
mod dns;
mod key;
mod network;
mod options;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::SecretString;

pub use dns::Dns;
pub use key::make_key_file;
pub use network::Network;
pub use options::{ConfigArgs, Options};

use crate::db::DatabaseUrl;
use crate::db::types::text_enum;
use crate::mail::MailTarget;
use crate::outbound::Reach;

/// The variable that carries the master key itself; there is no option for it, since options are seen by other users.
pub const MASTER_KEY_VARIABLE: &str = "GALENA_MASTER_KEY";

text_enum! {
    /// How the requests are found that take a lead.
    pub enum Matching {
        /// By the anchor index.
        Index = "index",
        /// By looking at each: slow, for comparing with.
        Scan = "scan",
    }
}

/// The checked configuration.
pub struct Config {
    pub listen: SocketAddr,
    /// Without a slash at its end.
    pub public_url: String,
    pub data: PathBuf,
    pub database_url: DatabaseUrl,
    pub mail: MailTarget,
    pub mail_from: String,
    pub db_connections: u32,
    pub migrate: bool,
    pub master_key_file: Option<PathBuf>,
    /// Its output is the master key.
    pub master_key_command: Option<String>,
    pub old_master_key_files: Vec<PathBuf>,
    pub workers: Option<usize>,
    pub trusted_proxies: Vec<Network>,
    /// Microseconds.
    pub session_idle: i64,
    /// Microseconds.
    pub session_max: i64,
    pub signin_per_minute: u32,
    pub pages_per_second: u32,
    pub api_per_second: u32,
    pub pings_per_minute: u32,
    pub metrics_token: Option<SecretString>,
    pub log: String,
    pub log_as_json: bool,
    /// Where webhooks may go.
    pub reach: Reach,
    pub shutdown_seconds: u64,
    /// Who is asked about phone numbers, about mailboxes, and who sends text messages.
    pub phone_lookup: Option<Service>,
    pub mailbox_lookup: Option<Service>,
    pub sms: Option<Service>,
    /// How long one of them may take.
    pub lookup_timeout: Duration,
    /// Who is asked about the domains of addresses.
    pub dns: Dns,
    pub matching: Matching,
    /// The exchange's own account; without one there are no SEPA transfers.
    pub debtor: Option<Debtor>,
}

/// A service of others, called by HTTP; the operator names it, so that it may stand in its own network.
#[derive(Debug, Clone)]
pub struct Service {
    pub url: String,
    /// Sent as a bearer token.
    pub key: Option<SecretString>,
}

/// The account that the exchange pays from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debtor {
    pub name: String,
    /// Without spaces.
    pub iban: String,
    pub bic: Option<String>,
}

impl Config {
    /// Makes the data folder, readable by its owner only, unless it is there.
    pub fn make_data_folder(&self) -> anyhow::Result<()> {
        if self.data.is_dir() {
            return Ok(());
        }
        let mut folder = std::fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder
            .create(&self.data)
            .with_context(|| format!("cannot make the data folder {}", self.data.display()))
    }
}
