//! Requests tried on the past: which leads one would have bought, for how much, and what would have stopped it.
//!
//! Every lead of the vertical that came to the market in the days is offered to the request at the moment it came,
//! with the request's schedule, caps, quantity and budget counted from the first day on. A lead whose copies others
//! bought is won when the request pays more than the least of them. One that bids by the number of buyers gets a lead
//! alone when its bid is more than the others paid together, else as one of as many as the lead has copies for. Wallets
//! and standings are left out.

pub mod api;
mod chart;
pub mod pages;
mod store;

use std::collections::{BTreeMap, HashMap};

use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::error::{Error, Reason, Result};
use crate::id::LeadId;
use crate::leads::{self, LeadState, Listing};
use crate::money::Money;
use crate::requests::{Cap, CapWindow, Gate, GateFailure, Rule};
use crate::verticals::{Pricing, Vertical};

/// How far back a test may look, in days.
pub const SPANS: [i32; 3] = [7, 30, 90];
/// Leads that are looked at, the oldest first.
const MOST_LEADS: usize = 200_000;
/// Leads that are read in one statement.
const PAGE: i64 = 5_000;
/// Bought leads that are told one by one.
const SHOWN: usize = 50;

/// What one day would have brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayFigures {
    /// Its first instant in UTC.
    pub day: Ts,
    pub fits: usize,
    pub bought: usize,
    pub spent: Money,
}

/// A lead that would have been bought.
#[derive(Debug, Clone)]
pub struct Bought {
    pub listing: Listing,
    pub price: Money,
}

/// What the days would have brought.
#[derive(Debug, Clone)]
pub struct Backtest {
    pub days: i32,
    pub looked_at: usize,
    /// Whether there were more leads than were looked at.
    pub is_cut: bool,
    /// Leads that fit.
    pub fits: usize,
    pub bought: usize,
    /// Paid and set aside.
    pub spent: Money,
    /// Leads that fit and that others paid more for.
    pub outbid: usize,
    /// Leads that fit and that a limit of the request kept away, by gate.
    pub stopped: BTreeMap<Gate, usize>,
    /// Leads that one gate alone kept away, the costliest gate first.
    pub missed: Vec<(GateFailure, usize)>,
    pub by_day: Vec<DayFigures>,
    /// The last ones.
    pub leads: Vec<Bought>,
}

/// The span that was asked for; none is the middle one.
pub fn span(days: Option<i32>) -> Result<i32> {
    let days = days.unwrap_or(SPANS[1]);
    if SPANS.contains(&days) {
        Ok(days)
    } else {
        let accepted = SPANS.map(|days| days.to_string()).join(", ");
        Err(Error::invalid_field("days", Reason::NotAllowed, accepted))
    }
}

/// Tries a request, stored or not, on the last days.
pub fn run(
    conn: &mut Conn,
    rule: &Rule,
    vertical: &Vertical,
    days: i32,
    now: Ts,
) -> Result<Backtest> {
    let mut test = Test::new(rule, vertical.selling.rules.pricing, days, now);
    let mut from = now.minus_days(days);
    // A day at a time, so that the database puts in order a day's leads and no more.
    while from <= now {
        let until = day_of(from).plus(DAY).min(now.plus(1));
        let mut after = (from, None);
        loop {
            let page = leads::history(conn, vertical.id, after, until, PAGE)?;
            let Some(last) = page.last() else {
                break;
            };
            if test.looked_at >= MOST_LEADS {
                return Ok(test.end(true));
            }
            after = (last.received_at, Some(last.id));
            test.take(conn, page)?;
        }
        from = until;
    }
    Ok(test.end(false))
}

/// A request on its way through the past.
struct Test<'a> {
    rule: &'a Rule,
    pricing: Pricing,
    days: i32,
    first_day: Ts,
    looked_at: usize,
    outbid: usize,
    stopped: BTreeMap<Gate, usize>,
    missed: HashMap<(Gate, Option<String>), (GateFailure, usize)>,
    by_day: Vec<DayFigures>,
    bought: i64,
    spent: i64,
    /// Each cap's window that runs: its start, leads and minor units.
    windows: HashMap<CapWindow, (Ts, i64, i64)>,
    leads: Vec<Bought>,
}

impl<'a> Test<'a> {
    fn new(rule: &'a Rule, pricing: Pricing, days: i32, now: Ts) -> Self {
        let first_day = day_of(now.minus_days(days));
        let currency = rule.request.bid.currency;
        let by_day = (0..=i64::from(days)).map(|day| DayFigures {
            day: first_day.plus(day * DAY),
            fits: 0,
            bought: 0,
            spent: Money::new(0, currency),
        });
        Self {
            rule,
            pricing,
            days,
            first_day,
            looked_at: 0,
            outbid: 0,
            stopped: BTreeMap::new(),
            missed: HashMap::new(),
            by_day: by_day.collect(),
            bought: 0,
            spent: 0,
            windows: HashMap::new(),
            leads: Vec::new(),
        }
    }

    fn take(&mut self, conn: &mut Conn, page: Vec<Listing>) -> Result<()> {
        let fitting: Vec<Listing> = page
            .into_iter()
            .filter_map(|listing| self.look(listing))
            .collect();
        let ids: Vec<LeadId> = fitting.iter().map(|listing| listing.id).collect();
        let sold = store::sold_to_others(conn, &ids, self.rule.request.buyer_id)?;
        for listing in fitting {
            let sold = sold.get(&listing.id).map_or(&[][..], Vec::as_slice);
            self.offer(listing, sold);
        }
        Ok(())
    }

    /// The lead as it was when it came, if it fits.
    fn look(&mut self, listing: Listing) -> Option<Listing> {
        self.looked_at += 1;
        let at = listing.received_at;
        let listing = Listing {
            state: LeadState::Listed,
            copies_sold: 0,
            expires_at: at.plus(1).max(listing.expires_at),
            ..listing
        };
        if self.rule.matches(&listing, at) {
            return Some(listing);
        }
        if let [failure] = self.rule.explain(&listing, at).as_slice() {
            let condition = failure.condition.as_ref();
            let told =
                condition.map(|failed| format!("{} {}", failed.negated, failed.condition.json()));
            let group = self.missed.entry((failure.gate, told));
            group.or_insert_with(|| (failure.clone(), 0)).1 += 1;
        }
        None
    }

    /// Offers a lead that fits; `sold` is what others paid for its copies, the least first.
    fn offer(&mut self, listing: Listing, sold: &[i64]) {
        let at = listing.received_at;
        if let Some(day) = self.day(at) {
            day.fits += 1;
        }
        let Some(price) = self.wins(&listing, sold) else {
            self.outbid += 1;
            return;
        };
        let commitment = self.rule.request.commitment(price).minor;
        if let Some(gate) = self.closed(at, commitment) {
            *self.stopped.entry(gate).or_default() += 1;
            return;
        }
        self.bought += 1;
        self.spent = self.spent.saturating_add(commitment);
        for window in self.windows.values_mut() {
            window.1 += 1;
            window.2 = window.2.saturating_add(commitment);
        }
        if let Some(day) = self.day(at) {
            day.bought += 1;
            day.spent.minor = day.spent.minor.saturating_add(commitment);
        }
        if self.leads.len() == 2 * SHOWN {
            self.leads.drain(..SHOWN);
        }
        self.leads.push(Bought { listing, price });
    }

    /// What the request pays for a lead; `None` when others paid more.
    fn wins(&self, listing: &Listing, sold: &[i64]) -> Option<Money> {
        let at = listing.received_at;
        let copies = usize::try_from(listing.copies).unwrap_or(1);
        let displaced = (sold.len() >= copies).then(|| sold.first().copied());
        let displaced = displaced.flatten();
        let beats = |own: Money| displaced.is_none_or(|price| own.minor > price);
        let own = self.rule.offer(listing, at).price;
        if copies == 1 || self.rule.request.shared_bids.is_empty() {
            return beats(own).then(|| self.price(own, displaced, listing.ask.minor));
        }
        let together = sold
            .iter()
            .fold(0_i64, |sum, price| sum.saturating_add(*price));
        if own.minor > together {
            return Some(own);
        }
        let shared = self.rule.offer_for(listing.copies, listing, at)?.price;
        (shared.minor >= listing.ask.minor && beats(shared)).then_some(shared)
    }

    fn price(&self, own: Money, displaced: Option<i64>, ask: i64) -> Money {
        if self.pricing == Pricing::First || !self.rule.bids() {
            return own;
        }
        let above = displaced
            .map_or(ask, |price| price.max(ask))
            .saturating_add(1);
        Money::new(own.minor.min(above), own.currency)
    }

    /// The limit of the request that is used up at this instant.
    fn closed(&mut self, at: Ts, commitment: i64) -> Option<Gate> {
        let request = &self.rule.request;
        if !request.schedule.is_open(at) {
            return Some(Gate::Schedule);
        }
        if self.bought >= request.quantity {
            return Some(Gate::Quantity);
        }
        if self.spent.saturating_add(commitment) > request.budget.minor {
            return Some(Gate::Budget);
        }
        let zone = request.schedule.zone;
        for cap in &request.caps {
            let start = cap.window.start(at, zone);
            let window = self.windows.entry(cap.window).or_insert((start, 0, 0));
            if window.0 != start {
                *window = (start, 0, 0);
            }
            let (_, bought, spent) = *window;
            if let Some(gate) = used_up(cap, bought, spent.saturating_add(commitment)) {
                return Some(gate);
            }
        }
        None
    }

    fn day(&mut self, at: Ts) -> Option<&mut DayFigures> {
        let day = (at.micros() - self.first_day.micros()).div_euclid(DAY);
        self.by_day.get_mut(usize::try_from(day).ok()?)
    }

    fn end(self, is_cut: bool) -> Backtest {
        let mut missed: Vec<(GateFailure, usize)> = self.missed.into_values().collect();
        missed.sort_by_key(|(failure, leads)| (std::cmp::Reverse(*leads), failure.gate));
        missed.truncate(10);
        let mut leads = self.leads;
        leads.drain(..leads.len().saturating_sub(SHOWN));
        leads.reverse();
        Backtest {
            days: self.days,
            looked_at: self.looked_at,
            is_cut,
            fits: self.by_day.iter().map(|day| day.fits).sum(),
            bought: usize::try_from(self.bought).unwrap_or_default(),
            spent: Money::new(self.spent, self.rule.request.bid.currency),
            outbid: self.outbid,
            stopped: self.stopped,
            missed,
            by_day: self.by_day,
            leads,
        }
    }
}

fn used_up(cap: &Cap, bought: i64, spent: i64) -> Option<Gate> {
    if cap.count.is_some_and(|most| bought >= most) {
        return Some(cap.window.count_gate());
    }
    cap.amount
        .filter(|most| spent > most.minor)
        .map(|_| cap.window.amount_gate())
}

fn day_of(at: Ts) -> Ts {
    Ts::from_micros(at.micros().div_euclid(DAY) * DAY)
}
