//! The addresses that an account wants its events sent to.

use serde_json::json;

use super::{EventKind, Happening, store};
use crate::access::{Actor, Caller};
use crate::audit;
use crate::clock::{DAY, Ts};
use crate::db::Conn;
use crate::db::types::text_enum;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, EndpointId, WebhookId};
use crate::outbound::{Reach, TargetError};
use crate::vault::{Sealed, Vault};

pub use super::signature::Secret;

/// Endpoints of one account.
pub const MAX_ENDPOINTS: usize = 10;
/// How long the secret before counts beside a new one.
const OLD_SECRET_COUNTS: i64 = DAY;

text_enum! {
    /// Whether an endpoint is sent to.
    pub enum EndpointState { Active = "active", Disabled = "disabled" }
}

/// An address that events are sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub id: EndpointId,
    pub account_id: AccountId,
    pub url: String,
    /// What it wants; everything when empty.
    pub kinds: Vec<EventKind>,
    pub state: EndpointState,
    /// Who or what disabled it.
    pub disabled_why: Option<String>,
    pub(super) secret: Sealed,
    /// The secret before, and until when it counts.
    pub(super) old_secret: Option<(Sealed, Ts)>,
    pub created_at: Ts,
}

impl Endpoint {
    pub(super) fn wants(&self, account: AccountId, kind: EventKind) -> bool {
        self.account_id == account && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }

    /// The secrets that sign now, the newest first.
    pub(super) fn secrets(&self, vault: &Vault, now: Ts) -> Result<Vec<Secret>> {
        let mut sealed = vec![&self.secret];
        if let Some((old, until)) = &self.old_secret
            && now < *until
        {
            sealed.push(old);
        }
        let place = place(self.id);
        sealed
            .into_iter()
            .map(|sealed| Ok(Secret::from_bytes(vault.unseal(&place, sealed)?)))
            .collect()
    }
}

fn place(id: EndpointId) -> String {
    format!("webhook_endpoints/{id}")
}

/// An endpoint as its owner describes it; parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    pub url: String,
    pub kinds: Vec<EventKind>,
}

impl NewEndpoint {
    /// Reads an address within reach, and the kinds of events it wants.
    pub fn parse(reach: Reach, url: &str, kinds: &[String]) -> Result<Self> {
        let mut wrong = Vec::new();
        let url = match reach.parse(url) {
            Ok(url) => url.to_string(),
            Err(error) => {
                let reason = match error {
                    TargetError::Malformed | TargetError::Credentials => Reason::UrlInvalid,
                    TargetError::NotHttps | TargetError::Private => Reason::NotAllowed,
                };
                let accepted = "https:// and a public name or address, without a user name";
                wrong.push(FieldError::new("url", reason, accepted));
                String::new()
            }
        };
        let known: Vec<EventKind> = kinds.iter().filter_map(|kind| kind.parse().ok()).collect();
        if known.len() < kinds.len() {
            let all: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let accepted = format!("some of: {}", all.join(", "));
            wrong.push(FieldError::new("kinds", Reason::NotAllowed, accepted));
        }
        if wrong.is_empty() {
            Ok(Self { url, kinds: known })
        } else {
            Err(wrong.into())
        }
    }
}

/// The endpoints of an account, oldest first.
pub fn of_account(conn: &mut Conn, account: AccountId) -> Result<Vec<Endpoint>> {
    store::endpoints(conn, account)
}

/// Makes an endpoint that signs with `secret`.
pub fn make(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    new: &NewEndpoint,
    secret: &Secret,
    now: Ts,
) -> Result<Endpoint> {
    if store::endpoints(conn, caller.account_id)?.len() >= MAX_ENDPOINTS {
        let accepted = format!("up to {MAX_ENDPOINTS} endpoints");
        return Err(Error::invalid_field("url", Reason::TooMany, accepted));
    }
    let id = EndpointId::new(now);
    let endpoint = Endpoint {
        id,
        account_id: caller.account_id,
        url: new.url.clone(),
        kinds: new.kinds.clone(),
        state: EndpointState::Active,
        disabled_why: None,
        secret: vault.seal(&place(id), secret.bytes())?,
        old_secret: None,
        created_at: now,
    };
    store::insert_endpoint(conn, &endpoint)?;
    note(conn, caller.actor(), "webhook.created", &endpoint, now)?;
    Ok(endpoint)
}

/// Changes an endpoint; switching it on again forgets why it was off.
pub fn change(
    conn: &mut Conn,
    caller: &Caller,
    id: EndpointId,
    new: &NewEndpoint,
    is_on: bool,
    now: Ts,
) -> Result<Endpoint> {
    let before = own(conn, caller, id)?;
    let after = Endpoint {
        url: new.url.clone(),
        kinds: new.kinds.clone(),
        state: if is_on {
            EndpointState::Active
        } else {
            EndpointState::Disabled
        },
        disabled_why: (!is_on).then(|| {
            before
                .disabled_why
                .clone()
                .unwrap_or_else(|| "by its owner".to_owned())
        }),
        ..before
    };
    if !store::set_endpoint(conn, &after)? {
        return Err(Error::refused(Code::NotFound));
    }
    note(conn, caller.actor(), "webhook.changed", &after, now)?;
    Ok(after)
}

/// Makes `secret` the one that signs; the one before signs beside it for a day.
pub fn rotate(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    id: EndpointId,
    secret: &Secret,
    now: Ts,
) -> Result<()> {
    let endpoint = own(conn, caller, id)?;
    let sealed = vault.seal(&place(id), secret.bytes())?;
    if !store::set_secret(conn, &endpoint, &sealed, now.plus(OLD_SECRET_COUNTS))? {
        return Err(Error::refused(Code::StateConflict));
    }
    note(
        conn,
        caller.actor(),
        "webhook.secret_rotated",
        &endpoint,
        now,
    )
}

/// The secret that signs now, as its owner sees it.
pub fn shown_secret(
    conn: &mut Conn,
    vault: &Vault,
    caller: &Caller,
    id: EndpointId,
    now: Ts,
) -> Result<String> {
    let secrets = own(conn, caller, id)?.secrets(vault, now)?;
    let newest = secrets
        .first()
        .ok_or_else(|| Error::refused(Code::NotFound))?;
    Ok(newest.shown())
}

/// Removes an endpoint with its deliveries.
pub fn remove(conn: &mut Conn, caller: &Caller, id: EndpointId, now: Ts) -> Result<()> {
    let endpoint = own(conn, caller, id)?;
    if !store::delete_endpoint(conn, caller.account_id, id)? {
        return Err(Error::refused(Code::NotFound));
    }
    note(conn, caller.actor(), "webhook.removed", &endpoint, now)
}

/// Queues an event of kind `test` for one endpoint, whatever it wants.
pub fn test(conn: &mut Conn, caller: &Caller, id: EndpointId, now: Ts) -> Result<()> {
    let endpoint = own(conn, caller, id)?;
    let happening = Happening::new(
        caller.account_id,
        EventKind::Test,
        endpoint.id,
        json!({ "endpoint": endpoint.id }),
    );
    let event = store::insert(conn, &[happening], now)?;
    let wanted: Vec<_> = event
        .into_iter()
        .map(|event| (endpoint.id, event))
        .collect();
    store::queue(conn, &wanted, now)?;
    note(conn, caller.actor(), "webhook.tested", &endpoint, now)
}

/// Sends again what was delivered or given up.
pub fn replay(conn: &mut Conn, caller: &Caller, delivery: WebhookId, now: Ts) -> Result<()> {
    if !store::again(conn, caller.account_id, delivery, now)? {
        return Err(Error::refused(Code::NotFound));
    }
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action: "webhook.replayed",
            subject: delivery.to_string(),
            detail: json!({}),
        },
    )
}

/// An endpoint of the caller's account.
pub(super) fn own(conn: &mut Conn, caller: &Caller, id: EndpointId) -> Result<Endpoint> {
    store::any_endpoint(conn, id)?
        .filter(|endpoint| endpoint.account_id == caller.account_id)
        .ok_or_else(|| Error::refused(Code::NotFound))
}

/// Writes a step into the audit log; without the address, whose query may hold a secret of its owner.
pub(super) fn note(
    conn: &mut Conn,
    actor: Actor,
    action: &str,
    endpoint: &Endpoint,
    now: Ts,
) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at: now,
            actor,
            account_id: Some(endpoint.account_id),
            action,
            subject: endpoint.id.to_string(),
            detail: json!({
                "host": url::Url::parse(&endpoint.url).ok().and_then(|url| url.host_str().map(str::to_owned)),
                "kinds": endpoint.kinds,
                "state": endpoint.state,
            }),
        },
    )
}
