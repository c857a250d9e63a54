//! The tables of accounts, users, sessions and API keys.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{AccountState, NewAccount, NewUser, UserState};
use crate::access::{AccountKind, Role, Scope};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{accounts, api_keys, sessions, users};
use crate::db::types::{from_json, json};
use crate::error::{Error, Result};
use crate::id::{AccountId, ApiKeyId, UserId};
use crate::money::BasisPoints;

/// An organisation as the operator sees it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Account {
    pub id: AccountId,
    pub kind: AccountKind,
    pub name: String,
    pub country: String,
    pub state: AccountState,
    /// Overrides the commission of the vertical.
    pub commission_bps: Option<BasisPoints>,
    pub created_at: Ts,
    pub decided_at: Option<Ts>,
    pub decision_note: Option<String>,
}

/// A person who signs in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    pub id: UserId,
    pub account_id: AccountId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub state: UserState,
    pub created_at: Ts,
    pub last_signin_at: Option<Ts>,
}

/// What identifies a caller: the user with its account.
pub struct Identity {
    pub user: User,
    pub account: Account,
}

/// A session row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Session {
    pub last_seen_at: Ts,
    pub expires_at: Ts,
}

/// An API key as its account sees it: never the key itself.
#[derive(Debug, Clone)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub account_id: AccountId,
    pub name: String,
    /// The last four characters.
    pub hint: String,
    pub scopes: Vec<Scope>,
    pub created_by: UserId,
    pub created_at: Ts,
    pub last_used_at: Option<Ts>,
    pub revoked_at: Option<Ts>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct ApiKeyRow {
    id: ApiKeyId,
    account_id: AccountId,
    name: String,
    hint: String,
    scopes: String,
    created_by: UserId,
    created_at: Ts,
    last_used_at: Option<Ts>,
    revoked_at: Option<Ts>,
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = Error;

    fn try_from(row: ApiKeyRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            account_id: row.account_id,
            name: row.name,
            hint: row.hint,
            scopes: from_json(&row.scopes)?,
            created_by: row.created_by,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
    }
}

pub fn insert_account(conn: &mut Conn, new: &NewAccount, now: Ts) -> Result<AccountId> {
    let id = AccountId::new(now);
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::kind.eq(new.kind),
            accounts::name.eq(&new.name),
            accounts::country.eq(&new.country),
            accounts::state.eq(new.state),
            accounts::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn insert_user(conn: &mut Conn, account: AccountId, new: &NewUser, now: Ts) -> Result<UserId> {
    let id = UserId::new(now);
    diesel::insert_into(users::table)
        .values((
            users::id.eq(id),
            users::account_id.eq(account),
            users::email.eq(&new.email),
            users::name.eq(&new.name),
            users::role.eq(new.role),
            users::password_hash.eq(&new.password_hash),
            users::state.eq(UserState::Active),
            users::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn has_email(conn: &mut Conn, email: &str) -> Result<bool> {
    let count: i64 = users::table
        .filter(users::email.eq(email))
        .count()
        .get_result(conn)?;
    Ok(count > 0)
}

/// One account; `NotFound` when there is none.
pub fn account(conn: &mut Conn, id: AccountId) -> Result<Account> {
    Ok(accounts::table
        .find(id)
        .select(Account::as_select())
        .first(conn)?)
}

/// Accounts by their names.
pub fn names_of(conn: &mut Conn, ids: &[AccountId]) -> Result<BTreeMap<AccountId, String>> {
    let named: Vec<(AccountId, String)> = accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::name))
        .load(conn)?;
    Ok(named.into_iter().collect())
}

/// The oldest account of a kind with this name.
pub fn account_named(conn: &mut Conn, kind: AccountKind, name: &str) -> Result<Option<AccountId>> {
    Ok(accounts::table
        .filter(accounts::kind.eq(kind))
        .filter(accounts::name.eq(name))
        .order(accounts::id)
        .select(accounts::id)
        .first(conn)
        .optional()?)
}

/// Accounts of a kind and a state, newest first.
pub fn accounts_in(
    conn: &mut Conn,
    kind: Option<AccountKind>,
    state: Option<AccountState>,
    before: Option<AccountId>,
    limit: i64,
) -> Result<Vec<Account>> {
    let mut query = accounts::table.select(Account::as_select()).into_boxed();
    if let Some(kind) = kind {
        query = query.filter(accounts::kind.eq(kind));
    }
    if let Some(state) = state {
        query = query.filter(accounts::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(accounts::id.lt(before));
    }
    Ok(query.order(accounts::id.desc()).limit(limit).load(conn)?)
}

/// Accounts that wait for approval, the longest waiting first.
pub fn waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Account>> {
    Ok(accounts::table
        .filter(accounts::state.eq(AccountState::Pending))
        .order(accounts::id)
        .limit(limit)
        .select(Account::as_select())
        .load(conn)?)
}

/// How many accounts are in each state.
pub fn counts(conn: &mut Conn, kind: Option<AccountKind>) -> Result<Vec<(AccountState, i64)>> {
    let kinds = kind.map_or_else(|| AccountKind::ALL.to_vec(), |kind| vec![kind]);
    Ok(accounts::table
        .filter(accounts::kind.eq_any(kinds))
        .group_by(accounts::state)
        .select((accounts::state, diesel::dsl::count_star()))
        .load(conn)?)
}

pub fn kind_of(conn: &mut Conn, id: AccountId) -> Result<Option<(AccountKind, bool)>> {
    let found: Option<(AccountKind, AccountState)> = accounts::table
        .find(id)
        .select((accounts::kind, accounts::state))
        .first(conn)
        .optional()?;
    Ok(found.map(|(kind, state)| (kind, state == AccountState::Approved)))
}

pub fn emails_of(conn: &mut Conn, account: AccountId) -> Result<Vec<String>> {
    Ok(users::table
        .filter(users::account_id.eq(account))
        .filter(users::state.eq(UserState::Active))
        .order(users::created_at)
        .select(users::email)
        .load(conn)?)
}

/// The users of an account, oldest first.
pub fn users_of(conn: &mut Conn, account: AccountId) -> Result<Vec<User>> {
    Ok(users::table
        .filter(users::account_id.eq(account))
        .order(users::id)
        .select(User::as_select())
        .load(conn)?)
}

/// Moves an account from one of the states `from`; false when it is in another.
pub fn set_state(
    conn: &mut Conn,
    id: AccountId,
    from: &[AccountState],
    to: AccountState,
    note: &str,
    now: Ts,
) -> Result<bool> {
    let changed = diesel::update(accounts::table.find(id))
        .filter(accounts::state.eq_any(from.to_vec()))
        .set((
            accounts::state.eq(to),
            accounts::decided_at.eq(now),
            accounts::decision_note.eq(Some(note).filter(|note| !note.is_empty())),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn set_commission(conn: &mut Conn, id: AccountId, bps: Option<BasisPoints>) -> Result<bool> {
    let changed = diesel::update(accounts::table.find(id))
        .set(accounts::commission_bps.eq(bps))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The user of an e-mail with the hash of its password.
pub fn credentials(conn: &mut Conn, email: &str) -> Result<Option<(User, String)>> {
    Ok(users::table
        .filter(users::email.eq(email))
        .select((User::as_select(), users::password_hash))
        .first(conn)
        .optional()?)
}

pub fn password_hash(conn: &mut Conn, user: UserId) -> Result<String> {
    Ok(users::table
        .find(user)
        .select(users::password_hash)
        .first(conn)?)
}

/// One user; `NotFound` when there is none.
pub fn user(conn: &mut Conn, id: UserId) -> Result<User> {
    Ok(users::table
        .find(id)
        .select(User::as_select())
        .first(conn)?)
}

pub fn set_password(conn: &mut Conn, user: UserId, hash: &str) -> Result<()> {
    diesel::update(users::table.find(user))
        .set(users::password_hash.eq(hash))
        .execute(conn)?;
    Ok(())
}

pub fn insert_session(
    conn: &mut Conn,
    token_hash: &[u8],
    user: UserId,
    now: Ts,
    expires_at: Ts,
) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token_hash),
            sessions::user_id.eq(user),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    diesel::update(users::table.find(user))
        .set(users::last_signin_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// The session of a token with its user and account.
pub fn session(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<(Session, Identity)>> {
    let row = sessions::table
        .inner_join(users::table.inner_join(accounts::table))
        .filter(sessions::token_hash.eq(token_hash))
        .filter(users::state.eq(UserState::Active))
        .select((
            Session::as_select(),
            User::as_select(),
            Account::as_select(),
        ))
        .first::<(Session, User, Account)>(conn)
        .optional()?;
    Ok(row.map(|(session, user, account)| (session, Identity { user, account })))
}

pub fn touch_session(conn: &mut Conn, token_hash: &[u8], now: Ts) -> Result<()> {
    diesel::update(sessions::table.find(token_hash))
        .set(sessions::last_seen_at.eq(now))
        .execute(conn)?;
    Ok(())
}

pub fn delete_session(conn: &mut Conn, token_hash: &[u8]) -> Result<()> {
    diesel::delete(sessions::table.find(token_hash)).execute(conn)?;
    Ok(())
}

/// Ends the sessions of a user, all but the one of `kept`.
pub fn delete_sessions(conn: &mut Conn, user: UserId, kept: &[u8]) -> Result<usize> {
    Ok(diesel::delete(
        sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::token_hash.ne(kept)),
    )
    .execute(conn)?)
}

pub fn delete_stale_sessions(conn: &mut Conn, now: Ts, seen_before: Ts) -> Result<usize> {
    Ok(diesel::delete(
        sessions::table.filter(
            sessions::expires_at
                .le(now)
                .or(sessions::last_seen_at.le(seen_before)),
        ),
    )
    .execute(conn)?)
}

pub fn insert_key(conn: &mut Conn, key: &ApiKey, hash: &[u8]) -> Result<()> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(key.id),
            api_keys::account_id.eq(key.account_id),
            api_keys::name.eq(&key.name),
            api_keys::hint.eq(&key.hint),
            api_keys::hash.eq(hash),
            api_keys::scopes.eq(json(&key.scopes)?),
            api_keys::created_by.eq(key.created_by),
            api_keys::created_at.eq(key.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The keys of an account, newest first, revoked ones too.
pub fn keys(conn: &mut Conn, account: AccountId) -> Result<Vec<ApiKey>> {
    api_keys::table
        .filter(api_keys::account_id.eq(account))
        .order(api_keys::id.desc())
        .select(ApiKeyRow::as_select())
        .load(conn)?
        .into_iter()
        .map(ApiKey::try_from)
        .collect()
}

/// By what a key is looked up.
pub enum KeyRef<'a> {
    Hash(&'a [u8]),
    Id(ApiKeyId),
}

/// A live key with the user who made it, who must be active.
pub fn live_key(conn: &mut Conn, which: KeyRef<'_>) -> Result<Option<(ApiKey, Identity)>> {
    let mut query = api_keys::table
        .inner_join(users::table.on(users::id.eq(api_keys::created_by)))
        .inner_join(accounts::table)
        .filter(api_keys::revoked_at.is_null())
        .filter(users::state.eq(UserState::Active))
        .select((
            ApiKeyRow::as_select(),
            User::as_select(),
            Account::as_select(),
        ))
        .into_boxed();
    query = match which {
        KeyRef::Hash(hash) => query.filter(api_keys::hash.eq(hash.to_vec())),
        KeyRef::Id(id) => query.filter(api_keys::id.eq(id)),
    };
    // Without a LIMIT, for which SQLite would prepare the statement anew with each call of the API.
    let row: Option<(ApiKeyRow, User, Account)> = query.get_result(conn).optional()?;
    row.map(|(key, user, account)| Ok((ApiKey::try_from(key)?, Identity { user, account })))
        .transpose()
}

pub fn touch_key(conn: &mut Conn, id: ApiKeyId, now: Ts) -> Result<()> {
    diesel::update(api_keys::table.find(id))
        .set(api_keys::last_used_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Revokes a key of an account; false when it has none such that is live.
pub fn revoke_key(conn: &mut Conn, account: AccountId, id: ApiKeyId, now: Ts) -> Result<bool> {
    let changed = diesel::update(api_keys::table.find(id))
        .filter(api_keys::account_id.eq(account))
        .filter(api_keys::revoked_at.is_null())
        .set(api_keys::revoked_at.eq(now))
        .execute(conn)?;
    Ok(changed == 1)
}
