//! Sends queued events to endpoints: signed, within a time, again at growing intervals, then given up.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};

use super::endpoints::note;
use super::store::{self, Delivery, DeliveryState};
use super::{Endpoint, EndpointState, Event, signature};
use crate::access::Actor;
use crate::clock::{Clock, HOUR, MINUTE, SECOND, Ts};
use crate::db::Db;
use crate::error::Result;
use crate::outbound::Outbound;
use crate::vault::Vault;

/// Pauses after each try that failed; after the last the delivery is dead.
const PAUSES: [i64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// Deliveries taken in one round.
const BATCH: i64 = 64;
/// Deliveries under way at once.
const AT_ONCE: usize = 16;
/// How long a try may take before another server may take the delivery over.
const LEASE: i64 = MINUTE;
/// The longest pause that a receiver may ask for.
const MAX_RETRY_AFTER: i64 = 24 * HOUR;
const MAX_ERROR_CHARACTERS: usize = 300;

/// What sending needs.
#[derive(Clone)]
pub struct Hooks {
    pub db: Db,
    pub clock: Clock,
    pub vault: Arc<Vault>,
    pub outbound: Outbound,
}

/// How a try ended.
struct Answer {
    status: Option<StatusCode>,
    retry_after: Option<i64>,
    error: Option<String>,
}

impl Hooks {
    /// Sends what is due, several at once; says how many tries were made.
    pub async fn send_due(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self
            .db
            .read(move |conn| store::due(conn, now, BATCH))
            .await?;
        let tries = stream::iter(due)
            .map(|delivery| self.try_one(delivery))
            .buffer_unordered(AT_ONCE);
        let outcomes: Vec<Result<bool>> = tries.collect().await;
        let mut made = 0;
        for outcome in outcomes {
            made += usize::from(outcome?);
        }
        Ok(made)
    }

    /// One try of one delivery, unless another server has it.
    async fn try_one(&self, delivery: Delivery) -> Result<bool> {
        let now = self.clock.now();
        let taken = delivery.clone();
        let job = self
            .db
            .write(move |conn| {
                if !store::take(conn, &taken, now.plus(LEASE))? {
                    return Ok(None);
                }
                let Some(endpoint) = store::any_endpoint(conn, taken.endpoint_id)? else {
                    return Ok(None);
                };
                let event = store::event(conn, endpoint.account_id, taken.event_id)?;
                Ok(Some((endpoint, event)))
            })
            .await?;
        let Some((endpoint, event)) = job else {
            return Ok(false);
        };
        let answer = self.post(&endpoint, &event, now).await?;
        let gone = answer.status == Some(StatusCode::GONE);
        let ended = after(
            Delivery {
                attempts: delivery.attempts + 1,
                ..delivery
            },
            &answer,
            self.clock.now(),
            fastrand::i64(0..=10),
        );
        metrics::counter!("galena_webhooks_total", "outcome" => ended.state.as_str()).increment(1);
        self.db
            .write(move |conn| {
                store::ended(conn, &ended)?;
                if gone {
                    let off = Endpoint {
                        state: EndpointState::Disabled,
                        disabled_why: Some("it answered 410 Gone".to_owned()),
                        ..endpoint.clone()
                    };
                    store::set_endpoint(conn, &off)?;
                    note(conn, Actor::System, "webhook.disabled", &off, now)?;
                }
                Ok(())
            })
            .await?;
        Ok(true)
    }

    async fn post(&self, endpoint: &Endpoint, event: &Event, now: Ts) -> Result<Answer> {
        let refused = |error: String| Answer {
            status: None,
            retry_after: None,
            error: Some(error.chars().take(MAX_ERROR_CHARACTERS).collect()),
        };
        let id = event.id.to_string();
        let body = event.body();
        let seconds = now.micros().div_euclid(SECOND);
        let secrets = endpoint.secrets(&self.vault, now)?;
        let signed = signature::header(&secrets, &id, seconds, &body);
        let request = match self.outbound.post(&endpoint.url) {
            Ok(request) => request,
            Err(error) => return Ok(refused(error.to_string())),
        };
        let sent = request
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signed)
            .body(body)
            .send()
            .await;
        Ok(match sent {
            Ok(response) => Answer {
                status: Some(response.status()),
                retry_after: response
                    .headers()
                    .get(RETRY_AFTER)
                    .and_then(|value| value.to_str().ok())
                    .and_then(|text| text.trim().parse().ok()),
                error: None,
            },
            // Without the address, whose query may hold a secret of its owner.
            Err(error) => refused(chain(&error.without_url())),
        })
    }
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// What a try makes of its delivery; `jitter` is in hundredths of the pause.
fn after(delivery: Delivery, answer: &Answer, now: Ts, jitter: i64) -> Delivery {
    let tried = Delivery {
        last_status: answer.status.map(|status| i32::from(status.as_u16())),
        last_error: answer.error.clone(),
        ..delivery
    };
    if answer.status.is_some_and(|status| status.is_success()) {
        return Delivery {
            state: DeliveryState::Delivered,
            ended_at: Some(now),
            ..tried
        };
    }
    let failed = usize::try_from(tried.attempts - 1).unwrap_or(usize::MAX);
    let pause = PAUSES.get(failed).copied();
    match pause.filter(|_| answer.status != Some(StatusCode::GONE)) {
        Some(pause) => {
            let asked = answer.retry_after.unwrap_or(0).saturating_mul(SECOND);
            let wait = (pause + pause / 100 * jitter).max(asked.min(MAX_RETRY_AFTER));
            Delivery {
                next_at: now.plus(wait),
                ..tried
            }
        }
        None => Delivery {
            state: DeliveryState::Dead,
            ended_at: Some(now),
            ..tried
        },
    }
}
