//! Where the values of a vertical's leads stand in a view, and which bits of a signature tell of them.
//!
//! A signature is two words. A conjunction needs the bits that every lead it takes must have; a lead has the
//! bits that are true of it. Ranges are thermometer bits (at least this, at most that); a choice has a bit
//! "not this value" for each of its values, so that a list of wanted values is one mask. Where the bits say all
//! that a condition asks, no program has to look again.

use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;

use super::places::LEVELS;
use crate::clock::Ts;
use crate::conditions::fields::{BuiltIn, Seen, Source};
use crate::conditions::{FilterFields, Leaf, Op};
use crate::leads::Listing;
use crate::money::{Currency, Money};
use crate::scoring::Stage;
use crate::text::english;
use crate::verticals::{FieldKind, Model, Value, Vertical};

pub type Signature = [u64; 2];

const BITS: u8 = 128;
// The gates beside the filter have the first word.
const PHONE: u8 = 0;
const EMAIL: u8 = 1;
/// One bit a model, in the order of `Model`.
const MODELS: u8 = 2;
const STAGES: u8 = 6;
const QUALITY: u8 = 8;
const QUALITY_STEPS: [i64; 9] = [10, 20, 30, 40, 50, 60, 70, 80, 90];
const CONSENT: u8 = 17;
const CONSENT_DAYS: [i64; 7] = [7, 14, 30, 60, 90, 180, 365];
/// Currencies share eight bits.
const CURRENCY: u8 = 24;
const ASK: u8 = 32;
/// Asks in minor units, doubling.
const ASK_STEPS: u8 = 16;
const ASK_FIRST: u8 = 7;
/// The first bit that a vertical's fields may take.
const FIELDS: u8 = ASK + ASK_STEPS;
const _: () = assert!(FIELDS <= 64);
/// Steps of the thermometer of an integer field, each way.
const STEPS: i64 = 6;
/// A choice with more values has no bits.
const MOST_VALUES: usize = 24;

/// A value, texts as keyed hashes of their lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Val {
    Absent,
    Bool(bool),
    Int(i64),
    Text(u64),
}

/// Hashes texts; one for all parts of an index.
#[derive(Debug, Clone, Default)]
pub struct Words(RandomState);

impl Words {
    /// Equal for texts that differ in case alone.
    pub fn hash(&self, text: &str) -> u64 {
        let mut short = [0_u8; 64];
        match short.get_mut(..text.len()) {
            Some(lower) if text.is_ascii() => {
                lower.copy_from_slice(text.as_bytes());
                lower.make_ascii_lowercase();
                self.0.hash_one(&*lower)
            }
            _ => {
                let lower: String = text.chars().flat_map(char::to_lowercase).collect();
                self.0.hash_one(lower.as_bytes())
            }
        }
    }

    pub fn bucket(&self, of: impl std::hash::Hash) -> u64 {
        self.0.hash_one(of)
    }

    fn seen(&self, seen: Seen<'_>) -> Val {
        match seen {
            Seen::Bool(flag) => Val::Bool(flag),
            Seen::Int(number) => Val::Int(number),
            Seen::Text(text) => Val::Text(self.hash(text)),
        }
    }

    pub fn value(&self, value: &Value) -> Val {
        match value {
            Value::Bool(flag) => Val::Bool(*flag),
            Value::Int(number) => Val::Int(*number),
            Value::Text(text) => Val::Text(self.hash(text)),
        }
    }
}

/// A bit for each thing that is true, the first the lowest. None of them is a branch: what is true is different
/// for every lead.
pub fn told(says: impl IntoIterator<Item = bool>) -> u64 {
    let says = (0..64_u8).zip(says);
    says.fold(0, |bits, (at, says)| bits | u64::from(says) << at)
}

fn set(signature: &mut Signature, bit: u8) {
    signature[usize::from(bit >> 6)] |= 1 << (bit & 63);
}

/// The bits that a field has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Telling {
    Nothing,
    /// True, then false.
    Flag(u8),
    /// Present, one of the values, then "not this value" for each value.
    Choice(u8, Vec<u64>),
    /// At least each step, then at most each step.
    Steps(u8, Vec<i64>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    source: Source,
    telling: Telling,
}

/// The slots of one vertical: attributes by key, then what every lead has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    slots: Vec<Slot>,
    attributes: usize,
    /// The slots of the levels of place.
    places: [Option<usize>; LEVELS.len()],
}

impl Layout {
    pub fn of(vertical: &Vertical, words: &Words) -> Self {
        let fields = FilterFields::of(vertical, english());
        let mut next = FIELDS;
        // The score first: most requests ask for one, and bits may not be enough for all.
        let is_score = |key: &str| Source::of(key) == Source::BuiltIn(BuiltIn::Score);
        let (first, rest): (Vec<_>, Vec<_>) =
            fields.open().iter().partition(|field| is_score(&field.key));
        let mut slots: Vec<(String, Slot)> = first
            .into_iter()
            .chain(rest)
            .map(|field| {
                let telling = match field.kind {
                    FieldKind::Boolean => take(&mut next, 2).map(Telling::Flag),
                    FieldKind::Choice if field.allowed.len() <= MOST_VALUES => {
                        let values = field.allowed.iter().map(|value| words.hash(value));
                        let values: Vec<u64> = values.collect();
                        take(&mut next, values.len() + 2).map(|at| Telling::Choice(at, values))
                    }
                    FieldKind::Integer => {
                        let steps = steps(field.min, field.max);
                        take(&mut next, steps.len() * 2).map(|at| Telling::Steps(at, steps))
                    }
                    FieldKind::Choice | FieldKind::Text => None,
                };
                let slot = Slot {
                    source: Source::of(&field.key),
                    telling: telling.unwrap_or(Telling::Nothing),
                };
                (field.key.clone(), slot)
            })
            .collect();
        slots.sort_by(|(a, x), (b, y)| (built_in(x), a).cmp(&(built_in(y), b)));
        let slots: Vec<Slot> = slots.into_iter().map(|(_, slot)| slot).collect();
        let attributes = slots.iter().filter(|slot| !built_in(slot)).count();
        let places = LEVELS.map(|level| {
            let source = Source::Attribute(level.to_owned());
            slots.iter().position(|slot| slot.source == source)
        });
        Self {
            slots,
            attributes,
            places,
        }
    }

    pub fn slot(&self, source: &Source) -> Option<usize> {
        self.slots.iter().position(|slot| slot.source == *source)
    }

    /// The lead's value in every slot; attributes and slots are both in the order of their keys.
    pub fn values(&self, listing: &Listing, now: Ts, words: &Words) -> Vec<Val> {
        let mut values = vec![Val::Absent; self.slots.len()];
        let mut seen = listing.attributes.iter().peekable();
        for (slot, value) in self.slots[..self.attributes].iter().zip(&mut values) {
            let Source::Attribute(key) = &slot.source else {
                continue;
            };
            while seen.next_if(|(other, _)| *other < key).is_some() {}
            if let Some((_, found)) = seen.next_if(|(other, _)| *other == key) {
                *value = words.value(found);
            }
        }
        let own = self.slots.iter().zip(&mut values).skip(self.attributes);
        for (slot, value) in own {
            let found = slot.source.look(listing, now);
            *value = found.map_or(Val::Absent, |found| words.seen(found));
        }
        values
    }

    /// What is true of a lead with these values.
    pub fn have(&self, listing: &Listing, values: &[Val], now: Ts) -> Signature {
        let fields = self.slots.iter().zip(values);
        let fields = fields.fold(0, |have, (slot, value)| {
            have | slot.telling.of_value(*value)
        });
        let models = listing.accepts.iter();
        let models = models.fold(0, |have, model| have | 1 << model_bit(*model));
        let quality = i64::from(listing.quality);
        let age = now.days_since(listing.consent_given_at);
        let ask = listing.ask;
        let gates = models
            | told([listing.has_phone()]) << PHONE
            | told([listing.has_email()]) << EMAIL
            | ((1 << stage_bits(listing.stage)) - 1) << STAGES
            | told(QUALITY_STEPS.map(|step| quality >= step)) << QUALITY
            | told(CONSENT_DAYS.map(|days| age <= days)) << CONSENT
            | 1 << currency_bit(ask.currency)
            | told((0..ASK_STEPS).map(|step| ask.minor <= ask_step(step))) << ASK;
        let low = fields & u128::from(u64::MAX);
        let halves = [low, fields >> 64].map(|half| u64::try_from(half).unwrap_or_default());
        [halves[0] | gates, halves[1]]
    }

    /// What a literal demands; says whether the bits tell all of it.
    pub fn need(&self, leaf: &Leaf, words: &Words, need: &mut Signature) -> bool {
        let slot = self.slots.iter().find(|slot| slot.source == *leaf.source());
        slot.is_some_and(|slot| slot.telling.of_leaf(leaf, words, need))
    }

    /// The lead's places, the finest first.
    pub fn places(&self, values: &[Val]) -> [Option<u64>; LEVELS.len()] {
        self.places.map(|slot| match slot.map(|slot| values[slot]) {
            Some(Val::Text(place)) => Some(place),
            _ => None,
        })
    }
}

fn built_in(slot: &Slot) -> bool {
    matches!(slot.source, Source::BuiltIn(_))
}

fn take(next: &mut u8, bits: usize) -> Option<u8> {
    let at = *next;
    let end = u8::try_from(usize::from(at) + bits)
        .ok()
        .filter(|end| *end <= BITS)?;
    *next = end;
    Some(at)
}

/// Steps through a known range, or doubling where there is none.
fn steps(min: Option<i64>, max: Option<i64>) -> Vec<i64> {
    match (min, max) {
        (Some(min), Some(max)) if max > min => (0..STEPS)
            .map(|step| min.saturating_add(max.saturating_sub(min) / STEPS * step))
            .collect(),
        _ => (0..STEPS).map(|step| 1 << (step + step)).collect(),
    }
}

fn model_bit(model: Model) -> u8 {
    MODELS
        + match model {
            Model::Ppl => 0,
            Model::Ppa => 1,
            Model::Pps => 2,
            Model::Hybrid => 3,
        }
}

fn stage_bits(stage: Stage) -> u8 {
    match stage {
        Stage::Lead => 0,
        Stage::Mql => 1,
        Stage::Sql => 2,
    }
}

fn currency_bit(currency: Currency) -> u8 {
    let sum = currency.code().bytes().fold(0_u8, |sum, letter| {
        sum.wrapping_mul(31).wrapping_add(letter)
    });
    CURRENCY + sum % 8
}

const fn ask_step(step: u8) -> i64 {
    1 << (ASK_FIRST + step)
}

/// What the gates beside the filter demand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demands {
    pub phone: bool,
    pub email: bool,
    /// The model that the seller must accept.
    pub model: Option<Model>,
    pub stage: Option<Stage>,
    pub quality: i32,
    pub consent_days: i64,
    pub currency: Option<Currency>,
    /// The ask may not be above it.
    pub most: Option<Money>,
}

impl Demands {
    pub fn need(self, need: &mut Signature) {
        if self.phone {
            set(need, PHONE);
        }
        if self.email {
            set(need, EMAIL);
        }
        if let Some(model) = self.model {
            set(need, model_bit(model));
        }
        if let Some(bits) = self.stage.map(stage_bits).filter(|bits| *bits > 0) {
            set(need, STAGES + bits - 1);
        }
        if let Some(currency) = self.currency {
            set(need, currency_bit(currency));
        }
        let quality = (QUALITY..).zip(QUALITY_STEPS);
        if let Some((bit, _)) = quality
            .take_while(|(_, step)| *step <= i64::from(self.quality))
            .last()
        {
            set(need, bit);
        }
        let mut days = (CONSENT..).zip(CONSENT_DAYS);
        if let Some((bit, _)) = days.find(|(_, days)| *days >= self.consent_days) {
            set(need, bit);
        }
        if let Some(most) = self.most
            && let Some(step) = (0..ASK_STEPS).find(|step| ask_step(*step) >= most.minor)
        {
            set(need, ASK + step);
        }
    }
}

impl Telling {
    /// The bits of the signature that a value sets.
    fn of_value(&self, value: Val) -> u128 {
        let (at, bits) = match (self, value) {
            (Self::Flag(at), Val::Bool(flag)) => (*at, told([flag, !flag])),
            (Self::Choice(at, values), Val::Text(seen)) => {
                let is = told(values.iter().map(|value| *value == seen));
                let is_not = told(values.iter().map(|value| *value != seen));
                (*at, told([true, is != 0]) | is_not << 2)
            }
            (Self::Steps(at, steps), Val::Int(seen)) => {
                let low = told(steps.iter().map(|step| seen >= *step));
                let high = told(steps.iter().map(|step| seen <= *step));
                (*at, low | high << steps.len())
            }
            _ => return 0,
        };
        u128::from(bits) << at
    }

    fn of_leaf(&self, leaf: &Leaf, words: &Words, need: &mut Signature) -> bool {
        let op = leaf.condition.op;
        match self {
            Self::Nothing => return false,
            Self::Flag(at) => match (op, leaf.values().first()) {
                (Op::Eq, Some(Value::Bool(flag))) => set(need, at + u8::from(!flag)),
                (Op::Ne, Some(Value::Bool(flag))) => set(need, at + u8::from(*flag)),
                _ => return false,
            },
            Self::Choice(at, values) => {
                let named: Vec<Val> = leaf.values().iter().map(|v| words.value(v)).collect();
                let is_known = |one: &Val| matches!(one, Val::Text(text) if values.contains(text));
                let wanted = match op {
                    Op::Eq | Op::In => true,
                    Op::Ne | Op::NotIn => false,
                    _ => return false,
                };
                // Whoever names a value that the field no longer has is asked itself.
                if !named.iter().all(is_known) {
                    return false;
                }
                set(need, at + u8::from(wanted));
                for (bit, value) in (at + 2..).zip(values) {
                    if named.contains(&Val::Text(*value)) != wanted {
                        set(need, bit);
                    }
                }
            }
            Self::Steps(at, steps) => {
                let ints = leaf.values().iter().filter_map(|value| match value {
                    Value::Int(number) => Some(*number),
                    _ => None,
                });
                let (least, most) = (ints.clone().min(), ints.max());
                let (low, high) = match op {
                    Op::Eq | Op::In | Op::Between => (least, most),
                    Op::Gte => (least, None),
                    Op::Lte => (None, most),
                    _ => (None, None),
                };
                if let Some(low) = low {
                    let below = (*at..).zip(steps).take_while(|(_, step)| **step <= low);
                    if let Some((bit, _)) = below.last() {
                        set(need, bit);
                    }
                }
                if let Some(high) = high {
                    let mut above = highs(*at, steps).zip(steps);
                    if let Some((bit, _)) = above.find(|(_, step)| **step >= high) {
                        set(need, bit);
                    }
                }
                return false;
            }
        }
        true
    }
}

/// The bits that say "at most" each step.
fn highs(at: u8, steps: &[i64]) -> std::ops::RangeFrom<u8> {
    at + u8::try_from(steps.len()).unwrap_or_default()..
}
