//! Why a lead is not sold, told to its seller: gates per active request, without buyers' names or amounts.

use serde::Serialize;
use utoipa::ToSchema;

use super::{GateFailure, GateJson, Market};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::RequestId;
use crate::leads::Listing;
use crate::requests::closed_caps;

/// Requests that a seller is told of.
const TOLD: usize = 200;

/// What stands between a lead and one active request; nothing, when it fits and others offered more.
#[derive(Debug, Clone)]
pub struct RequestReasons {
    pub request_id: RequestId,
    pub gates: Vec<GateFailure>,
}

/// The same as JSON carries it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RequestReasons)]
pub struct RequestReasonsJson {
    pub request: RequestId,
    pub fits: bool,
    pub gates: Vec<GateJson>,
}

impl RequestReasons {
    pub fn json(&self) -> RequestReasonsJson {
        RequestReasonsJson {
            request: self.request_id,
            fits: self.gates.is_empty(),
            gates: self.gates.iter().map(GateFailure::json).collect(),
        }
    }
}

/// The gates of the active requests that come closest to the listing, the closest first.
pub fn explain_for_seller(
    conn: &mut Conn,
    market: &Market,
    listing: &Listing,
    now: Ts,
) -> Result<Vec<RequestReasons>> {
    let mut reasons = Vec::new();
    for rule in market.near(conn, listing, now, TOLD)? {
        let mut gates = rule.explain(listing, now);
        gates.extend(rule.closed(listing, now));
        let commitment = rule.offer(listing, now).commitment;
        gates.extend(closed_caps(conn, &rule.request, commitment, now)?);
        reasons.push(RequestReasons {
            request_id: rule.request.id,
            gates,
        });
    }
    reasons.sort_by_key(|reason| (reason.gates.len(), reason.request_id));
    Ok(reasons)
}
