//! `galena migrate`

use crate::config::ConfigArgs;
use crate::db::Db;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let config = args.config.load()?;
    config.make_data_folder()?;
    let db = Db::open(&config.database_url, 1)?;
    let done = db.migrate()?;
    for name in &done {
        println!("{name}");
    }
    println!("{} migrations run on {}", done.len(), config.database_url);
    db.close();
    Ok(())
}
