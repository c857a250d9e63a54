//! Text messages, sent by the gateway that the configuration names.

use std::time::Duration;

use reqwest::StatusCode;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::clock::Clock;
use crate::config::Service;
use crate::outbound::{Breaker, Outbound};

/// How long the gateway has to answer; nobody waits for a text message but the queue.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Why a text message was not sent. None of them names the number, since they end up in logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// The gateway failed too often; it is left alone for a while.
    #[error("the gateway of text messages is left alone for a while")]
    Paused,
    /// The gateway did not take the message; it may later.
    #[error("the gateway of text messages did not take the message")]
    NotTaken,
    /// The gateway said nothing in time, and may have taken the message all the same.
    #[error("the gateway of text messages did not answer")]
    Unanswered,
    /// The gateway never takes this message, such as one to a number that it does not serve.
    #[error("the gateway of text messages refuses the message")]
    Refused,
}

/// Sends text messages by `POST {"to": "+371..", "text": ".."}`; any 2xx is a message taken.
pub struct Texter {
    outbound: Outbound,
    service: Service,
    breaker: Breaker,
}

impl Texter {
    pub const fn new(outbound: Outbound, service: Service, clock: Clock) -> Self {
        Self {
            outbound,
            service,
            breaker: Breaker::new(clock),
        }
    }

    /// Whether the gateway is left alone at the moment, so that no code need be made.
    pub fn is_paused(&self) -> bool {
        self.breaker.is_open()
    }

    /// Sends one message to a number in E.164.
    pub async fn send(&self, to: &str, text: &str) -> Result<(), SmsError> {
        if self.breaker.is_open() {
            return Err(SmsError::Paused);
        }
        let outcome = self.post(to, text).await;
        match outcome {
            // Who is refused was answered: numbers that nobody can reach must not open the circuit for all.
            Ok(()) | Err(SmsError::Refused) => self.breaker.answered(),
            Err(error) => {
                metrics::counter!("galena_outside_failures_total").increment(1);
                if self.breaker.failed() {
                    tracing::warn!(%error, "no text messages are sent for a while");
                }
            }
        }
        outcome
    }

    async fn post(&self, to: &str, text: &str) -> Result<(), SmsError> {
        let mut request = self
            .outbound
            .post(&self.service.url)
            .map_err(|_| SmsError::NotTaken)?
            .timeout(TIMEOUT)
            .header("content-type", "application/json")
            .body(json!({ "to": to, "text": text }).to_string());
        if let Some(key) = &self.service.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let answer = request.send().await.map_err(|error| {
            if error.is_connect() {
                SmsError::NotTaken
            } else {
                SmsError::Unanswered
            }
        })?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            StatusCode::BAD_REQUEST
            | StatusCode::NOT_FOUND
            | StatusCode::GONE
            | StatusCode::UNPROCESSABLE_ENTITY => Err(SmsError::Refused),
            _ => Err(SmsError::NotTaken),
        }
    }
}
