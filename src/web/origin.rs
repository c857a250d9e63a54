//! Where a request comes from: its site, and its address behind trusted proxies.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};

use super::context::state;
use super::trace::request_id;
use crate::access::Origin;
use crate::config::Network;

/// Whether a browser sent this from one of our own pages: `Sec-Fetch-Site`, or else `Origin` equal to `Host`.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let (Some(origin), Some(host)) = (text(ORIGIN.as_str()), text(HOST.as_str())) else {
        return false;
    };
    let origin_host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    !host.is_empty() && origin_host == Some(host)
}

/// The client's address and the request's name, as the audit log keeps them.
pub fn origin_of(req: &HttpRequest) -> Origin {
    Origin {
        address: client_ip(req),
        request: request_id(req),
    }
}

/// The address of the client: the nearest one that is not a trusted proxy.
pub fn client_ip(req: &HttpRequest) -> IpAddr {
    let peer = req
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| {
            peer.ip().to_canonical()
        });
    let Ok(state) = state(req) else { return peer };
    let hops: Vec<&str> = req
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    nearest_untrusted(peer, &hops, &state.config.trusted_proxies)
}

fn nearest_untrusted(peer: IpAddr, hops: &[&str], trusted: &[Network]) -> IpAddr {
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(client) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(is_same_origin(&headers(&[(
            "sec-fetch-site",
            "same-origin"
        )])));
        assert!(!is_same_origin(&headers(&[(
            "sec-fetch-site",
            "same-site"
        )])));
        assert!(!is_same_origin(&headers(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://a.example"),
            ("host", "a.example")
        ])));
        assert!(is_same_origin(&headers(&[
            ("origin", "https://a.example"),
            ("host", "a.example")
        ])));
        assert!(!is_same_origin(&headers(&[
            ("origin", "https://b.example"),
            ("host", "a.example")
        ])));
        assert!(!is_same_origin(&headers(&[
            ("origin", "null"),
            ("host", "a.example")
        ])));
        assert!(!is_same_origin(&headers(&[("host", "a.example")])));
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let trusted = Network::list("10.0.0.0/8").unwrap();
        let hops = ["6.6.6.6", " 203.0.113.9", "10.0.0.2"];
        assert_eq!(
            nearest_untrusted(ip("10.0.0.1"), &hops, &trusted),
            ip("203.0.113.9")
        );
        assert_eq!(
            nearest_untrusted(ip("198.51.100.1"), &hops, &trusted),
            ip("198.51.100.1")
        );
        assert_eq!(
            nearest_untrusted(ip("10.0.0.1"), &["nonsense"], &trusted),
            ip("10.0.0.1")
        );
    }
}
