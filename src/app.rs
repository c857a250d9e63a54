//! The server as a whole: what it is made of, how it starts, what it does periodically, how it stops.

mod logs;
mod serve;
mod tasks;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{HttpServer, web as actix};
use anyhow::{Context as _, bail};
use tokio::sync::Notify;
use tracing_actix_web::TracingLogger;
use utoipa::OpenApi as _;

use crate::accounts::{self, Passwords, Tokens};
use crate::clock::{Clock, Ts};
use crate::config::{Config, Service};
use crate::db::{Db, SchemaState};
use crate::delivery::jobs::{Sender, deliver};
use crate::error::{Code, Error, Reason};
use crate::events::Hooks;
use crate::jobs::Runner;
use crate::leads;
use crate::leads::confirm::send::{CodeSender, send as send_code};
use crate::leads::confirm::{CONFIRM_JOB, ConfirmJob};
use crate::leads::import::{IMPORT_JOB, ImportJob, Importer};
use crate::mail::Mailer;
use crate::matching::{self, Market};
use crate::notices::{self, jobs::Teller};
use crate::outbound::{Outbound, Reach};
use crate::privacy::{self, jobs::Sender as SubjectSender};
use crate::purchases::jobs::match_request;
use crate::sms::Texter;
use crate::vault::Vault;
use crate::verification::{DnsOutsider, Guarded, Outside, Verifier};
use crate::web::limits::Limits;
use crate::web::{self, Ctx, State, metrics, openapi, trace};
use crate::{
    audits, backtests, calls, contracts, conversions, disputes, events, icps, ledger, payouts,
    pings, purchases, reports, requests, routes, scoring, standing, suppression, verification,
    verticals::{self, Catalogue},
};

pub use logs::start_logs;
pub use serve::serve;
pub use tasks::{Task, tasks};

/// Everything that the server, its jobs and its commands share; clones are cheap.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub clock: Clock,
    pub vault: Arc<Vault>,
    pub config: Arc<Config>,
    pub ctx: Ctx,
    /// The side that buys, as leads see it.
    pub exchange: Arc<dyn leads::Exchange>,
    /// The checks of leads, with the settings and data sets that this server last read.
    pub verifier: Arc<Verifier>,
    /// The verticals that leads and pings are read by.
    catalogue: Arc<Catalogue>,
    /// The active requests in memory.
    pub market: Arc<Market>,
    pub runner: Arc<Runner>,
    /// Sends webhooks.
    pub hooks: Hooks,
    pub passwords: Passwords,
    state: actix::Data<State>,
    tokens: actix::Data<Tokens>,
    document: actix::Data<openapi::Document>,
}

impl App {
    /// Opens the database, brings its schema up to date, and reads the keys.
    pub fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        metrics::start();
        config.make_data_folder()?;
        let db = Db::open(&config.database_url, config.db_connections)?;
        bring_up_to_date(&db, &config, clock.now())?;
        let vault = open_vault(&db, &config)?;
        let (key_vault, now) = (Arc::clone(&vault), clock.now());
        db.write_blocking(move |conn| {
            privacy::ensure_index_key(conn, &key_vault, now)?;
            matching::draws::commit_ahead(conn, &key_vault, now)?;
            privacy::load_index_keys(conn, &key_vault)
        })
        .context("the keys of the contacts' hashes cannot be read")?;
        let ctx = Ctx {
            db: db.clone(),
            clock: clock.clone(),
            vault: Arc::clone(&vault),
            wake: Arc::new(Notify::new()),
        };
        let config = Arc::new(config);
        let state = State {
            ctx: ctx.clone(),
            config: Arc::clone(&config),
            limits: Limits::new(&config, &clock),
        };
        let verifier = Arc::new(Verifier::asking(outside(&config, &clock)?)?);
        db.read_blocking(|conn| verifier.refresh(conn))?;
        let market = Arc::new(Market::new(config.matching, Arc::clone(&vault)));
        let exchange: Arc<dyn leads::Exchange> =
            Arc::new(purchases::Seller::new(Arc::clone(&market)));
        let hooks = Hooks {
            db: db.clone(),
            clock: clock.clone(),
            vault: Arc::clone(&vault),
            outbound: Outbound::new(config.reach)?,
        };
        Ok(Self {
            hooks,
            runner: Arc::new(runner(&ctx, &config, &exchange, &verifier)?),
            exchange,
            verifier,
            catalogue: Arc::default(),
            market,
            passwords: Passwords::new()?,
            tokens: actix::Data::new(Tokens::new(&vault, &config)?),
            document: actix::Data::new(openapi::Document(api_document().to_json()?)),
            state: actix::Data::new(state),
            db,
            clock,
            vault,
            config,
            ctx,
        })
    }

    pub fn limits(&self) -> &Limits {
        &self.state.limits
    }

    /// What handlers find as `web::Data` beside the extractors of `web`.
    fn register(&self, config: &mut actix::ServiceConfig) {
        config
            .app_data(self.state.clone())
            .app_data(self.tokens.clone())
            .app_data(self.document.clone())
            .app_data(actix::Data::new(self.passwords.clone()))
            .app_data(actix::Data::new(Arc::clone(&self.exchange)))
            .app_data(actix::Data::new(Arc::clone(&self.verifier)))
            .app_data(actix::Data::new(Arc::clone(&self.catalogue)))
            .app_data(actix::Data::new(Arc::clone(&self.market)))
            .app_data(
                actix::PathConfig::default()
                    .error_handler(|_, _| Error::refused(Code::NotFound).into()),
            )
            .app_data(
                actix::QueryConfig::default()
                    .error_handler(|error, _| query_refusal(&error.to_string()).into()),
            );
    }
}

/// A query that cannot be read; a parameter that nobody knows is named, with those that are known.
fn query_refusal(error: &str) -> Error {
    let Some((_, told)) = error.split_once("unknown field `") else {
        return Error::refused(Code::MalformedBody);
    };
    let (field, known) = told.split_once('`').unwrap_or((told, ""));
    let known = known.split('`').skip(1).step_by(2).collect::<Vec<_>>();
    Error::invalid_field(field, Reason::UnknownField, known.join(", "))
}

/// Whom the configuration names to be asked about contacts; they may stand in the operator's own network.
fn outside(config: &Config, clock: &Clock) -> anyhow::Result<Outside> {
    let outbound = Outbound::new(Reach::Any)?;
    let ask = |service: &Service| Guarded::http(&outbound, service, config.lookup_timeout, clock);
    Ok(Outside {
        phone_carrier: config.phone_lookup.as_ref().map(ask),
        email_mailbox: config.mailbox_lookup.as_ref().map(ask),
        email_domain: DnsOutsider::new(config.dns)?
            .map(|dns| Guarded::new(Arc::new(dns), config.lookup_timeout, clock.clone())),
    })
}

/// The gateway of text messages, where there is one; it may stand in the operator's own network.
fn texter(config: &Config, clock: &Clock) -> anyhow::Result<Option<Arc<Texter>>> {
    let outbound = Outbound::new(Reach::Any)?;
    let service = config.sms.clone();
    Ok(service.map(|service| Arc::new(Texter::new(outbound, service, clock.clone()))))
}

/// Who does each kind of job.
fn runner(
    ctx: &Ctx,
    config: &Config,
    exchange: &Arc<dyn leads::Exchange>,
    verifier: &Arc<Verifier>,
) -> anyhow::Result<Runner> {
    let importer = Importer {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        vault: Arc::clone(&ctx.vault),
        exchange: Arc::clone(exchange),
        verifier: Arc::clone(verifier),
    };
    let mailer = Arc::new(Mailer::open(&config.mail, &config.mail_from)?);
    let texter = texter(config, &ctx.clock)?;
    let codes = CodeSender {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        vault: Arc::clone(&ctx.vault),
        mailer: Arc::clone(&mailer),
        texter: texter.clone(),
        base_url: config.public_url.clone(),
    };
    let teller = Teller {
        db: ctx.db.clone(),
        vault: Arc::clone(&ctx.vault),
        mailer: Arc::clone(&mailer),
        base_url: config.public_url.clone(),
    };
    let sender = Sender {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        vault: Arc::clone(&ctx.vault),
        mailer,
        base_url: config.public_url.clone(),
    };
    let subject_sender = SubjectSender {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        vault: Arc::clone(&ctx.vault),
        mailer: Arc::clone(&sender.mailer),
        texter,
        base_url: config.public_url.clone(),
    };
    let (db, clock) = (ctx.db.clone(), ctx.clock.clone());
    let (wake_db, wake_clock) = (db.clone(), clock.clone());
    let (offer_db, offer_clock, side) = (db.clone(), clock.clone(), Arc::clone(exchange));
    Ok(Runner::new(ctx.db.clone(), ctx.clock.clone())
        .on(IMPORT_JOB, move |job: ImportJob| {
            let importer = importer.clone();
            async move { importer.run_job(job).await }
        })
        .on(CONFIRM_JOB, move |job: ConfirmJob| {
            send_code(codes.clone(), job)
        })
        .on(purchases::DELIVER_JOB, move |job| {
            deliver(sender.clone(), job)
        })
        .on(privacy::SUBJECT_JOB, move |job| {
            privacy::jobs::send(subject_sender.clone(), job)
        })
        .on(notices::NOTICE_JOB, move |notice| {
            notices::jobs::send(teller.clone(), notice)
        })
        .on_many(requests::jobs::WAKE_JOB, move |job| {
            requests::jobs::wake(wake_db.clone(), wake_clock.clone(), job)
        })
        .on_many(scoring::OFFER_JOB, move |job| {
            leads::offer_again(
                offer_db.clone(),
                offer_clock.clone(),
                Arc::clone(&side),
                job,
            )
        })
        .on_many(requests::MATCH_JOB, move |job| {
            match_request(db.clone(), clock.clone(), job)
        }))
}

/// The OpenAPI document of all slices.
pub fn api_document() -> utoipa::openapi::OpenApi {
    let slices: [fn() -> utoipa::openapi::OpenApi; 23] = [
        accounts::api::Doc::openapi,
        ledger::api::Doc::openapi,
        events::api::Doc::openapi,
        contracts::api::Doc::openapi,
        icps::api::Doc::openapi,
        requests::api::Doc::openapi,
        matching::api::Doc::openapi,
        backtests::api::Doc::openapi,
        purchases::api::Doc::openapi,
        pings::api::Doc::openapi,
        privacy::api::Doc::openapi,
        conversions::api::Doc::openapi,
        disputes::api::Doc::openapi,
        audits::api::Doc::openapi,
        standing::api::Doc::openapi,
        scoring::api::Doc::openapi,
        scoring::api::versions::Doc::openapi,
        payouts::api::Doc::openapi,
        verticals::api::Doc::openapi,
        leads::api::Doc::openapi,
        verification::api::Doc::openapi,
        suppression::api::Doc::openapi,
        reports::api::Doc::openapi,
    ];
    openapi::merge(slices.into_iter().map(|slice| slice()))
}

fn bring_up_to_date(db: &Db, config: &Config, now: Ts) -> anyhow::Result<()> {
    if config.migrate {
        for name in db.migrate()? {
            tracing::info!(name, "migrated");
        }
        db.write_blocking(move |conn| {
            verticals::seed(conn, now)?;
            calls::seed(conn, now)?;
            scoring::seed(conn, now)
        })
        .context("the shipped verticals, rules of calling and scoring models cannot be added")?;
        return Ok(());
    }
    match db.schema_state()? {
        SchemaState::Current => Ok(()),
        SchemaState::Behind => {
            bail!("the database schema is older than this program; run `galena migrate`")
        }
        SchemaState::Newer => {
            bail!("the database schema is newer than this program; use the newer galena")
        }
    }
}

fn open_vault(db: &Db, config: &Config) -> anyhow::Result<Arc<Vault>> {
    let vault = Vault::with_old(&config.master_key()?, &config.old_master_keys()?)?;
    let sealed_under = db.sealed_under().context("the database cannot be read")?;
    if let Some(other) = sealed_under.filter(|id| !vault.knows(id)) {
        bail!(
            "the contacts in this database were sealed under master key {other}, but the configured one is {}; \
             give the right key by --master-key-file, GALENA_MASTER_KEY or --master-key-command, or the old one by \
             --old-master-key-files while data keys are wrapped anew",
            vault.master_key_id()
        );
    }
    Ok(Arc::new(vault))
}

/// The server on a listener that is bound already; it runs when awaited or spawned.
pub fn build(app: &App, listener: TcpListener) -> anyhow::Result<Server> {
    let shared = app.clone();
    let mut server = HttpServer::new(move || {
        let app = shared.clone();
        actix_web::App::new()
            .configure(move |config| app.register(config))
            .configure(routes::configure)
            .wrap(from_fn(web::finish))
            .wrap(Compress::default())
            .wrap(TracingLogger::<trace::Spans>::new())
    })
    .disable_signals()
    .shutdown_timeout(app.config.shutdown_seconds)
    .client_request_timeout(Duration::from_secs(15));
    if let Some(workers) = app.config.workers {
        server = server.workers(workers);
    }
    Ok(server.listen(listener)?.run())
}
