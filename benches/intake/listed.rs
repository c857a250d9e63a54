//! Many listed leads, written by SQL: copies of the first lead, each with an id, hashes and claims of its own. Their
//! contacts, consents and checks are left out, which a sale of another lead does not read.

use std::path::Path;

use rusqlite::Connection;

/// Ids sort by time: a millisecond of the past for each lead, then what is random.
const ID: &str = "unhex(printf('%012x', 1700000000000 + n.i) || '7000' || hex(randomblob(8)))";

pub fn fill(path: &Path, leads: usize) {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN")
        .unwrap();
    let columns = columns(&conn);
    let values: Vec<&str> = columns
        .iter()
        .map(|column| match column.as_str() {
            "id" => ID,
            "state" => "'listed'",
            "copies_sold" => "0",
            "external_id" => "NULL",
            other => other,
        })
        .collect();
    let fill = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {leads}), \
         first AS (SELECT * FROM leads LIMIT 1) \
         INSERT INTO leads ({}) SELECT {} FROM first, n",
        columns.join(", "),
        values.join(", "),
    );
    conn.execute_batch(&fill).unwrap();
    for _ in 0..2 {
        conn.execute_batch(
            "CREATE TEMP TABLE fresh AS SELECT id, vertical_id, received_at, randomblob(32) AS hash \
             FROM leads WHERE state = 'listed'; \
             INSERT INTO contact_hashes (lead_id, hash) SELECT id, hash FROM fresh; \
             INSERT INTO contact_claims (vertical_id, hash, lead_id, claimed_at) \
             SELECT vertical_id, hash, id, received_at FROM fresh; \
             DROP TABLE fresh;",
        )
        .unwrap();
    }
    conn.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    let listed: i64 = conn
        .query_row(
            "SELECT count(*) FROM leads WHERE state = 'listed'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(usize::try_from(listed).unwrap(), leads);
}

fn columns(conn: &Connection) -> Vec<String> {
    let mut info = conn
        .prepare("SELECT name FROM pragma_table_info('leads')")
        .unwrap();
    let names = info.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}
