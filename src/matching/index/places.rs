//! Where a conjunction is anchored: the finest place that it names, or the world.
//!
//! A lead has one value for each level of place, so it finds a conjunction in one bucket only.

use super::layout::Words;
use crate::conditions::fields::Source;
use crate::conditions::{Leaf, Op};
use crate::id::VerticalId;
use crate::leads::Listing;
use crate::verticals::Value;

/// Levels of place by their attributes, the finest first.
const LEVELS: [&str; 4] = ["postal_code", "city", "region", "country"];
/// Places that a conjunction is anchored at; beyond it one that names a coarser place too is anchored there.
const MOST_ANCHORS: usize = 8;
/// Bits of a mask that stand for values; the two above them name the level.
const MASK_BITS: u64 = 30;
const ALL: u32 = (1 << MASK_BITS) - 1;

/// Which finer places a posting wants: 30 bits by their hash, and their level above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask(u32);

/// What a lead's places say to masks: everything where there is none, then a bit for each level.
pub type Masks = [u32; 4];

impl Mask {
    const NONE: Self = Self(ALL);

    fn of(level: usize, values: &[u64]) -> Self {
        let bits = values.iter().fold(0, |bits, value| bits | bit(*value));
        let level = u32::try_from(level + 1).unwrap_or_default();
        Self(bits | level << MASK_BITS)
    }

    pub fn admits(self, masks: &Masks) -> bool {
        let level = usize::try_from(self.0 >> MASK_BITS).unwrap_or_default();
        self.0 & masks[level] & ALL != 0
    }
}

fn bit(value: u64) -> u32 {
    1 << (value % MASK_BITS)
}

/// The buckets that a conjunction stands in.
pub fn anchors(
    vertical: VerticalId,
    literals: &[(&Leaf, bool)],
    words: &Words,
) -> Vec<(u64, Mask)> {
    let mut named = (0..LEVELS.len())
        .filter_map(|level| Some((level, values(LEVELS[level], literals, words)?)));
    let Some((level, places)) = named.next() else {
        return vec![(world(vertical, words), Mask::NONE)];
    };
    let coarser = (places.len() > MOST_ANCHORS)
        .then(|| named.find(|(_, coarse)| coarse.len() <= MOST_ANCHORS))
        .flatten();
    match coarser {
        Some((coarse, at)) => {
            let mask = Mask::of(level, &places);
            let keys = at.iter().map(|place| key(vertical, coarse, *place, words));
            keys.map(|key| (key, mask)).collect()
        }
        None => {
            let keys = places
                .iter()
                .map(|place| key(vertical, level, *place, words));
            keys.map(|key| (key, Mask::NONE)).collect()
        }
    }
}

/// The places of a level that a conjunction wants: the shortest of its lists.
fn values(attribute: &str, literals: &[(&Leaf, bool)], words: &Words) -> Option<Vec<u64>> {
    let lists = literals.iter().filter(|(leaf, negated)| {
        let is_level = matches!(leaf.source(), Source::Attribute(key) if key == attribute);
        is_level && !negated && matches!(leaf.condition.op, Op::Eq | Op::In)
    });
    let shortest = lists.min_by_key(|(leaf, _)| leaf.values().len())?;
    let mut places: Vec<u64> = shortest
        .0
        .values()
        .iter()
        .filter_map(|value| match value {
            Value::Text(text) => Some(words.hash(text)),
            _ => None,
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    Some(places)
}

fn world(vertical: VerticalId, words: &Words) -> u64 {
    words.bucket((vertical, LEVELS.len()))
}

fn key(vertical: VerticalId, level: usize, place: u64, words: &Words) -> u64 {
    words.bucket((vertical, level, place))
}

/// The buckets that a lead looks into, and what its places say to masks.
pub fn buckets(listing: &Listing, words: &Words) -> ([Option<u64>; LEVELS.len() + 1], Masks) {
    let vertical = listing.vertical_id;
    let mut masks = [ALL, 0, 0, 0];
    let mut buckets = [None; LEVELS.len() + 1];
    for (level, attribute) in LEVELS.iter().enumerate() {
        let Some(Value::Text(text)) = listing.attributes.get(*attribute) else {
            continue;
        };
        let place = words.hash(text);
        buckets[level] = Some(key(vertical, level, place, words));
        if let Some(mask) = masks.get_mut(level + 1) {
            *mask = bit(place);
        }
    }
    buckets[LEVELS.len()] = Some(world(vertical, words));
    (buckets, masks)
}
