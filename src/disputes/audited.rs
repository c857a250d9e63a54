//! A lead that an audit found wanting: the exchange opens a dispute of each charge and upholds it at once. The
//! seller may appeal, as against any decision, and another auditor decides; then the money moves.

use super::decide::uphold;
use super::evidence::Evidence;
use super::open::{Claim, Opening, begin};
use super::{Dispute, DisputedCharge, store};
use crate::access::Caller;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Result};
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
        if store::of_charge(conn, purchase.id, charge)?.is_some() {
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
        let opened = begin(conn, vault, auditor, (purchase, Opening::Audit), claim, now);
        let dispute: Dispute = match opened {
            // Nothing was charged, or it was given back already.
            Err(error) if error.has_code(Code::StateConflict) => continue,
            opened => opened?,
        };
        uphold(conn, vault, auditor, &dispute, because, now)?;
        upheld += 1;
    }
    Ok(upheld)
}
