//! Disputes as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Ts;
use crate::db::Conn;
use crate::disputes::{
    Call, Claim, Decision, DecisionHow, Dispute, DisputeSide, DisputeState, DisputedCharge, Entry,
    EntryKind, Evidence, Finding, FindingName, FindingVerdict, MAX_FILE_BYTES, Ruling, Said,
    Upload,
};
use crate::error::{Error, FieldError, Reason, Result};
use crate::id::{DisputeEntryId, DisputeId, PurchaseId};
use crate::money::{BasisPoints, Money, MoneyJson};
use crate::verticals::DisputeReason;

/// A dispute as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
pub struct DisputeJson {
    pub id: DisputeId,
    pub purchase: PurchaseId,
    pub charge: DisputedCharge,
    pub reason: DisputeReason,
    pub state: DisputeState,
    /// What was charged.
    #[schema(value_type = MoneyJson)]
    pub price: Money,
    /// What the last decision gives back; it moves when the dispute is closed.
    #[schema(value_type = MoneyJson)]
    pub refund: Money,
    /// What a dispute without merit cost the buyer.
    #[schema(value_type = MoneyJson)]
    pub fee: Money,
    /// Opened by the exchange after the window.
    pub late: bool,
    pub appealable: bool,
    /// When silence speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Ts>,
    pub opened_at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Ts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Ts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Ts>,
}

impl From<&Dispute> for DisputeJson {
    fn from(dispute: &Dispute) -> Self {
        Self {
            id: dispute.id,
            purchase: dispute.purchase_id,
            charge: dispute.charge_kind,
            reason: dispute.reason,
            state: dispute.state,
            price: dispute.price(),
            refund: dispute.refund(),
            fee: dispute.fee(),
            late: dispute.is_late,
            appealable: dispute.is_appealable(),
            due_at: dispute.due_at,
            opened_at: dispute.opened_at,
            answered_at: dispute.answered_at,
            decided_at: dispute.decided_at,
            closed_at: dispute.closed_at,
        }
    }
}

/// What a machine found about a claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingJson {
    pub name: FindingName,
    pub verdict: FindingVerdict,
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// A decision; it never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decision)]
pub struct DecisionJson {
    /// 1, or 2 after an appeal.
    pub round: i32,
    pub outcome: DisputeState,
    #[schema(value_type = MoneyJson)]
    pub refund: Money,
    pub how: DecisionHow,
    pub at: Ts,
}

/// A file of a dispute; its content is at `/api/v1/disputes/{id}/files/{entry}`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeFile)]
pub struct FileJson {
    pub name: String,
    pub media_type: String,
    pub size_bytes: i32,
}

/// What a side wrote, a call attempt, or a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeEntry)]
pub struct EntryJson {
    pub id: DisputeEntryId,
    pub side: DisputeSide,
    pub kind: EntryKind,
    pub at: Ts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileJson>,
    /// Whether what it said was erased, on request of the person or by the vertical's rules.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

impl From<Entry> for EntryJson {
    fn from(entry: Entry) -> Self {
        let mut json = Self {
            id: entry.id,
            side: entry.side,
            kind: entry.kind,
            at: entry.at,
            text: None,
            call: None,
            file: None,
            erased: false,
        };
        match entry.said {
            Said::Erased => json.erased = true,
            Said::Text(text) => json.text = Some(text),
            Said::Call(call) => json.call = Some(call),
            Said::File(name) => {
                json.file = Some(FileJson {
                    name,
                    media_type: entry.media_type.unwrap_or_default(),
                    size_bytes: entry.size_bytes.unwrap_or_default(),
                });
            }
        }
        json
    }
}

/// A dispute with everything that both sides see.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeDetail)]
pub struct DetailJson {
    #[serde(flatten)]
    pub dispute: DisputeJson,
    pub findings: Vec<FindingJson>,
    pub decisions: Vec<DecisionJson>,
    pub entries: Vec<EntryJson>,
}

impl DetailJson {
    pub fn read(conn: &mut Conn, dispute: &Dispute, entries: Vec<Entry>) -> Result<Self> {
        let findings = crate::disputes::findings_of(conn, dispute.id)?;
        let decisions = crate::disputes::decisions(conn, dispute.id)?;
        Ok(Self {
            dispute: DisputeJson::from(dispute),
            findings: findings.into_iter().map(FindingJson::from).collect(),
            decisions: decisions
                .into_iter()
                .map(|decision| DecisionJson::new(&decision, dispute))
                .collect(),
            entries: entries.into_iter().map(EntryJson::from).collect(),
        })
    }
}

impl From<Finding> for FindingJson {
    fn from(finding: Finding) -> Self {
        Self {
            name: finding.name,
            verdict: finding.verdict,
            detail: finding.detail,
        }
    }
}

impl DecisionJson {
    fn new(decision: &Decision, dispute: &Dispute) -> Self {
        Self {
            round: decision.round,
            outcome: decision.outcome,
            refund: Money::new(decision.refund_minor, dispute.currency),
            how: decision.how,
            at: decision.decided_at,
        }
    }
}

/// A file to be shown: its name, and its content in base64.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFile {
    #[schema(example = "returned.eml")]
    pub name: String,
    pub content: String,
}

/// Words, call attempts, files.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvidence {
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub calls: Vec<Call>,
    #[serde(default)]
    pub files: Vec<NewFile>,
}

impl NewEvidence {
    pub fn read(&self) -> Result<Evidence> {
        read_evidence(&self.text, &self.calls, &self.files)
    }
}

fn read_evidence(text: &str, calls: &[Call], files: &[NewFile]) -> Result<Evidence> {
    let mut errors = Vec::new();
    let mut uploads = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let read = match STANDARD.decode(&file.content) {
            Ok(content) => Upload::parse(&file.name, content),
            Err(_) => Err(FieldError::new(
                "content",
                Reason::WrongType,
                format!("base64 of up to {MAX_FILE_BYTES} bytes"),
            )),
        };
        match read {
            Ok(upload) => uploads.push(upload),
            Err(error) => errors.push(error.within(&format!("files[{index}]"))),
        }
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    Ok(Evidence {
        text: text.to_owned(),
        calls: calls.to_vec(),
        files: uploads,
    })
}

/// What a buyer claims.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDispute {
    /// The purchase; left out where the address names it.
    #[serde(default)]
    pub purchase: Option<PurchaseId>,
    /// What of the purchase; the lead's own price when missing.
    #[serde(default = "lead")]
    pub charge: DisputedCharge,
    #[schema(example = "wrong_number")]
    pub reason: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub calls: Vec<Call>,
    #[serde(default)]
    pub files: Vec<NewFile>,
}

const fn lead() -> DisputedCharge {
    DisputedCharge::Lead
}

impl NewDispute {
    pub fn read(&self) -> Result<Claim> {
        Ok(Claim {
            charge: self.charge,
            reason: self.reason.clone(),
            evidence: read_evidence(&self.text, &self.calls, &self.files)?,
        })
    }
}

/// What an auditor gives back, and why; both sides read it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    /// `full`, `part` or `none`.
    #[schema(example = "part")]
    pub refund: String,
    /// A part as an amount.
    #[serde(default)]
    pub amount: Option<MoneyJson>,
    /// A part as a share of the price.
    #[serde(default)]
    pub share_bps: Option<i32>,
    pub because: String,
}

impl NewDecision {
    pub fn ruling(&self) -> Result<Ruling> {
        let amount = self
            .amount
            .as_ref()
            .map(|amount| {
                amount.parse().map_err(|_| {
                    let accepted = "a decimal such as 50.00 and an ISO 4217 code";
                    Error::invalid_field("amount", Reason::AmountInvalid, accepted)
                })
            })
            .transpose()?;
        match (self.refund.as_str(), amount, self.share_bps) {
            ("full", None, None) => Ok(Ruling::Full),
            ("none", None, None) => Ok(Ruling::None),
            ("part", Some(part), None) => Ok(Ruling::Part(part)),
            ("part", None, Some(share)) => Ok(Ruling::Share(BasisPoints(share))),
            ("part", _, _) => Err(Error::invalid_field(
                "amount",
                Reason::Required,
                "either amount or share_bps",
            )),
            ("full" | "none", _, _) => Err(Error::invalid_field(
                "amount",
                Reason::NotAllowed,
                "only with a part",
            )),
            _ => Err(Error::invalid_field(
                "refund",
                Reason::NotAllowed,
                "one of: full, part, none",
            )),
        }
    }
}
