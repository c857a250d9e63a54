//! Payouts: what is final goes to its seller - asked for or by schedule, approved by one, sent in a batch
//! by another, and ended by what the bank says.

pub mod api;
mod ask;
pub mod bank;
pub mod batch;
mod desk;
pub mod invoices;
mod outcome;
pub mod pages;
pub mod pain;
mod paper;
pub mod report;
mod sepa;
pub mod settings;
pub mod statements;
mod store;

use serde_json::{Value, json};

pub use ask::{Ask, Available, ask, available, cancel};
pub use desk::{approve, refuse};
pub use outcome::{Outcome, end};

use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, PayoutBatchId, PayoutId, UserId};
use crate::money::Money;

pub use store::{counts, list, of_seller};

/// Characters of a reason that a person writes.
pub const MAX_REASON: usize = 200;

text_enum! {
    /// Where a payout stands. What is open lies in transit; what ended lies in cash or with the seller again.
    pub enum PayoutState {
        /// Taken out of the seller's payable; waits for approval.
        Requested = "requested",
        /// Waits for a batch, or for its batch to be sent.
        Approved = "approved",
        /// With the bank.
        Sent = "sent",
        Paid = "paid",
        /// The bank did not pay it: the money is the seller's payable again.
        Failed = "failed",
        /// Called off by its seller before it was approved; the money is payable again.
        Cancelled = "cancelled",
        /// Turned down by the exchange before it was in a batch; the money is payable again.
        Refused = "refused",
        /// Paid, and sent back by the seller's bank; the money is payable again.
        Returned = "returned",
    }
}

impl PayoutState {
    /// The whole state machine.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (
                Self::Requested,
                Self::Approved | Self::Cancelled | Self::Refused
            ) | (Self::Approved, Self::Sent | Self::Refused)
                | (Self::Sent, Self::Paid | Self::Failed)
                | (Self::Paid, Self::Returned)
        )
    }

    /// Whether the money is on its way.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Approved | Self::Sent)
    }
}

text_enum! {
    /// Who asked for a payout.
    pub enum Origin {
        Seller = "seller",
        Schedule = "schedule",
        Operator = "operator",
    }
}

/// Money on its way to a seller.
#[derive(Debug, Clone)]
pub struct Payout {
    pub id: PayoutId,
    pub seller_id: AccountId,
    pub amount: Money,
    pub state: PayoutState,
    pub origin: Origin,
    /// The user who asked; a schedule is nobody.
    pub asked_by: Option<UserId>,
    pub asked_at: Ts,
    pub approved_by: Option<UserId>,
    pub approved_at: Option<Ts>,
    pub batch_id: Option<PayoutBatchId>,
    pub sent_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    /// Why it failed, came back or was refused.
    pub reason: Option<String>,
    /// The account that it goes to, masked; known once it is in a batch.
    pub hint: Option<String>,
}

impl Payout {
    /// How bank files name it, in 35 characters.
    pub fn end_to_end_id(&self) -> String {
        end_to_end_id(self.id)
    }

    /// Locked in a batch that was not sent yet.
    pub fn is_prepared(&self) -> bool {
        self.state == PayoutState::Approved && self.batch_id.is_some()
    }
}

/// How bank files name a payout: 35 characters, the most that they take.
pub fn end_to_end_id(id: PayoutId) -> String {
    format!("PAY{}", id.0.simple()).to_uppercase()
}

/// A payout of a seller; `NotFound` for another's.
pub fn payout(conn: &mut Conn, seller: AccountId, id: PayoutId) -> Result<Payout> {
    store::payout(conn, id)?
        .filter(|payout| payout.seller_id == seller)
        .ok_or_else(|| Error::refused(Code::NotFound))
}

/// Any payout, for the operator.
pub fn by_id(conn: &mut Conn, id: PayoutId) -> Result<Payout> {
    store::payout(conn, id)?.ok_or_else(|| Error::refused(Code::NotFound))
}

/// A payout of a batch; `NotFound` for one of another.
pub fn in_batch(conn: &mut Conn, id: PayoutId, batch: PayoutBatchId) -> Result<Payout> {
    let payout = by_id(conn, id)?;
    if payout.batch_id == Some(batch) {
        Ok(payout)
    } else {
        Err(Error::refused(Code::NotFound))
    }
}

/// A refusal that names the state in which the payout is.
fn conflict(payout: &Payout) -> Error {
    Error::refused_because(
        Code::StateConflict,
        format!("the payout is {}", payout.state),
    )
}

fn record(
    conn: &mut Conn,
    actor: Actor,
    payout: &Payout,
    action: &str,
    detail: &Value,
    at: Ts,
) -> Result<()> {
    let mut told = json!({ "amount": payout.amount });
    if let (Some(told), Some(more)) = (told.as_object_mut(), detail.as_object()) {
        told.extend(more.clone());
    }
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor,
            account_id: Some(payout.seller_id),
            action,
            subject: payout.id.to_string(),
            detail: told,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use PayoutState::{Approved, Cancelled, Failed, Paid, Refused, Requested, Returned, Sent};

    #[test]
    fn the_steps_are_these_and_no_others() {
        let steps = [
            (Requested, Approved),
            (Requested, Cancelled),
            (Requested, Refused),
            (Approved, Sent),
            (Approved, Refused),
            (Sent, Paid),
            (Sent, Failed),
            (Paid, Returned),
        ];
        for &from in PayoutState::ALL {
            for &to in PayoutState::ALL {
                let may = steps.contains(&(from, to));
                assert_eq!(from.may_become(to), may, "{from} -> {to}");
            }
        }
    }

    #[test]
    fn banks_get_an_id_that_fits() {
        let id = end_to_end_id(PayoutId::new(Ts::from_micros(0)));
        assert_eq!(id.len(), 35);
        assert!(id.chars().all(|letter| letter.is_ascii_alphanumeric()));
    }
}
