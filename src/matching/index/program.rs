//! A conjunction made ready: the gates beside the filter as plain comparisons, its literals as checks on slots.

use std::sync::Arc;

use super::layout::{Demands, Layout, Signature, Val, Words};
use crate::clock::Ts;
use crate::conditions::{Leaf, Op};
use crate::id::AccountId;
use crate::leads::Listing;
use crate::money::Currency;
use crate::requests::{Bounds, Rule};
use crate::scoring::Stage;
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

/// One conjunction of one rule. There are more of them than requests, and a look reads them where they lie: each is
/// one line of the processor's cache.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub struct Program {
    pub rule: Arc<Rule>,
    checks: Box<[Check]>,
    bid: i64,
    most: i64,
    consent_days: i32,
    /// A part of the buyer's id: where it is not the seller's, the two are not the same.
    buyer: u32,
    /// The next program whose request falls on the same place of the directory, or `LAST`.
    next: u32,
    currency: Currency,
    quality: u8,
    /// `None` under a private contract.
    model: Option<Model>,
    stage: Option<Stage>,
    recipients: ConsentRecipients,
    /// Whether the rule has others, so that a lead may find it twice.
    pub one_of_many: bool,
    /// Whether the request names sellers that it buys from only, or never.
    names_sellers: bool,
    /// Whether the rule has a gate that is not kept here.
    ask: bool,
}

const _: () = assert!(size_of::<Option<Program>>() == 64);

/// Stands for no next program.
const LAST: u32 = u32::MAX;

/// Of an id what differs from one to the next.
fn part(id: AccountId) -> u32 {
    let [.., a, b, c, d] = *id.0.as_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// What a lead's value in one slot must be.
#[derive(Debug, Clone)]
struct Check {
    slot: u16,
    /// What it comes to where the test is met; the contrary where it is not.
    when_met: bool,
    /// What it comes to where the lead has no value.
    when_absent: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Any,
    Is(Val),
    AtLeast(i64),
    AtMost(i64),
    // Boxed, since a second word would make every check larger.
    #[expect(
        clippy::box_collection,
        reason = "a thin pointer keeps a check at three words"
    )]
    In(Box<Vec<Val>>),
    Within(Box<(i64, i64)>),
    Never,
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
        let mut ask = !is_whole || bounds.asks_seniority || !is_public;
        let mut checks = Vec::with_capacity(literals.len());
        let mut need = demands(rule, &bounds);
        for (at, (leaf, negated)) in literals.iter().enumerate() {
            // What the bucket or the signature says all of is not looked at again.
            let is_told = told == Some(at) || (!negated && layout.need(leaf, words, &mut need));
            match layout.slot(leaf.source()) {
                _ if is_told => {}
                Some(slot) => checks.push(Check::of(slot, leaf, *negated, words)),
                None => ask = true,
            }
        }
        let sellers = &request.sellers;
        // What does not fit is left to the rule.
        let days = i32::try_from(bounds.consent_max_age_days).unwrap_or(i32::MAX);
        let quality = u8::try_from(request.min_quality.max(0));
        ask |= quality.is_err();
        let program = Self {
            rule: Arc::clone(rule),
            checks: checks.into_boxed_slice(),
            buyer: part(request.buyer_id),
            bid: request.bid.minor,
            most: bounds.most.minor,
            consent_days: days,
            next: LAST,
            currency: request.bid.currency,
            quality: quality.unwrap_or(0),
            model: is_public.then_some(bounds.model),
            stage: bounds.min_stage,
            recipients: bounds.recipients,
            one_of_many: false,
            names_sellers: !(sellers.allow.is_empty() && sellers.block.is_empty()),
            ask,
        };
        (program, need)
    }

    pub fn next(&self) -> Option<u32> {
        (self.next != LAST).then_some(self.next)
    }

    pub fn set_next(&mut self, next: Option<u32>) {
        self.next = next.unwrap_or(LAST);
    }

    /// Whether the rule's gates take a lead that has the signature, which tells of its contacts; a listing that is
    /// off the market is never asked about.
    pub fn verdict(&self, view: &View<'_>) -> Verdict {
        let listing = view.listing;
        let passes = self.checks.iter().all(|check| check.holds(view.values))
            && view.consent_days <= i64::from(self.consent_days)
            && listing.quality >= i32::from(self.quality)
            && self.currency == listing.ask.currency
            && (self.buyer != view.seller || self.rule.request.buyer_id != listing.seller_id)
            && self.stage.is_none_or(|least| listing.stage >= least)
            && self
                .model
                .is_none_or(|model| listing.accepts.contains(&model))
            && (!self.names_sellers || self.admits(listing.seller_id));
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

    fn admits(&self, seller: AccountId) -> bool {
        let sellers = &self.rule.request.sellers;
        sellers.allows(seller) && !sellers.blocks(seller)
    }

    /// Bytes on the heap beside the rule.
    pub fn heap(&self) -> usize {
        let boxed = self.checks.iter().map(|check| match &check.test {
            Test::In(values) => size_of::<Vec<Val>>() + values.capacity() * size_of::<Val>(),
            Test::Within(_) => size_of::<(i64, i64)>(),
            _ => 0,
        });
        size_of_val::<[Check]>(&self.checks) + boxed.sum::<usize>()
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

impl Check {
    fn of(slot: u16, leaf: &Leaf, negated: bool, words: &Words) -> Self {
        let mut values: Vec<Val> = leaf.values().iter().map(|v| words.value(v)).collect();
        values.shrink_to_fit();
        let bounds = (leaf.values().first(), leaf.values().last());
        let op = leaf.condition.op;
        let (mut met, mut absent) = (true, false);
        let test = match (op, values.as_slice(), bounds) {
            (Op::Exists, _, (Some(Value::Bool(wanted)), _)) => {
                (met, absent) = (*wanted, !*wanted);
                Test::Any
            }
            (Op::Eq | Op::In | Op::Ne | Op::NotIn, listed, _) => {
                met = matches!(op, Op::Eq | Op::In);
                match listed {
                    [one] => Test::Is(*one),
                    _ => Test::In(Box::new(values)),
                }
            }
            (Op::Gte, _, (Some(Value::Int(low)), _)) => Test::AtLeast(*low),
            (Op::Lte, _, (_, Some(Value::Int(high)))) => Test::AtMost(*high),
            (Op::Between, _, (Some(Value::Int(low)), Some(Value::Int(high)))) => {
                Test::Within(Box::new((*low, *high)))
            }
            _ => Test::Never,
        };
        Self {
            slot,
            when_met: met != negated,
            when_absent: absent != negated,
            test,
        }
    }

    fn holds(&self, values: &[Val]) -> bool {
        let is_met = match (&self.test, values[usize::from(self.slot)]) {
            (_, Val::Absent) => return self.when_absent,
            (Test::Any, _) => true,
            (Test::Is(one), value) => *one == value,
            (Test::In(list), value) => list.contains(&value),
            (Test::AtLeast(low), Val::Int(seen)) => seen >= *low,
            (Test::AtMost(high), Val::Int(seen)) => seen <= *high,
            (Test::Within(bounds), Val::Int(seen)) => (bounds.0..=bounds.1).contains(&seen),
            (Test::AtLeast(_) | Test::AtMost(_) | Test::Within(_) | Test::Never, _) => false,
        };
        is_met == self.when_met
    }
}
