//! A conjunction made ready: the gates beside the filter as plain comparisons, its literals as checks on slots.

use std::sync::Arc;

use super::layout::{Demands, Layout, Signature, Val, Words};
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
    pub consent_days: i64,
}

/// What a program says of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No,
    /// Only the rule itself can tell.
    Ask,
}

/// One conjunction of one rule.
#[derive(Debug, Clone)]
pub struct Program {
    pub rule: Arc<Rule>,
    /// The next program whose request falls on the same place of the directory.
    pub next: Option<u32>,
    /// Whether the rule has others, so that a lead may find it twice.
    pub one_of_many: bool,
    buyer: AccountId,
    bid: i64,
    most: i64,
    consent_days: i64,
    quality: i32,
    currency: Currency,
    /// `None` under a private contract.
    model: Option<Model>,
    stage: Option<Stage>,
    recipients: ConsentRecipients,
    /// Whether it bids by the number of buyers, so that only the rule knows what it bids for a copy of several.
    shares: bool,
    /// Whether the rule has a gate that is not kept here.
    ask: bool,
    sellers: Option<Box<Traders>>,
    checks: Box<[Check]>,
}

/// Whom a rule buys from only, and never.
#[derive(Debug, Clone)]
struct Traders {
    allow: Vec<AccountId>,
    block: Vec<AccountId>,
}

#[derive(Debug, Clone)]
struct Check {
    slot: u16,
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Exists(bool),
    Is(Val),
    IsNot(Val),
    In(Box<[Val]>),
    NotIn(Box<[Val]>),
    AtLeast(i64),
    AtMost(i64),
    Within(i64, i64),
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
        let mut allow = request.sellers.allow.clone();
        let block = request.sellers.block.clone();
        let mut ask = !is_whole || bounds.asks_seniority;
        if let Some(seller) = bounds.seller {
            ask |= !allow.is_empty() && !allow.contains(&seller);
            allow = vec![seller];
        }
        let mut checks = Vec::with_capacity(literals.len());
        let mut need = demands(rule, &bounds);
        for (at, (leaf, negated)) in literals.iter().enumerate() {
            // What the bucket or the signature says all of is not looked at again.
            let is_told = told == Some(at) || (!negated && layout.need(leaf, words, &mut need));
            match layout.slot(leaf.source()) {
                _ if is_told => {}
                Some(slot) => checks.push(Check {
                    slot,
                    negated: *negated,
                    test: Test::of(leaf, words),
                }),
                None => ask = true,
            }
        }
        let sellers = (!allow.is_empty() || !block.is_empty()).then_some(Traders { allow, block });
        let program = Self {
            rule: Arc::clone(rule),
            next: None,
            one_of_many: false,
            buyer: request.buyer_id,
            bid: request.bid.minor,
            most: bounds.most.minor,
            consent_days: bounds.consent_max_age_days,
            quality: request.min_quality,
            currency: request.bid.currency,
            model: is_public.then_some(bounds.model),
            stage: bounds.min_stage,
            recipients: bounds.recipients,
            shares: !request.shared_bids.is_empty(),
            ask,
            sellers: sellers.map(Box::new),
            checks: checks.into_boxed_slice(),
        };
        (program, need)
    }

    /// Whether the rule's gates take a lead that has the signature, which tells of its contacts; a listing that is
    /// off the market is never asked about.
    pub fn verdict(&self, view: &View<'_>) -> Verdict {
        let listing = view.listing;
        let passes = self.checks.iter().all(|check| check.holds(view.values))
            && view.consent_days <= self.consent_days
            && listing.quality >= self.quality
            && self.currency == listing.ask.currency
            && self.buyer != listing.seller_id
            && self.stage.is_none_or(|least| listing.stage >= least)
            && self
                .model
                .is_none_or(|model| listing.accepts.contains(&model))
            && self.sellers.as_ref().is_none_or(|traders| {
                (traders.allow.is_empty() || traders.allow.contains(&listing.seller_id))
                    && !traders.block.contains(&listing.seller_id)
            });
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
        let is_shared = self.shares && listing.copies_sold > 0;
        if self.ask || is_shared || !pays || !is_covered {
            return Verdict::Ask;
        }
        Verdict::Yes
    }

    /// Bytes on the heap beside the rule.
    pub fn heap(&self) -> usize {
        let lists = self.checks.iter().map(|check| match &check.test {
            Test::In(values) | Test::NotIn(values) => size_of_val::<[Val]>(values),
            _ => 0,
        });
        let sellers = self.sellers.as_ref().map_or(0, |traders| {
            let ids = traders.allow.capacity() + traders.block.capacity();
            size_of::<Traders>() + ids * size_of::<AccountId>()
        });
        size_of_val::<[Check]>(&self.checks) + lists.sum::<usize>() + sellers
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

impl Test {
    fn of(leaf: &Leaf, words: &Words) -> Self {
        let values: Vec<Val> = leaf.values().iter().map(|v| words.value(v)).collect();
        let bounds = (leaf.values().first(), leaf.values().last());
        match (leaf.condition.op, values.as_slice(), bounds) {
            (Op::Exists, _, (Some(Value::Bool(wanted)), _)) => Self::Exists(*wanted),
            (Op::Eq | Op::In, [one], _) => Self::Is(*one),
            (Op::Ne | Op::NotIn, [one], _) => Self::IsNot(*one),
            (Op::Eq | Op::In, ..) => Self::In(values.into_boxed_slice()),
            (Op::Ne | Op::NotIn, ..) => Self::NotIn(values.into_boxed_slice()),
            (Op::Gte, _, (Some(Value::Int(low)), _)) => Self::AtLeast(*low),
            (Op::Lte, _, (_, Some(Value::Int(high)))) => Self::AtMost(*high),
            (Op::Between, _, (Some(Value::Int(low)), Some(Value::Int(high)))) => {
                Self::Within(*low, *high)
            }
            _ => Self::Never,
        }
    }
}

impl Check {
    fn holds(&self, values: &[Val]) -> bool {
        let value = values[usize::from(self.slot)];
        let is_met = match (&self.test, value) {
            (Test::Exists(wanted), value) => *wanted == (value != Val::Absent),
            (_, Val::Absent) | (Test::Never, _) => false,
            (Test::Is(one), value) => *one == value,
            (Test::IsNot(one), value) => *one != value,
            (Test::In(list), value) => list.contains(&value),
            (Test::NotIn(list), value) => !list.contains(&value),
            (Test::AtLeast(low), Val::Int(seen)) => seen >= *low,
            (Test::AtMost(high), Val::Int(seen)) => seen <= *high,
            (Test::Within(low, high), Val::Int(seen)) => (*low..=*high).contains(&seen),
            (Test::AtLeast(_) | Test::AtMost(_) | Test::Within(..), _) => false,
        };
        is_met != self.negated
    }
}
