//! A circuit breaker: a server that failed several times in a row is left alone for a while.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use crate::clock::{Clock, SECOND};

/// Failures in a row after which nobody calls for a while.
const FAILURES: u32 = 5;
/// How long that is, in microseconds.
const PAUSE: i64 = 30 * SECOND;

/// Counts the failures of one server.
pub struct Breaker {
    clock: Clock,
    /// Failures in a row.
    failures: AtomicU32,
    /// Until when nobody calls, in microseconds.
    open_until: AtomicI64,
}

impl Breaker {
    pub const fn new(clock: Clock) -> Self {
        Self {
            clock,
            failures: AtomicU32::new(0),
            open_until: AtomicI64::new(0),
        }
    }

    /// Whether the server is left alone at the moment.
    pub fn is_open(&self) -> bool {
        self.clock.now().micros() < self.open_until.load(Ordering::Relaxed)
    }

    /// The server answered.
    pub fn answered(&self) {
        self.failures.store(0, Ordering::Relaxed);
    }

    /// The server failed; true when it is left alone from now on.
    pub fn failed(&self) -> bool {
        // One more failure after a pause opens at once: the count goes back to zero by an answer alone.
        let opens = self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES;
        if opens {
            let until = self.clock.now().plus(PAUSE).micros();
            self.open_until.store(until, Ordering::Relaxed);
        }
        opens
    }
}
