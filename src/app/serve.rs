//! Serving until a signal, then an orderly stop.

use std::net::TcpListener;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{App, Task, build, tasks};

/// Serves until SIGINT or SIGTERM: then takes no more requests, finishes those in flight,
/// stops the tickers, and drains the writer.
pub async fn serve(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let server = build(&app, listener)?;
    let (stop, stopped) = watch::channel(false);
    let mut tickers = JoinSet::new();
    for task in tasks() {
        tickers.spawn(tick(app.clone(), task, stopped.clone()));
    }
    tracing::info!(%address, "serving");
    server.await?;
    tracing::info!("stopping");
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

impl App {
    /// Runs every periodic task once more, so that nothing is left unsealed, and drains the writer.
    pub async fn stop(&self) {
        for task in tasks() {
            if let Err(error) = (task.run)(self.clone()).await {
                tracing::error!(task = task.name, %error, "a periodic task failed");
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

/// Runs a task by its period, or at once when work was queued; a run is never cut off.
async fn tick(app: App, task: Task, mut stopped: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(task.every);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = due.tick() => {}
            () = app.ctx.wake.notified(), if task.name == "jobs" => {}
        }
        if let Err(error) = (task.run)(app.clone()).await {
            tracing::error!(task = task.name, %error, "a periodic task failed");
        }
    }
}
