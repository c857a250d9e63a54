//! SQLite's one writer: what its commits wait for, and what becomes of its log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use galena::db::{Conn, Db, Lasts};
use galena::error::Result;

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Integer)]
    synchronous: i32,
}

/// `PRAGMA synchronous` as a transaction of the writer finds it: 2 waits for the disk, 1 does not.
fn waits(conn: &mut Conn) -> Result<i32> {
    let Conn::Sqlite(conn) = conn else {
        return Ok(0);
    };
    let set: Setting = diesel::sql_query("PRAGMA synchronous").get_result(conn)?;
    Ok(set.synchronous)
}

fn open(folder: &std::path::Path) -> Db {
    let url = format!("sqlite://{}", folder.join("test.db").display());
    let db = Db::open(&url.parse().unwrap(), 2).unwrap();
    db.migrate().unwrap();
    db
}

#[actix_web::test]
async fn a_commit_waits_for_the_disk_where_one_of_its_jobs_does() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path());
    for (lasts, expected) in [
        (Lasts::Disk, 2),
        (Lasts::System, 1),
        (Lasts::System, 1),
        (Lasts::Disk, 2),
    ] {
        assert_eq!(db.write_as(lasts, waits).await.unwrap(), expected);
    }
    // While the writer is busy, both kinds gather into one group.
    let busy = db.write(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        Ok(())
    });
    let seen = Arc::new(AtomicUsize::new(0));
    let noted = |lasts| {
        let seen = Arc::clone(&seen);
        db.write_as(lasts, move |conn| {
            seen.fetch_add(1, Ordering::Relaxed);
            waits(conn)
        })
    };
    let (_, one, other) = futures_util::join!(busy, noted(Lasts::System), noted(Lasts::Disk));
    assert_eq!((one.unwrap(), other.unwrap()), (2, 2));
    assert_eq!(seen.load(Ordering::Relaxed), 2);
    db.close();
}

#[actix_web::test]
async fn the_log_begins_anew_however_much_is_written() {
    const MEBIBYTE: u64 = 1 << 20;
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path());
    db.write(|conn| Ok(conn.batch_execute("CREATE TABLE filling (bytes BLOB NOT NULL)")?))
        .await
        .unwrap();
    let log = folder.path().join("test.db-wal");
    let mut longest = 0;
    for _ in 0..400 {
        db.write(|conn| Ok(conn.batch_execute("INSERT INTO filling VALUES (zeroblob(1048576))")?))
            .await
            .unwrap();
        longest = longest.max(std::fs::metadata(&log).unwrap().len());
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(longest < 256 * MEBIBYTE, "{longest}");
    db.close();
}
