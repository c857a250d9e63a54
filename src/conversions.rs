//! Conversions: what became of a purchase under a contract that pays for outcomes. One side reports an
//! appointment or a sale; the other confirms it, contests it, or is silent; then the money moves.

pub mod api;
mod clock;
mod decide;
pub mod link;
pub mod pages;
mod party;
mod report;
mod store;
pub mod work;

use diesel::{Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use clock::{confirm_silent, lapse_due};
pub use decide::{Answer, answer, decide, details, view, void};
pub use party::{Party, Side, outcome_text};
pub use report::{
    Moved, NewAppointment, NewSale, Report, cancel, move_to, report, report_sale, schedule,
};
pub use store::{contested, of_party, of_purchase, of_purchases};

use crate::clock::Ts;
use crate::db::schema::conversions;
use crate::db::types::text_enum;
use crate::error::{Code, Error};
use crate::id::{AccountId, ConversionId, PurchaseId};
use crate::money::{Currency, Money};

text_enum! {
    /// What is converted to.
    pub enum ConversionKind { Appointment = "appointment", Sale = "sale" }
}

text_enum! {
    /// Where a conversion stands.
    pub enum ConversionState {
        /// An appointment whose outcome nobody has reported.
        Scheduled = "scheduled",
        /// Reported by one side; the other has not answered.
        Proposed = "proposed",
        /// The other side contests it; the exchange decides.
        Contested = "contested",
        Confirmed = "confirmed",
        /// Contested with success; another may be reported.
        Dismissed = "dismissed",
        /// An appointment that was called off, or that nobody reported on; or its purchase was refunded.
        Cancelled = "cancelled",
    }
}

impl ConversionState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (
                Self::Scheduled,
                Self::Scheduled | Self::Proposed | Self::Cancelled
            ) | (
                Self::Proposed,
                Self::Confirmed | Self::Contested | Self::Cancelled
            ) | (
                Self::Contested,
                Self::Confirmed | Self::Dismissed | Self::Cancelled
            )
        )
    }
}

text_enum! {
    /// What came of it.
    pub enum ConversionOutcome { Held = "held", NoShow = "no_show", Sold = "sold" }
}

text_enum! {
    /// How an appointment takes place.
    pub enum MeetingChannel { Phone = "phone", Video = "video", InPerson = "in_person" }
}

text_enum! {
    /// What made an outcome certain.
    pub enum DecidedHow { Party = "party", Silence = "silence", Operator = "operator" }
}

/// An appointment or a sale, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conversions)]
pub struct Conversion {
    pub id: ConversionId,
    pub purchase_id: PurchaseId,
    pub kind: ConversionKind,
    pub state: ConversionState,
    pub outcome: Option<ConversionOutcome>,
    /// When the appointment is, or the sale was.
    pub happens_at: Ts,
    pub channel: Option<MeetingChannel>,
    /// How long an appointment lasted.
    pub minutes: Option<i32>,
    pub amount_minor: Option<i64>,
    pub currency: Option<Currency>,
    /// The buyer's own number of a sale.
    pub reference: Option<String>,
    /// How often an appointment was moved.
    pub moves: i32,
    /// Grows with every step; a signed link names the one it was made for.
    pub version: i32,
    pub reported_by: Option<AccountId>,
    /// When silence confirms a report, or until when a set appointment keeps its purchase from lapsing.
    pub confirm_by: Option<Ts>,
    pub decided_how: Option<DecidedHow>,
    pub created_at: Ts,
    pub updated_at: Ts,
}

impl Conversion {
    pub fn amount(&self) -> Option<Money> {
        self.amount_minor
            .zip(self.currency)
            .map(|(minor, currency)| Money::new(minor, currency))
    }

    /// The same after a step by the table; whoever saw another version is refused.
    fn step(&self, next: ConversionState, now: Ts) -> Result<Self, Error> {
        if !self.state.may_become(next) {
            return Err(Error::refused_because(
                Code::StateConflict,
                format!("the {} is {}", self.kind, self.state),
            ));
        }
        Ok(Self {
            state: next,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }
}

/// What people write about a conversion; it may name the lead, so it is kept sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversionDetails)]
pub struct Details {
    /// Whom the appointment is with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub with_whom: String,
    /// Why the other side contests it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contested_because: String,
    /// Why the exchange decided as it did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub decided_because: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversion_moves_by_its_table_only() {
        use ConversionState::{Cancelled, Confirmed, Contested, Dismissed, Proposed, Scheduled};
        let allowed = [
            (Scheduled, Scheduled),
            (Scheduled, Proposed),
            (Scheduled, Cancelled),
            (Proposed, Confirmed),
            (Proposed, Contested),
            (Proposed, Cancelled),
            (Contested, Confirmed),
            (Contested, Dismissed),
            (Contested, Cancelled),
        ];
        for &from in ConversionState::ALL {
            for &to in ConversionState::ALL {
                let expected = allowed.contains(&(from, to));
                assert_eq!(from.may_become(to), expected, "{from} -> {to}");
            }
        }
    }
}
