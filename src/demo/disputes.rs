//! Disputes of the first buyer: one that waits for its seller, one for an auditor, one that was decided.

use super::{Maker, Parties};
use crate::access::Caller;
use crate::clock::{HOUR, Ts};
use crate::db::Conn;
use crate::disputes::{self, Call, CallResult, Claim, Dispute, DisputedCharge, Evidence, Ruling};
use crate::error::{Error, Result};
use crate::money::BasisPoints;
use crate::purchases::{self, Filter, Purchase, PurchaseState};
use crate::vault::Vault;

/// How far a dispute of the demo has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Contested,
    Decided,
}

/// What the buyer says, and how far it went.
const CASES: &[(&str, &str, Stage)] = &[
    (
        "wrong_number",
        "Somebody else has had this number for years.",
        Stage::Open,
    ),
    (
        "never_requested",
        "The person says that they never asked for glasses.",
        Stage::Contested,
    ),
    (
        "language",
        "The person spoke a language that the lead does not name.",
        Stage::Decided,
    ),
];
/// Purchases of which the first that belong to the demo's seller are disputed.
const LOOKED_THROUGH: i64 = 200;

pub fn make(maker: &Maker<'_>, parties: &Parties) -> Result<()> {
    let (Some(seller), Some(buyer)) = (parties.sellers.first(), parties.buyers.first()) else {
        return Ok(());
    };
    let (seller, buyer, auditor) = (seller.clone(), buyer.clone(), parties.operator.clone());
    let (vault, now) = (maker.vault.clone(), maker.now);
    maker.db.write_blocking(move |conn| {
        let filter = Filter {
            buyer: buyer.account_id,
            state: Some(PurchaseState::Delivered),
            request: None,
            since: None,
            before: None,
            limit: LOOKED_THROUGH,
        };
        let bought: Vec<Purchase> = purchases::inbox(conn, &filter)?
            .into_iter()
            .map(|row| row.purchase)
            .filter(|purchase| purchase.seller_id == seller.account_id && purchase.final_at > now)
            .collect();
        for (case, purchase) in CASES.iter().zip(&bought) {
            let dispute = open(conn, &vault, &buyer, purchase, case, now)?;
            go_on(conn, &vault, (&seller, &auditor), &dispute, case.2, now)?;
        }
        Ok::<(), Error>(())
    })
}

fn open(
    conn: &mut Conn,
    vault: &Vault,
    buyer: &Caller,
    purchase: &Purchase,
    (reason, text, _): &(&str, &str, Stage),
    now: Ts,
) -> Result<Dispute> {
    let at = purchase.purchased_at.plus(HOUR).min(now);
    let claim = Claim {
        charge: DisputedCharge::Lead,
        reason: (*reason).to_owned(),
        evidence: Evidence {
            text: (*text).to_owned(),
            calls: vec![Call {
                at,
                result: CallResult::WrongPerson,
            }],
            files: Vec::new(),
        },
    };
    disputes::open(conn, vault, buyer, purchase.id, claim, now)
}

fn go_on(
    conn: &mut Conn,
    vault: &Vault,
    (seller, auditor): (&Caller, &Caller),
    dispute: &Dispute,
    stage: Stage,
    now: Ts,
) -> Result<()> {
    if stage == Stage::Open {
        return Ok(());
    }
    let viewer = disputes::view(conn, seller, dispute.id)?;
    let answer = Evidence {
        text: "The form, its time and the address it came from are on record.".to_owned(),
        ..Evidence::default()
    };
    disputes::answer(conn, vault, (seller, &viewer), Some(answer), now)?;
    if stage == Stage::Decided {
        let ruling = Ruling::Share(BasisPoints(5_000));
        let because = "The language was not part of the request, but the form asks for it.";
        disputes::decide(conn, vault, auditor, dispute.id, (ruling, because), now)?;
    }
    Ok(())
}
