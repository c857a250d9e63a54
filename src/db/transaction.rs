//! Write transactions: BEGIN IMMEDIATE on SQLite, READ COMMITTED with row locks on PostgreSQL.
//!
//! Balances, caps and counts change by guarded relative updates, which READ COMMITTED serialises row by row.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::connection::{Conn, Lasts};
use crate::error::{Error, Result};

/// Runs `work` in a transaction of its own; inside, `conn.transaction` makes a savepoint.
pub fn run<T>(conn: &mut Conn, work: &mut impl FnMut(&mut Conn) -> Result<T>) -> Result<T> {
    begin(conn)?;
    match work(conn) {
        Ok(value) => {
            commit(conn)?;
            Ok(value)
        }
        Err(error) => match rollback(conn) {
            Ok(()) | Err(DieselError::BrokenTransactionManager) => Err(error),
            Err(worse) => Err(worse.into()),
        },
    }
}

pub fn begin(conn: &mut Conn) -> Result<(), DieselError> {
    match conn {
        Conn::Sqlite(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE")
        }
        Conn::Postgres(inner) => AnsiTransactionManager::begin_transaction_sql(
            inner,
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        ),
    }
}

/// What the commit of this transaction waits for on PostgreSQL; SQLite's writer sees to it itself.
pub fn lasts(conn: &mut Conn, lasts: Lasts) -> Result<(), DieselError> {
    match (conn, lasts) {
        (Conn::Postgres(inner), Lasts::System) => {
            inner.batch_execute("SET LOCAL synchronous_commit = off")
        }
        _ => Ok(()),
    }
}

/// Runs `work` on one unchanging view of the database, however long it takes.
pub fn snapshot<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    match conn {
        Conn::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN")?,
        Conn::Postgres(inner) => {
            AnsiTransactionManager::begin_transaction_sql(
                inner,
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            )?;
            inner.batch_execute("SET LOCAL statement_timeout = 0")?;
        }
    }
    let outcome = work(conn);
    rollback(conn)?;
    outcome
}

pub fn commit(conn: &mut Conn) -> Result<(), DieselError> {
    <Conn as diesel::Connection>::TransactionManager::commit_transaction(conn)
}

pub fn rollback(conn: &mut Conn) -> Result<(), DieselError> {
    <Conn as diesel::Connection>::TransactionManager::rollback_transaction(conn)
}

/// Whether the same transaction may succeed when it is run again.
pub fn is_retryable(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(_, info) => {
            let message = info.message();
            message.contains("database is locked")
                || message.contains("deadlock detected")
                || message.contains("lock timeout")
        }
        _ => false,
    }
}

/// Whether the transaction around a failed savepoint certainly lives on.
pub fn leaves_group_alive(error: &Error) -> bool {
    match error {
        Error::Refused(_) | Error::Internal(_) => true,
        Error::Database(error) => matches!(
            error,
            DieselError::NotFound
                | DieselError::RollbackTransaction
                | DieselError::DeserializationError(_)
                | DieselError::DatabaseError(
                    DatabaseErrorKind::UniqueViolation
                        | DatabaseErrorKind::ForeignKeyViolation
                        | DatabaseErrorKind::NotNullViolation
                        | DatabaseErrorKind::CheckViolation,
                    _
                )
        ),
    }
}
