//! API keys: shown once, kept as a hash, limited to scopes, revocable.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::store::{self, ApiKey};
use crate::access::{AccountKind, Caller, Scope};
use crate::audit;
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::ApiKeyId;
use crate::vault::{random, sha256};

/// How every key begins.
pub const PREFIX: &str = "gal_live_";
const MAX_NAME_CHARACTERS: usize = 80;
const MAX_LIVE_KEYS: usize = 50;

/// A key to be made; its values were parsed and its secret drawn.
#[derive(Clone)]
pub struct NewKey {
    pub name: String,
    pub scopes: Vec<Scope>,
    /// The key itself; shown once, then forgotten.
    pub secret: String,
}

impl NewKey {
    /// Reads a name and scopes that an account of this kind may give away.
    pub fn parse(name: &str, scopes: &[String], kind: AccountKind) -> Result<Self> {
        let mut wrong = Vec::new();
        let name = name.trim();
        if name.is_empty() {
            wrong.push(FieldError::new("name", Reason::Required, ""));
        } else if name.chars().count() > MAX_NAME_CHARACTERS {
            wrong.push(FieldError::new(
                "name",
                Reason::TooLong,
                format!("{MAX_NAME_CHARACTERS} characters"),
            ));
        }
        let may_give = scopes_of(kind);
        let known: Vec<Scope> = may_give
            .iter()
            .filter(|scope| scopes.iter().any(|text| text == scope.as_str()))
            .copied()
            .collect();
        if scopes.is_empty() {
            wrong.push(FieldError::new("scopes", Reason::Required, ""));
        } else if known.len() < scopes.len() {
            let accepted: Vec<_> = may_give.iter().map(|scope| scope.as_str()).collect();
            wrong.push(FieldError::new(
                "scopes",
                Reason::NotAllowed,
                accepted.join(", "),
            ));
        }
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        Ok(Self {
            name: name.to_owned(),
            scopes: known,
            secret: format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<32>()?)),
        })
    }
}

/// The scopes that make sense for a kind of account.
pub const fn scopes_of(kind: AccountKind) -> &'static [Scope] {
    match kind {
        AccountKind::Seller => &[
            Scope::LeadsRead,
            Scope::LeadsWrite,
            Scope::PayoutsRead,
            Scope::PayoutsWrite,
            Scope::EventsRead,
            Scope::EventsWrite,
        ],
        AccountKind::Buyer => &[
            Scope::RequestsRead,
            Scope::RequestsWrite,
            Scope::PurchasesRead,
            Scope::PurchasesWrite,
            Scope::WalletRead,
            Scope::WalletWrite,
            Scope::EventsRead,
            Scope::EventsWrite,
        ],
        AccountKind::Operator => &[
            Scope::OperatorRead,
            Scope::OperatorWrite,
            Scope::EventsRead,
            Scope::EventsWrite,
        ],
    }
}

/// Makes a key for the caller's account.
pub fn make_key(conn: &mut Conn, caller: &Caller, new: &NewKey, now: Ts) -> Result<ApiKeyId> {
    let live = store::keys(conn, caller.account_id)?
        .iter()
        .filter(|key| key.revoked_at.is_none())
        .count();
    if live >= MAX_LIVE_KEYS {
        return Err(Error::invalid_field(
            "name",
            Reason::TooMany,
            format!("{MAX_LIVE_KEYS} keys"),
        ));
    }
    let key = ApiKey {
        id: ApiKeyId::new(now),
        account_id: caller.account_id,
        name: new.name.clone(),
        hint: new.secret[new.secret.len() - 4..].to_owned(),
        scopes: new.scopes.clone(),
        created_by: caller.user_id,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    store::insert_key(conn, &key, &sha256(new.secret.as_bytes()))?;
    record(
        conn,
        caller,
        "api_key.created",
        key.id,
        json!({ "scopes": key.scopes }),
        now,
    )?;
    Ok(key.id)
}

/// Revokes a key of the caller's account, for good.
pub fn revoke_key(conn: &mut Conn, caller: &Caller, id: ApiKeyId, now: Ts) -> Result<()> {
    if !store::revoke_key(conn, caller.account_id, id, now)? {
        return Err(Error::refused(Code::NotFound));
    }
    record(conn, caller, "api_key.revoked", id, json!({}), now)
}

/// Notes that the caller's key was exchanged for an access token: the sign-in of a program.
pub fn note_token(
    conn: &mut Conn,
    caller: &Caller,
    id: ApiKeyId,
    until: Ts,
    now: Ts,
) -> Result<()> {
    let detail = json!({ "expires_at": until });
    record(conn, caller, "token.issued", id, detail, now)
}

fn record(
    conn: &mut Conn,
    caller: &Caller,
    action: &'static str,
    id: ApiKeyId,
    detail: serde_json::Value,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action,
            subject: id.to_string(),
            detail,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scopes_of_its_kind_are_given() {
        let make = |scopes: &[&str]| {
            let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            NewKey::parse("import", &scopes, AccountKind::Seller)
        };
        let key = make(&["leads.write"]).unwrap();
        assert_eq!(key.scopes, [Scope::LeadsWrite]);
        assert!(
            key.secret.starts_with("gal_live_") && key.secret.len() == 52,
            "{}",
            key.secret
        );
        assert!(make(&[]).is_err());
        assert!(make(&["leads.write", "wallet.read"]).is_err());
    }
}
