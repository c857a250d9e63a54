//! A database for one test, gone when the test ends.

use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use super::Backend;

pub struct Database {
    pub url: String,
    /// On PostgreSQL: where the database was made, and its name.
    made: Option<(String, String)>,
}

impl Database {
    pub fn make(backend: Backend, folder: &Path) -> Self {
        match backend {
            Backend::Sqlite => Self {
                url: format!("sqlite://{}", folder.join("galena.db").display()),
                made: None,
            },
            Backend::Postgres => Self::make_postgres(),
        }
    }

    fn make_postgres() -> Self {
        let server = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL");
        let name = format!("galena_test_{}", uuid::Uuid::now_v7().simple());
        run(&server, &format!("CREATE DATABASE {name}"));
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Self {
            url: url.to_string(),
            made: Some((server, name)),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.made {
            run(
                server,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
        }
    }
}

fn run(server: &str, statement: &str) {
    let mut conn = PgConnection::establish(server).unwrap();
    conn.batch_execute(statement).unwrap();
}
