//! All diesel of the ledger's own tables.

use std::collections::HashMap;

use anyhow::anyhow;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;

use super::account::{Kind, LedgerAccount, Side};
use super::posting::{Event, Line, Source, SourceId, SourceKind};
use super::statement::After;
use crate::clock::Ts;
use crate::db::schema::{accounts, holds, ledger_accounts, ledger_entries, ledger_postings};
use crate::db::{Conn, Prepared, each, insert_rows, sum_i64};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, PostingId};
use crate::money::{Currency, Money};

#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = ledger_postings, treat_none_as_default_value = false)]
pub struct PostingRow {
    pub id: PostingId,
    pub event: Event,
    pub source_type: SourceKind,
    pub source_id: SourceId,
    pub reverses: Option<PostingId>,
    pub note: Option<String>,
    pub at: Ts,
}

impl PostingRow {
    pub fn source(&self) -> Source {
        Source::from_parts(self.source_type, self.source_id)
    }
}

#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = ledger_entries, treat_none_as_default_value = false)]
pub struct EntryRow {
    pub posting_id: PostingId,
    pub line: i32,
    pub account_key: String,
    pub currency: Currency,
    pub debit_minor: i64,
    pub credit_minor: i64,
    pub balance_minor: Option<i64>,
    pub version: Option<i64>,
}

impl EntryRow {
    pub fn line(&self) -> Result<Line> {
        let (account, _) = LedgerAccount::parse_key(&self.account_key)
            .ok_or_else(|| Error::Internal(anyhow!("unknown account {}", self.account_key)))?;
        let (side, minor) = if self.credit_minor == 0 {
            (Side::Debit, self.debit_minor)
        } else {
            (Side::Credit, self.credit_minor)
        };
        Ok(Line {
            account,
            side,
            amount: Money::new(minor, self.currency),
        })
    }
}

/// Inserts few rows by one statement that stays prepared, since its length is part of its type.
macro_rules! insert_prepared {
    ($conn:expr, $table:expr, $rows:expr, [$($length:literal),+]) => {
        match $rows.len() {
            $($length => {
                let rows: &[_; $length] = $rows.try_into().map_err(anyhow::Error::from)?;
                each!($conn, |inner| diesel::insert_into($table).values(rows).execute(inner))
            })+
            _ => insert_rows!($conn, $table, $rows),
        }
    };
}

/// A second posting for the same event of the same source is a conflict, not a fault.
pub fn insert_postings(conn: &mut Conn, rows: &[PostingRow]) -> Result<()> {
    match insert_prepared!(conn, ledger_postings::table, rows, [1, 2]) {
        Ok(_) => Ok(()),
        Err(diesel::result::Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Err(
            Error::refused_because(Code::StateConflict, "this was posted before"),
        ),
        Err(error) => Err(error.into()),
    }
}

pub fn insert_entries(conn: &mut Conn, rows: &[EntryRow]) -> Result<()> {
    insert_prepared!(conn, ledger_entries::table, rows, [2, 3, 4, 5])?;
    Ok(())
}

/// Adds `delta` to a kept balance that is at least `floor`; answers the new balance and version,
/// or `None` when the balance does not suffice. An account begins with its first entry.
pub fn change_balance(
    conn: &mut Conn,
    account: LedgerAccount,
    currency: Currency,
    floor: i64,
    delta: i64,
    entries: i64,
) -> Result<Option<(i64, i64)>> {
    let key = account.key(currency);
    let changed = update_balance(conn, &key, floor, delta, entries)?;
    if changed.is_some() || floor > 0 {
        return Ok(changed);
    }
    let fresh = (
        ledger_accounts::key.eq(&key),
        ledger_accounts::kind.eq(account.kind()),
        ledger_accounts::owner_id.eq(account.owner()),
        ledger_accounts::currency.eq(currency),
        ledger_accounts::balance_minor.eq(0_i64),
        ledger_accounts::version.eq(0_i64),
    );
    each!(conn, |inner| diesel::insert_into(ledger_accounts::table)
        .values(&fresh)
        .on_conflict_do_nothing()
        .execute(inner))?;
    update_balance(conn, &key, floor, delta, entries)
}

fn update_balance(
    conn: &mut Conn,
    key: &str,
    floor: i64,
    delta: i64,
    entries: i64,
) -> Result<Option<(i64, i64)>> {
    let change = diesel::update(ledger_accounts::table.find(key))
        .filter(ledger_accounts::balance_minor.ge(floor))
        .set((
            ledger_accounts::balance_minor.eq(ledger_accounts::balance_minor + delta),
            ledger_accounts::version.eq(ledger_accounts::version + entries),
        ))
        .returning((ledger_accounts::balance_minor, ledger_accounts::version));
    Ok(each!(conn, |inner| Prepared(change).get_result(inner)).optional()?)
}

/// The kept balance, locked until the end of the transaction; an account without entries has none.
pub fn lock_balance(conn: &mut Conn, account: LedgerAccount, currency: Currency) -> Result<Money> {
    let locked = update_balance(conn, &account.key(currency), 0, 0, 0)?;
    Ok(Money::new(
        locked.map_or(0, |(balance, _)| balance),
        currency,
    ))
}

pub fn posting(conn: &mut Conn, id: PostingId) -> Result<PostingRow> {
    Ok(ledger_postings::table
        .find(id)
        .select(PostingRow::as_select())
        .get_result(conn)?)
}

pub fn posting_of(conn: &mut Conn, source: Source, event: Event) -> Result<Option<PostingId>> {
    Ok(ledger_postings::table
        .filter(ledger_postings::source_type.eq(source.kind()))
        .filter(ledger_postings::source_id.eq(source.id()))
        .filter(ledger_postings::event.eq(event))
        .select(ledger_postings::id)
        .get_result(conn)
        .optional()?)
}

pub fn entries(conn: &mut Conn, posting: PostingId) -> Result<Vec<EntryRow>> {
    Ok(ledger_entries::table
        .filter(ledger_entries::posting_id.eq(posting))
        .order(ledger_entries::line)
        .select(EntryRow::as_select())
        .load(conn)?)
}

#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = holds, treat_none_as_default_value = false)]
pub struct HoldRow {
    pub source_type: SourceKind,
    pub source_id: SourceId,
    pub buyer_id: AccountId,
    pub seller_id: Option<AccountId>,
    pub currency: Currency,
    pub held_minor: i64,
    pub captured_minor: i64,
    pub released_minor: i64,
    pub commission_minor: i64,
    pub refunded_minor: i64,
    pub commission_refunded_minor: i64,
    pub pending_minor: i64,
    pub disputed_minor: i64,
    pub created_at: Ts,
    pub settled_at: Option<Ts>,
}

impl HoldRow {
    pub fn source(&self) -> Source {
        Source::from_parts(self.source_type, self.source_id)
    }

    /// The seller of a captured hold.
    pub fn seller(&self) -> Result<AccountId> {
        self.seller_id
            .ok_or_else(|| Error::Internal(anyhow!("{} was captured for nobody", self.source())))
    }

    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

type HoldKey<'a> = diesel::dsl::Find<holds::table, (SourceKind, SourceId)>;

fn hold(source: Source) -> HoldKey<'static> {
    holds::table.find((source.kind(), source.id()))
}

pub fn insert_holds(conn: &mut Conn, rows: &[HoldRow]) -> Result<()> {
    insert_rows!(conn, holds::table, rows)?;
    Ok(())
}

/// The balances of accounts, 0 of those without entries; one statement on PostgreSQL.
pub fn balances(conn: &mut Conn, wallets: &[(LedgerAccount, Currency)]) -> Result<Vec<i64>> {
    if matches!(conn, Conn::Sqlite(_)) {
        let balances = wallets.iter();
        return balances
            .map(|(account, currency)| balance(conn, *account, *currency))
            .collect();
    }
    let keys: Vec<String> = wallets
        .iter()
        .map(|(account, currency)| account.key(*currency))
        .collect();
    let known: HashMap<String, i64> = ledger_accounts::table
        .filter(ledger_accounts::key.eq_any(&keys))
        .select((ledger_accounts::key, ledger_accounts::balance_minor))
        .load::<(String, i64)>(conn)?
        .into_iter()
        .collect();
    let balances = keys.iter().map(|key| known.get(key).copied().unwrap_or(0));
    Ok(balances.collect())
}

/// Captures `price` of an open hold and lets the rest go; `None` when it is not open or too small.
pub fn capture_hold(
    conn: &mut Conn,
    source: Source,
    seller: AccountId,
    price: Money,
    commission: Money,
) -> Result<Option<HoldRow>> {
    Ok(diesel::update(hold(source))
        .filter(holds::captured_minor.eq(0))
        .filter(holds::released_minor.eq(0))
        .filter(holds::held_minor.ge(price.minor))
        .filter(holds::currency.eq(price.currency))
        .set((
            holds::seller_id.eq(seller),
            holds::captured_minor.eq(price.minor),
            holds::released_minor.eq(holds::held_minor - price.minor),
            holds::commission_minor.eq(commission.minor),
            holds::pending_minor.eq(price.minor - commission.minor),
        ))
        .returning(holds::all_columns)
        .get_result(conn)
        .optional()?)
}

/// Adds to what an open hold sets aside; `None` when it is not open.
pub fn top_up_hold(conn: &mut Conn, source: Source, amount: Money) -> Result<Option<HoldRow>> {
    Ok(diesel::update(hold(source))
        .filter(holds::captured_minor.eq(0))
        .filter(holds::released_minor.eq(0))
        .filter(holds::currency.eq(amount.currency))
        .set(holds::held_minor.eq(holds::held_minor + amount.minor))
        .returning(holds::all_columns)
        .get_result(conn)
        .optional()?)
}

pub fn release_hold(conn: &mut Conn, source: Source) -> Result<Option<HoldRow>> {
    let release = diesel::update(hold(source))
        .filter(holds::captured_minor.eq(0))
        .filter(holds::released_minor.eq(0))
        .set(holds::released_minor.eq(holds::held_minor))
        .returning(holds::all_columns);
    Ok(each!(conn, |inner| Prepared(release).get_result(inner)).optional()?)
}

/// Notes that the pending share, exactly `net`, is final.
pub fn settle_hold(
    conn: &mut Conn,
    source: Source,
    seller: AccountId,
    net: Money,
    at: Ts,
) -> Result<bool> {
    let changed = diesel::update(hold(source))
        .filter(holds::seller_id.eq(seller))
        .filter(holds::currency.eq(net.currency))
        .filter(holds::settled_at.is_null())
        .filter(holds::disputed_minor.eq(0))
        .filter(holds::pending_minor.eq(net.minor))
        .set((holds::settled_at.eq(at), holds::pending_minor.eq(0)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The hold, locked until the end of the transaction.
pub fn lock_hold(conn: &mut Conn, source: Source) -> Result<Option<HoldRow>> {
    Ok(diesel::update(hold(source))
        .set(holds::held_minor.eq(holds::held_minor))
        .returning(holds::all_columns)
        .get_result(conn)
        .optional()?)
}

/// Adds to what was refunded of a charge; `None` when that would be more than its price.
pub fn refund_hold(conn: &mut Conn, source: Source, amount: Money) -> Result<Option<HoldRow>> {
    Ok(diesel::update(hold(source))
        .filter(holds::currency.eq(amount.currency))
        .filter((holds::refunded_minor + amount.minor).le(holds::captured_minor))
        .set(holds::refunded_minor.eq(holds::refunded_minor + amount.minor))
        .returning(holds::all_columns)
        .get_result(conn)
        .optional()?)
}

/// Moves a locked hold's shares: what is added to its pending, disputed and given-back commission.
pub fn move_shares(
    conn: &mut Conn,
    source: Source,
    pending: i64,
    disputed: i64,
    commission_refunded: i64,
) -> Result<()> {
    diesel::update(hold(source))
        .set((
            holds::pending_minor.eq(holds::pending_minor + pending),
            holds::disputed_minor.eq(holds::disputed_minor + disputed),
            holds::commission_refunded_minor
                .eq(holds::commission_refunded_minor + commission_refunded),
        ))
        .execute(conn)?;
    Ok(())
}

/// A buyer's holds that are neither captured nor released.
pub fn open_holds(conn: &mut Conn, buyer: AccountId, currency: Currency) -> Result<Vec<HoldRow>> {
    Ok(holds::table
        .filter(holds::buyer_id.eq(buyer))
        .filter(holds::currency.eq(currency))
        .filter((holds::captured_minor + holds::released_minor).lt(holds::held_minor))
        .order(holds::created_at)
        .select(HoldRow::as_select())
        .load(conn)?)
}

/// A kept account with its balance.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ledger_accounts)]
pub struct AccountRow {
    pub key: String,
    pub kind: Kind,
    pub currency: Currency,
    pub balance_minor: i64,
    pub version: i64,
}

pub fn accounts_of(conn: &mut Conn, owner: AccountId) -> Result<Vec<AccountRow>> {
    Ok(ledger_accounts::table
        .filter(ledger_accounts::owner_id.eq(owner))
        .order((ledger_accounts::currency, ledger_accounts::key))
        .select(AccountRow::as_select())
        .load(conn)?)
}

pub fn balance(conn: &mut Conn, account: LedgerAccount, currency: Currency) -> Result<i64> {
    Ok(ledger_accounts::table
        .find(account.key(currency))
        .select(ledger_accounts::balance_minor)
        .get_result(conn)
        .optional()?
        .unwrap_or(0))
}

/// Entries of an account with their postings, newest first.
pub fn statement(
    conn: &mut Conn,
    key: &str,
    event: Option<Event>,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<(EntryRow, PostingRow)>> {
    let mut query = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::account_key.eq(key))
        .order((
            ledger_entries::version.desc(),
            ledger_entries::posting_id.desc(),
            ledger_entries::line.desc(),
        ))
        .limit(limit)
        .select((EntryRow::as_select(), PostingRow::as_select()))
        .into_boxed();
    if let Some(event) = event {
        query = query.filter(ledger_postings::event.eq(event));
    }
    query = match after {
        Some(After::Version(version)) => query.filter(ledger_entries::version.lt(version)),
        Some(After::Posting(posting)) => query.filter(ledger_entries::posting_id.lt(posting)),
        None => query,
    };
    Ok(query.load(conn)?)
}

/// Kept accounts of a kind with the names of their owners, the largest first.
pub fn accounts_of_kind(
    conn: &mut Conn,
    kind: Kind,
    limit: i64,
) -> Result<Vec<(AccountRow, Option<String>)>> {
    Ok(ledger_accounts::table
        .left_join(accounts::table.on(ledger_accounts::owner_id.eq(accounts::id.nullable())))
        .filter(ledger_accounts::kind.eq(kind))
        .order((ledger_accounts::balance_minor.desc(), ledger_accounts::key))
        .limit(limit)
        .select((AccountRow::as_select(), accounts::name.nullable()))
        .load(conn)?)
}

/// The kept balances of each kind and currency, added up.
pub fn totals(conn: &mut Conn) -> Result<Vec<(Kind, Currency, i64)>> {
    let rows: Vec<(Kind, Currency, Option<i64>)> = ledger_accounts::table
        .group_by((ledger_accounts::kind, ledger_accounts::currency))
        .select((
            ledger_accounts::kind,
            ledger_accounts::currency,
            sum_i64(ledger_accounts::balance_minor),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(kind, currency, sum)| (kind, currency, sum.unwrap_or(0)))
        .collect())
}

/// Debits and credits of an account whose balance is not kept.
pub fn summed(conn: &mut Conn, key: &str) -> Result<(i64, i64)> {
    let (debits, credits): (Option<i64>, Option<i64>) = ledger_entries::table
        .filter(ledger_entries::account_key.eq(key))
        .select((
            sum_i64(ledger_entries::debit_minor),
            sum_i64(ledger_entries::credit_minor),
        ))
        .first(conn)?;
    Ok((debits.unwrap_or(0), credits.unwrap_or(0)))
}

/// The name of an organisation.
pub fn owner_name(conn: &mut Conn, owner: AccountId) -> Result<Option<String>> {
    Ok(accounts::table
        .find(owner)
        .select(accounts::name)
        .first(conn)
        .optional()?)
}
