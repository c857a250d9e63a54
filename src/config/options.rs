//! What may be set, and where it is read from.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde::Deserialize;

use super::{Config, MASTER_KEY_VARIABLE};

macro_rules! options {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty, $variable:literal;)+) => {
        /// What may be set; the file bears the same names.
        #[derive(Clone, Default, clap::Args, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Options {$(
            $(#[doc = $doc])+
            #[arg(long, env = $variable, hide_env_values = true)]
            pub $name: Option<$type>,
        )+}

        impl Options {
            /// The environment variables of all options.
            pub const VARIABLES: &'static [&'static str] = &[$($variable),+];

            fn or(self, weaker: Self) -> Self {
                Self { $($name: self.$name.or(weaker.$name)),+ }
            }
        }
    };
}

options! {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    listen: String, "GALENA_LISTEN";
    /// Address of the site as people reach it; links in mails start with it [default: `http://` and the listen address]
    public_url: String, "GALENA_PUBLIC_URL";
    /// Folder for the database, the master key and mails kept as files [default: data]
    data: PathBuf, "GALENA_DATA";
    /// Database: `sqlite://path` or `postgres://user:password@host/name` [default: galena.db in the data folder]
    database_url: String, "GALENA_DATABASE_URL";
    /// Where mail goes: `smtp://user:password@host:port`, `smtps://..`, `file:///folder` or `off` [default: off]
    mail: String, "GALENA_MAIL";
    /// Sender of mails [default: Galena <galena@localhost>]
    mail_from: String, "GALENA_MAIL_FROM";
    /// Connections to PostgreSQL, or readers of SQLite [default: 8]
    db_connections: u32, "GALENA_DB_CONNECTIONS";
    /// Bring the schema up to date at start [default: true]
    migrate: bool, "GALENA_MIGRATE";
    /// File with the master key, 32 bytes in base64 [default: master.key in the data folder, made when missing]
    master_key_file: PathBuf, "GALENA_MASTER_KEY_FILE";
    /// Command whose output is the master key, such as one that asks a key service [default: none]
    master_key_command: String, "GALENA_MASTER_KEY_COMMAND";
    /// Files with master keys of before, separated by commas: they only open what they sealed [default: none]
    old_master_key_files: String, "GALENA_OLD_MASTER_KEY_FILES";
    /// Threads that answer requests [default: one a core]
    workers: usize, "GALENA_WORKERS";
    /// Networks of proxies whose X-Forwarded-For is believed: `10.0.0.0/8,::1/128` [default: none]
    trusted_proxies: String, "GALENA_TRUSTED_PROXIES";
    /// Hours after which an unused sign-in ends [default: 12]
    session_idle_hours: u32, "GALENA_SESSION_IDLE_HOURS";
    /// Days after which every sign-in ends [default: 30]
    session_days: u32, "GALENA_SESSION_DAYS";
    /// Tries to sign in per minute, by address and by e-mail [default: 10]
    signin_per_minute: u32, "GALENA_SIGNIN_PER_MINUTE";
    /// Page requests per second of one address [default: 100]
    pages_per_second: u32, "GALENA_PAGES_PER_SECOND";
    /// API requests per second of one key [default: 2000]
    api_per_second: u32, "GALENA_API_PER_SECOND";
    /// Pings per minute of one seller [default: 6000]
    pings_per_minute: u32, "GALENA_PINGS_PER_MINUTE";
    /// Token that opens /metrics to others than this machine [default: none]
    metrics_token: String, "GALENA_METRICS_TOKEN";
    /// What is logged, as a tracing filter [default: info]
    log: String, "GALENA_LOG";
    /// How it is logged: text or json [default: text]
    log_format: String, "GALENA_LOG_FORMAT";
    /// Whether webhooks may go to private addresses and by http: for tests and closed networks [default: false]
    webhooks_anywhere: bool, "GALENA_WEBHOOKS_ANYWHERE";
    /// Address that phone numbers are looked up at: `POST {"value": "+371.."}` [default: none]
    phone_lookup_url: String, "GALENA_PHONE_LOOKUP_URL";
    /// Its bearer token
    phone_lookup_key: String, "GALENA_PHONE_LOOKUP_KEY";
    /// Address that mailboxes are looked up at: `POST {"value": "name@example.com"}` [default: none]
    mailbox_lookup_url: String, "GALENA_MAILBOX_LOOKUP_URL";
    /// Its bearer token
    mailbox_lookup_key: String, "GALENA_MAILBOX_LOOKUP_KEY";
    /// Address that text messages are sent by: `POST {"to": "+371..", "text": ".."}` [default: none]
    sms_url: String, "GALENA_SMS_URL";
    /// Its bearer token
    sms_key: String, "GALENA_SMS_KEY";
    /// Whether mail domains are looked up: `off`, `system`, or the address and port of a name server [default: off]
    dns: String, "GALENA_DNS";
    /// How requests are found that take a lead: `index`, or `scan` for comparing with [default: index]
    matching: String, "GALENA_MATCHING";
    /// Milliseconds that a look-up may take; then the lead goes on without it [default: 3000]
    lookup_timeout_ms: u32, "GALENA_LOOKUP_TIMEOUT_MS";
    /// Seconds that requests in flight have at shutdown [default: 30]
    shutdown_seconds: u64, "GALENA_SHUTDOWN_SECONDS";
    /// Name of the account that payouts are made from, as its bank has it [default: none, and no SEPA files]
    payout_name: String, "GALENA_PAYOUT_NAME";
    /// IBAN of that account
    payout_iban: String, "GALENA_PAYOUT_IBAN";
    /// BIC of its bank [default: none]
    payout_bic: String, "GALENA_PAYOUT_BIC";
}

/// The options of every command that opens the database.
#[derive(Clone, Default, clap::Args)]
pub struct ConfigArgs {
    /// TOML file with any of these options by their names, `database_url = "..."`
    #[arg(long, env = "GALENA_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub options: Options,
}

impl ConfigArgs {
    /// Reads the file, if one is named, and checks everything.
    pub fn load(self) -> anyhow::Result<Config> {
        refuse_unknown_variables(std::env::vars().map(|(name, _)| name))?;
        let file = match &self.config {
            Some(path) => read_file(path)?,
            None => Options::default(),
        };
        Config::try_from(self.options.or(file))
    }
}

fn read_file(path: &Path) -> anyhow::Result<Options> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
    // The parser's own message quotes the line, which may hold a password.
    toml::from_str(&text).map_err(|error| {
        anyhow!(
            "the configuration file {} is wrong: {}",
            path.display(),
            error.message()
        )
    })
}

fn refuse_unknown_variables(names: impl Iterator<Item = String>) -> anyhow::Result<()> {
    for name in names.filter(|name| name.starts_with("GALENA_")) {
        let known = name == MASTER_KEY_VARIABLE
            || name == "GALENA_CONFIG"
            || Options::VARIABLES.contains(&name.as_str());
        if !known {
            bail!("{name} is not an option of galena; .env.sample lists them all");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_unknown_names_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("galena.toml");
        std::fs::write(&path, "listn = \"127.0.0.1:1\"\n").unwrap();
        let error = read_file(&path).err().unwrap().to_string();
        assert!(error.contains("listn"), "{error}");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\n").unwrap();
        assert_eq!(
            read_file(&path).unwrap().listen.as_deref(),
            Some("127.0.0.1:1")
        );
    }

    #[test]
    fn variables_that_nobody_reads_are_refused() {
        let names = |name: &str| std::iter::once(name.to_owned());
        assert!(refuse_unknown_variables(names("GALENA_LISTN")).is_err());
        assert!(refuse_unknown_variables(names("GALENA_LISTEN")).is_ok());
        assert!(refuse_unknown_variables(names("PATH")).is_ok());
    }

    #[test]
    fn the_sample_lists_every_option_once() {
        let sample = include_str!("../../.env.sample");
        for variable in Options::VARIABLES
            .iter()
            .chain(&["GALENA_CONFIG", MASTER_KEY_VARIABLE])
        {
            let lines = sample
                .lines()
                .filter(|line| line.trim_start_matches('#').split('=').next() == Some(*variable))
                .count();
            assert_eq!(lines, 1, "{variable}");
        }
    }
}
