//! A lead that an audit found wanting: the exchange opens a dispute of each charge and upholds it at once. The
//! seller may appeal, as against any decision, and another auditor decides; then the money moves.

use super::decide::uphold;
use super::evidence::Evidence;
use super::open::{Claim, Opening, begin, is_charged};
use super::{DisputedCharge, store};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::Result;
use crate::purchases::Purchase;
use crate::vault::Vault;
use crate::verticals::DisputeReason;

/// Upholds a dispute of whatever was charged for a purchase and is not disputed yet; says how many.
pub fn after_audit(
    conn: &mut Conn,
    vault: &Vault,
    auditor: &Caller,
    purchase: &Purchase,
    (reason, because): (DisputeReason, &str),
    now: Ts,
) -> Result<i32> {
    let mut upheld = 0;
    for &charge in DisputedCharge::ALL {
        let is_disputed = store::of_charge(conn, purchase.id, charge)?.is_some();
        if is_disputed || !is_charged(conn, purchase, charge)? {
            continue;
        }
        let claim = Claim {
            charge,
            reason: reason.to_string(),
            evidence: Evidence {
                text: because.to_owned(),
                ..Evidence::default()
            },
        };
        let of = (purchase, Opening::Audit);
        let dispute = begin(conn, vault, auditor, of, claim, now)?;
        uphold(conn, vault, auditor, &dispute, because, now)?;
        upheld += 1;
    }
    Ok(upheld)
}
