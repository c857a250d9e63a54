//! The runner of jobs, with handlers of its own beside the exchange's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use galena::clock::{HOUR, MINUTE};
use galena::db::Conn;
use galena::error::{Code, Error, Result};
use galena::jobs::{self, JobState, Runner, Then};
use serde::{Deserialize, Serialize};

use crate::harness::TestApp;

const LETTER: &str = "letter";
const CHORE: &str = "chore";

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Numbered {
    number: usize,
}

async fn enqueue(app: &TestApp, kind: &'static str, count: usize) {
    let now = app.clock.now();
    app.write(move |conn| {
        for number in 0..count {
            jobs::enqueue(conn, kind, &Numbered { number }, now, now)?;
        }
        Ok(())
    })
    .await;
}

/// How many jobs of a kind are queued, running, done and dead.
fn stand(conn: &mut Conn, kind: &str) -> Result<[i64; 4]> {
    let counts = jobs::counts(conn)?;
    let of = |state| {
        let found = counts
            .iter()
            .find(|one| (one.0.as_str(), one.1) == (kind, state));
        found.map_or(0, |one| one.2)
    };
    Ok([
        JobState::Queued,
        JobState::Running,
        JobState::Done,
        JobState::Dead,
    ]
    .map(of))
}

async fn standing(app: &TestApp, kind: &'static str) -> [i64; 4] {
    app.read(move |conn| stand(conn, kind)).await
}

fn runner(app: &TestApp) -> Runner {
    Runner::new(app.app.db.clone(), app.clock.clone())
}

on_both!(async fn what_is_sent_is_finished_before_the_next_is_sent(app) {
    enqueue(app, LETTER, 3).await;
    let seen: Arc<Mutex<Vec<[i64; 4]>>> = Arc::default();
    let (db, noted) = (app.app.db.clone(), Arc::clone(&seen));
    let runner = runner(app).on(LETTER, move |_: Numbered| {
        let (db, noted) = (db.clone(), Arc::clone(&noted));
        async move {
            let now = db.read(|conn| stand(conn, LETTER)).await?;
            noted.lock().unwrap().push(now);
            Ok(())
        }
    });
    assert_eq!(runner.run_due().await.unwrap(), 3);
    // A crash here would send one letter again, not those before it.
    assert_eq!(*seen.lock().unwrap(), [[2, 1, 0, 0], [1, 1, 1, 0], [0, 1, 2, 0]]);
    assert_eq!(standing(app, LETTER).await, [0, 0, 3, 0]);
});

on_both!(async fn many_are_finished_together_and_one_that_fails_stays(app) {
    enqueue(app, CHORE, 12).await;
    let seen: Arc<Mutex<Vec<[i64; 4]>>> = Arc::default();
    let (db, noted) = (app.app.db.clone(), Arc::clone(&seen));
    let runner = runner(app).on_many(CHORE, move |job: Numbered| {
        let (db, noted) = (db.clone(), Arc::clone(&noted));
        async move {
            let now = db.read(|conn| stand(conn, CHORE)).await?;
            noted.lock().unwrap().push(now);
            if job.number == 4 {
                return Err(Error::refused(Code::Unavailable));
            }
            Ok(())
        }
    });
    assert_eq!(runner.run_due().await.unwrap(), 12);
    let mut expected = vec![[2, 10, 0, 0]; 10];
    expected.extend([[1, 2, 9, 0]; 2]);
    assert_eq!(*seen.lock().unwrap(), expected);
    assert_eq!(standing(app, CHORE).await, [1, 0, 11, 0]);
    // It comes again after its pause, and no sooner; after its tries it is given up.
    assert_eq!(runner.run_due().await.unwrap(), 0);
    for _ in 1..jobs::DEFAULT_TRIES {
        app.advance(12 * HOUR);
        assert_eq!(runner.run_due().await.unwrap(), 1);
    }
    assert_eq!(standing(app, CHORE).await, [0, 0, 11, 1]);
    let dead = app.read(|conn| jobs::dead(conn, 10)).await;
    assert_eq!((dead.len(), dead[0].attempts), (1, jobs::DEFAULT_TRIES));
    assert!(dead[0].last_error.as_deref().unwrap().contains("unavailable"), "{dead:?}");
    // Looked at; the end of the test wants none.
    let again = dead[0].id;
    let now = app.clock.now();
    app.write(move |conn| jobs::requeue(conn, again, now)).await;
});

on_both!(async fn what_had_to_wait_is_given_back_as_it_was(app) {
    enqueue(app, CHORE, 10).await;
    let (clock, runs) = (app.clock.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&runs);
    let runner = runner(app).on_many(CHORE, move |_: Numbered| {
        counted.fetch_add(1, Ordering::Relaxed);
        clock.advance(MINUTE);
        async { Ok(()) }
    });
    // After half a lease, which is five minutes, no more is begun.
    assert_eq!(runner.run_due().await.unwrap(), 3);
    assert_eq!(standing(app, CHORE).await, [7, 0, 3, 0]);
    let now = app.clock.now();
    let untried = app.read(move |conn| jobs::due(conn, now, 100)).await;
    assert_eq!(untried.len(), 7);
    assert!(untried.iter().all(|job| job.attempts == 0), "{untried:?}");
    while runner.run_due().await.unwrap() > 0 {}
    assert_eq!(runs.load(Ordering::Relaxed), 10);
    assert_eq!(standing(app, CHORE).await, [0, 0, 10, 0]);
});

on_both!(async fn a_job_that_comes_again_stays_one(app) {
    enqueue(app, CHORE, 1).await;
    let (clock, runs) = (app.clock.clone(), Arc::new(AtomicUsize::new(0)));
    let runner = runner(app).on_many(CHORE, move |_: Numbered| {
        let (next, run) = (clock.now().plus(HOUR), runs.fetch_add(1, Ordering::Relaxed));
        async move {
            match run {
                0 => Err(Error::refused(Code::Unavailable)),
                _ => Ok(Then::Again(next)),
            }
        }
    });
    // What failed once has all its tries again when it succeeded.
    for tried in [(1, true), (0, false), (0, false)] {
        assert_eq!(runner.run_due().await.unwrap(), 1);
        assert_eq!(runner.run_due().await.unwrap(), 0);
        assert_eq!(standing(app, CHORE).await, [1, 0, 0, 0]);
        app.advance(HOUR);
        let now = app.clock.now();
        let due = app.read(move |conn| jobs::due(conn, now, 10)).await;
        assert_eq!((due[0].attempts, due[0].last_error.is_some()), tried);
    }
});
