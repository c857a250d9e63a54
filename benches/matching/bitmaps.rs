//! Roaring bitmaps: one for each value of each dimension, intersected until few are left, which are looked at.

use std::collections::HashMap;
use std::sync::Arc;

use galena::conditions::{Condition, Filter, Op};
use galena::id::VerticalId;
use galena::leads::Listing;
use galena::requests::Rule;
use galena::verticals::Value;
use roaring::RoaringBitmap;

use super::Finder;
use crate::market::NOW;

const PLACES: [&str; 4] = ["postal_code", "city", "region", "country"];
/// From so few on looking at each is cheaper than intersecting.
const FEW: u64 = 64;

pub struct Bitmaps {
    rules: Arc<Vec<Arc<Rule>>>,
    verticals: HashMap<VerticalId, RoaringBitmap>,
    /// By key and value; those that name no place stand under an empty key.
    places: HashMap<(usize, String), RoaringBitmap>,
    /// Those that need it.
    phone: RoaringBitmap,
    email: RoaringBitmap,
    /// Those that pay so many hundreds at the most, those that take this quality, this age, this score, in tens.
    pays: Vec<RoaringBitmap>,
    quality: Vec<RoaringBitmap>,
    age: Vec<RoaringBitmap>,
    no_age: RoaringBitmap,
    score: Vec<RoaringBitmap>,
}

/// The conditions that every lead must meet.
fn musts(filter: &Filter) -> Vec<&Condition> {
    match filter {
        Filter::All(parts) => parts.iter().flat_map(musts).collect(),
        Filter::Condition(condition) if !condition.wish => vec![condition],
        _ => Vec::new(),
    }
}

fn int(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        _ => 0,
    }
}

fn ten(number: i64) -> usize {
    usize::try_from(number / 10).unwrap_or_default()
}

impl Bitmaps {
    pub fn new(rules: &Arc<Vec<Arc<Rule>>>) -> Self {
        let many = |count| vec![RoaringBitmap::new(); count];
        let mut maps = Self {
            rules: Arc::clone(rules),
            verticals: HashMap::new(),
            places: HashMap::new(),
            phone: RoaringBitmap::new(),
            email: RoaringBitmap::new(),
            pays: many(121),
            quality: many(11),
            age: many(13),
            no_age: RoaringBitmap::new(),
            score: many(11),
        };
        for (number, rule) in (0_u32..).zip(rules.iter()) {
            maps.add(number, rule);
        }
        maps
    }

    fn add(&mut self, number: u32, rule: &Rule) {
        let request = &rule.request;
        self.verticals
            .entry(request.vertical_id)
            .or_default()
            .insert(number);
        let musts = musts(&request.filter);
        let named = |key: &str| {
            musts
                .iter()
                .find(|must| must.field == key && matches!(must.op, Op::Eq | Op::In))
        };
        let place = PLACES
            .iter()
            .enumerate()
            .find_map(|(level, key)| Some((level, named(key)?)));
        match place {
            Some((level, must)) => {
                for value in &must.values {
                    self.places
                        .entry((level, value.to_string()))
                        .or_default()
                        .insert(number);
                }
            }
            None => {
                self.places
                    .entry((PLACES.len(), String::new()))
                    .or_default()
                    .insert(number);
            }
        }
        if request.need_phone {
            self.phone.insert(number);
        }
        if request.need_email {
            self.email.insert(number);
        }
        let most = ten(rule.bounds().most.minor / 10);
        for map in self.pays.iter_mut().take(most + 1) {
            map.insert(number);
        }
        for map in self
            .quality
            .iter_mut()
            .skip(ten(i64::from(request.min_quality)))
        {
            map.insert(number);
        }
        let age = musts
            .iter()
            .find(|must| must.field == "age" && must.op == Op::Between);
        if let Some(wanted) = age {
            let tens = ten(int(&wanted.values[0]))..=ten(int(&wanted.values[1])).min(12);
            tens.for_each(|ten| _ = self.age[ten].insert(number));
        } else {
            self.no_age.insert(number);
            self.age.iter_mut().for_each(|map| _ = map.insert(number));
        }
        let score = musts
            .iter()
            .find(|must| must.field == "score" && must.op == Op::Gte);
        let least = score.map_or(0, |must| ten(int(&must.values[0])));
        for map in self.score.iter_mut().skip(least) {
            map.insert(number);
        }
    }

    fn candidates(&self, listing: &Listing) -> RoaringBitmap {
        let mut found = self
            .places
            .get(&(PLACES.len(), String::new()))
            .cloned()
            .unwrap_or_default();
        for (level, key) in PLACES.iter().enumerate() {
            let Some(value) = listing.attributes.get(*key) else {
                continue;
            };
            if let Some(here) = self.places.get(&(level, value.to_string())) {
                found |= here;
            }
        }
        found &= &self.verticals[&listing.vertical_id];
        let age = match listing.attributes.get("age") {
            Some(age) => &self.age[ten(int(age)).min(12)],
            None => &self.no_age,
        };
        let ask = usize::try_from(listing.ask.minor / 100).unwrap();
        let takes = [
            &self.pays[ask],
            &self.quality[ten(i64::from(listing.quality))],
            age,
            &self.score[ten(i64::from(listing.score))],
        ];
        for map in takes {
            if found.len() <= FEW {
                return found;
            }
            found &= map;
        }
        if !listing.has_phone() {
            found -= &self.phone;
        }
        if !listing.has_email() {
            found -= &self.email;
        }
        found
    }
}

impl Finder for Bitmaps {
    fn name(&self) -> &'static str {
        "roaring bitmaps"
    }

    fn find(&mut self, listing: &Listing) -> Vec<&Arc<Rule>> {
        let rules = &self.rules;
        let candidates = self.candidates(listing).into_iter();
        candidates
            .map(|number| &rules[usize::try_from(number).unwrap()])
            .filter(|rule| rule.matches(listing, NOW))
            .collect()
    }

    fn bytes(&self) -> Option<usize> {
        let single = [&self.phone, &self.email, &self.no_age];
        let all = self
            .verticals
            .values()
            .chain(self.places.values())
            .chain(single)
            .chain(&self.pays)
            .chain(&self.quality)
            .chain(&self.age)
            .chain(&self.score);
        let bytes: usize = all.map(RoaringBitmap::serialized_size).sum();
        Some(bytes / self.rules.len())
    }
}
