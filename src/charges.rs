//! Charges: what a contract makes due beside the price of a lead - an appointment, a share of a sale,
//! a base fee - and claims, for what a wallet could not pay.

mod collect;
mod store;

use diesel::{Insertable, Queryable, Selectable};
use serde_json::json;

pub use collect::{charge_fees, collect, settle_due};
pub use store::{of_contract, of_purchase, of_purchases, owed, spent_by_contract};

use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::contracts::{self, Agreement};
use crate::db::Conn;
use crate::db::schema::charges;
use crate::db::types::text_enum;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ChargeId, ContractId, ContractVersionId, PurchaseId};
use crate::ledger::{self, Source};
use crate::money::{BasisPoints, Currency, Money, divide_half_even};

text_enum! {
    /// What a charge is for.
    pub enum ChargeKind {
        Appointment = "appointment",
        Sale = "sale",
        BaseFee = "base_fee",
        /// The rest of another charge, which the wallet did not cover.
        Claim = "claim",
    }
}

text_enum! {
    /// Where a charge stands.
    pub enum ChargeState {
        /// Set aside until the outcome is known.
        Held = "held",
        /// Due, but the wallet does not cover it.
        Owed = "owed",
        /// Charged; the dispute window runs.
        Captured = "captured",
        /// The outcome did not come about.
        Released = "released",
        /// Final.
        Settled = "settled",
        Disputed = "disputed",
        Refunded = "refunded",
        WrittenOff = "written_off",
    }
}

impl ChargeState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Held, Self::Captured | Self::Released)
                | (Self::Owed, Self::Captured | Self::WrittenOff)
                | (Self::Captured, Self::Settled | Self::Disputed)
                | (Self::Settled, Self::Disputed)
                | (
                    Self::Disputed,
                    Self::Captured | Self::Settled | Self::Refunded
                )
        )
    }

    /// Whether the money was taken.
    pub const fn is_charged(self) -> bool {
        matches!(self, Self::Captured | Self::Settled | Self::Disputed)
    }
}

/// A charge as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = charges)]
pub struct Charge {
    pub id: ChargeId,
    pub kind: ChargeKind,
    pub state: ChargeState,
    pub contract_id: ContractId,
    pub contract_version_id: ContractVersionId,
    /// `None` for a base fee.
    pub purchase_id: Option<PurchaseId>,
    /// The charge whose rest a claim is.
    pub claim_of: Option<ChargeId>,
    pub buyer_id: AccountId,
    /// `None` where the exchange itself is paid.
    pub seller_id: Option<AccountId>,
    pub currency: Currency,
    /// Set aside when it was made.
    pub held_minor: i64,
    /// What is charged, or owed; zero until it is known.
    pub price_minor: i64,
    pub commission_bps: BasisPoints,
    pub commission_minor: i64,
    /// The start of the period that a base fee is for.
    pub period_start: Option<Ts>,
    pub created_at: Ts,
    pub charged_at: Option<Ts>,
    /// When the dispute window ends and the seller's share becomes payable.
    pub final_at: Option<Ts>,
    pub settled_at: Option<Ts>,
}

impl Charge {
    pub const fn held(&self) -> Money {
        Money::new(self.held_minor, self.currency)
    }

    pub const fn price(&self) -> Money {
        Money::new(self.price_minor, self.currency)
    }

    pub const fn commission(&self) -> Money {
        Money::new(self.commission_minor, self.currency)
    }

    /// The seller's part.
    pub const fn earning(&self) -> Money {
        Money::new(self.price_minor - self.commission_minor, self.currency)
    }

    const fn source(&self) -> Source {
        Source::Charge(self.id)
    }
}

/// The purchase that charges are made for.
#[derive(Debug, Clone, Copy)]
pub struct OfPurchase<'a> {
    pub purchase: PurchaseId,
    pub buyer: AccountId,
    pub seller: AccountId,
    pub agreement: &'a Agreement,
    pub commission: BasisPoints,
}

/// Sets aside what a purchase may come to cost: the appointment's price, the deposit on a sale.
///
/// Refused with `insufficient_funds` when the wallet does not cover it.
pub fn set_aside(conn: &mut Conn, of: &OfPurchase<'_>, now: Ts) -> Result<()> {
    let terms = of.agreement.terms();
    let parts = [
        (ChargeKind::Appointment, terms.price_appointment),
        (ChargeKind::Sale, terms.share.map(|share| share.deposit)),
    ];
    for (kind, amount) in parts {
        let Some(amount) = amount else { continue };
        let charge = Charge {
            purchase_id: Some(of.purchase),
            seller_id: Some(of.seller),
            held_minor: amount.minor,
            commission_bps: of.commission,
            ..blank(of.agreement, kind, ChargeState::Held, of.buyer, now)
        };
        store::insert(conn, &charge)?;
        ledger::hold(
            conn,
            &ledger::Hold {
                source: charge.source(),
                buyer: of.buyer,
                amount,
                at: now,
            },
        )?;
    }
    Ok(())
}

fn blank(
    agreement: &Agreement,
    kind: ChargeKind,
    state: ChargeState,
    buyer: AccountId,
    now: Ts,
) -> Charge {
    Charge {
        id: ChargeId::new(now),
        kind,
        state,
        contract_id: agreement.contract.id,
        contract_version_id: agreement.version.id,
        purchase_id: None,
        claim_of: None,
        buyer_id: buyer,
        seller_id: None,
        currency: agreement.contract.currency,
        held_minor: 0,
        price_minor: 0,
        commission_bps: BasisPoints(0),
        commission_minor: 0,
        period_start: None,
        created_at: now,
        charged_at: None,
        final_at: None,
        settled_at: None,
    }
}

/// What came of charging an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    pub charge: Charge,
    /// What the wallet did not cover.
    pub claim: Option<Charge>,
}

/// Charges what is due for an outcome: from what is held, then from the wallet. What neither covers
/// becomes a claim, and the contract is suspended; the seller is credited with what was collected only.
pub fn capture(
    conn: &mut Conn,
    charge: &Charge,
    due: Money,
    dispute_window_days: i32,
    now: Ts,
) -> Result<Charged> {
    let seller = charge
        .seller_id
        .ok_or_else(|| anyhow::anyhow!("{} has no seller", charge.id))?;
    let beyond = due.minor - charge.held_minor;
    let extra = if beyond > 0 {
        let available = ledger::lock_available(conn, charge.buyer_id, charge.currency)?;
        beyond.min(available.minor)
    } else {
        0
    };
    if extra > 0 {
        let amount = Money::new(extra, charge.currency);
        ledger::top_up(conn, charge.source(), amount, now)?;
    }
    let price = Money::new(due.minor.min(charge.held_minor + extra), charge.currency);
    let whole = due.share(charge.commission_bps);
    let commission = part(whole, price, due);
    let captured = Charge {
        state: ChargeState::Captured,
        price_minor: price.minor,
        commission_minor: commission.minor,
        charged_at: Some(now),
        final_at: Some(now.plus_days(dispute_window_days)),
        ..charge.clone()
    };
    advance(conn, charge, &captured)?;
    ledger::capture(
        conn,
        &ledger::Capture {
            source: charge.source(),
            seller,
            price,
            commission,
            at: now,
        },
    )?;
    record(conn, &captured, "charge.captured", now)?;
    let rest = due.minor - price.minor;
    let claim = if rest > 0 {
        let claim = Charge {
            id: ChargeId::new(now),
            kind: ChargeKind::Claim,
            state: ChargeState::Owed,
            claim_of: Some(charge.id),
            held_minor: 0,
            price_minor: rest,
            commission_minor: whole.minor - commission.minor,
            created_at: now,
            charged_at: None,
            final_at: None,
            ..captured.clone()
        };
        owe(conn, &claim, now)?;
        Some(claim)
    } else {
        None
    };
    Ok(Charged {
        charge: captured,
        claim,
    })
}

/// The part of a commission that goes with a part of what is due.
fn part(commission: Money, price: Money, due: Money) -> Money {
    if due.minor == 0 {
        return Money::new(0, commission.currency);
    }
    let above = i128::from(commission.minor) * i128::from(price.minor);
    Money::new(
        divide_half_even(above, i128::from(due.minor)),
        commission.currency,
    )
}

fn owe(conn: &mut Conn, charge: &Charge, now: Ts) -> Result<()> {
    store::insert(conn, charge)?;
    record(conn, charge, "charge.owed", now)?;
    contracts::suspend(conn, charge.contract_id, now)
}

/// Gives back what was held for an outcome that did not come about.
pub fn release(conn: &mut Conn, charge: &Charge, now: Ts) -> Result<Charge> {
    let released = Charge {
        state: ChargeState::Released,
        charged_at: Some(now),
        ..charge.clone()
    };
    advance(conn, charge, &released)?;
    ledger::release(conn, &[charge.source()], now)?;
    record(conn, &released, "charge.released", now)?;
    Ok(released)
}

/// Puts a charge under dispute; a settled one only where the exchange opens the dispute out of time.
pub fn dispute(conn: &mut Conn, charge: &Charge, now: Ts) -> Result<Charge> {
    let disputed = Charge {
        state: ChargeState::Disputed,
        ..charge.clone()
    };
    advance(conn, charge, &disputed)?;
    record(conn, &disputed, "charge.disputed", now)?;
    Ok(disputed)
}

/// Ends the dispute of a charge: it was refunded whole, or what was not is final.
pub fn end_dispute(conn: &mut Conn, charge: &Charge, is_refunded: bool, now: Ts) -> Result<Charge> {
    let (state, action) = if is_refunded {
        (ChargeState::Refunded, "charge.refunded")
    } else {
        (ChargeState::Settled, "charge.settled")
    };
    let ended = Charge {
        state,
        settled_at: charge.settled_at.or(Some(now)),
        ..charge.clone()
    };
    advance(conn, charge, &ended)?;
    record(conn, &ended, action, now)?;
    Ok(ended)
}

/// Moves a charge by the table, if nobody moved it meanwhile.
fn advance(conn: &mut Conn, seen: &Charge, next: &Charge) -> Result<()> {
    if !seen.state.may_become(next.state) || !store::advance(conn, seen.state, next)? {
        return Err(Error::refused_because(
            Code::StateConflict,
            format!("the charge is {}", seen.state),
        ));
    }
    Ok(())
}

fn record(conn: &mut Conn, charge: &Charge, action: &str, now: Ts) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: Actor::System,
            account_id: Some(charge.buyer_id),
            action,
            subject: charge.id.to_string(),
            detail: json!({
                "kind": charge.kind,
                "contract": charge.contract_id,
                "purchase": charge.purchase_id,
                "held": charge.held(),
                "price": charge.price(),
                "commission": charge.commission(),
            }),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_moves_by_its_table_only() {
        use ChargeState::{
            Captured, Disputed, Held, Owed, Refunded, Released, Settled, WrittenOff,
        };
        let allowed = [
            (Held, Captured),
            (Held, Released),
            (Owed, Captured),
            (Owed, WrittenOff),
            (Captured, Settled),
            (Captured, Disputed),
            (Settled, Disputed),
            (Disputed, Captured),
            (Disputed, Settled),
            (Disputed, Refunded),
        ];
        for &from in ChargeState::ALL {
            for &to in ChargeState::ALL {
                let expected = allowed.contains(&(from, to));
                assert_eq!(from.may_become(to), expected, "{from} -> {to}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_commission_add_up() {
        let eur = |minor| Money::new(minor, Currency::EUR);
        for (due, price) in [(16_667, 5_000), (1, 1), (9_999, 1), (0, 0)] {
            let whole = eur(due).share(BasisPoints(1_500));
            let first = part(whole, eur(price), eur(due));
            assert!(
                first.minor <= whole.minor && first.minor <= price,
                "{due} {price}"
            );
        }
    }
}
