//! The index finds what a scan finds, also after edits; a rule's signature never hides it.

#[path = "../../benches/support/market.rs"]
mod made;

use std::collections::BTreeMap;
use std::sync::Arc;

use galena::id::RequestId;
use galena::leads::{LeadState, Listing};
use galena::matching::index::Index;
use galena::requests::Rule;

use made::{Generator, NOW, Shape};

type Rules = BTreeMap<RequestId, Arc<Rule>>;

fn market(requests: usize, seed: u64) -> (Generator, Index, Rules) {
    let mut made = Generator::new(Shape::of(requests), seed);
    let mut index = Index::new(&made.verticals);
    let mut rules = Rules::new();
    for _ in 0..requests {
        let rule = made.rule();
        assert!(index.insert(&rule));
        rules.insert(rule.request.id, rule);
    }
    (made, index, rules)
}

fn found(index: &Index, listing: &Listing) -> Vec<RequestId> {
    let mut found: Vec<RequestId> = index
        .find(listing, NOW)
        .iter()
        .map(|rule| rule.request.id)
        .collect();
    found.sort_unstable();
    found
}

fn scanned(rules: &Rules, listing: &Listing) -> Vec<RequestId> {
    let takes = |(id, rule): (&RequestId, &Arc<Rule>)| rule.matches(listing, NOW).then_some(*id);
    rules.iter().filter_map(takes).collect()
}

/// Compares the two on fresh listings; says how many matches there were.
fn compare(made: &mut Generator, index: &Index, rules: &Rules, listings: usize) -> usize {
    let mut matches = 0;
    for _ in 0..listings {
        let listing = made.listing();
        let scanned = scanned(rules, &listing);
        assert_eq!(found(index, &listing), scanned, "{listing:?}");
        matches += scanned.len();
    }
    matches
}

#[test]
fn the_index_finds_what_a_scan_finds() {
    for (requests, seed) in [(1_000, 1), (3_000, 2)] {
        let (mut made, index, rules) = market(requests, seed);
        assert_eq!(index.len(), requests);
        let matches = compare(&mut made, &index, &rules, 150);
        assert!(matches > 150, "{matches} matches prove little");
    }
}

#[test]
fn edits_leave_the_index_as_if_it_were_new() {
    let (mut made, mut index, mut rules) = market(1_000, 3);
    let mut rng = fastrand::Rng::with_seed(4);
    for round in 0..10 {
        for _ in 0..100 {
            let ids: Vec<RequestId> = rules.keys().copied().collect();
            let id = ids[rng.usize(0..ids.len())];
            match rng.usize(0..3) {
                0 => {
                    assert!(index.remove(id));
                    assert!(!index.remove(id), "it is gone");
                    rules.remove(&id);
                }
                1 => {
                    let rule = made.rule();
                    index.insert(&rule);
                    rules.insert(rule.request.id, rule);
                }
                _ => {
                    let mut edited = made.request();
                    edited.id = id;
                    edited.version = 2;
                    let rule = made.compile(edited);
                    index.insert(&rule);
                    rules.insert(id, rule);
                }
            }
        }
        assert_eq!(index.len(), rules.len());
        compare(&mut made, &index, &rules, 20);
        let mut fresh = Index::new(&made.verticals);
        for rule in rules.values() {
            fresh.insert(rule);
        }
        assert_eq!(
            fresh.footprint().postings,
            index.footprint().postings,
            "round {round}"
        );
    }
    let kept: Rules = index
        .rules()
        .map(|rule| (rule.request.id, Arc::clone(rule)))
        .collect();
    assert_eq!(kept.len(), rules.len());
    assert!(
        rules
            .iter()
            .all(|(id, rule)| Arc::ptr_eq(index.get(*id).unwrap(), rule))
    );
    for id in rules.keys() {
        index.remove(*id);
    }
    assert_eq!((index.len(), index.footprint().postings), (0, 0));
}

#[test]
fn a_snapshot_does_not_see_what_came_after_it() {
    let (mut made, mut index, mut rules) = market(500, 5);
    let (before, known) = (index.clone(), rules.clone());
    for id in known.keys().take(250) {
        index.remove(*id);
        rules.remove(id);
    }
    compare(&mut made, &before, &known, 50);
    compare(&mut made, &index, &rules, 50);
}

#[test]
fn what_is_explained_and_what_matches_agree() {
    let (mut made, _, rules) = market(1_000, 6);
    let mut matches = 0;
    for _ in 0..30 {
        let listing = made.listing();
        for rule in rules.values() {
            let is_match = rule.matches(&listing, NOW);
            assert_eq!(rule.explain(&listing, NOW).is_empty(), is_match);
            matches += usize::from(is_match);
        }
    }
    assert!(matches > 60, "{matches}");
}

#[test]
fn a_listing_that_is_off_the_market_finds_nothing() {
    let (mut made, index, rules) = market(1_000, 7);
    let mut listing = made.listing();
    while scanned(&rules, &listing).is_empty() {
        listing = made.listing();
    }
    for state in [LeadState::Withdrawn, LeadState::SoldOut, LeadState::Expired] {
        let gone = Listing {
            state,
            ..listing.clone()
        };
        assert_eq!(found(&index, &gone), scanned(&rules, &gone));
    }
    let sold = Listing {
        copies: 1,
        copies_sold: 1,
        ..listing.clone()
    };
    assert!(found(&index, &sold).is_empty());
    let over = Listing {
        expires_at: NOW,
        ..listing.clone()
    };
    assert!(found(&index, &over).is_empty());
    let foreign = Listing {
        vertical_id: galena::id::VerticalId(uuid::Uuid::from_u128(999)),
        ..listing
    };
    assert!(found(&index, &foreign).is_empty());
}

#[test]
fn the_nearest_come_first() {
    let (mut made, index, _) = market(3_000, 8);
    let mut listing = made.listing();
    while index.find(&listing, NOW).is_empty() {
        listing = made.listing();
    }
    let near = index.near(&listing, NOW, 20);
    assert!(near.len() > 5);
    let mut ids: Vec<RequestId> = near.iter().map(|rule| rule.request.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), near.len(), "each once");
    let gates: Vec<usize> = near
        .iter()
        .map(|rule| rule.explain(&listing, NOW).len())
        .collect();
    assert!(gates[0] <= 1, "{gates:?}");
}
