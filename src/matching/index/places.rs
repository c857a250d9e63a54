//! Where a conjunction is anchored: the finest place that it names, or the world.
//!
//! A lead has one value for each level of place, so it finds a conjunction in one bucket only.

use super::layout::Words;
use crate::conditions::fields::Source;
use crate::conditions::{Leaf, Op};
use crate::id::VerticalId;
use crate::verticals::Value;

/// Levels of place by their attributes, the finest first.
pub const LEVELS: [&str; 4] = ["postal_code", "city", "region", "country"];
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

/// Where a conjunction stands, and which of its literals that says all of.
pub struct Anchors {
    pub buckets: Vec<(u64, Mask)>,
    pub told: Option<usize>,
}

pub fn anchors(vertical: VerticalId, literals: &[(&Leaf, bool)], words: &Words) -> Anchors {
    let mut named = (0..LEVELS.len())
        .filter_map(|level| Some((level, values(LEVELS[level], literals, words)?)));
    let Some((level, (told, places))) = named.next() else {
        return Anchors {
            buckets: vec![(world(vertical, words), Mask::NONE)],
            told: None,
        };
    };
    let coarser = (places.len() > MOST_ANCHORS)
        .then(|| named.find(|(_, (_, coarse))| coarse.len() <= MOST_ANCHORS))
        .flatten();
    let (level, told, places, mask) = match coarser {
        Some((coarse, (told, at))) => (coarse, told, at, Mask::of(level, &places)),
        None => (level, told, places, Mask::NONE),
    };
    let keys = places
        .iter()
        .map(|place| key(vertical, level, *place, words));
    Anchors {
        buckets: keys.map(|key| (key, mask)).collect(),
        told: Some(told),
    }
}

/// The places of a level that a conjunction wants: the shortest of its lists, and which literal that is.
fn values(attribute: &str, literals: &[(&Leaf, bool)], words: &Words) -> Option<(usize, Vec<u64>)> {
    let lists = literals.iter().enumerate().filter(|(_, (leaf, negated))| {
        let is_level = matches!(leaf.source(), Source::Attribute(key) if key == attribute);
        is_level && !negated && matches!(leaf.condition.op, Op::Eq | Op::In)
    });
    let (told, (shortest, _)) = lists.min_by_key(|(_, (leaf, _))| leaf.values().len())?;
    let mut places: Vec<u64> = shortest
        .values()
        .iter()
        .filter_map(|value| match value {
            Value::Text(text) => Some(words.hash(text)),
            _ => None,
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    Some((told, places))
}

fn world(vertical: VerticalId, words: &Words) -> u64 {
    words.bucket((vertical, LEVELS.len()))
}

fn key(vertical: VerticalId, level: usize, place: u64, words: &Words) -> u64 {
    words.bucket((vertical, level, place))
}

/// The buckets that a lead with these places looks into, and what its places say to masks.
pub fn buckets(
    vertical: VerticalId,
    places: [Option<u64>; LEVELS.len()],
    words: &Words,
) -> ([Option<u64>; LEVELS.len() + 1], Masks) {
    let mut masks = [ALL, 0, 0, 0];
    let mut buckets = [None; LEVELS.len() + 1];
    for (level, place) in places.into_iter().enumerate() {
        let Some(place) = place else {
            continue;
        };
        buckets[level] = Some(key(vertical, level, place, words));
        if let Some(mask) = masks.get_mut(level + 1) {
            *mask = bit(place);
        }
    }
    buckets[LEVELS.len()] = Some(world(vertical, words));
    (buckets, masks)
}
