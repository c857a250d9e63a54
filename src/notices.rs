//! Notices: letters that tell an organisation what happened to its contracts, outcomes and budgets,
//! queued in the transaction that causes them.

pub mod jobs;
mod letter;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::Result;
use crate::id::AccountId;
use crate::jobs as queue;

/// The job that writes a notice to an organisation's users.
pub const NOTICE_JOB: &str = "send_notice";

text_enum! {
    /// What a notice tells.
    pub enum NoticeKind {
        ContractOffered = "contract_offered",
        ContractAccepted = "contract_accepted",
        ContractDeclined = "contract_declined",
        ContractClosed = "contract_closed",
        ContractSuspended = "contract_suspended",
        ContractResumed = "contract_resumed",
        AppointmentScheduled = "appointment_scheduled",
        AppointmentMoved = "appointment_moved",
        AppointmentCancelled = "appointment_cancelled",
        OutcomeProposed = "outcome_proposed",
        OutcomeConfirmed = "outcome_confirmed",
        OutcomeContested = "outcome_contested",
        OutcomeDismissed = "outcome_dismissed",
        BudgetReached = "budget_reached",
        DisputeOpened = "dispute_opened",
        DisputeContested = "dispute_contested",
        DisputeDecided = "dispute_decided",
        DisputeAppealed = "dispute_appealed",
        DisputeMessage = "dispute_message",
        DisputeClosed = "dispute_closed",
        LeadStopped = "lead_stopped",
        ConsentRevoked = "consent_revoked",
        ConsentRevokedSeller = "consent_revoked_seller",
        LeadAudited = "lead_audited",
        PayoutPaid = "payout_paid",
        PayoutFailed = "payout_failed",
        BankDetailsChanging = "bank_details_changing",
        BankDetailsKept = "bank_details_kept",
    }
}

/// A notice to one organisation. Its words never hold contact data: it waits in the queue in clear.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Notice {
    pub account: AccountId,
    pub kind: NoticeKind,
    /// What its text names: names of contracts and requests, amounts, times.
    pub words: BTreeMap<String, String>,
    /// The page that it leads to.
    pub path: String,
    /// What a signed link to `/outcomes/..` stands for, in place of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
}

impl Notice {
    pub fn new(account: AccountId, kind: NoticeKind, path: String) -> Self {
        Self {
            account,
            kind,
            words: BTreeMap::new(),
            path,
            signed: None,
        }
    }

    #[must_use]
    pub fn with(mut self, name: &str, word: impl ToString) -> Self {
        self.words.insert(name.to_owned(), word.to_string());
        self
    }

    /// Leads to the page of a signed link instead, which needs no sign-in.
    #[must_use]
    pub fn signed(mut self, text: String) -> Self {
        self.signed = Some(text);
        self
    }

    fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }
}

/// Queues a notice.
pub fn queue(conn: &mut Conn, notice: &Notice, now: Ts) -> Result<()> {
    queue::enqueue(conn, NOTICE_JOB, notice, now, now)?;
    Ok(())
}
