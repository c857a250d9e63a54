//! The statements that a connection issues, and what SQLite reads for them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _};
use galena::db::Conn;
use galena::error::Result;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

/// Statements that were issued, and those that the connection began to keep prepared.
#[derive(Default)]
struct Heard {
    said: Vec<String>,
    kept: BTreeSet<String>,
}

fn listen<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<(T, Heard)> {
    let heard = Arc::new(Mutex::new(Heard::default()));
    let listener = Arc::clone(&heard);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { query, .. } => {
            let text = query.to_string();
            let sql = text.split_once(" -- binds:").map_or(&*text, |(sql, _)| sql);
            listener.lock().unwrap().said.push(sql.to_owned());
        }
        InstrumentationEvent::CacheQuery { sql, .. } => {
            listener.lock().unwrap().kept.insert(sql.to_owned());
        }
        _ => {}
    });
    let done = work(conn);
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    Ok((done?, heard))
}

/// What `work` answers, and the statements that it issued.
pub fn heard<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<(T, Vec<String>)> {
    let (done, heard) = listen(conn, work)?;
    Ok((done, heard.said))
}

/// What `work` answers, and the statements that it would have prepared each time: those that a connection, on which
/// none of them ran before, does not keep, or plans anew for a LIMIT that is bound.
pub fn prepared_anew<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<(T, Vec<String>)> {
    let (done, heard) = listen(conn, work)?;
    let is_bound = |sql: &str| sql.contains("LIMIT ?");
    let anew = heard
        .said
        .into_iter()
        .filter(|sql| is_bound(sql) || !heard.kept.contains(sql));
    Ok((done, anew.collect()))
}

/// Steps of the plans of SQLite in which one of these words stands, or that read a whole table, with their statements.
pub fn steps_with(conn: &mut Conn, said: &[String], words: &[&str]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for sql in said.iter().filter(|sql| !sql.contains("SAVEPOINT")) {
        let plan: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
        let is_found = |step: &&Step| {
            let own = ["SCAN CONSTANT ROW", "VALUES CLAUSE"];
            let scans = step.detail.starts_with("SCAN ")
                && !own.iter().any(|rows| step.detail.contains(rows));
            scans || words.iter().any(|word| step.detail.contains(word))
        };
        let steps = plan.iter().filter(is_found);
        found.extend(steps.map(|step| format!("{}: {sql}", step.detail)));
    }
    Ok(found)
}
