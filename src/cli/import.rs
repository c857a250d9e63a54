//! `galena import`: leads from a file on disk, line by line, taken up again where it was broken off.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::access::AccountKind;
use crate::accounts::{self, AccountState};
use crate::app::App;
use crate::clock::Clock;
use crate::config::ConfigArgs;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::AccountId;
use crate::leads::import::{
    self, Charset, Defaults, FileSource, Import, Importer, MAX_FILE_BYTES, Progress,
};
use crate::verticals::{self, Vertical};

#[derive(clap::Args)]
pub struct Args {
    /// The file: CSV with a line of column names
    file: PathBuf,
    /// The seller: an account id, or the e-mail address of one of its users
    #[arg(long)]
    seller: String,
    /// The key of the vertical, such as eyewear
    #[arg(long)]
    vertical: String,
    /// The words that the people agreed to
    #[arg(long)]
    consent_text: Option<String>,
    /// The version of those words
    #[arg(long)]
    consent_version: Option<String>,
    /// The page on which they agreed
    #[arg(long)]
    consent_page: Option<String>,
    /// When they agreed, for lines without a time of their own
    #[arg(long)]
    consent_given_at: Option<String>,
    /// What they asked for, for lines that do not say
    #[arg(long)]
    interest: Option<String>,
    /// Their country, for lines that do not say
    #[arg(long)]
    country: Option<String>,
    /// The least that a copy is sold for, such as 20.00
    #[arg(long)]
    ask: Option<String>,
    /// The currency of the ask price, three letters
    #[arg(long)]
    currency: Option<String>,
    /// How many buyers may get each lead
    #[arg(long)]
    copies: Option<u8>,
    /// seed, net or spear
    #[arg(long)]
    channel: Option<String>,
    /// The encoding, when the file is not UTF-8 or UTF-16: windows-1250, windows-1251 or windows-1257
    #[arg(long)]
    charset: Option<Charset>,
    /// Any other field for lines that do not say: `attributes.looking_for=sunglasses`
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// What a column means: "Your mail=contact.email"; an empty field leaves the column out
    #[arg(long = "map", value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    #[command(flatten)]
    config: ConfigArgs,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let source = FileSource::Path(args.file.clone());
    let bytes = std::fs::metadata(&args.file)
        .with_context(|| format!("cannot read {}", args.file.display()))?
        .len();
    if bytes > MAX_FILE_BYTES {
        bail!("the file is too large: at most {MAX_FILE_BYTES} bytes");
    }
    let layout = import::inspect(&source, args.charset).map_err(told)?;
    let app = App::open(args.config.clone().load()?, Clock::System)?;
    let now = app.clock.now();
    let (wanted, key) = (args.seller.clone(), args.vertical.clone());
    let (seller, vertical) = app
        .db
        .read_blocking(|conn| Ok((seller(conn, &wanted)?, verticals::by_key(conn, &key)?)))
        .map_err(|error| {
            if error.has_code(Code::NotFound) {
                anyhow!("no such seller or vertical: {wanted}, {key}")
            } else {
                told(error)
            }
        })?;
    let name = args
        .file
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut new = Import::new(&app.vault, seller, &vertical, &name, &layout, now);
    new.mapping.fingerprint = Some(import::fingerprint(&app.vault, &source).map_err(told)?);
    new.defaults = defaults(&args, &vertical)?;
    apply_map(&mut new, &layout.header, &args.map, &vertical)?;
    let errors = import::check(&new.mapping.columns, &new.defaults, &vertical);
    if !errors.is_empty() {
        bail!(
            "the file lacks what a lead needs:\n{}",
            errors.iter().map(sentence).collect::<Vec<_>>().join("\n")
        );
    }
    let begun = app
        .db
        .write_blocking(move |conn| import::begin_local(conn, &new, now))
        .map_err(told)?;
    take_in(&app, &begun, source)
}

fn take_in(app: &App, begun: &Import, source: FileSource) -> anyhow::Result<()> {
    if begun.lines_done > 0 {
        println!("taken up again after {} lines", begun.lines_done);
    }
    let bar = progress_bar(begun)?;
    let importer = Importer {
        db: app.db.clone(),
        clock: app.clock.clone(),
        vault: Arc::clone(&app.vault),
        exchange: Arc::clone(&app.exchange),
        verifier: Arc::clone(&app.verifier),
    };
    let report = |progress: &Progress| {
        for line in &progress.refused {
            let reasons: Vec<String> = line.errors.iter().map(sentence).collect();
            bar.suspend(|| println!("line {}: {}", line.number, reasons.join("; ")));
        }
        bar.set_position(u64::try_from(progress.lines_done).unwrap_or(0));
    };
    let runtime = tokio::runtime::Runtime::new().context("the async runtime cannot be started")?;
    let outcome = runtime.block_on(importer.run(begun, source, i64::MAX, report));
    bar.finish_and_clear();
    outcome.map_err(told)?;
    let (id, owner) = (begun.id, begun.seller_id);
    let ended = app
        .db
        .read_blocking(|conn| import::find(conn, owner, id))
        .map_err(told)?;
    println!(
        "import={} lines={} accepted={} refused={}",
        ended.id, ended.lines_done, ended.accepted, ended.refused
    );
    runtime.block_on(app.stop());
    Ok(())
}

fn progress_bar(begun: &Import) -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(u64::try_from(begun.line_count).unwrap_or(0));
    bar.set_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} lines, {per_sec}, {eta} left",
    )?);
    bar.set_position(u64::try_from(begun.lines_done).unwrap_or(0));
    Ok(bar)
}

fn seller(conn: &mut Conn, wanted: &str) -> Result<AccountId> {
    let id = match wanted.parse() {
        Ok(id) => id,
        Err(_) => accounts::account_of(conn, &wanted.to_lowercase())?
            .ok_or_else(|| Error::refused(Code::NotFound))?,
    };
    let account = accounts::account(conn, id)?;
    if account.kind != AccountKind::Seller {
        return Err(Error::refused(Code::NotFound));
    }
    if account.state != AccountState::Approved {
        return Err(Error::refused(Code::AccountNotApproved));
    }
    Ok(id)
}

fn defaults(args: &Args, vertical: &Vertical) -> anyhow::Result<Defaults> {
    let given = [
        ("consent.text", &args.consent_text),
        ("consent.version", &args.consent_version),
        ("consent.page_url", &args.consent_page),
        ("consent.given_at", &args.consent_given_at),
        ("interest", &args.interest),
        ("attributes.country", &args.country),
        ("ask.amount", &args.ask),
        ("ask.currency", &args.currency),
        ("copies", &args.copies.map(|copies| copies.to_string())),
        ("origin.channel", &args.channel),
    ];
    let mut defaults: Defaults = given
        .into_iter()
        .filter_map(|(target, text)| Some((target.to_owned(), text.clone()?)))
        .collect();
    for pair in &args.set {
        let (target, text) = pair
            .split_once('=')
            .ok_or_else(|| anyhow!("--set takes FIELD=VALUE, not {pair:?}"))?;
        if !import::is_default(target, vertical) {
            bail!("--set cannot set {target}");
        }
        defaults.insert(target.to_owned(), text.to_owned());
    }
    Ok(defaults)
}

fn apply_map(
    import: &mut Import,
    header: &[String],
    map: &[String],
    vertical: &Vertical,
) -> anyhow::Result<()> {
    for pair in map {
        let (column, target) = pair
            .rsplit_once('=')
            .ok_or_else(|| anyhow!("--map takes COLUMN=FIELD, not {pair:?}"))?;
        let index = header
            .iter()
            .position(|name| name == column)
            .ok_or_else(|| {
                anyhow!(
                    "the file has no column {column:?}; it has: {}",
                    header.join(", ")
                )
            })?;
        if !target.is_empty() && !import::is_target(target, vertical) {
            let known = import::targets(vertical).join(", ");
            bail!("--map knows no field {target:?}; it knows: {known}");
        }
        let target = Some(target.to_owned()).filter(|target| !target.is_empty());
        if let Some(slot) = import.mapping.columns.get_mut(index) {
            *slot = target;
        }
    }
    Ok(())
}

fn sentence(error: &FieldError) -> String {
    let shown = error.json();
    format!(
        "{} {} ({}; accepted: {})",
        shown.field, shown.message, shown.code, shown.accepted
    )
}

fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(refusal) if !refusal.fields.is_empty() => {
            let fields: Vec<String> = refusal.fields.iter().map(sentence).collect();
            anyhow!(fields.join("; "))
        }
        other => anyhow!(other),
    }
}
