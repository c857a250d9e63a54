//! HTTP to other servers: one client for all, that never reaches into the network this server stands in.

mod breaker;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

pub use breaker::Breaker;

/// The longest that an exchange may take, the answer included.
pub const TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_URL_CHARACTERS: usize = 500;

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("not a web address")]
    Malformed,
    #[error("not https")]
    NotHttps,
    #[error("carries a name or password")]
    Credentials,
    #[error("within a private network")]
    Private,
}

/// Which servers may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses by https.
    Public,
    /// Any, for tests and for exchanges inside one network.
    Any,
}

impl Reach {
    /// Reads an address that may be called.
    pub fn parse(self, text: &str) -> Result<Url, TargetError> {
        let text = text.trim();
        if text.chars().count() > MAX_URL_CHARACTERS {
            return Err(TargetError::Malformed);
        }
        let url = Url::parse(text).map_err(|_| TargetError::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        let host = url.host().ok_or(TargetError::Malformed)?;
        if self == Self::Any {
            return match url.scheme() {
                "http" | "https" => Ok(url),
                _ => Err(TargetError::NotHttps),
            };
        }
        if url.scheme() != "https" {
            return Err(TargetError::NotHttps);
        }
        let is_public = match host {
            Host::Ipv4(address) => is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => is_public(IpAddr::V6(address)),
            Host::Domain(name) => is_public_name(name),
        };
        if is_public {
            Ok(url)
        } else {
            Err(TargetError::Private)
        }
    }
}

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let ending = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && !matches!(ending, "localhost" | "local" | "internal" | "lan" | "home")
}

/// Whether an address belongs to the internet at large.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        // This network; shared with a provider; protocols; benchmarks; reserved.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // An address of version 4 in another dress is judged as what it is: mapped, translated, or by 6to4.
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let segments = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(v4(high, low))
        }
        // Documentation, and what is not 2000::/3.
        [0x2001, 0xdb8, ..] => false,
        [first, ..] => (first & 0xe000) == 0x2000,
    }
}

/// Resolves names, and forgets addresses that may not be called.
struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0))
                .await?
                .filter(|address| is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(TargetError::Private.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// The client; clones share its connections.
#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    reach: Reach,
}

impl Outbound {
    pub fn new(reach: Reach) -> anyhow::Result<Self> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("Galena/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(2);
        if reach == Reach::Public {
            builder = builder
                .https_only(true)
                .dns_resolver(Arc::new(PublicResolver));
        }
        Ok(Self {
            client: builder.build()?,
            reach,
        })
    }

    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// A POST to an address that passes the reach; redirects are answers, not followed.
    pub fn post(&self, url: &str) -> Result<reqwest::RequestBuilder, TargetError> {
        Ok(self.client.post(self.reach.parse(url)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_refused_in_any_spelling() {
        for url in [
            "https://127.0.0.1/hook",
            "https://127.1/hook",
            "https://2130706433/hook",
            "https://0x7f.0.0.1/hook",
            "https://017700000001/hook",
            "https://10.0.0.8/hook",
            "https://172.16.4.1/hook",
            "https://192.168.1.1/hook",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/hook",
            "https://0.0.0.0/hook",
            "https://[::1]/hook",
            "https://[fe80::1]/hook",
            "https://[fd00:ec2::254]/hook",
            "https://[::ffff:10.0.0.1]/hook",
            "https://[64:ff9b::7f00:1]/hook",
            "https://[2002:7f00:1::]/hook",
            "https://localhost/hook",
            "https://hooks.localhost/hook",
            "https://db.internal/hook",
            "https://intranet/hook",
        ] {
            assert_eq!(Reach::Public.parse(url), Err(TargetError::Private), "{url}");
        }
    }

    #[test]
    fn public_addresses_by_https_are_called() {
        for url in [
            "https://example.com/hook?of=galena",
            "https://93.184.216.34/hook",
            "https://[2606:2800:220:1::1]/hook",
        ] {
            assert!(Reach::Public.parse(url).is_ok(), "{url}");
        }
        for (url, why) in [
            ("http://example.com/hook", TargetError::NotHttps),
            ("ftp://example.com/hook", TargetError::NotHttps),
            ("https://me:secret@example.com/", TargetError::Credentials),
            ("example.com/hook", TargetError::Malformed),
        ] {
            assert_eq!(Reach::Public.parse(url), Err(why), "{url}");
        }
        assert!(Reach::Any.parse("http://127.0.0.1:8080/hook").is_ok());
    }
}
