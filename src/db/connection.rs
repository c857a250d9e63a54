//! One connection type over both backends, and how each is opened.

use anyhow::Context as _;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::Integer;

use super::url::DatabaseUrl;

#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

/// Runs one expression on whichever backend is live; for what the enum itself cannot express.
macro_rules! each {
    ($conn:expr, |$inner:ident| $body:expr) => {
        match $conn {
            $crate::db::Conn::Postgres($inner) => $body,
            $crate::db::Conn::Sqlite($inner) => $body,
        }
    };
}
pub(crate) use each;

/// Inserts rows, none or many: one statement on PostgreSQL (round trips cost), cached single ones on SQLite.
macro_rules! insert_rows {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let rows: &[_] = $rows;
        match $conn {
            $crate::db::Conn::Postgres(inner) => match rows {
                [] => Ok(0),
                // One row is a statement that stays prepared.
                [row] => diesel::insert_into($table).values(row).execute(inner),
                rows => diesel::insert_into($table).values(rows).execute(inner),
            },
            $crate::db::Conn::Sqlite(inner) => rows.iter().try_fold(0, |done, row| {
                diesel::insert_into($table)
                    .values(row)
                    .execute(inner)
                    .map(|count| done + count)
            }),
        }
    }};
}
pub(crate) use insert_rows;

const POSTGRES_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET lock_timeout = '5s'; \
     SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s'";
/// Recursive triggers, so that INSERT OR REPLACE cannot pass by the triggers of append-only tables. Secure
/// deletion, so that what was erased is overwritten in the file.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; \
     PRAGMA recursive_triggers = ON; PRAGMA cache_size = -8000; PRAGMA secure_delete = ON";

/// What suits the one writer. A savepoint keeps a copy of each page that changes in it: in memory, since a
/// sale outgrows what SQLite would hold before it turns to a file in the temporary folder. Checkpoints
/// are made beside it; it makes one itself with each commit only where those have fallen behind by 512 MiB of log.
/// Pages in 16 MiB instead of 8: keyed hashes fall anywhere in their indexes, whose pages would be read again and again.
/// Not more: a commit that split a page walks through the whole table of cached pages, which took a seventh of the
/// writer's time with 64 MiB.
const SQLITE_WRITER_SETTINGS: &str =
    "PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 128000; PRAGMA cache_size = -16000";

/// Opens the connection of SQLite's one writer.
pub fn open_writer(url: &DatabaseUrl) -> anyhow::Result<Conn> {
    let mut conn = open(url)?;
    conn.batch_execute(SQLITE_WRITER_SETTINGS)?;
    Ok(conn)
}

/// Opens a connection that may write.
pub fn open(url: &DatabaseUrl) -> anyhow::Result<Conn> {
    let conn = match url {
        DatabaseUrl::Postgres(address) => {
            let mut conn = PgConnection::establish(address.as_str())
                .with_context(|| format!("cannot connect to {url}"))?;
            conn.batch_execute(POSTGRES_SETTINGS)?;
            Conn::Postgres(conn)
        }
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.to_string_lossy())
                .with_context(|| format!("cannot open {url}"))?;
            conn.batch_execute(SQLITE_SETTINGS)
                .with_context(|| format!("cannot open {url}"))?;
            Conn::Sqlite(conn)
        }
    };
    Ok(conn)
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    /// The disk: it outlives a power cut.
    Disk,
    /// The operating system: it outlives the program.
    System,
}

/// Makes the next transactions of SQLite's writer wait for that.
pub fn commit_waits(conn: &mut Conn, lasts: Lasts) -> QueryResult<()> {
    conn.batch_execute(match lasts {
        Lasts::Disk => "PRAGMA synchronous = FULL",
        Lasts::System => "PRAGMA synchronous = NORMAL",
    })
}

/// What a checkpoint came to.
#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
    #[diesel(sql_type = Integer)]
    log: i32,
}

/// Opens the connection that makes checkpoints; it waits for nobody.
pub fn open_checkpointer(url: &DatabaseUrl) -> anyhow::Result<Conn> {
    let mut conn = open(url)?;
    conn.batch_execute("PRAGMA busy_timeout = 0")?;
    Ok(conn)
}

/// Copies SQLite's log into the database as far as it goes without hindering anybody; answers how many frames it has.
pub fn checkpoint(conn: &mut Conn) -> QueryResult<i32> {
    let done: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(conn)?;
    Ok(done.log)
}

/// Copies what is left of SQLite's log, and lets the next commit begin it anew; gives up where readers do not let go
/// of it within a few milliseconds. Only its one writer may call it: another would keep the writer off, which asks
/// again after ever longer pauses.
pub fn begin_log_anew(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("PRAGMA busy_timeout = 5")?;
    let done: QueryResult<Checkpoint> =
        diesel::sql_query("PRAGMA wal_checkpoint(RESTART)").get_result(conn);
    conn.batch_execute("PRAGMA busy_timeout = 5000")?;
    done.map(|_| ())
}

/// Moves SQLite's log into the database and empties it, so that nothing deleted is left in it; false while
/// somebody reads an older view. PostgreSQL's log is its own.
pub fn empty_log(url: &DatabaseUrl) -> anyhow::Result<bool> {
    let mut conn = open(url)?;
    let Conn::Sqlite(inner) = &mut conn else {
        return Ok(true);
    };
    let done: Checkpoint =
        diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(inner)?;
    Ok(done.busy == 0)
}

/// Opens pooled connections; on SQLite they only read, since writes belong to the one writer.
pub struct Manager {
    url: DatabaseUrl,
}

impl Manager {
    pub fn new(url: DatabaseUrl) -> Self {
        Self { url }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct ConnectError(anyhow::Error);

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = ConnectError;

    fn connect(&self) -> Result<Conn, ConnectError> {
        let mut conn = open(&self.url).map_err(ConnectError)?;
        if let Conn::Sqlite(inner) = &mut conn {
            inner
                .batch_execute("PRAGMA query_only = ON")
                .map_err(|error| ConnectError(error.into()))?;
        }
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), ConnectError> {
        conn.ping().map_err(|error| ConnectError(error.into()))
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}
