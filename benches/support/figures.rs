//! Figures in whole numbers.

use std::time::Duration;

/// How many of something happened in a second.
pub fn per_second(count: usize, elapsed: Duration) -> u128 {
    let count = u128::try_from(count).unwrap();
    count * 1_000_000 / elapsed.as_micros().max(1)
}

/// The middle one; of two middle ones, the lower.
pub fn median<T: Ord + Copy>(values: &[T]) -> T {
    percentile(values, 50)
}

pub fn percentile<T: Ord + Copy>(values: &[T], percent: usize) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) * percent / 100]
}
