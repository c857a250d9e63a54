//! The commands of the one binary.

mod check;
mod demo;
mod import;
mod keys;
mod migrate;
mod replay;
mod serve;
mod user;

use clap::{Parser, Subcommand};

/// An open-source lead exchange.
#[derive(Parser)]
#[command(name = "galena", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a market to look at, and serve it
    Demo(demo::Args),
    /// Serve the exchange
    Serve(serve::Args),
    /// Bring the database schema up to date
    Migrate(migrate::Args),
    /// Take in leads from a file for a seller
    Import(Box<import::Args>),
    /// Create users and reset passwords
    User(user::Args),
    /// Make, watch and change the keys that seal personal data
    Keys(keys::Args),
    /// Make decisions about leads again from what was kept of them
    Replay(replay::Args),
    /// Test every law of the ledger on the database; safe while it is in use
    Check(check::Args),
}

impl Cli {
    /// Runs the command to its end.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Demo(args) => demo::run(args),
            Command::Serve(args) => serve::run(args),
            Command::Migrate(args) => migrate::run(args),
            Command::Import(args) => import::run(*args),
            Command::User(args) => user::run(args),
            Command::Keys(args) => keys::run(args),
            Command::Replay(args) => replay::run(args),
            Command::Check(args) => check::run(args),
        }
    }
}
