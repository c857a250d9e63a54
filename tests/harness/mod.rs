//! Boots the server for a test, and talks to it as browsers and API clients do.

mod browser;
mod call;
mod chromium;
mod database;
pub mod journal;
mod leads;
pub mod logs;
mod people;
pub mod plans;
mod sms;
mod smtp;

use std::future::Future;
use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use galena::app::{App, build, tasks};
use galena::clock::{Clock, Ts};
use galena::config::{Config, Options};
use galena::db::Conn;
use galena::error::Result;
use tempfile::TempDir;

pub use browser::Browser;
pub use call::{Answer, Call};
pub use chromium::Chromium;
pub use leads::{eyewear_lead, with};
pub use people::{PASSWORD, Trader};
pub use sms::{Manner, SmsGateway};
pub use smtp::MailServer;

pub use database::Database;

/// Where the manual clock of every test starts: 2026-11-20 09:00 UTC, a Friday.
pub const START: Ts = Ts::from_micros(1_795_165_200_000_000);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A running server with its own database and a clock that only the test moves.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    /// `http://127.0.0.1:port`
    pub address: String,
    pub journal: journal::Journal,
    http: reqwest::Client,
    server: ServerHandle,
    database: Database,
    folder: TempDir,
}

impl TestApp {
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, |_| ()).await
    }

    /// Starts with some options changed; limits are wide open unless they are set.
    pub async fn start_with(backend: Backend, change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::make(backend, folder.path());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let mut options = Options {
            data: Some(folder.path().to_owned()),
            database_url: Some(database.url.clone()),
            public_url: Some(address.clone()),
            workers: Some(2),
            signin_per_minute: Some(1_000_000),
            pages_per_second: Some(1_000_000),
            api_per_second: Some(1_000_000),
            pings_per_minute: Some(1_000_000),
            ..Options::default()
        };
        change(&mut options);
        let clock = Clock::manual(START);
        let config = Config::try_from(options).unwrap();
        let app = {
            let clock = clock.clone();
            blocking(move || App::open(config, clock).unwrap()).await
        };
        let server = build(&app, listener).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            journal: journal::Journal::default(),
            http: client(),
            app,
            clock,
            address,
            server: handle,
            database,
            folder,
        }
    }

    /// A call of the API; a POST gets a fresh `Idempotency-Key` unless one is set.
    pub fn api(&self, method: &str, path: &str, key: &str) -> Call {
        self.call(method, path).bearer(key)
    }

    /// A call without credentials.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let url = format!("{}{path}", self.address);
        Call::new(&self.http, method, &url, &self.journal)
    }

    /// A browser of somebody who has not signed in.
    pub fn visitor(&self) -> Browser {
        Browser::new(client(), self.address.clone(), self.journal.clone())
    }

    /// A browser of a user made by this harness, signed in.
    pub async fn sign_in(&self, email: &str) -> Browser {
        let mut browser = self.visitor();
        let answer = browser
            .post_form("/signin", &[("email", email), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, 303, "sign-in of {email}: {}", answer.text);
        browser.is_signed_in = true;
        browser
    }

    /// Writes to the database directly.
    pub async fn write<T, F>(&self, work: F) -> T
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.app.db.write(work).await.unwrap()
    }

    /// Reads from the database directly.
    pub async fn read<T, F>(&self, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.app.db.read(work).await.unwrap()
    }

    /// Runs jobs until none is due.
    pub async fn drain_jobs(&self) {
        while self.app.runner.run_due().await.unwrap() > 0 {}
    }

    /// Runs every periodic task once.
    pub async fn tick(&self) {
        for task in tasks() {
            (task.run)(self.app.clone()).await.unwrap();
        }
    }

    pub fn advance(&self, micros: i64) {
        self.clock.advance(micros);
    }

    /// The folder with the database, the master key and mails kept as files.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// For commands that work on the same database.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Stops the server; jobs that were given up fail the test, and changes that left no audit entry.
    pub async fn stop(self) {
        let dead = self.read(|conn| galena::jobs::dead(conn, 10)).await;
        assert!(dead.is_empty(), "jobs were given up: {dead:?}");
        journal::assert_on_record(&self).await;
        self.server.stop(true).await;
        self.app.stop().await;
        let Self { app, database, .. } = self;
        drop(app);
        blocking(move || drop(database)).await;
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Whether tests on PostgreSQL are asked for.
pub fn has_postgres() -> bool {
    std::env::var_os("TEST_DATABASE_URL").is_some()
}

/// Runs an async test on a runtime of its own.
pub fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

/// Defines a test that runs on SQLite, and on PostgreSQL when `TEST_DATABASE_URL` is set:
/// `on_both!(async fn name(app) { .. });`, or with options changed:
/// `on_both!(async fn name(app) with |options| { options.api_per_second = Some(5); } { .. });`.
macro_rules! on_both {
    (async fn $name:ident($app:ident) $body:block) => {
        on_both!(async fn $name($app) with |_options| {} $body);
    };
    (async fn $name:ident($app:ident) with |$options:ident| $change:block $body:block) => {
        mod $name {
            #[allow(unused_imports, reason = "not every test uses what its file imports")]
            use super::*;

            async fn on(backend: $crate::harness::Backend) {
                let test_app = $crate::harness::TestApp::start_with(
                    backend,
                    |$options: &mut galena::config::Options| $change,
                )
                .await;
                {
                    let $app = &test_app;
                    $body
                }
                test_app.stop().await;
            }

            #[test]
            fn sqlite() {
                $crate::harness::run(on($crate::harness::Backend::Sqlite));
            }

            #[test]
            fn postgres() {
                if $crate::harness::has_postgres() {
                    $crate::harness::run(on($crate::harness::Backend::Postgres));
                }
            }
        }
    };
}
