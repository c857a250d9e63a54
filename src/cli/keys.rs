//! `galena keys`

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use clap::Subcommand;

use crate::access::Actor;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{ConfigArgs, make_key_file};
use crate::privacy::{self, keys};

/// Data keys of one table that are wrapped in one transaction.
const AT_ONCE: i64 = 200;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a new master key into a file
    New { file: PathBuf },
    /// Tell how many data keys lie under which master key
    Status(Options),
    /// Wrap every data key anew that lies under an old master key; safe while the database is in use
    Rewrap(Options),
    /// Begin to change the key of the contacts' hashes; the servers do the rest
    RotateIndex(Options),
}

#[derive(clap::Args)]
struct Options {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Options {
    fn open(self) -> anyhow::Result<App> {
        App::open(self.config.load()?, Clock::System)
    }
}

pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::New { file } => {
            make_key_file(&file)?;
            println!("{}", file.display());
        }
        Command::Status(options) => {
            let app = options.open()?;
            println!("sealing under {}", app.vault.master_key_id());
            for wrapped in app.db.read_blocking(keys::status)? {
                println!(
                    "{} {} {}",
                    wrapped.table, wrapped.master_key_id, wrapped.count
                );
            }
            app.db.close();
        }
        Command::Rewrap(options) => {
            let app = options.open()?;
            let mut done = 0;
            loop {
                let vault = Arc::clone(&app.vault);
                let moved = app
                    .db
                    .write_blocking(move |conn| keys::rewrap(conn, &vault, AT_ONCE))?;
                if moved == 0 {
                    break;
                }
                done += moved;
            }
            println!(
                "{done} data keys wrapped under {}",
                app.vault.master_key_id()
            );
            app.db.close();
        }
        Command::RotateIndex(options) => {
            let app = options.open()?;
            let (vault, now) = (Arc::clone(&app.vault), app.clock.now());
            let begun = app
                .db
                .write_blocking(move |conn| {
                    privacy::begin_index_key(conn, &vault, Actor::System, now)
                })
                .map_err(|error| anyhow!("{error}"))?;
            println!("{begun} takes over when every contact is hashed under it");
            app.db.close();
        }
    }
    Ok(())
}
