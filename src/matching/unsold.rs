//! Why a lead is not sold, told to its seller: gates per active request, without buyers' names or amounts.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{GateFailure, GateJson};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::RequestId;
use crate::leads::Listing;
use crate::requests::{self, closed_caps};
use crate::verticals;

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

/// The gates of every active request of the listing's vertical, those that come closest first.
pub fn explain_for_seller(
    conn: &mut Conn,
    listing: &Listing,
    now: Ts,
) -> Result<Vec<RequestReasons>> {
    let vertical = verticals::by_id(conn, listing.vertical_id)?;
    let mut reasons = Vec::new();
    for request in requests::active_in(conn, listing.vertical_id)? {
        let rule = requests::rule_of(conn, Arc::new(request), &vertical)?;
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
