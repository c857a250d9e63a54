//! Batches: the approved payouts of one currency that go to the bank in one file, made and sent by others
//! than those who approved them.

use serde_json::json;

use super::bank::{self, BankDetails};
use super::desk::happened;
use super::store::{self, batches};
use super::{Payout, record};
use crate::access::Caller;
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, Result};
use crate::events::EventKind;
use crate::id::{PayoutBatchId, PayoutId, UserId};
use crate::money::{Currency, Money};
use crate::vault::Vault;

pub use super::store::batches::{list, waiting};
pub use crate::config::Debtor;

/// Payouts that one file takes; the rest waits for the next.
pub const MAX_PAYOUTS: i64 = 1_000;

text_enum! {
    /// How a batch reaches the bank.
    pub enum Method {
        /// Euro within SEPA: a file of credit transfers.
        Sepa = "sepa",
        /// Everything else: a table, for the bank's own form.
        Transfer = "transfer",
    }
}

text_enum! {
    /// Where a batch stands.
    pub enum BatchState {
        Prepared = "prepared",
        Sent = "sent",
        /// Taken apart before it was sent; its payouts wait for another.
        Dissolved = "dissolved",
    }
}

/// A batch of payouts.
#[derive(Debug, Clone)]
pub struct Batch {
    pub id: PayoutBatchId,
    pub method: Method,
    pub state: BatchState,
    pub payouts: i32,
    pub total: Money,
    /// What a file of SEPA is paid from.
    pub debtor: Option<Debtor>,
    pub made_by: UserId,
    pub made_at: Ts,
    pub ended_by: Option<UserId>,
    /// When it was sent or dissolved.
    pub ended_at: Option<Ts>,
}

impl Batch {
    /// How bank files name it, in 35 characters.
    pub fn message_id(&self) -> String {
        format!("BAT{}", self.id.0.simple()).to_uppercase()
    }
}

/// A payout of a batch with the account that it goes to, in clear.
#[derive(Debug, Clone)]
pub struct Transfer {
    pub payout: Payout,
    pub to: BankDetails,
}

/// Which payouts a batch is made of.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub currency: Currency,
    pub method: Method,
}

pub fn batch(conn: &mut Conn, id: PayoutBatchId) -> Result<Batch> {
    batches::find(conn, id)?.ok_or_else(|| Error::refused(Code::NotFound))
}

/// The payouts of a batch, in the order of its file.
pub fn payouts(conn: &mut Conn, id: PayoutBatchId) -> Result<Vec<Payout>> {
    store::of_batch(conn, id)
}

/// Puts what is approved and waits into a batch, and takes down where each payout goes. Whoever approved a
/// payout may not: such payouts are left for somebody else.
pub fn make(
    conn: &mut Conn,
    vault: &Vault,
    operator: &Caller,
    wanted: Wanted,
    debtor: Option<&Debtor>,
    now: Ts,
) -> Result<Batch> {
    if wanted.method == Method::Sepa && debtor.is_none() {
        return Err(Error::refused_because(
            Code::StateConflict,
            "the exchange has no account to pay from: set payout_name and payout_iban",
        ));
    }
    let id = PayoutBatchId::new(now);
    let mut taken: Vec<(Payout, BankDetails)> = Vec::new();
    let mut own = 0;
    for payout in batches::approved(conn, wanted.currency, MAX_PAYOUTS)? {
        let Some(kept) = bank::current(conn, payout.seller_id, now)? else {
            continue;
        };
        if method_of(wanted.currency, &kept.country) != wanted.method {
            continue;
        }
        if payout.approved_by == Some(operator.user_id) {
            own += 1;
            continue;
        }
        let to = bank::open_current(conn, vault, payout.seller_id, now)?;
        taken.push((payout, to));
    }
    if taken.is_empty() {
        return Err(nothing(own));
    }
    let total = taken.iter().map(|(payout, _)| payout.amount.minor).sum();
    let batch = Batch {
        id,
        method: wanted.method,
        state: BatchState::Prepared,
        payouts: i32::try_from(taken.len()).unwrap_or(i32::MAX),
        total: Money::new(total, wanted.currency),
        debtor: debtor.filter(|_| wanted.method == Method::Sepa).cloned(),
        made_by: operator.user_id,
        made_at: now,
        ended_by: None,
        ended_at: None,
    };
    batches::insert(conn, &batch)?;
    for (payout, to) in &taken {
        let sealed = to.seal(vault, &place(payout.id))?;
        if !batches::put(conn, payout.id, id, to, &sealed)? {
            return Err(super::conflict(payout));
        }
        let detail = json!({ "batch": id });
        record(
            conn,
            operator.actor(),
            payout,
            "payout.batched",
            &detail,
            now,
        )?;
    }
    note(conn, operator, &batch, "payout_batch.made", now)?;
    Ok(batch)
}

fn nothing(own: usize) -> Error {
    if own > 0 {
        Error::refused_because(
            Code::FourEyes,
            "you approved every payout that waits: somebody else makes the batch",
        )
    } else {
        Error::refused_because(Code::StateConflict, "no approved payout waits for a batch")
    }
}

fn place(id: PayoutId) -> String {
    format!("payouts/{id}")
}

/// Which way money goes to an account.
pub fn method_of(currency: Currency, country: &str) -> Method {
    if currency == Currency::EUR && bank::pays_by_sepa(country) {
        Method::Sepa
    } else {
        Method::Transfer
    }
}

/// The transfers of a batch in clear, for its file; who looked is noted.
pub fn transfers(
    conn: &mut Conn,
    vault: &Vault,
    operator: &Caller,
    id: PayoutBatchId,
    now: Ts,
) -> Result<(Batch, Vec<Transfer>)> {
    let batch = batch(conn, id)?;
    if batch.state == BatchState::Dissolved {
        return Err(Error::refused(Code::StateConflict));
    }
    let mut transfers = Vec::new();
    for payout in store::of_batch(conn, id)? {
        let sealed = batches::sealed(conn, payout.id)?;
        let to = BankDetails::unseal(vault, &place(payout.id), &sealed)?;
        transfers.push(Transfer { payout, to });
    }
    note(conn, operator, &batch, "payout_batch.file_taken", now)?;
    Ok((batch, transfers))
}

/// Notes that the file is with the bank. Whoever approved a payout of it may not.
pub fn mark_sent(conn: &mut Conn, operator: &Caller, id: PayoutBatchId, now: Ts) -> Result<Batch> {
    let before = batch(conn, id)?;
    let payouts = store::of_batch(conn, id)?;
    let is_own = |payout: &Payout| payout.approved_by == Some(operator.user_id);
    if payouts.iter().any(is_own) {
        return Err(Error::refused_because(
            Code::FourEyes,
            "whoever approved a payout may not send the batch it is in",
        ));
    }
    step(conn, operator, &before, BatchState::Sent, now)?;
    if batches::send(conn, id, now)? != payouts.len() {
        return Err(Error::refused(Code::StateConflict));
    }
    for payout in &payouts {
        let detail = json!({ "batch": id });
        record(conn, operator.actor(), payout, "payout.sent", &detail, now)?;
        happened(conn, payout, EventKind::PayoutSent, now)?;
    }
    batch(conn, id)
}

/// Takes a batch apart that was not sent; its payouts wait for another, and forget where they went.
pub fn dissolve(conn: &mut Conn, operator: &Caller, id: PayoutBatchId, now: Ts) -> Result<Batch> {
    let before = batch(conn, id)?;
    step(conn, operator, &before, BatchState::Dissolved, now)?;
    batches::release(conn, id)?;
    batch(conn, id)
}

fn step(conn: &mut Conn, operator: &Caller, batch: &Batch, to: BatchState, now: Ts) -> Result<()> {
    if !batches::end(conn, batch.id, to, operator.user_id, now)? {
        return Err(Error::refused_because(
            Code::StateConflict,
            format!("the batch is {}", batch.state),
        ));
    }
    let action = match to {
        BatchState::Sent => "payout_batch.sent",
        _ => "payout_batch.dissolved",
    };
    note(conn, operator, batch, action, now)
}

/// Writes down what was done with a batch.
pub(super) fn note(
    conn: &mut Conn,
    operator: &Caller,
    batch: &Batch,
    action: &str,
    at: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor: operator.actor(),
            account_id: Some(operator.account_id),
            action,
            subject: batch.id.to_string(),
            detail: json!({ "payouts": batch.payouts, "total": batch.total }),
        },
    )
}
