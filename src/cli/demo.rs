//! `galena demo`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::app::{App, serve, start_logs};
use crate::clock::Clock;
use crate::config::{Config, Options};
use crate::demo::{DEBTOR, LEADS, Maker, SignIn};

/// What tells a demo's folder from a real one.
const SIGN_INS: &str = "demo-sign-ins.txt";

#[derive(clap::Args)]
pub struct Args {
    /// Folder of the demo
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Throw the folder's demo away and make it anew
    #[arg(long)]
    fresh: bool,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    if args.fresh {
        throw_away(&args.data)?;
    }
    let (payout_name, payout_iban, payout_bic) = DEBTOR;
    let config = Config::try_from(Options {
        listen: Some(args.listen),
        mail: Some(format!("file://{}", args.data.join("mail").display())),
        log: Some("warn".to_owned()),
        database_url: Some(format!(
            "sqlite://{}",
            args.data.join("galena.db").display()
        )),
        data: Some(args.data.clone()),
        payout_name: Some(payout_name.to_owned()),
        payout_iban: Some(payout_iban.to_owned()),
        payout_bic: Some(payout_bic.to_owned()),
        ..Options::default()
    })?;
    start_logs(&config)?;
    let listener = super::serve::listen(config.listen)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Runtime::new().context("the async runtime cannot be started")?;
    let app = App::open(config, Clock::System)?;
    let file = args.data.join(SIGN_INS);
    if !file.exists() {
        let sign_ins = make(&app)?;
        std::fs::write(&file, shown(&sign_ins))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    println!("address=http://{address}");
    print!("{}", std::fs::read_to_string(&file)?);
    runtime.block_on(serve(app, listener))
}

/// Removes a folder, if it is one that a demo made.
fn throw_away(data: &Path) -> anyhow::Result<()> {
    if !data.exists() {
        return Ok(());
    }
    if !data.join(SIGN_INS).exists() {
        bail!(
            "{} was not made by a demo; it is left alone",
            data.display()
        );
    }
    std::fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))
}

fn make(app: &App) -> anyhow::Result<Vec<SignIn>> {
    let bar = ProgressBar::new(u64::try_from(LEADS)?);
    bar.set_style(ProgressStyle::with_template(
        "making the market {bar:40} {pos}/{len} leads",
    )?);
    let maker = Maker {
        db: &app.db,
        vault: &app.vault,
        exchange: &app.exchange,
        verifier: &app.verifier,
        now: app.clock.now(),
    };
    let sign_ins = maker.make(|done| bar.set_position(u64::try_from(done).unwrap_or(0)))?;
    bar.finish_and_clear();
    Ok(sign_ins)
}

/// Lines that a person and a script can read.
fn shown(sign_ins: &[SignIn]) -> String {
    sign_ins.iter().fold(String::new(), |mut text, one| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}.email={}", one.side, one.email);
        let _ = writeln!(text, "{}.password={}", one.side, one.password);
        let _ = writeln!(text, "{}.api_key={}", one.side, one.api_key);
        text
    })
}
