//! `galena user add` and `galena user reset`; passwords come from standard input.

use std::io::BufRead as _;

use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;

use crate::access::{AccountKind, Actor, Role};
use crate::accounts::{self, AccountState, NewAccount, NewUser};
use crate::clock::Clock;
use crate::config::ConfigArgs;
use crate::db::Db;
use crate::error::Error;
use crate::text;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Create a user with an account of its own; the password is read from standard input
    Add(Add),
    /// Set a new password, read from standard input, and end the user's sessions
    Reset(Reset),
}

#[derive(clap::Args)]
struct Add {
    /// seller, buyer or operator
    #[arg(long)]
    kind: AccountKind,
    /// owner, member or viewer; for the operator admin, auditor or finance
    #[arg(long)]
    role: Role,
    /// E-mail address that the person signs in with
    #[arg(long)]
    email: String,
    /// Name of the person
    #[arg(long)]
    name: String,
    /// Name of the organisation; an operator's user joins the operator's account of that name
    #[arg(long)]
    account: String,
    /// Country of the organisation, two letters
    #[arg(long, default_value = "LV")]
    country: String,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(clap::Args)]
struct Reset {
    /// E-mail address that the person signs in with
    #[arg(long)]
    email: String,
    #[command(flatten)]
    config: ConfigArgs,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Add(add) => run_add(add),
        Command::Reset(reset) => run_reset(reset),
    }
}

fn run_add(add: Add) -> anyhow::Result<()> {
    if !fits(add.kind, add.role) {
        let roles = match add.kind {
            AccountKind::Operator => "admin, auditor or finance",
            AccountKind::Seller | AccountKind::Buyer => "owner, member or viewer",
        };
        bail!(
            "role: {} is not one of kind {}; choose {roles}",
            add.role,
            add.kind
        );
    }
    let password = read_password()?;
    let email = accounts::email("email", &add.email).map_err(said)?;
    accounts::check_password("password", &password, &email).map_err(said)?;
    let account = NewAccount {
        kind: add.kind,
        name: accounts::name("account", &add.account).map_err(said)?,
        country: accounts::country("country", &add.country).map_err(said)?,
        state: AccountState::Approved,
    };
    let user = NewUser {
        email,
        name: accounts::name("name", &add.name).map_err(said)?,
        role: add.role,
        password_hash: accounts::hash_password(&password).map_err(|error| told(&error))?,
    };
    let db = open(add.config)?;
    let now = Clock::System.now();
    let (account_id, user_id) = db
        .write_blocking(move |conn| {
            let account_id = match accounts::account_named(conn, account.kind, &account.name)? {
                Some(known) if account.kind == AccountKind::Operator => known,
                _ => accounts::create_account(conn, &account, Actor::System, now)?,
            };
            let user_id = accounts::create_user(conn, account_id, &user, Actor::System, now)?;
            Ok((account_id, user_id))
        })
        .map_err(|error| told(&error))?;
    println!("account={account_id}\nuser={user_id}");
    db.close();
    Ok(())
}

fn run_reset(reset: Reset) -> anyhow::Result<()> {
    let password = read_password()?;
    let email = accounts::email("email", &reset.email).map_err(said)?;
    accounts::check_password("password", &password, &email).map_err(said)?;
    let hash = accounts::hash_password(&password).map_err(|error| told(&error))?;
    let db = open(reset.config)?;
    let now = Clock::System.now();
    let user_id = db
        .write_blocking(move |conn| accounts::reset_password(conn, &email, &hash, now))
        .map_err(|error| told(&error))
        .context("no such user")?;
    println!("user={user_id}");
    db.close();
    Ok(())
}

fn open(config: ConfigArgs) -> anyhow::Result<Db> {
    let config = config.load()?;
    config.make_data_folder()?;
    let db = Db::open(&config.database_url, 1)?;
    db.migrate()?;
    Ok(db)
}

fn fits(kind: AccountKind, role: Role) -> bool {
    let is_operators = matches!(role, Role::Admin | Role::Auditor | Role::Finance);
    is_operators == (kind == AccountKind::Operator)
}

fn read_password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the password cannot be read from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("give the password on standard input, one line");
    }
    Ok(password.to_owned())
}

fn said(error: crate::error::FieldError) -> anyhow::Error {
    let error = error.json();
    if error.accepted.is_empty() {
        anyhow!("{} {}", error.field, error.message)
    } else {
        anyhow!("{} {}: {}", error.field, error.message, error.accepted)
    }
}

fn told(error: &Error) -> anyhow::Error {
    match error {
        Error::Refused(refusal) => match refusal.fields.first() {
            Some(field) => said(field.clone()),
            None => anyhow!(refusal.code.title(text::english())),
        },
        other => anyhow!("{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_belong_to_kinds() {
        assert!(fits(AccountKind::Operator, Role::Admin));
        assert!(!fits(AccountKind::Operator, Role::Owner));
        assert!(!fits(AccountKind::Buyer, Role::Admin));
        assert!(fits(AccountKind::Seller, Role::Viewer));
    }
}
