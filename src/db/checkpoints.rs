//! Checkpoints of SQLite: a thread beside the writer moves its log into the database, so that no commit waits for it.
//! The log begins anew where nobody reads it and nobody writes; under a steady load that is never, so that then the
//! writer itself makes it do so, between two groups, when the little is left that came since the last checkpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use diesel::QueryResult;

use super::connection::{Conn, begin_log_anew, checkpoint, open_checkpointer};
use super::url::DatabaseUrl;

/// How long pages gather that change again and again before they are copied.
const PAUSE: Duration = Duration::from_millis(250);
/// Frames of the log, of a page each, from which on it is to begin anew: 128 MiB. The writer is kept for some
/// milliseconds by it, so that it should be rare.
const LONG: i32 = 32_000;
/// Frames that may be left for the writer to copy: it takes a few milliseconds.
const FEW: i32 = 256;
/// Checkpoints in a row, each of what came during the one before, until few are left.
const MOST_IN_A_ROW: usize = 6;

/// Tells the thread of commits; it ends with the last of these.
pub struct Checkpoints {
    commits: SyncSender<()>,
    /// Whether the log is long, and has just been copied as far as it went.
    is_long: Arc<AtomicBool>,
}

impl Checkpoints {
    pub fn start(url: &DatabaseUrl) -> anyhow::Result<Self> {
        let (commits, told) = sync_channel(1);
        let conn = open_checkpointer(url)?;
        let is_long = Arc::new(AtomicBool::new(false));
        let says = Arc::clone(&is_long);
        std::thread::Builder::new()
            .name("sqlite-log".to_owned())
            .spawn(move || follow(&told, conn, &says))?;
        Ok(Self { commits, is_long })
    }

    /// Something was committed by this connection, which writes nothing now.
    pub fn committed(&self, conn: &mut Conn) {
        if self.is_long.swap(false, Ordering::Relaxed)
            && let Err(error) = begin_log_anew(conn)
        {
            tracing::warn!(%error, "the log of the database could not begin anew");
        }
        // Whatever is told already stands for this commit too.
        let _ = self.commits.try_send(());
    }
}

fn follow(commits: &Receiver<()>, mut conn: Conn, is_long: &AtomicBool) {
    while commits.recv().is_ok() {
        std::thread::sleep(PAUSE);
        match caught_up(&mut conn) {
            Ok(frames) => is_long.store(frames >= LONG, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "a checkpoint failed"),
        }
    }
}

/// Copies the log; a long one until there is little left of it. Answers how many frames it has.
fn caught_up(conn: &mut Conn) -> QueryResult<i32> {
    let mut frames = checkpoint(conn)?;
    if frames < LONG {
        return Ok(frames);
    }
    for _ in 0..MOST_IN_A_ROW {
        let before = frames;
        frames = checkpoint(conn)?;
        if frames - before < FEW {
            break;
        }
    }
    Ok(frames)
}
