//! `galena check`

use anyhow::{anyhow, bail};

use crate::clock::Clock;
use crate::config::ConfigArgs;
use crate::db::{Db, SchemaState};
use crate::ledger::check;
use crate::text;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Tests every law on one view of the database, which may be in use; an error when one is broken.
pub fn run(args: Args) -> anyhow::Result<()> {
    let config = args.config.load()?;
    // Opening would make an empty one, of which every law holds.
    if config.database_url.is_missing() {
        bail!("there is no database at {}", config.database_url);
    }
    let db = Db::open(&config.database_url, 1)?;
    match db.schema_state()? {
        SchemaState::Current => {}
        SchemaState::Behind => bail!("the database schema is older; run `galena migrate` first"),
        SchemaState::Newer => bail!("the database schema is newer; use the newer galena"),
    }
    let now = Clock::System.now();
    let outcomes = db
        .snapshot_blocking(|conn| check::run(conn, now))
        .map_err(|error| anyhow!("the laws cannot be tested: {error}"))?;
    println!("{}", check::report(text::english(), &outcomes));
    db.close();
    let broken = outcomes.iter().filter(|outcome| !outcome.holds()).count();
    if broken > 0 {
        bail!("{broken} of {} laws are broken", outcomes.len());
    }
    Ok(())
}
