//! Purchase requests: a buyer's standing order, its filter, limits and life, and its guarded counters.

pub mod api;
mod compile;
mod explain;
mod gate;
pub mod jobs;
pub mod pages;
mod preview;
mod reserve;
mod rule;
mod schedule;
mod shared;
pub mod shares;
mod store;
mod take;
mod terms;
mod windows;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use compile::Compiler;
pub use explain::{Explanation, explain};
pub use gate::{Gate, GateFailure, GateJson};
pub use preview::{Forecast, Miss, MissGroup, NearMisses, Preview, near_misses, preview};
pub use reserve::{Reservation, fill, give_back, meet_listed, reserve};
pub use rule::{Bounds, Offer, Rule};
pub use schedule::{Day, Schedule};
pub use shared::{SharedBid, SharedBidJson};
pub use store::changes::{Change, change_count, change_tail, changes_from, sweep};
pub use store::{active_after, active_among, active_versions, by_ids, last_served, lock};
pub use take::{adjust_spent, closed_caps, take};
pub use terms::{Sellers, Terms, TermsJson};
pub use windows::{Cap, CapWindow};

use crate::access::{AccountKind, Caller};
use crate::clock::{SECOND, Ts};
use crate::conditions::Filter;
use crate::contracts::{self, Agreement, Odds};
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, RequestId, VerticalId};
use crate::money::Money;
use crate::verticals::Vertical;
use crate::{accounts, standing};
use crate::{audit, jobs as queue};

/// The job that meets an activated request with the leads that are listed already.
pub const MATCH_JOB: &str = "match_request";
/// When the job runs once more, for leads whose commit raced the activation.
const MATCH_AGAIN: i64 = 5 * SECOND;

text_enum! {
    /// Where a request is in its life.
    pub enum RequestState {
        Draft = "draft",
        Active = "active",
        Paused = "paused",
        Fulfilled = "fulfilled",
        Expired = "expired",
        Closed = "closed",
    }
}

impl RequestState {
    /// The table of transitions; whatever is not in it is refused.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft | Self::Paused, Self::Active)
                | (
                    Self::Active,
                    Self::Paused | Self::Fulfilled | Self::Expired | Self::Closed
                )
        )
    }

    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Paused)
    }
}

/// A purchase request as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseRequest {
    pub id: RequestId,
    pub buyer_id: AccountId,
    pub vertical_id: VerticalId,
    /// The contract and the version of its terms that purchases are made under.
    pub agreement: Arc<Agreement>,
    pub name: String,
    pub state: RequestState,
    pub filter: Filter,
    pub need_phone: bool,
    pub need_email: bool,
    /// Paid for a lead on delivery, before bonuses; zero where the contract pays for outcomes alone.
    pub bid: Money,
    /// What is paid instead for a lead that others get too, by the number of its buyers; without any, the bid holds
    /// however many get it.
    pub shared_bids: Vec<SharedBid>,
    pub quantity: i64,
    pub bought: i64,
    pub budget: Money,
    pub spent: Money,
    pub caps: Vec<Cap>,
    /// Its zone is also where the caps count.
    pub schedule: Schedule,
    pub max_consent_age_days: Option<i32>,
    /// 0 - 100; 0 for any.
    pub min_quality: i32,
    pub sellers: Sellers,
    pub auto_buy: bool,
    pub deliver_email: Option<String>,
    /// Grows with every edit and change of state by a person.
    pub version: i64,
    pub created_at: Ts,
    pub updated_at: Ts,
    pub last_served_at: Option<Ts>,
}

impl PurchaseRequest {
    /// The most that is paid and set aside for a lead: the bid, every bonus, and what the contract
    /// holds for outcomes.
    pub fn commitment_max(&self) -> Money {
        self.commitment(price_max(self.bid, &self.filter))
    }

    /// What is paid and set aside for a lead at this price.
    pub fn commitment(&self, price: Money) -> Money {
        let held = self.agreement.terms().held_for_outcomes();
        Money::new(price.minor.saturating_add(held.minor), price.currency)
    }
}

/// What a job of kind `MATCH_JOB` carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MatchJob {
    pub request: RequestId,
}

/// What a person may ask of a request's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Activate,
    Pause,
    Resume,
    Close,
}

impl Move {
    const fn target(self) -> RequestState {
        match self {
            Self::Activate | Self::Resume => RequestState::Active,
            Self::Pause => RequestState::Paused,
            Self::Close => RequestState::Closed,
        }
    }

    /// Activation starts a draft, resumption a paused request; both by the table.
    const fn may_start_from(self, state: RequestState) -> bool {
        let right_start = match self {
            Self::Activate => matches!(state, RequestState::Draft | RequestState::Paused),
            Self::Resume => matches!(state, RequestState::Paused),
            Self::Pause | Self::Close => true,
        };
        right_start && state.may_become(self.target())
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Activate => "request.activated",
            Self::Pause => "request.paused",
            Self::Resume => "request.resumed",
            Self::Close => "request.closed",
        }
    }
}

fn price_max(bid: Money, filter: &Filter) -> Money {
    Money::new(bid.minor.saturating_add(filter.bonus_minor()), bid.currency)
}

/// The agreement that terms name, or the buyer's standard one for the vertical.
fn agreement_for(
    conn: &mut Conn,
    buyer: AccountId,
    vertical: &Vertical,
    terms: &Terms,
    now: Ts,
) -> Result<Agreement> {
    match terms.contract {
        Some(id) => contracts::for_request(conn, buyer, id, vertical.id),
        None => contracts::standard(conn, buyer, vertical, terms.bid.currency, now),
    }
}

/// Checks what a buyer asks for, under the contract that it names.
pub fn read_terms(
    conn: &mut Conn,
    buyer: AccountId,
    input: &TermsJson,
    vertical: &Vertical,
) -> Result<Terms> {
    let agreement = match input.contract {
        Some(id) => Some(contracts::for_request(conn, buyer, id, vertical.id)?),
        None => None,
    };
    Ok(Terms::parse(input, vertical, agreement.as_ref())?)
}

/// The rule that a request with these terms would follow, with nothing stored.
pub fn draft_rule(
    conn: &mut Conn,
    buyer: AccountId,
    terms: &Terms,
    vertical: &Vertical,
    now: Ts,
) -> Result<Rule> {
    let agreement = match terms.contract {
        Some(id) => contracts::for_request(conn, buyer, id, vertical.id)?,
        None => contracts::unstored(buyer, vertical, terms.bid.currency, now),
    };
    let request = terms.draft(buyer, vertical, Arc::new(agreement), now);
    rule_of(conn, Arc::new(request), vertical)
}

/// The request's rule with its buyer's odds and standing.
pub fn rule_of(
    conn: &mut Conn,
    request: Arc<PurchaseRequest>,
    vertical: &Vertical,
) -> Result<Rule> {
    let key = (request.agreement.terms().model, request.bid.currency);
    let odds = contracts::odds(conn, vertical, request.buyer_id, key)?;
    let step = standing::step_of(conn, request.buyer_id, AccountKind::Buyer)?;
    let buyer = accounts::account(conn, request.buyer_id)?.name;
    Ok(Rule::compile(request, vertical, odds)?
        .of_standing(step.rank_bps)
        .of_buyer(buyer))
}

/// Makes a draft under the contract that the terms name, else under the buyer's standard one.
pub fn create(
    conn: &mut Conn,
    caller: &Caller,
    vertical: &Vertical,
    terms: &Terms,
    now: Ts,
) -> Result<PurchaseRequest> {
    let agreement = agreement_for(conn, caller.account_id, vertical, terms, now)?;
    let request = terms.draft(caller.account_id, vertical, Arc::new(agreement), now);
    Rule::compile(Arc::new(request.clone()), vertical, Odds::prior(vertical))?;
    store::insert(conn, &request)?;
    let detail = told(&request);
    changed(conn, caller, &request, "request.created", detail, now)?;
    Ok(request)
}

/// The buyer's request; another's is not found.
pub fn get(conn: &mut Conn, buyer: AccountId, id: RequestId) -> Result<PurchaseRequest> {
    store::find(conn, buyer, id)?.ok_or_else(|| Error::refused(Code::NotFound))
}

/// The request that the buyer made last.
pub fn latest(conn: &mut Conn, buyer: AccountId) -> Result<Option<PurchaseRequest>> {
    Ok(store::page(conn, buyer, None, None, 1)?.pop())
}

/// Replaces the terms of a draft or paused request; `version` is the one the editor saw.
pub fn update(
    conn: &mut Conn,
    caller: &Caller,
    id: RequestId,
    version: i64,
    vertical: &Vertical,
    terms: &Terms,
    now: Ts,
) -> Result<PurchaseRequest> {
    let present = get(conn, caller.account_id, id)?;
    if present.version != version {
        return Err(Error::refused(Code::VersionMismatch));
    }
    if !present.state.is_editable() {
        return Err(state_conflict(present.state));
    }
    keep_what_was_bought(&present, vertical, terms)?;
    let before = told(&present);
    let mut edited = terms.apply(present);
    if edited.bid.currency != edited.spent.currency {
        edited.spent = Money::new(0, edited.bid.currency);
    }
    let agreement = agreement_for(conn, caller.account_id, vertical, terms, now)?;
    edited.agreement = Arc::new(agreement);
    edited.version += 1;
    edited.updated_at = now;
    Rule::compile(Arc::new(edited.clone()), vertical, Odds::prior(vertical))?;
    if !store::update(conn, &edited, version)? {
        return Err(Error::refused(Code::VersionMismatch));
    }
    let detail = audit::change(&before, &told(&edited))?;
    changed(conn, caller, &edited, "request.edited", detail, now)?;
    Ok(edited)
}

/// Quantity and budget may shrink to what is used up, never below it.
fn keep_what_was_bought(
    present: &PurchaseRequest,
    vertical: &Vertical,
    terms: &Terms,
) -> Result<()> {
    let mut errors = Vec::new();
    if vertical.id != present.vertical_id {
        let accepted = "the vertical the request was made for";
        errors.push(FieldError::new("vertical", Reason::NotAllowed, accepted));
    }
    if present.bought > 0 && terms.bid.currency != present.bid.currency {
        errors.push(FieldError::new(
            "bid.currency",
            Reason::CurrencyMismatch,
            format!("{}, as its purchases", present.bid.currency),
        ));
    } else {
        if terms.budget.minor < present.spent.minor {
            errors.push(FieldError::new(
                "budget",
                Reason::TooSmall,
                format!("{} or more: so much is spent", present.spent),
            ));
        }
        if terms.quantity < present.bought {
            errors.push(FieldError::new(
                "quantity",
                Reason::TooSmall,
                format!("{} or more: so many are bought", present.bought),
            ));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}

/// Moves a request by the table; an activated one that buys by itself meets the listed leads.
pub fn change_state(
    conn: &mut Conn,
    caller: &Caller,
    id: RequestId,
    step: Move,
    now: Ts,
) -> Result<PurchaseRequest> {
    let mut request = get(conn, caller.account_id, id)?;
    let target = step.target();
    if !step.may_start_from(request.state) {
        return Err(state_conflict(request.state));
    }
    if target == RequestState::Active {
        if !caller.approved {
            return Err(Error::refused(Code::AccountNotApproved));
        }
        if request.bought >= request.quantity
            || room(&request) < request.commitment(request.least_bid()).minor
        {
            return Err(Error::refused_because(
                Code::StateConflict,
                "quantity or budget is used up; raise it first",
            ));
        }
    }
    let before = told(&request);
    if !store::set_state(conn, &request, target, now)? {
        return Err(Error::refused(Code::StateConflict));
    }
    request.state = target;
    request.version += 1;
    request.updated_at = now;
    let detail = audit::change(&before, &told(&request))?;
    changed(conn, caller, &request, step.action(), detail, now)?;
    if target == RequestState::Active && request.auto_buy {
        let job = MatchJob { request: id };
        queue::enqueue(conn, MATCH_JOB, &job, now, now)?;
        queue::enqueue(conn, MATCH_JOB, &job, now.plus(MATCH_AGAIN), now)?;
        jobs::wake_later(conn, &request, now)?;
    }
    Ok(request)
}

/// What is left of the budget, in minor units.
fn room(request: &PurchaseRequest) -> i64 {
    request.budget.minor.saturating_sub(request.spent.minor)
}

fn state_conflict(state: RequestState) -> Error {
    Error::refused_because(Code::StateConflict, format!("the request is {state}"))
}

/// A request as the audit log keeps it: without the address that letters go to.
fn told(request: &PurchaseRequest) -> Value {
    let mut told = json!(TermsJson::of(request, ""));
    let vertical = request.vertical_id.to_string();
    if let Some(fields) = told.as_object_mut() {
        fields.insert("vertical".to_owned(), vertical.into());
        fields.insert("state".to_owned(), json!(request.state));
        fields.insert("version".to_owned(), request.version.into());
        if fields.remove("delivery").is_some() {
            fields.insert("delivers_by".to_owned(), "email".into());
        }
    }
    told
}

fn changed(
    conn: &mut Conn,
    caller: &Caller,
    request: &PurchaseRequest,
    action: &str,
    detail: Value,
    now: Ts,
) -> Result<()> {
    store::changes::record(conn, request.id, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(request.buyer_id),
            action,
            subject: request.id.to_string(),
            detail,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_moves_by_its_table_only() {
        use RequestState::{Active, Closed, Draft, Expired, Fulfilled, Paused};
        let allowed = [
            (Draft, Active),
            (Active, Paused),
            (Paused, Active),
            (Active, Fulfilled),
            (Active, Expired),
            (Active, Closed),
        ];
        for &from in RequestState::ALL {
            for &to in RequestState::ALL {
                let expected = allowed.contains(&(from, to));
                assert_eq!(from.may_become(to), expected, "{from} -> {to}");
            }
        }
    }
}
