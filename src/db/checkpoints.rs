//! Checkpoints of SQLite: a thread beside the writer moves its log into the database, so that no commit waits for it.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use super::connection::{Conn, Reach, checkpoint, open_checkpointer};
use super::url::DatabaseUrl;

/// How long pages gather that change again and again before they are copied.
const PAUSE: Duration = Duration::from_millis(250);
/// Frames of the log, of a page each, from which on it begins anew: 32 MiB.
const LONG: i32 = 8_000;

/// Tells the thread of commits; it ends with the last of these.
pub struct Checkpoints(SyncSender<()>);

impl Checkpoints {
    pub fn start(url: &DatabaseUrl) -> anyhow::Result<Self> {
        let (commits, told) = sync_channel(1);
        let conn = open_checkpointer(url)?;
        std::thread::Builder::new()
            .name("sqlite-log".to_owned())
            .spawn(move || follow(&told, conn))?;
        Ok(Self(commits))
    }

    /// Something was committed.
    pub fn committed(&self) {
        // Whatever is told already stands for this commit too.
        let _ = self.0.try_send(());
    }
}

fn follow(commits: &Receiver<()>, mut conn: Conn) {
    while commits.recv().is_ok() {
        std::thread::sleep(PAUSE);
        match checkpoint(&mut conn, Reach::AsFarAsItGoes) {
            // What is left now is little, so that the writer waits for that alone until its log begins anew.
            Ok(done) if done.log >= LONG => {
                if let Err(error) = checkpoint(&mut conn, Reach::ToTheEnd) {
                    tracing::warn!(%error, "the log of the database could not begin anew");
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a checkpoint failed"),
        }
    }
}
