//! Where leads come from: how many came from one address, device or consent in a short time.

use std::collections::{BTreeMap, HashMap};

use super::Checked;
use super::check::{CheckName, Finding};
use super::settings::{Limits, Settings};
use super::store;
use crate::clock::{MINUTE, Ts};
use crate::db::Conn;
use crate::error::{Reason, Result};
use crate::id::{AccountId, LeadId};
use crate::standing;
use crate::vault::Vault;

/// The longest time that is counted over: a week.
pub const LONGEST_MINUTES: i32 = 10_080;

/// What tells leads of one source from others.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    pub seller: AccountId,
    pub address: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub consent_at: Ts,
    pub consent_page: &'a str,
}

/// A keyed hash that is counted, and when that is too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub hash: Vec<u8>,
    /// Leads before this one from which on it is too often.
    pub limit: i64,
    pub since: Ts,
    field: &'static str,
    code: Reason,
    told: String,
}

impl Trace<'_> {
    fn marks(&self, vault: &Vault, limits: &Limits, now: Ts) -> Vec<Mark> {
        let mark = |kind: &str, value: &str, (leads, minutes): (i32, i32), field, code| Mark {
            hash: vault.blind(kind, value),
            limit: i64::from(leads),
            since: now.minus(i64::from(minutes) * MINUTE),
            field,
            code,
            told: format!("more than {leads} in {minutes} minutes"),
        };
        let address = self.address.map(|address| {
            let limit = (limits.address_leads, limits.address_minutes);
            mark(
                "source address",
                address,
                limit,
                "consent.ip",
                Reason::SourceBurst,
            )
        });
        let device = self.address.zip(self.user_agent).map(|(address, agent)| {
            let limit = (limits.device_leads, limits.device_minutes);
            let value = format!("{address}\u{1f}{agent}");
            let field = "consent.user_agent";
            mark("source device", &value, limit, field, Reason::DeviceBurst)
        });
        let copied = {
            let limit = (limits.copied_leads, limits.copied_minutes);
            let value = format!(
                "{}\u{1f}{}\u{1f}{}",
                self.seller,
                self.consent_at.micros(),
                self.consent_page
            );
            let field = "consent.given_at";
            mark(
                "source consent",
                &value,
                limit,
                field,
                Reason::ConsentCopied,
            )
        };
        address.into_iter().chain(device).chain([copied]).collect()
    }
}

/// What the database knows of the sources of leads that come in together.
#[derive(Debug, Default)]
pub struct Sources {
    /// The marks of each lead, in the order of the leads.
    marks: Vec<Vec<Mark>>,
    /// How many leads bear a mark, of those that came since its time.
    counts: HashMap<(Vec<u8>, Ts), i64>,
    standing: Option<i32>,
}

/// A lead that comes in: how it was checked, and what tells its source.
pub type Coming<'a> = (&'a Checked, Trace<'a>);

impl Sources {
    /// Reads what is known of the sources of one seller's leads.
    pub fn of(conn: &mut Conn, vault: &Vault, leads: &[Coming<'_>], now: Ts) -> Result<Self> {
        let marks = leads.iter().map(|(checked, trace)| {
            if checked.settings.is_on(CheckName::Source) {
                trace.marks(vault, &checked.settings.limits, now)
            } else {
                Vec::new()
            }
        });
        let marks: Vec<Vec<Mark>> = marks.collect();
        let mut hashes: BTreeMap<Ts, Vec<Vec<u8>>> = BTreeMap::new();
        for mark in marks.iter().flatten() {
            let since = hashes.entry(mark.since).or_default();
            if !since.contains(&mark.hash) {
                since.push(mark.hash.clone());
            }
        }
        let mut counts = HashMap::new();
        for (since, hashes) in hashes {
            let counted = store::marked(conn, since, &hashes)?;
            counts.extend(
                counted
                    .into_iter()
                    .map(|(hash, count)| ((hash, since), count)),
            );
        }
        let asks_standing = |(checked, _): &Coming<'_>| checked.settings.is_on(CheckName::Standing);
        let standing = match leads.iter().find(|lead| asks_standing(lead)) {
            Some((_, trace)) => standing::kept_score(conn, trace.seller)?,
            None => None,
        };
        Ok(Self {
            marks,
            counts,
            standing,
        })
    }

    /// All findings on the lead `at`; those before it that were taken count.
    pub fn findings(&self, at: usize, (checked, _): &Coming<'_>) -> Vec<Finding> {
        let mut findings = checked.findings.clone();
        if checked.settings.is_on(CheckName::Source) {
            let worst = self.marks[at].iter().find(|mark| {
                let count = self.counts.get(&(mark.hash.clone(), mark.since));
                count.copied().unwrap_or(0) >= mark.limit
            });
            let found = worst.map_or(Finding::pass(CheckName::Source), |mark| {
                Finding::warn(CheckName::Source, mark.field, mark.code).saying(mark.told.clone())
            });
            findings.push(found);
        }
        if checked.settings.is_on(CheckName::Standing) {
            findings.push(standing_of(&checked.settings, self.standing));
        }
        findings
    }

    /// Counts a lead that is taken.
    pub fn count(&mut self, at: usize) {
        for mark in &self.marks[at] {
            let key = (mark.hash.clone(), mark.since);
            *self.counts.entry(key).or_default() += 1;
        }
    }

    /// Keeps the marks of those that were taken; the database keeps keyed hashes alone.
    pub fn keep(&self, conn: &mut Conn, taken: &[(usize, LeadId)], now: Ts) -> Result<()> {
        let marks = taken
            .iter()
            .flat_map(|(at, lead)| self.marks[*at].iter().map(|mark| (mark, *lead)));
        store::insert_marks(conn, marks, now)
    }
}

/// Whether the seller's standing is low; a newcomer has none yet.
fn standing_of(settings: &Settings, score: Option<i32>) -> Finding {
    let least = settings.limits.standing_min;
    match score {
        None => Finding::not_checked(CheckName::Standing),
        Some(score) if score < least => Finding::warn(CheckName::Standing, "", Reason::StandingLow)
            .saying(format!("{score}, less than {least}")),
        Some(score) => Finding::pass(CheckName::Standing).saying(score.to_string()),
    }
}
