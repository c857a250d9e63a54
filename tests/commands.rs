//! The binary itself: what it refuses to start with, how it stops, users from the command line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use crate::harness::{PASSWORD, TestApp};

/// A command of the binary, in a folder, with no options but those given.
pub fn galena(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_galena"));
    command.current_dir(folder).args(args);
    // Switches of the tests are no options of the program.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GALENA_")) {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    galena(folder, args).output().unwrap()
}

#[track_caller]
fn refused(output: &Output, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains(words), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn what_is_wrong_is_said_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    refused(&run(at, &["serve", "--lisen", "127.0.0.1:0"]), "--lisen");
    refused(
        &run(at, &["serve", "--listen", "here"]),
        "listen: expected an address",
    );
    refused(
        &run(
            at,
            &["serve", "--database-url", "postgre://localhost/galena"],
        ),
        "sqlite:// or postgres://",
    );
    refused(
        &run(at, &["serve", "--config", "missing.toml"]),
        "missing.toml",
    );
    refused(&run(at, &["check"]), "there is no database at sqlite://");
    refused(&run(at, &["replay"]), "there is no database at sqlite://");
    let output = galena(at, &["serve"])
        .env("GALENA_LISTN", "127.0.0.1:0")
        .output()
        .unwrap();
    refused(&output, "GALENA_LISTN is not an option");
    std::fs::write(at.join(".env"), "GALENA_LISTEN=nowhere\n").unwrap();
    refused(&run(at, &["serve"]), "listen: expected an address");
    std::fs::remove_file(at.join(".env")).unwrap();
    assert_eq!(
        std::fs::read_dir(at).unwrap().count(),
        0,
        "nothing was made"
    );
}

#[test]
fn a_port_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let output = run(folder.path(), &["serve", "--listen", &address.to_string()]);
    refused(
        &output,
        &format!("port {} of 127.0.0.1 is in use", address.port()),
    );
}

#[test]
fn a_database_of_a_newer_program_or_another_key_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let migrated = run(at, &["migrate"]);
    assert!(
        migrated.status.success(),
        "{}",
        String::from_utf8_lossy(&migrated.stderr)
    );
    let path = at.join("data/galena.db");
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    conn.batch_execute(
        "PRAGMA foreign_keys = OFF; INSERT INTO lead_contacts (lead_id, master_key_id, wrapped_key, sealed) VALUES (x'01', 'of-another', x'00', x'00')",
    )
    .unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    refused(&run(at, &serve), "sealed under master key of-another");
    conn.batch_execute(
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')",
    )
    .unwrap();
    refused(&run(at, &serve), "newer than this program");
    refused(&run(at, &["migrate"]), "newer than this program");
}

#[test]
fn a_server_that_is_told_to_stop_stops_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = galena(folder.path(), &["serve", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("serving") {
        line.clear();
        assert!(
            log.read_line(&mut line).unwrap() > 0,
            "the server ended by itself"
        );
    }
    let killed = Command::new("kill")
        .arg(server.id().to_string())
        .status()
        .unwrap();
    assert!(killed.success());
    assert!(server.wait().unwrap().success());
    let rest: Vec<String> = log.lines().map(Result::unwrap).collect();
    assert!(
        rest.last().is_some_and(|line| line.contains("stopped")),
        "{rest:?}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("data"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}

/// Runs a `user` command on the database of a running server.
fn user(app: &TestApp, args: &[&str], password: &str) -> Output {
    let mut child = galena(app.folder(), &[&["user"], args].concat())
        .args(["--data", &app.folder().display().to_string()])
        .args(["--database-url", app.database_url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    child.wait_with_output().unwrap()
}

on_both!(async fn the_owner_of_the_server_makes_users_and_resets_passwords(app) {
    let add = |email: &'static str, role: &'static str| {
        ["add", "--kind", "operator", "--role", role, "--email", email, "--name", "Olga", "--account", "The exchange"]
    };
    let output = user(app, &add("olga@exchange.example", "admin"), PASSWORD);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let second = user(app, &add("ivo@exchange.example", "auditor"), PASSWORD);
    let account = |output: &Output| String::from_utf8_lossy(&output.stdout).lines().next().unwrap().to_owned();
    assert_eq!(account(&output), account(&second), "both belong to one operator's account");
    refused(&user(app, &add("olga@exchange.example", "admin"), PASSWORD), "email is in use already");
    refused(&user(app, &add("eva@exchange.example", "owner"), PASSWORD), "choose admin, auditor or finance");
    refused(&user(app, &add("eva@exchange.example", "admin"), "short"), "password is too short");

    let browser = app.sign_in("olga@exchange.example").await;
    browser.get("/operator/approvals").await.expect(200);
    let reset = ["reset", "--email", "olga@exchange.example"];
    let output = user(app, &reset, "nine slow rivers bend");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    browser.get("/operator/approvals").await.expect(303);
    refused(&user(app, &["reset", "--email", "nobody@exchange.example"], PASSWORD), "no such user");
});
