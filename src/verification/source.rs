//! Where leads come from: how many came from one address, device or consent in a short time.

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

/// Counts a lead's source, and says whether it came too often; the database keeps keyed hashes alone.
pub(super) fn count(
    conn: &mut Conn,
    vault: &Vault,
    settings: &Settings,
    trace: &Trace<'_>,
    lead: LeadId,
    now: Ts,
) -> Result<Finding> {
    let marks = trace.marks(vault, &settings.limits, now);
    let reached = store::reached(conn, &marks)?;
    store::insert_marks(conn, &marks, lead, now)?;
    let worst = marks.iter().zip(reached).find(|(_, reached)| *reached);
    Ok(worst.map_or(Finding::pass(CheckName::Source), |(mark, _)| {
        Finding::warn(CheckName::Source, mark.field, mark.code).saying(mark.told.clone())
    }))
}

/// Whether the seller's standing is low; a newcomer has none yet.
pub(super) fn standing_of(
    conn: &mut Conn,
    settings: &Settings,
    seller: AccountId,
) -> Result<Finding> {
    let least = settings.limits.standing_min;
    Ok(match standing::kept_score(conn, seller)? {
        None => Finding::not_checked(CheckName::Standing),
        Some(score) if score < least => Finding::warn(CheckName::Standing, "", Reason::StandingLow)
            .saying(format!("{score}, less than {least}")),
        Some(score) => Finding::pass(CheckName::Standing).saying(score.to_string()),
    })
}
