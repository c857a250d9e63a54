//! Who is asking, and what a route asks of them; no database here.

use std::net::IpAddr;

use utoipa::ToSchema;

use crate::db::types::text_enum;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ApiKeyId, UserId};

text_enum! {
    /// What an organisation is on the exchange.
    pub enum AccountKind { Seller = "seller", Buyer = "buyer", Operator = "operator" }
}

text_enum! {
    /// What a user may do within their organisation.
    pub enum Role {
        Owner = "owner",
        Member = "member",
        Viewer = "viewer",
        Admin = "admin",
        Auditor = "auditor",
        Finance = "finance",
    }
}

text_enum! {
    /// What an API key may be used for.
    pub enum Scope {
        LeadsRead = "leads.read",
        LeadsWrite = "leads.write",
        RequestsRead = "requests.read",
        RequestsWrite = "requests.write",
        PurchasesRead = "purchases.read",
        PurchasesWrite = "purchases.write",
        WalletRead = "wallet.read",
        WalletWrite = "wallet.write",
        PayoutsRead = "payouts.read",
        PayoutsWrite = "payouts.write",
        /// What happened, and where it is sent.
        EventsRead = "events.read",
        EventsWrite = "events.write",
        OperatorRead = "operator.read",
        OperatorWrite = "operator.write",
    }
}

/// How the caller proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A browser session; every page is open to it by role.
    Session,
    /// An API key, or an access token got for one; limited to scopes.
    ApiKey { id: ApiKeyId, scopes: Vec<Scope> },
}

/// The name of a request, as its answer and the logs show it: 8 to 64 letters, digits, `-` and `_`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId {
    bytes: [u8; Self::MAX],
    length: usize,
}

impl RequestId {
    const MIN: usize = 8;
    const MAX: usize = 64;

    /// A name that the caller gave; `None` when it may carry more than a name.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = (Self::MIN..=Self::MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !is_plain {
            return None;
        }
        let mut bytes = [0; Self::MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self {
            bytes,
            length: text.len(),
        })
    }

    /// A new name, unlike any other.
    pub fn fresh() -> Self {
        let mut bytes = [0; Self::MAX];
        let length = uuid::Uuid::now_v7().simple().encode_lower(&mut bytes).len();
        Self { bytes, length }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl std::fmt::Debug for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a request came from: the client's address behind trusted proxies, and the request's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub address: IpAddr,
    pub request: RequestId,
}

/// The authenticated caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub account_id: AccountId,
    pub account_kind: AccountKind,
    pub account_name: String,
    /// False while the operator has not approved the account: it may look, not trade.
    pub approved: bool,
    /// The signed-in user, or the user who made the API key.
    pub user_id: UserId,
    pub user_name: String,
    pub role: Role,
    pub credential: Credential,
    /// The request that they make; none for callers outside of one, such as the demo's.
    pub origin: Option<Origin>,
}

impl Caller {
    pub fn actor(&self) -> Actor {
        match &self.credential {
            Credential::Session => Actor::User(self.user_id, self.origin),
            Credential::ApiKey { id, .. } => Actor::ApiKey(*id, self.origin),
        }
    }
}

/// Who caused a change, as the audit log names them, and the request they did it by.
///
/// The origin travels in here because an actor already reaches every place that writes an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    User(UserId, Option<Origin>),
    ApiKey(ApiKeyId, Option<Origin>),
    /// A job, the clock, or a command of the server's owner.
    System,
    /// A visitor who has not signed in.
    Visitor(Option<Origin>),
}

impl Actor {
    pub const fn origin(&self) -> Option<&Origin> {
        match self {
            Self::User(_, origin) | Self::ApiKey(_, origin) | Self::Visitor(origin) => {
                origin.as_ref()
            }
            Self::System => None,
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id, _) => id.fmt(f),
            Self::ApiKey(id, _) => id.fmt(f),
            Self::System => f.write_str("system"),
            Self::Visitor(_) => f.write_str("visitor"),
        }
    }
}

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anyone, signed in or not.
    Public,
    /// Any signed-in user.
    SignedIn,
    /// Who is in charge of an account of any kind, in a browser: owners, and the operator's admins.
    InCharge,
    /// Owners and members, or viewers too where `reads`, of buyers and of sellers alike; with
    /// `desk_scope` also the exchange's admins and auditors, or all of its people where `reads`.
    Parties {
        reads: bool,
        /// What an API key of a buyer needs, and one of a seller.
        buyer_scope: Option<Scope>,
        seller_scope: Option<Scope>,
        /// What a key of the exchange needs; `None` where it has no part.
        desk_scope: Option<Scope>,
    },
    /// Users of one kind of account with one of these roles; `scope` is what an API key needs.
    Roles {
        kind: AccountKind,
        roles: &'static [Role],
        scope: Option<Scope>,
        /// Whether the operator must have approved the account.
        approved: bool,
    },
}

impl Rule {
    /// Refuses with 401, 403 or `account_not_approved`; `Ok` lets the caller through.
    pub fn check(self, caller: Option<&Caller>) -> Result<()> {
        if self == Self::Public {
            return Ok(());
        }
        let caller = caller.ok_or_else(|| Error::refused(Code::Unauthenticated))?;
        let (is_let_in, scope, approved) = match self {
            Self::Public | Self::SignedIn => return Ok(()),
            Self::InCharge => (
                matches!(caller.role, Role::Owner | Role::Admin),
                None,
                false,
            ),
            Self::Parties {
                reads,
                buyer_scope,
                seller_scope,
                desk_scope,
            } => {
                let (scope, acts, looks) = match (caller.account_kind, caller.role) {
                    (AccountKind::Operator, role) => (
                        desk_scope,
                        desk_scope.is_some() && matches!(role, Role::Admin | Role::Auditor),
                        desk_scope.is_some(),
                    ),
                    (kind, role) => (
                        if kind == AccountKind::Buyer {
                            buyer_scope
                        } else {
                            seller_scope
                        },
                        matches!(role, Role::Owner | Role::Member),
                        role == Role::Viewer,
                    ),
                };
                (acts || (reads && looks), scope, !reads)
            }
            Self::Roles {
                kind,
                roles,
                scope,
                approved,
            } => (
                caller.account_kind == kind && roles.contains(&caller.role),
                scope,
                approved,
            ),
        };
        if !is_let_in {
            return Err(Error::refused(Code::Forbidden));
        }
        if let Credential::ApiKey { scopes, .. } = &caller.credential
            && !scope.is_some_and(|scope| scopes.contains(&scope))
        {
            return Err(Error::refused(Code::Forbidden));
        }
        if approved && !caller.approved {
            return Err(Error::refused(Code::AccountNotApproved));
        }
        Ok(())
    }
}

/// The API's answer to "who am I".
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct Me {
    pub account: AccountId,
    pub kind: AccountKind,
    pub name: String,
    pub approved: bool,
    pub role: Role,
}
