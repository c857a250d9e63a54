//! A lively market to look at: the same organisations, requests and leads each time, traded by the
//! very use cases that serve real ones.

mod catalogue;
mod disputes;
mod documents;
mod payouts;
mod people;

use std::sync::Arc;

use fastrand::Rng;

use crate::access::{AccountKind, Actor, Caller, Credential, Role, Scope};
use crate::accounts::{self, AccountState, NewAccount, NewKey, NewUser};
use crate::clock::{DAY, Ts};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::leads::{self, Exchange, Intake, Source, Spelling};
use crate::ledger::deposits::{self, NewDeposit};
use crate::money::Money;
use crate::requests::{self, Move, TermsJson};
use crate::vault::Vault;
use crate::verification::Verifier;
use crate::{purchases, verticals};
use catalogue::{BUYERS, FINANCE, OPERATOR, Party, SELLERS};
use documents::Sent;
pub use payouts::DEBTOR;

/// Leads that the demo's sellers send in.
pub const LEADS: usize = 2_000;
/// Days of trading before the demo opens.
const DAYS: i64 = 21;
const SEED: u64 = 2026;
/// Leads in one transaction while the market is made.
const LEADS_A_COMMIT: usize = 50;
const PASSWORD: &str = "lead-and-galena";

/// How to sign in to one side of the demo.
#[derive(Debug, Clone)]
pub struct SignIn {
    pub side: AccountKind,
    pub email: String,
    pub password: String,
    pub api_key: String,
}

/// What the market is made with.
pub struct Maker<'a> {
    pub db: &'a Db,
    pub vault: &'a Arc<Vault>,
    pub exchange: &'a Arc<dyn Exchange>,
    pub verifier: &'a Verifier,
    pub now: Ts,
}

impl Maker<'_> {
    /// Makes the market in an empty database and says how to sign in; `tell` hears how many leads are in.
    pub fn make(&self, tell: impl Fn(usize)) -> Result<Vec<SignIn>> {
        let start = self.now.minus(DAYS * DAY);
        let hash = accounts::hash_password(PASSWORD)?;
        let parties = self
            .db
            .write_blocking(move |conn| organisations(conn, &hash, start))?;
        let mut rng = Rng::with_seed(SEED);
        let sent = documents::make(&mut rng, LEADS, start, self.now);
        let mut done = 0;
        for chunk in sent.chunks(LEADS_A_COMMIT) {
            self.receive(chunk, &parties.sellers)?;
            done += chunk.len();
            tell(done);
        }
        self.settle()?;
        disputes::make(self, &parties)?;
        payouts::make(self, &parties)?;
        Ok(parties.sign_ins)
    }

    fn receive(&self, chunk: &[Sent], sellers: &[Caller]) -> Result<()> {
        let intakes = self.db.read_blocking(|conn| {
            let verticals: Vec<_> = verticals::all(conn)?.into_iter().map(Arc::new).collect();
            let read = |lead: &Sent| {
                let document = lead.document.clone();
                let intake = Intake::read(
                    &verticals,
                    document,
                    Spelling::Typed,
                    self.verifier,
                    lead.at,
                );
                (sellers[lead.seller].account_id, lead.at, intake)
            };
            Ok(chunk.iter().map(read).collect::<Vec<_>>())
        })?;
        let (vault, exchange) = (Arc::clone(self.vault), Arc::clone(self.exchange));
        self.db.write_blocking(move |conn| {
            for (seller, at, intake) in &intakes {
                let source = Source::api(Actor::System);
                leads::take_in(
                    conn,
                    &vault,
                    exchange.as_ref(),
                    *seller,
                    intake,
                    &source,
                    *at,
                )?;
            }
            Ok(())
        })
    }

    fn settle(&self) -> Result<()> {
        let now = self.now;
        while self
            .db
            .write_blocking(move |conn| purchases::settle_due(conn, now, 200))?
            > 0
        {}
        Ok(())
    }
}

/// Who acts on the demo's market.
struct Parties {
    sign_ins: Vec<SignIn>,
    operator: Caller,
    /// Another of the operator's people, since payouts need four eyes.
    finance: Caller,
    sellers: Vec<Caller>,
    buyers: Vec<Caller>,
}

/// The operator, the sellers, and the buyers with money and active requests.
fn organisations(conn: &mut Conn, hash: &str, at: Ts) -> Result<Parties> {
    verticals::seed(conn, at)?;
    let mut sign_ins = Vec::new();
    let operator = open(conn, &OPERATOR, AccountKind::Operator, hash, at)?;
    sign_ins.push(sign_in(conn, &operator, &OPERATOR, at)?);
    let finance = colleague(conn, &operator, &FINANCE, Role::Finance, hash, at)?;
    let mut sellers = Vec::new();
    for party in SELLERS {
        let seller = open(conn, party, AccountKind::Seller, hash, at)?;
        if sellers.is_empty() {
            sign_ins.insert(0, sign_in(conn, &seller, party, at)?);
        }
        sellers.push(seller);
    }
    let mut buyers = Vec::new();
    for (number, buyer) in BUYERS.iter().enumerate() {
        let caller = open(conn, &buyer.party, AccountKind::Buyer, hash, at)?;
        if number == 0 {
            sign_ins.insert(1, sign_in(conn, &caller, &buyer.party, at)?);
        }
        pay_in(conn, &caller, &operator, buyer.deposit, at)?;
        for document in (buyer.requests)() {
            order(conn, &caller, &document, at)?;
        }
        buyers.push(caller);
    }
    Ok(Parties {
        sign_ins,
        operator,
        finance,
        sellers,
        buyers,
    })
}

fn open(conn: &mut Conn, party: &Party, kind: AccountKind, hash: &str, at: Ts) -> Result<Caller> {
    let account = NewAccount {
        kind,
        name: party.name.to_owned(),
        country: party.country.to_owned(),
        state: AccountState::Approved,
    };
    let role = match kind {
        AccountKind::Operator => Role::Admin,
        AccountKind::Seller | AccountKind::Buyer => Role::Owner,
    };
    let user = NewUser {
        email: party.email.to_owned(),
        name: party.user.to_owned(),
        role,
        password_hash: hash.to_owned(),
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
        role,
        credential: Credential::Session,
        origin: None,
    })
}

/// Another user of an account.
fn colleague(
    conn: &mut Conn,
    first: &Caller,
    party: &Party,
    role: Role,
    hash: &str,
    at: Ts,
) -> Result<Caller> {
    let user = NewUser {
        email: party.email.to_owned(),
        name: party.user.to_owned(),
        role,
        password_hash: hash.to_owned(),
    };
    let user_id = accounts::create_user(conn, first.account_id, &user, Actor::System, at)?;
    Ok(Caller {
        user_id,
        user_name: user.name,
        role,
        ..first.clone()
    })
}

fn sign_in(conn: &mut Conn, caller: &Caller, party: &Party, at: Ts) -> Result<SignIn> {
    let scopes: Vec<String> = accounts::scopes_of(caller.account_kind)
        .iter()
        .map(Scope::to_string)
        .collect();
    let key = NewKey::parse("Demo", &scopes, caller.account_kind)?;
    accounts::make_key(conn, caller, &key, at)?;
    Ok(SignIn {
        side: caller.account_kind,
        email: party.email.to_owned(),
        password: PASSWORD.to_owned(),
        api_key: key.secret,
    })
}

fn pay_in(
    conn: &mut Conn,
    buyer: &Caller,
    operator: &Caller,
    (amount, currency): (&str, &str),
    at: Ts,
) -> Result<()> {
    let wrong = |error: crate::money::MoneyError| Error::Internal(error.into());
    let amount = Money::parse(amount, currency.parse().map_err(wrong)?).map_err(wrong)?;
    let announced = NewDeposit {
        amount,
        reference: format!("Demo {}", buyer.account_name),
    };
    let deposit = deposits::request(conn, buyer, &announced, at)?;
    deposits::approve(conn, operator, deposit.id, at)?;
    Ok(())
}

fn order(conn: &mut Conn, buyer: &Caller, document: &serde_json::Value, at: Ts) -> Result<()> {
    let input: TermsJson =
        serde_json::from_value(document.clone()).map_err(|error| Error::Internal(error.into()))?;
    let vertical = verticals::by_key(conn, &input.vertical)?;
    let terms = requests::read_terms(conn, buyer.account_id, &input, &vertical)?;
    let request = requests::create(conn, buyer, &vertical, &terms, at)?;
    requests::change_state(conn, buyer, request.id, Move::Activate, at)?;
    Ok(())
}
