//! `galena replay`

use std::sync::Arc;

use anyhow::{anyhow, bail};

use crate::app::App;
use crate::clock::Clock;
use crate::config::ConfigArgs;
use crate::db::Conn;
use crate::error::Result;
use crate::id::DecisionId;
use crate::matching::decisions::{self, Decision, Verdict};
use crate::vault::Vault;

#[derive(clap::Args)]
pub struct Args {
    /// The decision, as a purchase names it; without one the newest are replayed
    decision: Option<DecisionId>,
    /// How many of the newest
    #[arg(long, default_value_t = 1_000)]
    newest: u32,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Makes decisions again from their stored inputs; an error when one ends otherwise or its inputs were changed.
pub fn run(args: Args) -> anyhow::Result<()> {
    let config = args.config.load()?;
    // Opening would make an empty one, of which there is nothing to replay.
    if config.database_url.is_missing() {
        bail!("there is no database at {}", config.database_url);
    }
    let app = App::open(config, Clock::System)?;
    let vault = Arc::clone(&app.vault);
    let (wanted, newest) = (args.decision, args.newest);
    let replayed = app
        .db
        .read_blocking(move |conn| replay(conn, &vault, wanted, newest))
        .map_err(|error| anyhow!("the decisions cannot be replayed: {error}"));
    app.db.close();
    let replayed = replayed?;
    let mut failed = 0;
    for (decision, verdict) in &replayed {
        if wanted.is_some() || *verdict != Verdict::Same {
            println!("{}", told(decision, verdict));
        }
        failed += usize::from(*verdict != Verdict::Same);
    }
    println!("replayed: {}, not as they were: {failed}", replayed.len());
    if wanted.is_some() && replayed.is_empty() {
        bail!("there is no such decision");
    }
    if failed > 0 {
        bail!(
            "{failed} of {} decisions are not as they were",
            replayed.len()
        );
    }
    Ok(())
}

fn replay(
    conn: &mut Conn,
    vault: &Vault,
    wanted: Option<DecisionId>,
    newest: u32,
) -> Result<Vec<(Decision, Verdict)>> {
    let kept = match wanted {
        Some(id) => decisions::find(conn, id)?.into_iter().collect(),
        None => decisions::latest(conn, i64::from(newest))?,
    };
    kept.into_iter()
        .map(|(decision, digest)| {
            let verdict = decisions::check(conn, vault, &decision, &digest)?;
            Ok((decision, verdict))
        })
        .collect()
}

/// The order of a decision, and how its replay ended.
fn told(decision: &Decision, verdict: &Verdict) -> String {
    let body = &decision.body;
    let mut lines = vec![format!(
        "{} about {} by {}, {} price, {} contenders",
        decision.id, decision.lead, body.distribution, body.pricing, body.contended
    )];
    for contender in &body.contenders {
        let tried = body
            .tries
            .iter()
            .rfind(|tried| tried.request == contender.request);
        let came = match tried {
            None => "not tried".to_owned(),
            Some(tried) => match (tried.paid, tried.gate) {
                (Some(paid), _) => match tried.buyers {
                    Some(buyers) => format!("paid {paid} as one of {buyers}"),
                    None => format!("paid {paid}"),
                },
                (None, gate) => format!("gate {}", gate.unwrap_or_default()),
            },
        };
        let mut bids = vec![contender.price.to_string()];
        bids.extend(
            contender
                .shared
                .iter()
                .flatten()
                .map(|shared| format!("{} as one of {}", shared.price, shared.buyers)),
        );
        lines.push(format!(
            "  {} bids {}: {came}",
            contender.request,
            bids.join(", ")
        ));
    }
    lines.push(match verdict {
        Verdict::Same => "  replayed: the same".to_owned(),
        Verdict::Tampered(how) => format!("  TAMPERED: {how}"),
        Verdict::Differs(how) => format!("  DIFFERS: {how}"),
    });
    lines.join("\n")
}
