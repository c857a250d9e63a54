//! Standings, their steps and reserves in the database, and the counts behind them.

use diesel::dsl::{case_when, count_star, exists};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{Counts, Step, WINDOW_DAYS};
use crate::access::AccountKind;
use crate::clock::{HOUR, Ts};
use crate::db::schema::{
    accounts, charges, conversions, dispute_decisions, disputes, leads, purchase_requests,
    purchases, request_changes, reserves, standing_steps, standings,
};
use crate::db::{Conn, sum_i64};
use crate::error::Result;
use crate::id::{AccountId, RequestId};
use crate::ledger::{Source, SourceId, SourceKind};
use crate::money::{Currency, Money};

/// A standing as it is kept: score, counts as JSON, and when they were counted.
pub type Kept = (i32, String, Ts);

pub fn kept(conn: &mut Conn, account: AccountId) -> Result<Option<Kept>> {
    Ok(standings::table
        .find(account)
        .select((standings::score, standings::counts, standings::computed_at))
        .get_result(conn)
        .optional()?)
}

pub fn keep(conn: &mut Conn, account: AccountId, score: i32, counts: &str, now: Ts) -> Result<()> {
    let new = (
        standings::score.eq(score),
        standings::counts.eq(counts),
        standings::computed_at.eq(now),
    );
    let updated = diesel::update(standings::table.find(account))
        .set(new)
        .execute(conn)?;
    if updated == 0 {
        diesel::insert_into(standings::table)
            .values((standings::account_id.eq(account), new))
            .execute(conn)?;
    }
    Ok(())
}

/// Trading accounts whose standing was computed before then, or never.
pub fn aged(conn: &mut Conn, before: Ts, limit: i64) -> Result<Vec<(AccountId, AccountKind)>> {
    Ok(accounts::table
        .left_join(standings::table)
        .filter(accounts::kind.ne(AccountKind::Operator))
        .filter(accounts::state.eq("approved"))
        .filter(
            standings::computed_at
                .is_null()
                .or(standings::computed_at.le(before)),
        )
        .order(accounts::id)
        .limit(limit)
        .select((accounts::id, accounts::kind))
        .load(conn)?)
}

/// Accounts with their scores, the lowest first.
pub fn lowest(conn: &mut Conn, limit: i64) -> Result<Vec<(AccountId, String, AccountKind, i32)>> {
    Ok(standings::table
        .inner_join(accounts::table)
        .order((standings::score, accounts::id))
        .limit(limit)
        .select((
            accounts::id,
            accounts::name,
            accounts::kind,
            standings::score,
        ))
        .load(conn)?)
}

/// The kept scores of these accounts.
pub fn scores(conn: &mut Conn, accounts: &[AccountId]) -> Result<Vec<(AccountId, i32)>> {
    Ok(standings::table
        .filter(standings::account_id.eq_any(accounts))
        .select((standings::account_id, standings::score))
        .load(conn)?)
}

pub fn steps(conn: &mut Conn) -> Result<Vec<Step>> {
    Ok(standing_steps::table
        .order(standing_steps::least_score)
        .select(Step::as_select())
        .load(conn)?)
}

pub fn step_of(conn: &mut Conn, score: i32) -> Result<Step> {
    Ok(standing_steps::table
        .filter(standing_steps::least_score.le(score))
        .order(standing_steps::least_score.desc())
        .select(Step::as_select())
        .first(conn)?)
}

pub fn set_steps(conn: &mut Conn, new: &[Step]) -> Result<()> {
    diesel::delete(standing_steps::table).execute(conn)?;
    for step in new {
        diesel::insert_into(standing_steps::table)
            .values(*step)
            .execute(conn)?;
    }
    Ok(())
}

/// Tells every server that a buyer's requests rank otherwise.
pub fn touch_requests(conn: &mut Conn, buyer: AccountId, now: Ts) -> Result<()> {
    let ids: Vec<RequestId> = purchase_requests::table
        .filter(purchase_requests::buyer_id.eq(buyer))
        .filter(purchase_requests::state.eq("active"))
        .select(purchase_requests::id)
        .load(conn)?;
    note_changes(conn, ids, now)
}

/// Tells every server that all requests may rank otherwise.
pub fn touch_all_requests(conn: &mut Conn, now: Ts) -> Result<()> {
    let ids: Vec<RequestId> = purchase_requests::table
        .filter(purchase_requests::state.eq("active"))
        .select(purchase_requests::id)
        .load(conn)?;
    note_changes(conn, ids, now)
}

fn note_changes(conn: &mut Conn, ids: Vec<RequestId>, now: Ts) -> Result<()> {
    for id in ids {
        diesel::insert_into(request_changes::table)
            .values((
                request_changes::request_id.eq(id),
                request_changes::at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Counts what the formula asks for.
pub fn count(conn: &mut Conn, account: AccountId, kind: AccountKind, now: Ts) -> Result<Counts> {
    let since = now.minus_days(WINDOW_DAYS);
    let is_seller = kind == AccountKind::Seller;
    let mut counts = Counts::default();
    if is_seller {
        (counts.received, counts.passed) = verified(conn, account, since)?;
    }
    let mut bought = purchases::table
        .filter(purchases::purchased_at.ge(since))
        .count()
        .into_boxed();
    bought = if is_seller {
        bought.filter(purchases::seller_id.eq(account))
    } else {
        bought.filter(purchases::buyer_id.eq(account))
    };
    counts.purchases = bought.get_result(conn)?;
    count_disputes(conn, account, is_seller, since, &mut counts)?;
    count_outcomes(conn, account, is_seller, since, &mut counts)?;
    Ok(counts)
}

fn verified(conn: &mut Conn, seller: AccountId, since: Ts) -> Result<(i64, i64)> {
    let received = leads::table
        .filter(leads::seller_id.eq(seller))
        .filter(leads::received_at.ge(since));
    let all = received.count().get_result(conn)?;
    let passed = received
        .filter(leads::state.ne_all(["received", "rejected", "quarantined"]))
        .count()
        .get_result(conn)?;
    Ok((all, passed))
}

/// One for each row that a condition holds for, summed.
macro_rules! sum_of {
    ($condition:expr) => {
        sum_i64(
            case_when($condition, 1_i64.into_sql::<BigInt>()).otherwise(0_i64.into_sql::<BigInt>()),
        )
    };
}

fn count_disputes(
    conn: &mut Conn,
    account: AccountId,
    is_seller: bool,
    since: Ts,
    counts: &mut Counts,
) -> Result<()> {
    type Sum = Option<i64>;
    let decided = || {
        disputes::closed_at
            .is_not_null()
            .and(disputes::state.ne("withdrawn"))
    };
    // Whose answer is awaited, and never came, has accepted.
    let silent = disputes::answered_at
        .is_null()
        .and(disputes::state.eq("accepted"));
    let appealed = disputes::appealed_by.eq(account).and(disputes::round.eq(2));
    let mut query = disputes::table
        .filter(disputes::opened_at.ge(since))
        .select((
            count_star(),
            sum_of!(decided()),
            sum_of!(decided().and(disputes::refund_minor.gt(0))),
            sum_of!(disputes::answered_at.is_not_null()),
            sum_of!(silent),
            sum_of!(appealed),
        ))
        .into_boxed();
    query = if is_seller {
        query.filter(disputes::seller_id.eq(account))
    } else {
        query.filter(disputes::buyer_id.eq(account))
    };
    let sums: (i64, Sum, Sum, Sum, Sum, Sum) = query.first(conn)?;
    let (opened, [closed, refunded, answered, silent, appeals]) = (
        sums.0,
        [sums.1, sums.2, sums.3, sums.4, sums.5].map(Option::unwrap_or_default),
    );
    counts.disputes = opened;
    counts.closed = closed;
    counts.refunded = refunded;
    counts.denied = closed - refunded;
    counts.appeals = appeals;
    counts.overturned = overturned(conn, account, since)?;
    if is_seller {
        counts.to_answer = answered + silent;
        counts.answered = answered;
        counts.answer_hours = answer_hours(conn, account, since, answered)?;
    }
    Ok(())
}

/// Appeals of an account after which another amount went back.
fn overturned(conn: &mut Conn, account: AccountId, since: Ts) -> Result<i64> {
    Ok(disputes::table
        .inner_join(dispute_decisions::table)
        .filter(disputes::appealed_by.eq(account))
        .filter(disputes::opened_at.ge(since))
        .filter(disputes::round.eq(2))
        .filter(dispute_decisions::round.eq(1))
        .filter(dispute_decisions::refund_minor.ne(disputes::refund_minor))
        .count()
        .get_result(conn)?)
}

/// Hours until a seller's answer, the median of so many.
fn answer_hours(conn: &mut Conn, seller: AccountId, since: Ts, answered: i64) -> Result<i64> {
    let took = disputes::answered_at - disputes::opened_at.nullable();
    let median: Option<Option<i64>> = disputes::table
        .filter(disputes::seller_id.eq(seller))
        .filter(disputes::opened_at.ge(since))
        .filter(disputes::answered_at.is_not_null())
        .order(took)
        .offset(answered / 2)
        .select(took)
        .first(conn)
        .optional()?;
    Ok(median.flatten().unwrap_or(0) / HOUR)
}

/// Outcomes that were awaited: what came about was charged; what did not was given back, and is
/// reported where somebody said so.
fn count_outcomes(
    conn: &mut Conn,
    account: AccountId,
    is_seller: bool,
    since: Ts,
    counts: &mut Counts,
) -> Result<()> {
    let said = conversions::table
        .filter(conversions::purchase_id.nullable().eq(charges::purchase_id))
        .filter(conversions::kind.eq(charges::kind))
        .filter(conversions::state.eq("confirmed"));
    let mut ended = charges::table
        .filter(charges::kind.eq_any(["appointment", "sale"]))
        .filter(charges::state.ne_all(["held", "owed"]))
        .filter(charges::created_at.ge(since))
        .select((
            count_star(),
            sum_of!(charges::state.ne("released")),
            sum_of!(charges::state.ne("released").or(exists(said))),
        ))
        .into_boxed();
    ended = if is_seller {
        ended.filter(charges::seller_id.eq(account))
    } else {
        ended.filter(charges::buyer_id.eq(account))
    };
    let (awaited, came_about, reported): (i64, Option<i64>, Option<i64>) = ended.first(conn)?;
    counts.awaited = awaited;
    counts.came_about = came_about.unwrap_or(0);
    counts.reported = reported.unwrap_or(0);
    Ok(())
}

/// A part of a settled share that is kept back.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = reserves)]
pub struct KeptBack {
    source_type: SourceKind,
    source_id: SourceId,
    pub seller_id: AccountId,
    currency: Currency,
    amount_minor: i64,
    pub release_at: Ts,
}

impl KeptBack {
    pub fn source(&self) -> Source {
        Source::from_parts(self.source_type, self.source_id)
    }

    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

pub fn keep_back(
    conn: &mut Conn,
    source: Source,
    seller: AccountId,
    amount: Money,
    release_at: Ts,
) -> Result<()> {
    diesel::insert_into(reserves::table)
        .values((
            reserves::source_type.eq(source.kind()),
            reserves::source_id.eq(source.id()),
            reserves::seller_id.eq(seller),
            reserves::currency.eq(amount.currency),
            reserves::amount_minor.eq(amount.minor),
            reserves::release_at.eq(release_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// What is to be paid out by now, the oldest first.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<KeptBack>> {
    Ok(reserves::table
        .filter(reserves::released_at.is_null())
        .filter(reserves::release_at.le(now))
        .order((reserves::release_at, reserves::source_id))
        .limit(limit)
        .select(KeptBack::as_select())
        .load(conn)?)
}

/// What is kept back of a seller's shares, the next to be paid out first.
pub fn kept_back(conn: &mut Conn, seller: AccountId, limit: i64) -> Result<Vec<KeptBack>> {
    Ok(reserves::table
        .filter(reserves::released_at.is_null())
        .filter(reserves::seller_id.eq(seller))
        .order((reserves::release_at, reserves::source_id))
        .limit(limit)
        .select(KeptBack::as_select())
        .load(conn)?)
}

pub fn note_released(conn: &mut Conn, kept: &KeptBack, released: i64, now: Ts) -> Result<()> {
    diesel::update(reserves::table.find((kept.source_type, kept.source_id)))
        .filter(reserves::released_at.is_null())
        .set((
            reserves::released_at.eq(now),
            reserves::released_minor.eq(released),
        ))
        .execute(conn)?;
    Ok(())
}
