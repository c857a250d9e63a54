//! Sellers, and buyers with money and active requests, made by the product's own use cases.

use galena::access::{AccountKind, Actor, Caller, Credential, Role};
use galena::accounts::{self, AccountState, NewAccount, NewKey, NewUser};
use galena::clock::Ts;
use galena::db::Conn;
use galena::error::Result;
use galena::ledger::deposits::{self, NewDeposit};
use galena::requests::{self, Move, PurchaseRequest, TermsJson};
use galena::verticals;
use serde_json::json;

/// The vertical of every lead and request.
pub const VERTICAL: &str = "eyewear";

/// An approved organisation with one user.
pub fn open(conn: &mut Conn, kind: AccountKind, name: &str, at: Ts) -> Result<Caller> {
    let account = NewAccount {
        kind,
        name: name.to_owned(),
        country: "LV".to_owned(),
        state: AccountState::Approved,
    };
    let user = NewUser {
        email: format!("{}@example.test", name.replace(' ', ".")),
        name: name.to_owned(),
        role: Role::Owner,
        password_hash: String::new(),
    };
    let account_id = accounts::create_account(conn, &account, Actor::System, at)?;
    let user_id = accounts::create_user(conn, account_id, &user, Actor::System, at)?;
    Ok(Caller {
        account_id,
        account_kind: kind,
        account_name: account.name,
        approved: true,
        user_id,
        user_name: user.name,
        role: Role::Owner,
        credential: Credential::Session,
        origin: None,
    })
}

pub fn pay_in(conn: &mut Conn, buyer: &Caller, amount: &str, at: Ts) -> Result<()> {
    let operator = Caller {
        account_kind: AccountKind::Operator,
        role: Role::Finance,
        ..buyer.clone()
    };
    let asked = NewDeposit::parse(amount, "EUR", "bench")?;
    let deposit = deposits::request(conn, buyer, &asked, at)?;
    deposits::approve(conn, &operator, deposit.id, at)?;
    Ok(())
}

/// An active request that buys every lead in Latvia at 10 EUR.
pub fn order(conn: &mut Conn, buyer: &Caller, at: Ts) -> Result<PurchaseRequest> {
    let document = json!({
        "name": "Anybody in Latvia",
        "vertical": VERTICAL,
        "filter": {"field": "country", "op": "eq", "value": "LV"},
        "bid": {"amount": "10.00", "currency": "EUR"},
        "quantity": 1_000_000,
    });
    let input: TermsJson = serde_json::from_value(document).unwrap();
    let vertical = verticals::by_key(conn, VERTICAL)?;
    let terms = requests::read_terms(conn, buyer.account_id, &input, &vertical)?;
    let draft = requests::create(conn, buyer, &vertical, &terms, at)?;
    requests::change_state(conn, buyer, draft.id, Move::Activate, at)
}

/// An API key with every scope of its owner's kind.
pub fn key(conn: &mut Conn, owner: &Caller, at: Ts) -> Result<String> {
    let scopes: Vec<String> = accounts::scopes_of(owner.account_kind)
        .iter()
        .map(ToString::to_string)
        .collect();
    let key = NewKey::parse("bench", &scopes, owner.account_kind)?;
    accounts::make_key(conn, owner, &key, at)?;
    Ok(key.secret)
}
