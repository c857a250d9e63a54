//! From options to the configuration: everything wrong is told at once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use secrecy::SecretString;
use url::Url;

use super::{Config, Debtor, Dns, Matching, Network, Options, Service};
use crate::bank;
use crate::clock::{DAY, HOUR};
use crate::db::DatabaseUrl;
use crate::mail::MailTarget;
use crate::outbound::Reach;

const LISTEN: &str = "127.0.0.1:8080";
const MIN_TOKEN_CHARACTERS: usize = 16;
const MAX_RATE: u32 = 1_000_000;

/// Everything that is wrong, so that it can be mended at one go.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    /// The value; when it is wrong, that is noted and `stand_in` lets the check go on.
    fn keep<T, E: std::fmt::Display>(
        &mut self,
        option: &str,
        outcome: Result<T, E>,
        stand_in: impl FnOnce() -> T,
    ) -> T {
        outcome.unwrap_or_else(|error| {
            self.0.push(format!("{option}: {error}"));
            stand_in()
        })
    }

    fn within(
        &mut self,
        option: &str,
        value: Option<u32>,
        default: u32,
        from: u32,
        to: u32,
    ) -> u32 {
        let value = value.unwrap_or(default);
        if value < from || value > to {
            self.0.push(format!(
                "{option}: must be from {from} to {to}, not {value}"
            ));
        }
        value
    }

    fn service(
        &mut self,
        option: &str,
        url: Option<String>,
        key: Option<String>,
    ) -> Option<Service> {
        let url = url.filter(|url| !url.trim().is_empty())?;
        let checked = Reach::Any.parse(&url).map(|_| url);
        Some(Service {
            url: self.keep(option, checked, String::new),
            key: key.map(SecretString::from),
        })
    }

    /// How often something may happen.
    fn rate(&mut self, name: &str, option: Option<u32>, default: u32) -> u32 {
        self.within(name, option, default, 1, MAX_RATE)
    }

    fn matching(&mut self, option: Option<&str>) -> Matching {
        let named = option.unwrap_or(Matching::Index.as_str()).parse();
        self.keep("matching", named, || Matching::Index)
    }

    fn refuse_if(&mut self, is_wrong: bool, problem: &str) {
        if is_wrong {
            self.0.push(problem.to_owned());
        }
    }

    fn told(self) -> anyhow::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        bail!("the configuration is wrong:\n  {}", self.0.join("\n  "))
    }
}

/// Paths with commas between them.
fn paths(text: Option<&str>) -> Vec<PathBuf> {
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .collect()
}

const fn reach(anywhere: Option<bool>) -> Reach {
    if matches!(anywhere, Some(true)) {
        Reach::Any
    } else {
        Reach::Public
    }
}

impl TryFrom<Options> for Config {
    type Error = anyhow::Error;

    fn try_from(options: Options) -> anyhow::Result<Self> {
        let mut wrong = Problems::default();
        let (listen, public_url) = addresses(&mut wrong, &options);
        let debtor = debtor(&mut wrong, &options);
        let data = options.data.unwrap_or_else(|| PathBuf::from("data"));
        let own_file = || DatabaseUrl::sqlite(data.join("galena.db"));
        let database_url = match &options.database_url {
            Some(text) => wrong.keep("database_url", text.parse(), own_file),
            None => own_file(),
        };
        let proxies = options.trusted_proxies.unwrap_or_default();
        let mail = options.mail.as_deref().unwrap_or("off").parse();
        let short = |token: &String| token.len() < MIN_TOKEN_CHARACTERS;
        wrong.refuse_if(
            options.metrics_token.as_ref().is_some_and(short),
            "metrics_token: must have 16 characters or more",
        );
        wrong.refuse_if(options.workers == Some(0), "workers: must be 1 or more");
        let config = Self {
            listen,
            public_url,
            database_url,
            mail: wrong.keep("mail", mail, || MailTarget::Off),
            mail_from: options
                .mail_from
                .unwrap_or_else(|| "Galena <galena@localhost>".to_owned()),
            db_connections: wrong.within("db_connections", options.db_connections, 8, 1, 1_000),
            migrate: options.migrate.unwrap_or(true),
            master_key_file: options.master_key_file,
            master_key_command: options.master_key_command,
            old_master_key_files: paths(options.old_master_key_files.as_deref()),
            workers: options.workers,
            trusted_proxies: wrong.keep("trusted_proxies", Network::list(&proxies), Vec::new),
            session_idle: HOUR
                * i64::from(wrong.within(
                    "session_idle_hours",
                    options.session_idle_hours,
                    12,
                    1,
                    8_760,
                )),
            session_max: DAY
                * i64::from(wrong.within("session_days", options.session_days, 30, 1, 365)),
            signin_per_minute: wrong.rate("signin_per_minute", options.signin_per_minute, 10),
            pages_per_second: wrong.rate("pages_per_second", options.pages_per_second, 100),
            api_per_second: wrong.rate("api_per_second", options.api_per_second, 2_000),
            pings_per_minute: wrong.rate("pings_per_minute", options.pings_per_minute, 6_000),
            metrics_token: options.metrics_token.map(SecretString::from),
            log: options.log.unwrap_or_else(|| "info".to_owned()),
            log_as_json: wrong.keep("log_format", is_json(options.log_format.as_deref()), || {
                false
            }),
            phone_lookup: wrong.service(
                "phone_lookup_url",
                options.phone_lookup_url,
                options.phone_lookup_key,
            ),
            mailbox_lookup: wrong.service(
                "mailbox_lookup_url",
                options.mailbox_lookup_url,
                options.mailbox_lookup_key,
            ),
            sms: wrong.service("sms_url", options.sms_url, options.sms_key),
            lookup_timeout: Duration::from_millis(u64::from(wrong.within(
                "lookup_timeout_ms",
                options.lookup_timeout_ms,
                3_000,
                10,
                15_000,
            ))),
            matching: wrong.matching(options.matching.as_deref()),
            dns: wrong.keep(
                "dns",
                options.dns.as_deref().unwrap_or("off").parse(),
                || Dns::Off,
            ),
            debtor,
            reach: reach(options.webhooks_anywhere),
            shutdown_seconds: options.shutdown_seconds.unwrap_or(30),
            data,
        };
        wrong.told()?;
        Ok(config)
    }
}

fn addresses(wrong: &mut Problems, options: &Options) -> (SocketAddr, String) {
    let text = options.listen.as_deref().unwrap_or(LISTEN);
    let listen = wrong.keep(
        "listen",
        text.parse()
            .map_err(|_| format!("expected an address and a port such as {LISTEN}, not {text:?}")),
        || SocketAddr::from(([127, 0, 0, 1], 8080)),
    );
    let public = options
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{listen}"));
    let public_url = wrong.keep("public_url", web_address(&public), String::new);
    (listen, public_url)
}

/// The account to pay from: a name and an IBAN, or nothing of it.
fn debtor(wrong: &mut Problems, options: &Options) -> Option<Debtor> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let (name, iban) = (filled(&options.payout_name), filled(&options.payout_iban));
    let bic = filled(&options.payout_bic);
    if name.is_none() && iban.is_none() && bic.is_none() {
        return None;
    }
    wrong.refuse_if(
        name.is_none() || iban.is_none(),
        "payout_name, payout_iban: set both, or neither and no payout_bic",
    );
    wrong.refuse_if(
        name.as_ref().is_some_and(|name| name.chars().count() > 70),
        "payout_name: must have 70 characters or fewer",
    );
    let iban = iban.map(|text| {
        let read = bank::iban(&text)
            .ok_or_else(|| format!("expected an IBAN such as {}", bank::IBAN_EXAMPLE));
        wrong.keep("payout_iban", read, String::new)
    });
    let bic = bic.map(|text| {
        let read = bank::bic(&text).ok_or("expected a BIC such as HABALV22");
        wrong.keep("payout_bic", read, String::new)
    });
    let (name, iban) = name.zip(iban)?;
    Some(Debtor { name, iban, bic })
}

fn is_json(format: Option<&str>) -> Result<bool, String> {
    match format {
        None | Some("text") => Ok(false),
        Some("json") => Ok(true),
        Some(other) => Err(format!("expected text or json, not {other:?}")),
    }
}

/// An address without a slash at its end.
fn web_address(text: &str) -> Result<String, String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .map(|url| url.as_str().trim_end_matches('/').to_owned())
        .ok_or_else(|| {
            format!("expected an address such as https://leads.example.com, not {text:?}")
        })
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
            payout_iban: Some("LV81 BANK 0000 4351 9500 1".to_owned()),
            ..Options::default()
        })
        .err()
        .unwrap()
        .to_string();
        for part in [
            "listen: expected",
            "database_url: the database URL must start",
            "session_days: must be",
            "payout_name, payout_iban: set both",
            "payout_iban: expected an IBAN",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }
}
