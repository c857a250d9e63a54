//! How much is audited: the shares within their bounds, and how a seller's share follows from its results.

use diesel::{Queryable, Selectable};
use serde::Serialize;

use super::store;
use crate::access::Caller;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::audit_policy;
use crate::error::{Error, FieldError, Reason, Result};

/// Passes in a row after which a share falls.
pub const PASSES_TO_FALL: i32 = 10;

/// The bounds that the operator sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Queryable, Selectable)]
#[diesel(table_name = audit_policy)]
pub struct Policy {
    /// The share of a seller without results, in basis points of its leads.
    pub start_share_bps: i32,
    pub least_share_bps: i32,
    pub most_share_bps: i32,
    /// The first leads of each seller, which are all audited.
    pub first_leads: i32,
    /// A standing below this is a risk.
    pub low_standing: i32,
    /// So many leads of one seller within an hour are a risk.
    pub burst_leads: i32,
}

impl Policy {
    fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (field, value, low, high) in [
            ("least_share_bps", self.least_share_bps, 0, 10_000),
            (
                "most_share_bps",
                self.most_share_bps,
                self.least_share_bps,
                10_000,
            ),
            (
                "start_share_bps",
                self.start_share_bps,
                self.least_share_bps,
                self.most_share_bps,
            ),
            ("first_leads", self.first_leads, 0, 1_000),
            ("low_standing", self.low_standing, 0, 100),
            ("burst_leads", self.burst_leads, 1, 100_000),
        ] {
            if !(low..=high).contains(&value) {
                let accepted = format!("{low} to {high}");
                errors.push(FieldError::new(field, Reason::NotAllowed, accepted));
            }
        }
        errors
    }

    /// A share within the bounds.
    pub fn within(&self, share_bps: i32) -> i32 {
        share_bps.clamp(
            self.least_share_bps,
            self.most_share_bps.max(self.least_share_bps),
        )
    }
}

/// The share after a result, and the passes in a row: a lead that does not hold doubles it, ten in a row that
/// do take a quarter off; never beyond the bounds.
pub fn next_share(policy: &Policy, (share_bps, in_row): (i32, i32), holds: bool) -> (i32, i32) {
    if !holds {
        return (policy.within(share_bps.saturating_mul(2).max(1)), 0);
    }
    if in_row + 1 < PASSES_TO_FALL {
        return (policy.within(share_bps), in_row + 1);
    }
    (policy.within(share_bps.saturating_mul(3) / 4), 0)
}

pub fn policy(conn: &mut Conn) -> Result<Policy> {
    store::policy(conn)
}

/// Sets the bounds anew.
pub fn set_policy(conn: &mut Conn, caller: &Caller, new: &Policy, now: Ts) -> Result<()> {
    let errors = new.check();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let before = store::policy(conn)?;
    store::set_policy(conn, new)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: None,
            action: "audit_policy.set",
            subject: "audit_policy".to_owned(),
            detail: audit::change(&before, new)?,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_follows_its_results_within_the_bounds() {
        let policy = Policy {
            start_share_bps: 500,
            least_share_bps: 100,
            most_share_bps: 5_000,
            first_leads: 10,
            low_standing: 60,
            burst_leads: 100,
        };
        let mut share = (500, 0);
        for _ in 0..9 {
            share = next_share(&policy, share, true);
        }
        assert_eq!(share, (500, 9));
        share = next_share(&policy, share, true);
        assert_eq!(share, (375, 0));
        share = next_share(&policy, (375, 9), false);
        assert_eq!(share, (750, 0));
        assert_eq!(next_share(&policy, (4_000, 3), false), (5_000, 0));
        assert_eq!(next_share(&policy, (110, 9), true), (100, 0));
        // Bounds that were set anew hold at once.
        assert_eq!(next_share(&policy, (9_000, 0), true), (5_000, 1));
    }
}
