//! Structured logs on standard error; SQL, bodies and query strings are never logged.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// Starts logging as configured; once a process.
pub fn start_logs(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).with_context(|| {
        format!(
            "log: {:?} is not a tracing filter such as info,galena=debug",
            config.log
        )
    })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = if config.log_as_json {
        logs.json().try_init()
    } else {
        logs.try_init()
    };
    started.map_err(|error| anyhow::anyhow!("logs cannot be started: {error}"))
}
