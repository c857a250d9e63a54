//! Tracked links and pixels: signed by this server, leading only to hosts that the lead's seller has allowed.
//! Who asks not to be tracked, by `DNT` or `Sec-GPC`, leaves nothing behind.

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use url::{Host, Url};

use super::events::{self, EventSource, NewEvent};
use super::rule::LeadEventKind;
use super::store;
use crate::access::{Actor, Caller};
use crate::audit;
use crate::clock::{HOUR, Ts};
use crate::db::Conn;
use crate::error::{Code, Error, FieldError, Reason, Result};
use crate::id::{AccountId, LeadId};
use crate::vault::Vault;

/// Hosts that one seller may allow.
pub const MAX_HOSTS: usize = 20;
const MAX_URL: usize = 1_000;

/// What pixels may tell of.
pub const PIXEL_KINDS: [LeadEventKind; 2] = [LeadEventKind::EmailOpened, LeadEventKind::Visit];

/// Whether the headers ask not to be tracked.
pub fn asks_not_to_be_tracked(headers: &HeaderMap) -> bool {
    ["dnt", "sec-gpc"].iter().any(|name| {
        headers
            .get(*name)
            .is_some_and(|value| value.as_bytes().trim_ascii() == b"1")
    })
}

/// A host as it may be allowed: a name with a dot, in its plain form, no address and no port.
pub fn parse_host(text: &str) -> Result<String, FieldError> {
    let refused = || FieldError::new("host", Reason::NotAllowed, "shop.example.org");
    match Host::parse(text.trim()) {
        Ok(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_lowercase();
            let is_name = name.contains('.') && name.len() <= 253 && !name.starts_with('.');
            if is_name { Ok(name) } else { Err(refused()) }
        }
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => Err(refused()),
    }
}

/// The hosts that a seller allows.
pub fn hosts(conn: &mut Conn, seller: AccountId) -> Result<Vec<String>> {
    store::hosts::of_seller(conn, seller)
}

/// Lets tracked links of the caller's leads lead to a host.
pub fn allow_host(conn: &mut Conn, caller: &Caller, text: &str, now: Ts) -> Result<()> {
    let host = parse_host(text)?;
    if hosts(conn, caller.account_id)?.len() >= MAX_HOSTS {
        let accepted = format!("up to {MAX_HOSTS} hosts");
        return Err(Error::invalid_field("host", Reason::TooMany, accepted));
    }
    store::hosts::insert(conn, caller.account_id, &host, now)?;
    note(conn, caller, "link_host.allowed", &host, now)
}

/// Takes a host off; links that lead there end at once.
pub fn forbid_host(conn: &mut Conn, caller: &Caller, host: &str, now: Ts) -> Result<()> {
    if !store::hosts::delete(conn, caller.account_id, host)? {
        return Err(Error::refused(Code::NotFound));
    }
    note(conn, caller, "link_host.forbidden", host, now)
}

fn note(conn: &mut Conn, caller: &Caller, action: &str, host: &str, at: Ts) -> Result<()> {
    audit::record(
        conn,
        &audit::Entry {
            at,
            actor: caller.actor(),
            account_id: Some(caller.account_id),
            action,
            subject: caller.account_id.to_string(),
            detail: json!({ "host": host }),
        },
    )
}

/// A target that these hosts allow: https, no user, no port of its own.
pub fn parse_target(text: &str, hosts: &[String]) -> Result<Url, FieldError> {
    let refused = |accepted: String| FieldError::new("url", Reason::UrlInvalid, accepted);
    let example = || refused("https://shop.example.org/page".to_owned());
    if text.len() > MAX_URL {
        let accepted = format!("up to {MAX_URL} characters");
        return Err(FieldError::new("url", Reason::TooLong, accepted));
    }
    let url = Url::parse(text.trim()).map_err(|_| example())?;
    let is_plain = url.scheme() == "https"
        && url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none();
    if !is_plain {
        return Err(example());
    }
    let is_allowed =
        matches!(url.host(), Some(Host::Domain(name)) if hosts.iter().any(|host| host == name));
    if !is_allowed {
        let accepted = if hosts.is_empty() {
            "a host that you have allowed before".to_owned()
        } else {
            format!("a page of: {}", hosts.join(", "))
        };
        return Err(FieldError::new("url", Reason::NotAllowed, accepted));
    }
    Ok(url)
}

/// The path of a tracked link to a page.
pub fn link_path(vault: &Vault, lead: LeadId, target: &Url) -> String {
    let target = URL_SAFE_NO_PAD.encode(target.as_str());
    format!("/t/{}", vault.sign_link(&format!("t1.{lead}.{target}")))
}

/// The path of a pixel that tells of one kind of event.
pub fn pixel_path(vault: &Vault, lead: LeadId, kind: LeadEventKind) -> String {
    format!("/p/{}.gif", vault.sign_link(&format!("p1.{lead}.{kind}")))
}

/// The caller's lead, for whom links are made.
pub(super) fn own_lead(conn: &mut Conn, seller: AccountId, lead: LeadId) -> Result<()> {
    store::lead(conn, lead)?
        .filter(|lead| lead.seller_id == seller)
        .map(|_| ())
        .ok_or_else(|| Error::refused(Code::NotFound))
}

fn read<'a>(vault: &Vault, signed: &'a str, kind: &str) -> Option<(LeadId, &'a str)> {
    let text = vault.read_link(signed)?;
    let mut parts = text.split('.');
    let is_kind = parts.next()? == kind;
    let (lead, rest) = (parts.next()?.parse().ok()?, parts.next()?);
    (is_kind && parts.next().is_none()).then_some((lead, rest))
}

/// Where a tracked link leads, and whose lead followed it; anything that this server did not sign, and a host
/// that is not allowed any more, is not found.
pub(super) fn follow(conn: &mut Conn, vault: &Vault, signed: &str) -> Result<(LeadId, Url)> {
    let not_found = || Error::refused(Code::NotFound);
    let (lead, target) = read(vault, signed, "t1").ok_or_else(not_found)?;
    let target = URL_SAFE_NO_PAD
        .decode(target)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(not_found)?;
    let row = store::lead(conn, lead)?.ok_or_else(not_found)?;
    let allowed = hosts(conn, row.seller_id)?;
    let url = parse_target(&target, &allowed).map_err(|_| not_found())?;
    Ok((lead, url))
}

/// Whose pixel it is, and what it tells.
pub(super) fn pixel(vault: &Vault, signed: &str) -> Result<(LeadId, LeadEventKind)> {
    read(vault, signed, "p1")
        .and_then(|(lead, kind)| Some((lead, kind.parse().ok()?)))
        .ok_or_else(|| Error::refused(Code::NotFound))
}

/// Keeps what a link or a pixel tells: of each kind once an hour, and nothing once the lead is off the market
/// or has as many events as are kept.
pub(super) fn tell(
    conn: &mut Conn,
    lead: LeadId,
    (kind, source): (LeadEventKind, EventSource),
    now: Ts,
) -> Result<()> {
    let Some(row) = store::lead(conn, lead)?.filter(store::LeadRow::is_in_play) else {
        return Ok(());
    };
    let event = NewEvent {
        external_id: Some(format!("{source}:{kind}:{}", now.micros() / HOUR)),
        kind,
        at: now,
        count: 1,
    };
    match events::add(conn, &row, &[event], (source, Actor::System), now) {
        Ok(_) => Ok(()),
        Err(error) if error.has_code(Code::InvalidContent) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn only_hosts_on_the_list_are_targets() {
        let hosts = vec!["shop.example.org".to_owned()];
        for good in [
            "https://shop.example.org/",
            "https://SHOP.example.org/a?b=c#d",
            "https://shop.example.org:443/x",
        ] {
            assert!(parse_target(good, &hosts).is_ok(), "{good}");
        }
        for bad in [
            "http://shop.example.org/",
            "https://evil.example.net/",
            "https://shop.example.org.evil.example.net/",
            "https://shop.example.org@evil.example.net/",
            "https://user@shop.example.org/",
            "https://shop.example.org:8443/",
            "https://sub.shop.example.org/",
            "//shop.example.org/",
            "javascript:alert(1)",
            "https:/\\evil.example.net/shop.example.org",
            "",
        ] {
            assert!(parse_target(bad, &hosts).is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_are_names() {
        assert_eq!(
            parse_host(" Shop.Example.org "),
            Ok("shop.example.org".to_owned())
        );
        for bad in [
            "",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "a b.example.org",
            "https://a.example.org",
            "0x7f.1",
        ] {
            assert!(parse_host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_wish_not_to_be_tracked_is_read() {
        let headers = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
            headers
        };
        assert!(asks_not_to_be_tracked(&headers("dnt", "1")));
        assert!(asks_not_to_be_tracked(&headers("sec-gpc", "1")));
        assert!(!asks_not_to_be_tracked(&headers("dnt", "0")));
        assert!(!asks_not_to_be_tracked(&HeaderMap::new()));
    }
}
