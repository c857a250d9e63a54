//! The migrations make the same tables on both databases, and `schema.rs` says what they made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use galena::db::{Db, MIGRATION_NAMES};

use crate::harness::{Backend, Database, has_postgres};

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

type Tables = BTreeMap<String, BTreeMap<String, String>>;

const SQLITE_COLUMNS: &str = "
    SELECT m.name AS table_name, c.name AS column_name, c.type AS kind,
           c.\"notnull\" = 0 AS nullable
    FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
const POSTGRES_COLUMNS: &str = "
    SELECT table_name::text, column_name::text, data_type::text AS kind,
           is_nullable = 'YES' AS nullable
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";

/// The name both databases' types have in `schema.rs`; BLOB and INTEGER stand for several.
fn agrees(schema: &str, database: &str) -> bool {
    let plain = schema
        .strip_prefix("Nullable<")
        .map_or(schema, |rest| &rest[..rest.len() - 1]);
    match plain {
        "DbUuid" => matches!(database, "BLOB" | "uuid"),
        "Binary" => matches!(database, "BLOB" | "bytea"),
        "Text" => matches!(database, "TEXT" | "text"),
        "Integer" => matches!(database, "INTEGER" | "integer"),
        "BigInt" => matches!(database, "INTEGER" | "bigint"),
        "Bool" => matches!(database, "INTEGER" | "boolean"),
        _ => false,
    }
}

/// The tables as the files under `src/db/schema` declare them.
fn declared() -> Tables {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema");
    let text: String = fs::read_dir(folder)
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let mut tables = Tables::new();
    let mut current = None;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("diesel::") {
            continue;
        }
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            current = Some(name.to_owned());
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            tables
                .entry(current.clone().unwrap())
                .or_default()
                .insert(column.to_owned(), kind.to_owned());
        }
    }
    tables
}

fn differences(declared: &Tables, made: &[ColumnRow]) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = declared.clone();
    for row in made {
        let name = format!("{}.{}", row.table_name, row.column_name);
        let kind = left
            .get_mut(&row.table_name)
            .and_then(|columns| columns.remove(&row.column_name));
        match kind {
            None => found.push(format!("{name} is not in schema.rs")),
            Some(kind) if !agrees(&kind, &row.kind) => {
                found.push(format!("{name} is {} but {kind} in schema.rs", row.kind));
            }
            Some(kind) if kind.starts_with("Nullable") != row.nullable => {
                found.push(format!("{name}: NULL differs from schema.rs"));
            }
            Some(_) => {}
        }
    }
    for (table, columns) in left {
        found.extend(
            columns
                .keys()
                .map(|column| format!("{table}.{column} was not made")),
        );
    }
    found
}

fn made(backend: Backend, db: &Db) -> Vec<ColumnRow> {
    let query = match backend {
        Backend::Sqlite => SQLITE_COLUMNS,
        Backend::Postgres => POSTGRES_COLUMNS,
    };
    db.read_blocking(|conn| Ok(diesel::sql_query(query).load(conn)?))
        .unwrap()
}

fn migrated(database: &Database) -> Db {
    let db = Db::open(&database.url.parse().unwrap(), 1).unwrap();
    db.migrate().unwrap();
    db
}

fn assert_same(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::make(backend, folder.path());
    let rows = made(backend, &migrated(&database));
    assert!(rows.len() > 150, "only {} columns were found", rows.len());
    let found = differences(&declared(), &rows);
    assert!(found.is_empty(), "{backend:?}\n{}", found.join("\n"));
}

#[test]
fn sqlite_has_the_tables_of_the_schema() {
    assert_same(Backend::Sqlite);
}

#[test]
fn postgres_has_the_tables_of_the_schema() {
    if has_postgres() {
        assert_same(Backend::Postgres);
    }
}

#[test]
fn a_difference_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let db = migrated(&Database::make(Backend::Sqlite, folder.path()));
    db.write_blocking(|conn| {
        diesel::sql_query("ALTER TABLE jobs ADD COLUMN extra TEXT").execute(conn)?;
        diesel::sql_query("ALTER TABLE jobs DROP COLUMN last_error").execute(conn)?;
        Ok(())
    })
    .unwrap();
    assert_eq!(
        differences(&declared(), &made(Backend::Sqlite, &db)),
        [
            "jobs.extra is not in schema.rs",
            "jobs.last_error was not made"
        ]
    );
}

#[test]
fn migrations_bear_the_same_names() {
    for folder in ["sqlite", "postgresql"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(folder);
        let mut names: Vec<String> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, MIGRATION_NAMES, "{folder}");
    }
}
