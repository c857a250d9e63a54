//! How often a seller's leads hold, with the interval that so few cases allow.

use std::collections::HashMap;

use rust_decimal::{Decimal, MathematicalOps as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AuditState, store};
use crate::accounts;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, VerticalId};
use crate::verticals;

/// The quantile of the normal distribution for 95 % on both sides together, with 12 decimals.
const Z: (i64, u32) = (1_959_963_984_540, 12);

/// The results of one seller in one vertical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AuditFigure)]
pub struct Figure {
    pub seller: AccountId,
    #[serde(skip)]
    pub seller_name: String,
    pub vertical: VerticalId,
    #[serde(skip)]
    pub vertical_name: String,
    /// Audits that are decided, and those of them whose lead held.
    pub decided: i64,
    pub passed: i64,
    pub rejected: i64,
    pub refunded: i64,
    /// The share that held, in basis points, rounded half to even.
    pub rate_bps: i64,
    /// The bounds of Wilson's 95 % confidence interval, in basis points.
    pub low_bps: i64,
    pub high_bps: i64,
    /// The share of the seller's leads that is audited.
    pub share_bps: i32,
}

/// Wilson's 95 % confidence interval of `hits` in `tries`, in basis points; `None` where nothing was tried.
pub fn wilson(hits: i64, tries: i64) -> Option<(i64, i64)> {
    if tries <= 0 {
        return None;
    }
    let (n, z) = (Decimal::from(tries), Decimal::new(Z.0, Z.1));
    let (p, z2) = (Decimal::from(hits) / n, z * z);
    let two = Decimal::TWO;
    let middle = p + z2 / (two * n);
    let spread = z * (p * (Decimal::ONE - p) / n + z2 / (two * two * n * n)).sqrt()?;
    let whole = Decimal::ONE + z2 / n;
    let bps = |bound: Decimal| {
        let bps = (bound / whole * Decimal::from(10_000)).round();
        i64::try_from(bps).unwrap_or(0).clamp(0, 10_000)
    };
    Some((bps(middle - spread), bps(middle + spread)))
}

/// The results by seller and vertical, of one seller or of all.
pub fn figures(conn: &mut Conn, seller: Option<AccountId>, limit: i64) -> Result<Vec<Figure>> {
    let policy = store::policy(conn)?;
    let results = store::results(conn, seller, limit)?;
    let mut sellers: Vec<AccountId> = results.iter().map(|(seller, ..)| *seller).collect();
    sellers.dedup();
    let names = accounts::names_of(conn, &sellers)?;
    let shares: HashMap<AccountId, i32> = store::shares(conn, &sellers)?.into_iter().collect();
    let verticals = verticals::all(conn)?;
    let mut figures: Vec<Figure> = Vec::new();
    for some in results.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let Some(&(seller, vertical, ..)) = some.first() else {
            continue;
        };
        let count = |state: AuditState| -> i64 {
            let of = some.iter().filter(|(.., seen, _)| *seen == state);
            of.map(|(.., count)| count).sum()
        };
        let share = shares.get(&seller).copied();
        let market = verticals.iter().find(|one| one.id == vertical);
        figures.push(Figure {
            seller,
            seller_name: names.get(&seller).cloned().unwrap_or_default(),
            vertical,
            vertical_name: market.map_or_else(String::new, |one| one.name.clone()),
            decided: some.iter().map(|(.., count)| count).sum(),
            passed: count(AuditState::Passed),
            rejected: count(AuditState::Rejected),
            refunded: count(AuditState::Refunded),
            rate_bps: 0,
            low_bps: 0,
            high_bps: 0,
            share_bps: policy.within(share.unwrap_or(policy.start_share_bps)),
        });
    }
    for figure in &mut figures {
        let scaled = i128::from(figure.passed) * 10_000;
        figure.rate_bps = crate::money::divide_half_even(scaled, i128::from(figure.decided.max(1)));
        if let Some((low, high)) = wilson(figure.passed, figure.decided) {
            (figure.low_bps, figure.high_bps) = (low, high);
        }
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_published_one() {
        // Newcombe 1998, table I, method 3.
        for (hits, tries, expected) in [
            (81, 263, (2_553, 3_662)),
            (15, 148, (624, 1_605)),
            (0, 20, (0, 1_611)),
            (1, 29, (61, 1_718)),
        ] {
            assert_eq!(wilson(hits, tries), Some(expected), "{hits} of {tries}");
        }
    }

    #[test]
    fn the_interval_mirrors_and_stays_on_the_scale() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(10, 10), Some((7_225, 10_000)));
        assert_eq!(wilson(0, 10), Some((0, 2_775)));
        for tries in 1..60 {
            for hits in 0..=tries {
                let (low, high) = wilson(hits, tries).unwrap();
                let (other_low, other_high) = wilson(tries - hits, tries).unwrap();
                assert!(
                    low * tries <= hits * 10_000 + tries && hits * 10_000 <= high * tries + tries
                );
                assert!((low - (10_000 - other_high)).abs() <= 1);
                assert!((high - (10_000 - other_low)).abs() <= 1);
            }
        }
        let (low, high) = wilson(999_999_999, 1_000_000_000).unwrap();
        assert!(low >= 9_999 && high == 10_000);
    }
}
