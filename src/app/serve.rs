//! Serving until a signal, then an orderly stop.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::tasks::seal_once;
use super::{App, Task, build, tasks};

/// Serves until SIGINT or SIGTERM: then takes no more requests, finishes those in flight,
/// stops the tickers, and drains the writer.
pub async fn serve(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    // Before anybody is told that we serve: a signal must find its handler.
    let mut signals = Signals::listen()?;
    // Whoever came before the requests are in memory would load them, and all others would wait for that.
    let market = Arc::clone(&app.market);
    let loaded = app.db.read(move |conn| market.follow(conn)).await;
    loaded.map_err(|error| anyhow!("the active requests cannot be loaded: {error}"))?;
    let server = build(&app, listener)?;
    let handle = server.handle();
    let mut server = tokio::spawn(server);
    let (stop, stopped) = watch::channel(false);
    let mut tickers = JoinSet::new();
    for task in tasks() {
        tickers.spawn(tick(app.clone(), task, stopped.clone()));
    }
    tracing::info!(%address, "serving");
    tokio::select! {
        ended = &mut server => ended??,
        () = signals.received() => {
            tracing::info!("stopping");
            handle.stop(true).await;
            server.await??;
        }
    }
    // Receivers are gone only when all tickers are.
    let _ = stop.send(true);
    while let Some(ended) = tickers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a ticker panicked");
        }
    }
    app.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// SIGINT and SIGTERM; elsewhere than on Unix, Ctrl-C.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(unix)]
    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn received(&mut self) {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C cannot be heard");
            std::future::pending::<()>().await;
        }
    }
}

impl App {
    /// Seals what was written last, and drains the writer; jobs that are left wait in their table.
    pub async fn stop(&self) {
        loop {
            match seal_once(self).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "the last postings were not sealed");
                    break;
                }
            }
        }
        let db = self.db.clone();
        if tokio::task::spawn_blocking(move || db.close())
            .await
            .is_err()
        {
            tracing::error!("the database was not closed in order");
        }
    }
}

/// How long after a look for queued work the next one is, at the least.
const BREATH: Duration = Duration::from_millis(20);

/// Runs a task by its period, or at once when work was queued; a run is never cut off.
async fn tick(app: App, task: Task, mut stopped: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(task.every);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = due.tick() => {}
            () = app.ctx.wake.notified(), if task.name == "jobs" => {
                // Every write tells of work; many of them are looked after together.
                tokio::time::sleep(BREATH).await;
            }
        }
        if let Err(error) = (task.run)(app.clone()).await {
            tracing::error!(task = task.name, %error, "a periodic task failed");
        }
    }
}
