//! What a request has spent of its budget, as a bar with marks: plain geometry, no script, no inline style.

use crate::money::{BasisPoints, Money, divide_half_even};

/// Where the whole budget stands in the view box.
const WHOLE: i64 = 500;
/// Shares of the budget that are marked, in per cent.
const MARKS: [i64; 2] = [80, 100];

/// A bar within the view box of 520 by 44.
pub struct SpendBar {
    pub spent: Money,
    pub budget: Money,
    pub left: Money,
    /// The share of the budget that is spent.
    pub share: BasisPoints,
    pub width: i64,
    /// Whether less than a fifth is left.
    pub is_high: bool,
    /// Each mark's share in per cent, amount and place.
    pub marks: Vec<(i64, Money, i64)>,
}

impl SpendBar {
    /// The bar of a budget; none has none.
    pub fn of(spent: Money, budget: Money) -> Option<Self> {
        if budget.minor <= 0 {
            return None;
        }
        let part = |whole: i64| {
            let above = i128::from(spent.minor) * i128::from(whole);
            divide_half_even(above, i128::from(budget.minor))
        };
        let share = part(10_000);
        Some(Self {
            spent,
            budget,
            left: Money::new((budget.minor - spent.minor).max(0), budget.currency),
            share: BasisPoints(i32::try_from(share).unwrap_or(i32::MAX)),
            width: part(WHOLE).clamp(0, WHOLE),
            is_high: share >= MARKS[0] * 100,
            marks: MARKS
                .into_iter()
                .map(|mark| {
                    let rate = BasisPoints(i32::try_from(mark * 100).unwrap_or(10_000));
                    (mark, budget.share(rate), mark * WHOLE / 100)
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn the_bar_is_the_share_that_is_spent() {
        let eur = |minor| Money::new(minor, Currency::EUR);
        let bar = SpendBar::of(eur(30_000), eur(50_000)).unwrap();
        assert_eq!((bar.width, bar.share), (300, BasisPoints(6_000)));
        assert_eq!((bar.left, bar.is_high), (eur(20_000), false));
        assert_eq!(bar.marks[0], (80, eur(40_000), 400));
        assert!(SpendBar::of(eur(40_000), eur(50_000)).unwrap().is_high);
        assert_eq!(SpendBar::of(eur(60_000), eur(50_000)).unwrap().width, 500);
        assert!(SpendBar::of(eur(0), eur(0)).is_none());
    }
}
