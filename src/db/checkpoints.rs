//! Checkpoints of SQLite: a thread beside the writer moves its log into the database, so that no commit waits for it.
//! The log begins anew where nobody reads it and nobody writes; under a steady load that is never, so that then the
//! writer itself makes it do so, between two groups, when the little is left that came since the last checkpoint.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use anyhow::bail;

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

/// Of the thread, as `nice` counts; on Linux it is each thread's own. 0 is usual, 19 the least.
#[cfg(target_os = "linux")]
const PRIORITY: i32 = 10;

/// Tells the thread of commits; it ends with the last of these.
pub struct Checkpoints {
    commits: SyncSender<()>,
    /// Whether the log is long, and has just been copied as far as it went.
    is_long: Arc<AtomicBool>,
}

impl Checkpoints {
    pub fn start(url: &DatabaseUrl) -> anyhow::Result<Self> {
        let DatabaseUrl::Sqlite(path) = url else {
            bail!("only SQLite has checkpoints of ours");
        };
        let (commits, told) = sync_channel(1);
        let mut checkpointer = Checkpointer {
            conn: open_checkpointer(url)?,
            path: path.clone(),
            file: None,
        };
        let is_long = Arc::new(AtomicBool::new(false));
        let says = Arc::clone(&is_long);
        std::thread::Builder::new()
            .name("sqlite-log".to_owned())
            .spawn(move || checkpointer.follow(&told, &says))?;
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

/// Lets the other threads go first where all are busy: nobody waits for what this one does.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, PRIORITY) {
        tracing::warn!(%error, "the thread of checkpoints keeps the priority of the others");
    }
}

struct Checkpointer {
    conn: Conn,
    path: PathBuf,
    /// The database, opened when its log was long for the first time and then never closed: that would let go of
    /// the locks that SQLite's own connections hold on it, which are the process's.
    file: Option<ManuallyDrop<File>>,
}

impl Checkpointer {
    fn follow(&mut self, commits: &Receiver<()>, is_long: &AtomicBool) {
        step_back();
        while commits.recv().is_ok() {
            std::thread::sleep(PAUSE);
            match self.catch_up() {
                Ok(frames) => is_long.store(frames >= LONG, Ordering::Relaxed),
                Err(error) => tracing::warn!(%error, "a checkpoint failed"),
            }
        }
    }

    /// Copies the log; a long one until there is little left of it, all of which is then on the disk. Answers how
    /// many frames it has.
    fn catch_up(&mut self) -> anyhow::Result<i32> {
        let mut frames = checkpoint(&mut self.conn)?;
        if frames < LONG {
            return Ok(frames);
        }
        for _ in 0..MOST_IN_A_ROW {
            self.flush()?;
            let before = frames;
            frames = checkpoint(&mut self.conn)?;
            if frames - before < FEW {
                break;
            }
        }
        self.flush()?;
        Ok(frames)
    }

    /// Brings the copied pages to the disk. SQLite does so with the last frame of the log only, so that whoever
    /// copies that one, the writer as a rule, would wait for all that were copied before.
    fn flush(&mut self) -> std::io::Result<()> {
        if self.file.is_none() {
            let file = File::options().write(true).open(&self.path)?;
            self.file = Some(ManuallyDrop::new(file));
        }
        self.file.as_ref().map_or(Ok(()), |file| file.sync_data())
    }
}
