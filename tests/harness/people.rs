//! Accounts and users for tests.

use std::sync::OnceLock;

use galena::access::{AccountKind, Actor, Caller, Credential, Role};
use galena::accounts::{self, AccountState, NewAccount, NewKey, NewUser};
use galena::id::{AccountId, UserId};

use super::TestApp;

/// The password of every user that the harness makes.
pub const PASSWORD: &str = "amber bridge 41 tram";

/// An account with one user and an API key with all scopes of its kind.
#[derive(Debug, Clone)]
pub struct Trader {
    pub account: AccountId,
    pub user: UserId,
    pub email: String,
    pub key: String,
}

impl TestApp {
    /// An approved seller.
    pub async fn seller(&self, name: &str) -> Trader {
        self.account(
            AccountKind::Seller,
            Role::Owner,
            AccountState::Approved,
            name,
        )
        .await
    }

    /// An approved buyer.
    pub async fn buyer(&self, name: &str) -> Trader {
        self.account(
            AccountKind::Buyer,
            Role::Owner,
            AccountState::Approved,
            name,
        )
        .await
    }

    /// A user of the operator.
    pub async fn operator(&self, role: Role) -> Trader {
        self.account(
            AccountKind::Operator,
            role,
            AccountState::Approved,
            &format!("operator {role}"),
        )
        .await
    }

    /// An account as asked for; its user's e-mail is made of its name.
    pub async fn account(
        &self,
        kind: AccountKind,
        role: Role,
        state: AccountState,
        name: &str,
    ) -> Trader {
        let email = format!("{}@example.test", name.to_lowercase().replace(' ', "."));
        let account = NewAccount {
            kind,
            name: name.to_owned(),
            country: "LV".to_owned(),
            state,
        };
        let user = NewUser {
            email: email.clone(),
            name: format!("{name} {role}"),
            role,
            password_hash: password_hash().to_owned(),
        };
        let scopes: Vec<String> = accounts::keys::scopes_of(kind)
            .iter()
            .map(ToString::to_string)
            .collect();
        let new_key = NewKey::parse("test", &scopes, kind).unwrap();
        let (key, now) = (new_key.secret.clone(), self.clock.now());
        let (account, user) = self
            .write(move |conn| {
                let account_id = accounts::create_account(conn, &account, Actor::System, now)?;
                let user_id = accounts::create_user(conn, account_id, &user, Actor::System, now)?;
                let caller = Caller {
                    account_id,
                    account_kind: kind,
                    account_name: account.name.clone(),
                    approved: state == AccountState::Approved,
                    user_id,
                    user_name: user.name.clone(),
                    role,
                    credential: Credential::Session,
                    origin: None,
                };
                accounts::make_key(conn, &caller, &new_key, now)?;
                Ok((account_id, user_id))
            })
            .await;
        Trader {
            account,
            user,
            email,
            key,
        }
    }
}

/// Hashing takes a while: once is enough.
fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| accounts::hash_password(PASSWORD).unwrap())
}
