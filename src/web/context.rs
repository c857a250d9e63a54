//! What handlers get instead of globals: the database, the clock, the vault.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use tokio::sync::Notify;

use crate::access::{Caller, Origin};
use crate::clock::{Clock, Ts};
use crate::config::Config;
use crate::db::{Conn, Db, Lasts};
use crate::error::{Code, Error, Result};
use crate::vault::Vault;
use crate::web::limits::Limits;
use crate::web::origin_of;

/// What the server registers once for all handlers.
pub struct State {
    pub ctx: Ctx,
    pub config: Arc<Config>,
    pub limits: Limits,
}

/// The database, the clock and the vault, as an extractor.
#[derive(Clone)]
pub struct Ctx {
    pub db: Db,
    pub clock: Clock,
    pub vault: Arc<Vault>,
    /// Told after each write, so that jobs queued in it start at once.
    pub wake: Arc<Notify>,
}

impl Ctx {
    pub fn now(&self) -> Ts {
        self.clock.now()
    }

    /// `db.write`, then a nudge for the job runner.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.write_as(Lasts::Disk, work).await
    }

    /// The same, answered as soon as its commit lasts as long as is asked for.
    pub async fn write_as<T, F>(&self, lasts: Lasts, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        let outcome = self.db.write_as(lasts, work).await;
        if outcome.is_ok() {
            self.wake.notify_one();
        }
        outcome
    }
}

pub(super) fn state(req: &HttpRequest) -> Result<&State> {
    req.app_data::<web::Data<State>>()
        .map(web::Data::get_ref)
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("the server was built without its state")))
}

impl FromRequest for Ctx {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(state(req).map(|state| state.ctx.clone()))
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = req.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| Error::refused(Code::Unauthenticated)))
    }
}

impl FromRequest for Origin {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(origin_of(req)))
    }
}
