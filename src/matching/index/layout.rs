//! Where the values of a vertical's leads stand in a view, and which bits of a signature tell of them.
//!
//! A signature is two words. A conjunction needs the bits that every lead it takes must have; a lead has the
//! bits that are true of it. Ranges are thermometer bits (at least this, at most that); a choice has a bit
//! "not this value" for each of its values, so that a list of wanted values is one mask.

use std::hash::{BuildHasher as _, RandomState};

use crate::clock::Ts;
use crate::conditions::fields::{Seen, Source};
use crate::conditions::{FilterFields, Leaf, Op};
use crate::leads::Listing;
use crate::money::{Currency, Money};
use crate::scoring::Stage;
use crate::text::english;
use crate::verticals::{FieldKind, Model, Value, Vertical};

pub type Signature = [u64; 2];

const BITS: u8 = 128;
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
/// Steps of the thermometer of an integer field, each way.
const STEPS: i64 = 8;
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

pub fn set(signature: &mut Signature, bit: u8) {
    signature[usize::from(bit >> 6)] |= 1 << (bit & 63);
}

/// The bits that a field has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Telling {
    Nothing,
    /// True, then false.
    Flag(u8),
    /// Present, then "not this value" for each value.
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
}

impl Layout {
    pub fn of(vertical: &Vertical, words: &Words) -> Self {
        let fields = FilterFields::of(vertical, english());
        let mut next = FIELDS;
        let mut slots: Vec<(String, Slot)> = fields
            .open()
            .iter()
            .map(|field| {
                let telling = match field.kind {
                    FieldKind::Boolean => take(&mut next, 2).map(Telling::Flag),
                    FieldKind::Choice if field.allowed.len() <= MOST_VALUES => {
                        let values = field.allowed.iter().map(|value| words.hash(value));
                        let values: Vec<u64> = values.collect();
                        take(&mut next, values.len() + 1).map(|at| Telling::Choice(at, values))
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
        Self { slots, attributes }
    }

    pub fn slot(&self, source: &Source) -> Option<u16> {
        let at = self.slots.iter().position(|slot| slot.source == *source)?;
        u16::try_from(at).ok()
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
        let mut have = [0; 2];
        for (slot, value) in self.slots.iter().zip(values) {
            slot.telling.of_value(*value, &mut have);
        }
        if listing.has_phone() {
            set(&mut have, PHONE);
        }
        if listing.has_email() {
            set(&mut have, EMAIL);
        }
        for model in &listing.accepts {
            set(&mut have, model_bit(*model));
        }
        for bit in STAGES..STAGES + stage_bits(listing.stage) {
            set(&mut have, bit);
        }
        set(&mut have, currency_bit(listing.ask.currency));
        for (bit, step) in (QUALITY..).zip(QUALITY_STEPS) {
            if i64::from(listing.quality) >= step {
                set(&mut have, bit);
            }
        }
        let age = now.days_since(listing.consent_given_at);
        for (bit, days) in (CONSENT..).zip(CONSENT_DAYS) {
            if age <= days {
                set(&mut have, bit);
            }
        }
        for step in 0..ASK_STEPS {
            if listing.ask.minor <= ask_step(step) {
                set(&mut have, ASK + step);
            }
        }
        have
    }

    /// What a literal demands; nothing for one that no bit tells of.
    pub fn need(&self, leaf: &Leaf, words: &Words, need: &mut Signature) {
        if let Some(slot) = self.slots.iter().find(|slot| slot.source == *leaf.source()) {
            slot.telling.of_leaf(leaf, words, need);
        }
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
    fn of_value(&self, value: Val, have: &mut Signature) {
        match (self, value) {
            (Self::Flag(at), Val::Bool(flag)) => set(have, at + u8::from(!flag)),
            (Self::Choice(at, values), Val::Text(seen)) => {
                set(have, *at);
                for (bit, value) in (at + 1..).zip(values) {
                    if *value != seen {
                        set(have, bit);
                    }
                }
            }
            (Self::Steps(at, steps), Val::Int(seen)) => {
                for ((low, step), high) in (*at..).zip(steps).zip(highs(*at, steps)) {
                    if seen >= *step {
                        set(have, low);
                    }
                    if seen <= *step {
                        set(have, high);
                    }
                }
            }
            _ => {}
        }
    }

    fn of_leaf(&self, leaf: &Leaf, words: &Words, need: &mut Signature) {
        let op = leaf.condition.op;
        match self {
            Self::Nothing => {}
            Self::Flag(at) => match (op, leaf.values().first()) {
                (Op::Eq, Some(Value::Bool(flag))) => set(need, at + u8::from(!flag)),
                (Op::Ne, Some(Value::Bool(flag))) => set(need, at + u8::from(*flag)),
                _ => {}
            },
            Self::Choice(at, values) => {
                let named: Vec<Val> = leaf.values().iter().map(|v| words.value(v)).collect();
                let wanted = match op {
                    Op::Eq | Op::In => true,
                    Op::Ne | Op::NotIn => false,
                    _ => return,
                };
                set(need, *at);
                for (bit, value) in (at + 1..).zip(values) {
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
            }
        }
    }
}

/// The bits that say "at most" each step.
fn highs(at: u8, steps: &[i64]) -> std::ops::RangeFrom<u8> {
    at + u8::try_from(steps.len()).unwrap_or_default()..
}
