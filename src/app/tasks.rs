//! What the server does by itself, again and again.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::App;
use crate::clock::Ts;
use crate::db::{Conn, Lasts};
use crate::error::Result;
use crate::leads;
use crate::web::{idempotency, metrics};
use crate::{
    accounts, audits, charges, conversions, disputes, events, jobs, ledger, matching, payouts,
    pings, privacy, purchases, requests, scoring, standing, verification,
};

/// Purchases or charges moved in one transaction.
const AT_ONCE: i64 = 200;

type Running = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A periodic task.
#[derive(Clone)]
pub struct Task {
    pub name: &'static str,
    pub every: Duration,
    pub run: Arc<dyn Fn(App) -> Running + Send + Sync>,
}

impl Task {
    fn new<F>(name: &'static str, every: Duration, run: fn(App) -> F) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        Self {
            name,
            every,
            run: Arc::new(move |app| Box::pin(run(app))),
        }
    }
}

/// Every periodic task; each is safe to run at any time and on several servers at once.
pub fn tasks() -> Vec<Task> {
    vec![
        Task::new("jobs", Duration::from_millis(500), run_jobs),
        Task::new("webhooks", Duration::from_millis(500), send_webhooks),
        Task::new("seal", Duration::from_secs(1), seal),
        Task::new("seal-late", Duration::from_secs(10), seal_late),
        Task::new("market", Duration::from_millis(250), follow_market),
        Task::new("draws", Duration::from_mins(5), keep_draws),
        Task::new("market-check", Duration::from_mins(1), check_market),
        Task::new("verification", Duration::from_secs(1), refresh_verifier),
        Task::new("pings", Duration::from_millis(250), expire_pings),
        Task::new("ping-pauses", Duration::from_mins(5), pause_pingers),
        Task::new("disputes", Duration::from_mins(1), let_disputes_pass),
        Task::new("settle", Duration::from_mins(1), settle),
        Task::new("outcomes", Duration::from_mins(1), outcomes),
        Task::new("payouts", Duration::from_mins(1), payouts_due),
        Task::new("invoices", Duration::from_mins(10), invoices_due),
        Task::new("standing", Duration::from_mins(5), keep_standings),
        Task::new("audits", Duration::from_mins(1), draw_audits),
        Task::new("scores", Duration::from_mins(1), keep_scores),
        Task::new("expire", Duration::from_mins(1), expire),
        Task::new("erasures", Duration::from_mins(1), erase_and_scrub),
        Task::new("keys", Duration::from_secs(10), change_keys),
        Task::new("sweep", Duration::from_hours(1), sweep),
        Task::new("metrics", Duration::from_secs(15), keep_metrics),
    ]
}

/// One round only, so that a long queue never keeps the server from stopping; the next follows at once.
async fn run_jobs(app: App) -> Result<()> {
    if app.runner.run_due().await? > 0 {
        app.ctx.wake.notify_one();
    }
    Ok(())
}

/// One round, as with jobs; so much that receivers who do not answer keep nobody waiting.
async fn send_webhooks(app: App) -> Result<()> {
    app.hooks.send_due().await?;
    Ok(())
}

/// Seals what was committed since the last time.
async fn seal(app: App) -> Result<()> {
    while seal_round(&app, ledger::Look::New).await? >= ledger::SEALED_AT_ONCE {}
    Ok(())
}

/// Seals what was committed behind rows that were sealed already.
async fn seal_late(app: App) -> Result<()> {
    while seal_round(&app, ledger::Look::Late).await? >= ledger::SEALED_AT_ONCE {}
    Ok(())
}

/// Finds what is not sealed beside the writer, and writes one seal after the other, so that others come between. None
/// waits for the disk: what a power cut takes away is sealed anew.
async fn seal_round(app: &App, look: ledger::Look) -> Result<usize> {
    let now = app.clock.now();
    let chains = app
        .db
        .read(move |conn| ledger::seal_drafts(conn, look, now))
        .await?;
    let mut sealed = 0;
    for drafts in chains {
        for draft in drafts {
            let keep = move |conn: &mut Conn| ledger::keep_seal(conn, &draft);
            match app.db.write_as(Lasts::System, keep).await? {
                // Another server was faster; what is left is drafted anew.
                0 => break,
                kept => sealed += kept,
            }
        }
    }
    Ok(sealed)
}

/// Seals a round; says how many rows it was.
pub(super) async fn seal_once(app: &App) -> Result<usize> {
    let now = app.clock.now();
    app.db.write(move |conn| ledger::seal(conn, now)).await
}

/// Learns of settings and data sets that changed.
async fn refresh_verifier(app: App) -> Result<()> {
    let verifier = Arc::clone(&app.verifier);
    app.db.read(move |conn| verifier.refresh(conn)).await
}

/// Learns of requests that changed, also by other servers.
async fn follow_market(app: App) -> Result<()> {
    let market = Arc::clone(&app.market);
    app.db.read(move |conn| market.follow(conn)).await
}

/// Commits to the seeds of coming days, and publishes those of days that are over.
async fn keep_draws(app: App) -> Result<()> {
    let (vault, now) = (Arc::clone(&app.vault), app.clock.now());
    app.db
        .write(move |conn| {
            matching::draws::commit_ahead(conn, &vault, now)?;
            matching::draws::publish(conn, &vault, now)
        })
        .await?;
    Ok(())
}

/// Compares the requests in memory with those of the database.
async fn check_market(app: App) -> Result<()> {
    let market = Arc::clone(&app.market);
    app.db.read(move |conn| market.verify(conn)).await?;
    Ok(())
}

/// Work that is done a batch at a time: how many it did, zero when nothing is left.
type Batch = fn(&mut Conn, Ts, i64) -> Result<usize>;

/// Runs each kind of work until nothing of it is left. A crash leaves whole batches done or undone.
async fn in_batches(app: &App, works: &[Batch]) -> Result<()> {
    let now = app.clock.now();
    for &work in works {
        while app.db.write(move |conn| work(conn, now, AT_ONCE)).await? > 0 {}
    }
    Ok(())
}

/// Gives back what bids hold whose lead did not come.
///
/// A few at a time, and without a wait for the disk: pings that come meanwhile are to be answered at once, and an end
/// that a power cut takes back comes again.
async fn expire_pings(app: App) -> Result<()> {
    const FOUND: i64 = 64;
    const FEW: usize = 8;
    let now = app.clock.now();
    loop {
        let due = app
            .db
            .read(move |conn| pings::due(conn, now, FOUND))
            .await?;
        if due.is_empty() {
            return Ok(());
        }
        for few in due.chunks(FEW) {
            let few = few.to_vec();
            let end = move |conn: &mut Conn| pings::expire(conn, &few, now);
            app.db.write_as(Lasts::System, end).await?;
        }
    }
}

/// Pauses sellers who ask for bids and do not post.
async fn pause_pingers(app: App) -> Result<()> {
    let now = app.clock.now();
    let found = app.db.read(move |conn| pings::suspects(conn, now)).await?;
    if found.is_empty() {
        return Ok(());
    }
    app.db
        .write(move |conn| pings::pause_suspects(conn, &found, now))
        .await
}

/// Makes payable what has become final.
async fn settle(app: App) -> Result<()> {
    in_batches(
        &app,
        &[
            purchases::settle_due,
            charges::settle_due,
            standing::release_due,
            purchases::finish_due,
        ],
    )
    .await
}

/// Confirms what nobody contests, ends what has no outcome, and charges base fees and claims.
async fn outcomes(app: App) -> Result<()> {
    in_batches(
        &app,
        &[
            conversions::confirm_silent,
            conversions::lapse_due,
            charges::collect,
            charges::charge_fees,
        ],
    )
    .await
}

/// Lets silence speak where a deadline of a dispute has passed.
async fn let_disputes_pass(app: App) -> Result<()> {
    in_batches(&app, &[disputes::due]).await
}

/// Computes standings anew that have grown old.
async fn keep_standings(app: App) -> Result<()> {
    in_batches(&app, &[standing::refresh]).await
}

/// Draws the leads that are audited.
async fn draw_audits(app: App) -> Result<()> {
    in_batches(&app, &[audits::sample]).await
}

/// Lets scores fade by the clock, and moves leads to a new model where that was asked for.
async fn keep_scores(app: App) -> Result<()> {
    in_batches(&app, &[scoring::decay, scoring::move_leads]).await
}

/// Makes the payouts that are due by schedule.
async fn payouts_due(app: App) -> Result<()> {
    in_batches(&app, &[payouts::settings::make_scheduled]).await
}

/// Closes months that are over, each with its invoices in one transaction.
async fn invoices_due(app: App) -> Result<()> {
    let now = app.clock.now();
    let close = move |conn: &mut Conn| payouts::invoices::close_month(conn, now);
    while app.db.write(close).await? > 0 {}
    Ok(())
}

/// Ends listings whose time is over, and lets the asks of others fall.
async fn expire(app: App) -> Result<()> {
    in_batches(
        &app,
        &[leads::expire, leads::age, leads::confirm::lapse_due],
    )
    .await
}

/// Erases what was kept for long enough, and overwrites what erasures left behind.
async fn erase_and_scrub(app: App) -> Result<()> {
    in_batches(&app, &[privacy::purge]).await?;
    if !privacy::scrub(&app.db, app.clock.now()).await? {
        tracing::info!("erased bytes are still being read; they are overwritten with the next run");
    }
    Ok(())
}

/// Learns of new keys of the blind hashes, moves what lies under old keys to the present ones, and seals what early
/// versions kept in clear.
async fn change_keys(app: App) -> Result<()> {
    let vault = Arc::clone(&app.vault);
    app.db
        .read(move |conn| privacy::load_index_keys(conn, &vault))
        .await?;
    loop {
        let (vault, now) = (Arc::clone(&app.vault), app.clock.now());
        let moved = app
            .db
            .write(move |conn| {
                let wrapped = privacy::keys::rewrap(conn, &vault, AT_ONCE)?;
                let sealed = leads::seal_what_is_clear(conn, &vault, AT_ONCE)?;
                Ok(wrapped + sealed + privacy::change_index_key(conn, &vault, now, AT_ONCE)?)
            })
            .await?;
        if moved == 0 {
            return Ok(());
        }
    }
}

async fn sweep(app: App) -> Result<()> {
    let now = app.clock.now();
    let config = Arc::clone(&app.config);
    app.db
        .write(move |conn| {
            idempotency::sweep(conn, now)?;
            privacy::sweep(conn, now)?;
            verification::sweep(conn, now)?;
            pings::sweep(conn, now)?;
            events::sweep(conn, now.minus(events::KEPT))?;
            requests::sweep(conn, now)?;
            accounts::sweep_sessions(conn, &config, now)
        })
        .await?;
    app.runner.sweep().await?;
    app.limits().sweep();
    Ok(())
}

/// Counts the queue, and moves samples out of memory.
async fn keep_metrics(app: App) -> Result<()> {
    for (kind, state, count) in app.db.read(jobs::counts).await? {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        ::metrics::gauge!("galena_jobs", "kind" => kind, "state" => state.as_str()).set(count);
    }
    metrics::upkeep();
    Ok(())
}
