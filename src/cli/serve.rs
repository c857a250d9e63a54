//! `galena serve`

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context as _, anyhow};

use crate::app::{App, serve, start_logs};
use crate::clock::Clock;
use crate::config::ConfigArgs;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let config = args.config.load()?;
    start_logs(&config)?;
    let listener = listen(config.listen)?;
    let runtime = tokio::runtime::Runtime::new().context("the async runtime cannot be started")?;
    let app = App::open(config, Clock::System)?;
    runtime.block_on(serve(app, listener))
}

/// Binds an address, saying clearly what is in the way.
pub fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow!(
            "port {} of {} is in use by another program; stop it, or choose another with --listen",
            address.port(),
            address.ip()
        ),
        std::io::ErrorKind::PermissionDenied => anyhow!(
            "port {} may not be opened by this user; choose one above 1023 with --listen",
            address.port()
        ),
        _ => anyhow!("cannot listen on {address}: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named() {
        let taken = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = taken.local_addr().unwrap();
        let error = listen(address).unwrap_err().to_string();
        assert!(
            error.contains(&format!("port {}", address.port())),
            "{error}"
        );
    }
}
