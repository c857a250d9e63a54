//! Contracts: the terms under which a buyer pays the open market, or one seller. Terms are versioned
//! and never change; a purchase keeps the version it was made under.

pub mod api;
mod changes;
mod check;
pub mod fees;
mod forecast;
mod odds;
pub mod pages;
mod presets;
mod sentences;
mod standing;
mod store;
mod terms;

use std::collections::HashMap;
use std::sync::Arc;

use diesel::{Insertable, Queryable, Selectable};
use serde_json::json;

pub use changes::{NewContract, answer, close, create, revise};
pub use forecast::Forecast;
pub use odds::{BuyerOdds, Chance, Observed, Odds, Sales, odds, odds_changed, odds_in};
pub use presets::preset;
pub use sentences::{Example, Line, dispute_sentences, example, sentences};
pub use standing::{next_fee, resume, suspend};
pub use store::charged::{Charged, Spent, charged, spent};
pub use store::{Version, agreements, fees_due, lock};
pub use terms::{
    BaseFee, Confirmation, Criteria, Period, Reporter, SENIORITY, Share, Terms, TermsJson,
};

use crate::access::Actor;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::contracts;
use crate::db::types::text_enum;
use crate::error::{Code, Error, Reason, Result};
use crate::id::{AccountId, ContractId, ContractVersionId, VerticalId};
use crate::money::Currency;
use crate::notices::{self, Notice, NoticeKind};
use crate::verticals::Vertical;

/// Contracts that one account may have beside its standard ones.
const MAX_CONTRACTS: i64 = 500;

text_enum! {
    /// Where a contract stands.
    pub enum ContractState {
        /// A seller has yet to accept it.
        Offered = "offered",
        Active = "active",
        /// The buyer owes what its wallet could not pay; nothing is bought until it does.
        Suspended = "suspended",
        Declined = "declined",
        Closed = "closed",
    }
}

impl ContractState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Offered, Self::Active | Self::Declined | Self::Closed)
                | (Self::Active, Self::Suspended | Self::Closed)
                | (Self::Suspended, Self::Active | Self::Closed)
        )
    }

    /// Whether nothing can change any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Declined | Self::Closed)
    }
}

/// A contract between a buyer and the open market, or one seller.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = contracts)]
pub struct Contract {
    pub id: ContractId,
    pub buyer_id: AccountId,
    /// `None` for the open market.
    pub seller_id: Option<AccountId>,
    pub vertical_id: VerticalId,
    pub currency: Currency,
    pub name: String,
    pub state: ContractState,
    /// Pay per lead at the bid of each request, made by the exchange.
    pub is_standard: bool,
    /// The number of the version in force.
    pub in_force: Option<i32>,
    /// The number of a version that the seller has yet to accept.
    pub offered: Option<i32>,
    /// When the first period of the base fee began.
    pub fees_from: Option<Ts>,
    /// Periods that were charged or passed over.
    pub fee_periods: i32,
    pub next_fee_at: Option<Ts>,
    pub created_at: Ts,
    pub updated_at: Ts,
}

impl Contract {
    /// The version that an editor sees: the one on offer, else the one in force.
    pub fn newest(&self) -> i32 {
        self.offered.or(self.in_force).unwrap_or(1)
    }

    fn to(&self, next: ContractState) -> Result<Self> {
        if !self.state.may_become(next) {
            return Err(conflict(self));
        }
        Ok(Self {
            state: next,
            ..self.clone()
        })
    }
}

/// A contract with one version of its terms, as requests and purchases keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    pub contract: Contract,
    pub version: Version,
}

impl Agreement {
    pub const fn terms(&self) -> &Terms {
        &self.version.terms
    }

    pub const fn is_active(&self) -> bool {
        matches!(self.contract.state, ContractState::Active)
    }
}

/// The buyer's standard pay-per-lead terms for a vertical and currency: the present version
/// when it still says what the vertical demands, else a new one.
pub fn standard(
    conn: &mut Conn,
    buyer: AccountId,
    vertical: &Vertical,
    currency: Currency,
    now: Ts,
) -> Result<Agreement> {
    let known = store::standard(conn, buyer, vertical.id, currency)?;
    let terms = Terms::standard(
        currency,
        vertical.dispute_window_days,
        vertical.disputes.clone(),
    );
    let Some(contract) = known else {
        let contract = Contract {
            name: format!("{} standard {currency}", vertical.key),
            is_standard: true,
            state: ContractState::Active,
            in_force: Some(1),
            ..blank(buyer, None, vertical.id, currency, now)
        };
        return insert(conn, contract, terms, Actor::System, now);
    };
    let present = version(conn, &contract, contract.newest())?;
    if present.terms == terms {
        return Ok(Agreement {
            contract,
            version: present,
        });
    }
    let next = Contract {
        in_force: Some(present.number + 1),
        ..contract.clone()
    };
    let version = add_version(conn, &next, present.number + 1, terms, Actor::System, now)?;
    let contract = save(conn, &contract, next, now)?;
    Ok(Agreement { contract, version })
}

/// The standard terms of a buyer that has none yet, with nothing stored.
pub fn unstored(buyer: AccountId, vertical: &Vertical, currency: Currency, now: Ts) -> Agreement {
    let contract = Contract {
        is_standard: true,
        state: ContractState::Active,
        in_force: Some(1),
        ..blank(buyer, None, vertical.id, currency, now)
    };
    let version = Version {
        id: ContractVersionId::new(now),
        number: 1,
        terms: Terms::standard(
            currency,
            vertical.dispute_window_days,
            vertical.disputes.clone(),
        ),
        created_at: now,
    };
    Agreement { contract, version }
}

fn blank(
    buyer: AccountId,
    seller: Option<AccountId>,
    vertical: VerticalId,
    currency: Currency,
    now: Ts,
) -> Contract {
    Contract {
        id: ContractId::new(now),
        buyer_id: buyer,
        seller_id: seller,
        vertical_id: vertical,
        currency,
        name: String::new(),
        state: ContractState::Offered,
        is_standard: false,
        in_force: None,
        offered: None,
        fees_from: None,
        fee_periods: 0,
        next_fee_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn insert(
    conn: &mut Conn,
    contract: Contract,
    terms: Terms,
    actor: Actor,
    now: Ts,
) -> Result<Agreement> {
    store::insert(conn, &contract)?;
    let version = add_version(conn, &contract, 1, terms, actor, now)?;
    Ok(Agreement { contract, version })
}

fn add_version(
    conn: &mut Conn,
    contract: &Contract,
    number: i32,
    terms: Terms,
    actor: Actor,
    now: Ts,
) -> Result<Version> {
    let version = Version {
        id: ContractVersionId::new(now),
        number,
        terms,
        created_at: now,
    };
    store::insert_version(conn, contract.id, &version)?;
    let detail = json!({ "version": number, "terms": TermsJson::from(&version.terms) });
    record(conn, actor, contract, "contract.terms_made", detail, now)?;
    Ok(version)
}

/// A contract of the party's with every version of its terms, newest first; another's is not found.
pub fn get(conn: &mut Conn, party: AccountId, id: ContractId) -> Result<(Contract, Vec<Version>)> {
    let contract =
        store::of_party(conn, party, id)?.ok_or_else(|| Error::refused(Code::NotFound))?;
    let versions = store::versions(conn, id)?;
    Ok((contract, versions))
}

/// A party's contracts that somebody wrote, newest first.
pub fn list(conn: &mut Conn, party: AccountId) -> Result<Vec<Contract>> {
    store::list(conn, party, MAX_CONTRACTS)
}

/// A page of a party's contracts, newest first, each with its newest terms.
pub fn page(
    conn: &mut Conn,
    party: AccountId,
    before: Option<(Ts, ContractId)>,
    limit: i64,
) -> Result<Vec<Agreement>> {
    let contracts = store::page(conn, party, before, limit)?;
    let ids: Vec<ContractId> = contracts.iter().map(|contract| contract.id).collect();
    let mut newest = store::newest(conn, &ids)?;
    contracts
        .into_iter()
        .map(|contract| {
            let version = newest
                .remove(&contract.id)
                .ok_or_else(|| anyhow::anyhow!("{} has no terms", contract.id))?;
            Ok(Agreement { contract, version })
        })
        .collect()
}

/// Refuses what is sent about other terms than the newest.
pub fn check_seen(conn: &mut Conn, party: AccountId, id: ContractId, seen: i32) -> Result<()> {
    let contract =
        store::of_party(conn, party, id)?.ok_or_else(|| Error::refused(Code::NotFound))?;
    if contract.newest() == seen {
        Ok(())
    } else {
        Err(Error::refused(Code::VersionMismatch))
    }
}

/// The version in force of the buyer's contract, for a request in its vertical.
pub fn for_request(
    conn: &mut Conn,
    buyer: AccountId,
    id: ContractId,
    vertical: VerticalId,
) -> Result<Agreement> {
    let refused = |reason, accepted: &str| Err(Error::invalid_field("contract", reason, accepted));
    let found = store::of_party(conn, buyer, id)?
        .filter(|contract| contract.buyer_id == buyer && contract.vertical_id == vertical);
    let Some(contract) = found else {
        return refused(Reason::NotAllowed, "one of your contracts in this vertical");
    };
    if contract.state != ContractState::Active && contract.state != ContractState::Suspended {
        return refused(Reason::NotAllowed, "a contract that is in force");
    }
    let version = version(conn, &contract, contract.in_force.unwrap_or(1))?;
    Ok(Agreement { contract, version })
}

/// The agreement with this version's id, if the account is its buyer or seller.
pub fn agreement(
    conn: &mut Conn,
    party: AccountId,
    id: ContractVersionId,
) -> Result<Arc<Agreement>> {
    let mut found: HashMap<_, _> = store::agreements(conn, &[id])?;
    found
        .remove(&id)
        .filter(|agreement| {
            agreement.contract.buyer_id == party || agreement.contract.seller_id == Some(party)
        })
        .ok_or_else(|| Error::refused(Code::NotFound))
}

fn of_buyer(conn: &mut Conn, buyer: AccountId, id: ContractId) -> Result<Contract> {
    store::of_party(conn, buyer, id)?
        .filter(|contract| contract.buyer_id == buyer)
        .ok_or_else(|| Error::refused(Code::NotFound))
}

fn version(conn: &mut Conn, contract: &Contract, number: i32) -> Result<Version> {
    store::version(conn, contract.id, number)?
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("{} has no version {number}", contract.id)))
}

fn in_force(conn: &mut Conn, contract: &Contract) -> Result<Option<Terms>> {
    match contract.in_force {
        Some(number) => Ok(Some(version(conn, contract, number)?.terms)),
        None => Ok(None),
    }
}

fn save(conn: &mut Conn, seen: &Contract, mut next: Contract, now: Ts) -> Result<Contract> {
    // Two changes within a microsecond would look like one to a guard.
    next.updated_at = now.max(seen.updated_at.plus(1));
    if !store::update(conn, seen, &next)? {
        return Err(Error::refused(Code::VersionMismatch));
    }
    store::touch_requests(conn, next.id, now)?;
    Ok(next)
}

fn conflict(contract: &Contract) -> Error {
    Error::refused_because(
        Code::StateConflict,
        format!("the contract is {}", contract.state),
    )
}

fn tell(
    conn: &mut Conn,
    account: AccountId,
    kind: NoticeKind,
    contract: &Contract,
    now: Ts,
) -> Result<()> {
    let side = if account == contract.buyer_id {
        "buyer"
    } else {
        "seller"
    };
    notices::queue(
        conn,
        &Notice::new(account, kind, format!("/{side}/contracts/{}", contract.id))
            .with("name", &contract.name),
        now,
    )
}

fn tell_both(conn: &mut Conn, kind: NoticeKind, contract: &Contract, now: Ts) -> Result<()> {
    tell(conn, contract.buyer_id, kind, contract, now)?;
    match contract.seller_id {
        Some(seller) => tell(conn, seller, kind, contract, now),
        None => Ok(()),
    }
}

/// What a step made of a contract: the fields that differ, as they were and as they are.
fn step(before: &Contract, after: &Contract) -> Result<serde_json::Value> {
    let facts = |contract: &Contract| {
        serde_json::json!({
            "state": contract.state,
            "in_force": contract.in_force,
            "offered": contract.offered,
        })
    };
    audit::change(&facts(before), &facts(after))
}

fn record(
    conn: &mut Conn,
    actor: Actor,
    contract: &Contract,
    action: &str,
    detail: serde_json::Value,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(contract.buyer_id),
            action,
            subject: contract.id.to_string(),
            detail,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_moves_by_its_table_only() {
        use ContractState::{Active, Closed, Declined, Offered, Suspended};
        let allowed = [
            (Offered, Active),
            (Offered, Declined),
            (Offered, Closed),
            (Active, Suspended),
            (Active, Closed),
            (Suspended, Active),
            (Suspended, Closed),
        ];
        for &from in ContractState::ALL {
            for &to in ContractState::ALL {
                assert_eq!(
                    from.may_become(to),
                    allowed.contains(&(from, to)),
                    "{from} -> {to}"
                );
            }
        }
    }
}
