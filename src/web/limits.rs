//! Rate limits: tries to sign in, pages by address, API calls by key, pings by seller.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpMessage as _, HttpRequest};
use governor::clock::{Clock as _, Reference as _};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ApiKeyId};
use crate::vault::sha256;

/// The injected clock, as the limiter reads it.
#[derive(Clone)]
struct LimitClock(Clock);

impl governor::clock::Clock for LimitClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().micros()).unwrap_or(0))
    }
}

struct Limit<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DashMapStateStore<K>, LimitClock, StateInformationMiddleware>,
    policy: &'static str,
    quota: u32,
    seconds: u32,
}

/// Where a caller stands after a call; shown in the `RateLimit` headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    policy: &'static str,
    quota: u32,
    seconds: u32,
    remaining: u32,
    /// Seconds until the next call may succeed; 0 when it may now.
    retry_after: u64,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn per_second(policy: &'static str, count: u32, clock: &Clock) -> Self {
        Self::new(
            policy,
            Quota::per_second(at_least_one(count)),
            count,
            1,
            clock,
        )
    }

    fn per_minute(policy: &'static str, count: u32, clock: &Clock) -> Self {
        Self::new(
            policy,
            Quota::per_minute(at_least_one(count)),
            count,
            60,
            clock,
        )
    }

    fn new(policy: &'static str, quota: Quota, count: u32, seconds: u32, clock: &Clock) -> Self {
        let limiter = RateLimiter::dashmap_with_clock(quota, LimitClock(clock.clone()))
            .with_middleware::<StateInformationMiddleware>();
        Self {
            limiter,
            policy,
            quota: count,
            seconds,
        }
    }

    fn check(&self, key: &K) -> Standing {
        let (remaining, retry_after) = match self.limiter.check_key(key) {
            Ok(state) => (state.remaining_burst_capacity(), 0),
            Err(until) => {
                let wait = until
                    .earliest_possible()
                    .duration_since(self.limiter.clock().now());
                (0, wait.as_u64().div_ceil(1_000_000_000).max(1))
            }
        };
        Standing {
            policy: self.policy,
            quota: self.quota,
            seconds: self.seconds,
            remaining,
            retry_after,
        }
    }
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// All limits of one server.
pub struct Limits {
    signin_address: Limit<IpAddr>,
    signin_email: Limit<Vec<u8>>,
    subject_address: Limit<IpAddr>,
    subject_contact: Limit<Vec<u8>>,
    pages: Limit<IpAddr>,
    api_visitors: Limit<IpAddr>,
    api_keys: Limit<ApiKeyId>,
    pings: Limit<AccountId>,
}

impl Limits {
    pub fn new(config: &Config, clock: &Clock) -> Self {
        Self {
            signin_address: Limit::per_minute("signin", config.signin_per_minute, clock),
            signin_email: Limit::per_minute("signin", config.signin_per_minute, clock),
            subject_address: Limit::per_minute("privacy", config.signin_per_minute, clock),
            subject_contact: Limit::per_minute("privacy", config.signin_per_minute, clock),
            pages: Limit::per_second("pages", config.pages_per_second, clock),
            api_visitors: Limit::per_second("visitor", config.pages_per_second, clock),
            api_keys: Limit::per_second("key", config.api_per_second, clock),
            pings: Limit::per_minute("pings", config.pings_per_minute, clock),
        }
    }

    /// Counts a try to sign in against its address and its e-mail.
    pub fn signin(&self, req: &HttpRequest, address: IpAddr, email: &str) -> Result<()> {
        let email = sha256(email.trim().to_lowercase().as_bytes());
        settle(req, self.signin_address.check(&address))?;
        settle(req, self.signin_email.check(&email))
    }

    /// Counts a question about a contact, or a try of its code, against its address and the contact.
    pub fn subject(&self, req: &HttpRequest, address: IpAddr, contact: &str) -> Result<()> {
        let contact = sha256(contact.trim().to_lowercase().as_bytes());
        settle(req, self.subject_address.check(&address))?;
        settle(req, self.subject_contact.check(&contact))
    }

    pub fn page(&self, req: &HttpRequest, address: IpAddr) -> Result<()> {
        settle(req, self.pages.check(&address))
    }

    /// Counts an API call; without a key it counts against the address.
    pub fn api(&self, req: &HttpRequest, key: Option<ApiKeyId>, address: IpAddr) -> Result<()> {
        settle(
            req,
            match key {
                Some(key) => self.api_keys.check(&key),
                None => self.api_visitors.check(&address),
            },
        )
    }

    /// Counts a ping against its seller.
    pub fn ping(&self, req: &HttpRequest, seller: AccountId) -> Result<()> {
        settle(req, self.pings.check(&seller))
    }

    /// Forgets who has not called for long.
    pub fn sweep(&self) {
        self.signin_address.limiter.retain_recent();
        self.signin_email.limiter.retain_recent();
        self.subject_address.limiter.retain_recent();
        self.subject_contact.limiter.retain_recent();
        self.pages.limiter.retain_recent();
        self.api_visitors.limiter.retain_recent();
        self.api_keys.limiter.retain_recent();
        self.pings.limiter.retain_recent();
    }
}

/// Notes the standing for the headers of the answer, and refuses when it is used up.
fn settle(req: &HttpRequest, standing: Standing) -> Result<()> {
    req.extensions_mut().insert(standing);
    if standing.retry_after > 0 {
        return Err(Error::refused(Code::RateLimited));
    }
    Ok(())
}

/// `RateLimit` headers on answers of the API, `Retry-After` on refusals.
pub(super) fn add_headers(req: &HttpRequest, headers: &mut HeaderMap) {
    let Some(standing) = req.extensions().get::<Standing>().copied() else {
        return;
    };
    let mut add = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    if standing.retry_after > 0 {
        add(RETRY_AFTER, standing.retry_after.to_string());
    }
    if super::is_api(req.path()) {
        let Standing {
            policy,
            quota,
            seconds,
            remaining,
            retry_after,
        } = standing;
        add(
            HeaderName::from_static("ratelimit-policy"),
            format!("\"{policy}\";q={quota};w={seconds}"),
        );
        add(
            HeaderName::from_static("ratelimit"),
            format!("\"{policy}\";r={remaining};t={}", retry_after.max(1)),
        );
    }
}
