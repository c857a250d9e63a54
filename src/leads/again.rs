//! A listed lead whose score has risen meets the active requests once more.

use std::sync::Arc;

use super::{Exchange, LeadState, store};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::{Code, Error, Result};
use crate::scoring::OfferJob;

/// Offers the lead by the score that it has now; nothing happens when it is not listed any more.
pub async fn offer_again(
    db: Db,
    clock: Clock,
    exchange: Arc<dyn Exchange>,
    job: OfferJob,
) -> Result<()> {
    let now = clock.now();
    db.write(move |conn| {
        let listing = match store::listing(conn, job.lead) {
            Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => return Ok(()),
            found => found?,
        };
        if listing.state == LeadState::Listed && listing.copies_sold < listing.copies {
            exchange.offer(conn, &listing, now)?;
        }
        Ok(())
    })
    .await
}
