//! Configuration: options, then environment and `.env`, then a TOML file, then defaults; checked as a whole at start.

mod network;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

pub use network::Network;

use crate::clock::{DAY, HOUR};
use crate::db::DatabaseUrl;
use crate::mail::MailTarget;
use crate::vault::MasterKey;

/// The variable that carries the master key itself; there is no option for it, since options are seen by other users.
pub const MASTER_KEY_VARIABLE: &str = "GALENA_MASTER_KEY";

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
    /// Token that opens /metrics to others than this machine [default: none]
    metrics_token: String, "GALENA_METRICS_TOKEN";
    /// What is logged, as a tracing filter [default: info]
    log: String, "GALENA_LOG";
    /// How it is logged: text or json [default: text]
    log_format: String, "GALENA_LOG_FORMAT";
    /// Seconds that requests in flight have at shutdown [default: 30]
    shutdown_seconds: u64, "GALENA_SHUTDOWN_SECONDS";
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

/// The checked configuration.
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Url,
    pub data: PathBuf,
    pub database_url: DatabaseUrl,
    pub mail: MailTarget,
    pub mail_from: String,
    pub db_connections: u32,
    pub migrate: bool,
    pub master_key_file: Option<PathBuf>,
    pub workers: Option<usize>,
    pub trusted_proxies: Vec<Network>,
    /// Microseconds.
    pub session_idle: i64,
    /// Microseconds.
    pub session_max: i64,
    pub signin_per_minute: u32,
    pub pages_per_second: u32,
    pub api_per_second: u32,
    pub metrics_token: Option<SecretString>,
    pub log: String,
    pub log_as_json: bool,
    pub shutdown_seconds: u64,
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

/// Collects everything that is wrong, so that it can be mended at one go.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn keep<T, E: std::fmt::Display>(&mut self, option: &str, outcome: Result<T, E>) -> Option<T> {
        outcome
            .map_err(|error| self.0.push(format!("{option}: {error}")))
            .ok()
    }

    fn within<T: PartialOrd + std::fmt::Display>(
        &mut self,
        option: &str,
        value: T,
        from: T,
        to: T,
    ) -> T {
        if value < from || value > to {
            self.0.push(format!(
                "{option}: must be from {from} to {to}, not {value}"
            ));
        }
        value
    }
}

impl TryFrom<Options> for Config {
    type Error = anyhow::Error;

    fn try_from(options: Options) -> anyhow::Result<Self> {
        let mut wrong = Problems::default();
        let listen_text = options
            .listen
            .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen: Option<SocketAddr> = wrong.keep(
            "listen",
            listen_text.parse().map_err(|_| {
                format!(
                    "expected an address and a port such as 127.0.0.1:8080, not {listen_text:?}"
                )
            }),
        );
        let public_text = options
            .public_url
            .unwrap_or_else(|| format!("http://{listen_text}"));
        let public_url = wrong.keep("public_url", web_address(&public_text));
        let data = options.data.unwrap_or_else(|| PathBuf::from("data"));
        let database_url = match &options.database_url {
            Some(text) => wrong.keep("database_url", text.parse()),
            None => Some(DatabaseUrl::sqlite(data.join("galena.db"))),
        };
        let trusted_proxies = wrong.keep(
            "trusted_proxies",
            Network::list(&options.trusted_proxies.unwrap_or_default()),
        );
        let mail = wrong.keep("mail", options.mail.as_deref().unwrap_or("off").parse());
        let mail_from = options
            .mail_from
            .unwrap_or_else(|| "Galena <galena@localhost>".to_owned());
        let log_as_json = wrong.keep(
            "log_format",
            match options.log_format.as_deref() {
                None | Some("text") => Ok(false),
                Some("json") => Ok(true),
                Some(other) => Err(format!("expected text or json, not {other:?}")),
            },
        );
        let db_connections = wrong.within(
            "db_connections",
            options.db_connections.unwrap_or(8),
            1,
            1_000,
        );
        let idle = wrong.within(
            "session_idle_hours",
            options.session_idle_hours.unwrap_or(12),
            1,
            24 * 365,
        );
        let days = wrong.within("session_days", options.session_days.unwrap_or(30), 1, 365);
        let signin = wrong.within(
            "signin_per_minute",
            options.signin_per_minute.unwrap_or(10),
            1,
            1_000_000,
        );
        let pages = wrong.within(
            "pages_per_second",
            options.pages_per_second.unwrap_or(100),
            1,
            1_000_000,
        );
        let api = wrong.within(
            "api_per_second",
            options.api_per_second.unwrap_or(2_000),
            1,
            1_000_000,
        );
        if options
            .metrics_token
            .as_ref()
            .is_some_and(|token| token.len() < 16)
        {
            wrong
                .0
                .push("metrics_token: must have 16 characters or more".to_owned());
        }
        if options.workers == Some(0) {
            wrong.0.push("workers: must be 1 or more".to_owned());
        }
        let (
            Some(listen),
            Some(public_url),
            Some(database_url),
            Some(trusted_proxies),
            Some(log_as_json),
            Some(mail),
            true,
        ) = (
            listen,
            public_url,
            database_url,
            trusted_proxies,
            log_as_json,
            mail,
            wrong.0.is_empty(),
        )
        else {
            bail!("the configuration is wrong:\n  {}", wrong.0.join("\n  "));
        };
        Ok(Self {
            listen,
            public_url,
            data,
            database_url,
            mail,
            mail_from,
            db_connections,
            migrate: options.migrate.unwrap_or(true),
            master_key_file: options.master_key_file,
            workers: options.workers,
            trusted_proxies,
            session_idle: i64::from(idle) * HOUR,
            session_max: i64::from(days) * DAY,
            signin_per_minute: signin,
            pages_per_second: pages,
            api_per_second: api,
            metrics_token: options.metrics_token.map(SecretString::from),
            log: options.log.unwrap_or_else(|| "info".to_owned()),
            log_as_json,
            shutdown_seconds: options.shutdown_seconds.unwrap_or(30),
        })
    }
}

fn web_address(text: &str) -> Result<Url, String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| {
            format!("expected an address such as https://leads.example.com, not {text:?}")
        })
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

    /// The master key: from the environment, the named file, or the data folder, where it is made when missing.
    pub fn master_key(&self) -> anyhow::Result<MasterKey> {
        if let Ok(text) = std::env::var(MASTER_KEY_VARIABLE) {
            return MasterKey::from_base64(&text).context(MASTER_KEY_VARIABLE);
        }
        if let Some(path) = &self.master_key_file {
            return read_key(path);
        }
        let path = self.data.join("master.key");
        if path.exists() {
            return read_key(&path);
        }
        self.make_data_folder()?;
        let key = MasterKey::generate()?;
        write_key(&path, &key)?;
        Ok(key)
    }
}

fn read_key(path: &Path) -> anyhow::Result<MasterKey> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the master key file {}", path.display()))?;
    MasterKey::from_base64(&text).with_context(|| path.display().to_string())
}

fn write_key(path: &Path, key: &MasterKey) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.open(path)
        .and_then(|mut file| {
            writeln!(file, "{}", key.to_base64())?;
            file.sync_all()
        })
        .with_context(|| format!("cannot write the master key file {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_said_at_once() {
        let error = Config::try_from(Options {
            listen: Some("here".to_owned()),
            database_url: Some("postgre://x".to_owned()),
            session_days: Some(0),
            ..Options::default()
        })
        .err()
        .unwrap()
        .to_string();
        for part in [
            "listen: expected",
            "database_url: the database URL must start",
            "session_days: must be",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }

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
        let sample = include_str!("../.env.sample");
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

    #[test]
    fn the_master_key_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::try_from(Options {
            data: Some(folder.path().join("data")),
            ..Options::default()
        })
        .unwrap();
        let first = config.master_key().unwrap().to_base64();
        assert_eq!(config.master_key().unwrap().to_base64(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(config.data.join("master.key"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
