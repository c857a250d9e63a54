//! Waking requests: when hours open or a cap's window begins anew, a request meets the listed leads again.

use serde::{Deserialize, Serialize};

use super::{MATCH_JOB, MatchJob, PurchaseRequest, store};
use crate::clock::{Clock, HOUR, Ts};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::RequestId;
use crate::jobs;

/// The job that wakes a request, again and again.
pub const WAKE_JOB: &str = "wake_request";

/// What a job of kind `WAKE_JOB` carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WakeJob {
    pub request: RequestId,
    /// A pause or an edit ends the chain of wakings; the next activation begins another.
    pub version: i64,
}

/// Meets the request with what is listed, if it still is what it was; answers when to wake it again.
pub async fn wake(db: Db, clock: Clock, job: WakeJob) -> Result<Option<Ts>> {
    let now = clock.now();
    // Beside the writer, since a whole request is read, and thousands may wake at one moment.
    let found = db
        .read(move |conn| {
            let active = store::active_among(conn, &[job.request])?;
            Ok(active.into_iter().find(|one| one.version == job.version))
        })
        .await?;
    let Some(request) = found else {
        return Ok(None);
    };
    let next = next_waking(&request, now);
    let payload = MatchJob {
        request: request.id,
    };
    db.write(move |conn| jobs::enqueue(conn, MATCH_JOB, &payload, now, now))
        .await?;
    Ok(Some(next))
}

/// Plans the first waking of a request that was activated.
pub(super) fn wake_later(conn: &mut Conn, request: &PurchaseRequest, now: Ts) -> Result<()> {
    let payload = WakeJob {
        request: request.id,
        version: request.version,
    };
    jobs::enqueue(conn, WAKE_JOB, &payload, next_waking(request, now), now)?;
    Ok(())
}

/// When hours open or a cap begins anew, and in an hour at the latest, since a wallet may be filled meanwhile.
fn next_waking(request: &PurchaseRequest, now: Ts) -> Ts {
    let zone = request.schedule.zone;
    let windows = request
        .caps
        .iter()
        .map(|cap| cap.window.next_start(now, zone));
    windows
        .chain(request.schedule.next_opening(now))
        .fold(now.plus(HOUR), Ts::min)
}
