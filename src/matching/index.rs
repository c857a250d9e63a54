//! The anchor index: which rules take a lead, found without looking at the others.
//!
//! Each conjunction of a rule stands in the buckets of the finest place that it names, with a signature of what
//! it needs; a lead looks into five buckets and runs the few programs whose signatures it has. The index only
//! proposes: what it finds is what a scan of all rules finds, and the sale checks again what may have changed.

mod layout;
mod places;
mod program;
mod shards;

use std::collections::HashMap;
use std::sync::Arc;

use self::layout::{Layout, Signature, Words, told};
use self::places::{Mask, Masks};
use self::program::{Program, Verdict, View};
use self::shards::{Chunks, Shards};
use crate::clock::Ts;
use crate::conditions::{Leaf, MAX_BRANCHES};
use crate::id::{RequestId, VerticalId};
use crate::leads::{LeadState, Listing};
use crate::requests::Rule;
use crate::verticals::Vertical;

/// A conjunction in a bucket.
#[derive(Debug, Clone, Copy)]
struct Posting {
    need: Signature,
    program: u32,
    mask: Mask,
}

impl Posting {
    fn passes(&self, lookup: &Lookup<'_>) -> bool {
        let lacks = (self.need[0] & !lookup.have[0]) | (self.need[1] & !lookup.have[1]);
        (lacks == 0) & self.mask.admits(&lookup.masks)
    }

    /// How many of its needs a lead lacks.
    fn lacks(&self, have: &Signature) -> u32 {
        (self.need[0] & !have[0]).count_ones() + (self.need[1] & !have[1]).count_ones()
    }
}

/// Rules by vertical and place. A clone shares what is not changed afterwards.
#[derive(Debug, Clone, Default)]
pub struct Index {
    words: Words,
    layouts: HashMap<VerticalId, Arc<Layout>>,
    buckets: Shards<Vec<Posting>>,
    programs: Chunks<Program>,
    /// The first program of each request.
    directory: Shards<u32>,
    rules: usize,
}

/// What an index takes in memory, in bytes; the requests themselves are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    pub rules: usize,
    pub postings: usize,
    /// Buckets, postings and the directory of requests.
    pub index: usize,
    /// The programs that postings point to.
    pub programs: usize,
}

/// A lead ready to be looked up.
struct Lookup<'a> {
    view: View<'a>,
    have: Signature,
    buckets: [Option<u64>; 5],
    masks: Masks,
}

impl Index {
    /// An empty index of these verticals; rules of others are not taken.
    pub fn new(verticals: &[Vertical]) -> Self {
        let words = Words::default();
        let layouts = verticals
            .iter()
            .map(|vertical| (vertical.id, Arc::new(Layout::of(vertical, &words))))
            .collect();
        Self {
            words,
            layouts,
            ..Self::default()
        }
    }

    /// Whether the index was made for these verticals as they are now.
    pub fn is_of(&self, verticals: &[Vertical]) -> bool {
        self.layouts.len() == verticals.len()
            && verticals.iter().all(|vertical| {
                let layout = self.layouts.get(&vertical.id);
                layout.is_some_and(|layout| **layout == Layout::of(vertical, &self.words))
            })
    }

    pub const fn len(&self) -> usize {
        self.rules
    }

    pub const fn is_empty(&self) -> bool {
        self.rules == 0
    }

    /// Takes a rule in, in place of an earlier one of the same request; false for an unknown vertical.
    pub fn insert(&mut self, rule: &Arc<Rule>) -> bool {
        self.remove(rule.request.id);
        let Some(layout) = self.layouts.get(&rule.request.vertical_id).cloned() else {
            return false;
        };
        let place = self.words.bucket(rule.request.id);
        let (conjunctions, is_whole) = conjunctions(rule);
        for literals in &conjunctions {
            let anchors = places::anchors(rule.request.vertical_id, literals, &self.words);
            let telling = (is_whole, anchors.told);
            let (mut program, need) = Program::of(rule, literals, telling, &layout, &self.words);
            program.one_of_many = conjunctions.len() > 1;
            program.set_next(self.directory.get(place).copied());
            let program = self.programs.add(program);
            self.directory.piece(place).insert(place, program);
            for (bucket, mask) in anchors.buckets {
                let posting = Posting {
                    need,
                    program,
                    mask,
                };
                let piece = self.buckets.piece(bucket);
                piece.entry(bucket).or_default().push(posting);
            }
        }
        self.rules += 1;
        true
    }

    /// Takes the rule of a request out; false when there is none.
    pub fn remove(&mut self, request: RequestId) -> bool {
        let place = self.words.bucket(request);
        let (mut next, mut kept) = (self.directory.get(place).copied(), Vec::new());
        let mut removed = None;
        while let Some(number) = next {
            let Some(program) = self.programs.get(number) else {
                break;
            };
            next = program.next();
            if program.rule.request.id == request {
                removed = Some(Arc::clone(&program.rule));
                self.programs.remove(number);
            } else {
                kept.push(number);
            }
        }
        let Some(rule) = removed else {
            return false;
        };
        self.relink(place, &kept);
        for literals in conjunctions(&rule).0 {
            let anchors = places::anchors(rule.request.vertical_id, &literals, &self.words);
            for (bucket, _) in anchors.buckets {
                let programs = &self.programs;
                let piece = self.buckets.piece(bucket);
                if let Some(postings) = piece.get_mut(&bucket) {
                    postings.retain(|posting| programs.get(posting.program).is_some());
                    if postings.is_empty() {
                        piece.remove(&bucket);
                    }
                }
            }
        }
        self.rules -= 1;
        true
    }

    /// Chains the programs that share a place of the directory.
    fn relink(&mut self, place: u64, kept: &[u32]) {
        self.directory.piece(place).remove(&place);
        for number in kept {
            let next = self.directory.piece(place).insert(place, *number);
            if let Some(program) = self.programs.get_mut(*number) {
                program.set_next(next);
            }
        }
    }

    /// Gives back the room that loading left over.
    pub fn shrink(&mut self) {
        self.buckets.shrink(Vec::shrink_to_fit);
        self.directory.shrink(|_| {});
    }

    pub fn get(&self, request: RequestId) -> Option<&Arc<Rule>> {
        let mut next = self.directory.get(self.words.bucket(request)).copied();
        while let Some(number) = next {
            let program = self.programs.get(number)?;
            if program.rule.request.id == request {
                return Some(&program.rule);
            }
            next = program.next();
        }
        None
    }

    /// Every rule, each once, in no order.
    pub fn rules(&self) -> impl Iterator<Item = &Arc<Rule>> {
        let mut seen = std::collections::HashSet::new();
        self.programs
            .iter()
            .filter(move |program| !program.one_of_many || seen.insert(program.rule.request.id))
            .map(|program| &program.rule)
    }

    /// The rules that `matches` the listing, in no order.
    pub fn find(&self, listing: &Listing, now: Ts) -> Vec<&Arc<Rule>> {
        let on_offer = listing.state == LeadState::Listed
            && listing.copies_sold < listing.copies
            && now < listing.expires_at;
        if !on_offer {
            return Vec::new();
        }
        self.looked_up(listing, now, |lookup| self.found(lookup, now))
            .unwrap_or_default()
    }

    /// All buckets are looked up before the first is read, and all programs before the first is run: a look waits for
    /// memory, which brings several lines at once where none depends on another.
    fn found(&self, lookup: &Lookup<'_>, now: Ts) -> Vec<&Arc<Rule>> {
        let mut programs: Vec<&Program> = Vec::with_capacity(32);
        for postings in self.postings(lookup).into_iter().flatten() {
            for some in postings.chunks(64) {
                let mut passing = told(some.iter().map(|posting| posting.passes(lookup)));
                while let Some(posting) = some.get(lowest(passing)) {
                    programs.extend(self.programs.get(posting.program));
                    passing &= passing - 1;
                }
            }
        }
        let (mut rules, mut many) = (Vec::with_capacity(programs.len()), Vec::new());
        for program in programs {
            let takes = match program.verdict(&lookup.view) {
                Verdict::Yes => true,
                Verdict::No => false,
                Verdict::Ask => program.rule.matches(lookup.view.listing, now),
            };
            if takes && program.one_of_many {
                many.push(&program.rule);
            } else if takes {
                rules.push(&program.rule);
            }
        }
        // The programs of one rule share it, so that its place in memory tells them.
        many.sort_unstable_by_key(|rule| Arc::as_ptr(rule));
        many.dedup_by_key(|rule| Arc::as_ptr(rule));
        rules.extend(many);
        rules
    }

    /// Rules of the listing's places that lack the fewest of the needs that bits tell of, up to `limit`.
    pub fn near(&self, listing: &Listing, now: Ts, limit: usize) -> Vec<Arc<Rule>> {
        let near = |lookup: &Lookup<'_>| {
            let mut near: Vec<(u32, u32)> = self
                .postings(lookup)
                .into_iter()
                .flatten()
                .flatten()
                .map(|posting| (posting.lacks(&lookup.have), posting.program))
                .collect();
            // A rule may stand here several times, once for each of its alternatives.
            let enough = limit.saturating_mul(2);
            if near.len() > enough {
                near.select_nth_unstable(enough);
                near.truncate(enough);
            }
            near.sort_unstable();
            let mut rules: Vec<Arc<Rule>> = Vec::new();
            for program in near
                .iter()
                .filter_map(|(_, number)| self.programs.get(*number))
            {
                if rules.len() == limit {
                    break;
                }
                let is_new = !program.one_of_many
                    || !rules
                        .iter()
                        .any(|rule| rule.request.id == program.rule.request.id);
                if is_new {
                    rules.push(Arc::clone(&program.rule));
                }
            }
            rules
        };
        self.looked_up(listing, now, near).unwrap_or_default()
    }

    fn postings(&self, lookup: &Lookup<'_>) -> [Option<&Vec<Posting>>; 5] {
        lookup.buckets.map(|bucket| self.buckets.get(bucket?))
    }

    /// Prepares a listing of a known vertical and asks.
    fn looked_up<T>(
        &self,
        listing: &Listing,
        now: Ts,
        ask: impl FnOnce(&Lookup<'_>) -> T,
    ) -> Option<T> {
        let layout = self.layouts.get(&listing.vertical_id)?;
        let values = layout.values(listing, now, &self.words);
        let places = layout.places(&values);
        let (buckets, masks) = places::buckets(listing.vertical_id, places, &self.words);
        Some(ask(&Lookup {
            have: layout.have(listing, &values, now),
            view: View::of(listing, &values, now),
            buckets,
            masks,
        }))
    }

    pub fn footprint(&self) -> Footprint {
        let buckets = self.buckets.values();
        let (count, postings, room) = buckets.fold((0, 0, 0), |(count, postings, room), bucket| {
            (count + 1, postings + bucket.len(), room + bucket.capacity())
        });
        let maps = count * size_of::<(u64, Vec<Posting>)>() + self.rules * size_of::<(u64, u32)>();
        let programs = self.programs.iter();
        Footprint {
            rules: self.rules,
            postings,
            // A map keeps an eighth of its places free, and a byte for each.
            index: room * size_of::<Posting>() + maps * 8 / 7 + count + self.rules,
            programs: programs
                .map(|program| size_of::<Option<Program>>() + program.heap())
                .sum(),
        }
    }
}

/// The place of the lowest bit; 64 where there is none.
fn lowest(bits: u64) -> usize {
    usize::try_from(bits.trailing_zeros()).unwrap_or(usize::MAX)
}

/// What must hold together, as alternatives: the filter's with the contract's criteria, where they do not spread
/// too far. The flag tells whether the criteria are in.
fn conjunctions(rule: &Rule) -> (Vec<Vec<(&Leaf, bool)>>, bool) {
    let bounds = rule.bounds();
    let filter: Vec<_> = bounds.conditions.branches().collect();
    let criteria: Vec<_> = bounds.criteria.branches().collect();
    if filter.len().saturating_mul(criteria.len()) > MAX_BRANCHES {
        return (filter, false);
    }
    let joined = filter.iter().flat_map(|wanted| {
        criteria
            .iter()
            .map(move |demanded| [wanted.as_slice(), demanded.as_slice()].concat())
    });
    (joined.collect(), true)
}
