//! The statements that a connection issues, and what SQLite reads for them.

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

/// What `work` answers, and the statements that it issued.
pub fn heard<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<(T, Vec<String>)> {
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text.split_once(" -- binds:").map_or(&*text, |(sql, _)| sql);
            heard.lock().unwrap().push(sql.to_owned());
        }
    });
    let done = work(conn);
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let said = std::mem::take(&mut *said.lock().unwrap());
    Ok((done?, said))
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
