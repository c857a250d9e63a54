//! Waking requests: when hours open or a cap's window begins anew, a request meets the listed leads again.

use serde::{Deserialize, Serialize};

use super::{MATCH_JOB, MatchJob, PurchaseRequest, store};
use crate::clock::{Clock, HOUR, Ts};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::RequestId;
use crate::jobs;

/// The job that wakes a request and plans its next waking.
pub const WAKE_JOB: &str = "wake_request";

/// What a job of kind `WAKE_JOB` carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WakeJob {
    pub request: RequestId,
    /// A pause or an edit ends the chain of wakings; the next activation begins another.
    pub version: i64,
}

/// Meets the request with what is listed, if it still is what it was, and plans the next waking.
pub async fn wake(db: Db, clock: Clock, job: WakeJob) -> Result<()> {
    let now = clock.now();
    db.write(move |conn| {
        for request in store::active_among(conn, &[job.request])? {
            if request.version == job.version {
                let payload = MatchJob {
                    request: request.id,
                };
                jobs::enqueue(conn, MATCH_JOB, &payload, now, now)?;
                wake_later(conn, &request, now)?;
            }
        }
        Ok(())
    })
    .await
}

/// Plans the next waking: when hours open or a cap begins anew, and each hour at the latest, since a wallet may
/// have been filled meanwhile.
pub(super) fn wake_later(conn: &mut Conn, request: &PurchaseRequest, now: Ts) -> Result<()> {
    let zone = request.schedule.zone;
    let windows = request
        .caps
        .iter()
        .map(|cap| cap.window.next_start(now, zone));
    let next = windows
        .chain(request.schedule.next_opening(now))
        .fold(now.plus(HOUR), Ts::min);
    let payload = WakeJob {
        request: request.id,
        version: request.version,
    };
    jobs::enqueue(conn, WAKE_JOB, &payload, next, now)?;
    Ok(())
}
