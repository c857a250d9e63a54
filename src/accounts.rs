//! Organisations, their users, sign-in, sessions, API keys, and the operator's approval of new accounts.

pub mod api;
pub mod keys;
pub mod pages;
mod password;
mod session;
mod signup;
mod standing;
mod store;
mod token;

use diesel::result::DatabaseErrorKind::UniqueViolation;
use diesel::result::Error::DatabaseError;
use serde_json::json;

pub use keys::{NewKey, make_key, revoke_key, scopes_of};
pub use password::{Passwords, check as check_password, hash as hash_password};
pub use session::{authenticate_bearer, authenticate_session, sign_in, sign_out, sweep_sessions};
pub use signup::{
    SignUp, change_password, confirm_password, country, email, name, reset_password, sign_up,
};
pub use standing::{approve, reinstate, reject, set_commission, suspend};
pub use store::{Account, ApiKey, User, account, account_named, accounts_in, names_of, users_of};
pub use token::{TOKEN_SECONDS, Tokens};

use crate::access::{AccountKind, Actor, Role};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Error, Reason, Result};
use crate::id::{AccountId, UserId};

text_enum! {
    /// How an account stands with the operator.
    pub enum AccountState {
        /// May sign in and look, not trade.
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
        Suspended = "suspended",
    }
}

text_enum! {
    /// Whether a user may sign in.
    pub enum UserState { Active = "active", Disabled = "disabled" }
}

/// A new organisation; its values were parsed.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub kind: AccountKind,
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub state: AccountState,
}

/// A new user; its values were parsed and its password hashed.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password_hash: String,
}

/// The account of the user with this e-mail address, in lower case.
pub fn account_of(conn: &mut Conn, email: &str) -> Result<Option<AccountId>> {
    Ok(store::credentials(conn, email)?.map(|(user, _)| user.account_id))
}

/// What an organisation is, and whether it is approved; `None` when there is none with this id.
pub fn kind_of(conn: &mut Conn, id: AccountId) -> Result<Option<(AccountKind, bool)>> {
    store::kind_of(conn, id)
}

/// The e-mail addresses of an organisation's active users.
pub fn emails_of(conn: &mut Conn, id: AccountId) -> Result<Vec<String>> {
    store::emails_of(conn, id)
}

/// Opens an account.
pub fn create_account(
    conn: &mut Conn,
    new: &NewAccount,
    actor: Actor,
    now: Ts,
) -> Result<AccountId> {
    let id = store::insert_account(conn, new, now)?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(id),
            action: "account.created",
            subject: id.to_string(),
            detail: json!({ "kind": new.kind, "state": new.state }),
        },
    )?;
    Ok(id)
}

/// Adds a user to an account; an e-mail address signs in to one account only.
pub fn create_user(
    conn: &mut Conn,
    account: AccountId,
    new: &NewUser,
    actor: Actor,
    now: Ts,
) -> Result<UserId> {
    let taken = || Error::invalid_field("email", Reason::Taken, "");
    if store::has_email(conn, &new.email)? {
        return Err(taken());
    }
    // Two at once both find it free; the unique index decides.
    let id = store::insert_user(conn, account, new, now).map_err(|error| match error {
        Error::Database(DatabaseError(UniqueViolation, _)) => taken(),
        other => other,
    })?;
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(account),
            action: "user.created",
            subject: id.to_string(),
            detail: json!({ "role": new.role }),
        },
    )?;
    Ok(id)
}
