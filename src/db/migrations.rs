//! Embedded migrations, by the same names for both databases, run at start.

use anyhow::{anyhow, bail};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Conn, each};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// The migrations of this program, in order.
pub const MIGRATION_NAMES: &[&str] = &[
    "20261122000001_accounts",
    "20261122000002_audit_and_jobs",
    "20261122000003_ledger",
    "20261122000004_verticals",
    "20261122000005_leads",
    "20261122000006_contracts_and_requests",
    "20261122000007_purchases",
    "20261122000008_charges_and_conversions",
    "20261125000009_disputes",
    "20261125000010_audit_trail",
    "20261125000011_payouts",
    "20261125000013_dispute_places",
    "20261125000014_standing",
    "20261128000016_verification",
    "20261128000017_confirmations",
    "20261128000018_privacy",
    "20261128000021_events",
    "20261128000022_scoring",
    "20261128000023_audits",
    "20261128000025_suppression",
    "20261128000026_distribution",
    "20261128000028_ageing",
    "20261128000031_pings",
    "20261128000032_sharing",
    "20261128000033_check_lists",
    "20261128000034_wanted",
    "20261128000035_ping_decisions",
    "20261128000036_vertical_changes",
    "20261129000037_reads_by_index",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    Current,
    Behind,
    /// Made by a newer program; this one must not touch it.
    Newer,
}

/// Runs what is missing and names it.
pub fn run(conn: &mut Conn) -> anyhow::Result<Vec<String>> {
    if state(conn)? == SchemaState::Newer {
        bail!("the database schema is newer than this program; use the newer galena");
    }
    let done = match conn {
        Conn::Sqlite(inner) => inner.run_pending_migrations(SQLITE),
        Conn::Postgres(inner) => inner.run_pending_migrations(POSTGRES),
    };
    let done = done.map_err(|error| anyhow!("a migration failed: {error}"))?;
    Ok(done.iter().map(ToString::to_string).collect())
}

pub fn state(conn: &mut Conn) -> anyhow::Result<SchemaState> {
    let applied = each!(conn, |inner| inner.applied_migrations())
        .map_err(|error| anyhow!("the schema cannot be read: {error}"))?;
    let known: Vec<&str> = MIGRATION_NAMES
        .iter()
        .filter_map(|name| name.split('_').next())
        .collect();
    let is_unknown = |version: String| !known.contains(&version.as_str());
    if applied
        .iter()
        .any(|version| is_unknown(version.to_string()))
    {
        return Ok(SchemaState::Newer);
    }
    Ok(if applied.len() == known.len() {
        SchemaState::Current
    } else {
        SchemaState::Behind
    })
}
