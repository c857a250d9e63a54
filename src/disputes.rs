//! Disputes: a buyer's claim against a charge for a lead that is not what was paid for. The seller answers,
//! the exchange decides, either side may appeal once; silence has an outcome; then the money moves.

pub mod api;
mod audited;
pub mod bulk;
mod clock;
mod close;
mod decide;
mod evidence;
mod figures;
mod findings;
mod open;
pub mod pages;
mod party;
mod reply;
mod store;
mod words;

use diesel::{Insertable, Queryable, Selectable};

pub use audited::after_audit;
pub use clock::due;
pub use decide::{Ruling, decide};
pub use evidence::{
    Call, CallResult, Evidence, MAX_FILE_BYTES, MAX_FILES, MAX_TEXT, Upload, result_for,
};
pub use figures::{Lateness, Published, Tally, WINDOW_DAYS, lateness, published, similar};
pub use findings::{Finding, FindingName, FindingVerdict};
pub use open::{Claim, open, open_late};
pub use party::{Viewer, file, timeline, view};
pub use reply::{add_evidence, answer, appeal, withdraw};
pub use store::entries::{Entry, EntryKind, Said};
pub use store::{
    Decision, DisputeRow, Filter, by_id, counts, decisions, findings as findings_of, list,
    of_purchase,
};
pub use words::{charge_label, reason_label};

use crate::charges::ChargeKind;
use crate::clock::Ts;
use crate::db::schema::disputes;
use crate::db::types::text_enum;
use crate::error::{Code, Error};
use crate::id::{
    AccountId, ChargeId, ContractId, ContractVersionId, DisputeId, PurchaseId, VerticalId,
};
use crate::ledger::Source;
use crate::money::{Currency, Money};
use crate::verticals::DisputeReason;

text_enum! {
    /// Where a dispute stands.
    pub enum DisputeState {
        /// The seller has not answered.
        Open = "open",
        /// The seller accepted, or was silent.
        Accepted = "accepted",
        /// The exchange decides.
        Contested = "contested",
        Upheld = "upheld",
        PartlyUpheld = "partly_upheld",
        Denied = "denied",
        /// Another auditor decides, once more.
        Appealed = "appealed",
        /// The buyer took it back.
        Withdrawn = "withdrawn",
    }
}

impl DisputeState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            // A published rule may decide at once what a machine can check.
            Self::Open => matches!(
                next,
                Self::Accepted | Self::Contested | Self::Upheld | Self::Denied | Self::Withdrawn
            ),
            Self::Contested => matches!(
                next,
                Self::Upheld | Self::PartlyUpheld | Self::Denied | Self::Withdrawn
            ),
            Self::Upheld | Self::PartlyUpheld | Self::Denied => matches!(next, Self::Appealed),
            Self::Appealed => matches!(next, Self::Upheld | Self::PartlyUpheld | Self::Denied),
            Self::Accepted | Self::Withdrawn => false,
        }
    }

    /// Whether there is a decision that says what is refunded.
    pub const fn is_decided(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Upheld | Self::PartlyUpheld | Self::Denied
        )
    }
}

text_enum! {
    /// What of a purchase is disputed.
    pub enum DisputedCharge {
        /// The price of the lead itself.
        Lead = "lead",
        Appointment = "appointment",
        Sale = "sale",
        /// The rest of a charge, which the wallet could not pay at first.
        Claim = "claim",
    }
}

impl DisputedCharge {
    /// The kind of charge; `None` for the lead's own price.
    pub const fn kind(self) -> Option<ChargeKind> {
        match self {
            Self::Lead => None,
            Self::Appointment => Some(ChargeKind::Appointment),
            Self::Sale => Some(ChargeKind::Sale),
            Self::Claim => Some(ChargeKind::Claim),
        }
    }

    /// What may be disputed of a charge; `None` for what no lead is to blame for.
    pub const fn of(kind: ChargeKind) -> Option<Self> {
        match kind {
            ChargeKind::Appointment => Some(Self::Appointment),
            ChargeKind::Sale => Some(Self::Sale),
            ChargeKind::Claim => Some(Self::Claim),
            ChargeKind::BaseFee => None,
        }
    }
}

text_enum! {
    /// Who speaks in a dispute.
    pub enum DisputeSide { Buyer = "buyer", Seller = "seller", Operator = "operator", System = "system" }
}

text_enum! {
    /// What made a decision.
    pub enum DecisionHow {
        /// The seller accepted.
        Party = "party",
        Silence = "silence",
        /// A published rule, by what the machine found.
        Rule = "rule",
        Operator = "operator",
    }
}

/// A dispute as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = disputes)]
pub struct Dispute {
    pub id: DisputeId,
    pub purchase_id: PurchaseId,
    pub charge_kind: DisputedCharge,
    /// `None` for the lead's own price.
    pub charge_id: Option<ChargeId>,
    pub contract_id: ContractId,
    pub contract_version_id: ContractVersionId,
    pub vertical_id: VerticalId,
    pub buyer_id: AccountId,
    pub seller_id: AccountId,
    pub reason: DisputeReason,
    pub state: DisputeState,
    pub currency: Currency,
    /// What was charged.
    pub price_minor: i64,
    /// What the last decision gives back.
    pub refund_minor: i64,
    /// What a dispute without merit cost the buyer.
    pub fee_minor: i64,
    /// Opened by the exchange after the window.
    pub is_late: bool,
    /// Decisions so far.
    pub round: i32,
    /// Grows with every step.
    pub version: i32,
    /// When silence speaks; `None` once it is closed.
    pub due_at: Option<Ts>,
    pub opened_at: Ts,
    pub answered_at: Option<Ts>,
    pub appealed_by: Option<AccountId>,
    pub decided_at: Option<Ts>,
    /// When the money moved.
    pub closed_at: Option<Ts>,
}

impl Dispute {
    pub const fn price(&self) -> Money {
        Money::new(self.price_minor, self.currency)
    }

    pub const fn refund(&self) -> Money {
        Money::new(self.refund_minor, self.currency)
    }

    pub const fn fee(&self) -> Money {
        Money::new(self.fee_minor, self.currency)
    }

    /// The ledger's name of what is disputed.
    pub fn charge(&self) -> Source {
        match self.charge_id {
            Some(charge) => Source::Charge(charge),
            None => Source::Purchase(self.purchase_id),
        }
    }

    pub const fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    /// Whether a decision stands that may still be appealed.
    pub const fn is_appealable(&self) -> bool {
        matches!(
            self.state,
            DisputeState::Upheld | DisputeState::PartlyUpheld | DisputeState::Denied
        ) && self.round == 1
            && self.closed_at.is_none()
    }

    /// The same after a step by the table.
    fn step(&self, next: DisputeState) -> Result<Self, Error> {
        if self.is_closed() || !self.state.may_become(next) {
            return Err(self.conflict());
        }
        Ok(Self {
            state: next,
            version: self.version + 1,
            ..self.clone()
        })
    }

    fn conflict(&self) -> Error {
        let said = if self.is_closed() {
            format!("the dispute is {} and closed", self.state)
        } else {
            format!("the dispute is {}", self.state)
        };
        Error::refused_because(Code::StateConflict, said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dispute_moves_by_its_table_only() {
        use DisputeState::{
            Accepted, Appealed, Contested, Denied, Open, PartlyUpheld, Upheld, Withdrawn,
        };
        let allowed = [
            (Open, Accepted),
            (Open, Contested),
            (Open, Upheld),
            (Open, Denied),
            (Open, Withdrawn),
            (Contested, Upheld),
            (Contested, PartlyUpheld),
            (Contested, Denied),
            (Contested, Withdrawn),
            (Upheld, Appealed),
            (PartlyUpheld, Appealed),
            (Denied, Appealed),
            (Appealed, Upheld),
            (Appealed, PartlyUpheld),
            (Appealed, Denied),
        ];
        for &from in DisputeState::ALL {
            for &to in DisputeState::ALL {
                let expected = allowed.contains(&(from, to));
                assert_eq!(from.may_become(to), expected, "{from} -> {to}");
            }
        }
    }
}
