//! The database: SQLite embedded or PostgreSQL by URL, one source; `read`, `write` and the migrations.

mod checkpoints;
mod connection;
mod migrations;
mod prepared;
pub mod schema;
mod sum;
mod transaction;
pub mod types;
mod url;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use r2d2::{Pool, PooledConnection};

pub use connection::{Conn, Lasts, MultiBackend};
pub(crate) use connection::{each, insert_rows};
pub use migrations::{MIGRATION_NAMES, SchemaState};
pub use prepared::Prepared;
pub use sum::sum_i64;
pub use url::{Backend, DatabaseUrl, UrlError};

use crate::error::{Code, Error, Result};
use connection::Manager;
use writer::Writer;

/// How long a handler waits for a free connection before it gives up.
const POOL_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a PostgreSQL transaction is run again after a deadlock or serialization failure.
const MAX_TRIES: u32 = 8;

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    url: DatabaseUrl,
    pool: Pool<Manager>,
    /// SQLite has one writer that groups commits; PostgreSQL writes through the pool.
    writer: Option<Writer>,
}

impl Db {
    /// Opens the database without touching its schema; `connections` are for reading on SQLite.
    pub fn open(url: &DatabaseUrl, connections: u32) -> anyhow::Result<Self> {
        let writer = match url.backend() {
            Backend::Sqlite => Some(Writer::start(url.clone())?),
            Backend::Postgres => None,
        };
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(POOL_TIMEOUT)
            .build(Manager::new(url.clone()))
            .with_context(|| format!("cannot connect to {url}"))?;
        Ok(Self {
            inner: Arc::new(Inner {
                url: url.clone(),
                pool,
                writer,
            }),
        })
    }

    pub fn backend(&self) -> Backend {
        self.inner.url.backend()
    }

    /// Runs every migration that is missing; refuses a schema newer than this program.
    pub fn migrate(&self) -> anyhow::Result<Vec<String>> {
        let mut conn = connection::open(&self.inner.url)?;
        migrations::run(&mut conn)
    }

    pub fn schema_state(&self) -> anyhow::Result<SchemaState> {
        let mut conn = self.connection()?;
        migrations::state(&mut conn)
    }

    /// The master key under which the database's contacts were sealed; `None` while there are none.
    pub fn sealed_under(&self) -> anyhow::Result<Option<String>> {
        use diesel::prelude::*;
        use schema::lead_contacts;
        Ok(lead_contacts::table
            .filter(lead_contacts::master_key_id.ne(""))
            .order(lead_contacts::lead_id.desc())
            .select(lead_contacts::master_key_id)
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// Reads off the async threads. SQLite refuses writes here.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        blocking(move || db.read_blocking(work)).await
    }

    /// `read` for threads that may block.
    pub fn read_blocking<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        work(&mut *self.connection()?)
    }

    /// Reads one unchanging view of the database, off the async threads.
    pub async fn snapshot<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        blocking(move || db.snapshot_blocking(work)).await
    }

    /// `snapshot` for threads that may block.
    pub fn snapshot_blocking<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        transaction::snapshot(&mut *self.connection()?, work)
    }

    /// Runs `work` in one transaction and answers after its commit.
    ///
    /// `work` may run more than once, so it must have no effect outside the database.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.write_as(Lasts::Disk, work).await
    }

    /// `write`, answered as soon as its commit lasts as long as is asked for.
    pub async fn write_as<T, F>(&self, lasts: Lasts, mut work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            return writer
                .submit(lasts, work)?
                .await
                .unwrap_or_else(|_| Err(stopped()));
        }
        let db = self.clone();
        blocking(move || {
            db.write_through_pool(|conn| {
                transaction::lasts(conn, lasts)?;
                work(conn)
            })
        })
        .await
    }

    /// `write` for threads that may block.
    pub fn write_blocking<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        match &self.inner.writer {
            Some(writer) => writer
                .submit(Lasts::Disk, work)?
                .blocking_recv()
                .unwrap_or_else(|_| Err(stopped())),
            None => self.write_through_pool(work),
        }
    }

    fn write_through_pool<T>(&self, mut work: impl FnMut(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.connection()?;
        let mut tries = 1;
        loop {
            match transaction::run(&mut conn, &mut work) {
                Err(Error::Database(error))
                    if tries < MAX_TRIES && transaction::is_retryable(&error) =>
                {
                    metrics::counter!("galena_db_retries_total").increment(1);
                    std::thread::sleep(Duration::from_millis(u64::from(tries * tries)));
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Empties the log of SQLite, where deleted content outlives its deletion; false while a reader needs it.
    pub async fn empty_log(&self) -> Result<bool> {
        let url = self.inner.url.clone();
        blocking(move || Ok(connection::empty_log(&url)?)).await
    }

    /// Finishes the writes that are queued, then stops taking new ones.
    pub fn close(&self) {
        if let Some(writer) = &self.inner.writer {
            writer.stop();
        }
    }

    fn connection(&self) -> Result<PooledConnection<Manager>> {
        self.inner.pool.get().map_err(|error| {
            tracing::error!(%error, "no database connection");
            Error::refused(Code::Unavailable)
        })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(anyhow!(error)))?
}

fn stopped() -> Error {
    Error::refused(Code::Unavailable)
}
