//! Which leads are audited. The draw hangs on the seed of this installation and the lead's id alone, so that
//! it can be repeated, and nobody who does not know the seed can foresee it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::json;

use super::store::{self, Drawn, Fresh};
use super::{DrawnBecause, Policy};
use crate::access::{AccountKind, Actor};
use crate::audit;
use crate::clock::{MINUTE, Ts};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, LeadAuditId, LeadId};
use crate::standing;
use crate::vault::sha256;

/// How long a lead rests before it is looked at, so that whatever was received before it is here too.
const REST: i64 = 2 * MINUTE;
/// The greatest risk: low standing, two warnings, a burst.
const MAX_WARNINGS: i64 = 2;

/// A number from 0 to 9,999 for a lead; each is as likely as the others.
pub fn lot(seed: &str, lead: LeadId) -> i32 {
    let hash = sha256(format!("{seed}:{lead}").as_bytes());
    let number = hash
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    i32::try_from(number % 10_000).unwrap_or(0)
}

/// Why a lead is drawn by its lot, if it is: within the seller's share, or within the share times one more
/// for each point of risk.
pub fn drawn(lot: i32, share_bps: i32, risk: i32) -> Option<DrawnBecause> {
    if lot < share_bps {
        return Some(DrawnBecause::Random);
    }
    let stretched = share_bps.saturating_mul(risk + 1).min(10_000);
    (lot < stretched).then_some(DrawnBecause::Risk)
}

/// What is known of a seller while a batch is looked at.
struct Seller {
    audited: i64,
    share_bps: i32,
    is_low: bool,
}

/// Looks at up to `limit` leads that were not looked at yet, and puts those that are drawn into the queue;
/// says at how many it looked.
pub fn sample(conn: &mut Conn, now: Ts, limit: i64) -> Result<usize> {
    let (seed, policy, looked) = store::draw_settings(conn)?;
    let fresh = store::fresh(conn, looked, now.minus(REST), limit)?;
    let Some(last) = fresh.last() else {
        return Ok(0);
    };
    if !store::move_on(conn, looked, (last.received_at, last.id))? {
        // Another server looks at them.
        return Ok(0);
    }
    let mut sellers: HashMap<AccountId, Seller> = HashMap::new();
    for lead in fresh.iter().filter(|lead| lead.may_be_audited()) {
        let seller = match sellers.entry(lead.seller_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(seller(conn, &policy, lead.seller_id, now)?),
        };
        let risk = risk(conn, &policy, lead, seller)?;
        let why = if seller.audited < i64::from(policy.first_leads) {
            Some(DrawnBecause::Newcomer)
        } else {
            drawn(lot(&seed, lead.id), seller.share_bps, risk)
        };
        let Some(why) = why else { continue };
        if queue(conn, lead, (why, risk), now)? {
            seller.audited += 1;
        }
    }
    Ok(fresh.len())
}

fn seller(conn: &mut Conn, policy: &Policy, id: AccountId, now: Ts) -> Result<Seller> {
    let standing = standing::of(conn, id, AccountKind::Seller, now)?;
    let share = store::share(conn, id)?.map_or(policy.start_share_bps, |(share, _)| share);
    Ok(Seller {
        audited: store::audited(conn, id)?,
        share_bps: policy.within(share),
        is_low: standing.score < policy.low_standing,
    })
}

fn risk(conn: &mut Conn, policy: &Policy, lead: &Fresh, seller: &Seller) -> Result<i32> {
    let warnings = store::warnings(conn, lead.id)?.min(MAX_WARNINGS);
    let burst = store::received_within_hour(conn, lead)? >= i64::from(policy.burst_leads);
    let risk = warnings + i64::from(seller.is_low) + i64::from(burst);
    Ok(i32::try_from(risk).unwrap_or(0))
}

fn queue(conn: &mut Conn, lead: &Fresh, (why, risk): (DrawnBecause, i32), now: Ts) -> Result<bool> {
    let drawn = Drawn {
        id: LeadAuditId::new(now),
        lead_id: lead.id,
        seller_id: lead.seller_id,
        vertical_id: lead.vertical_id,
        why,
        risk,
        at: now,
    };
    if !store::insert(conn, &drawn)? {
        return Ok(false);
    }
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(lead.seller_id),
            action: "lead_audit.drawn",
            subject: drawn.id.to_string(),
            detail: json!({ "lead": lead.id, "why": why, "risk": risk }),
        },
    )?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(number: u128) -> LeadId {
        LeadId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn the_lot_is_the_same_each_time_and_another_under_another_seed() {
        assert_eq!(lot("seed", lead(1)), lot("seed", lead(1)));
        let differ = (0..100).filter(|number| {
            let lead = lead(*number);
            lot("seed", lead) != lot("other", lead)
        });
        assert!(differ.count() > 95);
    }

    #[test]
    fn each_share_draws_about_that_many() {
        let count = |share, risk| {
            let lots = (0..20_000).map(|number| lot("seed", lead(number)));
            lots.filter(|lot| drawn(*lot, share, risk).is_some())
                .count()
        };
        // 5 % of 20,000 with a standard deviation of 31; three times that with a risk of two.
        assert!((880..1_120).contains(&count(500, 0)), "{}", count(500, 0));
        assert!((2_800..3_200).contains(&count(500, 2)), "{}", count(500, 2));
        assert_eq!(count(0, 4), 0);
        assert_eq!(count(10_000, 0), 20_000);
    }

    #[test]
    fn risk_only_stretches_the_share() {
        assert_eq!(drawn(499, 500, 0), Some(DrawnBecause::Random));
        assert_eq!(drawn(500, 500, 0), None);
        assert_eq!(drawn(500, 500, 1), Some(DrawnBecause::Risk));
        assert_eq!(drawn(1_000, 500, 1), None);
        assert_eq!(drawn(9_999, 5_000, 4), Some(DrawnBecause::Risk));
    }
}
