//! A conjunction made ready: the gates beside the filter as plain comparisons, its literals as tests of slots.

use std::sync::Arc;

use super::layout::{Demands, Layout, Signature, Val, Words};
use crate::clock::Ts;
use crate::conditions::{Leaf, Op};
use crate::id::AccountId;
use crate::leads::Listing;
use crate::money::Currency;
use crate::requests::{Bounds, Rule};
use crate::verticals::{ConsentRecipients, Model, Value};

/// A lead as programs see it.
#[derive(Debug)]
pub struct View<'a> {
    pub listing: &'a Listing,
    pub values: &'a [Val],
    consent_days: i64,
    seller: u32,
}

impl<'a> View<'a> {
    pub fn of(listing: &'a Listing, values: &'a [Val], now: Ts) -> Self {
        Self {
            listing,
            values,
            consent_days: now.days_since(listing.consent_given_at),
            seller: part(listing.seller_id),
        }
    }
}

/// What a program says of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No,
    /// Only the rule itself can tell.
    Ask,
}

/// Tests that a program holds itself; a conjunction with more of them asks its rule.
const MOST_TESTS: usize = 6;

/// One conjunction of one rule. There are more of them than requests, and a look reads them where they lie: each is
/// a pair of lines of the processor's cache, which come together, and points to nothing that most looks need.
#[derive(Debug, Clone)]
#[repr(align(128))]
pub struct Program {
    pub rule: Arc<Rule>,
    /// Values of the tests that name several.
    #[expect(
        clippy::box_collection,
        reason = "a thin pointer keeps a program at two lines"
    )]
    lists: Option<Box<Vec<Vec<Val>>>>,
    bid: i64,
    most: i64,
    /// A bit for each seller that the request names: where a seller's is not set, it is not named.
    named: u64,
    operands: [i64; MOST_TESTS],
    tests: [Test; MOST_TESTS],
    consent_days: i32,
    /// A part of the buyer's id: where it is not the seller's, the two are not the same.
    buyer: u32,
    /// The next program whose request falls on the same place of the directory, or `LAST`.
    next: u32,
    currency: Currency,
    quality: u8,
    /// `None` under a private contract.
    model: Option<Model>,
    recipients: ConsentRecipients,
    /// Whether the rule has others, so that a lead may find it twice.
    pub one_of_many: bool,
    /// Whether the sellers that the request names are those it buys from only.
    is_picky: bool,
    /// Whether the rule has a gate that is not kept here.
    ask: bool,
}

const _: () = assert!(size_of::<Option<Program>>() == 128);

/// Stands for no next program.
const LAST: u32 = u32::MAX;

/// Of an id what differs from one to the next.
fn part(id: AccountId) -> u32 {
    let [.., a, b, c, d] = *id.0.as_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// One of 64 bits for a part of an id.
const fn bit(part: u32) -> u64 {
    1 << (part.wrapping_mul(0x9E37_79B9) >> 26)
}

/// What a lead's value in one slot must be, beside an operand.
#[derive(Debug, Clone, Copy)]
struct Test {
    slot: u8,
    kind: Kind,
    holds: Holds,
}

/// When a test holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Met,
    MetOrAbsent,
    Unmet,
    UnmetOrAbsent,
}

impl Holds {
    const fn of(when_met: bool, when_absent: bool) -> Self {
        match (when_met, when_absent) {
            (true, false) => Self::Met,
            (true, true) => Self::MetOrAbsent,
            (false, false) => Self::Unmet,
            (false, true) => Self::UnmetOrAbsent,
        }
    }

    const fn when_met(self) -> bool {
        matches!(self, Self::Met | Self::MetOrAbsent)
    }

    const fn when_absent(self) -> bool {
        matches!(self, Self::MetOrAbsent | Self::UnmetOrAbsent)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// There is nothing to test.
    Nothing,
    Any,
    Text,
    Int,
    Bool,
    AtLeast,
    AtMost,
    /// One of the list that has the operand for its number.
    Listed,
    Never,
}

impl Test {
    const NONE: Self = Self {
        slot: 0,
        kind: Kind::Nothing,
        holds: Holds::MetOrAbsent,
    };
}

/// The tests of a program while it is made.
#[derive(Default)]
struct Tests {
    made: Vec<(Test, i64)>,
    lists: Vec<Vec<Val>>,
    /// Whether one of them cannot be said.
    ask: bool,
}

impl Tests {
    fn add(&mut self, slot: usize, leaf: &Leaf, negated: bool, words: &Words) {
        let Ok(slot) = u8::try_from(slot) else {
            self.ask = true;
            return;
        };
        let bounds = (leaf.values().first(), leaf.values().last());
        let op = leaf.condition.op;
        let (mut met, mut absent) = (true, false);
        let kind = match (op, bounds) {
            (Op::Exists, (Some(Value::Bool(wanted)), _)) => {
                (met, absent) = (*wanted, !*wanted);
                (Kind::Any, 0)
            }
            (Op::Eq | Op::In | Op::Ne | Op::NotIn, _) => {
                met = matches!(op, Op::Eq | Op::In);
                self.one_of(
                    leaf.values()
                        .iter()
                        .map(|value| words.value(value))
                        .collect(),
                )
            }
            (Op::Gte, (Some(Value::Int(low)), _)) => (Kind::AtLeast, *low),
            (Op::Lte, (_, Some(Value::Int(high)))) => (Kind::AtMost, *high),
            (Op::Between, (Some(Value::Int(low)), Some(Value::Int(high)))) if !negated => {
                let least = Test {
                    slot,
                    kind: Kind::AtLeast,
                    holds: Holds::Met,
                };
                self.made.push((least, *low));
                (Kind::AtMost, *high)
            }
            (Op::Between, (Some(Value::Int(_)), Some(Value::Int(_)))) => {
                self.ask = true;
                return;
            }
            _ => (Kind::Never, 0),
        };
        let test = Test {
            slot,
            kind: kind.0,
            holds: Holds::of(met != negated, absent != negated),
        };
        self.made.push((test, kind.1));
    }

    fn one_of(&mut self, mut values: Vec<Val>) -> (Kind, i64) {
        match values.as_slice() {
            [Val::Text(hash)] => (Kind::Text, hash.cast_signed()),
            [Val::Int(number)] => (Kind::Int, *number),
            [Val::Bool(flag)] => (Kind::Bool, i64::from(*flag)),
            _ => {
                values.shrink_to_fit();
                self.lists.push(values);
                let number = i64::try_from(self.lists.len() - 1);
                (Kind::Listed, number.unwrap_or(i64::MAX))
            }
        }
    }
}

impl Program {
    /// A conjunction of the rule with what its signature needs; `told` is the literal that its buckets tell.
    pub fn of(
        rule: &Arc<Rule>,
        literals: &[(&Leaf, bool)],
        (is_whole, told): (bool, Option<usize>),
        layout: &Layout,
        words: &Words,
    ) -> (Self, Signature) {
        let bounds = rule.bounds();
        let request = &rule.request;
        let is_public = bounds.seller.is_none();
        let mut tests = Tests::default();
        let mut need = demands(rule, &bounds);
        for (at, (leaf, negated)) in literals.iter().enumerate() {
            // What the bucket or the signature says all of is not looked at again.
            let is_told = told == Some(at) || (!negated && layout.need(leaf, words, &mut need));
            match layout.slot(leaf.source()) {
                _ if is_told => {}
                Some(slot) => tests.add(slot, leaf, *negated, words),
                None => tests.ask = true,
            }
        }
        let Tests {
            made,
            mut lists,
            ask,
        } = tests;
        let ask =
            ask || made.len() > MOST_TESTS || !is_whole || bounds.asks_seniority || !is_public;
        lists.shrink_to_fit();
        let (mut kept, mut operands) = ([Test::NONE; MOST_TESTS], [0; MOST_TESTS]);
        for ((test, operand), (to, beside)) in
            made.into_iter().zip(kept.iter_mut().zip(&mut operands))
        {
            (*to, *beside) = (test, operand);
        }
        let sellers = &request.sellers;
        // What does not fit is left to the rule.
        let days = i32::try_from(bounds.consent_max_age_days).unwrap_or(i32::MAX);
        let quality = u8::try_from(request.min_quality.max(0));
        let program = Self {
            rule: Arc::clone(rule),
            named: sellers
                .allow
                .iter()
                .chain(&sellers.block)
                .fold(0, |bits, id| bits | bit(part(*id))),
            lists: (!lists.is_empty()).then(|| Box::new(lists)),
            operands,
            tests: kept,
            buyer: part(request.buyer_id),
            bid: request.bid.minor,
            most: bounds.most.minor,
            consent_days: days,
            next: LAST,
            currency: request.bid.currency,
            quality: quality.unwrap_or(0),
            model: is_public.then_some(bounds.model),
            recipients: bounds.recipients,
            one_of_many: false,
            is_picky: !sellers.allow.is_empty(),
            ask: ask || quality.is_err(),
        };
        (program, need)
    }

    pub fn next(&self) -> Option<u32> {
        (self.next != LAST).then_some(self.next)
    }

    pub fn set_next(&mut self, next: Option<u32>) {
        self.next = next.unwrap_or(LAST);
    }

    /// Whether the rule's gates take a lead that has the signature, which tells of its contacts, its stage and the
    /// models that its seller accepts; a listing that is off the market is never asked about.
    pub fn verdict(&self, view: &View<'_>) -> Verdict {
        let listing = view.listing;
        #[expect(
            clippy::needless_bitwise_bool,
            reason = "no branch for each: what a lead fails at is different every time"
        )]
        let holds = (view.consent_days <= i64::from(self.consent_days))
            & (listing.quality >= i32::from(self.quality))
            & (self.currency == listing.ask.currency);
        let passes = holds
            && self.is_met(view.values)
            && (self.buyer != view.seller || self.rule.request.buyer_id != listing.seller_id)
            && self.admits(view);
        if !passes || (self.model == Some(Model::Ppl) && self.most < listing.ask.minor) {
            return Verdict::No;
        }
        let pays = match self.model {
            None => true,
            Some(Model::Ppl) => self.bid >= listing.ask.minor,
            Some(_) => false,
        };
        let is_covered = match self.recipients {
            ConsentRecipients::Any => true,
            ConsentRecipients::Listed => listing.recipients.is_empty(),
            ConsentRecipients::Named => false,
        };
        // What one bids for a copy of several, where others are sold, only the rule knows.
        let is_shared = listing.copies_sold > 0 && !self.rule.request.shared_bids.is_empty();
        if self.ask || is_shared || !pays || !is_covered {
            return Verdict::Ask;
        }
        Verdict::Yes
    }

    fn is_met(&self, values: &[Val]) -> bool {
        let mut tests = self.tests.iter().zip(self.operands);
        tests.all(|(test, operand)| self.holds(*test, operand, values))
    }

    fn holds(&self, test: Test, operand: i64, values: &[Val]) -> bool {
        let value = values[usize::from(test.slot)];
        let is_met = match (test.kind, value) {
            (Kind::Nothing, _) => return true,
            (_, Val::Absent) => return test.holds.when_absent(),
            (Kind::Any, _) => true,
            (Kind::AtLeast, Val::Int(seen)) => seen >= operand,
            (Kind::AtMost, Val::Int(seen)) => seen <= operand,
            (Kind::Text, Val::Text(seen)) => seen.cast_signed() == operand,
            (Kind::Int, Val::Int(seen)) => seen == operand,
            (Kind::Bool, Val::Bool(seen)) => i64::from(seen) == operand,
            (Kind::Listed, _) => self.listed(operand).contains(&value),
            _ => false,
        };
        is_met == test.holds.when_met()
    }

    fn listed(&self, number: i64) -> &[Val] {
        let lists = self.lists.iter().flat_map(|lists| lists.iter());
        let mut from = lists.skip(usize::try_from(number).unwrap_or(usize::MAX));
        from.next().map_or(&[], Vec::as_slice)
    }

    fn admits(&self, view: &View<'_>) -> bool {
        if self.named & bit(view.seller) == 0 {
            return !self.is_picky;
        }
        let (sellers, seller) = (&self.rule.request.sellers, view.listing.seller_id);
        sellers.allows(seller) && !sellers.blocks(seller)
    }

    /// Bytes on the heap beside the rule.
    pub fn heap(&self) -> usize {
        let Some(lists) = &self.lists else {
            return 0;
        };
        let lists = lists
            .iter()
            .map(|list| size_of::<Vec<Val>>() + size_of_val::<[Val]>(list));
        size_of::<Vec<Vec<Val>>>() + lists.sum::<usize>()
    }
}

fn demands(rule: &Rule, bounds: &Bounds<'_>) -> Signature {
    let request = &rule.request;
    let is_public = bounds.seller.is_none();
    let mut need = [0; 2];
    let demands = Demands {
        phone: request.need_phone,
        email: request.need_email,
        model: is_public.then_some(bounds.model),
        stage: bounds.min_stage,
        quality: request.min_quality,
        consent_days: bounds.consent_max_age_days,
        currency: Some(request.bid.currency),
        most: (is_public && bounds.model == Model::Ppl).then_some(bounds.most),
    };
    demands.need(&mut need);
    need
}
